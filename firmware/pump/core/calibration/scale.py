"""Takes over another scale between deliveries.

A change of the scale is in the log as SETTING_CHANGED, SCALE with the old one, SCALE with the new
one and a checkpoint; the stored settings follow. Wherever the power is cut in this, no step was
made by the new scale, and what is remembered is in steps of the SCALE before it: the next start
counts by the settings that are stored. Where that is another scale, its BOOT tells the one that
counts from now on; what the power cut open is closed between SCALE with the old and SCALE with the
new one.
"""

from pump.core import codes, events, states
from pump.core import settings as st
from pump.core.calibration import rescale
from pump.core.units import RateCarry

_BETWEEN = (states.SUSPENDED, states.CHANGING)


def begin(profile, settings):
    """A start with a calibrated scale: take it, unless it was weighed on another board."""
    tenths = settings.get(st.STEPS_PER_UNIT)
    if _fits(profile.board, tenths):
        profile.count_by(tenths, 10)
    else:
        settings.set(st.STEPS_PER_UNIT, 0)


def why_not(pump, tenths):
    """OK, or why a unit cannot have so many tenths of a step from now on; 0: the board's."""
    if tenths and not _fits(pump.profile.board, tenths):
        return codes.OUT_OF_RANGE
    # No step that is under way, and no lease, may change its meaning.
    if pump.state == states.FAULT:
        return codes.FAULT
    if pump.train.ordered or pump.state not in _BETWEEN:
        return codes.DELIVERING
    return codes.OK


def _fits(board, tenths):
    """A calibration corrects a screw and a bore. What is a quarter off is a mistake."""
    numerator, denominator = board.STEPS_PER_UNIT
    return abs(tenths * denominator - 10 * numerator) * 4 <= 10 * numerator


def take_over(pump):
    """Count by the scale that the settings have now."""
    old = pump.profile.scale
    tenths = pump.settings.get(st.STEPS_PER_UNIT)
    numerator, denominator = (tenths, 10) if tenths else pump.profile.board.STEPS_PER_UNIT
    pump.profile.count_by(numerator, denominator)
    pump.log.write(events.SCALE, old.numerator, old.denominator)
    recount(pump, old)
    pump.checkpoint()


def recount(pump, old):
    """Turn all that is counted in steps of the old scale.

    What is owed, left and given stays the dose that it is. The limits count the greater of both
    readings of what was given.
    """
    scale = pump.profile.scale
    basal, bolus = pump.basal, pump.bolus
    basal.carry, basal.owed_steps = rescale.rate(basal.carry, basal.owed_steps, scale, old)
    rescale.rest(bolus.carry, scale)
    bolus.rate = RateCarry(scale)
    missing = -rescale.steps(bolus.given_steps - bolus.steps, scale, old)  # of one cut short
    bolus.given_steps = rescale.steps(bolus.given_steps, scale, old)
    bolus.steps = bolus.given_steps + missing
    rescale.window(pump.window, scale, old)
    pump.basal_today_steps = rescale.steps(pump.basal_today_steps, scale, old)
    pump.bolus_today_steps = rescale.steps(pump.bolus_today_steps, scale, old)
    if pump.reservoir_steps > 0:
        pump.reservoir_steps = rescale.steps(pump.reservoir_steps, scale, old)
    pump.log.write(events.SCALE, scale.numerator, scale.denominator)
