"""Temporary basals of a log: as facts, as Tidepool's tiles, as Nightscout's treatments."""

import json
import re

import pytest

from basalt import nightscout, tidepool
from host_tests.core.bench import BUTTONS
from host_tests.tools import made_log
from host_tests.tools.exported import check_tidepool, keep, log_of
from host_tests.tools.running import basalt
from pump.core import codes, events, temporary
from pump.core.temporary import NO_PERCENT

DAY = made_log.EPOCH_DAY


@pytest.fixture(scope="module")
def log(store):
    return log_of(store)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """150 % for its hour, 2.5 U/h that 0 % follows, a suspension in that, a cut in another."""
    pump = made_log.MadePump(segments=[(0, 1_000), (720, 1_200)])
    do(pump.pump.set_clock(DAY * made_log.DAY_S + 8 * 3_600, 60, BUTTONS))
    pump.at(DAY, "09:30")
    do(temporary.begin(pump.pump, 150, 0, 60, BUTTONS))
    pump.at(DAY, "11:00")
    do(temporary.begin(pump.pump, NO_PERCENT, 2_500, 120, events.SOURCE_LINK))
    pump.at(DAY, "11:20")
    do(temporary.begin(pump.pump, 0, 0, 60, events.SOURCE_LINK))
    pump.at(DAY, "11:30")
    do(pump.pump.suspend(BUTTONS))
    pump.at(DAY, "11:40")
    do(pump.pump.resume(BUTTONS))
    pump.at(DAY, "12:00")
    do(temporary.begin(pump.pump, 80, 0, 60, BUTTONS))
    pump.at(DAY, "12:20")
    again = made_log.MadePump(settings=pump.pump.settings, log=pump.log)
    do(again.pump.set_clock(DAY * made_log.DAY_S + 12 * 3_600 + 1_500, 60, BUTTONS))
    again.at(DAY, "14:00")
    return keep(tmp_path_factory.mktemp("temporary") / "a.db", made_log.raw_log(again))


def do(code):
    assert code == codes.OK


def minutes(found):
    return (found.end_ms - found.start_ms) / 60_000


def test_each_is_a_fact_with_what_was_asked_and_what_became_of_it(log):
    found = log.history.temporaries
    told = [(t.percent, t.rate_mu_h, t.asked_min, t.source, t.outcome) for t in found]
    assert told == [
        (150, 1_500, 60, "buttons", "time"),
        (None, 2_500, 120, "link", "renewed"),
        (0, 0, 60, "link", "suspended"),
        (80, 960, 60, "buttons", "power_lost"),
    ]
    assert [minutes(t) for t in found[:3]] == [60, 20, 10]
    # All that is known of the last is how long it was in force at its last record.
    assert 0 < minutes(found[3]) <= 20
    # By its end less than was owed: at most three minutes of it follow later.
    assert 1_425 <= found[0].mu <= 1_500 and 700 <= found[1].mu <= 834
    assert found[2].steps == 0 or found[2].mu < 834 - found[1].mu


def test_the_report_lists_each_with_what_it_gave_and_how_it_ended(store, tmp_path):
    page = tmp_path / "page.html"
    printed = basalt("report", "--store", store, "--out", page, "--json").out
    told = json.loads(printed)["temporary_basals"]
    assert [(row["percent"], row["outcome"]) for row in told] == [
        *((150, "time"), (None, "renewed"), (0, "suspended"), (80, "power_lost"))
    ]
    text = page.read_text(encoding="utf-8")
    table = text[text.index("<h3>Temporary basal</h3>") :].split("</table>")[0]
    rows = [
        [cell.split("</td>")[0] for cell in re.split(r"<td[^>]*>", row)[1:]]
        for row in table.split("<tr>")[2:]
    ]
    assert [row[1:4] + row[5:] for row in rows] == [
        ["150 %", "1 h 00 min", "1 h 00 min", "at its time"],
        ["2.50 U/h", "2 h 00 min", "20 min", "another took its place"],
        ["0 %", "1 h 00 min", "10 min", "delivery was suspended"],
        ["80 %", "1 h 00 min", rows[3][3], "the power was lost"],
    ]
    assert [float(row[4]) for row in rows] == [round(row["given"]["mu"] / 1000, 2) for row in told]


def test_tidepool_gets_tiles_of_it_between_those_of_the_program(log):
    records = tidepool.records(log)
    check_tidepool(records)
    tiles = [r for r in records if r["type"] == "basal" and r["deliveryType"] == "temp"]
    assert [(r["rate"], r.get("percent")) for r in tiles] == [
        (1.5, 1.5),
        (2.5, None),
        (0, 0),
        (0.96, 0.8),
    ]
    assert [r["duration"] / 60_000 for r in tiles[:3]] == [60, 20, 10]


def test_tidepool_is_told_the_rate_of_the_program_that_was_held_back(log):
    records = [r for r in tidepool.records(log) if r["type"] == "basal"]
    held = [(r["deliveryType"], r["suppressed"]["rate"]) for r in records if "suppressed" in r]
    # The program is 1 U/h until noon, and what a suspension after 0 % holds back is that, not 0.
    off = ("suspend", 1.2)  # the cut, from its last record to the next start
    temps = [("temp", 1.0), ("temp", 1.0), ("temp", 1.0), ("suspend", 1.0), ("temp", 1.2)]
    assert held == [*temps, off]


def test_what_is_held_back_changes_with_the_segments_of_the_program(tmp_path):
    pump = made_log.MadePump()
    do(pump.pump.set_clock(DAY * made_log.DAY_S + 8 * 3_600, 60, BUTTONS))
    do(pump.pump.set_basal([(0, 1_000), (720, 1_200), (780, 900)], BUTTONS))
    pump.at(DAY, "11:30")
    do(temporary.begin(pump.pump, NO_PERCENT, 2_500, 60, BUTTONS))
    pump.at(DAY, "12:45")
    do(pump.pump.suspend(BUTTONS))
    pump.at(DAY, "13:15")
    do(pump.pump.resume(BUTTONS))
    pump.at(DAY, "14:00")
    records = tidepool.records(log_of(keep(tmp_path / "a.db", made_log.raw_log(pump))))
    check_tidepool(records)
    held = [
        (r["deliveryType"], r["deviceTime"][11:16], r["suppressed"]["rate"])
        for r in records
        if "suppressed" in r
    ]
    assert held == [
        ("temp", "11:30", 1.0),
        ("temp", "12:00", 1.2),
        ("suspend", "12:45", 1.2),
        ("suspend", "13:00", 0.9),
    ]


def test_nightscout_gets_a_treatment_with_the_time_that_it_was_in_force(log):
    found = [d for d in nightscout.documents(log) if d["eventType"] == "Temp Basal"]
    told = [(d.get("percent"), d.get("absolute"), round(d["duration"])) for d in found]
    assert told[:3] == [(50, None, 60), (None, 2.5, 20), (-100, None, 10)]
    assert (-20, None) in [(d.get("percent"), d.get("absolute")) for d in found]
    assert len({d["identifier"] for d in found}) == len(found)
