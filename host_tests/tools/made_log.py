"""Makes up the log of several days by driving the real core, and counts what really happened."""

import struct
from dataclasses import dataclass, field

from host_tests.core.bench import BUTTONS, Bench
from pump.core import alarms, codes, events, extended, record

DAY_S = 86_400
EPOCH_DAY = 19_723 - 18_262  # 2024-01-01, in days since 2020-01-01
BASAL = [(0, 700), (180, 850), (390, 1_250), (600, 900), (960, 1_050), (1_320, 750)]
_BUSY_MS = 1_000
_IDLE_MS = 60_000


@dataclass
class Truth:
    """What really happened, counted beside the log."""

    dose_steps: dict[int, int] = field(default_factory=dict)  # by local day since 2020
    bolus_steps: int = 0
    basal_steps: int = 0
    primed_steps: int = 0

    @property
    def all_dose_steps(self):
        return self.basal_steps + self.bolus_steps


class MadePump(Bench):
    """A bench that counts what its motor makes apart from what the log says of it."""

    def __init__(self, truth=None, **parts):
        self.truth = truth if truth is not None else Truth()
        super().__init__(**parts)

    def turn(self, elapsed_ms):
        """As the bench's, but the steps are booked to what they were made for."""
        pump = self.pump
        pump.advance(elapsed_ms)
        while True:
            self.commit()
            burst = pump.next_burst()
            if burst == 0:
                break
            self._make(burst)
            pump.moved(burst, False)
            if pump.move.active:
                break
        self.commit()

    def _make(self, burst):
        self.steps += burst
        pump = self.pump
        if pump.move.active:
            self.truth.primed_steps += burst if burst > 0 else 0
            return
        if pump.train.source.kind == events.KIND_BOLUS:
            self.truth.bolus_steps += burst
        else:
            self.truth.basal_steps += burst
        day = pump.clock.day()
        self.truth.dose_steps[day] = self.truth.dose_steps.get(day, 0) + burst

    def until(self, local_s):
        """Let time go by until the wall clock shows `local_s`."""
        while self.pump.clock.local_s < local_s:
            left_ms = (local_s - self.pump.clock.local_s) * 1000
            busy = self.pump.bolus.active or self.pump.move.active
            self.turn(min(left_ms, _BUSY_MS if busy else _IDLE_MS))

    def at(self, day, clock):
        """Let time go by until 'HH:MM' of a day since 2020."""
        hours, minutes = clock.split(":")
        self.until(day * DAY_S + int(hours) * 3600 + int(minutes) * 60)

    def bolus(self, dose_mu):
        """Give a bolus to its end."""
        assert self.pump.give_bolus(dose_mu, BUTTONS) == codes.OK
        while self.pump.bolus.active:
            self.turn(_BUSY_MS)

    def extend(self, now_mu, later_mu, minutes, source=BUTTONS):
        """Begin an extended bolus, or a combined one."""
        assert extended.begin(self.pump, now_mu, later_mu, minutes, source) == codes.OK
        self.turn(_BUSY_MS)

    def cut_power(self, off_s):
        """Cut the power in the middle of a burst, and come back with a clock set anew."""
        pump = self.pump
        pump.advance(_BUSY_MS)
        self.commit()
        burst = pump.next_burst()
        if burst:
            self._make(burst // 2)  # half of it came out of the needle, nobody booked it
        was_s = pump.clock.local_s
        again = MadePump(self.truth, settings=pump.settings, log=self.log)
        again.steps = self.steps
        again.run_s(120)
        again.pump.set_clock(was_s + off_s + 120, 60, BUTTONS)
        again.turn(0)
        return again

    def change_reservoir(self, dose_mu):
        """A whole reservoir change: rewind, load, prime, fill the cannula."""
        pump = self.pump
        assert pump.change().start(BUTTONS) == codes.OK
        assert pump.change().rewind(BUTTONS) == codes.OK
        self._finish_move()
        assert pump.change().load(dose_mu, BUTTONS) == codes.OK
        assert pump.change().prime(BUTTONS) == codes.OK
        for _ in range(40):
            self.turn(500)
        pump.change().stop()
        self.turn(_BUSY_MS)
        assert pump.change().fill_cannula(300, BUTTONS) == codes.OK
        self._finish_move()
        assert pump.change().finish(BUTTONS) == codes.OK
        self.turn(_BUSY_MS)

    def _finish_move(self):
        while self.pump.move.active:
            self.turn(500)

    def block_line(self, minutes):
        """An occlusion that a person acknowledges and clears after some minutes."""
        pump = self.pump
        for _ in range(3):
            pump.sense(4_000, 900)
            self.turn(_BUSY_MS)
        assert pump.alarms.raised & 1 << alarms.OCCLUSION - 1
        self.run_s(minutes * 60, _IDLE_MS)
        pump.acknowledge(BUTTONS)
        pump.sense(4_000, 100)
        self.turn(_BUSY_MS)
        assert pump.resume(BUTTONS) == codes.OK
        self.turn(_BUSY_MS)


def new_pump(day=EPOCH_DAY, clock_min=402):
    """A pump on its first morning: clock set, filled, its basal program in force."""
    made = MadePump()
    made.run_s(240)
    made.pump.set_clock(day * DAY_S + clock_min * 60, 60, BUTTONS)
    made.turn(0)
    made.pump.acknowledge(BUTTONS)
    made.turn(_BUSY_MS)
    assert made.pump.set_basal(BASAL, BUTTONS) == codes.OK
    made.turn(_BUSY_MS)
    made.change_reservoir(180_000)
    return made


def quiet_day(made, day):
    """Meals and nothing else."""
    for clock, dose_mu in (("07:35", 5_200), ("12:40", 6_050), ("16:05", 1_300), ("19:10", 7_250)):
        made.at(day, clock)
        made.bolus(dose_mu)


def eventful_day(made, day):
    """One of everything: stopped, refused, suspended, blocked, cut. The pump that comes back."""
    made.at(day, "07:20")
    made.bolus(4_800)
    made.at(day, "08:30")
    made.pump.suspend(BUTTONS)
    made.turn(_BUSY_MS)
    made.at(day, "09:15")
    made.pump.resume(BUTTONS)
    made.at(day, "12:30")
    assert made.pump.give_bolus(14_000, BUTTONS) == codes.OVER_MAX_BOLUS
    made.turn(_BUSY_MS)
    assert made.pump.give_bolus(6_400, BUTTONS) == codes.OK
    made.run_s(90)
    made.pump.stop_bolus()
    made.turn(_BUSY_MS)
    made.at(day, "15:02")
    made.block_line(11)
    made.at(day, "18:50")
    assert made.pump.give_bolus(7_000, BUTTONS) == codes.OK
    made.run_s(110)
    made = made.cut_power(25 * 60)
    made.run_s(420, _IDLE_MS)
    while made.pump.acknowledge(BUTTONS) == codes.OK:
        made.turn(_BUSY_MS)
    made.at(day, "21:40")
    made.bolus(1_000)
    return made


def extended_days():
    """Extended boluses that end in every way; the last one runs on. (the pump, what happened)."""
    made = new_pump()
    day = EPOCH_DAY
    made.at(day, "09:00")
    made.extend(2_000, 3_000, 60)
    made.at(day, "09:30")
    made.bolus(1_000)
    made.at(day, "11:00")
    made.extend(0, 2_000, 90)
    made.at(day, "11:40")
    assert made.pump.stop_bolus() == codes.OK
    made.at(day, "12:00")
    made.extend(0, 1_500, 120, events.SOURCE_LINK)
    made.at(day, "12:20")
    made.pump.suspend(BUTTONS)
    made.at(day, "12:30")
    made.pump.resume(BUTTONS)
    made.at(day, "13:00")
    made.extend(4_000, 500, 720)
    made.run_s(20)
    assert made.pump.stop_bolus() == codes.OK
    made.at(day, "14:00")
    made.extend(4_000, 3_000, 15)
    made.run_s(60)
    assert made.pump.stop_bolus(events.SOURCE_LINK) == codes.OK
    made.at(day, "14:30")
    made.extend(0, 5_000, 15)
    made.run_s(50)
    assert made.pump.stop_bolus() == codes.OK
    made.turn(_BUSY_MS)
    made = _cut_while_extended(made, day)
    made.at(day + 1, "03:00")
    made.extend(500, 1_000, 60)
    made.at(day + 1, "03:25")
    return made, made.truth


def _cut_while_extended(made, day):
    """Power lost with both parts of a combined one open, and in one across midnight."""
    made.at(day, "16:00")
    made.extend(5_000, 3_000, 120)
    made.run_s(120)
    made = made.cut_power(600)
    made.at(day, "17:30")
    assert extended.begin(made.pump, 9_000, 9_000, 60, BUTTONS) == codes.OVER_MAX_BOLUS
    made.at(day, "22:45")
    made.extend(0, 4_000, 240)
    made.at(day + 1, "01:20")
    return made.cut_power(300)


def several_days(days=5, eventful=(1, 3)):
    """(the pump after so many days, what really happened): the log is `pump.log`."""
    made = new_pump()
    for index in range(days):
        day = EPOCH_DAY + index
        if index in eventful:
            made = eventful_day(made, day)
        else:
            quiet_day(made, day)
        if index % 4 == 2:
            made.at(day, "22:10")
            made.change_reservoir(300_000)
        made.at(day, "23:59")
    return made, made.truth


def raw_log(made):
    """All durable records as the bytes that a pull brings."""
    return b"".join(bytes(packed) for packed in made.log)


def without(raw, seqs):
    """A log with records missing."""
    keep = [raw[at : at + 32] for at in range(0, len(raw), 32)]
    return b"".join([one for one in keep if record.seq_of(one) not in seqs])


def odd_record(seq, boot, event, uptime_s, local_s):
    """A whole record of an event number that no table knows."""
    values = struct.pack("<11B", *range(11))
    return bytes(record.pack(seq, boot, event, uptime_s, 0, True, local_s, "<11s", (values,)))


def numbers_of(raw, event):
    """Sequence numbers of the records of an event."""
    found = [raw[at : at + 32] for at in range(0, len(raw), 32)]
    return [record.seq_of(one) for one in found if record.header(one)[2] == event]


FIRST_BOOT = events.BOOT
