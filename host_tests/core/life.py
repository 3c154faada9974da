"""A life of the core that anybody may steer, against the books of a simple model.

Hypothesis steers it in test_promises_host.py; the seeds of test_lives.py do on MicroPython too. To
see what a seed does: `python -m host_tests.core.life SEED [LENGTH [calibrations]]`. Integers only:
there are no fractions on the board.
"""

from host_tests.core.bench import BUTTONS, Bench, Board
from pump.core import alarms as al
from pump.core import (
    calculator,
    codes,
    events,
    extended,
    modes,
    programs,
    quick_bolus,
    record,
    states,
    temporary,
)
from pump.core import settings as st
from pump.core.layouts import LAYOUTS
from pump.core.temporary import NO_PERCENT

# Tenths of a step in a unit: the board's, and those that a life calibrates to. Doses are counted
# in parts of which a step has a whole number by every scale, and so has a rate in a ms.
BOARD_TENTHS = 6_791
TENTHS = (7_013, 5_999, 8_400)
_PER_MU = 3_600_000 * BOARD_TENTHS * 7_013 * 5_999 * 8_400
_PER_MU_H_MS = _PER_MU // 3_600_000
MAX_HOUR_MU = 3_000
MAX_DAY_MU = 20_000
PROGRAMS = (
    [(0, 1_000), (10, 2_500), (720, 400)],
    [(0, 0)],
    [(0, 5_000), (1, 0), (2, 5_000), (1_439, 35)],
    [(0, 700)],
)
# (number, values) of the settings that a life changes.
WISHES = (
    (st.BOLUS_SPEED_MU_MIN, (100, 1_500, 32_000)),
    (st.MAX_BOLUS_MU, (0, 1_000, 10_000)),
    (st.MAX_HOUR_MU, (0, 1_000, MAX_HOUR_MU)),
    (st.MAX_DAY_MU, (2_000, MAX_DAY_MU)),
    (st.BOLUS_LOCKOUT_MIN, (0, 5, 60)),
    (st.RESERVOIR_LOW_MU, (0, 20_000)),
    (st.SUSPEND_REMINDER_MIN, (5, 60)),
    (st.MAX_BASAL_MU_H, (2_500, 5_000, 35_000)),
    (st.BOLUS_DELAY_S, (0, 5, 10)),
    (st.MAX_ON_BOARD_MU, (0, 1_000, 5_000)),
    (st.AUTO_OFF_H, (0, 5, 24)),
    (st.AUTO_RESUME_MIN, (0, 5, 60)),
    (st.DAILY_1_MIN, (0, 10, 700)),
    (st.MODE, (0, 1)),
)
_SCALES = (0,) + TENTHS  # 0: back to the board's
DOSES = (events.KIND_BASAL, events.KIND_BOLUS)
DELIVERING = (states.RUNNING, states.BOLUS)


class Told:
    """What a reader makes of the log so far, of dose and of guided moves apart."""

    def __init__(self):
        self.read = 0
        self.certain = [0, 0]
        self.unsure = [0, 0]
        self._lease = self._part = self._given = 0
        self._move_part = 0
        self._extended = None  # [number, what it asks for, steps] until its end
        self._extended_part = 0
        self._by_leases = 0  # steps of leases since the last temporary basal began
        self.temporary = None  # what its start says, until its end
        self.active = 1  # the program in force
        self.programs = {1: [(0, 0)]}
        self.names = {}
        self._segments = []
        self._handlers = {
            events.BASAL_LEASE: self._basal_lease,
            events.TEMPORARY_START: self._temporary_start,
            events.TEMPORARY_END: self._temporary_end,
            events.BOLUS_START: self._bolus_start,
            events.BOLUS_PART: self._bolus_part,
            events.BOLUS_END: self._bolus_end,
            events.EXTENDED_START: self._extended_start,
            events.EXTENDED_PART: self._extended_gave,
            events.EXTENDED_END: self._extended_end,
            events.MOVE_PART: self._moved,
            events.MOVE_END: self._move_end,
            events.UNCERTAIN: self._uncertain,
            events.BASAL_SEGMENT: self._basal_segment,
            events.BASAL_PROGRAM: self._basal_program,
            events.PROGRAM_ACTIVATED: self._program_activated,
            events.PROGRAM_EDITED: self._program_edited,
            events.PROGRAM_SEGMENT: self._program_segment,
            events.PROGRAM_NAMED: self._program_named,
        }

    def feed(self, log):
        """Read what is new in it."""
        for packed in log[self.read :]:
            event = record.header(packed)[2]
            handler = self._handlers.get(event)
            if handler:
                handler(record.fields(packed, LAYOUTS[event]))
        self.read = len(log)

    def most(self, guided):
        """Steps that may have been made, what is open now counted in full."""
        dose = self._lease + self._part + self._extended_part
        still = self._move_part if guided else dose
        return self.certain[guided] + self.unsure[guided] + still

    def _basal_lease(self, values):
        self.certain[0] += values[0]
        self._lease = values[1]
        self._by_leases += values[0]

    def _temporary_start(self, values):
        assert self.temporary is None, "a temporary basal begins within another"
        self.temporary = values
        self._by_leases = 0

    def _temporary_end(self, values):
        elapsed_s, given, reason = values
        assert self.temporary is not None, "a temporary basal ends twice"
        assert given == self._by_leases, "its end tells of other steps than the leases"
        assert elapsed_s <= self.temporary[2] * 60
        assert reason != events.END_TIME or elapsed_s == self.temporary[2] * 60
        self.temporary = None

    def _bolus_start(self, _):
        self._given = 0

    def _bolus_part(self, values):
        self.certain[0] += values[1]
        self._given += values[1]
        self._part = values[2]

    def _bolus_end(self, values):
        self.certain[0] += values[2] - self._given
        self._part = 0

    def _extended_start(self, values):
        assert self._extended is None, "an extended bolus begins within another"
        self._extended = [values[0], values[1], 0]

    def _extended_gave(self, values):
        assert self._extended is not None and values[0] == self._extended[0]
        self.certain[0] += values[1]
        self._extended[2] += values[1]
        self._extended_part = values[2]

    def _extended_end(self, values):
        number, given_mu, given_steps, _, reason = values
        assert self._extended is not None, "an extended bolus ends twice"
        assert number == self._extended[0] and given_steps >= self._extended[2]
        assert given_mu <= self._extended[1]
        assert reason != events.END_DONE or given_mu == self._extended[1]
        self.certain[0] += given_steps - self._extended[2]
        self._extended_part = 0
        self._extended = None

    def _moved(self, values):
        self.certain[1] += values[1]
        self._move_part = values[2]

    def _move_end(self, values):
        self.certain[1] += values[1]
        self._move_part = 0

    def _uncertain(self, values):
        kind, _, most_steps, bolus_id = values
        extends = self._extended is not None and bolus_id == self._extended[0]
        self.unsure[kind not in DOSES] += most_steps
        if kind == events.KIND_BASAL:
            self._lease = 0
        elif kind == events.KIND_BOLUS and extends:
            self._extended_part = 0
        elif kind == events.KIND_BOLUS:
            self._part = 0
        else:
            self._move_part = 0

    def _basal_segment(self, values):
        if not values[0]:
            self._segments = []
        self._segments.append((values[1], values[3]))

    def _basal_program(self, values):
        assert len(self._segments) == values[0]
        self.programs[self.active] = self._segments

    def _program_segment(self, values):
        self._basal_segment(values[1:])

    def _program_edited(self, values):
        assert values[0] != self.active
        assert not values[1] or len(self._segments) == values[1]
        self.programs[values[0]] = self._segments if values[1] else []

    def _program_activated(self, values):
        self.active = values[1]

    def _program_named(self, values):
        self.names[values[0]] = values[2]


class Life:
    """The pump under test and what a simple book-keeper says of it."""

    def __init__(self):
        self.bench = Bench()
        for number, value in (
            (st.MAX_HOUR_MU, MAX_HOUR_MU),
            (st.MAX_DAY_MU, MAX_DAY_MU),
            (st.CARB_RATIO_1, 150),
            (st.FACTOR_1, 60),
        ):
            assert self.pump.set_setting(number, value, BUTTONS) == codes.OK
        assert self.pump.set_basal(PROGRAMS[0], BUTTONS) == codes.OK
        self.programs = {1: PROGRAMS[0], 2: [], 3: [], 4: []}
        self.names = {1: 0, 2: 0, 3: 0, 4: 0}
        self.active = 1
        self.told = Told()
        self.made = [0, 0]  # steps the motor made: dose, guided
        self.given = 0  # of dose, in 1 / _PER_MU, each step by the scale it was made by
        self.doses = []  # (ms, steps, the same as given)
        self.now_ms = 0
        self.tenths = BOARD_TENTHS
        self.saved = None  # what the flash holds of the settings
        self.saved_books = None  # the model's programs then
        self.owed = 0  # of dose, in 1 / _PER_MU
        self.bolus_at_ms = -1
        self.by_hand = False  # delivery was suspended since the start of the board
        self.bolus_from_ms = self.extended_from_ms = 0  # not a step of it before
        self.held_steps = -1  # what is in the reservoir; -1: nobody knows
        self.flying = 0  # signed steps of a train that was begun and has not ended
        self.position = 0
        self.local_ms = 0
        self.boots = {self.pump.log.boot: 0}  # ms at which each start was
        self.silent = {}  # what stops delivery and was seen: ms at which it was first silent
        self.temporary = None  # [percent, rate, ms that are left]
        self.extended = None  # [mU, ms in all, ms that went by, owed of it in 1 / _PER_MU]
        self._settle()

    @property
    def pump(self):
        """The pump of the present start."""
        return self.bench.pump

    # ---- the world

    def live(self, seconds, turn_ms):
        """Turns of the loop with a good motor."""
        for _ in range(max(1, seconds * 1000 // turn_ms)):
            self._turn(turn_ms)
            self._begin()

    def live_to_a_burst(self, seconds):
        """The same, until a train has begun; it is left under way."""
        for _ in range(seconds * 10):
            self._turn(100)
            if self._begin():
                return

    def cut(self, percent):
        """The power goes; of a train that is under way so much was made."""
        steps = abs(self.flying) * percent // 100
        if self.flying:
            self._motor(steps if self.flying > 0 else -steps)
        self.flying = 0
        self.temporary = None
        # What the power cut may hide of a bolus is a part of it.
        hidden_mu = 510 if self.extended is None else 1_020
        self.extended = None
        self.pump.log.outbox.clear()  # what did not become durable never happened
        if self.pump.settings_dirty:
            self._forget_unsaved()
        lost = self.pump.train.ordered != 0
        before_mu, most_mu = self.pump.on_board_mu(), self._most_on_board_mu()
        line = self._line()
        booked = not (lost or self.pump.move.active or self.pump.state == states.FAULT)
        self.bench = self.bench.restarted()
        self._check_line(line, booked)
        self.by_hand = False
        self.silent = {}
        self.boots[self.pump.log.boot] = self.now_ms
        assert self.pump.on_board_mu() >= before_mu, "a restart forgets insulin"
        assert self._most_on_board_mu() <= most_mu + hidden_mu, "insulin is twice on board"
        self.position = 0
        self._count_by(self.pump.settings.get(st.STEPS_PER_UNIT))
        assert not self.pump.moving() and not (lost and self.pump.bolus.active)
        self._settle()

    def _line(self):
        """(steps in tubing and cannula, ages of reservoir and site in s or None)."""
        line, now_s = self.pump.line, self.pump.clock.uptime_s
        ages = [None if s is None else now_s - s for s in (line.reservoir_s, line.site_s)]
        return [line.tubing_steps, line.cannula_steps], ages

    def _check_line(self, before, booked):
        """After a restart: what fills the line is known, and nothing in it has grown older."""
        steps, ages = self._line()
        if booked:
            assert steps == before[0], "a restart changes what is in the line"
            assert [age is None for age in ages] == [age is None for age in before[1]]
        for age, older in zip(ages, before[1]):
            assert age is None or older is None or 0 <= age <= older

    def engine_short(self, percent):
        """The engine ends a train by itself and counts too few; the motor may have made all."""
        if self.flying:
            counted = self.flying * percent // 100
            if abs(counted) < abs(self.flying) and not self.pump.stop_wanted:
                self._motor(self.flying)
                self._end(counted, False)
                assert self.pump.state == states.FAULT

    def engine_stuck(self, percent):
        """A train never ends: coils off, and what was counted is told."""
        if self.flying:
            self._motor(self.flying)
            counted = self.flying * percent // 100
            self.position += counted
            self.flying = 0
            self.pump.gave_up(counted)
            assert self.pump.state == states.FAULT

    def stray(self, steps):
        """The engine has counted steps that nobody ordered."""
        if not self.flying and steps:
            self.position += steps
            self._motor(steps, stray=True)
            assert not self.pump.stands_at(self.position)
            assert self.pump.state == states.FAULT

    def fail(self, code):
        """An error in some layer."""
        self.pump.fail(code, 0)
        assert self.pump.state == states.FAULT

    def sense(self, millibar, millivolts):
        """Four readings of both sensors, -1 for none."""
        for _ in range(4):
            self.pump.sense(millivolts, millibar)
        blocked = millibar >= Board.OCCLUSION_MBAR
        if blocked or 0 <= millivolts <= Board.BATTERY_EMPTY_MV:
            assert self.pump.state not in DELIVERING

    def keys(self, keys, seconds):
        """Keys that are held down."""
        self.pump.keys_down(keys, seconds)
        if keys & 8 and seconds >= 60:
            assert self.pump.state not in DELIVERING

    # ---- the person

    def bolus(self, dose_mu):
        """Ask for a bolus."""
        if self.pump.give_bolus(dose_mu, BUTTONS) == codes.OK:
            self._begun(dose_mu)

    def calculator(self, carbs_g, glucose, more):
        """Ask the calculator, and for so many steps more than it says."""
        code, found = calculator.reckon(self.pump, carbs_g, glucose if glucose >= 20 else 0)
        assert code == codes.OK
        assert 0 <= found.dose_mu <= max(0, found.meal_mu + found.correction_mu)
        allowed = self.pump.check_bolus(found.dose_mu)[0] == codes.OK
        assert found.dose_mu == 0 or allowed, "more is recommended than would be given"
        dose_mu = found.dose_mu + more * 50
        if calculator.give(self.pump, found, dose_mu, BUTTONS) == codes.OK:
            assert found.on_board_mu == self.pump.on_board_mu()
            self._begun(dose_mu)

    def quick(self, counted, repeated, step_mu):
        """Count a quick bolus, and repeat it."""
        if quick_bolus.give(self.pump, counted, repeated, step_mu, BUTTONS) == codes.OK:
            assert counted == repeated
            self._begun(counted * step_mu)

    def extended_bolus(self, now_mu, later_mu, quarters):
        """Ask for an extended bolus, with a part at once or without."""
        pump = self.pump
        ran = pump.extended is not None or pump.bolus.active
        delivering = pump.state in DELIVERING
        if extended.begin(pump, now_mu, later_mu, quarters * 15, BUTTONS) != codes.OK:
            return
        assert delivering and not ran and 1 <= quarters <= 48 and now_mu >= 0 < later_mu
        self._begun(now_mu + later_mu)
        self.extended_from_ms = self.bolus_from_ms
        self.owed -= later_mu * _PER_MU  # not yet
        self.extended = [later_mu, quarters * 900_000, 0, 0]

    def _begun(self, dose_mu):
        """A bolus was taken; it runs."""
        settings = self.pump.settings
        assert 0 < dose_mu <= settings.get(st.MAX_BOLUS_MU)
        lockout_ms = settings.get(st.BOLUS_LOCKOUT_MIN) * 60_000
        # A clock of whole seconds, and one that a restart reads back in pieces of five minutes.
        assert self.bolus_at_ms < 0 or self.now_ms - self.bolus_at_ms >= lockout_ms - 1_000
        most_mu = settings.get(st.MAX_ON_BOARD_MU)
        assert not most_mu or self.pump.on_board_mu() + dose_mu <= most_mu
        self.bolus_at_ms = self.now_ms
        self.bolus_from_ms = self.now_ms + settings.get(st.BOLUS_DELAY_S) * 1_000
        self.owed += dose_mu * _PER_MU

    def stop(self):
        """Stop the bolus."""
        self.pump.stop_bolus()
        assert self.flying or not (self.pump.bolus.active or self.pump.extended)

    def temporary_basal(self, percent, rate_mu_h, quarters):
        """Ask for a temporary basal: below 0 percent for one in mU/h."""
        pump = self.pump
        percent = max(NO_PERCENT, percent)
        delivering = pump.state in DELIVERING
        if temporary.begin(pump, percent, rate_mu_h, quarters * 15, BUTTONS) != codes.OK:
            return
        most = pump.settings.get(st.MAX_BASAL_MU_H)
        top = max(pump.settings.basal.rates_mu_h)
        assert delivering and 1 <= quarters <= 96 and rate_mu_h >= 0
        assert (rate_mu_h if percent < 0 else top * percent // 100) <= most
        self.temporary = [percent, rate_mu_h, quarters * 900_000]

    def end_temporary(self):
        """End the temporary basal."""
        if temporary.cancel(self.pump, BUTTONS) == codes.OK:
            assert self.temporary
            self.temporary = None

    def suspend(self):
        """Suspend all delivery."""
        if self.pump.suspend(BUTTONS) == codes.OK:
            self.by_hand = True
        assert self.pump.state not in DELIVERING

    def resume(self):
        """Deliver again: refused while a cause to stop is there or unseen."""
        before = self.pump.state
        self._commit()
        stopped_again = self._is_stopped_again()
        if self.pump.resume(BUTTONS) == codes.OK:
            pump = self.pump
            left = pump.alarms.causes | pump.alarms.waiting
            assert before == states.SUSPENDED
            assert not stopped_again, "resumed after three stops by one alarm"
            assert not left & sum(
                [1 << n - 1 for n in range(1, len(al.PRIORITIES)) if al.stops(n)]
            )

    def block(self, times):
        """The line is blocked and free again, and a person sees and resumes: so many times."""
        for _ in range(times):
            self.sense(Board.OCCLUSION_MBAR, 4_000)
            self.sense(0, 4_000)
            self._turn(100)
            self.check()
            for _ in range(4):
                self.acknowledge()
            self.resume()

    def _is_stopped_again(self):
        """Whether the log tells of one alarm that has just stopped delivery three times."""
        now_s = self.now_ms // 1_000
        stops = []
        for packed in self.bench.log[-200:]:
            _, boot, event, uptime_s, _, _, _ = record.header(packed)
            if boot not in self.boots:
                continue
            if event == events.RESERVOIR_SET:
                stops = []
            if event == events.SUSPEND:
                alarm = record.fields(packed, LAYOUTS[event])[1]
                stops.append((alarm, self.boots[boot] // 1_000 + uptime_s))
        for alarm, last_s in stops:
            same = [
                at_s for other, at_s in stops if other == alarm and last_s - 599 < at_s <= last_s
            ]
            if al.stops(alarm) and len(same) >= 3 and now_s - last_s < 598:
                return True
        return False

    def acknowledge(self):
        """See the highest alarm."""
        self.pump.acknowledge(BUTTONS)

    def open_change(self):
        """Open a reservoir change."""
        if self.pump.change().start(BUTTONS) == codes.OK:
            self.held_steps = -1

    def load(self, units):
        """Say how much is in the reservoir."""
        if self.pump.change().load(units * 1000, BUTTONS) == codes.OK:
            self.held_steps = units * self.tenths // 10

    def move(self, kind, dose_mu):
        """Rewind, prime or fill."""
        if kind == events.KIND_REWIND:
            self.pump.change().rewind(BUTTONS)
            self.held_steps = -1
        elif kind == events.KIND_PRIME:
            self.pump.change().prime(BUTTONS)
        else:
            self.pump.change().fill_cannula(dose_mu, BUTTONS)

    def stop_move(self):
        """Stop the motor of a guided move."""
        self.pump.change().stop()
        assert self.flying or not self.pump.move.active

    def close_change(self):
        """Close the reservoir change."""
        self.pump.change().finish(BUTTONS)

    def set_clock(self, local_s):
        """Set the wall clock."""
        self.pump.set_clock(local_s, 0, BUTTONS)

    def set_basal(self, which):
        """Take one of the programs."""
        segments = PROGRAMS[which % len(PROGRAMS)]
        if self.pump.set_basal(segments, BUTTONS) == codes.OK:
            self._by_clinician()
            self.programs[self.active] = segments

    def edit_program(self, number, which):
        """Make one of the four another one, or none."""
        segments = PROGRAMS[which] if which < len(PROGRAMS) else []
        if programs.edit(self.pump, number, segments, BUTTONS) == codes.OK:
            self._by_clinician()
            assert segments or number != self.active
            assert not segments or self._top(segments) <= self.pump.settings.get(st.MAX_BASAL_MU_H)
            self.programs[number] = segments

    def activate(self, number):
        """Put one of the four in force."""
        if programs.activate(self.pump, number, BUTTONS) == codes.OK:
            top = self._top(self.programs[number])
            assert top <= self.pump.settings.get(st.MAX_BASAL_MU_H)
            self.active = number

    def name_program(self, number, name):
        """Name one of the four."""
        if programs.rename(self.pump, number, name, BUTTONS) == codes.OK:
            self._by_clinician()
            self.names[number] = name

    def _by_clinician(self):
        """A program is changed, which a user may not."""
        assert self.pump.settings.get(st.MODE) == modes.CLINICIAN

    @staticmethod
    def _top(segments):
        return max([rate for _, rate in segments])

    def set_setting(self, which, value):
        """Change one of the settings."""
        number, values = WISHES[which % len(WISHES)]
        user = self.pump.settings.get(st.MODE)
        code = self.pump.set_setting(number, values[value % len(values)], BUTTONS)
        assert (code == codes.USER_MODE) == (user == modes.USER)

    def leave_mode(self, code):
        """Press a code."""
        if modes.leave(self.pump, code) == codes.OK:
            assert code == self.pump.settings.get(st.MODE_CODE)
            assert self.pump.settings.get(st.MODE) == modes.CLINICIAN

    def calibrate(self, which, way):
        """Take another scale: at once, or as a person does who goes through with it.

        `way`: 0 at once; 1 with delivery suspended, and resumed after; 2 in a reservoir change;
        3 as 1, and the power goes before the settings are saved.
        """
        pump = self.pump
        if way == 2:
            self.open_change()
        elif way:
            self.suspend()
        if way:
            self._turn(100)
        if pump.state not in DELIVERING:
            self.temporary = None  # a stop ends it
        resting = pump.state in (states.SUSPENDED, states.CHANGING) and not self.flying
        tenths = _SCALES[which % len(_SCALES)]
        code = pump.set_setting(st.STEPS_PER_UNIT, tenths, BUTTONS)
        resting = resting and pump.settings.get(st.MODE) == modes.CLINICIAN
        assert (code == codes.OK) == resting, "a scale changes between deliveries, and only there"
        if code != codes.OK:
            return
        if way == 3:
            self._lose()
            return
        self._count_by(tenths)
        if way == 1:
            self.resume()

    def _lose(self):
        """A new scale is in the log and not in the settings: the one before stays in force."""
        self._commit(saving=False)
        self.cut(0)

    def _forget_unsaved(self):
        """Settings are saved after their records: of what is not saved the flash holds no more."""
        settings = st.Settings()
        assert settings.decode(self.saved)
        self.pump.settings = settings
        self.active, self.programs, self.names = self.saved_books
        self.saved_books = self._books()

    def _count_by(self, tenths):
        tenths = tenths or BOARD_TENTHS
        if self.held_steps > 0:
            self.held_steps = self.held_steps * tenths // self.tenths
        self.tenths = tenths

    def service(self):
        """Ask for service."""
        if self.pump.grant_service(BUTTONS) == codes.OK:
            assert not self.flying and not (self.pump.bolus.active or self.pump.extended)

    # ---- what must hold

    def check(self):
        """Every promise, after anything."""
        self._commit()
        self._check_steps()
        self._check_alarms()
        pump = self.pump
        if pump.state not in DELIVERING:
            self.temporary = None
        if not self.flying and pump.extended is None:
            self.extended = None
        assert pump.extended is None or self.extended, "it goes on by itself"
        assert pump.on_board_mu() <= self._most_on_board_mu()
        if not self.flying:
            left_ms = self.temporary[2] if self.temporary else 0
            assert pump.temporary_left_ms() == left_ms, "it lasts longer or shorter than asked"
            assert (self.told.temporary is not None) == (left_ms > 0)
        assert pump.line.tubing_steps + pump.line.cannula_steps <= self.made[1]
        if self.held_steps >= 0 and pump.reservoir_steps >= 0 and not self.flying:
            assert pump.reservoir_steps <= max(0, self.held_steps), "the reservoir holds less"
        self._check_programs()
        log = self.bench.log
        numbers = [record.seq_of(packed) for packed in log[-100:]]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        if pump.state in (states.FAULT, states.SERVICE, states.SUSPENDED, states.CHANGING):
            assert pump.next_burst() == 0, "steps in state %d" % pump.state

    def _check_programs(self):
        told, settings = self.told, self.pump.settings
        assert settings.active == self.active
        if not self.flying:
            assert told.active == self.active, "the log has another program in force"
        for number in self.programs:
            held = programs.segments_of(settings, number)
            assert held == self.programs[number], "program %d is another one" % number
            assert programs.name_of(settings, number) == self.names[number]
            if not self.flying:
                assert told.programs.get(number, []) == held, "the log has another program"
                assert told.names.get(number, 0) == self.names[number]

    def _check_steps(self):
        told = self.told
        told.feed(self.bench.log)
        assert self.given <= self.owed, "more than was asked"
        scale = self.pump.profile.scale
        assert self.tenths * scale.denominator == 10 * scale.numerator, "another scale"
        for guided in (0, 1):
            made = self.made[guided]
            assert told.certain[guided] <= made, "the log tells of steps that were not made"
            assert made <= told.most(guided), "steps that the log does not know"

    def _check_alarms(self):
        alarms = self.pump.alarms
        assert not alarms.waiting & ~alarms.raised
        assert not alarms.raised & ~(alarms.causes | alarms.waiting)
        highest = alarms.highest()
        assert not alarms.waiting or alarms.waiting >> highest - 1 & 1
        for alarm in range(1, len(al.PRIORITIES)):
            if al.stops(alarm) and alarms.causes & ~alarms.waiting & 1 << alarm - 1:
                since_ms = self.silent.setdefault(alarm, self.now_ms)
                assert self.now_ms - since_ms <= al.SILENCE_S * 1_000, "it stays silent"
            else:
                self.silent.pop(alarm, None)
        if self.pump.state == states.FAULT:
            assert alarms.causes & (1 << al.MOTOR_ERROR - 1 | 1 << al.SYSTEM_ERROR - 1)

    def _check_limits(self, steps):
        """Before a dose of so many steps."""
        settings = self.pump.settings
        for hours, number in ((1, st.MAX_HOUR_MU), (24, st.MAX_DAY_MU)):
            since_ms = self.now_ms - hours * 3_600_000
            doses = [dose for dose in self.doses if dose[0] > since_ms]
            limit_mu = settings.get(number)
            # As the doses that they were taken for, and as what they are by the scale of now.
            taken = sum([dose[2] for dose in doses]) + self.dose(steps)
            assert taken <= limit_mu * _PER_MU, "over the limit of %d h" % hours
            given = sum([dose[1] for dose in doses]) + steps
            assert given <= limit_mu * self.tenths // 10_000, "over the limit of %d h" % hours

    def _most_on_board_mu(self):
        bolus = self.pump.bolus
        running_mu = bolus.given_mu() if bolus.active else 0
        if self.pump.extended is not None:
            running_mu += self.pump.extended.on_board_mu()
        return sum(self.pump.insulin.doses[1::2]) + running_mu

    # ---- within

    def _turn(self, turn_ms):
        """A train ends, time goes by, records become durable."""
        if self.flying:
            # A train that is to stop has stopped; how far it got, nobody chose.
            stopped = self.pump.stop_wanted
            steps = self.flying // 2 if stopped else self.flying
            self._motor(steps)
            self._end(steps, stopped)
        self._accrue(turn_ms)
        held = self.pump.state == states.SUSPENDED
        self.pump.advance(turn_ms)
        self.now_ms += turn_ms
        self.bench.minutes(turn_ms)
        if held and self.pump.state != states.SUSPENDED:
            assert self.pump.settings.get(st.AUTO_RESUME_MIN) and self.by_hand, "it went on"
        self._commit()

    def _begin(self):
        """Whether a train has begun."""
        burst = self.pump.next_burst()
        if burst and self.pump.stands_at(self.position):
            self.flying = burst
            if self.pump.train.source.kind in DOSES:
                self._check_limits(burst)
            if self.pump.train.source.kind == events.KIND_BOLUS:
                extends = self.pump.train.source is self.pump.extended
                from_ms = self.extended_from_ms if extends else self.bolus_from_ms
                assert self.now_ms > from_ms, "a step of a bolus that waits"
        return burst

    def _end(self, counted, stopped):
        self.position += counted
        self.flying = 0
        self.pump.moved(counted, stopped)
        assert self.pump.stands_at(self.position)
        self._commit()

    def _motor(self, steps, stray=False):
        """What the motor really did."""
        source = self.pump.train.source
        guided = steps < 0 if stray else source.kind not in DOSES
        self.made[guided] += abs(steps)
        if steps > 0 and self.held_steps >= 0:
            self.held_steps -= steps
        if not guided:
            self.doses.append((self.now_ms, steps, self.dose(steps)))
            self.given += self.dose(abs(steps))
            if stray:
                self.owed += self.dose(abs(steps))  # nobody asked; the log has to tell of them

    def dose(self, steps):
        """In 1 / _PER_MU, by the scale of now."""
        return steps * (10_000 * _PER_MU // self.tenths)

    def _accrue(self, turn_ms):
        """What basal asks for, minute by minute, by the pump's own wall clock."""
        pump = self.pump
        local_ms = pump.clock.local_s * 1000 + pump.clock.uptime_ms
        while turn_ms > 0:
            piece_ms = min(turn_ms, 60_000 - local_ms % 60_000)
            if self.temporary:
                piece_ms = min(piece_ms, self.temporary[2])
            if pump.state in DELIVERING:
                minute = local_ms // 60_000 % 1440
                program = self.programs[self.active]
                rate = [rate for start, rate in program if start <= minute][-1]
                self.owed += self._temporarily(rate, piece_ms) * piece_ms * _PER_MU_H_MS
                self._extend(piece_ms)
            local_ms += piece_ms
            turn_ms -= piece_ms

    def _extend(self, piece_ms):
        """What the extended bolus asks for: at each moment its share of the time."""
        if not self.extended:
            return
        dose_mu, whole_ms, ran_ms, owed = self.extended
        ran_ms = min(whole_ms, ran_ms + piece_ms)
        share = -(-dose_mu * _PER_MU * ran_ms // whole_ms)
        self.owed += share - owed
        self.extended = [dose_mu, whole_ms, ran_ms, share]

    def _temporarily(self, rate, piece_ms):
        if not self.temporary:
            return rate
        percent, absolute, left_ms = self.temporary
        left_ms -= piece_ms
        self.temporary = [percent, absolute, left_ms] if left_ms else None
        rate = absolute if percent < 0 else rate * percent // 100
        return min(rate, self.pump.settings.get(st.MAX_BASAL_MU_H))

    def _commit(self, saving=True):
        if not self.flying:  # nothing is written while a train is under way
            self.bench.commit()
            if saving and (self.pump.settings_dirty or self.saved is None):
                self.saved = self.pump.settings.encode()
                self.saved_books = self._books()
                self.pump.settings_dirty = False

    def _books(self):
        return self.active, dict(self.programs), dict(self.names)

    def _settle(self):
        self._commit()
        self.told.feed(self.bench.log)


# ---- what may happen, as a table: (name of the method, bounds of each argument)

ACTS = (
    ("live", (1, 120), (50, 1_000)),
    ("live", (60, 3_600), (1_000, 4_000)),
    ("live_to_a_burst", (1, 60)),
    ("live_to_a_burst", (1, 60)),
    ("bolus", (-100, 3_500)),
    ("bolus", (1, 300)),
    ("calculator", (0, 40), (0, 300), (-1, 1)),
    ("quick", (1, 2), (1, 2), (100, 700)),
    ("extended_bolus", (-1, 500), (0, 2_500), (0, 49)),
    ("extended_bolus", (0, 0), (50, 1_500), (1, 4)),
    ("stop",),
    ("temporary_basal", (-300, 510), (0, 5_100), (0, 8)),
    ("temporary_basal", (0, 510), (0, 0), (1, 97)),
    ("end_temporary",),
    ("suspend",),
    ("resume",),
    ("resume",),
    ("block", (1, 3)),
    ("block", (1, 3)),
    ("acknowledge",),
    ("acknowledge",),
    ("acknowledge",),
    ("sense", (-1, 900), (3_200, 4_100)),
    ("sense", (0, 100), (3_700, 4_100)),
    ("sense", (0, 100), (3_700, 4_100)),
    ("sense", (-1, -1), (-1, -1)),
    ("keys", (0, 15), (1, 70)),
    ("keys", (0, 0), (1, 70)),
    ("open_change",),
    ("load", (0, 301)),
    ("move", (2, 4), (-1, 2_100)),
    ("stop_move",),
    ("close_change",),
    ("close_change",),
    ("set_clock", (0, 1_000_000_000)),
    ("set_basal", (0, 3)),
    ("edit_program", (0, 5), (0, 4)),
    ("edit_program", (1, 4), (0, 4)),
    ("activate", (0, 5)),
    ("activate", (1, 4)),
    ("activate", (1, 2)),
    ("name_program", (0, 5), (-1, 9)),
    ("set_setting", (0, 13), (0, 2)),
    ("leave_mode", (1_109, 1_111)),
    ("leave_mode", (1_111, 1_111)),
    ("calibrate", (0, 3), (0, 0)),
    ("calibrate", (0, 3), (1, 2)),
    ("calibrate", (0, 3), (1, 3)),
    ("cut", (0, 100)),
    ("cut", (0, 100)),
    ("cut", (0, 100)),
    ("cut", (0, 100)),
    ("engine_short", (0, 100)),
    ("engine_short", (0, 100)),
    ("engine_stuck", (0, 100)),
    ("engine_stuck", (0, 100)),
    ("stray", (-50, 50)),
    ("fail", (1, 3)),
    ("service",),
)

# A life in which little goes wrong and the scale changes often, close to the limits.
CALIBRATIONS = (
    ("live", (1, 120), (50, 1_000)),
    ("live", (60, 1_800), (1_000, 4_000)),
    ("live_to_a_burst", (1, 60)),
    ("bolus", (1, 3_500)),
    ("bolus", (500, 1_500)),
    ("bolus", (1, 300)),
    ("extended_bolus", (0, 300), (50, 1_500), (1, 4)),
    ("temporary_basal", (0, 510), (0, 0), (1, 97)),
    ("suspend",),
    ("resume",),
    ("resume",),
    ("acknowledge",),
    ("acknowledge",),
    ("open_change",),
    ("load", (1, 20)),
    ("load", (20, 300)),
    ("close_change",),
    ("close_change",),
    ("set_basal", (0, 3)),
    ("edit_program", (1, 4), (0, 3)),
    ("activate", (1, 4)),
    ("calibrate", (0, 3), (0, 0)),
    ("calibrate", (0, 3), (1, 1)),
    ("calibrate", (0, 3), (1, 1)),
    ("calibrate", (0, 3), (2, 2)),
    ("calibrate", (0, 3), (3, 3)),
    ("cut", (0, 100)),
    ("cut", (0, 100)),
)


class Dice:
    """The same numbers on every Python: a linear congruential generator in small integers."""

    def __init__(self, seed):
        self._state = seed * 7_919 % 65_536

    def below(self, bound):
        """0 to bound - 1, for a bound of at most 2 ** 30."""
        number = 0
        for _ in range(2):
            self._state = (self._state * 25_173 + 13_849) % 65_536
            number = number << 15 | self._state >> 1
        return number % bound


def sequence(seed, length, table=ACTS):
    """What the life of a seed does, out of a table: [(name, arguments)]."""
    dice = Dice(seed)
    found = []
    for _ in range(length):
        act = table[dice.below(len(table))]
        values = [low + dice.below(high - low + 1) for low, high in act[1:]]
        found.append((act[0], values))
    return found


def play(acts):
    """Live it; AssertionError where a promise is broken. Returns the life."""
    life = Life()
    for name, values in acts:
        getattr(life, name)(*values)
        life.check()
    return life


def main():
    """Print and play the life of a seed."""
    import sys

    length = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    acts = sequence(int(sys.argv[1]), length, CALIBRATIONS if len(sys.argv) > 3 else ACTS)
    for count in range(len(acts)):
        print(count, acts[count])
    life = play(acts)
    print("held; steps of dose, guided:", life.made, "records:", len(life.bench.log))


if __name__ == "__main__":
    main()
