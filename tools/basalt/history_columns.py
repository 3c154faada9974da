"""What a log tells hundreds of times a day, in columns: doses, and levels of the reservoir.

A log of ten years has a million of each; as objects one by one they would cost more time than all
the rest of a report. Each can still be had as an object, where somebody looks at a few.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

Integers = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]

KINDS = ("basal", "bolus")  # of a dose
UNKNOWN = -1  # steps of a level that nobody knows
_HOUR_MS = 3_600_000
_DAY_HOURS = 24


class Dose(NamedTuple):
    """Steps that the log confirms, and the stretch within which they were made."""

    kind: str  # one of KINDS
    start_ms: int
    end_ms: int
    steps: int
    mu: float | None
    seq: int = 0


class Level(NamedTuple):
    """What the pump counted as left in the reservoir; None: unknown."""

    at_ms: int
    steps: int | None
    mu: float | None


def _integers() -> Integers:
    return np.empty(0, np.int64)


def _floats() -> Floats:
    return np.empty(0, np.float64)


@dataclass(frozen=True, eq=False)
class Doses:
    """Doses in the order of the log."""

    kind: Integers = field(default_factory=_integers)  # index into KINDS
    start_ms: Integers = field(default_factory=_integers)
    end_ms: Integers = field(default_factory=_integers)
    steps: Integers = field(default_factory=_integers)
    seq: Integers = field(default_factory=_integers)
    mu: Floats = field(default_factory=_floats)  # not a number: unknown

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Dose]:
        columns = (self.kind, self.start_ms, self.end_ms, self.steps, self.mu, self.seq)
        for kind, start, end, steps, mu, seq in zip(*(c.tolist() for c in columns), strict=True):
            yield Dose(KINDS[kind], start, end, steps, _known(mu), seq)


@dataclass(frozen=True, eq=False)
class Levels:
    """Levels in the order of the log."""

    at_ms: Integers = field(default_factory=_integers)
    steps: Integers = field(default_factory=_integers)  # UNKNOWN, or how many are left
    mu: Floats = field(default_factory=_floats)  # not a number: unknown

    def __len__(self) -> int:
        return len(self.at_ms)

    def __getitem__(self, place: int) -> Level:
        steps, mu = self.steps[place].item(), self.mu[place].item()
        return Level(self.at_ms[place].item(), None if steps == UNKNOWN else steps, _known(mu))

    def __iter__(self) -> Iterator[Level]:
        return (self[place] for place in range(len(self)))

    def select(self, places: Integers) -> "Levels":
        """Those at some places."""
        return Levels(self.at_ms[places], self.steps[places], self.mu[places])

    def by_day(self, day_ms: int) -> "dict[int, Levels]":
        """Those of each day, by its number since 1970."""
        days = self.at_ms // day_ms
        order = np.argsort(days, kind="stable")
        numbers, starts = np.unique(days[order], return_index=True)
        parts = np.split(order, starts[1:])
        return {
            number: self.select(part)
            for number, part in zip(numbers.tolist(), parts, strict=False)
        }

    def after(self, before: Level, at_ms: int) -> "Levels":
        """These, and first of all the one that was in force before them, from a moment on."""
        steps = UNKNOWN if before.steps is None else before.steps
        mu = np.nan if before.mu is None else before.mu
        return Levels(
            np.append(np.int64(at_ms), self.at_ms),
            np.append(np.int64(steps), self.steps),
            np.append(np.float64(mu), self.mu),
        )

    def ends_of_hours(self) -> Iterator[tuple[int, Level]]:
        """(hour of the day, level) of each that is followed by one of another hour, or by none."""
        hours = self.at_ms // _HOUR_MS % _DAY_HOURS
        for place in np.flatnonzero(np.diff(hours, append=-1)).tolist():
            yield hours[place].item(), self[place]


def _known(mu: float) -> float | None:
    return None if math.isnan(mu) else mu
