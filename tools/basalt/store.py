"""The store: one SQLite file that keeps the records of any number of pumps, raw and in columns.

Its tables are described in store_schema.py. Every change is one transaction: all of it is durable
on return, or nothing. The event's own fields are decoded from `raw` when a log is read, and so are
its UTC times.
"""

import sqlite3
import time
import uuid
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from basalt import decode, store_schema, timeline
from basalt.decode import Log
from basalt.errors import StoreProblem, WrongInput
from basalt.progress import Progress, tell_nobody
from basalt.store_schema import APPLICATION_ID, VERSION


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

    def __init__(self, path: Path, address: str) -> None:
        self.path = path
        self._address = address  # by which SQLite finds it, from here and from another store
        self._db = sqlite3.connect(address, timeout=10, isolation_level=None, uri=True)
        self._within = False  # a transaction is open

    @classmethod
    def open(cls, path: Path, create: bool = False, progress: Progress = tell_nobody) -> Self:
        """The store at `path`; StoreProblem when there is none, or it is not one that we know.

        One of an earlier version is brought up: `progress(done, of)` counts its records.
        """
        if path.is_dir():
            raise StoreProblem(f"{path} is a folder; name a file for the store.")
        if not create and not path.exists():
            raise StoreProblem(f"There is no store at {path}; make one with `basalt pull`.")
        if not path.parent.is_dir():
            raise StoreProblem(f"There is no folder {path.parent} for the store; make it first.")
        return cls._checked(path, path.absolute().as_uri(), create, progress)

    @classmethod
    def read(cls, path: Path, progress: Progress = tell_nobody) -> Self:
        """The store at `path`, never written: an old one is brought up in memory."""
        if not path.is_file():
            raise StoreProblem(f"There is no store at {path}.")
        address = f"{path.absolute().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True)) as db:
                if not _is_earlier(db):
                    return cls._checked(path, address, False, progress)
                store = cls(path, _in_memory())
                db.backup(store._db)
        except sqlite3.Error as error:
            raise StoreProblem(_sentence(path, error)) from error
        with _closed_on_error(store):
            store._check(False, progress)
        return store

    @classmethod
    def in_memory(cls, path: Path) -> Self:
        """An empty store in memory, for what a file of another form holds; `path` is its name."""
        return cls._checked(path, _in_memory(), True, tell_nobody)

    @classmethod
    def _checked(cls, path: Path, address: str, create: bool, progress: Progress) -> Self:
        try:
            store = cls(path, address)
        except sqlite3.Error as error:
            raise StoreProblem(f"{path} cannot be opened as a store: {error}.") from error
        with _closed_on_error(store):
            store._check(create, progress)
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

    def check_pump(self, pump: str | None) -> None:
        """WrongInput, with the names there are, when there is no such pump; None is any."""
        names = [each.pump for each in self.pumps()]
        if pump is not None and pump not in names:
            there = ", ".join(names) or "none"
            raise WrongInput(f"There is no pump {pump} in {self.path}; there are: {there}.")

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

    def span(self, pump: str) -> tuple[int, int] | None:
        """(the least, the greatest) number that is there."""
        found = self._query(
            "SELECT min(seq), max(seq) FROM records WHERE pump_no = ?", self._number(pump)
        )[0]
        return None if found[0] is None else (found[0], found[1])

    def boots(self, pump: str) -> list[tuple[int, int, int, int]]:
        """(boot, first number, last number, least uptime_ms) of each start in a log, in order."""
        rows = self._query(
            "SELECT boot, min(seq), max(seq), min(uptime_ms) FROM records WHERE pump_no = ?"
            " GROUP BY boot ORDER BY min(seq)",
            self._number(pump),
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def raw_between(self, pump: str, first_seq: int, last_seq: int) -> dict[int, bytes]:
        """The 32 bytes of each record with these numbers, both included, by number."""
        rows = self._query(
            "SELECT seq, raw FROM records WHERE pump_no = ? AND seq BETWEEN ? AND ?",
            *(self._number(pump), first_seq, last_seq),
        )
        return {row[0]: row[1] for row in rows}

    def conflicts(self, pump: str) -> list[tuple[int, bytes]]:
        """(number, the 32 bytes) of whole records whose number another record has already."""
        rows = self._query(
            "SELECT seq, raw FROM conflicts WHERE pump_no = ? ORDER BY seq", self._number(pump)
        )
        return [(row[0], row[1]) for row in rows]

    def anchors(self, pump: str) -> list[timeline.Anchor]:
        """What the hosts' clocks showed when this log was pulled."""
        return self._anchors(self._number(pump))

    def imports(self, pump: str) -> list[tuple[str, str, int]]:
        """(UTC, source, records that were new) of each time when records came from a file."""
        rows = self._query(
            "SELECT at, source, records FROM imports WHERE pump_no = ?", self._number(pump)
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def sent(self, target: str) -> dict[str, tuple[int, str]]:
        """By identifier: (date in ms, digest) of each document that this server has."""
        rows = self._query(
            "SELECT identifier, date_ms, digest FROM uploads WHERE target = ?", target
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    # Writing

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All that is changed within is durable at its end, or nothing; may be nested."""
        if self._within:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        self._within = True
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise StoreProblem(_sentence(self.path, error)) from error
            raise
        finally:
            self._within = False

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
        with self.transaction():
            self._db.execute(
                "UPDATE pumps SET version = ?, last_pull = ? WHERE pump_no = ?",
                (version, _now(), number),
            )
            self.add_anchors(pump, [anchor])

    def add_anchors(self, pump: str, anchors: Iterable[timeline.Anchor]) -> None:
        """Keep what a host's clock showed. Of one boot the first stays: times must not move."""
        number = self._number(pump)
        self._db.executemany(
            "INSERT OR IGNORE INTO anchors VALUES (?, ?, ?, ?, ?)",
            [(number, a.boot, a.uptime_ms, a.utc_ms, a.utc_offset_min) for a in anchors],
        )

    def add(
        self,
        pump: str,
        raw: bytes,
        gaps: Sequence[Gap] = (),
        damaged: Iterable[tuple[int, bytes]] = (),
    ) -> int:
        """Keep whole records, gaps and damaged ones: all of it durable on return, or nothing.

        Records that are there already are left as they are; another record with such a number
        is kept aside, in `conflicts`. How many were new.
        """
        number = self._number(pump)
        with self.transaction():
            before = self._db.total_changes
            store_schema.insert(self._db, number, raw)
            new = self._db.total_changes - before
            if new < len(raw) // decode.RECORD.itemsize:
                self._keep_conflicts(number, pump, raw)
            self._db.executemany(
                "INSERT OR REPLACE INTO gaps VALUES (?, ?, ?, ?, ?)",
                [(number, gap.first_seq, gap.last_seq, gap.reason, _now()) for gap in gaps],
            )
            self._db.executemany(
                "INSERT OR IGNORE INTO damaged VALUES (?, ?, ?, ?)",
                [(number, after, bad, _now()) for after, bad in damaged],
            )
        return new

    @contextmanager
    def beside(self, other: "Store") -> Generator[None]:
        """Within, `take` can copy from this other store, which is not written."""
        self._db.execute("ATTACH ? AS other", (other._address,))
        try:
            yield
        finally:
            self._db.execute("DETACH other")

    def compare(
        self, pump: str, its: tuple["Store", str], first_seq: int, last_seq: int
    ) -> tuple[int, bool]:
        """(how many of these numbers this log and one of the store `beside` both have, whether
        each is the same record); a damaged one tells nothing.
        """
        other, its_pump = its
        both = (
            "FROM main.records o CROSS JOIN other.records t ON t.seq = o.seq"
            " WHERE o.pump_no = ? AND t.pump_no = ? AND o.seq BETWEEN ? AND ?"
        )
        which = (self._number(pump), other._number(its_pump), first_seq, last_seq)
        shared, differ = self._query(f"SELECT count(*), total(o.raw <> t.raw) {both}", *which)[0]
        if not differ:
            return shared, True
        rows = self._query(f"SELECT t.raw {both} AND o.raw <> t.raw", *which)
        return shared, not decode.whole(b"".join([row[0] for row in rows])).any()

    def take(
        self, pump: str, its: tuple["Store", str], first_seq: int, last_seq: int
    ) -> tuple[int, int]:
        """Copy the records of a log of the store `beside` with these numbers, as they are.

        Records that are there already are left as they are, and damaged ones are kept aside. How
        many there were, and how many of them were new.
        """
        other, its_pump = its
        number, its_number = self._number(pump), other._number(its_pump)
        rows = other.raw_between(its_pump, first_seq, last_seq)
        whole = decode.whole(b"".join(rows.values())).tolist()
        bad = [seq for seq, is_whole in zip(rows, whole, strict=True) if not is_whole]
        with self.transaction():
            new = store_schema.copy(self._db, (number, its_number), (first_seq, last_seq), bad)
            self.add(pump, b"", [], [(seq - 1, rows[seq]) for seq in bad])
        return len(rows), new

    def drop_gap(self, pump: str, gap: Gap) -> None:
        """Its records have come from elsewhere."""
        self._db.execute(
            "DELETE FROM gaps WHERE pump_no = ? AND first_seq = ?",
            (self._number(pump), gap.first_seq),
        )

    def note_import(self, pump: str, source: str, records: int) -> None:
        """Records came from this source."""
        row = (self._number(pump), _now(), source, records)
        self._db.execute("INSERT INTO imports VALUES (?, ?, ?, ?)", row)

    def note_sent(self, pump: str, target: str, documents: Iterable[tuple[str, int, str]]) -> None:
        """A server has these documents: (identifier, date in ms, digest)."""
        number = self._number(pump)
        with self.transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?, ?, ?)",
                [(target, one[0], number, one[1], one[2], _now()) for one in documents],
            )

    # Within

    def _keep_conflicts(self, number: int, pump: str, raw: bytes) -> None:
        seqs = decode.records(raw)["seq"].tolist()
        there = self.raw_between(pump, min(seqs), max(seqs))
        size = decode.RECORD.itemsize
        came = [(seq, raw[at * size : (at + 1) * size]) for at, seq in enumerate(seqs)]
        self._db.executemany(
            "INSERT OR IGNORE INTO conflicts VALUES (?, ?, ?, ?)",
            [(number, seq, one, _now()) for seq, one in came if there[seq] != one],
        )

    def _check(self, create: bool, progress: Progress) -> None:
        application = self._query("PRAGMA application_id")[0][0]
        version = self._query("PRAGMA user_version")[0][0]
        empty = not self._query("SELECT 1 FROM sqlite_master LIMIT 1")
        if create and empty and application == 0:
            with self.transaction():
                store_schema.make(self._db)
        elif application != APPLICATION_ID:
            raise StoreProblem(
                f"{self.path} is not a Basalt store; nothing in it was touched. Name another file."
            )
        elif version > VERSION:
            raise StoreProblem(
                f"{self.path} was written by a newer Basalt (store version {version}, this one"
                f" knows {VERSION}); update this program."
            )
        elif version < VERSION:
            with self.transaction():
                store_schema.bring_up(self._db, version, progress)
        elif not store_schema.knows_all_events(self._db):
            with self.transaction():
                store_schema.learn_events(self._db, progress)

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
        try:
            with closing(self._db.cursor()) as cursor:
                return cursor.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise StoreProblem(_sentence(self.path, error)) from error


@contextmanager
def _closed_on_error(store: Store) -> Generator[None]:
    try:
        yield
    except (sqlite3.Error, StoreProblem) as error:
        store._db.close()  # pyright: ignore[reportPrivateUsage]
        if isinstance(error, sqlite3.Error):
            raise StoreProblem(_sentence(store.path, error)) from error
        raise


def _in_memory() -> str:
    """The address of a new store in memory that other connections of this process can find."""
    return f"file:basalt-{uuid.uuid4()}?mode=memory&cache=shared"


def _is_earlier(db: sqlite3.Connection) -> bool:
    """Whether it is a store of ours that has to be brought up before it can be read."""
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        return False
    version = db.execute("PRAGMA user_version").fetchone()[0]
    return version < VERSION or (version == VERSION and not store_schema.knows_all_events(db))


def _sentence(path: Path, error: sqlite3.Error) -> str:
    if isinstance(error, sqlite3.DatabaseError) and "not a database" in str(error):
        return f"{path} is not a Basalt store; nothing in it was touched. Name another file."
    if "locked" in str(error):
        return f"{path} is being written by another program; try again when it is done."
    if "malformed" in str(error):
        return (
            f"{path} is damaged ({error}); nothing was written to it. Name a copy of it, or"
            " another file, and bring the pump's log there with `basalt pull`."
        )
    if "full" in str(error):
        return f"{path} can take no more: the disk is full. What was in it is as it was."
    return f"{path} cannot be used as a store: {error}."


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
