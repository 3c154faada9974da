"""Keeps the keys of the pumps that this computer is paired with, for its user alone to read."""

import json
import os
from pathlib import Path

import typer

from basalt.errors import Problem


def path() -> Path:
    """The file: BASALT_KEYS, or keys.json in the folder where this system keeps settings."""
    named = os.environ.get("BASALT_KEYS")
    return Path(named) if named else Path(typer.get_app_dir("basalt")) / "keys.json"


def load(unique_id: str) -> bytes | None:
    """The key for a pump, 32 bytes; None when this computer is not paired with it."""
    text = _read().get(unique_id)
    return bytes.fromhex(text) if text else None


def save(unique_id: str, key: bytes) -> None:
    """Keep a key, in place of an earlier one for the same pump. Problem when it cannot be kept."""
    kept = _read()
    kept[unique_id] = key.hex()
    place = path()
    half = place.with_name(place.name + ".new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        half.unlink(missing_ok=True)
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(kept, file, indent=2)
        half.replace(place)
    except OSError as error:
        raise Problem(f"The key cannot be kept in {place} ({error.strerror}).") from error


def _read() -> dict[str, str]:
    place = path()
    try:
        found: dict[str, str] = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Problem(
            f"The keys in {place} cannot be read ({error}); repair the file, or remove it and pair"
            " again."
        ) from error
    return found
