"""Runs `basalt` in this process, and says what it printed and how it ended."""

import contextlib
import io
from dataclasses import dataclass

from basalt import cli
from host_tests.tools import schemas


@dataclass(frozen=True)
class Ran:
    """One call of the command."""

    code: int
    out: str
    err: str


def basalt(*arguments):
    """Call it as a shell would. What it prints for programs is held to its schema."""
    given = [str(argument) for argument in arguments]
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main(given)
        except SystemExit as end:
            code = end.code or 0
    if "--json" in given and out.getvalue():
        schemas.check(given, out.getvalue())
    return Ran(code, out.getvalue(), err.getvalue())


def failed(ran, code, *words):
    """It ended with this code, one sentence that has these words, and no traceback."""
    assert ran.code == code, ran
    assert ran.out == ""
    assert "Traceback" not in ran.err
    lines = ran.err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("basalt: "), ran.err
    for word in words:
        assert word in lines[0], ran.err


def commands(found=None, path=()):
    """(name, command) of each command, as a person types it."""
    found = found if found is not None else cli.everything()
    if hasattr(found, "commands"):
        for name, each in found.commands.items():
            yield from commands(each, (*path, name))
    else:
        yield " ".join(path), found
