"""Options that several commands have, each written once so that they mean the same everywhere."""

from typing import Annotated

import typer

Port = Annotated[
    str | None,
    typer.Option(
        "--port",
        envvar="BASALT_PORT",
        help="Serial port of the pump; without it, the only pump that answers at a USB port.",
    ),
]
BoardPort = Annotated[
    str | None,
    typer.Option(
        "--port",
        envvar="BASALT_PORT",
        help="Serial port of the board; without it, the only USB port.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
