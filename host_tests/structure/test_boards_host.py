"""Holds the board tables: literals only, and every rule of the board's chip."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from basalt import board_rules
from basalt.connections import parts
from basalt.errors import WrongInput
from basalt.wiring_picture import draw
from host_tests.structure import source
from host_tests.tools.running import basalt, failed

BOARDS = board_rules.names()
each_board = pytest.mark.parametrize("name", BOARDS)


VSYS = {"BATTERY": "vsys", "BATTERY_ADC_PIN": 29, "BATTERY_FULL_SCALE_MV": 9900}


def literals(name):
    """name -> value of a board file; fails on anything that is not a literal."""
    return board_rules.read_literals(source.ROOT / "boards" / name / "board.py")


def problem(name, **changed):
    """The one thing that is wrong when some literals of a board are changed."""
    found = board_rules.problems(name, {**literals(name), **changed})
    assert len(found) == 1, found
    return found[0]


def test_there_are_the_boards_of_this_release():
    wanted = {"pico", "pico_w", "pico2", "esp32_devkit", "esp32_s3", "xiao_rp2040", "pico_28byj"}
    assert wanted <= set(BOARDS)


@each_board
def test_a_board_keeps_the_rules_of_its_chip(name):
    assert board_rules.problems(name, literals(name)) == []


@each_board
def test_a_board_is_known_with_its_header_and_its_limits(name):
    facts = board_rules.facts()["boards"][name]
    assert facts["labels"] and facts["title"] and facts["price"] and facts["proved"]
    assert facts["unproved"] and facts["limits"]


@each_board
def test_the_stop_diode_is_drawn_where_there_must_be_one(name):
    board = board_rules.load(name)
    picture = draw(board, parts(board))
    needed = board.chip["counts_at_pin"] and board.literals["STEPPER"] != "coils"
    assert ("The stop diode" in picture) == needed
    if needed:
        pins = [board.literals[pin] for pin in ("STEP_PIN", "BUTTON_STOP_PIN", "COUNT_PIN")]
        roles = ("STEP", "STOP key", "counts the steps")
        for pin, role in zip(pins, roles, strict=True):
            assert f"GPIO{pin} ({role})" in picture


@pytest.mark.parametrize(
    ("name", "changed", "words"),
    [
        ("pico", {"STEP_PIN": 10}, ("BUTTON_UP_PIN is 10", "STEP_PIN already")),
        ("pico", {"STEP_PIN": 30}, ("STEP_PIN is 30", "an RP2040 has no such pin")),
        ("pico", {"STEP_PIN": 23}, ("STEP_PIN is 23", "on no header")),
        ("pico", {"STEP_PIN": "GP2"}, ("STEP_PIN is GP2", "no such pin")),
        ("pico", {"STEP_PIN": None}, ("STEP_PIN is None",)),
        ("pico", {"BATTERY_ADC_PIN": 22}, ("BATTERY_ADC_PIN is 22", "no analog input", "26, 27")),
        ("pico_w", {"BATTERY": "vsys"}, ("BATTERY is 'vsys'", "radio's SPI", "divider")),
        ("xiao_rp2040", {"BATTERY": "vsys"}, ("pin D3",)),
        ("esp32_s3", {"BATTERY": "vsys"}, ("no analog input",)),
        ("pico", {"BATTERY": "mains"}, ("BATTERY is 'mains'", "'vsys'")),
        ("pico", {"BATTERY_ADC_PIN": 29}, ("BATTERY_ADC_PIN is 29", "on no header")),
        ("pico", VSYS | {"BATTERY_ADC_PIN": 28}, ("BATTERY_ADC_PIN is 28", "it is 29")),
        ("pico2", VSYS | {"BATTERY_FULL_SCALE_MV": 6600}, ("is 6600", "it is 9900")),
        ("pico", {"I2C_ID": 1}, None),
        ("pico", {"I2C_SDA_PIN": 7}, ("I2C_SDA_PIN is 7", "0, 4, 8")),
        ("pico", {"I2C_ID": 2}, ("I2C_ID is 2", "0, 1")),
        ("pico", {"PULSE_MACHINE": 3}, ("PULSE_MACHINE must be 0 to 2", "PIO0")),
        ("pico", {"STEP_RATE_HZ": 20_000}, ("within 2 to 10000",)),
        ("pico", {"LONGEST_TRAIN": 3}, ("less than a quantum",)),
        ("pico", {"RAMP": ((500, 4), (250, 4))}, ("RAMP must rise",)),
        ("pico", {"STEPS_PER_UNIT": (679.1, 1)}, ("two whole numbers",)),
        ("pico", {"DISPLAY": "st7789"}, ("DISPLAY is 'st7789'", "'sh1106'")),
        ("pico", {"SPEED": 3}, ("SPEED is of no use here",)),
        ("pico", {"NAME": "nano"}, ("NAME is 'nano'", "'pico'")),
        ("pico", {"CHIP": "z80"}, ("CHIP is 'z80'", "rp2350")),
        ("pico_28byj", {"COIL_PINS": (2, 3, 6, 6)}, ("COIL_PINS[3] is 6", "COIL_PINS[2]")),
        ("esp32_devkit", {"STEP_PIN": 39}, ("STEP_PIN is 39", "can only read it")),
        ("esp32_devkit", {"BUTTON_OK_PIN": 39}, ("BUTTON_OK_PIN is 39", "no pull-up")),
        ("esp32_devkit", {"DIR_PIN": 12}, ("DIR_PIN is 12", "strapping pin")),
        ("esp32_devkit", {"DIR_PIN": 6}, ("DIR_PIN is 6", "wired to the flash")),
        ("esp32_devkit", {"BATTERY_ADC_PIN": 4}, ("BATTERY_ADC_PIN is 4", "ADC2 does not work")),
        ("esp32_devkit", {"LONGEST_TRAIN": 64}, ("at most 63", "RMT block")),
        ("esp32_devkit", {"RAMP": ((30, 4),)}, ("within 31 to",)),
        ("esp32_s3", {"BUZZER_PIN": 20}, ("BUZZER_PIN is 20", "USB")),
    ],
)
def test_a_wrong_literal_is_told_with_its_reason(name, changed, words):
    if words is None:
        assert len(board_rules.problems(name, {**literals(name), **changed})) == 2
        return
    said = problem(name, **changed)
    for word in words:
        assert word in said


def test_parts_ask_for_their_own_literals():
    serial = {**literals("pico"), "STEPPER": "tmc2209"}
    missing = board_rules.problems("pico", serial)
    assert "UART_TX_PIN is missing." in missing
    serial.update(UART_ID=1, UART_TX_PIN=8, UART_RX_PIN=9, DIAG_PIN=7, MICROSTEPS=8, CURRENT_32=16)
    serial.update(STALL_THRESHOLD=60)
    assert board_rules.problems("pico", serial) == []
    assert "UART1 has its TX at" in board_rules.problems("pico", {**serial, "UART_TX_PIN": 16})[0]
    disc = {**literals("pico"), "TURN_PIN": 14}
    assert "TURN_STEPS is missing." in board_rules.problems("pico", disc)
    switch = {**literals("pico"), "END_PIN": 14}
    assert "END_CLEAR_STEPS is missing." in board_rules.problems("pico", switch)
    switch.update(END_LEVEL=1, END_CLEAR_STEPS=4_000)
    assert board_rules.problems("pico", switch) == []


def test_a_board_that_measures_its_own_supply_needs_no_divider_and_no_pin():
    for name in ("pico", "pico2", "pico_28byj"):
        assert board_rules.problems(name, {**literals(name), **VSYS}) == []
    known = board_rules.load("pico")
    board = replace(known, literals={**known.literals, **VSYS})
    wires = [wire for part in parts(board) for wire in part.wires]
    assert "BATTERY_ADC_PIN" not in [wire.literal for wire in wires]
    assert any("VSYS" in wire.label for wire in wires)
    assert ElementTree.fromstring(draw(board, parts(board))) is not None


def test_a_board_that_computes_is_refused(tmp_path):
    for line in ("STEP_PIN = 1 + 1", "import os", "print('hello')"):
        path = tmp_path / "board.py"
        path.write_text(f'"""A board."""\n\n{line}\n')
        with pytest.raises(WrongInput, match="3 is no `NAME = literal`"):
            board_rules.read_literals(path)


def test_a_board_with_a_wrong_pin_is_not_built(tmp_path, monkeypatch):
    text = (source.ROOT / "boards/pico/board.py").read_text(encoding="utf-8")
    folder = tmp_path / "boards" / "pico"
    folder.mkdir(parents=True)
    (folder / "board.py").write_text(text.replace("BUZZER_PIN = 15", "BUZZER_PIN = 29"))
    data = (source.ROOT / "boards/boards.json").read_bytes()
    (tmp_path / "boards" / "boards.json").write_bytes(data)
    monkeypatch.setattr(board_rules.paths, "boards", lambda: tmp_path / "boards")
    ran = basalt("build", "--board", "pico", "--out", tmp_path / "tree")
    failed(ran, 2, "BUZZER_PIN is 29", "on no header")
    assert not (tmp_path / "tree").exists()


@each_board
def test_the_drawing_has_a_wire_for_each_pin_and_no_other(name):
    board = board_rules.load(name)
    drawn = {
        (wire.literal, wire.gpio) for part in parts(board) for wire in part.wires if wire.gpio
    }
    used = {
        (literal.partition("[")[0], f"{board.facts['prefix']}{pin}")
        for literal, pin in board.pins()
    }
    assert drawn == used
    picture = ElementTree.fromstring(draw(board, parts(board)))
    texts = " ".join(picture.itertext())
    assert all(gpio in texts for _, gpio in used)
