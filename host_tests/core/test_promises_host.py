"""Random lives against a simple model: commands, time, faults and power cuts in any order."""

import pytest
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from host_tests.core.bench import Bench, Board
from host_tests.core.life import ACTS, Life
from pump.core import events, units
from pump.core.basal import Basal
from pump.core.limits import DoseWindow
from pump.core.pump import Pump


def chosen(act):
    """One thing to do: its name and its arguments, from its row."""
    values = [strategies.integers(low, high) for low, high in act[1:]]
    return strategies.tuples(strategies.just(act[0]), strategies.tuples(*values))


class Promises(RuleBasedStateMachine):
    """Hypothesis chooses what happens next, and looks for the shortest life that breaks."""

    def __init__(self):
        super().__init__()
        self.life = Life()

    @rule(act=strategies.one_of([chosen(act) for act in ACTS]))
    def something_happens(self, act):
        name, values = act
        getattr(self.life, name)(*values)

    @invariant()
    def the_promises_hold(self):
        self.life.check()


Promises.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestPromises = Promises.TestCase


def test_the_board_of_the_bench_is_the_one_the_model_counts_with():
    assert Board.STEPS_PER_UNIT == (6791, 10)


# ---- the model sees what it looks for


def running_life():
    life = Life()
    life.live(600, 1000)
    life.check()
    return life


def test_a_step_too_many_is_seen():
    life = running_life()
    life.given += life.dose(50)
    with pytest.raises(AssertionError, match="more than was asked"):
        life.live(60, 1000)
        life.check()


def test_a_rate_that_owes_too_much_is_seen(monkeypatch):
    owe = units.RateCarry.accrue
    monkeypatch.setattr(
        units.RateCarry, "accrue", lambda self, rate, ms: owe(self, rate, ms + ms // 20)
    )
    with pytest.raises(AssertionError, match="more than was asked"):
        running_life()


def test_a_lease_that_is_not_in_the_log_is_seen(monkeypatch):
    monkeypatch.setattr(
        Basal, "_open", lambda self, lease, *_: setattr(self, "lease_steps", lease)
    )
    with pytest.raises(AssertionError, match="the log does not know"):
        running_life()


def test_a_limit_that_is_not_kept_is_seen(monkeypatch):
    monkeypatch.setattr(DoseWindow, "room_steps", lambda self: 10_000)
    monkeypatch.setattr(Pump, "_withheld", lambda self, rate_mu_h: False)
    life = Life()
    life.set_basal(2)
    with pytest.raises(AssertionError, match="over the limit"):
        for _ in range(60):
            life.set_clock(3_600)
            life.live(60, 1000)


def test_a_bolus_that_goes_on_after_stop_is_seen(monkeypatch):
    monkeypatch.setattr(Pump, "stop_bolus", lambda self: 0)
    life = running_life()
    life.bolus(500)
    with pytest.raises(AssertionError):
        life.stop()


def test_an_uncertain_stretch_that_is_not_told_is_seen(monkeypatch):
    write = Bench.commit

    def forget(self):
        kept = [r for r in self.pump.log.outbox if r[6] != events.UNCERTAIN]
        self.pump.log.outbox[:] = kept
        write(self)

    monkeypatch.setattr(Bench, "commit", forget)
    life = running_life()
    life.live_to_a_burst(600)
    with pytest.raises(AssertionError):
        life.cut(100)
        life.check()
        life.live(600, 1000)
        life.check()
