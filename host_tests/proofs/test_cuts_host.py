"""The short form of the cut sweep; `make proofs` runs the full one."""

from host_tests.proofs.cuts import PROOF
from host_tests.proofs.proof import run_short


def test_a_cut_anywhere_in_the_life_of_a_pump(capsys):
    figures = run_short(PROOF)
    cuts = figures[0][1]
    assert cuts > 800
    with capsys.disabled():
        print(f" {cuts} cuts", end="")
