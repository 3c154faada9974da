"""The store keeps what it has: nothing in it is changed, doubled, or half written."""

import sqlite3
import subprocess
import sys

import pytest

from basalt.errors import StoreProblem
from basalt.store import Gap, Store
from basalt.timeline import Anchor
from host_tests.fakes.link_service import LinkService
from pump.core import events, record


def records(count, boot=1):
    service = LinkService()
    service.boot = boot
    service.fill(count)
    return b"".join(service.records)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.db"


def opened(path):
    store = Store.open(path, create=True)
    if not store.pumps():
        store.add_pump("aa", 1, "Basalt", "pico", "0.1.0")
    return store


def test_records_added_twice_are_there_once(path):
    raw = records(20)
    with opened(path) as store:
        assert store.add("aa", raw[: 12 * 32]) == 12
        assert store.add("aa", raw) == 8
        assert store.add("aa", raw) == 0
        assert store.log("aa").raw.tobytes() == raw


def test_a_record_with_a_number_that_is_there_never_takes_its_place(path):
    with opened(path) as store:
        store.add("aa", records(5))
        assert store.add("aa", records(5, boot=9)) == 0
        assert store.log("aa").raw.tobytes() == records(5)


def test_columns_of_the_head_are_there_for_other_programs(path):
    with opened(path) as store:
        store.add("aa", records(3))
    db = sqlite3.connect(path)
    rows = db.execute(
        "SELECT seq, boot, uptime_ms, name, local_s, trusted FROM records"
        " JOIN events ON event = number ORDER BY seq"
    ).fetchall()
    db.close()
    assert rows[0] == (1, 1, 65_250, "basal_lease", 190_000_060, 1)
    assert len(rows) == 3


def test_what_is_known_of_the_log_is_told_with_the_pump(path):
    with opened(path) as store:
        store.add("aa", records(7, boot=3))
        store.add_pump("aa", 2, "Basalt", "pico", "0.2.0")
        found = [
            (pump.pump, pump.records, pump.last_seq, pump.last_boot) for pump in store.pumps()
        ]
    assert found == [("aa", 7, 7, 3), ("aa#2", 0, 0, 0)]


def test_a_gap_that_grows_is_one_gap(path):
    with opened(path) as store:
        store.add("aa", b"", [Gap(5, 9, "missing")])
        store.add("aa", b"", [Gap(5, 12, "missing")])
        assert store.gaps("aa") == [Gap(5, 12, "missing")]


def test_a_batch_that_fails_leaves_nothing_of_itself(path):
    with opened(path) as store:
        store.add("aa", records(3))
        with pytest.raises(StoreProblem):
            store.add("aa", records(9), [Gap(None, 12, "missing")])
        assert store.log("aa").raw.tobytes() == records(3)
        assert store.add("aa", records(9)) == 6


def test_a_store_that_another_program_writes_is_one_sentence(path, monkeypatch):
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **{**k, "timeout": 0.05}))
    opened(path).__exit__(None, None, None)
    other = connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreProblem, match="written by another program"), opened(path) as store:
        store.add("aa", records(1))
    other.execute("ROLLBACK")
    other.close()


def test_a_process_killed_while_it_adds_leaves_whole_batches(path):
    """It is killed when it has said that the third batch is durable, in the middle of the rest."""
    with opened(path):
        pass
    script = f"""
import sys
sys.path[:0] = {sys.path!r}
from host_tests.tools.test_store_host import opened, records
from pathlib import Path
raw = records(4000)
with opened(Path({str(path)!r})) as store:
    for at in range(0, len(raw), 320):
        store.add("aa", raw[at : at + 320])
        print(at, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        for _ in range(3):
            process.stdout.readline()
        process.kill()
    with opened(path) as store:
        kept = store.log("aa").raw.tobytes()
        assert len(kept) >= 3 * 320 and len(kept) % 320 == 0
        assert kept == records(4_000)[: len(kept)]


def test_the_clock_of_a_pull_is_kept_for_each_boot(path):
    service = LinkService()
    service.trusted = False
    service.write(events.SUSPEND, 0, 0)
    (raw,) = service.records
    uptime_s, ms = record.header(raw)[3:5]
    with opened(path) as store:
        store.add("aa", raw)
        store.note_pull("aa", "0.1.1", Anchor(1, uptime_s * 1000 + ms + 500, 1_700_000_000_500, 0))
        assert store.log("aa").utc_ms.tolist() == [1_700_000_000_000]
        assert store.pumps()[0].version == "0.1.1"
