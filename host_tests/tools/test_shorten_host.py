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
