"""Keeps the flash of a virtual pump in a file, whole at any moment."""

import os
from pathlib import Path

from basalt.errors import Problem


def read_flash(path: Path | None, size: int) -> bytes | None:
    """The image in the file; None when there is no file yet. Problem when it is something else."""
    if path is None or not path.exists():
        return None
    try:
        image = path.read_bytes()
    except OSError as error:
        raise Problem(f"The flash file {path} cannot be read: {error.strerror}.") from error
    if len(image) != size:
        raise Problem(
            f"{path} is no flash of a virtual pump: it has {len(image):,} bytes, not {size:,};"
            " nothing in it was touched."
        )
    return image


def write_flash(path: Path, image: bytes) -> None:
    """Replace the file at once."""
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.write_bytes(image)
        os.replace(fresh, path)
    except OSError as error:
        raise Problem(f"The flash file {path} cannot be written: {error.strerror}.") from error
