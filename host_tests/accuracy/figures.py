"""The measures of accuracy, from steps that were counted: trumpet curve, basal table, bolus bins.

All of it is about steps, turned into units by the board's scale: what a syringe, a tubing and a
drop make of them is not in it.
"""

from fractions import Fraction

SAMPLE_MIN = 15
# Observation windows of IEC 60601-2-24 for insulin pumps, in minutes.
WINDOWS_MIN = (15, 60, 150, 330, 570, 930)
# Bins of 21 CFR 880.5730 (b)(7): percent of what was asked, the upper end of each.
BIN_ENDS = (25, 75, 95, 105, 125, 175, 250)
BIN_NAMES = ("< 25", "25-75", "75-95", "95-105", "105-125", "125-175", "175-250", "> 250")


def trumpet(samples, rate_mu_h):
    """(window in min, Ep max, Ep min) in percent, from doses in mU of each 15 minutes.

    IEC 60601-2-24: of all places of a window P, S/P times the sum of 100 (Q_i - r) / r.
    """
    asked = Fraction(rate_mu_h * SAMPLE_MIN, 60)
    errors = [100 * (dose - asked) / asked for dose in samples]
    found = []
    for window in WINDOWS_MIN:
        count = window // SAMPLE_MIN
        sums = [sum(errors[at : at + count]) / count for at in range(len(errors) - count + 1)]
        if sums:
            found.append((window, float(max(sums)), float(min(sums))))
    return found


def overall(samples, rate_mu_h):
    """A = 100 (Q - r) / r over all samples, in percent."""
    asked = Fraction(rate_mu_h * SAMPLE_MIN, 60) * len(samples)
    return float(100 * (sum(samples) - asked) / asked)


def bins(given, asked):
    """How many doses are in each bin of 21 CFR 880.5730 (b)(7)."""
    found = [0] * len(BIN_NAMES)
    for dose in given:
        percent = 100 * Fraction(dose) / asked
        # 95 to 105 holds both its ends; the other bins hold the end that is nearer to it.
        at = sum(percent >= end if end <= 95 else percent > end for end in BIN_ENDS)
        found[at] += 1
    return found
