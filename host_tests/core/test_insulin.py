"""Insulin on board: the sum of what boluses gave, of which a restart forgets nothing."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import codes, events, record, states
from pump.core import settings as st
from pump.core.insulin import LONGEST_S, InsulinOnBoard
from pump.core.layouts import LAYOUTS
from pump.core.recall import Recall

DURATIONS_MIN = range(180, 481, 30)


def acting_for(duration_min):
    insulin = InsulinOnBoard()
    insulin.act_for(duration_min)
    return insulin


def bolus(bench, dose_mu):
    assert bench.pump.give_bolus(dose_mu, BUTTONS) == codes.OK
    while bench.pump.bolus.active:
        bench.turn(1_000)


def all_doses(bench):
    return sum(bench.pump.insulin.doses[1::2])


def test_a_dose_never_grows_and_is_gone_at_its_duration():
    for duration_min in DURATIONS_MIN:
        insulin = acting_for(duration_min)
        insulin.add(0, 60_000)
        left = [insulin.left_mu(second) for second in range(0, duration_min * 60 + 1, 20)]
        assert left[0] == 60_000 and left[-1] == 0
        assert left == sorted(left, reverse=True)


def test_a_duration_between_two_of_the_table_acts_as_the_longer():
    for duration_min, taken_min in ((181, 210), (359, 360), (360, 360), (479, 480)):
        insulin, longer = acting_for(duration_min), acting_for(taken_min)
        insulin.add(0, 5_000)
        longer.add(0, 5_000)
        for second in range(0, 30_000, 700):
            assert insulin.left_mu(second) == longer.left_mu(second)


def test_a_program_that_doses_every_five_minutes_for_a_week_needs_no_more_memory():
    insulin = acting_for(480)
    for second in range(0, 7 * 86_400, 300):
        insulin.add(second, 50)
    assert len(insulin.doses) <= 2 * (LONGEST_S // 900 + 1)


def test_a_bolus_is_on_board_while_it_runs_and_acts_from_its_end():
    bench = Bench()
    assert bench.pump.on_board_mu() == 0
    assert bench.pump.give_bolus(3_000, BUTTONS) == codes.OK
    bench.run_s(60)
    running_mu = bench.pump.on_board_mu()
    assert running_mu == bench.pump.bolus.given_mu() > 1_000
    bench.run_s(61)
    assert bench.pump.on_board_mu() == 3_000
    bench.run_s(7_200, turn_ms=4_000)
    # Two hours later the model has 45.0 % of it left for a duration of 6 hours.
    assert abs(bench.pump.on_board_mu() - 1_349) < 15
    bench.run_s(4 * 3_600, turn_ms=4_000)
    assert bench.pump.on_board_mu() == 0


def test_basal_is_not_on_board():
    bench = Bench(segments=[(0, 5_000)])
    bench.run_s(3_600, turn_ms=4_000)
    assert bench.steps > 0 and bench.pump.on_board_mu() == 0


def test_a_bolus_that_was_stopped_counts_by_what_it_gave():
    bench = Bench()
    assert bench.pump.give_bolus(3_000, BUTTONS) == codes.OK
    bench.run_s(40)
    bench.pump.stop_bolus()
    bench.turn(100)
    given_mu = bench.last(events.BOLUS_END)[1]
    assert 500 < given_mu < 2_000
    assert bench.pump.on_board_mu() == given_mu


def test_another_duration_acts_at_once_and_after_a_restart():
    bench = Bench()
    bolus(bench, 4_000)
    bench.run_s(9_000, turn_ms=4_000)
    longer_mu = bench.pump.on_board_mu()
    assert bench.pump.set_setting(st.INSULIN_MIN, 180, BUTTONS) == codes.OK
    shorter_mu = bench.pump.on_board_mu()
    assert shorter_mu < longer_mu // 2
    bench.commit()
    again = bench.restarted()
    assert shorter_mu <= again.pump.on_board_mu() < longer_mu // 2


def test_a_restart_forgets_no_insulin_whatever_the_last_record_is():
    bench = Bench(segments=[(0, 1_200)])
    for dose_mu in (2_000, 300, 1_500, 100, 4_000, 700, 2_500, 50, 1_000):
        bolus(bench, dose_mu)
        bench.run_s(1_900, turn_ms=4_000)
    assert bench.all(events.CHECKPOINT_INSULIN)
    log, settings = bench.log, bench.pump.settings
    told_mu, open_steps = 0, 0
    scale = bench.pump.profile.scale
    for count in range(len(log)):
        if count:
            packed = log[count - 1]
            event = record.header(packed)[2]
            if event == events.BOLUS_END:
                told_mu += record.fields(packed, LAYOUTS[event])[1]
                open_steps = 0
            elif event == events.BOLUS_PART:
                open_steps += record.fields(packed, LAYOUTS[event])[2]
        again = Bench(settings=settings, log=list(log[:count]))
        # All are younger than 8 hours, so each of them must be among the doses.
        least_mu = told_mu + scale.dose_mu(open_steps)
        assert least_mu <= all_doses(again) <= least_mu + 10, count


def test_the_age_of_insulin_survives_restarts_within_two_minutes_each():
    bench = Bench()
    bolus(bench, 5_000)
    bench.run_s(7_200, turn_ms=4_000)
    before_mu = bench.pump.on_board_mu()
    bench.pump.checkpoint()
    bench.commit()
    for _ in range(3):
        bench = bench.restarted()
        # A restart makes it younger, never older: 6 min are 3 % of a dose at most.
        assert before_mu <= bench.pump.on_board_mu() <= before_mu + 150


def test_a_bolus_that_the_power_cut_counts_with_all_that_it_may_have_given():
    bench = Bench()
    bolus(bench, 1_000)
    assert bench.pump.give_bolus(5_000, BUTTONS) == codes.OK
    bench.run_s(30)
    again = bench.restarted()
    part_steps = again.last(events.UNCERTAIN)[2]
    given_mu = again.last(events.BOLUS_END)[1]
    part_mu = again.pump.profile.scale.dose_mu(part_steps)
    assert part_steps > 0 and given_mu > 0
    least_mu = 1_000 + given_mu + part_mu
    assert least_mu - 10 <= again.pump.on_board_mu() <= least_mu + 2
    # Cut once more before the checkpoint behind it is whole: the log tells the same.
    for lost in range(1, 6):
        third = Bench(settings=again.pump.settings, log=again.log[:-lost])
        assert third.pump.on_board_mu() >= least_mu - 10


def test_steps_that_the_engine_could_not_confirm_count_as_given():
    bench = Bench()
    assert bench.pump.give_bolus(5_000, BUTTONS) == codes.OK
    bench.run_s(10)
    bench.pump.advance(1_000)
    bench.commit()
    ordered = bench.pump.next_burst()
    given_mu = bench.pump.bolus.given_mu()
    bench.pump.moved(ordered // 2, False)
    assert bench.pump.state == states.FAULT
    whole_mu = given_mu + bench.pump.profile.scale.dose_mu(ordered)
    assert whole_mu - 2 <= bench.pump.on_board_mu() <= whole_mu + 3


def test_a_checkpoint_tells_of_many_doses_three_in_a_record():
    bench = Bench()
    for dose_mu in (100, 200, 300, 400):
        bolus(bench, dose_mu)
        bench.run_s(1_000, turn_ms=4_000)
    before = len(bench.all(events.CHECKPOINT_INSULIN))
    bench.pump.checkpoint()
    bench.commit()
    told = bench.all(events.CHECKPOINT_INSULIN)[before:]
    assert [list(values)[1::2] for values in told] == [[100, 200, 300], [400, 0, 0]]
    assert bench.restarted().pump.insulin.doses[1::2] == [100, 200, 300, 400]


def test_what_is_left_is_rounded_up_so_that_the_least_dose_is_on_board_to_its_last_second():
    insulin = acting_for(480)
    insulin.add(0, 1)
    assert [insulin.left_mu(second) for second in (0, LONGEST_S - 1, LONGEST_S)] == [1, 1, 0]


def test_a_duration_beyond_the_table_acts_as_its_first_or_its_last():
    for duration_min, taken_min in ((60, 180), (600, 480)):
        insulin, longest = acting_for(duration_min), acting_for(taken_min)
        insulin.add(0, 5_000)
        longest.add(0, 5_000)
        assert insulin.left_mu(9_000) == longest.left_mu(9_000) > 0


def test_doses_are_one_within_a_quarter_of_an_hour_and_as_far_as_a_record_can_tell():
    for doses, kept_mu in (
        (((0, 100), (899, 200)), [300]),
        (((0, 100), (900, 200)), [100, 200]),
        (((0, 65_000), (10, 535)), [65_535]),
        (((0, 65_000), (10, 536)), [65_000, 536]),
        (((0, 100), (1_000, 60_000), (1_100, 10_000)), [100, 60_000, 10_000]),
        (((15_000, 2_000), (17_000, 300), (20_000, 500)), [2_000, 300, 500]),
        (((15_000, 2_000), (15_000 + LONGEST_S - 1, 500)), [2_000, 500]),
        (((15_000, 2_000), (17_000, 300), (15_000 + LONGEST_S, 500)), [300, 500]),
        (((0, 100), (2_000, 0), (2_001, -5)), [100]),
    ):
        insulin = acting_for(480)
        for second, dose_mu in doses:
            insulin.add(second, dose_mu)
        assert insulin.doses[1::2] == kept_mu, doses


def test_a_bolus_that_gave_nothing_leaves_no_dose():
    bench = Bench()
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    assert bench.pump.stop_bolus() == codes.OK
    bench.turn(0)
    assert bench.last(events.BOLUS_END)[1:3] == (0, 0)
    assert bench.pump.insulin.doses == [] and bench.pump.on_board_mu() == 0


def test_the_log_alone_knows_the_doses_of_a_checkpoint_and_how_old_they_are():
    bench = Bench()
    for dose_mu in (100, 200, 300, 400):
        bolus(bench, dose_mu)
        bench.turn(1_200_000)
    bench.pump.checkpoint()
    bench.commit()
    events_there = [record.header(packed)[2] for packed in bench.log]
    last = len(events_there) - 1 - events_there[::-1].index(events.CHECKPOINT)
    past = Recall()
    for packed in bench.log[last:]:
        past.feed(packed)
    doses = bench.pump.insulin.doses
    assert past.insulin.doses[1::2] == doses[1::2] == [100, 200, 300, 400]
    now_s = bench.pump.clock.uptime_s
    for told_s, given_s in zip(past.insulin.doses[::2], doses[::2]):
        age_s = past.lived_s - told_s
        assert age_s <= now_s - given_s < age_s + 120


def test_no_other_setting_changes_how_insulin_acts():
    bench = Bench()
    bolus(bench, 4_000)
    bench.turn(7_200_000)
    before_mu = bench.pump.on_board_mu()
    assert bench.pump.set_setting(st.MAX_BOLUS_MU, 9_000, BUTTONS) == codes.OK
    assert bench.pump.on_board_mu() == before_mu
    assert bench.pump.set_setting(st.INSULIN_MIN, 180, BUTTONS) == codes.OK
    assert 0 < bench.pump.on_board_mu() < before_mu


def by_day():
    """A pump for which boluses act for six hours, from noon on for three, from 18:00 on for eight.

    It is some minutes before noon, and a bolus was given.
    """
    bench = Bench()
    pump = bench.pump
    for number, value in (
        (st.DAY_PART_2_MIN, 720),
        (st.DAY_PART_4_MIN, 1_080),
        (st.INSULIN_2_MIN, 180),
        (st.INSULIN_4_MIN, 480),
    ):
        assert pump.set_setting(number, value, BUTTONS) == codes.OK
    pump.set_clock(200 * 86_400 + 36_000, 0, BUTTONS)
    bench.turn(60_000)
    bolus(bench, 4_000)
    bench.run_s(6_960 - pump.clock.uptime_s, turn_ms=4_000)
    return bench


def left_of(doses, now_s, duration_min):
    insulin = acting_for(duration_min)
    insulin.doses = list(doses)
    return insulin.left_mu(now_s)


def test_how_long_a_bolus_acts_goes_by_the_part_of_the_day():
    bench = by_day()
    insulin, clock = bench.pump.insulin, bench.pump.clock
    for until_min, duration_min in ((718, 360), (1_078, 180), (1_081, 480)):
        bench.turn((until_min - clock.minute_of_day()) * 60_000)
        bench.turn(60_000)
        expected = left_of(insulin.doses, clock.uptime_s, duration_min)
        assert bench.pump.on_board_mu() == expected, until_min


def test_a_start_takes_the_longest_duration_until_it_looked_at_the_time_of_day():
    bench = by_day()
    bench.turn(3_600_000)
    bench.commit()
    again = bench.restarted()
    insulin, clock = again.pump.insulin, again.pump.clock
    assert insulin.duration_min == 480
    for _ in range(60):
        again.turn(60_000)
    part = left_of(insulin.doses, clock.uptime_s, 360)
    assert again.pump.on_board_mu() == part < left_of(insulin.doses, clock.uptime_s, 480)


def test_a_later_part_acts_as_the_first_or_for_three_hours_at_least():
    bench = Bench()
    for refused in (30, 150, 510, -30):
        assert bench.pump.set_setting(st.INSULIN_3_MIN, refused, BUTTONS) == codes.OUT_OF_RANGE
    bolus(bench, 4_000)
    bench.turn(3_600_000)
    before_mu = bench.pump.on_board_mu()
    assert bench.pump.set_setting(st.INSULIN_3_MIN, 180, BUTTONS) == codes.OK  # no part 3 begins
    assert bench.pump.on_board_mu() == before_mu
    assert bench.pump.set_setting(st.INSULIN_3_MIN, 0, BUTTONS) == codes.OK
