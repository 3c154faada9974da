"""`basalt selftest` and `basalt doctor` through a real serial port and the real mpremote."""

import io
import json

import pytest

from basalt import build, client, flash, ports, prompt
from host_tests.fakes.desk_modules import desk, modules
from host_tests.fakes.link_service import LinkService
from host_tests.fakes.pty_board import PtyBoard
from host_tests.tools.running import basalt, failed


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    """What waits for a board are cut down to."""
    for module in (prompt, flash):
        monkeypatch.setattr(module, "_RESTART_S", 0.5)
    monkeypatch.setattr(client, "ANSWER_S", 0.3)


@pytest.fixture
def world():
    """The parts on the desk."""
    return desk()


@pytest.fixture
def board(tmp_path, world):
    """A board at its prompt, with the build in its flash and those parts."""
    build.build("pico", tmp_path / "flash", source=False)
    with PtyBoard(LinkService(), tmp_path / "flash", runs=False) as board:
        board.modules = modules(world)
        yield board


def test_selftest_shows_a_table_and_leaves_a_running_pump_behind(board):
    ran = basalt("selftest", "--port", board.port)
    assert ran.code == 0, ran.err
    assert "Raspberry Pi Pico with RP2040, MicroPython 1.26.1" in ran.out
    assert "3900 mV" in ran.out and "failed" not in ran.out
    assert board.restarts == 1


def test_selftest_of_a_broken_board_says_so_and_the_pump_is_left_running(board, world):
    world.bus.unplug(world.board.I2C_ADDRESS)
    ran = basalt("selftest", "--port", board.port, "--json")
    assert ran.code == 1
    assert "1 of 14 checks did not hold (display)" in ran.err and "Traceback" not in ran.err
    assert len(json.loads(ran.out)["checks"]) == 14
    assert board.restarts == 1


def doctor(board, monkeypatch, answers, *more):
    monkeypatch.setattr("sys.stdin", io.StringIO(answers))
    ran = basalt("doctor", "--board", "pico", "--port", board.port, "--json", *more)
    return ran, {row["name"]: row for row in json.loads(ran.out)}


@pytest.fixture
def hand(board, world):
    """Presses the key that is asked for; an entry makes it press another one."""
    wrong = {}

    def press(code):
        if code.startswith("check(") and "wait_for_key" in code:
            key = int(code.rpartition(",")[2].strip(" )\n"))
            finger = world.fingers[wrong.get(key, key)]
            world.clock.call_after(500_000, lambda: finger.press_for_ms(300))

    board.before_code = press
    return wrong


def test_the_doctor_says_which_key_is_at_the_wrong_pin_and_that_the_motor_turns(
    board, monkeypatch, hand, world
):
    hand[1] = 2
    ran, found = doctor(board, monkeypatch, "y\ny\ny\ny\n")
    assert ran.code == 1
    assert [name for name, row in found.items() if row["held"] is False] == ["key DOWN"]
    assert found["key DOWN"]["detail"] == "OK went down instead"
    assert "wrong pin" in found["key DOWN"]["advice"]
    assert found["files of the board"]["held"] and found["motor back"]["held"]
    assert world.motor.position_steps == 0


def test_the_doctor_sees_files_that_are_not_those_of_this_build(board, monkeypatch, tmp_path):
    (tmp_path / "flash" / "main.py").write_text("old")
    ran, found = doctor(board, monkeypatch, "", "--no-hands")
    assert ran.code == 1
    assert "/main.py first" in found["files of the board"]["detail"]
    assert "motor forward" not in found


def test_the_doctor_refuses_a_board_that_is_another_one(board):
    ran = basalt("doctor", "--board", "pico2", "--port", board.port)
    assert ran.code == 2
    assert "built for an RP2350" in ran.err


def test_an_unknown_board_is_one_sentence():
    failed(basalt("doctor", "--board", "nano", "--port", "/dev/ttyNONE"), 2, "no board 'nano'")


def test_without_a_board_each_command_says_to_plug_one_in(monkeypatch):
    monkeypatch.setattr(ports, "listed", list)
    for call in (("doctor", "--board", "pico"), ("selftest",), ("calibrate", "--board", "pico")):
        failed(basalt(*call), 2, "no USB serial port", "plug the board in")


def test_with_several_boards_it_must_be_said_which(monkeypatch):
    monkeypatch.setattr(ports, "listed", lambda: [("/dev/ttyACM0", "a"), ("/dev/ttyACM1", "b")])
    for call in (("doctor", "--board", "pico"), ("selftest",), ("flash", "--board", "pico")):
        failed(basalt(*call), 2, "/dev/ttyACM0, /dev/ttyACM1", "--port")


def test_the_only_board_is_found_without_its_port(board, monkeypatch):
    monkeypatch.setattr(ports, "listed", lambda: [(board.port, "a board")])
    ran = basalt("selftest")
    assert ran.code == 0, ran.err
    assert board.restarts == 1
