"""The two modes: what a user may not change at the pump, and the code that ends that mode.

A clinician may change everything. A user gives boluses, temporary basals and what a reservoir
needs, puts one of the basal programs in force, and changes neither a setting nor what a program
holds or how it is called. It is a fence, not a vault: it stands at the buttons alone. Whoever has
the cable, or a program that is paired, sets the mode and the code as any other setting, so nobody
is locked out for ever.

Loaded by whoever needs it and let go of after it.
"""

from micropython import const

from pump.core import codes, events
from pump.core import settings as st

CLINICIAN = const(0)
USER = const(1)
_MOST_WRONG = const(3)
_WAIT_S = const(60)


def why_not(pump, source):
    """OK, or why a setting or a basal program may not be changed from there."""
    by_user = source == events.SOURCE_BUTTONS and pump.settings.get(st.MODE) == USER
    return codes.USER_MODE if by_user else codes.OK


def waits(pump):
    """Whether so many codes were wrong that none is taken now. A restart forgets them."""
    return pump.clock.uptime_s < pump.wrong_codes[1]


def leave(pump, code):
    """Go from a user's mode to the clinician's with a code that was pressed."""
    if waits(pump):
        return codes.TOO_MANY  # without a record: keys that are played with must not fill the log
    settings = pump.settings
    if code != settings.get(st.MODE_CODE):
        wrong = pump.wrong_codes[0] + 1
        pump.wrong_codes = (wrong, 0)
        if wrong >= _MOST_WRONG:
            pump.wrong_codes = (0, pump.clock.uptime_s + _WAIT_S)
        source = events.SOURCE_BUTTONS
        return pump.refuse(events.COMMAND_SETTING, codes.WRONG_CODE, st.MODE, 0, source)
    pump.wrong_codes = (0, 0)
    if settings.get(st.MODE) != CLINICIAN:
        pump.log.write(events.SETTING_CHANGED, st.MODE, USER, CLINICIAN, events.SOURCE_BUTTONS)
        settings.set(st.MODE, CLINICIAN)
        pump.settings_dirty = True
    return codes.OK
