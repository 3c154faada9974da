"""How long the reservoir lasts: what is in it against the basal of the hours to come.

Loaded when somebody wants to know.
"""

from pump.core import settings as st


def left_min(pump):
    """Minutes of basal that are in the reservoir, or -1: nobody knows, or no basal is asked for.

    By the program, and by a temporary basal as long as it lasts. What boluses that run have yet to
    give is not there for it. While nothing is delivered, as if delivery went on now.
    """
    if pump.reservoir_steps < 0:
        return -1
    left_mu = pump.profile.scale.dose_mu(pump.reservoir_steps)
    for bolus in (pump.bolus, pump.extended):
        if bolus is not None and bolus.active:
            left_mu -= bolus.asked_mu - bolus.given_mu()
    # In sixtieths of a mU, so that a rate is what a minute takes.
    left = max(0, left_mu) * 60
    minute = pump.clock.minute_of_day()
    until_min, passed_min = minute, 0
    if pump.temporary is not None:
        until_min += (pump.temporary.left_ms + 59_999) // 60_000
        passed_min, left = _by_temporary(pump, minute, until_min, left)
        if minute + passed_min < until_min:  # it does not outlast the temporary basal
            return passed_min
    program = pump.settings.basal
    day = program.day_sixtieths()
    if not day:
        return -1
    return passed_min + left // day * st.DAY_MIN + _within_a_day(program, until_min, left % day)


def _by_temporary(pump, minute, until_min, left):
    """(minutes that went by, what is left then): to its end, or until nothing is left."""
    begun_min = minute
    most_mu_h = pump.settings.get(st.MAX_BASAL_MU_H)
    program = pump.settings.basal
    while minute < until_min:
        piece_min = min(until_min, _next_change(program, minute)) - minute
        rate_mu_h = pump.temporary.rate_in_force(program.rate_mu_h(minute % st.DAY_MIN), most_mu_h)
        if left < rate_mu_h * piece_min:
            return minute - begun_min + left // rate_mu_h, 0
        left -= rate_mu_h * piece_min
        minute += piece_min
    return minute - begun_min, left


def _within_a_day(program, minute, left):
    """Minutes from one on; in a day the program takes more than is left."""
    begun_min = minute
    while True:
        end_min = _next_change(program, minute)
        rate_mu_h = program.rate_mu_h(minute % st.DAY_MIN)
        if left < rate_mu_h * (end_min - minute):
            return minute - begun_min + left // rate_mu_h
        left -= rate_mu_h * (end_min - minute)
        minute = end_min


def _next_change(program, minute):
    """When the rate may change next, counted on over midnight."""
    midnight = minute - minute % st.DAY_MIN
    for start_min in program.starts_min:
        if midnight + start_min > minute:
            return midnight + start_min
    return midnight + st.DAY_MIN
