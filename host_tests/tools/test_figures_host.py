"""The analysis says the same on every engine, and its sums are those of the facts."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from functools import cache
from itertools import pairwise

import ibis
import pytest

from basalt import decode, engine, facts, figures, history_reader, timeline
from host_tests.tools import made_log
from host_tests.tools.exported import five_days, keep


@cache
def table():
    """The facts of three pumps: two eventful days of five, quiet days, and a log with a hole."""
    found = []
    for pump, days, eventful in (("aa", 5, (1, 3)), ("bb", 3, ()), ("cc", 1, (0,))):
        raw = made_log.raw_log(made_log.several_days(days, eventful)[0])
        if pump == "cc":
            raw = made_log.without(raw, set(range(60, 70)))
        log = timeline.log_of(pump, decode.records(raw), [])
        found.append(facts.table(history_reader.read(log)))
    return facts.joined(found)


@cache
def by_duckdb():
    return engine.run(table())


def by_sqlite():
    """Another engine, with other rules for numbers, text and empty values."""
    connection = ibis.sqlite.connect()
    connection.create_table("facts", schema=ibis.schema(facts.COLUMNS))
    marks = ", ".join("?" * len(facts.COLUMNS))
    rows = zip(*(column.to_pylist() for column in table().columns), strict=True)
    connection.con.executemany(f"INSERT INTO facts VALUES ({marks})", rows)
    return engine.on(connection)


def by_spark():
    """The engine of studies with many pumps; only where somebody has installed it."""
    pytest.importorskip("pyspark", reason="no pyspark: pip install -e '.[spark]', and Java 17")
    if shutil.which("java") is None:
        pytest.skip(
            "pyspark is there, but no Java: on Debian `apt-get install default-jre-headless`"
        )
    from pyspark.sql import SparkSession

    with tempfile.TemporaryDirectory() as folder:
        builder = SparkSession.builder.master("local[1]")
        for name, value in {
            "spark.ui.enabled": "false",
            "spark.sql.warehouse.dir": folder,
            "spark.sql.shuffle.partitions": "1",  # 200 make minutes of seconds
            "spark.sql.session.timeZone": "UTC",
        }.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        try:
            connection = ibis.pyspark.connect(session)
            connection.create_table("facts", table(), overwrite=True)
            return engine.on(connection)
        finally:
            session.stop()


def same(one, other):
    """Equal, and numbers with a fraction to the ninth digit: sums run in any order."""
    assert len(one) == len(other)
    for mine, its in zip(one, other, strict=True):
        assert mine.keys() == its.keys()
        for name, value in mine.items():
            if isinstance(value, float) and its[name] is not None:
                assert its[name] == pytest.approx(value, rel=1e-9), name
            else:
                assert its[name] == value, name


@pytest.mark.filterwarnings("ignore")  # what Spark and pandas say to each other
@pytest.mark.parametrize("other", [by_sqlite, by_spark])
def test_every_figure_is_the_same_on_another_engine(other):
    found = other()
    assert found.keys() == by_duckdb().keys() == figures.ALL.keys()
    for name, rows in by_duckdb().items():
        assert rows, name
        same(rows, found[name])


def test_what_was_compiled_beforehand_is_what_the_expressions_say():
    kept = json.loads(engine.STATEMENTS.read_text(encoding="utf-8"))
    assert kept["made_of"] == engine.made_of(), "run `make documents`"
    assert kept["tables"].keys() == figures.ALL.keys()
    connection = ibis.duckdb.connect()
    connection.con.register("facts", table())
    for name, rows in engine.on(connection).items():
        same(rows, by_duckdb()[name])


def test_expressions_that_were_changed_since_are_compiled_anew(monkeypatch):
    engine._statements.cache_clear()
    monkeypatch.setattr(engine, "made_of", lambda: "another")
    monkeypatch.setitem(figures.ALL, "one_more", figures.days)
    try:
        assert engine.run(table(), "one_more")["one_more"] == by_duckdb()["days"]
    finally:
        engine._statements.cache_clear()


def test_a_report_loads_neither_ibis_nor_pandas(tmp_path):
    """They take longer than all the rest of a report of a season."""
    store, page = keep(tmp_path / "a.db", five_days()), tmp_path / "a.html"
    program = "\n".join(
        [
            "import contextlib, sys",
            "from basalt import cli",
            "with contextlib.suppress(SystemExit):",
            f"    cli.main(['report', '--store', {str(store)!r}, '--out', {str(page)!r}])",
            "assert not {'ibis', 'pandas'} & set(sys.modules)",
        ]
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    assert page.exists()


def test_each_pump_has_its_own_rows_and_they_are_as_if_it_were_alone():
    for name, rows in engine.run(only("bb")).items():
        same(rows, [row for row in by_duckdb()[name] if row["pump"] == "bb"])


def only(pump):
    keep = [one == pump for one in table()["pump"].to_pylist()]
    return table().filter(keep)


def test_the_hours_of_the_clock_add_up_to_the_period():
    total = sum(row["bolus_steps"] for row in by_duckdb()["clock_hours"] if row["pump"] == "aa")
    assert total == by_duckdb()["summary"][0]["bolus_steps"] > 0


def test_the_median_of_the_time_to_acknowledge_is_that_of_the_alarms():
    rows = table().to_pylist()
    for kind in by_duckdb()["alarm_kinds"]:
        times = [
            row["seconds"]
            for row in rows
            if row["what"] == "alarm"
            and (row["pump"], row["name"]) == (kind["pump"], kind["alarm"])
            and row["seconds"] is not None
        ]
        assert kind["median_s"] == (statistics.median(times) if times else None)
        assert kind["acknowledged"] == len(times)


def test_the_time_between_changes_is_counted_for_reservoir_and_site():
    found = [row for row in by_duckdb()["changes"] if row["pump"] == "aa"]
    for kind in ("reservoir", "site"):
        of_kind = [row for row in found if row["kind"] == kind]
        assert of_kind[0]["since_ms"] is None
        for before, after in pairwise(of_kind):
            assert after["since_ms"] == after["start_ms"] - before["start_ms"] > 0


def test_a_meal_without_a_bolus_is_told_on_whole_days_alone():
    (summary,) = [row for row in by_duckdb()["summary"] if row["pump"] == "bb"]
    assert summary["missed_breakfast"] == summary["missed_lunch"] == 0
    rows = [
        row
        for row in only("bb").to_pylist()
        if not (row["what"] == "bolus" and row["hour"] == 12 and row["day"] == "2024-01-02")
    ]
    (summary,) = engine.run(facts.of_rows(rows), "summary")["summary"]
    assert (summary["missed_lunch"], summary["missed_dinner"]) == (1, 0)
    first_day = [row for row in rows if row["day"] == "2024-01-01"]
    (summary,) = engine.run(facts.of_rows(first_day), "summary")["summary"]
    assert summary["whole_days"] == summary["missed_breakfast"] == 0


def test_where_one_dose_is_not_known_in_units_its_sums_are_not_either():
    rows = only("bb").to_pylist()
    next(row for row in rows if row["what"] == "dose" and row["name"] == "basal")["mu"] = None
    found = engine.run(facts.of_rows(rows), "days", "summary")
    assert found["days"][0]["basal_mu"] is None and found["days"][1]["basal_mu"] is not None
    (summary,) = found["summary"]
    assert summary["basal_mu"] is None and summary["bolus_mu"] is not None
    assert summary["basal_steps"] == by_duckdb()["summary"][1]["basal_steps"]


def test_no_row_crosses_midnight_and_no_dose_crosses_an_hour():
    for row in table().to_pylist():
        if row["what"] in ("covered", "rate", "stop", "dose") and row["end_ms"] > row["start_ms"]:
            length = facts.HOUR_MS if row["what"] == "dose" else 24 * facts.HOUR_MS
            assert row["start_ms"] // length == (row["end_ms"] - 1) // length


def test_every_fact_has_a_name_of_its_own_for_ever():
    names = facts.identities(table())
    assert len(set(names)) == len(names)
    raw = made_log.raw_log(made_log.several_days(5, (1, 3))[0])
    earlier = timeline.log_of("aa", decode.records(raw[: len(raw) // 64 * 32]), [])
    before = facts.table(history_reader.read(earlier))
    assert set(facts.identities(before)) <= set(names)
