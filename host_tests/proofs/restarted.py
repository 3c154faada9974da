"""Starts the whole pump on what a cut has left, and holds it to what was true at the cut."""

from bisect import bisect_right
from dataclasses import replace

from host_tests.fakes.flash import Files, Flash
from host_tests.proofs.ledger import KINDS, unpacked
from host_tests.proofs.lives import FULL_LOG
from host_tests.proofs.proof import BrokenError
from host_tests.proofs.recorded import CountedRig, Past, read
from pump.core import event_table, events, programs, states
from pump.core import settings as st
from pump.core.setting_table import SETTINGS
from pump.storage.journal import Journal

_HOUR_US = 3_600_000_000
_LOOK_S = 200  # longer than basal waits with a burst
_FEW_BLOCKS = 8
_MOST_UNCERTAIN = 3  # basal beside a bolus and an extended one, or beside a guided move


class Truth:
    """What was true at the cut, told by the recording and not by the firmware."""

    def __init__(self, life, done, torn):
        """`done` operations of `life` were complete, the next one was `torn` or not begun."""
        note = life.notes[done]
        before = note if torn else life.notes[max(0, done - 1)]
        self.note = note
        self._dose_us = life.rig.dose_us
        self.least = before.made
        self.most = note.made
        self.hour = life.most_dose(before.now_us, note.now_us, _HOUR_US)
        self.day = life.most_dose(before.now_us, note.now_us, 24 * _HOUR_US)
        self.firsts = life.dropped(done)
        self.positions = sum(self.most) - sum(self.least) + 1

    def past(self, last):
        """This as the past of the next life, in which record `last` is the last one there is."""
        note = self.note
        until = bisect_right(self._dose_us, note.now_us)
        recent = tuple(us - note.now_us for us in self._dose_us[:until])
        return Past(note.made, recent, note.loaded, note.forward, last, b"")


def expect(condition, text):
    """BrokenError when it does not hold."""
    if not condition:
        raise BrokenError(text)


def restart(image, past):
    """The whole pump after power-on."""
    rig = CountedRig(Flash(image=image), past)
    expect(not rig.hardware.errors, f"the start failed: {rig.hardware.errors}")
    return rig


def check(life, truth, image, go_on):
    """Start on `image` and hold it to `truth`; with `go_on` live a while and start once more.

    Returns the Past of a life that goes on from there.
    """
    rig = restart(image, Past(truth.most))
    if rig.hardware.files.formatted:
        expect(not truth.note.durable, "the filesystem was lost")
    ledger, was = check_log(life, truth, rig, *left_by(image))
    check_steps(truth, ledger, was)
    check_sums(truth, rig, ledger, was)
    check_settings(truth.note, rig, ledger)
    past = replace(truth.past(was.last), saved=rig.pump.settings.encode())
    if go_on:
        check_living_on(rig, ledger, truth)
    return past


def left_by(image):
    """What a cut left: the number of the last record, and how many blocks are free."""
    files = Files(Flash(image=image))
    free = files.free_blocks()
    journal = Journal(files)
    journal.recover()
    return journal.next_seq - 1, free


def check_log(life, truth, rig, last, free):
    """What was durable is there; returns the books after the start, and before it.

    `last`, `free`: as `left_by` tells them.
    """
    journal = rig.app.journal
    start = max(life.begins - 40, 1)
    found = read(journal, start)
    numbers = [int.from_bytes(raw[:4], "little") for raw in found]
    expect(found, "the log is empty after a start")
    first = max(start, journal.first_seq)
    expect(numbers == list(range(first, first + len(found))), f"numbers do not go on: {numbers}")
    old = found[: max(0, last + 1 - first)]
    for number, raw in zip(numbers, old, strict=False):
        expect(raw == life.records.get(number), f"record {number} was changed")
    note = truth.note
    expect(
        note.durable <= last <= note.written,
        f"record {last} is the last that was left, {note.durable} was durable,"
        f" {note.written} the last there was",
    )
    # A start that goes on in a log that is long enough, or short of room, may drop its oldest.
    may_drop = journal.next_seq - journal.first_seq >= FULL_LOG
    may_drop = may_drop or free < _FEW_BLOCKS
    if note.durable and not may_drop:
        expect(journal.first_seq in truth.firsts, f"the log begins at {journal.first_seq}")
    was = life.ledger_at(last)
    ledger = was.copy()
    for raw in found[len(old) :]:
        _, boot, event, values = unpacked(raw)
        expect(boot == was.boot + 1, f"boot {boot} after boot {was.boot}")
        expect(event != events.LOG_DAMAGED, f"damage is told of: {values}")
        expect(event != events.SETTINGS_LOST, "settings are told to be lost")
        ledger.feed(raw)
    return ledger, was


def check_steps(truth, ledger, was):
    """Every step is in the log, or in the one stretch of its kind that was under way."""
    for kind in range(KINDS):
        name = event_table.KINDS[kind]
        least, most = ledger.bounds(kind)
        expect(
            least <= truth.least[kind] and truth.most[kind] <= most,
            f"{name}: {truth.least[kind]} to {truth.most[kind]} steps were made,"
            f" the log says {least} to {most}",
        )
        told = ledger.stretches[kind] - was.stretches[kind]
        expect(told == len(was.under_way(kind)), f"{name}: {told} stretches are told uncertain")
    left = ledger.bolus_open or ledger.extended_open or ledger.moving
    expect(not left, "what was under way is left open")
    under_way = sum(len(was.under_way(kind)) for kind in range(KINDS))
    expect(under_way <= _MOST_UNCERTAIN, "too much was under way")


def check_sums(truth, rig, ledger, was):
    """Limits and reservoir know of all that was given; the state is the one of before."""
    pump, note = rig.pump, truth.note
    expect(pump.odometer_steps == ledger.dose_steps(), f"odometer {pump.odometer_steps}")
    expect(pump.window.hour_steps >= truth.hour, f"hour {pump.window.hour_steps} < {truth.hour}")
    expect(pump.window.day_steps >= truth.day, f"day {pump.window.day_steps} < {truth.day}")
    stopped = pump.state == states.SUSPENDED
    left = _left(note, rig.scale())
    if pump.reservoir_steps >= 0:
        expect(0 <= pump.reservoir_steps <= max(0, left), f"{pump.reservoir_steps} > {left} left")
    else:
        expect(note.loaded < 0 or stopped, "the reservoir was forgotten")
    empty = pump.reservoir_steps == 0
    expect(stopped == (was.suspended or empty), f"state {pump.state}, was {was.suspended}")
    expect(stopped or pump.state == states.RUNNING, f"state {pump.state} after a start")


def _left(note, scale):
    """Steps that the reservoir holds, by the scale of now."""
    left = note.loaded - note.forward
    if scale == note.scale or note.scale == (0, 0):
        return left
    # A cut in the change of the scale: `left` was rounded down once more than the pump's own.
    return -(-(left + 1) * scale[0] * note.scale[1] // (scale[1] * note.scale[0]))


def check_settings(note, rig, ledger):
    """In force are the old settings or the new, and the log says which."""
    settings = rig.pump.settings
    expect(settings.encode() in (note.saved, note.wanted), "settings that nobody made")
    expect(settings.active == ledger.active, f"{settings.active}, the log says {ledger.active}")
    for number in range(1, programs.MOST + 1):
        held, said = programs.segments_of(settings, number), ledger.programs.get(number, [])
        expect(held == said, f"program {number} is {held}, the log says {said}")
        name, said = programs.name_of(settings, number), ledger.names.get(number, 0)
        expect(name == said, f"program {number} has name {name}, the log says {said}")
    for row in SETTINGS:
        value = settings.get(row[0])
        said = ledger.settings[row[0]]
        expect(value == said, f"{row[1]} is {value}, the log says {said}")
    steps, units = rig.scale()
    expect(ledger.scale == (steps, units), f"{steps}/{units}, the log says {ledger.scale}")
    tenths = settings.get(st.STEPS_PER_UNIT)
    expect(not tenths or steps * 10 == tenths * units, f"{steps}/{units}, not {tenths} tenths")


def check_living_on(rig, ledger, truth):
    """Nothing is given but basal that is due; and the next start finds all of it in the log."""
    pump = rig.pump
    started = list(rig.made)
    running = pump.state == states.RUNNING
    fastest = max(pump.settings.basal.rates_mu_h) if running else 0
    rig.run_s(_LOOK_S)
    given = [after - before for after, before in zip(rig.made, started, strict=True)]
    basal = given[events.KIND_BASAL]
    expect(sum(given) == basal, f"something else than basal was given: {given}")
    steps, units = rig.scale()
    most = fastest * _LOOK_S * steps // (3_600_000 * units) + 1
    expect(basal <= most, f"{basal} steps of basal, {most} were due")
    expect(not rig.hardware.errors, f"it failed: {rig.hardware.errors}")
    expect(rig.world.motor.edges_while_disabled == 0, "steps with the coils off")
    rig.restart()
    start = max(1, ledger.last + 1)
    for raw in read(rig.app.journal, start):
        ledger.feed(raw)
    for kind in range(KINDS):
        least, most = ledger.bounds(kind)
        made = rig.made[kind] + truth.least[kind] - truth.most[kind], rig.made[kind]
        expect(least <= made[0] and made[1] <= most, f"{made} made, {least} to {most} in the log")
