"""Writes tools/COMMANDS.md, the manual of the command `basalt`, from what its parsers know.

Run as `python tools/write_commands.py`; with `--check` it writes nothing and fails when the manual
is not what the commands say of themselves.
"""

# What typer builds has no types.
# pyright: basic

import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "firmware"), str(ROOT / "tools/basalt/shims")]

from basalt import cli, errors  # noqa: E402

MANUAL = ROOT / "tools" / "COMMANDS.md"
SCHEMAS = ROOT / "tools" / "basalt" / "schemas"
HEAD = """\
# The commands of `basalt`

Made by `make documents` from the commands themselves; `basalt COMMAND --help` says the same. How they go together:
[README.md](README.md).

An option comes before its environment variable, and that before the file of `basalt config`. Data goes to standard output,
all else to standard error; progress bars and colours are for terminals, and `NO_COLOR` switches colours off. What `--json`
prints is described by a JSON Schema, which each command names.
"""
FILES = (
    (
        "config.toml",
        "Port and store that are meant where nothing else says; `basalt config` shows where it is and writes it."
        " `BASALT_CONFIG` names another file.",
    ),
    (
        "keys.json",
        "The keys of the pumps that this user's `basalt` is paired with, for this user alone. `BASALT_KEYS` names"
        " another file.",
    ),
    (
        "FILE.db",
        "A store: SQLite, its tables in [basalt/store_schema.py](basalt/store_schema.py).",
    ),
)
ENVIRONMENT = (
    ("NO_COLOR", "Anything: no colours, also on a terminal."),
    ("BASALT_DEBUG", "1: a bug shows where it is."),
)


def commands(found: Any, path: tuple[str, ...] = ("basalt",)) -> Iterator[tuple[str, Any]]:
    """Every command by what a person types."""
    if hasattr(found, "commands"):
        for name, each in found.commands.items():
            yield from commands(each, (*path, name))
    else:
        yield " ".join(path), found


def manual() -> str:
    """All of it."""
    found = sorted(commands(cli.everything()), key=lambda one: one[0])
    lines = [HEAD]
    lines += [f"- [`{path}`](#{_anchor(path)}) {_first(command.help)}" for path, command in found]
    for path, command in found:
        lines += ["", *_page(path, command)]
    lines += ["", "## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {code} | {meaning} |" for code, meaning in _exit_codes()]
    lines += ["", "## Files", "", "| file | what it is |", "|---|---|"]
    lines += [f"| `{name}` | {text} |" for name, text in FILES]
    lines += ["", "## Environment", "", "| variable | what it does |", "|---|---|"]
    lines += [f"| `{name}` | {text} |" for name, text in _variables(found)]
    return "\n".join(lines) + "\n"


def _page(path: str, command: Any) -> Iterator[str]:
    yield f"## {path}"
    yield ""
    yield f"    {_synopsis(path, command)}"
    for paragraph in (command.help or "").split("\n\n"):
        yield ""
        yield " ".join(paragraph.split())
    yield ""
    yield "| option | what it says |"
    yield "|---|---|"
    for one in command.params:
        if not getattr(one, "hidden", False):
            yield f"| {_names(one)} | {_meaning(one)} |"
    yield ""
    yield "Example:"
    yield ""
    yield f"    {command.epilog.removeprefix('Example: ')}"
    name = path.removeprefix("basalt ").replace(" ", "-")
    if (SCHEMAS / f"{name}.json").exists():
        yield ""
        yield f"`--json` prints [schemas/{name}.json](basalt/schemas/{name}.json)."


def _synopsis(path: str, command: Any) -> str:
    words = [path]
    for one in command.params:
        if one.param_type_name == "argument":
            word = _metavar(one) + (" ..." if one.nargs != 1 else "")
        else:
            word = "/".join([one.opts[0], *one.secondary_opts])
            word += "" if one.is_flag else f" {_metavar(one)}"
            word += " ..." if one.multiple else ""
        words.append(word if one.required else f"[{word}]")
    return " ".join(words)


def _names(one: Any) -> str:
    if one.param_type_name == "argument":
        return f"`{_metavar(one)}`"
    names = [*one.opts, *one.secondary_opts]
    value = "" if one.is_flag else f" {_metavar(one)}"
    return ", ".join(f"`{name}{value}`" for name in names).replace("|", "\\|")


def _metavar(one: Any) -> str:
    kind = getattr(getattr(one, "type_descriptor", None), "annotation", None)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "|".join(str(choice.value) for choice in kind)
    name = one.name if one.param_type_name == "argument" else one.opts[0].lstrip("-")
    return str(name).upper()


def _meaning(one: Any) -> str:
    text = (one.help or "").replace("|", "\\|")
    more: list[str] = []
    if one.required:
        more.append("Needed.")
    elif one.default is not None and not getattr(one, "is_flag", False):
        more.append(f"Default: {getattr(one.default, 'value', one.default)}.")
    if one.envvar:
        more.append(f"Environment: `{one.envvar}`.")
    return " ".join([text, *more]).strip()


def _first(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())


def _anchor(path: str) -> str:
    return path.replace(" ", "-")


def _exit_codes() -> Iterator[tuple[str, str]]:
    for line in (errors.__doc__ or "").splitlines():
        code, _, meaning = line.strip().partition("  ")
        if code.isdecimal():
            yield code, meaning.strip()
        elif line.startswith("130 "):
            yield "130", line.removeprefix("130 ").strip()


def _variables(found: list[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    named = {
        str(one.envvar): f"`{one.opts[0]}` where it is not given."
        for _, command in found
        for one in command.params
        if one.envvar
    }
    named["BASALT_CONFIG"] = "Another config file."
    named["BASALT_KEYS"] = "Another file of keys."
    yield from sorted({**named, **dict(ENVIRONMENT)}.items())


def main() -> int:
    """Write, or check; 1 when a check fails."""
    text = manual()
    if "--check" in sys.argv:
        if MANUAL.read_text(encoding="utf-8") != text:
            print("tools/COMMANDS.md is not what the commands say; run `make documents`.")  # noqa: T201
            return 1
        return 0
    MANUAL.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
