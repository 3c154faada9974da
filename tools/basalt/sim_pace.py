"""Lets a bench's time go by as fast as the wall clock says, times a factor."""

import time

from basalt.sim_bench import Bench

SLOWEST, FASTEST = 0.1, 3600.0

_MOST_BEHIND_S = 0.25  # what a slow computer may catch up with; the rest of the time is let go
_MEASURE_S = 2.0
_FAST_ENOUGH = 0.8


class Pace:
    """`speed` is how many of the pump's seconds go by in one of ours; it may be changed."""

    def __init__(self, bench: Bench, speed: float) -> None:
        self._bench = bench
        self._last = time.monotonic()
        self._owed_ms = 0.0
        self._measured_from = (self._last, bench.now_ms())
        self._measured = speed
        self.speed = speed

    def step(self) -> None:
        """Run what the wall clock owes; waits until that is a millisecond."""
        now = time.monotonic()
        self._owed_ms += min(now - self._last, _MOST_BEHIND_S) * 1000 * self.speed
        self._last = now
        if self._owed_ms < 1:  # called early, for a byte on the port
            time.sleep((1 - self._owed_ms) / 1000 / self.speed)
        duration_ms = max(1, int(self._owed_ms))
        self._owed_ms -= duration_ms
        self._bench.run_ms(duration_ms)
        self._measure(now)

    def told(self) -> str:
        """The speed in words: what it should be, and what it is where the computer is too slow."""
        if self._measured > _FAST_ENOUGH * self.speed:
            return f"{self.speed:g}x"
        return f"{self.speed:g}x (runs at {self._measured:.2g}x)"

    def _measure(self, now: float) -> None:
        since, from_ms = self._measured_from
        if now - since >= _MEASURE_S:
            now_ms = self._bench.now_ms()
            self._measured = (now_ms - from_ms) / 1000 / (now - since)
            self._measured_from = (now, now_ms)
