"""Runs every portable test on the real MicroPython virtual machine, each as a test of its own."""

import ast

import pytest

from host_tests.vm.machine import ROOT, Machine

PORTABLE = ("core", "ui", "storage", "link", "fakes", "scenarios", "vm")


def portable_tests():
    """(module, function) of each test that is written to run on the board's Python too."""
    for folder in PORTABLE:
        for path in sorted((ROOT / "host_tests" / folder).glob("test_*.py")):
            if not path.stem.endswith("_host"):
                for node in ast.parse(path.read_text(encoding="utf-8")).body:
                    if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                        yield f"host_tests.{folder}.{path.stem}", node.name


def _named(module, function):
    name = module.removeprefix("host_tests.").replace(".", "/") + "::" + function
    return pytest.param(module, function, id=name, marks=pytest.mark.xdist_group(module))


@pytest.fixture(scope="session")
def machine():
    machine = Machine()
    yield machine
    machine.close()


@pytest.mark.parametrize(("module", "function"), [_named(*test) for test in portable_tests()])
def test_on_micropython(machine, module, function):
    _passed(machine.load(module))
    _passed(machine.run(function))


def firmware_modules():
    """The name of each firmware module that needs no pins."""
    for folder in ("core", "ui", "storage", "link", "drivers"):
        for path in sorted((ROOT / "firmware/pump" / folder).rglob("*.py")):
            if path.stem != "__init__":
                yield ".".join(path.relative_to(ROOT / "firmware").with_suffix("").parts)


@pytest.mark.parametrize("module", list(firmware_modules()))
def test_a_firmware_module_is_imported_by_micropython(machine, module):
    _passed(machine.load(module))


@pytest.mark.parametrize("call", ["wrong_sum", "raises_nothing", "wide_integer_allocates"])
def test_a_failure_on_micropython_is_seen(machine, call):
    assert machine.load("host_tests.vm.samples").ok
    answer = machine.run(call)
    assert not answer.ok
    assert "Traceback" in answer.error


def test_a_failure_shows_the_line_that_failed(machine):
    machine.load("host_tests.vm.samples")
    assert "assert 1 + 1 == 3" in machine.run("wrong_sum").error


def test_small_integers_and_the_heap_lock_are_those_of_the_board(machine):
    machine.load("host_tests.vm.samples")
    assert machine.run("small_integer_does_not_allocate").ok
    assert "MemoryError" in machine.run("wide_integer_allocates").error


def test_what_a_call_allocates_is_told_exactly(machine):
    machine.load("host_tests.vm.samples")
    _passed(machine.run("heap_helpers_tell_what_is_allocated"))


def _passed(answer):
    if not answer.ok:
        pytest.fail("\n".join(filter(None, (answer.error, answer.out))), pytrace=False)
