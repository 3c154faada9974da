"""The report in the page is the one that `basalt report` makes of the log that the page saves."""

import json
import re

from basalt import report_pdf
from host_tests.tools import made_log
from host_tests.tools.exported import keep
from host_tests.tools.running import basalt
from host_tests.web import browser

# The words of every card, sentence and table, in their order; a table is its rows of cells.
READ = """place => {
    const words = node => node.textContent.split(/\\s+/).filter(Boolean).join(" ");
    const all = name => [...document.querySelectorAll(place + " " + name)];
    const rows = table => [...table.querySelectorAll("tr")].map(row => [...row.cells].map(words));
    return {
        cards: all(".card").map(words),
        findings: all(".findings li").map(words),
        tables: all("table").map(rows),
    };
}"""


def cut_in_mid_bolus(page):
    """Cut the power while a bolus runs, and let the pump start again."""
    page.bolus(presses=2)
    before = page.steps()
    page.until(lambda: page.steps() > before, "a step of the bolus")
    page.power()
    page.page.wait_for_selector('body[data-state="off"]')
    page.power()
    page.wait_for("uncertain", "of bolus")


def answer_alarms(page):
    """Press OK until the home screen is back."""
    for _ in range(5):
        if "Menu" in page.words() and "acknowledge" not in page.words():
            return
        page.press("OK")
        page.page.wait_for_timeout(600)
    raise AssertionError(f"there is no way home: {page.words()}")


def ask_over_the_limit(page):
    """Ask until the pump refuses."""
    for _ in range(4):
        page.speed(1)
        page.press("UP", 7)
        page.press("OK", 2)
        page.page.wait_for_selector('body[data-state="bolus"], #log [data-event="refused"]')
        if page.page.locator('#log [data-event="refused"]').count():
            page.press("STOP", 2)
            return
        page.speed(60)
        page.page.wait_for_selector('body[data-state="running"]')
    raise AssertionError("the pump refused nothing")


def live(page):
    """A bit more than a day on which everything happens."""
    cut_in_mid_bolus(page)
    page.page.click("#set-clock")
    page.until(lambda: page.events().count("clock_set") == 2, "the clock is set")
    answer_alarms(page)
    ask_over_the_limit(page)
    page.speed(3600)
    page.until(lambda: page.text("#elapsed").startswith("1 d"), "a day")
    page.fault("occlusion")
    page.wait_for("alarm_raised", "occlusion")
    page.fault("occlusion")
    page.until(lambda: int(page.text("#r-pressure").split()[0]) < 100, "the line is open")
    page.press("OK")
    page.wait_for("alarm_acknowledged", "occlusion")
    page.hold("STOP", 2_600)
    page.wait_for("resume")


def test_the_page_shows_what_basalt_report_makes_of_the_saved_log(visit, chromium, tmp_path):
    page = visit()
    live(page)
    log = page.pull()
    shown = page.page.evaluate(READ, "#report-body")

    file, store, out = (tmp_path / name for name in ("log.json", "pump.db", "pump.html"))
    file.write_text(json.dumps(log))
    assert basalt("import", file, "--store", store).code == 0
    assert basalt("report", "--store", store, "--out", out).code == 0
    with chromium.new_page() as written:
        written.goto(out.as_uri())
        printed = written.evaluate(READ, "body")
    assert shown["cards"] == printed["cards"]
    assert shown["findings"] == printed["findings"]
    beside = [table for table in printed["tables"] if table not in shown["tables"]]
    assert [table for table in shown["tables"] if table not in printed["tables"]] == []
    assert beside == []
    days = page.page.locator("#report-body .day").count()
    assert page.page.locator("#report-body .day svg").count() == days > 1
    titles = page_titles(shown)
    assert {"Outcome", "Acknowledged", "Why", "Bounds, U", "Rate in force, U/h"} <= titles


def page_titles(shown):
    """All heads of all tables."""
    return {head for table in shown["tables"] for head in table[0]}


def sheets_of(days, folder):
    """How many sheets of A4 a report of so many days takes; the newest of them are quiet."""
    store, out = folder / f"{days}.db", folder / f"{days}.pdf"
    keep(store, made_log.raw_log(made_log.several_days(days, ())[0]))
    assert basalt("report", "--store", store, "--pdf", out).code == 0
    return len(re.findall(rb"/Type\s*/Page\b", out.read_bytes()))


def test_on_paper_two_quiet_days_share_a_sheet(tmp_path, monkeypatch):
    monkeypatch.setattr(report_pdf, "BROWSERS", (browser.executable(),))
    assert sheets_of(4, tmp_path) == sheets_of(5, tmp_path) > 4
