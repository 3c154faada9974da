"""A log that the page in the browser saved: one JSON file, read as if it were a store.

basalt_log          1, the version of this form
identity            name, board, version, unique_id (hex) of the pump; boot when it was pulled
anchor              boot, uptime_ms, utc_ms, utc_offset_min: what the computer's clock showed then
first_seq, next_seq the numbers that the pump had when it was asked
records             base64 of 32 bytes a record, as they came over the link
"""

import base64
import binascii
import json
from pathlib import Path
from typing import Any

import numpy as np

from basalt import decode, firmware
from basalt.errors import WrongInput
from basalt.store import Gap, Store
from basalt.timeline import Anchor

VERSION = 1
_SIZE = firmware.RECORD_SIZE
_MOST_SEQ = 0xFFFF_FFFF  # as a record holds it
# Bounds of what the anchor says, in the order of its fields: a record's for the first two, any
# time that a date can be made of, and the offsets that there are.
_ANCHOR = {
    "boot": (0, 0xFFFF),
    "uptime_ms": (0, 1000 * 0xFFFF_FFFF + 999),
    "utc_ms": (0, 253_402_300_799_999),
    "utc_offset_min": (-1440, 1440),
}


def is_saved_log(path: Path) -> bool:
    """Whether a file looks like one: a store never begins with a brace."""
    with path.open("rb") as file:
        return file.read(1) == b"{"


def read(path: Path) -> Store:
    """The log in a file, as a store in memory. WrongInput when it is none."""
    try:
        saved: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        version = saved.get("basalt_log")
        if version != VERSION:
            raise WrongInput(
                f"{path} is no log saved by the page, or by a later version of it;"
                " nothing was imported from it."
            )
        return _fill(Store.in_memory(path), saved)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise WrongInput(
            f"{path} is damaged: it is no whole log of the page; nothing was imported from it."
            f" ({type(error).__name__}: {error})"
        ) from error


def _fill(store: Store, saved: dict[str, Any]) -> Store:
    who, then = saved["identity"], saved["anchor"]
    unique_id = bytes.fromhex(who["unique_id"]).hex()
    pump = store.add_pump(unique_id, 1, str(who["name"]), str(who["board"]), str(who["version"]))
    raw = base64.b64decode(saved["records"], validate=True)
    if len(raw) % _SIZE:
        raise ValueError("the last record is not whole")
    whole = decode.whole(raw)
    numbers = decode.records(raw)["seq"].astype(np.int64)
    good: list[bytes] = []
    damaged: list[tuple[int, bytes]] = []
    gaps: list[Gap] = []
    expected = _number(saved, "first_seq", (1, _MOST_SEQ))
    next_seq = _number(saved, "next_seq", (1, _MOST_SEQ))
    if expected > 1:
        gaps.append(Gap(1, expected - 1, "dropped"))
    for at, is_whole in enumerate(whole.tolist()):
        packed = raw[at * _SIZE : (at + 1) * _SIZE]
        if not is_whole:
            damaged.append((expected - 1, packed))
            continue
        seq = int(numbers[at])
        if seq < expected:
            raise ValueError(f"record {seq} comes after {expected - 1}")
        if seq > expected:
            gaps.append(Gap(expected, seq - 1, "missing"))
        good.append(packed)
        expected = seq + 1
    if expected < next_seq:
        gaps.append(Gap(expected, next_seq - 1, "missing"))
    store.add(pump, b"".join(good), gaps, damaged)
    anchor = Anchor(*(_number(then, name, bounds) for name, bounds in _ANCHOR.items()))
    store.add_anchors(pump, [anchor])
    return store


def _number(row: dict[str, Any], name: str, bounds: tuple[int, int]) -> int:
    """A whole number within bounds; ValueError for anything else that JSON can hold."""
    value = row[name]
    least, most = bounds
    if not least <= value <= most:  # so is what is not a number at all, like NaN
        raise ValueError(f"{name} is {value}, not {least} to {most}")
    return int(value)
