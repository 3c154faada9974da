"""The figures of one log, day by day and over the whole period, as a report shows them.

Every number is an expression of figures.py, run by engine.py; here it gets its place beside the
facts of the day. A dose is what the log confirms; what is uncertain stands beside it with its
bounds and is in no sum of doses.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from basalt import engine, facts
from basalt.engine import Rows
from basalt.facts import HOUR_MS, MOST_EMPTY_DAYS, cut
from basalt.history import (
    DAY_MS,
    Alarm,
    Bolus,
    Change,
    ClockChange,
    History,
    Missing,
    Move,
    Note,
    Off,
    Rate,
    Stop,
    Temporary,
    Uncertain,
    UnderWay,
)
from basalt.history_columns import Level, Levels
from basalt.terms import MEALS, PRIORITIES, WHOLE_DAY_S, Meal


@dataclass
class Amount:
    """Steps, and the units into which they are turned; None: not known how."""

    steps: int = 0
    mu: float | None = 0.0

    def __add__(self, other: "Amount") -> "Amount":
        known = self.mu is not None and other.mu is not None
        return Amount(
            self.steps + other.steps, (self.mu or 0) + (other.mu or 0) if known else None
        )


@dataclass
class Bounds:
    """Between `least` and `most` may have been given besides what is certain."""

    least: Amount = field(default_factory=Amount)
    most: Amount = field(default_factory=Amount)


@dataclass
class Hour:
    """One hour of a day."""

    basal: Amount = field(default_factory=Amount)
    bolus: Amount = field(default_factory=Amount)
    rates_mu_h: list[int] = field(default_factory=list[int])  # in force, one after the other


@dataclass
class Day:
    """One local day, 00:00 to 24:00 on the wall clock of the pump's user."""

    date: date
    covered_s: int = 0  # how much of it lies between records of one start of the pump
    basal: Amount = field(default_factory=Amount)
    bolus: Amount = field(default_factory=Amount)
    uncertain_dose: Bounds = field(default_factory=Bounds)
    primed: Amount = field(default_factory=Amount)  # tubing and cannula: no dose
    hours: list[Hour] = field(default_factory=lambda: [Hour() for _ in range(24)])
    stopped_s: int = 0  # nothing delivered while powered: suspended, alarm, change, service
    meals_missed: list[str] = field(default_factory=list[str])  # of a whole day; see terms.MEALS
    pump_total_mu: tuple[int, int] | None = None  # (basal, bolus) as the pump itself summed up
    boluses: list[Bolus] = field(default_factory=list[Bolus])  # the refused ones too
    alarms: list[Alarm] = field(default_factory=list[Alarm])
    stops: list[Stop] = field(default_factory=list[Stop])  # cut at midnight
    uncertain: list[Uncertain] = field(default_factory=list[Uncertain])
    offs: list[Off] = field(default_factory=list[Off])  # cut at midnight
    moves: list[Move] = field(default_factory=list[Move])
    changes: list[Change] = field(default_factory=list[Change])
    notes: list[Note] = field(default_factory=list[Note])
    rates: list[Rate] = field(default_factory=list[Rate])  # cut at midnight
    levels: Levels = field(default_factory=Levels)  # the first: at the day's start
    missing: list[Missing] = field(default_factory=list[Missing])

    @property
    def start_ms(self) -> int:
        """00:00 of it."""
        return (self.date - date(1970, 1, 1)).days * DAY_MS

    @property
    def total(self) -> Amount:
        """All that the log confirms as given."""
        return self.basal + self.bolus

    @property
    def basal_share(self) -> float | None:
        """Part of the total that is basal, 0 to 1; None when nothing was given."""
        return _share(self.basal, self.bolus)

    @property
    def is_whole(self) -> bool:
        """Whether it counts in averages."""
        return self.covered_s >= WHOLE_DAY_S

    @property
    def is_empty(self) -> bool:
        """No record speaks of it."""
        return not self.covered_s and not self.notes

    @property
    def hour_levels(self) -> list[Level | None]:
        """What was left in the reservoir at the end of each hour; None: nothing is known of it."""
        found: list[Level | None] = [None] * 24
        for hour, level in self.levels.ends_of_hours():
            found[hour] = level
        for hour in range(1, 24):
            found[hour] = found[hour] or found[hour - 1]
        return found

    @property
    def begun(self) -> list[Bolus]:
        """Boluses that were not refused."""
        return [bolus for bolus in self.boluses if not bolus.is_refused]

    @property
    def interrupted(self) -> list[Bolus]:
        """Boluses that ended before all was given."""
        return [bolus for bolus in self.boluses if bolus.is_interrupted]

    @property
    def refused(self) -> list[Bolus]:
        """Boluses that the pump would not give."""
        return [bolus for bolus in self.boluses if bolus.is_refused]


@dataclass
class Summary:
    """Figures over all days of the period."""

    days: int = 0
    whole_days: int = 0
    average_day: Amount | None = None  # total dose, over the whole days
    least_day: Amount | None = None
    most_day: Amount | None = None
    basal: Amount = field(default_factory=Amount)
    bolus: Amount = field(default_factory=Amount)
    uncertain_dose: Bounds = field(default_factory=Bounds)
    boluses: int = 0
    boluses_a_day: float | None = None  # over the whole days
    interrupted: int = 0
    refused: int = 0
    alarms: dict[str, int] = field(default_factory=dict[str, int])  # by priority
    acknowledged: int = 0
    acknowledged_after_s: float | None = None  # the median
    stopped_s: int = 0
    suspended_s: int = 0
    off_s: int = 0  # without power, as far as it is known
    changes: int = 0
    missing_records: int = 0
    restarts: int = 0
    clock_changes: int = 0
    reminders: int = 0
    repeats: int = 0
    alarms_a_day: float | None = None  # over the whole days
    acknowledged_soon: int = 0  # within terms.SOON_S
    days_without_bolus: int = 0
    meals_missed: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def total(self) -> Amount:
        """All that the log confirms as given."""
        return self.basal + self.bolus

    @property
    def basal_share(self) -> float | None:
        """Part of the total that is basal, 0 to 1."""
        return _share(self.basal, self.bolus)


@dataclass
class Analysis:
    """All figures of a report."""

    pump: str
    in_units: bool
    records: int
    days: list[Day]
    summary: Summary
    uncertain: list[Uncertain]
    missing: list[Missing]
    under_way: list[UnderWay]  # of the end of the log, when the period reaches it
    unknown_events: int
    odometer_checks: int
    odometer_differences: int
    # Rows of the tables of figures.py with these names.
    months: Rows
    clock_hours: Rows
    alarm_kinds: Rows
    bolus_kinds: Rows
    stop_reasons: Rows
    changes: Rows
    change_habits: Rows
    clock_changes: list[ClockChange]
    temporaries: list[Temporary]
    extended: list[Bolus]  # of which something was to be given over a time


def analyse(history: History, since: date | None = None, until: date | None = None) -> Analysis:
    """The figures of the days from `since` to `until`, both included; of all without them."""
    table = facts.table(history)
    last = facts.last_day(table)
    found = engine.run(facts.within(table, since, until))
    days = _Days(history, found).between(since, until)
    # A damaged record has no time of its own, so it belongs to every period.
    timeless = [one for one in history.missing if not one.end_ms]
    # A day may begin with nothing but what is left in the reservoir: that is no fact of the table.
    reaches_end = bool(days) and days[-1].date.isoformat() >= (last or "")
    return Analysis(
        pump=history.pump,
        in_units=history.in_units,
        records=history.records,
        days=days,
        summary=_summary(found),
        uncertain=[one for day in days for one in day.uncertain],
        missing=timeless + [one for day in days for one in day.missing],
        under_way=history.under_way if reaches_end else [],
        unknown_events=history.unknown_events,
        odometer_checks=history.odometer_checks,
        odometer_differences=history.odometer_differences,
        months=found["months"],
        clock_hours=found["clock_hours"],
        alarm_kinds=found["alarm_kinds"],
        bolus_kinds=found["bolus_kinds"],
        stop_reasons=found["stop_reasons"],
        changes=found["changes"],
        change_habits=found["change_habits"],
        clock_changes=[one for one in history.clock_changes if _is_in(days, one.at_ms)],
        temporaries=[one for one in history.temporaries if _is_in(days, one.start_ms)],
        extended=[one for one in history.boluses if one.later and _is_in(days, one.start_ms)],
    )


def _is_in(days: list[Day], at_ms: int) -> bool:
    return bool(days) and days[0].start_ms <= at_ms < days[-1].start_ms + DAY_MS


class _Days:
    """Puts figures and facts into their days."""

    def __init__(self, history: History, found: dict[str, Rows]) -> None:
        self._days: dict[int, Day] = {}
        for row in found["days"]:
            self._fill_figures(self._of(row["day"]), row)
        for row in found["hours"]:
            hour = self._of(row["day"]).hours[int(row["hour"])]
            hour.basal, hour.bolus = _amount(row, "basal"), _amount(row, "bolus")
        self._fill_time(history)
        self._fill_events(history)
        self._fill_levels(history.levels)

    def between(self, since: date | None, until: date | None) -> list[Day]:
        """The days in order, with the empty ones in short gaps."""
        days: list[Day] = []
        for number in sorted(self._days):
            day = self._days[number]
            if (since and day.date < since) or (until and day.date > until):
                continue
            if days:
                empty = (day.date - days[-1].date).days - 1
                if empty <= MOST_EMPTY_DAYS:
                    first = days[-1].date
                    days += [Day(first + timedelta(days=n + 1)) for n in range(empty)]
            days.append(day)
        return days

    def _of(self, text: str) -> Day:
        return self._day((date.fromisoformat(text) - date(1970, 1, 1)).days * DAY_MS)

    def _day(self, at_ms: int) -> Day:
        number = at_ms // DAY_MS
        if number not in self._days:
            self._days[number] = Day(date(1970, 1, 1) + timedelta(days=number))
        return self._days[number]

    def _fill_figures(self, day: Day, row: dict[str, Any]) -> None:
        day.covered_s, day.stopped_s = row["covered_s"], row["stopped_s"]
        day.basal, day.bolus = _amount(row, "basal"), _amount(row, "bolus")
        day.primed = _amount(row, "primed")
        day.uncertain_dose = Bounds(_amount(row, "least"), _amount(row, "most"))
        if row["pump_basal_mu"] is not None:
            day.pump_total_mu = (round(row["pump_basal_mu"]), round(row["pump_bolus_mu"]))
        if row["is_whole"]:
            day.meals_missed = [meal.name for meal in MEALS if not row[f"at_{meal.name}"]]

    def _fill_time(self, history: History) -> None:
        for rate in history.rates:
            self._add_rate(rate)
        for stop in history.stops:
            for first, last in cut(stop.start_ms, stop.end_ms, DAY_MS):
                over = stop.over and last == stop.end_ms
                self._day(first).stops.append(Stop(first, last, stop.reason, stop.source, over))
        for off in history.offs:
            if off.known and off.end_ms - off.start_ms <= MOST_EMPTY_DAYS * DAY_MS:
                for first, last in cut(off.start_ms, off.end_ms, DAY_MS):
                    self._day(first).offs.append(Off(first, last, True, off.cause))
            else:
                self._day(off.start_ms).offs.append(off)

    def _add_rate(self, rate: Rate) -> None:
        for first, last in cut(rate.start_ms, rate.end_ms, DAY_MS):
            self._day(first).rates.append(Rate(first, last, rate.rate_mu_h))
        for first, last in cut(rate.start_ms, rate.end_ms, HOUR_MS):
            seen = self._day(first).hours[first % DAY_MS // HOUR_MS].rates_mu_h
            if last > first and seen[-1:] != [rate.rate_mu_h]:
                seen.append(rate.rate_mu_h)

    def _fill_events(self, history: History) -> None:
        for bolus in history.boluses:
            self._day(bolus.start_ms).boluses.append(bolus)
        for alarm in history.alarms:
            self._day(alarm.raised_ms).alarms.append(alarm)
        for note in history.notes:
            self._day(note.at_ms).notes.append(note)
        for change in history.changes:
            self._day(change.start_ms).changes.append(change)
        for missing in history.missing:
            if missing.end_ms:
                self._day(missing.start_ms).missing.append(missing)
        for move in history.moves:
            self._day(move.start_ms).moves.append(move)
        for found in history.uncertain:
            self._day(found.start_ms).uncertain.append(found)

    def _fill_levels(self, levels: Levels) -> None:
        of_days = levels.by_day(DAY_MS)
        for number in of_days:
            self._day(number * DAY_MS)
        before: Level | None = None
        for number in sorted(self._days):
            day = self._days[number]
            own = of_days.get(number, Levels())
            day.levels = own.after(before, day.start_ms) if before else own
            if len(day.levels):
                before = day.levels[-1]


def _amount(row: dict[str, Any], name: str) -> Amount:
    return Amount(row[f"{name}_steps"], row[f"{name}_mu"])


def _share(basal: Amount, bolus: Amount) -> float | None:
    steps = basal.steps + bolus.steps
    return basal.steps / steps if steps else None


def _summary(found: dict[str, Rows], meals: tuple[Meal, ...] = MEALS) -> Summary:
    records = sum(row["records"] for row in found["missing"])
    if not found["summary"]:
        return Summary(missing_records=records)
    (row,) = found["summary"]
    answers = found["answers"][0] if found["answers"] else {"acknowledged": 0, "soon": 0}
    same = ("days", "whole_days", "boluses", "interrupted", "refused", "stopped_s", "suspended_s")
    same += ("off_s", "changes", "restarts", "clock_changes", "reminders", "repeats")
    same += ("boluses_a_day", "alarms_a_day", "days_without_bolus")
    summary = Summary(
        **{name: row[name] for name in same},
        basal=_amount(row, "basal"),
        bolus=_amount(row, "bolus"),
        uncertain_dose=Bounds(_amount(row, "least"), _amount(row, "most")),
        alarms={name: row[f"alarms_{name}"] for name in PRIORITIES if row[f"alarms_{name}"]},
        acknowledged=answers["acknowledged"],
        acknowledged_soon=answers["soon"],
        acknowledged_after_s=answers.get("median_s"),
        missing_records=records,
        meals_missed={meal.name: row[f"missed_{meal.name}"] for meal in meals},
    )
    if summary.whole_days:
        summary.average_day = Amount(round(row["average_steps"]), row["average_mu"])
        summary.least_day = _amount(row, "least_day")
        summary.most_day = _amount(row, "most_day")
    return summary
