"""`basalt demo`: a simulated day, pulled over a serial port, checked and shown as figures."""

import subprocess
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from basalt import demo_checks, output, report, sim_link, sim_screen
from basalt.demo_day import Day, DemoError, Facts
from basalt.errors import Problem
from basalt.sim_host import HostBench
from basalt.store import Store

_OUT = Path("build") / "demo"
_TAIL_LINES = 14
_MARGIN = 4


def command(
    out: Annotated[Path, typer.Option(help="Folder for store, report and pictures.")] = _OUT,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Tell the story on standard error, print JSON at its end."),
    ] = False,
) -> None:
    """Play one day of a pump on faked parts, pull its log, check it, and write the report."""
    told = Demo(Console(highlight=False, soft_wrap=False, stderr=as_json), out).run()
    if as_json:
        output.print_json(told)


class Demo:
    """Tells each step as it is made; DemoError when anything is not as it should be."""

    def __init__(self, console: Console, out: Path, day: type[Day] = Day) -> None:
        self._day = day
        self._console = console
        self._out = out
        self._store = out / "pump.db"
        self._report = out / "report.html"
        self._step = 0
        self._pictures: list[Path] = []

    def run(self) -> dict[str, Any]:
        """The whole demo; what it made and found, for programs."""
        began = time.monotonic()
        self._make_room()
        self._console.print(
            "Basalt's main job, in one simulated day. It pumps water; it is not a medical device."
        )
        with ExitStack() as stack:
            self._say("Switch on a pump: the firmware's own files, on parts with faked physics")
            bench = HostBench()
            stack.callback(bench.close)
            self._tell(
                "Motor and syringe, tubing, flash chip with the board's filesystem, battery,"
                " display, four buttons; its clock runs as fast as this computer can."
            )
            day = self._day(bench, self._say, self._tell, self._show)
            facts = day.play()
            self._pull(bench)
        self._log()
        self._figures()
        found = self._check(facts)
        self._close(time.monotonic() - began)
        return {
            "report": str(self._report),
            "store": str(self._store),
            "pictures": [str(path) for path in self._pictures],
            "checks": [asdict(check) for check in found],
        }

    # The steps after the day

    def _pull(self, bench: HostBench) -> None:
        self._say("Pull its log through its serial port, at real time, as a user would")
        pull = ["pull", "--port", bench.port, "--store", str(self._store)]
        self._run(bench, pull)
        again = self._run(bench, pull)
        if not again.startswith("Nothing new"):
            raise DemoError(f"A second pull should have brought nothing; it said: {again.strip()}")

    def _log(self) -> None:
        self._say("The end of that log")
        printed = self._run(None, ["log", "--store", str(self._store)], show=False)
        for line in printed.splitlines()[-_TAIL_LINES:]:
            self._console.print(Text(line), no_wrap=True, overflow="ellipsis")

    def _figures(self) -> None:
        self._say("The day in figures, and as a page with plots")
        self._run(None, ["report", "--store", str(self._store), "--out", str(self._report)])
        _, found = report.figures_of(self._store)
        report.print_day_table(self._console, found.days, found.in_units)

    def _check(self, facts: Facts) -> list[demo_checks.Check]:
        self._say("Is it true? What the log says, against what the faked motor counted")
        found: list[demo_checks.Check] = []
        with Store.open(self._store) as store:
            for check in demo_checks.checks(store, facts):
                found.append(check)
                mark = "[green]✓[/]" if check.holds else "[bold red]✗[/]"
                self._console.print(Padding(f"{mark} {check.text}", (0, 0, 0, _MARGIN)))
        failed = [check.text for check in found if not check.holds]
        if failed:
            raise DemoError(f"{len(failed)} of the demo's checks failed: {'; '.join(failed)}.")
        return found

    def _close(self, seconds: float) -> None:
        self._console.print(f"\nDone in {seconds:.0f} s.")
        self._console.print(f"Report    {self._report.resolve()}", soft_wrap=True)
        self._console.print(f"Store     {self._store.resolve()}", soft_wrap=True)
        if self._pictures:
            self._console.print(f"Pictures  {self._out.resolve()}/*.png", soft_wrap=True)

    # Within

    def _make_room(self) -> None:
        """Only what the demo itself makes is removed."""
        try:
            self._out.mkdir(parents=True, exist_ok=True)
            self._store.unlink(missing_ok=True)
            self._report.unlink(missing_ok=True)
        except OSError as error:
            raise Problem(f"{self._out} cannot be written: {error.strerror}.") from error

    def _run(self, bench: HostBench | None, arguments: list[str], show: bool = True) -> str:
        self._console.print(
            Padding(f"[bold]$ basalt {' '.join(arguments)}[/]", (0, 0, 0, _MARGIN))
        )
        try:
            printed = sim_link.run_basalt(bench, arguments, self._console.width)
        except subprocess.CalledProcessError as error:
            raise DemoError(
                f"`basalt {arguments[0]}` failed with exit code {error.returncode}."
            ) from error
        if show and printed.strip():
            self._console.print(Text(printed.rstrip()), soft_wrap=True)
        return printed

    def _say(self, text: str) -> None:
        self._step += 1
        self._console.print(f"\n[bold cyan]{self._step:2}[/]  [bold]{text}[/]")

    def _tell(self, text: str) -> None:
        self._console.print(Padding(text, (0, 0, 0, _MARGIN)))

    def _show(self, name: str, caption: str, picture: sim_screen.Picture) -> None:
        wide = sim_screen.HALVES_SIZE[0] + _MARGIN + 4
        rows = sim_screen.halves if self._console.width >= wide else sim_screen.braille
        panel = Panel.fit("\n".join(rows(picture)), title=caption, title_align="left")
        self._console.print(Padding(panel, (0, 0, 0, _MARGIN)))
        path = self._out / f"{name}.png"
        if sim_screen.save_png(picture, path):
            self._pictures.append(path)
