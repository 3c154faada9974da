"""The short form of the proof of cuts on the chip."""

import pytest

from host_tests.proofs.chip_cuts import PROOF
from host_tests.proofs.proof import run_short


@pytest.mark.timeout(1_800)
def test_a_cut_at_any_nanosecond_leaves_a_log_that_accounts_for_the_pin():
    assert dict(run_short(PROOF))["cuts"] == sum(PROOF.short.values())
