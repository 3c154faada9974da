"""The ESP32's engine keeps the contract on either RMT driver, and what its wiring adds."""

import importlib
import sys
import types
from itertools import pairwise

import pytest

from host_tests.fakes.clock import Clock
from host_tests.fakes.esp32_chip import Esp32Chip
from host_tests.ports import contract
from pump.drivers.ramp import Ramp

STEP, COUNT, STOP = 25, 34, 19


class Bench:
    """The engine on a faked chip, wired as wiring.md says: a diode to the key, a wire to COUNT."""

    look_us = 1_000

    def __init__(self, monkeypatch, new_rmt=False, soft_us=0, counted=True, longest=63):
        self.clock = Clock()
        self.chip = chip = Esp32Chip(self.clock, new_rmt, soft_us)
        monkeypatch.setitem(sys.modules, "machine", chip.machine)
        monkeypatch.setitem(sys.modules, "esp32", chip.esp32)
        monkeypatch.delitem(sys.modules, "pump.ports.esp32", raising=False)
        self.module = importlib.import_module("pump.ports.esp32")
        monkeypatch.delitem(sys.modules, "pump.ports.esp32")
        monkeypatch.setattr(self.module, "time", types.SimpleNamespace(sleep_ms=self._sleep_ms))
        self.advance_us = self.clock.advance_us
        self.slept_ms = 0
        self._edges = 0
        self._level = 0
        self._counted = counted
        self.engine = self.module.PulseEngine(
            STEP, COUNT, STOP, Ramp(((250, 4),), 500), longest, 0
        )
        chip.pins[STEP].listen(self._wire)
        chip.pins[STOP].listen(self._wire)
        self.module.watch(chip.pins[STOP], lambda _pin: self.engine.stop())

    def _sleep_ms(self, ms):
        self.slept_ms += ms
        self.clock.advance_us(ms * 1000)

    def _wire(self, _level):
        """The driver's STEP input: the pad through a resistor, pulled down by a pressed key."""
        level = self.chip.pins[STEP].value() & self.chip.pins[STOP].value()
        if level == self._level:
            return
        self._level = level
        self._edges += level
        if self._counted:
            self.chip.pins[COUNT].drive(level)

    def edges(self):
        return self._edges

    def level(self):
        return self._level

    def press_stop(self):
        self.chip.pins[STOP].drive(0)

    def let_go_stop(self):
        self.chip.pins[STOP].release()


@pytest.mark.parametrize("soft_us", [0, 700, 5_000])
@pytest.mark.parametrize("new_rmt", [False, True], ids=["v1.26", "v1.27"])
@pytest.mark.parametrize("clause", contract.CLAUSES, ids=lambda clause: clause.__name__)
def test_esp32_engine_keeps_the_contract(monkeypatch, clause, new_rmt, soft_us):
    clause(Bench(monkeypatch, new_rmt, soft_us))


def test_pulses_come_at_the_rates_of_the_ramp(monkeypatch):
    bench = Bench(monkeypatch)
    times = []
    bench.chip.pins[STEP].listen(lambda level: level and times.append(bench.clock.now_us))
    bench.engine.start(12)
    contract.run_out(bench)
    assert times[0] == 4_000 - 20
    periods = [after - before for before, after in pairwise(times)]
    assert periods == [4_000] * 3 + [2_000] * 4 + [4_000] * 4


def test_no_step_reaches_the_driver_while_the_key_is_down_whatever_the_processor_does(monkeypatch):
    bench = Bench(monkeypatch, soft_us=400_000)  # as long as the worst flash erase
    bench.engine.start(50)
    bench.advance_us(20_000)
    before = bench.edges()
    bench.press_stop()
    bench.advance_us(300_000)
    assert bench.edges() == before == bench.engine.made()
    assert not bench.engine.busy()
    assert bench.engine.was_cut()


def test_train_after_a_stop_waits_until_the_old_one_is_through_and_is_whole(monkeypatch):
    for new_rmt in (False, True):
        bench = Bench(monkeypatch, new_rmt)
        bench.engine.start(63)
        bench.advance_us(5_000)
        bench.engine.stop()
        bench.engine.start(10)
        assert 0 < bench.slept_ms <= 250
        contract.run_out(bench)
        assert bench.engine.made() == 10
        assert bench.edges() == 11


def test_pin_is_connected_once_as_long_as_nothing_is_stopped(monkeypatch):
    bench = Bench(monkeypatch)
    bench.engine.start(3)
    contract.run_out(bench)
    source = bench.chip.pins[STEP].source
    bench.engine.start(3)
    contract.run_out(bench)
    assert bench.chip.pins[STEP].source is source


def test_count_wire_that_is_missing_shows_as_steps_that_were_not_made(monkeypatch):
    bench = Bench(monkeypatch, counted=False)
    bench.engine.start(10)
    contract.run_out(bench)
    assert bench.edges() == 10
    assert bench.engine.made() == 0
    assert not bench.engine.was_cut()


def test_rate_that_the_rmt_cannot_hold_is_refused(monkeypatch):
    bench = Bench(monkeypatch)
    with pytest.raises(ValueError):
        bench.module.PulseEngine(STEP, COUNT, STOP, Ramp(((25, 4),), 500), 63, 0)


def test_analog_input_has_the_scale_of_other_chips(monkeypatch):
    bench = Bench(monkeypatch)
    for microvolts, expected in ((0, 0), (1_650_000, 32_767), (2_400_000, 47_661)):
        bench.chip.microvolts[35] = microvolts
        assert abs(bench.module.adc(35).read_u16() - expected) <= 10


@pytest.mark.parametrize(("cause", "code"), [(1, 0), (3, 1), (2, 2), (5, 2), (0, 0)])
def test_reset_causes_are_told_apart(monkeypatch, cause, code):
    bench = Bench(monkeypatch)
    bench.chip.cause = cause
    assert bench.module.reset_cause("esp32") == code
