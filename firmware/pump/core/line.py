"""What a change has put in: how old the reservoir and the site are, what fills tubing and cannula.

Times are seconds of its owner's clock; None: not known. Insulin that a prime or a fill moved is in
the line, and in nobody: it is counted in steps, like all that moves.
"""

from micropython import const

from pump.core import events

_UNKNOWN = const(0xFFFF)
_MOST = const(0xFFFE)  # minutes, 45 days, or steps
_TUBING = const(1)
_CANNULA = const(2)


class Line:
    """The account of the line in use."""

    def __init__(self):
        self.reservoir_s = None  # when it was put in
        self.site_s = None  # when its cannula was filled
        self.tubing_steps = 0  # by the primes of the last change that had any
        self.cannula_steps = 0
        self._old = 0  # what the change under way has not filled anew, as bits

    def loaded(self, now_s):
        """A reservoir was put in. The tubing and the cannula stay what they are until filled."""
        self.reservoir_s = now_s
        self._old = _TUBING | _CANNULA

    def moved(self, kind, steps, now_s):
        """A guided move has ended that made so many steps."""
        if not steps:
            return
        if kind == events.KIND_PRIME:
            self.tubing_steps = steps + (0 if self._old & _TUBING else self.tubing_steps)
            self._old &= ~_TUBING
        elif kind == events.KIND_CANNULA:
            self.cannula_steps = steps + (0 if self._old & _CANNULA else self.cannula_steps)
            self._old &= ~_CANNULA
            self.site_s = now_s

    def set_age_s(self, now_s):
        """How old the site is, or -1. Where no cannula is ever filled, as old as its reservoir."""
        since_s = self.reservoir_s if self.site_s is None else self.site_s
        return -1 if since_s is None else now_s - since_s

    def checkpoint(self, log, now_s):
        """Write what a restart must know."""
        if self.reservoir_s is not None or self.site_s is not None:
            log.write(
                events.CHECKPOINT_LINE,
                _age_min(self.reservoir_s, now_s),
                _age_min(self.site_s, now_s),
                self.tubing_steps,
                min(_MOST, self.cannula_steps),
                self._old,
            )

    def restore(self, values, now_s):
        """Take over what a checkpoint says."""
        reservoir_min, site_min, self.tubing_steps, self.cannula_steps, self._old = values
        self.reservoir_s = None if reservoir_min == _UNKNOWN else now_s - reservoir_min * 60
        self.site_s = None if site_min == _UNKNOWN else now_s - site_min * 60

    def shift(self, by_s):
        """Go over to a clock that is so much ahead."""
        if self.reservoir_s is not None:
            self.reservoir_s += by_s
        if self.site_s is not None:
            self.site_s += by_s


def _age_min(since_s, now_s):
    return _UNKNOWN if since_s is None else min(_MOST, (now_s - since_s) // 60)
