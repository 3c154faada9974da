"""Writes a file so that it is there whole, or the earlier one is: also when the disk is full."""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from basalt.errors import Problem, WrongInput


@contextmanager
def replaced_bytes(path: Path) -> Generator[BinaryIO]:
    """A file that takes the place of `path` when all of it is written, and not before."""
    if path.is_dir():
        raise WrongInput(f"{path} is a folder; name a file.")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise Problem(f"{path} cannot be written: {error.strerror}.") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield cast(BinaryIO, file)
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise Problem(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replaced(path: Path) -> Generator[TextIO]:
    """The same for text, in UTF-8."""
    with replaced_bytes(path) as file, TextIOWrapper(file, "utf-8", newline="\n") as text:
        yield text
