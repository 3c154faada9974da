"""Stands in for MicroPython's own module on CPython: constants pass, the rest does nothing."""


def const(value):
    """The value itself; on the board the compiler folds it."""
    return value


def heap_lock():
    """Does nothing: CPython's heap cannot be locked."""


def heap_unlock():
    """Does nothing; the depth left is 0."""
    return 0


def kbd_intr(character):
    """Does nothing: no Ctrl-C comes through a fake port."""


def opt_level(level=None):
    """Does nothing: assertions stay on."""
    return 0


def alloc_emergency_exception_buf(size):
    """Does nothing: CPython always has room for an exception."""
