"""Finds bits of the memory that stick, and cells that are one, by patterns.

Tried are a picture's buffer and one of its own. What holds the program's own objects is not
tried, and nothing finds a bit that flips once.
"""

from array import array

from micropython import const

_SIZE = const(1024)


def of_all(screen):
    """The place of the first byte that does not hold what was put there, from 1; 0: none."""
    return of(bytearray(_SIZE)) or of(screen)


def of(buffer):
    """The same of a buffer; what was in it is in it again."""
    kept = bytes(buffer)
    size = len(buffer)
    for pattern in (b"\x55", b"\xaa", b"\x00", b"\xff", b""):
        whole = pattern * size if pattern else numbers(size)
        buffer[:] = whole
        if buffer != whole:
            return 1 + next(at for at in range(size) if buffer[at] != whole[at])
    buffer[:] = kept
    return 0


def numbers(size):
    """Each pair of bytes another one: two cells that are one would show."""
    return bytes(array("H", range(size // 2)))
