"""Stands in for MicroPython's own module on CPython: constants pass, the rest does nothing."""

from typing import TypeVar

_T = TypeVar("_T")


def const(value: _T) -> _T:
    """The value itself; on the board the compiler folds it."""
    return value


def heap_lock() -> None:
    """Does nothing: CPython's heap cannot be locked."""


def heap_unlock() -> int:
    """Does nothing; the depth left is 0."""
    return 0


def kbd_intr(character: int) -> None:
    """Does nothing: no Ctrl-C comes through a fake port."""


def opt_level(level: int | None = None) -> int:
    """Does nothing: assertions stay on."""
    return 0


def alloc_emergency_exception_buf(size: int) -> None:
    """Does nothing: CPython always has room for an exception."""
