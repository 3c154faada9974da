"""Cuts the power of the emulated chip at any nanosecond, and starts it again on what is left.

Steps are counted on the STEP pin by the bench, before the cut and after the start; the log is read
from the flash by the host. One run of a scenario is cut many times: the flash is copied at each of
the moments, with the operation under way half done, and the pump is started on each copy.
"""

import random
import tempfile
import zlib
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

from host_tests.chip import forks
from host_tests.chip.chip import OK, UP, WIRE_400_KHZ
from host_tests.chip.pump_desk import DOSE_MU, STEP_MU
from host_tests.chip.pump_on_chip import all_of, build_tree, flash_with_a_past, records_of
from host_tests.chip.waiting import WaitingChip, with_waiting_main
from host_tests.fakes.flash import Files, Flash
from host_tests.proofs.proof import BrokenError, Proof
from pump.core import alarms, events, record, settings
from pump.link import protocol
from pump.link.frame import END, pack, unpack
from pump.storage.settings_store import SettingsStore

# A W25Q16JV: typical times of its data sheet (table 9.6).
ERASE_MS = 45
PROGRAM_US = 400
RATE_MU_H = 5_000  # a burst of basal every four seconds
PATIENCE_S = 7_200  # of wall-clock time for one copy, however busy the machine is
LEASE = 136
PART = 340
AFTER_MS = 1_500
_AIM_MS = 400
SPEEDS = (12_000, 11_900)  # the two values of the setting that is saved over and over
_SURE_TO_MOVE = 8  # cuts of a bolus of which at least one meets the motor
UNTIL_MS = {"bolus": 5_000, "boot": 700, "pull": 6_000, "settings": 3_000}


class Cut:
    """What a cut left, and what was known at that moment."""

    def __init__(self, scenario, chip, chance, must, world):
        self.scenario = scenario
        self.nanos = int(chip.nanos - world.began)
        half = chip.flash.half_done(chance)
        self.torn = half is not None
        self.image = zlib.compress(chip.cut_power(half), 1)
        self.pulses = [pulse.nanos - world.began for pulse in chip.motor.pulses]
        self.must = must  # records that were durable for sure
        self.answered = list(world.answered)
        self.asked = world.asked

    @property
    def name(self):
        return f"{self.scenario}:{self.nanos}"


# ---- the four scenarios ------------------------------------------------------------------


def run_and_cut(chip, scenario, image, moments, seed, already=0):
    """Run a scenario from the start of the pump on `image`; a list of Cuts at `moments`.

    A moment is nanoseconds since the start, and whether the cut shall rather hit the next
    operation of the flash.
    """
    chip.flash.erase_ms, chip.flash.program_us = ERASE_MS, PROGRAM_US
    world = SimpleNamespace(began=chip.nanos, asked=None, answered=[])
    chip.start(image)
    script = _SCRIPTS[scenario](chip, world)
    cuts = []
    must = records_of(image)
    for nanos, aimed in moments:
        _run_script(chip, script, world.began + nanos)
        if aimed and not chip.flash.left_nanos:
            part = random.Random(f"{seed}:{nanos}").random()
            if chip.run_into_flash(_time_to_aim_ms(chip, script)):
                chip.run_ms(chip.flash.left_nanos * part / 1e6)
        chance = random.Random(f"{seed}:{int(chip.nanos - world.began)}")
        cuts.append(Cut(scenario, chip, chance, must, world))
        if not chip.flash.left_nanos:
            must = records_of(chip.cut_power())
    return cuts


def _time_to_aim_ms(chip, script):
    """How long to wait for the flash: no press of the script may come late for it."""
    if not script:
        return _AIM_MS
    return min(_AIM_MS, max(0, script[0][0] - chip.nanos) / 1e6)


def _run_script(chip, script, until):
    """Let a script act at its own moments up to `until`."""
    while script and script[0][0] <= until:
        at, act = script.pop(0)
        chip.run_to(at)
        following = act()
        if following:
            script.insert(0, following)
    chip.run_to(until)


def _bolus(chip, world):
    """Four taps to 'Give 0.60 U?' and the OK that gives it, while the log is pulled."""
    script = []
    at = world.began + 900e6
    for button in (UP, *[UP] * (DOSE_MU // STEP_MU), OK, OK):
        script.append((at, lambda button=button: chip.hold(button)))
        script.append((at + 60e6, lambda button=button: chip.release(button)))
        at += 130e6
    script.append((at, lambda: _pull_for_ever(chip)))
    return script


def _boot(_chip, _world):
    return []


def _pull(chip, world):
    return [(world.began + 800e6, lambda: _pull_for_ever(chip))]


def _settings(chip, world):
    """One setting after the other: the next as soon as the last was answered."""

    def ask():
        world.asked = SPEEDS[1] if world.asked == SPEEDS[0] else SPEEDS[0]
        body = bytes((settings.BOLUS_SPEED_MU_MIN,)) + world.asked.to_bytes(4, "little")
        chip.send(pack(protocol.request(9, protocol.SET_SETTING, body)))

    def answered(body):
        if body[2] == protocol.SET_SETTING | 0x80:
            world.answered.append(world.asked)
            ask()

    _on_answers(chip, answered)
    return [(world.began + 800e6, ask)]


_SCRIPTS = {"bolus": _bolus, "boot": _boot, "pull": _pull, "settings": _settings}


def _pull_for_ever(chip):
    """A host that asks for the whole log again and again."""
    seqs = iter(range(1, 1_000_000, 31))

    def ask(_body=None):
        seq = next(seqs) % 310
        body = seq.to_bytes(4, "little") + (31).to_bytes(2, "little")
        chip.send(pack(protocol.request(7, protocol.LOG, body)))

    _on_answers(chip, ask)
    ask()


def _on_answers(chip, act):
    data = bytearray()

    def came(more):
        data.extend(more)
        while END in data:
            frame, _, rest = bytes(data).partition(END)
            data[:] = rest
            body = unpack(frame)
            if body:
                act(body)

    chip.usb.on_bytes = came


# ---- after the cut -----------------------------------------------------------------------


def start_and_check(chip, cut, past, already, cold=False):
    """Start the pump on what a cut left. Returns (words of what is wrong or "", figures)."""
    image = zlib.decompress(cut.image)
    if cold:
        chip = WaitingChip(image, usb=False)
        chip.start_cold(image)
    else:
        chip.start(image)
    try:
        chip.boot()
        chip.run_ms(AFTER_MS)
    except AssertionError as error:
        return f"it did not start: {error}", None
    durable = records_of(image)
    after = chip.records()
    made = already + len(cut.pulses)
    told = Told(after[len(past) :])
    bad = _wrong(chip, cut, past, durable, after, made, told)
    return ", and ".join(bad), (told.most - told.least, len(cut.pulses), cut.torn)


def _wrong(chip, cut, past, durable, after, made, told):
    """What does not hold, as words."""
    old = {record.seq_of(r): r for r in durable}
    new = {record.seq_of(r): r for r in after}
    checks = (
        (all(old.get(record.seq_of(r)) == r for r in cut.must), "a durable record is gone"),
        (all(new.get(seq) == r for seq, r in old.items()), "the start changed a record"),
        (durable[: len(past)] == past, "the past is not what it was"),
        (all(record.seq_of(a) < record.seq_of(b) for a, b in pairwise(after)), "numbers repeat"),
        (told.least <= made <= told.most, f"{made} steps, told {told.least} to {told.most}"),
        (told.most - told.least <= LEASE + PART, f"{told.most - told.least} steps in doubt"),
        (max(told.doubts.values(), default=0) <= 1, "a stretch was marked twice"),
        (told.most <= told.owed + LEASE, "more was told than was owed"),
        (chip.motor.pulses == [], f"{len(chip.motor.pulses)} steps that were not due"),
        (not told.open_bolus, "a bolus is still open in the log"),
        (told.incomplete or not told.was_open, "no alarm for the bolus that was cut"),
        (all_of(after, events.SYSTEM_ERROR) == [], "a system error"),
        (chip.resets == 0, "the watchdog fired"),
        (chip.display.lit, "the display is dark"),
        (_setting_is_right(cut, zlib.decompress(cut.image)), "an answered setting was not kept"),
    )
    return [words for holds, words in checks if not holds]


def _setting_is_right(cut, image):
    if cut.scenario != "settings" or cut.asked is None:
        return True
    store = SettingsStore(Files(Flash(image=image)))
    kept = settings.Settings()
    blob = store.load()
    if blob is None or store.damaged or not kept.decode(blob):
        return False
    value = kept.get(settings.BOLUS_SPEED_MU_MIN)
    return value in {cut.asked, cut.answered[-1] if cut.answered else value}


class Told:
    """What the records of a log say of the dose: certain, in doubt, owed, and how it ended."""

    def __init__(self, records):
        ends = all_of(records, events.BOLUS_END)
        self.least = sum(values[2] for values in ends)
        if not ends:
            self.least = sum(values[1] for values in all_of(records, events.BOLUS_PART))
        self.least += sum(values[0] for values in all_of(records, events.BASAL_LEASE))
        doubts = all_of(records, events.UNCERTAIN)
        self.most = self.least + sum(values[2] for values in doubts)
        self.least += sum(values[1] for values in doubts)
        starts = all_of(records, events.BOLUS_START)
        self.owed = sum(values[2] for values in starts) + LEASE
        self.open_bolus = len(starts) != len(ends)
        self.was_open = any(values[3] == events.END_POWER_LOST for values in ends)
        raised = [values[0] for values in all_of(records, events.ALARM_RAISED)]
        self.incomplete = alarms.BOLUS_INCOMPLETE in raised
        self.doubts = {}  # how often, by start and kind
        for raw in records:
            _, boot, event, *_ = record.header(raw)
            if event == events.UNCERTAIN:
                ((kind, *_),) = all_of([raw], event)
                self.doubts[boot, kind] = self.doubts.get((boot, kind), 0) + 1


# ---- the proof ---------------------------------------------------------------------------


def _flash(folder, tree, rate_mu_h):
    wishes = {settings.BOLUS_STEP_MU: STEP_MU, settings.BOLUS_SPEED_MU_MIN: SPEEDS[1]}
    return with_waiting_main(
        flash_with_a_past(tree, rate_mu_h, hours=1, ran_at_mu_h=3_000, wishes=wishes)
    )


def _mid_bolus(chip, image):
    """A flash that was cut in the middle of a bolus: what the boot is to recover from."""
    world = SimpleNamespace(began=chip.nanos, asked=None, answered=[])
    chip.start(image)
    script = _bolus(chip, world)[:-1]
    _run_script(chip, script, script[-1][0])
    chip.run_to_pulse(150, 10_000)
    return chip.cut_power(), len(chip.motor.pulses)


def _moments(chance, scenario, count):
    """Moments in order, every other one aimed at the flash."""
    begin = 0.0 if scenario == "boot" else 0.8e9
    span = UNTIL_MS[scenario] * 1e6 - begin
    nanos = sorted(int(begin + span * chance.random()) for _ in range(count))
    return [(at, index % 2 == 1) for index, at in enumerate(nanos)]


def prove(say, seed, only, jobs, bolus, boot, pull, settings, cold):
    """So many cuts in each scenario; `cold` of the starts come all the way from power-on."""
    counts = {"bolus": bolus, "boot": boot, "pull": pull, "settings": settings}
    only_scenario, only_nanos = only.split(":") if only else (None, None)
    chance = random.Random(seed)
    moments = {name: _moments(chance, name, count) for name, count in counts.items()}
    if only:
        moments = {only_scenario: [(int(only_nanos), False)]}
    with tempfile.TemporaryDirectory() as folder:
        tree = build_tree(Path(folder) / "tree")
        still, basal = _flash(folder, tree, 0), _flash(folder, tree, RATE_MU_H)
    chip = WaitingChip(still, i2c_bit_nanos=WIRE_400_KHZ).wait()
    plain = WaitingChip(still, usb=False).wait()
    say(f"seed {seed}: two chips wait; running {', '.join(moments)}")
    images = {name: (basal if name == "pull" else still, 0) for name in moments}
    if "boot" in moments:
        images["boot"] = forks.on_a_copy(_mid_bolus, chip, still)
    runs = forks.on_copies(
        [(run_and_cut, chip, name, images[name][0], moments[name], seed) for name in moments],
        at_once=jobs,
        limit_s=PATIENCE_S,
    )
    cuts = [cut for run in runs for cut in run]
    pasts = {"pull": records_of(basal)}
    calls = []
    for number, cut in enumerate(cuts):
        past = pasts.get(cut.scenario) or pasts.setdefault(cut.scenario, records_of(still))
        from_power_on = number % max(1, len(cuts) // cold) == 0 if cold else False
        calls.append((start_and_check, plain, cut, past, images[cut.scenario][1], from_power_on))
    say(f"{len(cuts)} cuts, {sum(cut.torn for cut in cuts)} within a flash operation; starting")
    results = forks.on_copies(calls, at_once=jobs, limit_s=PATIENCE_S)
    broken = [
        f"{cut.name}: {words}" for cut, (words, _) in zip(cuts, results, strict=True) if words
    ]
    if broken:
        raise BrokenError(f"{len(broken)} of {len(cuts)} cuts; --only {broken[0]}")
    return _figures(cuts, results, calls)


def _figures(cuts, results, calls):
    told = [figures for _, figures in results]
    of = {name: [cut for cut in cuts if cut.scenario == name] for name in UNTIL_MS}
    moving = sum(bool(cut.pulses) and _in_a_train(cut) for cut in cuts)
    if not moving and len(of["bolus"]) >= _SURE_TO_MOVE:
        raise BrokenError("no cut came while the motor ran: the bolus was not given")
    return [
        ("cuts", len(cuts)),
        *((f"during the {name}", len(found)) for name, found in of.items() if found),
        ("within a program or an erase of the flash", sum(cut.torn for cut in cuts)),
        ("while the motor ran", moving),
        ("starts all the way from power-on", sum(call[5] for call in calls)),
        ("steps counted on the pin before the cuts", sum(len(cut.pulses) for cut in cuts)),
        ("steps counted on the pin after the starts, none due", 0),
        ("longest uncertain stretch, steps", max(figure[0] for figure in told)),
        (
            "cuts after an answer about a setting, which was kept",
            sum(bool(c.answered) for c in cuts),
        ),
    ]


def _in_a_train(cut):
    return cut.nanos - cut.pulses[-1] < 5_000_000


PROOF = Proof(
    "chip_cuts",
    "Cut the power of the chip at any nanosecond: the log on the flash accounts for every step on "
    "the pin, and nothing moves afterwards that is not due.",
    prove,
    short={"bolus": 2, "boot": 1, "pull": 1, "settings": 1, "cold": 0},
    full={"bolus": 80, "boot": 40, "pull": 40, "settings": 50, "cold": 10},
    needs_chip=True,
)
