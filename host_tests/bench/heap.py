"""How much memory is left, in what pieces, and whether it stays so."""

import struct

from host_tests.bench import pumps
from host_tests.bench.subject import Figures, Subject
from host_tests.chip.chip import DOWN, OK, STOP, UP
from host_tests.chip.heap import Heap
from pump.link import protocol

FREE_BYTES = 120_000
MINUTES = 15
LOOK_MS = 2_000


def measure(say):
    figures = Figures()
    filesystem = pumps.image(pumps.built(), hours=24, rate_mu_h=1_000, wishes=pumps.FAST_BOLUS)
    say("memory after the start")
    chip = pumps.power_on(filesystem, erase_ms=0, program_us=0)
    heap = Heap(chip.mcu)
    pumps.ready(chip)
    figures.add("heap of the chip", heap.total, "{:,} bytes")
    figures.add("free when ready", heap.free, "{:,} bytes", least=FREE_BYTES)
    figures.add("  the largest piece", heap.largest, "{:,} bytes")
    pumps.lit(chip)
    say(f"memory over {MINUTES} minutes with boluses, the menu and pulls")
    chip.plug()
    collections = Collections(chip, heap)
    for minute in range(MINUTES):
        if minute % 5 == 1:
            bolus(chip)
        if minute % 5 == 2:
            menu(chip)
        if minute % 5 == 3:
            pull(chip)
        collections.watch_a_minute()
    frees = [free for free, _ in collections.seen]
    figures.add("collections seen", len(frees))
    figures.spread("  free after each", frees, "{:,.0f} bytes")
    figures.add("  the least of the last third", min(frees[-len(frees) // 3 :]), "{:,} bytes")
    figures.spread("  the largest piece", [most for _, most in collections.seen], "{:,.0f} bytes")
    return [
        figures.table(
            "Read from the allocation table in the chip's memory, without asking the pump: ready "
            f"after a start with a day in the log, then {MINUTES} minutes at 1 U/h, with a bolus, "
            "a walk through the menu and a pull of 310 records in every five."
        )
    ]


class Collections:
    """`seen`: (free bytes, largest piece) after each collection."""

    def __init__(self, chip, heap):
        self._chip = chip
        self._heap = heap
        self.seen = []

    def watch_a_minute(self):
        """Let a minute pass; free memory that grows tells of a collection."""
        before = self._heap.free
        for _ in range(60_000 // LOOK_MS):
            self._chip.run_ms(LOOK_MS)
            now = self._heap.free
            if now > before + 256:
                self.seen.append((now, self._heap.largest))
            before = now


def bolus(chip):
    """Give 0.60 U by the buttons."""
    chip.tap(UP)  # wakes the display
    chip.tap(UP)
    chip.tap(UP, times=2)
    chip.tap(OK, times=2)
    chip.run_until_still(4_000)
    chip.tap(STOP)


def menu(chip):
    """Open the menu and two of its pages, and go home."""
    chip.tap(DOWN)  # wakes the display, if it is dark
    chip.tap(OK, times=2)
    chip.tap(STOP)
    chip.tap(DOWN)
    chip.tap(OK)
    chip.tap(STOP, times=3)


def pull(chip):
    """Ask for ten full slices of the log."""
    first = chip.status()["first_seq"]
    for number in range(10):
        chip.ask(protocol.LOG, struct.pack("<IH", first + 31 * number, 31))


SUBJECT = Subject("heap", "Memory", measure)
