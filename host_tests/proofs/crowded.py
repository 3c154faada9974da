"""The flash left full by other files, before the start and while the pump runs.

A case is LIFE/SEGMENTS/FREE/WHEN: what is lived, whole segments in the log, free blocks that the
other file leaves, and whether it comes before the start or while the pump runs.
"""

from itertools import product

from host_tests.fakes.flash import BLOCK_SIZE, Files, Flash
from host_tests.proofs.ledger import KINDS, Ledger
from host_tests.proofs.lives import LIVES, SMALL, with_records
from host_tests.proofs.proof import BrokenError, Proof
from host_tests.proofs.recorded import CountedRig, read
from host_tests.proofs.restarted import expect
from pump.core import alarms, states
from pump.storage.segments import RECORDS_PER_SEGMENT

_DROPPABLE = 2  # segments; the newest is never dropped
_WHEN = ("before", "running")


def prove(say, seed, only, jobs, lives, segments, free):
    """Live with so many `segments` in the log and so many blocks `free`."""
    del seed, jobs
    went_on = stopped = never = 0
    for name, count, left, when in product(lives, segments, free, _WHEN):
        case = f"{name}/{count}/{left}/{when}"
        if only not in (None, case):
            continue
        try:
            state = _live(name, count, left, when)
        except BrokenError as broken:
            raise BrokenError(f"{case}: {broken}") from broken
        went_on += state == states.RUNNING
        stopped += state == states.FAULT
        never += state == states.STARTING
    say(f"    {went_on + stopped + never} crowded flashes")
    return [
        ("flashes that other files have filled", went_on + stopped + never),
        ("of these: the pump went on, with all of it in its log", went_on),
        ("of these: it stopped, with an alarm, and nothing moved unrecorded", stopped),
        ("of these: it had no room for a log and never started", never),
    ]


class _Stopping(CountedRig):
    """A rig whose life ends when the pump has stopped for good."""

    def run_ms(self, duration_ms):
        """As of Rig."""
        expect(self.pump.state != states.FAULT, "it stopped")
        super().run_ms(duration_ms)


def _live(name, count, left, when):
    """The state in which a life ended."""
    flash = Flash(image=with_records(count * RECORDS_PER_SEGMENT + 30 * (count > 0), SMALL))
    if when == "before":
        _fill(Files(flash), left)
    try:
        rig = _Stopping(flash)
    except OSError:
        expect(count == 0, "a pump with a log did not start")
        return states.STARTING
    rig.run_s(2)
    if when == "running":
        _fill(rig.hardware.files, left)
    try:
        LIVES[name][1](rig)
    except AssertionError:  # a BrokenError of `_Stopping` is one too
        expect(rig.pump.state == states.FAULT, "a command was not taken")
    state = rig.pump.state
    if state == states.FAULT:
        expect(count < _DROPPABLE, f"it stopped, with records to drop: {rig.hardware.errors}")
        expect(rig.hardware.errors, "a fault without an error")
        expect(rig.pump.alarms.raised & 1 << alarms.SYSTEM_ERROR - 1, "a fault without an alarm")
        rig.hardware.files.remove("/music")
    else:
        expect(not rig.hardware.errors, f"errors: {rig.hardware.errors}")
        state = states.RUNNING
    rig.restart()
    ledger = Ledger()
    for raw in read(rig.app.journal, 0):
        ledger.feed(raw)
    for kind in range(KINDS):
        least, most = ledger.bounds(kind)
        expect(least <= rig.made[kind] <= most, f"{rig.made[kind]} made, {least} to {most} told")
    return state


def _fill(files, left):
    """Take all blocks but `left`, as somebody who copies music does."""
    blocks = files.free_blocks() - left
    with files.open("/music", "wb") as file:
        while blocks > 0:
            try:
                file.write(bytes(BLOCK_SIZE - 16))
                file.flush()
            except OSError:
                return
            blocks = files.free_blocks() - left


PROOF = Proof(
    "crowded",
    "Other files fill the flash: the pump drops its oldest records and goes on, or it stops with "
    "an alarm before anything moves unrecorded.",
    prove,
    short={"lives": ("new",), "segments": (0, 3), "free": (0, 2)},
    full={
        "lives": ("new", "choices", "change"),
        "segments": (0, 1, 2, 4),
        "free": tuple(range(9)),
    },
    found=(
        "With the flash filled by other files, a change of settings stopped the pump for want of "
        "a block, though old records could make room; they do now.",
    ),
)
