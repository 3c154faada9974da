"""Reminders: when they come, what is logged of them, and what becomes of one nobody answers."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import alarms as al
from pump.core import codes, events
from pump.core import settings as st

DAY_S = 86_400
MORNING_S = 400 * DAY_S + 8 * 3_600


def at_eight(*settings):
    """A pump with such settings, whose clock says eight in the morning."""
    bench = Bench()
    for number, value in settings:
        assert bench.pump.set_setting(number, value, BUTTONS) == codes.OK
    assert bench.pump.set_clock(MORNING_S, 0, BUTTONS) == codes.OK
    bench.run_s(120, 4_000)
    return bench


def reminded(bench):
    return [kind for kind, _ in bench.all(events.REMINDER)]


def waits(bench, alarm):
    return bench.pump.alarms.waiting >> alarm - 1 & 1 == 1


def test_four_daily_times_remind_each_day_at_their_minute():
    times = ((st.DAILY_1_MIN, 495), (st.DAILY_3_MIN, 720), (st.DAILY_4_MIN, 1_439))
    bench = at_eight(*times)
    bench.run_s(12 * 60, 4_000)
    assert reminded(bench) == []
    bench.run_s(120, 4_000)
    assert reminded(bench) == [events.REMIND_DAILY_1] and waits(bench, al.DAILY)
    bench.run_s(DAY_S, 4_000)
    first, third, fourth = (events.REMIND_DAILY_1 + index for index in (0, 2, 3))
    assert reminded(bench) == [first, third, fourth, first]


def test_without_a_time_nobody_is_reminded():
    bench = at_eight()
    bench.run_s(DAY_S, 4_000)
    assert reminded(bench) == []
    assert bench.pump.rules is None


def test_a_clock_that_is_set_jumps_over_what_lies_between():
    bench = at_eight((st.DAILY_1_MIN, 600))
    bench.pump.set_clock(MORNING_S + 4 * 3_600, 0, BUTTONS)
    bench.run_s(3_600, 4_000)
    assert reminded(bench) == []


def test_a_clock_that_is_put_forward_by_a_few_minutes_passes_over_none():
    bench = at_eight((st.DAILY_1_MIN, 495), (st.MEAL_FROM_MIN, 485), (st.MEAL_UNTIL_MIN, 496))
    bench.run_s(12 * 60, 4_000)
    assert reminded(bench) == []
    bench.pump.set_clock(bench.pump.clock.local_s + 180, 0, BUTTONS)
    bench.run_s(60, 4_000)
    assert sorted(reminded(bench)) == [events.REMIND_MEAL, events.REMIND_DAILY_1]


def test_one_that_nobody_answers_for_half_an_hour_is_over_and_logged_as_missed():
    bench = at_eight((st.DAILY_1_MIN, 495))
    bench.run_s(14 * 60, 4_000)
    assert waits(bench, al.DAILY)
    bench.run_s(31 * 60, 4_000)
    assert not bench.pump.alarms.raised >> al.DAILY - 1 & 1
    ((kind, after_s),) = bench.all(events.REMINDER_MISSED)
    assert kind == events.REMIND_DAILY_1 and 1_800 <= after_s <= 1_870


def missed(bench):
    return [kind for kind, _ in bench.all(events.REMINDER_MISSED)]


def test_a_restart_has_missed_what_nobody_answered_before_it_and_says_so_once():
    bench = at_eight((st.DAILY_1_MIN, 495), (st.DAILY_2_MIN, 505), (st.SET_DAYS, 1))
    bench.pump.line.site_s = bench.pump.line.reservoir_s = bench.pump.clock.uptime_s - DAY_S
    bench.run_s(24 * 60, 4_000)
    assert sorted(reminded(bench)) == [events.REMIND_SET, 4, 5] and missed(bench) == []
    bench.pump.checkpoint()
    bench.commit()
    bench = bench.restarted()
    assert missed(bench) == [events.REMIND_SET, 4, 5]
    assert all(0 < after_s < 1_800 for _, after_s in bench.all(events.REMINDER_MISSED))
    assert len(missed(bench.restarted())) == 3


def test_a_restart_has_missed_none_that_was_answered_or_whose_answer_may_be_lost():
    bench = at_eight((st.DAILY_1_MIN, 495), (st.GLUCOSE_CHECK_MIN, 15))
    bench.pump.give_bolus(1_000, BUTTONS)
    bench.run_s(20 * 60, 4_000)
    assert sorted(reminded(bench)) == [events.REMIND_GLUCOSE, events.REMIND_DAILY_1]
    bench.pump.alarms.acknowledge(al.DAILY, BUTTONS)
    bench.pump.suspend(BUTTONS)
    bench.turn(0)
    log = list(bench.log)
    assert missed(bench.restarted()) == [events.REMIND_GLUCOSE]
    acknowledged = len(log) - 3  # before what clears it, and the suspension
    assert Bench.event(log[acknowledged]) == events.ALARM_ACKNOWLEDGED
    assert missed(Bench(settings=bench.pump.settings, log=log[:acknowledged])) == [2, 4]
    del log[acknowledged]
    assert missed(Bench(settings=bench.pump.settings, log=log)) == []


def test_one_that_was_answered_is_not_missed():
    bench = at_eight((st.DAILY_1_MIN, 495))
    bench.run_s(14 * 60, 4_000)
    assert bench.pump.alarms.acknowledge(al.DAILY, BUTTONS)
    assert not bench.pump.alarms.raised >> al.DAILY - 1 & 1
    bench.run_s(3_600, 4_000)
    assert bench.all(events.REMINDER_MISSED) == []


def test_two_at_once_with_the_same_words_are_both_missed():
    bench = at_eight((st.DAILY_1_MIN, 495), (st.DAILY_2_MIN, 510))
    bench.run_s(3_600, 4_000)
    missed = [kind for kind, _ in bench.all(events.REMINDER_MISSED)]
    assert missed == [events.REMIND_DAILY_1, events.REMIND_DAILY_1 + 1]
    assert not waits(bench, al.DAILY)


def test_a_window_for_a_meal_without_a_bolus_reminds_at_its_end():
    bench = at_eight((st.MEAL_FROM_MIN, 480), (st.MEAL_UNTIL_MIN, 540))
    bench.run_s(57 * 60, 4_000)
    assert reminded(bench) == []
    bench.run_s(180, 4_000)
    assert bench.all(events.REMINDER) == [(events.REMIND_MEAL, 3_600)]
    assert waits(bench, al.MEAL_MISSED)


def test_a_bolus_in_the_window_is_the_meals_and_one_before_it_is_not():
    window = ((st.MEAL_FROM_MIN, 510), (st.MEAL_UNTIL_MIN, 570))
    bench = at_eight(*window)
    bench.run_s(28 * 60 + 10, 4_000)
    bench.run_s(60)
    bench.pump.give_bolus(1_000, BUTTONS)  # within the first minute of it
    bench.run_s(7_200, 4_000)
    assert reminded(bench) == []
    bench = at_eight(*window)
    bench.pump.give_bolus(1_000, BUTTONS)
    bench.run_s(7_200, 4_000)
    assert reminded(bench) == [events.REMIND_MEAL]


def test_a_window_begins_with_its_first_second_whatever_second_is_looked_at():
    bench = at_eight((st.MEAL_FROM_MIN, 510), (st.MEAL_UNTIL_MIN, 570))
    bench.pump.set_clock(MORNING_S + 27 * 60 + 50, 0, BUTTONS)  # looked at 50 s into a minute
    bench.run_s(150)
    assert bench.pump.clock.minute_of_day() == 510
    bench.pump.give_bolus(1_000, BUTTONS)
    bench.run_s(7_200, 4_000)
    assert reminded(bench) == []


def test_a_window_longer_than_the_pump_remembers_a_bolus_reminds_all_the_same():
    bench = at_eight((st.MEAL_FROM_MIN, 540), (st.MEAL_UNTIL_MIN, 525))
    bench.run_s(DAY_S, 4_000)
    assert reminded(bench) == [events.REMIND_MEAL]


def test_a_second_reminder_in_the_same_words_sounds_anew():
    bench = at_eight((st.DAILY_1_MIN, 495), (st.DAILY_2_MIN, 505))
    bench.run_s(15 * 60, 4_000)
    assert waits(bench, al.DAILY) and not bench.pump.suspension.reminder_due
    bench.run_s(10 * 60, 4_000)
    assert bench.pump.suspension.reminder_due


def test_a_window_may_go_over_midnight():
    bench = at_eight((st.MEAL_FROM_MIN, 1_410), (st.MEAL_UNTIL_MIN, 30))
    bench.run_s(17 * 3_600, 4_000)
    assert bench.all(events.REMINDER) == [(events.REMIND_MEAL, 3_600)]


def test_glucose_is_to_be_checked_so_many_minutes_after_a_bolus_and_once():
    bench = at_eight((st.GLUCOSE_CHECK_MIN, 120))
    bench.run_s(4 * 3_600, 4_000)
    assert reminded(bench) == []
    bench.pump.give_bolus(1_000, BUTTONS)
    bench.run_s(118 * 60, 4_000)
    assert reminded(bench) == []
    bench.run_s(240, 4_000)
    assert reminded(bench) == [events.REMIND_GLUCOSE] and waits(bench, al.CHECK_GLUCOSE)
    bench.run_s(4 * 3_600, 4_000)
    assert reminded(bench) == [events.REMIND_GLUCOSE]


def changed(bench):
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(200_000, BUTTONS)
    bench.pump.change().finish(BUTTONS)


def test_a_set_that_is_in_use_for_the_days_that_are_set_is_old_until_it_is_changed():
    bench = at_eight((st.SET_DAYS, 2))
    changed(bench)
    bench.run_s(2 * DAY_S - 120, 4_000)
    assert not waits(bench, al.SET_OLD)
    bench.run_s(240, 4_000)
    assert waits(bench, al.SET_OLD) and reminded(bench) == [events.REMIND_SET]
    bench.pump.alarms.acknowledge(al.SET_OLD, BUTTONS)
    assert bench.pump.alarms.raised >> al.SET_OLD - 1 & 1
    changed(bench)
    bench.run_s(120, 4_000)
    assert not bench.pump.alarms.raised >> al.SET_OLD - 1 & 1


def test_a_set_that_was_changed_when_it_was_old_grows_old_again():
    bench = at_eight((st.SET_DAYS, 1))
    for count in (1, 2):
        changed(bench)
        bench.run_s(DAY_S - 120, 4_000)
        assert len(reminded(bench)) == count - 1 and not waits(bench, al.SET_OLD)
        bench.run_s(240, 4_000)
        assert reminded(bench) == [events.REMIND_SET] * count and waits(bench, al.SET_OLD)
        bench.pump.alarms.acknowledge(al.SET_OLD, BUTTONS)


def test_a_restart_knows_how_old_the_set_is_but_for_the_time_since_its_last_record():
    bench = at_eight((st.SET_DAYS, 1))
    bench.pump.set_basal([(0, 1_000)], BUTTONS)
    changed(bench)
    bench.run_s(DAY_S // 2, 4_000)
    bench = bench.restarted()
    bench.run_s(DAY_S // 4, 4_000)
    bench.pump.checkpoint()
    bench.commit()
    # What is older than the last checkpoint may be gone from the log.
    at = max(
        index for index, packed in enumerate(bench.log) if bench.event(packed) == events.CHECKPOINT
    )
    del bench.log[:at]
    bench = bench.restarted()
    bench.run_s(DAY_S // 4 - 900, 4_000)
    assert not waits(bench, al.SET_OLD)
    bench.run_s(900 + 2 * 1_800, 4_000)
    assert bench.pump.alarms.raised >> al.SET_OLD - 1 & 1


def test_a_pump_that_never_saw_a_change_does_not_call_the_set_old():
    bench = at_eight((st.SET_DAYS, 1))
    bench.run_s(3 * DAY_S, 4_000)
    assert reminded(bench) == []
