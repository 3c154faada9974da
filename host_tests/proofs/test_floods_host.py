"""The short form of the flood, and that it would see what it looks for."""

import pytest

from host_tests.proofs import floods
from host_tests.proofs.proof import BrokenError, run_short


def test_no_flood_and_no_vanished_host_changes_a_step():
    figures = dict(run_short(floods.PROOF))
    assert int(figures["hosts that vanished in a frame"]) > 40


def test_a_pump_that_stands_still_while_it_is_asked_is_seen():
    quiet = floods.live(0.1)
    flooded = floods.live(0.1, floods.FLOODS["reading"](None))
    late_us = 3_000_000
    flooded.edges[20:] = [at_us + late_us for at_us in flooded.edges[20:]]
    with pytest.raises(BrokenError, match="steps late"):
        floods.compare("reading", flooded, quiet)


def test_a_step_before_its_time_is_seen():
    quiet = floods.live(0.1)
    flooded = floods.live(0.1, floods.FLOODS["reading"](None))
    flooded.edges[30] -= 2_000_000
    with pytest.raises(BrokenError, match="before it was owed"):
        floods.compare("reading", flooded, quiet)


def test_a_host_that_gets_no_answer_is_seen():
    bench = floods.Bench()
    bench.rig.app._talk = lambda elapsed_ms: None
    with pytest.raises(BrokenError, match="no answer"):
        floods.answers_next(bench, "a case")
