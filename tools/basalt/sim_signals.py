"""Lets a program be ended by a signal between two steps of its own, never in the middle of one."""

import signal
from types import FrameType, TracebackType
from typing import Any, Self

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class EndedError(Exception):
    """The program was told to end."""


class Signals:
    """While it is open, a signal is only remembered; `check` ends the program where it is called.

    An exception raised by the handler itself could be lost: the filesystem's library drops what is
    raised in its callbacks, and the firmware's loop ends every error in a stopped pump. A second
    signal raises KeyboardInterrupt, in case nobody checks.
    """

    def __init__(self) -> None:
        self._before: dict[int, Any] = {}
        self._told = False

    def __enter__(self) -> Self:
        for number in _ENDINGS:
            self._before[number] = signal.signal(number, self._remember)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """Raise EndedError if a signal came."""
        if self._told:
            raise EndedError

    def _remember(self, _number: int, _frame: FrameType | None) -> None:
        if self._told:
            raise KeyboardInterrupt
        self._told = True
