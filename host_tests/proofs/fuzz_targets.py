"""What the fuzzer calls with bytes of its own: each target may refuse them, and never breaks.

A target raises nothing for any input; an AssertionError is a promise that did not hold.
"""

import contextlib
import itertools
import struct
from pathlib import Path

from basalt import decode, timeline
from basalt.client import PumpLink
from basalt.errors import Problem
from basalt.pull import pull
from basalt.store import Store
from host_tests.fakes.link_service import LinkService
from host_tests.link.asking import answers, drain
from pump.core import codes, event_table, record
from pump.core.recall import Recall
from pump.core.setting_table import SETTINGS
from pump.core.settings import SEGMENTS_AT, Settings
from pump.link import frame, protocol
from pump.link.link import ROOM, Link
from pump.link.request_table import REQUESTS
from pump.storage import settings_store

_IN_MEMORY = Path(":memory:")
_PATIENCE_S = 0.002
_NEXT_HOST_ID = 251


def frames(data):
    """The deframer of both ends: it comes on, stays in its buffer, and gives what was packed."""
    most = 64
    deframer = frame.Deframer(most)
    piece = 1 + (data[0] if data else 0)
    found = []
    for start in range(1, len(data), piece):
        part = data[start : start + piece]
        at = 0
        while at < len(part):
            following = deframer.feed(part, at)
            assert at < following <= len(part)
            at = following
            if deframer.payload is not None:
                found.append(deframer.payload)
    for payload in found:
        assert 0 < len(payload) <= most
        again = frame.Deframer(most)
        packed = frame.pack(payload)
        again.feed(packed, again.feed(packed, 0))
        assert again.payload == payload or payload[0] not in frame.LEADS


def link(data):
    """The pump's end: a host that sends anything gets answers, and the next one too."""
    service = LinkService()
    service.fill(40)
    talk = Link(service)
    for start in range(0, len(data), ROOM):
        talk.feed(data[start : start + ROOM])
        drain(talk)
    _ask_again(talk)


def requests(data):
    """The same with whole frames: a byte of kind, one of length, a body, and again."""
    service = LinkService()
    service.fill(40)
    service.picture = bytearray(1_024)
    talk = Link(service)
    at = 0
    while at + 1 < len(data):
        body = data[at + 2 : at + 2 + data[at + 1]]
        talk.feed(frame.pack(protocol.request(1, data[at] & 0x7F, body))[:ROOM])
        drain(talk)
        at += 2 + len(body)
    _ask_again(talk)


def _ask_again(talk):
    talk.feed(frame.END + frame.pack(protocol.request(_NEXT_HOST_ID, protocol.STATUS)))
    found = [payload for payload in answers(drain(talk)) if payload[1] == _NEXT_HOST_ID]
    assert found and found[-1][3] == codes.OK


def settings(data):
    """Settings from the flash: taken over whole and within bounds, or refused without a trace."""
    _, blob = settings_store._unpack(data)
    for stored in (data, blob):
        if stored is None:
            continue
        kept = Settings()
        before = kept.encode()
        if kept.decode(stored):
            for number, _, _, least, most, _ in SETTINGS:
                assert least <= kept.get(number) <= most
            again = Settings()
            assert again.decode(kept.encode()) and again.encode() == kept.encode()
        else:
            assert kept.encode() == before


def recall(data):
    """Records that are whole and say anything: the pump reads its past from them, or refuses.

    A count beyond 31 bits, which no motor makes, ends the start in a pump that has failed.
    """
    past = Recall()
    with contextlib.suppress(OverflowError):
        for raw in whole_records(data):
            past.feed(raw)


def store(data):
    """Records that are whole and say anything: kept once, decoded, given a time."""
    kept = list(whole_records(data))
    raw = b"".join(kept)
    assert decode.whole(raw).all()
    with Store.in_memory(_IN_MEMORY) as here:
        pump = here.add_pump("00", 1, "Basalt", "pico", "0.1.0")
        numbers = {record.seq_of(one) for one in kept}
        assert here.add(pump, raw) == len(numbers)
        assert here.add(pump, raw) == 0
        log = here.log(pump)
        assert log.seq.tolist() == sorted(numbers)
        _decode_all(log)


def decoder(data):
    """Bytes that may be no records at all."""
    raw = data[: len(data) // record.RECORD_SIZE * record.RECORD_SIZE]
    sizes = range(0, len(raw), record.RECORD_SIZE)
    singly = [bool(record.is_whole(raw[at : at + record.RECORD_SIZE])) for at in sizes]
    assert decode.whole(raw).tolist() == singly
    _decode_all(timeline.log_of("00", decode.records(raw), []))


def _decode_all(log):
    for rows in log.by_event():
        for field in rows.event.fields:
            if field.words:
                assert len(rows.words(field.name)) == len(rows.index)


class _Port:
    """A serial port: `answer(request)` gives the bytes that come back."""

    port = "fuzz"

    def __init__(self, answer):
        self._answer = answer
        self._waiting = b""

    def write(self, data):
        self._waiting += self._answer(data)

    def read(self, size):
        data, self._waiting = self._waiting[:size], self._waiting[size:]
        return data

    @property
    def in_waiting(self):
        return len(self._waiting)

    def close(self):
        self._waiting = b""


def client(data):
    """A pump that answers every request with anything, in a whole frame."""
    bodies = itertools.cycle([data[1:], data[1 : 1 + len(data) // 2], data[:0]])

    def answer(packed):
        request = frame.unpack(packed[1:-1])
        code = data[0] & 31 if data and data[0] & 0x80 else 0
        head = bytes((protocol.VERSION, request[1], request[2] | protocol.ANSWER, code))
        return frame.pack(head + next(bodies))

    talk = PumpLink(_Port(answer), _PATIENCE_S)
    for ask in (
        talk.identify,
        talk.status,
        talk.time,
        talk.settings,
        talk.basal,
        talk.screen,
        talk.acknowledge,
        lambda: list(talk.log(iter([(1, 31), (32, 31)]))),
    ):
        with contextlib.suppress(Problem):
            ask()


def answered(data):
    """Bytes that come back are no frames at all, or frames for somebody else."""
    talk = PumpLink(_Port(lambda _: data), _PATIENCE_S / 4)
    with contextlib.suppress(Problem):
        talk.status()


def pulled(data):
    """A pull over a cable that changes bytes: what is kept is what the pump has, once."""
    service = LinkService()
    service.fill(70)
    talk = Link(service)
    # Pairs of bytes: how far until the next change, and what is XORed onto the byte there.
    faults = iter(data)
    left = [next(faults, None)]

    def answer(packed):
        talk.feed(packed)
        out = bytearray(drain(talk))
        at = 0
        while left[0] is not None and at + left[0] < len(out):
            at += left[0]
            out[at] ^= next(faults, 0)
            at += 1
            left[0] = next(faults, None)
        if left[0] is not None:
            left[0] = max(0, left[0] - (len(out) - at))
        return bytes(out)

    with Store.in_memory(_IN_MEMORY) as here:
        with contextlib.suppress(Problem):
            pull(PumpLink(_Port(answer), _PATIENCE_S), here, lambda done, of: None)
        there = {record.seq_of(raw): raw for raw in service.records}
        for pump in here.pumps():
            for raw in here.log(pump.pump).raw:
                got = raw.tobytes()
                assert there[record.seq_of(got)] == got


def whole_records(data):
    """Records made of the input, 28 bytes each, with the checksum that makes them whole."""
    for at in range(0, len(data) - 27, 28):
        body = bytearray(data[at : at + 28])
        body[6] = body[6] or 1
        yield bytes(body + frame.crc32(body).to_bytes(4, "little"))


TARGETS = {
    target.__name__: target
    for target in (
        frames,
        link,
        requests,
        settings,
        recall,
        store,
        decoder,
        client,
        answered,
        pulled,
    )
}


def _with_programs():
    """Settings with a program beside the one in force, and a name."""
    found = Settings()
    found.active, found.program_names = 2, 0x30
    found.stored_programs = struct.pack("<HiHi", SEGMENTS_AT + 64, 700, SEGMENTS_AT + 65, 1 << 22)
    return found.encode()


def seeds(name):
    """Good inputs to start from: without them 28 bytes that are a record are hard to come by."""
    packed = [
        bytes(
            record.pack(
                number,
                1,
                row[0],
                number,
                5,
                True,
                9,
                event_table.layout(row[3]),
                [1] * len(row[3]),
            )
        )
        for number, row in enumerate(event_table.EVENTS, 1)
    ]
    bodies = {row[0]: bytes(sum(struct.calcsize("<" + f[1]) for f in row[3])) for row in REQUESTS}
    asked = [protocol.request(1, kind, body) for kind, body in bodies.items()]
    heads = [raw[:28] for raw in packed]
    return {
        "frames": [b"\x07" + frame.pack(one) for one in asked],
        "link": [*map(frame.pack, asked), b"help\rstatus\rlog\rsettings\r"],
        "requests": [bytes((kind, len(body))) + body for kind, body in bodies.items()],
        "settings": [
            Settings().encode(),
            _with_programs(),
            b"\x01\0\0\0\x04\0" + Settings().encode() + bytes(4),
        ],
        "recall": heads,
        "store": heads,
        "decoder": packed,
        "client": [b"\0" + bytes(62), b"\0\1\0\0\1\0\6Basalt\4pico\2ab"],
        "answered": [b"\xc0\x01\x01\x82\0\xc0"],
        "pulled": [b"\x10\x01", b"\x80\x40\x20\x02"],
    }[name]
