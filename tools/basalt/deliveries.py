"""Adds up what was really given of a bolus, from the records of the pump's log.

A combined bolus is told by the number of what it gives over a time; what it gives at once is a
normal bolus with the next number, and counts with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from basalt import firmware
from basalt.client import Status

_MOST_ID = 65_535
_STARTS = ("bolus_start", "extended_start")
_ENDS = ("bolus_end", "extended_end")


@dataclass(frozen=True)
class Delivery:
    """What was really given of a bolus, by steps that the motor confirmed."""

    bolus_id: int
    asked_mu: int
    given_mu: int
    finished: bool
    reason: str  # a word of the log's `reason`, empty while it runs
    # After a power cut: what may have been given beyond `given_mu`, at most.
    uncertain_mu: int = 0


@dataclass(frozen=True)
class Record:
    """One record of the pump's log, decoded by the event table."""

    seq: int
    boot: int
    uptime_ms: int
    local_s: int  # what the pump's clock showed, seconds since 2020-01-01 00:00
    clock_trusted: bool
    event: str
    fields: dict[str, int]


@dataclass
class _Portion:
    """What is given at once, or over a time."""

    asked_mu: int = 0
    owed_steps: int = 0
    given_mu: int = 0
    doubtful_steps: int = 0
    reason: str = ""

    def read(self, record: Record) -> None:
        fields = record.fields
        if record.event in _STARTS:
            self.asked_mu, self.owed_steps = fields["asked_mu"], fields["owed_steps"]
        elif record.event == "uncertain":
            self.doubtful_steps += fields["max_steps"]
        elif record.event in _ENDS:
            self.given_mu = fields["given_mu"]
            self.reason = firmware.word(record.event, "reason", fields["reason"])

    @property
    def uncertain_mu(self) -> int:
        return -(-self.doubtful_steps * self.asked_mu // max(1, self.owed_steps))


def delivered(records: Iterable[Record], bolus_id: int) -> Delivery | None:
    """What was given of one that has ended; None while it runs. `records`: from its start on."""
    return _read(records, bolus_id)[1]


def under_way(records: Iterable[Record], bolus_id: int, status: Status) -> Delivery:
    """What is given of one by now, whether it runs or not."""
    portions, ended = _read(records, bolus_id)
    if ended:
        return ended
    told = dict(_told(status))
    given = [told.get(number, (one.given_mu, 0))[0] for number, one in portions.items()]
    asked = sum(one.asked_mu for one in portions.values())
    return Delivery(bolus_id, asked, sum(given), False, "")


def running(status: Status, bolus_id: int, combined: bool) -> tuple[int, int] | None:
    """(given, asked) as a status tells it; None where it tells of no such bolus that runs."""
    numbers = [bolus_id, _next(bolus_id)] if combined else [bolus_id]
    runs = status.bolus_running and status.bolus_id in numbers
    if not (runs or status.extended_id == bolus_id):
        return None
    told = [amounts for number, amounts in _told(status) if number in numbers]
    return sum(given for given, _ in told), sum(asked for _, asked in told)


def open_ones(status: Status) -> list[Delivery]:
    """What a status tells of the boluses that run."""
    numbers = [status.bolus_id] if status.bolus_running else []
    numbers += [status.extended_id] if status.extended_id else []
    told = dict(_told(status))
    return [Delivery(one, told[one][1], told[one][0], False, "") for one in numbers]


def _read(records: Iterable[Record], bolus_id: int) -> tuple[dict[int, _Portion], Delivery | None]:
    portions = {bolus_id: _Portion()}
    for record in records:
        fields = record.fields
        number = fields.get("bolus_id", 0)
        if number in portions:
            portions[number].read(record)
            if fields.get("combined"):
                portions[_next(bolus_id)] = _Portion()
        if record.event == "boot":  # what was to follow at once does not follow any more
            kept = {n: one for n, one in portions.items() if n == bolus_id or one.asked_mu}
            portions = kept
        found = list(portions.values())
        if record.event in (*_ENDS, "boot") and all(one.reason for one in found):
            return portions, _ended(bolus_id, found)
    return portions, None


def _ended(bolus_id: int, found: list[_Portion]) -> Delivery:
    short = [one.reason for one in found if one.reason != "all_given"]
    return Delivery(
        bolus_id,
        sum(one.asked_mu for one in found),
        sum(one.given_mu for one in found),
        True,
        short[0] if short else "all_given",
        sum(one.uncertain_mu for one in found),
    )


def _told(status: Status) -> list[tuple[int, tuple[int, int]]]:
    """(number, (given, asked)) of what a status tells, whether it runs or was the last."""
    return [
        (status.bolus_id, (status.bolus_given_mu, status.bolus_asked_mu)),
        (status.extended_id, (status.extended_given_mu, status.extended_asked_mu)),
    ]


def _next(bolus_id: int) -> int:
    return bolus_id % _MOST_ID + 1
