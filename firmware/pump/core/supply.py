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
    program = pump.settings.basal
    # In sixtieths of a mU, so that a rate is what a minute takes.
    left = max(0, pump.profile.scale.dose_mu(pump.reservoir_steps) - _promised_mu(pump)) * 60
    minute = pump.clock.minute_of_day()
    minutes = 0
    temporary_min = (pump.temporary_left_ms() + 59_999) // 60_000
    while temporary_min:
        piece = min(temporary_min, _to_next(program, minute))
        rate_mu_h = pump.temporary.rate_in_force(
            program.rate_mu_h(minute), pump.settings.get(st.MAX_BASAL_MU_H)
        )
        if left < rate_mu_h * piece:
            return minutes + left // rate_mu_h
        left -= rate_mu_h * piece
        temporary_min -= piece
        minutes += piece
        minute = (minute + piece) % st.DAY_MIN
    return _by_program(program, minute, left, minutes)


def _by_program(program, minute, left, minutes):
    day = _of_a_day(program)
    if not day:
        return -1
    minutes += left // day * st.DAY_MIN
    left %= day
    while True:  # ends within a day
        piece = _to_next(program, minute)
        rate_mu_h = program.rate_mu_h(minute)
        if left < rate_mu_h * piece:
            return minutes + left // rate_mu_h
        left -= rate_mu_h * piece
        minutes += piece
        minute = (minute + piece) % st.DAY_MIN


def _of_a_day(program):
    minute = total = 0
    while minute < st.DAY_MIN:
        piece = _to_next(program, minute)
        total += program.rate_mu_h(minute) * piece
        minute += piece
    return total


def _to_next(program, minute):
    """Minutes until the rate may change, or the day is over."""
    for start_min in program.starts_min:
        if start_min > minute:
            return start_min - minute
    return st.DAY_MIN - minute


def _promised_mu(pump):
    """What the boluses that run have yet to give."""
    mu = 0
    for bolus in (pump.bolus, pump.extended):
        if bolus is not None and bolus.active:
            mu += max(0, bolus.asked_mu - bolus.given_mu())
    return mu
