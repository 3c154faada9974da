"""A faked pulse engine: makes its train on a motor's STEP pin as the test's clock moves."""

from pump.drivers.ramp import Ramp

_HIGH_US = 10


class FakeEngine:
    """The pulse engine's contract over a faked motor and a Clock; stop() is exact.

    Like the PIO engine it looks at the STOP pin (if given) just before every pulse and ends the
    train when that is low.
    """

    def __init__(self, motor, clock, ramp=None, stop_pin=None, longest_train=2000):
        self._pin = motor.step_pin
        self._clock = clock
        self.ramp = ramp if ramp is not None else Ramp(((250, 4),), 500)
        self._stop_pin = stop_pin
        self.longest_train = longest_train
        self._periods_us = ()
        self._made = 0
        self._running = False
        self._cut = False
        self._next = None
        self._pin.listen(self._count)

    def start(self, steps):
        """Begin a counted train."""
        if steps < 1 or steps > self.longest_train:
            raise ValueError("steps in a train")
        if self._running:
            raise RuntimeError("busy")
        self._periods_us = [
            1_000_000 // rate_hz
            for count, rate_hz in self.ramp.segments(steps)
            for _ in range(count)
        ]
        self.clear()
        self._cut = False
        self._running = True
        self._due_us = self._clock.now_us + self._periods_us[0]
        self._next = self._clock.call_at(self._due_us, self._rise)

    def busy(self):
        """Whether pulses are still to come."""
        return self._running

    def clear(self):
        """Count from 0 again."""
        self._made = 0

    def made(self):
        """Rising edges of the train begun last."""
        return self._made

    def was_cut(self):
        """Whether that train was ended early."""
        return self._cut

    def stop(self):
        """End the train now, pin low."""
        if self._running:
            self._end(True)

    def power_off(self):
        """The supply is gone: no further pulse, and nobody is told."""
        if self._next is not None:
            self._clock.cancel(self._next)
        self._running = False
        self._pin.value(0)

    def _count(self, level):
        if level and self._running:
            self._made += 1

    def _rise(self):
        if self._stop_pin is not None and not self._stop_pin.value():
            self._end(True)
            return
        self._pin.value(1)
        if self._running:
            self._next = self._clock.call_after(_HIGH_US, self._fall)

    def _fall(self):
        self._pin.value(0)
        if self._made >= len(self._periods_us):
            self._end(False)
            return
        self._due_us += self._periods_us[self._made]
        self._next = self._clock.call_at(self._due_us, self._rise)

    def _end(self, cut):
        self._running = False
        self._cut = cut
        if self._next is not None:
            self._clock.cancel(self._next)
            self._next = None
        self._pin.value(0)
