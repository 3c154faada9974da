"""The report in the page is that of `basalt report`, line by line."""

import html.parser
import re

import pytest

from basalt import report_page
from host_tests.scenarios.test_scenarios_host import SCENARIOS
from host_tests.tools import made_log, page_runs
from host_tests.tools.page_runs import (
    ANCHOR,
    SIZE,
    analysed,
    calibrated,
    eventful,
    extended,
    played,
    reckoned,
    scheduled,
    worn,
)

SEEDS = range(12)
FACTS = report_page.Facts(name="Basalt", board="pico", firmware="1.0.0", written="today")

# What only one of the two says, and why.
ONLY_PRINTED = (
    r"^Basalt report$",  # the page is called so already
    r" · written today$",  # the page shows what it has just pulled
    r" Bring this page to those who advise you; the pages that follow are for them\.$",  # no paper
    r"^Made by basalt [\w.+]+\. ?",  # the footer of the page says what it is
    r"Plots by plotly\.js, © Plotly, Inc\., MIT licence\.$",  # it draws its own
)
ONLY_IN_PAGE = (
    r"^The whole log$",  # a plot of minutes, where that of a day would show nothing
    r"^Save the log, and two commands make the same report .*",
    r"^basalt import .*",
)

_VOID = {"br", "meta", "link", "line", "circle", "path", "rect", "img", "input", "hr"}
_SILENT = {"script", "style", "svg", "figure", "caption", "noscript", "title"}
_LINES = {"h1", "h2", "h3", "h4", "p", "li", "summary", "pre"}


class Tree(html.parser.HTMLParser):
    """The elements of a page: [tag, class, parts], a part being an element or a text."""

    def __init__(self):
        super().__init__()
        self.root = ["body", "", []]
        self._open = [self.root]

    def handle_starttag(self, tag, attributes):
        element = [tag, dict(attributes).get("class") or "", []]
        self._open[-1][2].append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        if tag not in _VOID:
            assert self._open.pop()[0] == tag

    def handle_data(self, data):
        self._open[-1][2].append(data)


def text_of(element):
    """All words within."""
    if isinstance(element, str):
        return element
    return "" if element[0] in _SILENT else "".join(text_of(part) for part in element[2])


def lines_of(element):
    """Each heading, sentence, card, line of a list and row of a table, in their order."""
    tag, name, parts = element
    if tag in _SILENT:
        return
    if tag == "tr":
        cells = [part for part in parts if not isinstance(part, str)]
        yield " | ".join(" ".join(text_of(cell).split()) for cell in cells)
    elif tag in _LINES or name == "card":
        yield " ".join(text_of(element).split())
    else:
        for part in parts:
            if not isinstance(part, str):
                yield from lines_of(part)


def without(lines, patterns):
    """The lines without what only one of the two says."""
    for pattern in patterns:
        lines = [re.sub(pattern, "", line) for line in lines]
    return [line.strip() for line in lines if line.strip()]


def printed(log):
    """The lines of the page that `basalt report` writes."""
    page = report_page.render(analysed(*log), FACTS)
    tree = Tree()
    tree.feed(re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL))
    return without(lines_of(tree.root), ONLY_PRINTED)


@pytest.fixture(scope="module")
def told():
    """What the page is told of a packed record."""
    with page_runs.teller() as found:
        yield found


def shown(told, logs):
    """The lines of the report in the page, of each log."""
    trees = page_runs.in_page("page_report.mjs", told, logs)
    return [without(lines_of(tree), ONLY_IN_PAGE) for tree in trees]


def hold(told, logs):
    """The page and the report say the same about all of them."""
    found = shown(told, logs)
    for log, lines in zip(logs, found, strict=True):
        assert lines == printed(log)
    return found


def test_days_on_which_everything_happens_are_told_in_the_same_words(told):
    logs = [(eventful(), ANCHOR, 0), (eventful()[: 300 * SIZE], ANCHOR, 2)]
    (lines, _) = hold(told, logs)
    said = "\n".join(lines)
    for words in (
        *("Also on this day", "Reservoir change, filled with 300.00 U", "Basal program: "),
        *(
            "Tubing primed with ",
            "Clock set to 2024-01-01 06:42:00, UTC+01:00: ",
            "Started (power on)",
        ),
        *("Of dose, between 0.00 and ", "bolus refused", " · the log covers "),
    ):
        assert words in said, words


def test_the_calculator_and_the_settings_are_told_in_the_same_words(told):
    (lines,) = hold(told, [(reckoned(), ANCHOR, 0)])
    for line in (
        "Boluses by the calculator | 4 | 5 | 80 %",
        "Of these more than it recommended | 2 | 4 | 50 %",
        "08:00 Setting carb_ratio_1: 0.0 to 10.5 g/U",
        "08:00 Setting day_part_2: 00:00 to 17:30",
        "08:00 A unit has 750.5 steps from here on",
        "13:00 Temporary basal of 1.25 U/h for 60 min",
    ):
        assert any(line in one for one in lines), line


def test_a_half_is_rounded_as_it_is_there():
    values = (
        [n / 8 for n in range(80)] + [n / 1000 for n in range(0, 3000, 5)] + [0.15, 0.25, 0.35]
    )
    found = page_runs.run(
        "page_numbers.mjs", [[value, places] for value in values for places in (1, 2)]
    )
    assert found == [f"{value:.{places}f}" for value in values for places in (1, 2)]


def test_sessions_of_the_page_are_told_in_the_same_words(told):
    hold(told, [(played(path), ANCHOR, 0) for path in SCENARIOS])


def test_a_pump_whose_scale_changes_is_told_in_the_same_words(told):
    later = calibrated()[60 * SIZE :]  # its first start is not in the log any more
    hold(told, [(calibrated(), ANCHOR, 0), (later, ANCHOR, 0)])


def test_basal_programs_are_told_in_the_same_words(told):
    (lines,) = hold(told, [(scheduled(), ANCHOR, 0)])
    for line in (
        "Basal program 2, not in force: 0.00 to 31.20 U a day, 2 segments",
        "Name of basal program 2: none to day off",
        "Basal program 2 in force in place of 1: 24.00 to 31.20 U a day",
        "Basal program 1, not in force: 24.00 U a day, taken away",
    ):
        assert any(line in one for one in lines), line


def test_extended_boluses_are_told_in_the_same_words(told):
    holes = [worn(seed, extended()) for seed in SEEDS]
    lines = hold(told, [(extended(), ANCHOR, 0), *holes])[0]
    for line in (
        "Combined | buttons | given | 1 | 5.00 | 5.00",
        "Extended | link | stopped by a suspension | 1 | 1.50 | ",
        "1 Jan 09:00 | 2.00 | 3.00 | 1 h 00 min | 1 h 00 min | 5.00 | given",
        "1 Jan 11:00 | 0.00 | 2.00 | 1 h 30 min | 40 min | ",
        "09:00 | 5.00 | 5.00 |  | given (2.00 at once, 3.00 over 1 h 00 min)",
        "11:00 | 2.00 | ",
        "When the log was read: extended bolus since 03:00, at most 0.50 U",
    ):
        assert any(one.startswith(line) for one in lines), line


def test_logs_with_holes_and_without_a_beginning_are_told_in_the_same_words(told):
    hold(told, [worn(seed) for seed in SEEDS])


def test_more_days_than_are_shown_and_records_that_nobody_knows_too(told):
    made = made_log.MadePump(segments=[(0, 200)])
    made.pump.set_clock(made_log.EPOCH_DAY * made_log.DAY_S, 60, page_runs.BUTTONS)
    made.run_s(95 * 86_400, 600_000)
    raw = made_log.raw_log(made)
    seq = len(raw) // SIZE + 1
    odd = made_log.odd_record(seq, 1, 250, 95 * 86_400, made.pump.clock.local_s)
    (lines,) = hold(told, [(raw + odd, ANCHOR, 0)])
    assert "Month by month" in lines
    assert any("1 record of events that this program does not know" in one for one in lines)
