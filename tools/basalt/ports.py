"""Finds pumps among the serial ports of this computer."""

import time
from dataclasses import dataclass

from serial.tools import list_ports

from basalt.client import Identity, PumpLink
from basalt.errors import NotAPump, PortProblem, Problem, WrongInput

_PROBE_S = 0.4  # patience for each of three tries


@dataclass(frozen=True)
class Found:
    """One serial port and what answers there."""

    port: str
    description: str
    identity: Identity | None
    problem: str  # why there is no identity


def listed() -> list[tuple[str, str]]:
    """(name, description) of each USB serial port."""
    return [
        (str(p.device), str(p.description)) for p in list_ports.comports() if p.vid is not None
    ]


def probe(port: str, description: str = "") -> Found:
    """Ask what is at a port."""
    try:
        with PumpLink.open(port, answer_s=_PROBE_S) as link:
            return Found(port, description, link.identify(), "")
    except Problem as problem:
        return Found(port, description, None, str(problem))


def only() -> str:
    """The only USB serial port at this computer, whatever answers there."""
    names = [name for name, _ in listed()]
    if len(names) == 1:
        return names[0]
    if not names:
        raise WrongInput("There is no USB serial port at this computer; plug the board in.")
    raise WrongInput(f"There are several ports ({', '.join(names)}); say which with --port.")


def appeared(port: str | None, others: list[str], seconds: float) -> str:
    """Wait for a board that restarts: `port`, or else the one port that is not among `others`."""
    until = time.monotonic() + seconds
    problem = "no new serial port came up"
    while True:
        fresh = [name for name, _ in listed() if name not in others]
        name = port or (fresh[0] if len(fresh) == 1 else "")
        if name:
            try:
                PumpLink.open(name).close()
            except PortProblem as found:  # not there yet, or not ours to open yet
                problem = str(found)
            else:
                return name
        if time.monotonic() > until:
            raise PortProblem(
                f"MicroPython was written, but the board did not come back: {problem.rstrip('.')}."
                " Pull it out, plug it in, and run the command again without --install."
            )
        time.sleep(0.2)


def choose(port: str | None) -> str:
    """The port that was named, or that of the only pump at this computer."""
    if port:
        return port
    pumps = [found for found in (probe(*each) for each in listed()) if found.identity]
    if not pumps:
        raise PortProblem(
            "No pump answers at any USB serial port of this computer; plug one in, or name"
            " a port with --port."
        )
    if len(pumps) > 1:
        names = ", ".join(found.port for found in pumps)
        raise NotAPump(f"Several pumps answer ({names}); say which with --port.")
    return pumps[0].port
