"""The command `basalt pumps`: what a store holds."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from basalt import open_store, output


def command(
    store: Annotated[
        Path,
        typer.Option("--store", envvar="BASALT_STORE", help="SQLite file that keeps the log."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the pumps of a store, and what is there of their logs."""
    with open_store.opened(store) as kept, output.bar("Counting"):
        rows = [
            {
                **asdict(pump),
                "missing": sum(g.last_seq - g.first_seq + 1 for g in kept.gaps(pump.pump)),
                "damaged": len(kept.damaged(pump.pump)),
                "conflicts": len(kept.conflicts(pump.pump)),
            }
            for pump in kept.pumps()
        ]
    if as_json:
        output.print_json(rows)
        return
    if not rows:
        output.note(f"{store} holds no pump yet; bring its log with `basalt pull`.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    names = ("pump", "name", "board", "version", "records", "missing", "damaged", "conflicts")
    for name in names:
        table.add_column(name, justify="left" if name in names[:4] else "right")
    for row in rows:
        table.add_row(*(str(row[name]) for name in names))
    output.out.print(table)
