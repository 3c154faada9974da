"""An export for Tidepool is one that its validators take, and that says what the pump did."""

from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basalt import tidepool
from host_tests.core.bench import BUTTONS
from host_tests.tools import made_log
from host_tests.tools.exported import check_tidepool, five_days, keep, log_of
from pump.core import codes, states


@cache
def raw():
    return five_days()


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return log_of(keep(tmp_path_factory.mktemp("tidepool") / "a.db", raw()))


@pytest.fixture(scope="module")
def records(log):
    return tidepool.records(log)


def of(records, kind, sub=None):
    return [r for r in records if r["type"] == kind and sub in (None, r.get("subType"))]


def test_five_days_are_what_the_validators_take(records):
    check_tidepool(records)
    kinds = Counter((r["type"], r.get("subType") or r.get("deliveryType")) for r in records)
    assert set(kinds) == {
        ("bolus", "normal"),
        ("basal", "scheduled"),
        ("basal", "suspend"),
        ("deviceEvent", "alarm"),
        ("deviceEvent", "status"),
        ("deviceEvent", "prime"),
        ("deviceEvent", "reservoirChange"),
        ("deviceEvent", "timeChange"),
        ("pumpSettings", None),
    }


def test_each_bolus_is_there_once_with_what_was_given_and_what_was_asked(log, records):
    begun = [b for b in log.history.boluses if not b.is_refused]
    assert [r["normal"] for r in of(records, "bolus")] == [b.given_mu / 1000 for b in begun]
    cut = [r for r in of(records, "bolus") if "expectedNormal" in r]
    assert len(cut) == len([b for b in begun if b.is_interrupted]) == 4
    assert all(r["normal"] < r["expectedNormal"] for r in cut)


def test_what_is_uncertain_stands_beside_the_dose_and_not_in_it(records):
    (one, _) = [r for r in of(records, "bolus") if "uncertain" in r["payload"]]
    assert one["payload"]["uncertain"]["most"] > 0
    assert one["normal"] + one["payload"]["uncertain"]["most"] <= one["expectedNormal"]


def test_an_alarm_that_stops_delivery_brings_its_suspension(records):
    occlusions = [r for r in of(records, "deviceEvent", "alarm") if r["alarmType"] == "occlusion"]
    assert len(occlusions) == 2
    for one in occlusions:
        assert one["status"]["reason"] == {"suspended": "automatic"}
        times = [
            r["time"] for r in of(records, "deviceEvent", "status") if r["status"] == "suspended"
        ]
        assert one["status"]["time"] not in times


def test_every_suspension_that_ended_has_its_resume(records):
    alarms = [r for r in of(records, "deviceEvent", "alarm") if "status" in r]
    status = of(records, "deviceEvent", "status")
    suspended = len(alarms) + len([r for r in status if r["status"] == "suspended"])
    assert suspended == len([r for r in status if r["status"] == "resumed"]) > 4


def test_the_program_that_was_set_is_the_schedule(records):
    (one,) = of(records, "pumpSettings")
    expected = [{"start": s * 60_000, "rate": r / 1000} for s, r in made_log.BASAL]
    assert one["basalSchedules"] == {"Program 1": expected}


def test_while_power_is_off_no_basal_is_claimed(log, records):
    off = [
        r for r in of(records, "basal", None) if r.get("payload", {}).get("reason") == "no_power"
    ]
    spans = [o.end_ms - o.start_ms for o in log.history.offs if o.start_ms > 0]
    assert off and sum(r["duration"] for r in off) <= sum(spans)


def test_the_basal_of_a_day_is_near_what_the_motor_made(log, records):
    claimed = sum(
        r["rate"] * r["duration"] / 3_600_000
        for r in of(records, "basal")
        if r["deliveryType"] == "scheduled"
    )
    made = sum(d.mu for d in log.history.doses if d.kind == "basal") / 1000
    assert claimed == pytest.approx(made, rel=0.02)


def test_a_longer_log_says_the_same_of_what_a_shorter_one_said(tmp_path, records):
    whole = {r["origin"]["id"]: r for r in records}
    count = len(raw()) // 32
    for part in (count // 3, count // 2, count - 7):
        path = keep(tmp_path / f"{part}.db", raw()[: part * 32])
        for record in tidepool.records(log_of(path)):
            assert whole[record["origin"]["id"]] == record


def test_records_that_the_pumps_clock_does_not_time_are_left_out(tmp_path):
    made = made_log.MadePump()
    made.run_s(3_600)
    log = log_of(keep(tmp_path / "a.db", made_log.raw_log(made)))
    assert log.untimed == len(log.log) > 0
    assert tidepool.records(log) == []


# A life: what a person does, one after the other.
STEPS = st.one_of(
    st.tuples(st.just("wait"), st.integers(60, 40_000)),
    st.tuples(st.just("bolus"), st.integers(1, 200)),
    st.tuples(st.just("stop"), st.integers(1, 60)),
    st.tuples(st.just("suspend"), st.integers(60, 4_000)),
    st.tuples(st.just("cut"), st.integers(1, 4_000)),
    st.tuples(st.just("clock"), st.integers(-7_200, 7_200)),
    st.tuples(st.just("block"), st.integers(1, 20)),
    st.tuples(st.just("change"), st.integers(100, 300)),
    st.tuples(st.just("basal"), st.integers(0, 400)),
)


def live(made, step, value):
    """One step of a life; the pump that comes out of it."""
    pump = made.pump
    if step == "wait":
        made.run_s(value, 60_000)
    elif step == "bolus" and pump.give_bolus(value * 50, BUTTONS) == codes.OK:
        made.run_s(value * 4)
    elif step == "stop" and pump.give_bolus(9_000, BUTTONS) == codes.OK:
        made.run_s(value)
        pump.stop_bolus()
    elif step == "suspend":
        pump.suspend(BUTTONS)
        made.run_s(value, 60_000)
        pump.resume(BUTTONS)
    elif step == "cut":
        made = made.cut_power(value)
    elif step == "clock":
        pump.set_clock(pump.clock.local_s + value, 60, BUTTONS)
    elif step == "basal":
        pump.set_basal([(0, value * 10), (720, 800)], BUTTONS)
    elif step == "block" and pump.state == states.RUNNING:
        made.block_line(value)
    elif step == "change" and pump.state == states.RUNNING:
        made.change_reservoir(value * 1_000)
    made.turn(1_000)
    return made


@settings(max_examples=15, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_whatever_a_person_does_the_validators_take_it(tmp_path_factory, life):
    made = made_log.new_pump()
    for step, value in life:
        made = live(made, step, value)
    made.run_s(60)
    path = tmp_path_factory.mktemp("life") / "a.db"
    check_tidepool(tidepool.records(log_of(keep(path, made_log.raw_log(made)))))
