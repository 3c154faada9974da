"""`basalt selftest`: the contract of the pulse engine and the parts, run on the real board."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from basalt import output, ports
from basalt.board_checks import Verdict, checks_on
from basalt.errors import Problem
from basalt.options import AsJson, BoardPort


def command(
    port: BoardPort = None,
    move: Annotated[
        int, typer.Option(help="Turn the motor by so many steps as well, and back; no syringe!")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Try the pulse engine and every part on the board, and show what held.

    A running pump is asked for service first, and is a pump again afterwards. Pulses are made with
    the coils off: without --move nothing moves.
    """
    with checks_on(port or ports.only(), output.note) as checks:
        found = checks.run_all()
        if move:
            found.append(checks.one("motor forward", f"move, {abs(move)}", 120))
            found.append(checks.one("motor back", f"move, {-abs(move)}", 120))
        about = checks.about
    if as_json:
        output.print_json({**asdict(about), "checks": [asdict(verdict) for verdict in found]})
    else:
        output.out.print(f"{about.machine}, MicroPython {about.release}", markup=False)
        output.out.print(table(found))
    failed = [verdict.name for verdict in found if verdict.held is False]
    if failed:
        raise Problem(
            f"{len(failed)} of {len(found)} checks did not hold ({', '.join(failed)}); their lines"
            " say how. Let this board give nothing until they do."
        )


def table(found: list[Verdict]) -> Table:
    """One row for each check."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("check", "", "what was seen"):
        made.add_column(heading)
    for verdict in found:
        colour = {True: "green", False: "red", None: "dim"}[verdict.held]
        made.add_row(verdict.name, f"[{colour}]{verdict.word}[/]", verdict.detail)
    return made
