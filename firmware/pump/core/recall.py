"""What the pump knows of its past after a restart, folded from the end of its log.

Feed it records in order, from a complete checkpoint on (or all there are). Time that passed
without power counts as no time: the limits can only be stricter for it, never looser. `begin`
lets a pump go on from there; then all of this is let go of.
"""

from micropython import const

from pump.core import alarms as al
from pump.core import codes, events, record, states
from pump.core import settings as st
from pump.core.insulin import AGE_UNIT_S, InsulinOnBoard
from pump.core.layouts import LAYOUTS
from pump.core.limits import DoseWindow
from pump.core.line import Line
from pump.core.logbook import (
    FLAG_CALIBRATED,
    FLAG_CHANGING,
    FLAG_PLAY,
    FLAG_SUSPENDED,
    FLAG_SUSPENDED_REMOTELY,
    LOCKOUT_UNIT_S,
    LONG_AGO_S,
)
from pump.core.profile import BASAL_LEASE_MU, BOLUS_PART_MU
from pump.core.units import StepScale

_DAY_S = const(86_400)
# By kind of reminder, from events.REMIND_MEAL on: the alarm whose acknowledgement answers it.
_ANSWERS = (al.MEAL_MISSED, al.CHECK_GLUCOSE, al.SET_OLD) + 4 * (al.DAILY,) + (al.SET_OLD,)
_MOST_STOPS = const(20)  # more than can matter
_LONGEST_S = const(100_000)  # longer than any window and any lockout
_ANY_MU = const(0x3FFF_FFFF)  # of a bolus whose order is lost


class Recall:
    """The state of deliveries, reservoir, limits and clock at the last durable record."""

    def __init__(self):
        self.checkpointed = False  # a whole checkpoint was among what was fed
        self.boot = 0
        self.local_s = 0
        self.day = 0  # that the sums of today belong to
        self.suspended = False
        self.suspended_remotely = False
        self._stopped_s = 0  # since when, by the clock `lived_s`, where it is suspended
        self.stops = []  # (alarm, time) of those by which delivery stopped, by the clock `lived_s`
        self.changing = False
        self.play = False
        self._reminders = {}  # kinds that nobody has answered: when, by `lived_s`
        self.scale = None  # in which the steps here are counted; None: in the board's
        self._scale_missing = False  # the last checkpoint's was not among what was fed
        self.checkpoint_seq = 0  # the number of the last one
        self._begun = False  # a checkpoint was among what was fed, from its first record on
        self.reservoir_steps = -1
        self.odometer_steps = 0
        self.window = DoseWindow()
        self.lived_s = 0  # what went by in all that was fed: the clock of `insulin`
        self.line = Line()  # by the same clock
        self.insulin = InsulinOnBoard()
        self._insulin_told = InsulinOnBoard()  # by the checkpoint that is being read
        self._unsure = []  # (time, steps, scale) of boluses, since the last whole checkpoint
        # The same of the parts of extended ones, whose dose no record tells: time, steps given
        # before, and with it, or the dose of all at the end; scale.
        self._parts = []
        self.basal_steps = 0
        self.bolus_steps = 0
        self.boluses = 0
        self.bolus_id = 0
        self.bolus_open = False
        self.bolus_asked_mu = 0
        self.bolus_given_steps = 0
        self.since_bolus_s = LONG_AGO_S
        self.extended_open = False
        self.extended_id = 0
        self.extended_asked_mu = 0
        self.extended_given_steps = 0
        self.extended_s = 0  # how long it ran
        self.extended_part_steps = 0
        self._extended_told = False  # by the checkpoint that is being read
        self.basal_lease_steps = 0
        self.temporary_open = False
        self.temporary_s = 0  # how long it was in force
        self.temporary_steps = 0
        self._temporary_told = False  # by the checkpoint that is being read
        self.bolus_part_steps = 0
        self.move_kind = -1
        self.move_part_steps = 0
        self.move_made_steps = 0
        self._is_stray = False  # what is told as uncertain next belongs to nothing that is open
        self.told = {}  # settings as the log has them, by number
        self.program = None  # the basal program in force as the log has it
        self.active = 0  # its number as the log has it; 0: it does not say
        self.programs = {}  # segments of the others, as far as the log has them
        self.names = {}  # of the programs, as far as the log has them
        self._segments = []
        self._unpaired = False  # the log says that the pairing was ended
        self._settings_damaged = False
        self._gap = False  # records are missing since the last checkpoint
        self._gap_before = False  # before that one, if it is not whole
        self._boot_scale = None  # that a start has told, which may count by another yet
        self._next_seq = 0
        self._uptime_s = 0
        self._handlers = {
            events.BOOT: self._boot,
            events.SCALE: self._scale,
            events.CLOCK_LOST: self._clock_lost,
            events.DAY_TOTAL: self._day_total,
            events.CHECKPOINT: self._checkpoint,
            events.CHECKPOINT_WINDOW: self._checkpoint_window,
            events.CHECKPOINT_TODAY: self._checkpoint_today,
            events.CHECKPOINT_TEMPORARY: self._checkpoint_temporary,
            events.CHECKPOINT_INSULIN: self._checkpoint_insulin,
            events.CHECKPOINT_SET: self._checkpoint_set,
            events.CHECKPOINT_LINE: self._checkpoint_line,
            events.CHECKPOINT_EXTENDED: self._checkpoint_extended,
            events.BASAL_LEASE: self._basal_lease,
            events.TEMPORARY_START: self._temporary_start,
            events.TEMPORARY_END: self._temporary_end,
            events.BOLUS_START: self._bolus_start,
            events.BOLUS_PART: self._bolus_part,
            events.BOLUS_END: self._bolus_end,
            events.EXTENDED_START: self._extended_start,
            events.EXTENDED_PART: self._extended_part,
            events.EXTENDED_END: self._extended_end,
            events.MOVE_START: self._move_start,
            events.MOVE_PART: self._move_part,
            events.MOVE_END: self._move_end,
            events.UNCERTAIN: self._uncertain,
            events.MOTOR_ERROR: self._motor_error,
            events.SUSPEND: self._suspend,
            events.RESUME: self._resume,
            events.CHANGE_START: self._change_start,
            events.RESERVOIR_SET: self._reservoir_set,
            events.CLOCK_SET: self._clock_set,
            events.SETTING_CHANGED: self._setting_changed,
            events.BASAL_SEGMENT: self._basal_segment,
            events.BASAL_PROGRAM: self._basal_program,
            events.PROGRAM_ACTIVATED: self._program_activated,
            events.PROGRAM_EDITED: self._program_edited,
            events.PROGRAM_SEGMENT: self._program_segment,
            events.PROGRAM_NAMED: self._program_named,
            events.SETTINGS_LOST: self._settings_lost,
            events.PAIRING: self._pairing,
            events.REMINDER: self._reminder,
            events.REMINDER_MISSED: self._reminder_missed,
            events.ALARM_ACKNOWLEDGED: self._acknowledged,
        }

    def feed(self, packed):
        """Take in one whole record, 32 bytes."""
        seq, boot, event, uptime_s, _, _, local_s = record.header(packed)
        if not self._next_seq or event == events.DAY_TOTAL:
            self.day = local_s // _DAY_S
        self._check_gap(seq)
        if boot != self.boot:
            self.boot = boot
            self._uptime_s = 0
        # What is older than a day has left the windows; as ms this is still a small integer.
        passed_s = min(uptime_s - self._uptime_s, _LONGEST_S)
        self._uptime_s = uptime_s
        self.local_s = local_s
        if passed_s > 0:
            self.window.advance(passed_s * 1000)
            self.since_bolus_s = min(LONG_AGO_S, self.since_bolus_s + passed_s)
            self.temporary_s += passed_s
            self.extended_s += passed_s
            self.lived_s += passed_s
        handler = self._handlers.get(event)
        if handler:
            handler(record.fields(packed, LAYOUTS[event]))

    def end(self, next_seq, settings_damaged):
        """No more records: `next_seq` is the first free number; stored settings were damaged."""
        self._check_gap(next_seq)
        self._gap |= self._gap_before
        self._settings_damaged = settings_damaged

    def begin(self, pump, next_seq, cause, version):
        """Let `pump` go on from here: what was under way becomes uncertain, then closed."""
        pump.log.boot = self.boot + 1
        pump.log.next_seq = next_seq
        pump.log.checkpoint_seq = self.checkpoint_seq
        pump.clock.local_s = self.local_s
        pump.day = self.day
        pump.window = self.window
        pump.apply_limits()
        pump.insulin.take(self.insulin, self.lived_s, pump.clock.uptime_s)
        pump.reservoir_steps = self.reservoir_steps
        pump.odometer_steps = self.odometer_steps
        pump.basal_today_steps = self.basal_steps
        pump.bolus_today_steps = self.bolus_steps
        pump.boluses_today = self.boluses
        pump.bolus_began_s = pump.clock.uptime_s - self.since_bolus_s
        pump.bolus.bolus_id = pump.bolus.last_id = self.bolus_id
        pump.move.play = self.play
        pump.line = self.line
        pump.line.shift(-self.lived_s)
        # The scale stands in the log, so that its reader can turn steps into units.
        now = pump.profile.scale
        pump.log.write(events.BOOT, cause, *version, now.numerator, now.denominator)
        other = self._other_scale(pump.profile)
        if other:  # what it made, and may have made, is told by its own scale
            pump.log.write(events.SCALE, other.numerator, other.denominator)
        pump.log.write(events.CLOCK_LOST, self.local_s)
        pump.alarms.cause(al.CLOCK_NOT_SET, True)
        if cause == events.RESET_WATCHDOG:
            pump.alarms.once(al.RESTARTED)
        pump.settings_dirty |= pump.remote.check_start(self._unpaired)
        if self.suspended or self.changing:
            pump.suspension.told_min = (self.lived_s - self._stopped_s) // 60
        self._close(pump)
        if other:
            from pump.core.calibration import scale

            scale.recount(pump, other)
        # A change that was cut is for a hand to end, whoever had suspended delivery before it.
        pump.suspension.remotely = self.suspended_remotely and not self.changing
        held = self.suspended or self.changing
        pump.go(states.START_SUSPENDED if held else states.START)
        if self.changing:
            pump.reservoir_steps = -1
        pump.check_reservoir()
        pump.checkpoint()

    def _check_gap(self, seq):
        if seq != self._next_seq != 0:
            self._gap = True
            self._reminders = {}  # the answer may be among what is lost
        self._next_seq = seq + 1

    def _other_scale(self, profile):
        """The scale of the steps here, where the pump now counts by another; else None."""
        if self.scale is None:
            if self._scale_missing:
                return None
            self.scale = StepScale(*profile.board.STEPS_PER_UNIT)
        return None if self.scale.same_as(profile.scale) else self.scale

    def _rescale(self, scale):
        """Turn what is remembered into steps of another scale."""
        old = self.scale
        if old is None or old.same_as(scale):
            return
        from pump.core.calibration import rescale

        rescale.window(self.window, scale, old)
        self.basal_steps = rescale.steps(self.basal_steps, scale, old)
        self.bolus_steps = rescale.steps(self.bolus_steps, scale, old)
        if self.reservoir_steps > 0:
            self.reservoir_steps = rescale.steps(self.reservoir_steps, scale, old)

    def _close(self, pump):
        """Write into the log of `pump` what became of all that was under way, and of settings."""
        scale = self.scale or pump.profile.scale  # the one that all this was given by
        self._close_insulin(pump, scale)
        if self._gap:
            self._count_lost(pump, scale)
        if self.basal_lease_steps:
            pump.book_uncertain(events.KIND_BASAL, self.basal_lease_steps)
        if self.temporary_open:
            elapsed_s, given = self.temporary_s, self.temporary_steps
            pump.log.write(events.TEMPORARY_END, elapsed_s, given, events.END_POWER_LOST)
            pump.alarms.once(al.TEMPORARY_ENDED)
        if self.bolus_open:
            self._close_bolus(pump, scale)
        if self.extended_open:
            self._close_extended(pump, scale)
        if self.move_kind >= 0:
            self._close_move(pump)
        for kind in sorted(self._reminders):
            pump.log.write(events.REMINDER_MISSED, kind, self.lived_s - self._reminders[kind])
        pump.suspension.recall(self.stops, self.lived_s, self.suspended or self.changing)
        if self._gap and not (self.suspended or self.changing):
            # A suspension may be among what is lost: a person decides whether basal goes on.
            pump.suspension.begin(events.SOURCE_RESTART, al.LOG_DAMAGED)
            self.suspended = True
        if self._settings_damaged:
            pump.log.write(events.SETTINGS_LOST)
            pump.alarms.once(al.SETTINGS_LOST)
            self._settings_lost(())
        self._tell_settings(pump)

    def _count_lost(self, pump, scale):
        """What is lost may have told of a lease and of a part of a bolus, or of its start.

        Counted where it makes the pump more careful, once, however many records are lost.
        """
        part_steps = scale.steps_up(BOLUS_PART_MU)
        most_steps = scale.steps_up(BASAL_LEASE_MU) + part_steps
        pump.window.add(most_steps)
        if pump.reservoir_steps > 0:
            pump.reservoir_steps = max(0, pump.reservoir_steps - most_steps)
        pump.bolus.take_id()
        if self.since_bolus_s < LONG_AGO_S or self.extended_part_steps:
            pump.got_insulin(scale.dose_mu(part_steps) + 1)

    def _close_insulin(self, pump, scale):
        given = [
            (at_s - self.lived_s, (its_scale or scale).dose_mu(steps) + 1)
            for at_s, steps, its_scale in self._unsure
        ]
        for at_s, before, steps, given_mu, its_scale in self._parts:
            dose_mu = (its_scale or scale).dose_mu
            given_mu = dose_mu(steps) if given_mu < 0 else given_mu
            given.append((at_s - self.lived_s, given_mu - dose_mu(before)))
        if given:
            # Between the others, by their time: what is added is taken together with the last one.
            insulin = pump.insulin
            known, insulin.doses = insulin.doses, []
            given += [(known[at], known[at + 1]) for at in range(0, len(known), 2)]
            for at_s, dose_mu in sorted(given):
                insulin.add(at_s, dose_mu)

    def _close_bolus(self, pump, scale):
        bolus_id = self.bolus_id
        if self.bolus_part_steps:
            pump.book_uncertain(events.KIND_BOLUS, self.bolus_part_steps, bolus_id, scale)
        given = self.bolus_given_steps
        given_mu = min(self.bolus_asked_mu, scale.dose_mu(given))
        pump.got_insulin(given_mu)
        pump.log.write(events.BOLUS_END, bolus_id, given_mu, given, events.END_POWER_LOST)
        pump.alarms.once(al.BOLUS_INCOMPLETE, given_mu)

    def _close_extended(self, pump, scale):
        if self.extended_part_steps:
            pump.book_uncertain(
                events.KIND_BOLUS, self.extended_part_steps, self.extended_id, scale
            )
        given = self.extended_given_steps
        given_mu = min(self.extended_asked_mu, scale.dose_mu(given))
        pump.log.write(
            events.EXTENDED_END,
            self.extended_id,
            given_mu,
            given,
            self.extended_s // 60,
            events.END_POWER_LOST,
        )
        pump.alarms.once(al.BOLUS_INCOMPLETE, given_mu)

    def _close_move(self, pump):
        if self.move_part_steps:
            pump.book_uncertain(self.move_kind, self.move_part_steps)
        made = self.move_made_steps
        self.line.moved(self.move_kind, made, self.lived_s)
        pump.log.write(events.MOVE_END, self.move_kind, 0, made, events.END_POWER_LOST)

    def _tell_settings(self, pump):
        """Write into the log of `pump` what is in force, where it is not what the log says.

        A change is in the log before it is saved: a cut between the two leaves the old value, and
        so does a damaged file of settings of which an older copy is whole.
        """
        differ = False
        settings = pump.settings
        for number, told in self.told.items():
            if settings.check(number, told) == codes.UNKNOWN or settings.get(number) == told:
                continue
            value = settings.get(number)
            pump.log.write(events.SETTING_CHANGED, number, told, value, events.SOURCE_RESTART)
            differ = True
        if self._programs_differ(settings):
            from pump.core import programs

            programs.tell_differences(pump, self)
            differ = True
        if differ:
            pump.alarms.once(al.SETTINGS_LOST)

    def _programs_differ(self, settings):
        """Whether a program, or which is in force, is other than the log says."""
        now = settings.basal
        if self.active not in (0, settings.active):
            return True
        if self.program is not None:
            told = st.BasalProgram()
            told.replace(self.program)
            if told.starts_min != now.starts_min or told.rates_mu_h != now.rates_mu_h:
                return True
        if not (self.programs or self.names):
            return False
        from pump.core import programs

        return programs.differ(settings, self)

    def _moved(self, kind, steps):
        if kind < events.KIND_REWIND and self.reservoir_steps > 0:
            self.reservoir_steps = max(0, self.reservoir_steps - steps)
        if kind == events.KIND_BASAL:
            self.basal_steps += steps
        elif kind == events.KIND_BOLUS:
            self.bolus_steps += steps
        else:
            return
        self.odometer_steps += steps
        self.window.add(steps)

    def _boot(self, values):
        # What is open is in steps of the scale before, until a start has come further than this.
        self._boot_scale = values[4:]
        self._is_stray = False

    def _clock_lost(self, _):
        if self._boot_scale:  # and no other one was told
            self._scale(self._boot_scale)

    def _scale(self, values):
        self._boot_scale = None
        try:
            scale = StepScale(values[0], values[1])
        except ValueError:  # no pump counts by this
            return
        self._rescale(scale)
        self.scale = scale
        self._scale_missing = False

    def _day_total(self, _):
        self.basal_steps = 0
        self.bolus_steps = 0
        self.boluses = 0

    def _checkpoint(self, values):
        self.checkpoint_seq = self._next_seq - 1
        self.odometer_steps, self.reservoir_steps, flags, self.bolus_id = values
        self.suspended = flags & FLAG_SUSPENDED != 0
        self.suspended_remotely = flags & FLAG_SUSPENDED_REMOTELY != 0
        self.changing = flags & FLAG_CHANGING != 0
        self.play = flags & FLAG_PLAY != 0
        self._scale_missing = flags & FLAG_CALIBRATED != 0 and self.scale is None
        self._begun = True
        self._gap_before |= self._gap
        self._gap = False
        self._temporary_told = False
        self._extended_told = False
        self._insulin_told = InsulinOnBoard()
        if self.bolus_open:  # the record of its end is lost, or of its end by a start
            steps = self.bolus_given_steps + self.bolus_part_steps
            self._unsure.append((self.lived_s, steps, self.scale))
        self.bolus_open = False
        self.basal_lease_steps = 0
        self.bolus_part_steps = 0
        self.move_kind = -1

    def _checkpoint_window(self, values):
        self.window.restore(values[0], values[1])

    def _checkpoint_today(self, values):
        self.basal_steps, self.bolus_steps, self.boluses, since = values
        self.since_bolus_s = since * LOCKOUT_UNIT_S
        if self._gap:  # what a damaged one tells may be half of it: the records before it know
            return
        self._gap_before = False
        # Only of a whole checkpoint: a cut within one tells nothing of what it did not come to.
        self.temporary_open = self._temporary_told
        self.extended_open = self._extended_told
        self.insulin = self._insulin_told
        self._unsure = []
        self._parts = []
        if self._begun and not self._scale_missing:
            self.checkpointed = True

    def _basal_lease(self, values):
        self._moved(events.KIND_BASAL, values[0])
        self.basal_lease_steps = values[1]
        self.temporary_steps += values[0]

    def _temporary_start(self, _):
        self.temporary_open = True
        self.temporary_s = 0
        self.temporary_steps = 0

    def _temporary_end(self, _):
        self.temporary_open = False

    def _checkpoint_temporary(self, values):
        self._temporary_told = True
        self.temporary_s, self.temporary_steps = values

    def _checkpoint_insulin(self, values):
        if self._gap:
            return
        for at in range(0, len(values), 2):
            if values[at + 1]:
                age_s = values[at] * AGE_UNIT_S
                self._insulin_told.doses += [self.lived_s - age_s, values[at + 1]]

    def _checkpoint_set(self, values):
        # Of a version that knew one age, the reservoir's.
        self.line.reservoir_s = self.lived_s - values[0] * 60

    def _checkpoint_line(self, values):
        self.line.restore(values, self.lived_s)

    def _bolus_start(self, values):
        if self.bolus_open:  # the record of its end is lost
            self._unsure.append((self.lived_s, self.bolus_given_steps, self.scale))
            self._uncertain((events.KIND_BOLUS, 0, self.bolus_part_steps, 0))
        self.bolus_id, self.bolus_asked_mu = values[0], values[1]
        self.bolus_open = True
        self.bolus_given_steps = 0
        self.bolus_part_steps = 0
        self.boluses += 1
        self.since_bolus_s = 0

    def _bolus_part(self, values):
        if not self.bolus_open:  # the record of its start is lost
            self._bolus_start((values[0], _ANY_MU))
        self._moved(events.KIND_BOLUS, values[1])
        self.bolus_given_steps += values[1]
        self.bolus_part_steps = values[2]

    def _bolus_end(self, values):
        self._moved(events.KIND_BOLUS, max(0, values[2] - self.bolus_given_steps))
        self.bolus_given_steps = values[2]
        self.insulin.add(self.lived_s, values[1])
        self.bolus_open = False
        self.bolus_part_steps = 0

    def _extended_start(self, values):
        self.bolus_id = self.extended_id = values[0]
        self.extended_asked_mu = values[1]
        self.extended_open = True
        self.extended_given_steps = 0
        self.extended_part_steps = 0
        self.extended_s = 0
        if not values[4]:  # else the normal one that follows is counted
            self.boluses += 1
        self.since_bolus_s = 0

    def _extended_part(self, values):
        self._extended_gave(values[1], -1)
        self.extended_part_steps = values[2]

    def _extended_end(self, values):
        self._extended_gave(max(0, values[2] - self.extended_given_steps), values[1])
        self.extended_open = False
        self.extended_part_steps = 0

    def _extended_gave(self, steps, given_mu):
        self._moved(events.KIND_BOLUS, steps)
        before = self.extended_given_steps
        self.extended_given_steps += steps
        if steps or given_mu >= 0:
            self._parts.append(
                (self.lived_s, before, self.extended_given_steps, given_mu, self.scale)
            )

    def _checkpoint_extended(self, values):
        self.extended_id, self.extended_asked_mu, self.extended_given_steps, minutes = values
        self.extended_s = minutes * 60
        self.extended_part_steps = 0
        self._extended_told = True

    def _move_start(self, values):
        self.move_kind = values[0]
        if values[0] != events.KIND_TAKE_UP:
            self.play = values[0] == events.KIND_REWIND
        self.move_made_steps = 0
        self.move_part_steps = 0

    def _move_part(self, values):
        self._moved(values[0], values[1])
        self.move_made_steps += values[1]
        self.move_part_steps = values[2]

    def _move_end(self, values):
        self._moved(values[0], values[1])
        self.line.moved(values[0], values[2], self.lived_s)
        if values[0] == events.KIND_TAKE_UP and values[3] == events.END_DONE:
            self.play = False
        self.move_kind = -1
        self.move_part_steps = 0

    def _motor_error(self, values):
        self._is_stray = not values[0]  # steps that nobody ordered

    def _uncertain(self, values):
        kind, _, most_steps, bolus_id = values
        if kind < events.KIND_REWIND and self.reservoir_steps > 0:
            self.reservoir_steps = max(0, self.reservoir_steps - most_steps)
        # All that is open, after a start; after a motor error what it ordered of that.
        told_steps = 0 if self._is_stray else most_steps
        self._is_stray = False
        if kind == events.KIND_BASAL:
            self.basal_lease_steps = max(0, self.basal_lease_steps - told_steps)
            self.window.add(most_steps)
        elif kind == events.KIND_BOLUS:
            if bolus_id == self.extended_id:
                self.extended_part_steps = max(0, self.extended_part_steps - told_steps)
            else:
                self.bolus_part_steps = max(0, self.bolus_part_steps - told_steps)
            self.window.add(most_steps)
            self._unsure.append((self.lived_s, most_steps, self.scale))
        else:
            self.move_part_steps = max(0, self.move_part_steps - told_steps)

    def _suspend(self, values):
        self.suspended = True
        self._stopped_s = self.lived_s
        self.suspended_remotely = values[0] == events.SOURCE_LINK
        if values[1] < len(al.PRIORITIES) and al.stops(values[1]):
            self.stops = self.stops[-_MOST_STOPS:] + [(values[1], self.lived_s)]

    def _resume(self, _):
        self.play = False
        self.suspended = False
        self.suspended_remotely = False
        self.changing = False

    def _pairing(self, values):
        self._unpaired = not values[0]

    def _reminder(self, values):
        if values[0] == events.REMIND_SUSPENDED:  # which asks for no answer
            self._stopped_s = self.lived_s - values[1]
        elif values[0] <= len(_ANSWERS):
            self._reminders[values[0]] = self.lived_s

    def _reminder_missed(self, values):
        self._reminders.pop(values[0], None)

    def _acknowledged(self, values):
        for kind in list(self._reminders):
            if _ANSWERS[kind - 1] == values[0]:
                del self._reminders[kind]

    def _change_start(self, _):
        self.changing = True
        self.reservoir_steps = -1

    def _reservoir_set(self, values):
        self.reservoir_steps = values[0]
        self.stops = []
        self.line.loaded(self.lived_s)

    def _clock_set(self, values):
        self.local_s = values[1]  # the record itself has the time of before
        self.told[st.UTC_OFFSET_MIN] = values[2]

    def _setting_changed(self, values):
        self.told[values[0]] = values[2]

    def _basal_segment(self, values):
        if values[0] == 0:
            self._segments = []
        self._segments.append((values[1], values[3]))

    def _basal_program(self, values):
        self.program = self._whole(values[0])

    def _whole(self, count):
        """The segments that were told; None when some of them are older than what was fed."""
        found, self._segments = self._segments, []
        return found if len(found) == count else None

    def _program_activated(self, values):
        old, self.active = values[0], values[1]
        self._keep_program(old, self.program)
        # What it holds follows; where a cut came between, it is what it was.
        self.program = self.programs.pop(self.active, None)

    def _program_segment(self, values):
        self._basal_segment(values[1:])

    def _program_edited(self, values):
        self._keep_program(values[0], self._whole(values[1]))

    def _keep_program(self, number, segments):
        self.programs.pop(number, None)
        if segments is not None:
            self.programs[number] = segments

    def _program_named(self, values):
        self.names[values[0]] = values[2]

    def _settings_lost(self, _):
        # From here on the log has the defaults in force, until it says otherwise.
        self.told = {number: st.default(number) for number in st.numbers()}
        self.program = [(0, 0)]
        self.active = 1
        self.programs = {2: [], 3: [], 4: []}
        self.names = {1: 0, 2: 0, 3: 0, 4: 0}
