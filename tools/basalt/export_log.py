"""One log as other programs want it: facts in UTC, the offset of each, and which of them stand.

A fact stands when its time and its content are the same in every later export: its time comes
from the pump's own clock (`set` or `counted`, see timeline.py), and it was over when the log was
pulled. Only such facts are handed on, so that the identity of an exported record never changes and
sending twice adds nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from basalt import history_reader, schedules, timeline
from basalt.progress import Progress, tell_nobody
from basalt.schedules import Schedule
from basalt.store import Store, StoredPump

_MINUTE_MS = 60_000


@dataclass(frozen=True)
class Moment:
    """A time as it is written: UTC, and what the pump's user saw on the wall."""

    utc_ms: int
    offset_min: int

    @property
    def utc(self) -> str:
        """RFC 3339 in UTC with milliseconds."""
        return f"{_at(self.utc_ms):%Y-%m-%dT%H:%M:%S}.{self.utc_ms % 1000:03d}Z"

    @property
    def local(self) -> str:
        """Local time without a zone."""
        return f"{_at(self.utc_ms + self.offset_min * _MINUTE_MS):%Y-%m-%dT%H:%M:%S}"


class ExportLog:
    """The log of one pump of a store."""

    def __init__(self, store: Store, pump: StoredPump, progress: Progress = tell_nobody) -> None:
        self.pump = pump
        self.log = store.log(pump.pump)
        damaged = len(store.damaged(pump.pump))
        self.history = history_reader.read(
            self.log, store.gaps(pump.pump), damaged, utc=True, progress=progress
        )
        wall = history_reader.wall_clock(self.log)
        self._offset = np.round((wall - self.log.utc_ms) / _MINUTE_MS).astype(np.int64)
        self._programs: list[Schedule] | None = None
        self._known = np.isin(self.log.clock, (timeline.SET, timeline.COUNTED))

    @property
    def end_ms(self) -> int:
        """The last moment of which the log knows."""
        return int(self.log.utc_ms.max()) if len(self.log) else 0

    @property
    def untimed(self) -> int:
        """Records whose time the pump's own clock does not tell."""
        return int(np.count_nonzero(~self._known))

    def is_timed(self, seq: int) -> bool:
        """Whether the pump's own clock tells the time of a record."""
        return bool(self._known[self._place(seq)])

    def moment(self, seq: int, utc_ms: int) -> Moment:
        """A time with the offset that was in force at a record."""
        return Moment(utc_ms, int(self._offset[self._place(seq)]))

    def schedules(self) -> list[Schedule]:
        """Every basal program that came into force, as far as the log tells of it."""
        found: list[Schedule] = []
        for one in self.programs():
            before = found[-1] if found else None
            if before is None or (before.title, before.segments) != (one.title, one.segments):
                found.append(one)
        return found

    def programs(self) -> list[Schedule]:
        """The program in force with the others, from each change of any of them on."""
        if self._programs is None:
            self._programs = schedules.read(self.log)
        return self._programs

    def _place(self, seq: int) -> int:
        return min(int(np.searchsorted(self.log.seq, seq)), len(self.log) - 1)


def logs_of(
    store: Store, pump: str | None = None, progress: Progress = tell_nobody
) -> list[ExportLog]:
    """Of every pump in a store, or of one; `progress(done, of)` counts the records of each."""
    pumps = [each for each in store.pumps() if pump is None or each.pump == pump]
    return [ExportLog(store, each, progress) for each in pumps if each.records]


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms // 1000, UTC)
