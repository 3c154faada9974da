"""The faked pulse engine keeps the contract of the real ones, and its timing."""

from itertools import pairwise

import pytest

from host_tests.fakes.clock import Clock
from host_tests.fakes.engine import FakeEngine
from host_tests.fakes.motor import Motor
from host_tests.fakes.pins import Pin
from host_tests.ports import contract
from pump.drivers.ramp import Ramp


class Bench:
    """A motor, a faked engine and a STOP key on one clock."""

    look_us = 1_000

    def __init__(self):
        self.clock = Clock()
        self.stop_pin = Pin(13, Pin.IN, Pin.PULL_UP)
        self.motor = Motor(
            Pin(2, Pin.OUT, value=0), Pin(3, Pin.OUT), Pin(6, Pin.OUT, value=0), self.clock
        )
        ramp = Ramp(((250, 4),), 500)
        self.engine = FakeEngine(self.motor, self.clock, ramp, self.stop_pin)
        self.advance_us = self.clock.advance_us

    def edges(self):
        return self.motor.edges

    def level(self):
        return self.motor.step_pin.value()

    def press_stop(self):
        self.stop_pin.drive(0)

    def let_go_stop(self):
        self.stop_pin.release()


@pytest.mark.parametrize("clause", contract.CLAUSES, ids=lambda clause: clause.__name__)
def test_faked_engine_keeps_the_contract(clause):
    clause(Bench())


def test_pulses_come_at_the_rates_of_the_ramp():
    bench = Bench()
    times = bench.motor.edge_times_us = []
    bench.engine.start(12)
    contract.run_out(bench)
    periods = [after - before for before, after in pairwise(times)]
    assert times[0] == 4000
    assert periods == [4000] * 3 + [2000] * 4 + [4000] * 4


def test_stop_key_interrupt_in_the_middle_of_a_pulse_leaves_no_edge_uncounted():
    bench = Bench()
    bench.stop_pin.irq(lambda pin: bench.engine.stop(), Pin.IRQ_FALLING, hard=True)
    bench.clock.call_at(8005, bench.press_stop)
    bench.engine.start(20)
    bench.advance_us(100_000)
    assert bench.engine.made() == bench.edges() == 2
    assert bench.level() == 0
