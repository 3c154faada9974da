"""Brings the records that are new from a pump into the store, and can be stopped at any byte.

Whatever was kept when it was stopped is whole, and the next pull goes on behind it.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from basalt import decode, firmware
from basalt.client import Identity, LogSlice, PumpLink, Status
from basalt.errors import Problem
from basalt.firmware import protocol_module as protocol
from basalt.progress import Progress
from basalt.store import Gap, Store, StoredPump
from basalt.timeline import Anchor

_KEEP_EVERY_S = 0.5
_RECORD = firmware.RECORD_SIZE


@dataclass
class Pulled:
    """What a pull brought."""

    pump: str
    new_records: int = 0
    first_seq: int = 0  # of what was asked for; 0: nothing was new
    last_seq: int = 0
    began_anew: bool = False  # the pump's log was erased since the last pull
    gaps: list[Gap] = field(default_factory=list[Gap])
    damaged_records: int = 0


def pull(link: PumpLink, store: Store, progress: Progress) -> Pulled:
    """Bring what is new. `progress(done, of)` is called with record numbers as they come."""
    identity = link.identify()
    status = link.status()
    pump, start, began_anew = _place(link, store, identity, status)
    store.note_pull(pump, identity.version, _anchor(link, status))
    result = Pulled(pump, began_anew=began_anew)
    if start >= status.next_seq:
        return result
    result.first_seq, result.last_seq = start, status.next_seq - 1
    batch = _Batch(store, result, start)
    total = status.next_seq - start
    progress(0, total)
    try:
        for part in link.log(_windows(max(start, status.first_seq), status.next_seq)):
            batch.take(part)
            progress(min(part.seq + part.count, status.next_seq) - start, total)
    except (Problem, KeyboardInterrupt):
        batch.keep()
        raise
    batch.finish(status.next_seq, status.first_seq)
    return result


class _Batch:
    """Records on their way into the store, and the numbers that they leave out."""

    def __init__(self, store: Store, result: Pulled, start: int) -> None:
        self._store = store
        self._result = result
        self._expected = start
        self._first_seq = start
        self._raw: list[bytes] = []
        self._gaps: list[Gap] = []
        self._damaged: list[tuple[int, bytes]] = []
        self._bad = False  # damaged records since the last good one
        self._kept_at = time.monotonic()

    def take(self, part: LogSlice) -> None:
        """One answer of the pump."""
        self._first_seq = max(self._first_seq, part.first_seq)
        whole = decode.whole(part.raw)
        numbers = decode.records(part.raw)["seq"].astype(np.int64)
        inside = (numbers >= part.seq) & (numbers < part.seq + part.count)
        for index in range(len(whole)):
            raw = part.raw[index * _RECORD : (index + 1) * _RECORD]
            if not whole[index]:
                self._damaged.append((self._expected - 1, raw))
                self._bad = True
            elif inside[index] and numbers[index] >= self._expected:
                self._skip_to(int(numbers[index]))
                self._raw.append(raw)
                self._expected += 1
        if time.monotonic() - self._kept_at >= _KEEP_EVERY_S:
            self.keep()

    def finish(self, next_seq: int, first_seq: int) -> None:
        """No more answers come."""
        self._first_seq = max(self._first_seq, first_seq)
        self._skip_to(next_seq)
        self.keep()

    def keep(self) -> None:
        """Make what came so far durable."""
        raw = b"".join(self._raw)
        new = self._store.add(self._result.pump, raw, self._gaps, self._damaged)
        self._result.new_records += new
        self._result.gaps += self._gaps
        self._result.damaged_records += len(self._damaged)
        self._raw, self._gaps, self._damaged = [], [], []
        self._kept_at = time.monotonic()

    def _skip_to(self, seq: int) -> None:
        if seq > self._expected:
            dropped = min(seq, self._first_seq)
            if dropped > self._expected:
                self._gaps.append(Gap(self._expected, dropped - 1, "dropped"))
                self._expected = dropped
        if seq > self._expected:
            reason = "damaged" if self._bad else "missing"
            self._gaps.append(Gap(self._expected, seq - 1, reason))
            self._expected = seq
        self._bad = False


def _windows(start: int, end: int) -> Iterator[tuple[int, int]]:
    for seq in range(start, end, protocol.MOST_RECORDS):
        yield seq, min(protocol.MOST_RECORDS, end - seq)


def _place(
    link: PumpLink, store: Store, identity: Identity, status: Status
) -> tuple[str, int, bool]:
    """(name of the log in the store, first number that is new, whether it began anew)."""
    ours = [pump for pump in store.pumps() if pump.unique_id == identity.unique_id]
    # Newest first; an older one goes on where two boards have one number.
    for each in reversed(ours):
        if _is_same_log(link, store, each, status):
            return each.pump, each.last_seq + 1, False
    log = ours[-1].log + 1 if ours else 1
    pump = store.add_pump(identity.unique_id, log, identity.name, identity.board, identity.version)
    return pump, 1, bool(ours)


def _is_same_log(link: PumpLink, store: Store, ours: StoredPump, status: Status) -> bool:
    """Whether the pump's log goes on where ours ends, or was erased and began again at 1."""
    if not ours.records:
        return True
    if status.next_seq <= ours.last_seq:
        return False
    if ours.last_seq >= status.first_seq:
        part = next(link.log(iter([(ours.last_seq, 1)])))
        if decode.whole(part.raw).any():
            return part.raw == store.raw(ours.pump, ours.last_seq)
    # Our newest record is gone from the pump: starts of the board are counted in one log only.
    part = next(link.log(iter([(status.first_seq, protocol.MOST_RECORDS)])))
    boots = decode.records(part.raw)["boot"][decode.whole(part.raw)]
    return not len(boots) or int(boots[0]) >= ours.last_boot


def _anchor(link: PumpLink, status: Status) -> Anchor:
    clock = link.time()
    return Anchor(status.boot, clock.uptime_ms, time.time_ns() // 1_000_000, clock.utc_offset_min)
