"""Turns what happens into packed records and holds them until the journal has them.

While a record waits here nothing may move: the core asks `pending` before it orders a step.
"""

from micropython import const

from pump.core import events, record

CHECKPOINT_EVERY = const(64)


class Logbook:
    """The core's end of the journal."""

    def __init__(self, clock):
        self._clock = clock
        self._layouts = {}
        self.boot = 0
        self.next_seq = 1
        self.outbox = []  # packed records, oldest first; the app empties it into flash
        self.since_checkpoint = 0

    def write(self, event, *values):
        """Record an event now, with its values in the order of the event table."""
        layout = self._layouts.get(event)
        if layout is None:
            layout = events.layout(events.row_of(event)[3])
            self._layouts[event] = layout
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
                layout,
                values,
            )
        )
        self.next_seq += 1
        self.since_checkpoint += 1
