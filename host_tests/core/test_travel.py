"""The switch at the end of the plunger's way: there is only the way back."""

from host_tests.core.bench import BUTTONS, Bench, Board
from pump.core import alarms, codes, events, states
from pump.core.travel import Travel

BACK_STEPS = 1_500


class Switched(Board):
    """A board with a switch that a rewind must leave within so many steps."""

    END_CLEAR_STEPS = BACK_STEPS


def giving():
    """A pump with a switch, in the middle of a bolus, and what looks at the switch."""
    bench = Bench(segments=[(0, 1_000)], board=Switched)
    assert bench.pump.give_bolus(5_000, BUTTONS) == codes.OK
    bench.run_s(30)
    return bench, Travel(bench.pump)


def drawing_back():
    """A pump whose plunger is drawn back by 1,000 steps a turn."""
    bench = Bench(board=Switched)
    assert bench.pump.change().start(BUTTONS) == codes.OK
    assert bench.pump.change().rewind(BUTTONS) == codes.OK
    bench.commit()
    return bench, Travel(bench.pump)


def looks(travel, *reached):
    for one in reached:
        travel.look(one)


def test_the_end_stops_what_is_given_at_the_third_look_and_is_told_with_no_value():
    bench, travel = giving()
    looks(travel, True, True)
    assert bench.pump.bolus.active
    assert not bench.pump.alarms.has_cause(alarms.END_REACHED)
    travel.look(True)
    at = bench.steps
    bench.turn(0)
    assert bench.pump.state == states.SUSPENDED
    assert bench.last(events.BOLUS_END)[3] == events.END_ALARM
    assert bench.last(events.SUSPEND) == (events.SOURCE_RULE, alarms.END_REACHED)
    assert (alarms.END_REACHED, alarms.HIGH, 0) in bench.all(events.ALARM_RAISED)
    bench.run_s(600)
    assert bench.steps == at


def test_looks_that_do_not_agree_stop_nothing():
    bench, travel = giving()
    looks(travel, *(True, True, False) * 5)
    bench.turn(0)
    assert bench.pump.bolus.active
    assert not bench.pump.alarms.has_cause(alarms.END_REACHED)


def test_the_alarm_lasts_as_long_as_the_plunger_is_at_its_end():
    bench, travel = giving()
    looks(travel, *[True] * 9)
    while bench.pump.acknowledge(BUTTONS) == codes.OK:
        pass
    assert bench.pump.resume(BUTTONS) == codes.ALARM_PERSISTS
    travel.look(False)
    assert bench.pump.resume(BUTTONS) == codes.OK
    looks(travel, True, True)
    assert bench.pump.state == states.RUNNING
    travel.look(True)
    assert bench.pump.state == states.SUSPENDED


def test_at_the_end_no_train_may_begin_but_one_that_leads_back():
    bench, travel = giving()
    assert travel.holds(True) and not travel.holds(False)
    bench, travel = drawing_back()
    assert not travel.holds(True) and not travel.holds(False)
    bench.run_s(90)
    assert not bench.pump.move.active
    assert travel.holds(True)  # the rewind is over
    assert bench.pump.change().load(100_000, BUTTONS) == codes.OK
    assert bench.pump.change().prime(BUTTONS) == codes.OK
    assert travel.holds(True)


def test_a_prime_ends_at_the_end_though_it_has_made_many_steps():
    bench = Bench(board=Switched)
    assert bench.pump.change().start(BUTTONS) == codes.OK
    assert bench.pump.change().load(100_000, BUTTONS) == codes.OK
    assert bench.pump.change().prime(BUTTONS) == codes.OK
    travel = Travel(bench.pump)
    while bench.steps <= BACK_STEPS:
        bench.turn(10)
    looks(travel, True, True, True)
    bench.turn(10)
    assert bench.pump.state == states.CHANGING
    assert bench.last(events.MOVE_END)[3] == events.END_ALARM
    assert bench.pump.alarms.highest() == alarms.END_REACHED


def test_a_rewind_that_has_not_left_the_end_goes_on_for_the_steps_of_the_board_and_no_more():
    bench, travel = drawing_back()
    looks(travel, True, True, True)
    bench.commit()
    bench.pump.moved(bench.pump.next_burst(), False)
    bench.commit()
    looks(travel, True, True, True)
    assert bench.pump.state == states.MOVING
    train = bench.pump.next_burst()
    bench.pump.moved(train // 2, True)  # 1,500 by now: exactly as many as it may take
    bench.commit()
    travel.look(True)
    assert bench.pump.move.made_steps == BACK_STEPS
    assert bench.pump.state == states.MOVING
    assert bench.pump.next_burst() < 0
    bench.pump.moved(-1, True)
    travel.look(True)
    bench.turn(0)
    assert bench.pump.state == states.FAULT
    assert bench.last(events.MOTOR_ERROR) == (BACK_STEPS + 1, 0)
    assert bench.last(events.MOVE_END)[2:] == (BACK_STEPS + 1, events.END_ALARM)
    assert not bench.all(events.UNCERTAIN)


def test_a_rewind_that_leaves_the_end_clears_the_alarm_and_goes_on_to_its_own_end():
    bench, travel = drawing_back()
    looks(travel, True, True, True)
    assert bench.pump.alarms.has_cause(alarms.END_REACHED)
    bench.turn(10)
    travel.look(False)
    assert not bench.pump.alarms.has_cause(alarms.END_REACHED)
    bench.run_s(90)
    assert bench.last(events.MOVE_END)[2:] == (Switched.REWIND_STEPS, events.END_DONE)
