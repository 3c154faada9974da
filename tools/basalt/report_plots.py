"""Draws the figures of an analysis: each plot as the plain description that plotly.js takes.

Colours are names of the page's style sheet, `var(--basal)` and so on; the page puts in what they
are in light, in dark and on paper. Times are milliseconds on the wall clock.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from basalt import report_words as words
from basalt.analysis import Amount, Analysis, Day
from basalt.history import DAY_MS, Alarm, Bolus, Stop

Figure = dict[str, Any]

PRIORITIES = {"high": 2, "medium": 1, "low": 0}
_SYMBOLS = {"high": "triangle-up", "medium": "diamond", "low": "circle"}
_NEAR_MS = 75 * 60_000  # alarms closer than this share one label
_LABEL_MS = 40 * 60_000  # a band shorter than this has no label
_MOST_LABELLED = 12
_MOST_DAY_NAMES = 8
_DAY_HEIGHT = 470
_DAILY_HEIGHT = 300
_HOURS_HEIGHT = 260


def daily(analysis: Analysis, newest: date | None = None) -> Figure:
    """Bars of each day, or of those from `newest` on: basal, bolus, on top what is uncertain."""
    unit = "U" if analysis.in_units else "steps"
    days = [day for day in analysis.days if newest is None or day.date >= newest]
    dates = [day.date.isoformat() for day in days]
    names = [words.day_name(day.date) for day in days]
    every = -(-len(dates) // _MOST_DAY_NAMES)
    pale = [1.0 if day.is_whole else 0.55 for day in days]

    def bars(name: str, values: Sequence[float | None], colour: str, **marker: Any) -> Figure:
        return {
            "type": "bar",
            "name": name,
            "x": dates,
            "y": values,
            "customdata": names,
            "marker": {"color": colour, "opacity": pale, **marker},
            "hovertemplate": f"%{{customdata}}<br>{name}: %{{y:.2f}} {unit}<extra></extra>",
        }

    def column(amounts: list[Amount]) -> list[float]:
        return [_value(amount, analysis.in_units) for amount in amounts]

    traces = [
        bars("Basal", column([day.basal for day in days]), "var(--basal)"),
        bars("Bolus", column([day.bolus for day in days]), "var(--bolus)"),
    ]
    doubts = [day.uncertain_dose.most for day in days]
    if any(doubt.steps for doubt in doubts):
        hatch = {"shape": "/", "fgcolor": "var(--uncertain)", "bgcolor": "var(--paper)", "size": 5}
        edge = {"color": "var(--uncertain)", "width": 1}
        name = "Uncertain, at most"
        heights = [value or None for value in column(doubts)]  # a bar of zero would have an edge
        traces.append(bars(name, heights, "var(--uncertain)", pattern=hatch, line=edge))
    layout = _layout(_DAILY_HEIGHT)
    layout["barmode"] = "stack"
    layout["bargap"] = 0.35 if len(dates) > 7 else 1 - 0.09 * len(dates)
    layout["showlegend"] = True
    layout["legend"] = {
        "orientation": "h",
        "x": 0,
        "y": 1.02,
        "yanchor": "bottom",
        "traceorder": "normal",
    }
    layout["margin"] = {"l": 46, "r": 12, "t": 34, "b": 30}
    layout["xaxis"] = {
        "type": "category",
        "fixedrange": True,
        "showgrid": False,
        "tickangle": 0,
        "tickvals": dates[::every],
        "ticktext": names[::every],
    }
    layout["yaxis"] = _axis(f"{unit} a day", [0, 1])
    return {"data": traces, "layout": layout}


def clock_hours(analysis: Analysis) -> Figure:
    """Bars of each hour of the clock: basal and bolus on an average day, and boluses begun."""
    unit = "U" if analysis.in_units else "steps"
    days = max(1, analysis.summary.days)
    rows = {row["hour"]: row for row in analysis.clock_hours}
    hours = [f"{hour:02d}" for hour in range(24)]

    def values(name: str) -> list[float]:
        amounts = [rows.get(hour, {}) for hour in range(24)]
        found = [Amount(r.get(f"{name}_steps", 0), r.get(f"{name}_mu", 0.0)) for r in amounts]
        return [round(_value(one, analysis.in_units) / days, 4) for one in found]

    begun = [rows.get(hour, {}).get("boluses", 0) for hour in range(24)]
    traces: list[Figure] = []
    for name, colour in (("basal", "var(--basal)"), ("bolus", "var(--bolus)")):
        traces.append(
            {
                "type": "bar",
                "name": name.capitalize(),
                "x": hours,
                "y": values(name),
                "customdata": begun,
                "marker": {"color": colour},
                "hovertemplate": f"%{{x}}:00\u2013%{{x}}:59<br>{name} on an average day: "
                f"%{{y:.2f}} {unit}<br>boluses begun in all: %{{customdata}}<extra></extra>",
            }
        )
    layout = _layout(_HOURS_HEIGHT)
    layout["barmode"] = "stack"
    layout["bargap"] = 0.2
    layout["showlegend"] = True
    place = {"x": 0, "y": 1.02, "yanchor": "bottom"}
    layout["legend"] = {"orientation": "h", "traceorder": "normal", **place}
    layout["margin"] = {"l": 46, "r": 12, "t": 34, "b": 30}
    layout["xaxis"] = {
        "type": "category",
        "fixedrange": True,
        "showgrid": False,
        "tickangle": 0,
        "tickvals": hours[::3],
        "ticktext": [f"{hour}:00" for hour in hours[::3]],
    }
    layout["yaxis"] = _axis(f"{unit} an hour", [0, 1])
    return {"data": traces, "layout": layout}


def day(day: Day, in_units: bool) -> Figure:
    """One day: boluses asked and given, basal, reservoir, with alarms and stops over them."""
    unit = "U" if in_units else "steps"
    layout = _layout(_DAY_HEIGHT)
    layout["margin"] = {"l": 46, "r": 12, "t": 8, "b": 26}
    layout["bargap"] = 0.06
    layout["xaxis"] = {
        "type": "date",
        "range": [day.start_ms, day.start_ms + DAY_MS],
        "dtick": 3 * 3_600_000,
        "tick0": day.start_ms,
        "tickformat": "%H:%M",
        "anchor": "y3",
        "gridcolor": "var(--grid)",
        "zeroline": False,
    }
    layout["yaxis"] = _axis("Bolus, U", [0.63, 0.91])
    layout["yaxis"]["range"] = [0, _top(day)]
    layout["yaxis2"] = _axis("Basal, U/h" if in_units else "Basal", [0.31, 0.57])
    layout["yaxis3"] = _axis(f"Reservoir, {unit}", [0, 0.25])
    layout["yaxis4"] = {
        "domain": [0.93, 1],
        "range": [0, 2],
        "visible": False,
        "fixedrange": True,
    }
    layout["shapes"] = _bands(day)
    traces = [
        *_basal(day, in_units),
        *_reservoir(day, in_units),
        *_boluses(day),
        *_alarms(day.alarms),
    ]
    return {"data": traces, "layout": layout}


# ---- panels ------------------------------------------------------------------------------


def _boluses(day: Day) -> list[Figure]:
    begun = day.begun
    given_x, given_y = _stems([(b.start_ms, 0, _given(b)) for b in begun])
    labels = [f" {_given(b):.2f}" if len(begun) <= _MOST_LABELLED else "" for b in begun]
    cut = [b for b in begun if b.asked_mu and b.asked_mu > (b.given_mu or 0)]
    asked_x, asked_y = _stems([(b.start_ms, _given(b), (b.asked_mu or 0) / 1000) for b in cut])
    traces = [
        _line(asked_x, asked_y, "var(--asked)", 1.5, dash="dot"),
        _line(given_x, given_y, "var(--bolus)", 3),
        _marks(
            cut,
            [(b.asked_mu or 0) / 1000 for b in cut],
            {
                "symbol": "circle-open",
                "size": 11,
                "color": "var(--asked)",
                "line": {"width": 1.5, "color": "var(--asked)"},
            },
        ),
        {
            **_marks(
                begun,
                [_given(b) for b in begun],
                {"symbol": "circle", "size": 7, "color": "var(--bolus)"},
            ),
            "mode": "markers+text",
            "text": labels,
            "textposition": "middle right",
            "textfont": {"size": 11, "color": "var(--ink)"},
        },
        _marks(
            day.refused,
            [(b.asked_mu or 0) / 1000 for b in day.refused],
            {
                "symbol": "x-thin",
                "size": 10,
                "color": "var(--high)",
                "line": {"width": 2, "color": "var(--high)"},
            },
        ),
    ]
    doubts = [
        (b.start_ms, _given(b), _given(b) + b.uncertain.max_mu / 1000)
        for b in begun
        if b.uncertain and b.uncertain.max_mu is not None
    ]
    if doubts:
        traces.append(_line(*_stems(doubts), "var(--uncertain)", 5))
    return traces


def _basal(day: Day, in_units: bool) -> list[Figure]:
    hours = [_value(hour.basal, in_units) for hour in day.hours]
    unit = "U" if in_units else "steps"
    rate_x: list[int | None] = []
    rate_y: list[float | None] = []
    for rate in day.rates:
        if rate_x and rate_x[-1] != rate.start_ms:
            rate_x.append(None)
            rate_y.append(None)
        rate_x += [rate.start_ms, rate.end_ms]
        rate_y += [rate.rate_mu_h / 1000] * 2
    found = [one for one in day.uncertain if one.kind in ("basal", "unknown")]
    doubts = {
        "type": "scatter",
        "mode": "markers",
        "x": [one.start_ms for one in found],
        "y": [_rate_at(day, one.start_ms) if in_units else 0 for one in found],
        "yaxis": "y2",
        "marker": {
            "symbol": "diamond-wide",
            "size": 11,
            "color": "var(--uncertain)",
            "line": {"width": 1, "color": "var(--paper)"},
        },
        "text": [f"{words.kind(one)}: {words.uncertain(one, in_units)} {unit}" for one in found],
        "hovertemplate": "%{x|%H:%M} uncertain<br>%{text}<extra></extra>",
    }
    rates = {
        **_line(rate_x, rate_y, "var(--basal)", 2),
        "yaxis": "y2",
        "hoverinfo": "x+y",
        "hovertemplate": "%{x|%H:%M} rate in force: %{y:.2f} U/h<extra></extra>",
    }
    bars = {
        "type": "bar",
        "x": [day.start_ms + hour * 3_600_000 for hour in range(24)],
        "y": hours,
        "offset": 0,
        "width": 3_600_000 * 0.94,
        "yaxis": "y2",
        "marker": {"color": "var(--basal-soft)"},
        "hovertemplate": f"%{{x|%H:%M}} and 1 h on: %{{y:.3f}} {unit} given<extra></extra>",
    }
    # A rate is in U/h: where the log does not tell the units, it has no place on an axis of steps.
    return [bars, rates, doubts] if in_units else [bars, doubts]


def _reservoir(day: Day, in_units: bool) -> list[Figure]:
    xs: list[int] = []
    ys: list[float | None] = []
    for level in day.levels:
        xs.append(level.at_ms)
        if level.steps is None:
            ys.append(None)
        else:
            ys.append(round(_value(Amount(level.steps, level.mu), in_units), 2))
    ends = [rate.end_ms for rate in day.rates] + [stop.end_ms for stop in day.stops] + xs
    if xs:
        xs.append(max(ends))
        ys.append(ys[-1])
    unit = "U" if in_units else "steps"
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": xs,
            "y": ys,
            "yaxis": "y3",
            "line": {"color": "var(--reservoir)", "width": 2, "shape": "hv"},
            "fill": "tozeroy",
            "fillcolor": "var(--reservoir-soft)",
            "hovertemplate": f"%{{x|%H:%M}} left: %{{y:.1f}} {unit}<extra></extra>",
        }
    ]


def _alarms(alarms: list[Alarm]) -> list[Figure]:
    groups: list[list[Alarm]] = []
    for alarm in sorted(alarms, key=lambda one: one.raised_ms):
        if groups and alarm.raised_ms - groups[-1][0].raised_ms < _NEAR_MS:
            groups[-1].append(alarm)
        else:
            groups.append([alarm])
    tops = [max(group, key=lambda one: PRIORITIES.get(one.priority, 0)) for group in groups]
    labels = [
        words.plain(top.alarm) + (f" +{len(group) - 1}" if len(group) > 1 else "")
        for top, group in zip(tops, groups, strict=True)
    ]
    # A label that would leave the plot stands before its mark.
    sides = ["left" if top.raised_ms % DAY_MS > 0.87 * DAY_MS else "right" for top in tops]
    hovers = [
        "<br>".join(
            f"{words.clock(one.raised_ms)} {words.plain(one.alarm)} ({one.priority}),"
            f" acknowledged {words.acknowledged(one)}"
            for one in group
        )
        for group in groups
    ]
    return [
        {
            "type": "scatter",
            "mode": "markers+text",
            "x": [top.raised_ms for top in tops],
            "y": [1] * len(tops),
            "yaxis": "y4",
            "text": labels,
            "textposition": [f"middle {side}" for side in sides],
            "textfont": {"size": 11, "color": "var(--ink)"},
            "cliponaxis": False,
            "marker": {
                "symbol": [_SYMBOLS.get(top.priority, "circle") for top in tops],
                "size": 10,
                "color": [f"var(--{top.priority})" for top in tops],
            },
            "customdata": hovers,
            "hovertemplate": "%{customdata}<extra></extra>",
        }
    ]


def _bands(day: Day) -> list[Figure]:
    shapes = [_band(stop) for stop in day.stops]
    for off in day.offs:
        shapes.append(
            {
                **_rectangle(off.start_ms, off.end_ms if off.known else off.start_ms),
                "fillcolor": "var(--off)",
                "line": {"color": "var(--off-edge)", "width": 1, "dash": "dot"},
            }
        )
    for found in day.uncertain:
        shapes.append(
            {
                **_rectangle(found.start_ms, found.end_ms),
                "fillcolor": "var(--uncertain-soft)",
                "line": {"color": "var(--uncertain)", "width": 1},
            }
        )
    for gap in day.missing:
        shapes.append(
            {
                **_rectangle(gap.start_ms, min(gap.end_ms, day.start_ms + DAY_MS)),
                "fillcolor": "var(--uncertain-soft)",
                "line": {"color": "var(--uncertain)", "width": 1, "dash": "dash"},
            }
        )
    return shapes


def _band(stop: Stop) -> Figure:
    shape = {
        **_rectangle(stop.start_ms, stop.end_ms),
        "fillcolor": "var(--stop)",
        "line": {"color": "var(--stop)", "width": 1},
    }
    if stop.end_ms - stop.start_ms >= _LABEL_MS:
        shape["label"] = {
            "text": words.stop(stop).partition(",")[0],
            "textposition": "top center",
            "font": {"size": 10, "color": "var(--muted)"},
        }
    return shape


# ---- parts -------------------------------------------------------------------------------


def _layout(height: int) -> Figure:
    return {
        "height": height,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": "var(--muted)"},
        "hoverlabel": {
            "bgcolor": "var(--paper)",
            "bordercolor": "var(--line)",
            "font": {"color": "var(--ink)"},
        },
        "hovermode": "closest",
        "showlegend": False,
    }


def _axis(title: str, domain: list[float]) -> Figure:
    return {
        "title": {"text": title, "standoff": 6, "font": {"size": 11}},
        "domain": domain,
        "rangemode": "tozero",
        "gridcolor": "var(--grid)",
        "zerolinecolor": "var(--line)",
        "fixedrange": True,
        "nticks": 5,
    }


def _rectangle(start_ms: int, end_ms: int) -> Figure:
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": start_ms,
        "x1": end_ms,
        "y0": 0,
        "y1": 0.915,
        "layer": "below",
    }


def _line(
    xs: list[int | None], ys: list[float | None], colour: str, width: float, dash: str = "solid"
) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "line": {"color": colour, "width": width, "dash": dash},
        "hoverinfo": "skip",
    }


def _marks(boluses: list[Bolus], heights: list[float], marker: Figure) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [bolus.start_ms for bolus in boluses],
        "y": heights,
        "marker": marker,
        "cliponaxis": False,
        "customdata": [
            f"asked {words.dose(bolus.asked_mu)} U, given {words.dose(bolus.given_mu)} U"
            f"<br>{words.outcome(bolus)}{words.extended(bolus)}"
            for bolus in boluses
        ],
        "hovertemplate": "%{x|%H:%M} bolus<br>%{customdata}<extra></extra>",
    }


def _stems(stems: list[tuple[int, float, float]]) -> tuple[list[int | None], list[float | None]]:
    """Upright lines (time, from, to) as one broken line."""
    xs: list[int | None] = []
    ys: list[float | None] = []
    for at, low, high in stems:
        xs += [at, at, None]
        ys += [low, high, None]
    return xs, ys


def _given(bolus: Bolus) -> float:
    return (bolus.given_mu or 0) / 1000


def _top(day: Day) -> float:
    """Height of the bolus panel: some room over the highest mark."""
    heights = [max(bolus.asked_mu or 0, bolus.given_mu or 0) for bolus in day.boluses]
    return max([1000, *heights]) * 1.18 / 1000


def _rate_at(day: Day, at_ms: int) -> float:
    rates = [rate for rate in day.rates if rate.start_ms <= at_ms <= rate.end_ms]
    return rates[-1].rate_mu_h / 1000 if rates else 0


def _value(amount: Amount, in_units: bool) -> float:
    if in_units and amount.mu is not None:
        return round(amount.mu / 1000, 4)
    return float(amount.steps)
