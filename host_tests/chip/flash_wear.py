"""Watches the emulated flash part: counts erases and programs, and can take the time they take."""

from rp2040py.peripherals.ssi import (
    CMD_BLOCK_ERASE,
    CMD_PAGE_PROGRAM,
    CMD_READ_STATUS_1,
    CMD_SECTOR_ERASE,
)

BUSY_BIT = 1
ERASES = (CMD_SECTOR_ERASE, CMD_BLOCK_ERASE)
SIZES = {CMD_SECTOR_ERASE: 4096, CMD_BLOCK_ERASE: 65_536, CMD_PAGE_PROGRAM: 256}


class FlashChip:
    """`erases` and `programs` count commands. With times set, the part says 'busy' for that long.

    While it is busy MicroPython waits with interrupts off, as on a board: only PIO goes on. The
    emulator changes the bytes at once; `half_done` says what a cut of the power would leave.
    """

    def __init__(self, mcu, erase_ms=0, program_us=0):
        self._clock = mcu.clock
        self._ssi = mcu.ssi
        self._bytes = mcu.flash
        self.erase_ms = erase_ms
        self.program_us = program_us
        self.erases = 0
        self.programs = 0
        self.busy_nanos = 0
        self.on_operation = None  # called when an erase or a program begins
        self._busy_until = 0
        self._takes_nanos = 0
        self._start = 0
        self._before = b""
        self._apply = mcu.ssi._apply_command
        self._shift = mcu.ssi._shift_byte
        mcu.ssi._apply_command = self._applied
        mcu.ssi._shift_byte = self._shifted

    @property
    def left_nanos(self):
        """How long the operation under way will still take, 0 when the part rests."""
        return max(0, self._busy_until - self._clock.nanos)

    def half_done(self, chance):
        """(start, bytes) that a cut now leaves of the operation under way, or None.

        An erase has lifted some bits of the sector, all of them up to where it came; a program has
        pulled down a part of its bits. How far it came follows from the time it had, and which
        bits from `chance` (random.Random).
        """
        if not self.left_nanos:
            return None
        before = self._before
        after = bytes(self._bytes[self._start : self._start + len(before)])
        share = 1 - self.left_nanos / self._takes_nanos
        reached = int(share * len(before))
        half = bytearray(after[:reached])
        for old, new in zip(before[reached:], after[reached:], strict=True):
            half.append(
                old ^ ((old ^ new) & chance.randrange(256)) if chance.random() < share else old
            )
        return self._start, bytes(half)

    def _applied(self):
        sent = self._ssi._tx_buffer
        command = sent[0] if sent else None
        size = SIZES.get(command, 0)
        if size and len(sent) >= 4:
            self._start = int.from_bytes(bytes(sent[1:4]), "big") & ~(size - 1)
            self._before = bytes(self._bytes[self._start : self._start + size])
        self._apply()
        if command in ERASES:
            self.erases += 1
            self._busy_for(self.erase_ms * 1_000_000)
        elif command == CMD_PAGE_PROGRAM:
            self.programs += 1
            self._busy_for(self.program_us * 1_000)

    def _busy_for(self, nanos):
        self.busy_nanos += nanos
        self._takes_nanos = nanos
        self._busy_until = self._clock.nanos + nanos
        if nanos and self.on_operation:
            self.on_operation()

    def _shifted(self, byte):
        answer = self._shift(byte)
        if self._ssi._tx_buffer[0] != CMD_READ_STATUS_1 or len(self._ssi._tx_buffer) < 2:
            return answer
        return answer | (BUSY_BIT if self._clock.nanos < self._busy_until else 0)
