"""Changing the reservoir: guided, counted, and apart from dose."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import codes, events, states


def changing(bench):
    assert bench.pump.start_change(BUTTONS) == codes.OK
    return bench.pump


def test_the_whole_sequence():
    bench = Bench(segments=[(0, 1_000)])
    pump = changing(bench)
    assert pump.rewind(BUTTONS) == codes.OK
    bench.run_s(90)
    assert bench.last(events.MOVE_END) == (events.KIND_REWIND, 5_000, 5_000, events.END_DONE)
    assert pump.load_reservoir(200_000, BUTTONS) == codes.OK
    assert pump.prime(BUTTONS) == codes.OK
    bench.turn(10)
    bench.turn(10)
    assert pump.stop_move() == codes.OK
    bench.turn(10)
    primed = bench.last(events.MOVE_END)[2]
    assert primed > 0
    assert pump.fill_cannula(300, BUTTONS) == codes.OK
    bench.run_s(20)
    assert bench.last(events.MOVE_END)[2] == 203
    assert pump.finish_change(BUTTONS) == codes.OK
    assert pump.state == states.RUNNING
    assert pump.reservoir_steps == 200_000 * 6791 // 10_000 - primed - 203
    assert pump.odometer_steps == 0  # none of it was a dose


def test_no_delivery_while_the_reservoir_is_open():
    bench = Bench(segments=[(0, 5_000)])
    changing(bench)
    bench.run_s(3600)
    assert bench.steps == 0
    assert bench.pump.give_bolus(100, BUTTONS) == codes.NOT_NOW


def test_a_change_is_a_suspension_with_its_resume():
    bench = Bench(segments=[(0, 1_000)])
    changing(bench)
    bench.run_s(90)
    bench.pump.load_reservoir(100_000, BUTTONS)
    bench.pump.finish_change(BUTTONS)
    bench.turn(0)
    assert len(bench.all(events.SUSPEND)) == len(bench.all(events.RESUME)) == 1


def test_a_pump_that_was_suspended_before_stays_so():
    bench = Bench(segments=[(0, 1_000)])
    bench.pump.suspend(BUTTONS)
    changing(bench)
    bench.pump.load_reservoir(100_000, BUTTONS)
    bench.pump.finish_change(BUTTONS)
    assert bench.pump.state == states.SUSPENDED


def test_priming_needs_a_reservoir_first():
    bench = Bench()
    pump = changing(bench)
    assert pump.prime(BUTTONS) == codes.RESERVOIR_NOT_SET
    assert pump.fill_cannula(300, BUTTONS) == codes.RESERVOIR_NOT_SET
    assert pump.finish_change(BUTTONS) == codes.RESERVOIR_NOT_SET


def test_a_reservoir_cannot_hold_more_than_the_board_says():
    bench = Bench()
    pump = changing(bench)
    assert pump.load_reservoir(300_001, BUTTONS) == codes.OUT_OF_RANGE
    assert pump.load_reservoir(0, BUTTONS) == codes.OUT_OF_RANGE


def test_a_cannula_takes_two_units_at_most():
    bench = Bench()
    pump = changing(bench)
    pump.load_reservoir(100_000, BUTTONS)
    assert pump.fill_cannula(2_050, BUTTONS) == codes.OUT_OF_RANGE


def test_priming_ends_by_itself_at_the_most_a_tubing_holds():
    bench = Bench()
    pump = changing(bench)
    pump.load_reservoir(100_000, BUTTONS)
    pump.prime(BUTTONS)
    bench.run_s(600)
    assert bench.steps == 30_000 * 6791 // 10_000
    assert pump.state == states.CHANGING


def test_service_is_granted_only_when_nothing_is_given():
    bench = Bench(segments=[(0, 1_000)])
    bench.pump.give_bolus(1000, BUTTONS)
    assert bench.pump.grant_service(events.SOURCE_LINK) == codes.DELIVERING
    bench.run_s(60, 50)
    assert bench.pump.grant_service(events.SOURCE_LINK) == codes.OK
    bench.run_s(3600)
    assert bench.last(events.SERVICE) == (1, events.SOURCE_LINK)
    assert bench.last(events.BASAL_LEASE)[1] == 0


def test_an_open_change_reminds_like_a_suspension():
    bench = Bench(segments=[(0, 1_000)])
    changing(bench)
    bench.run_s(1_900)
    assert [values[1] for values in bench.all(events.REMINDER)] == [900, 1800]
