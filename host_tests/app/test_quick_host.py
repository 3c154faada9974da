"""A quick bolus by the real keys of a whole pump, heard at its buzzer."""

import sys

from host_tests.rig import DOWN, OK, STOP, UP, Rig
from pump.core import codes, events
from pump.core import settings as st


def ready():
    rig = Rig()
    rig.run_s(10)
    assert rig.pump.set_setting(st.QUICK_STEP_MU, 500, events.SOURCE_LINK) == codes.OK
    rig.run_s(60)
    assert not rig.app.ui.lit()
    rig.hold(OK, 2_300)
    return rig


def test_it_is_given_without_a_look_at_the_display():
    rig = ready()
    rig.press(UP, times=3)
    rig.run_ms(3_000 + 3 * 300 + 200)
    rig.press(DOWN, times=3)
    rig.run_s(150)
    assert rig.all(events.QUICK_BOLUS) == [(1, 3, 500)]
    assert rig.all(events.BOLUS_END)[0][1] == 1_500
    assert rig.steps == rig.pump.profile.scale.steps(1_500)
    assert "pump.core.quick_bolus" not in sys.modules


def test_stop_ends_it_at_once():
    rig = ready()
    rig.press(UP, times=3)
    rig.run_ms(3_000 + 3 * 300 + 200)
    rig.press(DOWN, times=3)
    rig.press(STOP)
    rig.run_s(90)
    assert rig.steps == 0 and not rig.all(events.BOLUS_START)
    assert not rig.pump.bolus.active


def test_the_power_cut_before_the_repeat_leaves_nothing():
    rig = ready()
    rig.press(UP, times=3)
    rig.restart()
    rig.press(DOWN, times=3)
    rig.run_s(60)
    assert rig.steps == 0 and not rig.all(events.BOLUS_START)
