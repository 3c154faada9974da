"""A store of an earlier version is brought up whole or not at all; other programs can read it."""

import shutil
import sqlite3

import pytest

from basalt import firmware, store_schema
from basalt.errors import StoreProblem
from basalt.store import Gap, Store
from host_tests.tools import made_log
from host_tests.tools.running import basalt, failed
from pump.core import events

# As version 1 made its files. Never changed: such files are out there.
VERSION_1 = """
CREATE TABLE pumps (pump_no INTEGER PRIMARY KEY, pump TEXT NOT NULL UNIQUE,
    unique_id TEXT NOT NULL, log INTEGER NOT NULL, name TEXT NOT NULL, board TEXT NOT NULL,
    version TEXT NOT NULL, first_pull TEXT NOT NULL, last_pull TEXT NOT NULL);
CREATE TABLE records (pump_no INTEGER NOT NULL REFERENCES pumps, seq INTEGER NOT NULL,
    boot INTEGER NOT NULL, uptime_ms INTEGER NOT NULL, event INTEGER NOT NULL,
    local_s INTEGER NOT NULL, trusted INTEGER NOT NULL, raw BLOB NOT NULL,
    PRIMARY KEY (pump_no, seq)) WITHOUT ROWID;
CREATE TABLE gaps (pump_no INTEGER NOT NULL REFERENCES pumps, first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL, reason TEXT NOT NULL, noticed TEXT NOT NULL,
    PRIMARY KEY (pump_no, first_seq)) WITHOUT ROWID;
CREATE TABLE damaged (pump_no INTEGER NOT NULL REFERENCES pumps, after_seq INTEGER NOT NULL,
    raw BLOB NOT NULL, noticed TEXT NOT NULL, PRIMARY KEY (pump_no, after_seq, raw)) WITHOUT ROWID;
CREATE TABLE anchors (pump_no INTEGER NOT NULL REFERENCES pumps, boot INTEGER NOT NULL,
    uptime_ms INTEGER NOT NULL, utc_ms INTEGER NOT NULL, utc_offset_min INTEGER NOT NULL,
    PRIMARY KEY (pump_no, boot)) WITHOUT ROWID;
CREATE TABLE events (number INTEGER PRIMARY KEY, name TEXT NOT NULL, severity TEXT NOT NULL);
INSERT INTO events VALUES (16, 'basal_lease', 'info');
INSERT INTO pumps VALUES (1, 'aa', 'aa', 1, 'Basalt', 'pico', '0.1.0', 'then', 'then');
INSERT INTO gaps VALUES (1, 5000, 5009, 'dropped', 'then');
INSERT INTO damaged VALUES (1, 4999, x'00', 'then');
INSERT INTO anchors VALUES (1, 1, 1000, 1700000000000, 60);
PRAGMA application_id = 1112755284;
PRAGMA user_version = 1;
"""


@pytest.fixture(scope="module")
def raw():
    return made_log.raw_log(made_log.several_days(2)[0])


@pytest.fixture
def old(tmp_path, raw):
    """A store of version 1."""
    path = tmp_path / "old.db"
    db = sqlite3.connect(path)
    db.executescript(VERSION_1)
    values = store_schema.values_of(1, raw)
    width = len(values) * 32 // len(raw)
    rows = [tuple(values[at + 1 : at + 8]) for at in range(0, len(values), width)]
    db.executemany("INSERT INTO records VALUES (1, ?, ?, ?, ?, ?, ?, ?)", rows)
    db.commit()
    db.close()
    return path


def version(path):
    db = sqlite3.connect(path)
    found = db.execute("PRAGMA user_version").fetchone()[0]
    db.close()
    return found


def test_a_store_of_the_first_version_opens_with_all_that_it_had(old, raw):
    with Store.open(old) as store:
        assert store.log("aa").raw.tobytes() == raw
        assert store.gaps("aa") == [Gap(5000, 5009, "dropped")]
        assert store.damaged("aa") == [(4999, b"\x00")]
        assert [anchor.uptime_ms for anchor in store.anchors("aa")] == [1000]
        assert store.pumps()[0].version == "0.1.0"
    assert version(old) == store_schema.VERSION


def test_a_store_that_was_brought_up_is_as_one_that_was_made_anew(old, raw, tmp_path):
    with Store.open(old), Store.open(tmp_path / "new.db", create=True) as new:
        new.add(new.add_pump("aa", 1, "Basalt", "pico", "0.1.0"), raw)
    dumps = []
    for path in (old, tmp_path / "new.db"):
        db = sqlite3.connect(path)
        names = db.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
        dump = {name: db.execute(f'PRAGMA table_info("{name}")').fetchall() for (name,) in names}
        for name in ("events", "words", "records"):
            dump[f"all {name}"] = db.execute(f"SELECT * FROM {name}").fetchall()
        dumps.append(dump)
        db.close()
    assert dumps[0] == dumps[1]


def test_bringing_up_that_fails_leaves_the_old_store_as_it_was(old, monkeypatch):
    before = old.read_bytes()
    monkeypatch.setattr(store_schema, "learn_events", fail)
    with pytest.raises(StoreProblem, match="the disk is full"):
        Store.open(old)
    monkeypatch.undo()
    assert old.read_bytes() == before
    with Store.open(old) as store:
        assert len(store.log("aa"))


def fail(_db, _progress):
    raise sqlite3.OperationalError("disk full")


@pytest.mark.parametrize("way", [Store.open, Store.read])
def test_bringing_up_tells_how_far_it_is(old, raw, way, monkeypatch):
    monkeypatch.setattr(store_schema, "_CHUNK", 100)
    told = []
    way(old, progress=lambda done, of: told.append((done, of)))
    count = len(raw) // 32
    assert told == [(done, count) for done in range(0, count, 100)]


def test_a_store_that_is_only_read_is_never_brought_up(old, raw):
    before = old.read_bytes()
    with Store.read(old) as store:
        assert store.log("aa").raw.tobytes() == raw
    assert old.read_bytes() == before


def test_each_event_is_a_view_with_its_fields_under_their_names(tmp_path, raw):
    path = tmp_path / "a.db"
    with Store.open(path, create=True) as store:
        store.add(store.add_pump("aa", 1, "Basalt", "pico", "0.1.0"), raw)
        expected = store.log("aa")
    db = sqlite3.connect(path)
    for rows in expected.by_event():
        names = ", ".join(f'"{name}"' for name in rows.columns) or "seq"
        found = db.execute(f'SELECT {names} FROM "{rows.event.name}" ORDER BY seq').fetchall()
        columns = [column.tolist() for column in rows.columns.values()]
        assert len(found) == len(rows.index)
        if columns:
            assert found == list(zip(*columns, strict=True))
    word = db.execute(
        "SELECT word FROM bolus_end JOIN words ON words.event = ? AND field = 'reason'"
        " AND code = reason ORDER BY seq LIMIT 1",
        (events.BOLUS_END,),
    ).fetchone()
    assert word == ("all_given",)
    db.close()


def test_no_event_has_more_fields_than_the_store_has_columns():
    assert max(len(event.fields) for event in firmware.EVENTS.values()) == store_schema.FIELDS


def test_records_of_an_event_that_was_unknown_are_decoded_once_it_is_known(tmp_path, monkeypatch):
    path = tmp_path / "a.db"
    known = dict(firmware.EVENTS)
    monkeypatch.setattr(firmware, "EVENTS", {k: v for k, v in known.items() if k != 22})
    made = made_log.new_pump()
    made.bolus(1_000)
    with Store.open(path, create=True) as store:
        store.add(store.add_pump("aa", 1, "Basalt", "pico", "0.1.0"), made_log.raw_log(made))
    monkeypatch.setattr(firmware, "EVENTS", known)
    with Store.open(path):
        pass
    db = sqlite3.connect(path)
    assert db.execute("SELECT given_mu FROM bolus_end").fetchall() == [(1_000,)]
    db.close()


def test_another_record_with_a_number_that_is_there_is_kept_aside(tmp_path, raw):
    other = made_log.raw_log(made_log.new_pump(clock_min=500))
    with Store.open(tmp_path / "a.db", create=True) as store:
        pump = store.add_pump("aa", 1, "Basalt", "pico", "0.1.0")
        store.add(pump, raw)
        assert store.add(pump, other) == 0
        kept = b"".join(one for _, one in store.conflicts(pump))
        assert kept and kept in other
        assert store.log(pump).raw.tobytes() == raw


def test_a_store_of_a_later_version_is_refused_and_left_as_it_is(old):
    with Store.open(old):
        pass
    db = sqlite3.connect(old)
    db.execute("PRAGMA user_version = 99")
    db.close()
    before = old.read_bytes()
    failed(basalt("pumps", "--store", old), 6, "newer Basalt", "update this program")
    failed(basalt("import", old, "--store", old.with_name("b.db")), 6, "newer Basalt")
    assert old.read_bytes() == before


def test_a_store_with_a_page_of_rubbish_is_one_sentence_and_stays_as_it_is(old, tmp_path):
    with Store.open(old):
        pass
    bad = tmp_path / "bad.db"
    shutil.copy(old, bad)
    with bad.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 200_000)
    before = bad.read_bytes()
    failed(basalt("import", bad, "--store", tmp_path / "b.db"), 6, "bad.db")
    assert bad.read_bytes() == before
