"""The integer table of insulin on board against the formula with floats."""

from math import exp

from host_tests.core.test_insulin import DURATIONS_MIN, acting_for

# What the table may be off, in ten-thousandths of a dose: the most is 21, at 5 min of 8 h.
TABLE_ERROR = 25


def share_left(minute, duration_min, peak_min=75):
    """The exponential model as its author gives it, with floats."""
    if minute >= duration_min:
        return 0.0
    tau = peak_min * (1 - peak_min / duration_min) / (1 - 2 * peak_min / duration_min)
    a = 2 * tau / duration_min
    scale = 1 / (1 - a + (1 + a) * exp(-duration_min / tau))
    rise = minute * minute / (tau * duration_min * (1 - a)) - minute / tau - 1
    return 1 - scale * (1 - a) * (rise * exp(-minute / tau) + 1)


def test_the_table_is_the_published_curve_within_a_quarter_of_a_percent():
    for duration_min in DURATIONS_MIN:
        insulin = acting_for(duration_min)
        insulin.add(0, 10_000)
        for minute in range(duration_min + 30):
            off = insulin.left_mu(minute * 60) - 10_000 * share_left(minute, duration_min)
            assert abs(off) <= TABLE_ERROR, (duration_min, minute, off)


def test_doses_that_are_taken_together_tell_the_same_within_a_hundredth():
    for every_s, dose_mu in ((60, 50), (300, 100), (840, 2_000), (1_000, 500)):
        insulin = acting_for(300)
        times = list(range(0, 4 * 3_600, every_s))
        for second in times:
            insulin.add(second, dose_mu)
        given_mu = dose_mu * len(times)
        assert sum(insulin.doses[1::2]) == given_mu
        for now_s in range(times[-1], times[-1] + 18_000, 600):
            exactly = sum([dose_mu * share_left((now_s - at) / 60, 300) for at in times])
            off = insulin.left_mu(now_s) - exactly
            assert -given_mu / 100 <= off <= given_mu / 100, (every_s, now_s, off)
