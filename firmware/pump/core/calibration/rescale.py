"""Turns what is counted in steps of one scale into steps of another. Loaded for that alone.

A dose that is owed or left stays the same dose, rounded down at the last place that is counted.
"""

from pump.core.units import RateCarry


def steps(count, scale, old):
    """Steps of the old scale as whole steps of the same dose, rounded down."""
    return count * scale.numerator * old.denominator // (old.numerator * scale.denominator)


def rate(carry, owed_steps, scale, old):
    """(a RateCarry by the new scale, owed steps) for one that owes so many and has remainders."""
    whole = (owed_steps * carry.base + carry.high) * 3600 + carry.low
    whole = whole * scale.numerator // old.numerator
    new = RateCarry(scale)
    new.low = whole % 3600
    whole //= 3600
    new.high = whole % new.base
    return new, whole // new.base


def rest(carry, scale):
    """The rest of a DoseCarry."""
    carry.rest = carry.rest * scale.numerator // carry.scale.numerator
    carry.scale = scale


def window(given, scale, old):
    """Hold each quarter hour of a DoseWindow for the greater of both readings.

    What was given counts as the dose that it was taken for, and as the one that it really was
    should the new scale have been the right one all along.
    """
    given.change(lambda count: max(count, -steps(-count, scale, old)))
