"""The commands that drive a pump, as a person types them: what they say, and how they end."""

import json
import re

import pytest

from host_tests.fakes.rig_serial import plug
from host_tests.rig import STOP, Rig
from host_tests.tools.running import basalt, failed
from host_tests.tools.test_driver_host import show_code
from pump.core import states


@pytest.fixture
def rig(monkeypatch, tmp_path):
    rig = Rig()
    rig.run_s(3)
    monkeypatch.setenv("BASALT_KEYS", str(tmp_path / "keys.json"))
    plug(rig, monkeypatch)
    return rig


@pytest.fixture
def paired(rig):
    ran = basalt("pair", show_code(rig))
    assert ran.code == 0, ran.err
    assert "Paired with pump 0000000066616b65." in ran.out
    rig.press(STOP, times=3)
    return rig


def test_a_bolus_says_what_was_really_given(paired):
    ran = basalt("bolus", "0.5", "--yes")
    assert (ran.code, ran.out) == (0, "0.50 of 0.50 U were given.\n")
    data = json.loads(basalt("bolus", "0.25", "--yes", "--json").out)
    assert (data["verdict"], data["id"], data["delivery"]["given_mu"]) == ("done", "1-2", 250)
    assert paired.steps == 750 * 6791 // 10_000


def test_nobody_is_given_a_bolus_without_having_said_yes(paired):
    failed(basalt("bolus", "0.5"), 2, "--yes")
    paired.run_s(60)
    assert paired.steps == 0


@pytest.mark.parametrize("call", ["bolus 1", "temporary 150% 1h", "resume"])
def test_nobody_is_asked_before_a_pump_was_found_that_would_do_it(rig, call, monkeypatch):
    failed(basalt(*call.split()), 5, "not paired")
    monkeypatch.undo()  # the cable is pulled
    failed(basalt(*call.split(), "--port", "/nowhere"), 3, "no serial port /nowhere")


def test_no_wait_returns_at_once_and_stop_ends_it(paired):
    ran = basalt("bolus", "5", "--yes", "--no-wait")
    assert (ran.code, ran.out) == (0, "The bolus of 5.00 U has begun (1-1).\n")
    assert basalt("stop").out == "Stopped. 0.00 of 5.00 U were given (stopped_remotely).\n"
    paired.run_s(1)
    told = basalt("outcome", "1-1").out
    assert told.startswith("Command 1-1: ") and "(stopped_remotely)" in told
    failed(basalt("stop"), 5, "not_now")


def test_an_extended_bolus_begins_is_shown_and_is_told_when_it_is_stopped(paired):
    ran = basalt("bolus", "0.5", "--later", "2", "--over", "1h30m", "--yes")
    said = "The bolus of 0.50 U at once and 2.00 U over 90 min has begun (1-1).\n"
    assert (ran.code, ran.out) == (0, said)
    paired.run_s(45 * 60)
    shown = next(line for line in basalt("status").out.splitlines() if "extended" in line)
    assert re.search(r"0\.9\d+ of 2\.00 U, 4[56] min more", shown)
    assert "of 2.00 U, 4" in basalt("monitor", "--looks", "1").out
    told = basalt("outcome", "1-1").out
    assert re.fullmatch(r"Command 1-1: 1\.[45]\d+ of 2\.50 U are given so far\.\n", told)
    (stopped,) = json.loads(basalt("stop", "--json").out)["stopped"]
    assert stopped["asked_mu"] == 2_000 and 950 < stopped["given_mu"] <= 1_010
    assert "(stopped_remotely)" in basalt("outcome", "1-1").out
    ran = basalt("bolus", "0", "--later", "0.5", "--over", "15", "--yes", "--wait")
    assert (ran.code, ran.out) == (0, "0.50 of 0.50 U were given.\n")


def test_an_extended_bolus_that_cannot_be_given_is_one_sentence(paired):
    failed(basalt("bolus", "1", "--later", "2"), 2, "over what time")
    failed(basalt("bolus", "1", "--over", "1h"), 2, "--later 2")
    failed(basalt("bolus", "1", "--later", "2", "--over", "1h"), 2, "--yes")
    failed(basalt("bolus", "1", "--later", "0", "--over", "1h", "--yes"), 2, "none")
    failed(basalt("bolus", "1", "--later", "2", "--over", "soon", "--yes"), 2, "1h30")
    failed(basalt("bolus", "1", "--later", "70", "--over", "1h", "--yes"), 2, "70.00 U over")
    failed(basalt("bolus", "1", "--later", "2", "--over", "20", "--yes"), 5, "15 min to 12 h")
    assert basalt("bolus", "0", "--later", "2", "--over", "1h", "--yes").code == 0
    failed(basalt("bolus", "0", "--later", "2", "--over", "1h", "--yes"), 5, "another extended")


def test_suspend_and_resume(paired):
    assert basalt("suspend").code == 0
    assert paired.pump.state == states.SUSPENDED
    failed(basalt("bolus", "1", "--yes"), 5, "suspended")
    failed(basalt("resume"), 2, "--yes")
    assert basalt("resume", "--yes").code == 0
    paired.hold(STOP, 2_500)
    failed(basalt("resume", "--yes"), 5, "at the pump")


def test_a_temporary_basal_is_given_replaced_and_ended(paired):
    paired.run_s(60)
    ran = basalt("temporary", "150%", "1h30", "--yes")
    said = "The pump gives a temporary basal of 150 % of the program for 90 min.\n"
    assert (ran.code, ran.out) == (0, said)
    assert "for 90 min more, then the program" in basalt("status").out
    assert json.loads(basalt("temporary", "0.4U/h", "30", "--yes", "--json").out)["seq"]
    assert paired.pump.temporary.rate_mu_h == 400
    assert basalt("temporary", "end").out == "Basal goes on by the program.\n"
    assert "temporary" not in basalt("status").out
    failed(basalt("temporary", "end"), 5, "not_now")


def test_a_temporary_basal_that_cannot_be_given_is_one_sentence(paired):
    failed(basalt("temporary", "150%", "1h"), 2, "--yes")
    failed(basalt("temporary", "150%"), 2, "how long")
    failed(basalt("temporary", "end", "1h"), 2, "leave out the time")
    failed(basalt("temporary", "much", "1h", "--yes"), 2, "much")
    failed(basalt("temporary", "12.5%", "1h", "--yes"), 2, "too fine")
    failed(basalt("temporary", "150%", "soon", "--yes"), 2, "90min, 2h or 1h30")
    failed(basalt("temporary", "150%", "20min", "--yes"), 5, "steps of 15 min")
    failed(basalt("temporary", "30", "1h", "--yes"), 5, "max_basal")
    failed(basalt("temporary", "70", "1h", "--yes"), 2, "0 to 500 %", "15 min to 24 h")
    assert paired.pump.temporary is None


def test_each_refusal_is_one_sentence_that_says_what_to_do(rig):
    failed(basalt("bolus", "1", "--yes"), 5, "not paired", "basalt pair")
    failed(basalt("pair", "0" * 16), 5, "no code now", "Menu, Remote")
    failed(basalt("pair", "12"), 2, "16 letters")
    failed(basalt("bolus", "0", "--yes"), 2, "0")
    failed(basalt("bolus", "a lot", "--yes"), 2, "a lot")
    failed(basalt("bolus", "2000000", "--yes"), 2, "2000000.00 U")
    failed(basalt("outcome", "seven"), 2, "12-3")
    show_code(rig)
    failed(basalt("pair", "0" * 16), 5, "not the code")


def test_a_command_that_nobody_knows_was_never_done(paired):
    ran = basalt("outcome", "1-7")
    assert ran.code == 0 and "was not done" in ran.out and "no longer can" in ran.out


def test_over_the_limit_says_which(paired):
    failed(basalt("bolus", "10.05", "--yes"), 5, "over_max_bolus", "max_bolus")
