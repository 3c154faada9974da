"""Basal and bolus: never more than was asked, and the log accounts for every step."""

from host_tests.core.bench import BUTTONS, Bench, Board
from pump.core import alarms, codes, events, states


def owed_steps(dose_mu):
    return dose_mu * 6791 // 10_000


def steps_in_log(bench):
    basal = sum([values[0] for values in bench.all(events.BASAL_LEASE)])
    return basal + sum([values[2] for values in bench.all(events.BOLUS_END)])


def test_a_fresh_pump_gives_nothing_by_itself():
    bench = Bench()
    bench.run_s(7200, 4000)
    assert bench.steps == 0


def test_basal_owes_what_each_rate_asks_for_in_its_own_time():
    bench = Bench(segments=[(0, 1_000), (30, 4_000), (60, 0)])
    bench.run_s(7200, 3_700)
    # What the last segment left below a quantum follows after three minutes.
    assert bench.steps == (500 + 2_000) * 6791 // 10_000


def test_basal_is_never_ahead_of_its_rate_and_never_three_minutes_and_a_quantum_behind():
    bench = Bench(segments=[(0, 100)])
    for second in range(1, 7200):
        bench.turn(1000)
        owed = second * 100 * 6791 // (3600 * 10_000)
        assert owed - 4 <= bench.steps <= owed


def test_a_bolus_gives_exactly_the_steps_it_owes():
    bench = Bench()
    assert bench.pump.give_bolus(1250, BUTTONS) == codes.OK
    bench.run_s(60, 50)
    assert bench.steps == owed_steps(1250) == 848
    assert bench.last(events.BOLUS_END) == (1, 1250, 848, events.END_DONE)
    assert bench.pump.state == states.RUNNING


def test_a_bolus_keeps_its_stated_speed():
    bench = Bench()
    bench.pump.give_bolus(3000, BUTTONS)
    for tenth in range(1, 1200):
        bench.turn(100)
        assert bench.steps <= tenth * 1500 * 6791 // (600 * 10_000)
    bench.turn(200)
    assert bench.steps == owed_steps(3000)


def test_two_boluses_together_lose_no_step_to_rounding():
    bench = Bench()
    for _ in range(2):
        assert bench.pump.give_bolus(50, BUTTONS) == codes.OK
        bench.run_s(10, 100)
    assert bench.steps == owed_steps(100) == 67


def test_stopping_a_bolus_keeps_the_units_already_given():
    bench = Bench()
    bench.pump.give_bolus(5000, BUTTONS)
    bench.run_s(60, 50)
    given = bench.steps
    assert 0 < given < owed_steps(5000)
    assert bench.pump.stop_bolus() == codes.OK
    bench.run_s(60, 50)
    assert bench.steps == given
    _, given_mu, given_steps, reason = bench.last(events.BOLUS_END)
    assert given_steps == given
    assert reason == events.END_STOPPED
    assert given_mu == given * 10_000 // 6791


def test_a_bolus_stopped_while_steps_are_under_way_ends_with_the_confirmed_count():
    bench = Bench()
    pump = bench.pump
    pump.give_bolus(1000, BUTTONS)
    bench.commit()
    pump.advance(1000)
    bench.commit()
    ordered = pump.next_burst()
    assert ordered > 3
    assert pump.stop_bolus() == codes.OK
    assert pump.stop_wanted
    assert bench.all(events.BOLUS_END) == []
    pump.moved(3, True)
    bench.commit()
    assert bench.last(events.BOLUS_END)[2] == 3


def test_basal_goes_on_beside_a_bolus():
    alone = Bench(segments=[(0, 2_000)])
    beside = Bench(segments=[(0, 2_000)])
    beside.pump.give_bolus(2000, BUTTONS)
    for bench in (alone, beside):
        bench.run_s(600, 50)
    assert beside.steps == alone.steps + owed_steps(2000)


def test_nothing_moves_before_its_intent_is_durable():
    bench = Bench(segments=[(0, 5_000)])
    pump = bench.pump
    pump.give_bolus(1000, BUTTONS)
    pump.advance(4000)
    assert pump.log.outbox
    assert pump.next_burst() == 0
    bench.commit()
    assert pump.next_burst() > 0


def test_no_second_burst_before_the_first_is_confirmed():
    bench = Bench(segments=[(0, 5_000)])
    pump = bench.pump
    pump.advance(20_000)
    bench.commit()
    assert pump.next_burst() > 0
    pump.advance(20_000)
    bench.commit()
    assert pump.next_burst() == 0


def test_no_basal_lease_is_exceeded():
    bench = Bench(segments=[(0, 3_000)])
    bench.run_s(7200, 1000)
    room = 0
    for made, most, _, _ in bench.all(events.BASAL_LEASE):
        assert made <= room
        room = most


def test_a_day_of_one_unit_an_hour_costs_about_120_leases():
    bench = Bench(segments=[(0, 1_000)])
    bench.run_s(86_400, 4000)
    assert 110 <= len(bench.all(events.BASAL_LEASE)) <= 130


def test_the_log_accounts_for_every_step_of_a_day():
    bench = Bench(segments=[(0, 700), (400, 1_300)])
    for hour in range(24):
        bench.run_s(3_600, 2_000)
        bench.pump.give_bolus(100 + hour * 50, BUTTONS)
        bench.run_s(60, 50)
    bench.pump.suspend(BUTTONS)
    bench.turn(1000)
    assert steps_in_log(bench) == bench.steps == bench.pump.odometer_steps


def test_suspend_stops_both_and_resume_gives_basal_alone():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.give_bolus(3000, BUTTONS)
    bench.run_s(30, 50)
    assert bench.pump.suspend(BUTTONS) == codes.OK
    at_suspend = bench.steps
    bench.run_s(1800, 1000)
    assert bench.steps == at_suspend
    assert bench.last(events.BOLUS_END)[3] == events.END_SUSPENDED
    assert bench.pump.resume(BUTTONS) == codes.OK
    bench.run_s(1800, 1000)
    # One unit in half an hour, and at most a step that was owed before.
    assert 0 <= bench.steps - at_suspend - owed_steps(1000) <= 4
    assert bench.last(events.RESUME) == (BUTTONS, 1800)


def test_a_suspended_pump_reminds_as_often_as_its_setting_says():
    bench = Bench()
    bench.pump.suspend(BUTTONS)
    bench.run_s(3600)
    assert [values[1] for values in bench.all(events.REMINDER)] == [900, 1800, 2700, 3600]


def train_of_a_bolus():
    """A pump in the middle of the first train of a bolus, and the steps of that train."""
    bench = Bench()
    bench.pump.give_bolus(1000, BUTTONS)
    bench.commit()
    bench.pump.advance(1000)
    return bench, bench.pump.next_burst()


def test_a_motor_that_made_more_steps_than_ordered_stops_the_pump_and_all_are_in_the_log():
    bench, ordered = train_of_a_bolus()
    bench.pump.moved(ordered + 1, False)
    bench.commit()
    assert bench.pump.state == states.FAULT
    assert bench.last(events.MOTOR_ERROR) == (ordered, ordered + 1)
    assert bench.last(events.BOLUS_END)[2] == ordered + 1
    assert bench.all(events.UNCERTAIN) == []
    assert bench.pump.alarms.highest() == alarms.MOTOR_ERROR
    bench.run_s(600)
    assert bench.steps == 0


def test_a_stop_is_no_excuse_for_more_steps_than_ordered():
    bench, ordered = train_of_a_bolus()
    bench.pump.moved(ordered + 1, True)
    assert bench.pump.state == states.FAULT


def test_a_count_that_is_too_low_without_a_stop_stops_the_pump_and_the_rest_is_uncertain():
    bench, ordered = train_of_a_bolus()
    bench.pump.moved(ordered - 3, False)
    bench.commit()
    assert bench.pump.state == states.FAULT
    assert bench.last(events.MOTOR_ERROR) == (ordered, ordered - 3)
    assert bench.last(events.BOLUS_END)[2] == ordered - 3
    assert bench.all(events.UNCERTAIN) == [(events.KIND_BOLUS, 0, 3, 1)]
    assert bench.pump.window.hour_steps == ordered


def test_wherever_the_power_goes_after_a_motor_error_the_doubtful_steps_still_count():
    for counted in (0, 5):
        for source in (events.KIND_BASAL, events.KIND_BOLUS):
            bench = Bench(segments=[(0, 5_000)] if source == events.KIND_BASAL else None)
            if source == events.KIND_BOLUS:
                assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
            bench.run_s(10)
            bench.pump.advance(10_000)
            bench.commit()
            ordered = bench.pump.next_burst()
            assert ordered > 5 and bench.pump.train.source.kind == source
            before = len(bench.log)
            bench.pump.moved(counted, False)
            bench.commit()
            most = bench.pump.window.hour_steps
            assert most == bench.steps + ordered
            for kept in range(before, len(bench.log) + 1):
                again = Bench(settings=bench.pump.settings, log=bench.log[:kept]).pump
                assert again.window.hour_steps >= most, (source, kept)
                if source == events.KIND_BOLUS:
                    assert again.on_board_mu() >= again.profile.scale.dose_mu(most)


def test_wherever_the_power_goes_after_steps_that_nobody_ordered_they_still_count():
    bench = Bench(segments=[(0, 5_000)])
    while bench.pump.basal.made_steps < bench.pump.basal.lease_steps - 10:
        bench.turn(100)
    assert not bench.pump.stands_at(bench.pump.train.position_steps + 40)
    bench.commit()
    told = [bench.event(packed) for packed in bench.log]
    for kept in range(told.index(events.UNCERTAIN) + 1, len(told) + 1):
        again = Bench(settings=bench.pump.settings, log=bench.log[:kept]).pump
        assert again.window.hour_steps >= bench.steps + 40, told[kept:]


def test_a_train_that_was_given_up_is_in_the_log_as_far_as_it_was_counted():
    for counted in (0, 5):
        bench, ordered = train_of_a_bolus()
        bench.pump.gave_up(counted)
        bench.commit()
        assert bench.pump.state == states.FAULT
        assert not bench.pump.moving()
        assert bench.last(events.BOLUS_END)[2] == counted
        assert bench.all(events.UNCERTAIN) == [(events.KIND_BOLUS, 0, ordered - counted, 1)]


def test_a_train_that_was_counted_in_full_and_does_not_end_is_an_error_too():
    bench, ordered = train_of_a_bolus()
    bench.pump.gave_up(ordered)
    bench.commit()
    assert bench.pump.state == states.FAULT
    assert bench.last(events.MOTOR_ERROR) == (ordered, ordered)
    assert bench.all(events.UNCERTAIN) == []


def test_a_position_that_is_not_the_sum_of_all_trains_stops_the_pump():
    for stray, kind in ((2, events.KIND_BASAL), (-2, events.KIND_REWIND)):
        bench, ordered = train_of_a_bolus()
        bench.pump.moved(ordered, False)
        assert bench.pump.stands_at(ordered)
        bench.pump.advance(1000)
        bench.commit()
        assert bench.pump.next_burst() > 0
        assert not bench.pump.stands_at(ordered + stray)
        bench.commit()
        assert bench.pump.state == states.FAULT
        assert not bench.pump.moving()
        assert bench.last(events.MOTOR_ERROR) == (0, 2)
        assert bench.all(events.UNCERTAIN) == [(kind, 0, 2, 0)]
        assert bench.pump.next_burst() == 0


def test_more_steps_than_the_delivery_owes_stop_the_pump():
    bench, ordered = train_of_a_bolus()
    bench.pump.bolus.owed_steps = ordered - 1  # a mistake in the core's own books
    bench.pump.moved(ordered, False)
    assert bench.pump.state == states.FAULT


def test_a_rewind_counts_backwards_and_its_sum_is_negative():
    bench = Bench()
    bench.pump.change().start(BUTTONS)
    bench.pump.change().rewind(BUTTONS)
    bench.turn(100)
    assert bench.pump.train.position_steps == -1000
    assert bench.pump.stands_at(-1000)


def test_a_day_total_is_written_at_midnight():
    bench = Bench(segments=[(0, 1_000)])
    bench.pump.give_bolus(1000, BUTTONS)
    bench.run_s(86_500, 2000)
    basal_mu, bolus_mu, boluses = bench.last(events.DAY_TOTAL)
    assert 23_980 <= basal_mu <= 24_000
    assert (bolus_mu, boluses) == (999, 1)


def test_trains_that_something_cuts_short_time_after_time_stop_the_pump():
    bench, _ = train_of_a_bolus()
    for _ in range(9):
        bench.pump.moved(1, True)
        bench.commit()
        assert bench.pump.state == states.BOLUS
        bench.pump.advance(1000)
        assert bench.pump.next_burst() > 1
    bench.pump.moved(1, True)
    bench.commit()
    assert bench.pump.state == states.FAULT
    assert bench.last(events.BOLUS_END)[2] == 10


def test_noise_that_cuts_a_train_now_and_then_stops_nothing():
    bench, ordered = train_of_a_bolus()
    for count in range(40):
        bench.pump.moved(ordered if count % 9 == 8 else 1, count % 9 != 8)
        bench.commit()
        if not bench.pump.bolus.active:
            break
        bench.pump.advance(1000)
        ordered = bench.pump.next_burst()
    assert bench.pump.state != states.FAULT


def test_a_bolus_that_ends_for_two_reasons_is_told_by_the_first():
    bench, _ = train_of_a_bolus()
    assert bench.pump.stop_bolus() == codes.OK
    assert bench.pump.suspend(BUTTONS) == codes.OK  # before its train has stopped
    bench.pump.moved(3, True)
    bench.commit()
    assert bench.last(events.BOLUS_END)[2:] == (3, events.END_STOPPED)
    assert bench.pump.state == states.SUSPENDED


def test_basal_moves_as_soon_as_a_quantum_is_owed():
    bench = Bench(segments=[(0, 1_000)])
    for second in range(1, 1_200):
        bench.turn(1_000)
        owed = second * 1_000 * 6791 // (3_600 * 10_000)
        assert owed - bench.steps < bench.pump.profile.quantum_steps == 4


def test_what_is_owed_and_no_quantum_moves_three_minutes_after_the_last_steps():
    bench = Bench(segments=[(0, 30)])  # a step in 177 s
    bench.turn(179_999)
    assert bench.steps == 0
    bench.turn(1)
    assert bench.steps == 1
    bench.turn(179_999)
    assert bench.steps == 1
    bench.turn(1)
    assert bench.steps == 2


def test_a_coarse_board_gives_basal_step_by_step():
    class Coarse(Board):
        STEPS_PER_UNIT = (100, 1)

    bench = Bench(segments=[(0, 1_000)], board=Coarse)
    for second in range(1, 600):
        bench.turn(1_000)
        assert bench.steps == second // 36


def test_a_train_of_basal_is_no_longer_than_a_tenth_of_a_unit():
    bench = Bench(segments=[(0, 5_000)])
    bench.pump.advance(3_600_000)
    bench.commit()
    assert bench.pump.next_burst() == bench.pump.profile.burst_steps == 67


def test_a_lease_of_basal_lasts_half_an_hour_and_its_end_says_what_it_made():
    bench = Bench(segments=[(0, 30)])
    leases = len(bench.all(events.BASAL_LEASE))
    bench.run_s(1_799)
    bench.turn(999)
    assert len(bench.all(events.BASAL_LEASE)) == leases
    bench.turn(1)
    assert bench.last(events.BASAL_LEASE) == (9, 135, 30, events.END_TIME)
    assert bench.steps == 10  # the tenth was due with the next lease


def test_a_lease_that_is_closed_has_no_rate_and_no_steps_left():
    bench = Bench(segments=[(0, 1_000), (30, 0)])
    bench.run_s(2_100)
    assert bench.last(events.BASAL_LEASE)[1:] == (0, 0, events.END_DONE)
    bench.pump.set_basal([(0, 2_000)], BUTTONS)
    bench.turn(0)
    assert bench.last(events.BASAL_LEASE)[1:3] == (135, 2_000)
    bench.pump.suspend(BUTTONS)
    bench.turn(0)
    assert bench.last(events.BASAL_LEASE)[1:] == (0, 0, events.END_SUSPENDED)


def test_a_count_in_the_wrong_direction_is_an_error_and_takes_no_dose_back():
    bench, ordered = train_of_a_bolus()
    bench.pump.moved(-3, False)
    bench.commit()
    assert bench.pump.state == states.FAULT
    assert bench.last(events.MOTOR_ERROR) == (ordered, 3)
    assert bench.last(events.BOLUS_END)[2] == 0
    assert bench.all(events.UNCERTAIN) == [(events.KIND_BOLUS, 0, ordered, 1)]
    assert bench.pump.window.hour_steps == ordered


def test_steps_of_a_train_that_nobody_ordered_stop_the_pump():
    for seconds in (0, 60):
        bench = Bench(segments=[(0, 1_000)])
        bench.run_s(seconds)
        given = bench.steps
        bench.pump.moved(5, False)
        bench.commit()
        assert bench.pump.state == states.FAULT
        assert bench.last(events.MOTOR_ERROR) == (0, 5)
        assert bench.pump.odometer_steps == given


def test_the_place_of_the_motor_is_the_sum_of_all_trains():
    bench, ordered = train_of_a_bolus()
    bench.pump.moved(ordered, False)
    bench.run_s(10)
    assert bench.steps > 0
    assert bench.pump.stands_at(ordered + bench.steps)


def test_trains_that_the_core_itself_stops_are_no_error_however_many():
    bench = Bench()
    for count in range(12):
        assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
        bench.commit()
        bench.pump.advance(1_000)
        assert bench.pump.next_burst() > 1
        assert bench.pump.stop_bolus() == codes.OK
        bench.pump.moved(count % 2, True)
        bench.commit()
        assert bench.pump.state == states.RUNNING
        assert bench.last(events.BOLUS_END)[2] == count % 2


def test_a_whole_train_between_them_forgives_nine_that_were_cut():
    bench, ordered = train_of_a_bolus()
    for count in range(19):
        bench.pump.moved(ordered if count == 9 else 0, count != 9)
        bench.commit()
        assert bench.pump.state == states.BOLUS, count
        bench.pump.advance(1_000)
        ordered = bench.pump.next_burst()
        assert ordered > 0
    bench.pump.moved(0, True)
    assert bench.pump.state == states.FAULT


def test_a_running_pump_reminds_of_nothing():
    bench = Bench(segments=[(0, 1_000)])
    for _ in range(60):
        bench.turn(60_000)
    assert not bench.all(events.REMINDER) and not bench.pump.suspension.reminder_due


def test_a_bolus_long_ago_is_told_as_long_as_its_field_can():
    bench = Bench()
    assert bench.pump.give_bolus(50, BUTTONS) == codes.OK
    bench.run_s(10)
    bench.pump.advance(3_000_000)
    bench.pump.checkpoint()
    bench.commit()
    assert bench.last(events.CHECKPOINT_TODAY)[3] == 3_010 // 300
    bench.pump.advance(100_000_000)
    bench.pump.checkpoint()
    bench.commit()
    assert bench.last(events.CHECKPOINT_TODAY)[3] == 255


def test_a_rate_that_becomes_zero_with_nothing_owed_needs_no_lease():
    bench = Bench(segments=[(0, 1_000)])
    bench.pump.set_basal([(0, 0)], BUTTONS)
    bench.turn(0)
    assert bench.last(events.BASAL_LEASE) == (0, 0, 0, events.END_RATE_CHANGE)


def test_a_bolus_owes_its_first_quantum_at_its_stated_speed_to_the_millisecond():
    for _ in range(2):  # four steps at 1,500 mU/min take 235.6 ms
        bench = Bench()
        for _ in range(2):
            before = bench.steps
            assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
            bench.turn(235)
            assert bench.steps == before
            bench.turn(1)
            assert bench.steps == before + 4
            assert bench.pump.stop_bolus() == codes.OK
            bench.turn(0)
            assert bench.pump.bolus.remaining_steps() == 0


def test_each_part_of_a_bolus_is_on_record_before_it_and_booked_after_it():
    bench = Bench()
    for number in (1, 2):
        before, at = len(bench.all(events.BOLUS_PART)), bench.steps
        assert bench.pump.give_bolus(1_250, BUTTONS) == codes.OK
        bench.commit()
        bench.pump.advance(60_000)
        room = bench.last(events.BOLUS_PART)[2]
        while bench.pump.bolus.active:
            burst = bench.pump.next_burst()
            assert 0 < burst <= min(room, bench.pump.profile.burst_steps)
            bench.steps += burst
            bench.pump.moved(burst, False)
            left = bench.pump.bolus.steps - (bench.steps - at)
            assert bench.pump.bolus.remaining_steps() == left
            room -= burst
            bench.commit()
            room = room or bench.last(events.BOLUS_PART)[2]
        parts = bench.all(events.BOLUS_PART)[before:]
        whole = bench.steps - at
        assert [part[0] for part in parts] == [number] * 3
        assert [part[1] for part in parts] == [0, 339, 339]
        assert [part[2] for part in parts] == [339, 339, whole - 678]
        assert bench.last(events.BOLUS_END)[:3] == (number, 1_250, whole)


def test_the_number_of_a_bolus_starts_over_where_its_field_ends():
    bench = Bench()
    bench.pump.log.write(events.BOLUS_START, 65_534, 50, 33, BUTTONS)
    bench.pump.log.write(events.BOLUS_END, 65_534, 0, 0, events.END_STOPPED)
    bench.commit()
    bench = bench.restarted()
    for number in (65_535, 1, 2):
        assert bench.pump.give_bolus(50, BUTTONS) == codes.OK
        bench.run_s(10)
        assert bench.last(events.BOLUS_START)[0] == bench.last(events.BOLUS_END)[0] == number


def test_the_pump_knows_whether_its_bolus_was_ordered_over_the_link():
    for source, remote in ((BUTTONS, False), (events.SOURCE_LINK, True)):
        bench = Bench()
        assert bench.pump.give_bolus(50, source) == codes.OK
        assert bench.pump.bolus.remote is remote


def test_a_day_without_a_dose_is_told_as_none_also_after_one_with_a_dose():
    bench = Bench()
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    bench.run_s(60)
    for _ in range(3):
        bench.turn(86_400_000)
    assert [values[2] for values in bench.all(events.DAY_TOTAL)] == [1, 0, 0]
    assert bench.all(events.DAY_TOTAL)[1:] == [(0, 0, 0)] * 2


def test_a_long_suspension_is_told_at_the_very_end_of_its_minutes_and_knows_its_alarm():
    bench = Bench()
    for _ in range(2):
        told = len(bench.all(events.REMINDER))
        bench.pump.suspend(BUTTONS)
        assert bench.pump.suspension.alarm == alarms.NONE
        for piece_ms in [60_000] * 14 + [59_999]:
            bench.turn(piece_ms)
        assert len(bench.all(events.REMINDER)) == told
        bench.turn(1)
        assert bench.all(events.REMINDER)[told:] == [(0, 900)]
        assert bench.last(events.ALARM_RAISED) == (alarms.UNDER_DELIVERY, alarms.MEDIUM, 0)
        bench.turn(1_000)
        assert bench.pump.resume(BUTTONS) == codes.OK
        assert not bench.pump.alarms.raised & 1 << alarms.UNDER_DELIVERY - 1
        bench.turn(0)
        assert bench.last(events.RESUME) == (BUTTONS, 901)
    for _ in range(3):
        bench.pump.sense(4_000, 900)
    assert bench.pump.suspension.alarm == alarms.OCCLUSION
    bench.pump.sense(4_000, 0)
    while bench.pump.acknowledge(BUTTONS) == codes.OK:
        pass
    assert bench.pump.resume(BUTTONS) == codes.OK
    assert bench.pump.suspension.alarm == alarms.NONE


def test_a_long_suspension_is_told_anew_to_who_has_seen_it_once_and_to_others_goes_on():
    bench = Bench(segments=[(0, 1_000)])
    bench.pump.suspend(BUTTONS)
    for times in (1, 2):
        bench.run_s(900)
        found = [row for row in bench.all(events.ALARM_RAISED) if row[0] == alarms.UNDER_DELIVERY]
        assert len(found) == times
        assert bench.pump.alarms.acknowledge(alarms.UNDER_DELIVERY, BUTTONS)
    bench.run_s(3_600)
    found = [row for row in bench.all(events.ALARM_RAISED) if row[0] == alarms.UNDER_DELIVERY]
    assert len(found) == 3  # which waits
    assert len(bench.all(events.REMINDER)) == 6


def test_a_resume_takes_back_no_under_delivery_of_before_the_suspension():
    bench = Bench(segments=[(0, 1_000)])
    for _ in range(150):
        bench.pump.advance(4_000)
        bench.minutes(4_000)
        bench.commit()
    assert bench.pump.alarms.waiting & 1 << alarms.UNDER_DELIVERY - 1
    bench.pump.suspend(events.SOURCE_LINK)
    bench.run_s(1_000)
    assert not bench.pump.suspension.told
    assert bench.pump.resume(events.SOURCE_LINK) == codes.OK
    assert bench.pump.alarms.waiting & 1 << alarms.UNDER_DELIVERY - 1


def test_a_restart_knows_it_also_from_the_last_records_of_a_long_stop():
    bench = Bench(segments=[(0, 1_000)])
    bench.run_s(4 * 3_600, 4_000)
    bench.pump.suspend(BUTTONS)
    bench.turn(0)
    older = len(bench.log)
    bench.pump.checkpoint()
    bench.run_s(1_200)
    again = Bench(settings=bench.pump.settings, log=bench.log[older:])
    assert again.pump.state == states.SUSPENDED
    assert 15 <= again.pump.suspension.told_min <= 20


def test_a_restart_knows_how_long_delivery_has_stopped():
    bench = Bench(segments=[(0, 1_000)])
    bench.run_s(600)
    bench.pump.suspend(BUTTONS)
    bench.run_s(1_500)
    bench = bench.restarted()
    # What went by after the last record, some minutes at most, nobody knows of.
    told_s = bench.pump.suspension.told_min * 60
    assert 1_200 <= told_s <= 1_500
    bench.run_s(1_800 - told_s)
    assert bench.last(events.REMINDER) == (0, 1_800)
    bench.pump.acknowledge(BUTTONS)
    assert bench.pump.resume(BUTTONS) == codes.OK
    bench.turn(0)
    assert bench.last(events.RESUME) == (BUTTONS, 1_800)
