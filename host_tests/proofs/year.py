"""Lives a year: both clock changes, travel through time zones, and twice a clock that is lost.

The person of soak.py eats, rests and changes reservoirs. They set the pump's clock the morning
after the clocks of their country change, and after each landing, by the offset at its buttons;
twice the power is away for hours and they notice the wrong clock only later. Every other day a
host pulls the log into a store; now and then the cable comes off in the middle. The store is read
as every report reads it, and held against the motor and against the true time, which the bench
alone knows.
"""

import random
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from serial import SerialException

from basalt import client, history_reader
from basalt import pull as pulling
from basalt.errors import Problem
from basalt.progress import tell_nobody
from basalt.store import Store
from basalt.timeline import ASSUMED, CLOCKS, COUNTED, EPOCH_MS, SET
from host_tests.fakes.rig_serial import RigSerial, RigTime
from host_tests.proofs import soak
from host_tests.proofs.ledger import KINDS, Ledger
from host_tests.proofs.proof import Proof
from host_tests.proofs.restarted import expect
from host_tests.rig import DOWN, OK, STOP, UP
from pump.core import events
from pump.core import settings as st
from pump.ui.pages import menu

_DAY_S = 86_400
_DAY_US = _DAY_S * 1_000_000
_FIRST_DAY = 1_827  # 2025-01-01, in days since 2020-01-01
_MORNING_S = 8 * 3_600
_WHOLE = 365
_HOME_MIN, _SUMMER_MIN = 60, 120
_TOLERANCE_MS = 2_000  # a clock is set to a second, and a pull takes one
_ANSWER_S = 2.0
_FIELDS = 6  # of the pump's clock on its page
_OFFSET_STEP_MIN = 15
# Day of the year 2025 and the minutes east of UTC from that morning on: Berlin; New York and back;
# Tokyo and back.
_OFFSETS = (
    (88, _SUMMER_MIN),
    (140, -240),
    (154, _SUMMER_MIN),
    (230, 540),
    (241, _SUMMER_MIN),
    (298, _HOME_MIN),
)
# Day, hours without power, hours until somebody sets the clock.
_LOSSES = ((60, 5, 8), (250, 30, 44))
_BATTERY_DAYS = 45  # a new one: the clock is lost for minutes and set at once


class Traveller(soak.Person):
    """The person, with a host that has a store."""

    first_day = _FIRST_DAY

    def __init__(self, seed, store):
        self.began = {}  # when each start of the board was, in the bench's microseconds
        super().__init__(seed)
        self.chance = random.Random(f"year/{seed}")
        self.store = store
        self.name = ""
        self.counts.update(offsets=0, by_buttons=0, losses=0, pulls=0, torn=0)
        self._lost_until_us = 0  # nobody has noticed yet that the clock is wrong

    def _watch(self):
        super()._watch()
        self.began[self.pump.log.boot] = self.clock.now_us

    def true_ms(self, at_us):
        """UTC of a moment of the bench."""
        return EPOCH_MS + _FIRST_DAY * _DAY_S * 1_000 + (at_us - self.began_us) // 1_000

    # ---- what a person does

    def set_clock(self):
        """As everybody does, unless nobody has noticed."""
        if self.clock.now_us >= getattr(self, "_lost_until_us", 0):
            self.rig.app.guarded_turn()  # the time up to now is counted
            super().set_clock()

    def move_to(self, offset_min):
        """Another offset from UTC: of the season or of the country."""
        by_min = offset_min - self.offset_min
        self.offset_min = offset_min
        self.counts["offsets"] += 1
        if self.pump.clock.trusted:
            self._change_the_offset(by_min)
        else:
            self.set_clock()  # it was wrong before

    def _change_the_offset(self, by_min):
        """At the pump's buttons, which take the clock along."""
        rig, pump = self.rig, self.pump
        self.look_after()
        rig.run_until(lambda: not pump.bolus.active)
        set_clock = pump.set_clock
        pump.set_clock = lambda *values: self._noted(set_clock(*values))
        rig.press(STOP, 2)
        rig.press(OK)
        rig.press(DOWN, menu.CLOCK)
        rig.press(OK)
        rig.press(UP if by_min > 0 else DOWN, abs(by_min) // _OFFSET_STEP_MIN)
        rig.press(OK, _FIELDS + 1)
        pump.set_clock = set_clock
        offset_min = pump.settings.get(st.UTC_OFFSET_MIN)
        expect(offset_min == self.offset_min, f"the pump's offset is {offset_min}")
        self.counts["by_buttons"] += 1

    def _noted(self, code):
        """The clock was set: so are the books."""
        day = self.local_ms // 1_000 // _DAY_S
        self.local_ms = self.pump.clock.local_s * 1_000 + self.uptime_ms % 1_000
        if self.local_ms // 1_000 // _DAY_S != day:
            self._end_day()
        return code

    def lose_clock(self, away_h, unset_h):
        """No power for hours, and no clock that goes on; it is set later still."""
        self.close_boot()
        self.rig.cut_power()
        self.clock.advance_ms(away_h * 3_600_000)
        self.rig.boot()
        self._watch()
        self.rig.run_s(5)
        self.counts["losses"] += 1
        self._lost_until_us = self.clock.now_us + unset_h * 3_600_000_000
        self.look_after()

    def pull(self):
        """As `basalt pull` does, into the store; sometimes the cable comes off, and once more."""
        port = RigSerial(self.rig)
        self.rig.port.host_read()
        if self.chance.random() < 0.15:
            torn = RigSerial(self.rig)
            writes = self.chance.randrange(2, 8)
            torn.write = lambda data: _until_torn(torn, data, writes)
            try:
                with client.PumpLink(torn, _ANSWER_S) as link:
                    pulling.pull(link, self.store, tell_nobody)
            except (Problem, SerialException, OSError):
                self.counts["torn"] += 1
            self.rig.run_s(3)
            self.rig.port.host_read()
        link = client.PumpLink(port, _ANSWER_S)
        self.name = pulling.pull(link, self.store, tell_nobody).pump
        self.counts["pulls"] += 1
        self._check_pulled()

    def _check_pulled(self):
        log = self.store.log(self.name)
        now_ms = self.true_ms(self.clock.now_us)
        late = int(log.utc_ms.max()) - now_ms
        expect(late <= _TOLERANCE_MS, f"day {self.day()}: a record {late} ms in the future")

    # ---- time

    def live(self, days):
        """So many days; what the year has in them is squeezed into fewer."""
        due = [(day, "offset", (minutes,)) for day, minutes in _OFFSETS]
        due += [(day, "loss", hours) for day, *hours in _LOSSES]
        due += [(day, "battery", ()) for day in range(_BATTERY_DAYS, _WHOLE, _BATTERY_DAYS)]
        plan = {}
        for day, what, values in sorted(due):
            plan.setdefault(day * days // _WHOLE, []).append((what, values))
        for day in range(days):
            self._live_a_day(day, plan.get(day, ()))
            yield day

    def _live_a_day(self, day, extra):
        chance = self.chance
        acts = [(hour * 3_600 + chance.randrange(5_400), self.eat, ()) for hour in (7, 12, 18)]
        if chance.random() < 0.15:
            acts.append((chance.randrange(3_600, 80_000), self.rest, ()))
        if day % 3 == 1:
            acts.append((chance.randrange(20_000, 70_000), self.change, ()))
        if day % 2:
            acts.append((chance.randrange(3_600, 86_000), self.pull, ()))
        for number, (what, values) in enumerate(extra):
            act = {"offset": self.move_to, "loss": self.lose_clock, "battery": self.cut}[what]
            acts.append((_MORNING_S + number * 5_400, act, values))
        start_us = self.began_us + day * _DAY_US
        for at_s, act, values in sorted(acts, key=lambda entry: entry[0]):
            self._run_to(start_us + at_s * 1_000_000)
            if self._lost_until_us and self.clock.now_us >= self._lost_until_us:
                self.set_clock()
                self._lost_until_us = 0
            act(*values)
            self._check_errors()
        self._run_to(start_us + _DAY_US)


def _until_torn(port, data, writes):
    if len(port.written) >= writes:
        port.gone = True
    return RigSerial.write(port, data)


@contextmanager
def _time_of(person):
    """The host's clock is the bench's, as long as this holds."""

    class HostTime(RigTime):
        @staticmethod
        def time_ns():
            return person.true_ms(person.clock.now_us) * 1_000_000

    before = client.time, pulling.time
    client.time, pulling.time = RigTime, HostTime
    try:
        yield
    finally:
        client.time, pulling.time = before


def check_order(log, began):
    """Numbers and uptimes rise, UTC never falls, and is right where the clock was.

    `began(boot)`: the true UTC of a start. Returns how many records have which kind of clock.
    """
    numbers = np.diff(log.seq)
    expect(bool((numbers == 1).all()), "the numbers of the records have a gap or a repeat")
    same = np.diff(log.boot) == 0
    expect(bool((np.diff(log.boot) >= 0).all()), "a record of an earlier start comes later")
    expect(bool((np.diff(log.uptime_ms)[same] >= 0).all()), "the uptime goes back within a start")
    back = np.diff(log.utc_ms).min(initial=0)
    expect(int(back) >= -_TOLERANCE_MS, f"UTC goes back by {-int(back)} ms")
    starts = np.array([began(int(boot)) for boot in range(int(log.boot.max()) + 1)], np.int64)
    off = log.utc_ms - (starts[log.boot] + log.uptime_ms)
    known = np.isin(log.clock, (SET, COUNTED))
    worst = int(np.abs(off[known]).max(initial=0))
    expect(worst < _TOLERANCE_MS, f"UTC is off by {worst} ms where the clock was set")
    early = int(off[log.clock == ASSUMED].max(initial=0))
    expect(early < _TOLERANCE_MS, f"UTC is {early} ms late where the clock was not set")
    return np.bincount(log.clock, minlength=len(CLOCKS))


def check_doses(history, raws, made, boluses):
    """The host's doses are the motor's steps, each once. `made`: steps of dose of the motor."""
    ledger = Ledger()
    for raw in raws:
        ledger.feed(raw)
    certain = int(history.doses.steps.sum())
    least = sum(ledger.bounds(kind)[0] for kind in (events.KIND_BASAL, events.KIND_BOLUS))
    expect(certain == least, f"the host reads {certain} steps, the records tell of {least}")
    unsure = sum(one.max_steps for one in history.uncertain if one.is_dose)
    open_steps = sum(sum(ledger.under_way(kind)) for kind in range(KINDS))
    expect(
        certain <= made <= certain + unsure + open_steps,
        f"the motor made {made} steps, the host reads {certain} to {certain + unsure}",
    )
    begun = [bolus.bolus_id for bolus in history.boluses if not bolus.refusal]
    expect(len(begun) == len(set(begun)), "a bolus is on the host twice")
    expect(len(begun) == boluses, f"{len(begun)} boluses on the host, {boluses} were given")
    expect(not history.odometer_differences, "the odometer differs from the doses")
    expect(not history.missing, "records are missing")
    return certain, unsure


def prove(say, seed, only, jobs, days):
    """One life of so many days."""
    del only, jobs  # a life is one case, on one core
    with Store.in_memory(Path("year")) as store:
        person = Traveller(seed, store)
        with _time_of(person):
            for day in person.live(days):
                if day % 30 == 29:
                    say(f"day {day + 1}: {person.dose_steps():,} steps")
            person.look_after()
            person.rig.hold(soak.STOP, 2_500)  # so that no lease is open
            person.rig.run_s(2)
            person.close_boot()
            person.pull()
        return _figures(person, store, days)


def _figures(person, store, days):
    log = store.log(person.name)
    kinds = check_order(log, lambda boot: person.true_ms(person.began.get(boot, person.began_us)))
    last = int(log.seq[-1])
    raws = list(store.raw_between(person.name, 1, last).values())
    expect(len(raws) == last, f"{len(raws)} records in the store, the last is {last}")
    history = history_reader.read(log, store.gaps(person.name), utc=True)
    counts = person.counts
    certain, unsure = check_doses(history, raws, person.dose_steps(), counts["boluses"])
    told, totals = soak.read(raws)
    for number, boot in enumerate(person.boots, 1):
        soak.check_boot(number, boot, told[number])
    return [
        (
            "simulated days; boluses; reservoir changes",
            f"{days}; {counts['boluses']}; {counts['changes']}",
        ),
        (
            "clock changes and flights; clock lost for hours; starts",
            f"{counts['offsets']}; {counts['losses']}; {len(person.boots)}",
        ),
        (
            "of the clock changes and flights by the offset at the buttons",
            f"{counts['by_buttons']}",
        ),
        (
            "pulls into the store; of them with the cable torn first",
            f"{counts['pulls']}; {counts['torn']}",
        ),
        ("records, each once and in order", f"{len(raws):,}"),
        (
            "their UTC: set, counted back, by the host, assumed",
            ", ".join(f"{count:,}" for count in kinds.tolist()),
        ),
        (
            "steps of dose: the motor; the host; in doubt after cuts",
            f"{person.dose_steps():,}; {certain:,}; {unsure:,}",
        ),
        ("day totals", f"{len(totals)}"),
    ]


PROOF = Proof(
    "year",
    "After a year with both clock changes, travel through time zones and a clock that is lost "
    "twice the host has every record once and in order, every dose once, and none in the future.",
    prove,
    short={"days": 14},
    full={"days": 365},
    found=(
        "A start whose clock nobody set was placed where the pump assumed it, also when a pull "
        "had shown that the start before it was later: UTC went back by 30 hours. Now it goes "
        "on behind that one.",
    ),
)
