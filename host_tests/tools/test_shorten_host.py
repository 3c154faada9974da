"""Shorter names of parameters change nothing that a program does."""

import ast

import pytest

from basalt.shorten import shorten


def shortened(text, **others):
    return shorten({"m": text, **others})["m"].strip()


def even(text):
    return ast.unparse(ast.parse(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "def f(self, dose_mu, *rest):\n    self.dose_mu = dose_mu + a",
            "def f(self, b, *rest):\n    self.dose_mu = b + a",
        ),
        (
            "def f(rows):\n    rows = [row for row in rows]\n    return rows",
            "def f(a):\n    a = [row for row in a]\n    return a",
        ),
        (
            "def f(step=1):\n    return step\nf(step=2)",
            "def f(step=1):\n    return step\nf(step=2)",
        ),
        ("def f(x):\n    return lambda: x", "def f(x):\n    return lambda: x"),
        (
            "def f(error):\n    try:\n        g()\n    except OSError as error:\n        g(error)",
            "def f(error):\n    try:\n        g()\n    except OSError as error:\n        g(error)",
        ),
    ],
)
def test_only_names_that_nobody_looks_up_become_letters(text, expected):
    assert shortened(text) == even(expected)


def test_a_name_that_another_module_passes_is_kept():
    assert "pin" in shortened("def f(pin):\n    return pin", other="import m\nm.f(pin=2)")


def test_a_name_that_a_caller_outside_passes_is_kept():
    sources = {"m": "def f(pin):\n    return pin"}
    assert "pin" in shorten(sources, callers=["import m\nm.f(pin=2)"])["m"]
    assert "pin" not in shorten(sources, callers=["import m\nm.f(2)"])["m"]


OWNER = """
class Owner:
    def __init__(self):
        self._first = 1
        self._second = 2
        self.seen = 3
    def _method(self):
        return self._first
"""


def attributes(source):
    return {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}


def test_private_attributes_become_letters_and_each_keeps_its_own():
    found = attributes(shortened(OWNER))
    assert "seen" in found and "_first" not in found and "_second" not in found
    assert len(found) == 3


def test_the_letters_do_for_other_modules_as_well():
    other = OWNER.replace("_first", "_third").replace("_second", "_fourth")
    sources = shorten({"m": OWNER, "n": other.replace("Owner", "Other")})
    assert attributes(sources["m"]) == attributes(sources["n"])


def test_a_class_has_no_letter_of_the_class_that_it_inherits_from():
    heir = (
        "from m import Owner\n"
        "class Heir(Owner):\n    def __init__(self):\n        self._third = self._first"
    )
    grand = "import n\nclass Grand(n.Heir):\n    def get(self):\n        self._fourth = 0"
    found = shorten({"n": heir, "m": OWNER, "o": grand})
    names = [attributes(source) - {"seen", "Heir"} for source in found.values()]
    assert len(names[0]) == 2 and len(names[1]) == 2 and len(names[2]) == 1
    assert not names[2] & (names[0] | names[1])
    assert len(names[0] & names[1]) == 1


def test_an_attribute_has_one_letter_wherever_it_is_looked_up():
    reader = "import m\ndef read(owner):\n    return owner._second"
    found = shorten({"m": OWNER, "n": reader})
    assert attributes(found["n"]) < attributes(found["m"])


@pytest.mark.parametrize(
    "keeps",
    [
        "class A:\n    _first = 0",
        "def _first():\n    pass",
        "getattr(owner, '_first')",
        "from m import _first",
        "_first = 2",
    ],
)
def test_a_private_name_that_is_looked_up_in_another_way_is_kept(keeps):
    assert "_first" in attributes(shorten({"m": OWNER, "n": keeps})["m"])


def test_a_private_attribute_that_a_caller_outside_looks_up_is_kept():
    assert "_first" in attributes(shorten({"m": OWNER}, callers=["owner._first = 2"])["m"])


def test_no_letter_is_one_that_somebody_has():
    taken = "".join(f"owner.{letter} = 0\n" for letter in "abcdefghij")
    found = attributes(shorten({"m": OWNER, "n": taken})["m"])
    assert not found & set("abcdefghij")
