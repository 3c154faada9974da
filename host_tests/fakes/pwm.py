"""Faked sounders: a PWM output with a piezo on it, and a buzzer with a tone of its own."""

ONSET_MS = 5  # an oscillator takes a few milliseconds until it is heard


class Pwm:
    """`machine.PWM` as far as a buzzer needs it. `history` holds (ms, hz) at every change."""

    def __init__(self, clock):
        self._clock = clock
        self._freq = 1000
        self._duty = 0
        self._heard = 0
        self.history = []

    def freq(self, hz=None):
        """Read or set the frequency. The chip refuses what it cannot make."""
        if hz is None:
            return self._freq
        if not 8 <= hz <= 62_500_000:
            raise ValueError("freq out of range")
        self._freq = hz
        self._note()
        return None

    def duty_u16(self, duty=None):
        """Read or set the duty."""
        if duty is None:
            return self._duty
        if not 0 <= duty <= 65535:
            raise ValueError("duty out of range")
        self._duty = duty
        self._note()
        return None

    def deinit(self):
        """Off."""
        self._duty = 0
        self._note()

    def sounding_hz(self):
        """The tone that is heard now, 0 when it is silent."""
        return self._heard

    def _note(self):
        heard = self._freq if 0 < self._duty < 65535 else 0
        if heard != self._heard:
            self._heard = heard
            self.history.append((self._clock.now_us // 1000, heard))


class Beeper:
    """An active buzzer at a `pin`: it sounds while the pin is high, once it swings.

    `beeps` holds (ms, how long) of each that was heard and has ended.
    """

    def __init__(self, clock, pin):
        self._clock = clock
        self._since_ms = -1
        self.beeps = []
        pin.listen(self._driven)

    def sounding(self):
        """Whether it is heard now."""
        return self._since_ms >= 0 and self._now_ms() >= self._since_ms

    def _driven(self, level):
        if level:
            self._since_ms = self._now_ms() + ONSET_MS
            return
        if self.sounding():
            self.beeps.append((self._since_ms, self._now_ms() - self._since_ms))
        self._since_ms = -1

    def _now_ms(self):
        return self._clock.now_us // 1000
