"""Presses keys at random on a whole pump, breaks parts, cuts the power; a short model looks on.

The model is what a person may count on: it has the motor's steps from the pin, the books of
ledger.py, and a handful of rules. It knows nothing of menus. A case is the number of a life.
"""

import random
from bisect import bisect_right
from concurrent.futures import ProcessPoolExecutor

from host_tests.fakes.flash import Flash
from host_tests.proofs.ledger import KINDS, Ledger, unpacked
from host_tests.proofs.proof import BrokenError, Proof
from host_tests.proofs.recorded import CountedRig, read
from host_tests.rig import DOWN, OK, STOP, UP
from pump.core import codes, event_table, events, states
from pump.core import settings as st

_BUTTONS = events.SOURCE_BUTTONS
_DOSES = (events.KIND_BASAL, events.KIND_BOLUS)
_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_RUNS_WELL_S = 700  # after which a restart is the first one again
_AT_ONCE_MS = 50  # in which STOP has to have acted
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
)


class Life:
    """One pump, the hands on it, and what the model holds against it."""

    def __init__(self, number):
        self.chance = random.Random(number)
        self.rig = CountedRig(Flash())
        self.ledger = Ledger()
        self.acts = []  # what was done, for whoever has to find out
        self.counts = dict.fromkeys(("acts", "boluses", "quick", "extended", "refused"), 0)
        self.counts.update(
            dict.fromkeys(("suspended", "cuts", "stopped", "settings", "alarms"), 0)
        )
        self._source = 0  # of the records of the act: did a hand or a rule do it
        self._set_up()

    @property
    def pump(self):
        return self.rig.pump

    def _set_up(self):
        self.rig.run_s(3)
        self.rig.press(OK, 2)
        for number, value in _SETTINGS:
            assert self.pump.set_setting(number, value, _BUTTONS) == codes.OK
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
            (5, self._hold),
            (6, self._stop),
            (12, self._wait),
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
        resumed = self._read()
        self._check_errors()
        if was_suspended and not resumed and self._dose(rig.made) != self._dose(made):
            raise BrokenError("a suspended pump gave something")
        if rig.scale() == scale:
            now = self._limits()
            self._check_limits(dosed, [max(a, b) for a, b in zip(limits, now, strict=True)])
        self._check_books()

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
        self.rig.press(STOP, 4)
        self.rig.press(UP)
        self.rig.press(UP, steps)
        self.rig.press(OK, 2)
        if self.chance.random() < 0.4:
            self._stop()

    def _extended(self):
        self._note(steps := self.chance.randrange(2, 13))
        self.rig.press(STOP, 4)
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
        self.rig.press(STOP, 4)
        self.rig.hold(OK, 2_500)
        self.rig.press(UP, presses)
        self.rig.run_s(6)
        self.rig.press(DOWN, presses + (self.chance.random() < 0.2))
        self.rig.run_s(self.chance.randrange(1, 8))

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
            self._check_record(event, values)
            self.ledger.feed(raw)
        return resumed

    def _check_record(self, event, values):
        ledger, counts = self.ledger, self.counts
        if event == events.BOLUS_START:
            counts["boluses"] += 1
            if values[1] > ledger.settings[st.MAX_BOLUS_MU]:
                raise BrokenError(f"a bolus of {values[1]} mU was begun")
            self._not_while_suspended(event)
        elif event == events.EXTENDED_START:
            counts["extended"] += 1
            if values[1] > ledger.settings[st.MAX_BOLUS_MU]:
                raise BrokenError(f"an extended bolus of {values[1]} mU was begun")
            self._not_while_suspended(event)
        elif event == events.SUSPEND:
            counts["suspended"] += 1
            if ledger.suspended:
                raise BrokenError("suspended twice without a resume")
        elif event == events.RESUME:
            rule = ledger.settings[st.AUTO_RESUME_MIN] and values[0] == events.SOURCE_RULE
            if not ledger.suspended or not (values[0] == _BUTTONS or rule):
                raise BrokenError(f"a resume by {event_table.SOURCES[values[0]]}")
        counts["quick"] += event == events.QUICK_BOLUS
        counts["refused"] += event == events.REFUSED
        counts["settings"] += event == events.SETTING_CHANGED
        counts["alarms"] += event == events.ALARM_RAISED

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
    ]


def _all_of(totals, names):
    return "; ".join(f"{totals[name]:,}" for name in names.split())


PROOF = Proof(
    "presses",
    "Whatever is pressed, in whatever order, with time, faults and cuts between: limits hold, STOP"
    " wins, a suspended pump gives nothing, and the log accounts for every step and setting.",
    prove,
    short={"lives": 6, "acts": 120},
    full={"lives": 40, "acts": 400},
    found=(
        "A STOP contact that bounces, open at one look and closed at the next, cut ten trains of a"
        " prime within milliseconds, and the pump failed for a motor error. After a cut it waits"
        " for the contact to come to rest.",
    ),
)
