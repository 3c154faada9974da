"""A whole pump whose flash remembers, at each operation, what was true at that moment.

The motor's steps are counted on the STEP pin, apart for each kind of delivery that a train was
ordered for. Nothing is asked of the log that is to be proved.
"""

from bisect import bisect_right
from dataclasses import dataclass

from host_tests.fakes.flash import PAGE_SIZE, Files, Flash
from host_tests.proofs.ledger import KINDS, Ledger
from host_tests.rig import Rig, load_board
from pump.core import events, record
from pump.core import settings as st
from pump.core.settings import Settings
from pump.storage.journal import Journal


@dataclass(frozen=True)
class Note:
    """What was true when one flash operation began."""

    made: tuple  # steps of each kind that the motor made
    now_us: int
    durable: int  # last record of which the journal had said that it is durable
    written: int  # last record that there was, durable or not
    first_seq: int  # oldest record of the log
    saved: bytes  # the settings of which the store had said that they are durable
    wanted: bytes  # the settings in RAM
    scale: tuple  # (steps, units) by which `loaded` and `forward` are counted
    loaded: int  # steps of the last reservoir when it was set, -1: unknown
    forward: int  # steps forward since then, at this moment


class NotingFlash(Flash):
    """A flash that calls `look` once for each operation it records, before it."""

    def __init__(self, image):
        super().__init__(image=image)
        self.look = None

    def prog(self, cfg, block, off, data):
        """As of Flash."""
        if self.look is not None:
            for _ in range(0, len(data), PAGE_SIZE):
                self.look()
        return super().prog(cfg, block, off, data)

    def erase(self, cfg, block):
        """As of Flash."""
        if self.look is not None:
            self.look()
        return super().erase(cfg, block)


@dataclass(frozen=True)
class Past:
    """What was true of motor and reservoir when the power went; the clock then shows 0."""

    made: tuple = (0,) * KINDS
    dose_us: tuple = ()
    loaded: int = -1
    forward: int = 0
    last: int = 0  # number of the last record that is durable
    saved: bytes = b""


NEW = Past()


class CountedRig(Rig):
    """A rig that counts steps for each kind, and when dose was given."""

    def __init__(self, flash, past=NEW):
        self.made = list(past.made)
        self.dose_us = list(past.dose_us)  # the moment of each step of basal or bolus
        self.errors_expected = 0
        self.loaded = past.loaded  # steps of the reservoir when it was set
        self.forward_when_loaded = self.forward() - past.forward
        self.app = None
        super().__init__(load_board(), flash, bolus_delay_s=None)
        self.world.step_pin.listen(self._step)

    def forward(self):
        """Steps in all that push fluid out."""
        return sum(self.made) - self.made[events.KIND_REWIND] - self.made[events.KIND_TAKE_UP]

    def load(self, dose_mu):
        """Tell the pump what is in the reservoir, and remember it."""
        assert self.pump.change().load(dose_mu, events.SOURCE_BUTTONS) == 0
        self.loaded = self.pump.profile.scale.steps(dose_mu)
        self.forward_when_loaded = self.forward()

    def calibrate(self, tenths):
        """Tell the pump the steps in a unit, and count what is left by them."""
        was = self.scale()
        left = self.loaded - self.forward() + self.forward_when_loaded
        code = self.pump.set_setting(st.STEPS_PER_UNIT, tenths, events.SOURCE_LINK)
        assert code == 0, f"refused with {code}"
        if self.loaded >= 0:
            steps, units = self.scale()
            self.loaded = max(0, left * steps * was[1] // (was[0] * units))
            self.forward_when_loaded = self.forward()

    def scale(self):
        """(steps, units) in force; (0, 0) before the first start."""
        if self.app is None:
            return 0, 0
        scale = self.pump.profile.scale
        return scale.numerator, scale.denominator

    def _step(self, level):
        if level:
            kind = self.pump.train.source.kind
            self.made[kind] += 1
            if kind in (events.KIND_BASAL, events.KIND_BOLUS):
                self.dose_us.append(self.world.clock.now_us)


class _NotedRig(CountedRig):
    """Tells a Recorded of itself before its first boot writes anything."""

    def __init__(self, flash, life, past):
        life.rig = self
        super().__init__(flash, past)


class Recorded:
    """One life, lived once on the real littlefs while the flash records it.

    `image`: what the flash holds before; `live(rig)`: what is done; `past`: from a life before.
    """

    def __init__(self, image, live, past=NEW):
        self.notes = []
        self.records = {}  # every record that ever was in this log, by number
        self._past = past
        self._saved = past.saved or Settings().encode()
        self._dirty = None
        self._books = {}
        flash = NotingFlash(image)
        self.image = flash.record()
        flash.look = self._look
        self.rig = None
        _NotedRig(flash, self, past)
        live(self.rig)
        self._look()  # what is true after the last operation
        flash.look = None
        self.operations = flash.operations
        assert len(self.rig.hardware.errors) == self.rig.errors_expected, self.rig.hardware.errors
        made = self.rig.made
        turned = sum(made) - 2 * made[events.KIND_REWIND]
        turned -= sum(past.made) - 2 * past.made[events.KIND_REWIND]
        assert self.rig.world.motor.position_steps == turned, "a step that nobody counted"
        self._read_all()

    def ledger_at(self, seq):
        """The books over all records up to `seq`; the caller may go on in them."""
        at = max(number for number in self._books if number <= seq)
        ledger = self._books[at].copy()
        for number in range(max(at + 1, self._oldest), seq + 1):
            ledger.feed(self.records[number])
        return ledger

    def most_dose(self, from_us, until_us, span_us):
        """The most steps of dose in any `span_us` that ends between `from_us` and `until_us`."""
        times = self.rig.dose_us
        first, last = bisect_right(times, from_us), bisect_right(times, until_us)
        most = first - bisect_right(times, from_us - span_us)
        for at in range(first, last):
            most = max(most, at + 1 - bisect_right(times, times[at] - span_us))
        return most

    def dropped(self, done):
        """The numbers that the oldest record may have after a cut in operation `done`."""
        firsts = [note.first_seq for note in self.notes[done:]]
        return {firsts[0], *[first for first in firsts if first > firsts[0]][:1]}

    def _read_all(self):
        before = Journal(Files(Flash(image=self.image)))
        before.recover()
        for journal in (before, self.rig.app.journal):
            for raw in read(journal, 0):
                self.records.setdefault(record.seq_of(raw), raw)
        self.begins = max(1, before.next_seq - 1)
        self._oldest = min(self.records)
        ledger = Ledger()
        self._books[0] = ledger.copy()
        for number in sorted(self.records):
            ledger.feed(self.records[number])
            if number >= self.begins and number % 8 == 0:
                self._books[number] = ledger.copy()

    def _look(self):
        rig = self.rig
        last = self._past.last
        wanted, durable, written, first = self._saved, last, last, 0
        if rig.app is not None:
            pump, journal = rig.pump, rig.app.journal
            wanted = pump.settings.encode()
            # Whatever was dirty at an operation was saved in that same turn.
            if self._dirty and self._dirty != wanted:
                self._saved = self._dirty
            if not pump.settings_dirty:
                self._saved = wanted
            self._dirty = wanted if pump.settings_dirty else None
            durable = max(last, journal.next_seq - 1 - journal.staged)
            written = max(last, journal.next_seq - 1 + len(pump.log.outbox))
            first = journal.first_seq
        self.notes.append(
            Note(
                tuple(rig.made),
                rig.world.clock.now_us if rig.app is not None else 0,
                durable,
                written,
                first,
                self._saved,
                wanted,
                rig.scale(),
                rig.loaded,
                rig.forward() - rig.forward_when_loaded,
            )
        )


def read(journal, seq):
    """Every durable record from number `seq` on, as a host gets them."""
    buffer = bytearray(32 * record.RECORD_SIZE)
    found = []
    count = journal.read_into(seq, buffer)
    while count:
        found += [bytes(buffer[at : at + 32]) for at in range(0, count * 32, 32)]
        seq = record.seq_of(found[-1]) + 1
        count = journal.read_into(seq, buffer)
    return found
