"""What one turn of the loop costs while nothing happens, and where its cycles go."""

import statistics

from host_tests.bench import pumps
from host_tests.bench.probe import Probe
from host_tests.bench.subject import CYCLES_PER_MS, Figures, Subject, Table

BUDGET_CYCLES = 2 * CYCLES_PER_MS
LIT_MS = 20_000
DARK_MS = 300_000

TURN = ("pump.app:App.guarded_turn", "turn")
SLEEP = ("pump.hardware:Hardware.sleep_ms", "sleep")
PARTS = (
    ("pump.app:App._book_train", "booking what the engine made"),
    ("pump.app:App._read_buttons", "buttons"),
    ("pump.core.pump:Pump.advance", "core: advance"),
    ("pump.app:App._sense", "battery and pressure"),
    ("pump.ui.ui:Ui.advance", "user interface: advance"),
    ("pump.app:App._talk", "link"),
    ("pump.app:App._stop_if_wanted", "looking for a stop"),
    ("pump.app:App._write_log", "journal"),
    ("pump.app:App._move", "ordering a train"),
    ("pump.app:App._show", "display and buzzer"),
    ("pump.app:App._due_ms", "when the next turn is due"),
    ("pump.app:App._tidy", "tidying"),
)


def measure(say):
    files = pumps.built()
    figures = Figures()
    say("turns of the loop")
    chip, probe = _started(files, (TURN, SLEEP))
    lit = _turns(chip, probe, LIT_MS)
    chip.run_until(lambda: not chip.display.on, 60_000, every_ms=100, what="a dark display")
    probe.take()
    dark = _turns(chip, probe, DARK_MS)
    for light, spans in (("display on", lit), ("display off", dark)):
        every = [span.cycles for span in spans if span.name == "turn"]
        turns = idle(every)
        figures.spread(f"an idle turn, {light}", turns, "{:,.0f} cycles", most=BUDGET_CYCLES)
        if longer(every):
            what = f"  one with a little to do, {light}"
            figures.spread(what, longer(every), "{:,.0f} cycles")
        figures.add(f"  turns a minute, {light}", _a_minute(spans, light, "turn"), "{:.0f}")
        sleeps = [span.cycles for span in spans if span.name == "sleep"]
        figures.spread(f"  the sleep after it, {light}", sleeps, "{:,.0f} cycles")
    say("the same, told apart")
    chip, probe = _started(files, (TURN, *PARTS))
    chip.run_until(lambda: not chip.display.on, 60_000, every_ms=100, what="a dark display")
    probe.take()
    spans = _turns(chip, probe, DARK_MS)
    return [figures.table(), _parts(spans, statistics.median(turns))]


def idle(cycles):
    """Turns in which nothing happened: the shortest one, and those up to a sixth longer."""
    least = min(cycles)
    return [count for count in cycles if count <= least * 7 / 6]


def longer(cycles):
    """Turns with a little to do: a minute of the clock that ended, a train to be booked."""
    least = min(cycles)
    return [count for count in cycles if least * 7 / 6 < count <= least * 2]


def _started(files, watched):
    filesystem = pumps.image(pumps.with_probe(files, watched), hours=1)
    chip = pumps.power_on(filesystem)
    probe = Probe(chip)
    pumps.lit(chip)
    chip.run_ms(2_000)
    probe.take()
    return chip, probe


def _turns(chip, probe, ms):
    chip.run_ms(ms)
    return probe.take()


def _a_minute(spans, light, name):
    minutes = (LIT_MS if light == "display on" else DARK_MS) / 60_000
    return sum(span.name == name for span in spans) / minutes


def _parts(spans, whole):
    turns = [span for span in spans if span.name == "turn"]
    limit = max(idle([turn.cycles for turn in turns]))
    parts = {}
    for turn in turns:
        if turn.cycles <= limit:
            for span in turn.inside:
                parts.setdefault(span.name, []).append(span.cycles)
    rows = [
        (name, f"{statistics.median(cycles):,.0f}", f"{min(cycles):,} to {max(cycles):,}")
        for name, cycles in parts.items()
    ]
    medians = {name: statistics.median(cycles) for name, cycles in parts.items()}
    medians["what lies between them"] = rest = whole - sum(medians.values())
    rows.append(("what lies between them", f"{rest:,.0f}", ""))
    return Table(
        ("part of an idle turn, display off", "cycles", "least to most"),
        rows,
        "Each call with some 700 cycles of the probe. What lies between them is the median of "
        "the whole turn, measured without them, less their sum.",
        medians,
    )


SUBJECT = Subject("turn", "One turn of the loop", measure)
