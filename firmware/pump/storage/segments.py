"""The log's segment files: most of the records, oldest first, in runs without a gap.

A segment is an ordinary file named by the number of its first record in hexadecimal: record `i` of
`00000200.seg` has number 0x200 + i, always. So a record is found by a name and a seek and nothing
has to be indexed.

The number itself, the first four bytes of a record, is not stored; the other 28 are. The checksum
at their end covers the number as well, so that a record which lies where it does not belong (an
older copy of a file put in its place) is told from one that does. Without this 36,000 records
would take 282 blocks of a Pico's 352; with it they take 247, and the firmware needs some 80 (most
of its 60 files are smaller than the block they fill, and a folder is two blocks).

1,168 records are what eight 4,096-byte littlefs blocks hold beside the pointers that littlefs
keeps in them (32,704 of 32,724 bytes). 32 such files make the longest log: few enough to list at
boot, small enough that dropping the oldest loses about 3 % of the log.

`.bad` instead of `.seg` marks a segment whose damage, or whose gap to the next, has been reported:
it is still read, and not reported at every boot again.

Files are closed between calls: two open handles on one file corrupt older littlefs.
"""

import struct

from micropython import const

from pump.core.record import RECORD_SIZE, is_whole, seq_of

RECORDS_PER_SEGMENT = const(1168)
STORED_SIZE = const(28)  # bytes of a record in a segment
_SEQ_SIZE = const(4)
_CHUNK = const(32)  # records read at once
_LARGEST_SEQ = const(0x3FFFFFFF)  # the largest small integer of a 32-bit board


class Segments:
    """The segments in one folder. `refresh` first; `end_with` says where the newest ends."""

    def __init__(self, files, folder):
        self.firsts = []
        self.next_seq = 1  # follows the last record here
        self.skipped = 0  # unreadable records that reading passed over, where none was told of
        self._files = files
        self._folder = folder
        self._marked = []
        self._to_mark = []
        self._records = 0  # in the newest segment
        self._sealed = True  # nothing is appended to the newest any more
        self._unsure = False  # the last append failed: it may have got to flash or not
        self._look_before = 0  # the ends of older segments from here on were looked at

    def refresh(self):
        """Read the folder; returns (first number, bytes) of each segment, oldest first."""
        sizes = []
        self.firsts = []
        self._marked = []
        for name, size in self._files.entries(self._folder):
            first = _first_of(name)
            # An empty one was begun when the power went: nothing in it was durable.
            if first > 0 and size > 0 and first not in self.firsts:
                self.firsts.append(first)
                sizes.append((first, size))
                if name.endswith(".bad"):
                    self._marked.append(first)
        sizes.sort()
        self.firsts.sort()
        self._look_before = self.firsts[-1] if self.firsts else 0
        return sizes

    def end_with(self, next_seq, records, sealed):
        """Recovery's verdict on the newest segment: next number, its records, closed or not."""
        self.next_seq = next_seq
        self._records = records
        self._sealed = sealed

    def forget(self, first):
        """Leave a segment out, as a file that is none of ours."""
        self.firsts.remove(first)

    def is_marked(self, first):
        """True when the segment's damage was reported before."""
        return first in self._marked

    def mark_later(self, first):
        """The segment's damage, or the gap after it, is going to be reported."""
        if not self._is_told(first):
            self._to_mark.append(first)

    def _is_told(self, first):
        return first in self._marked or first in self._to_mark

    def mark(self):
        """Remember in the names what was reported, now that the report is durable."""
        while self._to_mark:
            first = self._to_mark[-1]
            if first in self.firsts:
                path = self._path(first)
                self._files.rename(path, path[:-3] + "bad")
                self._marked.append(first)
            self._to_mark.pop()

    def room_for(self, seq):
        """How many records the file that takes record `seq` can still take."""
        if self._needs_another(seq):
            return RECORDS_PER_SEGMENT
        return RECORDS_PER_SEGMENT - self._records

    def append(self, seq, data):
        """Add records without a gap, the first of them `seq`; durable on return.

        All of them or none: littlefs takes a new version of a file when it is closed. OSError
        leaves the segments as they were; then it may be tried again.
        """
        if self._unsure:
            self._look_again()
        if self._needs_another(seq):
            self._begin(seq, data)
        else:
            self._write(self._path(self.firsts[-1]), "ab", data)
            self._records += len(data) // RECORD_SIZE
        self.next_seq = seq + len(data) // RECORD_SIZE

    def drop_oldest(self):
        """Remove the oldest segment, never the newest. False when there is none to drop."""
        if len(self.firsts) < 2:
            return False
        self._files.remove(self._path(self.firsts[0]))
        first = self.firsts.pop(0)
        if first in self._marked:
            self._marked.remove(first)
        return True

    def drop_beyond(self, most_records):
        """Drop oldest segments as long as `most_records` stay without them."""
        while len(self.firsts) > 1 and self.next_seq - self.firsts[1] >= most_records:
            self.drop_oldest()

    def span(self, at):
        """How many records segment `at` (0 is the oldest) holds when nothing is wrong with it."""
        if at == len(self.firsts) - 1:
            return self.next_seq - self.firsts[at]
        return min(self.firsts[at + 1] - self.firsts[at], RECORDS_PER_SEGMENT)

    def find(self, seq):
        """The segment that may hold record `seq`: the last not to begin after it, else oldest."""
        low = 0
        high = len(self.firsts)
        while low < high:
            middle = (low + high) // 2
            if self.firsts[middle] <= seq:
                low = middle + 1
            else:
                high = middle
        return max(low - 1, 0)

    def read_into(self, at, seq, view):
        """Whole records numbered from `seq` on out of segment `at` into `view`; returns how many.

        Stops at the end of the segment, or when `view` has no room or got at least one record.
        """
        first = self.firsts[at]
        seq = max(seq, first)
        end = first + self.span(at)
        try:
            with self._files.open(self._path(first), "rb") as file:
                copied = 0
                while copied == 0 and seq < end:
                    part = view[: min(len(view) // RECORD_SIZE, end - seq) * RECORD_SIZE]
                    count = _read_places(file, first, seq - first, part)
                    if count == 0:
                        break
                    copied = keep_whole(view, count)
                    if copied:
                        # Those behind the last whole one come again with the next call.
                        count = seq_of(view[(copied - 1) * RECORD_SIZE :]) - seq + 1
                    self._skip(first, count - copied)
                    seq += count
                return copied
        except OSError:
            # One file that cannot be read must not hide the others.
            self._skip(first, end - seq)
            return 0

    def _skip(self, first, count):
        if count > 0 and first not in self._marked:
            self.skipped += count
            self.mark_later(first)

    def look_back(self):
        """Look at the last record of the next older segment; False when there is none left.

        One that is damaged shows noise, or another file in its place: then all are read, and what
        is damaged is `skipped`.
        """
        at = self.find(self._look_before - 1)
        if at >= len(self.firsts) or self.firsts[at] >= self._look_before:
            return False
        first = self._look_before = self.firsts[at]
        slots = self.span(at)
        try:
            if not self._is_told(first) and self.count_whole(first, slots, slots - 1) == 0:
                self._skip(first, slots - self.count_whole(first, slots))
        except OSError:
            self._skip(first, slots)
        return True

    def count_whole(self, first, slots, start=0):
        """How many of the record places of a segment, from `start` on, hold a whole record."""
        view = memoryview(bytearray(min(slots - start, _CHUNK) * RECORD_SIZE))
        whole = 0
        for place in range(start, slots, _CHUNK):
            count = self.read_places(first, place, view)
            whole += keep_whole(view, min(count, slots - place))
        return whole

    def read_places(self, first, place, view):
        """What a segment holds from record place `place` on, whole or not; returns how many."""
        with self._files.open(self._path(first), "rb") as file:
            return _read_places(file, first, place, view)

    def _needs_another(self, seq):
        return self._sealed or seq != self.next_seq or self._records >= RECORDS_PER_SEGMENT

    def _begin(self, seq, data):
        # What ends before it is full does so because recovery found, and reports, damage or a gap.
        begins = self.firsts and self.firsts[-1] != seq
        if begins and (self._sealed or seq != self.next_seq):
            self.mark_later(self.firsts[-1])
        # "wb" because whatever has this name, left by an attempt that failed, is in `data` as
        # well.
        self._write(self._path(seq), "wb", data)
        if not self.firsts or self.firsts[-1] != seq:
            self.firsts.append(seq)
        self._records = len(data) // RECORD_SIZE
        self._sealed = False

    def _write(self, path, mode, data):
        self._unsure = True
        with self._files.open(path, mode) as file:
            for at in range(0, len(data), RECORD_SIZE):
                file.write(data[at + _SEQ_SIZE : at + RECORD_SIZE])
        self._unsure = False

    def _look_again(self):
        # After a failed append: was it refused, or did it get to flash and only the answer was
        # bad? A file of another length than expected is left alone and a new one begun: the
        # records are written again there, and its name ends what is read of the old one.
        if self.firsts and not self._sealed:
            size = self._files.size(self._path(self.firsts[-1]))
            self._sealed = size != self._records * STORED_SIZE
        self._unsure = False

    def _path(self, first):
        return "%s/%08x.%s" % (self._folder, first, "bad" if first in self._marked else "seg")


def _read_places(file, first, place, view):
    """Read stored records into `view` and give each the number of its place; returns how many."""
    room = len(view) // RECORD_SIZE
    file.seek(place * STORED_SIZE)
    # They are read to the end of the view: spreading them from the front then never runs over one
    # that is still to come.
    stored = view[room * _SEQ_SIZE : room * RECORD_SIZE]
    count = file.readinto(stored) // STORED_SIZE
    for index in range(count):
        at = index * RECORD_SIZE
        view[at + _SEQ_SIZE : at + RECORD_SIZE] = stored[
            index * STORED_SIZE : (index + 1) * STORED_SIZE
        ]
        struct.pack_into("<I", view, at, first + place + index)
    return count


def keep_whole(view, count):
    """Move the whole ones of `count` records to the front of `view`; returns how many they are."""
    kept = 0
    for index in range(count):
        record = view[index * RECORD_SIZE : (index + 1) * RECORD_SIZE]
        if is_whole(record):
            if kept != index:
                view[kept * RECORD_SIZE : (kept + 1) * RECORD_SIZE] = record
            kept += 1
    return kept


def _first_of(name):
    """The number in a segment's name; 0 for any other name."""
    if len(name) != 12 or name[8:] not in (".seg", ".bad"):
        return 0
    try:
        first = int(name[:8], 16)
    except ValueError:
        return 0
    return first if 0 < first <= _LARGEST_SEQ and name[:8] == "%08x" % first else 0
