"""Holds the layers of the firmware: who may import whom, and that nothing happens at import."""

import ast

import pytest

from host_tests.structure import source

PURE = ("micropython", "struct", "binascii", "array")
# What has no layer may be used by all: it holds a few constants and imports nothing.
COMMON = ("pump.version",)

# layer: (what of ours, what of MicroPython's own)
LAYERS = {
    "pump/core": (("pump.core",), PURE),
    "pump/ui": (("pump.core", "pump.ui"), PURE),
    "pump/storage": (("pump.core", "pump.storage"), (*PURE, "errno")),
    "pump/link": (("pump.core", "pump.link"), (*PURE, "hashlib")),
    "pump/drivers": ((), PURE),
    "pump/ports/any.py": ((), (*PURE, "machine", "time")),
    "pump/ports/rp2.py": ((), (*PURE, "machine", "time", "rp2", "uctypes")),
    "pump/ports/esp32.py": ((), (*PURE, "machine", "time", "esp32")),
    "pump/ports/__init__.py": ((), ()),
    "pump/hardware.py": (
        ("pump.drivers", "pump.parts"),
        (*PURE, "machine", "time", "os", "sys", "gc", "select", "framebuf"),
    ),
    "pump/parts.py": (
        ("pump.drivers", "pump.ports", "pump.extras"),
        (*PURE, "machine", "time", "os", "framebuf"),
    ),
    "pump/extras.py": (("pump.drivers", "pump.ports"), (*PURE, "machine", "time")),
    "pump/app.py": (
        ("pump.core", "pump.ui", "pump.storage", "pump.drivers", "pump.checks", "pump.talk"),
        (*PURE, "gc", "sys"),
    ),
    "pump/talk.py": (("pump.core", "pump.link"), PURE),
    "pump/checks.py": (("pump.core",), PURE),
    "pump/version.py": ((), ("micropython",)),
    "pump/__init__.py": ((), ()),
    "pack.py": (("pump",), (*PURE, "io", "sys", "vfs")),
    "boot.py": (("board", "pack", "pump"), ("machine",)),
    "main.py": (("board", "pump"), ("gc",)),
}
# These two are what the board runs at power-on.
RUN_AT_POWER_ON = ("firmware/boot.py", "firmware/main.py")

# Calls that build a constant, and decorators that only wrap what they stand above.
BUILDERS = {
    "const",
    "layout",
    "struct.calcsize",
    "bytes",
    "bytearray",
    "tuple",
    "range",
    "len",
    "frozenset",
    "dict",
    "min",
    "max",
}
DECORATORS = {
    "property",
    "staticmethod",
    "classmethod",
    "micropython.native",
    "micropython.viper",
    "rp2.asm_pio",
    "asm_pio",
}


def layer_of(path):
    """The row of the table that a firmware file belongs to, or None."""
    inside = path.relative_to(source.FIRMWARE).as_posix()
    found = [layer for layer in LAYERS if inside == layer or inside.startswith(layer + "/")]
    return LAYERS[found[0]] if found else None


def allowed(module, names):
    """True when the module is one of these, or inside one of them."""
    return any(module == name or module.startswith(name + ".") for name in names)


def broken_imports(path):
    """'file:line imports module' for each import that the file's layer may not have."""
    ours, theirs = layer_of(path)
    return [
        f"{source.place(path, node)} imports {module}"
        for node, module in source.imports(path)
        if not allowed(module, (*ours, *theirs, *COMMON))
    ]


@pytest.mark.parametrize("path", source.files("firmware"), ids=source.name)
def test_a_file_imports_only_what_its_layer_may(path):
    assert layer_of(path), f"{source.name(path)} is in no layer: add it to the table"
    assert broken_imports(path) == []


@pytest.mark.parametrize("path", source.files("firmware", "boards"), ids=source.name)
def test_nothing_happens_at_import(path):
    if source.name(path) not in RUN_AT_POWER_ON:
        assert list(acts(path, source.tree(path).body)) == []


def acts(path, body):
    """'file:line' of each statement of a module or class body that does more than define."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from acts(path, node.body)
        if not defines(node):
            yield source.place(path, node)


def defines(node):
    """True for a statement that only names something: an import, a table, a function."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return all(wraps(decorator) for decorator in node.decorator_list)
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Pass):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
        return all(builds(call.func) for call in calls)
    return False


def builds(function):
    """True when a call at module level only makes a constant: const(7), bytes((1, 2))."""
    return ast.unparse(function) in BUILDERS


def wraps(decorator):
    """True for a decorator of the list, called or not, and for a property's setter."""
    name = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
    return name in DECORATORS or name.endswith(".setter")


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("pump/core/x.py", "import machine"),
        ("pump/core/x.py", "from pump.storage import journal"),
        ("pump/core/x.py", "def f():\n    import time\n"),
        ("pump/core/x.py", "from ..link import frame"),
        ("pump/ui/x.py", "from pump.drivers import buttons"),
        ("pump/drivers/x.py", "from machine import Pin"),
        ("pump/ports/any.py", "import rp2"),
        ("pump/app.py", "from pump import hardware"),
        ("pump/hardware.py", "import pump.core.events"),
    ],
)
def test_a_wrong_import_is_found(tmp_path, monkeypatch, where, text):
    path = planted(tmp_path, monkeypatch, where, text)
    assert len(broken_imports(path)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "START = now()",
        "print(1)",
        "for i in range(3):\n    T = i\n",
        "class A:\n    table = build()\n",
        "@register\ndef f():\n    pass\n",
        "if True:\n    X = 1\n",
        "X = [f(i) for i in (1, 2)]",
    ],
)
def test_an_act_at_import_is_found(tmp_path, monkeypatch, text):
    path = planted(tmp_path, monkeypatch, "pump/core/x.py", text)
    assert len(list(acts(path, source.tree(path).body))) == 1


def planted(tmp_path, monkeypatch, where, text):
    """A file with this text at this place of a firmware that holds only it and hardware.py."""
    monkeypatch.setattr(source, "ROOT", tmp_path)
    monkeypatch.setattr(source, "FIRMWARE", tmp_path / "firmware")
    path = tmp_path / "firmware" / where
    path.parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "firmware/pump/hardware.py").write_text("")
    path.write_text(text)
    return path
