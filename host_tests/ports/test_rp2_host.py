"""What the PIO port reads on an RP2040 and on an RP2350; its trains are tested on a chip."""

import importlib
import sys
import types

import pytest

from host_tests.fakes.adc import Adc
from host_tests.fakes.pins import Pin

# Where the two data sheets have the watchdog's REASON register: bit 0 timer, bit 1 force.
REASON = {"rp2040": 0x4005_8000 + 0x08, "rp2350": 0x400D_8000 + 0x08}


@pytest.fixture
def port(monkeypatch):
    """pump.ports.rp2 over faked registers, in `port.registers`."""
    registers = {}
    machine = types.ModuleType("machine")
    machine.__dict__.update(Pin=Pin, ADC=Adc, mem32=registers)
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.setitem(sys.modules, "rp2", types.ModuleType("rp2"))
    monkeypatch.delitem(sys.modules, "pump.ports.rp2", raising=False)
    module = importlib.import_module("pump.ports.rp2")
    monkeypatch.delitem(sys.modules, "pump.ports.rp2")
    module.registers = registers
    return module


@pytest.mark.parametrize("chip", REASON)
@pytest.mark.parametrize(("reason", "code"), [(0, 0), (1, 1), (2, 2), (3, 1)])
def test_reset_causes_are_read_where_the_chip_has_them(port, chip, reason, code):
    port.registers[REASON[chip]] = reason
    assert port.reset_cause(chip) == code


@pytest.mark.parametrize(("chip", "clock_hz"), [("rp2040", 125_000_000), ("rp2350", 150_000_000)])
def test_the_tick_is_a_whole_number_of_clocks_so_that_no_period_jitters(port, chip, clock_hz):
    # A fraction in the divider makes some ticks a clock longer than others.
    assert clock_hz % port._TICK_HZ == 0
    assert clock_hz // port._TICK_HZ < 65_536


def test_the_handler_of_a_key_is_a_hard_interrupt(port):
    asked = []
    pin = types.SimpleNamespace(irq=lambda *given, **options: asked.append((given, options)))
    port.watch(pin, print)
    assert asked == [((print, Pin.IRQ_FALLING), {"hard": True})]
