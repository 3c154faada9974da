"""A terminal taken over for a while and always given back: keys without Enter, its own screen."""

import fcntl
import os
import select
import struct
import sys
import termios
import tty
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J"  # a screen of its own, no cursor, no wrapping
_LEAVE = "\x1b[?7h\x1b[?25h\x1b[0m\x1b[?1049l"
_ESCAPE_WAIT_S = 0.03  # the rest of an arrow key's sequence comes at once, or it was Escape itself

# What terminals send for the arrow keys; with Shift held there is a "1;2" in it.
_SEQUENCES = {
    "[A": "up",
    "[B": "down",
    "OA": "up",
    "OB": "down",
    "[1;2A": "shift-up",
    "[1;2B": "shift-down",
}


class GoneError(Exception):
    """The terminal went away."""


def is_terminal() -> bool:
    """Whether there is a person to draw for."""
    return sys.stdin.isatty() and sys.stdout.isatty()


class Terminal:
    """Use it in a `with`: however the block is left, the terminal is as it was before."""

    def __init__(self, reads: int | None = None, writes: int | None = None) -> None:
        """`reads` and `writes` are its file descriptors, if not those of the program."""
        self._in = sys.stdin.fileno() if reads is None else reads
        self._out = sys.stdout.fileno() if writes is None else writes
        self._shown: list[str] = []
        self._size = (0, 0)
        self._saved: list[Any] = []

    def __enter__(self) -> Self:
        self._saved = termios.tcgetattr(self._in)
        try:
            tty.setcbreak(self._in)  # Ctrl-C stays a signal
            self._write(_ENTER)
        except BaseException:
            self._restore()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._restore()

    def _restore(self) -> None:
        try:
            self._write(_LEAVE)
        finally:
            # DRAIN without FLUSH would hand half an arrow key to the shell.
            termios.tcsetattr(self._in, termios.TCSAFLUSH, self._saved)

    def size(self) -> tuple[int, int]:
        """(columns, lines) now; 80 x 24 where the terminal does not say."""
        try:
            packed = fcntl.ioctl(self._out, termios.TIOCGWINSZ, b"\0" * 8)
        except OSError:
            return 80, 24
        lines, columns = struct.unpack("HHHH", packed)[:2]
        return columns or 80, lines or 24

    def fileno(self) -> int:
        """For a select() that sleeps until a key is pressed."""
        return self._in

    def show(self, lines: Sequence[str]) -> None:
        """Put these lines on the screen; only those that changed are sent."""
        size = self.size()
        out: list[str] = []
        if size != self._size:
            self._size = size
            self._shown = []
            out.append("\x1b[2J")
        for row, line in enumerate(lines[: size[1]]):
            if row >= len(self._shown) or self._shown[row] != line:
                out.append(f"\x1b[{row + 1};1H\x1b[0m\x1b[2K{line}\x1b[0m")
        for row in range(len(lines), min(len(self._shown), size[1])):
            out.append(f"\x1b[{row + 1};1H\x1b[2K")
        self._shown = list(lines)
        if out:
            self._write("".join(out))

    def pressed(self) -> list[str]:
        """The keys pressed since the last call: letters, or "up", "shift-up", "escape"..."""
        found: list[str] = []
        while self._waits(0):
            text = os.read(self._in, 1024).decode(errors="replace")
            if not text:
                raise GoneError
            if text.endswith("\x1b") and self._waits(_ESCAPE_WAIT_S):
                text += os.read(self._in, 16).decode(errors="replace")
            found += split_keys(text)
        return found

    def _waits(self, seconds: float) -> bool:
        return bool(select.select([self._in], [], [], seconds)[0])

    def _write(self, text: str) -> None:
        data = text.encode()
        while data:
            data = data[os.write(self._out, data) :]


def split_keys(text: str) -> list[str]:
    """The keys in what a terminal sent."""
    found: list[str] = []
    at = 0
    while at < len(text):
        if text[at] != "\x1b":
            found.append(text[at])
            at += 1
            continue
        end = _sequence_end(text, at + 1)
        sequence = text[at + 1 : end]
        found.append(_SEQUENCES.get(sequence, "escape" if not sequence else "unknown"))
        at = end
    return found


def _sequence_end(text: str, at: int) -> int:
    """Where an escape sequence ends whose first letter is at `at`."""
    if at >= len(text) or text[at] not in "[O":
        return at
    at += 1
    while at < len(text) and not text[at].isalpha() and text[at] != "~":
        at += 1
    return min(at + 1, len(text))
