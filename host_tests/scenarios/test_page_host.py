"""The page's own Python, on CPython: what a change of the firmware would break is seen at once."""

import json
import sys

import pytest

from boards.pico import board
from host_tests.tools import schemas
from host_tests.vm.machine import ROOT
from pump.core import record

ID = "7765620102030405"


@pytest.fixture
def pages(monkeypatch):
    """The module that the worker of the page talks to."""
    monkeypatch.syspath_prepend(str(ROOT / "tools/web/python"))
    monkeypatch.setitem(sys.modules, "board", board)
    import page

    yield page
    del sys.modules["page"]


def started(pages):
    """A pump that was switched on two seconds ago and has its clock set."""
    page = pages.Page()
    page.start(ID)
    page.run_to("1000")
    assert page.act('["ask", "set_time", [200000000, 60]]') == ""
    page.run_to("3000")
    return page


def test_a_look_tells_the_words_the_dots_and_the_records(pages):
    look = json.loads(started(pages).look())
    assert "U/h" in look["words"]
    assert look["picture"] and look["state"] == "running"
    assert {"boot", "clock_set"} <= {told["event"] for told in look["records"]}


def test_a_pulled_log_holds_the_records_as_they_are(pages):
    page = started(pages)
    saved = json.loads(page.pull("1767225600000"))
    assert schemas.faults("saved-log", saved) == []
    raw = pages.a2b_base64(saved["records"])
    assert saved["identity"]["unique_id"] == ID
    assert len(raw) == (saved["next_seq"] - 1) * record.RECORD_SIZE
    assert len(json.loads(page.pulled_records())) == saved["next_seq"] - 1


def test_the_computer_that_pulls_is_the_one_that_set_the_clock(pages):
    page = started(pages)
    page.run_to("3600000")
    anchor = json.loads(page.pull("1767225600000"))["anchor"]
    # The clock was set to 200,000,000 s, an hour east of UTC, in the first second of the session.
    set_ms = 1_577_836_800_000 + (200_000_000 - 3_600) * 1_000
    assert anchor["utc_ms"] - set_ms in range(3_599_000, 3_600_000)
    assert abs(anchor["uptime_ms"] - 3_600_000) < 1_000


def test_what_is_kept_without_power_goes_on_in_a_new_machine(pages):
    page = started(pages)
    page.look()
    assert page.act('["power", 0]') == ""
    assert json.loads(page.look())["words"] == ""
    again = pages.Page()
    again.start(ID, page.keep(), page.keep_disk())
    assert again.act('["power", 1]') == ""
    again.run_to("9000")
    events = [told["event"] for told in json.loads(again.look())["records"]]
    assert "boot" in events and "log_new" not in events


def test_an_act_that_cannot_be_done_is_told(pages):
    assert "no such act" in started(pages).act('["fly"]')
    assert pages.Page().problem_of("{") == "it is no JSON"
