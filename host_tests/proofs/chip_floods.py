"""Floods the link of the pump on the emulated chip while it gives a bolus, at full USB speed.

The same bolus is given in silence and under each flood, from one booted chip; pulses are timed on
the pin to the CPU cycle.
"""

import itertools
import random
import tempfile
from pathlib import Path

from host_tests.chip.chip import OK
from host_tests.chip.forks import on_copies
from host_tests.chip.pulses import periods_nanos
from host_tests.proofs.floods import FLOODS, TYPED, good_requests, requests
from host_tests.proofs.proof import BrokenError, Proof
from pump.link import protocol

# Of the 407 steps of the bolus; what the pump has taken by then it answers until its end.
_FLOODED_STEPS = 340
_KINDS = ("noise", "damaged", "replayed", "reading", "typed", "unread")
_PERIODS_NS = {4_000_000, 2_000_000, 1_000_000}  # of the board's ramp
_AHEAD_BYTES = 1_000  # that always wait in the host for the pump to take them
_LIMIT_MS = 60_000
_LATER_MS = 500  # than in silence: a share of the turns went to the flood
_KEPT_BYTES = 512  # settings and a program that replayed requests have set are kept
_ANSWERED_MS = 300_000  # after the flood, what it had asked for
_QUIET_MS = 1_000
_SILENT_MS = 62_000  # after which the pump lets go of what it loaded to answer
_HEAP_S = 65  # in which the loop has collected garbage once


def give(chip, kind, seed, steps, owed):
    """Give the bolus that the chip asks about, flooded for its first `steps`; what came of it."""
    source = _source(kind, seed) if kind else None
    chip.take()
    chip.usb.on_bytes = len  # nobody keeps what a flood is answered
    chip.usb.reading = kind != "unread"
    limit_ms = chip.ms + _LIMIT_MS
    sent = 0
    chip.hold(OK)
    chip.run_to_pulse(1, _LIMIT_MS)
    chip.run_ms(20)
    chip.release(OK)
    while len(chip.motor.pulses) < owed and chip.ms < limit_ms:
        flooding = source and len(chip.motor.pulses) < steps
        while flooding and chip.usb.unsent < _AHEAD_BYTES:
            sent += len(piece := next(source))
            chip.send(piece)
        if not flooding:
            sent -= chip.usb.keep_unsent()
            chip.usb.reading = True
        chip.run_ms(5)
    chip.run_until_still()
    pulses = chip.motor.pulses
    trains = chip.motor.trains(gap_ms=6)
    return {
        "steps": len(pulses),
        "good": all(pulse.forward and pulse.enabled for pulse in pulses),
        "periods": sorted({p for train in trains for p in periods_nanos(train)}),
        "widths": sorted({pulse.wide_nanos for pulse in pulses}),
        "took_ms": pulses[-1].ms - pulses[0].ms,
        "taken_bytes": sent,
        "resets": chip.resets,
        "heap": _most_free_when_asked(chip),
    }


def _source(kind, seed):
    """The bytes of a flood, without requests for service: after the bolus they are granted."""
    if kind == "replayed":
        return itertools.chain.from_iterable(
            requests(_all_but_service(), turn) for turn in itertools.count()
        )
    return FLOODS[kind](random.Random(seed))


def _most_free_when_asked(chip):
    """As `most_free`, when all was asked once and typed once and the host was silent for long.

    What they had loaded is gone then, but for its names: MicroPython keeps those. Noise is a
    typed line wherever a byte of it is an end of line.
    """
    _hear_out(chip)
    for packed in itertools.chain(requests(_all_but_service()), TYPED):
        chip.send(packed)
        chip.run_ms(200)
        _hear_out(chip)
    chip.run_ms(_SILENT_MS)
    return most_free(chip)


def _hear_out(chip):
    """Wait until all is answered that the flood asked for: each typed `log` is the whole log."""
    heard_ms = chip.ms
    limit_ms = chip.ms + _ANSWERED_MS

    def hear(_):
        nonlocal heard_ms
        heard_ms = chip.ms

    chip.usb.on_bytes = hear
    while chip.ms < heard_ms + _QUIET_MS:
        if chip.ms > limit_ms:
            raise BrokenError(f"still answering {_ANSWERED_MS / 1000:.0f} s after the flood")
        chip.run_ms(_QUIET_MS // 10)


def _all_but_service():
    return [kind for kind, _ in good_requests() if kind != protocol.SERVICE]


def most_free(chip):
    """The most free bytes of a minute: what is free when nothing waits to be collected."""
    chip.usb.on_bytes = None
    chip.run_ms(3_000)
    chip.take()
    most = 0
    for _ in range(8):
        most = max(most, chip.status()["free_bytes"])
        chip.run_ms(_HEAP_S * 1000 // 8)
    return most


def compare(kind, got, quiet, owed):
    """BrokenError where a flooded bolus differs from the quiet one."""
    for what, expected in (
        ("steps", owed),
        ("good", True),
        ("resets", 0),
        ("widths", quiet["widths"]),
    ):
        if got[what] != expected:
            raise BrokenError(f"{kind}: {what} {got[what]}, expected {expected}")
    # Longer turns owe more steps at once, so that a train goes on to the next rate of its ramp.
    if not set(got["periods"]) <= _PERIODS_NS:
        raise BrokenError(f"{kind}: periods of {got['periods']} ns")
    if got["took_ms"] > quiet["took_ms"] + _LATER_MS:
        raise BrokenError(f"{kind}: the bolus took {got['took_ms']:.0f} ms")
    if got["heap"] < quiet["heap"] - _KEPT_BYTES:
        raise BrokenError(f"{kind}: free heap {got['heap']}, in silence {quiet['heap']}")


def prove(say, seed, only, jobs, kinds, steps):
    """The bolus in silence and under each flood."""
    from host_tests.chip.pump_desk import OWED, make_flash, walk_to_the_question

    with tempfile.TemporaryDirectory() as folder:
        chip = walk_to_the_question(make_flash(Path(folder))).chip
    kinds = [kind for kind in kinds if only in (None, kind)]
    say(f"booted; {len(kinds)} floods")
    calls = [(give, chip, kind, seed, steps, OWED) for kind in [None, *kinds]]
    quiet, *flooded = on_copies(calls, at_once=jobs, limit_s=3_600)
    compare("in silence", quiet, quiet, OWED)
    figures = [
        ("steps of the bolus, owed and on the pin", f"{OWED}, {quiet['steps']}"),
        (
            "periods within trains, of all (ns)",
            ", ".join(
                f"{p:,.0f}" for p in sorted({p for g in [quiet, *flooded] for p in g["periods"]})
            ),
        ),
        ("in silence: ms of the bolus; free heap", f"{quiet['took_ms']:.0f}; {quiet['heap']:,}"),
    ]
    for kind, got in zip(kinds, flooded, strict=True):
        compare(kind, got, quiet, OWED)
        told = f"{got['taken_bytes']:,}; {got['took_ms']:.0f}; {got['heap']:,}"
        figures.append((f"{kind}: bytes taken; ms of the bolus; free heap", told))
    return figures


PROOF = Proof(
    "chip_floods",
    "A flood at full USB speed during a bolus costs no step, leaves every pulse within a train at"
    " its place to the CPU cycle, never keeps the watchdog waiting, and takes no memory but that"
    " of the settings it changes.",
    prove,
    short={"kinds": ("replayed",), "steps": 40},
    full={"kinds": _KINDS, "steps": _FLOODED_STEPS},
    needs_chip=True,
)
