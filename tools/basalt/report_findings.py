"""What stands out of an analysis, in words for the person who wears the pump, and their habits."""

from dataclasses import dataclass

from basalt import report_words as words
from basalt.analysis import Analysis
from basalt.history import DAY_MS
from basalt.terms import CHANGE_EVERY_MS, MEALS, SOON_S

_MOST_FINDINGS = 7
_GRAVITY = ("high", "medium", "low")


@dataclass(frozen=True)
class Habit:
    """How often something that a pump asks of its user was done."""

    what: str
    kept: int
    of: int

    @property
    def share(self) -> float | None:
        """0 to 1; None where there was no occasion."""
        return self.kept / self.of if self.of else None


def habits(analysis: Analysis) -> list[Habit]:
    """What was done of what is asked for, with the reminders that the pump gives."""
    summary = analysis.summary
    days = len(analysis.days)
    found = [Habit("Days on which the pump ran all day", summary.whole_days, days)]
    for meal in MEALS:
        missed = summary.meals_missed.get(meal.name, 0)
        window = f"{_clock(meal.from_min)}\u2013{_clock(meal.to_min)}"
        what = f"A bolus at {meal.name} ({window}), on whole days"
        found.append(Habit(what, summary.whole_days - missed, summary.whole_days))
    begun = summary.boluses
    found.append(Habit("Boluses given to the end", begun - summary.interrupted, begun))
    found += _of_the_calculator(analysis, begun)
    alarms = sum(summary.alarms.values())
    soon = f"Alarms acknowledged within {SOON_S // 60} min"
    found.append(Habit(soon, summary.acknowledged_soon, alarms))
    for row in analysis.change_habits:
        days_text = f"{CHANGE_EVERY_MS // DAY_MS} days"
        what = f"{words.plain(row['kind'])} changed within {days_text} of the last time"
        found.append(Habit(what, row["in_time"], row["intervals"]))
    return found


def _of_the_calculator(analysis: Analysis, begun: int) -> list[Habit]:
    reckoned = [each for day in analysis.days for each in day.begun if each.calculation]
    if not reckoned:
        return []
    as_it_said = sum(not each.override_mu for each in reckoned)
    more = sum(each.override_mu > 0 for each in reckoned)
    return [
        Habit("Boluses by the calculator", len(reckoned), begun),
        Habit("Of these as it recommended", as_it_said, len(reckoned)),
        Habit("Of these more than it recommended", more, len(reckoned)),
    ]


def findings(analysis: Analysis) -> list[tuple[str, str]]:
    """(severity, sentence), the gravest first."""
    found = [*_doubts(analysis), *_attention(analysis), *_routine(analysis)]
    found.sort(key=lambda one: _GRAVITY.index(one[0]))
    return found[:_MOST_FINDINGS] or [("good", "Nothing stands out in these days.")]


def _doubts(analysis: Analysis) -> list[tuple[str, str]]:
    summary = analysis.summary
    found: list[tuple[str, str]] = []
    most = summary.uncertain_dose.most
    if most.steps:
        text = words.bounds(summary.uncertain_dose, analysis.in_units)
        unit = "U" if analysis.in_units else "steps"
        number = sum(one.is_dose for one in analysis.uncertain)
        where = words.count(number, "stretch", "stretches")
        text = (
            f"After losing power or records {where} cannot be told for certain: {text} {unit}"
            " may have been given besides what is shown."
        )
        found.append(("high", text))
    if summary.missing_records:
        records = words.count(summary.missing_records, "missing record")
        found.append(("medium", f"This report is without {records}, and without what they told."))
    return found


def _attention(analysis: Analysis) -> list[tuple[str, str]]:
    summary = analysis.summary
    found: list[tuple[str, str]] = []
    if summary.alarms.get("high"):
        names = sorted({r["alarm"] for r in analysis.alarm_kinds if r["priority"] == "high"})
        told = ", ".join(name.replace("_", " ") for name in names)
        count = words.count(summary.alarms["high"], "alarm")
        found.append(("high", f"{count} of high priority stopped delivery: {told}."))
    alarms = sum(summary.alarms.values())
    late = alarms - summary.acknowledged_soon
    if late:
        count = words.count(late, "alarm")
        minutes = SOON_S // 60
        found.append(("medium", f"{count} waited longer than {minutes} min to be acknowledged."))
    missed = {name: count for name, count in summary.meals_missed.items() if count}
    if missed:
        told = ", ".join(f"{name} on {words.count(n, 'day')}" for name, n in missed.items())
        found.append(("medium", f"No bolus at a usual meal time: {told}."))
    if summary.interrupted:
        count = words.count(summary.interrupted, "bolus", "boluses")
        found.append(("medium", f"{count} ended before all was given."))
    return found


def _routine(analysis: Analysis) -> list[tuple[str, str]]:
    summary = analysis.summary
    found: list[tuple[str, str]] = []
    for row in analysis.change_habits:
        late = row["intervals"] - row["in_time"]
        if late:
            longest = words.duration(row["longest_ms"] / 1000)
            count = words.times(late)
            text = f"The {row['kind']} stayed longer than 3 days {count}; at most {longest}."
            found.append(("medium", text))
    if summary.suspended_s:
        text = f"Delivery was suspended by hand for {words.duration(summary.suspended_s)} in all."
        found.append(("low", text))
    if summary.refused:
        count = words.count(summary.refused, "bolus", "boluses")
        found.append(("low", f"The pump refused {count}; the days say why."))
    return found


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
