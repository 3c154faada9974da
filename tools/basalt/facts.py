"""The facts of a log as one table: a row for each, and each within one local day of one pump.

It is what the analysis reads, and what `basalt export --format parquet` writes for engines that
hold many pumps. Times `start_ms` and `end_ms` are milliseconds since 1970 on the wall clock of the
pump's user, `utc_ms` is the UTC of the record `seq` that tells the fact. What crosses midnight is
cut there, a dose at every full hour as well. `mu` is a thousandth of a unit, empty where the log
does not tell how many steps make one.

    what       name            detail     the other columns
    covered    -               -          seconds: a stretch between records of one start
    dose       basal, bolus    -          steps, mu: what the log confirms as given
    rate       -               -          value: the basal rate in force, mU/h
    temporary  percent, rate   outcome    source, value: percent or mU/h, seconds asked for;
                                          steps, mu: what it had given at its end
    stop       why             -          seconds without delivery, source; number 1: it began here
    off        cause           -          seconds without power, empty where nobody knows
    bolus      kind            outcome    number, source, asked_mu, steps and mu given; most_*:
                                          what may have been given besides; of an extended or a
                                          combined one value: mU of what was asked that were to be
                                          given over a time, seconds: over how long, over_s: how
                                          long it ran
    refusal    kind            why        source, asked_mu, value: the limit
    uncertain  kind            cause      steps, mu: the least; most_steps, most_mu: the most
    move       prime, ...      reason     steps, mu: no dose
    change     reservoir       -          seconds it took, mu: filled with; empty if not finished
    alarm      which           priority   seconds until acknowledged, over_s until over, value
    clock      source          -          value: seconds forward; number: minutes east of UTC
    reminder   of what         -          seconds since what it reminds of
    repeat     which           -          value: how often the alarm was repeated by then
    note       event           severity   anything else
    total      basal, bolus    -          mu: the pump's own sum at midnight
    missing    reason          -          value: records; without a day when they have no time;
                                          seq: the record before them
"""

# Arrow has no types.
# pyright: basic

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from basalt import arrow_array
from basalt.history import DAY_MS, History, Portion
from basalt.history_columns import KINDS, Integers

# Column: type, as Ibis and Arrow both call it.
COLUMNS = {
    "pump": "string",
    "day": "string",  # YYYY-MM-DD
    "hour": "int64",
    "what": "string",
    "name": "string",
    "detail": "string",
    "source": "string",
    "seq": "int64",
    "start_ms": "int64",
    "end_ms": "int64",
    "utc_ms": "int64",
    "number": "int64",
    "steps": "int64",
    "mu": "float64",
    "most_steps": "int64",
    "most_mu": "float64",
    "asked_mu": "int64",
    "seconds": "int64",
    "over_s": "int64",
    "value": "int64",
}
HOUR_MS = 3_600_000
# A stretch without power that is longer than this is not drawn out over its days.
MOST_EMPTY_DAYS = 31

Row = dict[str, Any]
Arrow = Any  # a pyarrow.Table
pc: Any = pyarrow.compute  # its functions are made when it is imported

_TYPES = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64()}
SCHEMA = pa.schema([(name, _TYPES[kind]) for name, kind in COLUMNS.items()])


def table(history: History) -> Arrow:
    """All facts of one log, those of one kind in the order of the log."""
    rows = list(_rows(history))
    columns = {
        name: arrow_array.of([row.get(name) for row in rows], SCHEMA.field(name).type)
        for name in COLUMNS
        if name not in ("pump", "day", "hour", "utc_ms")
    }
    none = np.array([row["start_ms"] is None for row in rows], np.bool_)
    few = _placed(columns, history, none)
    return pa.concat_tables([few, _doses(history)])


def joined(tables: list[Arrow]) -> Arrow:
    """The facts of several pumps."""
    return pa.concat_tables([SCHEMA.empty_table(), *tables])


def of_rows(rows: list[Row]) -> Arrow:
    """A table of rows that came from one."""
    return pa.Table.from_pylist(rows, SCHEMA)


def identities(found: Arrow) -> list[str]:
    """A name for each fact that stays when the log grows: its record, what it is, which piece."""
    columns = (found[name].to_pylist() for name in ("pump", "seq", "what", "name", "day"))
    seen: dict[str, int] = {}
    names: list[str] = []
    for pump, seq, what, name, day in zip(*columns, strict=True):
        told = day if seq is None else seq
        text = f"{pump}/{told}/{what}" + (f"/{name}" if name else "")
        piece = seen.get(text, 0)
        seen[text] = piece + 1
        names.append(f"{text}/{piece}" if piece else text)
    return names


def within(table: Arrow, since: date | None, until: date | None) -> Arrow:
    """The facts of the days from `since` to `until`, both included, and those without a day."""
    if since is None and until is None:
        return table
    day = table["day"]
    after = pc.greater_equal(day, since.isoformat() if since else "")
    before = pc.less_equal(day, until.isoformat() if until else "9999")
    return table.filter(pc.or_kleene(pc.is_null(day), pc.and_(after, before)))


def last_day(table: Arrow) -> str | None:
    """The newest day of which there is a fact."""
    return pc.max(table["day"]).as_py()


def day_text(at_ms: int) -> str:
    """The local day of a moment."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%d}"


def cut(start_ms: int, end_ms: int, length_ms: int) -> Iterator[tuple[int, int]]:
    """A stretch in pieces that do not cross a multiple of `length_ms`; at least one."""
    while True:
        border = (start_ms // length_ms + 1) * length_ms
        if end_ms <= border:
            yield start_ms, max(start_ms, end_ms)
            return
        yield start_ms, border
        start_ms = border


# ---- rows --------------------------------------------------------------------------------


def _rows(history: History) -> Iterator[Row]:
    yield from _stretches(history)
    yield from _temporaries(history)
    yield from _boluses(history)
    yield from _motion(history)
    yield from _events(history)


def _stretches(history: History) -> Iterator[Row]:
    for seq, (start, end) in zip(history.covered_seq, history.covered, strict=True):
        for piece in _by_day(start, end):
            yield {"what": "covered", "seq": seq, **piece}
    for rate in history.rates:
        for piece in _by_day(rate.start_ms, rate.end_ms):
            yield {"what": "rate", "seq": rate.seq, "value": rate.rate_mu_h, **piece}
    for stop in history.stops:
        row = {"what": "stop", "name": stop.reason, "source": stop.source, "seq": stop.seq}
        for place, piece in enumerate(_by_day(stop.start_ms, stop.end_ms)):
            yield {**row, "number": int(place == 0), **piece}
    for off in history.offs:
        row = {"what": "off", "name": off.cause, "seq": off.seq}
        if off.known and off.end_ms - off.start_ms <= MOST_EMPTY_DAYS * DAY_MS:
            for piece in _by_day(off.start_ms, off.end_ms):
                yield {**row, **piece}
        else:
            yield {**row, "start_ms": off.start_ms, "end_ms": off.end_ms}


def _temporaries(history: History) -> Iterator[Row]:
    for temporary in history.temporaries:
        share = temporary.percent is not None
        yield {
            "what": "temporary",
            "name": "percent" if share else "rate",
            "detail": temporary.outcome,
            "source": temporary.source,
            "seq": temporary.seq,
            "start_ms": temporary.start_ms,
            "end_ms": temporary.end_ms,
            "value": temporary.percent if share else temporary.rate_mu_h,
            "seconds": temporary.asked_min * 60,
            "steps": temporary.steps,
            "mu": temporary.mu,
        }


def _boluses(history: History) -> Iterator[Row]:
    for bolus in history.boluses:
        row: Row = {
            "name": bolus.kind,
            "source": bolus.source,
            "seq": bolus.seq,
            "start_ms": bolus.start_ms,
            "end_ms": bolus.end_ms,
            "asked_mu": bolus.asked_mu,
        }
        if bolus.is_refused:
            yield {**row, "what": "refusal", "detail": bolus.refusal, "value": bolus.limit}
            continue
        doubt = bolus.uncertain
        yield {
            **row,
            "what": "bolus",
            "detail": bolus.outcome,
            "number": bolus.bolus_id,
            "steps": bolus.given_steps,
            "mu": None if bolus.given_mu is None else float(bolus.given_mu),
            "most_steps": doubt.max_steps if doubt else None,
            "most_mu": doubt.max_mu if doubt else None,
            **(_over_time(bolus.later) if bolus.later else {}),
        }


def _over_time(later: Portion) -> Row:
    return {
        "value": later.asked_mu,
        "seconds": None if later.asked_min is None else later.asked_min * 60,
        "over_s": None if later.elapsed_min is None else later.elapsed_min * 60,
    }


def _motion(history: History) -> Iterator[Row]:
    for found in history.uncertain:
        yield {
            "what": "uncertain",
            "name": found.kind,
            "detail": found.cause,
            "seq": found.seq,
            "number": found.bolus_id,
            "start_ms": found.start_ms,
            "end_ms": found.end_ms,
            "steps": found.min_steps,
            "mu": found.min_mu,
            "most_steps": found.max_steps,
            "most_mu": found.max_mu,
        }
    for move in history.moves:
        yield {
            "what": "move",
            "name": move.kind,
            "detail": move.reason,
            "seq": move.seq,
            "start_ms": move.start_ms,
            "steps": move.steps,
            "mu": move.mu,
        }
    for change in history.changes:
        end = change.end_ms
        yield {
            "what": "change",
            "name": "reservoir",
            "seq": change.seq,
            "start_ms": change.start_ms,
            "end_ms": end,
            "seconds": None if end is None else round((end - change.start_ms) / 1000),
            "mu": None if change.reservoir_mu is None else float(change.reservoir_mu),
        }


def _events(history: History) -> Iterator[Row]:
    for alarm in history.alarms:
        yield {
            "what": "alarm",
            "name": alarm.alarm,
            "detail": alarm.priority,
            "seq": alarm.seq,
            "start_ms": alarm.raised_ms,
            "seconds": alarm.acknowledged_s,
            "over_s": alarm.cleared_s,
            "value": alarm.value,
        }
    for note in history.notes:
        row = {"seq": note.seq, "start_ms": note.at_ms}
        yield {**row, "what": "note", "name": note.event, "detail": note.severity}
    for clock in history.clock_changes:
        row = {"what": "clock", "seq": clock.seq, "start_ms": clock.at_ms, "name": clock.source}
        yield {**row, "value": clock.forward_s, "number": clock.utc_offset_min}
    for told in history.reminders:
        row = {"what": told.what, "name": told.name, "seq": told.seq, "start_ms": told.at_ms}
        yield {**row, "seconds": told.after_s, "value": told.times}
    for number, (basal_mu, bolus_mu) in history.day_totals.items():
        for name, mu in (("basal", basal_mu), ("bolus", bolus_mu)):
            yield {"what": "total", "name": name, "start_ms": number * DAY_MS, "mu": float(mu)}
    for gap in history.missing:
        timed = gap.end_ms > 0
        yield {
            "what": "missing",
            "name": gap.reason,
            "seq": gap.after_seq,
            "start_ms": gap.start_ms if timed else None,
            "end_ms": gap.end_ms if timed else None,
            "value": gap.records,
        }


def _by_day(start_ms: int, end_ms: int) -> Iterator[Row]:
    for first, last in cut(start_ms, end_ms, DAY_MS):
        yield {"start_ms": first, "end_ms": last, "seconds": round((last - first) / 1000)}


# ---- columns -----------------------------------------------------------------------------


def _doses(history: History) -> Arrow:
    """The doses, cut at every full hour: the steps of a piece are in proportion to its time."""
    doses = history.doses
    start, end, steps, seq = doses.start_ms, doses.end_ms, doses.steps, doses.seq
    first_hour = start // HOUR_MS
    pieces = np.maximum(0, (end - 1) // HOUR_MS - first_hour) + 1
    of = np.repeat(np.arange(len(doses)), pieces)
    place = np.arange(len(of)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    begins = np.maximum(start[of], (first_hour[of] + place) * HOUR_MS)
    ends = np.minimum(end[of], (first_hour[of] + place + 1) * HOUR_MS)
    ends = np.maximum(begins, ends)
    length = np.maximum(1, end - start)[of]
    # What was made by the end of each piece, to the nearest step; the last one makes up the rest.
    nearest = (2 * steps[of] * (ends - start[of]) + length) // (2 * length)
    by_end = np.where(place == pieces[of] - 1, steps[of], nearest)
    before = np.where(place == 0, 0, np.roll(by_end, 1))
    part = by_end - before
    kept = part > 0
    of, part = of[kept], part[kept]
    part_mu = doses.mu[of] * part / steps[of]
    columns = {
        "what": arrow_array.of_words(["dose"], np.zeros(len(of), np.int64)),
        "name": arrow_array.of_words(list(KINDS), doses.kind[of]),
        "seq": arrow_array.of_numbers(seq[of]),
        "start_ms": arrow_array.of_numbers(begins[kept]),
        "end_ms": arrow_array.of_numbers(ends[kept]),
        "steps": arrow_array.of_numbers(part),
        "mu": arrow_array.of_numbers(part_mu, np.isnan(part_mu)),
    }
    return _placed(columns, history, np.zeros(len(of), np.bool_))


def _placed(columns: dict[str, Any], history: History, none: Any) -> Arrow:
    """A table with pump, day, hour and UTC filled in; where `none` is true, a row has no time."""
    start = arrow_array.numbers(columns["start_ms"])
    days, day_of = np.unique(start // DAY_MS, return_inverse=True)
    seq = arrow_array.numbers(columns["seq"])
    rows = len(start)
    columns["pump"] = arrow_array.of_words([history.pump], np.zeros(rows, np.int64))
    texts = [day_text(day * DAY_MS) for day in days.tolist()]
    columns["day"] = arrow_array.of_words(texts, day_of, none)
    columns["hour"] = arrow_array.of_numbers(start % DAY_MS // HOUR_MS, none)
    columns["utc_ms"] = _utc(history, seq)
    for name, field in zip(COLUMNS, SCHEMA, strict=True):
        if name not in columns:
            columns[name] = pa.nulls(rows, field.type)
    return pa.Table.from_arrays([columns[name] for name in COLUMNS], schema=SCHEMA)


def _utc(history: History, seq: Integers) -> pa.Array:
    if not len(history.seq):
        return pa.nulls(len(seq), pa.int64())
    place = np.minimum(np.searchsorted(history.seq, seq), len(history.seq) - 1)
    return arrow_array.of_numbers(history.utc_ms[place], history.seq[place] != seq)
