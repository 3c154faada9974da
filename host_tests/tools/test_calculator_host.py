"""Boluses of the calculator in a log: as facts, in the report, for Tidepool and for Nightscout."""

import json

import pytest

from basalt import nightscout, report_findings, tidepool, units
from basalt.analysis import analyse
from basalt.firmware import SETTINGS
from host_tests.core.bench import BUTTONS
from host_tests.tools import made_log
from host_tests.tools.exported import check_tidepool, keep, log_of
from host_tests.tools.running import basalt
from pump.core import calculator, codes
from pump.core import settings as st

DAY = made_log.EPOCH_DAY


def calculated_log():
    """One dose as recommended, one of more, one of less, one without a glucose, one by hand."""
    pump = made_log.MadePump(segments=[(0, 1_000)])
    do(pump.pump.set_clock(DAY * made_log.DAY_S + 8 * 3_600, 60, BUTTONS))
    for number, value in ((st.CARB_RATIO_1, 100), (st.FACTOR_1, 50)):
        do(pump.pump.set_setting(number, value, BUTTONS))
    for time, carbs_g, glucose, more_mu in (
        ("09:00", 40, 220, 0),
        ("10:00", 20, 110, 500),
        ("11:00", 0, 400, -500),
        ("12:00", 30, 0, 0),
    ):
        pump.at(DAY, time)
        code, found = calculator.reckon(pump.pump, carbs_g, glucose)
        do(code)
        do(calculator.give(pump.pump, found, found.dose_mu + more_mu, BUTTONS))
    pump.at(DAY, "13:00")
    do(pump.pump.give_bolus(1_000, BUTTONS))
    pump.at(DAY, "14:00")
    return made_log.raw_log(pump)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return keep(tmp_path_factory.mktemp("calculator") / "a.db", calculated_log())


@pytest.fixture(scope="module")
def log(store):
    return log_of(store)


def do(code):
    assert code == codes.OK


def test_each_bolus_knows_what_the_calculator_was_told_and_recommended(log):
    found = log.history.boluses
    told = [
        (b.calculation.carbs_g, b.calculation.glucose_mg_dl, b.calculation.ratio_g)
        for b in found
        if b.calculation
    ]
    assert told == [(40, 220, 10.0), (20, 110, 10.0), (0, 400, 10.0), (30, None, 10.0)]
    assert found[0].calculation.recommended_mu == found[0].asked_mu == 6_000
    assert [b.override_mu for b in found] == [0, 500, -500, 0, 0]
    assert found[4].calculation is None
    third = found[2].calculation
    assert 4_000 < third.on_board_mu < 5_600 == third.correction_mu
    assert third.correction_mu - third.on_board_mu - third.recommended_mu in range(50)


def test_the_report_counts_the_calculator_and_what_was_changed(log):
    habits = {h.what: (h.kept, h.of) for h in report_findings.habits(analyse(log.history))}
    assert habits["Boluses by the calculator"] == (4, 5)
    assert habits["Of these as it recommended"] == (2, 4)
    assert habits["Of these more than it recommended"] == (1, 4)


def test_the_page_and_the_json_tell_of_each_dose_what_the_calculator_said(store, tmp_path):
    out = tmp_path / "a.html"
    assert basalt("report", "--store", store, "--out", out).code == 0
    page = out.read_text()
    assert ">given (by calculator: 40 g, 220 mg/dL)<" in page
    assert ">given (by calculator: 20 g, 110 mg/dL; it said 2.00)<" in page
    assert ">given (by calculator: 400 mg/dL; it said " in page
    assert ">given (by calculator: 30 g)<" in page
    (day,) = json.loads(basalt("report", "--store", store, "--json").out)["days"]
    asked = [(b["asked_mu"], b["calculation"]) for b in day["boluses"]]
    assert [c and (c["carbs_g"], c["glucose_mg_dl"], c["target_mg_dl"]) for _, c in asked] == [
        *((40, 220, [100, 120]), (20, 110, [100, 120]), (0, 400, [100, 120])),
        *((30, None, [100, 120]), None),
    ]
    assert [mu - c["recommended_mu"] for mu, c in asked if c] == [0, 500, -500, 0]


def test_tidepool_gets_the_calculator_with_its_bolus_in_it(log):
    records = tidepool.records(log)
    check_tidepool(records)
    wizards = [r for r in records if r["type"] == "wizard"]
    assert [(r["carbInput"], r.get("bgInput"), r["bolus"]["normal"]) for r in wizards] == [
        (40, 220, 6.0),
        (20, 110, 2.5),
        (0, 400, wizards[2]["bolus"]["normal"]),
        (30, None, 3.0),
    ]
    assert wizards[0]["recommended"] == {"carb": 4.0, "correction": 2.0, "net": 6.0}
    assert wizards[0]["bgTarget"] == {"low": 100, "high": 120}
    assert 4 < wizards[1]["insulinOnBoard"] < 6
    assert [r["normal"] for r in records if r["type"] == "bolus"] == [1.0]


def test_nightscout_gets_carbohydrate_and_glucose_beside_the_insulin(log):
    found = [d for d in nightscout.documents(log) if "insulin" in d]
    told = [(d["eventType"], d.get("carbs"), d.get("glucose"), d["insulin"]) for d in found]
    assert told[:2] == [("Meal Bolus", 40, 220, 6.0), ("Meal Bolus", 20, 110, 2.5)]
    assert told[2][:3] == ("Correction Bolus", None, 400)
    assert told[3:] == [("Meal Bolus", 30, None, 3.0), ("Correction Bolus", None, None, 1.0)]


def test_its_settings_are_written_as_a_person_writes_them():
    for number, text, value in (
        (st.CARB_RATIO_1, "8.5", 85),
        (st.CARB_RATIO_1, "10 g/U", 100),
        (st.FACTOR_2, "45 mg/dL", 45),
        (st.DAY_PART_3_MIN, "17:30", 1_050),
        (st.GLUCOSE_MMOL, "on", 1),
        (st.CHILD_LOCK, "on", 1),
        (st.MODE, "user", 1),
        (st.MODE, "clinician", 0),
        (st.MODE_CODE, "1231", 1_231),
    ):
        assert units.parse_value(SETTINGS[number], text) == value
    part = SETTINGS[st.DAY_PART_3_MIN]
    assert units.value_text(part, 1_050) + units.unit(part) == "17:30"
    assert units.range_text(part, part.least, part.most) == "00:00 to 23:59"
    hours = SETTINGS[st.AUTO_OFF_H]
    assert units.range_text(hours, hours.least, hours.most) == "0, or 5 to 24 h"
    found = [value for value in range(-1, 26) if units.within(hours, value, 0, 24)]
    assert found == [0, *range(5, 25)]
    offset = SETTINGS[st.UTC_OFFSET_MIN]
    assert units.value_text(offset, 60) + units.unit(offset) == "+01:00"
    assert units.value_text(SETTINGS[st.CARB_RATIO_1], 85) == "8.5"
    assert units.short_name(SETTINGS[st.CARB_RATIO_1]) == "carb_ratio_1"
