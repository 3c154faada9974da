"""`basalt flash` with the real mpremote, against a board that is a pump until it is asked."""

import json

import pytest

from basalt import board_rules, build, client, flash, prompt
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
    monkeypatch.setattr(prompt, "_RESTART_S", 0.5)
    monkeypatch.setattr(prompt, "_PROMPT_S", 2.0)
    monkeypatch.setattr(client, "ANSWER_S", 0.3)


def is_the_build(folder, tmp_path):
    """Every file of a fresh build is on the board as it should be, and no other of its kind."""
    build.build("pico", tmp_path / "fresh", source=False)
    wanted = build.hashes(tmp_path / "fresh")
    there = build.hashes(folder)
    ours = {path for path in there if path.startswith(("/pump", "/pack"))}
    return all(there.get(path) == wanted[path] for path in wanted) and ours <= set(wanted)


def test_only_what_changed_is_copied_and_what_is_stale_is_removed(board, folder, tmp_path):
    (folder / "pump.pack").write_bytes(b"old")
    (folder / "board.py").unlink()
    (folder / "pack.py").write_text("this one would be imported first")
    (folder / "pump" / "core").mkdir(parents=True)
    (folder / "pump" / "core" / "pump.mpy").write_bytes(b"of a build without a pack")
    ran = basalt("flash", "--board", "pico", "--port", board.port)
    assert ran.code == 0, ran.err
    assert sorted(board.written) == ["/board.py", "/pump.pack"]
    assert "2 to copy" in ran.err and "2 to remove" in ran.err
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


def test_a_board_at_its_prompt_gets_what_it_lacks(folder, tmp_path):
    (folder / "main.py").unlink()
    (folder / "pump.pack").unlink()
    with PtyBoard(LinkService(), folder, runs=False) as board:
        ran = basalt("flash", "--board", "pico", "--port", board.port)
    assert ran.code == 0, ran.err
    assert "No running pump answers" in ran.err
    assert is_the_build(folder, tmp_path)


def test_the_sources_take_the_place_of_a_pack_with_their_folders(board, folder):
    ran = basalt("flash", "--board", "pico", "--port", board.port, "--source")
    assert ran.code == 0, ran.err
    assert not (folder / "pump.pack").exists() and not (folder / "pack.mpy").exists()
    assert (folder / "pump" / "core" / "pump.py").exists()


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


def test_a_tree_for_another_chip_is_refused_at_the_prompt_before_anything_is_written(folder):
    before = build.hashes(folder)
    with PtyBoard(LinkService(), folder, runs=False) as board:
        ran = basalt("flash", "--board", "esp32_devkit", "--port", board.port)
        assert board.written == []
    assert ran.code == 2
    assert "Raspberry Pi Pico with RP2040" in ran.err and "built for an ESP32" in ran.err
    assert "pico, pico_28byj, pico_w, xiao_rp2040" in ran.err
    assert build.hashes(folder) == before


def test_a_board_that_is_pulled_out_in_the_middle_is_told_in_words_and_then_gone_on_with(tmp_path):
    flash_of, wanted = tmp_path / "flash", tmp_path / "fresh"
    flash_of.mkdir()
    with PtyBoard(LinkService(), flash_of, runs=False) as board:

        def pull(code):
            if len(board.written) >= 3:
                board.vanish()

        board.before_code = pull
        ran = basalt("flash", "--board", "pico", "--port", board.port)
    assert ran.code == 3
    assert "went away" in ran.err and "run the command again" in ran.err
    build.build("pico", wanted, source=False)
    before = build.hashes(flash_of)
    assert 0 < len(before) < len(build.hashes(wanted))
    with PtyBoard(LinkService(), flash_of, runs=False) as board:
        ran = basalt("flash", "--board", "pico", "--port", board.port)
    assert ran.code == 0, ran.err
    assert build.hashes(flash_of) == build.hashes(wanted)


def test_somebodys_board_that_is_not_right_yet_does_not_stop_another(folder, monkeypatch):
    names = board_rules.names
    monkeypatch.setattr(board_rules, "names", lambda: ["mine", *names()])
    with PtyBoard(LinkService(), folder, runs=False) as board:
        ran = basalt("flash", "--board", "esp32_devkit", "--port", board.port)
    assert ran.code == 2
    assert "built for an ESP32" in ran.err and "mine" not in ran.err


def test_a_running_pump_of_another_chip_is_not_even_stopped(board, folder):
    ran = basalt("flash", "--board", "pico2", "--port", board.port)
    assert ran.code == 2
    assert "runs on pico, an RP2040" in ran.err and "the pump runs on" in ran.err
    assert (board.written, board.restarts) == ([], 0)
    assert not board.service.in_service


def test_a_micropython_that_is_too_old_is_refused(folder):
    with PtyBoard(LinkService(), folder, runs=False) as board:
        board.release = "1.25.0"
        ran = basalt("flash", "--board", "pico", "--port", board.port)
        assert board.written == []
    assert ran.code == 2
    assert "MicroPython 1.25.0" in ran.err and "--install" in ran.err
