"""Limits hold in the core, whoever asks, and over a restart."""

from host_tests.core.bench import BUTTONS, Bench, Board
from pump.core import alarms, calculator, codes, events, extended
from pump.core import settings as st
from pump.core.limits import DoseWindow


def refused(bench):
    return bench.last(events.REFUSED)


def test_a_bolus_over_the_most_is_refused_and_logged_with_the_limit():
    bench = Bench()
    assert bench.pump.give_bolus(10_050, events.SOURCE_LINK) == codes.OVER_MAX_BOLUS
    bench.run_s(60)
    assert bench.steps == 0
    assert refused(bench) == (
        events.COMMAND_BOLUS,
        codes.OVER_MAX_BOLUS,
        10_050,
        10_000,
        events.SOURCE_LINK,
    )


def test_the_hourly_limit_counts_every_bolus_and_lets_go_after_an_hour():
    bench = Bench()
    for _ in range(2):
        assert bench.pump.give_bolus(10_000, BUTTONS) == codes.OK
        bench.run_s(410, 100)
    assert bench.pump.give_bolus(50, BUTTONS) == codes.OVER_MAX_HOUR
    bench.run_s(4_500, 4000)
    assert bench.pump.give_bolus(50, BUTTONS) == codes.OK


def test_the_daily_limit_holds():
    bench = Bench()
    bench.pump.set_setting(st.MAX_DAY_MU, 1_000, BUTTONS)
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    bench.run_s(60, 100)
    assert bench.pump.give_bolus(50, BUTTONS) == codes.OVER_MAX_DAY
    bench.run_s(22 * 3600, 4000)
    assert bench.pump.give_bolus(50, BUTTONS) == codes.OVER_MAX_DAY
    bench.run_s(3 * 3600, 4000)
    assert bench.pump.give_bolus(50, BUTTONS) == codes.OK


def test_basal_is_withheld_at_the_limit_and_says_so():
    bench = Bench()
    bench.pump.set_setting(st.MAX_HOUR_MU, 1_000, BUTTONS)
    assert bench.pump.set_basal([(0, 5_000)], BUTTONS) == codes.OK
    bench.run_s(3600)
    assert bench.steps == 679
    assert bench.pump.alarms.raised & 1 << alarms.OVER_LIMIT - 1


def test_limits_hold_over_a_restart():
    bench = Bench()
    bench.pump.set_setting(st.MAX_DAY_MU, 1_000, BUTTONS)
    bench.pump.give_bolus(800, BUTTONS)
    bench.run_s(60, 100)
    bench = bench.restarted()
    assert bench.pump.give_bolus(250, BUTTONS) == codes.OVER_MAX_DAY
    assert bench.pump.give_bolus(150, BUTTONS) == codes.OK


def test_an_uncertain_stretch_counts_as_given_for_the_limits():
    bench = Bench()
    bench.pump.set_setting(st.MAX_DAY_MU, 1_000, BUTTONS)
    bench.pump.give_bolus(500, BUTTONS)
    bench.commit()
    bench = bench.restarted()  # not one step was made, but nobody can know
    assert bench.pump.give_bolus(550, BUTTONS) == codes.OVER_MAX_DAY


def test_an_uncertain_stretch_is_still_counted_after_the_next_restart():
    bench = Bench()
    bench.pump.set_setting(st.MAX_DAY_MU, 1_000, BUTTONS)
    bench.pump.give_bolus(500, BUTTONS)
    bench.commit()
    bench = bench.restarted().restarted()
    assert bench.pump.give_bolus(550, BUTTONS) == codes.OVER_MAX_DAY


def test_a_rate_over_the_most_basal_is_refused_and_changes_nothing():
    bench = Bench(segments=[(0, 1_000)])
    assert bench.pump.set_basal([(0, 5_001)], events.SOURCE_LINK) == codes.OVER_MAX_BASAL
    assert bench.pump.settings.basal.rate_mu_h(0) == 1_000


def test_the_most_basal_cannot_be_set_below_the_program():
    bench = Bench(segments=[(0, 1_000)])
    assert bench.pump.set_setting(st.MAX_BASAL_MU_H, 900, BUTTONS) == codes.OVER_MAX_BASAL


def test_the_lockout_refuses_a_bolus_too_soon_after_the_last_also_after_a_restart():
    bench = Bench()
    bench.pump.set_setting(st.BOLUS_LOCKOUT_MIN, 30, BUTTONS)
    assert bench.pump.give_bolus(100, BUTTONS) == codes.OK
    bench.run_s(20 * 60)
    assert bench.pump.give_bolus(100, BUTTONS) == codes.TOO_SOON
    bench = bench.restarted()
    assert bench.pump.give_bolus(100, BUTTONS) == codes.TOO_SOON
    bench.run_s(31 * 60)
    assert bench.pump.give_bolus(100, BUTTONS) == codes.OK


def test_a_bolus_needs_what_the_reservoir_holds():
    bench = Bench()
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(1_000, BUTTONS)
    bench.pump.change().finish(BUTTONS)
    assert bench.pump.give_bolus(1_050, BUTTONS) == codes.RESERVOIR_TOO_LOW
    assert bench.pump.give_bolus(500, BUTTONS) == codes.OK


def test_a_dose_below_one_step_is_refused():
    bench = Bench()
    assert bench.pump.give_bolus(1, BUTTONS) == codes.TOO_SMALL
    assert bench.pump.give_bolus(0, BUTTONS) == codes.TOO_SMALL
    assert bench.pump.give_bolus(-50, BUTTONS) == codes.TOO_SMALL


def test_a_second_bolus_is_refused_while_one_runs():
    bench = Bench()
    bench.pump.give_bolus(1000, BUTTONS)
    assert bench.pump.give_bolus(1000, BUTTONS) == codes.BUSY


def test_a_bolus_that_would_bring_insulin_on_board_over_the_most_is_refused_and_logged():
    bench = Bench()
    bench.pump.set_setting(st.MAX_ON_BOARD_MU, 3_000, BUTTONS)
    assert bench.pump.give_bolus(2_000, BUTTONS) == codes.OK
    bench.run_s(100, 100)
    assert bench.pump.on_board_mu() >= 1_990
    assert bench.pump.give_bolus(1_050, BUTTONS) == codes.OVER_MAX_ON_BOARD
    bench.commit()
    assert refused(bench) == (
        events.COMMAND_BOLUS,
        codes.OVER_MAX_ON_BOARD,
        1_050,
        3_000,
        BUTTONS,
    )
    # Four hours later most of it has acted.
    bench.run_s(4 * 3_600, 4_000)
    assert bench.pump.give_bolus(1_050, BUTTONS) == codes.OK


def test_the_most_on_board_counts_what_is_still_to_come_of_an_extended_bolus():
    bench = Bench()
    bench.pump.set_setting(st.MAX_ON_BOARD_MU, 3_000, BUTTONS)
    assert extended.begin(bench.pump, 0, 2_500, 60, BUTTONS) == codes.OK
    bench.run_s(60)
    assert bench.pump.give_bolus(600, BUTTONS) == codes.OVER_MAX_ON_BOARD
    assert bench.pump.give_bolus(500, BUTTONS) == codes.OK


def test_what_the_calculator_recommends_is_held_to_the_most_on_board():
    bench = Bench()
    for number, value in ((st.MAX_ON_BOARD_MU, 3_000), (st.CARB_RATIO_1, 100)):
        assert bench.pump.set_setting(number, value, BUTTONS) == codes.OK
    _, found = calculator.reckon(bench.pump, 40, calculator.NO_GLUCOSE)
    assert found.dose_mu == 3_000
    code = calculator.give(bench.pump, found, found.dose_mu + 50, BUTTONS)
    assert code == codes.OVER_MAX_ON_BOARD
    bench.commit()
    assert not bench.all(events.CALCULATION) and not bench.all(events.BOLUS_START)


def test_the_windows_never_hold_less_than_the_last_hour_and_day():
    window = DoseWindow()
    given = []
    for quarter in range(400):
        steps = (quarter * 7919) % 100
        window.add(steps)
        given.append(steps)
        window.advance(450_000)
        assert window.hour_steps >= sum(given[-8:])
        assert window.day_steps >= sum(given[-192:])
        assert window.hour_steps <= sum(given[-11:])
        assert window.day_steps <= sum(given[-195:])


def test_a_restored_window_lets_go_only_after_the_whole_time():
    window = DoseWindow()
    window.restore(30, 100)
    window.advance(3_600_000 - 1)
    assert window.hour_steps == 30
    window.advance(82_800_000)
    assert window.day_steps >= 30
    window.advance(3 * 900_000)
    assert (window.hour_steps, window.day_steps) == (0, 0)


def test_a_window_whose_quarters_change_in_value_sums_the_same_quarters():
    window = DoseWindow()
    for steps in (1, 20, 300, 4_000, 50_000, 600_000, 7_000_000):
        window.advance(900_000)
        window.add(steps)
    assert (window.hour_steps, window.day_steps) == (7_654_300, 7_654_321)
    window.change(lambda steps: 2 * steps)
    assert (window.hour_steps, window.day_steps) == (2 * 7_654_300, 2 * 7_654_321)
    window.advance(900_000)
    assert window.hour_steps == 2 * 7_654_000


def test_a_fresh_window_lets_go_of_an_hour_and_a_day_at_their_very_end():
    window = DoseWindow()
    window.add(10)
    window.advance(5 * 900_000 - 1)
    assert (window.hour_steps, window.day_steps) == (10, 10)
    window.advance(1)
    assert (window.hour_steps, window.day_steps) == (0, 10)
    window.advance(92 * 900_000 - 1)
    assert window.day_steps == 10
    window.advance(1)
    assert window.day_steps == 0


def at_the_limit(number=st.MAX_HOUR_MU):
    """A pump whose limit of 1,000 mU is used up while basal still asks."""
    bench = Bench()
    bench.pump.set_setting(number, 1_000, BUTTONS)
    bench.pump.set_basal([(0, 5_000)], BUTTONS)
    bench.turn(0)
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    bench.run_s(60, 500)
    assert bench.steps == 679
    return bench


def test_basal_takes_nothing_of_what_a_running_bolus_was_granted():
    bench = at_the_limit()
    assert bench.last(events.BOLUS_END)[1:] == (1_000, 679, events.END_DONE)
    assert bench.pump.alarms.has_cause(alarms.OVER_LIMIT)


def test_what_basal_owes_by_now_counts_for_the_limits_of_a_bolus():
    for number, code in (
        (st.MAX_HOUR_MU, codes.OVER_MAX_HOUR),
        (st.MAX_DAY_MU, codes.OVER_MAX_DAY),
    ):
        bench = Bench(segments=[(0, 5_000)])
        assert bench.pump.set_setting(number, 2_000, BUTTONS) == codes.OK
        bench.pump.advance(20_000)
        assert bench.pump.basal.owed_steps > 4
        assert bench.pump.give_bolus(2_000, BUTTONS) == code
        assert bench.pump.give_bolus(1_950, BUTTONS) == codes.OK
        bench.run_s(300)
        assert not bench.pump.bolus.active, "basal has taken what it needed"


def test_what_a_limit_withholds_is_not_owed_later():
    bench = at_the_limit(st.MAX_DAY_MU)
    for _ in range(20):
        bench.turn(3_600_000)
    assert bench.steps + bench.pump.basal.owed_steps == 679
    assert bench.pump.next_burst() == 0


def test_the_alarm_of_a_limit_is_over_when_it_lets_go():
    bench = at_the_limit()
    assert bench.pump.set_basal([(0, 500)], BUTTONS) == codes.OK
    assert bench.pump.alarms.has_cause(alarms.OVER_LIMIT)
    for _ in range(9):
        bench.turn(600_000)
    assert not bench.pump.alarms.has_cause(alarms.OVER_LIMIT)
    assert bench.steps > 679


def test_a_limit_that_is_lowered_below_what_was_given_moves_nothing_either_way():
    for number, room in ((st.MAX_HOUR_MU, -1), (st.MAX_DAY_MU, -1), (st.MAX_HOUR_MU, 0)):
        bench = Bench(segments=[(0, 5_000)])
        pump = bench.pump
        assert pump.give_bolus(1_000, BUTTONS) == codes.OK
        bench.run_s(60, 500)
        pump.advance(20_000)
        assert pump.basal.owed_steps > 4
        given_mu = pump.profile.scale.dose_mu(bench.steps)
        assert pump.set_setting(number, 100 if room else given_mu + 1, BUTTONS) == codes.OK
        bench.commit()
        assert pump.is_due() and pump.next_burst() == 0
        assert not pump.moving() and pump.train.source is None


def test_a_bolus_that_a_lowered_limit_holds_up_is_told_of_by_the_alarm_of_the_limit():
    for lowered in (True, False):
        bench = Bench(segments=[(0, 0)])
        pump = bench.pump
        assert pump.set_setting(st.MAX_HOUR_MU, 2_000, BUTTONS) == codes.OK
        assert pump.give_bolus(2_000, BUTTONS) == codes.OK
        bench.run_s(40, 500)
        if lowered:
            assert pump.set_setting(st.MAX_HOUR_MU, 1_500, BUTTONS) == codes.OK
        bench.run_s(600, 500)
        raised = {alarm for alarm, *_ in bench.all(events.ALARM_RAISED)}
        assert (alarms.OVER_LIMIT in raised) == lowered
        assert alarms.UNDER_DELIVERY not in raised
        assert bench.steps == pump.profile.scale.steps(1_500 if lowered else 2_000)
        if lowered:
            bench.run_s(4_500, 500)
            assert bench.steps == pump.profile.scale.steps(2_000)
            assert not pump.alarms.has_cause(alarms.OVER_LIMIT)


def test_the_smallest_bolus_is_one_step_and_on_a_fine_board_one_milliunit():
    class Fine(Board):
        STEPS_PER_UNIT = (2_000, 1)

    for board, dose_mu, steps in ((Board, 2, 1), (Fine, 1, 2)):
        bench = Bench(board=board)
        assert bench.pump.give_bolus(dose_mu, BUTTONS) == codes.OK
        bench.run_s(10)
        assert bench.steps == steps


def test_a_refusal_that_is_about_no_limit_is_told_with_none():
    bench = Bench()
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.BUSY
    bench.turn(0)
    assert refused(bench) == (events.COMMAND_BOLUS, codes.BUSY, 1_000, 0, BUTTONS)
    bench.run_s(60)
    assert bench.pump.give_bolus(1, BUTTONS) == codes.TOO_SMALL
    bench.turn(0)
    assert refused(bench) == (events.COMMAND_BOLUS, codes.TOO_SMALL, 1, 0, BUTTONS)
    bench.pump.suspend(BUTTONS)
    assert bench.pump.give_bolus(500, BUTTONS) == codes.SUSPENDED
    bench.turn(0)
    assert refused(bench) == (events.COMMAND_BOLUS, codes.SUSPENDED, 500, 0, BUTTONS)
    assert bench.pump.set_basal([(0, 5_001)], BUTTONS) == codes.OVER_MAX_BASAL
    bench.turn(0)
    assert refused(bench) == (events.COMMAND_BASAL, codes.OVER_MAX_BASAL, 0, 5_000, BUTTONS)


def test_a_lockout_lets_go_at_its_very_end():
    bench = Bench()
    bench.pump.set_setting(st.BOLUS_LOCKOUT_MIN, 30, BUTTONS)
    assert bench.pump.give_bolus(100, BUTTONS) == codes.OK
    bench.run_s(30)
    bench.turn(1_769_000)
    assert bench.pump.give_bolus(100, BUTTONS) == codes.TOO_SOON
    bench.turn(1_000)
    assert bench.pump.give_bolus(100, BUTTONS) == codes.OK


def test_what_a_restart_restores_falls_out_as_late_as_it_could_and_not_later():
    window = DoseWindow()
    window.advance(1_234_567)
    window.restore(30, 100)
    done_ms = 0
    for quarters, before, after in (
        (5, (30, 100), (0, 100)),
        (92, (0, 100), (0, 30)),
        (97, (0, 30), (0, 0)),
    ):
        window.advance(quarters * 900_000 - done_ms - 1)
        assert (window.hour_steps, window.day_steps) == before
        window.advance(1)
        assert (window.hour_steps, window.day_steps) == after
        done_ms = quarters * 900_000
