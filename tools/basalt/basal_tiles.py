"""The basal rate as intervals that tile: no gap, no overlap, a new one at midnight."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from basalt.export_log import ExportLog
from basalt.history import DAY_MS, Temporary
from basalt.schedules import Schedule

_MINUTE_MS = 60_000


class Tile(NamedTuple):
    """One interval in UTC. `seq` and `part` name it for ever."""

    start_ms: int
    end_ms: int
    rate_mu_h: int  # in force
    stopped: str  # why nothing was delivered; '' while it was
    in_log: bool  # False: carried on over what the log does not tell
    seq: int
    part: int = 0
    temporary: Temporary | None = None  # in force, in place of the program
    held_mu_h: int | None = None  # of the program, which a temporary or a suspension holds back
    program: str = ""  # its title; '' where the log does not tell of it


class _Span(NamedTuple):
    start_ms: int
    end_ms: int
    seq: int
    rate_mu_h: int = 0
    reason: str = ""


def tiles(log: ExportLog) -> list[Tile]:
    """From the first rate in the log to its last record."""
    history = log.history
    rates = _in_order(
        _Span(r.start_ms, r.end_ms, r.seq, rate_mu_h=r.rate_mu_h) for r in history.rates
    )
    if not rates:
        return []
    offs = _in_order(_Span(o.start_ms, o.end_ms, o.seq, reason="no_power") for o in history.offs)
    stops = _in_order(_Span(s.start_ms, s.end_ms, s.seq, reason=s.reason) for s in history.stops)
    first = rates[0].start_ms
    temporaries = _in_order(
        _Span(t.start_ms, t.end_ms if t.end_ms is not None else log.end_ms, t.seq)
        for t in history.temporaries
        if t.end_ms is not None or t.outcome == "under_way"
    )
    by_seq = {temporary.seq: temporary for temporary in history.temporaries}
    program = _Program(log)
    edges = {edge for span in (*rates, *stops, *offs, *temporaries) for edge in span[:2]}
    edges.update(program.changes(rates[-1].end_ms))
    for span in (*stops, *offs, *temporaries):
        edges.update(program.borders(span))
    found: list[Tile] = []
    for start, end in pairwise(sorted(edge for edge in edges if edge >= first)):
        tile = _tile(start, end, rates, (offs, stops), found[-1] if found else None)
        span = _at(temporaries, start)
        if span and not tile.stopped:
            tile = tile._replace(temporary=by_seq[span.seq])
        _add(found, program.held_by(tile))
    return list(_numbered(_split(found, log)))


class _Program:
    """The rate that the program asks for, at any time."""

    def __init__(self, log: ExportLog) -> None:
        self._log = log
        self._schedules = log.schedules()
        self._starts = sorted({start for one in self._schedules for start, _ in one.segments})
        self._last_mu_h: int | None = None  # that was in force by it

    def changes(self, end_ms: int) -> Iterator[int]:
        """When another one came into force, up to a moment."""
        return (one.utc_ms for one in self._schedules if one.utc_ms < end_ms)

    def borders(self, span: _Span) -> Iterator[int]:
        """When segments of it begin within a span."""
        offset_ms = self._log.moment(span.seq, span.start_ms).offset_min * _MINUTE_MS
        first, last = ((at + offset_ms) // DAY_MS for at in (span.start_ms, span.end_ms))
        for day in range(first, last + 1):
            for minute in self._starts:
                at_ms = day * DAY_MS + minute * _MINUTE_MS - offset_ms
                found = self._schedule(at_ms)
                inside = span.start_ms < at_ms < span.end_ms
                if inside and found and minute in dict(found.segments):
                    yield at_ms

    def held_by(self, tile: Tile) -> Tile:
        """The same tile with the program, and its rate where that is held back."""
        found = self._schedule(tile.start_ms)
        if found:
            tile = tile._replace(program=found.title)
        if not tile.temporary and not tile.stopped:
            self._last_mu_h = tile.rate_mu_h
            return tile
        if found is None or not found.segments:  # it was set before the log begins
            return tile._replace(held_mu_h=self._last_mu_h)
        offset_min = self._log.moment(tile.seq, tile.start_ms).offset_min
        minute = (tile.start_ms // _MINUTE_MS + offset_min) % (DAY_MS // _MINUTE_MS)
        place = bisect_right(found.segments, minute, key=lambda segment: segment[0]) - 1
        return tile._replace(held_mu_h=found.segments[place][1])

    def _schedule(self, at_ms: int) -> Schedule | None:
        place = bisect_right(self._schedules, at_ms, key=lambda one: one.utc_ms) - 1
        return self._schedules[place] if place >= 0 else None


def _in_order(spans: Iterable[_Span]) -> list[_Span]:
    """Spans that do not overlap: where a clock was set back, time goes on where it had been."""
    found: list[_Span] = []
    for span in spans:
        start = max(span.start_ms, found[-1].end_ms if found else span.start_ms)
        if span.end_ms > start:
            found.append(span._replace(start_ms=start))
    return found


def _tile(
    start: int, end: int, rates: list[_Span], stops: tuple[list[_Span], ...], before: Tile | None
) -> Tile:
    rate = _at(rates, start)
    in_force = rate.rate_mu_h if rate else before.rate_mu_h if before else 0
    for spans in stops:
        stop = _at(spans, start)
        if stop:
            return Tile(start, end, in_force, stop.reason, True, stop.seq)
    if rate:
        return Tile(start, end, in_force, "", True, rate.seq)
    if before is None:
        return Tile(start, end, 0, "", False, rates[0].seq)
    return Tile(start, end, in_force, before.stopped, False, before.seq)


def _at(spans: list[_Span], at_ms: int) -> _Span | None:
    place = bisect_right(spans, at_ms, key=lambda span: span.start_ms) - 1
    return spans[place] if place >= 0 and at_ms < spans[place].end_ms else None


def _add(found: list[Tile], tile: Tile) -> None:
    before = found[-1] if found else None
    if before and before[2:] == tile[2:]:
        found[-1] = before._replace(end_ms=tile.end_ms)
    else:
        found.append(tile)


def _split(found: list[Tile], log: ExportLog) -> Iterator[Tile]:
    for tile in found:
        start = tile.start_ms
        offset_ms = log.moment(tile.seq, start).offset_min * _MINUTE_MS
        while True:
            midnight = ((start + offset_ms) // DAY_MS + 1) * DAY_MS - offset_ms
            if tile.end_ms <= midnight:
                yield tile._replace(start_ms=start)
                break
            yield tile._replace(start_ms=start, end_ms=midnight)
            start = midnight


def _numbered(found: Iterable[Tile]) -> Iterator[Tile]:
    parts: dict[int, int] = {}
    for tile in found:
        part = parts.get(tile.seq, 0)
        parts[tile.seq] = part + 1
        yield tile._replace(part=part)
