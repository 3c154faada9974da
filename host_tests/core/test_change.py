"""Changing the reservoir: guided, counted, and apart from dose."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import alarms, codes, events, states
from pump.core import settings as st


def changing(bench):
    assert bench.pump.change().start(BUTTONS) == codes.OK
    return bench.pump


def test_the_whole_sequence():
    bench = Bench(segments=[(0, 1_000)])
    pump = changing(bench)
    assert pump.change().rewind(BUTTONS) == codes.OK
    bench.run_s(90)
    assert bench.last(events.MOVE_END) == (events.KIND_REWIND, 5_000, 5_000, events.END_DONE)
    assert pump.change().load(200_000, BUTTONS) == codes.OK
    assert pump.change().prime(BUTTONS) == codes.OK
    bench.turn(10)
    bench.turn(10)
    assert pump.change().stop() == codes.OK
    bench.turn(10)
    primed = bench.last(events.MOVE_END)[2]
    assert primed > 0
    assert pump.change().fill_cannula(300, BUTTONS) == codes.OK
    bench.run_s(20)
    assert bench.last(events.MOVE_END)[2] == 203
    assert pump.change().finish(BUTTONS) == codes.OK
    assert pump.state == states.RUNNING
    assert pump.reservoir_steps == 200_000 * 6791 // 10_000 - primed - 203
    assert pump.odometer_steps == 0  # none of it was a dose


def test_no_delivery_while_the_reservoir_is_open():
    bench = Bench(segments=[(0, 5_000)])
    changing(bench)
    bench.run_s(3600)
    assert bench.steps == 0
    assert bench.pump.give_bolus(100, BUTTONS) == codes.NOT_NOW


def test_the_burst_under_way_is_stopped_when_a_change_is_opened():
    bench = Bench(segments=[(0, 5_000)])
    bench.pump.advance(10_000)
    bench.commit()
    ordered = bench.pump.next_burst()
    assert ordered > 5
    assert bench.pump.change().start(BUTTONS) == codes.OK
    assert bench.pump.stop_wanted
    bench.pump.moved(5, True)
    bench.commit()
    assert bench.pump.state == states.CHANGING and not bench.all(events.MOTOR_ERROR)
    assert bench.last(events.BASAL_LEASE)[0] == 5 == bench.pump.window.hour_steps


def test_a_change_is_a_suspension_with_its_resume():
    bench = Bench(segments=[(0, 1_000)])
    changing(bench)
    bench.run_s(90)
    bench.pump.change().load(100_000, BUTTONS)
    bench.pump.change().finish(BUTTONS)
    bench.turn(0)
    assert len(bench.all(events.SUSPEND)) == len(bench.all(events.RESUME)) == 1


def test_a_pump_that_was_suspended_before_stays_so():
    bench = Bench(segments=[(0, 1_000)])
    bench.pump.suspend(BUTTONS)
    changing(bench)
    bench.pump.change().load(100_000, BUTTONS)
    bench.pump.change().finish(BUTTONS)
    assert bench.pump.state == states.SUSPENDED


def test_priming_needs_a_reservoir_first():
    bench = Bench()
    pump = changing(bench)
    assert pump.change().prime(BUTTONS) == codes.RESERVOIR_NOT_SET
    assert pump.change().fill_cannula(300, BUTTONS) == codes.RESERVOIR_NOT_SET
    assert pump.change().finish(BUTTONS) == codes.RESERVOIR_NOT_SET


def test_a_reservoir_cannot_hold_more_than_the_board_says():
    bench = Bench()
    pump = changing(bench)
    assert pump.change().load(300_001, BUTTONS) == codes.OUT_OF_RANGE
    assert pump.change().load(0, BUTTONS) == codes.OUT_OF_RANGE


def test_a_cannula_takes_two_units_at_most():
    bench = Bench()
    pump = changing(bench)
    pump.change().load(100_000, BUTTONS)
    assert pump.change().fill_cannula(2_050, BUTTONS) == codes.OUT_OF_RANGE


def test_priming_ends_by_itself_at_the_most_a_tubing_holds():
    bench = Bench()
    pump = changing(bench)
    pump.change().load(100_000, BUTTONS)
    pump.change().prime(BUTTONS)
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


def test_what_is_refused_changes_nothing_and_is_told_with_nothing_asked():
    bench = Bench(segments=[(0, 1_000)])
    pump = changing(bench)
    pump.change().load(100_000, BUTTONS)
    pump.change().finish(BUTTONS)
    left = pump.reservoir_steps
    for command, code in (
        (pump.change().rewind, codes.NOT_NOW),
        (pump.change().prime, codes.NOT_NOW),
        (pump.change().finish, codes.NOT_NOW),
    ):
        assert command(BUTTONS) == code
        bench.turn(0)
        assert bench.last(events.REFUSED)[1:] == (code, 0, 0, BUTTONS)
    assert pump.reservoir_steps == left
    assert pump.state == states.RUNNING


def test_a_missing_reservoir_is_told_with_nothing_asked():
    bench = Bench()
    pump = changing(bench)
    for refused in (pump.change().prime(BUTTONS), pump.change().fill_cannula(300, BUTTONS)):
        assert refused == codes.RESERVOIR_NOT_SET
    bench.turn(0)
    told = [values[1:] for values in bench.all(events.REFUSED)]
    assert told == [(codes.RESERVOIR_NOT_SET, 0, 0, BUTTONS)] * 2


def test_a_rewind_empties_the_place_of_the_reservoir():
    bench = Bench()
    pump = changing(bench)
    pump.change().load(100_000, BUTTONS)
    assert pump.change().rewind(BUTTONS) == codes.OK
    assert pump.reservoir_steps == -1
    bench.run_s(90)
    assert pump.change().prime(BUTTONS) == codes.RESERVOIR_NOT_SET


def test_an_alarm_that_stops_delivery_keeps_the_plunger_from_pushing_and_not_from_drawing_back():
    bench = Bench()
    pump = changing(bench)
    pump.change().load(100_000, BUTTONS)
    for _ in range(3):
        pump.sense(4_000, 800)
    assert pump.change().prime(BUTTONS) == codes.ALARM_PERSISTS
    assert pump.change().fill_cannula(300, BUTTONS) == codes.ALARM_PERSISTS
    assert pump.change().rewind(BUTTONS) == codes.OK


def test_a_cannula_takes_from_a_step_to_two_units():
    for dose_mu, code in ((1, codes.OUT_OF_RANGE), (2, codes.OK), (2_000, codes.OK)):
        bench = Bench()
        pump = changing(bench)
        pump.change().load(100_000, BUTTONS)
        assert pump.change().fill_cannula(dose_mu, BUTTONS) == code
        bench.run_s(60)
        assert bench.steps == (dose_mu * 6791 // 10_000 if code == codes.OK else 0)


def test_each_part_of_a_prime_is_on_record_before_it_and_booked_after_it():
    bench = Bench()
    pump = changing(bench)
    pump.change().load(100_000, BUTTONS)
    most = pump.profile.move_part_steps
    for _ in range(2):
        before, at = len(bench.all(events.MOVE_PART)), bench.steps
        pump.change().prime(BUTTONS)
        bench.run_s(600)
        parts = bench.all(events.MOVE_PART)[before:]
        assert len(parts) > 2
        assert all(0 < part[2] <= most for part in parts)
        assert parts[0][1] == 0
        ended = bench.last(events.MOVE_END)
        assert sum(part[1] for part in parts) + ended[1] == ended[2] == bench.steps - at
    assert len(bench.all(events.MOVE_END)) == 2
    assert not pump.move.active


def test_a_move_goes_on_in_small_bursts_when_it_pushes_and_in_large_ones_when_it_draws_back():
    bench = Bench()
    pump = changing(bench)
    pump.change().rewind(BUTTONS)
    bench.turn(10)
    assert bench.steps == -pump.profile.rewind_burst_steps
    bench.run_s(90)
    pump.change().load(100_000, BUTTONS)
    at = bench.steps
    pump.change().prime(BUTTONS)
    bench.turn(10)
    assert bench.steps - at == pump.profile.prime_burst_steps


def test_service_is_not_granted_while_a_train_of_basal_runs():
    bench = Bench(segments=[(0, 1_000)])
    pump = bench.pump
    pump.advance(600_000)
    bench.commit()
    pump.next_burst()
    bench.commit()
    burst = pump.next_burst() or pump.train.ordered
    assert burst > 0
    assert pump.grant_service(BUTTONS) == codes.DELIVERING
    bench.turn(0)
    assert bench.last(events.REFUSED)[1:] == (codes.DELIVERING, 0, 0, BUTTONS)


def test_service_is_not_granted_while_the_plunger_is_drawn_back():
    bench = Bench()
    pump = changing(bench)
    pump.change().rewind(BUTTONS)
    assert pump.move.active and not pump.train.ordered
    assert pump.grant_service(BUTTONS) == codes.DELIVERING


def test_a_move_that_ends_for_two_reasons_is_told_by_the_first():
    bench = Bench()
    pump = changing(bench)
    pump.change().load(100_000, BUTTONS)
    pump.change().prime(BUTTONS)
    bench.commit()
    assert pump.next_burst() > 5
    assert pump.change().stop() == codes.OK
    for _ in range(3):
        pump.sense(4_000, 800)
    assert pump.stop_wanted
    pump.moved(5, True)
    bench.commit()
    assert bench.last(events.MOVE_END)[2:] == (5, events.END_STOPPED)


def test_a_failure_ends_a_move_and_the_log_says_how_far_it_came():
    for command in ("rewind", "prime"):
        bench = Bench()
        pump = changing(bench)
        if command == "prime":
            pump.change().load(100_000, BUTTONS)
        getattr(pump.change(), command)(BUTTONS)
        bench.commit()
        burst = pump.next_burst()
        assert burst
        pump.fail(1, 2)
        assert pump.stop_wanted
        pump.moved(burst, True)
        bench.turn(100)
        kind = events.KIND_REWIND if command == "rewind" else events.KIND_PRIME
        assert bench.last(events.MOVE_END) == (kind, abs(burst), abs(burst), events.END_ALARM)
        assert pump.state == states.FAULT and not pump.move.active
        assert pump.next_burst() == 0


def test_what_is_delivered_after_a_suspension_leaves_no_play_to_be_taken_up():
    bench = Bench(segments=[(0, 1_000)])
    pump = bench.pump
    pump.settings.set(st.BACKLASH_STEPS, 120)
    assert pump.suspend(BUTTONS) == codes.OK
    assert pump.resume(BUTTONS) == codes.OK
    bench.run_s(600)
    changing(bench)
    pump.change().load(100_000, BUTTONS)
    assert pump.change().prime(BUTTONS) == codes.OK
    bench.turn(20)
    assert [start[0] for start in bench.all(events.MOVE_START)] == [events.KIND_PRIME]


def test_a_rewind_that_came_to_a_stand_is_over_and_says_so():
    bench = Bench()
    pump = changing(bench)
    pump.change().rewind(BUTTONS)
    bench.turn(10)
    made = -bench.steps
    pump.did_not_turn(400)
    bench.turn(10)
    assert bench.last(events.MOVE_END) == (events.KIND_REWIND, made, made, events.END_NO_MOTION)
    assert pump.state == states.CHANGING
    pump.did_not_turn(400)  # told once more, after its last train
    bench.turn(10)
    assert pump.state == states.CHANGING
    assert len(bench.all(events.MOVE_END)) == 1
    assert not bench.all(events.MOTOR_ERROR)


def test_a_motor_that_does_not_turn_otherwise_is_a_failure():
    for command in (None, "prime"):
        bench = Bench(segments=[(0, 5_000)])
        pump = bench.pump
        bench.run_s(100)
        if command:
            changing(bench)
            pump.change().load(100_000, BUTTONS)
            pump.change().prime(BUTTONS)
            bench.turn(10)
        pump.did_not_turn(321)
        bench.turn(10)
        assert pump.state == states.FAULT
        assert bench.last(events.MOTOR_ERROR) == (321, 0)
        assert not bench.all(events.UNCERTAIN)
        assert pump.alarms.highest() == alarms.MOTOR_ERROR


def test_a_prime_pushes_no_more_than_the_reservoir_holds():
    bench = Bench()
    pump = changing(bench)
    pump.change().load(100, BUTTONS)
    assert pump.change().prime(BUTTONS) == codes.OK
    bench.commit()
    assert pump.next_burst() == 67 < pump.profile.prime_burst_steps


def test_a_change_that_is_open_is_not_let_go_of_and_one_that_is_over_can_be_begun_anew():
    bench = Bench()
    pump = changing(bench)
    pump.change().load(100_000, BUTTONS)
    pump.forget_change()
    assert pump.change().prime(BUTTONS) == codes.OK
    pump.forget_change()
    assert pump.change().stop() == codes.OK
    bench.turn(0)
    assert pump.change().finish(BUTTONS) == codes.OK
    pump.forget_change()
    changing(bench)
    assert pump.change().prime(BUTTONS) == codes.RESERVOIR_NOT_SET


def test_what_a_change_is_refused_for_is_on_record():
    bench = Bench()
    pump = bench.pump
    link = events.SOURCE_LINK
    assert pump.give_bolus(1_000, BUTTONS) == codes.OK
    assert pump.change().start(link) == codes.DELIVERING
    bench.turn(0)
    told = (events.COMMAND_CHANGE, codes.DELIVERING, 0, 0, link)
    assert bench.last(events.REFUSED) == told
    assert pump.change().load(100_000, link) == codes.NOT_NOW
    bench.turn(0)
    told = (events.COMMAND_CHANGE, codes.NOT_NOW, 100_000, 0, link)
    assert bench.last(events.REFUSED) == told
    assert pump.bolus.active and pump.reservoir_steps == -1
    bench.run_s(60)
    changing(bench)
    assert pump.change().load(300_001, link) == codes.OUT_OF_RANGE
    bench.turn(0)
    told = (events.COMMAND_CHANGE, codes.OUT_OF_RANGE, 300_001, 300_000, link)
    assert bench.last(events.REFUSED) == told


def test_a_reservoir_holds_from_a_milliunit_to_what_the_board_says_and_none_is_known_before():
    bench = Bench()
    for dose_mu in (2, 300_000):
        pump = changing(bench)
        assert pump.reservoir_steps == -1
        assert pump.change().load(dose_mu, BUTTONS) == codes.OK
        assert pump.reservoir_steps == dose_mu * 6791 // 10_000
        assert pump.change().finish(BUTTONS) == codes.OK
    pump = changing(bench)
    assert pump.change().load(1, BUTTONS) == codes.OK
    assert pump.reservoir_steps == 0


def test_a_change_is_not_closed_without_a_reservoir_and_the_refusal_asks_for_nothing():
    bench = Bench()
    assert changing(bench).change().finish(BUTTONS) == codes.RESERVOIR_NOT_SET
    bench.turn(0)
    told = (events.COMMAND_CHANGE, codes.RESERVOIR_NOT_SET, 0, 0, BUTTONS)
    assert bench.last(events.REFUSED) == told
    assert bench.pump.state == states.CHANGING


def test_what_may_have_left_the_reservoir_leaves_nothing_in_it_that_may_not_be_there():
    for dose_mu in (2, 100):
        bench = Bench()
        pump = changing(bench)
        assert pump.change().load(dose_mu, BUTTONS) == codes.OK
        assert pump.change().finish(BUTTONS) == codes.OK
        assert not pump.stands_at(500)
        assert pump.reservoir_steps == 0
