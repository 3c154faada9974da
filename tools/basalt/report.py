"""The command `basalt report`: what a store tells about each day, as a page, a table or JSON."""

import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from basalt import (
    history_reader,
    open_store,
    output,
    report_json,
    report_page,
    report_pdf,
    report_words,
)
from basalt.analysis import Analysis, Day, analyse
from basalt.errors import WrongInput
from basalt.history import History
from basalt.progress import Progress, tell_nobody
from basalt.store import Store, StoredPump
from basalt.whole_file import replaced


def command(
    store: Annotated[
        Path, typer.Option("--store", envvar="BASALT_STORE", help="SQLite file of `basalt pull`.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="HTML file to write; an earlier one is replaced.")
    ] = None,
    pdf: Annotated[
        Path | None,
        typer.Option("--pdf", help="PDF file to write, with a browser."),
    ] = None,
    pump: Annotated[
        str | None, typer.Option("--pump", help="Which pump, if the store has several.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="First day, like 2026-01-08.")
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help="Last day.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Write what a store tells about each day as one HTML page that opens offline.

    Per day: total dose, basal and bolus share, boluses asked, given, stopped and refused, alarms,
    time without delivery, reservoir changes, and what is uncertain after power cuts.
    """
    if out is None and pdf is None and not as_json:
        raise WrongInput(
            "Say where the page goes with --out FILE.html or --pdf FILE.pdf, or ask for --json."
        )
    if pdf is not None:
        report_pdf.browser()
    first, last = _day(since, "--since"), _day(until, "--until")
    if first and last and first > last:
        raise WrongInput(f"--since {first} is after --until {last}.")
    with output.bar("Reading") as progress:
        stored, history = _read(store, pump, progress)
    with output.bar("Computing"):
        analysis = analyse(history, first, last)
    if out is not None:
        with output.bar("Writing"):
            write_page(out, stored, analysis)
    if pdf is not None:
        _write_pdf(pdf, stored, analysis)
    if as_json:
        output.print_json(report_json.to_json(analysis))
        return
    for path in (out, pdf):
        if path is not None:
            days = sum(1 for day in analysis.days if not day.is_empty)
            size = path.stat().st_size / 1_000_000
            text = (
                f"{path}: {days} {'day' if days == 1 else 'days'} of {stored.name}, {size:.1f} MB."
            )
            output.out.print(text, markup=False)


def _write_pdf(pdf: Path, stored: StoredPump, analysis: Analysis) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="basalt-") as folder,
        output.bar("Printing"),
    ):
        page = Path(folder) / "report.html"
        write_page(page, stored, analysis)
        report_pdf.write(page, pdf)


def figures_of(
    store: Path,
    pump: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> tuple[StoredPump, Analysis]:
    """The figures of one pump of a store, and what the store says of it."""
    stored, history = _read(store, pump)
    return stored, analyse(history, since, until)


def _read(
    store: Path, pump: str | None, progress: Progress = tell_nobody
) -> tuple[StoredPump, History]:
    with open_store.opened(store) as kept:
        stored = _choose(kept, pump)
        damaged = len(kept.damaged(stored.pump))
        log = kept.log(stored.pump)
        gaps = kept.gaps(stored.pump)
        history = history_reader.read(log, gaps, damaged, progress=progress)
    return stored, history


def write_page(out: Path, stored: StoredPump, analysis: Analysis) -> None:
    """Write the page; Problem when the file cannot be written, and an earlier one stays."""
    facts = report_page.Facts(
        name=stored.name,
        board=stored.board,
        firmware=stored.version,
        written=time.strftime("%Y-%m-%d %H:%M"),
    )
    page = report_page.render(analysis, facts)
    with replaced(out) as file:
        file.write(page)


def print_day_table(console: Console, days: Sequence[Day], in_units: bool = True) -> None:
    """The days as a table in the terminal: one line each, and its boluses and alarms under it."""
    for day in days:
        if not day.is_empty:
            _print_day(console, day, in_units)


def _print_day(console: Console, day: Day, in_units: bool) -> None:
    unit = "U" if in_units else "steps"
    amount = report_words.amount
    doubt = report_words.bounds(day.uncertain_dose, in_units)
    table = Table(title=report_words.full_date(day.date), title_justify="left", box=None)
    table.add_column("figure", style="bold")
    table.add_column("value")
    table.show_header = False
    table.add_row("total dose", f"{amount(day.total, in_units)} {unit}")
    if doubt:
        table.add_row("uncertain, besides", f"{doubt} {unit}", style="yellow")
    share = report_words.share(day.basal_share)
    table.add_row("basal", f"{amount(day.basal, in_units)} {unit} ({share})")
    table.add_row("bolus", f"{amount(day.bolus, in_units)} {unit}")
    if day.primed.steps:
        table.add_row("primed, no dose", f"{amount(day.primed, in_units)} {unit}")
    if day.stopped_s:
        table.add_row("no delivery", report_words.duration(day.stopped_s))
    for change in day.changes:
        filled = report_words.dose(change.reservoir_mu)
        table.add_row("reservoir change", f"{report_words.clock(change.start_ms)}, {filled} U")
    console.print(table)
    _print_boluses(console, day, in_units)
    _print_alarms(console, day)


def _print_boluses(console: Console, day: Day, in_units: bool) -> None:
    if not day.boluses:
        return
    table = Table(box=None, header_style="bold")
    table.add_column("bolus")
    table.add_column("asked, U", justify="right")
    table.add_column("given, U", justify="right")
    table.add_column("outcome")
    for bolus in day.boluses:
        given = report_words.dose(bolus.given_mu)
        if bolus.uncertain:
            given += f" + {report_words.uncertain(bolus.uncertain, in_units)}"
        short = bolus.is_refused or bolus.is_interrupted
        table.add_row(
            report_words.clock(bolus.start_ms),
            report_words.dose(bolus.asked_mu),
            given,
            report_words.outcome(bolus) + report_words.extended(bolus),
            style="yellow" if short else None,
        )
    console.print(table)


def _print_alarms(console: Console, day: Day) -> None:
    if not day.alarms:
        return
    table = Table(box=None, header_style="bold")
    for name in ("alarm", "", "priority", "acknowledged"):
        table.add_column(name)
    for alarm in day.alarms:
        table.add_row(
            report_words.clock(alarm.raised_ms),
            report_words.plain(alarm.alarm),
            alarm.priority,
            report_words.acknowledged(alarm),
            style="red" if alarm.priority == "high" else None,
        )
    console.print(table)


def _choose(store: Store, pump: str | None) -> StoredPump:
    pumps = store.pumps()
    names = ", ".join(each.pump for each in pumps)
    if pump is not None:
        for each in pumps:
            if each.pump == pump:
                return each
        raise WrongInput(f"There is no pump {pump} in {store.path}; there are: {names or 'none'}.")
    if not pumps:
        raise WrongInput(f"{store.path} holds no pump yet; bring its log with `basalt pull`.")
    if len(pumps) > 1:
        raise WrongInput(f"{store.path} holds several pumps ({names}); say which with --pump.")
    return pumps[0]


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise WrongInput(f"{option} {text!r} is no day; write it like 2026-01-08.") from None
