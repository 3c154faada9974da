"""Tells how much time went by since it was asked last."""


class UptimeClock:
    """Elapsed milliseconds out of a tick counter that wraps (ticks_ms and ticks_diff of `time`).

    Must be asked at least every 6.2 days, half the counter's period; the loop does it every
    second.
    """

    def __init__(self, ticks_ms, ticks_diff):
        self._ticks_ms = ticks_ms
        self._ticks_diff = ticks_diff
        self._last = ticks_ms()

    def elapsed_ms(self):
        """Milliseconds since the last call, or since this was made. No time is lost between."""
        now = self._ticks_ms()
        elapsed_ms = self._ticks_diff(now, self._last)
        self._last = now
        return elapsed_ms
