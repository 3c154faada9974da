"""Turns the facts of a log into figures: for each day, and for the whole period.

Every number of the report is computed here and nowhere else. A dose is what the log confirms; what
is uncertain stands beside it with its bounds and is in no sum of doses.
"""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from basalt.history import (
    DAY_MS,
    Alarm,
    Bolus,
    Change,
    Dose,
    History,
    Level,
    Missing,
    Move,
    Note,
    Off,
    Rate,
    Stop,
    Uncertain,
    UnderWay,
)

HOUR_MS = 3_600_000
# A day that the log covers but for an hour counts in averages; so does a day of 23 h in spring.
WHOLE_DAY_S = 23 * 3600 - 60
# Days without a record are shown as such, unless the clock or the pump was away for longer.
_MOST_EMPTY_DAYS = 31


@dataclass
class Amount:
    """Steps, and the units into which they are turned; None: not known how."""

    steps: int = 0
    mu: float | None = 0.0

    def add(self, steps: int, mu: float | None) -> None:
        """Add what was counted."""
        self.steps += steps
        self.mu = None if self.mu is None or mu is None else self.mu + mu

    def __add__(self, other: "Amount") -> "Amount":
        total = Amount(self.steps, self.mu)
        total.add(other.steps, other.mu)
        return total


@dataclass
class Bounds:
    """Between `least` and `most` may have been given besides what is certain."""

    least: Amount = field(default_factory=Amount)
    most: Amount = field(default_factory=Amount)

    def add(self, found: Uncertain) -> None:
        """One more stretch that nobody knows."""
        self.least.add(found.min_steps, found.min_mu)
        self.most.add(found.max_steps, found.max_mu)


@dataclass
class Hour:
    """One hour of a day."""

    basal: Amount = field(default_factory=Amount)
    bolus: Amount = field(default_factory=Amount)
    rates_mu_h: list[int] = field(default_factory=list[int])  # in force, one after the other
    level: Level | None = None  # of the reservoir at its end; None: nothing is known of it


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
    levels: list[Level] = field(default_factory=list[Level])  # the first: at the day's start
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
    changes: int = 0
    missing_records: int = 0
    restarts: int = 0

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


def analyse(history: History, since: date | None = None, until: date | None = None) -> Analysis:
    """The figures of the days from `since` to `until`, both included; of all without them."""
    all_days = _Days(history)
    days = [
        day
        for day in all_days.sorted()
        if (since is None or day.date >= since) and (until is None or day.date <= until)
    ]
    # A damaged record has no time of its own, so it belongs to every period.
    timeless = [found for found in history.missing if not found.end_ms]
    missing = timeless + [found for day in days for found in day.missing]
    last_day = all_days.last_day()
    reaches_end = bool(days) and days[-1].start_ms // DAY_MS == last_day
    return Analysis(
        pump=history.pump,
        in_units=history.in_units,
        records=history.records,
        days=days,
        summary=_summary(days, missing),
        uncertain=[found for day in days for found in day.uncertain],
        missing=missing,
        under_way=history.under_way if reaches_end else [],
        unknown_events=history.unknown_events,
        odometer_checks=history.odometer_checks,
        odometer_differences=history.odometer_differences,
    )


class _Days:
    """Sorts the facts of a history into its days."""

    def __init__(self, history: History) -> None:
        self._days: dict[int, Day] = {}
        self._fill_time(history)
        self._fill_motion(history)
        self._fill_events(history)
        self._fill_levels(history.levels)
        for number, total in history.day_totals.items():
            self._day(number * DAY_MS).pump_total_mu = total

    def sorted(self) -> list[Day]:
        """All days in order, with the empty ones in short gaps."""
        days: list[Day] = []
        for number in sorted(self._days):
            day = self._days[number]
            if days:
                empty = (day.date - days[-1].date).days - 1
                if empty <= _MOST_EMPTY_DAYS:
                    first = days[-1].date
                    days += [Day(first + timedelta(days=n + 1)) for n in range(empty)]
            days.append(day)
        return days

    def last_day(self) -> int:
        """The number of the last one; -1 without any."""
        return max(self._days, default=-1)

    def _day(self, at_ms: int) -> Day:
        number = at_ms // DAY_MS
        if number not in self._days:
            self._days[number] = Day(date(1970, 1, 1) + timedelta(days=number))
        return self._days[number]

    def _fill_time(self, history: History) -> None:
        for start, end in history.covered:
            for first, last in _cut(start, end, DAY_MS):
                self._day(first).covered_s += round((last - first) / 1000)
        for rate in history.rates:
            self._add_rate(rate)
        for stop in history.stops:
            for first, last in _cut(stop.start_ms, stop.end_ms, DAY_MS):
                over = stop.over and last == stop.end_ms
                self._day(first).stops.append(Stop(first, last, stop.reason, stop.source, over))
                self._day(first).stopped_s += round((last - first) / 1000)
        for off in history.offs:
            if off.known and 0 <= off.end_ms - off.start_ms <= _MOST_EMPTY_DAYS * DAY_MS:
                for first, last in _cut(off.start_ms, off.end_ms, DAY_MS):
                    self._day(first).offs.append(Off(first, last, True, off.cause))
            else:
                self._day(off.start_ms).offs.append(off)

    def _add_rate(self, rate: Rate) -> None:
        for first, last in _cut(rate.start_ms, rate.end_ms, DAY_MS):
            self._day(first).rates.append(Rate(first, last, rate.rate_mu_h))
        for first, last in _cut(rate.start_ms, rate.end_ms, HOUR_MS):
            seen = self._day(first).hours[first % DAY_MS // HOUR_MS].rates_mu_h
            if last > first and seen[-1:] != [rate.rate_mu_h]:
                seen.append(rate.rate_mu_h)

    def _add_dose(self, dose: Dose) -> None:
        left = dose.steps
        length = dose.end_ms - dose.start_ms
        for first, last in _cut(dose.start_ms, dose.end_ms, HOUR_MS):
            steps = left if last == dose.end_ms else round(dose.steps * (last - first) / length)
            steps = min(left, steps)
            left -= steps
            mu = None if dose.mu is None else dose.mu * steps / dose.steps
            day = self._day(first)
            hour = day.hours[first % DAY_MS // HOUR_MS]
            if dose.kind == "basal":
                day.basal.add(steps, mu)
                hour.basal.add(steps, mu)
            else:
                day.bolus.add(steps, mu)
                hour.bolus.add(steps, mu)

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

    def _fill_motion(self, history: History) -> None:
        for dose in history.doses:
            self._add_dose(dose)
        for move in history.moves:
            day = self._day(move.start_ms)
            day.moves.append(move)
            if move.kind != "rewind":
                day.primed.add(move.steps, move.mu)
        for found in history.uncertain:
            day = self._day(found.start_ms)
            day.uncertain.append(found)
            if found.is_dose:
                day.uncertain_dose.add(found)

    def _fill_levels(self, levels: list[Level]) -> None:
        for level in levels:
            self._day(level.at_ms).levels.append(level)
        before: Level | None = None
        for number in sorted(self._days):
            day = self._days[number]
            if before is not None:
                day.levels.insert(0, Level(day.start_ms, before.steps, before.mu))
            if day.levels:
                before = day.levels[-1]
            for level in day.levels:
                day.hours[level.at_ms % DAY_MS // HOUR_MS].level = level
            for earlier, hour in zip(day.hours, day.hours[1:], strict=False):
                hour.level = hour.level or earlier.level


def _cut(start_ms: int, end_ms: int, length_ms: int) -> Iterator[tuple[int, int]]:
    """A stretch in pieces that do not cross a multiple of `length_ms`; at least one."""
    while True:
        border = (start_ms // length_ms + 1) * length_ms
        if end_ms <= border:
            yield start_ms, max(start_ms, end_ms)
            return
        yield start_ms, border
        start_ms = border


def _share(basal: Amount, bolus: Amount) -> float | None:
    steps = basal.steps + bolus.steps
    return basal.steps / steps if steps else None


def _summary(days: list[Day], missing: list[Missing]) -> Summary:
    summary = Summary(days=sum(1 for day in days if not day.is_empty))
    answered: list[int] = []
    for day in days:
        summary.basal = summary.basal + day.basal
        summary.bolus = summary.bolus + day.bolus
        summary.boluses += len(day.begun)
        summary.interrupted += len(day.interrupted)
        summary.refused += len(day.refused)
        summary.stopped_s += day.stopped_s
        summary.changes += len(day.changes)
        summary.restarts += sum(1 for note in day.notes if note.event == "boot")
        for found in day.uncertain:
            if found.is_dose:
                summary.uncertain_dose.add(found)
        for alarm in day.alarms:
            summary.alarms[alarm.priority] = summary.alarms.get(alarm.priority, 0) + 1
            if alarm.acknowledged_s is not None:
                answered.append(alarm.acknowledged_s)
    summary.missing_records = sum(found.records for found in missing)
    summary.acknowledged = len(answered)
    summary.acknowledged_after_s = statistics.median(answered) if answered else None
    _average([day for day in days if day.is_whole], summary)
    return summary


def _average(whole: list[Day], summary: Summary) -> None:
    summary.whole_days = len(whole)
    if not whole:
        return
    totals = sorted((day.total for day in whole), key=lambda total: total.steps)
    known = [total.mu for total in totals if total.mu is not None]
    mean_mu = statistics.fmean(known) if len(known) == len(totals) else None
    summary.average_day = Amount(round(statistics.fmean(t.steps for t in totals)), mean_mu)
    summary.least_day, summary.most_day = totals[0], totals[-1]
    summary.boluses_a_day = statistics.fmean(len(day.begun) for day in whole)
