"""Opens a store for a command, with a bar while one of an earlier version is brought up."""

from pathlib import Path

from basalt import output
from basalt.store import Store

_WHAT = "Bringing the store up to this version"


def opened(path: Path, create: bool = False) -> Store:
    """As `Store.open`."""
    with output.bar(_WHAT, at_once=False) as progress:
        return Store.open(path, create, progress)


def read(path: Path) -> Store:
    """As `Store.read`."""
    with output.bar(_WHAT, at_once=False) as progress:
        return Store.read(path, progress)
