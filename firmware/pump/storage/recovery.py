"""Looks at boot where the log ends, and what is wrong with it.

Not every record is read: 36,000 would take eight seconds, and the watchdog bites after that. One
pass over the folder gives names and lengths, which show a segment that is cut short, too long or
gone. Only one that fails is read through. The last record of each older segment shows noise, or
another file in its place: it is looked at in the first seconds of the pump's run, one by one
(`Journal.look_back`), because 31 of them would hold up the start by an eighth of a second. A
damaged record in the middle of one that looks right is found when it is read
(`Journal.take_skipped`): at the start itself, if it is one of the last, or by a pull.

What is found wrong is counted once: the segment's name remembers that it was reported, as soon as
the report is durable. Nothing is removed or repaired in place; where the end is not clean, the log
goes on in a new segment.

Heads of which the newest one was put back to an older state look as a cut has left them a moment
earlier. No start can tell that, and the numbers after it are given again; the host, which has the
record of before, does (tools/basalt/pull.py).
"""

from micropython import const

from pump.core.events import BOOT, LOG_DAMAGED
from pump.core.record import RECORD_SIZE, header, is_whole
from pump.storage.segments import RECORDS_PER_SEGMENT, STORED_SIZE

_MOST_COUNTED = const(65_535)  # the counts go into 16-bit fields
_CHUNK = const(32)  # records read at once while the end of a damaged segment is searched
_MOST_JUDGED = const(4)  # damaged older segments read through at one boot, 0.25 s each
_MOST_LOST = const(4096)  # a segment without a whole record that is further ahead is none of ours


class Recovery:
    """What was found at boot. The counts stop at 65,535."""

    def __init__(self):
        self.found_empty = False  # no record: a new board, or a filesystem that was formatted
        self.torn_bytes = 0  # bytes that are no part of a record, or more than a file may have
        self.damaged_records = 0  # places for a record that hold none that is whole
        self.missing_records = 0  # numbers for which there is no place

    def cap(self):
        """Keep the counts within 16 bits."""
        self.torn_bytes = min(self.torn_bytes, _MOST_COUNTED)
        self.damaged_records = min(self.damaged_records, _MOST_COUNTED)
        self.missing_records = min(self.missing_records, _MOST_COUNTED)


def inspect(segments, in_heads, recovery):
    """Find the end of the log; the segments know it afterwards.

    `in_heads` is what `Heads.read` found. Returns (held, next_seq): the part of `in_heads` that is
    not in the segments, each number once, and a number larger than any seen in a record or in a
    name.
    """
    # A damaged place in a head had a number, perhaps the last one: as many are passed over.
    unknown = recovery.damaged_records + (recovery.torn_bytes > 0)
    sizes = segments.refresh()
    next_seq = _find_end(segments, sizes, recovery)
    held = []
    for entry in in_heads:
        next_seq = max(next_seq, entry[0] + 1)
        if entry[0] >= segments.next_seq and (not held or entry[0] > held[-1][0]):
            held.append(entry)
    _check_older(segments, sizes, recovery)
    _count_missing(segments, sizes, held, recovery)
    recovery.cap()
    return held, next_seq + unknown


def _find_end(segments, sizes, recovery):
    """Look at the newest segment; returns the first number that it cannot hold."""
    first = size = slots = whole = 0
    while sizes:
        first, size = sizes[-1]
        slots = min(size // STORED_SIZE, RECORDS_PER_SEGMENT)
        whole = _whole_records(segments, first, slots)
        if whole or len(sizes) == 1 or first - sizes[-2][0] < _MOST_LOST:
            break
        segments.forget(first)
        sizes.pop()
    if not sizes:
        segments.end_with(1, 0, True)
        return 1
    clean = size == whole * STORED_SIZE and whole > 0
    segments.end_with(first + whole, slots, not clean)
    if not clean and not segments.is_marked(first):
        recovery.torn_bytes += size - slots * STORED_SIZE
        recovery.damaged_records += slots - whole
        segments.mark_later(first)
    return first + min(-(-size // STORED_SIZE), RECORDS_PER_SEGMENT)


def _whole_records(segments, first, slots):
    """How many record places of a segment count: up to its last whole record."""
    view = memoryview(bytearray(RECORD_SIZE))
    end = slots
    while end > 0:
        start = max(0, end - len(view) // RECORD_SIZE)
        count = segments.read_places(first, start, view)
        for index in range(min(count, end - start) - 1, -1, -1):
            if is_whole(view[index * RECORD_SIZE : (index + 1) * RECORD_SIZE]):
                return start + index + 1
        end = start
        if len(view) == RECORD_SIZE:
            # The last record is whole at nearly every boot; only a search is worth a larger
            # buffer.
            view = memoryview(bytearray(_CHUNK * RECORD_SIZE))
    return 0


def _check_older(segments, sizes, recovery):
    """Hold the length of each older segment against the name of the next."""
    judged = 0
    for at in range(len(sizes) - 1):
        first, size = sizes[at]
        expected = sizes[at + 1][0] - first
        if segments.is_marked(first) or judged == _MOST_JUDGED:
            continue
        if size == expected * STORED_SIZE and expected <= RECORDS_PER_SEGMENT:
            continue
        slots = min(size // STORED_SIZE, expected, RECORDS_PER_SEGMENT)
        recovery.missing_records += expected - slots
        recovery.torn_bytes += size - slots * STORED_SIZE
        recovery.damaged_records += slots - segments.count_whole(first, slots)
        segments.mark_later(first)
        judged += 1


def _count_missing(segments, sizes, held, recovery):
    """Count the numbers missing before the heads, and between records in them."""
    if not held:
        return
    expected = segments.next_seq
    if sizes:
        expected = max(expected, sizes[-1][0] + sizes[-1][1] // STORED_SIZE)
    for at in range(len(held)):
        seq = held[at][0]
        if seq > expected and not _is_told(held, at):
            recovery.missing_records += seq - expected
        expected = seq + 1


def _is_told(held, at):
    """Whether the gap before a record was left, and told of, by the start that this one is of."""
    _, boot, event = header(held[at][2])[:3]
    if event != BOOT:
        return False
    return any(header(later[2])[1:3] == (boot, LOG_DAMAGED) for later in held[at:])
