"""The short form of the cut sweep; `make proofs` runs the full one."""

import pytest

from host_tests.proofs.cuts import PROOF
from host_tests.proofs.lives import LIVES
from host_tests.proofs.proof import run_short
from host_tests.proofs.recorded import Recorded


def test_a_cut_anywhere_in_the_life_of_a_pump(capsys):
    figures = run_short(PROOF)
    cuts = figures[0][1]
    assert cuts > 800
    with capsys.disabled():
        print(f" {cuts} cuts", end="")


@pytest.mark.parametrize("name", [name for name in LIVES if name not in PROOF.short["lives"]])
def test_a_life_that_only_the_full_form_cuts_can_still_be_lived(name):
    prepare, live = LIVES[name]
    assert Recorded(prepare(), live).operations
