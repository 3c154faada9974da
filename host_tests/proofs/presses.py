"""Presses keys at random on a whole pump, breaks parts, cuts the power; a short model looks on.

The model is what a person may count on: it has the motor's steps from the pin, the books of
ledger.py, and a handful of rules. It knows nothing of menus. A case is the number of a life.
"""

import random
from bisect import bisect_right
from concurrent.futures import ProcessPoolExecutor

from host_tests.core.test_insulin_host import share_left
from host_tests.fakes.flash import Flash
from host_tests.proofs.ledger import KINDS, Ledger, unpacked
from host_tests.proofs.proof import BrokenError, Proof
from host_tests.proofs.recorded import CountedRig, read
from host_tests.rig import DOWN, OK, STOP, UP
from pump.core import codes, event_table, events, modes, states
from pump.core import settings as st

_BUTTONS = events.SOURCE_BUTTONS
_LINK = events.SOURCE_LINK
_DOSES = (events.KIND_BASAL, events.KIND_BOLUS)
_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_RUNS_WELL_S = 700  # after which a restart is the first one again
_LOOKS_US = 120_000_000  # within which a rule of minutes is looked at
_AT_ONCE_MS = 50  # in which STOP has to have acted
_VIEW_MS, _VIEWS = 600, 4  # longer than the face lets what it shows be out of date
_PROGRAM = ((0, 1_200), (420, 3_000), (1_080, 600))
_WAITS_S = (1, 1, 4, 4, 20, 20, 120, 120, 900, 3_600)
# So that what a stray hand does comes to its limits: (number, value).
_SETTINGS = (
    (st.MAX_BOLUS_MU, 4_000),
    (st.MAX_HOUR_MU, 6_000),
    (st.MAX_DAY_MU, 40_000),
    (st.BOLUS_STEP_MU, 250),
    (st.BOLUS_SPEED_MU_MIN, 3_000),
    (st.CARB_RATIO_1, 100),
    (st.FACTOR_1, 40),
    (st.QUICK_STEP_MU, 500),
    (st.BOLUS_DELAY_S, 0),
)
# What each pump has of its own, and a clinician with a cable changes now and then.
_WISHES = (
    (st.BOLUS_DELAY_S, (0, 0, 5)),
    (st.BOLUS_LOCKOUT_MIN, (0, 0, 5, 60)),
    (st.MAX_ON_BOARD_MU, (0, 3_000, 6_000)),
    (st.AUTO_OFF_H, (0, 0, 5)),
    (st.AUTO_RESUME_MIN, (0, 0, 5, 30)),
    (st.GLUCOSE_CHECK_MIN, (0, 15)),
    (st.DAILY_1_MIN, (0, 720, 1_020)),
    (st.MEAL_UNTIL_MIN, (0, 1_080)),
    (st.SET_DAYS, (0, 1)),
    (st.MAX_BASAL_MU_H, (5_000, 8_000)),
    (st.INSULIN_MIN, (180, 360, 420)),
    (st.CHILD_LOCK, (0, 0, 0, 1)),
    (st.MODE, (modes.CLINICIAN, modes.CLINICIAN, modes.USER)),
    (st.LANGUAGE, (0, 1)),
)
_OF_A_CLINICIAN = (events.SETTING_CHANGED, events.PROGRAM_EDITED, events.PROGRAM_NAMED)
_UNLOCK = (UP, DOWN, UP, OK)
_BASAL, _TEMPORARY, _CLOCK, _CODE_ENTRY = 1, 2, 5, 12  # rows of the menu, of all that there are
_CODE = (UP, UP, UP, UP)  # as the settings have it
# What is counted of the log, by event.
_COUNTED = {
    events.BOLUS_START: "boluses",
    events.EXTENDED_START: "extended",
    events.QUICK_BOLUS: "quick",
    events.SUSPEND: "suspended",
    events.REFUSED: "refused",
    events.SETTING_CHANGED: "settings",
    events.ALARM_RAISED: "alarms",
    events.TEMPORARY_START: "temporary",
    events.PROGRAM_EDITED: "programs",
    events.PROGRAM_ACTIVATED: "programs",
    events.PROGRAM_NAMED: "programs",
    events.CLOCK_SET: "clocks",
    events.CALCULATED: "calculated",
    events.REMINDER: "reminders",
    events.REMINDER_MISSED: "missed",
}
_COUNTS = ("acts", "cuts", "stopped", "modes", *_COUNTED.values())


class Life:
    """One pump, the hands on it, and what the model holds against it."""

    def __init__(self, number):
        self.chance = random.Random(number)
        self.rig = CountedRig(Flash())
        self.ledger = Ledger()
        self.acts = []  # what was done, for whoever has to find out
        self.counts = dict.fromkeys(_COUNTS, 0)
        self._touched_us = 0  # when a key was last known to be pressed, or the power to come
        self._now_s = 0  # of the record that is read, in seconds with the power on
        self._bolus_s = None  # when the last bolus began, the same
        self._set_up()

    @property
    def pump(self):
        return self.rig.pump

    def _set_up(self):
        self.rig.run_s(3)
        self.rig.press(OK, 2)
        for number, value in _SETTINGS:
            assert self.pump.set_setting(number, value, _BUTTONS) == codes.OK
        for number, values in _WISHES:
            if number != st.MODE:
                assert self.pump.set_setting(number, self.chance.choice(values), _LINK) == codes.OK
        assert self.pump.set_basal(list(_PROGRAM), _BUTTONS) == codes.OK
        assert self.pump.set_clock(200_000_000, 60, _BUTTONS) == codes.OK
        self.rig.run_s(2)
        assert self.pump.change().start(_BUTTONS) == codes.OK
        self.rig.load(250_000)
        assert self.pump.change().finish(_BUTTONS) == codes.OK
        self.rig.run_s(2)
        self._read()

    # ---- what hands and the world do

    def live(self, acts):
        """Do so many things, and hold the pump to account after each."""
        table = (
            (30, self._press),
            (12, self._change),
            (12, self._confirm),
            (8, self._home),
            (6, self._recover),
            (6, self._bolus),
            (3, self._extended),
            (3, self._quick),
            (3, self._temporary),
            (3, self._program),
            (3, self._reckon),
            (8, self._page),
            (2, self._clock),
            (2, self._enter_code),
            (2, self._clinician),
            (5, self._hold),
            (6, self._stop),
            (12, self._wait),
            (1, self._leave_alone),
            (2, self._kink),
            (2, self._weaken),
            (3, self._cut),
            (1, self._bite),
        )
        kinds = [act for weight, act in table for _ in range(weight)]
        for _ in range(acts):
            act = self.chance.choice(kinds)
            self._act(act)

    def _act(self, act):
        rig = self.rig
        was_suspended = self.ledger.suspended
        limits = self._limits()
        made, dosed, scale = list(rig.made), len(rig.dose_us), rig.scale()
        self.acts.append(act.__name__)
        self.counts["acts"] += 1
        act()
        if act not in (self._wait, self._leave_alone, self._kink, self._weaken, self._clinician):
            self._touched_us = rig.world.clock.now_us
        resumed = self._read()
        self._check_alone()
        self._check_errors()
        if was_suspended and not resumed and self._dose(rig.made) != self._dose(made):
            raise BrokenError("a suspended pump gave something")
        if rig.scale() == scale:
            now = self._limits()
            self._check_limits(dosed, [max(a, b) for a, b in zip(limits, now, strict=True)])
        self._check_books()
        self._check_panel()

    def _press(self):
        self._note(button := self.chance.choice((UP, DOWN, DOWN, OK, OK, STOP)))
        self.rig.press(button)

    def _change(self):
        self._note(
            (button := self.chance.choice((UP, DOWN)), times := self.chance.randrange(2, 9))
        )
        self.rig.press(button, times)

    def _confirm(self):
        self.rig.press(OK, self.chance.randrange(1, 4))

    def _home(self):
        self.rig.press(STOP, 4)

    def _bolus(self):
        """As somebody does who knows how: more of them than chance alone would find."""
        self._note(steps := self.chance.randrange(1, 17))
        self._at_home()
        self.rig.press(UP)
        self.rig.press(UP, steps)
        self.rig.press(OK, 2)
        if self.chance.random() < 0.4:
            self._stop()

    def _extended(self):
        self._note(steps := self.chance.randrange(2, 13))
        self._at_home()
        self.rig.press(OK)
        self.rig.press(DOWN, 3)
        self.rig.press(OK)
        self.rig.press(UP, steps)
        self.rig.press(OK)
        self.rig.press(UP, self.chance.randrange(0, steps))
        self.rig.press(OK, 3)

    def _quick(self):
        """Counted and repeated; now and then with one too many."""
        self._note(presses := self.chance.randrange(1, 7))
        self._at_home()
        self.rig.hold(OK, 2_500)
        self.rig.press(UP, presses)
        self.rig.run_s(6)
        self.rig.press(DOWN, presses + (self.chance.random() < 0.2))
        self.rig.run_s(self.chance.randrange(1, 8))

    def _temporary(self):
        """One by percent or as a rate, or the end of the one that runs."""
        self._note(row := self.chance.choice((0, 0, 1, 2)))
        self._menu(_TEMPORARY)
        self.rig.press(DOWN, row)
        self.rig.press(OK)
        self._turn_to(self.chance.choice((UP, DOWN)))
        self.rig.press(OK)
        self._turn_to(self.chance.choice((UP, DOWN)))
        self.rig.press(OK, 3)

    def _program(self):
        """Somewhere among the programs: shown, edited, named, activated, deleted."""
        self._note((program := self.chance.randrange(4), row := self.chance.randrange(5)))
        self._menu(_BASAL)
        self.rig.press(DOWN, program)
        self.rig.press(OK)
        self.rig.press(DOWN, row)
        self.rig.press(OK)
        self._play(self.chance.randrange(1, 14))
        self.rig.press(OK, 3)

    def _reckon(self):
        """A bolus by the calculator, for a meal, with glucose or without."""
        self._at_home()
        self.rig.press(DOWN)
        self.rig.press(UP, self.chance.randrange(0, 12))
        self.rig.press(OK)
        self.rig.press(UP, self.chance.randrange(0, 3))
        self.rig.press(OK)
        if self.chance.random() < 0.3:
            self._turn_to(self.chance.choice((UP, DOWN)))
        self.rig.press(OK, 3)

    def _page(self):
        """Any page of the menu, and hands that know no better on it."""
        self._note(row := self.chance.randrange(14))
        self._at_home()
        self.rig.press(OK)
        self.rig.press(DOWN, row)
        self.rig.press(OK)
        self._play(self.chance.randrange(2, 16))

    def _clock(self):
        self._menu(_CLOCK)
        for _ in range(self.chance.randrange(3, 8)):
            self.rig.press(self.chance.choice((UP, DOWN)), self.chance.randrange(0, 3))
            self.rig.press(OK)

    def _enter_code(self):
        """The code of the clinician, where its row is."""
        if self._menu(_CODE_ENTRY):
            for button in _CODE:
                self.rig.press(button)

    def _clinician(self):
        """Who has the cable sets what a hand at the pump may not."""
        self._note(wish := self.chance.randrange(len(_WISHES)))
        number, values = _WISHES[wish]
        self.pump.set_setting(number, self.chance.choice(values), _LINK)
        self.rig.run_s(1)

    def _at_home(self):
        """Get there as a person does who reads: alarms acknowledged, the child lock opened."""
        rig = self.rig
        rig.press(STOP, 4)
        for _ in range(6):
            if rig.app.ui.alarm:
                rig.press(OK)
        if self.pump.settings.get(st.CHILD_LOCK):
            rig.press(DOWN)
            if rig.app.ui.top().unlocks:
                self._unlock()
            rig.press(STOP, 2)

    def _unlock(self):
        for button in _UNLOCK:
            self.rig.press(button)

    def _menu(self, row):
        """Open a row of the menu by its name, as a person does who reads; if it is there."""
        rig = self.rig
        self._at_home()
        rig.press(OK)
        top = rig.app.ui.top()
        for _ in range(20):
            if hasattr(top, "at") and top.row(top.at)[0] == rig.app.ui.words.MENU_ROWS[row]:
                rig.press(OK)
                return True
            rig.press(DOWN)
        return False

    def _play(self, presses):
        for _ in range(presses):
            self.rig.press(self.chance.choice((UP, DOWN, DOWN, OK, OK)))

    def _turn_to(self, button):
        """Some presses, or a key that is held: what comes of it is far away."""
        if self.chance.random() < 0.3:
            self.rig.hold(button, self.chance.randrange(1_000, 6_000))
        else:
            self.rig.press(button, self.chance.randrange(0, 12))

    def _recover(self):
        """As somebody does who wants it to deliver again: read the alarms, end what stopped it."""
        self.rig.press(OK, 3)
        self.rig.press(STOP, 4)
        if self.pump.state == states.CHANGING:
            if not self.pump.change().loaded:
                self.rig.load(250_000)
            self.pump.change().finish(_BUTTONS)
        if self.pump.state == states.SUSPENDED:
            self.rig.hold(STOP, 2_500)

    def _hold(self):
        self._note(button := self.chance.choice((UP, DOWN, OK, STOP, STOP)))
        self.rig.hold(button, 2_500)

    def _stop(self):
        """STOP in the middle of whatever runs: the motor has to obey at once."""
        self.rig.run_ms(self.chance.randrange(0, 5_000))
        normal = self.pump.bolus.active
        alone = normal and self.pump.extended is None
        at_us = self.rig.world.clock.now_us
        self.rig.world.fingers[STOP].press_for_ms(150)
        self.rig.run_ms(_AT_ONCE_MS)
        after = len(self.rig.dose_us) - bisect_right(self.rig.dose_us, at_us)
        if normal and after > 1:
            raise BrokenError(f"{after} steps after STOP")
        made = self.rig.made[events.KIND_BOLUS]
        self.rig.run_s(20)
        if alone and self.rig.made[events.KIND_BOLUS] != made:
            raise BrokenError("a bolus went on after STOP")
        self.counts["stopped"] += normal

    def _wait(self):
        self._note(wait_s := self.chance.choice(_WAITS_S))
        self.rig.run_s(wait_s)

    def _leave_alone(self):
        """For longer than auto-off waits, where it is set."""
        if self.pump.settings.get(st.AUTO_OFF_H):
            self.rig.run_s(6 * 3_600)

    def _kink(self):
        line = self.rig.world.line
        line.block()
        self.rig.run_s(self.chance.choice((60, 1_800)))
        line.open()

    def _weaken(self):
        cell = self.rig.world.cell
        was, cell.mv = cell.mv, self.chance.choice((3_400, 3_200))
        self.rig.run_s(30)
        cell.mv = was
        self.rig.run_s(10)

    def _cut(self):
        self.rig.run_ms(self.chance.randrange(0, 3_000))
        self.rig.restart()
        self.rig.run_s(5)
        self.counts["cuts"] += 1

    def _bite(self):
        """The watchdog resets the chip: what the engine counted is gone with it.

        Not for the third time in a row: such a pump rightly gives nothing any more.
        """
        if self.rig.world.restarts:
            self.rig.run_s(_RUNS_WELL_S)
        self.rig.restart(events.RESET_WATCHDOG)
        self.rig.run_s(5)
        self.counts["cuts"] += 1

    def _note(self, what):
        self.acts[-1] += f" {what}"

    # ---- the model

    def _limits(self):
        """Steps that an hour and a day may have, by the settings in force."""
        scale = self.pump.profile.scale
        return [scale.steps(self.pump.settings.get(n)) for n in (st.MAX_HOUR_MU, st.MAX_DAY_MU)]

    def _dose(self, made):
        return sum(made[kind] for kind in _DOSES)

    def _check_errors(self):
        if self.rig.hardware.errors or self.pump.state == states.FAULT:
            raise BrokenError(f"the pump failed: {self.rig.hardware.errors}")

    def _check_limits(self, dosed, limits):
        """No hour and no day that ends with a step of this act holds more than it may."""
        times = self.rig.dose_us
        for span_us, most in zip((_HOUR_US, _DAY_US), limits, strict=True):
            for at in range(dosed, len(times)):
                given = at + 1 - bisect_right(times, times[at] - span_us)
                if given > most:
                    raise BrokenError(f"{given} steps in {span_us // _HOUR_US} h, {most} allowed")

    def _check_alone(self):
        """Nothing is given when nobody touched it for longer than auto-off allows."""
        hours = self.pump.settings.get(st.AUTO_OFF_H)
        if not hours:
            return
        end_us = self._touched_us + hours * _HOUR_US + _LOOKS_US
        late = len(self.rig.dose_us) - bisect_right(self.rig.dose_us, end_us)
        if late:
            raise BrokenError(f"{late} steps more than {hours} h after the last key")

    def _check_books(self):
        """What the pin made lies between what the log says for certain and what it may be."""
        ledger = self.ledger
        for kind in range(KINDS):
            least, most = ledger.bounds(kind)
            most += sum(ledger.under_way(kind))
            if not least <= self.rig.made[kind] <= most:
                raise BrokenError(
                    f"{event_table.KINDS[kind]}: {self.rig.made[kind]} steps made, "
                    f"{least} to {most} in the log"
                )
        if not self.pump.log.outbox:
            for number, value in ledger.settings.items():
                if self.pump.settings.get(number) != value:
                    raise BrokenError(f"setting {number} is not what the log says, {value}")

    def _check_panel(self):
        """What stands on the display is what there is to show, unless a figure runs on it.

        Not at home, whose figures may be a minute old: no record tells of each step.
        """
        rig, pump = self.rig, self.pump
        for _ in range(_VIEWS):
            ui = rig.app.ui
            at_home = type(ui.top()).__name__ == "Home" and not ui.alarm
            if at_home or pump.bolus.active or pump.move.active or not ui.lit():
                return
            if rig.screen() == rig.drawn():
                return
            rig.run_ms(_VIEW_MS)
        raise BrokenError("the display shows what is over")

    def _read(self):
        """Book the new records, each against the rules; whether one of them resumes."""
        resumed = False
        while self.pump.log.outbox and not self.pump.moving():
            self.rig.run_ms(20)
        for raw in read(self.rig.app.journal, self.ledger.last + 1):
            seq, _, event, values = unpacked(raw)
            if seq != self.ledger.last + 1:
                raise BrokenError(f"record {seq} follows record {self.ledger.last}")
            resumed |= event == events.RESUME
            self._now_s = self.ledger.lived_at_s(raw)
            self._check_record(event, values)
            self.ledger.feed(raw)
        return resumed

    def _check_record(self, event, values):
        if event in _COUNTED:
            self.counts[_COUNTED[event]] += 1
        if event == events.BOLUS_START:
            self._check_bolus(values[1])
        elif event == events.EXTENDED_START:
            self._most(values[1], st.MAX_BOLUS_MU)
            self._not_while_suspended(event)
        elif event == events.TEMPORARY_START:
            self._check_temporary(*values)
        elif event == events.BASAL_LEASE:
            self._most(values[2], st.MAX_BASAL_MU_H)
        elif event == events.CALCULATED:
            self._most(values[3], st.MAX_BOLUS_MU)
            self._check_told_on_board(values[2])
        elif event in _OF_A_CLINICIAN and values[-1] == _BUTTONS:
            self._check_mode(event, values)
        else:
            self._check_pairs(event, values)

    def _check_pairs(self, event, values):
        """Each suspension is one, and ends by a hand or by the rule that was set."""
        if event == events.SUSPEND and self.ledger.suspended:
            raise BrokenError("suspended twice without a resume")
        if event == events.RESUME:
            rule = self.ledger.settings[st.AUTO_RESUME_MIN] and values[0] == events.SOURCE_RULE
            if not self.ledger.suspended or not (values[0] == _BUTTONS or rule):
                raise BrokenError(f"a resume by {event_table.SOURCES[values[0]]}")

    def _check_bolus(self, asked_mu):
        settings, now_s = self.ledger.settings, self._now_s
        self._not_while_suspended(events.BOLUS_START)
        self._most(asked_mu, st.MAX_BOLUS_MU)
        pause_s = settings[st.BOLUS_LOCKOUT_MIN] * 60
        if self._bolus_s is not None and now_s - self._bolus_s < pause_s:
            raise BrokenError(f"a bolus {now_s - self._bolus_s} s after the one before")
        self._bolus_s = now_s
        if settings[st.MAX_ON_BOARD_MU]:
            self._most(asked_mu + self._on_board_mu(), st.MAX_ON_BOARD_MU)

    def _on_board_mu(self):
        """By the formula, a hundredth less: what the pump may be off in its table."""
        now_s, acts_min = self._now_s, self.ledger.settings[st.INSULIN_MIN]
        doses = self.ledger.insulin
        return 0.99 * sum(mu * share_left((now_s - at) / 60, acts_min) for at, mu in doses)

    def _check_told_on_board(self, told_mu):
        """Too much on board makes a dose small; too little must not be."""
        if told_mu < self._on_board_mu():
            raise BrokenError(
                f"{told_mu} mU on board were reckoned with, of {self._on_board_mu()}"
            )

    def _check_temporary(self, percent, rate_mu_h, duration_min, _source):
        self._most(rate_mu_h, st.MAX_BASAL_MU_H)
        if percent > 500 or duration_min % 15 or not 15 <= duration_min <= 1_440:
            raise BrokenError(f"a temporary basal of {percent} % for {duration_min} min")

    def _check_mode(self, event, values):
        """In a user's mode a hand changes nothing but this mode, by its code."""
        ends = event == events.SETTING_CHANGED and values[0] == st.MODE
        self.counts["modes"] += ends
        if self.ledger.settings[st.MODE] == modes.USER and not ends:
            raise BrokenError(f"{event_table.row_of(event)[1]} by a user")

    def _most(self, value, number):
        if value > self.ledger.settings[number]:
            raise BrokenError(
                f"{value}, and setting {number} allows {self.ledger.settings[number]}"
            )

    def _not_while_suspended(self, event):
        if self.ledger.suspended:
            raise BrokenError(f"{event_table.row_of(event)[1]} while suspended")


def lived(number, acts):
    """What a life did, as counts; or a text of what it broke, and how."""
    life = Life(number)
    try:
        life.live(acts)
    except (AssertionError, ArithmeticError, LookupError, ValueError) as broken:
        last = ", ".join(life.acts[-12:])
        return f"{number}: {broken!r} after {len(life.acts)} acts, the last of them: {last}"
    return life.counts


def prove(say, seed, only, jobs, lives, acts):
    """So many lives, each of so many acts."""
    numbers = [int(only)] if only else [seed * 10_000 + at for at in range(lives)]
    totals = {}
    with ProcessPoolExecutor(jobs) as pool:
        for at, counts in enumerate(pool.map(lived, numbers, [acts] * len(numbers))):
            if isinstance(counts, str):
                raise BrokenError(counts)
            for name, count in counts.items():
                totals[name] = totals.get(name, 0) + count
            if at % 10 == 9:
                say(f"    {at + 1} lives")
    return [
        ("lives, each of a pump of its own", len(numbers)),
        ("presses, holds, waits, faults and cuts", totals["acts"]),
        ("boluses, of them quick; extended ones", _all_of(totals, "boluses quick extended")),
        ("boluses stopped by STOP; suspensions; cuts", _all_of(totals, "stopped suspended cuts")),
        ("alarms; settings; refused commands", _all_of(totals, "alarms settings refused")),
        (
            "temporary basals; changes of programs; calculated boluses",
            _all_of(totals, "temporary programs calculated"),
        ),
        (
            "clocks set; user's modes ended; reminders, of them missed",
            _all_of(totals, "clocks modes reminders missed"),
        ),
    ]


def _all_of(totals, names):
    return "; ".join(f"{totals[name]:,}" for name in names.split())


PROOF = Proof(
    "presses",
    "Whatever is pressed, in whatever order, with time, faults and cuts between: limits hold, STOP"
    " wins, a suspended pump gives nothing, and the log accounts for every step and setting.",
    prove,
    short={"lives": 6, "acts": 160},
    full={"lives": 40, "acts": 400},
    found=(
        "A STOP contact that bounces, open at one look and closed at the next, cut ten trains of a"
        " prime within milliseconds, and the pump failed for a motor error. After a cut it waits"
        " for the contact to come to rest.",
        "A setting that a program changed while its page was open was shown with its old value"
        " until a key was pressed. Each record draws an open page anew.",
    ),
)
