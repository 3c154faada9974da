"""Watches the emulated flash part: counts erases and programs, and can take the time they take."""

from rp2040py.peripherals.ssi import (
    CMD_BLOCK_ERASE,
    CMD_PAGE_PROGRAM,
    CMD_READ_STATUS_1,
    CMD_SECTOR_ERASE,
)

BUSY_BIT = 1
ERASES = (CMD_SECTOR_ERASE, CMD_BLOCK_ERASE)


class FlashChip:
    """`erases` and `programs` count commands. With times set, the part says 'busy' for that long.

    While it is busy MicroPython waits with interrupts off, as on a board: only PIO goes on.
    """

    def __init__(self, mcu, erase_ms=0, program_us=0):
        self._clock = mcu.clock
        self._ssi = mcu.ssi
        self.erase_ms = erase_ms
        self.program_us = program_us
        self.erases = 0
        self.programs = 0
        self.busy_nanos = 0
        self._busy_until = 0
        self._apply = mcu.ssi._apply_command
        self._shift = mcu.ssi._shift_byte
        mcu.ssi._apply_command = self._applied
        mcu.ssi._shift_byte = self._shifted

    def _applied(self):
        command = self._ssi._tx_buffer[0] if self._ssi._tx_buffer else None
        self._apply()
        if command in ERASES:
            self.erases += 1
            self._busy_for(self.erase_ms * 1_000_000)
        elif command == CMD_PAGE_PROGRAM:
            self.programs += 1
            self._busy_for(self.program_us * 1_000)

    def _busy_for(self, nanos):
        self.busy_nanos += nanos
        self._busy_until = self._clock.nanos + nanos

    def _shifted(self, byte):
        answer = self._shift(byte)
        if self._ssi._tx_buffer[0] != CMD_READ_STATUS_1 or len(self._ssi._tx_buffer) < 2:
            return answer
        return answer | (BUSY_BIT if self._clock.nanos < self._busy_until else 0)
