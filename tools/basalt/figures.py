"""The analysis, written once: figures of any number of pumps as Ibis expressions over the facts.

Each function takes the table of facts.py, wherever it lies, and gives a table with a row for each
pump, day or group. So the same code runs on the engine that comes along (engine.py) and on the one
that a study with many pumps has: connect Ibis to it, hand over the table of
`basalt export --format parquet`.

A dose is what the log confirms; what is uncertain stands beside it with its bounds and is in no
sum of doses. Where the log does not tell how many steps make a unit, milliunits are empty.
"""

# Ibis builds its expressions at run time: their types are not known before.
# pyright: basic

from typing import Any

import ibis

from basalt.terms import (
    CHANGE_EVERY_MS,
    DAY_MS,
    MEALS,
    PRIORITIES,
    SOON_S,
    WHOLE_DAY_S,
    Meal,
)

Table = Any  # an ibis.Table; its columns are attributes that no checker can know


def days(facts: Table, meals: tuple[Meal, ...] = MEALS) -> Table:
    """One row for each day of each pump of which a record speaks."""
    t = facts.filter(facts.day.notnull())
    bolus = t.what == "bolus"
    alarm = t.what == "alarm"
    doubt = (t.what == "uncertain") & t.name.isin(["basal", "bolus", "unknown"])
    short = bolus & ~t.detail.isin(["all_given", "under_way"])
    columns = {
        "covered_s": _sum(t.seconds, t.what == "covered"),
        **_amount(t, "basal", _dose(t, "basal")),
        **_amount(t, "bolus", _dose(t, "bolus")),
        **_amount(t, "primed", (t.what == "move") & ~t.name.isin(["rewind", "take_up"])),
        **_amount(t, "least", doubt),
        **_amount(t, "most", doubt, t.most_steps, t.most_mu),
        "stopped_s": _sum(t.seconds, t.what == "stop"),
        "suspended_s": _sum(t.seconds, (t.what == "stop") & (t.name == "suspended")),
        "off_s": _sum(t.seconds, t.what == "off"),
        "boluses": t.count(where=bolus),
        "interrupted": t.count(where=short),
        "refused": t.count(where=t.what == "refusal"),
        "alarms": t.count(where=alarm),
        **{f"alarms_{p}": t.count(where=alarm & (t.detail == p)) for p in PRIORITIES},
        "changes": t.count(where=t.what == "change"),
        "clock_changes": t.count(where=t.what == "clock"),
        "reminders": t.count(where=t.what == "reminder"),
        "repeats": t.count(where=t.what == "repeat"),
        "restarts": t.count(where=(t.what == "note") & (t.name == "boot")),
        "notes": t.count(where=t.what == "note"),
        "pump_basal_mu": t.mu.sum(where=(t.what == "total") & (t.name == "basal")),
        "pump_bolus_mu": t.mu.sum(where=(t.what == "total") & (t.name == "bolus")),
    }
    minute = (t.start_ms % DAY_MS) / 60_000
    for meal in meals:
        within = (minute >= meal.from_min) & (minute < meal.to_min)
        columns[f"at_{meal.name}"] = t.count(where=bolus & (t.steps > 0) & within)
    found = t.group_by("pump", "day").agg(**columns)
    return found.mutate(
        total_steps=found.basal_steps + found.bolus_steps,
        total_mu=found.basal_mu + found.bolus_mu,
        is_whole=found.covered_s >= WHOLE_DAY_S,
        is_empty=(found.covered_s == 0) & (found.notes == 0),
    ).order_by("pump", "day")


def hours(facts: Table) -> Table:
    """One row for each hour of each day in which a dose was given."""
    t = facts.filter(facts.what == "dose")
    return (
        t.group_by("pump", "day", "hour")
        .agg(**_amount(t, "basal", _dose(t, "basal")), **_amount(t, "bolus", _dose(t, "bolus")))
        .order_by("pump", "day", "hour")
    )


def clock_hours(facts: Table) -> Table:
    """One row for each hour of the clock, over all days: doses given and boluses begun in it."""
    t = facts.filter(facts.what.isin(["dose", "bolus"]))
    bolus = t.what == "bolus"
    return (
        t.group_by("pump", "hour")
        .agg(
            **_amount(t, "basal", _dose(t, "basal")),
            **_amount(t, "bolus", _dose(t, "bolus")),
            boluses=t.count(where=bolus),
        )
        .order_by("pump", "hour")
    )


def summary(facts: Table, meals: tuple[Meal, ...] = MEALS) -> Table:
    """One row for each pump, over all its days."""
    return summary_of(days(facts, meals), meals)


def summary_of(d: Table, meals: tuple[Meal, ...] = MEALS) -> Table:
    """The same, of the table of days."""
    whole = d.is_whole
    columns = {}
    for name in ("basal", "bolus", "primed", "least", "most"):
        columns[f"{name}_steps"] = _sum(d[f"{name}_steps"], None)
        # A sum over days of which one is not known in units is not known either.
        known = d.count(where=d[f"{name}_mu"].isnull()) == 0
        columns[f"{name}_mu"] = ibis.ifelse(known, d[f"{name}_mu"].sum(), ibis.null("float64"))
    counted = ("boluses", "interrupted", "refused", "alarms", "changes", "clock_changes")
    counted += ("reminders", "repeats", "restarts", "covered_s", "stopped_s", "suspended_s")
    counted += ("off_s", *(f"alarms_{priority}" for priority in PRIORITIES))
    columns.update({name: _sum(d[name], None) for name in counted})
    all_known = d.count(where=whole & d.total_mu.isnull()) == 0
    columns.update(
        days=d.count(where=~d.is_empty),
        whole_days=d.count(where=whole),
        average_steps=d.total_steps.mean(where=whole),
        average_mu=ibis.ifelse(all_known, d.total_mu.mean(where=whole), ibis.null("float64")),
        least_day_steps=d.total_steps.min(where=whole),
        most_day_steps=d.total_steps.max(where=whole),
        least_day_mu=ibis.ifelse(all_known, d.total_mu.min(where=whole), ibis.null("float64")),
        most_day_mu=ibis.ifelse(all_known, d.total_mu.max(where=whole), ibis.null("float64")),
        boluses_a_day=d.boluses.mean(where=whole),
        alarms_a_day=d.alarms.mean(where=whole),
        days_without_bolus=d.count(where=whole & (d.boluses == 0)),
    )
    for meal in meals:
        missed = whole & (d[f"at_{meal.name}"] == 0)
        columns[f"missed_{meal.name}"] = d.count(where=missed)
    return d.group_by("pump").agg(**columns).order_by("pump")


def months(facts: Table, meals: tuple[Meal, ...] = MEALS) -> Table:
    """One row for each month of each pump."""
    return months_of(days(facts, meals))


def months_of(days: Table) -> Table:
    """The same, of the table of days."""
    d = days.mutate(month=lambda t: t.day.substr(0, 7))
    whole = d.is_whole
    counted = ("boluses", "interrupted", "refused", "alarms", "changes", "stopped_s")
    return (
        d.group_by("pump", "month")
        .agg(
            days=d.count(where=~d.is_empty),
            whole_days=d.count(where=whole),
            average_mu=d.total_mu.mean(where=whole),
            average_steps=d.total_steps.mean(where=whole),
            basal_steps=_sum(d.basal_steps, None),
            bolus_steps=_sum(d.bolus_steps, None),
            **{name: _sum(d[name], None) for name in counted},
        )
        .order_by("pump", "month")
    )


def answers(facts: Table) -> Table:
    """One row for each pump: how soon its alarms were acknowledged."""
    return _answered(facts.filter(facts.what == "alarm"), "pump")


def alarm_kinds(facts: Table) -> Table:
    """One row for each kind of alarm: how many, and how soon they were acknowledged."""
    t = facts.filter(facts.what == "alarm").rename(alarm="name", priority="detail")
    return _answered(t, "pump", "priority", "alarm")


def bolus_kinds(facts: Table) -> Table:
    """One row for each kind, source and outcome of boluses; of refusals, the reason."""
    t = facts.filter(facts.what.isin(["bolus", "refusal"]))
    found = t.group_by("pump", "what", "name", "source", "detail").agg(
        boluses=t.count(),
        asked_mu=_sum(t.asked_mu, t.asked_mu.notnull()),
        **_amount(t, "given", t.what == "bolus"),
    )
    found = found.rename(kind="name", outcome="detail")
    return found.order_by("pump", "what", "kind", "source", "outcome")


def stop_reasons(facts: Table) -> Table:
    """One row for each reason why nothing was delivered."""
    t = facts.filter(facts.what == "stop")
    found = t.group_by("pump", "name").agg(
        times=_sum(t.number, t.number >= 0), seconds=_sum(t.seconds, None)
    )
    return found.rename(reason="name").order_by("pump", "reason")


def changes(facts: Table) -> Table:
    """One row for each reservoir, tubing and cannula filled, with the time since the last."""
    reservoir = (facts.what == "change") & facts.mu.notnull()
    filled = (facts.what == "move") & facts.name.isin(("prime", "cannula")) & (facts.steps > 0)
    t = facts.filter(reservoir | filled)
    line = ibis.ifelse(t.name == "prime", "tubing", "site")
    t = t.mutate(kind=ibis.ifelse(t.what == "change", "reservoir", line))
    order = ibis.window(group_by=["pump", "kind"], order_by=["start_ms", "seq"])
    found = t.mutate(since_ms=t.start_ms - t.start_ms.lag(1).over(order))
    columns = ("pump", "kind", "day", "start_ms", "since_ms", "mu")
    return found.select(*columns).order_by("pump", "kind", "start_ms")


def change_habits(facts: Table) -> Table:
    """One row for what is changed, reservoir or site: how long each was in use."""
    t = changes(facts)
    t = t.filter(t.kind != "tubing")  # which may take several primes in one change
    return (
        t.group_by("pump", "kind")
        .agg(
            changes=t.count(),
            intervals=t.count(where=t.since_ms.notnull()),
            # Spark counts what is true as a sum, which is nothing where nothing is known.
            in_time=t.count(where=t.since_ms.notnull() & (t.since_ms <= CHANGE_EVERY_MS)),
            mean_ms=t.since_ms.mean(),
            longest_ms=t.since_ms.max(),
        )
        .order_by("pump", "kind")
    )


def missing(facts: Table) -> Table:
    """One row for each reason why records are missing; those without a time belong to all days."""
    t = facts.filter(facts.what == "missing")
    return t.group_by("pump", "name").agg(records=_sum(t.value, None)).order_by("pump", "name")


ALL = {
    "days": days,
    "hours": hours,
    "clock_hours": clock_hours,
    "summary": summary,
    "months": months,
    "answers": answers,
    "alarm_kinds": alarm_kinds,
    "bolus_kinds": bolus_kinds,
    "stop_reasons": stop_reasons,
    "changes": changes,
    "change_habits": change_habits,
    "missing": missing,
}
# What needs no more than the table of days, where an engine has that already.
OF_DAYS = {"summary": summary_of, "months": months_of}


def _dose(t, name):
    return (t.what == "dose") & (t.name == name)


def _sum(column, where):
    return column.sum(where=where).fill_null(0)


def _amount(t, name, where, steps=None, mu=None):
    """Steps and milliunits of some rows; no milliunits when those of any row are not known."""
    steps = t.steps if steps is None else steps
    mu = t.mu if mu is None else mu
    known = t.count(where=where & mu.isnull()) == 0
    total = ibis.ifelse(known, mu.sum(where=where).fill_null(0.0), ibis.null("float64"))
    return {f"{name}_steps": _sum(steps, where), f"{name}_mu": total}


def _answered(t, *by):
    """Of each group: alarms, acknowledged ones, those soon, the median and the longest time."""
    found = t.group_by(by).agg(
        alarms=t.count(),
        acknowledged=t.count(where=t.seconds.notnull()),
        soon=t.count(where=t.seconds.notnull() & (t.seconds <= SOON_S)),
        longest_s=t.seconds.max(),
    )
    # The median by hand: not every engine has an exact one. Places count from 0, so that the
    # middle ones are those whose double is next to the count.
    known = t.filter(t.seconds.notnull())
    order = ibis.window(group_by=by, order_by=["seconds", "seq"])
    ranked = known.mutate(
        place=ibis.row_number().over(order), of=known.count().over(ibis.window(group_by=by))
    )
    middle = ranked.filter((ranked.place * 2 >= ranked.of - 2) & (ranked.place * 2 <= ranked.of))
    median = middle.group_by(by).agg(median_s=middle.seconds.mean())
    return found.left_join(median, by).select(*found.columns, "median_s").order_by(by)
