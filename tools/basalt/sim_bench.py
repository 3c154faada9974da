"""What the virtual pump asks of a bench of any kind: time, buttons, faults, and a look at it."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from basalt.sim_screen import Picture

UP, DOWN, OK, STOP = range(4)
BUTTONS = ("UP", "DOWN", "OK", "STOP")

TAP_MS = 80
GAP_MS = 120
STOP_HOLD_MS = 2_200
REPEAT_HOLD_MS = 1_500
_MOST_PRESSES = 12

OCCLUSION = "occlusion"
BATTERY_LOW = "battery low"
BATTERY_EMPTY = "battery empty"
NO_DISPLAY = "display unplugged"
NO_GAUGE = "pressure sensor unplugged"
FAULTS = (OCCLUSION, BATTERY_LOW, BATTERY_EMPTY, NO_DISPLAY, NO_GAUGE)

BATTERY_MV = 3_900
BELOW_MV = 50  # how far a faulty battery is below the board's threshold


@dataclass(frozen=True)
class Look:
    """The pump as somebody at the bench sees it now. None where the bench cannot tell."""

    picture: Picture
    powered: bool
    state: str | None  # a name of firmware.STATES
    out_units: float  # at the end of the line
    left_units: float | None  # in the barrel
    full_units: float
    motor_steps: int
    coils: bool
    pressure_mbar: int
    battery_mv: int
    tone_hz: int | None
    faults: tuple[str, ...]


class Bench(Protocol):
    """A whole pump whose time passes only in `run_ms`."""

    name: str
    blank: bool  # its flash was empty when it was switched on: a pump that nobody has set up
    patience: float  # how many times longer than a board's its answers may take, in our time

    @property
    def port(self) -> str:
        """What goes after --port."""
        ...

    def now_ms(self) -> float:
        """How much of its time went by since it was made."""
        ...

    def run_ms(self, duration_ms: int) -> None:
        """Let the pump's time go by: so much, or less if that would take too long."""
        ...

    def press(self, button: int, duration_ms: int = TAP_MS) -> None:
        """Press a button as soon as the fingers are free; returns at once."""
        ...

    def toggle(self, fault: str) -> None:
        """Make one of FAULTS, or mend it."""
        ...

    def switch(self) -> None:
        """Cut the power now, or switch it on again."""
        ...

    def new_syringe(self) -> None:
        """Put a full syringe into the seat."""
        ...

    def look(self) -> Look:
        """How it is now."""
        ...

    def new_records(self) -> list[bytes]:
        """The records that have become durable since the last call, packed, oldest first."""
        ...

    def fileno(self) -> int:
        """For a select() that sleeps until a program on the port says something."""
        ...

    def save(self) -> None:
        """Write the flash to its file, if it has one and anything changed."""
        ...

    def close(self) -> None:
        """Keep what has to be kept and let go of the port."""
        ...


class Fingers:
    """Presses one after the other, each with a pause after it, as the bench's time goes by."""

    def __init__(self, move: Callable[[int, bool], None]) -> None:
        """`move(button, down)` moves a finger."""
        self._move = move
        self._waiting: deque[tuple[int, int]] = deque()
        self._down = -1
        self._until_ms = 0

    def press(self, button: int, duration_ms: int) -> None:
        """Press it after those that wait already; too many are dropped."""
        if len(self._waiting) < _MOST_PRESSES:
            self._waiting.append((button, duration_ms))

    def step(self, now_ms: int) -> None:
        """Do what is due."""
        if now_ms < self._until_ms:
            return
        if self._down >= 0:
            self._move(self._down, False)
            self._down = -1
            self._until_ms = now_ms + GAP_MS
        elif self._waiting:
            self._down, duration_ms = self._waiting.popleft()
            self._move(self._down, True)
            self._until_ms = now_ms + duration_ms

    def due_ms(self, now_ms: int) -> int | None:
        """How long until something is due; None when nothing waits."""
        if self._down < 0 and not self._waiting:
            return None
        return max(0, self._until_ms - now_ms)
