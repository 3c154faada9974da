"""Says a record of the pump's log in words, on one line, for who watches it being written."""

import struct
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from basalt import firmware, units

_record: Any = import_module("pump.core.record")
_START = datetime(2020, 1, 1)

# Last parts of a field's name that are its unit: divisor, decimals, how the unit is written.
_UNITS = (
    ("_mu_h", 1000, 3, " U/h"),
    ("_mu", 1000, 3, " U"),
    ("_steps", 1, 0, " steps"),
    ("_15min", 1, 0, " x 15 min"),
    ("_5min", 1, 0, " x 5 min"),
    ("_min", 1, 0, " min"),
    ("_bytes", 1, 0, " bytes"),
    ("_s", 1, 0, " s"),
)


def line(packed: bytes) -> str:
    """A whole record: what the pump's clock showed, the event, and its fields with their units."""
    _, _, number, _, _, trusted, local_s = _record.header(packed)
    time = moment(local_s).strftime("%H:%M:%S") + ("" if trusted else "?")
    event = firmware.EVENTS.get(number)
    if event is None:
        return f"{time:9} event {number}, not known to this version"
    layout = "<" + "".join(field.code for field in event.fields)
    values = struct.unpack_from(layout, packed, firmware.RECORD_SIZE - 4 - firmware.FIELDS_SIZE)
    told = [_field(field, value) for field, value in zip(event.fields, values, strict=True)]
    if number == firmware.SETTING_CHANGED and values[0] in firmware.SETTINGS:
        told[:3] = [_change(*values[:3])]
    return f"{time:9} {event.name.replace('_', ' ')}" + (": " if told else "") + ", ".join(told)


def severity(packed: bytes) -> str:
    """How much a reader should care: a name of firmware.SEVERITIES."""
    event = firmware.EVENTS.get(packed[6])
    return event.severity if event else firmware.SEVERITIES[0]


def moment(local_s: int) -> datetime:
    """The pump's local time as a date and a time."""
    return _START + timedelta(seconds=local_s)


def _change(number: int, old: int, new: int) -> str:
    setting = firmware.SETTINGS[number]
    before, after = (units.value_text(setting, value) for value in (old, new))
    return f"{units.short_name(setting)} {before} to {after} {units.unit(setting)}".strip()


def _field(field: firmware.Field, value: int) -> str:
    name = field.name
    if field.words:
        word = field.words[value] if value < len(field.words) else str(value)
        label = "by" if name == "source" else name
        return f"{label} {word.replace('_', ' ')}"
    if name.endswith("_local_s"):
        return f"{name[:-8]} {moment(value):%Y-%m-%d %H:%M:%S}"
    for ending, divisor, decimals, unit in _UNITS:
        if name.endswith(ending):
            label = name[: -len(ending)].replace("_", " ")
            return f"{label} {value / divisor:.{decimals}f}{unit}"
    return f"{name.replace('_', ' ')} {value}"
