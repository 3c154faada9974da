"""Extended and combined boluses of a log: as facts, in the report, for Tidepool and Nightscout."""

import json
import re

import pytest

from basalt import (
    bolus_reader,
    decode,
    history_reader,
    nightscout,
    report_words,
    tidepool,
    timeline,
)
from basalt.history import DAY_MS
from host_tests.tools import made_log
from host_tests.tools.exported import check_tidepool, keep, log_of
from host_tests.tools.running import basalt
from pump.core import event_table, events, record

COMBINED, ALONE, LINKED, SHORT, BOTH_SHORT, QUICK, CUT, LONG, RUNNING = range(9)
END = events.EXTENDED_END


@pytest.fixture(scope="module")
def made():
    return made_log.extended_days()


@pytest.fixture(scope="module")
def store(made, tmp_path_factory):
    return keep(tmp_path_factory.mktemp("extended") / "a.db", made_log.raw_log(made[0]))


@pytest.fixture(scope="module")
def log(store):
    return log_of(store)


@pytest.fixture(scope="module")
def found(log):
    return [bolus for bolus in log.history.boluses if bolus.later]


def read(raw):
    return history_reader.read(timeline.log_of("aa", decode.records(raw), []))


def packed(seq, boot, event, uptime_s, values):
    layout = event_table.layout(event_table.row_of(event)[3])
    return bytes(record.pack(seq, boot, event, uptime_s, 0, True, 190_000_000, layout, values))


def bolus_steps(history):
    return sum(dose.steps for dose in history.doses if dose.kind == "bolus")


def test_each_is_one_bolus_with_what_was_asked_for_and_how_it_ended(found):
    told = [(b.kind, b.source, b.asked_mu, b.later.asked_min, b.outcome) for b in found]
    assert told == [
        ("combined", "buttons", 5_000, 60, "all_given"),
        ("extended", "buttons", 2_000, 90, "stopped"),
        ("extended", "link", 1_500, 120, "suspended"),
        ("combined", "buttons", 4_500, 720, "stopped"),
        ("combined", "buttons", 7_000, 15, "stopped_remotely"),
        ("extended", "buttons", 5_000, 15, "stopped"),
        ("combined", "buttons", 8_000, 120, "power_lost"),
        ("extended", "buttons", 4_000, 240, "power_lost"),
        ("combined", "buttons", 1_500, 60, "under_way"),
    ]
    assert [b.later.elapsed_min for b in found] == [60, 40, 20, 0, 1, 0, 2, 150, None]
    assert [(b.now.asked_mu, b.now.given_mu) for b in found if b.now][:2] == [
        *((2_000, 2_000), (4_000, found[SHORT].given_mu))
    ]
    assert found[COMBINED].given_mu == 5_000 and 870 <= found[ALONE].given_mu <= 890


def test_a_normal_bolus_beside_one_is_a_bolus_of_its_own(log):
    (beside,) = [b for b in log.history.boluses if b.kind == "normal" and not b.is_refused]
    assert (beside.bolus_id, beside.given_mu, beside.outcome) == (3, 1_000, "all_given")


def test_one_that_was_refused_is_told_as_what_was_asked_for(log, store):
    (refused,) = [b for b in log.history.boluses if b.is_refused]
    assert (refused.kind, refused.asked_mu, refused.given_mu) == ("combined", 18_000, 0)
    assert (refused.refusal, refused.limit) == ("over_max_bolus", 10_000)
    report = json.loads(basalt("report", "--store", store, "--json").out)
    rows = [row for row in report["boluses_by_kind"] if row["what"] == "refusal"]
    assert [(row["kind"], row["boluses"]) for row in rows] == [("combined", 1)]
    said = report_words.outcome(refused) + report_words.extended(refused)
    assert said == "refused: over the largest bolus, 10.00 U (combined)"


def test_doses_are_what_the_motor_made_each_counted_once(made, log, found):
    _, truth = made
    history = log.history
    doubtful = [one for one in history.uncertain if one.kind == "bolus"]
    running = sum(one.max_steps for one in history.under_way if one.kind == "extended bolus")
    least = bolus_steps(history)
    most = least + sum(one.max_steps for one in doubtful) + running
    assert least < truth.bolus_steps <= most
    assert sum(b.given_steps for b in history.boluses) == least
    assert history.odometer_checks > 3 and history.odometer_differences == 0


def test_a_cut_leaves_the_bounds_of_both_parts_that_were_open(log, found):
    cut = found[CUT]
    both = [one for one in log.history.uncertain if one.bolus_id in (11, 12)]
    assert [one.uncertain for one in cut.portions] == both[::-1]
    assert cut.uncertain.max_steps == sum(one.max_steps for one in both) == 678
    assert cut.uncertain.start_ms == min(one.start_ms for one in both)
    assert found[LONG].uncertain.max_steps == 339 and found[ALONE].uncertain is None


def test_a_dose_belongs_to_the_hours_in_which_it_was_given(store):
    report = json.loads(basalt("report", "--store", store, "--json").out)
    first, second = report["days"]
    # 4 U over four hours from 22:45 on, cut at 01:15: at most half an hour of it is uncertain.
    by_hour = [hour["mu"] for hour in first["bolus_by_hour"]]
    late = [by_hour[22], by_hour[23], *(hour["mu"] for hour in second["bolus_by_hour"][:2])]
    assert late == pytest.approx([250, 1_000, 1_000, 0], abs=40)
    assert by_hour[9] == pytest.approx(2_000 + 1_000 + 3_000, abs=60)
    assert sum(row["bolus_mu"] for row in report["by_hour_of_day"]) == pytest.approx(
        sum(day["bolus"]["mu"] for day in report["days"])
    )


def test_the_report_counts_kinds_and_lists_each_with_what_it_gave(store, found, tmp_path):
    page = tmp_path / "page.html"
    report = json.loads(basalt("report", "--store", store, "--out", page, "--json").out)
    kinds = {(row["kind"], row["outcome"]): row["boluses"] for row in report["boluses_by_kind"]}
    assert kinds["combined", "power_lost"] == kinds["extended", "power_lost"] == 1
    assert kinds["normal", "all_given"] == 1 and sum(kinds.values()) == len(found) + 2
    rows = report["extended_boluses"]
    assert [row["given_mu"] for row in rows] == [bolus.given_mu for bolus in found]
    assert rows[COMBINED] == {
        "bolus_id": 1,
        "kind": "combined",
        "start": "2024-01-01T09:00:00",
        "now": {"asked_mu": 2_000, "given_mu": 2_000},
        "later": {"asked_mu": 3_000, "given_mu": 3_000},
        "asked_min": 60,
        "elapsed_min": 60,
        "given_mu": 5_000,
        "outcome": "all_given",
    }
    text = page.read_text(encoding="utf-8")
    table = text[text.index("<h3>Extended boluses</h3>") :].split("</table>")[0]
    cells = [re.findall(r"<td[^>]*>([^<]*)", row) for row in table.split("<tr>")[2:]]
    assert [row[1:5] + row[6:] for row in cells[:2]] == [
        ["2.00", "3.00", "1 h 00 min", "1 h 00 min", "given"],
        ["0.00", "2.00", "1 h 30 min", "40 min", "stopped"],
    ]
    assert len(cells) == len(found)


def test_the_facts_tell_what_was_to_be_given_over_what_time(store, tmp_path):
    out = tmp_path / "facts.jsonl"
    assert basalt("export", "--store", store, "--format", "jsonl", "--out", out).code == 0
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    told = [row for row in rows if row["what"] == "bolus" and row["name"] != "normal"]
    assert [(r["name"], r["value"], r["seconds"], r["over_s"]) for r in told[:3]] == [
        ("combined", 3_000, 3_600, 3_600),
        ("extended", 2_000, 5_400, 2_400),
        ("extended", 1_500, 7_200, 1_200),
    ]
    assert told[CUT]["most_steps"] == 678


def test_tidepool_gets_squares_and_duals_with_what_was_expected(log, found):
    records = tidepool.records(log)
    check_tidepool(records)
    boluses = [r for r in records if r["type"] == "bolus" and r["subType"] != "normal"]
    fields = ("normal", "extended", "duration", "expectedExtended", "expectedDuration")
    told = [(r["subType"], *(r.get(name) for name in fields)) for r in boluses]
    alone, linked = found[ALONE].given_mu / 1_000, found[LINKED].given_mu / 1_000
    assert told[:3] == [
        ("dual/square", 2.0, 3.0, 3_600_000, None, None),
        ("square", None, alone, 2_400_000, 2.0, 5_400_000),
        ("square", None, linked, 1_200_000, 1.5, 7_200_000),
    ]
    # Stopped in the first seconds: the part at once is short, and of the other nothing was given.
    short = boluses[SHORT]
    assert (short["subType"], short["expectedNormal"], short["duration"]) == ("dual/square", 4, 0)
    assert short["normal"] == found[SHORT].given_mu / 1_000
    # A bolus that runs on is not there yet.
    assert len({r["time"] for r in boluses}) == len(found) - 1


def test_where_both_parts_were_cut_short_tidepool_gets_a_record_of_each(log, found):
    both = found[BOTH_SHORT]
    records = [r for r in tidepool.records(log) if r.get("origin", {})["id"].count("/bolus/")]
    told = {r["subType"]: r for r in records if f"/{both.seq}/" in r["origin"]["id"]}
    assert set(told) == {"normal", "square"}
    assert told["normal"]["normal"] == both.now.given_mu / 1_000
    assert told["square"]["extended"] == both.later.given_mu / 1_000 > 0
    assert (told["square"]["expectedExtended"], told["square"]["duration"]) == (3.0, 60_000)


def test_more_of_a_log_changes_no_record_of_it(made, tmp_path):
    raw = made_log.raw_log(made[0])
    whole = {r["origin"]["id"]: r for r in tidepool.records(log_of(keep(tmp_path / "a.db", raw)))}
    for count in range(64, len(raw) // 32, 41):
        part = log_of(keep(tmp_path / f"{count}.db", raw[: count * 32]))
        boluses = [r for r in tidepool.records(part) if r["type"] == "bolus"]
        assert all(whole[one["origin"]["id"]] == one for one in boluses)


def test_nightscout_gets_a_combo_with_its_split_and_rate(log, found):
    combos = [d for d in nightscout.documents(log) if d["eventType"] == "Combo Bolus"]
    assert len(combos) == len(found) - 1
    first, second = combos[:2]
    told = ("enteredinsulin", "insulin", "splitNow", "splitExt", "duration", "relative")
    assert [first[name] for name in told] == [5.0, 2.0, 40, 60, 60, 3.0]
    given = found[ALONE].given_mu / 1_000
    assert [second[name] for name in told[:5]] == [given, 0.0, 0, 100, 40]
    assert second["relative"] == pytest.approx(given * 1.5, abs=0.001)
    assert "2.00 U were asked for" in second["notes"]
    # All that was given is in it, also of one that was stopped within a minute and has no rate.
    assert combos[QUICK]["duration"] == 0 and combos[QUICK]["insulin"] > 0.2
    rest = [d["relative"] * d["duration"] / 60 for d in combos]
    assert [d["insulin"] + later for d, later in zip(combos, rest, strict=True)] == pytest.approx(
        [d["enteredinsulin"] for d in combos], abs=0.001
    )


def test_where_its_start_is_lost_what_it_gave_before_is_in_no_dose(made):
    """From its fourth part on; a checkpoint tells what was asked for."""
    raw = made_log.raw_log(made[0])
    start = made_log.numbers_of(raw, events.EXTENDED_START)[LONG]
    parts = [seq for seq in made_log.numbers_of(raw, events.EXTENDED_PART) if seq > start]
    history = read(raw[(parts[3] - 1) * 32 :])
    long = history.boluses[0]
    assert (long.kind, long.asked_mu, long.later.asked_min) == ("extended", 4_000, None)
    assert (long.outcome, long.later.elapsed_min) == ("power_lost", 150)
    later = sum(b.given_steps for b in history.boluses[1:])
    in_log = bolus_steps(history) - later
    assert 0 < long.given_steps - in_log < 700
    assert history.odometer_differences == 0


def test_where_neither_its_start_nor_a_checkpoint_is_there_only_its_parts_are_doses(made):
    """How much of the sum is of its last part, after the fourth, cannot be told."""
    raw = made_log.raw_log(made[0])
    start, end = (made_log.numbers_of(raw, e)[ALONE] for e in (events.EXTENDED_START, END))
    parts = [seq for seq in made_log.numbers_of(raw, events.EXTENDED_PART) if start < seq < end]
    history = read(raw[parts[0] * 32 : end * 32])
    (alone,) = history.boluses
    assert (alone.outcome, alone.asked_mu, alone.given_mu) == ("stopped", None, 887)
    assert 0 < bolus_steps(history) < alone.given_steps


def test_where_its_end_is_lost_a_checkpoint_without_it_tells_that_it_is_over(made):
    raw = made_log.raw_log(made[0])
    end = made_log.numbers_of(raw, END)[LINKED]
    checkpoint = next(s for s in made_log.numbers_of(raw, events.CHECKPOINT_TODAY) if s > end)
    for last, outcome in ((checkpoint - 1, "under_way"), (checkpoint, "no_end")):
        history = read(made_log.without(raw[: last * 32], {end}))
        lost = [b for b in history.boluses if b.later][LINKED]
        assert lost.outcome == outcome, last


def test_a_restart_between_the_records_of_an_order_leaves_it_alone():
    """The power goes after the part over a time was begun, before the part at once was."""
    start = events.EXTENDED_START
    first = [
        packed(1, 1, events.BOOT, 0, (0, 0, 1, 0, 6_791, 10)),
        packed(2, 1, start, 10, (8, 2_000, 1_358, 4, 1, 0)),
        packed(3, 1, events.EXTENDED_PART, 10, (8, 0, 339)),
    ]
    second = [
        packed(4, 2, events.BOOT, 0, (0, 0, 1, 0, 6_791, 10)),
        packed(5, 2, events.UNCERTAIN, 1, (1, 0, 339, 8)),
        packed(6, 2, events.EXTENDED_END, 1, (8, 0, 0, 0, 4)),
        packed(7, 2, events.BOLUS_START, 90, (9, 1_000, 679, 0)),
        packed(8, 2, events.BOLUS_PART, 90, (9, 0, 339)),
    ]
    cut, after = read(b"".join(first + second)).boluses
    assert (cut.kind, cut.now, cut.outcome) == ("combined", None, "power_lost")
    assert cut.uncertain.max_steps == 339
    assert (after.kind, after.bolus_id, after.outcome) == ("normal", 9, "under_way")


def test_numbers_that_wrap_around_still_make_one_combined_bolus():
    found = []
    boluses = bolus_reader.Boluses(found, lambda steps: steps / 2)
    moment = bolus_reader.Moment(0, DAY_MS, 1)
    boluses.start_later(moment, 65_535, 2_000, 60, True, "link")
    boluses.start(moment, 1, 1_000, "link")
    (bolus,) = found
    assert (bolus.asked_mu, bolus.now.bolus_id, bolus.bolus_id) == (3_000, 1, 65_535)
