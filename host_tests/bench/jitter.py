"""How evenly the steps come: from Basalt's engine, and in the two ways of other programs."""

import statistics
from pathlib import Path

from host_tests.bench import pumps
from host_tests.bench.subject import CYCLE_NANOS, Subject, Table
from host_tests.chip.pulses import periods_nanos
from pump.core import event_table, events
from pump.drivers.ramp import Ramp

SCRIPT = Path(__file__).with_name("board") / "jitter.py"
STEPS = 300
NOMINAL_NANOS = 1_000_000
MOST_CYCLES = 1
WAYS = (
    ("pio", "Basalt: two state machines of the PIO"),
    ("timer", "`machine.Timer` with a Python callback"),
    ("loop", "a loop with `sleep_us`"),
)


def measure(say):
    files = pumps.built()
    rows, figures = [], {}
    for busy in (False, True):
        for way, words in WAYS:
            load = "display, journal and link busy" if busy else "idle"
            say(f"{words}, {load}")
            periods, off = deviations(files, way, busy)
            worst = max(off)
            budget = met = ""
            if way == "pio":
                budget = f"<= {MOST_CYCLES} cycle"
                met = "yes" if worst <= MOST_CYCLES * CYCLE_NANOS else "NO"
            rows.append(
                (
                    f"{words}, {load}",
                    f"{statistics.median(periods) / 1_000:,.3f} us",
                    f"{statistics.median(off) / 1_000:,.3f} us",
                    f"{worst / 1_000:,.3f} us",
                    budget,
                    met,
                )
            )
            figures[f"{way}, {'busy' if busy else 'idle'}"] = worst
    columns = ("300 steps at 1 kHz", "period", "off by", "at worst", "budget", "met")
    note = (
        "Rises of the STEP pin, to the cycle; off by: how far a period is from the one that was "
        "asked for, median and worst. The other work: 129 bytes to the display (3 ms of bus) and "
        "64 bytes to the host, again and again, and a durable record every fourth time, with the "
        "flash's typical times. The loop does a piece of it after every tenth step, since "
        "nothing else would be done meanwhile."
    )
    return [Table(columns, rows, note, figures)]


def deviations(files, way, busy):
    """(periods, how far each is from what was asked for), in ns."""
    # The names of numbers are not on the board: they are folded when it is built.
    event = events.LINK_OPENED
    layout = event_table.layout(event_table.row_of(event)[3])
    wish = f"way = {way!r}\nbusy = {busy}\nevent = {event}\nlayout = {layout!r}\n"
    # Loaded before boot.py lets import look into the pack alone.
    boot = b"import wish\n" + files["boot.py"]
    files = {**files, "main.py": SCRIPT.read_bytes(), "wish.py": wish, "boot.py": boot}
    chip = pumps.power_on(pumps.image(files), usb=True)
    chip.wait_for("begin", 10_000)
    chip.motor.clear()
    chip.wait_for("done", 60_000)
    periods = periods_nanos(chip.motor.pulses)
    assert len(periods) == STEPS - 1, f"{len(periods) + 1} pulses"
    asked = [NOMINAL_NANOS] * len(periods)
    if way == "pio":
        asked = planned(chip.board)
    return periods, [abs(period - wish) for period, wish in zip(periods, asked, strict=True)]


def planned(board):
    """The periods in ns that the ramp asks for, between the steps of a train."""
    segments = Ramp(board.RAMP, board.STEP_RATE_HZ).segments(STEPS)
    return [1_000_000_000 // rate_hz for count, rate_hz in segments for _ in range(count)][1:]


SUBJECT = Subject("jitter", "Step pulses", measure)
