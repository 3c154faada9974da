"""The pump's rules: commands in, steps and records out; told of time, it never asks for it.

How the app uses it, every turn of its loop:

    pump.moved(steps, cut_short)      when a train ended: what the motor really made
    pump.stands_at(position_steps)    and where that leaves it, by the engine's own count
    pump.advance(elapsed_ms)          time went by
    pump.sense(battery_mv, mbar)      what the sensors say
    commands (give_bolus, suspend, ...) each answered with a code
    if pump.stop_wanted: stop the motor, then tell `moved`
    journal.commit(pump.log.outbox), pump.log.outbox.clear()
    pump.next_burst()                 signed steps to make now, 0 for none

`next_burst` gives nothing while a record is not yet durable: what moves is in the log first.
"""

from micropython import const

from pump.core import alarms as al
from pump.core import codes, events, logbook, states
from pump.core import settings as st
from pump.core.alarms import Alarms
from pump.core.basal import Basal
from pump.core.bolus import Bolus
from pump.core.clock import LOCAL_LIMIT_S, Clock
from pump.core.limits import DoseWindow
from pump.core.logbook import CHECKPOINT_EVERY, Logbook
from pump.core.move import Move
from pump.core.sensing import Sensing
from pump.core.train import Train

# A tuple of another module's constants that is written where it is used is made anew each time.
_DELIVERING = (states.RUNNING, states.BOLUS)
_AT_REST = (states.RUNNING, states.SUSPENDED)
_BUSY = (states.BOLUS, states.MOVING)
_DOSES = (events.KIND_BASAL, events.KIND_BOLUS)
_IDLE_MS = const(4_000)
_BUSY_MS = const(20)
_BOLUS_TURN_MU = const(5)  # what a bolus owes from one turn to the next, about a quantum


class Pump:
    """All of the pump's rules and state. Public attributes are for reading."""

    def __init__(self, profile, settings):
        self.profile = profile
        self.settings = settings
        self.clock = Clock()
        self.log = Logbook(self.clock)
        self.alarms = Alarms(self.log, self.clock)
        self.window = DoseWindow()
        self.basal = Basal(self.log, profile)
        self.bolus = Bolus(self.log, profile)
        self.move = Move(self.log, profile)
        self.train = Train()
        self.state = states.STARTING
        self.stop_wanted = False  # the app must stop the motor and tell `moved`
        self.settings_dirty = False  # the app must save the settings
        self.reminder_due = False  # the face takes it: remind of the suspension
        self.reservoir_steps = -1  # unknown
        self.odometer_steps = 0  # dose steps since the log began
        self.basal_today_steps = 0
        self.bolus_today_steps = 0
        self.boluses_today = 0
        self.since_bolus_s = logbook.LONG_AGO_S
        self.battery_mv = -1
        self.pressure_mbar = -1
        self.reservoir_loaded = False  # in a change: the new amount was entered
        self.suspended_by = al.NONE  # the alarm that stopped delivery, if one did
        self._suspended_before_change = False
        self._suspended_ms = 0
        self._reminded_min = 0
        self._basal_end = events.END_SUSPENDED  # why its lease is closed once the motor rests
        self._day = 0
        self._sensing = Sensing(self.alarms, profile)
        self._apply_limits()

    # ---- starting ------------------------------------------------------------------------

    def start(self, past, next_seq, cause, version):
        """Go on from a `Recall`. Deliveries that were under way become uncertain, then closed."""
        self.log.boot = past.boot + 1
        self.log.next_seq = next_seq
        self.clock.local_s = past.local_s
        self._day = self.clock.day()
        self.window = past.window
        self.reservoir_steps = past.reservoir_steps
        self.odometer_steps = past.odometer_steps
        self.basal_today_steps = past.basal_steps
        self.bolus_today_steps = past.bolus_steps
        self.boluses_today = past.boluses
        self.since_bolus_s = past.since_bolus_s
        self.bolus.bolus_id = past.bolus_id
        # The scale stands in the log, so that its reader can turn steps into units.
        scale = self.profile.scale
        self.log.write(events.BOOT, cause, *version, scale.numerator, scale.denominator)
        self.log.write(events.CLOCK_LOST, past.local_s)
        self.alarms.cause(al.CLOCK_NOT_SET, True)
        if cause == events.RESET_WATCHDOG:
            self.alarms.once(al.RESTARTED)
        past.close(self)
        if past.suspended or past.changing:
            self._go(states.START_SUSPENDED)
        else:
            self._go(states.START)
        if past.changing:
            self.reservoir_steps = -1
        self._check_reservoir()
        self._checkpoint()

    def report_log(self, found_empty, torn_bytes, damaged_records, missing_records):
        """Say what the journal found at boot, when it is worth a record."""
        if found_empty:
            self.log.write(events.LOG_NEW)
            self.alarms.once(al.LOG_NEW)
        if torn_bytes or damaged_records or missing_records:
            self.log.write(events.LOG_DAMAGED, torn_bytes, damaged_records, missing_records)
            self.alarms.once(al.LOG_DAMAGED)

    def report_settings_lost(self):
        """The stored settings were damaged: defaults are in force, and a person must know."""
        self.log.write(events.SETTINGS_LOST)
        self.alarms.once(al.SETTINGS_LOST)

    def book_uncertain(self, kind, most_steps, bolus_id=0):
        """Steps that may have been made: limits and reservoir take them all, to be safe."""
        self.log.write(events.UNCERTAIN, kind, 0, most_steps, bolus_id)
        if kind in _DOSES:
            self.window.add(most_steps)
        if kind != events.KIND_REWIND and self.reservoir_steps > 0:
            self.reservoir_steps = max(0, self.reservoir_steps - most_steps)

    # ---- time ----------------------------------------------------------------------------

    def advance(self, elapsed_ms):
        """Let time go by, cut at the minutes so that each rate is owed for its own time."""
        while elapsed_ms > 0:
            into_minute_ms = self.clock.local_s % 60 * 1000 + self.clock.uptime_ms
            piece_ms = min(elapsed_ms, 60_000 - into_minute_ms)
            elapsed_ms -= piece_ms
            self._accrue(piece_ms)
        self.alarms.advance()
        self._settle()

    def due_ms(self):
        """How long the app may sleep before the core needs the next turn."""
        if self.log.outbox or self.stop_wanted or self.settings_dirty:
            return 0
        if self.move.active:
            return _BUSY_MS
        if self.bolus.active:
            speed_mu_min = self.settings.get(st.BOLUS_SPEED_MU_MIN)
            return max(_BUSY_MS, 60_000 * _BOLUS_TURN_MU // speed_mu_min)
        return _IDLE_MS

    def basal_rate_mu_h(self):
        """The rate in force now, 0 while nothing is delivered."""
        if self.state not in _DELIVERING:
            return 0
        return self.settings.basal.rate_mu_h(self.clock.minute_of_day())

    def _accrue(self, piece_ms):
        if self.state in _DELIVERING:
            rate_mu_h = self.basal_rate_mu_h()
            if self._withheld(rate_mu_h):
                rate_mu_h = 0
            self.basal.accrue(rate_mu_h, piece_ms)
        if self.state == states.BOLUS:
            self.bolus.accrue(self.settings.get(st.BOLUS_SPEED_MU_MIN), piece_ms)
        # Written out: a tuple of another module's constants would be made anew at every turn.
        elif self.state == states.SUSPENDED or self.state == states.CHANGING:
            self._remind(piece_ms)
        second = self.clock.uptime_s
        self.clock.advance(piece_ms)
        self.window.advance(piece_ms)
        if self.clock.uptime_s != second:
            since_s = self.since_bolus_s + self.clock.uptime_s - second
            self.since_bolus_s = min(logbook.LONG_AGO_S, since_s)
            if self.clock.day() != self._day:
                self._close_day()

    def _withheld(self, rate_mu_h):
        """Whether a limit holds basal back; its alarm follows."""
        withheld = False
        if rate_mu_h:
            room = self._room_steps() - self.bolus.remaining_steps() - self.basal.owed_steps
            withheld = room < 1
        if withheld or self.alarms.has_cause(al.OVER_LIMIT):
            self.alarms.cause(al.OVER_LIMIT, withheld)
        return withheld

    def _remind(self, piece_ms):
        self._suspended_ms += piece_ms
        if self._suspended_ms >= 60_000:
            self._suspended_ms -= 60_000
            self._reminded_min += 1
            if self._reminded_min % self.settings.get(st.SUSPEND_REMINDER_MIN) == 0:
                self.reminder_due = True
                self.log.write(events.REMINDER, 0, self._reminded_min * 60)

    def _close_day(self):
        self._day = self.clock.day()
        scale = self.profile.scale
        basal_mu = scale.dose_mu(self.basal_today_steps)
        bolus_mu = scale.dose_mu(self.bolus_today_steps)
        self.log.write(events.DAY_TOTAL, basal_mu, bolus_mu, self.boluses_today)
        self.basal_today_steps = 0
        self.bolus_today_steps = 0
        self.boluses_today = 0

    # ---- motion --------------------------------------------------------------------------

    def next_burst(self):
        """Signed steps to make now; 0 when none are due or a record is not durable yet."""
        if self.train.ordered or self.log.outbox or self.stop_wanted:
            return 0
        if self.state == states.MOVING:
            return self._order(self.move, self.move.ready_steps())
        if self.state not in _DELIVERING:
            return 0
        burst = self._order_dose(self.basal)
        if not burst and self.state == states.BOLUS:
            burst = self._order_dose(self.bolus)
        return burst

    def moving(self):
        """True while a burst is under way."""
        return self.train.ordered != 0

    def moved(self, steps, cut_short):
        """The burst under way is over: the signed steps that the hardware confirms.

        `cut_short`: somebody stopped it. Without that, any difference from the order is a fault.
        """
        made = self.train.made(steps)
        whole = self.train.is_whole(made, cut_short)
        source, ordered = self._end_train(made, steps)
        if not whole or (source is not None and source.owed_steps < 0):
            self._motor_error(source, ordered, made)
        self._settle()

    def gave_up(self, steps):
        """The burst never ended, or cannot be read; coils are off. `steps`: counted so far."""
        made = self.train.made(steps)
        self._motor_error(*self._end_train(made, steps), made)

    def stands_at(self, position_steps):
        """Compare the engine's own count of all its steps with the sum of all trains.

        False: there were some that nobody ordered; with coils off they may have moved nothing.
        """
        stray = position_steps - self.train.position_steps
        if not stray:
            return True
        self.train.position_steps = position_steps
        self.train.clear()  # what was to begin now does not
        self.log.write(events.MOTOR_ERROR, 0, abs(stray))
        self._fail(al.MOTOR_ERROR)
        self.book_uncertain(events.KIND_BASAL if stray > 0 else events.KIND_REWIND, abs(stray))
        return False

    def _end_train(self, made, steps):
        """Book what is known of the burst under way; returns its delivery and its steps."""
        train = self.train
        source, ordered = train.source, abs(train.ordered)
        train.clear()
        train.position_steps += steps
        self.stop_wanted = False
        if source is not None and made > 0:
            source.moved(made)
            self._book(source.kind, made)
        return source, ordered

    def _motor_error(self, source, ordered, made):
        """The engine's count is not what was ordered, and nobody stopped it: deliver no more."""
        self.log.write(events.MOTOR_ERROR, ordered, abs(made))
        self._fail(al.MOTOR_ERROR)
        # A count that is too low may be wrong. After the end of the delivery, which has the count.
        if source is not None and made < ordered:
            bolus_id = self.bolus.bolus_id if source is self.bolus else 0
            self.book_uncertain(source.kind, ordered - max(0, made), bolus_id)

    def _order_dose(self, source):
        steps = source.ready_steps()
        return self._order(source, min(steps, self._room_steps())) if steps else 0

    def _order(self, source, steps):
        backwards = source.kind == events.KIND_REWIND
        if not backwards and self.reservoir_steps >= 0:
            steps = min(steps, self.reservoir_steps)
        if steps <= 0:
            return 0
        return self.train.order(source, steps, backwards)

    def _book(self, kind, steps):
        if kind != events.KIND_REWIND and self.reservoir_steps >= 0:
            self.reservoir_steps = max(0, self.reservoir_steps - steps)
        if kind in _DOSES:
            self.odometer_steps += steps
            self.window.add(steps)
            if kind == events.KIND_BASAL:
                self.basal_today_steps += steps
            else:
                self.bolus_today_steps += steps
        self._check_reservoir()

    def _settle(self):
        """Roll leases, book ends, write checkpoints: all that must wait for a motor at rest."""
        if self.train.ordered:
            return
        if self.bolus.active and self.bolus.keep_part() and self.state == states.BOLUS:
            self._go(states.END_BOLUS)
        if self.move.active and self.move.keep_part() and self.state == states.MOVING:
            self._go(states.END_MOVE)
        if self.state in _DELIVERING:
            self.basal.keep_lease(self.basal_rate_mu_h())
        elif self.basal.lease_steps:
            self.basal.close(self._basal_end)
        at_rest = self.state in _AT_REST and not self.bolus.active
        if at_rest and self.log.since_checkpoint >= CHECKPOINT_EVERY:
            self._checkpoint()

    def _checkpoint(self):
        # The open lease is closed before and opened anew after, so that the log can
        # be understood from a checkpoint on without anything older.
        self.basal.close(events.END_RENEWED)
        flags = logbook.FLAG_SUSPENDED if self.state == states.SUSPENDED else 0
        log = self.log
        log.write(
            events.CHECKPOINT,
            self.odometer_steps,
            self.reservoir_steps,
            flags,
            self.bolus.bolus_id,
        )
        log.write(events.CHECKPOINT_WINDOW, self.window.hour_steps, self.window.day_steps)
        log.write(
            events.CHECKPOINT_TODAY,
            self.basal_today_steps,
            self.bolus_today_steps,
            self.boluses_today,
            self.since_bolus_s // logbook.LOCKOUT_UNIT_S,
        )
        log.since_checkpoint = 0
        if self.state == states.RUNNING:
            self.basal.keep_lease(self.basal_rate_mu_h())

    # ---- sensors -------------------------------------------------------------------------

    def sense(self, battery_mv, pressure_mbar):
        """Readings of the sensors, -1 where there is none."""
        self.battery_mv = battery_mv
        self.pressure_mbar = pressure_mbar
        self._sensing.look(battery_mv, pressure_mbar)
        if battery_mv >= 0 and self._sensing.battery_is_empty(battery_mv):
            self._stop_for(al.BATTERY_EMPTY, battery_mv)
        if pressure_mbar >= 0 and self._sensing.line_is_blocked(pressure_mbar):
            self._stop_for(al.OCCLUSION, pressure_mbar)

    def keys_down(self, keys, elapsed_s):
        """Which keys are down, as bits. While STOP is, no train can run: that must be told."""
        if self._sensing.stop_is_stuck(keys, elapsed_s):
            self._stop_for(al.STOP_STUCK, 0)

    def _check_reservoir(self):
        left = self.reservoir_steps
        low = self.profile.scale.steps(self.settings.get(st.RESERVOIR_LOW_MU))
        self.alarms.cause(al.RESERVOIR_LOW, 0 < left <= low, left)
        if left == 0:
            self._stop_for(al.RESERVOIR_EMPTY, 0)
        else:
            self.alarms.cause(al.RESERVOIR_EMPTY, False)

    def _stop_for(self, alarm, value):
        """Raise an alarm that stops whatever is being given."""
        self.alarms.cause(alarm, True, value)
        if self.state in _DELIVERING:
            self._suspend(events.SOURCE_RULE, events.END_ALARM, alarm)
        # With a rewind a person gets at an empty or a blocked reservoir: only low supply ends it.
        elif self.state == states.MOVING and (
            self.move.kind != events.KIND_REWIND or alarm == al.BATTERY_EMPTY
        ):
            self._end_delivery(self.move, events.END_ALARM)

    # ---- commands ------------------------------------------------------------------------

    def give_bolus(self, dose_mu, source):
        """Start a bolus of `dose_mu`."""
        code, limit = self._check_bolus(dose_mu)
        if code != codes.OK:
            return self._refuse(events.COMMAND_BOLUS, code, dose_mu, limit, source)
        self._go(states.GIVE_BOLUS)
        self.bolus.start(dose_mu, source)
        self.boluses_today += 1
        self.since_bolus_s = 0
        return codes.OK

    def _check_bolus(self, dose_mu):
        """(code, the limit that it is about)."""
        if self.bolus.active:
            return codes.BUSY, 0
        code = self._why_not(states.GIVE_BOLUS)
        if code != codes.OK:
            return code, 0
        most_mu = self.settings.get(st.MAX_BOLUS_MU)
        if dose_mu > most_mu:
            return codes.OVER_MAX_BOLUS, most_mu
        steps = self.bolus.steps_for(dose_mu) if dose_mu > 0 else 0
        if steps < 1:
            return codes.TOO_SMALL, 0
        lockout_min = self.settings.get(st.BOLUS_LOCKOUT_MIN)
        if self.since_bolus_s < lockout_min * 60:
            return codes.TOO_SOON, lockout_min
        if self.window.hour_steps + steps > self._max_hour_steps:
            return codes.OVER_MAX_HOUR, self.settings.get(st.MAX_HOUR_MU)
        if self.window.day_steps + steps > self._max_day_steps:
            return codes.OVER_MAX_DAY, self.settings.get(st.MAX_DAY_MU)
        if 0 <= self.reservoir_steps < steps:
            return codes.RESERVOIR_TOO_LOW, self.profile.scale.dose_mu(self.reservoir_steps)
        return codes.OK, 0

    def stop_bolus(self):
        """Stop the running bolus. Basal goes on."""
        if not self.bolus.active:
            return codes.NOT_NOW
        self._end_delivery(self.bolus, events.END_STOPPED)
        return codes.OK

    def suspend(self, source):
        """Stop all delivery until `resume`."""
        if self.state not in _DELIVERING:
            return self._refuse(events.COMMAND_SUSPEND, codes.NOT_NOW, 0, 0, source)
        self._suspend(source, events.END_SUSPENDED, al.NONE)
        return codes.OK

    def resume(self, source):
        """Deliver again after a suspension; refused while what stopped it is still there."""
        code = self._why_not(states.RESUME)
        if code == codes.OK and self._stopping_alarm():
            code = codes.ALARM_PERSISTS
        if code != codes.OK:
            return self._refuse(events.COMMAND_RESUME, code, 0, 0, source)
        self._go(states.RESUME)
        self._log_resume(source)
        self._settle()
        return codes.OK

    def start_change(self, source):
        """Open a reservoir change. Delivery stops until it is closed."""
        code = self._why_not(states.OPEN_CHANGE)
        if code != codes.OK:
            return self._refuse(events.COMMAND_CHANGE, code, 0, 0, source)
        self._suspended_before_change = self.state == states.SUSPENDED
        if not self._suspended_before_change:
            self._log_suspend(source, al.NONE)
        self._close_basal(events.END_SUSPENDED)
        self._go(states.OPEN_CHANGE)
        self.log.write(events.CHANGE_START, self.reservoir_steps, source)
        self.reservoir_steps = -1
        self.reservoir_loaded = False
        self._check_reservoir()
        return codes.OK

    def rewind(self, source):
        """Draw the plunger back, to the end or until `stop_move`."""
        self.reservoir_loaded = False
        self.reservoir_steps = -1
        return self._move(events.KIND_REWIND, self.profile.rewind_steps, source)

    def load_reservoir(self, dose_mu, source):
        """Say how much is in the reservoir that was put in."""
        if self.state != states.CHANGING:
            return self._refuse(events.COMMAND_CHANGE, codes.NOT_NOW, dose_mu, 0, source)
        if not 0 < dose_mu <= self.profile.reservoir_mu:
            limit_mu = self.profile.reservoir_mu
            return self._refuse(
                events.COMMAND_CHANGE, codes.OUT_OF_RANGE, dose_mu, limit_mu, source
            )
        self.reservoir_steps = self.profile.scale.steps(dose_mu)
        self.reservoir_loaded = True
        self.log.write(events.RESERVOIR_SET, self.reservoir_steps, dose_mu, source)
        self._check_reservoir()
        return codes.OK

    def prime(self, source):
        """Fill the tubing, until `stop_move` or the most that a tubing can hold."""
        if not self.reservoir_loaded:
            return self._refuse(events.COMMAND_MOVE, codes.RESERVOIR_NOT_SET, 0, 0, source)
        return self._move(events.KIND_PRIME, self.profile.prime_most_steps, source)

    def fill_cannula(self, dose_mu, source):
        """Fill the cannula with `dose_mu`."""
        if not self.reservoir_loaded:
            return self._refuse(events.COMMAND_MOVE, codes.RESERVOIR_NOT_SET, 0, 0, source)
        limit_mu = self.profile.cannula_most_mu
        steps = self.profile.scale.steps(dose_mu)
        if dose_mu > limit_mu or steps < 1:
            return self._refuse(events.COMMAND_MOVE, codes.OUT_OF_RANGE, dose_mu, limit_mu, source)
        return self._move(events.KIND_CANNULA, steps, source)

    def stop_move(self):
        """Stop a rewind, prime or fill."""
        if not self.move.active:
            return codes.NOT_NOW
        self._end_delivery(self.move, events.END_STOPPED)
        return codes.OK

    def finish_change(self, source):
        """Close the reservoir change; deliver again if the pump did before."""
        if self.state != states.CHANGING:
            return self._refuse(events.COMMAND_CHANGE, codes.NOT_NOW, 0, 0, source)
        if not self.reservoir_loaded:
            return self._refuse(events.COMMAND_CHANGE, codes.RESERVOIR_NOT_SET, 0, 0, source)
        alarm = self._stopping_alarm()
        if self._suspended_before_change or alarm:
            self._go(states.CLOSE_CHANGE_SUSPENDED)
        else:
            self._go(states.CLOSE_CHANGE)
            self._log_resume(source)
        # By this the log tells that the change is closed, also where no resume does.
        self._checkpoint()
        return codes.OK

    def acknowledge(self, source):
        """A person has seen the highest waiting alarm."""
        if not self.alarms.acknowledge(self.alarms.highest(), source):
            return codes.NOT_NOW
        return codes.OK

    def set_clock(self, local_s, utc_offset_min, source):
        """Set the wall clock and its distance from UTC."""
        if not 0 < local_s < LOCAL_LIMIT_S:
            return codes.OUT_OF_RANGE
        if self.settings.check(st.UTC_OFFSET_MIN, utc_offset_min) != codes.OK:
            return codes.OUT_OF_RANGE
        self.log.write(events.CLOCK_SET, self.clock.local_s, local_s, utc_offset_min, source)
        if self.settings.get(st.UTC_OFFSET_MIN) != utc_offset_min:
            self.settings.set(st.UTC_OFFSET_MIN, utc_offset_min)
            self.settings_dirty = True
        self.clock.set(local_s)
        self.alarms.cause(al.CLOCK_NOT_SET, False)
        self.alarms.acknowledge(al.CLOCK_NOT_SET, source)
        if self.clock.day() != self._day:
            self._close_day()
        self._settle()
        return codes.OK

    def set_setting(self, number, value, source):
        """Change one setting."""
        code = self.settings.check(number, value)
        below = number == st.MAX_BASAL_MU_H and value < max(self.settings.basal.rates_mu_h)
        if code == codes.OK and below:
            code = codes.OVER_MAX_BASAL
        if code != codes.OK:
            return self._refuse(events.COMMAND_SETTING, code, number, 0, source)
        old = self.settings.get(number)
        if old == value:
            return codes.OK
        self.log.write(events.SETTING_CHANGED, number, old, value, source)
        self.settings.set(number, value)
        self.settings_dirty = True
        self._apply_limits()
        self._check_reservoir()
        return codes.OK

    def set_basal(self, segments, source):
        """Replace the basal program by a list of (start minute, rate in mU/h)."""
        limit = self.settings.get(st.MAX_BASAL_MU_H)
        code = self.settings.basal.check(segments, limit)
        if code != codes.OK:
            return self._refuse(events.COMMAND_BASAL, code, 0, limit, source)
        program = self.settings.basal
        old_day_mu = program.day_mu()
        for index in range(len(segments)):
            start_min, rate_mu_h = segments[index]
            old = program.rate_mu_h(start_min)
            self.log.write(events.BASAL_SEGMENT, index, start_min, old, rate_mu_h)
        program.replace(segments)
        self.log.write(events.BASAL_PROGRAM, len(segments), old_day_mu, program.day_mu(), source)
        self.settings_dirty = True
        self._settle()
        return codes.OK

    def grant_service(self, source):
        """Give the board to its maker: granted only when nothing is being given."""
        code = self._why_not(states.GRANT_SERVICE)
        if self.bolus.active or self.move.active or self.train.ordered:
            code = codes.DELIVERING
        if code != codes.OK:
            return self._refuse(events.COMMAND_SERVICE, code, 0, 0, source)
        self._close_basal(events.END_STOPPED)
        self.log.write(events.SERVICE, 1, source)
        self._go(states.GRANT_SERVICE)
        return codes.OK

    def fail(self, code, detail):
        """Something that must not happen did: stop everything until the next start."""
        self.log.write(events.SYSTEM_ERROR, code, detail)
        self._fail(al.SYSTEM_ERROR)

    # ---- helpers -------------------------------------------------------------------------

    def _go(self, trigger):
        following = states.after(self.state, trigger)
        if following < 0:
            raise ValueError("no way from state %d by %d" % (self.state, trigger))
        self.state = following

    def _why_not(self, trigger):
        """OK, or why the table does not let this happen now."""
        if states.after(self.state, trigger) >= 0:
            return codes.OK
        if self.state == states.FAULT:
            return codes.FAULT
        if self.state == states.SUSPENDED:
            return codes.SUSPENDED
        if self.state in _BUSY:
            return codes.DELIVERING
        return codes.NOT_NOW

    def _refuse(self, command, code, asked, limit, source):
        self.log.write(events.REFUSED, command, code, max(0, asked), limit, source)
        return code

    def _stopping_alarm(self):
        """An alarm that keeps delivery stopped: its cause is there, or nobody has seen it."""
        for row in al.ALARMS:
            if row[2] and (self.alarms.causes | self.alarms.waiting) & 1 << row[0]:
                return row[0]
        return al.NONE

    def _room_steps(self):
        """Steps that the hourly and the daily limit still allow now."""
        hour = self._max_hour_steps - self.window.hour_steps
        day = self._max_day_steps - self.window.day_steps
        return hour if hour < day else day

    def _apply_limits(self):
        scale = self.profile.scale
        self._max_hour_steps = scale.steps(self.settings.get(st.MAX_HOUR_MU))
        self._max_day_steps = scale.steps(self.settings.get(st.MAX_DAY_MU))

    def _move(self, kind, most_steps, source):
        code = self._why_not(states.MOVE)
        alarm = self._stopping_alarm()
        if kind == events.KIND_REWIND and not self.alarms.has_cause(al.BATTERY_EMPTY):
            alarm = al.NONE
        if code == codes.OK and alarm:
            code = codes.ALARM_PERSISTS
        if code != codes.OK:
            return self._refuse(events.COMMAND_MOVE, code, 0, 0, source)
        self._go(states.MOVE)
        self.move.start(kind, most_steps, source)
        return codes.OK

    def _end_delivery(self, delivery, reason):
        """End a bolus or a move: at once when the motor rests, else as soon as it has stopped."""
        delivery.end(reason)
        if self.train.source is delivery:
            self.stop_wanted = True
        self._settle()

    def _suspend(self, source, reason, alarm):
        if self.bolus.active:
            self._end_delivery(self.bolus, reason)
        if self.state == states.BOLUS:
            self._go(states.END_BOLUS)
        if self.train.ordered:
            self.stop_wanted = True
        self._go(states.SUSPEND)
        self._log_suspend(source, alarm)
        self._close_basal(reason)

    def _close_basal(self, reason):
        """End the basal lease: now, or in `_settle` once the burst under way is booked to it."""
        self._basal_end = reason
        if not self.train.ordered:
            self.basal.close(reason)

    def _log_suspend(self, source, alarm):
        self.log.write(events.SUSPEND, source, alarm)
        self.suspended_by = alarm
        self._suspended_ms = 0
        self._reminded_min = 0

    def _log_resume(self, source):
        suspended_s = self._reminded_min * 60 + self._suspended_ms // 1000
        self.log.write(events.RESUME, source, suspended_s)
        self.suspended_by = al.NONE

    def _fail(self, alarm):
        if self.state != states.FAULT:
            if self.train.ordered:
                self.stop_wanted = True
            self.bolus.end(events.END_ALARM)
            self.move.end(events.END_ALARM)
            self._go(states.FAIL)
            self._close_basal(events.END_ALARM)
        self.alarms.cause(alarm, True)
        self._settle()
