"""Drives a motor behind a STEP/DIR driver: signed trains of steps, and the coils' current."""


class Stepper:
    """A motor behind a STEP/DIR/ENABLE driver (A4988, DRV8825, TMC2209 standalone and their like).

    `engine` makes the pulses (see pump/ports); `dir_pin` and `enable_pin` are outputs with
    value(level). Positive steps deliver.

    Set-up times: an A4988 wants DIR stable 200 ns before STEP (datasheet, timing table), a DRV8825
    650 ns, a TMC2209 20 ns. Coils that were off need 1 to 3 ms until the current stands and the
    rotor has been pulled back to its microstep. Both are kept by the engine: the first edge of a
    train comes one period of the slowest rate after start(), 4 ms with the boards we have.

    Coils between trains: off, unless `hold` is true. The M5x0.8 screw is self-locking, so nothing
    moves the plunger while the motor is off, and at 1 U/h the motor would otherwise burn some 300
    mA all day for a second of work an hour. An A4988 or TMC2209 keeps its place in the microstep
    table while disabled and goes back to it when enabled. The rotor may meanwhile relax to the
    nearest detent, at most half a full step (8 microsteps, 0.012 U with these boards), and comes
    back: an error that does not add up.
    """

    def __init__(self, engine, dir_pin, enable_pin, forward_level=1, enabled_level=0, hold=False):
        self._engine = engine
        self._dir = dir_pin
        self._enable = enable_pin
        self._forward = forward_level
        self._enabled_level = enabled_level
        self._hold = hold
        self.sign = 0  # of the train that was begun and not taken
        self._direction = 1  # of the train begun last, for what is counted after it
        self._began_at = 0
        self.longest_train = engine.longest_train
        self.release()

    @property
    def position_steps(self):
        """Where the engine's own count says the motor is: with steps that were never ordered."""
        return self._began_at + self._engine.made() * self._direction

    def start(self, steps):
        """Begin a train: + delivers, - draws back. At most longest_train either way.

        ValueError for no steps or too many, RuntimeError while a train runs or one was not taken.
        """
        if self.sign:
            raise RuntimeError("the last train was not taken")
        size = steps if steps > 0 else -steps
        if size < 1 or size > self.longest_train:
            raise ValueError("steps in a train")
        forward = steps > 0
        self._dir.value(self._forward if forward else 1 - self._forward)
        self._enable.value(self._enabled_level)
        began_at = self.position_steps
        # Looked at before it begins, for an old count is no train's. After that it would be too
        # late: garbage collected in between takes as long as some steps do.
        self._engine.clear()
        if self._engine.made():
            raise RuntimeError("an old count stays")
        self._began_at = began_at
        self._direction = 1 if forward else -1
        self._engine.start(size)
        self.sign = self._direction

    def duration_ms(self, steps):
        """How long a train of so many steps takes, at most: when to look at busy() again."""
        return self._engine.ramp.duration_ms(steps if steps > 0 else -steps)

    def busy(self):
        """Whether pulses are still to come."""
        return self.sign != 0 and self._engine.busy()

    def made(self):
        """Signed steps of the train begun last, so far; 0 once it was taken."""
        return self._engine.made() * self.sign

    def was_cut(self):
        """Whether the train begun last was ended early, by stop() or by the STOP pin."""
        return self._engine.was_cut()

    def stop(self):
        """End the train within one step. Safe in a hard interrupt; take() has the exact count."""
        self._engine.stop()

    def take(self):
        """Signed steps of the train that ended, once. 0 if there is none.

        RuntimeError while it still runs: a count that can still grow must not be booked.
        """
        if not self.sign:
            return 0
        if self._engine.busy():
            raise RuntimeError("train still runs")
        steps = self._engine.made() * self.sign
        self.sign = 0
        if not self._hold:
            self.release()
        return steps

    def release(self):
        """Switch the coils off. A running train is stopped first: without current it is lost.

        An engine that fails in this is no reason to leave them on.
        """
        try:
            if self.sign and self._engine.busy():
                self._engine.stop()
        finally:
            self._enable.value(1 - self._enabled_level)
