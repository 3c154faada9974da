"""A faked pulse engine with a motor and a STOP key, as contract.py wants a bench."""

from host_tests.fakes.clock import Clock
from host_tests.fakes.engine import FakeEngine
from host_tests.fakes.motor import Motor
from host_tests.fakes.pins import Pin
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
