"""What two people pulled from one pump becomes one log, and two pumps with one number stay two."""

import contextlib
import json
import sqlite3

import pytest

from basalt import store_merge
from basalt.errors import StoreProblem
from basalt.store import Gap, Store
from basalt.timeline import Anchor
from host_tests.fakes.link_service import LinkService
from host_tests.tools import made_log
from host_tests.tools.running import basalt, failed

ID = "e6614104032c1b2a"


@pytest.fixture(scope="module")
def raw():
    return made_log.raw_log(made_log.several_days(2)[0])


def other_raw(count=50):
    """The log of another board that has the same number."""
    service = LinkService()
    service.fill(count)
    return b"".join(service.records)


def store_with(path, raw, gaps=(), pump=ID):
    with Store.open(path, create=True) as store:
        store.add(store.add_pump(pump, 1, "Basalt", "pico", "0.1.0"), raw, gaps)
    return path


def part(raw, first, last):
    return raw[(first - 1) * 32 : last * 32]


def log_of(path, pump=ID):
    with Store.open(path) as store:
        return store.log(pump).raw.tobytes()


def merge(into, other):
    with Store.open(into, create=True) as store, Store.read(other) as source:
        return store_merge.merge(store, source, lambda _done, _of: None)


def test_two_parts_that_overlap_become_one_log(tmp_path, raw):
    mine = store_with(tmp_path / "a.db", part(raw, 1, 200))
    its = store_with(tmp_path / "b.db", part(raw, 150, 300))
    (merged,) = merge(mine, its)
    assert merged.new_records == 100 and merged.pump == ID and not merged.told_apart
    assert log_of(mine) == part(raw, 1, 300)


def test_two_parts_that_share_no_record_become_one_log_when_they_go_on(tmp_path, raw):
    mine = store_with(tmp_path / "a.db", part(raw, 250, 300))
    merge(mine, store_with(tmp_path / "b.db", part(raw, 1, 100)))
    assert log_of(mine) == part(raw, 1, 100) + part(raw, 250, 300)


def test_importing_twice_adds_nothing(tmp_path, raw):
    mine = tmp_path / "a.db"
    its = store_with(tmp_path / "b.db", raw, [Gap(9000, 9009, "missing")])
    merge(mine, its)
    before = basalt("pumps", "--store", mine, "--json").out
    assert [one.new_records for one in merge(mine, its)] == [0]
    assert basalt("pumps", "--store", mine, "--json").out == before
    assert json.loads(before)[0]["missing"] == 10


def test_what_was_missing_here_and_is_there_is_missing_no_more(tmp_path, raw):
    holed = part(raw, 1, 99) + part(raw, 140, 200)
    mine = store_with(tmp_path / "a.db", holed, [Gap(100, 139, "damaged")])
    merge(mine, store_with(tmp_path / "b.db", part(raw, 90, 120)))
    with Store.open(mine) as store:
        assert store.gaps(ID) == [Gap(121, 139, "damaged")]


def test_two_pumps_with_one_number_stay_two_logs(tmp_path, raw):
    mine = store_with(tmp_path / "a.db", raw)
    its = store_with(tmp_path / "b.db", other_raw())
    ran = basalt("import", its, "--store", mine)
    assert "two pumps have one number" in ran.err.replace("\n", " ")
    assert (log_of(mine), log_of(mine, f"{ID}#2")) == (raw, other_raw())
    with Store.open(mine) as store:
        assert store.conflicts(ID) == []


def test_each_of_two_pumps_with_one_number_goes_on_in_its_own_log(tmp_path, raw):
    mine = store_with(tmp_path / "a.db", part(raw, 1, 200))
    merge(mine, store_with(tmp_path / "b.db", other_raw(50)))
    merge(mine, store_with(tmp_path / "c.db", raw))
    merge(mine, store_with(tmp_path / "d.db", other_raw(80)))
    assert (log_of(mine), log_of(mine, f"{ID}#2")) == (raw, other_raw(80))
    with Store.open(mine) as store:
        assert len(store.pumps()) == 2


def test_the_clock_of_the_other_computer_comes_along_and_moves_no_time_that_was_known(
    tmp_path, raw
):
    mine = store_with(tmp_path / "a.db", raw)
    its = store_with(tmp_path / "b.db", raw)
    for path, anchor in ((mine, Anchor(1, 5, 1_000, 0)), (its, Anchor(1, 6, 2_000, 0))):
        with Store.open(path) as store:
            store.add_anchors(ID, [anchor])
    with Store.open(its) as store:
        store.add_anchors(ID, [Anchor(2, 7, 3_000, 0)])
    merge(mine, its)
    with Store.open(mine) as store:
        assert store.anchors(ID) == [Anchor(1, 5, 1_000, 0), Anchor(2, 7, 3_000, 0)]


def test_an_import_that_fails_in_the_middle_leaves_the_store_as_it_was(tmp_path, raw, monkeypatch):
    monkeypatch.setattr(store_merge, "_CHUNK", 50)
    mine = store_with(tmp_path / "a.db", part(raw, 1, 100))
    its = store_with(tmp_path / "b.db", raw)
    seen = []

    def stop(done, _of):
        seen.append(done)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with Store.open(mine) as store, Store.read(its) as source, pytest.raises(KeyboardInterrupt):
        store_merge.merge(store, source, stop)
    assert log_of(mine) == part(raw, 1, 100)


def test_progress_counts_up_to_all_records(tmp_path, raw, monkeypatch):
    monkeypatch.setattr(store_merge, "_CHUNK", 50)
    its = store_with(tmp_path / "b.db", part(raw, 101, 330))
    seen = []
    with Store.open(tmp_path / "a.db", create=True) as store, Store.read(its) as source:
        store_merge.merge(store, source, lambda done, of: seen.append((done, of)))
    assert seen == [(50, 230), (100, 230), (150, 230), (200, 230), (230, 230)]


def test_a_store_cannot_be_imported_into_itself(tmp_path, raw):
    mine = store_with(tmp_path / "a.db", raw)
    failed(basalt("import", mine, "--store", mine), 2, "the store itself")


def test_a_file_that_is_no_store_is_one_sentence_and_the_files_before_it_are_in(tmp_path, raw):
    its = store_with(tmp_path / "b.db", raw)
    text = tmp_path / "notes.txt"
    text.write_text("not a store at all, but long enough to be looked at" * 20)
    failed(basalt("import", its, text, "--store", tmp_path / "a.db"), 6, "not a Basalt store")
    assert log_of(tmp_path / "a.db") == raw
    with pytest.raises(StoreProblem, match="no store at"):
        Store.read(tmp_path / "nothing.db")


def damage(path, seq):
    """Change a byte of a record, as a failing disk does."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        raw = db.execute("SELECT raw FROM records WHERE seq = ?", (seq,)).fetchone()[0]
        bad = bytes([*raw[:20], raw[20] ^ 1, *raw[21:]])
        db.execute("UPDATE records SET raw = ? WHERE seq = ?", (bad, seq))
        db.commit()
    return bad


@pytest.mark.parametrize("there", [0, 200], ids=["into an empty store", "into the same log"])
def test_a_record_that_was_damaged_in_the_other_file_is_kept_aside_and_never_shown(
    tmp_path, raw, there
):
    mine = store_with(tmp_path / "a.db", part(raw, 1, there)) if there else tmp_path / "a.db"
    its = store_with(tmp_path / "b.db", part(raw, 1, 300))
    bad = damage(its, 150)
    (merged,) = merge(mine, its)
    assert (merged.pump, merged.told_apart) == (ID, False)
    kept = part(raw, 1, 300) if there else part(raw, 1, 149) + part(raw, 151, 300)
    assert log_of(mine) == kept
    with Store.open(mine) as store:
        assert store.damaged(ID) == [(149, bad)]


def test_the_store_of_a_program_that_knew_fewer_events_is_imported_and_left_as_it_was(
    tmp_path, raw
):
    its = store_with(tmp_path / "b.db", raw)
    with contextlib.closing(sqlite3.connect(its)) as db:
        lease = "SELECT number FROM events WHERE name = 'basal_lease'"
        db.execute(f"UPDATE records SET f0 = NULL, f1 = NULL WHERE event = ({lease})")
        db.execute("DELETE FROM events WHERE name = 'basal_lease'")
        db.execute("DROP VIEW basal_lease")
        db.commit()
    before = its.read_bytes()
    ran = basalt("import", its, "--store", tmp_path / "a.db")
    assert (ran.code, ran.err) == (0, "")
    with contextlib.closing(sqlite3.connect(tmp_path / "a.db")) as db:
        assert db.execute("SELECT count(*) FROM basal_lease WHERE max_steps > 0").fetchone()[0]
    assert its.read_bytes() == before


def test_a_store_that_is_cut_short_is_one_sentence_and_leaves_no_new_store(tmp_path, raw):
    its = store_with(tmp_path / "b.db", raw)
    its.write_bytes(its.read_bytes()[:30_000])
    before = its.read_bytes()
    failed(basalt("import", its, "--store", tmp_path / "a.db"), 6, "is damaged", "basalt pull")
    failed(basalt("report", "--store", its, "--json"), 6, "is damaged", "nothing was written")
    assert not (tmp_path / "a.db").exists()
    assert its.read_bytes() == before


def test_where_records_came_from_is_told_in_the_store(tmp_path, raw):
    its = store_with(tmp_path / "b.db", raw)
    merge(tmp_path / "a.db", its)
    with Store.open(tmp_path / "a.db") as store:
        rows = store.imports(ID)
    assert [(source, count) for _, source, count in rows] == [(str(its), len(raw) // 32)]
