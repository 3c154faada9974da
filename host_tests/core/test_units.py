"""Conversions round down, and no part of a step is ever lost."""

from host_tests.expect import raises
from pump.core.units import DoseCarry, RateCarry, StepScale


def test_a_dose_never_owes_more_steps_than_it_holds():
    scale = StepScale(6791, 10)
    for dose_mu in range(0, 2000, 7):
        steps = scale.steps(dose_mu)
        assert steps * 10_000 <= dose_mu * 6791 < (steps + 1) * 10_000


def test_a_threshold_rounds_up_so_that_its_steps_hold_the_dose():
    scale = StepScale(6791, 10)
    assert scale.steps_up(5) == 4
    assert scale.steps_up(10_000) == 6791


def test_steps_turn_back_into_no_more_dose_than_they_are():
    scale = StepScale(6791, 10)
    for steps in range(0, 3000, 11):
        assert scale.steps(scale.dose_mu(steps)) <= steps


def test_a_fraction_is_reduced():
    scale = StepScale(13_582, 20)
    assert (scale.numerator, scale.denominator) == (6791, 10)


def test_a_scale_that_cannot_be_counted_exactly_is_refused():
    for numerator, denominator in ((0, 1), (1, 0), (7, 501), (600_000_001, 1)):
        with raises(ValueError):
            StepScale(numerator, denominator)


def test_a_rate_owes_exactly_the_floor_of_the_rational_sum():
    carry = RateCarry(StepScale(6791, 10))
    steps = 0
    total = 0
    for turn in range(3000):
        rate_mu_h, elapsed_ms = (turn * 37) % 35_001, (turn * 101) % 4_001
        steps += carry.accrue(rate_mu_h, elapsed_ms)
        total += rate_mu_h * elapsed_ms * 6791
        assert steps == total // (3_600_000 * 1000 * 10)


def test_long_times_at_the_highest_rate_owe_the_same_as_many_short_ones():
    long = RateCarry(StepScale(434_783, 1))
    short = RateCarry(StepScale(434_783, 1))
    assert long.accrue(35_000, 60_000) == sum([short.accrue(35_000, 500) for _ in range(120)])


def test_a_rate_of_zero_owes_nothing():
    assert RateCarry(StepScale(6791, 10)).accrue(0, 1_000_000) == 0


def test_a_rate_beyond_counting_is_a_bug_not_a_wrong_number():
    with raises(ValueError):
        RateCarry(StepScale(500_000, 1)).accrue(1_000_000_000, 1)


def test_the_rest_of_a_dose_is_carried_to_the_next_only_when_it_was_given():
    carry = DoseCarry(StepScale(6791, 10))
    assert carry.steps(50) == 33  # 33.955
    assert carry.steps(50) == 33  # asked again, nothing was given in between
    carry.settle(50, 33)
    assert carry.steps(50) == 34  # 0.955 + 33.955


def test_the_finest_scales_that_can_be_counted_are_taken_and_no_finer():
    for numerator, denominator in ((1, 1), (7, 500), (536_870, 1)):
        scale = StepScale(numerator, denominator)
        assert (scale.numerator, scale.denominator) == (numerator, denominator)
    for numerator, denominator in ((7, 501), (536_871, 1), (0, 1), (1, 0), (-1, 1)):
        with raises(ValueError):
            StepScale(numerator, denominator)


def test_a_rate_begins_with_no_part_of_a_step():
    # 3,600 ms at 1,000 mU/h are 1 mU, here one step: and a step is owed at its very last ms.
    carry = RateCarry(StepScale(1_000, 1))
    assert [carry.accrue(1_000, ms) for ms in (3_599, 1, 3_599, 1)] == [0, 1, 0, 1]


def test_a_dose_begins_with_no_part_of_a_step():
    assert DoseCarry(StepScale(999, 1)).steps(1_001) == 999  # and 999 thousandths of a step


def test_a_step_of_the_smallest_rate_is_owed_at_its_last_millisecond_and_not_before():
    carry = RateCarry(StepScale(1, 1))
    for _ in range(2):
        for ms, steps in ((3_599_999_999, 0), (1, 1), (3_599_999_999, 0), (1, 1), (5, 0)):
            assert carry.accrue(1, ms) == steps
        carry.clear()
