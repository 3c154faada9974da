"""What the figures take for a whole day, a meal, soon, in time."""

from typing import NamedTuple

from basalt.facts import HOUR_MS

DAY_MS = 24 * HOUR_MS
# A day that the log covers but for an hour counts in averages; so does a day of 23 h in spring.
WHOLE_DAY_S = 23 * 3600 - 60
PRIORITIES = ("high", "medium", "low")
CHANGE_EVERY_MS = 3 * DAY_MS  # as makers of reservoirs and infusion sets ask
SOON_S = 300  # an alarm acknowledged within five minutes was heard


class Meal(NamedTuple):
    """A time of day at which most people eat: minutes after midnight."""

    name: str
    from_min: int
    to_min: int


MEALS = (Meal("breakfast", 300, 630), Meal("lunch", 660, 900), Meal("dinner", 1020, 1290))
