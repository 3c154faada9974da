"""The first page is for the person who wears the pump, the following for those who advise."""

import json
import re
import stat
from functools import cache

import pytest

from basalt import report, report_findings, report_page, report_pdf
from host_tests.tools import made_log
from host_tests.tools.exported import five_days, keep
from host_tests.tools.running import basalt, failed
from host_tests.tools.test_report_host import FACTS, Page

raw = cache(five_days)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return keep(tmp_path_factory.mktemp("pages") / "a.db", raw())


@pytest.fixture(scope="module")
def analysis(store):
    return report.figures_of(store)[1]


@pytest.fixture(scope="module")
def page(analysis):
    return Page(report_page.render(analysis, FACTS))


def test_what_stands_out_is_said_in_words_and_the_gravest_comes_first(analysis, page):
    found = report_findings.findings(analysis)
    assert "4 stretches cannot be told for certain" in found[0][1] and found[0][0] == "high"
    texts = " ".join(text for _, text in found)
    for words in ("2 alarms of high priority", "4 boluses ended", "refused 2 boluses"):
        assert words in texts
    assert all(text in page.text for _, text in found)
    gravity = [("high", "medium", "low").index(severity) for severity, _ in found]
    assert gravity == sorted(gravity) and len(set(gravity)) == 3


def test_quiet_days_have_nothing_that_stands_out(tmp_path):
    made = made_log.new_pump()
    for day in range(3):
        made_log.quiet_day(made, made_log.EPOCH_DAY + day)
    made.at(made_log.EPOCH_DAY + 2, "23:59")
    _, analysis = report.figures_of(keep(tmp_path / "a.db", made_log.raw_log(made)))
    grave = [text for severity, text in report_findings.findings(analysis) if severity == "high"]
    assert grave == []


def test_each_habit_is_counted_against_its_occasions(analysis):
    habits = {habit.what: (habit.kept, habit.of) for habit in report_findings.habits(analysis)}
    begun = analysis.summary.boluses
    assert habits["Boluses given to the end"] == (begun - 4, begun)
    assert habits["Alarms acknowledged within 5 min"][1] == sum(analysis.summary.alarms.values())
    whole = analysis.summary.whole_days
    assert habits["A bolus at lunch (11:00\u201315:00), on whole days"] == (whole, whole)
    assert all(0 <= kept <= of for kept, of in habits.values())


def test_the_pages_for_advisers_hold_the_period_in_figures(page):
    for heading in (
        "The period in figures",
        "By hour of the day",
        "Boluses by kind",
        "Alarms, and how soon they were acknowledged",
        "Site and reservoir",
        "Time without delivery",
        "Clock changes",
    ):
        assert heading in page.text
    bars = page.figures["hours"]["data"]
    assert [bar["name"] for bar in bars] == ["Basal", "Bolus"]
    assert all(len(bar["y"]) == 24 for bar in bars)


def test_a_long_period_is_told_by_months_and_only_the_newest_days_one_by_one(store, monkeypatch):
    monkeypatch.setattr(report_page, "MOST_DAYS", 2)
    _, analysis = report.figures_of(store)
    page = Page(report_page.render(analysis, FACTS))
    assert "Month by month" in page.text and "January 2024" in page.text
    assert page.figures["daily"]["data"][0]["x"] == ["2024-01-04", "2024-01-05"]


def test_json_has_the_figures_of_every_table(store):
    found = json.loads(basalt("report", "--store", store, "--json").out)
    for name in ("months", "by_hour_of_day", "boluses_by_kind", "alarms_by_kind", "habits"):
        assert found[name] and "pump" not in found[name][0]
    assert found["summary"]["interrupted"] == 4
    assert {row["what"] for row in found["changes"]} == {"site", "reservoir", "tubing"}
    assert {row["kind"] for row in found["change_habits"]} == {"site", "reservoir"}


def a_browser(folder, script):
    """A program with a browser's name."""
    path = folder / "chromium"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(folder)


def test_a_pdf_is_what_the_browser_prints_of_the_page(store, tmp_path, monkeypatch):
    script = (
        'for word in "$@"; do case $word in --print-to-pdf=*) out=${word#*=};;'
        " file:*) page=$word;; esac; done\n"
        'grep -q "Not a medical device" "${page#file://}" && echo %PDF > "$out"'
    )
    monkeypatch.setenv("PATH", a_browser(tmp_path, script) + ":/bin:/usr/bin")
    ran = basalt("report", "--store", store, "--pdf", tmp_path / "a.pdf")
    assert ran.code == 0, ran.err
    assert (tmp_path / "a.pdf").read_text() == "%PDF\n"


def test_without_a_browser_it_is_said_and_nothing_is_written(store, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    failed(basalt("report", "--store", store, "--pdf", tmp_path / "a.pdf"), 1, "no Chromium")
    assert not (tmp_path / "a.pdf").exists()


def test_a_browser_that_fails_leaves_the_earlier_pdf(store, tmp_path, monkeypatch):
    (tmp_path / "a.pdf").write_text("earlier")
    monkeypatch.setenv("PATH", a_browser(tmp_path, "exit 1") + ":/bin:/usr/bin")
    failed(basalt("report", "--store", store, "--pdf", tmp_path / "a.pdf"), 1, "did not print")
    assert (tmp_path / "a.pdf").read_text() == "earlier"
    assert report_pdf.browser().endswith("chromium")


def test_the_heads_of_tables_are_repeated_on_each_sheet(analysis):
    text = report_page.render(analysis, FACTS)
    heads = re.findall(r"(<thead>)?<tr><th", text)
    assert len(heads) > 10 and all(heads)
