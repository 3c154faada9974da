"""What the pump knows of its past after a restart, folded from the end of its log.

Feed it records in order, from a complete checkpoint on (or all there are). Time that passed
without power counts as no time: the limits can only be stricter for it, never looser.
"""

from pump.core import alarms as al
from pump.core import events, record
from pump.core.limits import DoseWindow
from pump.core.logbook import FLAG_SUSPENDED, LOCKOUT_UNIT_S, LONG_AGO_S


class Recall:
    """The state of deliveries, reservoir, limits and clock at the last durable record."""

    def __init__(self, layouts):
        """`layouts`: the struct format of each event's fields, as a Logbook has them."""
        self._layouts = layouts
        self.checkpointed = False  # a whole checkpoint was among what was fed
        self.boot = 0
        self.local_s = 0
        self.suspended = False
        self.changing = False
        self.reservoir_steps = -1
        self.odometer_steps = 0
        self.window = DoseWindow()
        self.basal_steps = 0
        self.bolus_steps = 0
        self.boluses = 0
        self.bolus_id = 0
        self.bolus_open = False
        self.bolus_asked_mu = 0
        self.bolus_given_steps = 0
        self.since_bolus_s = LONG_AGO_S
        self.basal_lease_steps = 0
        self.bolus_part_steps = 0
        self.move_kind = -1
        self.move_part_steps = 0
        self.move_made_steps = 0
        self._uptime_s = 0
        self._handlers = {
            events.DAY_TOTAL: self._day_total,
            events.CHECKPOINT: self._checkpoint,
            events.CHECKPOINT_WINDOW: self._checkpoint_window,
            events.CHECKPOINT_TODAY: self._checkpoint_today,
            events.BASAL_LEASE: self._basal_lease,
            events.BOLUS_START: self._bolus_start,
            events.BOLUS_PART: self._bolus_part,
            events.BOLUS_END: self._bolus_end,
            events.MOVE_START: self._move_start,
            events.MOVE_PART: self._move_part,
            events.MOVE_END: self._move_end,
            events.UNCERTAIN: self._uncertain,
            events.SUSPEND: self._suspend,
            events.RESUME: self._resume,
            events.CHANGE_START: self._change_start,
            events.RESERVOIR_SET: self._reservoir_set,
        }

    def feed(self, packed):
        """Take in one whole record, 32 bytes."""
        _, boot, event, uptime_s, _, _, local_s = record.header(packed)
        if boot != self.boot:
            self.boot = boot
            self._uptime_s = 0
        passed_s = uptime_s - self._uptime_s
        self._uptime_s = uptime_s
        self.local_s = local_s
        while passed_s > 0:
            piece_s = min(passed_s, 100_000)  # as ms it is still a small integer
            self.window.advance(piece_s * 1000)
            self.since_bolus_s = min(LONG_AGO_S, self.since_bolus_s + piece_s)
            passed_s -= piece_s
        handler = self._handlers.get(event)
        if handler:
            handler(record.fields(packed, self._layouts[event]))

    def close(self, pump):
        """Write into the log of `pump` what became of all that was under way: it is uncertain."""
        bolus_id = self.bolus_id
        if self.basal_lease_steps:
            pump.book_uncertain(events.KIND_BASAL, self.basal_lease_steps)
        if self.bolus_open:
            if self.bolus_part_steps:
                pump.book_uncertain(events.KIND_BOLUS, self.bolus_part_steps, bolus_id)
            given = self.bolus_given_steps
            given_mu = min(self.bolus_asked_mu, pump.profile.scale.dose_mu(given))
            pump.log.write(events.BOLUS_END, bolus_id, given_mu, given, events.END_POWER_LOST)
            pump.alarms.once(al.BOLUS_INCOMPLETE, given_mu)
        if self.move_kind >= 0:
            if self.move_part_steps:
                pump.book_uncertain(self.move_kind, self.move_part_steps)
            made = self.move_made_steps
            pump.log.write(events.MOVE_END, self.move_kind, 0, made, events.END_POWER_LOST)

    def _moved(self, kind, steps):
        if kind != events.KIND_REWIND and self.reservoir_steps > 0:
            self.reservoir_steps = max(0, self.reservoir_steps - steps)
        if kind == events.KIND_BASAL:
            self.basal_steps += steps
        elif kind == events.KIND_BOLUS:
            self.bolus_steps += steps
        else:
            return
        self.odometer_steps += steps
        self.window.add(steps)

    def _day_total(self, _):
        self.basal_steps = 0
        self.bolus_steps = 0
        self.boluses = 0

    def _checkpoint(self, values):
        self.odometer_steps, self.reservoir_steps, flags, self.bolus_id = values
        self.suspended = flags & FLAG_SUSPENDED != 0
        self.changing = False  # none is written while a change is open
        self.bolus_open = False
        self.basal_lease_steps = 0
        self.bolus_part_steps = 0
        self.move_kind = -1

    def _checkpoint_window(self, values):
        self.window.restore(values[0], values[1])

    def _checkpoint_today(self, values):
        self.basal_steps, self.bolus_steps, self.boluses, since = values
        self.since_bolus_s = since * LOCKOUT_UNIT_S
        self.checkpointed = True

    def _basal_lease(self, values):
        self._moved(events.KIND_BASAL, values[0])
        self.basal_lease_steps = values[1]

    def _bolus_start(self, values):
        self.bolus_id, self.bolus_asked_mu = values[0], values[1]
        self.bolus_open = True
        self.bolus_given_steps = 0
        self.bolus_part_steps = 0
        self.boluses += 1
        self.since_bolus_s = 0

    def _bolus_part(self, values):
        self._moved(events.KIND_BOLUS, values[1])
        self.bolus_given_steps += values[1]
        self.bolus_part_steps = values[2]

    def _bolus_end(self, values):
        self._moved(events.KIND_BOLUS, max(0, values[2] - self.bolus_given_steps))
        self.bolus_given_steps = values[2]
        self.bolus_open = False
        self.bolus_part_steps = 0

    def _move_start(self, values):
        self.move_kind = values[0]
        self.move_made_steps = 0
        self.move_part_steps = 0

    def _move_part(self, values):
        self._moved(values[0], values[1])
        self.move_made_steps += values[1]
        self.move_part_steps = values[2]

    def _move_end(self, values):
        self._moved(values[0], values[1])
        self.move_kind = -1
        self.move_part_steps = 0

    def _uncertain(self, values):
        kind, _, most_steps, _ = values
        if kind != events.KIND_REWIND and self.reservoir_steps > 0:
            self.reservoir_steps = max(0, self.reservoir_steps - most_steps)
        if kind == events.KIND_BASAL:
            self.basal_lease_steps = 0
            self.window.add(most_steps)
        elif kind == events.KIND_BOLUS:
            self.bolus_part_steps = 0
            self.window.add(most_steps)
        else:
            self.move_part_steps = 0

    def _suspend(self, _):
        self.suspended = True

    def _resume(self, _):
        self.suspended = False
        self.changing = False

    def _change_start(self, _):
        self.changing = True
        self.reservoir_steps = -1

    def _reservoir_set(self, values):
        self.reservoir_steps = values[0]
