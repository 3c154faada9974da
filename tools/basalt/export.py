"""The command `basalt export`: a store's log for other programs."""

import csv
import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from basalt import nightscout, open_store, output, tidepool
from basalt.export_log import ExportLog, logs_of
from basalt.store import Store
from basalt.upload import tell_untimed
from basalt.whole_file import replaced


class Format(StrEnum):
    """What other programs read."""

    TIDEPOOL = "tidepool"
    NIGHTSCOUT = "nightscout"
    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


_AT_ONCE = 10_000  # records

Rows = list[dict[str, Any]]
_DOCUMENTS: dict[Format, Callable[[ExportLog], Rows]] = {
    Format.TIDEPOOL: tidepool.records,
    Format.NIGHTSCOUT: nightscout.documents,
}


def command(
    store: Annotated[
        Path,
        typer.Option("--store", envvar="BASALT_STORE", help="SQLite file that keeps the log."),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", help="File to write, an earlier one is replaced; for parquet, a folder."
        ),
    ],
    form: Annotated[
        Format, typer.Option("--format", help="tidepool, nightscout, csv, jsonl or parquet.")
    ],
    pump: Annotated[str | None, typer.Option(help="Only this pump, by its number.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was written as JSON.")
    ] = False,
) -> None:
    """Write a store's log for other programs. Every record has an identity that never changes.

    tidepool: records of its data model. nightscout: treatments of API v3. csv, jsonl: the table of
    facts that a report is made from, described in basalt/facts.py. parquet: the same as a dataset
    partitioned by pump and day, for Spark, DuckDB and the like; --out names its folder, and what
    it holds of other pumps stays.
    """
    with open_store.opened(store) as kept:
        kept.check_pump(pump)
        if form in _DOCUMENTS:
            with output.bar("Reading") as progress:
                logs = logs_of(kept, pump, progress)
            count = _write_documents(logs, form, out)
        else:
            count = _write_facts(kept, pump, form, out)
    if as_json:
        output.print_json({"format": str(form), "out": str(out), "records": count})
    else:
        output.out.print(f"{out}: {count:,} records.", markup=False)


def _write_documents(logs: list[ExportLog], form: Format, out: Path) -> int:
    with output.bar("Converting"):
        rows = [row for log in logs for row in _DOCUMENTS[form](log)]
    with replaced(out) as file, output.bar("Writing") as progress:
        # One record a line: a difference between two exports can be read.
        before = "["
        for at in range(0, len(rows), _AT_ONCE):
            lines = [json.dumps(row) for row in rows[at : at + _AT_ONCE]]
            file.write(before + "\n" + ",\n".join(lines))
            before = ","
            progress(min(at + _AT_ONCE, len(rows)), len(rows))
        file.write("\n]\n" if rows else "[]\n")
    for log in logs:
        tell_untimed(log)
    return len(rows)


def _write_facts(store: Store, pump: str | None, form: Format, out: Path) -> int:
    from basalt import export_dataset  # Arrow takes long to import

    if form == Format.PARQUET:
        with output.bar("Writing") as progress:
            return export_dataset.write(store, pump, out, progress)
    count = 0
    with replaced(out) as file, output.bar("Writing") as progress:
        writer = csv.writer(file, lineterminator="\n")
        for table in export_dataset.tables(store, pump, progress):
            names: list[str] = table.column_names
            if form == Format.CSV and not count:
                writer.writerow(names)
            done = 0
            for batch in table.to_batches(_AT_ONCE):
                rows: Rows = batch.to_pylist()
                count += len(rows)
                done += len(rows)
                progress(done, table.num_rows)
                if form == Format.CSV:
                    writer.writerows([list(row.values()) for row in rows])
                else:
                    file.writelines(json.dumps(row) + "\n" for row in rows)
    return count
