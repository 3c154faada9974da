"""Reads a force sensor behind the plunger through an HX711, in millibar as a Pressure does."""

from micropython import const

_BITS = const(24)
_SIGN = const(0x800000)
_SHIFT = const(6)  # 24 bits have 18 that are no noise; less, the product stays a small integer
_MOST_MISSED = const(5)  # readings a second apart, and the part makes ten a second


class Hx711:
    """A bridge sensor at an HX711, channel A, gain 128. `clock` is an output, `data` an input.

    zero_counts: the reading without force; span_counts: how much it rises up to full_scale_mbar.
    The part makes 10 readings a second by itself; read_mbar() takes the one that is ready.
    """

    def __init__(self, clock, data, zero_counts, span_counts, full_scale_mbar):
        self._clock = clock
        self._data = data
        self._zero = zero_counts >> _SHIFT
        self._span = span_counts >> _SHIFT
        self._full_scale_mbar = full_scale_mbar
        self._last_mbar = -1
        self._missed = 0
        clock.value(0)

    def read_mbar(self):
        """Millibar behind the plunger, not below 0; -1 when the part is missing or gave up.

        A reading that was disturbed is left out: a clock that stays high for 60 us switches the
        part off (datasheet, serial interface), and an interrupt may do that.
        """
        counts = self._read()
        if counts is None:
            self._missed += 1
            if self._missed >= _MOST_MISSED:
                self._last_mbar = -1
            return self._last_mbar
        self._missed = 0
        mbar = ((counts >> _SHIFT) - self._zero) * self._full_scale_mbar // self._span
        self._last_mbar = mbar if mbar > 0 else 0
        return self._last_mbar

    def _read(self):
        """The signed 24 bits, or None: not ready, not there, or disturbed."""
        clock, data = self._clock.value, self._data.value
        if data():
            return None
        counts = 0
        for _ in range(_BITS):
            clock(1)
            clock(0)
            counts = counts << 1 | data()
        clock(1)  # the 25th: channel A, gain 128 again
        clock(0)
        # A part that is busy with the next reading lifts its line; a wire to ground does not.
        if not data():
            return None
        return counts - 2 * _SIGN if counts & _SIGN else counts
