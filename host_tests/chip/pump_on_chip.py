"""Puts the built pump on an emulated board, with a past, and reads its log from the flash."""

import struct
import sys
from pathlib import Path

from host_tests.chip import tree
from host_tests.chip.chip import Chip
from host_tests.fakes.flash import Files, Flash
from host_tests.rig import Rig
from pump.core import event_table, events, record
from pump.link import protocol
from pump.link.frame import END, pack, unpack
from pump.storage.journal import Journal

ROOT = Path(__file__).resolve().parents[2]
TAP_MS = 60
GAP_MS = 60
STEP_PERIOD_MS = 1


def build_tree(folder, source=False):
    """Build what `basalt build --board pico` makes into `folder`; returns it."""
    try:
        from basalt.build import build
    except ImportError:  # not installed: it lies beside the firmware
        sys.path.append(str(ROOT / "tools"))
        from basalt.build import build
    build("pico", Path(folder), source=source)
    return Path(folder)


def flash_with_a_past(folder, rate_mu_h=1_000, hours=0, ran_at_mu_h=1_000, wishes=None):
    """A filesystem with the tree of `folder` and the log and settings of a pump that ran before.

    The past is made by the same firmware on faked parts: it ran for so many hours at `ran_at_mu_h`
    and is left at the basal rate `rate_mu_h`. `wishes`: settings by number.
    """
    rig = Rig(flash=Flash(image=tree.pack(folder)))
    rig.run_s(2)
    ask = events.SOURCE_LINK
    done = [rig.pump.set_clock(200_000_000, 60, ask)]
    done += [rig.pump.set_setting(number, value, ask) for number, value in (wishes or {}).items()]
    if hours:
        done.append(rig.pump.set_basal([(0, ran_at_mu_h)], ask))
        rig.run_s(hours * 3600)
    done.append(rig.pump.set_basal([(0, rate_mu_h)], ask))
    assert not any(done), f"refused: {done}"
    rig.run_s(5)
    rig.cut_power()
    return rig.world.flash.image()


class PumpOnChip(Chip):
    """A chip that runs the pump: buttons as a person uses them, the log as a reader finds it."""

    def boot(self, limit_ms=5_000):
        """Run until the loop runs and the first picture is complete; returns the simulated ms."""
        start = self.ms
        feeds = self.watchdog_feeds
        self.run_until(lambda: self.watchdog_feeds > feeds, limit_ms, what="the loop to start")
        self.run_until(lambda: self.display.lit, limit_ms, what="the display to be switched on")
        self.run_ms(200)
        return self.ms - start

    def tap(self, button, times=1):
        """Press a button as a person does."""
        for _ in range(times):
            self.press(button, TAP_MS, GAP_MS)

    def run_until_still(self, quiet_ms=1_500, limit_ms=60_000):
        """Run until no pulse came for `quiet_ms`."""
        state = [len(self.motor.pulses), self.ms]

        def still():
            count = len(self.motor.pulses)
            if count != state[0]:
                state[:] = [count, self.ms]
            return self.ms - state[1] >= quiet_ms

        self.run_until(still, limit_ms, every_ms=20, what="the motor to rest")

    def ask(self, kind, body=b"", limit_ms=3_000):
        """One request over the link, in this process; returns (code, body) of the answer."""
        self.send(pack(protocol.request(7, kind, body)))
        found = []

        def answered():
            data = bytes(self.usb.received)
            found[:] = [p for p in map(unpack, data.split(END)) if p and p[2] == kind | 0x80]
            return found

        self.run_until(answered, limit_ms, what="an answer")
        self.take()
        return found[0][3], found[0][4:]

    def status(self):
        """What the pump says of itself, by the names of the protocol's table."""
        _, body = self.ask(protocol.STATUS)
        size = struct.calcsize(protocol.STATUS_LAYOUT)
        values = struct.unpack(protocol.STATUS_LAYOUT, body[:size])
        return dict(zip(protocol.STATUS_NAMES, values, strict=True))

    def records(self):
        """Every durable record in the flash now, packed, oldest first."""
        return records_of(self.cut_power())

    def all(self, event):
        """The field values of every durable record of an event."""
        return all_of(self.records(), event)


def records_of(image):
    """Every record that the firmware's own journal finds in a filesystem image."""
    journal = Journal(Files(Flash(image=image)))
    journal.recover()
    buffer = bytearray(32 * record.RECORD_SIZE)
    seq = journal.first_seq
    found = []
    count = journal.read_into(seq, buffer)
    while count:
        for at in range(0, count * record.RECORD_SIZE, record.RECORD_SIZE):
            found.append(bytes(buffer[at : at + record.RECORD_SIZE]))
        count = journal.read_into(record.seq_of(found[-1]) + 1, buffer)
    return found


def all_of(records, event):
    """The field values of every record of an event."""
    layout = event_table.layout(event_table.row_of(event)[3])
    return [record.fields(r, layout) for r in records if record.header(r)[2] == event]
