"""The virtual pump on an emulated RP2040: the tree that is flashed, under stock MicroPython."""

import os
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from basalt import build, firmware, paths
from basalt.errors import Problem
from basalt.sim_bench import (
    BATTERY_EMPTY,
    BATTERY_LOW,
    BATTERY_MV,
    BELOW_MV,
    BUTTONS,
    NO_DISPLAY,
    NO_GAUGE,
    OCCLUSION,
    TAP_MS,
    Fingers,
    Look,
)
from basalt.sim_flash import read_flash, write_flash
from basalt.sim_screen import DARK

_SLICE_MS = 2  # what a busy chip needs a twentieth of a second for
_MOST_WALL_S = 0.08  # a person at the keys must not wait longer
_LOG_EVERY_S = 1.0
_READ_RECORDS = 32
_MBAR_PER_UNIT = 800  # of a blocked tubing, as in the fakes


class ChipBench:
    """An emulated Pico in a person's hands: see sim_bench.Bench.

    It has no syringe: what is out is what the driver was told to move.
    """

    name = "chip bench"
    patience = 10.0

    def __init__(self, flash_file: Path | None = None, board: str = "pico") -> None:
        """`flash_file` keeps the chip's filesystem; without one, or at first, it is built anew."""
        paths.use_bench()
        self._chips, self._ptys, self._flashes = _modules()
        self._flash_file = flash_file
        size = self._flashes.BLOCK_SIZE * self._flashes.BLOCK_COUNT
        image = read_flash(flash_file, size)
        self.blank = image is None
        self._image: bytes = image if image is not None else _built(board)
        self._faults: set[str] = set()
        self._fingers = Fingers(self._move)
        self._steps_before = 0
        self._blocked_at = 0
        self._simulated_before_ms = 0.0
        self._seen_seq = 1
        self._log_read = 0.0
        self._log_image = b""
        # Nothing here wakes a select(): the chip looks at its port as it runs.
        self._never, self._never_written = os.pipe()
        self._powered = False
        self._chip: Any = None
        self._pty: Any = None
        self._switch_on()

    @property
    def port(self) -> str:
        """What goes after --port. A power cut takes the port away, as on a board."""
        return self._pty.path if self._pty is not None else "(none yet)"

    # Time

    def now_ms(self) -> float:
        return self._simulated_before_ms + (self._chip.ms if self._powered else 0.0)

    def run_ms(self, duration_ms: int) -> None:
        if not self._powered:
            self._simulated_before_ms += duration_ms
            return
        began = time.monotonic()
        until_ms = self._chip.ms + duration_ms
        while self._chip.ms < until_ms and time.monotonic() - began < _MOST_WALL_S:
            self._fingers.step(int(self._chip.ms))
            self._set_pressure()
            self._chip.run_ms(min(_SLICE_MS, until_ms - self._chip.ms))
        if self._pty is not None:
            self._pty.pump()
        elif self._chip.usb.connected:
            self._pty = self._ptys.PtyPort(self._chip)

    # Hands

    def press(self, button: int, duration_ms: int = TAP_MS) -> None:
        self._fingers.press(button, duration_ms)

    def toggle(self, fault: str) -> None:
        self._faults ^= {fault}
        self._blocked_at = self._steps()
        if self._powered:
            self._set_faults()

    def switch(self) -> None:
        if self._powered:
            self._switch_off()
        else:
            self._switch_on()

    def new_syringe(self) -> None:
        """There is no syringe on this bench."""

    # Eyes

    def look(self) -> Look:
        chip = self._chip
        steps = self._steps()
        on = self._powered
        return Look(
            picture=chip.screen().split("\n") if on else DARK,
            powered=on,
            state=None,
            out_units=steps / self._steps_per_unit,
            left_units=None,
            full_units=0.0,
            motor_steps=steps,
            coils=bool(on and chip.motor.enabled),
            pressure_mbar=self._pressure_mbar(),
            battery_mv=self._battery_mv(),
            tone_hz=None,
            faults=tuple(sorted(self._faults)),
        )

    def new_records(self) -> list[bytes]:
        """Read off a copy of the flash by the firmware's own journal, at most once a second."""
        if not self._powered or time.monotonic() - self._log_read < _LOG_EVERY_S:
            return []
        self._log_read = time.monotonic()
        image: bytes = self._chip.cut_power()
        if image == self._log_image:
            return []
        self._log_image = image
        return self._records_of(image)

    # The port and the end

    def fileno(self) -> int:
        return self._never

    def save(self) -> None:
        if self._flash_file is not None and self._powered:
            write_flash(self._flash_file, self._chip.cut_power())

    def close(self) -> None:
        try:
            self.save()
        finally:
            self._unplug()
            os.close(self._never)
            os.close(self._never_written)

    # Within

    def _switch_on(self) -> None:
        self._chip = self._chips.Chip.from_flash(self._image)
        self._powered = True
        numerator, denominator = self._chip.board.STEPS_PER_UNIT
        self._steps_per_unit: float = numerator / denominator
        self._set_faults()

    def _switch_off(self) -> None:
        chip = self._chip
        self._steps_before = self._steps()
        self._simulated_before_ms += chip.ms
        self.save()
        self._image = chip.cut_power()
        self._unplug()
        self._powered = False

    def _unplug(self) -> None:
        if self._pty is not None:
            self._pty.close()
            self._pty = None

    def _steps(self) -> int:
        return self._steps_before + (self._chip.motor.steps if self._powered else 0)

    def _move(self, button: int, down: bool) -> None:
        if self._powered:
            (self._chip.hold if down else self._chip.release)(BUTTONS[button])

    def _set_faults(self) -> None:
        self._chip.display.present = NO_DISPLAY not in self._faults
        self._chip.set_battery_mv(self._battery_mv())
        self._set_pressure()

    def _set_pressure(self) -> None:
        if NO_GAUGE in self._faults:
            self._chip.set_adc(self._chip.board.PRESSURE_ADC_PIN, 0)
        else:
            self._chip.set_pressure_mbar(self._pressure_mbar())

    def _pressure_mbar(self) -> int:
        if OCCLUSION not in self._faults:
            return 0
        held = self._steps() - self._blocked_at
        return int(held * _MBAR_PER_UNIT / self._steps_per_unit)

    def _battery_mv(self) -> int:
        board = self._chip.board
        if BATTERY_EMPTY in self._faults:
            return board.BATTERY_EMPTY_MV - BELOW_MV
        if BATTERY_LOW in self._faults:
            return board.BATTERY_LOW_MV - BELOW_MV
        return BATTERY_MV

    def _records_of(self, image: bytes) -> list[bytes]:
        journals: Any = import_module("pump.storage.journal")
        journal = journals.Journal(self._flashes.Files(self._flashes.Flash(image=image)))
        try:
            journal.recover()
        except OSError:  # caught in the middle of a write: the next look finds it whole
            return []
        size = firmware.RECORD_SIZE
        buffer = bytearray(_READ_RECORDS * size)
        found: list[bytes] = []
        while count := journal.read_into(self._seen_seq, buffer):
            found += [bytes(buffer[at : at + size]) for at in range(0, count * size, size)]
            self._seen_seq = int.from_bytes(found[-1][:4], "little") + 1
        return found


def _modules() -> tuple[Any, Any, Any]:
    """The emulated chip, its port, and the flash; Problem when it or its image cannot be had."""
    images: Any = import_module("host_tests.chip.image")
    try:
        images.find_image()
    except images.ImageMissingError as missing:
        raise Problem(f"The chip bench cannot start: {missing}.") from missing
    chips = import_module("host_tests.chip.chip")
    return (
        chips,
        import_module("host_tests.chip.pty_port"),
        import_module("host_tests.fakes.flash"),
    )


def _built(board: str) -> bytes:
    """A filesystem with the built tree on it."""
    trees: Any = import_module("host_tests.chip.tree")
    sys.stderr.write("The emulated chip takes half a minute or more to boot.\n")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "tree"
        build.build(board, out, False)
        return trees.pack(out)
