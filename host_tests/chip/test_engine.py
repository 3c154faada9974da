"""The PIO pulse engine keeps the contract on the chip, and its timing is exact to the cycle."""

from pathlib import Path

import pytest

from host_tests.chip.chip import STOP, UP, Chip
from host_tests.chip.pulses import periods_nanos
from host_tests.ports import contract

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
FILES = (
    "pump/__init__.py",
    "pump/ports/__init__.py",
    "pump/ports/rp2.py",
    "pump/drivers/__init__.py",
    "pump/drivers/ramp.py",
)
MS = 1_000_000

# Answers one line of Python with one line: the value, or the name of what was raised.
MAIN = """
import sys, time, machine, micropython
from pump.drivers.ramp import Ramp
from pump.ports.rp2 import PulseEngine
stop = machine.Pin(13, machine.Pin.IN, machine.Pin.PULL_UP)
machine.Pin(3, machine.Pin.OUT, value=1)
machine.Pin(6, machine.Pin.OUT, value=0)
engine = PulseEngine(2, 13, Ramp(((250, 4), (500, 8)), 1000))
def handler(pin):
    engine.stop()
def busy_for(ms):
    until = time.ticks_add(time.ticks_ms(), ms)
    while time.ticks_diff(until, time.ticks_ms()) > 0:
        [str(n) for n in range(9)]
def locked(call):
    micropython.heap_lock()
    try:
        return call()
    finally:
        micropython.heap_unlock()
def without_interrupts(ms):
    state = machine.disable_irq()
    until = time.ticks_add(time.ticks_us(), ms * 1000)
    while time.ticks_diff(until, time.ticks_us()) > 0:
        pass
    machine.enable_irq(state)
time.sleep_ms(50)
print("ready")
while True:
    line = sys.stdin.readline()
    try:
        print("=", repr(eval(line)))
    except Exception as error:
        print("=", "raise", type(error).__name__)
"""


class RemoteEngine:
    """The engine on the chip, spoken to over its serial port."""

    longest_train = 2000

    def __init__(self, chip):
        self._chip = chip

    def ask(self, expression):
        self._chip.send(expression + "\n")
        self._chip.wait_for("= ", 2_000)
        answer = self._chip.wait_for("\r\n", 2_000).decode().strip()
        if answer.startswith("raise "):
            raise {"ValueError": ValueError, "RuntimeError": RuntimeError}[answer[6:]]
        return eval(answer)

    def start(self, steps):
        self.ask(f"engine.start({steps})")

    def clear(self):
        self.ask("engine.clear()")

    def busy(self):
        return self.ask("engine.busy()")

    def made(self):
        return self.ask("engine.made()")

    def was_cut(self):
        return self.ask("engine.was_cut()")

    def stop(self):
        self.ask("engine.stop()")


class Bench:
    """The contract's bench on a chip."""

    look_us = 20_000

    def __init__(self, chip):
        self.chip = chip
        self.engine = RemoteEngine(chip)

    def advance_us(self, us):
        self.chip.run_ms(us / 1000)

    def edges(self):
        return len(self.chip.motor.pulses)

    def level(self):
        return self.chip.level(2)

    def press_stop(self):
        self.chip.hold(STOP)

    def let_go_stop(self):
        self.chip.release(STOP)


@pytest.fixture(scope="module")
def booted():
    files = {name: (FIRMWARE / name).read_text(encoding="utf-8") for name in FILES}
    chip = Chip.from_files({"main.py": MAIN, **files})
    chip.wait_for("ready\r\n", 5_000)
    return chip


@pytest.fixture
def bench(booted):
    return Bench(booted)


@pytest.mark.on_a_copy
@pytest.mark.parametrize("clause", contract.CLAUSES, ids=lambda clause: clause.__name__)
def test_pio_engine_keeps_the_contract(bench, clause):
    clause(bench)


@pytest.mark.on_a_copy
@pytest.mark.parametrize("meanwhile", ["time.sleep_ms(120)", "busy_for(120)"])
def test_every_period_of_a_train_is_exact_to_the_cycle(bench, meanwhile):
    bench.engine.ask(f"(engine.start(64), {meanwhile})")
    pulses = bench.chip.motor.pulses
    assert len(pulses) == 64
    expected = [4 * MS] * 3 + [2 * MS] * 8 + [1 * MS] * 40 + [2 * MS] * 8 + [4 * MS] * 4
    assert periods_nanos(pulses) == expected
    assert {pulse.wide_nanos for pulse in pulses} == {10_000}


@pytest.mark.on_a_copy
def test_first_edge_leaves_time_for_direction_and_coils(bench):
    before = bench.chip.nanos
    bench.engine.start(4)
    bench.chip.run_ms(30)
    assert bench.chip.motor.pulses[0].nanos - before >= 3_900_000


@pytest.mark.on_a_copy
def test_stop_key_interrupt_ends_the_train_before_another_step(bench):
    ask = bench.engine.ask
    ask("stop.irq(handler, machine.Pin.IRQ_FALLING, hard=True) and None")
    ask("(engine.start(500), None)")
    bench.chip.run_to_pulse(37, 400)
    bench.chip.hold(STOP)
    at = bench.edges()
    bench.chip.run_ms(50)
    assert bench.edges() == at
    assert bench.chip.level(2) == 0
    assert bench.engine.made() == at
    assert bench.engine.was_cut()
    # Not shorter than the A4988 wants, although the stop came in the middle of this pulse.
    assert bench.chip.motor.pulses[-1].wide_nanos >= 1_000


@pytest.mark.on_a_copy
def test_stop_key_is_obeyed_within_one_step_while_interrupts_are_off(bench):
    ask = bench.engine.ask
    ask("stop.irq(handler, machine.Pin.IRQ_FALLING, hard=True) and None")
    bench.chip.send("(engine.start(900), without_interrupts(150))\n")
    bench.chip.run_to_pulse(50, 400)
    bench.chip.hold(STOP)
    at = bench.edges()
    bench.chip.run_ms(20)
    assert bench.edges() == at
    bench.chip.release(STOP)
    bench.chip.run_ms(150)
    assert bench.edges() == at
    bench.chip.take()
    assert bench.engine.made() == at
    assert bench.engine.busy() is False
    assert bench.engine.was_cut()


@pytest.mark.on_a_copy
@pytest.mark.parametrize("call", ["busy", "made", "stop", "was_cut"])
def test_nothing_but_start_allocates(bench, call):
    bench.engine.start(60)
    bench.engine.ask(f"locked(engine.{call})")
    bench.chip.run_ms(150)
    bench.engine.ask(f"locked(engine.{call})")


@pytest.mark.on_a_copy
def test_stop_at_any_moment_of_a_pulse_leaves_count_and_pin_agreed(bench):
    """An interrupt that calls stop() slides over the rise of a pulse, a microsecond at a time."""
    chip = bench.chip
    bench.engine.ask("exec('up = machine.Pin(10, machine.Pin.IN, machine.Pin.PULL_UP)')")
    bench.engine.ask("up.irq(handler, machine.Pin.IRQ_FALLING, hard=True) and None")
    seen = set()
    for early_us in range(16, 36):
        before = bench.edges()
        bench.engine.start(500)
        chip.run_to_pulse(20, 400)
        chip.run_ms((chip.motor.pulses[-1].nanos + MS - chip.nanos) / 1e6 - early_us / 1e3)
        chip.hold(UP)
        chip.run_ms(3)
        chip.release(UP)
        made = bench.engine.made()
        assert made == bench.edges() - before
        assert bench.level() == 0
        # The A4988 asks for 1 us; shorter, and driver and counter could disagree about it.
        assert chip.motor.pulses[-1].wide_nanos >= 2_000
        seen.add((made, chip.motor.pulses[-1].wide_nanos == 10_000))
    assert seen >= {(20, True), (21, False)}  # before the rise, and in the middle of the pulse
