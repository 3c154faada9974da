"""How much was given in the last hour and the last day, as a ring of quarter hours.

The windows roll: the running quarter hour is counted beside the four (the ninety-six) before
it, so a sum is never less than what the last 60 minutes (24 hours) really held.
"""

from array import array

from micropython import const

_QUARTER_MS = const(900_000)
_QUARTERS = const(97)
_HOUR_QUARTERS = const(5)


class DoseWindow:
    """Steps given as dose in the rolling last hour and day."""

    def __init__(self):
        self._quarters = array("i", [0] * _QUARTERS)
        self._at = 0
        self._into_ms = 0
        self.hour_steps = 0
        self.day_steps = 0
        self.most_hour_steps = 0  # until the settings say
        self.most_day_steps = 0

    def room_steps(self):
        """Steps that the hourly and the daily limit still allow now."""
        hour = self.most_hour_steps - self.hour_steps
        day = self.most_day_steps - self.day_steps
        return hour if hour < day else day

    def add(self, steps):
        """Steps were given now."""
        self._quarters[self._at] += steps
        self.hour_steps += steps
        self.day_steps += steps

    def advance(self, elapsed_ms):
        """Let time go by; what is older than the windows falls out of them."""
        self._into_ms += elapsed_ms
        while self._into_ms >= _QUARTER_MS:
            self._into_ms -= _QUARTER_MS
            self._at = (self._at + 1) % _QUARTERS
            self.day_steps -= self._quarters[self._at]
            self._quarters[self._at] = 0
            self.hour_steps -= self._quarters[(self._at - _HOUR_QUARTERS) % _QUARTERS]

    def change(self, of):
        """Put of(steps) in the place of every quarter hour's steps."""
        for quarter in range(_QUARTERS):
            self._quarters[quarter] = of(self._quarters[quarter])
        self.day_steps = sum(self._quarters)
        self.hour_steps = sum([self._quarters[self._at - back] for back in range(_HOUR_QUARTERS)])

    def restore(self, hour_steps, day_steps):
        """Start from two remembered sums. Each falls out as late as it possibly could."""
        for quarter in range(_QUARTERS):
            self._quarters[quarter] = 0
        self._at = 0
        self._into_ms = 0
        self._quarters[-_HOUR_QUARTERS] = day_steps - hour_steps
        self._quarters[0] = hour_steps
        self.hour_steps = hour_steps
        self.day_steps = day_steps
