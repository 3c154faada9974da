"""The command `basalt import`: the logs of other stores, and of the page, into one."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from basalt import open_store, output, saved_log, store_merge
from basalt.errors import WrongInput
from basalt.store import Store


def command(
    files: Annotated[
        list[Path], typer.Argument(help="Stores, or logs saved by the page; left as they are.")
    ],
    store: Annotated[
        Path, typer.Option("--store", envvar="BASALT_STORE", help="SQLite file that takes them.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring the logs of other stores into one: what two people pulled from one pump is one log.

    A log that was saved by the page in the browser is read as a store is.

    Records that are there already are left as they are, so that importing twice adds nothing. Each
    file comes whole or not at all.
    """
    merged: list[store_merge.Merged] = []
    is_new = not store.exists()
    try:
        for file in files:
            found = _import(file, store)
            merged += found
            if not found and not as_json:
                output.note(f"{file} holds no pump; nothing was imported from it.")
    finally:
        if is_new and not merged:  # an empty store would only puzzle
            store.unlink(missing_ok=True)
    if as_json:
        output.print_json([asdict(each) for each in merged])
        return
    for each in merged:
        if each.told_apart:
            output.note(
                f"{store} has another log of {each.source}: it was erased or lost its newest"
                f" records, or two pumps have one number. This one is kept beside it, as"
                f" {each.pump}."
            )
        output.out.print(
            f"{each.new_records:,} new records of {each.pump}, of {each.records:,} in the file.",
            markup=False,
        )


def _import(file: Path, store: Path) -> list[store_merge.Merged]:
    if file.exists() and file.resolve() == store.resolve():
        raise WrongInput(f"{file} is the store itself; name another file to import.")
    with (
        _open(file) as other,
        open_store.opened(store, create=True) as into,
        output.bar(f"Importing {file.name}") as progress,
    ):
        return store_merge.merge(into, other, progress)


def _open(file: Path) -> Store:
    """What is in a file of either kind, never written."""
    if file.is_file() and saved_log.is_saved_log(file):
        return saved_log.read(file)
    return open_store.read(file)
