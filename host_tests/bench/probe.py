"""A part on the chip's bus that the code under test tells what begins and what ends.

It is not on any board: it sits where the RP2040 has no register, and answers in no time. What the
board writes there is timed in cycles of the CPU and in nanoseconds of the simulated clock.
"""

from pathlib import Path

ON_BOARD = Path(__file__).with_name("board") / "probe.py"

_PAGE = 0x40068  # nothing of an RP2040 is at 0x40068000
_BEGIN, _END, _TEXT, _NAMED, _STOP, _GO, _VALUE = range(0, 28, 4)


class Span:
    """One stretch: `cycles` and `nanos` with all that is in `inside`; `values` as told."""

    def __init__(self, name):
        self.name = name
        self.cycles = 0
        self.nanos = 0
        self.inside = []
        self.values = []

    @property
    def own(self):
        """(cycles, nanos) without those of the spans inside."""
        return (
            self.cycles - sum(span.cycles for span in self.inside),
            self.nanos - sum(span.nanos for span in self.inside),
        )

    @property
    def grown(self):
        """By how much the told value rose from the first to the last."""
        return self.values[-1] - self.values[0]

    @property
    def own_grown(self):
        """The same without what the spans inside rose by."""
        return self.grown - sum(span.grown for span in self.inside)

    def walk(self):
        """This span and all inside, from the outside in."""
        yield self
        for span in self.inside:
            yield from span.walk()


class Probe:
    """`spans`: what ended at the outermost level, in order. `counted_cycles`: what was not left
    out between STOP and GO since the power came on."""

    def __init__(self, chip):
        self._chip = chip
        self._names = []
        self._text = bytearray()
        self._open = []
        self._stopped = None  # (cycles, nanos) when counting stopped
        self._left_out = [0, 0]
        self.first_stop = None  # (cycles, nanos) of power-on to the first STOP
        self.spans = []
        chip.mcu.peripherals[_PAGE] = self

    @property
    def counted(self):
        """(cycles, nanos) that were counted so far."""
        cycles, nanos = self._stopped or (self._chip.cycles, self._chip.nanos)
        return cycles - self._left_out[0], nanos - self._left_out[1]

    def everything(self):
        """Every span that ended, and those inside them."""
        for top in self.spans:
            yield from top.walk()

    def all(self, name):
        """Every span of that name, wherever it lies."""
        return [span for span in self.everything() if span.name == name]

    def take(self):
        """The outermost spans that ended since the last call."""
        taken, self.spans = self.spans, []
        return taken

    # The bus

    def read_uint32(self, offset):
        if offset != _NAMED:
            return 0
        name = self._text.decode()
        self._text.clear()
        if name not in self._names:
            self._names.append(name)
        return self._names.index(name)

    def write_uint32(self, offset, value):
        if offset == _BEGIN:
            self._begin(Span(self._names[value]))
        elif offset == _END:
            self._end()
        elif offset == _TEXT:
            self._text.append(value)
        elif offset == _STOP:
            self._stop()
        elif offset == _GO:
            self._go()
        elif offset == _VALUE:
            self._open[-1].values.append(value)

    def write_uint32_atomic(self, offset, value, kind):
        self.write_uint32(offset, value)

    def reset(self):
        """The chip was reset; nothing here is."""

    def _begin(self, span):
        self._go()
        span.cycles, span.nanos = self.counted
        self._open.append(span)

    def _end(self):
        span = self._open.pop()
        cycles, nanos = self.counted
        span.cycles, span.nanos = cycles - span.cycles, nanos - span.nanos
        (self._open[-1].inside if self._open else self.spans).append(span)

    def _stop(self):
        if self._stopped is None:
            self._stopped = self._chip.cycles, self._chip.nanos
            self.first_stop = self.first_stop or self._stopped

    def _go(self):
        if self._stopped is not None:
            cycles, nanos = self._stopped
            self._left_out[0] += self._chip.cycles - cycles
            self._left_out[1] += self._chip.nanos - nanos
            self._stopped = None
