"""`basalt flash` with the real mpremote, against a board that is a pump until it is asked."""

import json
import shutil

import pytest

from basalt import build, client, flash
from host_tests.fakes.link_service import LinkService
from host_tests.fakes.pty_board import PtyBoard
from host_tests.fakes.pty_pump import PtyPump
from host_tests.tools.running import basalt, failed


@pytest.fixture
def folder(tmp_path):
    """The flash of a board that has last year's build, a log, and a file of its owner."""
    folder = tmp_path / "flash"
    build.build("pico", folder, source=False)
    (folder / "log").mkdir()
    (folder / "log" / "head").write_bytes(b"records")
    (folder / "notes.txt").write_text("mine")
    return folder


@pytest.fixture
def board(folder):
    with PtyBoard(LinkService(), folder) as board:
        yield board


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    """What hopeless waits for a board are cut down to."""
    monkeypatch.setattr(flash, "_RESTART_S", 0.5)
    monkeypatch.setattr(flash, "_PROMPT_S", 2.0)
    monkeypatch.setattr(client, "ANSWER_S", 0.3)


def is_the_build(folder, tmp_path):
    """Every file of a fresh build is on the board as it should be, and no other of its kind."""
    build.build("pico", tmp_path / "fresh", source=False)
    wanted = build.hashes(tmp_path / "fresh")
    there = build.hashes(folder)
    ours = {path for path in there if path.startswith("/pump/")}
    return all(there.get(path) == wanted[path] for path in wanted) and ours <= set(wanted)


def test_only_what_changed_is_copied_and_what_is_stale_is_removed(board, folder, tmp_path):
    (folder / "pump" / "core" / "pump.mpy").write_bytes(b"old")
    (folder / "board.py").unlink()
    (folder / "pump" / "core" / "pump.py").write_text("this one would be imported first")
    ran = basalt("flash", "--board", "pico", "--port", board.port)
    assert ran.code == 0, ran.err
    assert sorted(board.written) == ["/board.py", "/pump/core/pump.mpy"]
    assert "2 to copy" in ran.err and "1 to remove" in ran.err
    assert is_the_build(folder, tmp_path)
    assert board.restarts == 1
    assert f"Basalt 0.1.0 on pico, number e6614104032c1b2a, runs at {board.port}." in ran.out


def test_the_log_and_the_owners_files_are_left_alone(board, folder):
    (folder / "main.py").write_text("old")
    assert basalt("flash", "--board", "pico", "--port", board.port).code == 0
    assert (folder / "log" / "head").read_bytes() == b"records"
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_board_that_is_up_to_date_is_only_restarted(board):
    ran = basalt("flash", "--board", "pico", "--port", board.port, "--json")
    assert ran.code == 0, ran.err
    assert board.written == []
    assert json.loads(ran.out)["unique_id"] == "e6614104032c1b2a"


def test_a_board_at_its_prompt_gets_what_it_lacks_with_the_folders(folder, tmp_path):
    (folder / "main.py").unlink()
    shutil.rmtree(folder / "pump" / "link")
    with PtyBoard(LinkService(), folder, runs=False) as board:
        ran = basalt("flash", "--board", "pico", "--port", board.port)
    assert ran.code == 0, ran.err
    assert "No running pump answers" in ran.err
    assert is_the_build(folder, tmp_path)


def test_a_pump_that_gives_something_is_not_stopped(board, folder):
    (folder / "main.py").write_text("old")
    board.service.delivering = True
    ran = basalt("flash", "--board", "pico", "--port", board.port)
    assert ran.code == 5
    assert "delivering" in ran.err and "Traceback" not in ran.err
    assert (board.written, board.restarts) == ([], 0)


def test_a_file_that_did_not_arrive_whole_is_noticed_and_the_pump_not_started(board, folder):
    (folder / "main.py").write_text("old")
    board.garbles = "/main.py"
    ran = basalt("flash", "--board", "pico", "--port", board.port)
    assert ran.code == 1
    assert "not what was copied (/main.py first)" in ran.err
    assert board.restarts == 0


def test_what_has_no_prompt_is_left_with_a_sentence(folder):
    with PtyPump(LinkService()) as pump:
        pump.silent = True
        ran = basalt("flash", "--board", "pico", "--port", pump.port)
    assert ran.code == 4
    assert "No MicroPython prompt answers" in ran.err and "Traceback" not in ran.err


def test_a_wrong_board_or_port_is_one_sentence(folder):
    failed(basalt("flash", "--board", "nano", "--port", "/dev/ttyNONE"), 2, "no board 'nano'")
    failed(basalt("flash", "--board", "pico", "--port", "/dev/ttyNONE"), 3, "no serial port")
