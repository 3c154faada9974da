"""Floods the link of the whole pump on fakes, and lets hosts vanish at every byte.

The same life is lived twice, in silence and under the flood: what the motor did, when it did it,
and when the alarm came must not tell one from the other.
"""

import itertools
import random
import struct
from fractions import Fraction

from host_tests.fakes.port import MemoryPort
from host_tests.link.asking import answers
from host_tests.proofs.proof import BrokenError, Proof
from host_tests.rig import Rig
from pump.core import alarms, codes, event_table, events, record
from pump.core import settings as st
from pump.link import frame, protocol

# What the fakes do in no time takes some on a board: a turn of the loop, a byte that is read one
# by one, a byte that is sent.
_TURN_US = 2_000
_READ_US = 40
_WRITE_US = 4
_MOST_RECORDS = 300  # 60 changes in ten minutes, a few records each; as many erases
_LATEST_MS = 100  # a turn that reads all it may, writes all it may and draws
_STEPS_PER_MU = Fraction(6791, 10_000)
_SPEED_MU_MIN = 900
_MOST_DOSE_MU = 10_000  # 11 minutes at that speed
_PROGRAM = [(0, 3_000)]
_BATTERY_AT_S = 150
_NEXT_HOST_ID = 251
_STALE_S = 3


class Cable(MemoryPort):
    """A cable with a host that always has something to say: bytes take time, a read never ends.

    `source`: an iterator of bytes, or None for silence. `takes`: how many more bytes the host
    reads, None for all.
    """

    def __init__(self):
        super().__init__()
        self.clock = None
        self.source = None
        self.takes = None
        self.asked_bytes = 0
        self.answered_bytes = 0

    def read(self, size):
        if self.source is not None:
            while len(self._to_pump) < size:
                self._to_pump += next(self.source)
        data = super().read(size)
        self.asked_bytes += len(data)
        if self.clock is not None:
            self.clock.advance_us(len(data) * _READ_US)
        return data

    def waiting(self):
        return self.source is not None or super().waiting()

    def write(self, data):
        if self.takes is not None:
            data = data[: self.takes]
        taken = super().write(data) if len(data) else 0
        if self.takes is not None:
            self.takes -= taken
        self.answered_bytes += taken
        self.clock.advance_us(taken * _WRITE_US)
        if self.source is not None:
            self.host_read()  # nobody keeps what a flood is answered
        return taken


class Bench:
    """A pump that gives basal and a bolus, with a cable in it."""

    def __init__(self, dose_mu=_MOST_DOSE_MU):
        self.dose_mu = dose_mu
        self.cable = Cable()
        self.rig = Rig(port=self.cable, program=_PROGRAM)
        self.cable.clock = self.clock = self.rig.world.clock
        pump = self.rig.pump
        pump.set_setting(st.BOLUS_SPEED_MU_MIN, _SPEED_MU_MIN, events.SOURCE_BUTTONS)
        pump.set_clock(200_030_000, 0, events.SOURCE_BUTTONS)
        self.live(3)
        pump.acknowledge(events.SOURCE_BUTTONS)  # of the log that is new
        self.live(1)
        self.rig.world.motor.edge_times_us = self.edges = []
        self.trains = set()  # of each train, how many edges there were before it
        self._note_trains(self.rig.hardware.engine)
        self.start_us = self.clock.now_us
        self.turn(self.start_us)  # what was before it is no time of the bolus
        self.owed_before = pump.basal.owed_steps + 1
        assert pump.give_bolus(dose_mu, events.SOURCE_BUTTONS) == codes.OK

    def _note_trains(self, engine):
        start = engine.start

        def noted(*train):
            self.trains.add(len(self.edges))
            return start(*train)

        engine.start = noted

    def live(self, seconds):
        """Let time go by, each turn taking its own."""
        until_us = self.clock.now_us + int(seconds * 1_000_000)
        while self.clock.now_us < until_us:
            self.turn(until_us)

    def turn(self, until_us):
        """One turn and the sleep after it."""
        self.clock.advance_us(_TURN_US)
        due_ms = self.rig.app.guarded_turn()
        left_ms = (until_us - self.clock.now_us + 999) // 1000
        self.rig.hardware.sleep_ms(max(0, min(due_ms, left_ms)))

    def owed(self, at_us):
        """Steps that are owed by a moment, exactly."""
        hours = Fraction(at_us - self.start_us, 3_600_000_000)
        bolus_mu = min(self.dose_mu, hours * 60 * _SPEED_MU_MIN)
        return self.owed_before + (hours * _PROGRAM[0][1] + bolus_mu) * _STEPS_PER_MU

    def when(self, event, *head):
        """The time of the first record of an event whose values begin so; None: there is none."""
        layout = event_table.layout(event_table.row_of(event)[3])
        for packed in self.rig.records():
            _, _, number, uptime_s, uptime_ms, _, _ = record.header(packed)
            if number == event and record.fields(packed, layout)[: len(head)] == head:
                return uptime_s * 1000 + uptime_ms
        return None


# ---- what the floods are made of


def good_requests():
    """(kind, bodies) of every request; what they set changes no step.

    Nobody is paired: what needs that is turned away.
    """
    programs = [_PROGRAM, [*_PROGRAM, (720, _PROGRAM[0][1])]]
    setting = [struct.pack("<Bi", st.KEY_CLICKS, value) for value in (0, 1)]
    basal = [b"".join(struct.pack("<HH", *part) for part in program) for program in programs]
    times = [struct.pack("<Ih", 200_030_000 + value, 0) for value in (0, 60)]
    window = [struct.pack("<IH", 1, 31)]
    return [
        (protocol.SERVICE, [b""]),  # first: it is refused only while the bolus runs
        (protocol.IDENTIFY, [b""]),
        (protocol.STATUS, [b""]),
        (protocol.SETTINGS, [b""]),
        (protocol.SET_SETTING, setting),
        (protocol.BASAL, [b""]),
        (protocol.SET_BASAL, basal),
        (protocol.TIME, [b""]),
        (protocol.SET_TIME, times),
        (protocol.LOG, window),
        (protocol.ACKNOWLEDGE, [b""]),
        (protocol.SCREEN, [struct.pack("<H", 0)]),
        (protocol.PAIR, [bytes(range(32))]),
        (protocol.SEALED, [struct.pack("<HIB", 1, 1, protocol.BOLUS) + bytes(20)]),
        (protocol.BOLUS, [struct.pack("<I", 1_000)]),
        (protocol.STOP, [b""]),
        (protocol.SUSPEND, [b""]),
        (protocol.PROGRAM, [b"\x02"]),
        # All of the same rates: to activate them changes no step either.
        (protocol.SET_PROGRAM, [b"\x02" + part for part in basal]),
        (protocol.NAME_PROGRAM, [b"\x02\x03", b"\x02\x00"]),
        (protocol.ACTIVATE_PROGRAM, [b"\x02", b"\x01"]),
    ]


def requests(kinds=None, version=0):
    """One frame for each kind of request, or for those named."""
    return [
        frame.pack(protocol.request(kind, kind, bodies[version % len(bodies)]))
        for kind, bodies in good_requests()
        if kinds is None or kind in kinds
    ]


def _noise(chance):
    while True:
        yield chance.randbytes(chance.randrange(1, 300))


def _truncated(chance):
    for version in itertools.count():
        for packed in requests(version=version):
            yield packed[: chance.randrange(1, len(packed))]


def _oversized(chance):
    while True:
        body = chance.randbytes(chance.randrange(protocol.MOST_REQUEST, 4_000))
        yield frame.pack(b"\x01" + body)


def _damaged(chance):
    for version in itertools.count():
        for packed in requests(version=version):
            bad = bytearray(packed)
            bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
            yield bytes(bad)


def _replayed(_):
    """A whole session over and over, with everything in it that changes something."""
    for version in itertools.count():
        yield from requests(version=version)


def _reading(_):
    """Requests that only read, as fast as the pump takes them."""
    kinds = (protocol.STATUS, protocol.LOG, protocol.SETTINGS, protocol.SCREEN)
    while True:
        yield from requests(kinds)


# What a person types, and what their keys send beside it.
TYPED = (b"help\r", b"status\r", b"log\r", b"\x03", b"\x08\x08", b"xyzzy\r\n", b"\x1b[A")


def _typed(chance):
    while True:
        yield chance.choice(TYPED)


FLOODS = {
    "noise": _noise,
    "truncated": _truncated,
    "oversized": _oversized,
    "damaged": _damaged,
    "replayed": _replayed,
    "reading": _reading,
    "typed": _typed,
    "unread": _reading,  # by a host that asks and never reads
}
_LONG = ("replayed", "reading")


# ---- the claims


def live(minutes, source=None, unread=False):
    """A life of so many minutes, with an alarm in it; returns its bench, the bolus then given."""
    bench = Bench(min(_MOST_DOSE_MU, int(minutes * 1.5 * _SPEED_MU_MIN)))
    bench.cable.source = source
    bench.cable.host_reads = not unread
    battery_s = min(_BATTERY_AT_S, minutes * 30)
    bench.live(battery_s)
    bench.rig.world.cell.mv = 3_400
    bench.live(minutes * 60 - battery_s)
    bench.cable.source = None
    bench.cable.host_reads = True
    bench.cable.host_read()
    if not bench.rig.pump.bolus.active:
        raise BrokenError("the bolus was over before the flood was")
    bench.live(60 * bench.dose_mu / _SPEED_MU_MIN - minutes * 60 + 30)
    return bench


def compare(name, bench, quiet):
    """Raise BrokenError where a flooded life differs from a quiet one.

    Returns the most steps that were late in both, and by how many ms the alarm was later.
    """
    rig = bench.rig
    if rig.hardware.errors:
        raise BrokenError(f"{name}: {rig.hardware.errors[0]!r}")
    ends = [b.rig.all(events.BOLUS_END) for b in (bench, quiet)]
    if ends[0] != ends[1] or not ends[0]:
        raise BrokenError(f"{name}: the bolus ended as {ends[0]}, in silence as {ends[1]}")
    motor = rig.world.motor
    if motor.lost_steps or motor.early_edges or motor.edges_while_disabled:
        raise BrokenError(f"{name}: {motor.lost_steps} steps were lost")
    most = bench.owed(bench.clock.now_us)
    # The burst that is to come next, and what three steps of it that were owed before.
    if not most - 8 <= len(bench.edges) <= most:
        raise BrokenError(f"{name}: {len(bench.edges)} steps of {float(most):.1f} owed")
    behind = [_behind(name, b) for b in (bench, quiet)]
    if behind[0] > behind[1] + _LATEST_MS * _SPEED_MU_MIN * _STEPS_PER_MU / 60_000:
        raise BrokenError(f"{name}: {behind[0]:.1f} steps late, in silence {behind[1]:.1f}")
    periods = [_periods(b) for b in (bench, quiet)]
    if periods[0] != periods[1]:
        raise BrokenError(f"{name}: periods of {periods[0]} us, in silence {periods[1]}")
    late_ms = _alarm(bench) - _alarm(quiet)
    if late_ms > 1000 + _LATEST_MS:  # the sensors are read once a second, at another moment
        raise BrokenError(f"{name}: the alarm came {late_ms} ms late")
    _not_drowned(name, bench, quiet)
    return behind[0], behind[1], late_ms


def _behind(name, bench):
    """The most steps owed and not made at any moment. BrokenError: one came too early."""
    most = 0
    for count, at_us in enumerate(bench.edges):
        owed = bench.owed(at_us)
        if count + 1 > owed:
            raise BrokenError(f"{name}: step {count + 1} came before it was owed")
        most = max(most, owed - count)
    return float(most)


def _periods(bench):
    """The different times between two pulses of a train, in us."""
    pairs = enumerate(itertools.pairwise(bench.edges), 1)
    return sorted({b - a for number, (a, b) in pairs if number not in bench.trains})


def _alarm(bench):
    at_ms = bench.when(events.ALARM_RAISED, alarms.BATTERY_LOW)
    if at_ms is None:
        raise BrokenError("the alarm never came")
    return at_ms


def _not_drowned(name, bench, quiet):
    """The flood must neither push doses out of the log nor wear the flash out."""
    more = bench.rig.app.journal.next_seq - quiet.rig.app.journal.next_seq
    if more > _MOST_RECORDS:
        raise BrokenError(f"{name}: the flood wrote {more} records into the log")
    worn = bench.rig.world.flash.total_erases() - quiet.rig.world.flash.total_erases()
    if worn > _MOST_RECORDS:
        raise BrokenError(f"{name}: the flood erased {worn} sectors")


def answers_next(bench, case):
    """Another host takes the port: its question is answered."""
    cable = bench.cable
    cable.takes = None
    cable.host_write(frame.pack(protocol.request(_NEXT_HOST_ID, protocol.STATUS)))
    got = b""
    for _ in range(40):
        bench.live(0.05)
        got += cable.host_read()
        for payload in answers(got):
            if payload[1] == _NEXT_HOST_ID and payload[3] == codes.OK:
                return
    raise BrokenError(f"{case}: the next host got no answer")


def _vanish(say, every, only):
    """Hosts that vanish at every byte of every request and answer; returns how many did."""
    bench = Bench()
    bench.cable.source = None
    cases = 0
    for kind, bodies in good_requests():
        packed = frame.pack(protocol.request(kind, kind, bodies[0]))
        for at in range(0, len(packed), every):
            case = f"vanish-request-{kind}-{at}"
            if only in (None, case):
                bench.cable.host_write(packed[:at])
                bench.live(_STALE_S if at % 2 else 0.05)
                answers_next(bench, case)
                cases += 1
        size = _answer_size(bench, packed)
        for at in range(0, size, every):
            case = f"vanish-answer-{kind}-{at}"
            if only in (None, case):
                bench.cable.takes = at
                bench.cable.host_write(packed)
                bench.live(0.3)
                bench.cable.host_read()
                answers_next(bench, case)
                cases += 1
    most = bench.owed(bench.clock.now_us)
    if bench.rig.hardware.errors or not most - 8 <= len(bench.edges) <= most:
        raise BrokenError(f"vanish: {len(bench.edges)} steps of {float(most):.1f} owed")
    say(f"{cases} hosts vanished")
    return cases


def _answer_size(bench, packed):
    bench.cable.host_write(packed)
    bench.live(0.5)
    return len(bench.cable.host_read())


def prove(say, seed, only, jobs, minutes, long_minutes, every):
    """Every flood for so many simulated minutes, requests for longer ones; hosts that vanish at
    every `every`-th byte.
    """
    del jobs  # one process is enough
    figures = []
    in_silence = {length: live(length) for length in (minutes, long_minutes)}
    for name, flood in FLOODS.items():
        if only not in (None, name):
            continue
        length = long_minutes if name in _LONG else minutes
        quiet = in_silence[length]
        bench = live(length, flood(random.Random(seed)), name == "unread")
        behind, behind_quiet, alarm_ms = compare(name, bench, quiet)
        records = bench.rig.app.journal.next_seq - quiet.rig.app.journal.next_seq
        cable = bench.cable
        figures.append(
            (
                f"{name}: bytes taken and sent in {length} min, records more",
                f"{cable.asked_bytes:,}, {cable.answered_bytes:,}, {records}",
            )
        )
        figures.append(
            (
                f"{name}: most steps owed and not yet made, in silence; alarm later",
                f"{behind:.1f}, {behind_quiet:.1f}; {alarm_ms} ms",
            )
        )
        say(f"{name}: {cable.asked_bytes:,} bytes asked")
    if only is None or only.startswith("vanish"):
        figures.append(("hosts that vanished in a frame", _vanish(say, every, only)))
    return figures


PROOF = Proof(
    "floods",
    "Whatever comes in over the link, and wherever its host vanishes, no step is late and none is"
    " more, alarms come on time, and the log keeps its doses.",
    prove,
    short={"minutes": 0.1, "long_minutes": 0.1, "every": 53},
    full={"minutes": 2, "long_minutes": 10, "every": 1},
    found=(
        "A host that repeated a session with changes in it for ten minutes pushed everything older"
        " out of the log. Changes by the link are counted now, and too many are turned away.",
        "A host that asked and did not read kept the loop from sleeping. Bytes that the pump"
        " has no room for no longer wake it.",
    ),
)
