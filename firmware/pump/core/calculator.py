"""The bolus calculator: a dose for what is eaten and for the glucose that was measured.

    meal = carbohydrate / ratio
    correction = what glucose is outside of the target range / factor; below the range negative
    dose = meal + correction - what insulin on board takes off, rounded down to the bolus step

What insulin on board takes off is as careful as in pumps that people wear
- Above the range it comes off the correction alone: what is on board will lower glucose by itself,
  but a meal of now is not what it was given for.
- Below the range it comes off the meal, as the correction does: glucose is low and goes lower yet.
- Within the range, or without a glucose, nothing: there is no correction to be spared, and the
  screen shows what is on board.

Below 70 mg/dL the dose is 0: a person treats that first. Every rounding makes the dose smaller.
What the pump would not give now is not recommended: the dose is cut to what every limit allows.

Ratio, factor and range go by the time of day, as day_parts.py says.

Nothing is delivered here: `give` puts the sum into the log and asks the pump for a bolus, which
has every limit of any other. Loaded by the page of the calculator and let go of after it.
"""

from micropython import const

from pump.core import bolus_limits, codes, events
from pump.core import settings as st
from pump.core.day_parts import part_of_day, value_in

NO_GLUCOSE = const(0)
LEAST_MG_DL = const(20)
MOST_MG_DL = const(600)
MOST_CARBS_G = const(250)
TREAT_BELOW_MG_DL = const(70)
_MOST_MU = const(30_000)  # of a part of the sum: the greatest max bolus there can be
_MOST_TOLD_MU = const(65_535)


class Sum:
    """What was asked and what came of it; all doses in mU."""

    def __init__(self, carbs_g, glucose_mg_dl, on_board_mu):
        self.carbs_g = carbs_g
        self.glucose_mg_dl = glucose_mg_dl
        self.on_board_mu = on_board_mu
        self.last_id = 0  # of the last bolus before it
        self.ratio_tenths_g = 0  # tenths of a gram a unit
        self.factor_mg_dl = 0
        self.low_mg_dl = 0
        self.high_mg_dl = 0
        self.meal_mu = 0
        self.correction_mu = 0
        self.taken_mu = 0  # of what is on board, off the dose
        self.whole_mu = 0  # what comes of these, in steps of a bolus
        self.limited_by = codes.OK  # why less than that is recommended
        self.dose_mu = 0  # recommended


def reckon(pump, carbs_g, glucose_mg_dl):
    """(OK or why nothing can be reckoned, a Sum)."""
    settings = pump.settings
    found = Sum(carbs_g, glucose_mg_dl, pump.on_board_mu())
    found.last_id = pump.bolus.last_id
    if not 0 <= carbs_g <= MOST_CARBS_G:
        return codes.OUT_OF_RANGE, found
    if glucose_mg_dl != NO_GLUCOSE and not LEAST_MG_DL <= glucose_mg_dl <= MOST_MG_DL:
        return codes.OUT_OF_RANGE, found
    part = part_of_day(settings, pump.clock.minute_of_day())
    found.ratio_tenths_g = value_in(settings, st.CARB_RATIO_1, part)
    found.factor_mg_dl = value_in(settings, st.FACTOR_1, part)
    found.low_mg_dl = value_in(settings, st.TARGET_LOW_1, part)
    found.high_mg_dl = max(found.low_mg_dl, value_in(settings, st.TARGET_HIGH_1, part))
    if not found.ratio_tenths_g or (glucose_mg_dl and not found.factor_mg_dl):
        return codes.NO_RATIO, found
    found.meal_mu = min(_MOST_MU, carbs_g * 10_000 // found.ratio_tenths_g)
    if glucose_mg_dl:
        found.correction_mu = _correction_mu(found)
        found.taken_mu = _taken_mu(found)
    dose_mu = max(0, found.meal_mu + found.correction_mu - found.taken_mu)
    step_mu = settings.get(st.BOLUS_STEP_MU)
    found.whole_mu = dose_mu - dose_mu % step_mu
    if NO_GLUCOSE < glucose_mg_dl < TREAT_BELOW_MG_DL:
        found.limited_by = codes.GLUCOSE_LOW
    else:
        found.dose_mu, found.limited_by = bolus_limits.most(pump, found.whole_mu, step_mu)
    return codes.OK, found


def give(pump, found, dose_mu, source):
    """Give a dose, which need not be the sum's, with the sum in the log before it.

    Returns a code; STALE when another bolus has begun since, or when more insulin is on board by
    now, as an extended one gives, and the sum would be less for it.
    """
    if _is_stale(pump, found):
        return codes.STALE
    if pump.check_bolus(dose_mu)[0] == codes.OK:
        log = pump.log
        log.write(
            events.CALCULATION,
            found.carbs_g,
            found.glucose_mg_dl,
            found.ratio_tenths_g,
            found.factor_mg_dl,
            found.low_mg_dl,
            found.high_mg_dl,
        )
        log.write(
            events.CALCULATED,
            found.meal_mu,
            found.correction_mu,
            min(found.on_board_mu, _MOST_TOLD_MU),
            found.dose_mu,
            pump.bolus.next_id(),
        )
    return pump.give_bolus(dose_mu, source)


def _is_stale(pump, found):
    if pump.bolus.last_id != found.last_id:
        return True
    if pump.on_board_mu() <= found.on_board_mu:
        return False
    code, now = reckon(pump, found.carbs_g, found.glucose_mg_dl)
    return code != codes.OK or now.dose_mu < found.dose_mu


def _correction_mu(found):
    outside = 0
    if found.glucose_mg_dl > found.high_mg_dl:
        outside = found.glucose_mg_dl - found.high_mg_dl
    elif found.glucose_mg_dl < found.low_mg_dl:
        outside = found.glucose_mg_dl - found.low_mg_dl
    return min(max(outside * 1000 // found.factor_mg_dl, -_MOST_MU), _MOST_MU)


def _taken_mu(found):
    """What insulin on board takes off the dose."""
    most_mu = found.correction_mu  # 0 within the range
    if found.correction_mu < 0:
        most_mu = max(0, found.meal_mu + found.correction_mu)
    return min(found.on_board_mu, most_mu)
