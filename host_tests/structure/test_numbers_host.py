"""Holds the core to small integers: no float, no true division, nothing wider than 31 bits."""

import ast

import pytest

from host_tests.structure import source

SMALL_INTEGER_MOST = 0x3FFFFFFF
FLOAT_MAKERS = {"float", "complex", "math", "cmath", "time_ns", "Fraction", "Decimal"}


def floats(path):
    """'file:line what' of everything in a file that is, or makes, a float."""
    for node in ast.walk(source.tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield f"{source.place(path, node)} {node.value}"
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield f"{source.place(path, node)} true division"
        elif isinstance(node, ast.Name) and node.id in FLOAT_MAKERS:
            yield f"{source.place(path, node)} {node.id}"
        elif isinstance(node, ast.alias) and node.name in FLOAT_MAKERS:
            yield f"{source.place(path, node)} {node.name}"


def wide_integers(path):
    """'file:line value' of each literal beyond the 31 bits of a small integer."""
    for node in ast.walk(source.tree(path)):
        whole = isinstance(node, ast.Constant) and type(node.value) is int
        if whole and node.value > SMALL_INTEGER_MOST:
            yield f"{source.place(path, node)} {node.value}"


@pytest.mark.parametrize("path", source.files("firmware/pump/core"), ids=source.name)
def test_the_core_has_no_float(path):
    assert list(floats(path)) == []


@pytest.mark.parametrize("path", source.files("firmware/pump/core"), ids=source.name)
def test_the_core_names_no_integer_that_the_board_would_allocate(path):
    assert list(wide_integers(path)) == []


@pytest.mark.parametrize(
    "text", ["x = 0.5", "x = 1 / 2", "x = 1\nx /= 2", "x = float(1)", "import math", "x = 1e3"]
)
def test_a_float_is_found(tmp_path, monkeypatch, text):
    assert len(list(floats(planted(tmp_path, monkeypatch, text)))) == 1


def test_a_wide_integer_is_found(tmp_path, monkeypatch):
    path = planted(tmp_path, monkeypatch, "x = 0x40000000\ny = 0x3FFFFFFF\n")
    assert len(list(wide_integers(path))) == 1


def planted(tmp_path, monkeypatch, text):
    """A file with this text in an empty project."""
    monkeypatch.setattr(source, "ROOT", tmp_path)
    path = tmp_path / "x.py"
    path.write_text(text)
    return path
