"""Reads the analog parts, battery voltage and line pressure, in their own units."""

from micropython import const

_FULL = const(65535)
_TOP = const(65_000)  # within 1 % of it
_NOT_WIRED_MV = const(500)


class Battery:
    """A battery behind a divider; it has `full_scale_mv` when the pin is at the ADC's full scale.

    full_scale_mv at most 16,384, so that the product stays a small integer.
    """

    def __init__(self, adc, full_scale_mv):
        self._adc = adc
        self._full_scale_mv = full_scale_mv

    def read_mv(self):
        """Millivolts, or -1 when no battery is wired (powered by USB alone) or its divider broke.

        A cell never reaches the ADC's end: the lower resistor is gone, and the reading is none.
        """
        raw = _mean(self._adc)
        if raw >= _TOP:
            return -1
        mv = raw * self._full_scale_mv // _FULL
        return mv if mv >= _NOT_WIRED_MV else -1


class Pressure:
    """A ratiometric gauge sensor in the line, or none (`adc` is None).

    zero_u16 and span_u16: the reading at 0 mbar, and how much it rises up to full_scale_mbar
    (10 % and 80 % of the supply in the usual analog sensors).
    """

    def __init__(self, adc, full_scale_mbar, zero_u16=6554, span_u16=52428):
        self._adc = adc
        self._full_scale_mbar = full_scale_mbar
        self._zero = zero_u16
        self._span = span_u16

    def read_mbar(self):
        """Gauge pressure in mbar, not below 0; -1 when there is no sensor, or it is unplugged.

        A working sensor never reads below half of its zero: that is a broken wire.
        """
        if self._adc is None:
            return -1
        raw = _mean(self._adc)
        if raw < self._zero // 2:
            return -1
        if raw <= self._zero:
            return 0
        return (raw - self._zero) * self._full_scale_mbar // self._span


def _mean(adc):
    # The RP2040's ADC is good for 9 bits; four reads halve its noise.
    # Each by the name of its part: a method that is kept in a variable is an object made anew.
    return (adc.read_u16() + adc.read_u16() + adc.read_u16() + adc.read_u16()) // 4
