"""A faked `machine.Timer` on the test's clock, late or not as the test wants."""


def timers(clock, late_us=0):
    """The class `machine.Timer`, its callbacks called by `clock`, `late_us` after they are due."""

    class Timer:
        """Periodic only, as the firmware uses it."""

        ONE_SHOT = 0
        PERIODIC = 1

        def __init__(self, id=-1):
            self._run = 0

        def init(self, *, mode=PERIODIC, freq=-1, period=-1, callback=None):
            """Start afresh; what was due before is forgotten."""
            assert mode == Timer.PERIODIC
            self._run += 1
            period_us = 1_000_000 // freq if freq > 0 else period * 1000
            self._due(self._run, clock.now_us + period_us, period_us, callback)

        def deinit(self):
            """No callback any more."""
            self._run += 1

        def _due(self, run, at_us, period_us, callback):
            def fire():
                if self._run == run:
                    self._due(run, at_us + period_us, period_us, callback)
                    callback(self)

            clock.call_at(at_us + late_us, fire)

    return Timer
