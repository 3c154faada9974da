"""The closed-loop example: what the patient gets is what the motor moved for the commands."""

import runpy

import pytest

from basalt import client, paths
from basalt.driver import Verdict
from host_tests.fakes.rig_serial import RigTime

MINUTES = 40


def test_a_short_loop_gives_the_patient_what_the_pump_was_ordered(monkeypatch, tmp_path):
    pytest.importorskip("simglucose", reason="simglucose is not installed")
    monkeypatch.setenv("BASALT_KEYS", str(tmp_path / "keys.json"))
    monkeypatch.setattr(client, "time", RigTime)
    example = runpy.run_path(str(paths.root() / "tools/examples/closed_loop.py"))
    *_, day = example["live"](MINUTES)
    assert len(day.glucose_mg_dl) == len(day.given_mu) == MINUTES
    assert day.outcomes and all(each.verdict is Verdict.DONE for each in day.outcomes)
    boluses_mu = sum(dose_mu for _, dose_mu in day.ordered)
    basal_mu = example["Body"](example["PATIENT"]).basal_mu_h * MINUTES / 60
    quantum_mu = 5 + 3 / 60 * basal_mu  # basal waits for a quantum, at most three minutes
    assert -quantum_mu - 10 <= day.given_mu[-1] - boluses_mu - basal_mu <= 10
    assert "glucose" in example["page"](day)
