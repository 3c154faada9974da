"""Turns a four-coil motor (28BYJ-48 behind a ULN2003) by half steps, as a driver chip would."""

# Which coils carry current in each of the eight half steps, as bits, coil A lowest.
_HALF_STEPS = (1, 3, 2, 6, 4, 12, 8, 9)


class Coils:
    """STEP, DIR and ENABLE of a driver chip, over `pins` in the order of the blue to orange wires.

    value(1) is a rising edge at STEP; `direction` and `enable` take value(level), 1 is forward and
    current. So the stepper and the pulse engine above need not know what kind of motor it is.

    At rest the coils are off: the gear of 64 to 1 holds, and the coils would burn 1 W. The place
    in the eight half steps is kept meanwhile. At power-on it is not known: the first step may pull
    the rotor up to four half steps either way, a thousandth of a turn of the shaft.
    """

    def __init__(self, pins):
        self._pins = pins
        self._at = 0
        self._powered = False
        self.direction = _Level()
        self.enable = _Switch(self)
        self.power(False)

    def value(self, level):
        """The STEP input: at 1 the motor goes on by a half step. Allocates nothing."""
        if level:
            self._at = self._at + (1 if self.direction.level else -1) & 7
            if self._powered:
                self._drive(_HALF_STEPS[self._at])

    def power(self, on):
        """Current on, at the half step where the motor was left, or off."""
        self._powered = on
        self._drive(_HALF_STEPS[self._at] if on else 0)

    def _drive(self, coils):
        for pin in self._pins:
            pin.value(coils & 1)
            coils >>= 1


class _Level:
    """The DIR input."""

    def __init__(self):
        self.level = 1

    def value(self, level):
        self.level = level


class _Switch:
    """The ENABLE input."""

    def __init__(self, coils):
        self._coils = coils

    def value(self, level):
        self._coils.power(level != 0)
