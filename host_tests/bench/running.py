"""What a running pump costs: how long the CPU is awake, and what one act of each kind takes."""

import struct

from host_tests.bench import pumps
from host_tests.bench.probe import Probe
from host_tests.bench.subject import CYCLES_PER_MS, Figures, Subject
from host_tests.chip.chip import OK, STOP, UP
from pump.link import protocol

AWAKE_PERCENT = 2
LIT_MS = 20_000
DARK_MS = 120_000
HOUR_S = 3_600

ACTS = (
    ("pump.ui.ui:Ui.draw", "drawing a picture"),
    ("pump.drivers.ssd1306:SSD1306.step", "one piece sent to the display, 3 ms of bus"),
    ("pump.storage.journal:Journal.commit", "making records durable, flash busy as it is"),
    ("pump.link.link:Link._request", "link request"),
)
REQUESTS = (
    ("identify", protocol.IDENTIFY, b""),
    ("status", protocol.STATUS, b""),
    ("settings", protocol.SETTINGS, b""),
    ("log, 31 records", protocol.LOG, None),
    ("screen, 512 bytes", protocol.SCREEN, struct.pack("<H", 0)),
)
PULLED = 930


def measure(say):
    files = pumps.built()
    figures = Figures()
    awake(files, figures, say)
    acts(files, figures, say)
    return [
        figures.table(
            "Display bus at 400 kHz and the flash's typical times, the pump giving 1 U/h. A "
            "wait for the bus or the flash is counted: the CPU is awake in it."
        )
    ]


def awake(files, figures, say):
    """How much of an hour of basal the CPU is awake, no cable plugged in."""
    say("CPU awake while giving basal")
    chip = pumps.power_on(pumps.image(files, hours=24))
    pumps.lit(chip)
    chip.run_ms(3_000)
    start = (chip.nanos, chip.cycles)
    chip.run_ms(LIT_MS)
    share = 100 * chip.awake_share(start)
    figures.add("CPU awake, display on", share, "{:.2f} %")
    figures.add("  seconds an hour", share * HOUR_S / 100, "{:.0f} s")
    chip.run_until(lambda: not chip.display.on, 60_000, every_ms=500, what="a dark display")
    start = (chip.nanos, chip.cycles)
    chip.run_ms(DARK_MS)
    share = 100 * chip.awake_share(start)
    figures.add("CPU awake, display off", share, "{:.2f} %", most=AWAKE_PERCENT)
    figures.add("  seconds an hour", share * HOUR_S / 100, "{:.0f} s")


def acts(files, figures, say):
    """Cycles of a redraw, a commit and each request, and how fast a pull is."""
    say("acts of a running pump")
    filesystem = pumps.image(pumps.with_probe(files, ACTS), hours=96, wishes=pumps.FAST_BOLUS)
    chip = pumps.power_on(filesystem, usb=True)
    probe = Probe(chip)
    pumps.lit(chip)
    chip.run_ms(2_500)
    probe.take()
    chip.tap(UP)
    chip.tap(UP, times=2)
    chip.tap(OK, times=2)
    chip.run_until_still(1_500)
    chip.tap(STOP)
    for _, label in ACTS[:3]:
        spans = [span.cycles for span in probe.all(label)]
        busy = [cycles for cycles in spans if cycles > CYCLES_PER_MS // 5]
        figures.spread(label, busy, "{:,.0f} cycles")
    figures.add("  flash erases, pages so far", chip.flash.erases + chip.flash.programs)
    first = chip.status()["first_seq"]
    for name, kind, body in REQUESTS:
        probe.take()
        code, _ = chip.ask(kind, struct.pack("<IH", first, 31) if body is None else body)
        assert code == 0, name
        chip.run_ms(50)
        (span,) = probe.all(ACTS[3][1])
        figures.add(f"link request: {name}", span.cycles, "{:,} cycles")
    say("a pull")
    start = chip.ms
    before = (chip.nanos, chip.cycles)
    received = 0
    for seq in range(first, first + PULLED, 31):
        _, answer = chip.ask(protocol.LOG, struct.pack("<IH", seq, 31))
        received += len(answer) - 8
    seconds = (chip.ms - start) / 1_000
    figures.add(
        f"pull of {received // 32} records, one request at a time",
        received / seconds,
        "{:,.0f} bytes/s",
    )
    figures.add("  CPU awake meanwhile", 100 * chip.awake_share(before), "{:.0f} %")


SUBJECT = Subject("running", "A running pump", measure)
