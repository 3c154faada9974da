"""Makes the parts of a pump of a board's literals: the only place that knows what a board is."""

import gc
import os
import select
import sys
import time

import framebuf
import machine
import micropython
from machine import I2C, PWM, Pin
from micropython import const

from pump.drivers.buttons import STOP, Buttons
from pump.drivers.buzzer import Buzzer
from pump.drivers.clock import UptimeClock
from pump.drivers.ramp import Ramp
from pump.drivers.sensors import Battery, Pressure
from pump.drivers.ssd1306 import SSD1306
from pump.drivers.stepper import Stepper

# The RP2040's watchdog reaches 8,388 ms (its counter has 24 bits and runs at 2 MHz).
_WATCHDOG_MS = const(8000)
_SLICE_MS = const(20)  # how late a key or a byte may be noticed while the loop sleeps
_I2C_TIMEOUT_US = const(10_000)  # three times the longest message
_BUZZER_HZ = const(2000)
_HALF_DUTY = const(32768)
_HELD_MS = const(200)
_WRITE_BYTES = const(256)
_PACKET_BYTES = const(64)  # of full-speed USB; the wait for room is one per packet
_STALLED_MS = const(100)
_CTRL_C = const(3)
_FOLDER = const(0x4000)

_SERVICE_FILE = "/service"
_ERROR_FILE = "/error.txt"


class Hardware:
    """The parts of one power-on, as attributes; `board` is the module with the literals.

    stepper, buttons, display, framebuf, buzzer, battery, pressure, turning, end_stop, clock,
    wall_clock, files, port; turning, end_stop and wall_clock are None where the board has none.
    Make one only: pins and state machines are taken. The driver of a part that few boards have is
    imported when one does.
    """

    def __init__(self, board):
        # First of all the coils off: a pin that floats may turn the motor.
        switch = _coils_off(board)
        keys = tuple(
            Pin(number, Pin.IN, Pin.PULL_UP)
            for number in (
                board.BUTTON_UP_PIN,
                board.BUTTON_DOWN_PIN,
                board.BUTTON_OK_PIN,
                board.BUTTON_STOP_PIN,
            )
        )
        port = self._port = _port_of(board.CHIP)
        self._chip = board.CHIP
        self._edge = False
        self._watchdog = None
        self.listening = True  # whether a byte from the host ends a sleep; the app says
        self.framebuf = framebuf
        bus = _bus(board)
        self.engine, self.stepper = _motor(board, port, switch)
        self.buttons = Buttons(keys, time.ticks_ms())
        for key in keys[:STOP]:
            port.watch(key, self._on_edge)
        port.watch(keys[STOP], self._on_stop)
        self.display = _display(board, bus)
        self.buzzer = Buzzer(_sounder(board))
        self.battery = Battery(port.adc(board.BATTERY_ADC_PIN), board.BATTERY_FULL_SCALE_MV)
        self.pressure = _pressure(board, port)
        self.turning = _turning(board, port)
        self.end_stop = None
        if board.END_PIN is not None:
            from pump import extras

            self.end_stop = extras.end_stop(board, port, self.stepper)
        self.clock = UptimeClock(time.ticks_ms, time.ticks_diff)
        self.wall_clock = _wall_clock(board, bus)
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
        self.stepper.stop()
        self.stepper.release()
        with open(_SERVICE_FILE, "w") as file:
            file.write("asked over the link\n")
        self.port.close()
        machine.reset()


def service_asked(board):
    """For boot.py: whether to serve files instead of pumping. Asked once, forgotten by the next
    start.

    By the file that restart_into_service() left, or by a finger that holds STOP when the power
    comes on. After a watchdog's reset a finger on STOP only wants the motor to stop.
    """
    asked = False
    try:
        os.remove(_SERVICE_FILE)
        asked = True
    except OSError:
        pass
    if asked or _port_of(board.CHIP).reset_cause(board.CHIP) != 0:
        return asked
    stop = Pin(board.BUTTON_STOP_PIN, Pin.IN, Pin.PULL_UP)
    time.sleep_us(10)  # the pull-up lifts the wire
    if stop.value():
        return False
    time.sleep_ms(_HELD_MS)
    return not stop.value()


def park(board, failed=False):
    """For boot.py in service mode: coils off, the screen says what this is. Delivers nothing.

    `failed`: for main.py when the pump cannot run. A tone sounds until the power goes.
    """
    _coils_off(board)
    sounder = _sounder(board)
    if failed and sounder is not None:
        sounder.duty_u16(_HALF_DUTY)
    display = _display(board, _bus(board))
    frame = display.frame
    frame.text("PUMP FAILED" if failed else "Service mode", 16, 16)
    frame.text("no delivery", 20, 32)
    frame.text("do not use it" if failed else "restart to pump", 4, 48)
    display.show()
    while display.step(time.ticks_ms()):
        pass


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


def _port_of(chip):
    """The module of pump/ports that knows this chip."""
    if chip in ("rp2040", "rp2350"):
        from pump.ports import rp2

        return rp2
    if chip in ("esp32", "esp32s3"):
        from pump.ports import esp32

        return esp32
    from pump.ports import any as anywhere

    return anywhere


def _coils_off(board):
    """The motor's switch, off: a pin, or the four coils of a motor without a driver chip."""
    if board.STEPPER == "coils":
        from pump import extras

        return extras.coils(board)
    return Pin(board.ENABLE_PIN, Pin.OUT, value=1 - board.ENABLED_LEVEL)


def _motor(board, port, switch):
    """(pulse engine, Stepper)."""
    ramp = Ramp(board.RAMP, board.STEP_RATE_HZ)
    forward = board.FORWARD_LEVEL
    if board.STEPPER == "coils":
        from pump import extras

        engine = extras.coil_engine(board, switch, ramp)
        return engine, Stepper(engine, switch.direction, switch.enable, forward, 1)
    engine = port.make_engine(board, ramp)
    direction = Pin(board.DIR_PIN, Pin.OUT, value=forward)
    return engine, Stepper(
        engine, direction, switch, forward, board.ENABLED_LEVEL, board.COILS_HOLD
    )


def _bus(board):
    return I2C(  # pyright: ignore[reportCallIssue] - `timeout` is not in the stubs
        board.I2C_ID,
        sda=Pin(board.I2C_SDA_PIN),
        scl=Pin(board.I2C_SCL_PIN),
        freq=board.I2C_HZ,
        timeout=_I2C_TIMEOUT_US,
    )


def _display(board, bus):
    sh1106 = board.DISPLAY == "sh1106"
    return SSD1306(bus, framebuf, 128, 64, board.I2C_ADDRESS, sh1106)


def _sounder(board):
    """What a Buzzer plays on, or None."""
    if board.BUZZER_PIN is None:
        return None
    pin = Pin(board.BUZZER_PIN, Pin.OUT, value=0)
    if board.BUZZER == "active":
        from pump import extras

        return extras.active_buzzer(pin)
    return PWM(pin, freq=_BUZZER_HZ, duty_u16=0)


def _pressure(board, port):
    if board.PRESSURE is None:
        return Pressure(None, 0)
    if board.PRESSURE == "hx711":
        from pump import extras

        return extras.force_sensor(board)
    return Pressure(
        port.adc(board.PRESSURE_ADC_PIN),
        board.PRESSURE_FULL_SCALE_MBAR,
        board.PRESSURE_ZERO_U16,
        board.PRESSURE_SPAN_U16,
    )


def _turning(board, port):
    """What tells that the motor turned, or None."""
    if board.STEPPER != "tmc2209" and board.TURN_PIN is None:
        return None
    from pump import extras

    return extras.turning(board, port)


def _wall_clock(board, bus):
    """A clock that goes on without power, or None."""
    if board.CLOCK is None:
        return None
    from pump import extras

    return extras.wall_clock(bus)
