"""What the commands print: data on standard output, everything about it on standard error."""

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(data: Any) -> None:
    """One JSON document."""
    sys.stdout.write(json.dumps(data, indent=2) + "\n")


def note(text: str) -> None:
    """A line about what is being done."""
    err.print(text, markup=False)


def facts(rows: list[tuple[str, str]]) -> None:
    """Names and values under each other."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column()
    for name, value in rows:
        table.add_row(name, value)
    out.print(table)


class Bar:
    """A progress bar on standard error, on a terminal only."""

    def __init__(self, progress: Progress, what: str) -> None:
        self._progress = progress
        self._task = progress.add_task(what, total=None)

    def __call__(self, done: int, total: int) -> None:
        self._progress.update(self._task, completed=done, total=total)


@contextmanager
def bar(what: str) -> Generator[Bar]:
    """`with bar("Pulling") as progress: ... progress(done, of)`."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=err, transient=True, disable=not err.is_terminal
    ) as progress:
        yield Bar(progress, what)
