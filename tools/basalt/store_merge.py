"""Brings the logs of one store into another: what two people pulled from one pump becomes one.

A log goes where it belongs by its records, not by its name. Two logs of one unique id are the same
when every number that both have is the same record; where they share none, when starts and uptimes
go on in the order of the numbers. If not, two boards share an id or a flash was erased: the logs
stay apart, the second as 'ID#2'.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from basalt.progress import Progress
from basalt.store import Store, StoredPump

_CHUNK = 20_000


@dataclass(frozen=True)
class Merged:
    """What became of one log."""

    source: str  # its name in the store that it came from
    pump: str  # its name here
    records: int
    new_records: int
    told_apart: bool  # another log here has the same unique id


def merge(into: Store, other: Store, progress: Progress) -> list[Merged]:
    """All logs of `other`; durable together on return, or nothing of it."""
    pumps = other.pumps()
    total = sum(pump.records for pump in pumps)
    done = 0
    found: list[Merged] = []
    with into.beside(other), into.transaction():
        for pump in pumps:
            found.append(_merge_log(into, other, pump, lambda n, at=done: progress(at + n, total)))
            done += pump.records
    return found


def _merge_log(
    into: Store, other: Store, pump: StoredPump, progress: Callable[[int], None]
) -> Merged:
    ours = [each for each in into.pumps() if each.unique_id == pump.unique_id]
    same = [each.pump for each in ours if is_same_log(into, each.pump, other, pump.pump)]
    if same:
        name = same[0]
    else:
        log = max([each.log for each in ours], default=0) + 1
        name = into.add_pump(pump.unique_id, log, pump.name, pump.board, pump.version)
    new = done = 0
    first_seq, last = other.span(pump.pump) or (1, 0)
    for first in range(first_seq, last + 1, _CHUNK):
        end = min(last, first + _CHUNK - 1)
        came, its_new = into.take(name, (other, pump.pump), first, end)
        new += its_new
        done += came
        progress(done)
    into.add(name, b"", other.gaps(pump.pump), other.damaged(pump.pump))
    into.add_anchors(name, other.anchors(pump.pump))
    _close_gaps(into, name)
    into.note_import(name, str(other.path), new)
    return Merged(pump.pump, name, pump.records, new, told_apart=bool(ours) and not same)


def is_same_log(one: Store, pump: str, other: Store, its_pump: str) -> bool:
    """Whether two stores, of which `other` is `beside` the first, hold parts of one log."""
    ours, theirs = one.span(pump), other.span(its_pump)
    if ours is None or theirs is None:
        return True
    first, last = max(ours[0], theirs[0]), min(ours[1], theirs[1])
    shared = False
    for at in range(first, last + 1, _CHUNK):
        end = min(last, at + _CHUNK - 1)
        both, same = one.compare(pump, (other, its_pump), at, end)
        if not same:
            return False
        shared = shared or both > 0
    return shared or _goes_on([*one.boots(pump), *other.boots(its_pump)])


def _goes_on(boots: list[tuple[int, int, int, int]]) -> bool:
    """Whether the starts of the board, in the order of the numbers, only ever count up."""
    ordered = sorted(boots, key=lambda one: one[1])
    return all(
        later[0] > earlier[0] or (later[0] == earlier[0] and later[3] >= earlier[3])
        for earlier, later in pairwise(ordered)
    )


def _close_gaps(store: Store, pump: str) -> None:
    """What is missing here may have come now: keep of each gap what is still not there."""
    for gap in store.gaps(pump):
        there = sorted(store.raw_between(pump, gap.first_seq, gap.last_seq))
        if not there:
            continue
        store.drop_gap(pump, gap)
        edges = [gap.first_seq - 1, *there, gap.last_seq + 1]
        left = [
            type(gap)(before + 1, after - 1, gap.reason)
            for before, after in pairwise(edges)
            if after - before > 1
        ]
        store.add(pump, b"", left)
