"""An alarm goes from its cause to a person and waits there."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import alarms as al
from pump.core import codes, event_table, events, states
from pump.core import settings as st
from pump.core.logbook import CHECKPOINT_EVERY, LOG_TURN


def raised(bench):
    return [values[0] for values in bench.all(events.ALARM_RAISED)]


def without_a_motor(bench, seconds):
    """Time goes by and nothing that is due is made."""
    for _ in range(seconds // 4):
        bench.pump.advance(4_000)
        bench.minutes(4_000)
        bench.commit()


def press(bench, mbar, turns=4):
    for _ in range(turns):
        bench.pump.sense(4_000, mbar)
        bench.turn(1000)


def test_an_occlusion_stops_everything_until_it_is_gone_seen_and_resumed():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.give_bolus(5_000, BUTTONS)
    bench.run_s(60, 50)
    press(bench, 800)
    stopped_at = bench.steps
    assert bench.pump.state == states.SUSPENDED
    assert bench.last(events.SUSPEND) == (events.SOURCE_RULE, al.OCCLUSION)
    assert bench.last(events.BOLUS_END)[3] == events.END_ALARM
    assert bench.pump.resume(BUTTONS) == codes.ALARM_PERSISTS
    assert bench.pump.acknowledge(BUTTONS) == codes.OK  # the clock waits below it
    assert bench.pump.resume(BUTTONS) == codes.ALARM_PERSISTS
    press(bench, 50)
    assert bench.pump.resume(BUTTONS) == codes.OK
    assert bench.steps == stopped_at
    bench.run_s(600)
    assert bench.steps > stopped_at


def test_a_bolus_that_an_alarm_cuts_short_is_told_and_one_that_a_person_ends_is_not():
    def blocked(bench):
        press(bench, 800)

    def suspended(bench):
        bench.pump.suspend(BUTTONS)

    def stopped(bench):
        bench.pump.stop_bolus()

    for ends, told in ((blocked, 1), (suspended, 0), (stopped, 0)):
        bench = Bench(segments=[(0, 2_000)])
        bench.pump.give_bolus(5_000, BUTTONS)
        bench.run_s(60, 50)
        ends(bench)
        bench.turn(1_000)
        given_mu = bench.last(events.BOLUS_END)[1]
        assert 0 < given_mu < 5_000
        expected = [(al.BOLUS_INCOMPLETE, al.MEDIUM, given_mu)] * told
        found = [
            values for values in bench.all(events.ALARM_RAISED) if values[0] == al.BOLUS_INCOMPLETE
        ]
        assert found == expected, ends


def test_a_bolus_whose_last_step_an_alarm_could_not_stop_was_given_whole():
    bench = Bench()
    bench.pump.give_bolus(5, BUTTONS)
    bench.pump.advance(5_000)
    bench.commit()
    burst = bench.pump.next_burst()
    assert burst == bench.pump.bolus.steps
    bench.pump.stop_for(al.OCCLUSION, 800)
    bench.pump.moved(burst, True)
    bench.turn(0)
    assert bench.last(events.BOLUS_END)[3] == events.END_ALARM
    assert al.BOLUS_INCOMPLETE not in raised(bench)


def test_one_wild_reading_of_pressure_is_no_occlusion():
    bench = Bench(segments=[(0, 2_000)])
    for _ in range(5):
        press(bench, 900, 2)
        press(bench, 0, 1)
    assert al.OCCLUSION not in raised(bench)


def test_an_alarm_whose_cause_is_gone_still_waits_for_a_person():
    bench = Bench()
    press(bench, 800)
    press(bench, 0)
    assert bench.pump.alarms.highest() == al.OCCLUSION
    bench.pump.acknowledge(BUTTONS)
    bench.turn(0)
    assert bench.last(events.ALARM_CLEARED)[0] == al.OCCLUSION


def test_an_alarm_that_nobody_sees_repeats_every_five_minutes():
    bench = Bench()
    bench.pump.alarms.repeat_due = False
    bench.run_s(299)
    assert not bench.pump.alarms.repeat_due
    bench.run_s(1)
    assert bench.pump.alarms.repeat_due
    bench.run_s(7 * 300)
    # Logged at powers of two, so that a week of it does not push doses out of the log.
    assert [values[1] for values in bench.all(events.ALARM_REPEATED)] == [1, 2, 4, 8]


def waits(bench, alarm):
    return bench.pump.alarms.waiting >> alarm - 1 & 1


def test_what_still_stops_delivery_is_silent_for_ten_minutes_at_most_however_often_it_was_seen():
    bench = Bench()
    press(bench, 800)
    for _ in range(5):
        bench.pump.acknowledge(BUTTONS)
        bench.pump.acknowledge(BUTTONS)
        assert not waits(bench, al.OCCLUSION)
        bench.run_s(480)
        assert not waits(bench, al.OCCLUSION)
        bench.run_s(120)
        assert waits(bench, al.OCCLUSION)
    assert bench.all(events.ALARM_REPEATED) == [(al.OCCLUSION, 0)] * 5
    assert len([values for values in bench.all(events.ALARM_RAISED) if values[0] == 1]) == 1
    assert bench.pump.resume(BUTTONS) == codes.ALARM_PERSISTS
    press(bench, 0)
    bench.pump.acknowledge(BUTTONS)
    bench.run_s(1_200)
    assert not waits(bench, al.OCCLUSION)
    repeats = [values for values in bench.all(events.ALARM_REPEATED) if values[0] == al.OCCLUSION]
    assert len(repeats) == 5


def test_a_second_alarm_that_is_seen_later_makes_the_silence_of_the_first_no_longer():
    bench = Bench()
    press(bench, 800)
    bench.pump.alarms.acknowledge(al.OCCLUSION, BUTTONS)
    bench.run_s(300)
    for _ in range(4):
        bench.pump.sense(3_200, 800)
    bench.pump.alarms.acknowledge(al.BATTERY_EMPTY, BUTTONS)
    bench.run_s(300)
    assert waits(bench, al.OCCLUSION) and waits(bench, al.BATTERY_EMPTY)


def test_what_makes_delivery_less_is_silent_for_ten_minutes_at_most_too():
    limited = Bench(segments=[(0, 4_000)])
    limited.pump.set_setting(st.MAX_HOUR_MU, 1_000, BUTTONS)
    limited.run_s(1_200)
    still = Bench(segments=[(0, 4_000)])
    for bench, alarm in ((limited, al.OVER_LIMIT), (still, al.UNDER_DELIVERY)):
        for _ in range(2):
            without_a_motor(bench, 600)
            assert waits(bench, alarm), alarm
            bench.pump.alarms.acknowledge(alarm, BUTTONS)
            without_a_motor(bench, 480)
            assert not waits(bench, alarm), alarm
            without_a_motor(bench, 120)
            assert waits(bench, alarm), alarm
            bench.pump.alarms.acknowledge(alarm, BUTTONS)
        assert len([0 for values in bench.all(events.ALARM_RAISED) if values[0] == alarm]) == 1


def test_a_medium_alarm_that_nobody_answers_for_half_an_hour_is_as_urgent_as_a_high_one():
    bench = Bench(segments=[(0, 1_000)])
    found = bench.pump.alarms
    found.once(al.BATTERY_LOW)
    bench.run_s(1_799)
    assert found.urgency(al.BATTERY_LOW) == al.MEDIUM
    bench.run_s(1)
    assert found.urgency(al.BATTERY_LOW) == al.HIGH
    assert found.urgency(al.CLOCK_NOT_SET) == al.LOW
    assert found.priority(al.BATTERY_LOW) == al.MEDIUM and not found.stopping()
    assert bench.pump.state == states.RUNNING
    # A younger one begins for itself; and who answers one is there, and has heard the others.
    found.once(al.KEY_STUCK)
    assert found.urgency(al.KEY_STUCK) == al.MEDIUM
    found.acknowledge(al.KEY_STUCK, BUTTONS)
    assert found.urgency(al.BATTERY_LOW) == al.MEDIUM
    bench.run_s(1_800)
    assert found.urgency(al.BATTERY_LOW) == al.HIGH


def test_what_sounds_anew_after_its_silence_is_as_urgent_as_at_first():
    bench = Bench(segments=[(0, 4_000)])
    without_a_motor(bench, 7_200)
    alarms = bench.pump.alarms
    assert alarms.urgency(al.UNDER_DELIVERY) == al.HIGH
    alarms.acknowledge(al.UNDER_DELIVERY, BUTTONS)
    without_a_motor(bench, 2_280)
    assert waits(bench, al.UNDER_DELIVERY)
    assert alarms.urgency(al.UNDER_DELIVERY) == al.MEDIUM
    without_a_motor(bench, 180)
    assert alarms.urgency(al.UNDER_DELIVERY) == al.HIGH


def test_what_stops_nothing_or_is_over_stays_silent_once_it_was_seen():
    bench = Bench()
    press(bench, 800)
    press(bench, 0)
    for _ in range(4):
        bench.pump.sense(3_450, 0)
    while bench.pump.alarms.waiting:
        bench.pump.acknowledge(BUTTONS)
    assert bench.pump.alarms.has_cause(al.BATTERY_LOW)
    assert bench.pump.resume(BUTTONS) == codes.OK
    bench.run_s(3_600)
    assert not bench.pump.alarms.waiting and not bench.all(events.ALARM_REPEATED)


def test_no_alarm_that_waits_goes_without_a_repeat_for_more_than_five_minutes():
    assert al.REPEAT_S <= 300 and al.SILENCE_S <= 600
    bench = Bench()
    for alarm in (al.LOG_NEW, al.BATTERY_LOW, al.DAILY):
        bench.pump.alarms.once(alarm)
        bench.pump.alarms.repeat_due = False
        bench.run_s(300)
        assert bench.pump.alarms.repeat_due


def test_the_highest_priority_is_shown_first():
    bench = Bench()
    assert bench.pump.alarms.highest() == al.CLOCK_NOT_SET
    for _ in range(4):
        bench.pump.sense(3_450, 0)
    assert bench.pump.alarms.highest() == al.BATTERY_LOW
    press(bench, 800)
    assert bench.pump.alarms.highest() == al.OCCLUSION


def test_a_low_battery_warns_and_an_empty_one_stops():
    bench = Bench(segments=[(0, 1_000)])
    for _ in range(4):
        bench.pump.sense(3_450, 0)
    assert bench.pump.state == states.RUNNING
    for _ in range(4):
        bench.pump.sense(3_200, 0)
    bench.turn(0)
    assert bench.pump.state == states.SUSPENDED
    assert raised(bench)[-2:] == [al.BATTERY_LOW, al.BATTERY_EMPTY]


def test_a_board_without_sensors_has_no_such_alarms():
    bench = Bench(segments=[(0, 1_000)])
    for _ in range(10):
        bench.pump.sense(-1, -1)
    bench.turn(0)
    assert raised(bench) == [al.CLOCK_NOT_SET]


def test_the_reservoir_warns_when_low_and_stops_when_empty():
    bench = Bench(segments=[(0, 5_000)])
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(20_500, BUTTONS)
    bench.pump.change().finish(BUTTONS)
    bench.run_s(600)
    assert al.RESERVOIR_LOW in raised(bench)
    assert al.RESERVOIR_EMPTY not in raised(bench)
    bench.run_s(5 * 3600, 2000)
    assert bench.steps == 20_500 * 6791 // 10_000
    assert bench.pump.reservoir_steps == 0
    assert bench.pump.state == states.SUSPENDED
    assert bench.pump.resume(BUTTONS) == codes.ALARM_PERSISTS


def test_a_system_error_stops_the_pump_for_good():
    bench = Bench(segments=[(0, 5_000)])
    bench.run_s(100)
    bench.pump.fail(3, 77)
    bench.turn(0)
    steps = bench.steps
    bench.run_s(3600)
    assert bench.steps == steps
    assert bench.last(events.SYSTEM_ERROR) == (3, 77)
    assert bench.pump.resume(BUTTONS) == codes.FAULT
    assert bench.pump.give_bolus(100, BUTTONS) == codes.FAULT


def test_a_battery_warning_ends_only_well_above_its_threshold():
    bench = Bench()
    for mv, low in ((3_450, True), (3_550, True), (3_490, True), (3_650, False)):
        for _ in range(4):
            bench.pump.sense(mv, 0)
        assert bench.pump.alarms.has_cause(al.BATTERY_LOW) == low


def test_low_supply_stops_a_rewind_and_lets_none_begin():
    bench = Bench()
    bench.pump.change().start(BUTTONS)
    assert bench.pump.change().rewind(BUTTONS) == codes.OK
    bench.turn(100)
    assert bench.pump.move.active
    for _ in range(4):
        bench.pump.sense(3_200, 0)
    bench.turn(100)
    assert bench.last(events.MOVE_END)[3] == events.END_ALARM
    at = bench.steps
    assert bench.pump.change().rewind(BUTTONS) == codes.ALARM_PERSISTS
    bench.run_s(10, 100)
    assert bench.steps == at


def test_a_sensor_that_stops_answering_is_told_and_stops_nothing():
    for broken in ((-1, 0), (4_000, -1)):
        bench = Bench(segments=[(0, 1_000)])
        bench.pump.sense(4_000, 0)
        bench.pump.sense(*broken)
        bench.pump.sense(4_000, 0)
        assert not bench.pump.alarms.has_cause(al.SENSOR_LOST)
        for _ in range(3):
            bench.pump.sense(*broken)
        bench.turn(0)
        assert raised(bench)[-1] == al.SENSOR_LOST
        assert bench.pump.state == states.RUNNING
        bench.pump.sense(4_000, 0)
        assert not bench.pump.alarms.has_cause(al.SENSOR_LOST)


def test_a_key_held_for_a_minute_is_told_and_one_pressed_now_and_then_is_not():
    bench = Bench(segments=[(0, 1_000)])
    for second in range(300):
        bench.pump.keys_down(4 if second % 50 else 0, 1)
    assert al.KEY_STUCK not in raised(bench)
    bench.pump.keys_down(0, 1)
    for _ in range(61):
        bench.pump.keys_down(5, 1)
    bench.turn(0)
    assert bench.last(events.ALARM_RAISED) == (al.KEY_STUCK, al.MEDIUM, 5)
    assert bench.pump.state == states.RUNNING
    bench.pump.keys_down(0, 1)
    assert not bench.pump.alarms.has_cause(al.KEY_STUCK)


def test_a_stuck_stop_key_suspends_with_an_alarm_because_no_train_can_run():
    bench = Bench(segments=[(0, 1_000)])
    for _ in range(61):
        bench.pump.keys_down(8, 1)
    bench.turn(0)
    assert bench.last(events.SUSPEND) == (events.SOURCE_RULE, al.STOP_STUCK)
    assert al.KEY_STUCK not in raised(bench)
    bench.pump.acknowledge(BUTTONS)
    assert bench.pump.resume(BUTTONS) == codes.ALARM_PERSISTS
    bench.pump.keys_down(0, 1)
    assert bench.pump.resume(BUTTONS) == codes.OK


def test_a_threshold_of_the_battery_counts_from_its_very_value_on():
    for mv, low, empty in (
        (3_501, False, False),
        (3_500, True, False),
        (3_301, True, False),
        (3_300, False, True),
        (0, False, True),
    ):
        bench = Bench(segments=[(0, 1_000)])
        for _ in range(3):
            bench.pump.sense(mv, 0)
        assert bench.pump.battery_mv == mv
        assert bench.pump.alarms.has_cause(al.BATTERY_LOW) == low
        assert bench.pump.alarms.has_cause(al.BATTERY_EMPTY) == empty
        assert bench.pump.state == (states.SUSPENDED if empty else states.RUNNING)


def test_a_low_battery_is_told_with_its_reading_and_only_after_three_in_a_row():
    bench = Bench()
    for mv in (3_450, 3_450, 3_600, 3_450, 3_450):
        bench.pump.sense(mv, 0)
        assert not bench.pump.alarms.has_cause(al.BATTERY_LOW)
    bench.pump.sense(3_440, 0)
    bench.turn(0)
    assert bench.last(events.ALARM_RAISED)[0] == al.BATTERY_LOW
    assert bench.last(events.ALARM_RAISED)[2] == 3_440


def test_battery_alarms_end_only_a_tenth_of_a_volt_above_their_thresholds():
    bench = Bench()
    for alarm, mv, raised_by_it in (
        (al.BATTERY_EMPTY, 3_300, True),
        (al.BATTERY_EMPTY, 3_350, True),
        (al.BATTERY_EMPTY, 3_400, True),
        (al.BATTERY_EMPTY, 3_401, False),
        (al.BATTERY_LOW, 3_600, True),
        (al.BATTERY_LOW, 3_601, False),
    ):
        for _ in range(3):
            bench.pump.sense(mv, 0)
        assert bench.pump.alarms.has_cause(alarm) == raised_by_it, mv


def test_a_line_is_blocked_from_the_very_pressure_of_the_board_on():
    for mbar, blocked in ((499, False), (500, True)):
        bench = Bench(segments=[(0, 1_000)])
        press(bench, mbar, 3)
        assert bench.pump.alarms.has_cause(al.OCCLUSION) == blocked


def test_a_sensor_may_miss_two_readings_again_and_again():
    bench = Bench()
    for _ in range(5):
        bench.pump.sense(4_000, 0)
        bench.pump.sense(-1, -1)
        bench.pump.sense(-1, -1)
        assert not bench.pump.alarms.has_cause(al.SENSOR_LOST)


def test_a_key_is_stuck_after_a_minute_and_not_a_second_before():
    bench = Bench()
    for second in range(119):
        bench.pump.keys_down(0 if second == 59 else 1, 1)
        assert not bench.pump.alarms.has_cause(al.KEY_STUCK)
    bench.pump.keys_down(1, 1)
    assert bench.pump.alarms.has_cause(al.KEY_STUCK)


def test_of_alarms_of_one_priority_the_first_of_the_table_is_shown_first():
    for first, second in ((al.OCCLUSION, al.BATTERY_EMPTY), (al.RESERVOIR_LOW, al.KEY_STUCK)):
        bench = Bench()
        bench.pump.alarms.once(second)
        assert bench.pump.alarms.highest() == second
        bench.pump.alarms.once(first)
        assert bench.pump.alarms.highest() == first
        assert al.worst(1 << first - 1 | 1 << second - 1) == first


def test_what_happened_and_is_over_leaves_no_cause_and_takes_none_away():
    bench = Bench()
    found = bench.pump.alarms
    found.once(al.LOG_DAMAGED)
    assert found.causes == 1 << al.CLOCK_NOT_SET - 1
    assert found.raised == found.waiting == 1 << al.CLOCK_NOT_SET - 1 | 1 << al.LOG_DAMAGED - 1
    bench.turn(0)
    assert bench.last(events.ALARM_RAISED) == (al.LOG_DAMAGED, al.LOW, 0)


def test_the_log_says_how_long_an_alarm_waited_and_when_it_was_over():
    bench = Bench()
    bench.run_s(100)
    press(bench, 800, 3)
    press(bench, 0, 3)
    assert not bench.all(events.ALARM_CLEARED)  # it waits for a person
    bench.run_s(30)
    since_s = bench.pump.clock.uptime_s - 102
    bench.pump.acknowledge(BUTTONS)
    bench.turn(0)
    assert bench.all(events.ALARM_ACKNOWLEDGED) == [(al.OCCLUSION, since_s, BUTTONS)]
    assert bench.all(events.ALARM_CLEARED) == [(al.OCCLUSION, since_s)]
    press(bench, 800, 3)
    bench.pump.acknowledge(BUTTONS)
    bench.turn(0)
    assert len(bench.all(events.ALARM_CLEARED)) == 1  # seen, and its cause is there
    press(bench, 0, 1)
    assert len(bench.all(events.ALARM_CLEARED)) == 2


def write(bench, records):
    """Let so many things happen that are worth a record, beside what the pump writes of itself."""
    for _ in range(records):
        bench.pump.log.write(events.LINK_OPENED)
        bench.turn(0)


def test_each_alarm_has_a_bit_of_a_small_integer():
    assert len(al.PRIORITIES) == len(event_table.ALARM_NAMES) <= 31
    bench = Bench()
    for alarm in range(1, len(al.PRIORITIES)):
        bench.pump.alarms.once(alarm)
        assert waits(bench, alarm) and bench.pump.alarms.raised < 1 << 30


def test_reminders_are_those_of_the_table_and_no_others():
    reminders = [alarm for alarm in range(1, len(al.PRIORITIES)) if al.reminder(1 << alarm - 1)]
    assert reminders == list(range(al.SET_OLD, al.DAILY + 1))


def test_no_alarm_is_none_to_acknowledge():
    bench = Bench()
    while bench.pump.alarms.waiting:
        assert bench.pump.acknowledge(BUTTONS) == codes.OK
    assert bench.pump.acknowledge(BUTTONS) == codes.NOT_NOW


def test_a_log_is_told_to_be_nearly_full_once_a_turn_whatever_restarts():
    bench = Bench(next_seq=LOG_TURN - 100)
    write(bench, 50)
    assert al.LOG_FULL not in raised(bench)
    write(bench, 50 + CHECKPOINT_EVERY)
    assert raised(bench).count(al.LOG_FULL) == 1 and waits(bench, al.LOG_FULL)
    assert bench.pump.alarms.acknowledge(al.LOG_FULL, BUTTONS)
    write(bench, 2 * CHECKPOINT_EVERY)
    assert raised(bench).count(al.LOG_FULL) == 1
    assert al.PRIORITIES[al.LOG_FULL] == al.LOW and bench.pump.state == states.RUNNING
    for _ in range(3):
        bench = bench.restarted()
        write(bench, 100)
    assert raised(bench).count(al.LOG_FULL) == 1


def test_a_cut_before_the_log_was_told_to_be_nearly_full_leaves_it_to_the_start():
    bench = Bench(next_seq=LOG_TURN - 100)
    write(bench, 100 + CHECKPOINT_EVERY)
    told = [
        at for at in range(len(bench.log)) if bench.event(bench.log[at]) == events.ALARM_RAISED
    ]
    for kept in range(told[-1] - CHECKPOINT_EVERY // 2, told[-1] + 2):
        again = Bench(log=bench.log[:kept])
        write(again, CHECKPOINT_EVERY)
        # Cut between the alarm and the checkpoint after it nobody knows, and it is told again.
        assert raised(again).count(al.LOG_FULL) == (2 if kept == told[-1] + 1 else 1)
