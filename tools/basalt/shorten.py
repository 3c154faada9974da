"""Gives parameters that nobody passes by name the same few letters for names.

MicroPython keeps the name of every parameter in memory, once, among all names: 130 names that
nobody ever looks up, and the table they stand in doubles when it is full. What a traceback shows,
names of functions and modules, stays as it is.
"""

import ast
from collections.abc import Iterable
from string import ascii_lowercase


def shorten(sources: dict[str, str], callers: Iterable[str] = ()) -> dict[str, str]:
    """The sources of a whole program with its parameters renamed; they mean the same.

    `callers`: sources that stay as they are and call into these.
    """
    trees = {name: ast.parse(source) for name, source in sources.items()}
    nodes = [node for tree in trees.values() for node in ast.walk(tree)]
    outside = [node for source in callers for node in ast.walk(ast.parse(source))]
    passed = {node.arg for node in (*nodes, *outside) if isinstance(node, ast.keyword)}
    for node in nodes:
        if isinstance(node, ast.FunctionDef) and not _has_scopes(node):
            _rename(node, passed)
    return {name: ast.unparse(tree) + "\n" for name, tree in trees.items()}


def _has_scopes(function: ast.FunctionDef) -> bool:
    inner = (ast.FunctionDef, ast.Lambda, ast.ClassDef)
    return any(isinstance(node, inner) for node in ast.walk(function) if node is not function)


def _rename(function: ast.FunctionDef, passed: set[str | None]) -> None:
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    taken = {node.id for node in names} | {node.arg for node in function.args.args}
    # An except that binds a name has it as a text, not as a node.
    kept = passed | {n.name for n in ast.walk(function) if isinstance(n, ast.ExceptHandler)}
    letters = iter([letter for letter in ascii_lowercase if letter not in taken])
    for parameter in function.args.args:
        if parameter.arg in kept or parameter.arg == "self":
            continue
        letter = next(letters)
        for node in names:
            if node.id == parameter.arg:
                node.id = letter
        parameter.arg = letter
