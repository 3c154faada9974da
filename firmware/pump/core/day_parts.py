"""What goes by the time of day beside basal: in up to four parts of it, as the settings say.

A value of 0 in a later part means that of the first.

Loaded by whoever asks and let go of after it.
"""

from micropython import const

from pump.core import settings as st

_PARTS = const(4)


def part_of_day(settings, minute):
    """0 to 3: the part that began last; the first begins at midnight, another at 0 is none."""
    found, since = 0, 0
    for part in range(1, _PARTS):
        start = settings.get(st.DAY_PART_2_MIN + part - 1)
        if since < start <= minute:
            found, since = part, start
    return found


def value_in(settings, first, part):
    """A value of a part of the day, by the number of the first part's."""
    return settings.get(first + part) or settings.get(first)


def act_for_now(pump):
    """Let boluses act as long as the part of the day says. MemoryError: then as before."""
    pump.insulin.act_for(insulin_min(pump.settings, pump.clock.minute_of_day()))


def insulin_min(settings, minute):
    """How long a bolus acts, in minutes, for insulin on board at that minute of the day."""
    part = part_of_day(settings, minute)
    later = settings.get(st.INSULIN_2_MIN + part - 1) if part else 0
    return later or settings.get(st.INSULIN_MIN)
