"""Files of the journal and of the settings are damaged between two starts.

Every moment of a life (between any two flash operations) is a place to begin from; there, one file
is cut short, lengthened, overwritten as a whole or in part, removed, exchanged with another or put
back to an older copy of itself. Then the pump is started, twice.

A case is LIFE/DONE/DAMAGE: after DONE operations of a life, the damage of that name.
"""

import random
import traceback
from concurrent.futures import ProcessPoolExecutor

from host_tests.fakes.flash import Files, Flash, states_after_cuts
from host_tests.proofs.ledger import unpacked
from host_tests.proofs.lives import LIVES
from host_tests.proofs.proof import BrokenError, Proof
from host_tests.proofs.recorded import CountedRig, Past, Recorded, read
from host_tests.proofs.restarted import expect
from pump.core import alarms, events, states

_STORED = 28
_READ_TOLD_S = 70  # damage that a reading comes upon is told within a minute
_FOLDERS = ("/log", "/log/head", "/settings")
_OLDER = (1, 2, 5, 20)  # operations before
# What such a damage of the newest head leaves is what a cut a moment earlier would have left.
_HIDDEN = "hidden"
_AS_BEFORE = ("removed", "cut short", "older copy", "exchanged")


def prove(say, seed, only, jobs, lives, every):
    """Damage `lives` after every so many operations."""
    if only is not None:
        lives = (only.split("/")[0],)
    shares = jobs if only is None else 1
    tasks = [(name, share, shares, seed, only, every) for name in lives for share in range(shares)]
    counts = {}
    with ProcessPoolExecutor(jobs) as pool:
        for result in pool.map(_share, tasks):
            if isinstance(result, str):
                raise BrokenError(result)
            for kind, count in result.items():
                counts[kind] = counts.get(kind, 0) + count
    say(f"    seed {seed}")
    hidden = counts.pop(_HIDDEN, 0)
    return [
        ("damaged files, each followed by two starts of the whole pump", sum(counts.values())),
        ("of these: told from a cut a moment earlier by the host alone", hidden),
        *[(f"of these: {kind}", count) for kind, count in sorted(counts.items())],
    ]


def _share(task):
    name, share, shares, seed, only, every = task
    prepare, live = LIVES[name]
    life = Recorded(prepare(), live)
    moments = [bytes(image) for _, _, image in states_after_cuts(life.image, life.operations, 0)]
    counts = {}
    for done in range(0, len(moments), 1 if only else every):
        if done // every % shares != share and not only:
            continue
        for damage, changes in damages(moments, done, random.Random(f"{seed}/{name}/{done}")):
            case = f"{name}/{done}/{damage}"
            if only not in (None, case):
                continue
            try:
                hidden = check(life, done, moments[done], damage, changes)
            except BrokenError as broken:
                return f"{case}: {broken}"
            except Exception:  # noqa: BLE001 - a start that raises is what is looked for
                return f"{case}: {traceback.format_exc()}"
            kind = damage.split(":")[1]
            counts[kind] = counts.get(kind, 0) + 1
            counts[_HIDDEN] = counts.get(_HIDDEN, 0) + hidden
    return counts


def contents(image):
    """{path: bytes} of the journal's and the settings' files."""
    files = Files(Flash(image=image))
    found = {}
    for folder in _FOLDERS:
        if files.exists(folder):
            for name in files.listdir(folder):
                path = f"{folder}/{name}"
                if path not in _FOLDERS:
                    with files.open(path, "rb") as file:
                        found[path] = file.read()
    return found


def damages(moments, done, chance):
    """(name, {path: new bytes, or None to remove it}) of each damage to the files after `done`."""
    there = contents(moments[done])
    for path in sorted(there):
        for kind, data in _to_one(there[path], chance):
            yield f"{path}:{kind}", {path: data}
        for back in _OLDER:
            older = contents(moments[done - back]).get(path) if done >= back else None
            if older and older != there[path]:
                yield f"{path}:older copy:{back}", {path: older}
    for path, other in zip(sorted(there), sorted(there)[1:], strict=False):
        if path.rsplit("/", 1)[0] == other.rsplit("/", 1)[0] and there[path] != there[other]:
            yield f"{path}:exchanged", {path: there[other], other: there[path]}


def _to_one(data, chance):
    size = len(data)
    yield "removed", None
    for kept in sorted({0, size // 2, max(0, size - _STORED), size - 1} - {size}):
        yield f"cut short:{kept}", data[:kept]
    for more in (1, _STORED, 500):
        yield f"lengthened:{more}", data + chance.randbytes(more)
        yield f"lengthened by blanks:{more}", data + b"\xff" * more
    yield "noise", chance.randbytes(size)
    for at in sorted({0, size // 2, size - 1}):
        if 0 <= at < size:
            yield f"one byte:{at}", _over(data, at, bytes([data[at] ^ 1 << chance.randrange(8)]))
    at = chance.randrange(max(1, size - 255))
    yield f"one block:{at}", _over(data, at, chance.randbytes(256))


def _over(data, at, part):
    return (data[:at] + part + data[at + len(part) :])[: len(data)]


def check(life, done, image, damage, changes):
    """Damage the files, start twice, and hold both starts to what was true."""
    note = life.notes[done]
    flash = Flash(image=image)
    files = Files(flash)
    for path, data in changes.items():
        if data is None:
            files.remove(path)
        else:
            with files.open(path, "wb") as file:
                file.write(data)
    rig = CountedRig(Flash(image=flash.image()), Past(note.made))
    expect(not rig.hardware.errors, f"the start failed: {rig.hardware.errors}")
    start = max(life.begins - 40, 1)
    found = found_at_start = read(rig.app.journal, start)
    folder, kind = damage.split(":")[:2]
    may_hide = folder.startswith("/log/head") and kind in _AS_BEFORE
    lost, new, hidden = compare(life, found, start, _pulled(life, done), may_hide)
    numbers = {int.from_bytes(raw[:4], "little") for raw in found if raw not in new}
    _check_sums(rig, note, numbers.issuperset(range(start, note.durable + 1)))
    if lost and not hidden and not _is_told(new):
        # A start does not read all: the reading above came upon it, as a pull does.
        rig.run_s(_READ_TOLD_S)
        found = read(rig.app.journal, start)
        new += found[len(found_at_start) :]
    if not hidden:
        _check_told(rig, note, lost, new, damage)
    _check_second_start(rig, found, start)
    return hidden


def _pulled(life, done):
    """The last record that a host may have: nothing is sent before its commit has returned."""
    notes = life.notes[: done + 1]
    return max([life.begins, *[note.durable for note in notes if note.durable == note.written]])


def compare(life, found, start, durable, may_hide):
    """(numbers that are gone, records that are new, whether the newest are gone without a trace).

    Nothing old was changed and no number is given twice; with `may_hide` one may be, if a host
    that has pulled the record of before sees it.
    """
    numbers = [int.from_bytes(raw[:4], "little") for raw in found]
    expect(numbers == sorted(set(numbers)), "numbers do not rise")
    boots = [unpacked(raw)[1] for raw in found]
    newest = boots[-1]
    new = [raw for raw, boot in zip(found, boots, strict=True) if boot == newest]
    old = found[: len(found) - len(new)]
    for raw in old:
        number = int.from_bytes(raw[:4], "little")
        expect(raw == life.records.get(number), f"record {number} was changed")
    first_new = int.from_bytes(new[0][:4], "little")
    hidden = first_new <= durable
    text = f"number {first_new} is used again, {durable} was the last"
    expect(may_hide or not hidden, text)
    # A host compares its newest record: that one differs, or none of those given again does.
    again = [raw for raw in new if int.from_bytes(raw[:4], "little") <= durable]
    same = [raw == life.records[int.from_bytes(raw[:4], "little")] for raw in again]
    expect(all(same) or not same[-1], text + " and no host can tell")
    kept = {int.from_bytes(raw[:4], "little") for raw in old}
    gone = [number for number in range(start, durable + 1) if number not in kept]
    return gone, new, hidden


def _is_told(new):
    return any(unpacked(raw)[2] in (events.LOG_DAMAGED, events.LOG_NEW) for raw in new)


def _check_told(rig, note, lost, new, damage):
    """What is gone is in the log and on the screen."""
    pump = rig.pump
    told = {unpacked(raw)[2] for raw in new}
    waiting = pump.alarms.waiting
    if lost:
        text = f"{len(lost)} records are gone ({lost[0]} to {lost[-1]}) and nobody is told"
        expect(_is_told(new), text)
        expect(
            waiting & (1 << alarms.LOG_DAMAGED - 1 | 1 << alarms.LOG_NEW - 1),
            text + " by an alarm",
        )
    elif "/settings" not in damage:
        expect(events.LOG_NEW not in told, "a log that is there is called new")
    if pump.settings.encode() not in (note.saved, note.wanted):
        expect(
            waiting & 1 << alarms.SETTINGS_LOST - 1, "settings are not those saved, and no alarm"
        )


def _check_sums(rig, note, whole):
    """No insulin is counted twice; with the log whole, none is forgotten."""
    pump = rig.pump
    dose = note.made[events.KIND_BASAL] + note.made[events.KIND_BOLUS]
    expect(pump.odometer_steps <= dose, f"odometer {pump.odometer_steps}, {dose} were given")
    if whole:
        expect(pump.window.day_steps >= dose, f"day {pump.window.day_steps} < {dose}")
    expect(pump.state in (states.RUNNING, states.SUSPENDED), f"state {pump.state}")


def _check_second_start(rig, found, start):
    """The damage is told once, and what was there stays."""
    rig.restart()
    expect(not rig.hardware.errors, f"the second start failed: {rig.hardware.errors}")
    again = read(rig.app.journal, start)
    expect(again[: len(found)] == found, "the second start lost or changed records")
    told = {unpacked(raw)[2] for raw in again[len(found) :]}
    expect(events.LOG_DAMAGED not in told, "the damage is told again")
    expect(events.LOG_NEW not in told, "a log that is there is called new")


PROOF = Proof(
    "damage",
    "A damaged file of the journal or the settings: the pump starts, says what it found, keeps "
    "what is whole, counts nothing twice and uses no number again.",
    prove,
    short={"lives": ("roll",), "every": 20},
    full={"lives": ("choices", "roll", "new"), "every": 3},
    found=(
        "An older copy of the newest segment, right after records went into it, brought the "
        "number of the last record back. The last record now stays in a head.",
        "A cut between the mark in a damaged segment's name and the record that tells of it left "
        "the damage untold. The name is marked when the record is durable.",
        "Numbers that a start had left out, because a damaged place may have had them, were told "
        "as missing by the next start.",
        "The state after a start could come from a log of which the suspension was lost. Where "
        "records since the last checkpoint are missing, the pump starts suspended and says so.",
        "Of two stored copies of the settings the older one came into force in silence when the "
        "newer one was damaged.",
        "A damaged record among the last ones, in the middle of a file that looks right, was "
        "passed over in silence; so was one that a pull came upon.",
        "Not to be mended at a bearable cost in flash: when the newest head alone is removed, cut "
        "short to whole records or put back, it looks as a cut has left it a moment earlier, and "
        "the numbers after it are given again. A host that has pulled them keeps both logs.",
    ),
)
