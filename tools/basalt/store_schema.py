"""What the store's SQLite file holds, and how files of earlier versions are brought up.

    pumps      one row for each log of each pump. `pump` is its unique id in hex; a second log with
               the same id has '#2', '#3', ... added: the flash was erased and the numbers began
               again, or two boards share one id
    records    the 32 bytes as they came, their head in columns, and the event's own fields in f0
               to f5; never changed, never doubled
    EVENT      a view for each event of the table, named like it, with the fields under their names
    gaps       numbers that are not there: dropped by the pump before they were pulled, missing in
               its log, or damaged
    damaged    32 bytes that came with a wrong checksum, as they came
    conflicts  whole records whose number another record has already, as they came
    anchors    what the host's clock showed at an uptime of a boot; see timeline.py
    imports    when records came from a file, and which
    uploads    what was sent to a server, so that sending again sends only what is new
    events     names of the event numbers
    words      names of the codes in fields

UTC times are not here: they are computed when the log is read, because a later clock change tells
more about earlier records. A file of an earlier version is brought up when it is opened, all of it
in one transaction; one of a later version is refused.
"""

import json
import sqlite3

import numpy as np

from basalt import decode, firmware
from basalt.progress import Progress, tell_nobody

APPLICATION_ID = 0x42534C54  # 'BSLT', in the head of the SQLite file
VERSION = 2
FIELDS = decode.MOST_FIELDS


_RECORDS = f"""
CREATE TABLE records (
    pump_no INTEGER NOT NULL REFERENCES pumps,
    seq INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    uptime_ms INTEGER NOT NULL,
    event INTEGER NOT NULL,          -- see table events
    local_s INTEGER NOT NULL,        -- seconds since 2020-01-01 00:00, as the pump showed it
    trusted INTEGER NOT NULL,        -- 1: its clock was set since the power was lost
    raw BLOB NOT NULL,               -- 32 bytes, as firmware/pump/core/record.py describes
    {", ".join(f"f{n} INTEGER" for n in range(FIELDS))},  -- see the view of the event
    PRIMARY KEY (pump_no, seq)
) WITHOUT ROWID;
"""
_FIRST = f"""
CREATE TABLE pumps (
    pump_no INTEGER PRIMARY KEY,
    pump TEXT NOT NULL UNIQUE,       -- unique id in hex, and '#2' and so on for a second log
    unique_id TEXT NOT NULL,
    log INTEGER NOT NULL,            -- 1, 2, ...: which log of this id
    name TEXT NOT NULL,
    board TEXT NOT NULL,
    version TEXT NOT NULL,           -- of the firmware, when it was pulled last
    first_pull TEXT NOT NULL,        -- UTC
    last_pull TEXT NOT NULL
);
{_RECORDS}
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
    utc_ms INTEGER NOT NULL,         -- of the host
    utc_offset_min INTEGER NOT NULL, -- the pump's
    PRIMARY KEY (pump_no, boot)
) WITHOUT ROWID;
CREATE TABLE events (number INTEGER PRIMARY KEY, name TEXT NOT NULL, severity TEXT NOT NULL);
"""
# What version 2 has besides.
_SECOND = """
CREATE TABLE conflicts (
    pump_no INTEGER NOT NULL REFERENCES pumps,
    seq INTEGER NOT NULL,
    raw BLOB NOT NULL,
    noticed TEXT NOT NULL,           -- UTC
    PRIMARY KEY (pump_no, seq, raw)
) WITHOUT ROWID;
CREATE TABLE imports (
    pump_no INTEGER NOT NULL REFERENCES pumps,
    at TEXT NOT NULL,                -- UTC
    source TEXT NOT NULL,            -- name of the file
    records INTEGER NOT NULL         -- that were new
);
CREATE TABLE uploads (
    target TEXT NOT NULL,            -- address of the server
    identifier TEXT NOT NULL,
    pump_no INTEGER NOT NULL REFERENCES pumps,
    date_ms INTEGER NOT NULL,        -- as it was sent first: a server does not let it change
    digest TEXT NOT NULL,            -- of the document that was sent
    sent TEXT NOT NULL,              -- UTC
    PRIMARY KEY (target, identifier)
) WITHOUT ROWID;
CREATE TABLE words (
    event INTEGER NOT NULL, field TEXT NOT NULL, code INTEGER NOT NULL, word TEXT NOT NULL,
    PRIMARY KEY (event, field, code)
) WITHOUT ROWID;
"""
_CHUNK = 50_000
_WIDTH = 8 + FIELDS  # columns of `records`
_ROW = f"({', '.join('?' * _WIDTH)})"
_ROWS_AT_ONCE = 64  # SQLite before 3.32 takes 999 values


def make(db: sqlite3.Connection) -> None:
    """All tables in an empty file; within the caller's transaction."""
    _run(db, _FIRST + _SECOND)
    _stamp(db)
    learn_events(db, tell_nobody)


def bring_up(db: sqlite3.Connection, version: int, progress: Progress) -> None:
    """A file of an earlier version; within the caller's transaction."""
    if version == 1:
        _run(db, "ALTER TABLE records RENAME TO records_1;" + _RECORDS)
        _run(db, _SECOND)
        columns = "pump_no, seq, boot, uptime_ms, event, local_s, trusted, raw"
        _run(db, f"INSERT INTO records ({columns}) SELECT {columns} FROM records_1")
        _run(db, "DROP TABLE records_1; DELETE FROM events;")
    _stamp(db)
    learn_events(db, progress)


def knows_all_events(db: sqlite3.Connection) -> bool:
    """Whether the file's views are those of this program's event table, or of a later one."""
    there = {row[0] for row in db.execute("SELECT number FROM events")}
    return there >= set(firmware.EVENTS)


def learn_events(db: sqlite3.Connection, progress: Progress) -> None:
    """Names, words and a view for each event, and the fields of records that came before them."""
    there = {row[0] for row in db.execute("SELECT number FROM events")}
    new = [event for event in firmware.EVENTS.values() if event.number not in there]
    for event in new:
        db.execute(
            "INSERT INTO events VALUES (?, ?, ?)", (event.number, event.name, event.severity)
        )
        for field in event.fields:
            words = [(event.number, field.name, code, w) for code, w in enumerate(field.words)]
            db.executemany("INSERT OR REPLACE INTO words VALUES (?, ?, ?, ?)", words)
        own = "".join(f', f{place} AS "{f.name}"' for place, f in enumerate(event.fields))
        db.execute(
            f'CREATE VIEW "{event.name}" AS SELECT pump_no, seq, boot, uptime_ms, local_s,'
            f" trusted{own} FROM records WHERE event = {event.number}"
        )
    numbers = ", ".join(str(event.number) for event in new)
    _decode_again(db, f"records WHERE event IN ({numbers})", progress)


def insert(
    db: sqlite3.Connection, pump_no: int | list[int], raw: bytes, way: str = "IGNORE"
) -> None:
    """Whole raw records into `records`; `pump_no` is that of all, or of each.

    Where a number is there already the old record stays, or is replaced with `way` "REPLACE".
    """
    values = values_of(pump_no, raw)
    # Many rows in one statement: half of the time would go into beginning and ending them.
    at_once = _ROWS_AT_ONCE * _WIDTH
    whole = len(values) // at_once * at_once
    for rows, first, end in ((_ROWS_AT_ONCE, 0, whole), (1, whole, len(values))):
        into = f"INSERT OR {way} INTO records VALUES {', '.join([_ROW] * rows)}"
        size = rows * _WIDTH
        db.executemany(into, [values[at : at + size] for at in range(first, end, size)])


def copy(
    db: sqlite3.Connection, pumps: tuple[int, int], numbers: tuple[int, int], without: list[int]
) -> int:
    """Records of a pump in the database `other`, as they are there; how many were new."""
    columns = "seq, boot, uptime_ms, event, local_s, trusted, raw"
    fields = ", ".join(f"f{n}" for n in range(FIELDS))
    before = db.total_changes
    db.execute(
        f"INSERT OR IGNORE INTO main.records SELECT ?, {columns}, {fields} FROM other.records"
        " WHERE pump_no = ? AND seq BETWEEN ? AND ?"
        " AND seq NOT IN (SELECT value FROM json_each(?))",
        (*pumps, *numbers, json.dumps(without)),
    )
    return db.total_changes - before


def values_of(pump_no: int | list[int], raw: bytes) -> list[object]:
    """The columns of `records` for whole raw records, row after row."""
    found = decode.records(raw)
    columns = (
        pump_no if isinstance(pump_no, list) else [pump_no] * len(found),
        found["seq"].tolist(),
        found["boot"].tolist(),
        decode.uptime_ms(found).tolist(),
        found["event"].tolist(),
        found["local_s"].tolist(),
        ((found["stamp"] & firmware.CLOCK_TRUSTED) != 0).astype(int).tolist(),
        np.frombuffer(raw, f"V{firmware.RECORD_SIZE}").tolist(),
        *decode.field_columns(found),
    )
    values: list[object] = [None] * (_WIDTH * len(found))
    for place, column in enumerate(columns):
        values[place::_WIDTH] = column
    return values


def _decode_again(db: sqlite3.Connection, which: str, progress: Progress) -> None:
    rows = db.execute(f"SELECT pump_no, raw FROM {which} ORDER BY pump_no, seq").fetchall()
    for at in range(0, len(rows), _CHUNK):
        progress(at, len(rows))
        part = rows[at : at + _CHUNK]
        insert(db, [row[0] for row in part], b"".join([row[1] for row in part]), "REPLACE")


def _stamp(db: sqlite3.Connection) -> None:
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {VERSION}")


def _run(db: sqlite3.Connection, script: str) -> None:
    """Several statements; `executescript` would end the transaction before them."""
    for statement in script.split(";"):
        if statement.strip():
            db.execute(statement)
