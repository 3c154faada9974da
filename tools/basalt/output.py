"""What the commands print: data on standard output, everything about it on standard error."""

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

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
        self._task = self._add() if at_once else None

    def __call__(self, done: int, total: int) -> None:
        if self._task is None:
            self._task = self._add()
        self._progress.update(self._task, completed=done, total=total)
        if done >= total:  # what is made of it may take longer than to count it did
            self._of(self._task).total = None

    def _add(self) -> TaskID:
        return self._progress.add_task(self._what, total=None)

    def _of(self, task: TaskID) -> Task:
        return next(each for each in self._progress.tasks if each.id == task)


class _HowFar(ProgressColumn):
    """`3/10 0:00:07` while that is known, before and after it the time that went by."""

    def __init__(self, counted: bool) -> None:
        super().__init__()
        self._counted = counted
        self._count = MofNCompleteColumn()
        self._left = TimeRemainingColumn()
        self._since = TimeElapsedColumn()

    def render(self, task: Task) -> Text:
        if task.total is None:
            return self._since.render(task)
        count = [self._count.render(task), " "] if self._counted else []
        return Text.assemble(*count, self._left.render(task))


@contextmanager
def bar(
    what: str, at_once: bool = True, shown: bool = True, counted: bool = True
) -> Generator[Bar]:
    """`with bar("Pulling") as progress: ... progress(done, of)`.

    It is there at once, or from the first word of progress on; on a terminal, if `shown`. While
    nobody says how far it is, it tells how long it takes. `counted`: with the figures as well.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), _HowFar(counted))
    quiet = not (shown and err.is_terminal)
    with Progress(*columns, console=err, transient=True, disable=quiet) as progress:
        yield Bar(progress, what, at_once)
