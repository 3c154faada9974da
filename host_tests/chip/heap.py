"""Reads the allocation table of MicroPython's heap out of the chip's memory, without asking it.

So a pump can be watched for days and does not know it. The place of the table is that of the
pinned image (image.py); test_costs.py holds it to what `gc.mem_free()` says.
"""

_SRAM = 0x20000000
_TABLE = 0x200028C0  # two bits a block, the lowest first (py/gc.c)
_BLOCK = 16
_BLOCKS = 15_368
_FREE = 0

# The kinds of four blocks, by the byte that holds them.
_KINDS = [bytes(byte >> shift & 3 for shift in (0, 2, 4, 6)) for byte in range(256)]
_LETTERS = bytes.maketrans(bytes(range(4)), b".XXX")


class Heap:
    """What is free now, of `total` bytes; what nobody uses any more counts as used until it is
    collected."""

    total = _BLOCKS * _BLOCK

    def __init__(self, mcu):
        self._sram = mcu.sram

    def _blocks(self):
        start = _TABLE - _SRAM
        table = bytes(self._sram[start : start + _BLOCKS // 4])
        return b"".join([_KINDS[byte] for byte in table])

    @property
    def free(self):
        """Bytes in free blocks."""
        return self._blocks().count(_FREE) * _BLOCK

    @property
    def largest(self):
        """Bytes of the largest piece in which something can be allocated."""
        runs = self._blocks().translate(_LETTERS).split(b"X")
        return max(map(len, runs)) * _BLOCK
