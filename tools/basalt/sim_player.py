"""One person at the keys of the virtual pump: keys to buttons and faults, and the picture back."""

import select
import time
from collections import deque

from basalt import sim_bench as sb
from basalt import sim_view, sim_words
from basalt.sim_bench import Bench
from basalt.sim_pace import FASTEST, SLOWEST, Pace
from basalt.sim_terminal import Terminal

_FRAME_S = 0.08
_NAP_S = 0.02
_HANDS_S = 15.0  # after a button, time runs at 1x for so long: a person enters a dose by the clock
_SAVE_EVERY_S = 5.0
_LOG_LINES = 200

_QUIT = ("q", "Q")
# key: (button, how long it is pressed)
_PRESSES = {
    "up": (sb.UP, sb.TAP_MS),
    "down": (sb.DOWN, sb.TAP_MS),
    "\r": (sb.OK, sb.TAP_MS),
    "\n": (sb.OK, sb.TAP_MS),
    "s": (sb.STOP, sb.TAP_MS),
    " ": (sb.STOP, sb.TAP_MS),
    "S": (sb.STOP, sb.STOP_HOLD_MS),
    "U": (sb.UP, sb.REPEAT_HOLD_MS),
    "D": (sb.DOWN, sb.REPEAT_HOLD_MS),
    "shift-up": (sb.UP, sb.REPEAT_HOLD_MS),
    "shift-down": (sb.DOWN, sb.REPEAT_HOLD_MS),
}
_FAULTS = {
    "o": sb.OCCLUSION,
    "b": sb.BATTERY_LOW,
    "e": sb.BATTERY_EMPTY,
    "x": sb.NO_DISPLAY,
    "g": sb.NO_GAUGE,
}


class QuitError(Exception):
    """The person has had enough."""


class Saver:
    """Keeps the flash file up to date now and then, for the case that the program is killed."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._due = time.monotonic() + _SAVE_EVERY_S

    def step(self) -> None:
        """Save when it is time to."""
        if time.monotonic() >= self._due:
            self._bench.save()
            self._due = time.monotonic() + _SAVE_EVERY_S


class Player:
    """Call `wait` while the pump starts, then `greet` once and `turn` for ever."""

    def __init__(self, bench: Bench, terminal: Terminal, speed: float) -> None:
        self._bench = bench
        self._terminal = terminal
        self._wanted_speed = speed
        self._pace = Pace(bench, speed)
        self._saver = Saver(bench)
        self._log: deque[tuple[str, str]] = deque(maxlen=_LOG_LINES)
        self._message = ""
        self._hands_until = 0.0
        self._drawn = 0.0

    def wait(self) -> None:
        """Draw; QuitError when the person does not want to wait."""
        if any(key in _QUIT for key in self._terminal.pressed()):
            raise QuitError
        if time.monotonic() - self._drawn >= _FRAME_S:
            self._message = f"The pump starts: {self._bench.now_ms() / 1000:.2f} s since power-on"
            self._draw()

    def greet(self) -> None:
        """Say what to do with the pump that now runs."""
        port = self._bench.port
        self._message = f"Pull its log in another window: basalt pull --port {port} --store FILE"
        self._pace = Pace(self._bench, self._wanted_speed)

    def turn(self) -> None:
        """Wait for a key, a byte or a moment; let time go by; draw. QuitError at the end."""
        select.select([self._terminal, self._bench], [], [], _NAP_S)
        for key in self._terminal.pressed():
            if key in _QUIT:
                raise QuitError
            self._key(key)
        self._pace.speed = self._speed()
        self._pace.step()
        self._saver.step()
        for packed in self._bench.new_records():
            self._log.append((sim_words.severity(packed), sim_words.line(packed)))
        if time.monotonic() - self._drawn >= _FRAME_S:
            self._draw()

    def _speed(self) -> float:
        if time.monotonic() < self._hands_until:
            return min(1.0, self._wanted_speed)
        return self._wanted_speed

    def _key(self, key: str) -> None:
        if key in _PRESSES:
            self._press(*_PRESSES[key])
        elif key in _FAULTS:
            self._bench.toggle(_FAULTS[key])
            there = _FAULTS[key] in self._bench.look().faults
            self._message = f"{_FAULTS[key]}: {'now' if there else 'mended'}"
        elif key == "p":
            self._bench.switch()
            on = self._bench.look().powered
            self._message = "power on" if on else "power cut: p switches it on again"
        elif key == "r":
            self._bench.new_syringe()
            self._message = "a full syringe lies in the seat"
        elif key in "+-":
            self._change_speed(2.0 if key == "+" else 0.5)

    def _press(self, button: int, duration_ms: int) -> None:
        self._bench.press(button, duration_ms)
        self._hands_until = time.monotonic() + _HANDS_S
        held = "" if duration_ms == sb.TAP_MS else f", held {duration_ms / 1000:g} s"
        self._message = f"{sb.BUTTONS[button]}{held}"

    def _change_speed(self, factor: float) -> None:
        self._wanted_speed = min(max(self._wanted_speed * factor, SLOWEST), FASTEST)
        self._hands_until = 0.0
        self._message = f"speed {self._wanted_speed:g}x"

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        bench = self._bench
        scene = sim_view.Scene(
            bench.name, bench.port, self._pace.told(), self._message, list(self._log)
        )
        self._terminal.show(sim_view.frame(bench.look(), scene, self._terminal.size()))
