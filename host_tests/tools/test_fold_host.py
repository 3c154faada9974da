"""Folding puts numbers where names of constants stood, and changes nothing else."""

import ast

import pytest

from basalt.fold import fold

EVENTS = '''"""Numbers."""
from micropython import const
BOOT = const(1)
LOST = const(-2)
_HIDDEN = const(3)
TABLE = (BOOT, LOST)
'''


def folded(text, **others):
    """The text of a module beside the one with the constants, folded and made even."""
    sources = {"pump.core.events": EVENTS, "pump.app": text, **others}
    return fold(sources)["pump.app"].strip()


def even(text):
    return ast.unparse(ast.parse(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from pump.core import events\nx = events.BOOT", "x = 1"),
        ("from pump.core import events as ev\nx = [ev.LOST]", "x = [-2]"),
        ("from pump.core.events import BOOT as B, LOST\nx = B - LOST", "x = 1 - -2"),
        (
            "from pump.core import events\nx = events.TABLE, events.BOOT",
            "from pump.core import events\nx = (events.TABLE, 1)",
        ),
        (
            "from pump.core import events\ndef f(events):\n    return events.BOOT",
            "from pump.core import events\ndef f(events):\n    return events.BOOT",
        ),
        (
            "from pump.core.events import BOOT\ndef f():\n    for BOOT in (5,):\n        g(BOOT)",
            "def f():\n    for BOOT in (5,):\n        g(BOOT)",
        ),
        (
            "from micropython import const\nA = const(4)\n_B = const(5)\nx = A + _B",
            "_B = const(5)\nx = 4 + _B",
        ),
        (
            "import time\nfrom array import array\nx = 1",
            "import time\nfrom array import array\nx = 1",
        ),
    ],
)
def test_a_constant_of_another_module_becomes_its_value(text, expected):
    assert folded(text) == even(expected)


def test_what_a_module_gave_to_others_is_gone_from_it_and_the_rest_is_there():
    left = fold({"pump.core.events": EVENTS, "pump.app": ""})["pump.core.events"]
    names = {"const": int}  # the compiler's
    exec(left, names)
    assert names["TABLE"] == (1, -2)
    assert "BOOT" not in names and names["_HIDDEN"] == 3


def test_a_module_that_a_function_imports_keeps_its_constants():
    late = "def f():\n    from pump.core import events\n    return events.BOOT"
    both = fold({"pump.core.events": EVENTS, "pump.app": late})
    assert "BOOT = const(1)" in both["pump.core.events"]
    assert both["pump.app"].strip() == even(late)
