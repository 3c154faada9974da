"""The firmware's own tables and formats, imported from its files and given types for the host."""

# The firmware is not annotated; what comes out of this file is.
# pyright: basic

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from basalt import paths

paths.use_firmware()

from pump.core import codes as _codes  # noqa: E402
from pump.core import event_table as _event_table  # noqa: E402
from pump.core import events as _events  # noqa: E402
from pump.core import record as _record  # noqa: E402
from pump.core import setting_table as _setting_table  # noqa: E402
from pump.core import settings as _settings  # noqa: E402
from pump.core import states as _states  # noqa: E402
from pump.link import frame as _frame  # noqa: E402
from pump.link import protocol as protocol_module  # noqa: E402


@dataclass(frozen=True)
class Field:
    """One field of an event: name (its last part is the unit), struct code, words of a code."""

    name: str
    code: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """One row of the event table."""

    number: int
    name: str
    severity: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Setting:
    """One row of the settings table."""

    number: int
    name: str
    default: int
    least: int
    most: int
    step: int


class Deframer(Protocol):
    """pump.link.frame.Deframer."""

    payload: bytes | None
    loose: bytes | None
    damaged: int

    def feed(self, data: bytes, at: int) -> int: ...
    def drop(self) -> None: ...


def _event(row: tuple[Any, ...]) -> Event:
    number, name, severity, fields = row
    return Event(number, name, _event_table.SEVERITIES[severity], tuple(Field(*f) for f in fields))


EVENTS: dict[int, Event] = {event.number: event for event in map(_event, _event_table.EVENTS)}
EVENT_NUMBERS: dict[str, int] = {event.name: event.number for event in EVENTS.values()}
SEVERITIES: tuple[str, ...] = _event_table.SEVERITIES
ALARM_NAMES: tuple[str, ...] = _event_table.ALARM_NAMES
REMINDERS: tuple[str, ...] = _event_table.REMINDS
PROGRAM_NAMES: tuple[str, ...] = _event_table.PROGRAM_NAMES
CLOCK_SET: int = _events.CLOCK_SET
SETTING_CHANGED: int = _events.SETTING_CHANGED
RECORD_SIZE: int = _record.RECORD_SIZE
FIELDS_SIZE: int = _record.FIELDS_SIZE
CLOCK_TRUSTED: int = _record.CLOCK_TRUSTED
CODES: tuple[str, ...] = _codes.CODES
REQUEST_NAMES: tuple[str, ...] = _event_table.REQUESTS
STATES: tuple[str, ...] = _states.STATES
UTC_OFFSET_SETTING: int = _settings.UTC_OFFSET_MIN
CALIBRATED_STEPS_SETTING: int = _settings.STEPS_PER_UNIT
BACKLASH_SETTING: int = _settings.BACKLASH_STEPS
MODE_SETTING: int = _settings.MODE
MOST_SEGMENTS: int = _settings.MOST_SEGMENTS
SETTINGS: dict[int, Setting] = {row[0]: Setting(*row) for row in _setting_table.SETTINGS}
# Of a setting that is off with 0: the least that is not off, or 0.
least_on: Callable[[int], int] = _settings.least_on
SETTING_NUMBERS: dict[str, int] = {setting.name: setting.number for setting in SETTINGS.values()}

pack_frame: Callable[[bytes], bytes] = _frame.pack
request: Callable[[int, int, bytes], bytes] = protocol_module.request


def deframer(most_payload: int) -> Deframer:
    """A deframer for payloads of at most this many bytes."""
    return _frame.Deframer(most_payload)


def code_name(code: int) -> str:
    """The name of an answer's code; the number where a newer pump has more."""
    return CODES[code] if code < len(CODES) else f"code_{code}"


def word(event: str, field: str, value: int) -> str:
    """What a value of a field says in words; '' where the field has none."""
    for each in EVENTS[EVENT_NUMBERS[event]].fields if event in EVENT_NUMBERS else ():
        if each.name == field and value < len(each.words):
            return each.words[value]
    return ""


def unpack_record(raw: bytes) -> tuple[int, int, int, int, bool, str, dict[str, int]]:
    """(seq, boot, uptime_ms, local_s, clock trusted, event, fields) of a whole record."""
    seq, boot, number, uptime_s, uptime_ms, trusted, local_s = _record.header(raw)
    event = EVENTS.get(number)
    fields: dict[str, int] = {}
    if event is not None:
        layout = "<" + "".join(field.code for field in event.fields)
        values = _record.fields(raw, layout)
        fields = dict(zip((field.name for field in event.fields), values, strict=True))
    name = event.name if event is not None else f"event_{number}"
    return seq, boot, uptime_s * 1000 + uptime_ms, local_s, trusted, name, fields


def is_whole(raw: bytes) -> bool:
    """Whether 32 bytes are a record that carries its own checksum."""
    return bool(_record.is_whole(raw))
