"""Says figures of the report in words: amounts, times, outcomes, reasons."""

from datetime import UTC, date, datetime
from typing import Any

from basalt.analysis import Amount, Bounds, Day
from basalt.history import (
    Alarm,
    Bolus,
    Missing,
    Off,
    Portion,
    Stop,
    Temporary,
    Uncertain,
    UnderWay,
)
from basalt.history_columns import Level

_MINUTE = 60
_HOUR = 3600

_OUTCOMES = {
    "all_given": "given",
    "stopped": "stopped",
    "suspended": "stopped by a suspension",
    "alarm": "stopped by an alarm",
    "power_lost": "cut off by a power loss",
    "time": "a limit held the rest back",
    "under_way": "under way when the log was read",
    "no_end": "its end is not in the log",
}
_REFUSALS = {
    "over_max_bolus": "over the largest bolus, {limit}",
    "over_max_hour": "over the hourly limit, {limit}",
    "over_max_day": "over the daily limit, {limit}",
    "over_max_on_board": "over the most insulin on board, {limit}",
    "reservoir_too_low": "only {limit} left in the reservoir",
    "too_soon": "within the lockout of {minutes} min",
    "suspended": "the pump was suspended",
    "busy": "another bolus was running",
    "delivering": "the pump was delivering",
    "alarm_persists": "an alarm was not resolved",
    "not_repeated": "not repeated as it was counted",
    "too_small": "too small to be given",
    "fault": "the pump had a fault",
    "not_now": "not possible at that moment",
}
_STOPS = {
    "suspended": "Suspended",
    "reservoir_change": "Reservoir change",
    "service": "Service",
}
_TEMPORARY_ENDS = {
    "time": "at its time",
    "stopped": "by hand",
    "stopped_remotely": "by link",
    "renewed": "another took its place",
    "suspended": "delivery was suspended",
    "alarm": "an alarm stopped delivery",
    "power_lost": "the power was lost",
    "no_end": "not in the log",
    "under_way": "under way",
}
_MOVES = {
    "prime": "Tubing primed",
    "cannula": "Cannula filled",
    "measure": "Pumped onto a scale, to calibrate,",
}
_RESTARTS = {
    "power_on": "Without power",
    "watchdog": "Restarted by its watchdog",
    "soft": "Restarted",
    "unknown": "Restarted, its first record is missing",
}


def plain(name: str) -> str:
    """A name of the log as words: 'bolus_incomplete' as 'Bolus incomplete'."""
    return name.replace("_", " ").capitalize()


def units(mu: float) -> str:
    """Milliunits as units with two decimals, without the unit."""
    return f"{mu / 1000:.2f}"


def amount(value: Amount | None, in_units: bool = True) -> str:
    """An amount in the report's unit, without it; a dash for none."""
    if value is None:
        return "–"
    if not in_units or value.mu is None:
        return f"{value.steps}"
    return units(value.mu)


def bounds(value: Bounds, in_units: bool = True) -> str:
    """'0.00 to 0.70', one number when they are equal, '' when nothing is uncertain."""
    if not value.most.steps:
        return ""
    return _between(value.least, value.most, in_units)


def uncertain(found: Uncertain, in_units: bool = True) -> str:
    """The bounds of one stretch."""
    least, most = Amount(found.min_steps, found.min_mu), Amount(found.max_steps, found.max_mu)
    return _between(least, most, in_units)


def level(value: Level | None, in_units: bool = True) -> str:
    """What is left in the reservoir, a dash when it is not known."""
    if value is None or value.steps is None:
        return "–"
    return amount(Amount(value.steps, value.mu), in_units)


def share(value: float | None) -> str:
    """A part as per cent."""
    return "–" if value is None else f"{value * 100:.0f} %"


def duration(seconds: float | None) -> str:
    """'38 s', '11 min', '1 h 02 min', '3 d 4 h'; a dash for none."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 2 * _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < 48 * _HOUR:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} min"
    return f"{whole // (24 * _HOUR)} d {whole // _HOUR % 24} h"


def count(number: int, one: str, more: str = "") -> str:
    """'1 alarm', '3 alarms'."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def times(number: int) -> str:
    """'once', 'twice', '3 times'."""
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def given(row: dict[str, Any], name: str, in_units: bool = True) -> str:
    """An amount in a row of figures."""
    return amount(Amount(row[f"{name}_steps"], row[f"{name}_mu"]), in_units)


def average(row: dict[str, Any], in_units: bool = True) -> str:
    """The average day of a month, a dash when no day of it is whole."""
    if row["average_steps"] is None:
        return "–"
    return amount(Amount(round(row["average_steps"]), row["average_mu"]), in_units)


def row_share(row: dict[str, Any]) -> str:
    """The basal share of a month."""
    steps = row["basal_steps"] + row["bolus_steps"]
    return share(row["basal_steps"] / steps if steps else None)


def reason(name: str) -> str:
    """Why nothing was delivered."""
    return _STOPS.get(name, f"Stopped by: {name.replace('_', ' ')}")


def kind_outcome(row: dict[str, Any]) -> str:
    """How the boluses of a kind ended, or why they were refused."""
    if row["what"] == "refusal":
        return f"refused: {row['outcome'].replace('_', ' ')}"
    return _OUTCOMES.get(row["outcome"], plain(row["outcome"]))


def month(text: str) -> str:
    """'2026-01' as 'January 2026'."""
    return f"{datetime.strptime(text, '%Y-%m'):%B %Y}"


def clock_change(forward_s: int) -> str:
    """How far a clock was set, and which way."""
    return f"{duration(abs(forward_s))} {'forward' if forward_s >= 0 else 'back'}"


def clock(at_ms: int) -> str:
    """HH:MM on the wall."""
    return f"{_moment(at_ms):%H:%M}"


def day_clock(at_ms: int) -> str:
    """'2 Jan 18:51' on the wall."""
    moment = _moment(at_ms)
    return f"{moment.day} {moment:%b %H:%M}"


def day_name(day: date) -> str:
    """'Tue 2 Jan'."""
    return f"{day:%a} {day.day} {day:%b}"


def full_date(day: date) -> str:
    """'Tuesday 2 January 2024'."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def dose(mu: int | None) -> str:
    """What was asked or given of a bolus; a dash when the log does not tell."""
    return "–" if mu is None else units(mu)


def outcome(bolus: Bolus) -> str:
    """How a bolus ended, or why it was refused."""
    if not bolus.is_refused:
        return _OUTCOMES.get(bolus.outcome, plain(bolus.outcome))
    text = _REFUSALS.get(bolus.refusal, bolus.refusal.replace("_", " "))
    limit = f"{units(bolus.limit)} U"
    return "refused: " + text.format(limit=limit, minutes=bolus.limit)


def extended(bolus: Bolus) -> str:
    """How much of a bolus is given over what time; of what was refused no more than its kind."""
    if bolus.later is None:
        return "" if bolus.kind == "normal" else f" ({bolus.kind})"
    over = f"over {minutes(bolus.later.asked_min)}"
    if bolus.kind == "extended":
        return f" ({over})"
    return f" ({portion(bolus.now)} at once, {portion(bolus.later)} {over})"


def portion(found: Portion | None) -> str:
    """What was asked for at once, or over a time."""
    return dose(found.asked_mu if found else None)


def at_once(bolus: Bolus) -> str:
    """The same of a bolus of which all or some is given over a time."""
    return dose(0) if bolus.kind == "extended" else portion(bolus.now)


def minutes(value: int | None) -> str:
    """How long a bolus was to run, or ran; a dash where the log does not tell."""
    return duration(None if value is None else value * _MINUTE)


def calculated(bolus: Bolus) -> str:
    """What the calculator was told, and what it said where another dose was asked for."""
    found = bolus.calculation
    if found is None:
        return ""
    told = [f"{found.carbs_g} g"] if found.carbs_g else []
    told += [f"{found.glucose_mg_dl} mg/dL"] if found.glucose_mg_dl else []
    text = f" (by calculator: {', '.join(told)}"
    return text + (f"; it said {dose(found.recommended_mu)})" if bolus.override_mu else ")")


def acknowledged(alarm: Alarm) -> str:
    """After what time a person answered an alarm."""
    if alarm.acknowledged_s is not None:
        return f"after {duration(alarm.acknowledged_s)}"
    return "not before the restart" if alarm.lost_power else "not in the log"


def over(alarm: Alarm) -> str:
    """After what time an alarm was over."""
    if alarm.cleared_s is not None:
        return f"after {duration(alarm.cleared_s)}"
    return "not before the restart" if alarm.lost_power else "not in the log"


def stop(found: Stop) -> str:
    """Why nothing was delivered."""
    text = reason(found.reason)
    return f"{text}, by {found.source}" if found.reason == "suspended" and found.source else text


def off(found: Off) -> str:
    """What the log tells of a restart."""
    text = _RESTARTS.get(found.cause, plain(found.cause))
    if found.known:
        return text
    return f"{text}; for how long is not known"


def temporary_rate(found: Temporary) -> str:
    """What was asked for in place of the program."""
    return f"{units(found.rate_mu_h)} U/h" if found.percent is None else f"{found.percent} %"


def temporary_given(found: Temporary, in_units: bool = True) -> str:
    """What it gave, a dash where its end is not in the log."""
    return amount(None if found.steps is None else Amount(found.steps, found.mu), in_units)


def temporary_end(found: Temporary) -> str:
    """How it ended."""
    return _TEMPORARY_ENDS.get(found.outcome, plain(found.outcome))


def missing(found: Missing) -> str:
    """Where records are missing, and why."""
    records = "1 record" if found.records == 1 else f"{found.records} records"
    if not found.end_ms:
        return f"{records} came damaged"
    between = f"between {day_clock(found.start_ms)} and {day_clock(found.end_ms)}"
    reason = "" if found.reason == "unknown" else f" ({found.reason})"
    return f"{records} {between}{reason}"


def kind(found: Uncertain) -> str:
    """What an uncertain stretch is part of."""
    if found.kind == "bolus" and found.bolus_id:
        return f"Bolus {found.bolus_id}"
    return "Basal or bolus" if found.kind == "unknown" else plain(found.kind)


def cause(found: Uncertain) -> str:
    """Why nobody knows."""
    if found.cause == "missing_records":
        return "Records are missing; by the pump's odometer"
    return "Power lost"


def under_way(found: UnderWay, in_units: bool = True) -> str:
    """What was open at the end of the log."""
    most = amount(Amount(found.max_steps, found.max_mu), in_units)
    unit = "U" if in_units else "steps"
    return f"{found.kind} since {clock(found.start_ms)}, at most {most} {unit}"


def remarks(day: Day, in_units: bool = True) -> list[tuple[str, str, str]]:
    """(time, text, severity) of what else happened on a day, in order."""
    found = [(note.at_ms, note.text, note.severity) for note in day.notes]
    for change in day.changes:
        filled = f"filled with {dose(change.reservoir_mu)} U"
        text = "not finished" if change.reservoir_mu is None else filled
        found.append((change.start_ms, f"Reservoir change, {text}", "info"))
    unit = "U" if in_units else "steps"
    for move in day.moves:
        if move.kind not in ("rewind", "take_up"):
            made = amount(Amount(move.steps, move.mu), in_units)
            text = _MOVES.get(move.kind, plain(move.kind))
            found.append((move.start_ms, f"{text} with {made} {unit}, beside the dose", "info"))
    found.sort(key=lambda one: one[0])
    return [(clock(at_ms), text, severity) for at_ms, text, severity in found]


def _between(least: Amount, most: Amount, in_units: bool) -> str:
    low, high = amount(least, in_units), amount(most, in_units)
    return high if least.steps == most.steps else f"{low} to {high}"


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC)
