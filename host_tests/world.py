"""The desk under a faked pump: what is there without power, and the parts of one power-on.

It runs on MicroPython too: the rig, the scenarios and the page in the browser stand on it.
"""

import os

from host_tests.fakes.adc import Adc, BatteryCell, PressureSensor
from host_tests.fakes.clock import Clock
from host_tests.fakes.engine import FakeEngine
from host_tests.fakes.i2c_display import I2CBus, Panel
from host_tests.fakes.motor import Motor
from host_tests.fakes.pins import Finger, Pin
from host_tests.fakes.pwm import Pwm
from host_tests.fakes.reservoir import Line, Reservoir
from pump.core.events import RESET_WATCHDOG
from pump.drivers.buttons import STOP, Buttons
from pump.drivers.buzzer import Buzzer
from pump.drivers.clock import UptimeClock
from pump.drivers.ramp import Ramp
from pump.drivers.sensors import Battery, Pressure
from pump.drivers.ssd1306 import SSD1306
from pump.drivers.stepper import Stepper

try:
    import framebuf
except ImportError:  # CPython has none
    from host_tests.fakes import framebuf


class WatchdogResetError(BaseException):
    """The watchdog was not fed for its whole time: the chip resets now. No `except` stops that."""


class World:
    """What is there whether or not the chip has power."""

    def __init__(self, board, now_us=0):
        self.board = board
        self.clock = Clock(now_us)
        self.unique_id = b"\x00\x00\x00\x00fake"
        self.step_pin = Pin(board.STEP_PIN, Pin.OUT)
        self.dir_pin = Pin(board.DIR_PIN, Pin.OUT)
        self.enable_pin = Pin(board.ENABLE_PIN, Pin.OUT, value=1)
        self.buttons = [Pin(number, Pin.IN, Pin.PULL_UP) for number in range(4)]
        self.fingers = [Finger(pin, self.clock, bounce_us=4_000) for pin in self.buttons]
        self.line = Line(self.clock)
        self.reservoir = Reservoir(self.clock, self.line, board.STEPS_PER_UNIT)
        self.motor = Motor(
            self.step_pin, self.dir_pin, self.enable_pin, self.clock, load=self.reservoir
        )
        self.cell = BatteryCell(loaded=self.motor.enabled)
        self.sensor = PressureSensor(self.line.pressure_mbar, board.PRESSURE_FULL_SCALE_MBAR)
        self.panel = Panel()
        self.bus = I2CBus(self.clock)
        self.bus.plug(board.I2C_ADDRESS, self.panel)
        self.buzzer = Pwm(self.clock)
        self.end_switch = None  # or an EndSwitch
        self.wall_clock = None  # or a driver of a clock that has its own cell
        self.restarts = 0  # in the chip's scratch register: a reset keeps it


class FakeHardware:
    """The parts of one power-on, as hardware.py makes them of a real board."""

    WATCHDOG_MS = 8_000

    def __init__(self, world, port, cause, files):
        board, clock = world.board, world.clock
        self._world = world
        self._cause = cause
        world.restarts = world.restarts + 1 if cause == RESET_WATCHDOG else 0
        self._fed_us = None
        self._edge = False
        self.listening = True
        self.in_service = False
        self.errors = []
        self.collected_ms = []  # when
        self.framebuf = framebuf
        self.engine = FakeEngine(
            world.motor,
            clock,
            Ramp(board.RAMP, board.STEP_RATE_HZ),
            world.buttons[STOP],
            board.LONGEST_TRAIN,
        )
        self.stepper = Stepper(self.engine, world.dir_pin, world.enable_pin)
        self.buttons = Buttons(world.buttons, clock.ticks_ms())
        for pin in world.buttons:
            pin.irq(self._on_edge)
        self.display = SSD1306(world.bus, framebuf, address=board.I2C_ADDRESS)
        self.buzzer = Buzzer(world.buzzer)
        self.battery = Battery(Adc(world.cell.pin_mv), board.BATTERY_FULL_SCALE_MV)
        self.pressure = Pressure(Adc(world.sensor.pin_mv), board.PRESSURE_FULL_SCALE_MBAR)
        self.turning = None
        self.end_stop = world.end_switch and world.end_switch.sensor(self.stepper)
        self.clock = UptimeClock(clock.ticks_ms, clock.ticks_diff)
        self.wall_clock = world.wall_clock
        self.files = files
        self.port = port

    def now_ms(self):
        return self._world.clock.ticks_ms()

    def reset_cause(self):
        return self._cause

    def restarts(self):
        return self._world.restarts

    def forget_restarts(self):
        self._world.restarts = 0

    def unique_id(self):
        return self._world.unique_id

    def random_bytes(self, count):
        return os.urandom(count)

    def free_bytes(self):
        return 0

    def collect_garbage(self):
        """CPython does it by itself; on a chip it takes as long as a tap, which goes by unseen."""
        self.collected_ms.append(self.now_ms())

    def keep_error(self, error):
        self.errors.append(error)

    def start_watchdog(self):
        self._fed_us = self._world.clock.now_us

    def feed_watchdog(self):
        self._check_watchdog()
        if self._fed_us is not None:
            self._fed_us = self._world.clock.now_us

    def sleep_ms(self, duration_ms):
        """Sleep; an edge on a button or a byte from the host ends it early."""
        until_us = self._world.clock.now_us + duration_ms * 1000
        self.sleep_to(until_us, until_us)

    def sleep_to(self, until_us, limit_us):
        """Sleep until a moment, but not beyond `limit_us`; whether the sleep is over.

        It is over early at an edge on a button or a byte from the host. One that is not can be
        gone on with, and then nothing tells that it was ever looked at.
        """
        self._check_watchdog()
        clock = self._world.clock
        end_us = min(until_us, limit_us)
        while clock.now_us < end_us and not self._awake():
            due_us = clock.next_call_us()
            step_us = end_us if due_us is None else min(end_us, max(due_us, clock.now_us))
            clock.advance_us(step_us - clock.now_us)
        if clock.now_us < until_us and not self._awake():
            return False
        self._edge = False
        self.buttons.watching(self.now_ms())
        return True

    def power_off(self):
        """The supply is gone: nothing moves, sounds or shines any more."""
        world = self._world
        self.engine.power_off()
        for pin in world.buttons:
            pin.irq(None)
        world.enable_pin.value(1)
        world.panel.power_cycle()
        world.buzzer.duty_u16(0)

    def restart_into_service(self):
        self.in_service = True

    def _awake(self):
        return self._edge or (self.listening and self.port.waiting())

    def _on_edge(self, pin):
        self._edge = True
        if pin is self._world.buttons[STOP] and not pin.value():
            self.engine.stop()
            self.buttons.note_stop_edge()

    def _check_watchdog(self):
        fed_us = self._fed_us
        if fed_us is not None and self._world.clock.now_us - fed_us > self.WATCHDOG_MS * 1000:
            raise WatchdogResetError
