"""A whole board at a pseudo-terminal: a pump while it runs one, MicroPython's prompt in service.

The prompt speaks the raw mode that mpremote uses and runs what it is sent on this computer, with
a folder as its flash. A restart makes it a pump again if there is a main.py.
"""

import builtins
import contextlib
import errno
import hashlib
import io
import os
import traceback
import types

from host_tests.fakes.pty_pump import PtyPump
from pump.link.link import Link

_FOLDER, _FILE = 0x4000, 0x8000
_BANNER = b"raw REPL; CTRL-B to exit\r\n>"


class PtyBoard(PtyPump):
    """`flash`: the folder (a Path) that is its filesystem. `runs`: whether a pump runs now."""

    def __init__(self, service, flash, runs=True):
        super().__init__(service)
        self.flash = flash
        self.restarts = 0
        self._restart_due = False
        self.written = []  # paths on the board, as they were opened for writing
        self.before_code = lambda code: None  # sees what the prompt is about to run
        self.modules = {}  # what a test adds to MicroPython's own
        self.on_bootloader = None  # what machine.bootloader() does
        self.machine = "Raspberry Pi Pico with RP2040"
        self.release = "1.26.1"
        self.garbles = None  # a path whose contents its worn flash changes
        self._prompt = _Prompt(self)
        if not runs:
            self.link = self._prompt

    def restart(self):
        """machine.reset(), as soon as the prompt has said that it got the code."""
        self._restart_due = True

    def _start(self):
        self._restart_due = False
        self.restarts += 1
        self.service.in_service = False
        runs = (self.flash / "main.py").exists()
        self.link = Link(self.service) if runs else self._prompt

    def _send(self):
        super()._send()
        if self._restart_due:
            self._start()
        if self.service.in_service and self.link.idle():
            self.link = self._prompt


class _Prompt:
    """The bytes of the raw mode, as a link has them."""

    def __init__(self, board):
        self._board = board
        self._code = bytearray()
        self._raw = False
        self._out = b""
        self._names = _names(board)

    def room(self):
        return 4_096

    def idle(self):
        return not self._out

    def take(self, limit):
        data, self._out = self._out[:limit], self._out[limit:]
        return data

    def feed(self, data):
        for byte in data:
            self._byte(byte)

    def _byte(self, byte):
        if byte == 1:  # Ctrl-A
            self._raw = True
            self._code = bytearray()
            self._out += _BANNER
        elif byte == 2:  # Ctrl-B
            self._raw = False
            self._out += b"\r\nMicroPython v1.26.1 on 2025-09-11; a folder\r\n>>> "
        elif byte == 3:  # Ctrl-C
            self._code = bytearray()
        elif byte == 4 and self._raw:  # Ctrl-D
            self._run(bytes(self._code).decode(errors="replace"))  # garbage is a syntax error
            self._code = bytearray()
        elif self._raw:
            # mpremote asks for a faster mode by Ctrl-E, A, Ctrl-A: the banner tells it of none.
            self._code.append(byte)

    def _run(self, code):
        out, error = io.StringIO(), ""
        self._board.before_code(code)
        with contextlib.redirect_stdout(out):
            try:
                exec(compile(code, "<stdin>", "exec"), self._names)
            except OSError as problem:  # as MicroPython words it
                name = errno.errorcode.get(problem.errno, "")
                error = f"Traceback:\nOSError: [Errno {problem.errno}] {name}\n"
            except Exception:  # noqa: BLE001 - a prompt shows whatever went wrong
                error = traceback.format_exc()
        self._out += b"OK" + out.getvalue().encode() + b"\x04" + error.encode() + b"\x04>"


def _names(board):
    """The globals of the prompt: MicroPython's modules with the folder for its flash."""

    def place(path):
        return board.flash / path.lstrip("/")

    def open_file(path, mode="r"):
        if "w" in mode:
            path = "/" + path.lstrip("./")
            board.written.append(path)
            if path == board.garbles:
                return open(os.devnull, mode)
        return open(place(path), mode)

    def ilistdir(path="/"):
        for entry in sorted(place(path).iterdir()):
            yield entry.name, _FOLDER if entry.is_dir() else _FILE, 0, 0

    def stat(path):
        found = place(path).stat()
        kind = _FOLDER if place(path).is_dir() else _FILE
        return (kind, 0, 0, 0, 0, 0, found.st_size, 0, 0, 0)

    modules = {
        "os": types.SimpleNamespace(
            ilistdir=ilistdir,
            listdir=lambda path="/": sorted(os.listdir(place(path))),
            stat=stat,
            mkdir=lambda path: place(path).mkdir(),
            remove=lambda path: place(path).unlink(),
            rename=lambda old, new: place(old).rename(place(new)),
            getcwd=lambda: "/",
            uname=lambda: ("rp2", "rp2", board.release, "v" + board.release, board.machine),
        ),
        "machine": types.SimpleNamespace(
            reset=board.restart, bootloader=lambda: board.on_bootloader()
        ),
        "time": types.SimpleNamespace(sleep_ms=lambda ms: None),
        "hashlib": hashlib,
    }

    def import_module(name, *rest):
        found = board.modules.get(name, modules.get(name))
        return found if found is not None else builtins.__import__(name, *rest)

    own = {**vars(builtins), "open": open_file, "__import__": import_module}
    return {"__builtins__": own, "__name__": "__main__"}
