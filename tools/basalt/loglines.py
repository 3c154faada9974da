"""Writes stored records out: as a table, as CSV, or as JSON. Every field has its own name."""

import csv
import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import TextIO

import numpy as np
from rich.console import Console
from rich.table import Table

from basalt import firmware, timeline
from basalt.decode import Log
from basalt.errors import WrongInput
from basalt.progress import Progress, tell_nobody

BASE = ("pump", "seq", "boot", "uptime_ms", "utc", "local", "event", "severity", "clock")
_EPOCH = datetime(2020, 1, 1)
_CHUNK = 20_000
_PIPE_WIDTH = 250
_LINES_AT_ONCE = 1_000
_STYLES = {"warning": "yellow", "alarm": "bold red", "fault": "bold magenta", "unknown": "yellow"}

Row = dict[str, str | int]


class Format(StrEnum):
    """How `basalt log` writes."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True)
class Moment:
    """A time that a person typed: in UTC when it has a zone, else as the pump showed it."""

    local_s: float | None
    utc_ms: float | None

    def reached(self, log: Log) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which records are of this time or later."""
        if self.utc_ms is not None:
            return log.utc_ms >= self.utc_ms
        return log.local_s >= (self.local_s or 0)


def parse_moment(text: str) -> Moment:
    """'2026-01-08', '2026-01-08 06:30', '2026-01-08T05:30Z'; WrongInput for anything else."""
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        raise WrongInput(
            f"{text!r} is no time; write 2026-01-08, '2026-01-08 06:30' or 2026-01-08T05:30Z."
        ) from None
    if when.tzinfo is None:
        return Moment((when - _EPOCH).total_seconds(), None)
    return Moment(None, when.timestamp() * 1000)


def parse_events(names: Iterable[str]) -> list[int]:
    """Event numbers of the names; WrongInput for one that is not in the table."""
    numbers: list[int] = []
    for name in names:
        if name in firmware.EVENT_NUMBERS:
            numbers.append(firmware.EVENT_NUMBERS[name])
        elif re.fullmatch(r"event_\d{1,3}", name):
            numbers.append(int(name.removeprefix("event_")))
        else:
            near = difflib.get_close_matches(name, firmware.EVENT_NUMBERS, 3)
            hint = f"did you mean {' or '.join(near)}?" if near else "see `basalt events`."
            raise WrongInput(f"There is no event {name!r}; {hint}")
    return numbers


def select(log: Log, since: Moment | None, until: Moment | None, events: list[int]) -> Log:
    """The records from `since` on and before `until`, of these events or of all."""
    keep = np.ones(len(log), np.bool_)
    if since is not None:
        keep &= since.reached(log)
    if until is not None:
        keep &= ~until.reached(log)
    if events:
        keep &= np.isin(log.event, events)
    return log.select(keep)


def rows(logs: list[Log], progress: Progress = tell_nobody) -> Iterator[Row]:
    """Each record with its base columns and its own fields, coded ones as words."""
    done, total = 0, sum(len(log) for log in logs)
    for log in logs:
        for start in range(0, len(log), _CHUNK):
            progress(done, total)
            part = np.zeros(len(log), np.bool_)
            part[start : start + _CHUNK] = True
            chunk = log.select(part)
            yield from _chunk(chunk)
            done += len(chunk)
    progress(done, total)


def write_table(logs: list[Log], console: Console, progress: Progress = tell_nobody) -> None:
    """For a person; the own fields stand in one column."""
    if not console.is_terminal:  # into a file or a pipe: each record is one line, however long
        console = Console(width=_PIPE_WIDTH, file=console.file, highlight=False)
    found = rows(logs, progress)
    # One table of all rows would show the first when it has the last: one below the other, then.
    console.print(_table(logs, list(islice(found, _LINES_AT_ONCE)), header=True))
    for part in iter(lambda: list(islice(found, _LINES_AT_ONCE)), []):
        console.print(_table(logs, part, header=False))


def _table(logs: list[Log], part: list[Row], header: bool) -> Table:
    """Some rows, in columns that are as wide in the first part of the log as in the last."""
    table = Table(box=None, header_style="bold", pad_edge=False, show_header=header)
    names = [_event_name(event) for log in logs for event in np.unique(log.event).tolist()]
    widths = {
        "pump": max([len(log.pump) for log in logs], default=0),
        "seq": max([len(str(log.seq[-1])) for log in logs if len(log)], default=0),
        "local": len(local_text(0)) + 1,
        "event": max([len(name) for name in names], default=0),
    }
    if len(logs) == 1:
        del widths["pump"]
    for name, width in widths.items():
        justify = "right" if name == "seq" else "left"
        table.add_column(name, justify=justify, min_width=max(width, len(name)))
    table.add_column("fields")
    for row in part:
        own = " ".join(f"{k}={v}" for k, v in row.items() if k not in BASE)
        doubt = "" if row["clock"] == "set" else "?"
        cells = {**row, "local": f"{row['local']}{doubt}"}
        style = _STYLES.get(str(row["severity"]))
        table.add_row(*(str(cells[name]) for name in widths), own, style=style)
    return table


def write_csv(logs: list[Log], out: TextIO, progress: Progress = tell_nobody) -> None:
    """One line for each record; a column for each field of the events that occur."""
    names = list(BASE)
    for event in sorted({int(number) for log in logs for number in np.unique(log.event)}):
        names += [name for name in _field_names(event) if name not in names]
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows(logs, progress))


def write_json(logs: list[Log], out: TextIO, progress: Progress = tell_nobody) -> None:
    """A list of objects, written as it is read."""
    before = "["
    for row in rows(logs, progress):
        out.write(before + "\n" + json.dumps(row))
        before = ","
    out.write("[]\n" if before == "[" else "\n]\n")


def local_text(local_s: int) -> str:
    """The pump's local time as YYYY-MM-DDTHH:MM:SS."""
    return (_EPOCH + timedelta(seconds=local_s)).isoformat()


def utc_text(utc_ms: int) -> str:
    """Milliseconds since 1970 as RFC 3339 in UTC."""
    when = datetime.fromtimestamp(utc_ms // 1000, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{utc_ms % 1000:03d}Z"


def _event_name(event: int) -> str:
    return firmware.EVENTS[event].name if event in firmware.EVENTS else f"event_{event}"


def _field_names(event: int) -> list[str]:
    if event in firmware.EVENTS:
        return [field.name for field in firmware.EVENTS[event].fields]
    return ["fields_hex"]


def _chunk(log: Log) -> Iterator[Row]:
    own: list[dict[str, str | int]] = [{} for _ in range(len(log))]
    for part in log.by_event():
        for field in part.event.fields:
            values = part.words(field.name) if field.words else part.columns[field.name].tolist()
            for index, value in zip(part.index.tolist(), values, strict=True):
                own[index][field.name] = value
    columns = (log.seq, log.boot, log.uptime_ms, log.utc_ms, log.local_s, log.event, log.clock)
    for index, (seq, boot, up, utc, local, event, clock) in enumerate(
        zip(*(column.tolist() for column in columns), strict=True)
    ):
        known = firmware.EVENTS.get(event)
        row: Row = {
            "pump": log.pump,
            "seq": seq,
            "boot": boot,
            "uptime_ms": up,
            "utc": utc_text(utc),
            "local": local_text(local),
            "event": _event_name(event),
            "severity": known.severity if known else "unknown",
            "clock": timeline.CLOCKS[clock],
        }
        if known is None:
            own[index]["fields_hex"] = log.raw["fields"][index].tobytes().hex()
        row.update(own[index])
        yield row


WRITERS: dict[Format, Callable[[list[Log], TextIO, Progress], None]] = {
    Format.CSV: write_csv,
    Format.JSON: write_json,
}
