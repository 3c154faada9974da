"""Which basal program was in force, and what each held, reaches Tidepool and Nightscout."""

import json

import pytest

from basalt import nightscout, tidepool
from host_tests.core.bench import BUTTONS
from host_tests.tools import made_log, page_runs
from host_tests.tools.exported import check_tidepool, keep, log_of
from host_tests.tools.page_runs import SIZE
from pump.core import codes, events, programs, temporary

REST = ((0, 600), (720, 2_000))


@pytest.fixture
def log(tmp_path):
    return log_of(keep(tmp_path / "a.db", page_runs.scheduled()))


def segments(*rates):
    """As Tidepool has them."""
    return [{"start": start * 60_000, "rate": rate / 1000} for start, rate in rates]


def test_each_program_is_in_force_from_its_activation_on(log):
    told = [(one.title, one.segments) for one in log.schedules()]
    assert told == [
        ("Program 1", ((0, 1_000),)),
        ("Program 2, day off", REST),
        ("Program 3", ((0, 900),)),
        ("Program 3", ((0, 800),)),
        ("Program 2, day off", REST),  # it was cut before it was saved
        ("Program 3", ((0, 800),)),
    ]


def test_settings_tell_all_programs_and_which_is_in_force(log):
    records = tidepool.records(log)
    check_tidepool(records)
    found = [record for record in records if record["type"] == "pumpSettings"]
    second = next(one for one in found if one["activeSchedule"] == "Program 2, day off")
    assert second["basalSchedules"] == {
        "Program 1": segments((0, 1_000)),
        "Program 2, day off": segments(*REST),
    }
    assert found[-1]["activeSchedule"] == "Program 3"
    assert found[-1]["basalSchedules"] == {
        "Program 2, day off": segments(*REST),
        "Program 3": segments((0, 800)),
    }
    edited = [one["basalSchedules"] for one in found if "Program 2" in one["basalSchedules"]]
    assert edited, "a program that is not in force is told when it is written"


def test_basal_names_the_program_that_it_is_by(log):
    found = [one for one in tidepool.records(log) if one["type"] == "basal"]
    told = [
        (one.get("scheduleName") or one["suppressed"]["scheduleName"], one["deliveryType"])
        for one in found
    ]
    in_order = [one for at, one in enumerate(told) if not at or told[at - 1] != one]
    assert in_order == [
        ("Program 1", "scheduled"),
        ("Program 2, day off", "scheduled"),
        ("Program 2, day off", "temp"),
        ("Program 3", "temp"),
        ("Program 3", "scheduled"),
        ("Program 2, day off", "suspend"),  # of a cut, before it is known that it was not saved
    ]
    half = [one for one in found if one["deliveryType"] == "temp"]
    assert [(one["rate"], one["suppressed"]["rate"]) for one in half] == [
        *((0.3, 0.6), (1.0, 2.0), (0.45, 0.9)),
    ]


def test_nightscout_gets_a_profile_switch_for_each_activation(log):
    found = [one for one in nightscout.documents(log) if one["eventType"] == "Profile Switch"]
    assert [one["profile"] for one in found] == [
        *("Basalt, program 1", "Basalt, program 2, day off", "Basalt, program 3"),
        *("Basalt, program 3", "Basalt, program 2, day off", "Basalt, program 3"),
    ]
    basal = json.loads(found[1]["profileJson"])["basal"]
    assert [(one["time"], one["value"]) for one in basal] == [("00:00", 0.6), ("12:00", 2.0)]


def test_a_rate_that_holds_two_programs_back_names_each_for_its_time(tmp_path):
    made = made_log.MadePump(segments=[(0, 1_000)])
    pump = made.pump
    assert pump.set_clock(made_log.EPOCH_DAY * made_log.DAY_S, 60, BUTTONS) == codes.OK
    assert programs.edit(pump, 2, [(0, 600)], BUTTONS) == codes.OK
    assert temporary.begin(pump, temporary.NO_PERCENT, 500, 120, BUTTONS) == codes.OK
    made.run_s(3_600)
    assert programs.activate(pump, 2, BUTTONS) == codes.OK
    made.run_s(7_200)
    log = log_of(keep(tmp_path / "d.db", made_log.raw_log(made)))
    found = [one for one in tidepool.records(log) if one.get("deliveryType") == "temp"]
    assert [(one["suppressed"]["scheduleName"], one["suppressed"]["rate"]) for one in found] == [
        *(("Program 1", 1.0), ("Program 2", 0.6)),
    ]
    assert [one["duration"] for one in found] == [3_600_000, 3_600_000]


def test_a_longer_log_says_the_same_of_programs_as_a_shorter_one(tmp_path, log):
    raw = page_runs.scheduled()
    whole = {one["origin"]["id"]: one for one in tidepool.records(log)}
    sent = {one["identifier"]: one for one in nightscout.documents(log)}
    at = [made_log.numbers_of(raw, e) for e in (events.PROGRAM_ACTIVATED, events.BASAL_PROGRAM)]
    for count in sorted({seq + more for seqs in at for seq in seqs for more in (-2, 0, 1, 3)}):
        shorter = log_of(keep(tmp_path / f"{count}.db", raw[: count * SIZE]))
        for one in tidepool.records(shorter):
            assert whole[one["origin"]["id"]] == one
        for one in nightscout.documents(shorter):
            assert sent[one["identifier"]] == one


def test_a_log_without_its_beginning_names_no_program_that_it_does_not_know(tmp_path):
    raw = page_runs.scheduled()
    first = made_log.numbers_of(raw, events.BASAL_PROGRAM)[0] - 1  # with its one segment
    found = log_of(keep(tmp_path / "b.db", raw[(first - 1) * SIZE :])).schedules()
    assert [one.title for one in found[:2]] == ["Program", "Program 2, day off"]
    assert found[1].others == {"Program 1": ((0, 1_000),)}


def test_a_log_without_its_beginning_names_the_program_from_its_first_checkpoint_on(tmp_path):
    made = made_log.MadePump(segments=[(0, 1_000)])
    pump = made.pump
    assert pump.set_clock(made_log.EPOCH_DAY * made_log.DAY_S, 60, BUTTONS) == codes.OK
    assert programs.edit(pump, 2, list(REST), BUTTONS) == codes.OK
    assert programs.activate(pump, 2, BUTTONS) == codes.OK
    made.run_s(3_600)
    lost = pump.log.next_seq
    made.run_s(3 * 3_600)
    pump.checkpoint()
    told = pump.log.next_seq
    made.run_s(12 * 3_600)
    assert programs.edit(pump, 2, [(0, 700)], BUTTONS) == codes.OK
    made.run_s(3_600)
    pump.checkpoint()
    made.commit()
    raw = made_log.raw_log(made)
    log = log_of(keep(tmp_path / "e.db", raw[(lost - 1) * SIZE :]))
    first, second = log.schedules()
    assert (first.title, first.segments) == ("Program 2", ()) and lost < first.seq < told
    assert (second.title, second.segments) == ("Program 2", ((0, 700),))
    records = tidepool.records(log)
    check_tidepool(records)
    named = [(one["time"], one["scheduleName"]) for one in records if one["type"] == "basal"]
    titles = [title for _, title in sorted(named)]
    assert set(titles) == {"Program", "Program 2"} and titles == sorted(titles)
    # What it holds is told once the log says it.
    (settings,) = [one for one in records if one["type"] == "pumpSettings"]
    assert settings["basalSchedules"] == {"Program 2": segments((0, 700))}
    switches = [one for one in nightscout.documents(log) if one["eventType"] == "Profile Switch"]
    assert [one["profile"] for one in switches] == ["Basalt, program 2"]
    # What it holds may be told first.
    at = made_log.numbers_of(raw, events.BASAL_PROGRAM)[-1] - 1  # with its one segment
    found = log_of(keep(tmp_path / "f.db", raw[(at - 1) * SIZE :])).schedules()
    assert [(one.title, one.segments) for one in found] == [
        *(("Program", ((0, 700),)), ("Program 2", ((0, 700),))),
    ]


def test_records_of_a_program_that_are_missing_leave_what_is_known(tmp_path):
    raw = page_runs.scheduled()
    gone = made_log.numbers_of(raw, events.PROGRAM_SEGMENT)[0]
    found = log_of(keep(tmp_path / "c.db", made_log.without(raw, {gone}))).programs()
    assert [one.title for one in found][:1] == ["Program 1"]
    assert found[1].title == "Program 1" and found[1].others == {}, "half a program is none"
