"""Finds in the log, from its end backwards, what a person asks of the past.

A piece of the log is read each time that `look` is called: on the emulated RP2040 32 records take
8 ms, and 30 days of 400 records come together in the turns of a few seconds.
"""

from array import array

from micropython import const

from pump.core import events
from pump.core.clock import DAY_S
from pump.core.layouts import LAYOUTS
from pump.core.record import RECORD_SIZE, fields, header, seq_of

BOLUSES = const(0)
ALARMS = const(1)
DAYS = const(2)
CHANGES = const(3)
MOST = const(40)  # of each
MOST_DAYS = const(30)

# What an entry is made of: its time, then as below.
WORDS = const(4)
AT_S = const(0)
GIVEN_MU = const(1)  # of a bolus
ASKED_MU = const(2)
HOW = const(3)  # the reason of its end, REMOTE, and in quarters of an hour over what time
ALARM = const(1)  # of an alarm: its number
BASAL_MU = const(1)  # of a day
BOLUS_MU = const(2)
TIMES = const(3)
UNITS_MU = const(1)  # of a change: what was put in; 0 is a filled cannula

REASON = const(0xFF)
REMOTE = const(0x100)
QUARTERS_BIT = const(9)
_PIECE = const(32)
_EVENT_AT = const(6)
_READ_DAYS = const(31)  # a day's total stands at the beginning of the next


class Past:
    """Up to 40 boluses, alarms and changes of 30 days, and the days, newest first.

    `records` has first_seq, next_seq and read_into, as the journal; `now_s` is the pump's clock.
    """

    def __init__(self, records, now_s):
        self.looking = True
        self._records = records
        self._oldest_s = max(0, now_s - _READ_DAYS * DAY_S)
        self._end = records.next_seq  # from here on all was looked at
        self._bytes = bytearray(_PIECE * RECORD_SIZE)
        self._view = memoryview(self._bytes)
        self._found = [array("I") for _ in range(CHANGES + 1)]
        self._open = {}  # where the boluses are whose end was found, and not yet the start
        self._handlers = {
            events.BOLUS_END: self._bolus_end,
            events.BOLUS_START: self._bolus_start,
            events.EXTENDED_END: self._extended_end,
            events.EXTENDED_START: self._extended_start,
            events.ALARM_RAISED: self._alarm,
            events.DAY_TOTAL: self._day,
            events.RESERVOIR_SET: self._reservoir,
            events.MOVE_END: self._move,
        }

    def count(self, which):
        """How many there are of one kind, by now."""
        return len(self._found[which]) // WORDS

    def value(self, which, index, word):
        """A word of an entry; the newest is 0."""
        return self._found[which][index * WORDS + word]

    def look(self):
        """Read the piece before those that were read."""
        first = self._records.first_seq
        start = max(first, self._end - _PIECE)
        count = self._read(start)
        for index in range(count - 1, -1, -1):
            at = index * RECORD_SIZE
            # Most are of no interest: their event is looked at before the rest is unpacked.
            event = self._bytes[at + _EVENT_AT]
            handler = self._handlers.get(event)
            if handler:
                record = self._view[at : at + RECORD_SIZE]
                handler(header(record)[6], fields(record, LAYOUTS[event]))
        self._end = start
        if start == first:
            self.looking = False
            days = self._found[DAYS]
            if days and count:
                # The pump's first day began with its first record. It is none where nothing was
                # given before somebody set the clock.
                _, _, _, _, _, trusted, local_s = header(self._bytes)
                oldest = len(days) - WORDS
                days[oldest + AT_S] = local_s
                if not (trusted or days[oldest + BASAL_MU] or days[oldest + BOLUS_MU]):
                    self._found[DAYS] = days[:oldest]
        elif count:
            _, _, _, _, _, trusted, local_s = header(self._bytes)
            # A clock that nobody had set says nothing of when that was.
            self.looking = not trusted or local_s >= self._oldest_s

    def _read(self, start):
        """Read what there is from `start` to the part that is known; returns how many records."""
        count = 0
        seq = start
        while seq < self._end:
            got = self._records.read_into(seq, self._view[count * RECORD_SIZE :])
            if not got:
                break
            count += got
            seq = self._seq(count - 1) + 1
        while count and self._seq(count - 1) >= self._end:
            count -= 1
        return count

    def _seq(self, index):
        return seq_of(self._view[index * RECORD_SIZE :])

    def _add(self, which, most, local_s, *values):
        found = self._found[which]
        if len(found) < most * WORDS:
            found.append(local_s)
            for index in range(WORDS - 1):
                found.append(values[index] if index < len(values) else 0)
            return True
        return False

    def _bolus_end(self, local_s, values):
        bolus_id, given_mu, _, reason = values
        self._end_of(bolus_id, local_s, given_mu, reason)

    def _bolus_start(self, local_s, values):
        bolus_id, asked_mu, _, source = values
        self._start_of(bolus_id, local_s, asked_mu, source, 0)

    def _extended_end(self, local_s, values):
        bolus_id, given_mu, _, _, reason = values
        self._end_of(bolus_id, local_s, given_mu, reason)

    def _extended_start(self, local_s, values):
        bolus_id, asked_mu, _, quarters, _, source = values
        self._start_of(bolus_id, local_s, asked_mu, source, quarters)

    def _end_of(self, bolus_id, local_s, given_mu, reason):
        if self._add(BOLUSES, MOST, local_s, given_mu, given_mu, reason):
            self._open[bolus_id] = len(self._found[BOLUSES]) - WORDS

    def _start_of(self, bolus_id, local_s, asked_mu, source, quarters):
        at = self._open.pop(bolus_id, -1)
        if at >= 0:
            found = self._found[BOLUSES]
            found[at + AT_S] = local_s
            found[at + ASKED_MU] = asked_mu
            found[at + HOW] |= quarters << QUARTERS_BIT
            if source == events.SOURCE_LINK:
                found[at + HOW] |= REMOTE

    def _alarm(self, local_s, values):
        self._add(ALARMS, MOST, local_s, values[0])

    def _day(self, local_s, values):
        # The clock may have been set, or the pump off for days: a day began where the one before
        # it ended.
        days = self._found[DAYS]
        if days:
            days[len(days) - WORDS + AT_S] = local_s
        self._add(DAYS, MOST_DAYS, max(0, local_s - DAY_S), *values)

    def _reservoir(self, local_s, values):
        self._add(CHANGES, MOST, local_s, values[1])

    def _move(self, local_s, values):
        if values[0] == events.KIND_CANNULA and values[2]:
            self._add(CHANGES, MOST, local_s, 0)
