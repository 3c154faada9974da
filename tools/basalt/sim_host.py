"""The virtual pump on this computer: the firmware's own files on parts with faked physics."""

import hashlib
import os
from importlib import import_module
from pathlib import Path
from typing import Any

from basalt import firmware, paths
from basalt.sim_bench import (
    BATTERY_EMPTY,
    BATTERY_LOW,
    BATTERY_MV,
    BELOW_MV,
    NO_DISPLAY,
    NO_GAUGE,
    OCCLUSION,
    TAP_MS,
    Fingers,
    Look,
)
from basalt.sim_flash import read_flash, write_flash
from basalt.sim_screen import DARK

_READ_RECORDS = 32


class HostBench:
    """A `Rig` in a person's hands: see sim_bench.Bench."""

    name = "host bench"
    patience = 1.0

    def __init__(
        self, flash_file: Path | None = None, board: str = "pico", first_start: bool = False
    ) -> None:
        """`flash_file` keeps the pump's flash between runs; without one the flash is blank.

        `first_start`: a new pump leads through its first start; else that was left at once.
        """
        paths.use_bench()
        rigs: Any = import_module("host_tests.rig")
        flashes: Any = import_module("host_tests.fakes.flash")
        ports: Any = import_module("host_tests.fakes.port")
        self._watchdog_bit: type[Exception] = rigs.WatchdogResetError
        self._resets: Any = import_module("pump.core.events")
        self._flash_file = flash_file
        image = read_flash(flash_file, flashes.BLOCK_SIZE * flashes.BLOCK_COUNT)
        self.blank = image is None
        self.unique_id = _unique_id(flash_file)
        self._board = rigs.load_board(board)
        self._pty: Any = ports.PtyPort()
        try:
            flash = flashes.Flash(image=image)
            self.rig: Any = rigs.Rig(
                board=self._board,
                flash=flash,
                port=self._pty,
                bolus_delay_s=None,
                knows_it=not first_start,
            )
        except BaseException:
            self._pty.shut()
            raise
        self._adopt()
        self._powered = True
        self._faults: set[str] = set()
        self._fingers = Fingers(self._move)
        self._seen_seq = self.rig.app.journal.next_seq if not self.blank else 1
        self._saved_writes = -1
        self._full_units: float = self._world.reservoir.units_left()
        self._put_plunger_back()

    @property
    def port(self) -> str:
        """What goes after --port."""
        return self._pty.path

    # Time

    def now_ms(self) -> float:
        return self._world.clock.now_us / 1000

    def run_ms(self, duration_ms: int) -> None:
        left_ms = max(1, duration_ms)
        while left_ms > 0:
            now_ms = int(self.now_ms())
            self._fingers.step(now_ms)
            due_ms = self._fingers.due_ms(now_ms)
            piece_ms = left_ms if due_ms is None else max(1, min(left_ms, due_ms))
            self._run_piece(piece_ms)
            left_ms -= piece_ms

    def _run_piece(self, duration_ms: int) -> None:
        if not self._powered:
            self._world.clock.advance_ms(duration_ms)
            return
        try:
            self.rig.run_ms(duration_ms)
        except self._watchdog_bit:
            self._restart(self._resets.RESET_WATCHDOG)
        if self.rig.app.in_service:
            # On a board the prompt has the port now; here there is none, so the pump starts anew.
            self._restart(self._resets.RESET_SOFT)

    # Hands

    def press(self, button: int, duration_ms: int = TAP_MS) -> None:
        self._fingers.press(button, duration_ms)

    def toggle(self, fault: str) -> None:
        self._faults ^= {fault}
        world = self._world
        there = fault in self._faults
        if fault == OCCLUSION:
            (world.line.block if there else world.line.open)()
        elif fault == NO_DISPLAY:
            self._plug_display(not there)
        elif fault == NO_GAUGE:
            world.sensor.unplugged = there
        else:
            world.cell.mv = self._battery_mv()

    def switch(self) -> None:
        if self._powered:
            self.rig.cut_power()
            self.save()
        else:
            self.rig.boot()
            self._adopt()
        self._powered = not self._powered

    def new_syringe(self) -> None:
        self._world.reservoir.insert(self._full_units)

    # Eyes

    def look(self) -> Look:
        world, pump = self._world, self.rig.pump
        return Look(
            picture=world.panel.picture() if self._lit() else DARK,
            powered=self._powered,
            state=firmware.STATES[int(pump.state)] if self._powered else None,
            out_units=world.reservoir.units_out(),
            left_units=world.reservoir.units_left(),
            full_units=self._full_units,
            motor_steps=world.motor.position_steps,
            coils=world.motor.enabled(),
            pressure_mbar=world.line.pressure_mbar(),
            battery_mv=world.cell.mv,
            tone_hz=world.buzzer.sounding_hz(),
            faults=tuple(sorted(self._faults)),
        )

    def new_records(self) -> list[bytes]:
        if not self._powered:
            return []
        size = firmware.RECORD_SIZE
        buffer = bytearray(_READ_RECORDS * size)
        found: list[bytes] = []
        while True:
            count: int = self.rig.app.journal.read_into(self._seen_seq, buffer)
            if not count:
                return found
            found += [bytes(buffer[at : at + size]) for at in range(0, count * size, size)]
            self._seen_seq = int.from_bytes(found[-1][:4], "little") + 1

    # The port and the end

    def fileno(self) -> int:
        return self._pty.fileno()

    def save(self) -> None:
        """Write the flash to its file, if it has one and anything changed."""
        flash = self._world.flash
        writes = flash.total_programs() + flash.total_erases()
        if self._flash_file is None or writes == self._saved_writes:
            return
        write_flash(self._flash_file, flash.image())
        self._saved_writes = writes

    def close(self) -> None:
        try:
            self._saved_writes = -1
            self.save()
        finally:
            self._pty.shut()

    # Within

    @property
    def _world(self) -> Any:
        return self.rig.world

    def _restart(self, cause: int) -> None:
        self.rig.restart(cause)
        self._adopt()

    def _adopt(self) -> None:
        """Each power-on makes new parts: give them this pump's own number."""
        unique_id = self.unique_id
        self.rig.hardware.unique_id = lambda: unique_id

    def _move(self, button: int, down: bool) -> None:
        finger = self._world.fingers[button]
        (finger.down if down else finger.up)()

    def _lit(self) -> bool:
        return self._powered and NO_DISPLAY not in self._faults

    def _put_plunger_back(self) -> None:
        """What the pump remembers to have in its reservoir is in it."""
        steps: int = self.rig.pump.reservoir_steps
        if steps >= 0:
            reservoir = self._world.reservoir
            reservoir.insert(self.rig.pump.profile.scale.dose_mu(steps) / 1000)
            reservoir.head_steps = reservoir.plunger_steps

    def _plug_display(self, plugged: bool) -> None:
        world = self._world
        if plugged:
            world.panel.power_cycle()
            world.bus.plug(self._board.I2C_ADDRESS, world.panel)
        else:
            world.bus.unplug(self._board.I2C_ADDRESS)

    def _battery_mv(self) -> int:
        if BATTERY_EMPTY in self._faults:
            return self._board.BATTERY_EMPTY_MV - BELOW_MV
        if BATTERY_LOW in self._faults:
            return self._board.BATTERY_LOW_MV - BELOW_MV
        return BATTERY_MV


def _unique_id(flash_file: Path | None) -> bytes:
    """A kept flash is the same pump each time; a blank one is a pump that nobody has seen."""
    if flash_file is None:
        return b"sim" + os.urandom(5)
    return b"sim" + hashlib.sha256(str(flash_file.resolve()).encode()).digest()[:5]
