"""The short forms of the floods and of the hours of basal on the chip."""

import pytest

from host_tests.proofs import chip_floods, chip_soak
from host_tests.proofs.proof import run_short

pytestmark = pytest.mark.timeout(1_800)


def test_a_flood_of_replayed_requests_costs_no_step_and_moves_no_pulse():
    figures = dict(run_short(chip_floods.PROOF))
    owed, made = figures["steps of the bolus, owed and on the pin"].split(", ")
    assert owed == made


def test_minutes_of_basal_take_no_memory():
    before, after = dict(run_short(chip_soak.PROOF))["free heap before and after"].split(", ")
    assert int(after.replace(",", "")) >= int(before.replace(",", ""))
