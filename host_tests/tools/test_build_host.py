"""The tree that is built is the firmware, file by file, and nothing else."""

import json
import shutil
import subprocess
import sys

import pytest

from basalt import build, paths
from basalt.errors import WrongInput
from host_tests.tools.running import basalt, failed
from pack import Pack

TOP = {"boot.py", "main.py", "board.py"}


def sources():
    """Every file of the firmware, as it lies here."""
    return {
        path.relative_to(paths.firmware()).as_posix(): path
        for path in paths.firmware().rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def files(tree):
    return {path.relative_to(tree).as_posix(): path for path in tree.rglob("*") if path.is_file()}


@pytest.mark.parametrize("board", build.boards())
def test_source_tree_is_the_firmware_and_the_board_byte_for_byte(tmp_path, board):
    build.build(board, tmp_path / "tree", source=True)
    expected = {name: path.read_bytes() for name, path in sources().items()}
    expected["board.py"] = (paths.boards() / board / "board.py").read_bytes()
    assert {name: path.read_bytes() for name, path in files(tmp_path / "tree").items()} == expected


def test_compiled_tree_is_the_pack_its_reader_and_what_a_person_edits(tmp_path):
    build.build("pico", tmp_path / "tree", source=False)
    found = files(tmp_path / "tree")
    assert set(found) == {*TOP, "pack.mpy", "pump.pack"}
    for name in TOP - {"board.py"}:
        assert found[name].read_bytes() == sources()[name].read_bytes()


def test_the_pack_has_each_module_of_the_firmware_compiled(tmp_path):
    build.build("pico", tmp_path / "tree", source=False)
    with open(tmp_path / "tree" / "pump.pack", "rb") as file:
        whole = Pack(file)
        for name in sources():
            path = "/" + name.removesuffix(".py") + ".mpy"
            if name.startswith("pump/") and not name.endswith("__init__.py"):
                assert whole.open(path, "r").readinto(head := bytearray(2)) == 2, name
                assert head == b"M\x06", name


def test_building_again_replaces_the_earlier_tree(tmp_path):
    build.build("pico", tmp_path / "tree", source=True)
    (tmp_path / "tree" / "pump" / "left_over.py").write_text("")
    build.build("pico", tmp_path / "tree", source=False)
    assert not (tmp_path / "tree" / "pump").exists()


def test_the_same_sources_give_the_same_bytes(tmp_path):
    build.build("pico", tmp_path / "a", source=False)
    build.build("pico", tmp_path / "b", source=False)
    assert build.hashes(tmp_path / "a") == build.hashes(tmp_path / "b")


def test_an_unknown_board_is_refused_with_those_there_are(tmp_path):
    ran = basalt("build", "--board", "pcio", "--out", tmp_path / "tree")
    failed(ran, 2, "There is no board 'pcio'", "pico, pico2")
    assert not (tmp_path / "tree").exists()


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        ("\nDIR_PIN = 3\n", "\nDIR_PIN = 2\n", ["DIR_PIN is 2: that pin is STEP_PIN already."]),
        (
            "BATTERY_ADC_PIN = 26",
            "BATTERY_ADC_PIN = 14",
            ["BATTERY_ADC_PIN is 14: it is no analog input; those are 26, 27, 28, 29."],
        ),
        ("\nDIR_PIN = 3\n", "\nDIR_PIN = 3 +\n", ["board.py:9 is not Python: "]),
        ("\nDIR_PIN = 3\n", "\nimport machine\n", ["board.py:9 is no `NAME = literal`"]),
        (
            "_PIN = 1",
            "_PIN = 20",  # of several keys and the buzzer
            ["BUTTON_DOWN_PIN is 201: ", "BUTTON_STOP_PIN is 203: ", "BUZZER_PIN is 205: "],
        ),
    ],
)
def test_a_board_with_wrong_pins_is_refused_with_each_of_them_and_why(
    tmp_path, monkeypatch, old, new, sentences
):
    boards = tmp_path / "boards"
    shutil.copytree(paths.boards(), boards)
    board = boards / "pico" / "board.py"
    literals = board.read_text(encoding="utf-8")
    assert old in literals
    board.write_text(literals.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(paths, "boards", lambda: boards)
    ran = basalt("build", "--board", "pico", "--out", tmp_path / "tree")
    for sentence in sentences:
        failed(ran, 2, sentence)
    assert not (tmp_path / "tree").exists()


@pytest.mark.parametrize("board", ["..", "../boards/pico", "", "/"])
def test_a_path_is_no_board(tmp_path, board):
    with pytest.raises(WrongInput):
        build.build(board, tmp_path / "tree", source=True)


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    failed(basalt("build", "--board", "pico", "--out", tmp_path), 2, "thesis.txt")
    failed(basalt("build", "--board", "pico", "--out", tmp_path / "thesis.txt"), 2, "is a file")
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    failed(basalt("build", "--board", "pico", "--out", tmp_path / "file" / "tree"), 1, "written")


def test_json_lists_each_file_with_its_hash(tmp_path):
    ran = basalt("build", "--board", "pico", "--out", tmp_path / "tree", "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)
    assert data["sha256"] == build.hashes(tmp_path / "tree")
    assert "/main.py" in data["sha256"]


def test_a_file_that_does_not_compile_is_named(tmp_path, monkeypatch):
    broken = tmp_path / "bundle" / "firmware"
    broken.mkdir(parents=True)
    (broken / "pump").mkdir()
    (broken / "pack.py").write_text("")
    monkeypatch.setattr(paths, "firmware", lambda: broken)
    for text, reason in (("a = 1\ndef :\n", "line 2"), ("def f(a, /):\n    pass\n", "mpy-cross")):
        (broken / "pump" / "pump.py").write_text(text)
        ran = basalt("build", "--board", "pico", "--out", tmp_path / "tree")
        failed(ran, 1, reason, "pump.py")
        assert not (tmp_path / "tree").exists()


def test_help_of_every_command_shows_an_example():
    for command in ("build", "flash", "ports", "status", "pull", "log", "events", "time set"):
        ran = basalt(*command.split(), "--help")
        assert ran.code == 0
        assert f"Example: basalt {command.split()[0]}" in ran.out
    assert "Exit codes" in basalt("--help").out


def test_a_wrong_option_is_exit_code_2_without_a_traceback():
    call = [
        sys.executable,
        "-c",
        f"import sys; sys.path[:0] = {sys.path!r}; import basalt.cli as c; c.main()",
    ]
    ran = subprocess.run([*call, "pull", "--nope"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
