"""Lets the pump on the emulated chip give basal for hours, and looks at its heap and pulses."""

import tempfile
from pathlib import Path

from host_tests.chip.heap import Heap
from host_tests.chip.pump_on_chip import PumpOnChip, build_tree, flash_with_a_past
from host_tests.proofs.proof import BrokenError, Proof

_RATE_MU_H = 1_000
_STEPS_PER_HOUR = _RATE_MU_H * 6791 // 10_000
_FIRST_S = 900  # in which everything that is loaded once has been, the checks of itself too
_COLLECTED_MS = 130_000  # in which the loop has collected garbage twice
_LOOK_MS = 100


def prove(say, seed, only, jobs, minutes):
    """Basal for so many simulated minutes, the display dark most of the time."""
    del seed, only, jobs  # nothing here is left to chance
    with tempfile.TemporaryDirectory() as folder:
        flash = flash_with_a_past(build_tree(Path(folder) / "tree"), _RATE_MU_H, hours=1)
    chip = PumpOnChip(flash)
    chip.boot()
    chip.run_ms(_FIRST_S * 1_000)
    before = most_free(chip)
    start_ms, made = chip.ms, len(chip.motor.pulses)
    while chip.ms < start_ms + minutes * 60_000:
        chip.run_ms(min(600_000, start_ms + minutes * 60_000 - chip.ms))
        say(f"{(chip.ms - start_ms) / 60_000:.0f} min")
    hours = (chip.ms - start_ms) / 3_600_000
    made = len(chip.motor.pulses) - made
    after = most_free(chip)
    if after < before:
        raise BrokenError(f"free heap {after} after {hours:.1f} h, before {before}")
    owed = hours * _STEPS_PER_HOUR
    # Three minutes of basal at most are owed at either end.
    if abs(made - owed) > 2 * _STEPS_PER_HOUR / 20 or chip.resets:
        raise BrokenError(f"{made} steps of {owed:.0f}, {chip.resets} resets")
    return [
        ("simulated minutes of basal", f"{minutes}"),
        ("steps on the pin, of so many owed", f"{made}, {owed:.0f}"),
        ("free heap before and after", f"{before:,}, {after:,}"),
    ]


def most_free(chip):
    """The most free bytes of two minutes, read from the chip's memory: right after a collection.

    To ask the pump takes memory itself, a hundred bytes more or less.
    """
    most = 0
    for _ in range(0, _COLLECTED_MS, _LOOK_MS):
        chip.run_ms(_LOOK_MS)
        most = max(most, Heap(chip.mcu).free)
    return most


PROOF = Proof(
    "chip_soak",
    "After hours of basal on the emulated chip not one byte less of the heap is free. A week would"
    " take the emulator many hours; what holds for the hours shown is that nothing is kept.",
    prove,
    short={"minutes": 5},
    full={"minutes": 120},
    needs_chip=True,
)
