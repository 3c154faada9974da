"""A log over changes of the scale: every step is the dose that it was when it was made."""

import pytest

from host_tests.core.bench import BUTTONS
from host_tests.tools import made_log
from host_tests.tools.exported import keep, log_of
from pump.core import codes, events
from pump.core import settings as st
from pump.core.settings import Settings

DAY = made_log.EPOCH_DAY


def do(code):
    assert code == codes.OK


def calibrate(pump, tenths):
    do(pump.pump.suspend(BUTTONS))
    pump.turn(0)
    do(pump.pump.set_setting(st.STEPS_PER_UNIT, tenths, events.SOURCE_LINK))
    do(pump.pump.resume(BUTTONS))
    pump.turn(0)


def boluses(pump, clock):
    do(pump.pump.give_bolus(2_000, BUTTONS))
    pump.at(DAY, clock)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """Two units by each scale; then a bolus is cut, and the settings with the scale are lost."""
    pump = made_log.MadePump(segments=[(0, 0)])
    do(pump.pump.set_clock(DAY * made_log.DAY_S + 8 * 3_600, 60, BUTTONS))
    boluses(pump, "08:10")
    calibrate(pump, 7_500)
    boluses(pump, "08:20")
    calibrate(pump, 6_000)
    boluses(pump, "08:30")
    calibrate(pump, 0)
    boluses(pump, "08:40")
    calibrate(pump, 8_000)
    do(pump.pump.give_bolus(2_000, BUTTONS))
    pump.run_s(25)
    again = made_log.MadePump(settings=Settings(), log=pump.log)
    again.run_s(60)
    return log_of(keep(tmp_path_factory.mktemp("scale") / "a.db", made_log.raw_log(again)))


def test_each_bolus_has_the_dose_that_was_asked(log):
    found = log.history.boluses
    assert [bolus.given_mu for bolus in found[:4]] == [2_000] * 4
    assert [bolus.given_steps for bolus in found[:4]] == [1_358, 1_500, 1_200, 1_358]
    assert sum(dose.mu for dose in log.history.doses if dose.kind == "bolus") == pytest.approx(
        8_000 + found[4].given_steps / 0.8, abs=10
    )


def test_what_a_cut_left_open_is_read_by_the_scale_it_was_made_by(log):
    cut = log.history.boluses[4]
    assert cut.given_steps > 0
    assert cut.given_mu == cut.given_steps * 10 // 8
    (unsure,) = [one for one in log.history.uncertain if one.kind == "bolus"]
    assert unsure.max_steps == 400  # a part of half a unit
    assert unsure.max_mu == pytest.approx(500)


def test_each_new_scale_is_told_once_in_words(log):
    told = [note.text for note in log.history.notes if note.event == "scale"]
    steps = ("750.0", "600.0", "679.1", "800.0", "679.1")
    assert told == [f"A unit has {count} steps from here on" for count in steps]
