"""The faked pulse engine keeps the contract of the real ones, and its timing."""

from itertools import pairwise

import pytest

from host_tests.fakes.pins import Pin
from host_tests.ports import contract
from host_tests.ports.fake_bench import Bench


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
