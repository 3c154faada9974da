"""Every command says what it does, with an example that it takes; colours are for terminals."""

import os
import shlex
import subprocess
import sys

import pytest

from host_tests.tools.exported import PUMP, keep
from host_tests.tools.made_log import new_pump, raw_log
from host_tests.tools.running import basalt, commands

ALL = [pytest.param(name, command, id=name.replace(" ", "-")) for name, command in commands()]
each_command = pytest.mark.parametrize(("name", "command"), ALL)


@each_command
def test_help_says_what_it_does_with_each_option_and_an_example(name, command):
    ran = basalt(*name.split(), "--help")
    assert (ran.code, ran.err) == (0, "")
    words = " ".join(ran.out.split())
    assert (command.help or "").split(".")[0].split()[0] in words
    assert command.epilog in words
    for option in command.params:
        assert option.help, f"{name} does not say what {option.opts[0]} is"


@each_command
def test_its_example_is_a_call_that_it_takes(name, command):
    program, *given = shlex.split(command.epilog.removeprefix("Example: "))
    own = given[len(name.split()) :]
    assert [program, *given[: len(name.split())]] == ["basalt", *name.split()]
    known = {text for option in command.params for text in option.opts}
    assert {text for text in own if text.startswith("--")} <= known
    needed = {
        option.opts[0]
        for option in command.params
        if option.required and option.param_type_name == "option" and not option.envvar
    }
    assert needed <= set(own)


@each_command
def test_a_page_of_the_manual_is_made_of_each(name, command):
    from basalt import paths

    manual = (paths.root() / "tools" / "COMMANDS.md").read_text(encoding="utf-8")
    assert f"\n## basalt {name}\n" in manual


def on_terminal(*arguments, **environment):
    """What a program writes when its output is a terminal."""
    ours, theirs = os.openpty()
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    env = {**clean, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "basalt.cli", *map(str, arguments)]
    with subprocess.Popen(
        command, stdout=theirs, stderr=theirs, env={**env, **environment}
    ) as ran:
        os.close(theirs)
        said = b""
        while True:
            try:
                said += os.read(ours, 65_536)
            except OSError:  # it has ended
                break
    os.close(ours)
    assert ran.returncode == 0, said
    return said


ANY_COLOUR = b"\x1b[3"


@pytest.fixture
def store(tmp_path):
    return keep(tmp_path / "a.db", raw_log(new_pump()))


def test_colours_are_for_terminals_and_not_for_those_who_want_none(store):
    words = ("log", "--store", store, "--pump", PUMP)
    shown = on_terminal(*words)
    assert ANY_COLOUR in shown
    assert ANY_COLOUR not in on_terminal(*words, NO_COLOR="1")
    assert ANY_COLOUR not in on_terminal("log", "--help", NO_COLOR="1")
    assert "\x1b" not in basalt(*words).out
