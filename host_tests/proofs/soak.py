"""Lives 90 days with the whole pump on fakes and the real littlefs, and holds it to account.

The life is made from a seed: meals by the buttons, mistakes, suspensions, reservoir changes,
kinked tubes, empty batteries, alarms nobody hears, power cuts, hosts that pull. The bench keeps
its own books, in exact fractions, of what is owed; the motor counts; the log must agree.
"""

import gc
import random
import statistics
import struct
import sys
import types
from fractions import Fraction

from host_tests.fakes.flash import Files, Flash
from host_tests.link.asking import answers
from host_tests.proofs.proof import BrokenError, Proof
from host_tests.rig import OK, STOP, UP, Rig
from pump.core import alarms, codes, event_table, events, record, states
from pump.core import settings as st
from pump.link import frame, protocol

_DAY_S = 86_400
_PROGRAM = ((0, 700), (360, 1_150), (660, 850), (1_020, 1_000), (1_320, 750))
_STEPS_PER_MU = Fraction(6791, 10_000)
_DOSE_STEP_MU = 250
_LOSES_AT_A_CUT = 135 + 339  # a lease of 0.2 U, a part of 0.5 U
_CHANGE_EVERY_DAYS = 3
_UNHEARD_S = (10, 60, 600, 5_400)
_FIRMWARE_BYTES = 200_000  # as much as lies on a board's filesystem beside the log
_ERASES = 100_000  # that a block of a Pico's flash is good for
_BUTTONS = events.SOURCE_BUTTONS
_NEARLY_EMPTY = (alarms.RESERVOIR_EMPTY, alarms.RESERVOIR_VERY_LOW)


class Boot:
    """What the bench knows of the time from one start to the next."""

    def __init__(self, dose_steps):
        self.asked = 0  # of basal, in mU/h times ms
        self.dose_before = dose_steps
        self.dose_steps = 0
        self.owed_steps = 0  # of basal at its end: owed and not made
        self.unbooked_steps = 0  # of a train that was under way at its end
        self.open_bolus_steps = 0  # given of the one that was under way


class Person:
    """A pump, the person who lives with it, and the books that the bench keeps."""

    first_day = 2_400  # since 2020, in UTC

    def __init__(self, seed):
        self.chance = random.Random(seed)
        flash = Flash()
        _put_firmware(Files(flash))
        self.rig = Rig(flash=flash)
        self.erases = [0] * flash.block_count
        self.counts = dict.fromkeys(("boluses", "stopped", "cuts", "changes", "alarms"), 0)
        self.pulled = []
        self.boots = []
        self.days = []  # dose steps booked when a day of the pump ended
        self._day_over = False  # and the train that ran at midnight did not end yet
        self.guided_steps = 0
        self.local_ms = self.uptime_ms = 0
        self.offset_min = 60  # of where this person is
        self.began_us = self.clock.now_us
        self._watch()
        for number, value in (
            (st.BOLUS_STEP_MU, _DOSE_STEP_MU),
            (st.MAX_HOUR_MU, 60_000),
            (st.MAX_DAY_MU, 300_000),
        ):
            assert self.pump.set_setting(number, value, _BUTTONS) == codes.OK
        assert self.pump.set_basal(list(_PROGRAM), _BUTTONS) == codes.OK
        self.set_clock()

    @property
    def pump(self):
        return self.rig.pump

    @property
    def clock(self):
        return self.rig.world.clock

    # ---- the books

    def _watch(self):
        """A new start of the pump: from now on what each turn is told goes through the books."""
        pump = self.pump
        self.boots.append(Boot(self.dose_steps()))
        self.uptime_ms = pump.clock.uptime_s * 1000 + pump.clock.uptime_ms
        self.local_ms = pump.clock.local_s * 1000 + self.uptime_ms % 1000
        advance = pump.advance

        def noted(elapsed_ms):
            self._note(pump.state, elapsed_ms)
            advance(elapsed_ms)

        pump.advance = noted
        moved = pump.moved

        def ended(steps, cut_short):
            if self._day_over:
                self._note_day(self.dose_steps())
            moved(steps, cut_short)

        pump.moved = ended
        if self._day_over:  # the power went while that train ran
            self._note_day(self.boots[-1].dose_before)

    def _note(self, state, elapsed_ms):
        day = self.local_ms // 1000 // _DAY_S
        boot = self.boots[-1]
        left_ms = elapsed_ms
        while left_ms > 0:
            piece_ms = min(left_ms, 60_000 - self.local_ms % 60_000)
            if state in (states.RUNNING, states.BOLUS):
                boot.asked += _rate(self.local_ms // 60_000 % 1440) * piece_ms
            self.local_ms += piece_ms
            left_ms -= piece_ms
        self.uptime_ms += elapsed_ms
        if self.local_ms // 1000 // _DAY_S != day:
            self._end_day()

    def _end_day(self):
        """A day of the pump is over; a train that runs belongs to it."""
        if self.pump.moving():
            self._day_over = True
        else:
            self._note_day(self.dose_steps())

    def _note_day(self, steps):
        self.days.append((steps, len(self.boots)))
        self._day_over = False

    def dose_steps(self):
        """What the motor has turned, without what was rewound, primed or filled."""
        return self.rig.steps - self.guided_steps

    def _unbooked(self):
        return self.rig.hardware.engine.made() if self.pump.moving() else 0

    def close_boot(self):
        """The power goes now, or the life is over."""
        boot, pump = self.boots[-1], self.pump
        boot.unbooked_steps = self._unbooked()
        boot.dose_steps = self.dose_steps() - boot.dose_before
        boot.owed_steps = pump.basal.owed_steps
        boot.open_bolus_steps = pump.bolus.given_steps if pump.bolus.active else 0
        for block, count in enumerate(self.rig.world.flash.erases):
            self.erases[block] += count

    # ---- what a person does

    def set_clock(self):
        """Set the pump's clock by the world's."""
        passed_s = (self.clock.now_us - self.began_us) // 1_000_000
        day = self.local_ms // 1000 // _DAY_S
        local_s = self.first_day * _DAY_S + self.offset_min * 60 + passed_s
        assert self.pump.set_clock(local_s, self.offset_min, _BUTTONS) == codes.OK
        self.local_ms = local_s * 1000 + self.uptime_ms % 1000
        if local_s // _DAY_S != day:
            self._end_day()
        self.rig.run_ms(100)

    def look_after(self):
        """Acknowledge what waits, and deliver again."""
        while self.pump.alarms.waiting:
            assert self.pump.acknowledge(_BUTTONS) == codes.OK
        self.rig.run_ms(500)
        # What is left would not do for a meal: a bolus of more than that is refused.
        if any(self.pump.alarms.has_cause(alarm) for alarm in _NEARLY_EMPTY):
            self.change()
        if self.pump.state == states.SUSPENDED:
            self.rig.hold(STOP, 2_500)
        if self.pump.state not in (states.RUNNING, states.BOLUS):
            state = states.STATES[self.pump.state]
            raise BrokenError(
                f"still {state} on day {self.day()}, alarms {self.pump.alarms.raised:b}"
            )

    def eat(self):
        """A bolus by the buttons, now and then with a mistake in it, stopped, or cut off."""
        self.look_after()
        chance, rig = self.chance, self.rig
        if self.pump.state != states.RUNNING:
            return
        dose_mu = _DOSE_STEP_MU * chance.randrange(2, 25)
        rig.press(STOP, 2)  # wakes the display, and leaves what may be open
        rig.press(UP)
        rig.press(UP, dose_mu // _DOSE_STEP_MU)
        rig.press(OK)
        if chance.random() < 0.1:  # a second thought
            rig.press(STOP, 2)
            return
        rig.press(OK)
        if not self.pump.bolus.active:
            if self.rig.app.ui.alarm:  # it came between the presses, and took the last of them
                self.look_after()
                return
            raised = f"{self.pump.alarms.raised:b}, state {self.pump.state}"
            raise BrokenError(f"no bolus of {dose_mu} mU began on day {self.day()}: {raised}")
        self.counts["boluses"] += 1
        whole_s = dose_mu * 60 // self.pump.settings.get(st.BOLUS_SPEED_MU_MIN)
        kind = chance.random()
        if kind < 0.1:
            rig.run_ms(chance.randrange(1, whole_s * 1000))
            rig.press(STOP)
            self.counts["stopped"] += 1
        elif kind < 0.15:
            rig.run_ms(chance.randrange(1, whole_s * 1000))
            self.cut()
        else:
            rig.run_s(whole_s + 5)

    def rest(self):
        """Suspend for a while: a shower."""
        if self.pump.state == states.RUNNING:
            self.rig.hold(STOP, 2_500)
            self.rig.run_s(self.chance.randrange(300, 3_600))
            self.look_after()

    def change(self):
        """A new syringe, as long as the screw head comes back far enough for it."""
        rig, pump, reservoir = self.rig, self.pump, self.rig.world.reservoir
        before = rig.steps
        if pump.change().start(_BUTTONS) != codes.OK:
            return
        pump.change().rewind(_BUTTONS)
        wanted = min(60_000, reservoir.head_steps - 2_000)  # it stops a burst later
        self.wait(lambda: not pump.move.active or before - rig.steps >= wanted, 3_600)
        pump.change().stop()
        self.wait(lambda: not pump.move.active, 10)
        left = reservoir.bottom_steps - reservoir.head_steps
        reservoir.plunger_steps = reservoir.head_steps
        pump.change().load(min(int(left / _STEPS_PER_MU), pump.profile.reservoir_mu), _BUTTONS)
        if pump.change().prime(_BUTTONS) == codes.OK:
            rig.run_s(self.chance.randrange(2, 8))
            pump.change().stop()
            self.wait(lambda: not pump.move.active, 10)
        if pump.change().fill_cannula(300, _BUTTONS) == codes.OK:
            self.wait(lambda: not pump.move.active, 30)
        if pump.change().finish(_BUTTONS) != codes.OK:
            raise BrokenError(f"the reservoir change stays open on day {self.day()}")
        self.guided_steps += rig.steps - before
        self.counts["changes"] += 1

    def kink(self):
        """The tube is kinked until the alarm has sounded for a while."""
        if self.pump.state != states.RUNNING:
            return
        line = self.rig.world.line
        line.block()
        waits = 1 << alarms.OCCLUSION - 1
        self.wait(lambda: self.pump.alarms.raised & waits, 4 * 3_600, 20)
        line.open()
        self.counts["alarms"] += 1
        self.miss()

    def battery_low(self):
        """The cell is nearly empty, and then another one."""
        cell, before = self.rig.world.cell, self.rig.world.cell.mv
        cell.mv = 3_400 if self.chance.random() < 0.7 else 3_200
        self.rig.run_s(60)
        low = 1 << alarms.BATTERY_LOW - 1 | 1 << alarms.BATTERY_EMPTY - 1
        if not self.pump.alarms.raised & low:
            raise BrokenError(f"no alarm of the battery on day {self.day()}")
        self.counts["alarms"] += 1
        self.rig.run_s(self.chance.choice(_UNHEARD_S))
        cell.mv = before
        self.cut()

    def miss(self):
        """Do not hear the alarm for up to an hour and a half."""
        self.rig.run_s(self.chance.choice(_UNHEARD_S))
        self.look_after()

    def cut(self):
        """The power goes, and comes back some time later."""
        self.close_boot()
        self.counts["cuts"] += 1
        self.rig.cut_power()
        self.clock.advance_ms(self.chance.randrange(100, 1_800_000))
        self.rig.boot()
        self._watch()
        self.rig.run_s(5)
        if self.chance.random() < 0.8:
            self.set_clock()
        self.look_after()

    def pull(self):
        """A host asks for all that is new; now and then it goes away in the middle."""
        port = self.rig.port
        port.host_read()
        until = self.rig.app.journal.next_seq
        if self.chance.random() < 0.1:
            until -= (until - len(self.pulled)) // 2
        while len(self.pulled) + 1 < until:
            seq = len(self.pulled) + 1
            port.host_write(
                frame.pack(protocol.request(1, protocol.LOG, struct.pack("<IH", seq, 31)))
            )
            body = b""
            for _ in range(40):
                self.rig.run_ms(20)
                body += port.host_read()
                found = answers(body)
                if found:
                    break
            else:
                raise BrokenError(f"no answer to a pull on day {self.day()}")
            got = found[0][protocol.ANSWER_HEAD + 8 :]
            for at in range(0, len(got), record.RECORD_SIZE):
                raw = bytes(got[at : at + record.RECORD_SIZE])
                if record.seq_of(raw) != len(self.pulled) + 1:
                    raise BrokenError(f"record {len(self.pulled) + 1} is missing")
                self.pulled.append(raw)

    # ---- time

    def day(self):
        """Days since the life began."""
        return (self.clock.now_us - self.began_us) // 1_000_000 // _DAY_S

    def wait(self, condition, limit_s, every_s=0.1):
        """Let time go by until it holds."""
        until_us = self.clock.now_us + limit_s * 1_000_000
        while not condition():
            if self.clock.now_us > until_us:
                raise BrokenError(f"it did not happen in {limit_s} s on day {self.day()}")
            self.rig.run_ms(int(every_s * 1000))

    def live_a_day(self, day):
        """One day, in an order and at times that only the seed knows."""
        chance = self.chance
        plan = [(hour * 3600 + chance.randrange(5_400), self.eat) for hour in (7, 12, 18)]
        for share, act in (
            (0.6, self.eat),
            (0.3, self.rest),
            (0.12, self.kink),
            (0.08, self.battery_low),
            (0.2, self.cut),
            (0.1, self.set_clock),
            (0.9, self.pull),
        ):
            if chance.random() < share:
                plan.append((chance.randrange(3600, 80_000), act))
        if day % _CHANGE_EVERY_DAYS == 1:
            plan.append((chance.randrange(20_000, 70_000), self.change))
        start_us = self.began_us + day * _DAY_S * 1_000_000
        for at_s, act in sorted(plan, key=lambda entry: entry[0]):
            self._run_to(start_us + at_s * 1_000_000)
            act()
            self._check_errors()
        self._run_to(start_us + _DAY_S * 1_000_000)
        self._check_errors()

    def _run_to(self, at_us):
        left_ms = (at_us - self.clock.now_us) // 1000
        if left_ms > 0:
            self.rig.run_ms(left_ms)

    def _check_errors(self):
        if self.rig.hardware.errors or self.pump.state == states.FAULT:
            raise BrokenError(f"day {self.day()}: {self.rig.hardware.errors}")
        motor = self.rig.world.motor
        if motor.lost_steps or motor.edges_while_disabled or motor.early_edges:
            raise BrokenError(f"day {self.day()}: {motor.lost_steps} steps were lost")


def _rate(minute):
    return next(rate for start, rate in reversed(_PROGRAM) if start <= minute)


def _put_firmware(files):
    """Fill the filesystem as on a board, so that wear has as little room to spread."""
    files.mkdir("/pump")
    for number in range(60):
        with files.open(f"/pump/module{number}.mpy", "wb") as file:
            file.write(bytes(_FIRMWARE_BYTES // 60))


# ---- what must hold in the end


class Told:
    """What the log says of one boot."""

    def __init__(self):
        self.basal = 0
        self.done_mu = 0  # boluses given to their end
        self.done_steps = 0
        self.ended_steps = 0  # boluses that ended before
        self.parts = 0
        self.unsure = 0  # told by the next boot
        self.given = 0

    def certain(self):
        """Steps of dose that were surely made."""
        return self.basal + self.parts


def read(pulled):
    """{boot: Told} from all records, and the day totals as (basal_mu, bolus_mu)."""
    boots, days = {}, []
    asked_mu = 0
    for raw in pulled:
        _, number, event, _, _, _, _ = record.header(raw)
        told = boots.setdefault(number, Told())
        values = record.fields(raw, event_table.layout(event_table.row_of(event)[3]))
        if event == events.BASAL_LEASE:
            told.basal += values[0]
        elif event == events.BOLUS_START:
            asked_mu, told.given = values[1], 0
        elif event == events.BOLUS_PART:
            told.parts += values[1]
            told.given += values[1]
        elif event == events.BOLUS_END and values[3] != events.END_POWER_LOST:
            told.parts += values[2] - told.given
            if values[3] == events.END_DONE:
                told.done_mu += asked_mu
                told.done_steps += values[2]
            else:
                told.ended_steps += values[2]
        elif event == events.UNCERTAIN and values[0] in (events.KIND_BASAL, events.KIND_BOLUS):
            boots[number - 1].unsure += values[2]
        elif event == events.DAY_TOTAL:
            days.append(values[:2])
    return boots, days


def check_boot(number, boot, told):
    """The motor against the log, and both against what was owed."""
    least, most = told.certain(), told.certain() + told.unsure
    if not least <= boot.dose_steps <= most:
        raise BrokenError(f"start {number}: {boot.dose_steps} steps, the log {least} to {most}")
    if told.done_steps != int(told.done_mu * _STEPS_PER_MU):
        raise BrokenError(f"start {number}: {told.done_steps} steps for {told.done_mu} mU")
    bolus = told.done_steps + told.ended_steps + boot.open_bolus_steps
    made = boot.dose_steps - boot.unbooked_steps + boot.owed_steps - bolus
    exact = _basal(boot)
    if not made <= exact < made + 1:
        raise BrokenError(f"start {number}: basal {made} steps, exactly {float(exact):.3f}")


def _basal(boot):
    return Fraction(boot.asked, 3_600_000) * _STEPS_PER_MU


def check_days(noted, told):
    if len(noted) != len(told):
        raise BrokenError(f"{len(noted)} days ended, the log has {len(told)} day totals")
    before, boots = 0, 1
    for number, ((steps, starts), total_mu) in enumerate(zip(noted, told, strict=True)):
        more = steps - before - sum(total_mu) * _STEPS_PER_MU
        room = _LOSES_AT_A_CUT * (starts - boots)
        if not -1 <= more <= 2 + room:
            raise BrokenError(
                f"day {number}: the motor made {float(more):.1f} steps more than told"
            )
        before, boots = steps, starts


def reachable(root):
    """(objects, bytes) that the pump holds on to; the faked parts and the code do not count."""
    seen, waiting = set(), [root]
    size = 0
    skipped = (type, types.ModuleType, types.FunctionType, types.CodeType, types.MethodType)
    while waiting:
        thing = waiting.pop()
        theirs = type(thing).__module__.startswith("host_tests")
        if id(thing) in seen or theirs or isinstance(thing, skipped):
            continue
        seen.add(id(thing))
        size += sys.getsizeof(thing)
        waiting.extend(gc.get_referents(thing))
    return len(seen), size


def _wear(erases, days):
    used = [count for count in erases if count]
    years = _ERASES / (max(erases) / days) / 365.25
    return f"{max(erases)}, {statistics.median(used):.0f} of {len(used)} blocks; {years:.0f} years"


def prove(say, seed, only, jobs, days):
    """One life of so many days."""
    del only, jobs  # a life is one case, on one core
    person = Person(seed)
    held = []
    for day in range(days):
        person.live_a_day(day)
        if day % 7 == 6 or day == days - 1:
            held.append(reachable(person.rig.app))
            say(f"day {day + 1}: {person.dose_steps():,} steps, {held[-1][1]:,} bytes held")
    person.look_after()
    person.rig.hold(STOP, 2_500)
    person.rig.run_s(2)
    person.close_boot()
    while len(person.pulled) + 1 < person.rig.app.journal.next_seq:
        person.pull()
    kept = person.rig.records()
    if kept != person.pulled[-len(kept) :]:
        raise BrokenError("the log on the flash is not what was pulled")
    told, totals = read(person.pulled)
    for number, boot in enumerate(person.boots, 1):
        check_boot(number, boot, told[number])
    check_days(person.days, totals)
    if held[-1][1] > held[0][1] + 2_000:
        raise BrokenError(f"the pump holds {held[-1][1]} bytes, after a week {held[0][1]}")
    exact = sum(_basal(boot) for boot in person.boots)
    counts = person.counts
    return [
        (
            "simulated days; boluses, of them stopped",
            f"{days}; {counts['boluses']}, {counts['stopped']}",
        ),
        ("power cuts; reservoir changes; alarms", "{cuts}; {changes}; {alarms}".format(**counts)),
        ("steps of dose that the motor made", f"{person.dose_steps():,}"),
        ("steps of basal owed, exactly", f"{float(exact):,.3f}"),
        ("starts whose basal is within one step of it", f"{len(person.boots)}"),
        (
            "records pulled, each once; of them still kept",
            f"{len(person.pulled):,}; {len(kept):,}",
        ),
        ("day totals that agree with the motor", f"{len(totals)}"),
        ("bytes that the pump holds, first and last week", f"{held[0][1]:,}, {held[-1][1]:,}"),
        ("erases per block: most, median; 100,000 reached in", _wear(person.erases, days)),
    ]


PROOF = Proof(
    "soak",
    "After 90 days of meals, mistakes, alarms and power cuts the motor, the log and the exact sum"
    " agree, every record is there once, and the pump holds no byte more than after a week.",
    prove,
    short={"days": 2},
    full={"days": 90},
    found=(
        "What was given before midnight of a lease that was still open was told to the old day, "
        "and once more to the new one by a restart. A day is closed with the motor at rest now, "
        "and leases and parts are booked before.",
    ),
)
