"""A log that the page saved becomes a store; what is no such log is refused by name."""

import base64
import json

import pytest

from basalt import saved_log
from basalt.errors import WrongInput
from host_tests.tools import made_log
from host_tests.tools.running import basalt, failed

ID = "7765620102030405"
SIZE = 32


@pytest.fixture(scope="module")
def raw():
    return made_log.raw_log(made_log.several_days(1)[0])


def saved(raw, **changes):
    """What tools/web/python/page.py writes."""
    return {
        "basalt_log": 1,
        "identity": {"name": "Basalt", "board": "pico", "unique_id": ID, "version": "0.1.0"},
        "anchor": {
            "boot": 1,
            "uptime_ms": 5_000,
            "utc_ms": 1_767_225_600_000,
            "utc_offset_min": 60,
        },
        "first_seq": 1,
        "next_seq": len(raw) // SIZE + 1,
        "records": base64.b64encode(raw).decode(),
        **changes,
    }


def file_with(tmp_path, content):
    path = tmp_path / "log.json"
    path.write_text(json.dumps(content))
    return path


def test_a_saved_log_is_imported_whole_and_once(tmp_path, raw):
    path, store = file_with(tmp_path, saved(raw)), tmp_path / "pump.db"
    first = json.loads(basalt("import", path, "--store", store, "--json").out)
    assert [(one["pump"], one["new_records"]) for one in first] == [(ID, len(raw) // SIZE)]
    again = json.loads(basalt("import", path, "--store", store, "--json").out)
    assert [one["new_records"] for one in again] == [0]
    assert ID in basalt("report", "--store", store, "--json").out


def test_damaged_and_missing_records_are_kept_as_such(tmp_path, raw):
    broken = bytearray(raw[: SIZE * 4] + raw[SIZE * 6 : SIZE * 10])
    broken[SIZE + 20] ^= 1
    with saved_log.read(file_with(tmp_path, saved(bytes(broken), next_seq=12))) as store:
        assert store.log(ID).seq.tolist() == [1, 3, 4, 7, 8, 9, 10]
        assert [after for after, _ in store.damaged(ID)] == [1]
        gaps = [(gap.first_seq, gap.last_seq) for gap in store.gaps(ID)]
        assert gaps == [(2, 2), (5, 6), (11, 11)]


@pytest.mark.parametrize(
    "changes",
    [
        {"basalt_log": 2},
        {"identity": {}},
        {"anchor": None},
        {"records": "%%%"},
        {"records": base64.b64encode(b"short").decode()},
        {"first_seq": "one"},
        {"first_seq": 0},
        {"next_seq": 1 << 70},
        {"next_seq": float("nan")},
        {"anchor": {"boot": 1, "uptime_ms": 1, "utc_ms": float("inf"), "utc_offset_min": 0}},
        {"anchor": {"boot": 1 << 70, "uptime_ms": 1, "utc_ms": 1, "utc_offset_min": 0}},
    ],
    ids=str,
)
def test_what_is_no_saved_log_is_refused_and_named(tmp_path, raw, changes):
    path = file_with(tmp_path, saved(raw, **changes))
    with pytest.raises(WrongInput, match=r"log\.json"):
        saved_log.read(path)


def test_the_command_says_so_and_leaves_no_pump(tmp_path, raw):
    path = file_with(tmp_path, {"basalt_scenario": 1})
    ran = basalt("import", path, "--store", tmp_path / "pump.db")
    failed(ran, 2, "log.json", "nothing was imported")
