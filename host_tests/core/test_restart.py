"""After a power cut the log accounts for everything, and nothing goes on that should not."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import alarms, codes, events, extended, record, states
from pump.core import settings as st
from pump.core.layouts import LAYOUTS
from pump.core.logbook import LONG_AGO_S, PROGRAM_BITS
from pump.core.recall import Recall
from pump.core.settings import Settings


def test_basal_goes_on_after_a_restart_and_a_bolus_does_not():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.give_bolus(5_000, BUTTONS)
    bench.run_s(60, 50)
    before = bench.steps
    bench = bench.restarted()
    assert bench.pump.state == states.RUNNING
    bench.run_s(3600, 1000)
    assert before + 1350 <= bench.steps <= before + 1358  # two units of basal, no bolus


def test_the_uncertain_stretch_holds_what_was_really_given():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.give_bolus(5_000, BUTTONS)
    bench.run_s(60, 50)
    made = bench.steps
    bench = bench.restarted()
    certain = sum([values[0] for values in bench.all(events.BASAL_LEASE)])
    certain += bench.last(events.BOLUS_END)[2]
    uncertain = bench.all(events.UNCERTAIN)
    assert [values[0] for values in uncertain] == [events.KIND_BASAL, events.KIND_BOLUS]
    assert certain <= made <= certain + sum([values[2] for values in uncertain])
    assert bench.last(events.BOLUS_END)[3] == events.END_POWER_LOST
    assert bench.pump.alarms.waiting & 1 << alarms.BOLUS_INCOMPLETE - 1


def test_a_stretch_is_told_once_however_often_the_power_fails():
    bench = Bench(segments=[(0, 2_000)])
    bench.run_s(60)
    for _ in range(3):
        bench = bench.restarted()
    opened = [values for values in bench.all(events.BASAL_LEASE) if values[1]]
    assert len(bench.all(events.UNCERTAIN)) == 3 == len(opened) - 1


def test_a_recovery_cut_after_any_of_its_records_ends_the_same():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.give_bolus(5_000, BUTTONS)
    bench.run_s(60, 50)
    whole = bench.log
    reference = bench.restarted()
    boot_records = len(reference.log) - len(whole)
    for keep in range(boot_records):
        log = reference.log[: len(whole) + keep] if keep else list(whole)
        again = Bench(settings=bench.pump.settings, log=list(log))
        assert len(again.all(events.BOLUS_END)) == 1
        bolus_uncertain = [v for v in again.all(events.UNCERTAIN) if v[0] == events.KIND_BOLUS]
        assert len(bolus_uncertain) == 1


def test_a_suspended_pump_is_still_suspended_after_a_restart():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.suspend(BUTTONS)
    bench.turn(1000)
    bench = bench.restarted()
    bench.run_s(600)
    assert bench.pump.state == states.SUSPENDED
    assert bench.steps == 0


def test_the_reservoir_takes_the_upper_bound_of_what_is_uncertain():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(100_000, BUTTONS)
    bench.pump.change().finish(BUTTONS)
    bench.run_s(600)
    left = bench.pump.reservoir_steps
    again = bench.restarted()
    assert left - 135 <= again.pump.reservoir_steps <= left


def test_a_change_that_was_cut_leaves_the_pump_suspended_with_an_unknown_reservoir():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(100_000, BUTTONS)
    bench.pump.change().prime(BUTTONS)
    bench.turn(100)
    bench = bench.restarted()
    assert bench.pump.state == states.SUSPENDED
    assert bench.pump.reservoir_steps == -1
    assert bench.last(events.MOVE_END)[3] == events.END_POWER_LOST


def test_a_change_that_was_cut_is_for_a_hand_to_end_although_a_program_had_suspended_before():
    bench = Bench(segments=[(0, 2_000)])
    assert bench.pump.suspend(events.SOURCE_LINK) == codes.OK
    assert bench.pump.change().start(BUTTONS) == codes.OK
    assert bench.pump.change().rewind(BUTTONS) == codes.OK
    bench.turn(1_000)
    bench = bench.restarted().restarted()
    assert bench.pump.resume(events.SOURCE_LINK) == codes.BY_HAND
    bench.run_s(600)
    assert bench.pump.state == states.SUSPENDED
    assert bench.pump.resume(BUTTONS) == codes.OK


def test_a_day_and_its_memory_survive_a_restart_from_the_last_records_alone():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(100_000, BUTTONS)
    bench.pump.change().finish(BUTTONS)
    for _ in range(20):
        bench.pump.give_bolus(500, BUTTONS)
        bench.run_s(3_600, 1_000)
    bench.pump.suspend(BUTTONS)
    bench.turn(0)
    whole = bench.restarted().pump
    tail = Bench(settings=bench.pump.settings, log=bench.log[-160:]).pump
    for pump in (whole, tail):
        assert pump.odometer_steps == bench.pump.odometer_steps
        assert pump.reservoir_steps == bench.pump.reservoir_steps
        assert pump.basal_today_steps == bench.pump.basal_today_steps
        assert pump.bolus_today_steps == bench.pump.bolus_today_steps
        assert pump.boluses_today == 20
        assert pump.bolus.bolus_id == 20
        assert pump.window.day_steps >= bench.pump.window.day_steps
        assert pump.state == states.SUSPENDED


def test_no_sequence_number_is_used_twice():
    bench = Bench(segments=[(0, 5_000)])
    for _ in range(4):
        bench.run_s(300)
        bench = bench.restarted()
    numbers = [record.seq_of(packed) for packed in bench.log]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_clock_goes_on_from_the_last_record_and_asks_to_be_set():
    bench = Bench()
    assert bench.pump.set_clock(200_000_000, 60, BUTTONS) == codes.OK
    bench.run_s(100)
    bench.pump.suspend(BUTTONS)
    bench.turn(0)
    bench = bench.restarted()
    assert bench.pump.clock.local_s == 200_000_100
    assert not bench.pump.clock.trusted
    assert bench.pump.alarms.waiting & 1 << alarms.CLOCK_NOT_SET - 1


def test_a_clock_that_was_set_just_before_the_cut_goes_on_from_what_it_was_set_to():
    for new_s in (200_003_660, 199_900_000):  # an hour forward; back over midnight
        bench = Bench()
        assert bench.pump.set_clock(200_000_000, 60, BUTTONS) == codes.OK
        bench.run_s(60)
        assert bench.pump.set_clock(new_s, 60, BUTTONS) == codes.OK
        bench.commit()
        log = up_to(bench, events.CLOCK_SET)
        again = Bench(settings=bench.pump.settings, log=log)
        assert again.pump.clock.local_s == new_s
        assert again.pump.day == new_s // 86_400


def test_a_restart_by_the_watchdog_is_told_and_basal_goes_on():
    bench = Bench(segments=[(0, 2_000)])
    bench.run_s(60)
    bench = bench.restarted(cause=events.RESET_WATCHDOG)
    assert bench.all(events.BOOT)[-1][0] == events.RESET_WATCHDOG
    assert bench.pump.alarms.highest() == alarms.RESTARTED
    at = bench.steps
    bench.run_s(600)
    assert bench.steps > at


def test_a_damaged_log_is_recorded_and_told():
    bench = Bench()
    bench.pump.alarms.report_log(False, 5, 2, 1)
    bench.turn(0)
    assert bench.last(events.LOG_DAMAGED) == (5, 2, 1)
    assert bench.pump.alarms.waiting & 1 << alarms.LOG_DAMAGED - 1


def test_a_change_that_was_closed_while_suspended_is_closed_after_a_restart():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.suspend(BUTTONS)
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(100_000, BUTTONS)
    bench.pump.change().finish(BUTTONS)
    bench.turn(0)
    again = bench.restarted()
    assert again.pump.reservoir_steps == bench.pump.reservoir_steps == 67_910
    assert again.pump.state == states.SUSPENDED


def restarted_with(bench, settings):
    """The pump after a cut that came before its newest settings were saved."""
    again = Bench(settings=settings, log=bench.log)
    again.run_s(1)
    return again


def test_a_setting_that_was_cut_before_it_was_saved_is_told_as_it_is_in_force():
    bench = Bench()
    bench.pump.set_setting(st.MAX_BOLUS_MU, 5_000, BUTTONS)
    bench.pump.set_setting(st.MAX_DAY_MU, 50_000, BUTTONS)
    bench.pump.set_clock(200_000_000, 60, BUTTONS)
    bench.turn(0)
    saved = Settings()
    saved.set(st.MAX_DAY_MU, 50_000)
    again = restarted_with(bench, saved)
    restart = events.SOURCE_RESTART
    told = again.all(events.SETTING_CHANGED)[2:]
    assert sorted(told) == [
        (st.MAX_BOLUS_MU, 5_000, 10_000, restart),
        (st.UTC_OFFSET_MIN, 60, 0, restart),
    ]
    assert again.pump.alarms.waiting & 1 << alarms.SETTINGS_LOST - 1
    assert len(restarted_with(again, saved).all(events.SETTING_CHANGED)) == 4


def test_a_program_that_was_cut_before_it_was_saved_is_told_as_it_is_in_force():
    bench = Bench(segments=[(0, 1_000), (600, 2_000)])
    saved = Settings()
    saved.basal.replace([(0, 500), (720, 700), (900, 800)])
    again = restarted_with(bench, saved)
    assert again.all(events.BASAL_SEGMENT)[2:] == [
        (0, 0, 1_000, 500),
        (1, 720, 2_000, 700),
        (2, 900, 2_000, 800),
    ]
    old_mu, new_mu = 1_000 * 10 + 2_000 * 14, 500 * 12 + 700 * 3 + 800 * 9
    assert again.last(events.BASAL_PROGRAM) == (3, old_mu, new_mu, events.SOURCE_RESTART)
    assert again.pump.alarms.waiting & 1 << alarms.SETTINGS_LOST - 1
    assert len(restarted_with(again, saved).all(events.BASAL_PROGRAM)) == 2


def test_settings_that_are_as_the_log_has_them_need_no_word():
    bench = Bench(segments=[(0, 1_000)])
    bench.pump.set_setting(st.MAX_BOLUS_MU, 5_000, BUTTONS)
    bench.turn(0)
    bench = bench.restarted()
    assert len(bench.all(events.SETTING_CHANGED)) == 1
    assert len(bench.all(events.BASAL_PROGRAM)) == 1
    assert not bench.pump.alarms.waiting & 1 << alarms.SETTINGS_LOST - 1


def test_a_pump_that_lost_records_since_its_last_checkpoint_waits_for_a_person():
    for keeps_the_last in (True, False):
        bench = Bench(segments=[(0, 2_000)])
        bench.run_s(60)
        bench.pump.suspend(BUTTONS)
        bench.turn(0)
        next_seq = record.seq_of(bench.log[-1]) + 1
        last = bench.log.pop()
        bench.log.pop()
        if keeps_the_last:
            bench.log.append(last)
        again = Bench(settings=bench.pump.settings, log=bench.log, next_seq=next_seq)
        again.run_s(600)
        assert again.steps == 0
        assert again.pump.state == states.SUSPENDED
        assert again.last(events.SUSPEND) == (events.SOURCE_RESTART, alarms.LOG_DAMAGED)
        assert again.pump.resume(BUTTONS) == codes.OK
        again.turn(0)
        again = again.restarted()
        assert again.pump.state == states.RUNNING


def test_a_bolus_whose_end_was_lost_counts_with_all_that_it_may_have_given():
    bench = Bench(segments=[(0, 0)])
    for dose_mu in (3_000, 1_000):
        assert bench.pump.give_bolus(dose_mu, BUTTONS) == codes.OK
        bench.run_s(200)
    before = bench.pump
    ends = [n for n, packed in enumerate(bench.log) if bench.event(packed) == events.BOLUS_END]
    del bench.log[ends[0]]
    after = bench.restarted().pump
    profile = after.profile
    # Its own last part, and what any record that is lost may have told.
    most = 2 * profile.bolus_part_steps + profile.basal_lease_steps + 2
    assert before.window.hour_steps <= after.window.hour_steps <= before.window.hour_steps + most
    on_board_mu = before.on_board_mu()
    assert on_board_mu <= after.on_board_mu() <= on_board_mu + after.profile.scale.dose_mu(most)


def lived_with_boluses():
    """A bench, and after each of its turns (records in the log, steps made, mU on board)."""
    bench = Bench(segments=[(0, 2_000)])
    change = bench.pump.change()
    assert change.start(BUTTONS) == change.load(200_000, BUTTONS) == codes.OK
    assert change.finish(BUTTONS) == codes.OK
    known = []

    def live(seconds):
        for _ in range(seconds):
            bench.turn(1_000)
            known.append((len(bench.log), bench.steps, bench.pump.on_board_mu()))

    for dose_mu in (450, 2_000, 1_500):
        assert extended.begin(bench.pump, 0, dose_mu, 15, BUTTONS) == codes.OK
        live(100)
        if dose_mu == 2_000:
            bench.pump.checkpoint()
        assert bench.pump.give_bolus(dose_mu, BUTTONS) == codes.OK
        live(840)
    return bench, known


def test_whichever_record_is_damaged_and_wherever_the_power_goes_the_limits_count_all_steps():
    bench, known = lived_with_boluses()
    starts = (events.BOLUS_START, events.EXTENDED_START, events.EXTENDED_END, events.BOLUS_END)
    parts = (events.BOLUS_PART, events.EXTENDED_PART)
    latest = {kept: (steps, on_board_mu) for kept, steps, on_board_mu in known}
    first = [bench.event(packed) for packed in bench.log].index(events.EXTENDED_START)
    held_steps = bench.pump.reservoir_steps + bench.steps
    for kept in sorted(latest):
        steps, on_board_mu = latest[kept]
        end_seq = record.seq_of(bench.log[kept - 1]) + 1
        for lost in range(max(first, kept - 25), kept):
            log = bench.log[:lost] + bench.log[lost + 1 : kept]
            again = Bench(settings=bench.pump.settings, log=log, next_seq=end_seq)
            event = bench.event(bench.log[lost])
            assert again.pump.window.hour_steps >= steps, (kept, lost, event)
            assert again.pump.reservoir_steps <= held_steps - steps, (kept, lost, event)
            if event in starts or event in parts:  # to the last place of a part's dose
                assert again.pump.on_board_mu() >= on_board_mu - 2, (kept, lost, event)


def test_many_damaged_records_make_the_limits_no_stricter_than_one_does():
    bench = Bench(segments=[(0, 2_000)])
    for _ in range(10):
        bench.pump.log.write(events.LINK_OPENED)
        bench.pump.log.write(events.SERVICE, 0, 0)
    bench.commit()
    lost = [n for n, packed in enumerate(bench.log) if bench.event(packed) == events.LINK_OPENED]
    limits = []
    for holes in (lost[:1], lost):
        log = [packed for n, packed in enumerate(bench.log) if n not in holes]
        limits.append(Bench(settings=bench.pump.settings, log=log).pump.window.hour_steps)
    assert limits[0] == limits[1]


def test_a_bolus_whose_end_was_lost_is_on_board_though_the_next_checkpoint_was_cut():
    bench = Bench(segments=[(0, 0)])
    assert bench.pump.give_bolus(2_000, BUTTONS) == codes.OK
    bench.run_s(200)
    on_board_mu = bench.pump.on_board_mu()
    ends = [n for n, packed in enumerate(bench.log) if bench.event(packed) == events.BOLUS_END]
    del bench.log[ends[0]]
    before = len(bench.log)
    bench.pump.checkpoint()
    bench.commit()
    for kept in range(before + 1, len(bench.log)):
        again = Bench(settings=bench.pump.settings, log=bench.log[:kept])
        assert again.pump.on_board_mu() >= on_board_mu - 1, kept
        assert again.last(events.SUSPEND) == (events.SOURCE_RESTART, alarms.LOG_DAMAGED)


def test_a_bolus_has_a_number_of_its_own_though_the_start_of_one_beside_it_was_lost():
    bench = Bench()
    assert bench.pump.set_setting(st.BOLUS_DELAY_S, 5, BUTTONS) == codes.OK
    assert extended.begin(bench.pump, 0, 2_000, 15, BUTTONS) == codes.OK
    bench.turn(0)
    assert bench.event(bench.log.pop()) == events.EXTENDED_START
    assert bench.pump.give_bolus(2_000, events.SOURCE_LINK) == codes.OK
    bench.run_s(5)
    assert bench.event(bench.log[-1]) == events.EXTENDED_PART
    assert bench.restarted().pump.bolus.next_id() > 2


def test_no_bolus_gets_the_number_of_one_whose_start_is_lost_and_was_the_last_record():
    bench = Bench()
    assert bench.pump.give_bolus(500, BUTTONS) == codes.OK
    assert bench.event(bench.pump.log.outbox[0]) == events.BOLUS_START
    next_seq = record.seq_of(bench.log[-1]) + 2
    again = Bench(settings=bench.pump.settings, log=bench.log, next_seq=next_seq)
    assert again.pump.bolus.next_id() == 2


def test_a_start_that_was_cut_while_it_told_of_an_empty_program_is_followed_by_another():
    bench = Bench(segments=[(0, 1_000)])
    bench.pump.log.write(events.PROGRAM_ACTIVATED, 1, 3, 24_000, 24_000, 0)
    bench.commit()
    bench.pump.log.write(events.BASAL_PROGRAM, 0, 24_000, 0, 0)
    bench.commit()
    again = Bench(settings=bench.pump.settings, log=bench.log)
    assert again.pump.settings.basal.rate_at(0) == 1_000
    assert again.all(events.BASAL_PROGRAM)[-1][0] == 1


def test_records_lost_before_the_last_checkpoint_stop_nothing():
    bench = Bench(segments=[(0, 2_000)])
    bench.run_s(60)
    bench = bench.restarted()
    del bench.log[2]
    assert bench.restarted().pump.state == states.RUNNING


def test_a_change_that_is_open_for_long_is_open_after_a_restart_from_the_last_records():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.change().start(BUTTONS)
    for value in range(200):
        bench.pump.set_setting(st.MAX_DAY_MU, 50_000 + 100 * value, BUTTONS)
        bench.turn(1000)
    again = Bench(settings=bench.pump.settings, log=bench.log[-160:])
    again.run_s(600)
    assert again.pump.state == states.SUSPENDED
    assert again.pump.reservoir_steps == -1
    assert again.steps == 0


def test_damaged_settings_are_told_with_all_that_is_in_force():
    bench = Bench(segments=[(0, 1_000)])
    bench.pump.set_setting(st.MAX_BOLUS_MU, 5_000, BUTTONS)
    bench.turn(0)
    again = Bench(settings=bench.pump.settings, log=bench.log, settings_damaged=True)
    again.turn(0)
    assert len(again.all(events.SETTINGS_LOST)) == 1
    restart = events.SOURCE_RESTART
    changed = [(st.MAX_BOLUS_MU, 10_000, 5_000, restart), (st.BOLUS_DELAY_S, 5, 0, restart)]
    assert again.all(events.SETTING_CHANGED)[-2:] == changed
    assert again.last(events.BASAL_PROGRAM) == (1, 0, 24_000, restart)
    assert again.pump.alarms.waiting & 1 << alarms.SETTINGS_LOST - 1


def fold(log):
    """What a restart would know after these records."""
    past = Recall()
    for packed in log:
        past.feed(packed)
    return past


def up_to(bench, event):
    """The log up to its last record of an event."""
    at = max(n for n, packed in enumerate(bench.log) if record.header(packed)[2] == event)
    return bench.log[: at + 1]


def test_at_every_record_of_a_prime_the_log_knows_what_left_the_reservoir():
    bench = Bench()
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(100_000, BUTTONS)
    bench.pump.change().prime(BUTTONS)
    loaded = bench.pump.reservoir_steps
    parts = 0
    for _ in range(600):
        bench.turn(100)
        if bench.log and record.header(bench.log[-1])[2] == events.MOVE_PART:
            parts += 1
            past = fold(bench.log)
            open_steps = bench.last(events.MOVE_PART)[2]
            assert past.move_kind == events.KIND_PRIME
            assert past.move_part_steps == open_steps
            assert past.move_made_steps <= bench.steps <= past.move_made_steps + open_steps
            assert past.reservoir_steps == loaded - past.move_made_steps
    assert parts > 100
    assert past.move_made_steps > open_steps


def recalled(*records):
    """What is known after a reservoir of 1,000 steps was set, and these records."""
    bench = Bench()
    bench.pump.log.write(events.RESERVOIR_SET, 1_000, 1_472, 0)
    for event, *values in records:
        bench.pump.log.write(event, *values)
    bench.commit()
    return fold(bench.log)


def test_the_end_of_a_move_takes_its_last_steps_out_of_the_reservoir_and_ends_it():
    for kind, left_steps in (
        (events.KIND_PRIME, 960),
        (events.KIND_CANNULA, 960),
        (events.KIND_REWIND, 1_000),
        (events.KIND_TAKE_UP, 1_000),
    ):
        past = recalled(
            (events.MOVE_START, kind, 500, 0),
            (events.MOVE_PART, kind, 30, 100),
            (events.MOVE_END, kind, 10, 40, events.END_STOPPED),
        )
        assert past.reservoir_steps == left_steps
        assert (past.move_kind, past.move_part_steps) == (-1, 0)


def test_play_is_there_from_a_rewind_until_it_is_taken_up_whole_or_delivery_begins():
    rewind = (events.MOVE_START, events.KIND_REWIND, 500, 0)
    take_up = (events.MOVE_START, events.KIND_TAKE_UP, 20, 0)
    stopped = (events.MOVE_END, events.KIND_TAKE_UP, 0, 5, events.END_STOPPED)
    whole = (events.MOVE_END, events.KIND_TAKE_UP, 0, 20, events.END_DONE)
    prime = (events.MOVE_START, events.KIND_PRIME, 500, 0)
    assert recalled(rewind).play
    assert recalled(rewind, take_up).play
    assert recalled(rewind, take_up, stopped).play
    assert not recalled(rewind, take_up, whole).play
    assert not recalled(rewind, prime).play
    assert not recalled(rewind, (events.RESUME, 0, 60)).play


def test_a_suspension_and_an_open_change_are_known_with_who_began_them_until_delivery_goes_on():
    by_hand = (events.SUSPEND, events.SOURCE_BUTTONS, 0)
    by_link = (events.SUSPEND, events.SOURCE_LINK, 0)
    change = (events.CHANGE_START, 1_000, 0)
    resumed = (events.RESUME, 0, 60)
    for records, suspended, remotely, changing, reservoir_steps in (
        ((), False, False, False, 1_000),
        ((by_hand,), True, False, False, 1_000),
        ((by_link,), True, True, False, 1_000),
        ((by_link, resumed), False, False, False, 1_000),
        ((change,), False, False, True, -1),
        ((by_link, change, resumed), False, False, False, -1),
    ):
        past = recalled(*records)
        known = (past.suspended, past.suspended_remotely, past.changing, past.reservoir_steps)
        assert known == (suspended, remotely, changing, reservoir_steps), records


def test_what_is_uncertain_leaves_the_reservoir_but_for_what_went_back_or_took_up_play():
    for kind, left_steps in (
        (events.KIND_BASAL, 600),
        (events.KIND_BOLUS, 600),
        (events.KIND_PRIME, 600),
        (events.KIND_CANNULA, 600),
        (events.KIND_REWIND, 1_000),
        (events.KIND_TAKE_UP, 1_000),
    ):
        past = recalled((events.UNCERTAIN, kind, 0, 400, 0))
        assert past.reservoir_steps == left_steps
    assert recalled((events.UNCERTAIN, events.KIND_BASAL, 0, 999, 0)).reservoir_steps == 1
    assert recalled((events.UNCERTAIN, events.KIND_BASAL, 0, 4_000, 0)).reservoir_steps == 0


def test_what_was_told_as_uncertain_is_not_open_any_more():
    past = recalled(
        (events.BASAL_LEASE, 0, 136, 1_000, events.END_RENEWED),
        (events.UNCERTAIN, events.KIND_BASAL, 0, 136, 0),
    )
    assert past.basal_lease_steps == 0
    past = recalled(
        (events.BOLUS_START, 3, 1_000, 679, 0),
        (events.BOLUS_PART, 3, 100, 200),
        (events.UNCERTAIN, events.KIND_BOLUS, 0, 200, 3),
    )
    assert past.bolus_part_steps == 0
    past = recalled(
        (events.MOVE_START, events.KIND_PRIME, 500, 0),
        (events.MOVE_PART, events.KIND_PRIME, 30, 100),
        (events.UNCERTAIN, events.KIND_PRIME, 0, 100, 0),
    )
    assert past.move_part_steps == 0


def test_what_a_motor_error_left_in_doubt_leaves_the_rest_of_its_part_open():
    error = (events.MOTOR_ERROR, 30, 10)
    doubt = (events.UNCERTAIN, events.KIND_BASAL, 0, 20, 0)
    lease = (events.BASAL_LEASE, 0, 136, 1_000, events.END_RENEWED)
    assert recalled(lease, error, doubt).basal_lease_steps == 116
    bolus = (events.BOLUS_START, 3, 1_000, 679, 0), (events.BOLUS_PART, 3, 0, 200)
    doubt = (events.UNCERTAIN, events.KIND_BOLUS, 0, 20, 3)
    assert recalled(*bolus, error, doubt).bolus_part_steps == 180
    later = (events.EXTENDED_START, 3, 1_000, 679, 4, 0, 0), (events.EXTENDED_PART, 3, 0, 200)
    assert recalled(*later, error, doubt).extended_part_steps == 180
    move = (events.MOVE_START, events.KIND_PRIME, 500, 0), (events.MOVE_PART, 2, 0, 100)
    doubt = (events.UNCERTAIN, events.KIND_PRIME, 0, 20, 0)
    assert recalled(*move, error, doubt).move_part_steps == 80


def test_steps_that_nobody_ordered_leave_all_that_is_open_as_it_is_and_what_follows_closes_it():
    lease = (events.BASAL_LEASE, 0, 136, 1_000, events.END_RENEWED)
    stray = (events.MOTOR_ERROR, 0, 5)
    doubt = (events.UNCERTAIN, events.KIND_BASAL, 0, 5, 0)
    past = recalled(lease, stray, doubt)
    assert (past.basal_lease_steps, past.window.hour_steps) == (136, 5)
    closed = (events.UNCERTAIN, events.KIND_BASAL, 0, 136, 0)
    assert recalled(lease, stray, doubt, closed).basal_lease_steps == 0
    boot = (events.BOOT, 0, 0, 1, 0, 6_791, 10)
    assert recalled(lease, (events.MOTOR_ERROR, 0, 0), boot, closed).basal_lease_steps == 0


def test_a_move_that_has_only_begun_is_recalled_with_nothing_made():
    bench = Bench()
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(100_000, BUTTONS)
    for _ in range(2):
        bench.pump.change().prime(BUTTONS)
        bench.run_s(5, 100)
        bench.pump.change().stop()
        bench.turn(10)
        past = fold(up_to(bench, events.MOVE_START))
        assert (past.move_made_steps, past.move_part_steps) == (0, 0)


def test_the_log_alone_lowers_the_reservoir_by_all_that_is_uncertain():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(100_000, BUTTONS)
    bench.pump.change().finish(BUTTONS)
    bench.run_s(600)
    before = fold(bench.log).reservoir_steps
    lease = bench.last(events.BASAL_LEASE)[1]
    again = bench.restarted()
    past = fold(up_to(again, events.UNCERTAIN))
    assert past.reservoir_steps == before - lease > 0
    assert again.pump.reservoir_steps == past.reservoir_steps


def test_a_new_day_begins_with_nothing_given():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.set_clock(200_000_000 // 86_400 * 86_400 + 86_000, 0, BUTTONS)
    bench.pump.give_bolus(1_000, BUTTONS)
    bench.run_s(500)
    past = fold(up_to(bench, events.DAY_TOTAL))
    assert bench.last(events.DAY_TOTAL)[2] == 1
    assert (past.basal_steps, past.bolus_steps, past.boluses) == (0, 0, 0)


def before_midnight():
    """A pump that gives basal and a bolus of ten units from two minutes before midnight on."""
    bench = Bench(segments=[(0, 5_000)])
    bench.pump.set_clock(200_000_000 // 86_400 * 86_400 + 86_280, 0, BUTTONS)
    bench.turn(0)
    assert bench.pump.give_bolus(10_000, BUTTONS) == codes.OK
    return bench


def test_what_was_given_before_midnight_is_of_no_day_after_it():
    """However soon after midnight the power goes, the sums of the days are what was given."""
    whole = before_midnight()
    whole.run_s(120, 50)
    given = whole.steps
    for seconds in (1, 5, 20, 40):
        bench = before_midnight()
        bench.run_s(120 + seconds, 50)
        basal_mu, bolus_mu, _ = bench.last(events.DAY_TOTAL)
        dose_mu = bench.pump.profile.scale.dose_mu
        assert abs(basal_mu + bolus_mu - dose_mu(given)) <= dose_mu(10)
        past = fold(bench.log)
        # What is in the open lease and part is not known after a cut, and is of no sum.
        open_steps = bench.pump.basal.made_steps
        assert past.basal_steps == bench.pump.basal_today_steps - open_steps >= 0
        assert past.bolus_steps <= bench.pump.bolus_today_steps
        assert bench.restarted().pump.bolus_today_steps == past.bolus_steps


def test_a_day_that_ends_as_the_power_goes_is_closed_after_the_restart():
    bench = before_midnight()
    bench.run_s(119, 50)
    while bench.pump.next_burst() == 0:
        bench.pump.advance(10)
        bench.commit()
    bench.pump.advance(5_000)  # midnight goes by while the train runs
    bench.pump.log.write(events.LINK_OPENED)
    bench.commit()
    assert len(bench.all(events.DAY_TOTAL)) == 1  # that of the day before the clock was set
    sums = fold(bench.log)
    again = bench.restarted()
    again.turn(1_000)
    basal_mu, bolus_mu, boluses = again.last(events.DAY_TOTAL)
    dose_mu = again.pump.profile.scale.dose_mu
    assert (basal_mu, bolus_mu) == (dose_mu(sums.basal_steps), dose_mu(sums.bolus_steps))
    assert boluses == 1
    assert again.pump.boluses_today == 0


def test_each_kind_of_damage_is_recorded_and_told_and_so_is_a_new_log():
    for damage in ((5, 0, 0), (0, 1, 0), (0, 0, 2)):
        bench = Bench()
        bench.pump.alarms.report_log(False, *damage)
        bench.turn(0)
        assert bench.last(events.LOG_DAMAGED) == damage
        assert bench.pump.alarms.waiting & 1 << alarms.LOG_DAMAGED - 1
        assert not bench.all(events.LOG_NEW)
    bench = Bench()
    bench.pump.alarms.report_log(True, 0, 0, 0)
    bench.turn(0)
    assert len(bench.all(events.LOG_NEW)) == 1
    assert bench.pump.alarms.waiting & 1 << alarms.LOG_NEW - 1
    assert not bench.all(events.LOG_DAMAGED)


def test_a_failure_stops_the_train_under_way():
    bench = Bench(segments=[(0, 1_000)])
    pump = bench.pump
    pump.advance(600_000)
    bench.commit()
    assert pump.next_burst()
    pump.fail(1, 2)
    assert pump.stop_wanted


def test_a_start_after_a_year_costs_no_more_than_one_after_a_day():
    past = Recall()
    told = []
    past.window.advance = told.append
    layout = LAYOUTS[events.LINK_OPENED]
    year_s = 365 * 86_400
    past.feed(record.pack(1, 1, events.LINK_OPENED, year_s, 0, False, year_s, layout, ()))
    assert sum(told) <= 2 * 86_400_000
    assert past.since_bolus_s == LONG_AGO_S


def test_the_last_step_of_the_reservoir_is_taken_too_where_it_is_uncertain():
    one = (events.RESERVOIR_SET, 1, 1, 0)
    assert recalled(one, (events.UNCERTAIN, events.KIND_BASAL, 0, 400, 0)).reservoir_steps == 0


def test_lost_settings_without_a_program_leave_no_program_to_be_told():
    bench = Bench()
    again = Bench(settings=Settings(), log=bench.log, settings_damaged=True)
    again.turn(0)
    assert len(again.all(events.SETTINGS_LOST)) == 1
    assert not again.all(events.BASAL_PROGRAM) and not again.all(events.SETTING_CHANGED)


def test_a_pump_whose_log_is_new_knows_of_nothing_given_and_of_nothing_open():
    bench = Bench()
    assert bench.last(events.CHECKPOINT) == (0, -1, 1 << PROGRAM_BITS, 0)  # of program 1
    assert bench.last(events.CHECKPOINT_WINDOW) == (0, 0)
    assert bench.last(events.CHECKPOINT_TODAY) == (0, 0, 0, LONG_AGO_S // 300)
    assert record.header(bench.log[0]) == (1, 1, events.BOOT, 0, 0, False, 0)
    assert [record.seq_of(packed) for packed in bench.log] == list(range(1, len(bench.log) + 1))
    for event in (
        events.UNCERTAIN,
        events.BASAL_LEASE,
        events.BOLUS_END,
        events.TEMPORARY_END,
        events.MOVE_END,
        events.CHECKPOINT_INSULIN,
        events.SUSPEND,
        events.SETTING_CHANGED,
        events.BASAL_PROGRAM,
        events.SETTINGS_LOST,
        events.SCALE,
        events.DAY_TOTAL,
    ):
        assert bench.all(event) == [], event
    assert bench.pump.give_bolus(50, BUTTONS) == codes.OK
    bench.turn(0)
    assert bench.last(events.BOLUS_START)[:3] == (1, 50, 33)


def test_a_pump_that_starts_for_the_first_time_tells_one_alarm_and_has_nothing_to_save():
    bench = Bench()
    pump = bench.pump
    clock = 1 << alarms.CLOCK_NOT_SET - 1
    assert (pump.alarms.causes, pump.alarms.raised, pump.alarms.waiting) == (clock, clock, clock)
    assert bench.all(events.ALARM_RAISED) == [(alarms.CLOCK_NOT_SET, alarms.LOW, 0)]
    assert not pump.settings_dirty and not pump.alarms.repeat_due
    assert not pump.suspension.reminder_due
    assert pump.battery_mv == -1
    assert pump.acknowledge(BUTTONS) == codes.OK
    bench.run_s(900)
    assert pump.acknowledge(BUTTONS) == codes.NOT_NOW
    assert not pump.alarms.repeat_due and not bench.all(events.ALARM_REPEATED)
    assert not bench.restarted().pump.settings_dirty


def test_a_log_that_begins_within_a_program_leaves_that_program_untold():
    bench = Bench(segments=[(0, 1_000), (600, 2_000)])
    places = range(len(bench.log))
    second = max(n for n in places if bench.event(bench.log[n]) == events.BASAL_SEGMENT)
    again = Bench(settings=Settings(), log=bench.log[second:])
    assert len(again.all(events.BASAL_PROGRAM)) == 1


def test_a_log_that_begins_within_a_day_ends_no_day_at_a_start():
    bench = Bench()
    assert bench.pump.set_clock(200_000_000, 0, BUTTONS) == codes.OK
    bench.run_s(600)
    bench.pump.suspend(BUTTONS)
    bench.turn(0)
    again = Bench(settings=bench.pump.settings, log=bench.log[-1:])
    again.turn(1_000)
    assert again.all(events.DAY_TOTAL) == []


def test_a_checkpoint_comes_after_64_records_and_not_before():
    bench = Bench()
    for value in range(200):
        assert bench.pump.set_setting(st.MAX_BOLUS_MU, 5_000 + value, BUTTONS) == codes.OK
        bench.turn(0)
    found = [bench.event(packed) for packed in bench.log]
    begun = [n for n in range(len(found)) if found[n] == events.CHECKPOINT]
    whole = [n for n in range(len(found)) if found[n] == events.CHECKPOINT_TODAY]
    assert len(begun) == 4
    for n in range(3):
        assert begun[n + 1] - whole[n] - 1 == 64


def test_a_checkpoint_while_suspended_tells_so_and_one_while_running_does_not():
    for remotely in (None, False, True):
        bench = Bench(segments=[(0, 1_000)])
        if remotely is not None:
            bench.pump.suspend(events.SOURCE_LINK if remotely else BUTTONS)
        bench.pump.checkpoint()
        bench.turn(0)
        flags = bench.last(events.CHECKPOINT)[2] - (1 << PROGRAM_BITS)  # of program 1
        assert flags == (0 if remotely is None else 5 if remotely else 1)


def test_no_checkpoint_comes_while_a_bolus_or_a_move_is_under_way():
    """What is open is not told by one: a cut after it would forget it."""
    for move in (False, True):
        bench = Bench()
        if move:
            bench.pump.change().start(BUTTONS)
            bench.pump.change().load(200_000, BUTTONS)
            bench.turn(0)
        begun, over = (
            (events.MOVE_START, events.MOVE_END)
            if move
            else (events.BOLUS_START, events.BOLUS_END)
        )
        while bench.pump.log.since_checkpoint < 62:
            bench.pump.log.write(events.LINK_OPENED)
        code = (
            bench.pump.change().prime(BUTTONS) if move else bench.pump.give_bolus(5_000, BUTTONS)
        )
        assert code == codes.OK
        bench.run_s(400)
        found = [bench.event(packed) for packed in bench.log]
        assert found.count(begun) == found.count(over) == 1
        at = found.index(over)
        assert events.CHECKPOINT not in found[found.index(begun) : at]
        assert events.CHECKPOINT in found[at:]


def test_a_checkpoint_while_running_opens_a_lease_behind_it_and_one_at_rest_opens_none():
    bench = Bench(segments=[(0, 1_000)])
    bench.run_s(600)
    bench.pump.checkpoint()
    bench.turn(0)
    assert bench.event(bench.log[-1]) == events.BASAL_LEASE
    assert bench.last(events.BASAL_LEASE)[:3] == (0, 135, 1_000)
    bench.turn(10_000)
    bench.pump.suspend(BUTTONS)
    assert bench.pump.basal.owed_steps > 0
    bench.turn(0)
    leases = len(bench.all(events.BASAL_LEASE))
    bench.pump.checkpoint()
    bench.turn(0)
    assert len(bench.all(events.BASAL_LEASE)) == leases


def test_a_start_closes_what_it_finds_open_with_exact_records():
    bench = Bench(segments=[(0, 1_000)])
    assert bench.pump.give_bolus(5_000, BUTTONS) == codes.OK
    bench.run_s(60)
    opened = bench.last(events.BOLUS_PART)
    again = bench.restarted()
    _, given_mu, given_steps, reason = again.last(events.BOLUS_END)
    assert given_steps == sum([made for _, made, _ in bench.all(events.BOLUS_PART)])
    assert (given_mu, reason) == (given_steps * 10_000 // 6791, events.END_POWER_LOST)
    assert again.last(events.UNCERTAIN) == (events.KIND_BOLUS, 0, opened[2], 1)
    assert (alarms.BOLUS_INCOMPLETE, alarms.MEDIUM, given_mu) in again.all(events.ALARM_RAISED)
    bench = Bench()
    bench.pump.change().start(BUTTONS)
    bench.pump.change().rewind(BUTTONS)
    bench.turn(10)
    again = bench.restarted()
    assert again.last(events.UNCERTAIN) == (events.KIND_REWIND, 0, 5_000, 0)
    assert again.last(events.MOVE_END) == (events.KIND_REWIND, 0, 0, events.END_POWER_LOST)


def test_what_a_cut_bolus_may_have_given_is_on_board_with_its_last_part_of_a_milliunit():
    bench = Bench()
    assert bench.pump.give_bolus(5_000, BUTTONS) == codes.OK
    bench.run_s(5)
    part = bench.last(events.BOLUS_PART)[2]
    first = bench.restarted()
    closed = max(n for n in range(len(first.log)) if first.event(first.log[n]) == events.BOLUS_END)
    second = Bench(settings=bench.pump.settings, log=first.log[: closed + 1])
    for again in (first, second):
        assert again.pump.on_board_mu() * 6791 >= part * 10_000


def test_a_suspension_that_is_known_is_not_told_again_though_records_are_lost_before_it():
    bench = Bench(segments=[(0, 1_000)])
    bench.run_s(60)
    bench.pump.suspend(events.SOURCE_LINK)
    bench.turn(0)
    found = [bench.event(packed) for packed in bench.log]
    del bench.log[found.index(events.SUSPEND) - 1]
    again = bench.restarted()
    assert again.pump.state == states.SUSPENDED
    assert again.all(events.SUSPEND) == [(events.SOURCE_LINK, alarms.NONE)]
    assert again.pump.resume(events.SOURCE_LINK) == codes.OK


def test_a_checkpoint_without_play_leaves_none_to_be_taken_up():
    bench = Bench()
    bench.pump.checkpoint()
    bench.turn(0)
    assert not fold(bench.log).play
    assert not bench.restarted().pump.move.play


def test_the_log_alone_lets_go_of_a_dose_when_the_pump_does():
    bench = Bench()
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    bench.run_s(60)
    for until_s, left in ((4_499, 679), (4_500, 0)):
        bench.turn(until_s * 1_000 - bench.pump.clock.uptime_s * 1_000)
        bench.pump.log.write(events.LINK_OPENED)
        bench.commit()
        assert bench.pump.window.hour_steps == fold(bench.log).window.hour_steps == left
        assert fold(bench.log).window.day_steps == 679


def test_the_log_alone_counts_time_that_goes_by_a_second_at_a_time():
    bench = Bench()
    for _ in range(20):
        bench.turn(1_000)
        bench.pump.log.write(events.LINK_OPENED)
        bench.commit()
    again = bench.restarted()
    for _ in range(20):
        again.turn(1_000)
        again.pump.log.write(events.LINK_OPENED)
        again.commit()
    assert fold(again.log).lived_s == 40


def test_a_start_of_a_pump_at_rest_closes_nothing():
    bench = Bench()
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    bench.run_s(60)
    for _ in range(2):
        bench = bench.restarted()
    for event in (events.UNCERTAIN, events.MOVE_END, events.TEMPORARY_END):
        assert bench.all(event) == []
    assert len(bench.all(events.BOLUS_END)) == 1


def test_a_checkpoint_tells_of_the_hour_and_of_the_day():
    bench = Bench()
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    bench.run_s(60)
    bench.turn(7_200_000)
    assert bench.pump.give_bolus(500, BUTTONS) == codes.OK
    bench.run_s(60)
    bench.pump.checkpoint()
    bench.commit()
    whole = bench.steps
    assert bench.last(events.CHECKPOINT_WINDOW) == (whole - 679, whole)
    past = fold(bench.log)
    assert (past.window.hour_steps, past.window.day_steps) == (whole - 679, whole)
    assert (past.bolus_steps, past.boluses, past.odometer_steps) == (whole, 2, whole)


def test_the_reservoir_of_the_log_is_empty_when_more_left_it_than_it_held():
    one = (events.RESERVOIR_SET, 1, 1, 0)
    prime = (events.MOVE_START, events.KIND_PRIME, 2_000, 0)
    whole = (events.MOVE_PART, events.KIND_PRIME, 1_001, 999)
    assert recalled(prime, whole).reservoir_steps == 0
    assert recalled(one, prime, whole).reservoir_steps == 0
    assert recalled(one, (events.SCALE, 550, 1)).reservoir_steps == 0  # 0.81 of a step


def test_a_program_of_which_the_log_has_lost_the_beginning_is_not_told():
    bench = Bench(segments=[(0, 1_000)])
    assert bench.pump.set_basal([(0, 700), (600, 2_000)], BUTTONS) == codes.OK
    bench.turn(0)
    segments = [
        n for n in range(len(bench.log)) if bench.event(bench.log[n]) == events.BASAL_SEGMENT
    ]
    del bench.log[segments[1]]
    again = bench.restarted()
    assert len(again.all(events.BASAL_PROGRAM)) == 2
    assert not again.pump.alarms.waiting & 1 << alarms.SETTINGS_LOST - 1


def test_the_log_alone_knows_to_the_second_when_the_last_bolus_began():
    bench = Bench()
    assert bench.pump.give_bolus(50, BUTTONS) == codes.OK
    bench.run_s(100)
    bench.pump.log.write(events.LINK_OPENED)
    bench.commit()
    assert fold(bench.log).since_bolus_s == bench.pump.since_bolus_s() == 100


def test_a_bolus_that_was_cut_near_its_end_is_told_with_all_that_is_certain():
    bench = Bench()
    assert bench.pump.give_bolus(5_000, BUTTONS) == codes.OK
    bench.run_s(190)
    again = bench.restarted()
    _, given_mu, given_steps, _ = again.last(events.BOLUS_END)
    assert given_steps == 9 * 339
    assert given_mu == given_steps * 10_000 // 6791 > 4_000


def test_a_bolus_that_was_cut_before_its_first_part_has_given_nothing():
    bench = Bench()
    assert bench.pump.give_bolus(5_000, BUTTONS) == codes.OK
    bench.commit()
    again = Bench(log=up_to(bench, events.BOLUS_START))
    assert again.all(events.UNCERTAIN) == []
    assert again.last(events.BOLUS_END) == (1, 0, 0, events.END_POWER_LOST)


def test_the_log_alone_adds_no_step_to_a_bolus_that_ended_where_its_part_did():
    bench = Bench()
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    assert bench.pump.stop_bolus() == codes.OK
    bench.turn(0)
    past = fold(bench.log)
    assert (past.bolus_steps, past.odometer_steps, past.boluses) == (0, 0, 1)


def test_a_pump_that_starts_suspended_reminds_from_its_start_on():
    bench = Bench()
    bench.pump.suspend(BUTTONS)
    bench.turn(0)
    again = bench.restarted()
    for piece_ms in [60_000] * 14 + [59_999]:
        again.turn(piece_ms)
    assert not again.all(events.REMINDER)
    again.turn(1)
    assert again.all(events.REMINDER) == [(0, 900)]


def test_the_log_alone_adds_up_what_a_day_gave_so_far():
    bench = Bench(segments=[(0, 5_000)])
    for _ in range(2):
        assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
        bench.run_s(300)
    bench.pump.suspend(BUTTONS)
    bench.turn(0)
    past = fold(bench.log)
    assert past.boluses == 2
    assert past.bolus_steps == bench.pump.bolus_today_steps == 1_358
    assert past.basal_steps == bench.pump.basal_today_steps == bench.steps - 1_358 > 500


def test_a_checkpoint_that_is_read_from_its_middle_or_with_a_hole_is_no_beginning():
    bench = Bench(segments=[(0, 1_000)])
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    bench.run_s(60)
    bench.pump.checkpoint()
    bench.turn(0)
    places = range(len(bench.log))
    first = max(n for n in places if bench.event(bench.log[n]) == events.CHECKPOINT)
    last = max(n for n in places if bench.event(bench.log[n]) == events.CHECKPOINT_TODAY)
    assert last - first == 3  # with the insulin
    for begin in range(first - 2, last + 1):
        assert fold(bench.log[begin:]).checkpointed == (begin <= first)
    for lost in range(first, last):
        assert not fold(bench.log[first - 2 : lost] + bench.log[lost + 1 :]).checkpointed


def test_wherever_in_a_checkpoint_the_tail_of_the_log_begins_a_start_forgets_no_dose():
    """As the app reads it: longer tails until one holds a whole checkpoint."""
    bench = Bench()
    assert bench.pump.give_bolus(9_000, BUTTONS) == codes.OK
    bench.run_s(400)
    bench.pump.checkpoint()
    bench.turn(0)
    first = max(n for n in range(len(bench.log)) if bench.event(bench.log[n]) == events.CHECKPOINT)
    while len(bench.log) - first < 80:
        bench.pump.log.write(events.LINK_OPENED)
        bench.commit()
    given = bench.pump.window.hour_steps
    for _ in range(5):
        for count in (80, 320):
            past = fold(bench.log[-count:])
            if past.checkpointed:
                break
        assert past.window.hour_steps >= given
        assert past.odometer_steps == given
        assert sum(past.insulin.doses[1::2]) == 9_000
        bench.pump.log.write(events.LINK_OPENED)
        bench.commit()
