"""Writes ACCURACY.md and its plot: what the pump gives, held against what it was asked for.

Run: python -m host_tests.accuracy [--hours N] [--chip-minutes N] [--write]
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from host_tests.accuracy import deliveries, figures, plot

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "ACCURACY.md"
PICTURE = ROOT / "host_tests" / "accuracy" / "trumpet.svg"
_WARM_UP_H = 24  # the trumpet curve begins after a day of running
_AFTER_H = (1, 6, 12)
_HEAD = """\
# How accurately the steps are given

Made by {command}; `make accuracy` runs
the emulated chip for 48 hours at each rate, which takes a machine hours, and counts basal on its
pin.

Basalt is not a medical device. What follows is about **steps of the motor**, turned into units by
the scale of the board `pico`. What a syringe, a tubing and a drop make of them is not in it: weigh
that with `basalt calibrate`.
"""


def main(arguments):
    """Measure, print, and with --write write the document."""
    parser = argparse.ArgumentParser(prog="python -m host_tests.accuracy", description=__doc__)
    parser.add_argument(
        "--hours", type=int, default=48, help="of each rate, on the fakes; over 40"
    )
    parser.add_argument(
        "--chip-minutes",
        type=int,
        default=2_880,
        help="of each rate, on the emulated chip; 0: none. As long as --hours: basal and its"
        " trumpet curve are of the pin, and not of the fakes",
    )
    parser.add_argument("--write", action="store_true", help="write ACCURACY.md and its plot")
    options = parser.parse_args(arguments)
    if options.hours <= 40:
        parser.error("--hours must be more than 40: the longest window begins after a day.")
    say = _say if sys.stderr.isatty() or options.write else lambda _: None
    text, picture = document(options.hours, options.chip_minutes, say)
    if options.write:
        DOCUMENT.write_text(text, encoding="utf-8")
        PICTURE.write_text(picture, encoding="utf-8")
        print(f"Wrote {DOCUMENT.name} and {PICTURE.relative_to(ROOT)}.")
    else:
        print(text)


def document(hours, chip_minutes, say):
    """(the document, its plot as SVG)."""
    rates = deliveries.RATES_MU_H
    with ProcessPoolExecutor() as pool:
        on_chip = [
            pool.submit(deliveries.basal_on_chip, rate, chip_minutes, _say)
            for rate in rates
            if chip_minutes
        ]
        of_the_pin = chip_minutes >= hours * 60
        if not of_the_pin:
            basal = list(pool.map(deliveries.basal, rates, [hours] * len(rates)))
            say("basal on the fakes: done")
        boluses = list(pool.map(deliveries.boluses, *zip(*deliveries.BOLUSES, strict=True)))
        say("boluses on the fakes: done")
        pins = [run.result() for run in on_chip]
        if of_the_pin:
            basal = [deliveries.quarter_hours([chip for chip, _ in counts]) for counts in pins]
    warm = _WARM_UP_H * 60 // figures.SAMPLE_MIN
    curves = {
        rate: figures.trumpet(samples[warm:], rate)
        for rate, samples in zip(rates, basal, strict=True)
    }
    command = (
        f"python -m host_tests.accuracy --hours {hours} --chip-minutes {chip_minutes} --write"
    )
    parts = [
        _HEAD.format(command=f"`{command}`"),
        _on_the_pin(rates, pins, chip_minutes, of_the_pin),
        _basal_table(rates, basal),
        _bolus_table(boluses),
        _trumpet_table(curves, basal, warm),
    ]
    return "\n".join(parts), plot.trumpet(curves)


def _on_the_pin(rates, pins, minutes, of_the_pin):
    if not pins:
        return "The emulated chip was not asked: every figure is of the faked motor.\n"
    rows = [
        f"The same firmware ran for {minutes} minutes at each rate on the emulated RP2040 and on"
        " the fakes, from the same flash.\nThe steps were counted on the pin, minute by minute:\n",
        "| rate | steps on the pin | steps on the fakes | most apart at the end of a minute |",
        "|---:|---:|---:|---:|",
    ]
    for rate, counts in zip(rates, pins, strict=True):
        apart = max(abs(chip - fakes) for chip, fakes in counts)
        chip, fakes = counts[-1]
        rows.append(f"| {rate / 1000:g} U/h | {chip:,} | {fakes:,} | {apart} |")
    source = "What follows is counted on the fakes' motor: two days of pump time in some seconds."
    if of_the_pin:
        source = "Basal and its trumpet curve are of these pulses, boluses of the fakes' motor."
    rows.append(f"\n{source}\n")
    return "\n".join(rows)


def _basal_table(rates, basal):
    rows = [
        "## Basal, without warm-up (21 CFR 880.5730 (b)(7))\n",
        "| rate | " + " | ".join(f"after {h} h" for h in _AFTER_H) + " |",
        "|---:|" + "---:|" * len(_AFTER_H),
    ]
    for rate, samples in zip(rates, basal, strict=True):
        cells = []
        for hours in _AFTER_H:
            given = float(sum(samples[: hours * 60 // figures.SAMPLE_MIN])) / 1000
            cells.append(f"{given:.4f} U of {rate * hours / 1000:g}")
        rows.append(f"| {rate / 1000:g} U/h | " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def _bolus_table(boluses):
    rows = [
        "## Boluses, by percent of what was asked (21 CFR 880.5730 (b)(7))\n",
        "| asked | " + " | ".join(figures.BIN_NAMES) + " | mean |",
        "|---:|" + "---:|" * (len(figures.BIN_NAMES) + 1),
    ]
    for (asked, _), given in zip(deliveries.BOLUSES, boluses, strict=True):
        counts = " | ".join(str(count) for count in figures.bins(given, asked))
        mean = float(sum(given) / len(given)) / 1000
        rows.append(f"| {asked / 1000:g} U | {counts} | {mean:.5f} U |")
    return "\n".join(rows) + "\n"


def _trumpet_table(curves, basal, warm):
    rows = [
        f"## Trumpet curve (IEC 60601-2-24), after {_WARM_UP_H} hours\n",
        "Of all windows of a length, the greatest and the least error of what was given in it, in"
        " percent of what the rate asks.\n",
        "![Trumpet curves](host_tests/accuracy/trumpet.svg)\n",
        "| rate | "
        + " | ".join(f"{window} min" for window in figures.WINDOWS_MIN)
        + " | overall |",
        "|---:|" + "---:|" * (len(figures.WINDOWS_MIN) + 1),
    ]
    for (rate, curve), samples in zip(curves.items(), basal, strict=True):
        cells = [f"{least:+.2f} to {most:+.2f}" for _, most, least in curve]
        rows.append(
            f"| {rate / 1000:g} U/h | "
            + " | ".join(cells)
            + f" | {figures.overall(samples[warm:], rate):+.3f} |"
        )
    return "\n".join(rows) + "\n"


def _say(line):
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
