"""Holds the board tables: literals only, every name on every board, no pin given away twice."""

import ast

import pytest

from host_tests.structure import source

BOARDS = sorted((source.ROOT / "boards").glob("*/board.py"))
PINS_OF_RP2040 = range(30)
ADC_PINS_OF_RP2040 = (26, 27, 28)
each_board = pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.parent.name)


def table(path):
    """name -> value of a board file; fails on anything that is not a literal."""
    found = {}
    for node in source.tree(path).body[1:]:
        assert isinstance(node, ast.Assign), f"{source.place(path, node)} is no assignment"
        found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


def pins(board):
    """name -> number of each pin that a board uses."""
    return {name: value for name, value in board.items() if name.endswith("_PIN")}


def test_there_are_the_boards_of_this_release():
    assert {"pico", "pico_w"} <= {path.parent.name for path in BOARDS}


@each_board
def test_a_board_is_named_after_its_folder(path):
    assert table(path)["NAME"] == path.parent.name


@each_board
def test_every_board_says_the_same_things(path):
    assert table(path).keys() == table(BOARDS[0]).keys()


@each_board
def test_no_pin_has_two_duties(path):
    used = [pin for pin in pins(table(path)).values() if pin is not None]
    assert sorted(set(used)) == sorted(used)


@each_board
def test_the_pins_are_pins_of_the_chip(path):
    board = table(path)
    if board["CHIP"] == "rp2040":
        for name, pin in pins(board).items():
            allowed = ADC_PINS_OF_RP2040 if "_ADC_" in name else PINS_OF_RP2040
            assert pin is None or pin in allowed, name


@each_board
def test_the_steps_per_unit_are_a_fraction_of_two_integers(path):
    numerator, denominator = table(path)["STEPS_PER_UNIT"]
    assert type(numerator) is int
    assert type(denominator) is int
    assert numerator > 0 < denominator


@each_board
def test_a_board_has_a_wiring_guide_that_names_each_of_its_pins(path):
    guide = path.with_name("wiring.md").read_text(encoding="utf-8")
    for pin in pins(table(path)).values():
        assert pin is None or f"GP{pin}" in guide, f"GP{pin}"
