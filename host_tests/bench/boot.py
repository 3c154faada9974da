"""Where the time between power-on and a pump that is ready goes."""

from host_tests.bench import pumps
from host_tests.bench.probe import Probe
from host_tests.bench.subject import Figures, Subject, Table

READY_MS = 1_000

# What is told apart, outside the imports. A span inside another is taken out of the outer one.
WATCHED = (
    ("pump.app:App.start", "the start beside what is below"),
    ("pump.storage.journal:Journal.recover", "recovery of the log"),
    ("pump.app:App._recall", "recalling what the log says of the pump"),
    ("pump.core.recall:Recall.begin", "the core begins"),
    ("pump.hardware:Hardware.collect_garbage", "collecting garbage"),
    ("pump.app:App._write_log", "making records durable"),
    ("pump.app:App.guarded_turn", "the turns beside what is below"),
    ("pump.ui.ui:Ui.draw", "drawing the picture"),
    ("pump.drivers.ssd1306:SSD1306.step", "sending the picture"),
)


def measure(say):
    files = pumps.built()
    images = {
        "no log": pumps.image(files),
        "a day in the log": pumps.image(files, hours=24),
        "a full log of 36,000 records": pumps.image(files, records=pumps.FULL_LOG, hours=24),
    }
    figures = Figures()
    for past, filesystem in images.items():
        say(f"power-on with {past}")
        chip = pumps.power_on(filesystem)
        figures.add(f"power-on to ready, {past}", pumps.ready(chip), "{:.0f} ms", most=READY_MS)
        figures.add("  of it CPU awake", chip.cycles / 1e6, "{:.1f} Mcycles")
        figures.add("  power-on to the first picture", pumps.lit(chip), "{:.0f} ms")
    say("the same with the probe, a day in the log")
    rows, marks = phases(files)
    return [
        figures.table(
            "On the emulated chip with the display bus at 400 kHz and the flash's typical times "
            "(45 ms an erase, 0.4 ms a page). 'Ready' is when the watchdog runs: the log is "
            "recovered, its own start is on record."
        ),
        Table(
            ("until the first picture, a day in the log", "ms", "Mcycles"),
            rows,
            "The same start, told apart by a probe that the board writes to.",
            marks,
        ),
    ]


def phases(files):
    """Rows and figures of where a start goes, in the order of the doing."""
    filesystem = pumps.image(pumps.with_probe(files, WATCHED), hours=24)
    chip = pumps.power_on(filesystem)
    probe = Probe(chip)
    pumps.lit(chip)
    parts = {"MicroPython's own start, until boot.py": probe.first_stop}
    total = probe.counted
    known = {label for _, label in WATCHED}.union(pumps.PHASES)
    for span in probe.everything():
        add(parts, span.name if span.name in known else "imports", span.own)
    told = [sum(part[i] for part in parts.values()) for i in (0, 1)]
    parts["boot.py, main.py and the rest"] = total[0] - told[0], total[1] - told[1]
    figures = {name: cycles for name, (cycles, _) in parts.items()}
    rows = [
        (name, f"{nanos / 1e6:.1f}", f"{cycles / 1e6:.2f}")
        for name, (cycles, nanos) in parts.items()
    ]
    return rows, figures


def add(parts, name, more):
    cycles, nanos = parts.get(name, (0, 0))
    parts[name] = cycles + more[0], nanos + more[1]


SUBJECT = Subject("boot", "Power-on to ready", measure)
