"""Writes ACCURACY.md and its plot: what the pump gives, held against what it was asked for.

Run: python -m host_tests.accuracy [--hours N] [--chip-hours N] [--write]
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from boards.pico import board
from host_tests import measured
from host_tests.accuracy import deliveries, figures, plot

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "ACCURACY.md"
PICTURE = ROOT / "host_tests" / "accuracy" / "trumpet.svg"
_WARM_UP_H = (
    24  # on the fakes the trumpet curve begins after a day of running, as the standard asks
)
# On the chip, whose every hour takes a machine minutes, after an hour: a pin has nothing to warm.
_WARM_UP_ON_CHIP_H = 1
_LONGEST_H = figures.WINDOWS_MIN[-1] / 60
_AFTER_H = (1, 6, 12)
_BOLUS_BLOCKED_MU = 5_000
_HEAD = """\
# How accurately the steps are given

Made by {command}, of the firmware of commit
{commit}; `make accuracy` is the same with its defaults, and takes two cores hours.

Basalt is not a medical device. What follows is about **steps of the motor**, turned into units by
the scale of the board `pico`. What a syringe, a tubing and a drop make of them is not in it: weigh
that with `basalt calibrate`.
"""


def main(arguments):
    """Measure, print, and with --write write the document."""
    parser = argparse.ArgumentParser(prog="python -m host_tests.accuracy", description=__doc__)
    parser.add_argument(
        "--hours", type=int, default=48, help="of each rate, on the fakes; 40 or more"
    )
    parser.add_argument(
        "--chip-hours",
        type=int,
        default=17,
        help="of each rate, on the emulated chip, at two minutes of a machine each; 17 for all"
        " windows of the curve, 0: it is not asked. What it counted of the same firmware before is"
        " kept in build/accuracy",
    )
    parser.add_argument("--write", action="store_true", help="write ACCURACY.md and its plot")
    options = parser.parse_args(arguments)
    if options.hours < _WARM_UP_H + _LONGEST_H:
        parser.error("--hours must be 40 or more: the longest window begins after a day.")
    if options.chip_hours == _WARM_UP_ON_CHIP_H:
        parser.error("--chip-hours must be 2 or more: the curve begins after an hour.")
    say = _say if sys.stderr.isatty() or options.write else lambda _: None
    text, picture = document(options.hours, options.chip_hours, say)
    if options.write:
        DOCUMENT.write_text(text, encoding="utf-8")
        PICTURE.write_text(picture, encoding="utf-8")
        print(f"Wrote {DOCUMENT.name} and {PICTURE.relative_to(ROOT)}.")
    else:
        print(text)


def document(hours, chip_hours, say):
    """(the document, its plot as SVG)."""
    rates = deliveries.RATES_MU_H
    with ProcessPoolExecutor() as pool:
        on_chip, boluses_on_chip = [], []
        if chip_hours:
            on_chip = [
                pool.submit(deliveries.basal_on_chip, rate, chip_hours * 60, _say)
                for rate in rates
            ]
            boluses_on_chip = [
                pool.submit(deliveries.boluses_on_chip, *asked, _say)
                for asked in deliveries.BOLUSES_ON_CHIP
            ]
        basal = list(pool.map(deliveries.basal, rates, [hours] * len(rates)))
        say("basal on the fakes: done")
        given = list(pool.map(deliveries.boluses, *zip(*deliveries.BOLUSES, strict=True)))
        say("boluses on the fakes: done")
        found = list(pool.map(deliveries.occlusion, *zip(*_occlusions(rates), strict=True)))
        say("occlusions on the fakes: done")
        pins = [run.result() for run in on_chip]
        given_on_chip = [
            [deliveries.dose_mu(steps) for steps in run.result()] for run in boluses_on_chip
        ]
    curves, table = _trumpet(rates, basal, _WARM_UP_H)
    asked = [mu for mu, *_ in deliveries.BOLUSES]
    blocked = _occlusion_table(rates, found)
    of_fakes = [_basal_table(rates, basal), _bolus_table(asked, given), table, blocked]
    command = f"python -m host_tests.accuracy --hours {hours} --chip-hours {chip_hours} --write"
    parts = [_HEAD.format(command=f"`{command}`", commit=measured.firmware_commit())]
    if not pins:
        parts.append("The emulated chip was not asked: every figure is of the faked motor.\n")
        parts += of_fakes
        return "\n".join([*parts, _PLOT]), plot.trumpet(curves)
    basal_on_chip = [deliveries.quarter_hours([chip for chip, _ in counts]) for counts in pins]
    curves, table = _trumpet(rates, basal_on_chip, _WARM_UP_ON_CHIP_H)
    parts += [
        "## Counted on the pin\n",
        f"The firmware as it is flashed ran for {chip_hours} hours at each rate on the emulated"
        " RP2040, and gave boluses by its keys.\nWhat counts are the pulses on the STEP pin.\n",
        *([_TOO_SHORT] if chip_hours < _WARM_UP_ON_CHIP_H + _LONGEST_H else []),
        _basal_table(rates, basal_on_chip),
        _bolus_table([mu for mu, *_ in deliveries.BOLUSES_ON_CHIP], given_on_chip),
        table,
        _PLOT,
        "## Counted on the fakes\n",
        f"The same firmware on the faked motor, for {hours} hours. From the same flash both were"
        " counted, minute by minute:\n",
        _apart_table(rates, pins),
        *of_fakes,
    ]
    return "\n".join(parts), plot.trumpet(curves)


_TOO_SHORT = "Where a cell is empty the run was too short; 17 hours fill them all.\n"
_PLOT = "![Trumpet curves](host_tests/accuracy/trumpet.svg)\n"


def _apart_table(rates, pins):
    rows = [
        "| rate | steps on the pin | steps on the fakes | most apart at the end of a minute |",
        "|---:|---:|---:|---:|",
    ]
    for rate, counts in zip(rates, pins, strict=True):
        apart = max(abs(chip - fakes) for chip, fakes in counts)
        chip, fakes = counts[-1]
        rows.append(f"| {rate / 1000:g} U/h | {chip:,} | {fakes:,} | {apart} |")
    return "\n".join(rows) + "\n"


def _basal_table(rates, basal):
    rows = [
        "### Basal, without warm-up (21 CFR 880.5730 (b)(7))\n",
        "| rate | " + " | ".join(f"after {h} h" for h in _AFTER_H) + " |",
        "|---:|" + "---:|" * len(_AFTER_H),
    ]
    for rate, samples in zip(rates, basal, strict=True):
        cells = []
        for hours in _AFTER_H:
            part = samples[: hours * 60 // figures.SAMPLE_MIN]
            whole = len(part) * figures.SAMPLE_MIN == hours * 60
            given = float(sum(part)) / 1000
            cells.append(f"{given:.4f} U of {rate * hours / 1000:g}" if whole else "")
        rows.append(f"| {rate / 1000:g} U/h | " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def _occlusions(rates):
    """(mbar per unit, mU/h, mU of a bolus): all that `deliveries.occlusion` is asked."""
    asked = [(rate, 0) for rate in rates] + [(0, _BOLUS_BLOCKED_MU)]
    return [(line, *of) for of in asked for line in deliveries.LINES_MBAR_PER_UNIT]


def _occlusion_table(rates, found):
    lines = deliveries.LINES_MBAR_PER_UNIT
    rows = [
        "### How long a blocked line stays unnoticed (21 CFR 880.5730 (b)(7))\n",
        f"From its blocking to the alarm at {board.OCCLUSION_MBAR} mbar, and what was counted as"
        " given meanwhile and was not, or not yet.\nThe lines are made up: one that takes twice as"
        " much before its pressure has risen takes twice as long.\nA pump without a pressure"
        " sensor notices none at all.\n",
        "| | " + " | ".join(f"{line} mbar per unit" for line in lines) + " |",
        "|---:|" + "---:|" * len(lines),
    ]
    names = [f"{rate / 1000:g} U/h" for rate in rates]
    names.append(f"bolus of {_BOLUS_BLOCKED_MU / 1000:g} U")
    for at, name in enumerate(names):
        cells = [
            f"{_time(seconds)}, {float(given) / 1000:.3f} U"
            for seconds, given in found[at * len(lines) : (at + 1) * len(lines)]
        ]
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def _time(seconds):
    if seconds < 600:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3600:.1f} h"


def _bolus_table(asked, boluses):
    rows = [
        "### Boluses, by percent of what was asked (21 CFR 880.5730 (b)(7))\n",
        "| asked | " + " | ".join(figures.BIN_NAMES) + " | mean |",
        "|---:|" + "---:|" * (len(figures.BIN_NAMES) + 1),
    ]
    for mu, given in zip(asked, boluses, strict=True):
        counts = " | ".join(str(count) for count in figures.bins(given, mu))
        mean = float(sum(given) / len(given)) / 1000
        rows.append(f"| {mu / 1000:g} U | {counts} | {mean:.5f} U |")
    return "\n".join(rows) + "\n"


def _trumpet(rates, basal, warm_h):
    """({rate: its curve}, their table), of what was given after so many hours."""
    warm = warm_h * 60 // figures.SAMPLE_MIN
    rows = [
        "### Trumpet curve (IEC 60601-2-24), after "
        + ("1 hour" if warm_h == 1 else f"{warm_h} hours")
        + "\n",
        "Of all windows of a length, the least and the greatest error of what was given in it, in"
        " percent of what the rate asks.\n",
        "| rate | "
        + " | ".join(f"{window} min" for window in figures.WINDOWS_MIN)
        + " | overall |",
        "|---:|" + "---:|" * (len(figures.WINDOWS_MIN) + 1),
    ]
    curves = {}
    for rate, samples in zip(rates, basal, strict=True):
        curves[rate] = figures.trumpet(samples[warm:], rate)
        cells = [f"{least:+.2f} to {most:+.2f}" for _, most, least in curves[rate]]
        cells += [""] * (len(figures.WINDOWS_MIN) - len(cells))
        rows.append(
            f"| {rate / 1000:g} U/h | "
            + " | ".join(cells)
            + f" | {figures.overall(samples[warm:], rate):+.3f} |"
        )
    return curves, "\n".join(rows) + "\n"


def _say(line):
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
