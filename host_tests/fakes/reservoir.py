"""A faked syringe and its line: a plunger pushes fluid, pressure rises where it cannot go."""


class Line:
    """The tube after the syringe: it swells a little, and lets fluid out unless it is blocked.

    Pressure is gauge pressure. An open line loses it with a time constant; a blocked one keeps it.
    """

    def __init__(self, clock, mbar_per_unit=800, open_tau_ms=400):
        self.blocked = False
        self.out_steps = 0.0  # what has left the line's end, in steps of the motor
        self.held_steps = 0.0  # what the tube holds beyond its own volume
        self._clock = clock
        self.mbar_per_unit = mbar_per_unit
        self._tau_us = open_tau_ms * 1000
        self._steps_per_unit = 1.0
        self.since_us = clock.now_us

    def set_scale(self, steps_per_unit):
        """Steps of the motor that make one unit."""
        self._steps_per_unit = steps_per_unit

    def block(self):
        """Kink the tube."""
        self._leak()
        self.blocked = True

    def open(self):
        """Let it flow again."""
        self._leak()
        self.blocked = False

    def push_step(self):
        """One step's worth of fluid comes in."""
        self._leak()
        self.held_steps += 1

    def pressure_mbar(self):
        """Gauge pressure now."""
        self._leak()
        return self._mbar(self.held_steps)

    def seen_mbar(self):
        """The same for who only looks on: nothing in the tube is changed by it."""
        return self._mbar(self._left())

    def seen_out_steps(self):
        """What has left the line's end until now, for who only looks on."""
        return self.out_steps + self.held_steps - self._left()

    def _mbar(self, held_steps):
        return int(held_steps * self.mbar_per_unit / self._steps_per_unit)

    def _leak(self):
        left = self._left()
        self.since_us = self._clock.now_us
        self.out_steps += self.held_steps - left
        self.held_steps = left

    def _left(self):
        """What the tube still holds of what it held at `since_us`."""
        if self.blocked or self.held_steps <= 0:
            return self.held_steps
        # Backward Euler: stable for any stretch of time, exact in the limit that matters (all
        # gone).
        left = self.held_steps / (1 + (self._clock.now_us - self.since_us) / self._tau_us)
        return left if left >= 0.01 else 0.0


class Reservoir:
    """The syringe in its seat: a screw head that can push the plunger but not pull it.

    The axis counts motor steps from the fully retracted end (0) to the barrel's bottom. The head
    moves with the motor; the plunger is pushed by it and stays when the head goes back.
    A hard stop at both ends and too much pressure refuse the step, which is a stall.
    """

    def __init__(
        self,
        clock,
        line=None,
        steps_per_unit=(6791, 10),
        capacity_units=300,
        filled_units=None,
        spare_units=10,
        stall_mbar=2500,
    ):
        self._clock = clock
        self._numerator, self._denominator = steps_per_unit
        self.line = line if line is not None else Line(clock)
        self.line.set_scale(self._numerator / self._denominator)
        self.stall_mbar = stall_mbar
        self.pushed_steps = 0  # fluid that left the barrel, ever
        self.stalls = 0
        self.jammed = False  # something is in the screw's way
        self.bottom_steps = self._steps(capacity_units + spare_units)
        self.head_steps = 0
        self.plunger_steps = 0
        filled = capacity_units if filled_units is None else filled_units
        self.insert(filled)
        self.head_steps = self.plunger_steps  # a pump that starts its life in contact, primed

    def insert(self, filled_units):
        """Put in a syringe that holds filled_units. The head is left where it is."""
        self.plunger_steps = self.bottom_steps - self._steps(filled_units)
        self.plunger_steps = max(self.plunger_steps, 0)

    def units_left(self):
        """What is in the barrel."""
        return (self.bottom_steps - self.plunger_steps) * self._denominator / self._numerator

    def units_out(self):
        """What came out at the end of the line."""
        self.line.pressure_mbar()
        return self.line.out_steps * self._denominator / self._numerator

    def push(self, direction):
        """The motor tries one step. False: it needs more torque than there is."""
        target = self.head_steps + direction
        if self.jammed or target < 0 or target > self.bottom_steps:
            self.stalls += 1
            return False
        if target > self.plunger_steps:
            if self.line.pressure_mbar() >= self.stall_mbar:
                self.stalls += 1
                return False
            self.plunger_steps = target
            self.pushed_steps += 1
            self.line.push_step()
        self.head_steps = target
        return True

    def _steps(self, units):
        return units * self._numerator // self._denominator
