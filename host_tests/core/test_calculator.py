"""The bolus calculator: its sum, its rounding to the safe side, and its records."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import calculator, codes, events, extended
from pump.core import settings as st
from pump.core.calculator import NO_GLUCOSE

# One unit for 10.0 g and for 50 mg/dL above 120 or below 100.
FIRST_PART = (
    (st.CARB_RATIO_1, 100),
    (st.FACTOR_1, 50),
    (st.TARGET_LOW_1, 100),
    (st.TARGET_HIGH_1, 120),
    (st.BOLUS_STEP_MU, 10),
)
HOUR_S = 3_600


def set_up(*more):
    bench = Bench()
    for number, value in FIRST_PART + more:
        assert bench.pump.set_setting(number, value, BUTTONS) == codes.OK
    bench.commit()
    return bench


def reckon(bench, carbs_g, glucose_mg_dl=NO_GLUCOSE):
    code, found = calculator.reckon(bench.pump, carbs_g, glucose_mg_dl)
    assert code == codes.OK
    return found


def with_on_board(dose_mu, *more):
    bench = set_up(*more)
    bench.pump.got_insulin(dose_mu)
    return bench


def test_a_meal_is_its_carbohydrate_by_the_ratio():
    found = reckon(set_up(), 45)
    assert (found.meal_mu, found.correction_mu, found.dose_mu) == (4_500, 0, 4_500)


def test_a_correction_is_what_glucose_is_outside_of_the_range_by_the_factor():
    bench = set_up()
    for glucose, correction_mu in (
        (220, 2_000),
        (121, 20),
        (120, 0),
        (110, 0),
        (100, 0),
        (90, -200),
    ):
        assert reckon(bench, 30, glucose).correction_mu == correction_mu
    assert reckon(bench, 30, 220).dose_mu == 5_000
    assert reckon(bench, 30, 90).dose_mu == 2_800
    assert reckon(bench, 0, 90).dose_mu == 0


def test_above_the_range_insulin_on_board_comes_off_the_correction_alone():
    found = reckon(with_on_board(1_500), 30, 220)
    assert (found.on_board_mu, found.taken_mu, found.dose_mu) == (1_500, 1_500, 3_500)
    found = reckon(with_on_board(9_000), 30, 220)
    assert (found.taken_mu, found.dose_mu) == (2_000, 3_000)


def test_within_the_range_and_without_a_glucose_a_meal_is_not_lessened():
    for glucose in (NO_GLUCOSE, 100, 110, 120):
        found = reckon(with_on_board(9_000), 30, glucose)
        assert (found.taken_mu, found.dose_mu) == (0, 3_000)


def test_below_the_range_insulin_on_board_comes_off_the_meal_too():
    found = reckon(with_on_board(1_500), 30, 90)
    assert (found.taken_mu, found.dose_mu) == (1_500, 1_300)
    found = reckon(with_on_board(9_000), 30, 90)
    assert (found.taken_mu, found.dose_mu) == (2_800, 0)


def test_below_70_no_dose_is_recommended_and_it_says_why():
    found = reckon(set_up(), 100, 69)
    assert (found.dose_mu, found.limited_by) == (0, codes.GLUCOSE_LOW)
    assert found.whole_mu == 9_380  # what the parts come to
    found = reckon(set_up(), 0, 69)
    assert (found.dose_mu, found.limited_by, found.whole_mu) == (0, codes.GLUCOSE_LOW, 0)
    found = reckon(set_up(), 100, 70)
    assert (found.dose_mu, found.limited_by) == (9_400, codes.OK)


def test_no_more_is_recommended_than_every_limit_lets_be_given():
    for setting, limit_mu, whole_mu, code in (
        (st.MAX_ON_BOARD_MU, 2_000, 500, codes.OVER_MAX_ON_BOARD),
        (st.MAX_BOLUS_MU, 1_210, 1_210, codes.OVER_MAX_BOLUS),
        (st.MAX_HOUR_MU, 1_333, 1_330, codes.OVER_MAX_HOUR),
        (st.MAX_DAY_MU, 1_333, 1_330, codes.OVER_MAX_DAY),
        (st.MAX_BOLUS_MU, 0, 0, codes.OVER_MAX_BOLUS),
    ):
        bench = with_on_board(1_500, (setting, limit_mu))
        found = reckon(bench, 45)
        assert (found.whole_mu, found.dose_mu) == (4_500, whole_mu)
        assert found.limited_by == code
        assert bench.pump.check_bolus(found.dose_mu + 10)[0] == code
        if whole_mu:
            assert bench.pump.check_bolus(found.dose_mu)[0] == codes.OK
    bench = set_up()
    bench.pump.reservoir_steps = bench.pump.profile.scale.steps(2_000)
    found = reckon(bench, 45)
    assert (found.dose_mu, found.limited_by) == (2_000, codes.RESERVOIR_TOO_LOW)


def test_a_limit_that_is_just_reached_takes_nothing_off_and_is_not_told():
    found = reckon(with_on_board(1_500, (st.MAX_ON_BOARD_MU, 6_000)), 45)
    assert (found.dose_mu, found.limited_by) == (4_500, codes.OK)
    found = reckon(with_on_board(1_500, (st.MAX_ON_BOARD_MU, 250)), 0)
    assert (found.dose_mu, found.limited_by) == (0, codes.OK)


def test_a_pump_that_would_give_none_recommends_none_and_says_why():
    bench = set_up()
    bench.pump.suspend(BUTTONS)
    found = reckon(bench, 45)
    assert (found.dose_mu, found.limited_by) == (0, codes.SUSPENDED)
    bench = set_up((st.BOLUS_LOCKOUT_MIN, 60))
    assert bench.pump.give_bolus(500, BUTTONS) == codes.OK
    bench.run_s(60)
    found = reckon(bench, 45)
    assert (found.dose_mu, found.limited_by) == (0, codes.TOO_SOON)


def test_what_a_limit_left_of_a_sum_is_given_and_recorded_as_recommended():
    bench = with_on_board(1_500, (st.MAX_ON_BOARD_MU, 2_000))
    found = reckon(bench, 45)
    assert calculator.give(bench.pump, found, found.dose_mu, BUTTONS) == codes.OK
    bench.commit()
    assert bench.last(events.CALCULATED)[3] == 500
    assert bench.last(events.BOLUS_START)[1] == 500


def test_every_rounding_makes_the_dose_smaller():
    # 7 g at 15.0 g/U are 466.67 mU; 3 mg/dL by a factor of 7 are 428.57 mU, or -428.57.
    bench = set_up((st.CARB_RATIO_1, 150), (st.FACTOR_1, 7))
    assert reckon(bench, 7).meal_mu == 466
    assert reckon(bench, 7).dose_mu == 460
    assert reckon(bench, 7, 123).correction_mu == 428
    assert reckon(bench, 7, 97).correction_mu == -429
    bench.pump.set_setting(st.BOLUS_STEP_MU, 500, BUTTONS)
    assert reckon(bench, 14).dose_mu == 500


def test_the_dose_is_never_more_than_the_exact_sum():
    for ratio in (10, 33, 125, 1_500):
        for factor in (10, 37, 400):
            bench = with_on_board(730, (st.CARB_RATIO_1, ratio), (st.FACTOR_1, factor))
            for carbs_g in (0, 1, 17, 60):
                for glucose in (71, 99, 121, 203):
                    found = reckon(bench, carbs_g, glucose)
                    outside = glucose - (120 if glucose > 120 else 100)
                    # Times ratio and factor, so that it stays exact: mU x tenths of g x mg/dL.
                    left = outside * 1_000 - 730 * factor
                    if outside > 0:
                        left = max(0, left)
                    most = min(30_000 * ratio, carbs_g * 10_000) * factor + left * ratio
                    assert found.dose_mu * ratio * factor <= max(0, most)


def test_the_values_go_by_the_time_of_day_and_what_a_part_leaves_out_is_the_firsts():
    bench = set_up(
        (st.DAY_PART_2_MIN, 360),
        (st.CARB_RATIO_2, 50),
        (st.DAY_PART_4_MIN, 1_200),
        (st.FACTOR_4, 100),
        (st.TARGET_HIGH_4, 150),
    )
    for minute, ratio, factor, high in (
        (0, 100, 50, 120),
        (359, 100, 50, 120),
        (360, 50, 50, 120),
        (1_199, 50, 50, 120),
        (1_200, 100, 100, 150),
        (1_439, 100, 100, 150),
    ):
        bench.pump.set_clock(86_400 * 1_000 + minute * 60, 0, BUTTONS)
        found = reckon(bench, 10, 200)
        assert (found.ratio_tenths_g, found.factor_mg_dl, found.high_mg_dl) == (
            ratio,
            factor,
            high,
        )


def test_a_range_that_is_upside_down_is_its_lower_end():
    found = reckon(set_up((st.TARGET_LOW_1, 140)), 10, 130)
    assert (found.low_mg_dl, found.high_mg_dl) == (140, 140)
    assert found.correction_mu == -200


def test_without_a_ratio_or_a_factor_there_is_no_sum():
    bench = Bench()
    assert calculator.reckon(bench.pump, 10, NO_GLUCOSE)[0] == codes.NO_RATIO
    assert bench.pump.set_setting(st.CARB_RATIO_1, 100, BUTTONS) == codes.OK
    assert calculator.reckon(bench.pump, 10, 150)[0] == codes.NO_RATIO
    assert calculator.reckon(bench.pump, 10, NO_GLUCOSE)[0] == codes.OK


def test_what_nobody_eats_and_no_meter_shows_is_out_of_range():
    bench = set_up()
    for carbs_g, glucose in ((-1, 0), (251, 0), (10, 19), (10, 601)):
        assert calculator.reckon(bench.pump, carbs_g, glucose)[0] == codes.OUT_OF_RANGE


def test_the_greatest_sum_there_can_be_fits_into_its_records():
    bench = with_on_board(
        60_000, (st.CARB_RATIO_1, 1), (st.FACTOR_1, 1), (st.MAX_BOLUS_MU, 30_000)
    )
    for glucose in (20, 600):
        found = reckon(bench, 250, glucose)
        assert calculator.give(bench.pump, found, 100, BUTTONS) == codes.OK
        bench.run_s(10)
    assert bench.last(events.CALCULATED)[1] == 30_000


def test_the_log_tells_what_was_asked_what_came_of_it_and_which_bolus_it_was():
    bench = with_on_board(500)
    found = reckon(bench, 45, 220)
    assert calculator.give(bench.pump, found, 5_000, BUTTONS) == codes.OK
    bench.commit()
    assert bench.last(events.CALCULATION) == (45, 220, 100, 50, 100, 120)
    bolus_id, asked_mu = bench.last(events.BOLUS_START)[:2]
    assert bench.last(events.CALCULATED) == (4_500, 2_000, 500, 6_000, bolus_id)
    assert asked_mu == 5_000


def test_a_bolus_of_the_calculator_has_every_limit_of_any_other():
    for number, value, code in (
        (st.MAX_BOLUS_MU, 4_000, codes.OVER_MAX_BOLUS),
        (st.MAX_HOUR_MU, 4_000, codes.OVER_MAX_HOUR),
        (st.MAX_DAY_MU, 4_000, codes.OVER_MAX_DAY),
    ):
        bench = set_up((number, value))
        found = reckon(bench, 45)
        assert calculator.give(bench.pump, found, found.dose_mu + 10, BUTTONS) == code
        bench.run_s(60)
        assert bench.steps == 0
        assert not bench.all(events.CALCULATION) and not bench.all(events.CALCULATED)
        assert bench.last(events.REFUSED)[1] == code


def test_a_sum_is_not_taken_once_more_insulin_came_on_board():
    bench = set_up()
    found = reckon(bench, 0, 320)
    bench.pump.got_insulin(300)
    assert calculator.give(bench.pump, found, found.dose_mu, BUTTONS) == codes.STALE
    bench.run_s(60)
    assert bench.steps == 0
    again = reckon(bench, 0, 320)
    assert again.dose_mu == found.dose_mu - 300
    assert calculator.give(bench.pump, again, again.dose_mu, BUTTONS) == codes.OK


def test_beside_an_extended_bolus_a_sum_is_taken_as_long_as_it_would_be_no_less():
    for glucose_mg_dl, most_s in ((0, 600), (320, 60)):
        bench = set_up()
        assert extended.begin(bench.pump, 0, 6_000, 60, BUTTONS) == codes.OK
        bench.run_s(600)
        found = reckon(bench, 30, glucose_mg_dl)
        waited_s = 0
        while waited_s < most_s and reckon(bench, 30, glucose_mg_dl).dose_mu == found.dose_mu:
            bench.run_s(1)
            waited_s += 1
        code = calculator.give(bench.pump, found, found.dose_mu, BUTTONS)
        assert bench.pump.on_board_mu() > found.on_board_mu
        assert code == (codes.STALE if glucose_mg_dl else codes.OK) and 1 <= waited_s <= most_s


def test_a_sum_is_not_taken_after_another_bolus_even_where_it_is_the_same():
    bench = set_up()
    found = reckon(bench, 30)
    assert bench.pump.give_bolus(500, events.SOURCE_LINK) == codes.OK
    bench.run_s(60)
    assert reckon(bench, 30).dose_mu == found.dose_mu
    assert calculator.give(bench.pump, found, found.dose_mu, BUTTONS) == codes.STALE


def test_the_sum_survives_the_power_beside_its_bolus():
    bench = set_up()
    found = reckon(bench, 30)
    assert calculator.give(bench.pump, found, found.dose_mu, BUTTONS) == codes.OK
    bench.commit()
    until_the_sum = bench.log[:-2]
    again = bench.restarted()
    assert again.last(events.CALCULATED)[4] == again.last(events.BOLUS_END)[0]
    assert again.last(events.BOLUS_END)[3] == events.END_POWER_LOST
    # Cut between the sum and its bolus: no bolus was begun, and the next has that number.
    cut = Bench(settings=bench.pump.settings, log=until_the_sum)
    assert cut.last(events.CALCULATED)[4] == 1 and not cut.all(events.BOLUS_START)
    assert cut.steps == 0 and cut.pump.on_board_mu() == 0


def test_a_sum_that_cannot_be_reckoned_holds_no_figure():
    bench = Bench()
    bench.pump.got_insulin(500)
    for carbs_g, glucose in ((251, 0), (10, 601), (-1, 150)):
        code, found = calculator.reckon(bench.pump, carbs_g, glucose)
        assert code == codes.OUT_OF_RANGE
        assert (found.meal_mu, found.correction_mu, found.taken_mu, found.dose_mu) == (0, 0, 0, 0)
        assert (found.ratio_tenths_g, found.factor_mg_dl) == (0, 0)
        assert (found.low_mg_dl, found.high_mg_dl) == (0, 0)
    code, found = calculator.reckon(bench.pump, 10, 150)
    assert code == codes.NO_RATIO
    assert (found.meal_mu, found.correction_mu, found.taken_mu, found.dose_mu) == (0, 0, 0, 0)


def test_a_value_of_a_part_of_the_day_that_is_none_is_not_used():
    bench = set_up((st.CARB_RATIO_2, 50), (st.CARB_RATIO_3, 40), (st.DAY_PART_3_MIN, 600))
    for minute, ratio in ((0, 100), (599, 100), (600, 40)):
        bench.pump.set_clock(86_400 * 1_000 + minute * 60, 0, BUTTONS)
        assert reckon(bench, 10).ratio_tenths_g == ratio
    # Of two parts that begin together the first counts.
    bench = set_up(
        (st.CARB_RATIO_2, 50),
        (st.CARB_RATIO_3, 40),
        (st.DAY_PART_2_MIN, 600),
        (st.DAY_PART_3_MIN, 600),
    )
    bench.pump.set_clock(86_400 * 1_000 + 600 * 60, 0, BUTTONS)
    assert reckon(bench, 10).ratio_tenths_g == 50


def test_a_part_of_the_day_may_begin_with_its_first_minute_in_any_unit_of_glucose():
    for mmol in (0, 1):
        bench = set_up((st.GLUCOSE_MMOL, mmol), (st.DAY_PART_2_MIN, 1), (st.CARB_RATIO_2, 50))
        for second, ratio in ((59, 100), (60, 50), (119, 50)):
            bench.pump.set_clock(86_400 * 1_000 + second, 0, BUTTONS)
            assert reckon(bench, 10).ratio_tenths_g == ratio


def test_nothing_is_taken_off_a_dose_that_is_none():
    found = reckon(with_on_board(500), 0, 90)
    assert (found.correction_mu, found.taken_mu, found.dose_mu) == (-200, 0, 0)


def test_no_sum_is_recorded_of_a_bolus_that_no_limit_but_the_state_refuses():
    bench = set_up()
    found = reckon(bench, 45)
    assert bench.pump.suspend(BUTTONS) == codes.OK
    assert calculator.give(bench.pump, found, found.dose_mu, BUTTONS) == codes.SUSPENDED
    assert bench.pump.resume(BUTTONS) == codes.OK
    assert calculator.give(bench.pump, found, 1, BUTTONS) == codes.TOO_SMALL
    bench.turn(0)
    assert not bench.all(events.CALCULATION) and not bench.all(events.CALCULATED)
