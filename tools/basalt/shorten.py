"""Gives names that nobody outside looks up a few letters: of parameters and of private attributes.

MicroPython keeps every name in memory, once, and the table they stand in doubles when it is full,
by 8 kB at the 1270th. Parameters that nobody passes by name are 130 of them. Private attributes
are 250: each gets a letter that no other one has in its module, or in one whose classes it
inherits from or to, so that a few dozen letters do for all. What a traceback shows, names of
functions and modules, stays as it is.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from string import ascii_letters, ascii_lowercase


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
    _rename_attributes(trees, outside)
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


def _rename_attributes(trees: dict[str, ast.Module], outside: list[ast.AST]) -> None:
    houses = _houses(trees)
    where: dict[str, set[int]] = defaultdict(set)  # an attribute's name: where it is used
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                where[node.attr].add(houses[module])
    kept = _named(trees.values()) | {n.attr for n in outside if isinstance(n, ast.Attribute)}
    private = {name for name in where if _is_private(name) and name not in kept}
    letters = _letters(set(where))
    given: dict[str, str] = {}
    taken: dict[str, set[int]] = {}  # letters that were given away, and where they stand
    for name in sorted(private, key=lambda name: (-len(where[name]), name)):
        free = (letter for letter, places in taken.items() if not places & where[name])
        letter = next(free, None) or next(letters)
        taken.setdefault(letter, set()).update(where[name])
        given[name] = letter
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                node.attr = given.get(node.attr, node.attr)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def _letters(taken: set[str]) -> Iterator[str]:
    """Names that nobody has, the shortest first."""
    for first in ("", *ascii_letters):
        for letter in ascii_letters:
            if first + letter not in taken:
                yield first + letter


def _named(trees: Iterable[ast.Module]) -> set[str]:
    """Names of functions, classes, variables, imports, and texts that may be names."""
    found: set[str] = set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.update((node.asname or node.name).split("."))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
    return found


def _houses(trees: dict[str, ast.Module]) -> dict[str, int]:
    """A number for each module; modules whose classes inherit from each other have the same."""
    classes: dict[str, set[str]] = defaultdict(set)  # a class's name: modules that define it
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                classes[node.name].add(module)
    houses = {module: number for number, module in enumerate(trees)}
    for module, tree in trees.items():
        for node in (n for n in ast.walk(tree) if isinstance(n, ast.ClassDef)):
            for base in node.bases:
                name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
                for other in classes[name]:
                    old, new = houses[other], houses[module]
                    houses = {m: new if h == old else h for m, h in houses.items()}
    return houses
