"""`basalt monitor`: the running pump in the terminal: its screen, its doings, its newest records.

It only reads, a few hundred bytes twice a second; reading never disturbs a delivery.
"""

import json
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from basalt import firmware, loglines, output, ports, sim_screen, sim_words, units
from basalt.client import PumpLink, Status
from basalt.options import Port

_LOG_LINES = 12
_MOST_RECORDS = 31  # looked at in one go: a slow terminal must not make the pump read its flash
_FACTS_WIDTH = 34  # of the table beside the screen
_TITLE = "Basalt, not a medical device; Ctrl-C leaves, the pump goes on"
_STYLES = {"warning": "yellow", "alarm": "bold red", "fault": "bold magenta"}


@dataclass(frozen=True)
class Sight:
    """One look at the pump."""

    status: Status
    picture: sim_screen.Picture
    records: list[bytes]  # new since the last look, oldest first


def watch(
    link: PumpLink,
    interval_s: float,
    with_screen: bool = True,
    sleep: Callable[[float], None] = time.sleep,
    tail: int = _LOG_LINES,
) -> Iterator[Sight]:
    """Look at a pump for ever, every `interval_s` seconds; at first the newest `tail` records too.

    PortProblem when it goes away.
    """
    following: int | None = None
    while True:
        status = link.status()
        if following is None or following < status.first_seq or following > status.next_seq:
            following = max(status.first_seq, status.next_seq - tail)
        end = min(status.next_seq, following + _MOST_RECORDS)
        records: list[bytes] = []
        if end > following:
            for part in link.log(iter([(following, end - following)])):
                records += _whole(part.raw)
            following = end
        picture = picture_of(link.screen()) if with_screen else sim_screen.DARK
        yield Sight(status, picture, records)
        sleep(interval_s)


def picture_of(frame: bytes) -> sim_screen.Picture:
    """A frame buffer (MONO_VLSB) as rows of '#' and '.'."""
    wide = sim_screen.WIDTH
    return [
        "".join("#" if frame[y // 8 * wide + x] >> y % 8 & 1 else "." for x in range(wide))
        for y in range(sim_screen.HEIGHT)
    ]


def command(
    port: Port = None,
    interval: Annotated[float, typer.Option(help="Seconds between two looks.", min=0.1)] = 0.5,
    looks: Annotated[
        int | None, typer.Option(help="End after so many looks; without it, Ctrl-C ends it.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a line: each look and record.")
    ] = False,
) -> None:
    """Watch a running pump: its screen, what it delivers, its alarms, its newest records."""
    with PumpLink.open(ports.choose(port)) as link:
        link.identify()
        tail = 0 if as_json else _LOG_LINES
        sights = watch(link, interval, not as_json, time.sleep, tail)
        try:
            if as_json:
                _print_lines(sights, looks)
            else:
                _show(sights, looks)
        except KeyboardInterrupt:
            output.note("The pump goes on.")


def _some(sights: Iterator[Sight], looks: int | None) -> Iterator[Sight]:
    for number, sight in enumerate(sights, 1):
        yield sight
        if number == looks:
            return


def _print_lines(sights: Iterator[Sight], looks: int | None) -> None:
    for sight in _some(sights, looks):
        for raw in sight.records:
            _print_line({"kind": "record", **record_fields(raw)})
        local = loglines.local_text(sight.status.local_s)
        _print_line({"kind": "status", "local": local, **asdict(sight.status)})


def _print_line(data: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


def record_fields(raw: bytes) -> dict[str, Any]:
    """A record by the names of `basalt log --json`; the words of codes in place of numbers."""
    seq, boot, uptime_ms, local_s, trusted, event, fields = firmware.unpack_record(raw)
    told: dict[str, Any] = {
        name: firmware.word(event, name, value) or value for name, value in fields.items()
    }
    base = {"seq": seq, "boot": boot, "uptime_ms": uptime_ms, "event": event}
    return {**base, "local": loglines.local_text(local_s), "clock_trusted": trusted, **told}


def _show(sights: Iterator[Sight], looks: int | None) -> None:
    log: deque[bytes] = deque(maxlen=_LOG_LINES)
    with Live(console=output.out, screen=output.out.is_terminal, auto_refresh=False) as live:
        for sight in _some(sights, looks):
            log.extend(sight.records)
            height = output.out.height if output.out.is_terminal else None
            live.update(page(sight, list(log), output.out.width, height), refresh=True)


def page(sight: Sight, log: list[bytes], width: int, height: int | None = None) -> Group:
    """All of it for a terminal so wide; of the log as much as there are lines for.

    `height`: None where nothing is cut off, however long it is.
    """
    halves = width >= sim_screen.HALVES_SIZE[0] + _FACTS_WIDTH
    rows = sim_screen.halves(sight.picture) if halves else sim_screen.braille(sight.picture)
    screen = Text("\n".join(rows), style="color(159) on color(16)")
    title = Text(_TITLE, style="reverse", no_wrap=True)
    facts = _facts(sight.status)
    if width >= len(rows[0]) + _FACTS_WIDTH:
        table = Table(box=None, show_header=False, pad_edge=False)
        for fact in facts:
            table.add_row(*fact)
        used = 2 + max(len(rows), len(facts))
        above: list[RenderableType] = [Columns([screen, table])]
    else:
        lines = _in_lines(facts, width)
        used = 2 + len(rows) + len(lines)
        above = [screen, *lines]
    if height is not None:
        log = log[-max(0, height - used) :] if height > used else []
    return Group(title, *above, Text(), *(_log_line(raw) for raw in log))


def _log_line(raw: bytes) -> Text:
    style = _STYLES.get(sim_words.severity(raw), "")
    return Text(sim_words.line(raw), style=style, no_wrap=True, overflow="ellipsis")


def _in_lines(facts: list[tuple[str, Text]], width: int) -> list[Text]:
    """The facts where there is no room for a table of them; none is split."""
    lines: list[Text] = []
    for name, value in facts:
        fact = Text(f"{name} ").append_text(value)
        if lines and len(lines[-1]) + 2 + len(fact) < width:
            lines[-1].append("  ").append_text(fact)
        else:
            lines.append(fact)
    return lines


def _facts(status: Status) -> list[tuple[str, Text]]:
    found = [
        ("state", Text(status.state, style="bold")),
        ("basal", Text(f"{units.decimal_text(status.rate_mu_h)} U/h")),
    ]
    if status.program > 1:
        found.append(("program", Text(str(status.program))))
    if status.bolus_running:
        given, asked = (
            units.decimal_text(status.bolus_given_mu),
            units.decimal_text(status.bolus_asked_mu),
        )
        found.append(("bolus", Text(f"{given} of {asked} U", style="bold green")))
    if status.extended_id:
        text = units.running_text(
            status.extended_given_mu, status.extended_asked_mu, status.extended_left_s
        )
        found.append(("extended", Text(text, style="bold green")))
    if status.temporary_left_s:
        minutes = -(-status.temporary_left_s // 60)
        found.append(("temporary", Text(f"{minutes} min more", style="bold")))
    reservoir = units.reservoir_text(status.reservoir_mu, status.reservoir_left_min)
    for name, text in (
        ("reservoir", reservoir),
        ("on board", f"{units.decimal_text(status.on_board_mu)} U"),
        ("battery", f"{status.battery_mv} mV" if status.battery_mv >= 0 else "none"),
        ("clock", loglines.local_text(status.local_s).replace("T", " ")),
        ("paired", "yes" if status.paired else "no"),
        ("records", f"{status.next_seq - 1:,}"),
    ):
        found.append((name, Text(text)))
    for alarm in status.alarms:
        waits = alarm in status.alarms_waiting
        found.append(("ALARM", Text(alarm, style="bold red" if waits else "yellow")))
    return found


def _whole(raw: bytes) -> list[bytes]:
    size = firmware.RECORD_SIZE
    parts = [raw[at : at + size] for at in range(0, len(raw), size)]
    return [part for part in parts if firmware.is_whole(part)]
