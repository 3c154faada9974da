"""One alarm that stops delivery three times in ten minutes: nobody resumes for a while."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import alarms as al
from pump.core import codes, events, states
from pump.core import settings as st

THIRD = (al.STOPPED_AGAIN, al.HIGH, al.OCCLUSION)


def delivering():
    return Bench(segments=[(0, 1_000)])


def block(bench):
    """The line is blocked until delivery stops, and is free again; the alarms are seen."""
    for mbar in (800, 0):
        for _ in range(4):
            bench.pump.sense(-1, mbar)
    bench.turn(0)
    see(bench)


def see(bench):
    while bench.pump.alarms.waiting:
        bench.pump.acknowledge(BUTTONS)
    bench.turn(0)


def stopped_thrice(apart_s=60):
    bench = delivering()
    for count in range(3):
        if count:
            assert bench.pump.resume(BUTTONS) == codes.OK
            bench.run_s(apart_s)
        block(bench)
    return bench


def stays(bench):
    return bench.pump.alarms.has_cause(al.STOPPED_AGAIN)


def test_the_third_stop_by_one_alarm_within_ten_minutes_has_an_alarm_that_says_so():
    bench = stopped_thrice()
    raised = [values for values in bench.all(events.ALARM_RAISED) if values[1] == al.HIGH]
    assert [values[0] for values in raised] == [al.OCCLUSION] * 3 + [al.STOPPED_AGAIN]
    assert raised[-1] == THIRD  # and by which
    assert stays(bench) and bench.pump.state == states.SUSPENDED


def test_it_cannot_be_resumed_for_ten_minutes_although_all_was_seen_and_the_cause_is_gone():
    bench = stopped_thrice()
    for _ in range(9):
        assert bench.pump.resume(BUTTONS) == codes.ALARM_PERSISTS
        assert bench.pump.resume(events.SOURCE_LINK) == codes.ALARM_PERSISTS
        bench.run_s(60)
        see(bench)
    steps = bench.steps
    bench.run_s(61)
    see(bench)
    assert not stays(bench) and bench.pump.state == states.SUSPENDED
    bench.run_s(600)
    assert bench.steps == steps  # it does not go on by itself
    assert bench.pump.resume(BUTTONS) == codes.OK
    bench.run_s(600)
    assert bench.steps > steps


def test_an_alarm_that_was_not_seen_keeps_it_stopped_after_the_ten_minutes():
    bench = delivering()
    for count in range(3):
        if count:
            assert bench.pump.resume(BUTTONS) == codes.OK
        block(bench)
        bench.run_s(10)
    bench.pump.alarms.waiting |= 1 << al.STOPPED_AGAIN - 1
    bench.run_s(700)
    assert bench.pump.resume(BUTTONS) == codes.ALARM_PERSISTS
    see(bench)
    assert bench.pump.resume(BUTTONS) == codes.OK


def test_a_new_reservoir_ends_it_at_once_so_that_the_tubing_can_be_filled():
    bench = stopped_thrice()
    change = bench.pump.change()
    assert change.start(BUTTONS) == codes.OK
    assert stays(bench)
    assert change.load(200_000, BUTTONS) == codes.OK
    bench.turn(0)
    assert not stays(bench)
    assert change.prime(BUTTONS) == codes.OK
    bench.turn(100)
    change.stop()
    bench.turn(100)
    assert change.finish(BUTTONS) == codes.OK
    assert bench.pump.state == states.SUSPENDED  # as before: a person resumes
    assert bench.pump.resume(BUTTONS) == codes.OK
    block(bench)
    assert not stays(bench)  # the count began anew


def test_three_stops_in_more_than_ten_minutes_are_no_such_thing():
    bench = stopped_thrice(301)
    assert not stays(bench)
    assert bench.pump.resume(BUTTONS) == codes.OK
    bench.run_s(200)
    block(bench)  # but this one, with the two before
    assert stays(bench)


def test_stops_by_other_alarms_do_not_add_up():
    bench = delivering()
    for count in range(2):
        block(bench)
        assert bench.pump.resume(BUTTONS) == codes.OK
        bench.pump.keys_down(8, 60)
        bench.pump.keys_down(0, 1)
        see(bench)
        assert bench.pump.resume(BUTTONS) == codes.OK, count
    bench.pump.suspend(BUTTONS)
    assert bench.pump.resume(BUTTONS) == codes.OK
    assert not stays(bench)
    block(bench)
    assert stays(bench)


def test_a_hand_or_a_program_may_suspend_as_often_as_it_likes():
    bench = delivering()
    for source in (BUTTONS, events.SOURCE_LINK) * 3:
        assert bench.pump.suspend(source) == codes.OK
        assert bench.pump.resume(BUTTONS) == codes.OK
    assert not stays(bench)


def test_no_restart_is_a_way_round_it():
    bench = stopped_thrice()
    bench.run_s(300)
    again = bench.restarted()
    assert stays(again) and again.pump.state == states.SUSPENDED
    assert [values for values in again.all(events.ALARM_RAISED) if values[0] == 29] == [THIRD] * 2
    see(again)
    assert again.pump.resume(BUTTONS) == codes.ALARM_PERSISTS
    again.run_s(601)
    see(again)
    assert again.pump.resume(BUTTONS) == codes.OK


def test_a_restart_between_the_stops_forgets_none_of_them():
    bench = delivering()
    for _ in range(2):
        block(bench)
        bench = bench.restarted()
        see(bench)
        assert not stays(bench)
        assert bench.pump.resume(BUTTONS) == codes.OK
        bench.run_s(60)
    block(bench)
    assert stays(bench)


def test_a_restart_long_after_it_or_after_a_new_reservoir_raises_it_no_more():
    bench = stopped_thrice()
    bench.run_s(700)
    assert not stays(bench.restarted())
    bench = stopped_thrice()
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(200_000, BUTTONS)
    bench.turn(0)
    assert not stays(bench.restarted())
    # Resumed before the third stop was ten minutes ago: nothing is stopped any more.
    bench = stopped_thrice()
    bench.pump.suspension.forgive()
    see(bench)
    assert bench.pump.resume(BUTTONS) == codes.OK
    bench.commit()
    assert not stays(bench.restarted())


def test_delivery_that_goes_on_by_itself_does_not_after_it():
    bench = delivering()
    assert bench.pump.set_setting(st.AUTO_RESUME_MIN, 5, BUTTONS) == codes.OK
    for count in range(3):
        if count:
            assert bench.pump.resume(BUTTONS) == codes.OK
        block(bench)
    bench.run_s(1_800)
    assert bench.pump.state == states.SUSPENDED
