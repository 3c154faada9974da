"""Measures what everything costs and writes BENCHMARKS.md.

Run: python -m host_tests.bench [--list] [--only SUBJECT] [--json] [--write]
"""

import argparse
import json
import pkgutil
import sys
import textwrap
import time
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for _folder in (ROOT, ROOT / "firmware", ROOT / "tools", ROOT / "tools" / "basalt" / "shims"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

from host_tests import bench  # noqa: E402
from host_tests.bench.subject import Subject  # noqa: E402
from host_tests.chip.image import ImageMissingError, find_image  # noqa: E402

DOCUMENT = ROOT / "BENCHMARKS.md"
HEAD = """# What Basalt costs

Written by `make bench`, which runs `python -m host_tests.bench --write`; each part can be
measured alone with the command above it. Cycles are those of the CPU of an RP2040 at 125 MHz
(8 ns), counted on the emulated chip with the tree as it is flashed: they come out the same on
every machine. Budgets are those of the design; a budget that is not met says NO.
"""


def subjects():
    """Every subject there is, by name."""
    found = {}
    for module in pkgutil.iter_modules(bench.__path__):
        if not module.name.startswith(("test_", "_")):
            subject = getattr(import_module(f"host_tests.bench.{module.name}"), "SUBJECT", None)
            if isinstance(subject, Subject):
                found[subject.name] = subject
    return found


def say(text):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def table_lines(table):
    """A table as lines of Markdown: the first column from the left, figures from the right."""
    if table.note:
        yield from (*textwrap.wrap(table.note, 110, break_on_hyphens=False), "")
    yield "| " + " | ".join(table.columns) + " |"
    yield "|---|" + "---:|" * (len(table.columns) - 1)
    for first, *others in table.rows:
        inset = len(first) - len(first.lstrip())
        yield "| " + " | ".join(["&nbsp;" * inset + first.lstrip(), *others]) + " |"
    yield ""


def section(subject, tables):
    """One subject as lines of Markdown."""
    yield from (f"## {subject.title}", "")
    yield from (f"`python -m host_tests.bench --only {subject.name}`", "")
    for table in tables:
        yield from table_lines(table)


def parse():
    parser = argparse.ArgumentParser(
        prog="python -m host_tests.bench", description="Measure what everything costs."
    )
    parser.add_argument("--list", action="store_true", help="list the subjects and stop")
    parser.add_argument(
        "--only", metavar="SUBJECT", action="append", help="measure this one (may be given again)"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--write", action="store_true", help="write BENCHMARKS.md (all subjects)")
    arguments = parser.parse_args()
    found = subjects()
    for name in arguments.only or ():
        if name not in found:
            parser.error(f"there is no subject {name!r}; there are: {', '.join(found)}")
    if arguments.write and arguments.only:
        parser.error("--write writes the whole document: leave --only away")
    return arguments, found


def run(wanted):
    """{subject: its tables}, measured one after the other."""
    measured = {}
    for subject in wanted:
        say(f"==> {subject.title}")
        began = time.monotonic()
        measured[subject] = subject.measure(lambda text: say(f"    {text}"))
        say(f"    {time.monotonic() - began:.0f} s")
    return measured


def main():
    arguments, found = parse()
    if arguments.list:
        for name, subject in found.items():
            sys.stdout.write(f"{name:<10} {subject.title}\n")
        return 0
    wanted = [found[name] for name in arguments.only or found]
    if any(subject.needs_chip for subject in wanted):
        try:
            find_image()
        except ImageMissingError as missing:
            say(f"The chip cannot be emulated: {missing}")
            return 1
    measured = run(wanted)
    if arguments.json:
        figures = {
            subject.name: [table.figures for table in tables]
            for subject, tables in measured.items()
        }
        sys.stdout.write(json.dumps(figures, indent=1) + "\n")
        return 0
    lines = [line for subject, tables in measured.items() for line in section(subject, tables)]
    if arguments.write:
        DOCUMENT.write_text(HEAD + "\n" + "\n".join(lines).rstrip() + "\n", encoding="utf-8")
        say(f"wrote {DOCUMENT.name}")
    else:
        sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
