"""Temporary basal: rate and end are exact, its log says what it gave, nothing prolongs it."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import alarms, codes, events, record, states, temporary
from pump.core import settings as st
from pump.core.layouts import LAYOUTS
from pump.core.temporary import NO_PERCENT

_LINK = events.SOURCE_LINK
_HOUR_S = 3_600


def owed_steps(dose_mu):
    return dose_mu * 6791 // 10_000


def percent(bench, value, minutes, source=BUTTONS):
    return temporary.begin(bench.pump, value, 0, minutes, source)


def absolute(bench, rate_mu_h, minutes, source=BUTTONS):
    return temporary.begin(bench.pump, NO_PERCENT, rate_mu_h, minutes, source)


def _event(packed):
    return record.header(packed)[2]


def given_by_leases(bench):
    """Steps that the leases between the last start and the end after it have made."""
    found = 0
    for packed in bench.log:
        event = _event(packed)
        if event == events.TEMPORARY_START:
            found = 0
        elif event == events.TEMPORARY_END:
            break
        elif event == events.BASAL_LEASE:
            found += record.fields(packed, LAYOUTS[event])[0]
    return found


def test_a_percentage_owes_that_share_of_the_program():
    bench = Bench(segments=[(0, 1_000)])
    assert percent(bench, 150, 60) == codes.OK
    assert bench.pump.basal_rate_mu_h() == 1_500
    bench.run_s(_HOUR_S)
    assert 0 <= owed_steps(1_500) - bench.steps <= 4  # less than a quantum is still owed
    bench.run_s(_HOUR_S)
    assert 0 <= owed_steps(2_500) - bench.steps <= 4


def test_it_ends_by_itself_at_its_exact_millisecond_whatever_the_turns_are():
    for turn_ms in (1_000, 3_700, 4_000, 61_000):
        bench = Bench(segments=[(0, 0)])
        bench.run_s(7, 999)
        assert absolute(bench, 4_000, 15) == codes.OK
        bench.run_s(_HOUR_S, turn_ms)
        assert bench.steps == owed_steps(1_000)
        assert bench.last(events.TEMPORARY_END)[0] == 900
        assert bench.last(events.TEMPORARY_END)[2] == events.END_TIME


def test_the_core_wants_a_turn_at_its_end():
    bench = Bench(segments=[(0, 1_000)])
    percent(bench, 50, 15)
    bench.run_s(897)
    bench.pump.settings_dirty = False  # saved
    assert bench.pump.due_ms() == 3_000


def test_a_percentage_follows_the_program_from_segment_to_segment_and_rounds_down():
    bench = Bench(segments=[(0, 1_000), (30, 35)])
    percent(bench, 33, 60)
    bench.run_s(1_800)
    assert bench.pump.basal_rate_mu_h() == 11
    assert [row[2] for row in bench.all(events.BASAL_LEASE) if row[2]][-1] == 11


def test_zero_percent_gives_nothing_and_then_the_program_goes_on():
    bench = Bench(segments=[(0, 2_000)])
    percent(bench, 0, 30)
    bench.run_s(1_800)
    assert bench.steps == 0
    bench.run_s(1_800)
    assert bench.steps == owed_steps(1_000)
    assert bench.last(events.TEMPORARY_END) == (1_800, 0, events.END_TIME)


def test_its_end_says_what_it_gave_as_the_leases_between_do():
    bench = Bench(segments=[(0, 700)])
    bench.run_s(100)
    percent(bench, 300, 120)
    bench.run_s(5_000)
    assert temporary.cancel(bench.pump, BUTTONS) == codes.OK
    bench.run_s(400)
    elapsed_s, given, reason = bench.last(events.TEMPORARY_END)
    assert (elapsed_s, reason) == (5_000, events.END_STOPPED)
    assert given == given_by_leases(bench) > 0
    assert 0 <= owed_steps(2_100 * 5_000 // 3_600) - given <= 4  # a quantum is still owed


def test_it_outlives_checkpoints():
    bench = Bench(segments=[(0, 4_000)])
    percent(bench, 100, 1_440)
    bench.run_s(20 * _HOUR_S, 4_000)
    assert bench.all(events.CHECKPOINT_TEMPORARY)
    bench = bench.restarted()
    elapsed_s, given, reason = bench.last(events.TEMPORARY_END)
    assert reason == events.END_POWER_LOST
    assert given == given_by_leases(bench)
    assert 20 * _HOUR_S - 1_800 <= elapsed_s <= 20 * _HOUR_S


def test_one_in_place_of_another_ends_that_and_says_so():
    bench = Bench(segments=[(0, 1_000)])
    percent(bench, 200, 60)
    bench.run_s(600)
    assert absolute(bench, 500, 30, _LINK) == codes.OK
    bench.commit()
    assert bench.last(events.TEMPORARY_END)[2] == events.END_RENEWED
    assert bench.last(events.TEMPORARY_START) == (NO_PERCENT, 500, 30, _LINK)
    assert bench.pump.basal_rate_mu_h() == 500
    assert bench.pump.temporary_left_ms() == 1_800_000


def test_its_start_stands_in_the_log_before_a_step_of_it_moves():
    bench = Bench(segments=[(0, 0)])
    absolute(bench, 5_000, 15)
    assert bench.pump.log.outbox
    bench.pump.advance(60_000)
    assert bench.pump.next_burst() == 0
    bench.commit()
    assert bench.pump.next_burst() > 0


def test_while_steps_are_under_way_it_waits_for_them_and_they_are_not_its_own():
    bench = Bench(segments=[(0, 5_000)])
    pump = bench.pump
    pump.advance(30_000)
    bench.commit()
    burst = pump.next_burst()
    assert burst
    assert percent(bench, 0, 15) == codes.OK
    assert percent(bench, 50, 15) == codes.NOT_NOW
    assert temporary.cancel(pump, BUTTONS) == codes.NOT_NOW
    assert pump.temporary_left_ms() == 0
    pump.moved(burst, False)
    bench.commit()
    assert pump.temporary_left_ms() == 900_000
    assert pump.temporary.given_steps == 0
    assert bench.last(events.TEMPORARY_START)[0] == 0


def test_suspended_before_it_could_begin_it_still_has_both_its_records():
    bench = Bench(segments=[(0, 5_000)])
    pump = bench.pump
    pump.advance(30_000)
    bench.commit()
    burst = pump.next_burst()
    percent(bench, 50, 15)
    pump.suspend(BUTTONS)
    pump.moved(burst, True)
    bench.commit()
    assert bench.last(events.TEMPORARY_START)[0] == 50
    assert bench.last(events.TEMPORARY_END) == (0, 0, events.END_SUSPENDED)
    assert pump.temporary is None


def test_steps_under_way_at_its_end_are_its_own():
    bench = Bench(segments=[(0, 0)])
    pump = bench.pump
    absolute(bench, 5_000, 15)
    bench.run_s(890)
    pump.advance(9_000)
    burst = pump.next_burst()
    assert burst
    pump.advance(2_000)
    assert pump.temporary_left_ms() == 0 and pump.basal_rate_mu_h() == 0
    assert bench.all(events.TEMPORARY_END) == []
    pump.moved(burst, False)
    bench.commit()
    assert bench.last(events.TEMPORARY_END)[:2] == (900, given_by_leases(bench))


def test_a_suspension_ends_it_and_an_alarm_says_that_the_program_follows_the_resume():
    bench = Bench(segments=[(0, 1_000)])
    percent(bench, 200, 60)
    bench.run_s(600)
    bench.pump.suspend(BUTTONS)
    bench.commit()
    assert bench.last(events.TEMPORARY_END)[2] == events.END_SUSPENDED
    assert bench.pump.alarms.waiting & 1 << alarms.TEMPORARY_ENDED - 1
    assert percent(bench, 200, 60) == codes.SUSPENDED
    bench.pump.resume(BUTTONS)
    assert bench.pump.basal_rate_mu_h() == 1_000


def test_an_occlusion_ends_it_and_an_alarm_says_that_the_program_follows():
    bench = Bench(segments=[(0, 1_000)])
    percent(bench, 200, 60)
    bench.run_s(600)
    for _ in range(4):
        bench.pump.sense(4_000, 600)
    bench.commit()
    assert bench.pump.state == states.SUSPENDED
    assert bench.last(events.TEMPORARY_END)[2] == events.END_ALARM
    assert bench.pump.alarms.waiting & 1 << alarms.TEMPORARY_ENDED - 1


def test_a_reservoir_change_ends_it_and_an_alarm_says_so():
    for under_way in (False, True):
        bench = Bench(segments=[(0, 1_000)])
        percent(bench, 200, 60)
        bench.run_s(10)
        if under_way:  # then it is booked when its train has ended, in the change
            bench.pump.advance(60_000)
            bench.commit()
            burst = bench.pump.next_burst()
            assert burst
        assert bench.pump.change().start(BUTTONS) == codes.OK
        if under_way:
            bench.pump.moved(burst, True)
        bench.commit()
        assert bench.last(events.TEMPORARY_END)[2] == events.END_SUSPENDED
        assert bench.pump.alarms.waiting & 1 << alarms.TEMPORARY_ENDED - 1
    assert percent(bench, 200, 60) == codes.NOT_NOW


def test_service_and_a_fault_end_it():
    for stop, reason in (
        (lambda pump: pump.grant_service(BUTTONS), events.END_STOPPED),
        (lambda pump: pump.fail(1, 0), events.END_ALARM),
    ):
        bench = Bench(segments=[(0, 1_000)])
        percent(bench, 200, 60)
        stop(bench.pump)
        bench.commit()
        assert bench.last(events.TEMPORARY_END)[2] == reason
        assert bench.pump.temporary_left_ms() == 0


def test_after_a_power_cut_the_program_is_in_force_and_an_alarm_says_so():
    bench = Bench(segments=[(0, 1_000)])
    percent(bench, 0, 60)
    bench.run_s(700)
    bench = bench.restarted()
    assert bench.pump.basal_rate_mu_h() == 1_000
    assert bench.last(events.TEMPORARY_END)[1:] == (0, events.END_POWER_LOST)
    assert bench.pump.alarms.waiting & 1 << alarms.TEMPORARY_ENDED - 1
    ends = len(bench.all(events.TEMPORARY_END))
    assert len(bench.restarted().all(events.TEMPORARY_END)) == ends == 1


def test_after_a_cut_at_every_record_the_log_has_one_end_for_each_start():
    bench = Bench(segments=[(0, 1_000)])
    for value in (150, 50):
        percent(bench, value, 15)
        bench.run_s(300)
    temporary.cancel(bench.pump, BUTTONS)
    bench.run_s(10)
    percent(bench, 120, 15)
    bench.run_s(1_000)
    for count in range(1, len(bench.log) + 1):
        cut = Bench(settings=bench.pump.settings, log=bench.log[:count])
        starts, ends = cut.all(events.TEMPORARY_START), cut.all(events.TEMPORARY_END)
        assert len(starts) == len(ends), "cut after record %d" % count


def test_an_end_that_the_log_has_lost_is_not_made_up_after_a_checkpoint_that_knows_of_none():
    bench = Bench(segments=[(0, 4_000)])
    percent(bench, 50, 15)
    bench.run_s(12 * _HOUR_S, 4_000)
    ends = [at for at in range(len(bench.log)) if _event(bench.log[at]) == events.TEMPORARY_END]
    last = [at for at in range(len(bench.log)) if _event(bench.log[at]) == events.CHECKPOINT_TODAY]
    assert last[-1] > ends[0]
    del bench.log[ends[0]]
    assert bench.restarted().all(events.TEMPORARY_END) == []


def test_setting_the_clock_changes_its_length_by_nothing():
    bench = Bench(segments=[(0, 1_000), (720, 2_500)])
    assert percent(bench, 200, 60) == codes.OK
    bench.run_s(1_800)
    assert bench.pump.basal_rate_mu_h() == 2_000
    assert bench.pump.set_clock(200_000_000, 60, BUTTONS) == codes.OK  # in an afternoon
    assert bench.pump.basal_rate_mu_h() == 5_000
    bench.run_s(1_799)
    assert bench.pump.temporary_left_ms() == 1_000
    bench.run_s(1)
    assert bench.pump.temporary_left_ms() == 0


def test_what_is_out_of_bounds_is_refused_and_changes_nothing():
    bench = Bench(segments=[(0, 1_000), (600, 2_000)])
    pump = bench.pump
    for value, rate, minutes, code in (
        (501, 0, 60, codes.OUT_OF_RANGE),
        (-2, 0, 60, codes.OUT_OF_RANGE),
        (NO_PERCENT, -1, 60, codes.OUT_OF_RANGE),
        (100, 0, 0, codes.OUT_OF_RANGE),
        (100, 0, 20, codes.OUT_OF_RANGE),
        (100, 0, 1_455, codes.OUT_OF_RANGE),
        (NO_PERCENT, 5_001, 60, codes.OVER_MAX_BASAL),
        (251, 0, 60, codes.OVER_MAX_BASAL),  # of the highest segment
    ):
        assert temporary.begin(pump, value, rate, minutes, BUTTONS) == code
        bench.commit()
        assert bench.last(events.REFUSED)[:2] == (events.COMMAND_TEMPORARY, code)
        assert not pump.temporary_left_ms()
    assert percent(bench, 250, 1_440) == codes.OK
    assert absolute(bench, 5_000, 15) == codes.OK


def test_no_rate_is_above_a_max_basal_that_is_lowered_meanwhile():
    bench = Bench(segments=[(0, 1_000)])
    percent(bench, 400, 60)
    assert bench.pump.set_setting(st.MAX_BASAL_MU_H, 1_500, BUTTONS) == codes.OK
    bench.run_s(_HOUR_S)
    assert bench.steps <= owed_steps(1_500)
    assert bench.last(events.TEMPORARY_END)[1] <= owed_steps(1_500)


def test_the_limit_of_an_hour_holds_a_temporary_rate_back():
    bench = Bench(segments=[(0, 1_000)])
    assert bench.pump.set_setting(st.MAX_HOUR_MU, 1_000, BUTTONS) == codes.OK
    percent(bench, 500, 60)
    bench.run_s(_HOUR_S)
    assert bench.steps <= owed_steps(1_000)
    assert bench.pump.alarms.raised & 1 << alarms.OVER_LIMIT - 1


def test_who_ends_or_replaces_it_is_told_by_no_alarm():
    bench = Bench(segments=[(0, 1_000)])
    for source in (BUTTONS, _LINK):
        percent(bench, 200, 60)
        percent(bench, 150, 60)
        assert temporary.cancel(bench.pump, source) == codes.OK
    percent(bench, 200, 15)
    bench.run_s(1_000)
    ends = [values[2] for values in bench.all(events.TEMPORARY_END)]
    renewed = events.END_RENEWED
    wished = [renewed, events.END_STOPPED, renewed, events.END_REMOTE, events.END_TIME]
    assert ends == wished
    assert not bench.pump.alarms.raised & 1 << alarms.TEMPORARY_ENDED - 1


def test_a_bolus_runs_beside_it_and_neither_changes_the_other():
    bench = Bench(segments=[(0, 1_000)])
    percent(bench, 200, 15)
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    assert percent(bench, 300, 15) == codes.OK
    bench.run_s(900, 100)
    assert bench.last(events.BOLUS_END)[2] == owed_steps(1_000)
    assert temporary.cancel(bench.pump, BUTTONS) == codes.NOT_NOW


def test_the_end_at_its_time_is_told_to_the_face_but_not_of_what_a_program_ordered():
    for source, told in ((BUTTONS, True), (_LINK, False)):
        bench = Bench(segments=[(0, 1_000)])
        percent(bench, 200, 15, source)
        bench.run_s(900)
        assert bench.pump.suspension.reminder_due is told


def test_the_log_tells_one_that_was_ended_by_link_from_one_that_was_ended_by_hand():
    for source, reason in ((BUTTONS, events.END_STOPPED), (_LINK, events.END_REMOTE)):
        bench = Bench(segments=[(0, 1_000)])
        percent(bench, 200, 60)
        bench.run_s(600)
        assert temporary.cancel(bench.pump, source) == codes.OK
        bench.commit()
        assert bench.last(events.TEMPORARY_END)[2] == reason


def test_what_stops_it_ends_its_rate_at_once_though_steps_are_under_way():
    bench = Bench(segments=[(0, 0)])
    pump = bench.pump
    absolute(bench, 5_000, 15)
    bench.run_s(100)
    pump.advance(9_000)
    bench.commit()
    burst = pump.next_burst()
    assert burst
    pump.suspend(BUTTONS)
    assert pump.temporary_left_ms() == 0
    pump.moved(burst, True)
    bench.commit()
    assert bench.last(events.TEMPORARY_END) == (109, given_by_leases(bench), events.END_SUSPENDED)


def test_the_log_knows_to_the_second_how_long_one_was_in_force_that_the_power_cut():
    for checkpoint_s in (None, 0, 2_000):
        bench = Bench(segments=[(0, 1_000)])
        percent(bench, 150, 60)
        bench.run_s(2_000)
        if checkpoint_s is not None:
            bench.pump.checkpoint()
            bench.run_s(checkpoint_s // 2)
        bench.pump.log.write(events.LINK_OPENED)
        bench.commit()
        elapsed_s = 2_000 + (checkpoint_s or 0) // 2
        assert bench.restarted().last(events.TEMPORARY_END)[0] == elapsed_s


def test_a_refusal_because_of_the_state_is_told_with_nothing_asked():
    bench = Bench(segments=[(0, 5_000)])
    pump = bench.pump
    pump.advance(30_000)
    bench.commit()
    burst = pump.next_burst()
    assert burst
    assert percent(bench, 50, 15) == codes.OK
    assert percent(bench, 50, 15) == codes.NOT_NOW  # the one before waits for the train
    pump.moved(burst, False)
    pump.suspend(BUTTONS)
    assert percent(bench, 50, 15) == codes.SUSPENDED
    bench.commit()
    told = [values[1:4] for values in bench.all(events.REFUSED)]
    assert told == [(codes.NOT_NOW, 0, 0), (codes.SUSPENDED, 0, 0)]


def test_it_knows_who_ordered_it_and_counts_whole_seconds_alone():
    for source, remote in ((BUTTONS, False), (_LINK, True)):
        bench = Bench(segments=[(0, 1_000)])
        assert percent(bench, 50, 15, source) == codes.OK
        assert bench.pump.temporary.remote is remote
        bench.turn(1_999)
        assert temporary.cancel(bench.pump, source) == codes.OK
        bench.commit()
        assert bench.last(events.TEMPORARY_END)[0] == 1


def test_the_lease_before_it_ends_with_the_change_of_rate_and_its_own_with_what_stopped_it():
    bench = Bench(segments=[(0, 1_000)])
    bench.run_s(100)
    for stop, reason in ((False, events.END_RATE_CHANGE), (True, events.END_SUSPENDED)):
        assert bench.pump.suspend(BUTTONS) == codes.OK if stop else percent(bench, 200, 60) == 0
        bench.turn(0)
        closed = [values for values in bench.all(events.BASAL_LEASE) if not values[1]]
        assert closed[-1][3] == reason
        bench.run_s(100)
