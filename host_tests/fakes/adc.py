"""A faked analog input: a voltage from somewhere, as the 16-bit number `machine.ADC` gives."""

REFERENCE_MV = 3300
_TOP = 4095  # the RP2040's converter has 12 bits


class Adc:
    """`machine.ADC`: millivolts (a number, or a function that tells them now) to read_u16()."""

    def __init__(self, millivolts=0, ripple_u16=0):
        self.millivolts = millivolts
        self.reads = 0
        self._ripple = ripple_u16

    def read_u16(self):
        """The voltage at the pin as 0..65535, with a deterministic ripple if there is one."""
        self.reads += 1
        source = self.millivolts
        mv = source() if callable(source) else source
        raw = min(max(round(mv * _TOP / REFERENCE_MV), 0), _TOP)
        raw = raw << 4 | raw >> 8  # as MicroPython's rp2 port widens it
        if self._ripple:
            raw += self._ripple if self.reads & 1 else -self._ripple
        return min(max(raw, 0), 65535)


class BatteryCell:
    """A battery behind a divider of two equal resistors, as wiring.md draws it.

    `loaded()`: whether the motor draws current now; a weak cell then loses `sag_mv`.
    """

    def __init__(self, mv=3900, divider=2, loaded=None):
        self.mv = mv
        self.sag_mv = 0
        self._divider = divider
        self._loaded = loaded

    def pin_mv(self):
        """What the analog pin sees."""
        sag_mv = self.sag_mv if self._loaded is not None and self._loaded() else 0
        return (self.mv - sag_mv) / self._divider


class PressureSensor:
    """A ratiometric gauge sensor: 10 % of the supply at 0 mbar, 90 % at full scale."""

    def __init__(self, pressure_mbar, full_scale_mbar=1000):
        self._pressure_mbar = pressure_mbar
        self._full_scale = full_scale_mbar
        self.unplugged = False

    def pin_mv(self):
        """What the analog pin sees; without a sensor its resistor holds the pin at ground."""
        if self.unplugged:
            return 0
        share = 0.1 + 0.8 * self._pressure_mbar() / self._full_scale
        return REFERENCE_MV * min(max(share, 0.02), 0.98)
