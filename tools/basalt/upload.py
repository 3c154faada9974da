"""The command `basalt upload`: a store's log to a server."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from basalt import nightscout, open_store, output
from basalt.export_log import ExportLog, logs_of
from basalt.nightscout_upload import Nightscout


class Service(StrEnum):
    """Where a log can be sent."""

    NIGHTSCOUT = "nightscout"


_SERVERS = {Service.NIGHTSCOUT: Nightscout}


def command(
    service: Annotated[Service, typer.Argument(help="Which kind of server.")],
    store: Annotated[
        Path,
        typer.Option("--store", envvar="BASALT_STORE", help="SQLite file that keeps the log."),
    ],
    url: Annotated[
        str, typer.Option(envvar="BASALT_NIGHTSCOUT_URL", help="Address of the server.")
    ],
    token: Annotated[
        str,
        typer.Option(
            envvar="BASALT_NIGHTSCOUT_TOKEN",
            help="Access token with a role that may create and update treatments.",
        ),
    ],
    pump: Annotated[str | None, typer.Option(help="Only this pump, by its number.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Send what is new in a store to a Nightscout server; sending twice adds nothing.

    What the pump's own clock does not time, and what was not over when the log was pulled, waits
    for a later pull.
    """
    server = _SERVERS[service](url, token)
    rows: list[dict[str, Any]] = []
    with open_store.opened(store) as kept:
        kept.check_pump(pump)
        with output.bar("Reading") as progress:
            logs = logs_of(kept, pump, progress)
        for log in logs:
            with output.bar(f"Sending {log.pump.pump}") as progress:
                found = nightscout.documents(log)
                sent = server.upload(kept, log.pump.pump, found, progress)
            rows.append({"pump": log.pump.pump, **asdict(sent), "untimed_records": log.untimed})
            if not as_json:
                tell_untimed(log)
    if as_json:
        output.print_json(rows)
        return
    for row in rows:
        text = f"{row['pump']}: {row['new']} new documents at {server.url}"
        there = row["known"] + row["kept"] + row["unchanged"]
        output.out.print(f"{text}, {there} were there.", markup=False)
    if not rows:
        output.note(f"{store} holds no record yet; bring a log with `basalt pull`.")


def tell_untimed(log: ExportLog) -> None:
    """Say what is left out, and what to do about it."""
    if log.untimed:
        output.note(
            f"{log.untimed:,} records of {log.pump.pump} are left out: the pump's clock was not"
            " set when it wrote them, nor later before its next start. Set it with"
            " `basalt time set` after each power-on."
        )
