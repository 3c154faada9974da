"""A faked ESP32 as MicroPython's port shows it: pins through a matrix, RMT, PCNT, soft interrupts.

The semantics are those of the port's documents and sources: ports/esp32 of MicroPython v1.26
(`new_rmt` false: the RMT's old driver) and of v1.27 and later (true: its new one).
"""

import types

from host_tests.fakes.pins import Pin

PULSE_MAX = 32_767


class PanicError(AssertionError):
    """The chip would crash here."""


class Esp32Chip:
    """The modules `machine` and `esp32` of one chip, on the test's clock.

    soft_us: how late the handlers of pins come. block_symbols: of the RMT's memory for a channel.
    """

    def __init__(self, clock, new_rmt=False, soft_us=0, block_symbols=64):
        self.clock = clock
        self.soft_us = soft_us
        self.block_symbols = block_symbols
        self.pins = {}
        self.machine = types.ModuleType("machine")
        self.machine.__dict__.update(
            Pin=type("Pin", (_MatrixPin,), {"chip": self}),
            ADC=_adcs(self),
            PWRON_RESET=1,
            HARD_RESET=2,
            WDT_RESET=3,
        )
        self.machine.__dict__.update(SOFT_RESET=5, reset_cause=lambda: self.cause)
        self.cause = 1
        self.microvolts = {}
        self.rmt = None
        self.esp32 = types.ModuleType("esp32")
        self.esp32.__dict__.update(
            RMT=_rmts(self, new_rmt), PCNT=type("PCNT", (_Pcnt,), {"units": {}})
        )


class _MatrixPin(Pin):
    """One object for each number. Its pad is driven by its latch, or by a peripheral."""

    chip = None

    def __new__(cls, number, *arguments, **options):
        found = cls.chip.pins.get(number)
        if found is None:
            found = cls.chip.pins[number] = super().__new__(cls)
        return found

    def __init__(self, number, mode=-1, pull=-1, *, value=None):
        self.source = None
        if not hasattr(self, "number"):
            super().__init__(number)
        if mode != -1 or value is not None:
            self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, value=None):
        if mode == Pin.OUT:
            assert not 34 <= self.number <= 39, "pin can only be input"
        if mode != -1:
            self.source = None  # gpio_set_direction connects the plain output
        super().init(mode, pull, value)

    def irq(self, handler=None, trigger=Pin.IRQ_FALLING | Pin.IRQ_RISING, wake=None):
        def soon(pin):
            self.chip.clock.call_after(self.chip.soft_us, lambda: handler(pin))

        super().irq(soon, trigger)

    def drive_from(self, source, level):
        """A peripheral changes its output; it shows while it is connected."""
        if self.source is source:
            self._latch = level
            self._settle()


def _adcs(chip):
    class ADC:
        ATTN_0DB = 0
        ATTN_11DB = 3

        def __init__(self, pin, *, atten=ATTN_0DB):
            self._number = pin.number
            self._most_uv = 3_100_000 if atten == self.ATTN_11DB else 950_000

        def read_uv(self):
            return min(chip.microvolts.get(self._number, 0), self._most_uv)

    return ADC


class _Pcnt:
    """One object for each unit."""

    IGNORE, INCREMENT, DECREMENT = 0, 1, 2
    units = None

    def __new__(cls, unit, **options):
        found = cls.units.get(unit)
        if found is None:
            found = cls.units[unit] = super().__new__(cls)
            found._count, found._runs, found._most = 0, False, 0
        return found

    def __init__(self, unit, *, pin, rising=0, max=None, filter=0):
        assert 0 <= filter <= 1023
        if max is not None:
            self._most = max
        self._rising = rising
        pin.init(Pin.IN)  # the driver makes it an input
        pin.listen(self._edge)

    def start(self):
        self._runs = True

    def value(self, value=None):
        count = self._count
        if value is not None:
            assert value == 0
            self._count = 0
        return count

    def _edge(self, level):
        if level and self._runs and self._rising == self.INCREMENT:
            self._count += 1
            if self._count >= self._most:  # at its limit the counter starts again
                self._count = 0


class _Rmt:
    """What both drivers have in common: one train at a time, out of one block of memory."""

    def __init__(self, chip, pin, clock_div, idle_level):
        assert 1 <= clock_div <= 255
        # The old driver knows a channel that is installed; the new one runs out of channels.
        assert chip.rmt is None or chip.rmt._gone, "the RMT is in use"
        chip.rmt = self
        self._chip = chip
        self._pin = pin
        self._tick_us = clock_div / 80
        self._idle = int(idle_level)
        self._until_us = 0
        self._run = 0
        self._gone = False
        pin.init(Pin.OUT)
        pin.source = self
        pin.drive_from(self, self._idle)

    def write_pulses(self, durations, data=True):
        assert not self._gone
        self._wait()
        assert all(0 < duration <= PULSE_MAX for duration in durations)
        # One word of the block is the end mark; more would need an interrupt in mid-train.
        assert (len(durations) + 1) // 2 < self._chip.block_symbols, "beyond one block"
        self._run += 1
        at_us, level = self._chip.clock.now_us, int(data)
        for duration in durations:
            self._at(at_us, level)
            at_us += int(duration * self._tick_us)
            level ^= 1
        self._at(at_us, self._idle)
        self._until_us = at_us

    def wait_done(self, *, timeout=0):
        assert not self._gone
        return self._chip.clock.now_us >= self._until_us

    def _wait(self):
        self._chip.clock.advance_us(max(0, self._until_us - self._chip.clock.now_us))

    def _at(self, at_us, level):
        run = self._run

        def change():
            if self._run == run:
                self._pin.drive_from(self, level)

        self._chip.clock.call_at(at_us, change)


def _rmts(chip, new):
    class OldRmt(_Rmt):
        """v1.26: a channel number, no way to stop; deinit waits for the end of the train."""

        def __init__(self, id, *, pin, clock_div=8, idle_level=False, tx_carrier=None):
            assert 0 <= id <= 7
            super().__init__(chip, pin, clock_div, idle_level)

        def deinit(self):
            self._wait()
            self._gone = True

    class NewRmt(_Rmt):
        """v1.27: the number is for show; deinit ends a train, which may last 0.3 s at most."""

        def __init__(self, id=-1, *, pin, clock_div=8, idle_level=False, num_symbols=64):
            super().__init__(chip, pin, clock_div, idle_level)

        def deinit(self):
            if self._until_us - chip.clock.now_us > 300_000:
                raise PanicError("rmt_disable in a long train")
            self._run += 1
            self._gone = True

    return NewRmt if new else OldRmt
