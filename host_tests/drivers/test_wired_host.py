"""What parts.py and extras.py make of a board works on the pins that its literals name."""

import importlib
import sys
import types

import pytest

from host_tests.fakes import framebuf
from host_tests.fakes.adc import Adc
from host_tests.fakes.clock import Clock
from host_tests.fakes.i2c_display import I2CBus, Panel
from host_tests.fakes.motor import Motor
from host_tests.fakes.parts import (
    BridgeAmplifier,
    Disc,
    FourCoilMotor,
    RegisterBus,
    Rtc,
    SerialDriver,
)
from host_tests.fakes.pins import Pin
from host_tests.fakes.pwm import Beeper, Pwm
from host_tests.fakes.timer import timers
from host_tests.rig import load_board
from pump.drivers.buzzer import Buzzer

BOARDS = ("pico", "pico_w", "pico2", "xiao_rp2040", "esp32_devkit", "esp32_s3", "pico_28byj")
HELD_MS = 200


class Frame(framebuf.FrameBuffer):
    """MicroPython's, with its letters as black boxes; `said` has what they spell."""

    said = []

    def text(self, words, x, y, colour=1):
        assert x + 8 * len(words) <= 128
        self.said.append(words)
        self.fill_rect(x, y, 8 * len(words), 8, colour)


class Desk:
    """A board's wires under a faked `machine`, with parts.py on it; literals may be others."""

    def __init__(self, monkeypatch, name="pico", **literals):
        self.board = types.SimpleNamespace(**{**vars(load_board(name)), **literals})
        self.clock = clock = Clock()
        self.pins = pins = {}
        self.removed = []
        self.cause = 0

        class WiredPin(Pin):
            """One wire for each number, whoever asks for it."""

            def __new__(cls, number, *_arguments, **_options):
                return pins.setdefault(number, super().__new__(cls))

            def __init__(self, number, mode=-1, pull=-1, *, value=None):
                if hasattr(self, "number"):
                    self.init(mode, pull, value=value)
                else:
                    super().__init__(number, max(mode, 0), None if pull == -1 else pull, value)

        self.machine = types.ModuleType("machine")
        self.machine.__dict__.update(Pin=WiredPin, Timer=timers(clock), ADC=lambda pin: Adc(pin))
        self.machine.__dict__.update(PWM=self._pwm, I2C=self._bus, UART=self._uart)
        slow = types.SimpleNamespace(
            sleep_ms=clock.sleep_ms, sleep_us=clock.advance_us, ticks_ms=clock.ticks_ms
        )
        monkeypatch.setitem(sys.modules, "machine", self.machine)
        written = types.SimpleNamespace(**{**vars(framebuf), "FrameBuffer": Frame})
        monkeypatch.setattr(Frame, "said", [])
        monkeypatch.setitem(sys.modules, "framebuf", written)
        modules = []
        for module in ("pump.ports.any", "pump.extras", "pump.parts"):
            monkeypatch.delitem(sys.modules, module, raising=False)
            modules.append(importlib.import_module(module))
            monkeypatch.setitem(sys.modules, module, modules[-1])
        self.port, extras, self.parts = modules
        monkeypatch.setattr(sys.modules["pump"], "extras", extras, raising=False)
        monkeypatch.setattr(extras, "time", slow)
        monkeypatch.setattr(self.parts, "time", slow)
        monkeypatch.setattr(self.parts, "os", types.SimpleNamespace(remove=self._remove))
        chip = types.SimpleNamespace(reset_cause=lambda _chip: self.cause)
        monkeypatch.setattr(self.parts, "port_of", lambda _chip: chip)
        self.files = set()
        self.panel = Panel()
        self.bus = I2CBus(clock)
        self.bus.plug(self.board.I2C_ADDRESS, self.panel)
        self.driver = SerialDriver()

    def pin(self, number):
        """The wire of that number."""
        return self.machine.Pin(number)

    def _pwm(self, pin, freq, duty_u16):
        assert pin is self.pins[self.board.BUZZER_PIN] and freq and not duty_u16
        self.sounder = Pwm(self.clock)
        return self.sounder

    def _bus(self, number, *, sda, scl, freq, timeout):
        board = self.board
        assert (number, freq) == (board.I2C_ID, board.I2C_HZ) and timeout
        assert (sda.number, scl.number) == (board.I2C_SDA_PIN, board.I2C_SCL_PIN)
        return self.bus

    def _uart(self, number, *, baudrate, tx, rx):
        board = self.board
        assert (number, baudrate) == (board.UART_ID, 115_200)
        assert (tx.number, rx.number) == (board.UART_TX_PIN, board.UART_RX_PIN)
        return self.driver

    def _remove(self, path):
        if path not in self.files:
            raise OSError(2)
        self.files.remove(path)

    def stepper(self):
        """Motor and Stepper, as Hardware makes them."""
        board = self.board
        switch = self.parts.coils_off(board)
        if board.STEPPER == "coils":
            wires = [self.pin(number) for number in board.COIL_PINS]
            motor = FourCoilMotor(wires, self.clock)
        else:
            pins = [self.pin(n) for n in (board.STEP_PIN, board.DIR_PIN, board.ENABLE_PIN)]
            motor = Motor(*pins, self.clock)
        _, stepper = self.parts.motor(board, self.port, switch)
        return motor, stepper


@pytest.mark.parametrize("name", BOARDS)
def test_coils_carry_no_current_before_a_train_and_after_it_and_the_motor_makes_it(
    monkeypatch, name
):
    desk = Desk(monkeypatch, name)
    board = desk.board
    coils = getattr(board, "COIL_PINS", ())
    desk.parts.coils_off(board)
    off = [0] * len(coils) if coils else [1 - board.ENABLED_LEVEL]
    wires = coils or (board.ENABLE_PIN,)
    assert [desk.pin(number).value() for number in wires] == off
    motor, stepper = desk.stepper()
    assert [desk.pin(number).value() for number in wires] == off
    for steps in (40, -15):
        before = motor.position_steps
        stepper.start(steps)
        desk.clock.advance_us(1_000_000)
        assert stepper.take() == steps
        assert motor.position_steps - before == steps
    stepper.release()
    assert [desk.pin(number).value() for number in wires] == off


@pytest.mark.parametrize("name", ["pico", "pico_28byj"])
def test_a_motor_that_is_wired_the_other_way_turns_the_other_way(monkeypatch, name):
    desk = Desk(monkeypatch, name, FORWARD_LEVEL=0)
    motor, stepper = desk.stepper()
    stepper.start(40)
    desk.clock.advance_us(1_000_000)
    assert stepper.take() == 40 == -motor.position_steps


@pytest.mark.parametrize("name", BOARDS)
def test_the_screen_of_service_says_so_and_no_coil_carries_current(monkeypatch, name):
    desk = Desk(monkeypatch, name)
    desk.parts.park(desk.board)
    assert Frame.said[:2] == ["Service mode", "no delivery"]
    assert "########" in desk.panel.picture()[32]
    wires = getattr(desk.board, "COIL_PINS", None) or (desk.board.ENABLE_PIN,)
    off = 0 if len(wires) > 1 else 1 - desk.board.ENABLED_LEVEL
    assert {desk.pin(number).value() for number in wires} == {off}


def test_a_pump_that_cannot_run_sounds_and_one_in_service_does_not(monkeypatch):
    for failed in (True, False):
        desk = Desk(monkeypatch)
        desk.parts.park(desk.board, failed)
        assert (desk.sounder.sounding_hz() > 0) == failed
    desk = Desk(monkeypatch, BUZZER="active")
    beeper = Beeper(desk.clock, desk.pin(desk.board.BUZZER_PIN))
    desk.parts.park(desk.board, True)
    desk.clock.advance_ms(100)
    assert beeper.sounding()


def test_a_board_without_a_buzzer_has_none(monkeypatch):
    desk = Desk(monkeypatch, BUZZER_PIN=None)
    assert desk.parts.sounder_of(desk.board) is None
    desk.parts.park(desk.board, True)


def test_an_active_buzzer_keeps_the_rhythm_of_a_pattern_on_its_pin(monkeypatch):
    desk = Desk(monkeypatch, BUZZER="active")
    beeper = Beeper(desk.clock, desk.pin(desk.board.BUZZER_PIN))
    buzzer = Buzzer(desk.parts.sounder_of(desk.board))
    buzzer.play(((1_000, 200), (0, 200), (2_000, 100)))
    for _ in range(80):
        buzzer.tick(desk.clock.ticks_ms())
        desk.clock.advance_ms(10)
    lengths = [length for _, length in beeper.beeps]
    assert len(lengths) == 2 and abs(lengths[0] - 195) <= 20 and abs(lengths[1] - 95) <= 20


def test_service_is_for_who_asked_for_it_or_holds_stop_at_the_power_on(monkeypatch):
    desk = Desk(monkeypatch)
    stop = desk.pin(desk.board.BUTTON_STOP_PIN)
    assert not desk.parts.service_asked(desk.board)
    desk.files.add(desk.parts.SERVICE_FILE)
    assert desk.parts.service_asked(desk.board)
    assert not desk.parts.service_asked(desk.board), "it is asked once"
    stop.drive(0)
    assert desk.parts.service_asked(desk.board)
    desk.cause = 1
    assert not desk.parts.service_asked(desk.board), "after the watchdog it stops the motor"
    desk.files.add(desk.parts.SERVICE_FILE)
    assert desk.parts.service_asked(desk.board)
    desk.cause = 0
    desk.clock.call_after(HELD_MS // 2 * 1000, stop.release)
    assert not desk.parts.service_asked(desk.board), "it was let go of"


@pytest.mark.parametrize("name", BOARDS)
def test_each_key_pulls_its_own_wire_down(monkeypatch, name):
    desk = Desk(monkeypatch, name)
    board = desk.board
    keys = desk.parts.keys_of(board)
    numbers = [getattr(board, f"BUTTON_{key}_PIN") for key in ("UP", "DOWN", "OK", "STOP")]
    assert len(set(numbers)) == 4
    for place, number in enumerate(numbers):
        assert [key.value() for key in keys] == [1, 1, 1, 1]
        desk.pin(number).drive(0)
        assert [key.value() for key in keys].index(0) == place
        desk.pin(number).release()


def test_a_force_sensor_reads_in_place_of_a_pressure_sensor(monkeypatch):
    literals = {"HX711_CLOCK_PIN": 20, "HX711_DATA_PIN": 21, "HX711_ZERO": 0}
    literals |= {"HX711_SPAN": 400_000, "PRESSURE": "hx711", "PRESSURE_FULL_SCALE_MBAR": 1_000}
    desk = Desk(monkeypatch, **literals)
    sensor = desk.parts.pressure_of(desk.board, desk.port)
    cell = BridgeAmplifier(desk.pin(20), desk.pin(21), desk.clock)
    cell.counts = 100_000
    desk.clock.advance_ms(250)
    assert abs(sensor.read_mbar() - 250) <= 1
    desk = Desk(monkeypatch, PRESSURE=None)
    assert desk.parts.pressure_of(desk.board, desk.port).read_mbar() == -1


def test_a_disc_that_stands_still_is_noticed_and_a_board_without_one_has_none(monkeypatch):
    desk = Desk(monkeypatch, TURN_PIN=20, TURN_STEPS=160, TURN_SLACK_STEPS=40)
    sensor = desk.parts.turning_of(desk.board, desk.port)
    disc = Disc(desk.pin(20), 160)
    for position in range(0, 2_000, 100):
        disc.turn_to(position)
        assert sensor.lost_steps(position) == 0
    assert sensor.lost_steps(2_400) > 0
    desk = Desk(monkeypatch)
    assert desk.parts.turning_of(desk.board, desk.port) is None


def test_a_driver_that_notices_a_stall_takes_its_settings_and_tells_of_it(monkeypatch):
    literals = {"STEPPER": "tmc2209", "UART_ID": 1, "UART_TX_PIN": 20, "UART_RX_PIN": 21}
    literals |= {"MICROSTEPS": 16, "CURRENT_32": 10, "STALL_THRESHOLD": 60, "DIAG_PIN": 22}
    desk = Desk(monkeypatch, **literals)
    sensor = desk.parts.turning_of(desk.board, desk.port)
    assert sensor.ready and sensor.answers()
    assert desk.driver.registers[0x40] == 60
    assert desk.driver.registers[0x10] >> 8 & 31 == 9
    assert sensor.lost_steps(0) == 0
    desk.pin(22).drive(1)
    assert sensor.lost_steps(0) == 1


def test_a_switch_at_the_end_of_the_way_ends_a_train_that_delivers(monkeypatch):
    desk = Desk(monkeypatch, END_PIN=20, END_LEVEL=1)
    motor, stepper = desk.stepper()
    switch = desk.parts.end_stop_of(desk.board, desk.port, stepper)
    wire = desk.pin(20)
    wire.drive(0)
    assert not switch.reached()
    stepper.start(100)
    desk.clock.call_after(100_000, lambda: wire.drive(1))
    desk.clock.advance_us(1_000_000)
    assert not stepper.busy() and switch.reached()
    assert 0 < stepper.take() == motor.position_steps < 100
    desk = Desk(monkeypatch)
    assert desk.parts.end_stop_of(desk.board, desk.port, stepper) is None


def test_a_clock_with_a_cell_is_read_over_the_bus_of_the_display(monkeypatch):
    desk = Desk(monkeypatch, CLOCK="ds3231")
    bus = RegisterBus()
    bus.parts[0x68] = Rtc(desk.clock)
    clock = desk.parts.wall_clock_on(desk.board, bus)
    clock.write_s(200_000_000)
    desk.clock.advance_ms(5_000)
    assert clock.read_s() in (200_000_004, 200_000_005)
    desk = Desk(monkeypatch)
    assert desk.parts.wall_clock_on(desk.board, bus) is None
