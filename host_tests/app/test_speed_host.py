"""How fast a bolus comes: as the setting says, or as fast as the motor can."""

from types import SimpleNamespace

from host_tests.rig import Rig, load_board
from pump.core import alarms as al
from pump.core import events
from pump.core import settings as st
from pump.core.setting_table import SETTINGS
from pump.core.units import RateCarry, StepScale

(MOST_MU_MIN,) = [row[4] for row in SETTINGS if row[0] == st.BOLUS_SPEED_MU_MIN]
(MOST_TENTHS,) = [row[4] for row in SETTINGS if row[0] == st.STEPS_PER_UNIT]
DOSE_MU = 10_000
IDEAL_S = DOSE_MU * 60 / MOST_MU_MIN


def slower(**literals):
    """A pico with another motor."""
    return SimpleNamespace(**{**vars(load_board()), **literals})


def seconds_of_a_bolus(board, dose_mu=DOSE_MU):
    rig = Rig(board=board, program=[(0, 1_000)])
    pump = rig.pump
    assert pump.set_setting(st.MAX_BOLUS_MU, dose_mu, events.SOURCE_LINK) == 0
    assert pump.set_setting(st.MAX_HOUR_MU, 2 * dose_mu, events.SOURCE_LINK) == 0
    assert pump.set_setting(st.BOLUS_SPEED_MU_MIN, MOST_MU_MIN, events.SOURCE_LINK) == 0
    began_us = rig.world.clock.now_us
    assert pump.give_bolus(dose_mu, events.SOURCE_BUTTONS) == 0
    rig.run_until(lambda: not pump.bolus.active, limit_s=1_200)
    steps = pump.profile.scale.steps(dose_mu)
    assert rig.all(events.BOLUS_END) == [(1, dose_mu, steps, events.END_DONE)]
    for alarm in (al.UNDER_DELIVERY, al.MOTOR_ERROR, al.BOLUS_INCOMPLETE):
        assert not pump.alarms.raised >> alarm - 1 & 1
    return (rig.world.clock.now_us - began_us) / 1_000_000


def test_ten_units_at_the_most_speed_take_what_they_should():
    assert IDEAL_S == 18.75
    for name in ("pico", "pico2", "esp32_devkit"):
        assert IDEAL_S <= seconds_of_a_bolus(load_board(name)) < IDEAL_S + 0.25


def test_a_motor_that_is_slower_gives_the_whole_dose_in_its_own_time():
    # As of the pico_28byj, whose motor makes 34.7 U/min without the ramp and the turns between.
    board = slower(STEPS_PER_UNIT=(865, 1), STEP_RATE_HZ=500, RAMP=((250, 4),), LONGEST_TRAIN=1000)
    assert IDEAL_S + 0.5 < seconds_of_a_bolus(board) < IDEAL_S + 1
    # A tenth of that: nine minutes for 30 U, in which steps are due all the time.
    board = slower(STEPS_PER_UNIT=(865, 1), STEP_RATE_HZ=50, RAMP=((25, 4),), LONGEST_TRAIN=100)
    assert 30_000 * 0.865 / 50 < seconds_of_a_bolus(board, 30_000) < 30_000 * 0.865 / 40


def test_the_most_speed_can_be_counted_on_the_finest_scale():
    scale = StepScale(MOST_TENTHS, 10)
    counts = RateCarry(scale)
    steps = sum(counts.accrue(MOST_MU_MIN * 60, 7) for _ in range(60_000 // 7))
    assert steps == MOST_MU_MIN * MOST_TENTHS // 10_000 * (60_000 // 7 * 7) // 60_000
    # Also on one that no setting reaches: `accrue` refuses a rate that it cannot count.
    assert RateCarry(StepScale(536_870, 1)).accrue(MOST_MU_MIN * 60, 1_000) > 0
