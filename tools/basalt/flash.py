"""Puts a build on a board: asks the pump for service, then copies what changed with mpremote."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from basalt import build
from basalt.client import Identity, PumpLink, patience
from basalt.errors import NotAPump, PortProblem, Problem

_STEP_S = 30.0  # for one mpremote call; it has no timeout of its own and hangs on a silent port
_RESTART_S = 30.0
_PROMPT_S = 8.0
_MARK = "basalt:"

# Runs on the board, whatever is on it. Prints {path: SHA-256}, without log and settings.
_LIST = f"""
import os, hashlib, binascii, json
def walk(folder, found):
    for entry in os.ilistdir(folder or "/"):
        path = folder + "/" + entry[0]
        if path in ("/log", "/settings"):
            continue
        if entry[1] & 0x4000:
            walk(path, found)
        else:
            digest = hashlib.sha256()
            with open(path, "rb") as file:
                while True:
                    part = file.read(512)
                    if not part:
                        break
                    digest.update(part)
            found[path] = binascii.hexlify(digest.digest()).decode()
    return found
print({_MARK!r} + json.dumps(walk("", {{}})))
"""

_MAKE = """
import os
def make(path):
    try:
        os.mkdir(path)
    except OSError:
        pass
"""

_FORGET_SERVICE = """
import os
try:
    os.remove("/service")
except OSError:
    pass
"""

Note = Callable[[str], None]


def flash(port: str, tree: Path, note: Note, progress: build.Progress) -> Identity:
    """Make the board's files those of `tree`, restart it, and return who answers then."""
    board = _Board(port)
    if ask_for_service(port, note):
        note("The pump has stopped and left the port to mpremote.")
    board.wait_for_prompt()
    wanted = build.hashes(tree)
    there = board.files()
    changed = [path for path, digest in wanted.items() if there.get(path) != digest]
    stale = [path for path in there if _is_ours(path) and path not in wanted]
    note(
        f"{len(wanted)} files: {len(changed)} to copy, {len(wanted) - len(changed)} the same"
        + (f", {len(stale)} to remove." if stale else ".")
    )
    board.remove(stale)
    board.make_folders({str(Path(path).parent) for path in changed})
    done = 0
    for folder, names in _by_folder(changed):
        board.copy([tree / name.lstrip("/") for name in names], folder)
        done += len(names)
        progress(done, len(changed))
    if stale or changed:
        board.check(wanted)
        note("Every file on the board was read back and is right.")
    board.restart()
    return _await_pump(port)


def ask_for_service(port: str, note: Note) -> bool:
    """Ask the pump at `port` to go into service. False when no pump answers there.

    Refused when it is giving something: a dose is not cut off for an update.
    """
    with PumpLink.open(port) as link:
        try:
            identity = link.identify()
        except NotAPump:
            note("No running pump answers; trying MicroPython's prompt.")
            return False
        note(
            f"{identity.name} {identity.version} on {identity.board} answers; asking for service."
        )
        try:
            link.request_service()
        except PortProblem:
            note("The port went away while asking; looking whether it comes back in service.")
        return True


class _Board:
    """MicroPython's prompt at a port, through mpremote."""

    def __init__(self, port: str) -> None:
        self._port = port

    def wait_for_prompt(self) -> None:
        until = time.monotonic() + _RESTART_S * patience()
        while True:
            try:
                if "ready" in self._run(["exec", "print('ready')"], _PROMPT_S):
                    return
            except Problem as problem:
                if time.monotonic() > until:
                    raise NotAPump(
                        f"No MicroPython prompt answers at {self._port}: {problem} Check the"
                        " cable, or put MicroPython 1.26 or newer on the board first."
                    ) from problem
                time.sleep(0.5)

    def files(self) -> dict[str, str]:
        for line in self._run(["exec", _LIST]).splitlines():
            if line.startswith(_MARK):
                return json.loads(line.removeprefix(_MARK))
        raise Problem(f"The board at {self._port} did not list its files; try again.")

    def remove(self, paths: list[str]) -> None:
        if not paths:
            return
        code = "import os\n" + "".join(f"os.remove({path!r})\n" for path in paths)
        self._run(["exec", code])

    def make_folders(self, folders: set[str]) -> None:
        if not folders - {"/"}:
            return
        code = _MAKE
        for folder in sorted(folders - {"/"}):
            parts = folder.strip("/").split("/")
            for depth in range(1, len(parts) + 1):
                code += f"make({'/' + '/'.join(parts[:depth])!r})\n"
        self._run(["exec", code])

    def copy(self, files: list[Path], folder: str) -> None:
        target = ":" + folder.rstrip("/") + "/"
        self._run(["fs", "cp", *map(str, files), target], _STEP_S + 4.0 * len(files))

    def check(self, wanted: dict[str, str]) -> None:
        there = self.files()
        wrong = [path for path, digest in wanted.items() if there.get(path) != digest]
        if wrong:
            raise Problem(
                f"{len(wrong)} files on the board are not what was copied ({wrong[0]} first): its"
                " flash may be full or worn. The pump was not started; run the command again."
            )

    def restart(self) -> None:
        # The flag of boot.py, if it is still there: without it the board starts as a pump.
        self._run(["exec", _FORGET_SERVICE, "reset"])

    def _run(self, command: list[str], seconds: float = _STEP_S) -> str:
        call = [sys.executable, "-m", "mpremote", "connect", self._port, "resume", *command]
        try:
            result = subprocess.run(
                call,
                capture_output=True,
                text=True,
                errors="replace",
                stdin=subprocess.DEVNULL,
                timeout=seconds * patience(),
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise PortProblem(
                f"The board at {self._port} stopped answering mpremote; run the command again."
            ) from error
        if result.returncode:
            lines = (result.stderr.strip() or result.stdout.strip() or "no reason").splitlines()
            raise Problem(f"mpremote at {self._port}: {lines[-1].rstrip('.')}.")
        return result.stdout


def _await_pump(port: str) -> Identity:
    until = time.monotonic() + _RESTART_S * patience()
    while True:
        try:
            with PumpLink.open(port) as link:
                return link.identify()
        except (NotAPump, PortProblem) as problem:
            if time.monotonic() > until:
                raise NotAPump(
                    f"The files are on the board, but no pump answers at {port} after its restart;"
                    " look at what it prints with `mpremote resume`, or press its reset."
                ) from problem
            time.sleep(0.5)


def _is_ours(path: str) -> bool:
    """Whether a file on the board belongs to a build, this one or an earlier."""
    return path.startswith("/pump/") or path in ("/boot.py", "/main.py", "/board.py")


def _by_folder(paths: Iterable[str]) -> list[tuple[str, list[str]]]:
    folders: dict[str, list[str]] = {}
    for path in paths:
        folders.setdefault(str(Path(path).parent), []).append(path)
    return sorted(folders.items())
