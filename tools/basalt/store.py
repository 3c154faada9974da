"""The store: one SQLite file that keeps the records of any number of pumps, raw and in columns.

    pumps     one row for each log of each pump. `pump` is its unique id in hex; a log that began
              anew (its flash was erased, so its numbers began again) gets '#2', '#3', ... added
    records   the 32 bytes as they came, and their head in columns; never changed, never doubled
    gaps      numbers that are not there: dropped by the pump before they were pulled, missing in
              its log, or damaged
    damaged   32 bytes that came with a wrong checksum, as they came
    anchors   what the host's clock showed at an uptime of a boot; see timeline.py
    events    names of the event numbers, for whoever reads the file with other programs

The event's own fields are decoded from `raw` when they are read. UTC times are computed when they
are read too, because a later clock change tells more about earlier records.
"""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from basalt import decode, firmware, timeline
from basalt.decode import Log
from basalt.errors import StoreProblem

APPLICATION_ID = 0x42534C54  # 'BSLT', in the head of the SQLite file
VERSION = 1

_SCHEMA = """
CREATE TABLE pumps (
    pump_no INTEGER PRIMARY KEY,
    pump TEXT NOT NULL UNIQUE,       -- unique id in hex, and '#2' and so on for a log begun anew
    unique_id TEXT NOT NULL,
    log INTEGER NOT NULL,            -- 1, 2, ...: which log of this pump
    name TEXT NOT NULL,
    board TEXT NOT NULL,
    version TEXT NOT NULL,           -- of the firmware, when it was pulled last
    first_pull TEXT NOT NULL,        -- UTC
    last_pull TEXT NOT NULL
);
CREATE TABLE records (
    pump_no INTEGER NOT NULL REFERENCES pumps,
    seq INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    uptime_ms INTEGER NOT NULL,
    event INTEGER NOT NULL,          -- see table events
    local_s INTEGER NOT NULL,        -- seconds since 2020-01-01 00:00, as the pump showed it
    trusted INTEGER NOT NULL,        -- 1: its clock was set since the power was lost
    raw BLOB NOT NULL,               -- 32 bytes, as firmware/pump/core/record.py describes
    PRIMARY KEY (pump_no, seq)
) WITHOUT ROWID;
CREATE TABLE gaps (
    pump_no INTEGER NOT NULL REFERENCES pumps,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    reason TEXT NOT NULL,            -- dropped, missing or damaged
    noticed TEXT NOT NULL,           -- UTC
    PRIMARY KEY (pump_no, first_seq)
) WITHOUT ROWID;
CREATE TABLE damaged (
    pump_no INTEGER NOT NULL REFERENCES pumps,
    after_seq INTEGER NOT NULL,      -- the record before it
    raw BLOB NOT NULL,
    noticed TEXT NOT NULL,           -- UTC
    PRIMARY KEY (pump_no, after_seq, raw)
) WITHOUT ROWID;
CREATE TABLE anchors (
    pump_no INTEGER NOT NULL REFERENCES pumps,
    boot INTEGER NOT NULL,
    uptime_ms INTEGER NOT NULL,
    utc_ms INTEGER NOT NULL,         -- by the clock of the computer, since 1970
    utc_offset_min INTEGER NOT NULL, -- the pump's
    PRIMARY KEY (pump_no, boot)
) WITHOUT ROWID;
CREATE TABLE events (number INTEGER PRIMARY KEY, name TEXT NOT NULL, severity TEXT NOT NULL);
"""


@dataclass(frozen=True)
class StoredPump:
    """One row of `pumps`, and what is there of its log."""

    number: int
    pump: str
    unique_id: str
    log: int
    name: str
    board: str
    version: str
    records: int
    last_seq: int  # 0: none
    last_boot: int


@dataclass(frozen=True)
class Gap:
    """Numbers that are not in the store."""

    first_seq: int
    last_seq: int
    reason: str


class Store:
    """An open store. Use it in a `with`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection

    @classmethod
    def open(cls, path: Path, create: bool = False) -> Self:
        """The store at `path`; StoreProblem when there is none, or it is not one that we know."""
        if path.is_dir():
            raise StoreProblem(f"{path} is a folder; name a file for the store.")
        if not create and not path.exists():
            raise StoreProblem(f"There is no store at {path}; make one with `basalt pull`.")
        if not path.parent.is_dir():
            raise StoreProblem(f"There is no folder {path.parent} for the store; make it first.")
        try:
            db = sqlite3.connect(path, timeout=10, isolation_level=None)
        except sqlite3.Error as error:
            raise StoreProblem(f"{path} cannot be opened as a store: {error}.") from error
        store = cls(path, db)
        try:
            store._check(create)
        except sqlite3.Error as error:
            db.close()
            raise StoreProblem(_sentence(path, error)) from error
        except StoreProblem:
            db.close()
            raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()
        if isinstance(error, sqlite3.Error):
            raise StoreProblem(_sentence(self.path, error)) from error

    # Reading

    def pumps(self) -> list[StoredPump]:
        """Every pump, or log of a pump, in the order in which they first came."""
        rows = self._query(
            "SELECT p.pump_no, pump, unique_id, log, name, board, version, count(seq),"
            " coalesce(max(seq), 0), coalesce(max(boot), 0) FROM pumps p"
            " LEFT JOIN records r ON r.pump_no = p.pump_no GROUP BY p.pump_no ORDER BY p.pump_no"
        )
        return [StoredPump(*row) for row in rows]

    def log(self, pump: str) -> Log:
        """The whole log of a pump, by its name in `pumps`, with its times."""
        number = self._number(pump)
        with closing(self._db.cursor()) as cursor:
            cursor.execute("SELECT raw FROM records WHERE pump_no = ? ORDER BY seq", (number,))
            raw = b"".join([row[0] for row in cursor])
        return timeline.log_of(pump, decode.records(raw), self._anchors(number))

    def logs(self) -> list[Log]:
        """The log of every pump in the store."""
        return [self.log(pump.pump) for pump in self.pumps()]

    def gaps(self, pump: str) -> list[Gap]:
        """What is known to be missing of a pump's log."""
        rows = self._query(
            "SELECT first_seq, last_seq, reason FROM gaps WHERE pump_no = ? ORDER BY first_seq",
            self._number(pump),
        )
        return [Gap(*row) for row in rows]

    def damaged(self, pump: str) -> list[tuple[int, bytes]]:
        """(number of the record before, the 32 bytes) of each record that came damaged."""
        rows = self._query(
            "SELECT after_seq, raw FROM damaged WHERE pump_no = ? ORDER BY after_seq",
            self._number(pump),
        )
        return [(row[0], row[1]) for row in rows]

    def raw(self, pump: str, seq: int) -> bytes | None:
        """The 32 bytes of one record, or None."""
        rows = self._query(
            "SELECT raw FROM records WHERE pump_no = ? AND seq = ?", self._number(pump), seq
        )
        return rows[0][0] if rows else None

    # Writing

    def add_pump(self, unique_id: str, log: int, name: str, board: str, version: str) -> str:
        """Make room for a new log of a pump; its name in the store."""
        pump = unique_id if log == 1 else f"{unique_id}#{log}"
        self._db.execute(
            "INSERT INTO pumps (pump, unique_id, log, name, board, version, first_pull, last_pull)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (pump, unique_id, log, name, board, version, _now(), _now()),
        )
        return pump

    def note_pull(self, pump: str, version: str, anchor: timeline.Anchor) -> None:
        """A pull begins: the firmware's version, and what both clocks show."""
        number = self._number(pump)
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(
            "UPDATE pumps SET version = ?, last_pull = ? WHERE pump_no = ?",
            (version, _now(), number),
        )
        self._db.execute(
            "INSERT OR REPLACE INTO anchors VALUES (?, ?, ?, ?, ?)",
            (number, anchor.boot, anchor.uptime_ms, anchor.utc_ms, anchor.utc_offset_min),
        )
        self._db.execute("COMMIT")

    def add(
        self,
        pump: str,
        raw: bytes,
        gaps: Sequence[Gap] = (),
        damaged: Iterable[tuple[int, bytes]] = (),
    ) -> int:
        """Keep whole records, gaps and damaged ones: all of it durable on return, or nothing.

        Records that are there already are left as they are. How many were new.
        """
        number = self._number(pump)
        found = decode.records(raw)
        columns = (
            found["seq"].tolist(),
            found["boot"].tolist(),
            decode.uptime_ms(found).tolist(),
            found["event"].tolist(),
            found["local_s"].tolist(),
            ((found["stamp"] & firmware.CLOCK_TRUSTED) != 0).astype(np.uint8).tolist(),
            [
                raw[at : at + firmware.RECORD_SIZE]
                for at in range(0, len(raw), firmware.RECORD_SIZE)
            ],
        )
        before = self._db.total_changes
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(
                f"INSERT OR IGNORE INTO records VALUES ({number}, ?, ?, ?, ?, ?, ?, ?)",
                zip(*columns, strict=True),
            )
            new = self._db.total_changes - before
            self._db.executemany(
                "INSERT OR REPLACE INTO gaps VALUES (?, ?, ?, ?, ?)",
                [(number, gap.first_seq, gap.last_seq, gap.reason, _now()) for gap in gaps],
            )
            self._db.executemany(
                "INSERT OR IGNORE INTO damaged VALUES (?, ?, ?, ?)",
                [(number, after, bad, _now()) for after, bad in damaged],
            )
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        return new

    # Within

    def _check(self, create: bool) -> None:
        application = self._query("PRAGMA application_id")[0][0]
        version = self._query("PRAGMA user_version")[0][0]
        empty = not self._query("SELECT 1 FROM sqlite_master LIMIT 1")
        if create and empty and application == 0:
            self._make()
        elif application != APPLICATION_ID:
            raise StoreProblem(
                f"{self.path} is not a Basalt store; nothing in it was touched. Name another file."
            )
        elif version > VERSION:
            raise StoreProblem(
                f"{self.path} was written by a newer Basalt (store version {version}, this one"
                f" knows {VERSION}); update this program."
            )

    def _make(self) -> None:
        self._db.executescript(
            f"BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID};"
            f" PRAGMA user_version = {VERSION}; {_SCHEMA} COMMIT;"
        )
        self._db.executemany(
            "INSERT INTO events VALUES (?, ?, ?)",
            [(event.number, event.name, event.severity) for event in firmware.EVENTS.values()],
        )

    def _anchors(self, number: int) -> list[timeline.Anchor]:
        rows = self._query(
            "SELECT boot, uptime_ms, utc_ms, utc_offset_min FROM anchors WHERE pump_no = ?", number
        )
        return [timeline.Anchor(*row) for row in rows]

    def _number(self, pump: str) -> int:
        rows = self._query("SELECT pump_no FROM pumps WHERE pump = ?", pump)
        if not rows:
            raise StoreProblem(f"There is no pump {pump} in {self.path}.")
        return int(rows[0][0])

    def _query(self, statement: str, *values: object) -> list[Any]:
        with closing(self._db.cursor()) as cursor:
            return cursor.execute(statement, values).fetchall()


def _sentence(path: Path, error: sqlite3.Error) -> str:
    if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
        return f"{path} is not a Basalt store; nothing in it was touched. Name another file."
    if "locked" in str(error):
        return f"{path} is being written by another program; try again when it is done."
    return f"{path} cannot be used as a store: {error}."


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
