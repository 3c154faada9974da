"""A book-keeper of its own: what a log says of the motor, the settings and the suspension.

It knows the event table and the meaning of a dozen events as tools/README.md tells them, and
nothing of how the firmware recalls its past.
"""

import struct
from zlib import crc32

from host_tests.proofs.proof import BrokenError
from pump.core import event_table, events
from pump.core import settings as st
from pump.core.setting_table import SETTINGS

KINDS = len(event_table.KINDS)
_LAYOUTS = {row[0]: event_table.layout(row[3]) for row in event_table.EVENTS}
_EXTENDED = KINDS  # an extended bolus has a stretch of its own; its steps are a bolus's
_DOSES = (events.KIND_BASAL, events.KIND_BOLUS)


def unpacked(raw):
    """(number, boot, event, values) of a record; BrokenError when its checksum is wrong."""
    seq, boot, event = struct.unpack_from("<IHB", raw)
    if len(raw) != 32 or crc32(raw[:28]) != struct.unpack_from("<I", raw, 28)[0]:
        raise BrokenError(f"record {seq} was given to a reader with a wrong checksum")
    return seq, boot, event, struct.unpack_from(_LAYOUTS[event], raw, 17)


def _uptime_s(raw):
    return struct.unpack_from("<I", raw, 7)[0]


def _kind(lane):
    return events.KIND_BOLUS if lane == _EXTENDED else lane


class Ledger:
    """Steps of each kind that are certain, and those that are uncertain; feed it in order."""

    def __init__(self):
        self.certain = [0] * KINDS
        self.uncertain = [0] * KINDS  # upper bounds of all closed stretches, in sum
        self.stretches = [0] * KINDS  # how many there were
        self._open = [0] * (KINDS + 1)  # upper bound of each stretch under way
        self.bolus_open = False
        self.moving = False
        self.suspended = False
        self.boot = 0
        self.last = 0  # number of the last record
        self.settings = {row[0]: row[2] for row in SETTINGS}
        self.active = 1  # the program in force
        self.programs = {1: [(0, 0)]}  # those of which the log tells
        self.names = {}
        self._segments = {}
        self._bolus_given = 0
        self.lived_s = 0  # what went by with the power on
        self._uptime_s = 0
        self.insulin = []  # (lived_s, mU) of each bolus; what is uncertain of one counts in full
        self._reckoned = 0  # the number of the bolus that must follow what was reckoned, 0: none
        self._told_mu = 0  # of insulin on board, by the checkpoint that is being read
        self._temporary = -1  # steps of the leases since one began; -1: none runs
        self.scale = None  # (steps, units) in force, as the log last told
        self._opened = [None] * (KINDS + 1)  # the scale of each
        self.extended_open = False
        self._extended = (0, 0)  # its number, and the steps that it gave
        self._extended_mu = 0  # the same as a dose

    def copy(self):
        """The same books, to go on in apart."""
        other = Ledger.__new__(Ledger)
        for name, value in self.__dict__.items():
            kept = value.copy() if isinstance(value, list | dict) else value
            other.__dict__[name] = kept
        return other

    def feed(self, raw):
        """Book one record."""
        self.lived_s = self.lived_at_s(raw)
        self.last, self.boot, event, values = unpacked(raw)
        self._uptime_s = _uptime_s(raw)
        book = getattr(self, "_" + event_table.row_of(event)[1], None)
        if book is not None:
            book(*values)

    def lived_at_s(self, raw):
        """What had gone by with the power on when a record, the next one, was written."""
        since_s = self._uptime_s if unpacked(raw)[1] == self.boot else 0
        return self.lived_s + _uptime_s(raw) - since_s

    def bounds(self, kind):
        """(least, most) steps of a kind made by all that is closed."""
        return self.certain[kind], self.certain[kind] + self.uncertain[kind]

    def under_way(self, kind):
        """The upper bounds of all stretches of a kind that are open."""
        lanes = (kind, _EXTENDED) if kind == events.KIND_BOLUS else (kind,)
        return [self._open[lane] for lane in lanes if self._open[lane]]

    def dose_steps(self):
        """Certain steps of basal and bolus."""
        return sum(self.certain[kind] for kind in _DOSES)

    def _boot(self, _cause, _major, _minor, _patch, steps, units):
        self.scale = (steps, units)

    def _scale(self, steps, units):
        self.scale = (steps, units)

    def _close(self, lane, made):
        """What was under way has ended with so many certain steps."""
        kind = _kind(lane)
        if self._open[lane] and self._opened[lane] != self.scale:
            raise BrokenError(
                f"{event_table.KINDS[kind]}: begun by {self._opened[lane]} steps in a unit,"
                f" told by {self.scale}"
            )
        self.certain[kind] += made
        self._open[lane] = 0

    def _begin(self, lane, most):
        self._open[lane] = most
        self._opened[lane] = self.scale

    def _checkpoint(self, *_):
        self._told_mu = 0

    def _checkpoint_insulin(self, *values):
        self._told_mu += sum(values[1::2])

    def _checkpoint_today(self, *_):
        # Doses are taken together, so at 8 hours an hour is not known to which side each falls.
        sums = []
        for oldest_s in (7 * 3_600 + 1_800, 8 * 3_600 + 1_800):
            young = [mu for at_s, mu in self.insulin if self.lived_s - at_s < oldest_s]
            sums.append(sum(young))
        if not sums[0] <= self._told_mu <= sums[1]:
            raise BrokenError(
                f"a checkpoint tells of {self._told_mu} mU on board, the boluses before it were"
                f" {sums[0]} to {sums[1]}"
            )

    def _basal_lease(self, made, most, _rate, _reason):
        self._close(events.KIND_BASAL, made)
        self._begin(events.KIND_BASAL, most)
        if self._temporary >= 0:
            self._temporary += made

    def _temporary_start(self, *_):
        if self._temporary >= 0:
            raise BrokenError("a temporary basal begins within another in the log")
        self._temporary = 0

    def _temporary_end(self, _elapsed_s, given, _reason):
        if self._temporary < 0:
            raise BrokenError("a temporary basal ends twice in the log")
        if given != self._temporary:
            raise BrokenError(
                f"a temporary basal gave {self._temporary} steps by its leases, {given} by its end"
            )
        self._temporary = -1

    def _checkpoint_temporary(self, _elapsed_s, given):
        if given != self._temporary:
            raise BrokenError(
                f"a temporary basal gave {self._temporary} steps by its leases, {given} by a"
                " checkpoint"
            )

    def _calculated(self, _meal, _correction, _board, _dose, bolus_id):
        self._reckoned = bolus_id

    def _quick_bolus(self, bolus_id, _presses, _step_mu):
        self._reckoned = bolus_id

    def _bolus_start(self, bolus_id, *_):
        if self._reckoned not in (0, bolus_id):
            raise BrokenError(f"bolus {self._reckoned} was reckoned, and {bolus_id} was begun")
        self._reckoned = 0
        self.bolus_open = True
        self._bolus_given = 0

    def _bolus_part(self, _bolus_id, made, most):
        self._close(events.KIND_BOLUS, made)
        self._bolus_given += made
        self._begin(events.KIND_BOLUS, most)

    def _bolus_end(self, _bolus_id, given_mu, given, _reason):
        if not self.bolus_open:
            raise BrokenError("a bolus ends twice in the log")
        self._close(events.KIND_BOLUS, given - self._bolus_given)
        self.bolus_open = False
        self.insulin.append((self.lived_s, given_mu))

    def _extended_start(self, bolus_id, *_):
        if self.extended_open:
            raise BrokenError("an extended bolus begins within another in the log")
        self.extended_open = True
        self._extended = (bolus_id, 0)
        self._extended_mu = 0

    def _extended_part(self, bolus_id, made, most):
        self._close(_EXTENDED, made)
        given = self._extended[1] + made
        self._extended = (bolus_id, given)
        steps, units = self.scale
        self._count_insulin(given * 1_000 * units // steps)
        self._begin(_EXTENDED, most)

    def _extended_end(self, bolus_id, given_mu, given, _elapsed_min, _reason):
        if not self.extended_open or bolus_id != self._extended[0]:
            raise BrokenError(f"extended bolus {bolus_id} ends twice in the log")
        last = given - self._extended[1]
        self._close(_EXTENDED, last)
        self._count_insulin(given_mu)
        self.extended_open = False

    def _checkpoint_extended(self, bolus_id, _asked_mu, given, _elapsed_min):
        if (bolus_id, given) != self._extended:
            raise BrokenError(
                f"extended bolus {self._extended[0]} gave {self._extended[1]} steps by its parts,"
                f" {given} by a checkpoint"
            )

    def _count_insulin(self, given_mu):
        self.insulin.append((self.lived_s, given_mu - self._extended_mu))
        self._extended_mu = given_mu

    def _move_start(self, *_):
        self.moving = True

    def _move_part(self, kind, made, most):
        self._close(kind, made)
        self._begin(kind, most)

    def _move_end(self, kind, made, _total, _reason):
        if not self.moving:
            raise BrokenError("a guided move ends twice in the log")
        self._close(kind, made)
        self.moving = False

    def _uncertain(self, kind, _least, most, bolus_id):
        extends = kind == events.KIND_BOLUS and bolus_id == self._extended[0]
        lane = _EXTENDED if extends else kind
        if most != self._open[lane]:
            raise BrokenError(
                f"{event_table.KINDS[kind]}: {most} steps are marked uncertain,"
                f" {self._open[lane]} were under way"
            )
        if kind == events.KIND_BOLUS:
            steps, units = self.scale
            self.insulin.append((self.lived_s, most * 1_000 * units // steps + 1))
        self._close(lane, 0)
        self.uncertain[kind] += most
        self.stretches[kind] += 1

    def _suspend(self, *_):
        self.suspended = True

    def _resume(self, *_):
        self.suspended = False

    def _setting_changed(self, number, _old, new, _source):
        self.settings[number] = new

    def _clock_set(self, _old, _new, utc_offset_min, _source):
        self.settings[st.UTC_OFFSET_MIN] = utc_offset_min

    def _basal_segment(self, index, start_min, _old, new):
        if index == 0:
            self._segments = {}
        self._segments[index] = (start_min, new)

    def _basal_program(self, count, _old, _new, _source):
        self._program_edited(self.active, count)

    def _program_activated(self, _old, new, *_):
        self.active = new

    def _program_segment(self, _number, *segment):
        self._basal_segment(*segment)

    def _program_edited(self, number, count, *_):
        if not count:
            self._segments = {}
        if sorted(self._segments) == list(range(count)):
            self.programs[number] = [self._segments[index] for index in range(count)]
        self._segments = {}

    def _program_named(self, number, _old, new, _source):
        self.names[number] = new

    def _settings_lost(self):
        self.settings = {row[0]: row[2] for row in SETTINGS}
        self.active = 1
        self.programs = {1: [(0, 0)]}
        self.names = {}
