"""Whether a bolus may be given now: every limit on one, in one place.

Loaded by whoever asks and let go of after it.
"""

from pump.core import codes, states
from pump.core import settings as st


def check(pump, dose_mu):
    """(OK or why it would be refused now, the limit that this is about)."""
    if pump.bolus.active:
        return codes.BUSY, 0
    code = pump.why_not(states.GIVE_BOLUS)
    if code != codes.OK:
        return code, 0
    settings = pump.settings
    most_mu = settings.get(st.MAX_BOLUS_MU)
    if dose_mu > most_mu:
        return codes.OVER_MAX_BOLUS, most_mu
    steps = pump.bolus.steps_for(dose_mu) if dose_mu > 0 else 0
    if steps < 1:
        return codes.TOO_SMALL, 0
    lockout_min = settings.get(st.BOLUS_LOCKOUT_MIN)
    if pump.since_bolus_s() < lockout_min * 60:
        return codes.TOO_SOON, lockout_min
    return _check_sums(pump, dose_mu, steps)


def most(pump, dose_mu, step_mu):
    """The most up to `dose_mu`, in whole steps, that may be given now, and why no more or OK.

    Looked for by `check` itself, so that the two cannot differ: where it refuses a dose it refuses
    every greater one.
    """
    low, above = 0, dose_mu // step_mu + 1
    why = codes.OK
    while above - low > 1:
        middle = (low + above) // 2
        code, _ = check(pump, middle * step_mu)
        if code == codes.OK:
            low = middle
        else:
            above, why = middle, code
    return low * step_mu, why


def _check_sums(pump, dose_mu, steps):
    """The same by what was given lately, with all that is promised already."""
    settings = pump.settings
    would_act_mu = pump.on_board_mu() + dose_mu
    extended = pump.extended
    if extended is not None:
        steps += extended.remaining_steps()
        would_act_mu += extended.asked_mu - extended.given_mu()
    window = pump.window
    due_steps = steps + pump.basal.owed_steps  # which is given before any bolus
    if window.hour_steps + due_steps > window.most_hour_steps:
        return codes.OVER_MAX_HOUR, settings.get(st.MAX_HOUR_MU)
    if window.day_steps + due_steps > window.most_day_steps:
        return codes.OVER_MAX_DAY, settings.get(st.MAX_DAY_MU)
    most_mu = settings.get(st.MAX_ON_BOARD_MU)
    if most_mu and would_act_mu > most_mu:
        return codes.OVER_MAX_ON_BOARD, most_mu
    if 0 <= pump.reservoir_steps < steps:
        return codes.RESERVOIR_TOO_LOW, pump.profile.scale.dose_mu(pump.reservoir_steps)
    return codes.OK, 0
