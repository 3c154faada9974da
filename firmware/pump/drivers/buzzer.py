"""Plays tone patterns on a piezo by PWM, one tone after the other, as time goes by."""

from micropython import const

_HALF_DUTY = const(32768)  # a piezo is loudest when driven half of the time
_TICKS_MASK = const(0x3FFFFFFF)


class Buzzer:
    """`pwm` has freq(hz) and duty_u16(duty). A pattern is a tuple of (freq_hz, ms), 0 Hz silent.

    Passive piezos are loudest near 2 to 4 kHz. `pwm` None, or one that raises OSError, is a buzzer
    that is missing: patterns go by unheard, and nobody is held up.
    """

    def __init__(self, pwm):
        self._pwm = pwm
        self._pattern = ()
        self._at = 0
        self._since = -1
        self.playing = False
        self._tone(0)

    def play(self, pattern):
        """Start a pattern now, in place of the one that plays. tick() makes it sound."""
        self._pattern = pattern
        self._at = 0
        self._since = -1
        self.playing = len(pattern) > 0
        if not self.playing:
            self._tone(0)

    def tick(self, now_ms):
        """Go on with the pattern. Allocates nothing.

        now_ms: ticks_ms() or any count of milliseconds. A tone sounds from one tick() to another,
        so it can be late by as much as the loop is, never cut short.
        """
        if not self.playing:
            return
        if self._since < 0:
            self._sound(now_ms)
            return
        if (now_ms - self._since) & _TICKS_MASK < self._pattern[self._at][1]:
            return
        self._at += 1
        if self._at >= len(self._pattern):
            self.quiet()
            return
        self._sound(now_ms)

    def due_ms(self, now_ms):
        """Milliseconds until tick() has something to do; -1 when silent."""
        if not self.playing:
            return -1
        if self._since < 0:
            return 0
        left_ms = self._pattern[self._at][1] - ((now_ms - self._since) & _TICKS_MASK)
        return left_ms if left_ms > 0 else 0

    def quiet(self):
        """Silence, now; the pattern is forgotten."""
        self._tone(0)
        self.playing = False
        self._pattern = ()

    def _sound(self, now_ms):
        freq_hz = self._pattern[self._at][0]
        self._since = now_ms & _TICKS_MASK
        self._tone(freq_hz)

    def _tone(self, freq_hz):
        pwm = self._pwm
        if pwm is None:
            return
        try:
            if freq_hz:
                pwm.freq(freq_hz)
            pwm.duty_u16(_HALF_DUTY if freq_hz else 0)
        except OSError:
            self._pwm = None
