"""The pump's rules: commands in, steps and records out; told of time, it never asks for it.

How the app uses it, every turn of its loop:

    pump.moved(steps, cut_short)      when a train ended: what the motor really made
    pump.stands_at(position_steps)    and where that leaves it, by the engine's own count
    pump.advance(elapsed_ms)          time went by; minute() once in a minute
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
from pump.core.clock import DAY_S, Clock
from pump.core.insulin import InsulinOnBoard
from pump.core.limits import DoseWindow
from pump.core.line import Line
from pump.core.logbook import CHECKPOINT_EVERY, Logbook
from pump.core.move import Move
from pump.core.remote import Remote
from pump.core.sensing import Sensing
from pump.core.suspension import Suspension
from pump.core.train import Train
from pump.core.ways import after

# A tuple of another module's constants that is written where it is used is made anew each time.
_DELIVERING = (states.RUNNING, states.BOLUS)
_AT_REST = (states.RUNNING, states.SUSPENDED, states.CHANGING)
_BUSY = (states.BOLUS, states.MOVING)
_CHANGES = (states.CHANGING, states.MOVING)
_DOSES = (events.KIND_BASAL, events.KIND_BOLUS)
_IDLE_MS = const(4_000)
_BUSY_MS = const(20)
_BOLUS_TURN_MU = const(5)  # what a bolus owes from one turn to the next, about a quantum


class Pump:
    """All of the pump's rules and state. Public attributes are for reading."""

    def __init__(self, profile, settings):
        self.profile = profile
        self.settings = settings
        if settings.get(st.STEPS_PER_UNIT):
            from pump.core.calibration import scale

            scale.begin(profile, settings)
        self.clock = Clock()
        self.log = Logbook(self.clock)
        self.alarms = Alarms(self.log, self.clock)
        self.window = DoseWindow()
        self.insulin = InsulinOnBoard(settings.longest_insulin_min())
        self.basal = Basal(self.log, profile)
        self.temporary = None  # a Temporary while one runs
        self.bolus = Bolus(self.log, profile)
        self.extended = None  # an Extended while one runs
        self.move = Move(self.log, profile)
        self.line = Line()
        self.train = Train()
        self.suspension = Suspension(self.log, self.clock, settings, self.alarms)
        self.rules = None  # a Rules once one is set
        self._change = None
        self.remote = Remote(self.log, self.clock, settings)
        self.state = states.STARTING
        self.stop_wanted = False  # the app must stop the motor and tell `moved`
        self.settings_dirty = False  # the app must save the settings
        self.reservoir_steps = -1  # unknown
        self.odometer_steps = 0  # dose steps since the log began
        self.basal_today_steps = self.bolus_today_steps = self.boluses_today = 0
        self.bolus_began_s = -logbook.LONG_AGO_S  # when the last one began, in uptime
        self.battery_mv = -1
        self.wrong_codes = (0, 0)  # in a row, of modes.py, and until when it takes no other
        self.day = 0  # of the clock, to which the counts of today belong
        self._sensing = Sensing(self.alarms, profile)
        self.apply_limits()

    # ---- what was given -------------------------------------------------------------------

    def book_uncertain(self, kind, most_steps, bolus_id=0, scale=None):
        """Steps that may have been made: limits and reservoir take them all, to be safe.

        Of a bolus insulin on board does too, by the scale they were made by; None: that of now.
        """
        if kind == events.KIND_BOLUS:
            self.got_insulin((scale or self.profile.scale).dose_mu(most_steps) + 1)
        self.log.write(events.UNCERTAIN, kind, 0, most_steps, bolus_id)
        if kind in _DOSES:
            self.window.add(most_steps)
        if kind < events.KIND_REWIND and self.reservoir_steps > 0:
            self.reservoir_steps = max(0, self.reservoir_steps - most_steps)

    def got_insulin(self, dose_mu):
        """A bolus, or a part of an extended one, is over that gave so much, or may have."""
        self.insulin.add(self.clock.uptime_s, dose_mu)

    def on_board_mu(self):
        """Insulin of boluses that has yet to act; all of the one that runs."""
        running_mu = self.bolus.given_mu() if self.bolus.active else 0
        if self.extended is not None:
            running_mu += self.extended.on_board_mu()
        return self.insulin.left_mu(self.clock.uptime_s) + running_mu

    def since_bolus_s(self):
        """How long ago the last bolus began, at most as long as a checkpoint can tell."""
        return min(self.clock.uptime_s - self.bolus_began_s, logbook.LONG_AGO_S)

    # ---- what is loaded when it is used --------------------------------------------------

    def change(self):
        """The commands of a reservoir change."""
        if self._change is None:
            from pump.core.change import ReservoirChange

            self._change = ReservoirChange(self)
        return self._change

    def forget_change(self):
        """Let go of them, unless a change is open."""
        if self.state not in _CHANGES:
            self._change = None

    # ---- time ----------------------------------------------------------------------------

    def advance(self, elapsed_ms):
        """Let time go by, cut at the minutes so that each rate is owed for its own time."""
        while elapsed_ms > 0:
            into_minute_ms = self.clock.local_s % 60 * 1000 + self.clock.uptime_ms
            # Written out, here and below: to call min() takes 16 us, at every turn.
            piece_ms = 60_000 - into_minute_ms
            if elapsed_ms < piece_ms:
                piece_ms = elapsed_ms
            if self.temporary is not None:
                piece_ms = min(piece_ms, self.temporary.left_ms or piece_ms)
            elapsed_ms -= piece_ms
            self._accrue(piece_ms)
        if self.alarms.waiting:
            self.alarms.advance()
        self.settle()

    def minute(self):
        """Look at what need not be seen at once. The app calls it once a minute."""
        self._sensing.minute(self)
        self.settle()

    def due_ms(self):
        """How long the app may sleep before the core needs the next turn."""
        # While a train runs nothing is written: what waits for the flash waits for its end.
        waits = (self.log.outbox or self.settings_dirty) and not self.train.ordered
        if waits or self.stop_wanted:
            return 0
        if self.move.active:
            return _BUSY_MS
        if self.bolus.active:
            speed_mu_min = self.settings.get(st.BOLUS_SPEED_MU_MIN)
            return max(_BUSY_MS, 60_000 * _BOLUS_TURN_MU // speed_mu_min)
        if self.temporary is None:
            return _IDLE_MS
        return min(self.temporary.left_ms or _IDLE_MS, _IDLE_MS)

    def temporary_left_ms(self):
        """How long a temporary basal stays in force, 0 where none is."""
        return self.temporary.left_ms if self.temporary is not None else 0

    def basal_rate_mu_h(self):
        """The rate in force now, 0 while nothing is delivered."""
        if self.state not in _DELIVERING:
            return 0
        rate_mu_h = self.settings.basal.rate_at(self.clock.local_s)
        return rate_mu_h if self.temporary is None else self._temporary_or(rate_mu_h)

    def _temporary_or(self, rate_mu_h):
        """The rate in force where the program has `rate_mu_h`."""
        temporary = self.temporary
        if temporary is None or not temporary.left_ms:
            return rate_mu_h
        return temporary.rate_in_force(rate_mu_h, self.settings.get(st.MAX_BASAL_MU_H))

    def _accrue(self, piece_ms):
        if self.state in _DELIVERING:
            program, now_s = self.settings.basal, self.clock.local_s
            # Looked at before it is called, here and below; and written out here and in `settle`,
            # which both come at every turn: what the two have in common would be one more call.
            known = program.rate_from_s <= now_s < program.rate_until_s
            rate_mu_h = program.rate_then_mu_h if known else program.rate_at(now_s)
            if self.temporary is not None and self.temporary.left_ms:
                rate_mu_h = self._temporary_or(rate_mu_h)
                self.temporary.advance(piece_ms)
            withheld = self._withheld(rate_mu_h)
            self.basal.accrue(0 if withheld else rate_mu_h, piece_ms)
            if self.extended is not None:
                self.extended.advance(piece_ms, withheld)
        if self.state == states.BOLUS:
            self.bolus.accrue(self.settings.get(st.BOLUS_SPEED_MU_MIN), piece_ms)
        # Written out: a tuple of another module's constants would be made anew at every turn.
        elif self.state == states.SUSPENDED or self.state == states.CHANGING:
            self.suspension.advance(piece_ms)
        self.clock.advance(piece_ms)
        self.window.advance(piece_ms)

    def _withheld(self, rate_mu_h):
        """Whether a limit holds basal and an extended bolus back; its alarm follows.

        Of a bolus that runs alone it holds back what a limit lowered meanwhile does not allow.
        """
        withheld = False
        continuous = rate_mu_h or self.extended is not None
        if continuous or self.bolus.active:
            # Written out, as this is at every turn: what `window.room_steps` says.
            window = self.window
            room = window.most_hour_steps - window.hour_steps
            day = window.most_day_steps - window.day_steps
            room = (room if room < day else day) - self.basal.owed_steps
            if self.extended is not None:
                room -= self.extended.owed_steps
            if self.bolus.active:
                room -= self.bolus.remaining_steps()
            withheld = room < (1 if continuous else 0)
        if withheld or self.alarms.causes & 1 << al.OVER_LIMIT - 1:
            self.alarms.cause(al.OVER_LIMIT, withheld)
        return withheld

    def _close_day(self):
        """Write what the day gave, and begin the next. For a motor at rest.

        What is open is booked before: a restart adds the steps of a lease up when it is closed,
        and those before midnight belong to the day before.
        """
        leased = self.basal.lease_steps
        self.basal.close(events.END_RENEWED)
        if self.bolus.active:
            self.bolus.renew_part()
        if self.extended is not None:
            self.extended.renew_part()
        dose_mu = self.profile.scale.dose_mu
        basal_mu, bolus_mu = dose_mu(self.basal_today_steps), dose_mu(self.bolus_today_steps)
        self.log.write(events.DAY_TOTAL, basal_mu, bolus_mu, self.boluses_today)
        self.day = self.clock.day()
        self.basal_today_steps = self.bolus_today_steps = self.boluses_today = 0
        if leased:
            self.basal.keep_lease(self.basal_rate_mu_h())

    # ---- motion --------------------------------------------------------------------------

    def is_due(self):
        """Whether `next_burst` is worth asking."""
        if self.basal.ready_steps() > 0 or self.bolus.active or self.move.active:
            return True
        return self.extended is not None and self.extended.ready_steps() > 0

    def next_burst(self):
        """Signed steps to make now; 0 when none are due or a record is not durable yet."""
        if self.train.ordered or self.log.outbox or self.stop_wanted:
            return 0
        if self.state == states.MOVING:
            return self._order(self.move, self.move.ready_steps())
        if self.state not in _DELIVERING:
            return 0
        burst = self._order_dose(self.basal)
        if not burst and self.extended is not None:
            burst = self._order_dose(self.extended)
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
        whole = self.train.is_whole(made, cut_short, self.stop_wanted)
        source, ordered = self._end_train(made, steps)
        if not whole or (source is not None and source.owed_steps < 0):
            self.motor_error(source, ordered, made)
        self.settle()

    def gave_up(self, steps):
        """The burst never ended, or cannot be read; coils are off. `steps`: counted so far."""
        made = self.train.made(steps)
        self.motor_error(*self._end_train(made, steps), made)

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
        self.book_uncertain(events.KIND_BASAL if stray > 0 else events.KIND_REWIND, abs(stray))
        self._fail(al.MOTOR_ERROR)
        return False

    def did_not_turn(self, steps):
        """A sensor saw no motion for so many steps: what they gave stays in the log, in doubt.

        A rewind goes beyond the whole travel: that it came to a stand is how it ends.
        """
        # Its last train may have ended it already.
        if self.state in _CHANGES and self.move.kind == events.KIND_REWIND:
            self.end_delivery(self.move, events.END_NO_MOTION)
        else:
            self.motor_error(None, steps, 0)

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

    def motor_error(self, source, ordered, made):
        """The engine's count is not what was ordered, and nobody stopped it: deliver no more."""
        self.log.write(events.MOTOR_ERROR, ordered, abs(made))
        # A count that is too low may be wrong. Before the end of the delivery: should the power go
        # between the two, what is open still tells of all these steps.
        if source is not None and made < ordered:
            doubtful = ordered - max(0, made)
            bolus_id = source.bolus_id if source.kind == events.KIND_BOLUS else 0
            self.book_uncertain(source.kind, doubtful, bolus_id)
        self._fail(al.MOTOR_ERROR)

    def _order_dose(self, source):
        steps = source.ready_steps()
        return self._order(source, min(steps, self.window.room_steps())) if steps else 0

    def _order(self, source, steps):
        backwards = source.kind == events.KIND_REWIND
        if not backwards and self.reservoir_steps >= 0:
            steps = min(steps, self.reservoir_steps)
        return self.train.order(source, steps, backwards) if steps > 0 else 0

    def _book(self, kind, steps):
        if kind < events.KIND_REWIND and self.reservoir_steps >= 0:
            self.reservoir_steps = max(0, self.reservoir_steps - steps)
        if kind in _DOSES:
            self.odometer_steps += steps
            self.window.add(steps)
            if kind == events.KIND_BASAL:
                self.basal_today_steps += steps
                if self.temporary is not None:
                    self.temporary.given_steps += steps
            else:
                self.bolus_today_steps += steps
        self.check_reservoir()

    def settle(self):
        """Roll leases, book ends and days, write checkpoints: what waits for a motor at rest."""
        if self.train.ordered:
            return
        # Looked at here before it is called, as this is at every turn.
        if self.bolus.active or self.extended is not None:
            self._keep_boluses()
        if self.move.active and self.move.keep_part() and self.state == states.MOVING:
            self.change().end_move()
        if self.temporary is not None and self.temporary.due:
            self.temporary.turn(self)
        if self.state in _DELIVERING:
            program, now_s = self.settings.basal, self.clock.local_s
            known = program.rate_from_s <= now_s < program.rate_until_s
            rate_mu_h = program.rate_then_mu_h if known else program.rate_at(now_s)
            if self.temporary is not None:
                rate_mu_h = self._temporary_or(rate_mu_h)
            self.basal.keep_lease(rate_mu_h)
        elif self.basal.lease_steps:
            self.basal.close(self.basal.end_reason)
        if self.clock.local_s // DAY_S != self.day:
            self._close_day()
        at_rest = self.state in _AT_REST and not self.bolus.active
        if at_rest and self.log.since_checkpoint >= CHECKPOINT_EVERY:
            self.checkpoint()

    def _keep_boluses(self):
        if self.bolus.active and self.bolus.keep_part():
            self._bolus_is_over()
        if self.extended is not None and self.extended.keep_part():
            self.extended = None

    def _bolus_is_over(self):
        self.got_insulin(self.bolus.given_mu())
        if self.state == states.BOLUS:
            self.go(states.END_BOLUS)
        if self.bolus.reason == events.END_ALARM and self.bolus.given_steps < self.bolus.steps:
            self.alarms.once(al.BOLUS_INCOMPLETE, self.bolus.given_mu())

    def checkpoint(self):
        """Write all that a restart needs to know. For a motor at rest."""
        # The open lease is closed before and opened anew after, so that the log can
        # be understood from a checkpoint on without anything older.
        self.basal.close(events.END_RENEWED)
        if self.extended is not None:
            self.extended.renew_part()
        flags = logbook.FLAG_SUSPENDED if self.state == states.SUSPENDED else 0
        flags |= logbook.FLAG_CHANGING if self.state == states.CHANGING else 0
        if self.suspension.remotely:
            flags |= logbook.FLAG_SUSPENDED_REMOTELY
        flags |= logbook.FLAG_PLAY if self.move.play else 0
        flags |= self.settings.active << logbook.PROGRAM_BITS
        log, bolus_id = self.log, self.bolus.last_id
        if self.settings.get(st.STEPS_PER_UNIT):
            flags |= logbook.FLAG_CALIBRATED
            log.write(events.SCALE, self.profile.scale.numerator, self.profile.scale.denominator)
        self.alarms.look_at_log()
        log.write(events.CHECKPOINT, self.odometer_steps, self.reservoir_steps, flags, bolus_id)
        log.write(events.CHECKPOINT_WINDOW, self.window.hour_steps, self.window.day_steps)
        self.insulin.checkpoint(log, self.clock.uptime_s)
        self.line.checkpoint(log, self.clock.uptime_s)
        if self.temporary is not None:
            self.temporary.checkpoint(log)
        if self.extended is not None:
            self.extended.checkpoint()
        log.write(
            events.CHECKPOINT_TODAY,
            self.basal_today_steps,
            self.bolus_today_steps,
            self.boluses_today,
            self.since_bolus_s() // logbook.LOCKOUT_UNIT_S,
        )
        log.since_checkpoint = 0
        if self.state == states.RUNNING:
            self.basal.keep_lease(self.basal_rate_mu_h())

    # ---- sensors -------------------------------------------------------------------------

    def sense(self, battery_mv, pressure_mbar):
        """Readings of the sensors, -1 where there is none."""
        self.battery_mv = battery_mv
        self._sensing.look(battery_mv, pressure_mbar, self)

    def keys_down(self, keys, elapsed_s):
        """Which keys are down, as bits. While STOP is, no train can run: that must be told."""
        if self._sensing.stop_is_stuck(keys, elapsed_s):
            self.stop_for(al.STOP_STUCK, 0)

    def check_reservoir(self):
        """Raise or clear the alarms of the reservoir, by what is in it now."""
        self._sensing.look_at_reservoir(self)

    def stop_for(self, alarm, value):
        """Raise an alarm that stops whatever is being given."""
        self.alarms.cause(alarm, True, value)
        if self.state in _DELIVERING:
            self._suspend(events.SOURCE_RULE, events.END_ALARM, alarm)
        # With a rewind a person gets at an empty or a blocked reservoir: only low supply ends it.
        elif self.state == states.MOVING and (
            self.move.kind != events.KIND_REWIND or alarm == al.BATTERY_EMPTY
        ):
            self.end_delivery(self.move, events.END_ALARM)

    # ---- commands ------------------------------------------------------------------------

    def give_bolus(self, dose_mu, source):
        """Start a bolus of `dose_mu`."""
        code, limit = self.check_bolus(dose_mu)
        if code != codes.OK:
            return self.refuse(events.COMMAND_BOLUS, code, dose_mu, limit, source)
        self.begin_bolus(dose_mu, source)
        return codes.OK

    def begin_bolus(self, dose_mu, source):
        """Start one that was checked; of an extended one what is given at once, or 0."""
        if dose_mu:
            self.go(states.GIVE_BOLUS)
            self.bolus.start(dose_mu, source, self.settings.get(st.BOLUS_DELAY_S))
        self.boluses_today += 1
        self.bolus_began_s = self.clock.uptime_s

    def check_bolus(self, dose_mu):
        """(OK or why it would be refused now, the limit that this is about)."""
        from pump.core.bolus_limits import check

        return check(self, dose_mu)

    def stop_bolus(self, source=events.SOURCE_BUTTONS):
        """Stop every bolus that runs. Basal goes on."""
        reason = events.END_REMOTE if source == events.SOURCE_LINK else events.END_STOPPED
        code = codes.NOT_NOW
        for bolus in (self.bolus, self.extended):
            if bolus is not None and bolus.active:
                self.end_delivery(bolus, reason)
                code = codes.OK
        return code

    def suspend(self, source):
        """Stop all delivery until `resume`."""
        if self.state not in _DELIVERING:
            return self.refuse(events.COMMAND_SUSPEND, codes.NOT_NOW, 0, 0, source)
        self._suspend(source, events.END_SUSPENDED, al.NONE)
        return codes.OK

    def resume(self, source):
        """Deliver again after a suspension; refused while what stopped it is still there."""
        code = self.why_not(states.RESUME)
        if code == codes.OK and self.alarms.stopping():
            code = codes.ALARM_PERSISTS
        # What was stopped at the pump, by a hand or a rule, is for a hand to start again.
        if code == codes.OK and source == events.SOURCE_LINK and not self.suspension.remotely:
            code = codes.BY_HAND
        if code != codes.OK:
            return self.refuse(events.COMMAND_RESUME, code, 0, 0, source)
        self.go(states.RESUME)
        self.move.play = False  # what is delivered now takes it up
        self.suspension.end(source)
        self.settle()
        return codes.OK

    def acknowledge(self, source):
        """A person has seen the highest waiting alarm."""
        if not self.alarms.acknowledge(self.alarms.highest(), source):
            return codes.NOT_NOW
        return codes.OK

    def set_clock(self, local_s, utc_offset_min, source):
        """Set the wall clock and its distance from UTC."""
        return _changes().set_clock(self, local_s, utc_offset_min, source)

    def set_setting(self, number, value, source):
        """Change one setting."""
        return _changes().set_setting(self, number, value, source)

    def set_basal(self, segments, source):
        """Replace the basal program by a list of (start minute, rate in mU/h)."""
        return _changes().set_basal(self, segments, source)

    def grant_service(self, source):
        """Give the board to its maker: granted only when nothing is being given."""
        code = self.why_not(states.GRANT_SERVICE)
        if self.bolus.active or self.extended or self.move.active or self.train.ordered:
            code = codes.DELIVERING
        if code != codes.OK:
            return self.refuse(events.COMMAND_SERVICE, code, 0, 0, source)
        self.close_basal(events.END_STOPPED)
        self.log.write(events.SERVICE, 1, source)
        self.go(states.GRANT_SERVICE)
        return codes.OK

    def fail(self, code, detail):
        """Something that must not happen did: stop everything until the next start."""
        try:  # stopped it is also when no memory is left for the record
            self.log.write(events.SYSTEM_ERROR, code, detail)
        finally:
            self._fail(al.SYSTEM_ERROR)

    # ---- for the parts of the core, and helpers -------------------------------------------

    def go(self, trigger):
        """Go to the state that the table names; ValueError where it has none."""
        following = after(self.state, trigger)
        if following < 0:
            raise ValueError("no way from state %d by %d" % (self.state, trigger))
        self.state = following

    def why_not(self, trigger):
        """OK, or why the table does not let this happen now."""
        if after(self.state, trigger) >= 0:
            return codes.OK
        if self.state == states.FAULT:
            return codes.FAULT
        if self.state == states.SUSPENDED:
            return codes.SUSPENDED
        if self.state in _BUSY:
            return codes.DELIVERING
        return codes.NOT_NOW

    def refuse(self, command, code, asked, limit, source):
        """Record a refusal; returns its code."""
        self.log.write(events.REFUSED, command, code, max(0, asked), limit, source)
        return code

    def apply_limits(self):
        """Take the limits of an hour and a day from the settings."""
        scale = self.profile.scale
        self.window.most_hour_steps = scale.steps(self.settings.get(st.MAX_HOUR_MU))
        self.window.most_day_steps = scale.steps(self.settings.get(st.MAX_DAY_MU))
        if self.rules is None and self.settings.any_rule():
            self._load_rules()

    def _load_rules(self):
        try:
            from pump.core.rules import Rules

            self.rules = Rules(self.clock.uptime_s)
        except MemoryError:
            pass  # no reason to stop delivery; `settle` of the next change tries again

    def end_delivery(self, delivery, reason):
        """End a bolus or a move: at once when the motor rests, else as soon as it has stopped."""
        delivery.end(reason)
        if self.train.source is delivery:
            self.stop_wanted = True
        self.settle()

    def _suspend(self, source, reason, alarm):
        if self.bolus.active:
            self.end_delivery(self.bolus, reason)
        if self.state == states.BOLUS:
            self.go(states.END_BOLUS)
        if self.train.ordered:
            self.stop_wanted = True
        self.go(states.SUSPEND)
        self.suspension.begin(source, alarm)
        self.close_basal(reason)

    def close_basal(self, reason):
        """End the basal lease: now, or in `settle` once the burst under way is booked to it."""
        self.basal.end_reason = reason
        if self.temporary is not None:
            self.temporary.end(reason)
        if self.extended is not None:
            self.extended.end(reason)
        if not self.train.ordered:
            self._keep_boluses()
            self.basal.close(reason)
            if self.temporary is not None:
                self.temporary.turn(self)

    def _fail(self, alarm):
        if self.state != states.FAULT:
            if self.train.ordered:
                self.stop_wanted = True
            self.bolus.end(events.END_ALARM)
            self.move.end(events.END_ALARM)
            self.go(states.FAIL)
            self.basal.end_reason = events.END_ALARM
            if self.temporary is not None:
                self.temporary.end(events.END_ALARM)
            if self.extended is not None:
                self.extended.end(events.END_ALARM)
        # Only now what takes memory and may fail: the records. `settle` closes the lease.
        self.alarms.cause(alarm, True)
        self.settle()


def _changes():
    from pump.core import setting_changes

    return setting_changes
