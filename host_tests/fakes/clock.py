"""A clock that the test owns: time moves only when it is told to.

Everything in the faked pump that takes time (a pulse train, a bouncing key, pressure that leaks
away) asks to be called at a moment; moving the clock calls it at exactly that moment, in order.
Nothing waits.
"""

import heapq

TICKS_PERIOD = 1 << 30  # ticks_ms() wraps here on every board of ours: 12.4 days
_TICKS_HALF = TICKS_PERIOD >> 1


class Clock:
    """Microseconds since the test began, with a queue of what is to happen when."""

    def __init__(self, now_us=0):
        self.now_us = now_us
        self._queue = []
        self._order = 0

    def call_at(self, at_us, action):
        """Call action() when the clock reaches at_us (on the next advance, if that is past).

        Returns a handle for cancel().
        """
        self._order += 1
        entry = [max(at_us, self.now_us), self._order, action]
        heapq.heappush(self._queue, entry)
        return entry

    def call_after(self, delay_us, action):
        """Call action() in delay_us. Returns a handle for cancel()."""
        return self.call_at(self.now_us + delay_us, action)

    def cancel(self, handle):
        """Forget a call; it may have happened already."""
        handle[2] = None

    def every(self, period_us, action):
        """Call action() every period_us for ever, first after one period."""

        def tick():
            action()
            self.call_after(period_us, tick)

        self.call_after(period_us, tick)

    def advance_us(self, duration_us):
        """Move on by duration_us; what falls due meanwhile happens at its own moment."""
        until_us = self.now_us + duration_us
        queue = self._queue
        while queue and queue[0][0] <= until_us:
            at_us, _, action = heapq.heappop(queue)
            if action is None:
                continue
            if at_us > self.now_us:
                self.now_us = at_us
            action()
        if until_us > self.now_us:
            self.now_us = until_us

    def advance_ms(self, duration_ms):
        """Move on by duration_ms."""
        self.advance_us(duration_ms * 1000)

    def next_call_us(self):
        """When the next thing is due, or None."""
        while self._queue and self._queue[0][2] is None:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def ticks_ms(self):
        """`time.ticks_ms()` as on the boards: wraps at 2**30."""
        return (self.now_us // 1000) % TICKS_PERIOD

    def ticks_us(self):
        """`time.ticks_us()` as on the boards: wraps at 2**30."""
        return self.now_us % TICKS_PERIOD

    @staticmethod
    def ticks_diff(later, earlier):
        """`time.ticks_diff()`: right for differences below half the period."""
        return ((later - earlier + _TICKS_HALF) % TICKS_PERIOD) - _TICKS_HALF

    def sleep_ms(self, duration_ms):
        """`time.sleep_ms()`."""
        self.advance_ms(duration_ms)

    def sleep_us(self, duration_us):
        """`time.sleep_us()`."""
        self.advance_us(duration_us)
