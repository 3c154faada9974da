"""The basal programs that a log tells of: which one was in force from when on, and what each held.

The records of the program in force are the same whatever its number; `program_activated` before
them says which it is. A log begins with program 1; where its beginning is missing the next
checkpoint says the number, and what it holds is not known until it is written or activated. What
a later record says changes nothing of what was before.
"""

from collections.abc import Iterator
from typing import NamedTuple

from basalt import firmware
from basalt.decode import Log

Segments = tuple[tuple[int, int], ...]  # (start minute, rate in mU/h)

TITLE = "Program"  # of one whose number is not known
_UNKNOWN = 0
_PROGRAM_BITS = 5  # of a checkpoint's flags, above those: firmware/pump/core/logbook.py
_NONE = firmware.PROGRAM_NAMES[0]


class Schedule(NamedTuple):
    """The basal program in force from the record `seq` on, and the others as they were then."""

    seq: int
    utc_ms: int
    number: int
    title: str
    segments: Segments  # none: the log does not tell
    others: dict[str, Segments]  # by title, as far as the log tells of them


def read(log: Log) -> list[Schedule]:
    """One for each change of any program, from the first that the log tells of on."""
    return list(_Reader(log).read())


class _Reader:
    def __init__(self, log: Log) -> None:
        self._log = log
        self._held: dict[int, Segments] = {}
        begins = len(log) > 0 and int(log.seq[0]) == 1
        self._active = 1 if begins else _UNKNOWN
        self._names: dict[int, int] = {}
        self._parts = {
            at: (row["start_min"], row["new_rate_mu_h"])
            for event in ("basal_segment", "program_segment")
            for at, row in self._rows(event)
        }

    def read(self) -> Iterator[Schedule]:
        handlers = {
            "basal_program": self._set_in_force,
            "program_activated": self._activated,
            "program_edited": self._edited,
            "program_named": self._named,
            "settings_lost": self._lost,
            "checkpoint": self._checkpointed,
        }
        rows = [(at, row, event) for event in handlers for at, row in self._rows(event)]
        for at, row, event in sorted(rows, key=lambda one: one[0]):
            changed = handlers[event](at, row)
            if changed and (self._active or self._held.get(_UNKNOWN)):
                yield self._now(at)

    def _rows(self, event: str) -> list[tuple[int, dict[str, int]]]:
        """(place in the log, fields) of each record of an event."""
        rows = self._log.rows(event)
        names = list(rows.columns)
        values = zip(*(rows.columns[name].tolist() for name in names), strict=True)
        places = rows.index.tolist()
        if not names:
            return [(at, {}) for at in places]
        return [
            (at, dict(zip(names, row, strict=True)))
            for at, row in zip(places, values, strict=True)
        ]

    def _now(self, at: int) -> Schedule:
        others = {
            self._title(number): held
            for number, held in sorted(self._held.items())
            if held and number != self._active
        }
        return Schedule(
            int(self._log.seq[at]),
            int(self._log.utc_ms[at]),
            self._active,
            self._title(self._active),
            self._held.get(self._active, ()),
            others,
        )

    def _title(self, number: int) -> str:
        if number == _UNKNOWN:
            return TITLE
        code = self._names.get(number, 0)
        word = firmware.word("program_named", "new_name", code) or str(code)
        return f"{TITLE} {number}" + ("" if word == _NONE else f", {word.replace('_', ' ')}")

    def _set_in_force(self, at: int, row: dict[str, int]) -> bool:
        return self._keep(self._active, at, row["segments"])

    def _activated(self, _at: int, row: dict[str, int]) -> bool:
        if self._active == _UNKNOWN and _UNKNOWN in self._held:
            self._held[row["old_program"]] = self._held.pop(_UNKNOWN)
        self._active = row["new_program"]
        return False  # what it holds follows

    def _checkpointed(self, _at: int, row: dict[str, int]) -> bool:
        number = row["flags"] >> _PROGRAM_BITS
        if self._active != _UNKNOWN or number == _UNKNOWN:
            return False
        if _UNKNOWN in self._held:
            self._held[number] = self._held.pop(_UNKNOWN)
        self._active = number
        return True

    def _edited(self, at: int, row: dict[str, int]) -> bool:
        return self._keep(row["program"], at, row["segments"])

    def _keep(self, number: int, at: int, count: int) -> bool:
        """Take the segments that stand before a record; False where some are missing."""
        seq = self._log.seq
        whole = at >= count and int(seq[at]) - int(seq[at - count]) == count
        parts = [self._parts.get(at - count + n) for n in range(count)] if whole else []
        held = tuple(one for one in parts if one is not None)
        if len(held) != count or (count and held[0][0] != 0):
            # What it holds now is not known; the program in force is taken on, as it was.
            if number != self._active:
                self._held.pop(number, None)
            return False
        self._held[number] = held
        return True

    def _named(self, _at: int, row: dict[str, int]) -> bool:
        self._names[row["program"]] = row["new_name"]
        return True

    def _lost(self, _at: int, _row: dict[str, int]) -> bool:
        self._active, self._held, self._names = 1, {1: ((0, 0),)}, {}
        return False  # what is in force is told next, where it is other than that
