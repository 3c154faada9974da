"""Gives every record a UTC time, from its boot, its uptime and the records of clock changes.

Within one boot the uptime is exact, so two moments of a boot are as far apart in UTC as in uptime.
What ties a boot to UTC, in this order; CLOCKS names it for each record:

    set         the clock was set since the power was lost: the pump's own local time minus the
                offset in force. A record of a clock change ends the old stretch; it carries the
                new local time and the new offset for the next.
    counted     the clock was not set yet: counted back in uptime from the first setting of the
                clock in this boot
    host        nobody has set it in this boot: counted from the moment the log was pulled, by the
                computer's clock. Not used where it would come before the boot before.
    assumed     none of these: the local time that the pump assumed, which goes on where the
                boot before ended; where a host has told that one's time, by that. It can only be
                too early.

The offset in force is that of the last CLOCK_SET or change of the setting; before the first, that
of the first one, or what the pump said when it was pulled.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from basalt import firmware
from basalt.decode import Log, field_dtype, uptime_ms

EPOCH_MS = 1_577_836_800_000  # 2020-01-01 00:00 in milliseconds since 1970
CLOCKS = ("set", "counted", "host", "assumed")
SET, COUNTED, HOST, ASSUMED = range(4)

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Anchor:
    """At this uptime of this boot the host's clock showed `utc_ms`, and the pump this offset."""

    boot: int
    uptime_ms: int
    utc_ms: int
    utc_offset_min: int


def log_of(pump: str, raw: npt.NDArray[Any], anchors: Iterable[Anchor]) -> Log:
    """The log of one pump with its times; `raw` in the order of the numbers."""
    seq = raw["seq"].astype(np.int64)
    boot = raw["boot"].astype(np.int64)
    uptime = uptime_ms(raw)
    local = raw["local_s"].astype(np.int64)
    trusted = (raw["stamp"] & firmware.CLOCK_TRUSTED) != 0
    hosts = sorted(anchors, key=lambda anchor: (anchor.boot, anchor.uptime_ms))
    offset = _offsets(raw, hosts)
    utc = EPOCH_MS + (local - offset * 60) * 1000 + uptime % 1000
    clock = np.where(trusted, SET, ASSUMED).astype(np.uint8)
    for at, end in _untrusted_stretches(boot, trusted):
        _tie(raw, at, end, uptime, utc, clock, hosts)
    return Log(pump, raw, seq, boot, raw["event"], uptime, local, trusted, utc, clock)


def _tie(
    raw: npt.NDArray[Any],
    at: int,
    end: int,
    uptime: Integers,
    utc: Integers,
    clock: npt.NDArray[np.uint8],
    hosts: list[Anchor],
) -> None:
    """Time the records at .. end - 1 of one boot, whose clock was not set."""
    if end < len(raw) and raw["boot"][end] == raw["boot"][at]:  # the clock was set then
        utc[at:end] = utc[end] + uptime[at:end] - uptime[end]
        clock[at:end] = COUNTED
        return
    if raw["event"][end - 1] == firmware.CLOCK_SET:  # and this is the newest record of all
        new_s, offset_min = _clock_set(raw[end - 1 : end])
        base = EPOCH_MS + (new_s - offset_min * 60) * 1000 + uptime[end - 1] % 1000
        utc[at:end] = base + uptime[at:end] - uptime[end - 1]
        clock[at:end] = COUNTED
        return
    for host in hosts:
        if host.boot == int(raw["boot"][at]):
            counted = host.utc_ms + uptime[at:end] - host.uptime_ms
            if at == 0 or counted[0] >= utc[at - 1]:
                utc[at:end] = counted
                clock[at:end] = HOST
                return
            break
    # What the pump assumed goes on where the boot before ended by the pump's own clock, and a host
    # may know that this one was behind.
    before = at and clock[at - 1] in (HOST, ASSUMED) and utc[at - 1] > utc[at]
    if before:
        utc[at:end] += utc[at - 1] - utc[at]


def _offsets(raw: npt.NDArray[Any], hosts: list[Anchor]) -> Integers:
    """The offset from UTC in minutes that was in force at each record."""
    sets = np.flatnonzero(raw["event"] == firmware.CLOCK_SET)
    changes = np.flatnonzero(raw["event"] == firmware.SETTING_CHANGED)
    own = np.ascontiguousarray(raw["fields"][changes]).view(field_dtype(firmware.SETTING_CHANGED))
    ours = own["setting"] == firmware.UTC_OFFSET_SETTING
    changes, own = changes[ours], own[ours]
    steps = [(int(at), _clock_set(raw[at : at + 1])[1]) for at in sets]
    steps += [(int(at), int(value)) for at, value in zip(changes, own["new"], strict=True)]
    steps.sort()
    first = steps[0][1] if steps else (hosts[-1].utc_offset_min if hosts else 0)
    if len(changes) and steps[0][0] == int(changes[0]):
        first = int(own["old"][0])
    offsets = np.array([first] + [step[1] for step in steps], np.int64)
    places = np.array([step[0] for step in steps], np.int64)
    return offsets[np.searchsorted(places, np.arange(len(raw)))]


def _clock_set(one: npt.NDArray[Any]) -> tuple[int, int]:
    own = np.ascontiguousarray(one["fields"]).view(field_dtype(firmware.CLOCK_SET))
    return int(own["new_local_s"][0]), int(own["utc_offset_min"][0])


def _untrusted_stretches(
    boot: Integers, trusted: npt.NDArray[np.bool_]
) -> Iterable[tuple[int, int]]:
    """(start, end) of each run of records of one boot whose clock was not set."""
    if not len(boot):
        return
    breaks = np.flatnonzero((np.diff(boot) != 0) | (np.diff(trusted) != 0)) + 1
    starts = np.concatenate(([0], breaks))
    ends = np.concatenate((breaks, [len(boot)]))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if not trusted[start]:
            yield start, end
