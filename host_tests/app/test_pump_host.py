"""The whole pump in a person's hands: buttons in; steps, screens, tones and records out."""

import pytest

from host_tests.fakes.flash import Files, Flash
from host_tests.fakes.pins import Finger
from host_tests.proofs.lives import with_records
from host_tests.rig import DOWN, OK, STOP, UP, Rig
from pump.core import alarms, codes, events, states
from pump.core import settings as st

FULL_PICTURE_MS = 400


def owed_steps(dose_mu):
    return dose_mu * 6791 // 10_000


@pytest.fixture
def rig():
    rig = Rig()
    rig.run_s(3)
    yield rig
    assert rig.hardware.errors == []
    assert rig.world.motor.edges_while_disabled == 0
    assert rig.world.motor.early_edges == 0


def in_log(rig):
    """(certain, uncertain) steps of dose that the log tells."""
    certain = sum(values[0] for values in rig.all(events.BASAL_LEASE))
    certain += sum(values[2] for values in rig.all(events.BOLUS_END))
    return certain, sum(values[2] for values in rig.all(events.UNCERTAIN))


def test_a_bolus_by_buttons_makes_exactly_the_steps_owed(rig):
    rig.bolus(1250)
    rig.run_until(lambda: not rig.pump.bolus.active)
    assert rig.steps == owed_steps(1250) == 848
    assert rig.all(events.BOLUS_START)[0][1] == 1250


def test_the_first_press_after_power_on_counts():
    rig = Rig()
    rig.bolus(100)
    rig.run_s(10)
    assert rig.steps == owed_steps(100)


def test_holding_up_repeats_and_gets_faster(rig):
    rig.press(UP)
    rig.hold(UP, 4_000)
    rig.press(OK, times=2)
    rig.run_s(1)
    asked_mu = rig.pump.bolus.asked_mu
    # One press, then every 150 ms until 2 s, then every 50 ms.
    assert 40 * 50 <= asked_mu <= 56 * 50


def test_down_takes_back_and_never_goes_below_nothing(rig):
    rig.press(UP)
    rig.press(UP, times=2)
    rig.press(DOWN, times=6)
    rig.press(UP, times=2)
    rig.press(OK, times=2)
    assert rig.pump.bolus.asked_mu == 100


def test_stop_leaves_the_entry_and_gives_nothing(rig):
    rig.press(UP, times=5)
    rig.press(OK)
    rig.press(STOP, times=2)
    rig.run_s(60)
    assert rig.steps == 0
    assert not rig.all(events.BOLUS_START)


def test_stop_ends_a_running_bolus_within_one_step_period(rig):
    rig.bolus(2000)
    rig.run_until(lambda: rig.steps >= 300)
    rig.run_until(lambda: rig.hardware.engine.busy())
    at_press = rig.steps
    rig.press(STOP)
    rig.run_s(30)
    assert rig.steps <= at_press + 1
    _, given_mu, given_steps, reason = rig.all(events.BOLUS_END)[0]
    assert (given_steps, reason) == (rig.steps, events.END_STOPPED)
    assert given_mu == rig.steps * 10_000 // 6791


def test_a_glitch_on_the_stop_pin_costs_no_step(rig):
    rig.bolus(1000)
    rig.run_until(lambda: rig.hardware.engine.busy())
    rig.world.buttons[STOP].drive(0)
    rig.world.clock.advance_us(200)
    rig.world.buttons[STOP].drive(1)
    rig.run_s(60)
    assert rig.steps == owed_steps(1000)


@pytest.mark.parametrize("after_ms", range(0, 200, 20))
def test_a_stop_contact_that_bounces_long_is_no_motor_error(rig, after_ms):
    rig.world.fingers[STOP] = Finger(rig.world.buttons[STOP], rig.world.clock, bounce_us=15_000)
    change = rig.pump.change()
    assert change.start(events.SOURCE_BUTTONS) == codes.OK
    assert change.load(100_000, events.SOURCE_BUTTONS) == codes.OK
    assert change.prime(events.SOURCE_BUTTONS) == codes.OK
    rig.run_ms(1_000 + after_ms)
    rig.press(STOP)
    rig.run_s(1)
    assert rig.pump.state == states.CHANGING
    assert rig.all(events.MOVE_END)[-1][2] == rig.steps
    assert rig.all(events.MOTOR_ERROR) == []


@pytest.mark.parametrize("way", [(OK,), (OK, OK), (OK, DOWN, OK)], ids=str)
def test_stop_ends_a_bolus_from_any_screen(rig, way):
    rig.bolus(5000)
    rig.run_s(5)
    rig.press(OK)  # the running bolus lets a person go home
    for button in way:
        rig.press(button)
    assert rig.pump.bolus.active
    rig.press(STOP)
    assert not rig.pump.bolus.active


def test_basal_goes_on_beside_a_bolus_and_after_it():
    rig = Rig(program=[(0, 3_000)])
    rig.bolus(1000)
    rig.run_s(3600)
    basal = 3_000 * 6791 // 10_000
    assert basal - 8 <= rig.steps - owed_steps(1000) <= basal + 4


def test_stop_held_suspends_and_held_again_resumes():
    rig = Rig(program=[(0, 3_000)])
    rig.run_s(60)
    rig.hold(STOP, 2_500)
    assert rig.pump.state == states.SUSPENDED
    at = rig.steps
    rig.run_s(1800)
    assert rig.steps == at
    rig.press(OK)  # the alarm of a pump that stands
    rig.hold(STOP, 2_500)
    assert rig.pump.state == states.RUNNING
    rig.run_s(1800)
    assert rig.steps > at + 900


def test_an_occlusion_is_felt_stops_the_pump_and_is_acknowledged():
    rig = Rig(program=[(0, 2_000)])
    rig.run_s(10)
    rig.world.line.block()
    rig.bolus(3000)
    rig.run_until(lambda: rig.pump.state == states.SUSPENDED)
    assert rig.pump.alarms.highest() == alarms.OCCLUSION
    assert rig.pump.bolus.reason == events.END_ALARM
    rig.run_s(2)
    assert rig.world.buzzer.history
    stopped_at = rig.steps
    rig.run_s(600)
    assert rig.steps == stopped_at
    rig.world.line.open()
    rig.run_s(10)
    rig.press(OK)
    assert rig.all(events.ALARM_ACKNOWLEDGED)[0][0] == alarms.OCCLUSION
    assert rig.pump.alarms.highest() == alarms.BOLUS_INCOMPLETE
    rig.press(OK)
    rig.hold(STOP, 2_500)
    rig.run_s(600)
    assert rig.steps > stopped_at


def test_a_power_cut_in_a_bolus_leaves_a_log_that_holds_the_truth():
    rig = Rig(program=[(0, 2_000)])
    rig.run_s(300)
    rig.bolus(3000)
    rig.run_until(lambda: rig.steps >= 1000)
    made = rig.steps
    rig.restart()
    certain, uncertain = in_log(rig)
    assert certain <= made <= certain + uncertain
    assert uncertain <= 135 + 339
    assert rig.pump.state == states.RUNNING
    rig.run_s(5)
    assert rig.pump.alarms.waiting & 1 << alarms.BOLUS_INCOMPLETE - 1
    assert rig.all(events.BOLUS_END)[0][3] == events.END_POWER_LOST


def test_the_loop_sleeps_while_a_record_waits_for_the_end_of_a_train(rig):
    rig.bolus(1000)
    rig.run_until(lambda: rig.hardware.engine.busy())
    rig.pump.set_setting(st.MAX_DAY_MU, 50_000, events.SOURCE_LINK)
    assert rig.app.guarded_turn() > 0
    rig.run_s(60)
    assert len(rig.all(events.SETTING_CHANGED)) == 1
    assert rig.steps == owed_steps(1000)


def test_garbage_of_a_minute_waits_until_nobody_presses_and_nothing_is_due():
    rig = Rig(program=[(0, 1_000)])
    rig.run_s(90)
    collected_ms = rig.hardware.collected_ms
    before = list(collected_ms)
    began_ms = rig.hardware.now_ms()
    rig.world.fingers[UP].press_for_ms(70_000)  # over the next minute, whose moment is not known
    rig.run_ms(69_900)
    assert collected_ms == before
    rig.run_s(3)
    (at_ms,) = collected_ms[len(before) :]
    assert began_ms + 70_000 <= at_ms


def test_the_day_of_a_pump_is_in_its_log():
    rig = Rig(program=[(0, 800), (360, 1_200)])
    for dose_mu in (2000, 1500):
        rig.run_s(3 * 3600)
        rig.bolus(dose_mu)
    rig.run_s(3600)
    rig.hold(STOP, 2_500)
    assert in_log(rig) == (rig.steps, 0)


def test_an_error_in_a_layer_stops_the_motor_and_stays_stopped():
    rig = Rig(program=[(0, 5_000)])
    rig.bolus(3000)
    rig.run_until(lambda: rig.hardware.engine.busy())
    rig.world.buttons[UP].value = None  # the buttons' driver meets something it cannot call
    rig.run_s(5)
    at = rig.steps
    rig.run_s(60)
    assert rig.steps == at
    assert rig.pump.state == states.FAULT
    assert rig.all(events.SYSTEM_ERROR)
    assert rig.all(events.BOLUS_END)[0][2] + sum(v[0] for v in rig.all(events.BASAL_LEASE)) == at
    assert rig.world.buzzer.history


def test_a_flash_that_refuses_to_write_stops_the_pump_before_anything_moves_unrecorded():
    rig = Rig(program=[(0, 5_000)])
    rig.run_s(30)  # before the pump checks itself, and finds it
    rig.hardware.files.open = refuse
    at = rig.steps
    rig.bolus(2000)
    rig.run_s(60)
    assert rig.steps <= at + 135  # what the lease that was durable allowed
    assert rig.pump.state == states.FAULT
    assert rig.pump.alarms.highest() == alarms.SYSTEM_ERROR
    assert any("#" in row for row in rig.screen())


def refuse(*_):
    """What a worn-out flash does."""
    raise OSError(5)


def test_a_pump_that_failed_still_answers_on_the_link():
    rig = Rig()
    rig.run_s(1)
    rig.world.buttons[UP].value = None
    rig.run_s(1)
    rig.port.host_read()
    rig.port.host_write(b"status\r")
    rig.run_s(1)
    assert b"fault" in rig.port.host_read()


def test_a_motor_that_misses_a_step_stops_the_pump():
    rig = Rig(program=[(0, 5_000)])
    rig.run_until(lambda: rig.hardware.engine.busy())
    rig.hardware.engine.made = lambda: 1
    rig.run_s(60)
    assert rig.pump.state == states.FAULT
    assert rig.all(events.MOTOR_ERROR)[0][1] == 1


def test_a_display_that_is_unplugged_never_stops_basal():
    rig = Rig(program=[(0, 3_000)])
    rig.world.bus.unplug(rig.world.board.I2C_ADDRESS)
    rig.press(UP)
    rig.run_s(600)
    assert rig.steps > 300
    rig.world.panel.power_cycle()
    rig.world.bus.plug(rig.world.board.I2C_ADDRESS, rig.world.panel)
    rig.press(UP)
    rig.run_s(6)
    assert any("#" in row for row in rig.screen())


def test_a_pump_that_is_left_alone_switches_its_panel_off_and_a_press_or_a_setting_on_again():
    rig = Rig(program=[(0, 3_000)])
    rig.press(STOP)
    rig.run_s(25)
    assert rig.world.panel.on
    rig.run_s(15)
    assert not rig.world.panel.on
    rig.press(UP)
    rig.press(STOP)
    assert rig.world.panel.on
    rig.run_s(60)
    assert not rig.world.panel.on
    rig.pump.set_setting(st.DISPLAY_OFF_S, 600, events.SOURCE_LINK)
    rig.run_s(10)
    assert rig.world.panel.on
    before = rig.screen()
    rig.run_s(65)
    assert rig.screen() != before


@pytest.mark.parametrize("after_ms", range(0, 400, 40))
def test_what_changes_just_after_a_press_has_led_home_is_on_the_display(after_ms):
    rig = Rig(program=[(0, 1_000)])
    rig.run_s(3)
    rig.press(UP)
    rig.press(STOP)
    rig.run_ms(after_ms)
    assert rig.pump.suspend(events.SOURCE_LINK) == codes.OK
    rig.run_s(1)
    assert rig.screen() == rig.drawn()


def test_a_restart_keeps_settings_and_reservoir():
    rig = Rig(program=[(0, 3_000)])
    rig.pump.change().start(events.SOURCE_BUTTONS)
    rig.pump.change().load(200_000, events.SOURCE_BUTTONS)
    rig.pump.change().finish(events.SOURCE_BUTTONS)
    rig.run_s(60)
    left = rig.pump.reservoir_steps
    rig.restart()
    assert rig.pump.settings.basal.rate_mu_h(0) == 3_000
    assert left - 135 <= rig.pump.reservoir_steps <= left


def test_a_fresh_flash_is_an_event_and_a_known_one_is_not(rig):
    assert len(rig.all(events.LOG_NEW)) == 1
    rig.restart()
    rig.run_s(1)
    assert len(rig.all(events.LOG_NEW)) == 1


def test_the_reservoir_is_changed_by_the_guided_sequence(rig):
    rig.press(OK, times=2)  # menu, reservoir
    before = rig.steps
    for _ in range(40):
        if rig.pump.state == states.RUNNING and rig.pump.reservoir_steps > 0:
            break
        rig.press(OK)
        rig.run_s(1)
        if rig.pump.move.active and rig.pump.move.kind == events.KIND_REWIND:
            rig.run_s(5)
            rig.press(STOP)
    kinds = [values[0] for values in rig.all(events.MOVE_END)]
    assert events.KIND_REWIND in kinds
    assert events.KIND_PRIME in kinds
    assert events.KIND_CANNULA in kinds
    assert rig.pump.state == states.RUNNING
    assert rig.pump.odometer_steps == 0
    assert rig.steps != before


def test_a_damaged_record_among_the_last_ones_is_told_once():
    rig = Rig(program=[(0, 1_000)])
    for value in range(40):
        rig.pump.set_setting(st.MAX_DAY_MU, 50_000 + 100 * value, events.SOURCE_LINK)
        rig.turn()
    path = "/log/00000001.seg"
    with rig.hardware.files.open(path, "rb") as file:
        data = bytearray(file.read())
    data[20 * 28] ^= 1
    with rig.hardware.files.open(path, "wb") as file:
        file.write(data)
    for _ in range(2):
        rig.restart()
        assert rig.all(events.LOG_DAMAGED) == [(0, 1, 0)]
    rig.run_s(200)
    assert rig.all(events.LOG_DAMAGED) == [(0, 1, 0)]


def test_a_damaged_record_that_a_pull_comes_upon_is_told_once():
    rig = Rig(program=[(0, 1_000)])
    for value in range(400):
        rig.pump.set_setting(st.MAX_DAY_MU, 50_000 + 100 * value, events.SOURCE_LINK)
        rig.turn()
    path = "/log/00000001.seg"
    with rig.hardware.files.open(path, "rb") as file:
        data = bytearray(file.read())
    data[20 * 28] ^= 1
    with rig.hardware.files.open(path, "wb") as file:
        file.write(data)
    rig.restart()
    assert not rig.all(events.LOG_DAMAGED)  # this read the whole log, as a pull does
    for _ in range(2):
        rig.run_s(200)
        assert rig.all(events.LOG_DAMAGED) == [(0, 1, 0)]
    assert rig.pump.alarms.waiting & 1 << alarms.LOG_DAMAGED - 1


def test_settings_are_saved_though_other_files_have_filled_the_flash():
    flash = Flash(image=with_records(3_600, 64))
    files = Files(flash)
    with files.open("/music", "wb") as file:
        file.write(bytes(4096 * (files.free_blocks() - 2)))
    rig = Rig(flash=flash, program=[(0, 1_000)])
    rig.run_s(200)
    assert rig.hardware.errors == []
    assert rig.steps > 0
    assert rig.app.journal.first_seq > 1
    rig.restart()
    assert rig.pump.settings.basal.rate_mu_h(0) == 1_000
