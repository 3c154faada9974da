"""`basalt calibrate`: weighs a pump whose true steps in a unit are known, and finds them."""

import json
import random

import pytest

from basalt import build, calibrate, client, flash, prompt
from basalt.errors import Problem, WrongInput
from host_tests.fakes.desk_modules import desk, modules
from host_tests.fakes.link_service import LinkService
from host_tests.fakes.pty_board import PtyBoard
from host_tests.fakes.reservoir import Reservoir
from host_tests.tools.running import basalt
from pump.core import settings as st
from pump.core import states
from pump.core.calibration import weighing
from pump.core.setting_table import SETTINGS

TRUE = (650, 1)
GRAM_PER_UNIT = 0.01 * 0.9982


class Scale:
    """Standard input: every question is answered with what the scale shows then."""

    def __init__(self, world):
        self._world = world

    def readline(self):
        self._world.clock.advance_ms(20_000)
        return f"{self._world.reservoir.units_out() * GRAM_PER_UNIT:.3f}\n"


@pytest.fixture
def world(monkeypatch):
    """A pico's parts, on a screw that is not the one that board.py tells of."""
    world = desk()
    world.reservoir = Reservoir(world.clock, world.line, TRUE)
    world.motor.load = world.reservoir
    monkeypatch.setattr("sys.stdin", Scale(world))
    for module in (prompt, flash):
        monkeypatch.setattr(module, "_RESTART_S", 0.5)
    monkeypatch.setattr(client, "ANSWER_S", 0.3)
    return world


@pytest.fixture
def board(world, tmp_path):
    """The board at its prompt; after its restart it is a pump."""
    build.build("pico", tmp_path / "flash", source=False)
    service = LinkService()
    service.state = states.SUSPENDED
    for number in (st.STEPS_PER_UNIT, st.BACKLASH_STEPS):
        _, name, value, least, most, _ = SETTINGS[number - 1]
        service.names[number] = name
        service.values[number] = (value, least, most)
    with PtyBoard(service, tmp_path / "flash", runs=False) as board:
        board.modules = modules(world)
        yield board


def calibrated(board, *more):
    call = ("calibrate", "--board", "pico", "--port", board.port, "--units", "10")
    return basalt(*call, "--runs", "2", "--json", *more)


def test_the_true_steps_are_found_and_written_to_the_settings_of_the_pump(board):
    ran = calibrated(board, "--write")
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert abs(found["steps_per_unit"] - 650) <= found["uncertainty"]
    assert found["error_percent"] == pytest.approx((679.1 / 650 - 1) * 100, abs=0.5)
    assert abs(found["backlash_steps"]) <= found["backlash_uncertainty"]
    values = board.service.values
    assert values[st.STEPS_PER_UNIT][0] == round(found["settings"]["steps_per_unit"] * 10)
    assert values[st.STEPS_PER_UNIT][0] == pytest.approx(6_500, rel=0.01)
    assert values[st.BACKLASH_STEPS][0] == 0
    assert board.restarts == 1


def test_without_write_the_pump_keeps_its_scale(board):
    ran = calibrated(board)
    assert ran.code == 0, ran.err
    assert board.service.values[st.STEPS_PER_UNIT][0] == 0


def test_a_pump_that_is_not_suspended_keeps_its_scale_and_the_result_is_printed(
    board, monkeypatch
):
    monkeypatch.setattr(calibrate, "_SUSPEND_S", 0.5)
    board.service.state = states.RUNNING
    ran = calibrated(board, "--write")
    assert ran.code == 1
    assert "was not suspended" in ran.err and "settings set" in ran.err
    assert json.loads(ran.out)["settings"]["steps_per_unit"] == pytest.approx(650, rel=0.01)
    assert board.service.values[st.STEPS_PER_UNIT][0] == 0


def test_another_screw_is_no_calibration_and_belongs_into_board_py(board, world):
    world.reservoir = Reservoir(world.clock, world.line, (480, 1))
    world.motor.load = world.reservoir
    ran = calibrated(board, "--write")
    assert ran.code == 1
    assert "more than a quarter" in ran.err and "STEPS_PER_UNIT = (48" in ran.err
    assert board.service.values[st.STEPS_PER_UNIT][0] == 0


def test_the_interval_holds_the_truth_19_times_in_20():
    """Runs with noise of a known size, weighed on a scale with a known last digit."""
    noise = random.Random(7)
    held = 0
    for _ in range(1_000):
        grams = [round(noise.gauss(0.2, 0.002), 3) for _ in range(4)]
        found = calibrate.evaluate(13_582, grams, 0.2, 0.001, 20, 679.1)
        truth = 13_582 / (0.2 / 0.9982 * 100)
        held += abs(found.steps_per_unit - truth) <= found.uncertainty
    assert 930 <= held <= 980


def test_play_of_the_screw_is_what_is_missing_after_a_reversal():
    found = calibrate.evaluate(10_000, [0.2, 0.2, 0.2], 0.19, 0.0001, 20, 500)
    assert found.backlash_steps == pytest.approx(500)


def test_a_coarse_scale_makes_a_wide_interval_although_the_runs_agree():
    fine = calibrate.evaluate(10_000, [0.2, 0.2, 0.2], 0.2, 0.0001, 20, 500)
    coarse = calibrate.evaluate(10_000, [0.2, 0.2, 0.2], 0.2, 0.1, 20, 500)
    assert coarse.uncertainty == pytest.approx(1_000 * fine.uncertainty)
    assert coarse.uncertainty / coarse.steps_per_unit > 0.2


def test_the_pump_itself_is_as_sure_of_three_runs_19_times_in_20():
    """The firmware's integers, on runs with noise of a known size and a scale of 1 mg."""
    noise = random.Random(5)
    held = 0
    for _ in range(2_000):
        runs = [round(noise.gauss(200, 2)) for _ in range(3)]
        tenths, unsure = weighing.weighed(13_582, runs)
        held += abs(tenths - 13_582 * 10 / (200 / 9.982)) <= unsure
    assert 1_880 <= held <= 1_990


@pytest.mark.parametrize(
    ("grams", "words"), [([0.2, 0.25], "differ by more than"), ([0.2, 0.0], "gave nothing")]
)
def test_runs_that_cannot_be_right_are_refused(grams, words):
    with pytest.raises(Problem, match=words):
        calibrate.evaluate(10_000, grams, 0.2, 0.001, 20, 500)


def test_water_that_is_ice_or_steam_is_refused():
    assert calibrate.density(22.5) == pytest.approx(0.9976)
    for celsius in (0, 99):
        with pytest.raises(WrongInput, match="10 to 35"):
            calibrate.density(celsius)
