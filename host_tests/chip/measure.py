"""Prints what the pump costs on the chip, beside the budgets of the design.

Run: python -m host_tests.chip.measure [--real]
With --real the display bus and the flash take the time they take on a board (slow to run).
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for _folder in (ROOT, ROOT / "firmware", ROOT / "tools" / "basalt" / "shims"):
    if str(_folder) not in sys.path:
        sys.path.append(str(_folder))

from host_tests.chip.chip import OK, STOP, UP, WIRE_400_KHZ  # noqa: E402
from host_tests.chip.pulses import periods_nanos  # noqa: E402
from host_tests.chip.pump_on_chip import (  # noqa: E402
    PumpOnChip,
    build_tree,
    flash_with_a_past,
)
from pump.core import settings  # noqa: E402

CYCLE_NANOS = 8
ERASE_MS = 45
PROGRAM_US = 400


def say(what, value, budget=""):
    sys.stdout.write(f"{what:<52} {value:>16}   {budget}\n")
    sys.stdout.flush()


class Awake:
    """How much the CPU was awake since this object was made."""

    def __init__(self, chip):
        self._chip = chip
        self._start = (chip.nanos, chip.cycles)

    @property
    def share(self):
        return f"{100 * self._chip.awake_share(self._start):.2f} %"

    @property
    def cycles(self):
        return self._chip.cycles - self._start[1]


def longest_turns(chip, ms):
    """CPU time in ms of every awake stretch in `ms`, at a grain of 1 ms: a loop's turns."""
    stretches = []
    running = 0
    for _ in range(ms):
        before = chip.cycles
        chip.run_ms(1)
        spent = (chip.cycles - before) * CYCLE_NANOS / 1e6
        if spent > 0.98:
            running += spent
            continue
        running += spent
        if running:
            stretches.append(running)
        running = 0
    return stretches


def measure(real):
    options = {"i2c_bit_nanos": WIRE_400_KHZ, "erase_ms": ERASE_MS, "program_us": PROGRAM_US}
    with tempfile.TemporaryDirectory() as folder:
        tree = build_tree(Path(folder) / "tree")
        wishes = {settings.BOLUS_STEP_MU: 300, settings.BOLUS_SPEED_MU_MIN: 12_000}
        flash = flash_with_a_past(tree, 1_000, hours=24, wishes=wishes)
        files = sum(path.is_file() for path in tree.rglob("*"))
        size = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file())
    say("files, bytes of the tree", f"{files}, {size:,}")
    chip = PumpOnChip(flash, **(options if real else {}))
    awake = Awake(chip)
    ready = chip.run_until(lambda: chip.mcu.watchdog.timer.enable, 10_000, every_ms=1)
    say("power-on to the loop running, a day in the log", f"{ready:.0f} ms", "<= 1000 ms")
    chip.run_until(lambda: chip.display.lit, 5_000, every_ms=1)
    say("power-on to a lit display", f"{chip.ms:.0f} ms")
    say("CPU until then", f"{awake.cycles / 1e6:.0f} Mcycles")
    chip.run_ms(3_000)
    say("free heap, before a collection", f"{chip.status()['free_bytes']:,} bytes", ">= 120,000")
    _idle(chip)
    _bolus(chip)
    say("flash erases, page programs so far", f"{chip.flash.erases}, {chip.flash.programs}")


def _idle(chip):
    awake = Awake(chip)
    stretches = longest_turns(chip, 4_000)
    say("basal, display on: CPU awake", awake.share)
    say("  awake stretches: median", f"{statistics.median(stretches):.2f} ms", "<= 2 ms a tick")
    say("  awake stretches: longest", f"{max(stretches):.2f} ms")
    chip.run_ms(30_000)
    awake = Awake(chip)
    chip.run_ms(60_000)
    say("basal 1 U/h, display off: CPU awake", awake.share, "<= 2 %")
    say("  display lit", str(chip.display.on))


def _bolus(chip):
    chip.tap(UP)
    awake = Awake(chip)
    chip.tap(UP)
    say("a tap in the bolus screen", f"{awake.cycles / 1e6:.1f} Mcycles")
    chip.tap(OK)
    chip.motor.clear()
    awake = Awake(chip)
    chip.tap(OK)
    chip.run_to_pulse(60, 10_000)
    chip.hold(STOP)
    made = len(chip.motor.pulses)
    say("a running bolus at 12 U/min: CPU awake", awake.share)
    chip.run_ms(150)
    chip.release(STOP)
    chip.run_ms(500)
    say("steps after STOP went down", str(len(chip.motor.pulses) - made), "<= 1")
    trains = chip.motor.trains(gap_ms=6)
    periods = sorted({period for train in trains for period in periods_nanos(train)})
    worst = max(abs(p - round(p / 1e6) * 1e6) for p in periods)
    say("worst jitter within a train", f"{worst:.0f} ns", "<= 8 ns")
    say("status: free heap", f"{chip.status()['free_bytes']:,} bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--real", action="store_true", help="real bus and flash times")
    measure(parser.parse_args().real)
