"""The quick bolus: a count of presses, each a step, that is given when it was repeated alike.

A command by itself, and not the sum of its screen, so that no face can give one that was counted
once. Loaded by the page of it and let go of after it.
"""

from micropython import const

from pump.core import codes, events

MOST_PRESSES = const(20)


def give(pump, counted, repeated, step_mu, source):
    """Give so many steps, with the count in the log before it. Returns a code."""
    dose_mu = counted * step_mu
    if counted != repeated or not 0 < counted <= MOST_PRESSES:
        return pump.refuse(events.COMMAND_BOLUS, codes.NOT_REPEATED, dose_mu, 0, source)
    if pump.check_bolus(dose_mu)[0] == codes.OK:
        pump.log.write(events.QUICK_BOLUS, pump.bolus.next_id(), counted, step_mu)
    return pump.give_bolus(dose_mu, source)
