"""Holds what the commands print for programs to the JSON Schemas in tools/basalt/schemas."""

import json
from functools import cache

import jsonschema

from basalt import paths

FOLDER = paths.PACKAGE / "schemas"
LINES = {"monitor"}  # the schema is that of a line


def names():
    """Every schema there is."""
    return {path.stem for path in FOLDER.glob("*.json")}


@cache
def schema(name):
    """One of them."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@cache
def _validator(name):
    return jsonschema.Draft202012Validator(schema(name))


def faults(name, value):
    """What is wrong with a value, in words."""
    return [f"{fault.json_path}: {fault.message}" for fault in _validator(name).iter_errors(value)]


def command_of(arguments):
    """The schema of a call of `basalt`: its one or two words."""
    words = [text for text in arguments if not text.startswith("-")][:2]
    return next((name for name in ("-".join(words), *words[:1]) if name in names()), None)


def check(arguments, printed):
    """A call of `basalt` with --json printed this: it must be what its schema says."""
    name = command_of(arguments)
    assert name, f"no schema for {arguments}"
    texts = printed.splitlines() if name in LINES else [printed]
    for text in texts:
        assert faults(name, json.loads(text)) == [], f"{name}: {text[:500]}"
