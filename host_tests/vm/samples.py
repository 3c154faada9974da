"""Functions whose outcome on MicroPython is known, to test the runner itself."""

import micropython

from host_tests.expect import raises
from host_tests.vm.heap import allocated, locked


def wrong_sum():
    """Fails."""
    assert 1 + 1 == 3


def raises_nothing():
    """Fails: the expected error does not come."""
    with raises(ValueError):
        int("1")


def small_integer_does_not_allocate():
    """Passes: 2**30 - 1 is the largest small integer of a 32-bit MicroPython."""
    value = 0x3FFFFFFE
    micropython.heap_lock()
    try:
        value += 1
    finally:
        micropython.heap_unlock()
    assert value == 0x3FFFFFFF


def wide_integer_allocates():
    """Fails with MemoryError: one more than the largest small integer needs the heap."""
    value = 0x3FFFFFFF
    micropython.heap_lock()
    try:
        value += 1
    finally:
        micropython.heap_unlock()


def heap_helpers_tell_what_is_allocated():
    """Passes: a tuple of 100 takes at least 400 bytes, counting takes none."""
    numbers = list(range(100))
    assert allocated(lambda: tuple(numbers)) >= 400
    assert allocated(lambda: numbers[7] + 1) == 0
    locked(lambda: numbers[7] + 1)
    with raises(MemoryError):
        locked(lambda: tuple(numbers))
