"""Turns raw 32-byte records into columns, all at once: the host's half of core/record.py."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from basalt import firmware

Array = npt.NDArray[Any]

# As core/record.py lays it out; a test compares the two.
RECORD = np.dtype(
    {
        "names": ["seq", "boot", "event", "uptime_s", "stamp", "local_s", "fields", "crc"],
        "formats": ["<u4", "<u2", "u1", "<u4", "<u2", "<u4", f"V{firmware.FIELDS_SIZE}", "<u4"],
        "offsets": [0, 4, 6, 7, 11, 13, 17, 28],
        "itemsize": firmware.RECORD_SIZE,
    }
)
_MS_MASK = 0x03FF
MOST_FIELDS = 6  # of any event; a test holds the table to it
_SIGNED_BYTE_CODES = {"B": "u1", "b": "i1", "H": "<u2", "h": "<i2", "I": "<u4", "i": "<i4"}


def records(raw: bytes) -> Array:
    """Raw records one after the other as an array of RECORD; nothing is copied."""
    return np.frombuffer(raw, RECORD)


def whole(raw: bytes) -> npt.NDArray[np.bool_]:
    """Which of the records carry their own checksum and are not blank."""
    table = _crc_table()
    data = np.frombuffer(raw, np.uint8).reshape(-1, firmware.RECORD_SIZE)
    crc = np.full(len(data), 0xFFFFFFFF, np.uint32)
    for column in range(28):
        crc = table[(crc ^ data[:, column]) & 0xFF] ^ (crc >> np.uint32(8))
    found = records(raw)
    return ((crc ^ np.uint32(0xFFFFFFFF)) == found["crc"]) & (found["event"] != 0)


@cache
def field_dtype(event: int) -> np.dtype[Any]:
    """How an event's own fields lie in the 11 bytes of `fields`."""
    fields = firmware.EVENTS[event].fields
    formats = [_SIGNED_BYTE_CODES[field.code] for field in fields]
    sizes = [np.dtype(form).itemsize for form in formats]
    offsets = [sum(sizes[:index]) for index in range(len(sizes))]
    return np.dtype(
        {
            "names": [field.name for field in fields],
            "formats": formats,
            "offsets": offsets,
            "itemsize": firmware.FIELDS_SIZE,
        }
    )


@dataclass(frozen=True)
class Rows:
    """The records of one event: where they stand in the log, and a column for each field."""

    event: firmware.Event
    index: npt.NDArray[np.int64]  # positions in the log
    columns: Mapping[str, Array]  # numbers as recorded; see `words`

    def words(self, field: str) -> list[str]:
        """A coded field as its words; a code without a word stays a number."""
        names = next(f.words for f in self.event.fields if f.name == field)
        return [
            names[code] if code < len(names) else str(code)
            for code in self.columns[field].tolist()
        ]


@dataclass(frozen=True)
class Log:
    """The log of one pump in columns, in the order of its numbers; all have the same length."""

    pump: str  # its unique id
    raw: Array  # of RECORD
    seq: npt.NDArray[np.int64]
    boot: npt.NDArray[np.int64]
    event: npt.NDArray[np.uint8]
    uptime_ms: npt.NDArray[np.int64]
    local_s: npt.NDArray[np.int64]  # seconds since 2020-01-01 00:00, as the pump showed it
    trusted: npt.NDArray[np.bool_]
    utc_ms: npt.NDArray[np.int64]  # since 1970; see timeline.py
    clock: npt.NDArray[np.uint8]  # how the UTC time is known: index into timeline.CLOCKS

    def __len__(self) -> int:
        return len(self.seq)

    def rows(self, event: str) -> Rows:
        """All records of an event, by its name."""
        number = firmware.EVENT_NUMBERS[event]
        return _rows(number, self.raw, np.flatnonzero(self.event == number))

    def by_event(self) -> Iterator[Rows]:
        """Every known event that occurs, decoded."""
        for number in np.unique(self.event).tolist():
            if number in firmware.EVENTS:
                yield _rows(number, self.raw, np.flatnonzero(self.event == number))

    def select(self, keep: npt.NDArray[np.bool_]) -> "Log":
        """The records for which `keep` is true."""
        return Log(
            self.pump,
            self.raw[keep],
            self.seq[keep],
            self.boot[keep],
            self.event[keep],
            self.uptime_ms[keep],
            self.local_s[keep],
            self.trusted[keep],
            self.utc_ms[keep],
            self.clock[keep],
        )


def _rows(number: int, raw: Array, index: npt.NDArray[np.int64]) -> Rows:
    event = firmware.EVENTS[number]
    own = np.ascontiguousarray(raw["fields"][index]).view(field_dtype(number))
    return Rows(event, index, {field.name: own[field.name] for field in event.fields})


def field_columns(found: Array) -> list[list[int | None]]:
    """The own fields of records side by side: first fields, second fields, ...; None for none."""
    columns = np.full((MOST_FIELDS, len(found)), None, np.object_)
    for number in np.unique(found["event"]).tolist():
        if number in firmware.EVENTS:
            index = np.flatnonzero(found["event"] == number)
            for place, values in enumerate(_rows(number, found, index).columns.values()):
                columns[place, index] = values.tolist()
    return columns.tolist()


def uptime_ms(found: Array) -> npt.NDArray[np.int64]:
    """Milliseconds since the boot of each record."""
    return found["uptime_s"].astype(np.int64) * 1000 + (found["stamp"] & _MS_MASK)


@cache
def _crc_table() -> npt.NDArray[np.uint32]:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(0xEDB88320), table >> 1)
    return table.astype(np.uint32)
