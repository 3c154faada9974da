"""The log is read back in three formats, chosen by time and event, every field by its name."""

import csv
import io
import json
import sqlite3

import pytest
from rich.console import Console

from basalt import firmware, loglines
from basalt.store import Store
from host_tests.fakes.link_service import LinkService
from host_tests.tools.running import basalt, failed
from pump.core import event_table, events, record

HOUR_S = 3_600


def keep(path, service, name="e661"):
    """Put a fake pump's records into a store."""
    with Store.open(path, create=True) as store:
        pump = store.add_pump(name, 1, "Basalt", "pico", "0.1.0")
        store.add(pump, b"".join(service.records))


@pytest.fixture
def path(tmp_path):
    """A store with one day of one pump: a boot, a clock set an hour later, a bolus after that."""
    service = LinkService()
    service.trusted = False
    service.local_s = 0
    service.uptime_s, service.uptime_ms = 0, 500
    service.write(events.LOG_NEW)
    service.run(HOUR_S)
    service.set_clock(190_000_000, 60)
    service.run(60)
    service.write(events.BOLUS_END, 7, 1_250, 848, events.END_STOPPED)
    service.run(24 * HOUR_S)
    service.write(events.ALARM_RAISED, 1, 2, -5)
    keep(tmp_path / "a.db", service)
    return tmp_path / "a.db"


def rows(path, *options):
    ran = basalt("log", "--store", path, "--format", "json", *options)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_json_has_the_base_columns_then_the_own_fields_of_each_event(path):
    found = rows(path)
    assert [list(row)[:9] for row in found] == [list(loglines.BASE)] * 4
    assert found[2] == {
        "pump": "e661",
        "seq": 3,
        "boot": 1,
        "uptime_ms": 3_660_500,
        "utc": "2026-01-08T00:47:40.500Z",
        "local": "2026-01-08T01:47:40",
        "event": "bolus_end",
        "severity": "info",
        "clock": "set",
        "bolus_id": 7,
        "given_mu": 1_250,
        "given_steps": 848,
        "reason": "stopped",
    }
    assert found[3]["alarm"] == "occlusion" and found[3]["value"] == -5


def test_records_before_the_clock_was_set_get_their_utc_by_counting_back(path):
    first = rows(path)[0]
    assert first["utc"] == "2026-01-07T23:46:40.500Z"
    assert first["local"] == "2020-01-01T00:00:00"
    assert first["clock"] == "counted"


def test_csv_has_a_column_for_each_field_of_the_events_that_occur(path):
    ran = basalt("log", "--store", path, "--format", "csv", "--event", "bolus_end")
    assert ran.out.splitlines()[0].endswith(",clock,bolus_id,given_mu,given_steps,reason")
    everything = list(
        csv.DictReader(io.StringIO(basalt("log", "--store", path, "--format", "csv").out))
    )
    assert len(everything) == 4
    assert everything[2]["given_mu"] == "1250" and everything[2]["alarm"] == ""
    assert everything[3]["given_mu"] == "" and everything[3]["alarm"] == "occlusion"


def test_csv_and_json_say_the_same(path):
    table = list(
        csv.DictReader(io.StringIO(basalt("log", "--store", path, "--format", "csv").out))
    )
    for line, row in zip(table, rows(path), strict=True):
        assert {name: text for name, text in line.items() if text} == {
            name: str(value) for name, value in row.items()
        }


def test_the_table_is_for_reading(path):
    ran = basalt("log", "--store", path)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0].split() == ["seq", "local", "event", "fields"]
    assert lines[3].split() == [
        "3",
        "2026-01-08T01:47:40",
        "bolus_end",
        "bolus_id=7",
        "given_mu=1250",
        "given_steps=848",
        "reason=stopped",
    ]
    assert "2020-01-01T00:00:00?" in lines[1]


def test_json_option_is_the_json_format(path):
    assert basalt("log", "--store", path, "--json").out == (
        basalt("log", "--store", path, "--format", "json").out
    )


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (("--since", "2026-01-08"), [3, 4]),
        (("--since", "2026-01-08T01:47:40"), [3, 4]),
        (("--since", "2026-01-08 01:47:41"), [4]),
        (("--until", "2026-01-09"), [1, 2, 3]),
        (("--since", "2026-01-08", "--until", "2026-01-09"), [3]),
        (("--since", "2026-01-08T00:46:40Z", "--until", "2026-01-08T00:47:41Z"), [2, 3]),
        (("--since", "2026-01-08T01:47:00+01:00"), [3, 4]),
        (("--since", "2030-01-01"), []),
        (("--event", "log_new", "--event", "alarm_raised"), [1, 4]),
        (("--event", "motor_error"), []),
    ],
)
def test_records_are_chosen_by_time_and_event(path, options, numbers):
    assert [row["seq"] for row in rows(path, *options)] == numbers
    ran = basalt("log", "--store", path, "--format", "csv", *options)
    assert len(ran.out.splitlines()) == 1 + len(numbers)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--since", "yesterday"), "'yesterday' is no time"),
        (("--until", "2026-13-01"), "is no time"),
        (("--event", "bolus_ende"), "did you mean bolus_end"),
        (("--event", "zzz"), "see `basalt events`"),
        (("--pump", "nobody"), "there are: e661"),
    ],
)
def test_a_choice_that_makes_no_sense_is_one_sentence(path, options, words):
    failed(basalt("log", "--store", path, *options), 2, words)


def test_a_store_that_is_none_is_one_sentence(tmp_path):
    failed(basalt("log", "--store", tmp_path / "no.db"), 6, "There is no store", "basalt pull")
    failed(basalt("log", "--store", tmp_path), 6, "is a folder")
    text = tmp_path / "text"
    text.write_text("x" * 5_000)
    failed(basalt("log", "--store", text), 6, "is not a Basalt store")
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE letters (text)")
    db.close()
    failed(basalt("log", "--store", other), 6, "is not a Basalt store")
    (tmp_path / "empty").write_bytes(b"")
    failed(basalt("log", "--store", tmp_path / "empty"), 6, "is not a Basalt store")


def test_a_store_of_a_newer_program_is_left_alone(path):
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    failed(basalt("log", "--store", path), 6, "newer Basalt", "version 99", "update")


def test_a_store_that_is_cut_short_is_one_sentence(path):
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    failed(basalt("log", "--store", path), 6, "is damaged", "nothing was written", "basalt pull")


def test_an_event_that_this_program_does_not_know_is_shown_with_its_bytes(tmp_path):
    raw = record.pack(1, 1, 250, 5, 0, True, 190_000_000, "<IB", (0x01020304, 9))
    service = LinkService()
    service.records = [bytes(raw)]
    keep(tmp_path / "a.db", service)
    (row,) = rows(tmp_path / "a.db")
    assert (row["event"], row["severity"]) == ("event_250", "unknown")
    assert row["fields_hex"] == "0403020109000000000000"
    ran = basalt("log", "--store", tmp_path / "a.db", "--format", "csv")
    assert ran.out.splitlines()[1].endswith("0403020109000000000000")


def test_several_pumps_are_shown_one_after_the_other_or_one_alone(tmp_path):
    for name in ("aa", "bb"):
        service = LinkService()
        service.fill(2)
        keep(tmp_path / "a.db", service, name)
    assert [row["pump"] for row in rows(tmp_path / "a.db")] == ["aa", "aa", "bb", "bb"]
    assert [row["pump"] for row in rows(tmp_path / "a.db", "--pump", "bb")] == ["bb", "bb"]


def test_no_field_of_any_event_has_the_name_of_a_base_column():
    for event in firmware.EVENTS.values():
        assert not {field.name for field in event.fields} & {*loglines.BASE, "fields_hex"}


def test_every_event_is_listed_with_its_fields():
    data = json.loads(basalt("events", "--json").out)
    assert [row["name"] for row in data] == [row[1] for row in event_table.EVENTS]
    assert "bolus_end" in basalt("events").out


def test_a_long_table_is_printed_in_parts_whose_columns_stand_under_each_other(path, monkeypatch):
    def lines():
        return [line.rstrip() for line in basalt("log", "--store", path).out.splitlines()]

    whole = lines()
    monkeypatch.setattr(loglines, "_LINES_AT_ONCE", 2)
    assert lines() == whole


@pytest.mark.parametrize("form", loglines.Format)
def test_each_format_tells_how_far_it_is(path, form, monkeypatch):
    monkeypatch.setattr(loglines, "_CHUNK", 3)
    with Store.open(path) as store:
        logs = store.logs()
    told = []
    out = io.StringIO()
    writer = loglines.WRITERS.get(form)
    if writer is None:
        loglines.write_table(logs, Console(file=out), lambda *far: told.append(far))
    else:
        writer(logs, out, lambda *far: told.append(far))
    assert told == [(0, 4), (3, 4), (4, 4)]
