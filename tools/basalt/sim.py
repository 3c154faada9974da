"""`basalt sim`: the virtual pump in the terminal, or served without one on its serial port."""

import json
import select
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from basalt import output, sim_link
from basalt.client import PumpLink
from basalt.errors import Problem, Refused, WrongInput
from basalt.sim_bench import Bench
from basalt.sim_host import HostBench
from basalt.sim_pace import FASTEST, SLOWEST, Pace
from basalt.sim_player import Player, QuitError, Saver
from basalt.sim_signals import EndedError, Signals
from basalt.sim_terminal import GoneError, Terminal, is_terminal

BENCHES = ("host", "chip")

_NAP_S = 0.02
_TURN_MS = 50
_START_MS = 3_000  # power-on until the home screen
# What a pump that nobody has set up is given, so that there is something to see: (minute, mU/h).
_FIRST_PROGRAM = [(0, 700), (360, 1_000), (660, 800), (1_020, 900), (1_320, 750)]

Check = Callable[[], None]  # raises when the program is to end
SetUp = Callable[[Bench, Check], None]


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
    first_start: Annotated[
        bool,
        typer.Option(
            "--first-start",
            help="Leave a new pump as it comes out of the bag: it leads through its first start.",
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --pty: print the port as JSON.")
    ] = False,
) -> None:
    """Run a virtual pump in this terminal: its screen, its buttons, faults, and a serial port."""
    if bench not in BENCHES:
        raise WrongInput(f"There is no bench {bench!r}; there are {' and '.join(BENCHES)}.")
    if not SLOWEST <= speed <= FASTEST:
        raise WrongInput(f"A speed is from {SLOWEST:g} to {FASTEST:g}, not {speed:g}.")
    if as_json and not pty:
        raise WrongInput("A picture is no JSON; say --pty as well.")
    if not pty and not is_terminal():
        raise Problem("There is no terminal to draw in; `basalt sim --pty` serves the port alone.")
    with Signals() as signals:
        try:
            with output.bar("Switching it on"):
                opened = open_bench(bench, flash, first_start)
            set_up = _start if first_start and opened.blank else _set_up
            _run(opened, speed, pty, signals.check, as_json, set_up)
        except (QuitError, EndedError, GoneError, KeyboardInterrupt):
            return


def open_bench(bench: str, flash: Path | None, first_start: bool = False) -> Bench:
    """The bench of that name, switched on. Problem when it cannot be had.

    `first_start`: whoever holds it has not left what leads through the first start.
    """
    if bench == "chip":
        from basalt.sim_chip import ChipBench

        return ChipBench(flash)
    return HostBench(flash, first_start=first_start)


def _run(
    bench: Bench, speed: float, pty: bool, check: Check, as_json: bool, set_up: SetUp
) -> None:
    try:
        if pty:
            _serve(bench, speed, check, as_json, set_up)
        else:
            _play(bench, speed, check, set_up)
    finally:
        bench.close()


def _start(bench: Bench, meanwhile: Check) -> None:
    """Let a pump that was just switched on get to its first screen."""
    while bench.now_ms() < _START_MS:
        bench.run_ms(_TURN_MS)
        meanwhile()


def _set_up(bench: Bench, meanwhile: Check) -> None:
    """Set the clock of a pump that was just switched on, and give a new one a basal program."""
    _start(bench, meanwhile)
    sim_link.ask(bench, lambda link: link.set_time(*sim_link.computer_clock()), meanwhile)
    if bench.blank:
        sim_link.ask(bench, _greet, meanwhile)


def _greet(link: PumpLink) -> None:
    link.set_basal(_FIRST_PROGRAM)
    with suppress(Refused):
        link.acknowledge()  # that its log is new


def _serve(bench: Bench, speed: float, check: Check, as_json: bool, set_up: SetUp) -> None:
    """Without a picture: the port's path, then the pump, until somebody ends it."""
    with output.bar("Setting it up"):
        set_up(bench, check)
    print(json.dumps({"port": bench.port}) if as_json else bench.port, flush=True)  # noqa: T201
    pace, saver = Pace(bench, speed), Saver(bench)
    while True:
        select.select([bench], [], [], _NAP_S)
        check()
        pace.step()
        saver.step()


def _play(bench: Bench, speed: float, check: Check, set_up: SetUp) -> None:
    """With a picture and keys, until q."""

    def wait() -> None:
        check()
        player.wait()

    with Terminal() as terminal:
        player = Player(bench, terminal, speed)
        set_up(bench, wait)
        player.greet()
        while True:
            check()
            player.turn()
