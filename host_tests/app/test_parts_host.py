"""A pump with parts that not every board has: a clock with a cell, a disc, an end switch."""

import types
from itertools import pairwise

from host_tests.fakes.flash import Files
from host_tests.fakes.parts import Disc, EndSwitch, RegisterBus, Rtc
from host_tests.fakes.pins import Pin
from host_tests.fakes.pwm import Beeper
from host_tests.rig import OK, FakeHardware, Rig, load_board
from pump.core import alarms as al
from pump.core import codes, events, settings, states
from pump.drivers.active_buzzer import ActiveBuzzer
from pump.drivers.buzzer import Buzzer
from pump.drivers.ds3231 import DS3231
from pump.drivers.turning import SlottedDisc

PROGRAM = [(0, 1_000)]
NOW_S = 200_000_000


def board_with(**literals):
    """The pico's literals, some of them changed."""
    return types.SimpleNamespace(**{**vars(load_board()), **literals})


def clock_of(rig):
    """A DS3231 in the rig's world."""
    bus = RegisterBus()
    bus.parts[0x68] = Rtc(rig.world.clock)
    rig.world.wall_clock = DS3231(bus)
    return rig.world.wall_clock


def test_pump_goes_on_with_the_time_of_a_clock_that_has_a_cell():
    rig = Rig()
    clock_of(rig).write_s(NOW_S)
    rig.world.clock.advance_ms(3_600_000)
    rig.restart()
    assert rig.pump.clock.trusted
    assert abs(rig.pump.clock.local_s - (NOW_S + 3_600)) <= 2
    assert not rig.pump.alarms.raised & 1 << al.CLOCK_NOT_SET - 1
    assert rig.all(events.CLOCK_SET)[-1][3] == events.SOURCE_RESTART


def test_time_that_a_person_sets_is_kept_by_the_clock():
    rig = Rig()
    clock = clock_of(rig)
    rig.restart()
    assert rig.pump.alarms.raised & 1 << al.CLOCK_NOT_SET - 1  # a fresh part knows no time
    rig.pump.set_clock(NOW_S, 60, events.SOURCE_LINK)
    rig.run_s(2)
    assert abs(clock.read_s() - rig.pump.clock.local_s) <= 5  # the loop rests for 4 s
    rig.restart()
    assert rig.pump.clock.trusted
    assert rig.pump.settings.get(settings.UTC_OFFSET_MIN) == 60


def with_beeper(rig):
    """A buzzer that has one tone in place of the piezo."""
    pin = Pin(15, Pin.OUT)
    beeper = Beeper(rig.world.clock, pin)
    rig.hardware.buzzer = Buzzer(ActiveBuzzer(pin))
    return beeper


def beeps_in(beeper, from_ms, until_ms):
    return [length for at, length in beeper.beeps if from_ms <= at < until_ms]


def test_an_alarm_is_told_by_its_count_of_beeps_on_a_buzzer_with_one_tone():
    rig = Rig(program=PROGRAM)
    rig.run_s(10)
    beeper = with_beeper(rig)
    rig.world.line.block()
    rig.pump.give_bolus(3_000, events.SOURCE_BUTTONS)
    rig.run_until(lambda: rig.pump.state == states.SUSPENDED)
    began = rig.world.clock.now_us // 1000
    rig.run_s(9)
    burst = beeps_in(beeper, began, began + 9_000)
    assert len(burst) == 10
    assert all(75 <= length <= 200 for length in burst)
    gaps = [at - before - length for (before, length), (at, _) in pairwise(beeper.beeps[-10:])]
    assert min(gaps) >= 50  # none runs into the next
    assert gaps[4] == max(gaps)  # three and two, twice
    rig.run_s(5)
    assert len(beeps_in(beeper, began + 9_000, began + 14_000)) == 10
    rig.press(OK)
    rig.press(OK)  # what became of the bolus
    heard = len(beeper.beeps)
    rig.run_s(60)
    assert len(beeper.beeps) - heard <= 2 and not beeper.sounding()


def test_a_pump_that_has_failed_does_not_leave_a_buzzer_with_one_tone_silent():
    rig = Rig(program=PROGRAM)
    beeper = with_beeper(rig)
    began = rig.world.clock.now_us // 1000
    rig.pump.fail(1, 0)
    rig.run_s(5)
    assert len(beeps_in(beeper, began, began + 5_000)) == 10


def with_disc(rig):
    """A disc on the motor's shaft, and its sensor."""
    pin = Pin(9, Pin.IN)
    disc = Disc(pin, 160)
    rig.world.step_pin.listen(lambda _level: disc.turn_to(rig.steps))
    rig.hardware.turning = SlottedDisc(pin, 160, 40)
    pin.irq(rig.hardware.turning.note_edge)


def test_motor_that_turns_as_it_should_raises_no_alarm():
    rig = Rig(program=PROGRAM)
    with_disc(rig)
    rig.bolus(3_000)
    rig.run_s(240)
    assert rig.steps >= 2_036
    assert rig.pump.state == states.RUNNING


def test_motor_that_stands_still_stops_the_pump_within_a_slot_and_a_burst():
    rig = Rig(program=PROGRAM)
    with_disc(rig)
    rig.bolus(1_000)
    rig.run_s(120)
    assert rig.pump.state == states.RUNNING
    rig.world.reservoir.stall_mbar = -1  # the screw is jammed
    before = rig.world.motor.lost_steps
    rig.bolus(3_000)
    rig.run_s(60)
    assert rig.pump.state == states.FAULT
    assert rig.pump.alarms.highest() == al.MOTOR_ERROR
    assert rig.world.motor.lost_steps - before <= 160 + 160 + 40 + rig.pump.profile.burst_steps
    lost, made = rig.all(events.MOTOR_ERROR)[-1]
    assert lost > 200
    assert made == 0


def in_a_change(rig):
    """A reservoir change is open, and nothing moves."""
    assert rig.pump.change().start(events.SOURCE_BUTTONS) == codes.OK
    rig.run_s(2)


def test_rewind_ends_where_the_disc_stands_still_and_the_pump_goes_on():
    rig = Rig(program=PROGRAM)
    with_disc(rig)
    in_a_change(rig)
    rig.world.reservoir.head_steps = 5_000  # so far to the back stop, and 210,000 are ordered
    assert rig.pump.change().rewind(events.SOURCE_BUTTONS) == codes.OK
    rig.run_s(30)
    assert rig.pump.state == states.CHANGING
    assert rig.world.reservoir.head_steps == 0
    assert rig.world.motor.lost_steps <= 2 * rig.pump.profile.rewind_burst_steps
    kind, _, total, reason = rig.all(events.MOVE_END)[-1]
    assert (kind, reason) == (events.KIND_REWIND, events.END_NO_MOTION)
    assert total == rig.world.motor.lost_steps + 5_000
    # The small trains of a dose are not held against what the rewind slipped.
    rig.world.reservoir.insert(300)
    assert rig.pump.change().load(300_000, events.SOURCE_BUTTONS) == codes.OK
    assert rig.pump.change().finish(events.SOURCE_BUTTONS) == codes.OK
    rig.run_s(1_800)
    assert rig.pump.state == states.RUNNING
    assert rig.world.motor.position_steps > -5_000 + 300


# ---- the switch at the end of the plunger's way


def at_the_end(units_left):
    """A pump whose switch opens when the head has pushed out so many units more."""
    board = board_with(END_PIN=22, END_LEVEL=1, END_CLEAR_STEPS=4_000, REWIND_STEPS=20_000)
    rig = Rig(board)
    world = rig.world
    ahead_steps = world.reservoir.bottom_steps - world.reservoir.head_steps
    ahead_steps -= units_left * 6_791 // 10
    world.end_switch = EndSwitch(world.step_pin, world.clock, world.reservoir, ahead_steps)
    rig.restart()
    rig.pump.acknowledge(events.SOURCE_BUTTONS)
    return rig


def test_plunger_at_its_end_stops_a_bolus_within_a_step_and_alarms():
    rig = at_the_end(1)
    rig.bolus(3_000)
    rig.run_s(60)
    assert rig.steps == 679
    assert rig.pump.alarms.highest() == al.END_REACHED
    assert rig.pump.state == states.SUSPENDED
    _, _, given, reason = rig.all(events.BOLUS_END)[-1]
    assert (given, reason) == (679, events.END_ALARM)
    assert rig.all(events.SUSPEND)[-1] == (events.SOURCE_RULE, al.END_REACHED)
    assert (al.END_REACHED, al.HIGH, 0) in rig.all(events.ALARM_RAISED)
    assert not rig.all(events.MOTOR_ERROR)


def test_nothing_is_delivered_at_the_end_whoever_asks():
    rig = at_the_end(1)
    rig.bolus(3_000)
    rig.run_s(60)
    rig.press(OK)  # seen; the switch is still open
    assert rig.pump.resume(events.SOURCE_BUTTONS) == codes.ALARM_PERSISTS
    in_a_change(rig)
    assert rig.pump.change().load(100_000, events.SOURCE_BUTTONS) == codes.OK
    assert rig.pump.change().prime(events.SOURCE_BUTTONS) == codes.ALARM_PERSISTS
    rig.restart()
    rig.run_s(600)
    assert rig.steps == 679
    assert rig.pump.alarms.has_cause(al.END_REACHED)


def test_basal_that_begins_at_the_end_makes_not_one_step():
    rig = at_the_end(0)
    rig.pump.set_basal([(0, 5_000)], events.SOURCE_LINK)
    rig.run_s(600)
    assert rig.steps == 0
    assert rig.pump.state == states.SUSPENDED


def test_rewind_leads_away_from_the_end_and_the_alarm_is_over():
    rig = at_the_end(1)
    rig.bolus(3_000)
    rig.run_s(60)
    rig.press(OK)
    in_a_change(rig)
    assert rig.pump.change().rewind(events.SOURCE_BUTTONS) == codes.OK
    rig.run_s(40)
    assert rig.pump.state == states.CHANGING
    assert rig.world.reservoir.head_steps == 0
    assert not rig.pump.alarms.raised & 1 << al.END_REACHED - 1
    assert rig.all(events.ALARM_CLEARED)[-1][0] == al.END_REACHED
    rig.world.reservoir.insert(300)
    assert rig.pump.change().load(300_000, events.SOURCE_BUTTONS) == codes.OK
    assert rig.pump.change().prime(events.SOURCE_BUTTONS) == codes.OK
    rig.run_s(2)
    assert rig.pump.move.made_steps > 500


def test_rewind_that_does_not_lead_away_from_the_end_is_a_motor_that_does_not_turn():
    rig = at_the_end(1)
    rig.bolus(3_000)
    rig.run_s(60)
    rig.press(OK)
    in_a_change(rig)
    rig.world.reservoir.jammed = True
    assert rig.pump.change().rewind(events.SOURCE_BUTTONS) == codes.OK
    rig.run_s(60)
    assert rig.pump.state == states.FAULT
    assert rig.pump.alarms.highest() == al.MOTOR_ERROR
    back, made = rig.all(events.MOTOR_ERROR)[-1]
    assert 4_000 < back <= 4_000 + 2 * rig.pump.profile.rewind_burst_steps
    assert made == 0


def test_broken_wire_of_the_switch_stops_delivery():
    rig = at_the_end(100)
    rig.bolus(3_000)
    rig.run_until(lambda: rig.steps > 300)
    rig.world.end_switch.broken_wire = True
    rig.world.end_switch.look()
    before = rig.steps
    rig.run_s(60)
    assert rig.steps == before
    assert rig.pump.alarms.highest() == al.END_REACHED


def test_a_spike_on_the_wire_of_the_switch_costs_no_dose_and_raises_nothing():
    rig = at_the_end(100)
    rig.bolus(3_000)
    rig.run_until(lambda: rig.steps > 300)
    pin = rig.world.end_switch.pin
    pin.drive(1)
    pin.drive(0)
    rig.run_s(120)
    assert rig.steps == 3_000 * 6_791 // 10_000
    assert not rig.pump.alarms.raised & 1 << al.END_REACHED - 1
    assert rig.pump.state == states.RUNNING


def test_driver_that_took_no_settings_moves_no_motor():
    rig = Rig(program=PROGRAM)
    rig.cut_power()
    rig.hardware = FakeHardware(rig.world, rig.port, events.RESET_POWER, Files(rig.world.flash))
    rig.hardware.turning = types.SimpleNamespace(ready=False, lost_steps=lambda position: 0)
    rig.start_app()
    rig.run_s(600)
    assert rig.steps == 0
    assert rig.pump.alarms.highest() == al.MOTOR_ERROR


def test_board_that_can_only_make_short_trains_gives_the_same_dose():
    rig = Rig(board_with(LONGEST_TRAIN=47))
    rig.hardware.engine.longest_train = rig.hardware.stepper.longest_train = 47
    rig.bolus(3_000)
    rig.run_s(120)
    assert rig.steps == 3_000 * 6_791 // 10_000
    assert rig.pump.state == states.RUNNING
