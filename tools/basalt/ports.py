"""Finds pumps among the serial ports of this computer."""

from dataclasses import dataclass

from serial.tools import list_ports

from basalt.client import Identity, PumpLink
from basalt.errors import NotAPump, PortProblem, Problem

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
