"""Scenario files: a bad one is told, and a good one is the same life on two Pythons."""

import json
from pathlib import Path

import pytest

from boards.pico import board
from host_tests.fakes.flash import Files, Flash
from host_tests.scenarios import scenario
from host_tests.scenarios.session import RamDisk, Session, play
from host_tests.vm.machine import Machine

SCENARIOS = sorted(Path(__file__).parent.glob("*.json"))


class NorDisk:
    """The board's own filesystem on its flash; a mount finds what was durable."""

    def __init__(self, flash):
        self._flash = flash

    def mount(self):
        """The filesystem of one power-on."""
        self._flash = Flash(image=self._flash.image())
        return Files(self._flash)


def played(life, disk):
    """A session after a scenario."""
    session = Session(board, disk)
    play(session, life)
    return session


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_is_the_same_on_ram_and_on_the_boards_own_filesystem(path):
    life = scenario.load(str(path))
    ram, nor = played(life, RamDisk()), played(life, NorDisk(Flash()))
    assert ram.records() == nor.records()
    assert ram.world.motor.position_steps == nor.world.motor.position_steps > 0


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_is_the_same_on_micropython(path):
    session = played(scenario.load(str(path)), RamDisk())
    machine = Machine()
    try:
        assert machine.load("host_tests.scenarios.printed").ok
        answer = machine.run(f"print_{path.stem}")
    finally:
        machine.close()
    assert answer.ok, answer.error
    steps, *records = answer.out.split()
    assert int(steps) == session.world.motor.position_steps
    assert [bytes.fromhex(text) for text in records] == session.records()


def good():
    return {"basalt_scenario": 1, "end_ms": 9, "acts": [[1, "press", "UP"], [1, "syringe"]]}


def test_a_good_scenario_has_no_problem():
    assert scenario.problem_of(good()) == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"basalt_scenario": 2}, "later version"),
        ({"end_ms": 91 * 86_400_000}, "within 90 days"),
        ({"end_ms": True}, "within 90 days"),
        ({"end_ms": 0}, "before its last act"),
        ({"acts": {}}, "no list"),
        ({"acts": [[1, "syringe"]] * 20_001}, "no list"),
        ({"acts": [[5, "syringe"], [4, "syringe"]]}, "act 1 has no moment"),
        ({"acts": [["now", "syringe"]]}, "act 0 has no moment"),
        ({"acts": [[1, "__init__"]]}, "act 0 is nothing that can be done"),
    ],
)
def test_what_is_wrong_with_a_scenario_is_said(change, words):
    assert words in scenario.problem_of({**good(), **change})


def test_a_file_that_holds_no_scenario_is_refused_by_name(tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps([1, 2]))
    with pytest.raises(ValueError, match=r"x\.json: this is no scenario"):
        scenario.load(str(path))
