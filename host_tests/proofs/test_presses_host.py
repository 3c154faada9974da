"""The short form of random presses; `make proofs` runs the full one."""

from host_tests.proofs.presses import PROOF
from host_tests.proofs.proof import run_short


def test_whatever_is_pressed_the_promises_hold(capsys):
    figures = dict(run_short(PROOF))
    boluses, quick, extended = figures["boluses, of them quick; extended ones"].split("; ")
    stopped, suspended, cuts = figures["boluses stopped by STOP; suspensions; cuts"].split("; ")
    # A proof that never gets to a bolus would hold for ever.
    assert min(int(boluses), int(extended), int(stopped), int(suspended), int(cuts)) >= 5
    assert int(quick) >= 1
    with capsys.disabled():
        print(f" {figures['presses, holds, waits, faults and cuts']} acts", end="")
