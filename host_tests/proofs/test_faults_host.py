"""The short form of the proof of faults: some of the planted errors, and all of the rest."""

import pytest

from host_tests.proofs.faults import PROOF
from host_tests.proofs.proof import run_short


@pytest.mark.timeout(1_800)
def test_whatever_fails_the_pump_stops_tells_and_starts_into_safety():
    assert dict(run_short(PROOF))["hangs"] == 7
