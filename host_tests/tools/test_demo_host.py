"""The demo is a test of the whole way, from a press to a figure; and its own checks can fail."""

import dataclasses
import io
import time

import pytest
from rich.console import Console

from basalt import demo, demo_checks
from basalt.demo_day import Day
from basalt.store import Store
from host_tests.tools.running import basalt, failed

LONGEST_S = 60
PICTURES = ("home", "bolus-confirm", "bolus-running", "occlusion", "after-restart")


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """(folder, what it said, what the bench knew of the day, how long it took in s)."""
    folder = tmp_path_factory.mktemp("demo")
    said = io.StringIO()
    days = []

    class KeptDay(Day):
        def play(self):
            days.append(super().play())
            return days[-1]

    began = time.monotonic()
    show = demo.Demo(Console(file=said, width=100, highlight=False), folder, KeptDay)
    show.run()
    return folder, said.getvalue(), days[0], time.monotonic() - began


def checks(played, **changes):
    """Which of the demo's checks hold, with other facts than those of the day."""
    folder, _, facts, _ = played
    with Store.open(folder / "pump.db") as store:
        return [
            check.holds
            for check in demo_checks.checks(store, dataclasses.replace(facts, **changes))
        ]


def test_the_demo_plays_the_day_pulls_it_and_finds_it_true(played):
    _, said, _, _ = played
    assert "✗" not in said
    assert said.count("✓") == len(checks(played)) >= 8
    for outcome in ("given", "stopped", "refused: over the hourly limit", "cut off by a power"):
        assert outcome in said
    assert "Occlusion" in said


def test_the_demo_writes_a_page_and_the_screens_of_its_moments(played):
    folder, _, _, _ = played
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "<html" in page and 'src="http' not in page
    for name in PICTURES:
        assert (folder / f"{name}.png").stat().st_size > 300


def test_the_demo_stays_within_its_time(played):
    assert played[3] < LONGEST_S


def test_the_checks_of_the_demo_find_steps_that_the_log_does_not_know(played):
    facts = played[2]
    assert all(checks(played))
    assert not checks(played, steps=facts.steps + 2_000)[1]
    assert not checks(played, steps=facts.steps - 100)[1]
    assert not checks(played, lost_steps=1)[2]
    assert not checks(played, owed_steps=facts.dose_steps - 1)[3]
    assert not checks(played, errors=["OSError(5)"])[-1]


def test_the_checks_of_the_demo_find_a_record_that_was_not_pulled(played):
    records = played[2].records
    assert not checks(played, records=[*records[:50], bytes(32), *records[51:]])[0]


def test_a_day_that_goes_wrong_ends_the_demo_with_a_sentence(tmp_path):
    class DeafDay(Day):
        def _breakfast(self):
            self._expect(False, "breakfast was not all given")

    show = demo.Demo(Console(file=io.StringIO()), tmp_path, DeafDay)
    with pytest.raises(demo.DemoError, match="breakfast was not all given"):
        show.run()


def test_a_folder_that_cannot_be_made_is_refused_in_a_sentence(tmp_path):
    taken = tmp_path / "file"
    taken.write_text("mine")
    ran = basalt("demo", "--out", taken)
    failed(ran, 1, "cannot be written")
    assert taken.read_text() == "mine"
