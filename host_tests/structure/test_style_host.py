"""Holds what a formatter cannot: docstrings, no mocks, no sleeping, portable tests."""

import ast

import pytest

from host_tests.structure import source

ALL = source.files("firmware", "boards", "tools", "host_tests")
TESTS = source.files("host_tests")
PORTABLE_FOLDERS = ("core", "ui", "storage", "link", "fakes", "vm")
PORTABLE = [
    path
    for folder in PORTABLE_FOLDERS
    for path in sorted((source.ROOT / "host_tests" / folder).glob("test_*.py"))
    if not path.stem.endswith("_host")
]
# On both Pythons; the rest of what a portable test imports is ours.
ON_BOTH = {
    "pump",
    "host_tests",
    "micropython",
    "struct",
    "binascii",
    "array",
    "gc",
    "errno",
    "framebuf",
}
# A file that cannot be read in one sitting has more than one duty.
MOST_LINES = 700


@pytest.mark.parametrize("path", ALL, ids=source.name)
def test_the_first_line_of_a_file_says_its_duty(path):
    duty = (ast.get_docstring(source.tree(path)) or "").partition("\n")[0]
    assert len(duty) >= 10, "no docstring, or one that says nothing"
    assert duty[-1] in ".:!?", "the first line of the docstring is not a whole sentence"


@pytest.mark.parametrize("path", source.files("firmware"), ids=source.name)
def test_a_firmware_file_can_be_read_in_one_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", TESTS, ids=source.name)
def test_no_mock_is_used(path):
    for node, module in source.imports(path):
        assert "mock" not in module.split("."), source.place(path, node)


def may_not_sleep(path):
    """True for a test or a fake; a bench that serves other processes has to wait for them."""
    return path.name.startswith("test_") or "fakes" in path.parts


@pytest.mark.parametrize("path", list(filter(may_not_sleep, TESTS)), ids=source.name)
def test_no_test_sleeps(path):
    for node in ast.walk(source.tree(path)):
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in ("time.sleep", "sleep"), source.place(path, node)


@pytest.mark.parametrize("path", PORTABLE, ids=source.name)
def test_a_portable_test_needs_nothing_of_cpython(path):
    for node, module in source.imports(path):
        assert module.split(".")[0] in ON_BOTH, f"{source.place(path, node)} imports {module}"
    for node in source.tree(path).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            assert not node.args.args, f"{source.place(path, node)} wants a fixture"
            assert not node.decorator_list, f"{source.place(path, node)} is decorated"


@pytest.mark.parametrize("path", TESTS, ids=source.name)
def test_no_two_tests_of_a_file_have_one_name(path):
    names = [n.name for n in source.tree(path).body if isinstance(n, ast.FunctionDef)]
    assert sorted(set(names)) == sorted(names)
