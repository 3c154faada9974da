"""The timer engine for ports without one of their own keeps the contract, soft timing and all."""

import importlib
import sys
import types

import pytest

from host_tests.fakes.adc import Adc
from host_tests.fakes.clock import Clock
from host_tests.fakes.pins import Pin
from host_tests.fakes.timer import timers
from host_tests.ports import contract
from pump.drivers.ramp import Ramp


class Bench:
    """The engine over a faked `machine`, its STEP pin under a meter."""

    look_us = 1_000

    def __init__(self, monkeypatch, late_us):
        self.clock = Clock()
        self._edges = 0
        self._pins = pins = {}

        class NumberedPin(Pin):
            """A pin that the meter finds by its number."""

            def __init__(self, number, *arguments, **options):
                super().__init__(number, *arguments, **options)
                pins[number] = self

        self.machine = types.ModuleType("machine")
        self.machine.__dict__.update(Pin=NumberedPin, Timer=timers(self.clock, late_us), ADC=Adc)
        monkeypatch.setitem(sys.modules, "machine", self.machine)
        monkeypatch.delitem(sys.modules, "pump.ports.any", raising=False)
        self.module = importlib.import_module("pump.ports.any")
        monkeypatch.delitem(sys.modules, "pump.ports.any")
        self.engine = self.module.PulseEngine(2, 13, Ramp(((250, 4),), 500))
        pins[2].listen(self._on_step)
        self.advance_us = self.clock.advance_us

    def _on_step(self, level):
        self._edges += level

    def edges(self):
        return self._edges

    def level(self):
        return self._pins[2].value()

    def press_stop(self):
        self._pins[13].drive(0)

    def let_go_stop(self):
        self._pins[13].release()


@pytest.mark.parametrize("late_us", [0, 700])
@pytest.mark.parametrize("clause", contract.CLAUSES, ids=lambda clause: clause.__name__)
def test_timer_engine_keeps_the_contract(monkeypatch, clause, late_us):
    clause(Bench(monkeypatch, late_us))


def test_segments_follow_each_other_at_their_rates(monkeypatch):
    bench = Bench(monkeypatch, 0)
    bench.engine.start(12)
    contract.run_out(bench)
    assert bench.clock.now_us == 4 * 4_000 + 4 * 2_000 + 4 * 4_000


@pytest.mark.parametrize(("cause", "code"), [("PWRON", 0), ("WDT", 1), ("SOFT", 2)])
def test_reset_causes_are_told_apart(monkeypatch, cause, code):
    bench = Bench(monkeypatch, 0)
    bench.machine.__dict__.update(PWRON_RESET=1, WDT_RESET=3, SOFT_RESET=5)
    bench.machine.__dict__["reset_cause"] = lambda: getattr(bench.machine, cause + "_RESET")
    assert bench.module.reset_cause("esp8266") == code
