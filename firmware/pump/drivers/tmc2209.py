"""Sets up a TMC2209 stepper driver over its serial line, and listens to its StallGuard."""

from micropython import const

_SYNC = const(0x05)
_WRITE = const(0x80)
_TO_HOST = const(0xFF)
_ANSWER_BYTES = const(8)
_PATIENCE_MS = const(20)  # an answer takes 1.5 ms at 115,200 baud

# Registers (datasheet 5).
_GCONF = const(0x00)
_IFCNT = const(0x02)
_IHOLD_IRUN = const(0x10)
_TCOOLTHRS = const(0x14)
_SGTHRS = const(0x40)
_CHOPCONF = const(0x6C)

# The line is ours, not the standby input; microsteps from the register; filtered step pulses.
_GCONF_OURS = const(0x40 | 0x80 | 0x100)
_CHOPCONF_OURS = const(0x10000053)  # as after reset, interpolated to 256 microsteps
_HOLD_DELAY = const(8)
_CLOCK_HZ = const(12_000_000)


class Tmc2209:
    """A driver at address 0 of a `uart` (write, read, any), whose own bytes come back as an echo.

    microsteps: 1 to 256; current_32: of 32 parts of what the sense resistors allow. StallGuard
    listens only from 7/8 of `top_rate_hz` on (TCOOLTHRS): on the stairs of a ramp it is deaf.
    """

    def __init__(self, uart, sleep_ms, microsteps, current_32, stall_threshold, top_rate_hz):
        self._uart = uart
        self._sleep_ms = sleep_ms
        exponent = 0
        while microsteps << exponent < 256:
            exponent += 1
        # TSTEP is counted per 1/256 of a step, in the driver's own clock (datasheet 5.2).
        tstep = _CLOCK_HZ // (top_rate_hz * (256 // microsteps))
        self._settings = (
            (_GCONF, _GCONF_OURS),
            (_CHOPCONF, _CHOPCONF_OURS & 0xFFFFFFF | exponent << 24 | 1 << 28),
            (_IHOLD_IRUN, (current_32 - 1) << 8 | _HOLD_DELAY << 16),
            (_TCOOLTHRS, tstep * 8 // 7),
            (_SGTHRS, stall_threshold),
        )
        self._stalled = False
        self.ready = False  # until the driver has taken its settings the motor must not run

    def set_up(self):
        """Write every setting, and see in `ready` whether the driver took them all.

        IFCNT counts the writes that the driver took (datasheet 4.1.2).
        """
        before = self.read(_IFCNT)
        for register, value in self._settings:
            self._write(register, value)
        expected = (before + len(self._settings)) & 0xFF
        self.ready = before >= 0 and self.read(_IFCNT) == expected

    def read(self, register):
        """A register, or -1 when no whole answer came."""
        uart = self._uart
        while uart.any():
            uart.read(uart.any())
        request = bytearray((_SYNC, 0, register, 0))
        request[3] = crc8(request, 3)
        uart.write(request)
        data = b""
        for _ in range(_PATIENCE_MS):
            if uart.any():
                data += uart.read(uart.any())
            if len(data) >= len(request) + _ANSWER_BYTES:
                break
            self._sleep_ms(1)
        answer = data[len(request) :]
        if len(answer) != _ANSWER_BYTES or answer[1] != _TO_HOST or answer[2] != register:
            return -1
        if crc8(answer, 7) != answer[7]:
            return -1
        return int.from_bytes(answer[3:7], "big")

    def answers(self):
        """Whether it is there and has kept its settings: one that has restarted has lost them."""
        return self.read(_GCONF) == _GCONF_OURS

    def note_stall(self, _pin=None):
        """Call from the interrupt of the DIAG pin, rising. Allocates nothing."""
        self._stalled = True

    def lost_steps(self, _position_steps):
        """As SlottedDisc: 1 when the motor stalled in the train that ended, else 0."""
        stalled = self._stalled
        self._stalled = False
        return 1 if stalled else 0

    def _write(self, register, value):
        data = bytearray(8)
        data[0] = _SYNC
        data[2] = register | _WRITE
        data[3:7] = value.to_bytes(4, "big")
        data[7] = crc8(data, 7)
        self._uart.write(data)
        self._sleep_ms(2)  # 0.7 ms on the wire


def crc8(data, count):
    """The checksum of the first `count` bytes (datasheet 4.2): x8 + x2 + x + 1, low bit first."""
    crc = 0
    for index in range(count):
        byte = data[index]
        for _ in range(8):
            crc = crc << 1 ^ (7 if (crc >> 7 ^ byte) & 1 else 0)
            byte >>= 1
        crc &= 0xFF
    return crc
