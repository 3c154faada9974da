"""The journal: records that are durable when `commit` returns, in order, for ever.

Where a record is
    staged     in RAM, until `commit`
    heads      four small files, together up to 24 records; see heads.py for why they are cheap
    segments   files of up to 1,168 records; see segments.py
A record is in the buffer in RAM as well for as long as it is not in a segment.

A commit writes the heads that changed. When more than 24 records would be there, all of them but
the last go to the newest segment in one append (a roll). Only when that is durable is the first
head written over with the last one, and the others by later commits. Between the two a record is
in both; the numbers say so, and recovery takes from the heads only what is beyond the segments. So
at no flash operation is a record in neither place. This needs a file to keep its old contents
until the new are complete, as littlefs does (and FAT does not).

The last record stays in a head, unless there is a gap before it, so that its number is known
without the segment: should an older copy of that file take its place, no number is given twice.

Measured on a full log of 36,000 records, with host_tests/bench/flash.py: a record
committed alone costs 0.13 sector erases and 1.7 programmed pages, two in one commit 0.10 and 1.3
each. On the emulated RP2040 (MicroPython 1.26.1) `recover` takes 100 ms; a commit 4 ms, one of
twelve 14 ms and the append of a roll 26 ms, to which the flash's own time for its pages and
its one or two erases has to be added; reading 7 records takes 4.5 ms and 32 records 8 ms: larger
slices are cheaper.
"""

import struct

from micropython import const

from pump.core.logbook import LOG_RECORDS
from pump.core.record import RECORD_SIZE, seq_of
from pump.storage.heads import RECORDS_IN_HEADS, RECORDS_PER_HEAD, Heads
from pump.storage.segments import Segments

_RECORDS_IN_RAM = const(64)
_TAIL_CHUNK = const(32)  # a read of 32 records takes less than two of 8
_ENOSPC = const(28)


class Journal:
    """The log in `folder`, of at least `most_records` records before the oldest are dropped.

    `files` is the board's filesystem: open, entries, remove, rename, mkdir, exists, size,
    free_blocks. Call `recover` first.
    """

    def __init__(self, files, folder="/log", most_records=LOG_RECORDS):
        self._files = files
        self._folder = folder
        self._most_records = most_records
        self._segments = Segments(files, folder)
        self._heads = Heads(files, folder + "/head")
        self._buffer = bytearray(_RECORDS_IN_RAM * RECORD_SIZE)
        self._view = memoryview(self._buffer)
        self._count = 0  # records in the buffer
        self._durable = 0  # of these, from the first on, in the heads
        self._must_roll = False  # a record's place in the heads is not its place in the buffer
        self._rolled = False  # a segment has grown since the last time that old ones were dropped
        self.next_seq = 1

    @property
    def first_seq(self):
        """The oldest number the log may hold; `next_seq` when it holds none."""
        if self._segments.firsts:
            return self._segments.firsts[0]
        return self._seq_at(0) if self._durable else self.next_seq

    @property
    def staged(self):
        """How many records are in RAM alone."""
        return self._count - self._durable

    def take_skipped(self):
        """Damaged records that reading has passed over since the last call, each told once."""
        skipped = self._segments.skipped
        self._segments.skipped = 0
        return skipped

    def look_back(self):
        """Look at the end of one more older segment. False when all were looked at.

        4 ms, and a quarter of a second for a damaged one, whose damage `take_skipped` then has.
        """
        return self._segments.look_back()

    def recover(self):
        """Find the end of the log; returns a Recovery. Once, before anything else.

        OSError when the folders cannot be made or read.
        """
        # Needed once: the app lets go of the module afterwards.
        from pump.storage.recovery import Recovery, inspect

        recovery = Recovery()
        for folder in (self._folder, self._folder + "/head"):
            if not self._files.exists(folder):
                self._files.mkdir(folder)
        in_heads = self._heads.read(recovery)
        held, self.next_seq = inspect(self._segments, in_heads, recovery)
        for seq, slot, record in held:
            # Records that the heads do not hold at the places where the next commits expect them
            # go to a segment first, or a head would be written over that holds the only copy.
            if slot != self._count or seq != self._segments.next_seq + slot:
                self._must_roll = True
            self._put(record)
        self._durable = self._count
        if self._heads.any_damaged():
            self._must_roll = True
        recovery.found_empty = not (in_heads or self._segments.firsts or self._must_roll)
        return recovery

    def append(self, record):
        """Stage one record of 32 bytes, numbered `next_seq` (or more, which leaves a gap).

        64 records fit in RAM, of which up to 24 may be in the heads; the next one commits first,
        and then OSError means that it was not taken.
        """
        seq = seq_of(record)
        if seq < self.next_seq or len(record) != RECORD_SIZE:
            raise ValueError("record %d, expected %d" % (seq, self.next_seq))
        if self._count == _RECORDS_IN_RAM:
            self.commit()
        self._put(record)
        self.next_seq = seq + 1

    def commit(self):
        """Make all that is staged durable.

        OSError when the flash refuses: nothing is lost, and it may be tried again.
        """
        if self._count == self._durable:
            return
        if self._must_roll or self._count > RECORDS_IN_HEADS:
            self._roll()
        else:
            self._write_heads()
        self._tidy()

    def read_into(self, seq, buffer):
        """Copy durable records from number `seq` on into `buffer`; returns how many.

        Only whole records, in order, the first being the first there is with a number of at least
        `seq`. 0 when there is none. It may be fewer than fit: go on with the number after the
        last.
        """
        view = memoryview(buffer)
        for at in range(self._segments.find(seq), len(self._segments.firsts)):
            copied = self._segments.read_into(at, seq, view)
            if copied:
                return copied
        return self._read_held(seq, view)

    def tail(self, count):
        """Generate the last `count` durable records, oldest first, each a bytearray of its own."""
        seq = self._seq_before_end(count)
        chunk = bytearray(min(count, _TAIL_CHUNK) * RECORD_SIZE)
        got = self.read_into(seq, chunk)
        while got:
            for at in range(0, got * RECORD_SIZE, RECORD_SIZE):
                yield chunk[at : at + RECORD_SIZE]
            got = self.read_into(seq_of(chunk[(got - 1) * RECORD_SIZE :]) + 1, chunk)

    def make_room(self, blocks):
        """Drop oldest segments until so many blocks are free for something else.

        True when they are. Slow: littlefs counts its blocks each time.
        """
        while self._files.free_blocks() < blocks:
            if not self._segments.drop_oldest():
                return False
        return True

    def _put(self, record):
        at = self._count * RECORD_SIZE
        self._view[at : at + RECORD_SIZE] = record
        self._count += 1

    def _seq_at(self, index):
        return struct.unpack_from("<I", self._buffer, index * RECORD_SIZE)[0]

    def _part(self, start, end):
        return self._view[start * RECORD_SIZE : end * RECORD_SIZE]

    def _write_heads(self):
        while self._durable < self._count:
            head = self._durable // RECORDS_PER_HEAD
            start = head * RECORDS_PER_HEAD
            end = min(start + RECORDS_PER_HEAD, self._count)
            self._with_room(self._heads.write, head, self._part(start, end))
            self._durable = end

    def _roll(self):
        while self._count > 1 or (self._count and self._seq_at(0) != self._segments.next_seq):
            seq = self._seq_at(0)
            count = min(self._run(self._segments.room_for(seq)), max(1, self._count - 1))
            self._with_room(self._segments.append, seq, self._part(0, count))
            # A roll that stops here leaves the rest at other places in the heads than in the
            # buffer.
            self._must_roll = True
            self._take_away(count)
        self._durable = 0
        self._must_roll = False
        self._write_heads()
        self._rolled = True

    def _run(self, most):
        """How many records at the start of the buffer have no gap between them, up to `most`."""
        count = 1
        seq = self._seq_at(0)
        while count < most and count < self._count and self._seq_at(count) == seq + count:
            count += 1
        return count

    def _take_away(self, count):
        left = self._count - count
        for index in range(left):
            # One by one and forward: an overlapping slice is not sure to be copied as a whole.
            self._part(index, index + 1)[:] = self._part(index + count, index + count + 1)
        self._count = left
        self._durable = max(0, self._durable - count)

    def _tidy(self):
        # All records are durable. What cannot be done now is tried again after the next commit.
        try:
            self._segments.mark()
            if self._rolled:
                self._segments.drop_beyond(self._most_records)
                self._heads.remove_damaged()
                self._rolled = False
        except OSError:
            pass

    def _with_room(self, write, where, data):
        """Write; when other files have filled the flash, drop oldest segments until it fits."""
        while True:
            try:
                return write(where, data)
            except OSError as error:
                if error.args[0] != _ENOSPC or not self._segments.drop_oldest():
                    raise

    def _read_held(self, seq, view):
        copied = 0
        for index in range(self._durable):
            if self._seq_at(index) >= seq and (copied + 1) * RECORD_SIZE <= len(view):
                view[copied * RECORD_SIZE : (copied + 1) * RECORD_SIZE] = self._part(
                    index, index + 1
                )
                copied += 1
        return copied

    def _seq_before_end(self, count):
        """The number from which on there are `count` durable records, as far as the names tell."""
        if count <= self._durable:
            return self._seq_at(self._durable - count) if count else self.next_seq
        count -= self._durable
        for at in range(len(self._segments.firsts) - 1, -1, -1):
            span = self._segments.span(at)
            if count <= span:
                return self._segments.firsts[at] + span - count
            count -= span
        return 0
