"""Runs the emulated PIO blocks at the exact cycles at which their state machines are due.

The emulator steps PIO once per CPU instruction, late by up to that instruction, and grants it one
step per jump of a sleeping CPU, dropping what it owed: a train of steps made while the CPU sleeps
slows to a crawl. Here each block's own pacing is parked (its cycle counter held far in the past)
and a clock alarm set to the next due cycle does the stepping, whether the CPU is awake or asleep.
It costs nothing while no state machine runs, and about 3 us of wall time per PIO instruction while
one does: a divided clock and long delays in a PIO program are cheap here, a busy loop is not.
"""

PARKED = -(1 << 60)
NEVER = 1 << 61
CYCLE_NANOS = 8
FP_PER_NANO = 32  # the emulator counts system clock cycles times 256; 256 / 8 ns
FP_PER_CYCLE = 256


class Pacer:
    """Owns the timing of both PIO blocks of one emulated chip."""

    def __init__(self, mcu):
        self._clock = mcu.clock
        self._blocks = list(mcu.pio)
        self._alarm = mcu.clock.create_alarm(self._run)
        for block in self._blocks:
            for address, peripheral in list(mcu.peripherals.items()):
                if peripheral is block:
                    mcu.peripherals[address] = _Tap(block, self)

    def now(self, block):
        """Let the block see the true time while something touches it."""
        block.cycle_fp = int(self._clock.nanos * FP_PER_NANO)

    def park(self, block):
        """Hide the time from the emulator's own stepping again and set the alarm anew."""
        block.cycle_fp = PARKED
        self._set_alarm()

    def pins_changed(self, change):
        """Call `change()`, which moves input pins, with both blocks on time."""
        for block in self._blocks:
            self.now(block)
        change()
        for block in self._blocks:
            self.park(block)

    def _set_alarm(self):
        due = min((b.next_due_fp for b in self._blocks if not b.stopped), default=NEVER)
        if due >= NEVER:
            self._alarm.cancel()
            return
        nanos = -(-due // FP_PER_CYCLE) * CYCLE_NANOS - self._clock.nanos
        self._alarm.schedule(nanos if nanos > 0 else 0)

    def _run(self):
        now = int(self._clock.nanos * FP_PER_NANO)
        for block in self._blocks:
            while not block.stopped and block.next_due_fp <= now:
                block.cycle_fp = block.next_due_fp
                block.advance(0)
            block.cycle_fp = PARKED
        self._set_alarm()


class _Tap:
    """A PIO block on the bus: its registers are read and written at the true time."""

    def __init__(self, block, pacer):
        self._block = block
        self._pacer = pacer
        self.rp2040 = block.rp2040
        self.name = block.name

    def read_uint32(self, offset):
        self._pacer.now(self._block)
        try:
            return self._block.read_uint32(offset)
        finally:
            self._pacer.park(self._block)

    def write_uint32(self, offset, value):
        self._pacer.now(self._block)
        try:
            self._block.write_uint32(offset, value)
            self._block.check_changed_pins()  # an instruction forced from outside may move one
        finally:
            self._pacer.park(self._block)

    def write_uint32_atomic(self, offset, value, kind):
        self._pacer.now(self._block)
        try:
            self._block.write_uint32_atomic(offset, value, kind)
            self._block.check_changed_pins()
        finally:
            self._pacer.park(self._block)

    def reset(self):
        self._block.reset()
