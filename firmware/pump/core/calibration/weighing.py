"""Trains onto a scale, and what they tell: the steps in a unit and the screw's play."""

from micropython import const

from pump.core import codes, events

RUNS = const(3)
_UG_PER_UNIT = const(9_982)  # 10 microlitres of water at 20 degrees (CRC Handbook)
# The mean of three is within so many thousandths of their range, 19 times in 20 (E. Lord, The use
# of range in place of standard deviation in the t-test, Biometrika 34, 1947, table 9).
_RANGE_OF_THREE = const(1_304)
_RANGE_OF_ONE = const(2_259)  # one reading: by the root of three more
# And the last digit of the scale, 1 mg, in a difference of two readings: 1.96 / sqrt 6 of it for
# one run, and by the root of three less for the mean of three.
_DIGIT_OF_THREE = const(462)
_DIGIT_OF_ONE = const(800)


def weighed(run_steps, milligrams):
    """(tenths of a step in a unit, 95 % half width of that) from three runs of the same steps.

    None when they differ by more than a tenth: a leak, a bubble or a slip, and no calibration.
    """
    total = sum(milligrams)
    spread = max(milligrams) - min(milligrams)
    if min(milligrams) < 1 or spread * 10 * RUNS > total:
        return None
    steps_ug = run_steps * RUNS * 10 * _UG_PER_UNIT
    tenths = (steps_ug + total * 500) // (total * 1000)
    ug = _RANGE_OF_THREE * spread + _DIGIT_OF_THREE
    return tenths, -(-tenths * ug * RUNS // (total * 1000))


def play_of(run_steps, milligrams, after_reversal):
    """(steps that were missing in a run after a reversal, 95 % half width of that)."""
    total = sum(milligrams)
    spread = max(milligrams) - min(milligrams)
    steps = (total - RUNS * after_reversal) * run_steps // total
    ug = (_RANGE_OF_ONE + _RANGE_OF_THREE) * spread + _DIGIT_OF_ONE + _DIGIT_OF_THREE
    return steps, -(-ug * RUNS * run_steps // (total * 1000))


def measure(pump, steps, source):
    """Make a train to be weighed, - back: the amount in the reservoir is not known then."""
    if not 0 < abs(steps) <= pump.profile.prime_most_steps:
        return pump.refuse(events.COMMAND_MOVE, codes.OUT_OF_RANGE, 0, 0, source)
    kind = events.KIND_MEASURE if steps > 0 else events.KIND_REWIND
    code = pump.change().move(kind, abs(steps), source)
    if code == codes.OK:
        pump.change().loaded = False
        pump.reservoir_steps = -1
    return code
