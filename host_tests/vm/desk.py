"""A whole pump that runs on MicroPython too: the app and drivers of the board on portable fakes.

It is a rig without what only CPython has: no littlefs, no fingers, no serial port. Its parts
allocate nothing while they rest, so that every byte a turn takes is the firmware's.
"""

from host_tests.fakes.clock import Clock
from host_tests.fakes.engine import FakeEngine
from host_tests.fakes.i2c_display import I2CBus, Panel
from host_tests.fakes.motor import Motor
from host_tests.fakes.pins import Pin
from host_tests.fakes.pwm import Pwm
from host_tests.fakes.ram_files import RamFiles
from pump.app import App
from pump.core import events
from pump.drivers.buttons import Buttons
from pump.drivers.buzzer import Buzzer
from pump.drivers.clock import UptimeClock
from pump.drivers.sensors import Battery, Pressure
from pump.drivers.ssd1306 import SSD1306
from pump.drivers.stepper import Stepper

try:
    import framebuf
except ImportError:  # CPython has none
    from host_tests.fakes import framebuf


class Board:
    """The literals that the app reads; a pico's."""

    NAME = "desk"
    I2C_ADDRESS = 0x3C
    DISPLAY_WIDTH = 128
    DISPLAY_HEIGHT = 64
    STEPS_PER_UNIT = (6791, 10)
    QUANTUM_MU = 5
    REWIND_STEPS = 5_000
    RESERVOIR_MU = 300_000
    LONGEST_TRAIN = 2_000
    BATTERY_LOW_MV = 3_500
    BATTERY_EMPTY_MV = 3_300
    BATTERY_FULL_SCALE_MV = 6_600
    OCCLUSION_MBAR = 500
    PRESSURE_FULL_SCALE_MBAR = 2_000


class SilentPort:
    """A USB port that nobody listens to."""

    def waiting(self):
        """No byte ever waits."""
        return False

    def read(self, _limit):
        """No byte ever comes."""
        return b""

    def write(self, data):
        """Takes everything."""
        return len(data)


class SteadyAdc:
    """An analog input that never changes, in the small integers that a board's gives."""

    def __init__(self, level_u16):
        self._level_u16 = level_u16

    def read_u16(self):
        """The level, 0 to 65535."""
        return self._level_u16


class DeskHardware:
    """What hardware.py makes of a board, of fakes. Good for 1,000 s: then `now_us` is wide."""

    def __init__(self, world):
        self._world = world
        self.framebuf = framebuf
        self.stepper = Stepper(world.engine, world.dir_pin, world.enable_pin)
        self.buttons = Buttons(world.buttons, world.clock.ticks_ms())
        self.display = SSD1306(world.bus, framebuf, address=Board.I2C_ADDRESS)
        self.buzzer = Buzzer(Pwm(world.clock))
        self.battery = Battery(SteadyAdc(40_000), Board.BATTERY_FULL_SCALE_MV)
        self.pressure = Pressure(SteadyAdc(7_000), Board.PRESSURE_FULL_SCALE_MBAR)
        self.turning = None
        self.end_stop = None
        self.wall_clock = None
        self.clock = UptimeClock(self.now_ms, lambda later, earlier: later - earlier)
        self.files = RamFiles()
        self.port = SilentPort()
        self.feeds = 0
        self.errors = []

    def now_ms(self):
        """The time of the chip in milliseconds."""
        return self._world.clock.now_us // 1000

    def reset_cause(self):
        """The power came."""
        return events.RESET_POWER

    def restarts(self):
        """None so far."""
        return 0

    def unique_id(self):
        """The chip's own number."""
        return b"\x00\x00\x00\x00desk"

    def random_bytes(self, count):
        """Not random here."""
        return bytes(count)

    def free_bytes(self):
        """Not measured here."""
        return 0

    def collect_garbage(self):
        """Left to the machine."""

    def keep_error(self, error):
        """What the board would write to a file."""
        self.errors.append(error)

    def feed_watchdog(self):
        """Counted, so that a test sees whole turns."""
        self.feeds += 1


class Desk:
    """The pump, its clock and its motor."""

    def __init__(self, program):
        """`program`: basal segments (start minute, mU/h)."""
        self.clock = Clock()
        self.dir_pin = Pin(3, Pin.OUT)
        self.enable_pin = Pin(6, Pin.OUT, value=1)
        self.buttons = [Pin(number, Pin.IN, Pin.PULL_UP) for number in range(4)]
        self.motor = Motor(Pin(2, Pin.OUT), self.dir_pin, self.enable_pin, self.clock)
        self.engine = FakeEngine(self.motor, self.clock)
        self.bus = I2CBus(self.clock)
        self.bus.plug(Board.I2C_ADDRESS, Panel())
        self.hardware = DeskHardware(self)
        self.app = App(Board, self.hardware)
        self.app.start()
        assert self.app.pump.set_basal(program, events.SOURCE_LINK) == 0

    @property
    def steps(self):
        """Where the motor is, in steps it really made."""
        return self.motor.position_steps

    def run_s(self, duration_s):
        """Let time go by in the turns and sleeps that the loop asks for; no error is caught."""
        until_us = self.clock.now_us + duration_s * 1_000_000
        while self.clock.now_us < until_us:
            self.clock.advance_us(max(1, self.app.turn()) * 1000)

    def run_to_idle(self):
        """Run to just before a turn that has nothing to do: no motion, no record, no picture."""
        pump = self.app.pump
        for _ in range(10_000):
            due_ms = self.app.turn()
            if due_ms >= 100 and not pump.moving() and not pump.log.outbox:
                self.clock.advance_us(50_000)
                return
            self.clock.advance_us(max(1, due_ms) * 1000)
        raise AssertionError("the pump is never idle")
