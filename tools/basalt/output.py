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

    def __init__(self, progress: Progress, what: str, at_once: bool) -> None:
        self._progress = progress
        self._what = what
        self._task = progress.add_task(what, total=None) if at_once else None

    def __call__(self, done: int, total: int) -> None:
        if self._task is None:
            self._task = self._progress.add_task(self._what, total=None)
        self._progress.update(self._task, completed=done, total=total)


@contextmanager
def bar(what: str, at_once: bool = True, shown: bool = True) -> Generator[Bar]:
    """`with bar("Pulling") as progress: ... progress(done, of)`.

    It is there at once, or from the first word of progress on; on a terminal, if `shown`.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    quiet = not (shown and err.is_terminal)
    with Progress(
        *columns, TimeRemainingColumn(), console=err, transient=True, disable=quiet
    ) as progress:
        yield Bar(progress, what, at_once)
