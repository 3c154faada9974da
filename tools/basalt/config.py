"""The user's config file: which port and which store are meant when a command does not say.

A TOML file with the keys `port` and `store`, in the place that the system keeps such files in, or
where BASALT_CONFIG says. An option given to a command comes first, then its environment variable,
then this file.
"""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import platformdirs

from basalt.errors import Problem, WrongInput
from basalt.whole_file import replaced

KEYS = ("port", "store")
# Commands that take each: the names under which typer looks.
_TAKES = {
    "port": (
        *("flash", "selftest", "doctor", "calibrate"),
        *("status", "monitor", "pull", "time show", "time set", "settings show", "settings set"),
        *("settings activate", "settings name"),
        *("pair", "bolus", "temporary", "stop", "suspend", "resume", "outcome"),
    ),
    "store": ("pull", "log", "report", "import", "pumps", "export", "upload"),
}


def path() -> Path:
    """Where the file is, whether it is there or not."""
    given = os.environ.get("BASALT_CONFIG")
    return Path(given) if given else platformdirs.user_config_path("basalt") / "config.toml"


def read() -> dict[str, str]:
    """What the file says; WrongInput when it is none."""
    place = path()
    try:
        found = tomllib.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise WrongInput(f"{place} cannot be read as a config file: {error}.") from error
    for key, value in found.items():
        if key not in KEYS or not isinstance(value, str):
            raise WrongInput(f"{place}: {key} is no setting; there are: {', '.join(KEYS)}.")
    return found


def write(changes: dict[str, str | None]) -> dict[str, str]:
    """Take over what is given, '' removes; what the file says then."""
    values = {**read(), **{key: text for key, text in changes.items() if text is not None}}
    values = {key: text for key, text in values.items() if text}
    place = path()
    # A JSON string is a TOML string.
    lines = [f"{key} = {json.dumps(text)}\n" for key, text in values.items()]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f"{place} cannot be written: {error.strerror}.") from error
    with replaced(place) as file:
        file.writelines(lines)
    return values


def defaults() -> dict[str, Any]:
    """What the file says, as typer takes defaults: for each command, by option."""
    found: dict[str, Any] = {}
    for key, value in read().items():
        for command in _TAKES[key]:
            place = found
            for word in command.split():
                place = place.setdefault(word, {})
            place[key] = value
    return found
