"""Reads the project's own source files as syntax trees, for the tests of its shape."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FIRMWARE = ROOT / "firmware"


def files(*folders):
    """Every Python file below these folders of the project, sorted."""
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name(path):
    """A path as the project speaks of it: from its root, with slashes."""
    return path.relative_to(ROOT).as_posix()


def tree(path):
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=name(path))


def place(path, node):
    """'file:line' of a node, which most terminals make a link of."""
    return f"{name(path)}:{node.lineno}"


def imports(path):
    """(node, module) of each import in a file, wherever it stands; relative ones made absolute.

    `from a.b import c` counts as a.b.c when that is a module of the project, else as a.b.
    """
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = path.relative_to(FIRMWARE).parts[: -node.level]
                base = ".".join((*package, base)).rstrip(".")
            for alias in node.names:
                yield node, _module(base, alias.name)


def _module(base, attribute):
    spelled = FIRMWARE.joinpath(*base.split("."), attribute)
    if spelled.with_suffix(".py").exists() or (spelled / "__init__.py").exists():
        return f"{base}.{attribute}"
    return base
