"""The report as a person meets it: the command, the page, the table in the terminal."""

import base64
import gzip
import io
import json
import re
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files

import plotly.graph_objects as go
import pytest
from rich.console import Console

from basalt import decode, history_reader, report, report_page, report_plots, timeline
from basalt.analysis import analyse
from basalt.store import Gap, Store
from host_tests.tools import made_log
from host_tests.tools.running import basalt, failed

PUMP = "e6614104033c7a2b"
FACTS = report_page.Facts("Basalt", "pico", "0.1.0", "2024-01-06 08:00")


@cache
def five_days():
    """Raw records of five days, two of them eventful. Made once: they are only read."""
    return made_log.raw_log(made_log.several_days()[0])


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with one pump of five days, which no test changes."""
    path = tmp_path_factory.mktemp("report") / "pump.db"
    fill(path, PUMP, five_days())
    return path


@pytest.fixture(scope="module")
def text(store):
    """The page of that store."""
    return text_of(store)


@pytest.fixture(scope="module")
def page(text):
    """The page, as a reader meets it."""
    return Page(text)


def fill(path, pump, raw, name="Basalt", gaps=()):
    """Put a pump into a store."""
    with Store.open(path, create=True) as kept:
        kept.add(kept.add_pump(pump, 1, name, "pico", "0.1.0"), raw, gaps)


def text_of(path):
    """The page of the only pump of a store."""
    _, analysis = report.figures_of(path)
    return report_page.render(analysis, FACTS)


class Page(HTMLParser):
    """What a reader sees of a page, and what the page asks the world for."""

    def __init__(self, text):
        super().__init__()
        self.links = []
        self.ids = set()
        self.plots = []
        self.scripts = {}
        self.seen = []
        self._inside = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.links += [found[name] for name in ("src", "href", "action") if name in found]
        if "id" in found:
            self.ids.add(found["id"])
        if "data-plot" in found:
            self.plots.append(found["data-plot"])
        if tag in ("script", "style"):
            self._inside.append(found.get("id", tag))

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._inside.pop()

    def handle_data(self, data):
        if self._inside:
            self.scripts[self._inside[-1]] = data
        else:
            self.seen.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.seen).split())

    @property
    def figures(self):
        return json.loads(self.scripts["figures"])


# ---- the page ----------------------------------------------------------------------------


def test_the_page_asks_nothing_of_the_world(text, page):
    assert [link for link in page.links if not link.startswith("#")] == []
    assert "default-src 'none'" in text
    assert not re.search(r"@import|url\(", page.scripts["style"])


def test_the_page_carries_the_whole_plotting_library(page):
    packed = page.scripts["plotly"]
    source = gzip.decompress(base64.b64decode(packed))
    assert source == (files("plotly") / "package_data" / "plotly.min.js").read_bytes()


def test_the_page_weighs_less_than_half_of_what_is_allowed(text):
    assert len(text.encode()) < 2_500_000


def test_the_page_says_once_that_it_is_of_no_medical_device(page):
    assert page.text.lower().count("not a medical device") == 1
    assert "motor steps that the pump counted, turned into units" in page.text
    assert "No fluid was measured" in page.text


def test_each_day_has_a_plot_and_the_table_leads_to_it(page):
    days = [f"2024-01-0{n}" for n in range(1, 6)]
    assert page.plots == ["daily", "hours", *days]
    assert set(page.figures) == set(page.plots)
    links = [link for link in page.links if link.startswith("#")]
    assert links == ["#days", *(f"#{day}" for day in days)]
    assert page.ids >= {"days", *days}


def test_every_plot_is_one_that_plotly_takes(page):
    for figure in page.figures.values():
        go.Figure(figure)  # ValueError for a property that it does not know


def test_every_colour_has_a_value_in_light_in_dark_and_on_paper(text, page):
    style = page.scripts["style"]
    used = set(re.findall(r"var\((--[a-z-]+)\)", text))
    palettes = re.findall(r":root(?:\[data-paper\])? \{(.*?)\}", style, re.DOTALL)
    assert len(palettes) == 3
    for palette in palettes:
        assert used <= set(re.findall(r"(--[a-z-]+):", palette))


def test_the_bars_of_the_days_are_the_totals_and_the_uncertain_stands_on_top(store, page):
    _, analysis = report.figures_of(store)
    basal, bolus, doubt = page.figures["daily"]["data"]
    assert (basal["name"], bolus["name"]) == ("Basal", "Bolus")
    for at, day in enumerate(analysis.days):
        assert basal["y"][at] == pytest.approx(day.basal.mu / 1000, abs=0.001)
        assert bolus["y"][at] == pytest.approx(day.bolus.mu / 1000, abs=0.001)
    assert doubt["y"] == [None, pytest.approx(0.698, abs=0.001)] * 2 + [None]
    assert "ncertain" in doubt["name"]


def test_the_plot_of_a_day_shows_asked_given_refused_and_uncertain(page):
    figure = page.figures["2024-01-02"]
    by_symbol = {
        trace["marker"]["symbol"]: trace["y"]
        for trace in figure["data"]
        if isinstance(trace.get("marker", {}).get("symbol"), str)
    }
    assert by_symbol["circle"] == [4.8, 2.248, 2.495, 1.0]
    assert by_symbol["circle-open"] == [6.4, 7.0]
    assert by_symbol["x-thin"] == [14.0]
    (doubt,) = [t for t in figure["data"] if t.get("line", {}).get("color") == "var(--uncertain)"]
    assert doubt["y"] == [2.495, pytest.approx(2.994, abs=0.001), None]
    assert len(figure["layout"]["shapes"]) == 2 + 1 + 2  # stops, power cut, uncertain stretches


def test_basal_is_drawn_as_given_by_the_hour_and_as_the_rate_in_force(page):
    figure = page.figures["2024-01-03"]
    bars = next(trace for trace in figure["data"] if trace["type"] == "bar")
    rates = next(t for t in figure["data"] if t.get("yaxis") == "y2" and t.get("mode") == "lines")
    assert bars["y"][12] == pytest.approx(0.9, abs=0.03)
    assert {0.7, 0.85, 1.25, 0.9, 1.05, 0.75} <= set(rates["y"])


def test_the_page_tells_the_bounds_of_what_is_uncertain_and_that_no_total_holds_it(page):
    text = page.text
    assert "between 0.00 and 1.40 U may have been given besides what this report shows" in text
    assert "no total holds it" in text
    assert text.count("+ 0.00 to 0.70") == 4  # two days, in the table and at the day
    assert "+ 0.00 to 0.50" in text  # at the bolus itself


def test_the_page_tells_what_each_bolus_came_to(page):
    text = page.text
    assert "12:30 14.00 0.00 refused: over the largest bolus, 10.00 U" in text
    assert "12:30 6.40 2.25 stopped" in text
    assert "18:50 7.00 2.50 + 0.00 to 0.50 cut off by a power loss" in text


def test_a_name_cannot_put_markup_into_the_page(store):
    _, analysis = report.figures_of(store)
    evil = report_page.Facts("<script>alert(1)</script>", "<b>", "&", "now")
    text = report_page.render(analysis, evil)
    assert "<script>alert(1)" not in text
    assert "&lt;b&gt;" in text


def test_no_text_of_the_log_can_end_the_script_of_the_figures():
    figures = report_page._json({"daily": {"text": "</script><script>alert(1)"}})
    assert "</script" not in figures
    assert json.loads(figures)["daily"]["text"] == "</script><script>alert(1)"


def test_missing_records_are_named_with_their_reason(tmp_path):
    path = tmp_path / "pump.db"
    lost = set(range(300, 320))
    fill(path, PUMP, made_log.without(five_days(), lost), gaps=[Gap(300, 319, "damaged")])
    text = Page(text_of(path)).text
    assert re.search(r"Missing: 20 records between .* and .* \(damaged\)", text)


def test_a_log_that_does_not_tell_its_scale_is_reported_in_steps(tmp_path):
    path = tmp_path / "pump.db"
    boots = set(made_log.numbers_of(five_days(), made_log.FIRST_BOOT))
    fill(path, PUMP, made_log.without(five_days(), boots))
    page = Page(text_of(path))
    assert "Total, steps" in page.text
    assert "the log does not tell how many make a unit" in page.text
    for figure in page.figures.values():
        go.Figure(figure)


def test_only_the_newest_days_are_drawn_one_by_one_and_the_page_says_so(store, monkeypatch):
    monkeypatch.setattr(report_page, "MOST_DAYS", 2)
    page = Page(text_of(store))
    assert page.plots == ["daily", "hours", "2024-01-04", "2024-01-05"]
    assert "The newest 2 days are shown one by one" in page.text


def test_an_empty_day_between_others_stands_in_the_table_without_a_plot(tmp_path):
    path = tmp_path / "pump.db"
    made = made_log.new_pump()
    made.run_s(60)
    made = made.cut_power(2 * made_log.DAY_S)
    fill(path, PUMP, made_log.raw_log(made))
    page = Page(text_of(path))
    assert page.plots == ["daily", "hours", "2024-01-01", "2024-01-03"]
    assert "no records" in page.text


# ---- the command -------------------------------------------------------------------------


def test_the_command_writes_the_page_and_says_where_it_is(store, tmp_path):
    out = tmp_path / "days.html"
    ran = basalt("report", "--store", store, "--out", out)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{out}: 5 days of Basalt, {out.stat().st_size / 1e6:.1f} MB.\n"
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_json_is_all_that_is_printed_when_it_is_asked_for(store):
    ran = basalt("report", "--store", store, "--json")
    data = json.loads(ran.out)
    assert ran.code == 0
    assert data["not_a_medical_device"] is True
    assert [day["date"] for day in data["days"]] == [f"2024-01-0{n}" for n in range(1, 6)]
    assert data["days"][1]["uncertain_dose"]["most"]["mu"] == pytest.approx(698, abs=1)


def test_a_period_limits_the_days(store):
    period = ("--since", "2024-01-02", "--until", "2024-01-03")
    days = json.loads(basalt("report", "--store", store, "--json", *period).out)["days"]
    assert [day["date"] for day in days] == ["2024-01-02", "2024-01-03"]


def test_a_period_without_records_makes_a_page_that_says_so(store, tmp_path):
    out = tmp_path / "days.html"
    ran = basalt("report", "--store", store, "--out", out, "--since", "2031-01-01")
    assert ran.code == 0
    assert "holds no record of this pump" in Page(out.read_text(encoding="utf-8")).text


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ((), 2, "Say where the page goes with --out"),
        (("--json", "--since", "soon"), 2, "--since 'soon' is no day"),
        (("--json", "--until", "2024-13-01"), 2, "--until '2024-13-01' is no day"),
        (("--json", "--since", "2024-01-03", "--until", "2024-01-02"), 2, "is after --until"),
        (("--json", "--pump", "other"), 2, "There is no pump other in"),
        (("--out", "/nowhere/days.html"), 1, "/nowhere/days.html cannot be written"),
    ],
)
def test_wrong_input_gets_one_sentence(store, arguments, code, sentence):
    failed(basalt("report", "--store", store, *arguments), code, sentence)


def test_a_store_that_is_not_there_gets_one_sentence(tmp_path):
    ran = basalt("report", "--store", tmp_path / "no.db", "--json")
    failed(ran, 6, "There is no store at")


def test_a_store_of_several_pumps_wants_to_know_which(tmp_path):
    path = tmp_path / "pump.db"
    fill(path, PUMP, five_days())
    fill(path, "aa11", five_days()[:3200], name="Other")
    failed(basalt("report", "--store", path, "--json"), 2, f"{PUMP}, aa11")
    ran = basalt("report", "--store", path, "--json", "--pump", "aa11")
    assert (ran.code, json.loads(ran.out)["pump"]) == (0, "aa11")


def test_a_store_without_a_pump_says_how_to_fill_it(tmp_path):
    path = tmp_path / "new.db"
    with Store.open(path, create=True):
        pass
    failed(basalt("report", "--store", path, "--json"), 2, "basalt pull")


# ---- the table in the terminal -----------------------------------------------------------


def test_a_day_is_printed_with_its_boluses_alarms_and_doubts(store):
    _, analysis = report.figures_of(store)
    out = io.StringIO()
    report.print_day_table(Console(file=out, width=100), analysis.days[1:2])
    told = " ".join(out.getvalue().split())
    assert told.startswith("Tuesday 2 January 2024 total dose 31.61 U")
    assert "uncertain, besides 0.00 to 0.70 U" in told
    assert "basal 21.07 U (67 %)" in told
    assert "12:30 6.40 2.25 stopped" in told
    assert "2.50 + 0.00 to 0.50 cut off by a power loss" in told
    assert "15:02 Occlusion high after 11 min" in told


def test_many_days_share_few_names_under_their_bars():
    made = made_log.new_pump()
    for _ in range(24):
        made.run_s(60)
        made = made.cut_power(made_log.DAY_S)
    log = timeline.log_of("p", decode.records(made_log.raw_log(made)), ())
    figure = report_plots.daily(analyse(history_reader.read(log)))
    axis = figure["layout"]["xaxis"]
    assert len(figure["data"][0]["x"]) == 25
    assert len(axis["tickvals"]) == len(axis["ticktext"]) <= 8
    assert axis["ticktext"][0] == "Mon 1 Jan"


def test_labels_of_alarms_that_come_together_are_one(store):
    _, analysis = report.figures_of(store)
    figure = report_plots.day(analysis.days[1], in_units=True)
    alarms = next(trace for trace in figure["data"] if trace.get("yaxis") == "y4")
    assert alarms["text"] == ["Under delivery", "Occlusion", "Bolus incomplete +1"]
    assert alarms["marker"]["color"] == ["var(--medium)", "var(--high)", "var(--medium)"]
