"""A whole pump on faked hardware: press its buttons, let time run, cut its power, look at it.

The firmware is the real one, from the loop down to the drivers; the parts have physics and the
clock belongs to the test. What outlives a power cut is what would on a desk: the flash, the
motor's place, the syringe, the fingers on the buttons.
"""

import importlib.util
from pathlib import Path

from host_tests.fakes import framebuf
from host_tests.fakes.adc import Adc, BatteryCell, PressureSensor
from host_tests.fakes.clock import Clock
from host_tests.fakes.engine import FakeEngine
from host_tests.fakes.flash import Files, Flash
from host_tests.fakes.i2c_display import I2CBus, Panel
from host_tests.fakes.motor import Motor
from host_tests.fakes.pins import Finger, Pin
from host_tests.fakes.port import MemoryPort
from host_tests.fakes.pwm import Pwm
from host_tests.fakes.reservoir import Line, Reservoir
from pump.app import App
from pump.core import event_table, events, record
from pump.drivers.buttons import Buttons
from pump.drivers.buzzer import Buzzer
from pump.drivers.clock import UptimeClock
from pump.drivers.sensors import Battery, Pressure
from pump.drivers.ssd1306 import SSD1306
from pump.drivers.stepper import Stepper

UP, DOWN, OK, STOP = range(4)
TAP_MS = 80
GAP_MS = 120
_LOOK_MS = 2
_BOARDS = Path(__file__).resolve().parent.parent / "boards"


def load_board(name="pico"):
    """The literals of a board."""
    spec = importlib.util.spec_from_file_location("board_" + name, _BOARDS / name / "board.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class WatchdogResetError(Exception):
    """The watchdog was not fed for its whole time: the chip would reset now."""


class World:
    """What is there whether or not the chip has power."""

    def __init__(self, board, flash):
        self.board = board
        self.clock = Clock()
        self.flash = flash
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
        self.cell = BatteryCell()
        self.sensor = PressureSensor(self.line.pressure_mbar, board.PRESSURE_FULL_SCALE_MBAR)
        self.panel = Panel()
        self.bus = I2CBus(self.clock)
        self.bus.plug(board.I2C_ADDRESS, self.panel)
        self.buzzer = Pwm(self.clock)


class FakeHardware:
    """The parts of one power-on, as hardware.py makes them of a real board."""

    WATCHDOG_MS = 8_000

    def __init__(self, world, port, cause):
        board, clock = world.board, world.clock
        self._world = world
        self._cause = cause
        self._fed_us = None
        self._edge = False
        self.in_service = False
        self.errors = []
        self.framebuf = framebuf
        self.engine = FakeEngine(world.motor, clock, stop_pin=world.buttons[STOP])
        self.stepper = Stepper(self.engine, world.dir_pin, world.enable_pin)
        self.buttons = Buttons(world.buttons, clock.ticks_ms())
        for pin in world.buttons:
            pin.irq(self._on_edge)
        self.display = SSD1306(world.bus, framebuf, address=board.I2C_ADDRESS)
        self.buzzer = Buzzer(world.buzzer)
        self.battery = Battery(Adc(world.cell.pin_mv), board.BATTERY_FULL_SCALE_MV)
        self.pressure = Pressure(Adc(world.sensor.pin_mv), board.PRESSURE_FULL_SCALE_MBAR)
        self.clock = UptimeClock(clock.ticks_ms, clock.ticks_diff)
        self.files = Files(world.flash)
        self.port = port

    def now_ms(self):
        return self._world.clock.ticks_ms()

    def reset_cause(self):
        return self._cause

    def unique_id(self):
        return b"\x00\x00\x00\x00fake"

    def free_bytes(self):
        return 0

    def collect_garbage(self):
        """CPython does it by itself."""

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
        clock = self._world.clock
        until_us = clock.now_us + duration_ms * 1000
        while clock.now_us < until_us and not self._edge and not self.port.waiting():
            due_us = clock.next_call_us()
            step_us = until_us if due_us is None else min(until_us, max(due_us, clock.now_us))
            clock.advance_us(step_us - clock.now_us)
        self._edge = False
        self.buttons.watching(self.now_ms())

    def restart_into_service(self):
        self.in_service = True

    def _on_edge(self, pin):
        self._edge = True
        if pin is self._world.buttons[STOP] and not pin.value():
            self.engine.stop()
            self.buttons.note_stop_edge()

    def _check_watchdog(self):
        fed_us = self._fed_us
        if fed_us is not None and self._world.clock.now_us - fed_us > self.WATCHDOG_MS * 1000:
            raise WatchdogResetError


class Rig:
    """The pump in a person's hands."""

    def __init__(self, board=None, flash=None, port=None, program=None):
        """`program`: basal segments (start minute, mU/h), set before anything else."""
        board = board if board is not None else load_board()
        self.world = World(board, flash if flash is not None else Flash())
        self.port = port if port is not None else MemoryPort()
        self.boot()
        if program:
            assert self.pump.set_basal(program, events.SOURCE_LINK) == 0

    # ---- power

    def boot(self, cause=events.RESET_POWER):
        """Power on: a new chip on the flash as it is."""
        self.hardware = FakeHardware(self.world, self.port, cause)
        self.app = App(self.world.board, self.hardware)
        self.pump = self.app.pump
        self.port.open()
        self.app.start()
        self.hardware.start_watchdog()

    def cut_power(self):
        """The supply goes away now. What the filesystem had not flushed is lost."""
        world = self.world
        self.hardware.engine.power_off()
        for pin in world.buttons:
            pin.irq(None)
        world.enable_pin.value(1)
        world.panel.power_cycle()
        world.buzzer.duty_u16(0)
        world.flash = Flash(image=world.flash.image())

    def restart(self, cause=events.RESET_POWER):
        """Cut the power and boot again."""
        self.cut_power()
        self.boot(cause)

    # ---- time

    def turn(self):
        """One turn of the loop and the sleep after it."""
        self.hardware.sleep_ms(self.app.guarded_turn())

    def run_ms(self, duration_ms):
        """Let time go by."""
        clock = self.world.clock
        until_us = clock.now_us + duration_ms * 1000
        while clock.now_us < until_us:
            due_ms = self.app.guarded_turn()
            left_ms = (until_us - clock.now_us + 999) // 1000
            self.hardware.sleep_ms(max(0, min(due_ms, left_ms)))

    def run_s(self, duration_s):
        """Let time go by."""
        self.run_ms(duration_s * 1000)

    def run_until(self, condition, limit_s=600):
        """Run until condition(); AssertionError when it does not come true in time."""
        until_us = self.world.clock.now_us + limit_s * 1_000_000
        while not condition():
            assert self.world.clock.now_us < until_us, f"it did not happen in {limit_s} s"
            self._sleep_until(condition, self.app.guarded_turn())

    def _sleep_until(self, condition, due_ms):
        """Sleep until the next turn, looking at what happens meanwhile."""
        while due_ms > 0 and not condition():
            self.hardware.sleep_ms(min(due_ms, _LOOK_MS))
            due_ms -= _LOOK_MS

    # ---- fingers

    def press(self, button, times=1):
        """Tap a button."""
        for _ in range(times):
            self.world.fingers[button].press_for_ms(TAP_MS)
            self.run_ms(TAP_MS + GAP_MS)

    def hold(self, button, duration_ms):
        """Keep a button down for a while."""
        self.world.fingers[button].press_for_ms(duration_ms)
        self.run_ms(duration_ms + GAP_MS)

    def bolus(self, dose_mu):
        """Enter a bolus by the buttons and confirm it."""
        self.press(UP)
        self.press(UP, times=dose_mu // 50)
        self.press(OK, times=2)

    # ---- eyes

    @property
    def steps(self):
        """Where the motor is, in steps it really made."""
        return self.world.motor.position_steps

    def screen(self):
        """The panel as rows of '#' and '.'."""
        return self.world.panel.picture()

    def records(self):
        """Every durable record, packed, as a new reader of the journal finds them."""
        buffer = bytearray(32 * record.RECORD_SIZE)
        seq = self.app.journal.first_seq
        found = []
        while True:
            count = self.app.journal.read_into(seq, buffer)
            if not count:
                return found
            for index in range(count):
                start = index * record.RECORD_SIZE
                found.append(bytes(buffer[start : start + record.RECORD_SIZE]))
            seq = record.seq_of(found[-1]) + 1

    def all(self, event):
        """The field values of every durable record of an event."""
        layout = event_table.layout(event_table.row_of(event)[3])
        return [record.fields(r, layout) for r in self.records() if record.header(r)[2] == event]
