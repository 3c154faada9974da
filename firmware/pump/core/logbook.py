"""Turns what happens into packed records and holds them until the journal has them.

While a record waits here nothing may move: the core asks `pending` before it orders a step.
"""

from micropython import const

from pump.core import record
from pump.core.layouts import LAYOUTS

# The log keeps so many records at least, and drops the oldest beyond. Each time that nine tenths
# of them were written an alarm says so: who pulls it within 3,500 records more misses none.
LOG_RECORDS = const(36_000)
LOG_TURN = const(32_400)
CHECKPOINT_EVERY = const(64)
# What a checkpoint tells beside its sums.
FLAG_SUSPENDED = const(1)
FLAG_CHANGING = const(2)  # a reservoir change was open
FLAG_SUSPENDED_REMOTELY = const(4)
FLAG_PLAY = const(8)  # the screw's play was not taken up since a rewind
FLAG_CALIBRATED = const(16)  # its steps are of the SCALE before it; else of the board's
PROGRAM_BITS = const(5)  # above these: which basal program is in force; 0: it does not say
LOCKOUT_UNIT_S = const(300)
LONG_AGO_S = const(76_500)  # 255 units of five minutes: the longest since a bolus it can tell


class Logbook:
    """The core's end of the journal."""

    def __init__(self, clock):
        self._clock = clock
        self.boot = 0
        self.next_seq = 1
        self.outbox = []  # packed records, oldest first; the app empties it into flash
        self.since_checkpoint = 0
        self.checkpoint_seq = 0  # the number of the last one

    def write(self, event, *values):
        """Record an event now, with its values in the order of the event table."""
        self.outbox.append(self._pack(self.next_seq, event, values))
        self.next_seq += 1
        self.since_checkpoint += 1

    def amend(self, at, event, *values):
        """Pack a record that waits in the outbox anew, before anybody could have read it."""
        self.outbox[at] = self._pack(record.seq_of(self.outbox[at]), event, values)

    def _pack(self, seq, event, values):
        clock = self._clock
        return record.pack(
            seq,
            self.boot,
            event,
            clock.uptime_s,
            clock.uptime_ms,
            clock.trusted,
            clock.local_s,
            LAYOUTS[event],
            values,
        )
