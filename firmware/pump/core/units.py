"""Every conversion between dose, rate, time and motor steps. They all round down.

A dose is in milliunits (mU), a rate in mU/h, time in ms. 1 U is 10 microlitres (U-100).
Nothing else in the firmware multiplies by the steps of a unit.
"""

from micropython import const

_SMALL = const(536_870_911)  # half of the largest small integer: a sum of two still fits
_MOST_DENOMINATOR = const(500)
_UU_PER_UNIT = const(1_000_000)  # micro-units


def _gcd(a, b):
    while b:
        a, b = b, a % b
    return a


class StepScale:
    """How many motor steps make one unit: the fraction numerator / denominator."""

    def __init__(self, numerator, denominator):
        """ValueError for a fraction that small integers cannot carry exactly."""
        if numerator < 1 or denominator < 1:
            raise ValueError("steps per unit must be positive")
        common = _gcd(numerator, denominator)
        self.numerator = numerator // common
        self.denominator = denominator // common
        if self.denominator > _MOST_DENOMINATOR or self.numerator > _SMALL // 1000:
            raise ValueError("steps per unit: fraction too fine")

    def same_as(self, other):
        """Whether both are one fraction."""
        return self.numerator == other.numerator and self.denominator == other.denominator

    def steps(self, dose_mu):
        """Whole steps in a dose."""
        return dose_mu * self.numerator // (1000 * self.denominator)

    def steps_up(self, dose_mu):
        """The least whole steps that hold a dose: for a threshold, never for a delivery."""
        return -(-dose_mu * self.numerator // (1000 * self.denominator))

    def dose_mu(self, steps):
        """Whole milliunits in a number of steps."""
        return steps * 1000 * self.denominator // self.numerator


class DoseCarry:
    """Turns doses into steps and keeps what rounding left for the next dose."""

    def __init__(self, scale):
        self.scale = scale
        self.rest = 0

    def steps(self, dose_mu):
        """Steps that `dose_mu` owes together with the rest, which stays as it is."""
        return (dose_mu * self.scale.numerator + self.rest) // (1000 * self.scale.denominator)

    def settle(self, dose_mu, steps):
        """Book a dose that was given in full by so many steps: what it lacks goes to the next."""
        self.rest += dose_mu * self.scale.numerator - steps * 1000 * self.scale.denominator

    def claim(self, dose_mu, steps):
        """Take the rest out for a dose that will be given: what it will leave, for `rest`."""
        left = self.rest + dose_mu * self.scale.numerator - steps * 1000 * self.scale.denominator
        self.rest = 0
        return left


class RateCarry:
    """Turns a rate and elapsed time into whole steps, exactly: no part of a step is ever lost.

    rate [mU/h] x time [ms] / 3600 is a dose in micro-units; times numerator / denominator
    / 10^6 it is steps. The remainders of both divisions are kept, so the sum of all answers
    is the floor of the exact rational sum. Time is taken in pieces so that every
    product stays a small integer.
    """

    def __init__(self, scale):
        self._numerator = scale.numerator
        self.base = _UU_PER_UNIT * scale.denominator
        self._product_most = 3600 * (_SMALL // scale.numerator)
        if self._product_most > _SMALL:
            self._product_most = _SMALL
        self.high = 0  # in 1 / base of a step
        self.low = 0  # in 1 / 3600 of that

    def clear(self):
        """Forget the remainders: for a delivery that starts from nothing."""
        self.high = 0
        self.low = 0

    def accrue(self, rate_mu_h, elapsed_ms):
        """Whole steps that become owed by `elapsed_ms` at `rate_mu_h`."""
        if rate_mu_h <= 0:
            return 0
        longest_ms = self._product_most // rate_mu_h
        if longest_ms < 1:
            raise ValueError("rate too high to count")
        steps = 0
        while elapsed_ms > 0:
            piece_ms = elapsed_ms if elapsed_ms < longest_ms else longest_ms
            elapsed_ms -= piece_ms
            product = rate_mu_h * piece_ms
            self.low += product % 3600 * self._numerator
            self.high += product // 3600 * self._numerator + self.low // 3600
            self.low %= 3600
            steps += self.high // self.base
            self.high %= self.base
        return steps
