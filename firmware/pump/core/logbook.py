"""Turns what happens into packed records and holds them until the journal has them.

While a record waits here nothing may move: the core asks `pending` before it orders a step.
"""

from micropython import const

from pump.core import record

# What a checkpoint tells beside its sums.
CHECKPOINT_EVERY = const(64)
FLAG_SUSPENDED = const(1)
LOCKOUT_UNIT_S = const(300)
LONG_AGO_S = const(76_500)  # 255 units of five minutes: the longest since a bolus it can tell


class Logbook:
    """The core's end of the journal."""

    def __init__(self, clock):
        self._clock = clock
        # The table itself, with all its names, need not stay in memory: the app lets go of it.
        from pump.core.event_table import layouts

        self.layouts = layouts()
        self.boot = 0
        self.next_seq = 1
        self.outbox = []  # packed records, oldest first; the app empties it into flash
        self.since_checkpoint = 0

    def write(self, event, *values):
        """Record an event now, with its values in the order of the event table."""
        clock = self._clock
        self.outbox.append(
            record.pack(
                self.next_seq,
                self.boot,
                event,
                clock.uptime_s,
                clock.uptime_ms,
                clock.trusted,
                clock.local_s,
                self.layouts[event],
                values,
            )
        )
        self.next_seq += 1
        self.since_checkpoint += 1
