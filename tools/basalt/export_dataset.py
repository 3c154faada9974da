"""The facts of a store as a Parquet dataset partitioned by pump and day: pump=ID/day=YYYY-MM-DD/.

The folder of a pump is written beside and put in place when all of it is there, so that a dataset
that is read meanwhile is the old or the new one, and writing twice is the same as once.
"""

# Arrow has no types.
# pyright: basic

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from basalt import facts, history_reader
from basalt.errors import Problem, WrongInput
from basalt.progress import Progress, tell_nobody
from basalt.store import Store

_PARTITIONS = pa.schema([("pump", pa.string()), ("day", pa.string())])
_MOST_DAYS = 100_000


def tables(store: Store, pump: str | None, progress: Progress = tell_nobody) -> Iterator[Any]:
    """The facts of each pump, with their identities; `progress(done, of)` counts its records."""
    for each in store.pumps():
        if pump in (None, each.pump):
            damaged = len(store.damaged(each.pump))
            log, gaps = store.log(each.pump), store.gaps(each.pump)
            history = history_reader.read(log, gaps, damaged, progress=progress)
            table = facts.table(history)
            yield table.add_column(0, "id", [facts.identities(table)])


def write(store: Store, pump: str | None, out: Path, progress: Progress) -> int:
    """Write the dataset; how many facts it has of these pumps."""
    if out.exists() and not out.is_dir():
        raise WrongInput(f"{out} is a file; name a folder for the dataset.")
    count = 0
    try:
        out.mkdir(parents=True, exist_ok=True)
        for table in tables(store, pump, progress):
            _write_pump(table, out)
            count += table.num_rows
    except OSError as error:
        raise Problem(f"{out} cannot be written: {error.strerror or error}.") from error
    return count


def _write_pump(table: Any, out: Path) -> None:
    if not table.num_rows:
        return
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=out) as folder:
        ds.write_dataset(
            table.sort_by([("day", "ascending")]),
            folder,
            format="parquet",
            partitioning=ds.partitioning(_PARTITIONS, flavor="hive"),
            max_partitions=_MOST_DAYS,
            basename_template="facts-{i}.parquet",
        )
        (made,) = Path(folder).iterdir()
        place = out / made.name
        if place.exists():
            shutil.move(place, Path(folder) / "old")
        made.rename(place)
