"""The parts of a pump that runs on a board, and what the chip itself does for it."""

import gc
import os
import select
import sys
import time

import framebuf
import machine
import micropython
from micropython import const

from pump.drivers.buttons import STOP, Buttons
from pump.drivers.buzzer import Buzzer
from pump.drivers.clock import UptimeClock

# The RP2040's watchdog reaches 8,388 ms (its counter has 24 bits and runs at 2 MHz).
_WATCHDOG_MS = const(8000)
_SLICE_MS = const(20)  # how late a key or a byte may be noticed while the loop sleeps
_WRITE_BYTES = const(256)
_PACKET_BYTES = const(64)  # of full-speed USB; the wait for room is one per packet
_STALLED_MS = const(100)
_CTRL_C = const(3)
_FOLDER = const(0x4000)

_ERROR_FILE = "/error.txt"


class Hardware:
    """The parts of one power-on, as attributes; `board` is the module with the literals.

    stepper, buttons, display, framebuf, buzzer, battery, pressure, turning, end_stop, clock,
    wall_clock, files, port; turning, end_stop and wall_clock are None where the board has none.
    Make one only: pins and state machines are taken. The driver of a part that few boards have is
    imported when one does.
    """

    def __init__(self, board):
        from pump import parts  # no longer needed after this: it must not stay in memory

        # First of all the coils off: a pin that floats may turn the motor.
        switch = parts.coils_off(board)
        keys = parts.keys_of(board)
        port = self._port = parts.port_of(board.CHIP)
        self._chip = board.CHIP
        self._edge = False
        self._watchdog = None
        self.listening = True  # whether a byte from the host ends a sleep; the app says
        self.framebuf = framebuf
        bus = parts.bus_of(board)
        self.engine, self.stepper = parts.motor(board, port, switch)
        self.buttons = Buttons(keys, time.ticks_ms())
        for key in keys[:STOP]:
            port.watch(key, self._on_edge)
        port.watch(keys[STOP], self._on_stop)
        self.display = parts.display_on(board, bus)
        self.buzzer = Buzzer(parts.sounder_of(board))
        self.battery = parts.battery_of(board, port)
        self.pressure = parts.pressure_of(board, port)
        self.turning = parts.turning_of(board, port)
        self.end_stop = parts.end_stop_of(board, port, self.stepper)
        self.clock = UptimeClock(time.ticks_ms, time.ticks_diff)
        self.wall_clock = parts.wall_clock_on(board, bus)
        self.files = DeviceFiles()
        self.port = UsbPort()

    def _on_edge(self, _pin):
        """A key's hard interrupt: only remembers, because nothing may be allocated here."""
        self._edge = True

    def _on_stop(self, _pin):
        """STOP's hard interrupt: the motor first, whatever the loop is doing (promise 3)."""
        self.engine.stop()
        self.buttons.note_stop_edge()
        self._edge = True

    def now_ms(self):
        """`time.ticks_ms()`: wraps after 12.4 days."""
        return time.ticks_ms()

    def sleep_ms(self, duration_ms):
        """Sleep, at most this long; a key or a byte from the host ends it. Allocates nothing."""
        while duration_ms > 0 and not self._edge and not self._called():
            slice_ms = duration_ms if duration_ms < _SLICE_MS else _SLICE_MS
            time.sleep_ms(slice_ms)
            duration_ms -= slice_ms
            self.buttons.watching(time.ticks_ms())
        self._edge = False

    def _called(self):
        return self.listening and self.port.waiting()

    def start_watchdog(self):
        """From now on feed_watchdog() is due every 8 s. Cannot be taken back but by a reset."""
        self._watchdog = machine.WDT(timeout=_WATCHDOG_MS)

    def feed_watchdog(self):
        """Say that the loop is alive."""
        if self._watchdog is not None:
            self._watchdog.feed()

    def reset_cause(self):
        """What made the board start: 0 power, 1 watchdog, 2 asked for (events.RESET_*)."""
        return self._port.reset_cause(self._chip)

    def restarts(self):
        """How many starts in a row were the watchdog's, this one too. Asked once a start."""
        return self._port.restarts(self._chip)

    def forget_restarts(self):
        """The pump runs well: the next restart is the first again."""
        self._port.forget_restarts(self._chip)

    def unique_id(self):
        """The chip's own number, bytes."""
        return machine.unique_id()

    def random_bytes(self, count):
        """From the chip's own noise: for the code of a pairing."""
        return os.urandom(count)

    def free_bytes(self):
        """Free heap."""
        return gc.mem_free()

    def collect_garbage(self):
        """Free what is no longer used: 5 to 20 ms."""
        gc.collect()

    def keep_error(self, error):
        """Leave an error's traceback in a file, for a person in service mode. Never raises."""
        try:
            with open(_ERROR_FILE, "w") as file:
                sys.print_exception(error, file)
        except (OSError, MemoryError):
            pass

    def restart_into_service(self):
        """Restart and stay out of the pump's way, with the serial port left to mpremote.

        By a restart, because a watchdog that was started cannot be stopped and nobody would feed
        it at the prompt. A file says so to boot.py: it survives every kind of reset.
        """
        from pump.parts import SERVICE_FILE

        self.stepper.stop()
        self.stepper.release()
        with open(SERVICE_FILE, "w") as file:
            file.write("asked over the link\n")
        self.port.close()
        machine.reset()


class DeviceFiles:
    """The board's own filesystem, as storage/ wants it. Raises OSError as `os` does."""

    def open(self, path, mode="r"):
        """A file object; `flush()` makes durable what was written."""
        return open(path, mode)

    def listdir(self, path="/"):
        """The names in a folder."""
        return os.listdir(path)

    def entries(self, path="/"):
        """(name, size in bytes) of all in a folder, one after the other; a folder has size 0."""
        for entry in os.ilistdir(path):
            # The stubs know of no size; littlefs gives one.
            yield entry[0], 0 if entry[1] & _FOLDER else entry[3]  # pyright: ignore

    def remove(self, path):
        """Remove a file or an empty folder."""
        os.remove(path)

    def rename(self, old, new):
        """Atomic; replaces a file that has the new name."""
        os.rename(old, new)

    def mkdir(self, path):
        """OSError (EEXIST) when it is there."""
        os.mkdir(path)

    def exists(self, path):
        """Whether there is a file or a folder of that name."""
        try:
            os.stat(path)
        except OSError:
            return False
        return True

    def size(self, path):
        """Bytes in a file."""
        return os.stat(path)[6]

    def free_blocks(self):
        """Blocks in no file and no folder. littlefs reads its whole structure for this: slow."""
        return os.statvfs("/")[3]


class UsbPort:
    """The USB serial port, shared with MicroPython's prompt. Nothing here waits for the host."""

    def __init__(self):
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._readable = select.poll()
        self._readable.register(sys.stdin, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(sys.stdout, select.POLLOUT)
        self._byte = bytearray(1)
        self._wary = 0

    def open(self):
        """Ctrl-C is data from now on: it does not stop the pump."""
        micropython.kbd_intr(-1)

    def close(self):
        """Ctrl-C interrupts again, as mpremote needs it."""
        micropython.kbd_intr(_CTRL_C)

    def waiting(self):
        """Whether a byte from the host can be read. Allocates nothing."""
        for _ in self._readable.ipoll(0):
            return True
        return False

    def read(self, size):
        """What has come, at most `size` bytes; b"" (nothing allocated) when there is nothing."""
        if not self.waiting():
            return b""
        data = bytearray()
        while len(data) < size and self.waiting():
            # One by one: reading more than has come would wait for the rest.
            self._in.readinto(self._byte)  # pyright: ignore[reportAttributeAccessIssue]
            data += self._byte
        return bytes(data)

    def write(self, data):
        """Send what the port takes now, at most 256 bytes; returns how many.

        MicroPython waits for room when a host holds the port and does not read, 500 ms and once
        more for what is left of the piece, and it cannot say how much room there is, only that
        there is some. So after one such stall bytes go singly, each after asking, until 256 of
        them went well: a stuck host costs one stall of 1 s. What was in that piece may be lost;
        the frames of the link have a checksum.
        """
        most = len(data) if len(data) < _WRITE_BYTES else _WRITE_BYTES
        if self._wary:
            return self._write_singly(data, most)
        sent = 0
        while sent < most and not self._wary and self._takes():
            end = sent + _PACKET_BYTES if sent + _PACKET_BYTES < most else most
            began_ms = time.ticks_ms()
            self._out.write(data[sent:end])
            sent = end
            if time.ticks_diff(time.ticks_ms(), began_ms) >= _STALLED_MS:
                self._wary = _WRITE_BYTES
        return sent

    def _write_singly(self, data, most):
        sent = 0
        while sent < most and self._takes():
            self._out.write(data[sent : sent + 1])
            sent += 1
        self._wary = self._wary - sent if self._wary > sent else 0
        return sent

    def _takes(self):
        for _ in self._writable.ipoll(0):
            return True
        return False
