"""The host's work on the emulated board by its serial port; a board without a driver chip."""

import json
import os
import sys

import pytest

from basalt.build import build
from host_tests.chip.chip import ROOT, STOP, Chip
from host_tests.chip.pty_port import PtyPort
from host_tests.chip.test_engine import RemoteEngine
from host_tests.chip.test_hardware import MAIN, PUMP_UNDER_TEST
from host_tests.fakes.clock import Clock
from host_tests.fakes.parts import FourCoilMotor
from host_tests.fakes.pins import Pin

pytestmark = pytest.mark.timeout(1_800)


def patient():
    """The environment of a host that knows that this board is slower than a real one."""
    paths = os.pathsep.join([str(ROOT / "tools"), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": paths, "BASALT_PATIENCE": "10"}


def test_every_check_of_the_selftest_holds_on_the_chip_and_the_motor_stands_still(tmp_path):
    build("pico", tmp_path / "tree", source=False)
    chip = Chip.from_folder(tmp_path / "tree")
    chip.set_battery_mv(3_900)
    chip.set_pressure_mbar(0)
    chip.hold(STOP)
    chip.run_ms(1_500)
    chip.release(STOP)
    chip.run_until(lambda: chip.usb.connected, 3_000)
    command = [sys.executable, "-m", "basalt.cli", "selftest", "--json"]
    with PtyPort(chip) as port:
        result = port.run_program(
            [*command, "--port", port.path], limit_s=1_500, env=patient(), cwd=ROOT
        )
    assert result.returncode == 0, result.stdout + result.stderr
    found = {row["name"]: row for row in json.loads(result.stdout)["checks"]}
    assert [name for name, row in found.items() if row["held"] is None] == [
        "end switch",
        "wall clock",
    ]
    assert found["image"]["detail"] == "MicroPython 1.26.1"
    # Every pulse of the checks came with the coils off.
    assert len(chip.motor.pulses) == chip.motor.while_disabled > 70


def test_an_empty_board_becomes_a_pump_and_the_doctor_finds_nothing_wrong(tmp_path):
    (tmp_path / "empty").mkdir()
    chip = Chip.from_folder(tmp_path / "empty")
    chip.set_battery_mv(3_900)
    chip.set_pressure_mbar(0)
    chip.run_until(lambda: chip.usb.connected, 3_000)
    command = [sys.executable, "-m", "basalt.cli"]
    with PtyPort(chip) as port:
        on = ["--board", "pico", "--port", port.path]
        flashed = port.run_program(
            [*command, "flash", *on], limit_s=1_500, env=patient(), cwd=ROOT
        )
        assert flashed.returncode == 0, flashed.stdout + flashed.stderr
        looked = port.run_program(
            [*command, "doctor", "--no-hands", "--json", *on],
            limit_s=1_500,
            env=patient(),
            cwd=ROOT,
        )
    assert looked.returncode == 0, looked.stdout + looked.stderr
    found = {row["name"]: row["held"] for row in json.loads(looked.stdout)}
    assert found["files of the board"] and found["image"] and found["exact count"]
    assert len(chip.motor.pulses) == chip.motor.while_disabled > 70  # with the coils off


@pytest.fixture(scope="module")
def coils(tmp_path_factory):
    """A pico_28byj on the chip with its parts made, at a prompt of one line."""
    folder = tmp_path_factory.mktemp("coils") / "tree"
    build("pico_28byj", folder, source=False)
    (folder / "main.py").write_text(MAIN, encoding="utf-8")
    (folder / "pump_under_test.py").write_text(PUMP_UNDER_TEST, encoding="utf-8")
    chip = Chip.from_folder(folder)
    chip.wait_for("ready\r\n", 5_000)
    return chip


@pytest.mark.on_a_copy
def test_four_coils_turn_a_motor_by_exact_half_steps_and_are_off_at_rest(coils):
    ask = RemoteEngine(coils).ask
    clock = Clock()
    pins = [Pin(number, Pin.OUT) for number in range(4)]
    motor = FourCoilMotor(pins, clock)

    def look():
        for pin, number in zip(pins, (2, 3, 6, 7), strict=True):
            pin.value(coils.level(number))
        clock.advance_us(max(0, int(coils.nanos / 1_000) - clock.now_us))

    for number in (2, 3, 6, 7):
        coils.mcu.gpio[number].add_listener(lambda *_: look())
    look()
    assert motor.coils() == 0
    ask("hardware.stepper.start(50)")
    coils.run_ms(300)
    assert ask("hardware.stepper.take()") == 50
    look()
    assert motor.coils() == 0
    ask("hardware.stepper.start(-20)")
    coils.run_ms(150)
    assert ask("hardware.stepper.take()") == -20
    look()
    assert (motor.position_steps, motor.lost_steps) == (30, 0)
