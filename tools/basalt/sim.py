"""`basalt sim`: the virtual pump in the terminal, or served without one on its serial port."""

import select
import time
from collections import deque
from pathlib import Path
from typing import Annotated

import typer

from basalt import sim_bench as sb
from basalt import sim_link, sim_view, sim_words
from basalt.errors import Problem, WrongInput
from basalt.sim_bench import Bench
from basalt.sim_host import HostBench
from basalt.sim_terminal import EndedError, Signals, Terminal, is_terminal

BENCHES = ("host", "chip")
SLOWEST, FASTEST = 0.1, 3600.0

_FRAME_S = 0.08
_NAP_S = 0.02
_MOST_BEHIND_S = 0.25  # what a slow computer may catch up with; the rest of the time is let go
_HANDS_S = 15.0  # after a button, time runs at 1x for so long: a person enters a dose by the clock
_SAVE_EVERY_S = 5.0
_START_MS = 3_000  # power-on until the home screen
# What a pump that nobody has set up is given, so that there is something to see: (minute, mU/h).
_FIRST_PROGRAM = [(0, 700), (360, 1_000), (660, 800), (1_020, 900), (1_320, 750)]
_LOG_LINES = 200

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


def command(
    bench: Annotated[
        str, typer.Option(help="host: the firmware on faked parts; chip: on an emulated RP2040.")
    ] = "host",
    speed: Annotated[float, typer.Option(help="Its seconds for each of ours.")] = 1.0,
    pty: Annotated[
        bool, typer.Option("--pty", help="Print the serial port and serve it, without a picture.")
    ] = False,
    flash: Annotated[
        Path | None,
        typer.Option(help="File that keeps the pump's flash between runs; else it is a new pump."),
    ] = None,
) -> None:
    """Run a virtual pump in this terminal: its screen, its buttons, faults, and a serial port."""
    run(bench, speed, pty, flash)


def run(
    bench: str = "host", speed: float = 1.0, pty: bool = False, flash: Path | None = None
) -> None:
    """The whole command. Returns when the person quits or the program is told to end.

    `pty`: no picture; print the port's path on the first line and serve until told to end.
    """
    if bench not in BENCHES:
        raise WrongInput(f"There is no bench {bench!r}; there are {' and '.join(BENCHES)}.")
    if not SLOWEST <= speed <= FASTEST:
        raise WrongInput(f"A speed is from {SLOWEST:g} to {FASTEST:g}, not {speed:g}.")
    if not pty and not is_terminal():
        raise Problem("There is no terminal to draw in; `basalt sim --pty` serves the port alone.")
    with Signals():
        try:
            pump = open_bench(bench, flash)
            try:
                _set_up(pump)
                _serve(pump, speed) if pty else _play(pump, speed)
            finally:
                pump.close()
        except (EndedError, KeyboardInterrupt):
            return


def open_bench(bench: str, flash: Path | None) -> Bench:
    """The bench of that name, switched on. Problem when it cannot be had."""
    if bench == "chip":
        from basalt.sim_chip import ChipBench

        return ChipBench(flash)
    return HostBench(flash)


def _set_up(bench: Bench) -> None:
    """Set the clock of a pump that was just switched on, and give a new one a basal program."""
    bench.run_ms(_START_MS)
    sim_link.ask(bench, lambda link: link.set_time(*sim_link.computer_clock()))
    if bench.blank:
        sim_link.ask(bench, lambda link: link.set_basal(_FIRST_PROGRAM))


class Pace:
    """Lets a bench's time go by as fast as the wall clock says, times `speed`."""

    def __init__(self, bench: Bench, speed: float) -> None:
        self._bench = bench
        self._last = time.monotonic()
        self._owed_ms = 0.0
        self.speed = speed

    def step(self) -> None:
        """Run what the wall clock owes; waits until that is a millisecond."""
        now = time.monotonic()
        passed_s = min(now - self._last, _MOST_BEHIND_S)
        self._last = now
        self._owed_ms += passed_s * 1000 * self.speed
        if self._owed_ms < 1:  # called early, for a byte on the port
            time.sleep((1 - self._owed_ms) / 1000 / self.speed)
        duration_ms = max(1, int(self._owed_ms))
        self._owed_ms -= duration_ms
        self._bench.run_ms(duration_ms)


class _Saver:
    """Keeps the flash file up to date now and then, for the case that the program is killed."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._due = time.monotonic() + _SAVE_EVERY_S

    def step(self) -> None:
        if time.monotonic() >= self._due:
            self._bench.save()
            self._due = time.monotonic() + _SAVE_EVERY_S


def _serve(bench: Bench, speed: float) -> None:
    """Without a picture: the port's path, then the pump, until somebody ends it."""
    print(bench.port, flush=True)  # noqa: T201
    pace, saver = Pace(bench, speed), _Saver(bench)
    while True:
        select.select([bench], [], [], _NAP_S)
        pace.step()
        saver.step()
        bench.new_records()


def _play(bench: Bench, speed: float) -> None:
    """With a picture and keys, until q."""
    with Terminal() as terminal:
        player = _Player(bench, terminal, speed)
        while player.turn():
            pass


class _Player:
    """One person at the keys."""

    def __init__(self, bench: Bench, terminal: Terminal, speed: float) -> None:
        self._bench = bench
        self._terminal = terminal
        self._wanted_speed = speed
        self._pace = Pace(bench, speed)
        self._saver = _Saver(bench)
        self._log: deque[tuple[str, str]] = deque(maxlen=_LOG_LINES)
        self._message = (
            f"Pull the log in another window: basalt pull --port {bench.port} --store FILE"
        )
        self._hands_until = 0.0
        self._drawn = 0.0

    def turn(self) -> bool:
        """Wait for a key, a byte or a moment; let time go by; draw. False: quit."""
        select.select([self._terminal, self._bench], [], [], _NAP_S)
        for key in self._terminal.pressed():
            if key in ("q", "Q"):
                return False
            self._key(key)
        self._pace.speed = self._speed()
        self._pace.step()
        self._saver.step()
        for packed in self._bench.new_records():
            self._log.append((sim_words.severity(packed), sim_words.line(packed)))
        if time.monotonic() - self._drawn >= _FRAME_S:
            self._draw()
        return True

    def _speed(self) -> float:
        if time.monotonic() < self._hands_until:
            return min(1.0, self._wanted_speed)
        return self._wanted_speed

    def _key(self, key: str) -> None:
        if key in _PRESSES:
            button, duration_ms = _PRESSES[key]
            self._bench.press(button, duration_ms)
            self._hands_until = time.monotonic() + _HANDS_S
            held = "" if duration_ms == sb.TAP_MS else f", held {duration_ms / 1000:g} s"
            self._message = f"{sb.BUTTONS[button]}{held}"
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
            factor = 2.0 if key == "+" else 0.5
            self._wanted_speed = min(max(self._wanted_speed * factor, SLOWEST), FASTEST)
            self._hands_until = 0.0
            self._message = f"speed {self._wanted_speed:g}x"

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        bench = self._bench
        scene = sim_view.Scene(
            bench.name, bench.port, self._pace.speed, self._message, list(self._log)
        )
        self._terminal.show(sim_view.frame(bench.look(), scene, self._terminal.size()))
