"""Talks to MicroPython's prompt at a serial port, through mpremote."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from basalt.client import patience
from basalt.errors import NotAPump, PortProblem, Problem

_STEP_S = 30.0  # for one mpremote call; it has no timeout of its own and hangs on a silent port
_RESTART_S = 30.0
_PROMPT_S = 8.0
MARK = "basalt:"
# How the last line of mpremote tells of a port that was pulled out, on each system.
_GONE = (
    "Input/output error",
    "Device not configured",
    "No such device",
    "device disconnected",
    "ClearCommError failed",
)

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
print({MARK!r} + json.dumps(walk("", {{}})))
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

_ABOUT = f"""
import os, json
about = os.uname()
print({MARK!r} + json.dumps([about[4], about[2]]))
"""


@dataclass(frozen=True)
class About:
    """What MicroPython says of itself."""

    machine: str  # "Raspberry Pi Pico with RP2040"
    chip: str  # as board.py writes it: "rp2040"
    release: str  # "1.26.1"

    def is_too_old(self) -> bool:
        """Older than the firmware needs."""
        parts = self.release.partition("-")[0].split(".")
        return tuple(int(part) for part in parts[:2] if part.isdigit()) < (1, 26)


class Prompt:
    """MicroPython's prompt at a port, through mpremote."""

    def __init__(self, port: str) -> None:
        self._port = port

    def wait(self) -> About:
        """Wait until the prompt answers, and say what it is. NotAPump when it does not."""
        until = time.monotonic() + _RESTART_S * patience()
        while True:
            try:
                machine, release = json.loads(self.told(_ABOUT, _PROMPT_S))
                return About(machine, _chip_of(machine), release)
            except Problem as problem:
                if time.monotonic() > until:
                    raise NotAPump(
                        f"No MicroPython prompt answers at {self._port}: {problem} Check the"
                        " cable, or put MicroPython 1.26 or newer on the board first."
                    ) from problem
                time.sleep(0.5)

    def told(self, code: str, seconds: float = _STEP_S) -> str:
        """Run code that prints one line beginning with MARK; what follows that."""
        for line in self.run(["exec", code], seconds).splitlines():
            if line.startswith(MARK):
                return line.removeprefix(MARK)
        raise Problem(f"The board at {self._port} gave no answer that can be read; try again.")

    def files(self) -> dict[str, str]:
        """SHA-256 of every file, without log and settings."""
        return json.loads(self.told(_LIST))

    def remove(self, paths: list[str]) -> None:
        """Remove files."""
        if not paths:
            return
        code = "import os\n" + "".join(f"os.remove({path!r})\n" for path in paths)
        self.run(["exec", code])

    def make_folders(self, folders: set[str]) -> None:
        """Make folders and those above them."""
        if not folders - {"/"}:
            return
        code = _MAKE
        for folder in sorted(folders - {"/"}):
            parts = folder.strip("/").split("/")
            for depth in range(1, len(parts) + 1):
                code += f"make({'/' + '/'.join(parts[:depth])!r})\n"
        self.run(["exec", code])

    def copy(self, files: list[Path], folder: str) -> None:
        """Copy files into one folder."""
        target = ":" + folder.rstrip("/") + "/"
        self.run(["fs", "cp", *map(str, files), target], _STEP_S + 4.0 * len(files))

    def check(self, wanted: dict[str, str]) -> None:
        """Read every file back. Problem when one is not what was copied."""
        there = self.files()
        wrong = [path for path, digest in wanted.items() if there.get(path) != digest]
        if wrong:
            raise Problem(
                f"{len(wrong)} files on the board are not what was copied ({wrong[0]} first): its"
                " flash may be full or worn. The pump was not started; run the command again."
            )

    def restart(self) -> None:
        """Reset the board; it starts as a pump."""
        # The flag of boot.py, if it is still there: without it the board starts as a pump.
        self.run(["exec", _FORGET_SERVICE, "reset"])

    def run(self, command: list[str], seconds: float = _STEP_S) -> str:
        """Call mpremote; what it printed. Problem with its last line when it fails."""
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
            if any(word in lines[-1] for word in _GONE):
                raise PortProblem(
                    f"The board at {self._port} went away: look at its cable and its supply, plug"
                    " it in and run the command again. A flash goes on with the files that are"
                    " missing; until it is done the board may not start as a pump."
                )
            raise Problem(f"mpremote at {self._port}: {lines[-1].rstrip('.')}.")
        return result.stdout


def _chip_of(machine: str) -> str:
    """The chip is the last word: `Generic ESP32S3 module with Octal-SPIRAM with ESP32S3`."""
    return machine.rpartition(" with ")[2].strip().lower()
