"""What other programs are handed is whole, the same each time, and never half written."""

import csv
import io
import json
from functools import cache

import ibis
import pytest

from basalt import engine, export, export_dataset, facts, history_reader
from basalt.store import Store
from host_tests.tools import made_log
from host_tests.tools.exported import PUMP, five_days, keep
from host_tests.tools.running import basalt, failed
from host_tests.tools.test_figures_host import same

raw = cache(five_days)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return keep(tmp_path_factory.mktemp("export") / "a.db", raw())


def table_of(store):
    with Store.open(store) as kept:
        return facts.table(history_reader.read(kept.log(PUMP)))


def write(store, form, out, *options):
    ran = basalt("export", "--store", store, "--format", form, "--out", out, "--json", *options)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_csv_and_json_lines_are_the_facts_with_an_identity_each(store, tmp_path):
    told = write(store, "jsonl", tmp_path / "a.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert told["records"] == len(rows) == table_of(store).num_rows
    assert len({row["id"] for row in rows}) == len(rows)
    assert [{k: v for k, v in row.items() if k != "id"} for row in rows] == table_of(
        store
    ).to_pylist()
    write(store, "csv", tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_text()
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["id"] for line in lines] == [row["id"] for row in rows]
    assert [line["mu"] for line in lines] == [
        "" if row["mu"] is None else str(row["mu"]) for row in rows
    ]


def test_tidepool_and_nightscout_are_lists_that_say_the_same_each_time(store, tmp_path):
    for form in ("tidepool", "nightscout"):
        told = write(store, form, tmp_path / "a.json")
        text = (tmp_path / "a.json").read_text()
        assert told["records"] == len(json.loads(text)) > 40
        write(store, form, tmp_path / "a.json")
        assert (tmp_path / "a.json").read_text() == text


def test_the_figures_of_the_dataset_are_those_of_the_store_on_another_engine(store, tmp_path):
    write(store, "parquet", tmp_path / "facts")
    place = tmp_path / "facts" / f"pump={PUMP}" / "day=2024-01-02"
    assert [path.name for path in place.iterdir()] == ["facts-0.parquet"]
    connection = ibis.duckdb.connect()
    # Text stays text: an engine may read numbers and dates out of the names of folders.
    connection.raw_sql(
        "CREATE VIEW facts AS SELECT * FROM read_parquet("
        f"'{tmp_path}/facts/**/*.parquet', hive_partitioning=true, hive_types_autocast=false)"
    )
    found = engine.on(connection)
    for name, rows in engine.run(table_of(store)).items():
        same(rows, found[name])


def test_writing_the_dataset_again_is_the_same_and_leaves_other_pumps(store, tmp_path):
    other = keep(tmp_path / "b.db", made_log.raw_log(made_log.new_pump()), pump="bb")
    out = tmp_path / "facts"
    write(other, "parquet", out)
    write(store, "parquet", out)
    before = {path.relative_to(out) for path in out.rglob("*")}
    write(store, "parquet", out)
    assert {path.relative_to(out) for path in out.rglob("*")} == before
    assert {path.name for path in out.iterdir()} == {f"pump={PUMP}", "pump=bb"}


def test_an_export_that_breaks_off_leaves_the_earlier_file(store, tmp_path, monkeypatch):
    out = tmp_path / "a.json"
    write(store, "tidepool", out)
    before = out.read_bytes()
    monkeypatch.setattr(export.json, "dumps", interrupted)
    ran = basalt("export", "--store", store, "--format", "tidepool", "--out", out)
    monkeypatch.undo()
    assert ran.code == 130
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_dataset_that_breaks_off_leaves_the_earlier_one(store, tmp_path, monkeypatch):
    out = tmp_path / "facts"
    write(store, "parquet", out)
    before = {path.relative_to(out) for path in out.rglob("*")}
    monkeypatch.setattr(export_dataset.ds, "write_dataset", interrupted)
    ran = basalt("export", "--store", store, "--format", "parquet", "--out", out)
    assert ran.code == 130
    assert {path.relative_to(out) for path in out.rglob("*")} == before


def interrupted(*_arguments, **_options):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("form", "out", "code", "words"),
    [
        ("csv", ".", 2, "a folder"),
        ("csv", "nowhere/a.csv", 1, "cannot be written"),
        ("parquet", "a.db", 2, "a file"),
    ],
)
def test_a_place_that_cannot_take_it_is_one_sentence(store, form, out, code, words):
    place = store.parent / out
    failed(basalt("export", "--store", store, "--format", form, "--out", place), code, words)


def test_a_pump_that_is_not_there_is_one_sentence(store, tmp_path):
    out = tmp_path / "a.json"
    ran = basalt("export", "--store", store, "--format", "csv", "--out", out, "--pump", "zz")
    failed(ran, 2, "no pump zz", PUMP)
    assert not out.exists()
