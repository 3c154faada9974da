"""Clocks that jump: power cuts, and a clock that is set by days too early and too late.

A life is a chain of starts. In each one the clock is left as it is, set right, or set wrong by up
to ten days either way; then boluses and basal are given and the power goes. The bench's own clock
is the truth. The host reads the log with tools/basalt/timeline.py.

A case is SEED/LIFE: the life of that number.
"""

import random

from basalt import decode
from basalt.timeline import COUNTED, EPOCH_MS, SET, log_of
from host_tests.fakes.flash import Flash
from host_tests.proofs.ledger import KINDS, Ledger
from host_tests.proofs.lives import SMALL, do
from host_tests.proofs.proof import BrokenError, Proof
from host_tests.proofs.recorded import CountedRig, read
from host_tests.proofs.restarted import expect
from pump.core import events
from pump.core import settings as st

_DAY_S = 86_400
_BEGAN_S = 180_000_000  # UTC since 2020 when the bench's clock shows 0
_HOUR_US = 3_600_000_000
_MAX_HOUR_MU = 3_000


def prove(say, seed, only, jobs, lives, starts):
    """`lives` of so many `starts` each."""
    del jobs
    numbers = range(lives)
    if only is not None:
        seed, number = (int(part) for part in only.split("/"))
        numbers = (number,)
    say(f"    seed {seed}")
    sets = records = 0
    for number in numbers:
        try:
            count, length = _live(random.Random(f"{seed}/{number}"), starts)
        except BrokenError as broken:
            raise BrokenError(f"{seed}/{number}: {broken}") from broken
        sets += count
        records += length
    return [
        ("starts, each with a clock of its own", len(numbers) * starts),
        ("settings of the clock, right or wrong by days", sets),
        ("records whose time was held against the bench's clock", records),
    ]


def _live(chance, starts):
    rig = CountedRig(Flash(SMALL))
    do(rig.pump.set_basal([(0, 1_200), (360, 700), (1080, 2_000)], events.SOURCE_LINK))
    do(rig.pump.set_setting(st.MAX_HOUR_MU, _MAX_HOUR_MU, events.SOURCE_LINK))
    errors_s = {}  # by boot: how wrong its clock was set last, None: never
    began_us = {rig.pump.log.boot: 0}
    sets = 0
    for start in range(starts):
        boot = rig.pump.log.boot
        errors_s[boot] = None
        for _ in range(chance.randrange(1, 4)):
            if chance.random() < 0.6:
                errors_s[boot] = chance.choice((0, 0, chance.randrange(-10 * _DAY_S, 10 * _DAY_S)))
                _set_clock(rig, errors_s[boot], chance.choice((-300, 0, 60, 120)))
                sets += 1
            rig.pump.give_bolus(chance.randrange(100, 2_500), events.SOURCE_LINK)
            rig.run_s(chance.randrange(1, 1_800))
            _check_limit(rig)
        if start + 1 < starts:
            rig.restart()
            began_us[rig.pump.log.boot] = rig.world.clock.now_us
            _check_limit(rig)
    raw = b"".join(read(rig.app.journal, 0))
    _check_sums(rig, raw)
    _check_times(decode.records(raw), errors_s, began_us)
    return sets, len(raw) // 32


def _set_clock(rig, error_s, utc_offset_min):
    rig.app.guarded_turn()  # as on the link, where the time up to now was counted before
    true_s = _BEGAN_S + rig.world.clock.now_us // 1_000_000
    local_s = true_s + utc_offset_min * 60 + error_s
    do(rig.pump.set_clock(local_s, utc_offset_min, events.SOURCE_LINK))


def _check_limit(rig):
    """The last hour, by the bench's clock, never held more than the limit or the pump knows."""
    now_us = rig.world.clock.now_us
    given = sum(1 for us in rig.dose_us if us > now_us - _HOUR_US)
    known = rig.pump.window.hour_steps
    expect(given <= known, f"{given} steps in the last hour, the pump knows of {known}")
    most = _MAX_HOUR_MU * 6791 // 10_000
    expect(given <= most, f"{given} steps in the last hour, {most} are allowed")


def _check_sums(rig, raw):
    ledger = Ledger()
    for at in range(0, len(raw), 32):
        ledger.feed(raw[at : at + 32])
    expect(rig.pump.odometer_steps <= sum(rig.made), "insulin is counted twice")
    for kind in range(KINDS):
        least, most = ledger.bounds(kind)
        most += sum(ledger.under_way(kind))
        expect(least <= rig.made[kind] <= most, f"{rig.made[kind]} made, {least} to {most} told")


def _check_times(records, errors_s, began_us):
    """Order and durations are right under any clock, and UTC is where it was set right."""
    log = log_of("pump", records, ())
    for at in range(len(log.seq)):
        boot = int(log.boot[at])
        true_ms = EPOCH_MS + _BEGAN_S * 1000 + began_us[boot] // 1000 + int(log.uptime_ms[at])
        last_of_boot = at + 1 == len(log.seq) or int(log.boot[at + 1]) != boot
        if at and int(log.boot[at - 1]) == boot:
            step_ms = int(log.uptime_ms[at] - log.uptime_ms[at - 1])
            expect(step_ms >= 0, f"record {at + 1} comes before the one before it")
            same = log.clock[at] == log.clock[at - 1] == SET
            if same and int(log.event[at - 1]) != events.CLOCK_SET:
                passed_ms = int(log.utc_ms[at] - log.utc_ms[at - 1])
                expect(abs(passed_ms - step_ms) < 1_000, f"{passed_ms} ms passed, not {step_ms}")
        if last_of_boot and log.clock[at] in (SET, COUNTED) and errors_s[boot] == 0:
            off_ms = int(log.utc_ms[at]) - true_ms
            expect(abs(off_ms) < 2_000, f"UTC of record {at + 1} is off by {off_ms} ms")


PROOF = Proof(
    "clocks",
    "Under clocks that jump by days between starts and within them, order and durations stay "
    "right, UTC is right where the clock was, and no limit is loosened.",
    prove,
    short={"lives": 2, "starts": 4},
    full={"lives": 10, "starts": 8},
)
