"""Writes an analysis as one HTML page that needs nothing beside itself."""

import base64
import gzip
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from basalt import __version__, report_findings, report_plots, report_words
from basalt.analysis import Analysis

_FOLDER = Path(__file__).resolve().parent
# Each day shown one by one weighs about 15 KB; three months are what a visit looks back on.
MOST_DAYS = 92


@dataclass(frozen=True)
class Facts:
    """What the page says of the pump beside its figures."""

    name: str
    board: str
    firmware: str
    written: str  # when, as text


def render(analysis: Analysis, facts: Facts) -> str:
    """The page as text."""
    filled = [day for day in analysis.days if not day.is_empty]
    shown = filled[-MOST_DAYS:]
    figures: dict[str, Any] = {}
    if analysis.days:
        figures["daily"] = report_plots.daily(
            analysis, shown[0].date if len(shown) < len(filled) else None
        )
        figures["hours"] = report_plots.clock_hours(analysis)
    for day in shown:
        figures[day.date.isoformat()] = report_plots.day(day, analysis.in_units)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("report_page.html").render(
        analysis=analysis,
        summary=analysis.summary,
        days=analysis.days,
        shown=shown,
        table=analysis.days if len(filled) <= MOST_DAYS else shown,
        findings=report_findings.findings(analysis),
        habits=report_findings.habits(analysis),
        alarms_by_kind=sorted(analysis.alarm_kinds, key=_by_priority),
        filled=len(filled),
        in_units=analysis.in_units,
        unit="U" if analysis.in_units else "steps",
        words=report_words,
        title=f"{facts.name} report",
        board=facts.board,
        firmware=facts.firmware,
        written=facts.written,
        version=__version__,
        empty="The store holds no record of this pump for these days.",
        css=Markup(_asset("report_page.css")),
        script=Markup(_asset("report_page.js")),
        figures=Markup(_json(figures)),
        plotly=Markup(_plotly()),
    )


def _by_priority(row: dict[str, Any]) -> tuple[int, int]:
    return -report_plots.PRIORITIES.get(row["priority"], 0), -row["alarms"]


def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _json(figures: dict[str, Any]) -> str:
    # Within a script element nothing may look like its end.
    return json.dumps(figures, separators=(",", ":")).replace("<", "\\u003c")


@cache
def _plotly() -> str:
    # Packed: the page is 2 MB instead of 5. Every browser since 2023 can unpack it. Read from the
    # package as its own `get_plotlyjs` does, without the seconds that importing all of it takes.
    source = (files("plotly") / "package_data" / "plotly.min.js").read_bytes()
    return base64.b64encode(gzip.compress(source, 6, mtime=0)).decode()
