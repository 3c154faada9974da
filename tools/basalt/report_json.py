"""Writes the figures of an analysis as plain values, for other programs."""

from datetime import UTC, datetime
from typing import Any

from basalt.analysis import Amount, Analysis, Bounds, Day, Summary
from basalt.history import Alarm, Bolus, Missing, Stop, Uncertain


def to_json(analysis: Analysis) -> dict[str, Any]:
    """All figures: amounts in mU and in steps, times local without a zone."""
    return {
        "pump": analysis.pump,
        "not_a_medical_device": True,
        "records": analysis.records,
        "unknown_events": analysis.unknown_events,
        "odometer_checks": analysis.odometer_checks,
        "odometer_differences": analysis.odometer_differences,
        "summary": _summary(analysis.summary),
        "days": [_day(day) for day in analysis.days],
        "missing": [_missing(found) for found in analysis.missing],
        "under_way": [
            {
                "kind": one.kind,
                "since": local_text(one.start_ms),
                "most": _amount(Amount(one.max_steps, one.max_mu)),
            }
            for one in analysis.under_way
        ],
    }


def local_text(at_ms: int) -> str:
    """A wall clock time as YYYY-MM-DDTHH:MM:SS."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}"


def _summary(summary: Summary) -> dict[str, Any]:
    return {
        "days": summary.days,
        "whole_days": summary.whole_days,
        "average_day": _amount(summary.average_day),
        "total": _amount(summary.total),
        "basal": _amount(summary.basal),
        "bolus": _amount(summary.bolus),
        "basal_share": summary.basal_share,
        "uncertain_dose": _bounds(summary.uncertain_dose),
        "boluses": summary.boluses,
        "boluses_a_day": summary.boluses_a_day,
        "interrupted": summary.interrupted,
        "refused": summary.refused,
        "alarms": summary.alarms,
        "acknowledged_after_s": summary.acknowledged_after_s,
        "stopped_s": summary.stopped_s,
        "reservoir_changes": summary.changes,
        "restarts": summary.restarts,
        "missing_records": summary.missing_records,
    }


def _day(day: Day) -> dict[str, Any]:
    return {
        "date": day.date.isoformat(),
        "covered_s": day.covered_s,
        "whole": day.is_whole,
        "total": _amount(day.total),
        "basal": _amount(day.basal),
        "bolus": _amount(day.bolus),
        "basal_share": day.basal_share,
        "uncertain_dose": _bounds(day.uncertain_dose),
        "pump_total_mu": day.pump_total_mu and sum(day.pump_total_mu),
        "primed": _amount(day.primed),
        "stopped_s": day.stopped_s,
        "basal_by_hour": [_amount(hour.basal) for hour in day.hours],
        "bolus_by_hour": [_amount(hour.bolus) for hour in day.hours],
        "boluses": [_bolus(bolus) for bolus in day.boluses],
        "alarms": [_alarm(alarm) for alarm in day.alarms],
        "stops": [_stop(stop) for stop in day.stops],
        "uncertain": [_uncertain(found) for found in day.uncertain],
        "reservoir_changes": [
            {"at": local_text(change.start_ms), "reservoir_mu": change.reservoir_mu}
            for change in day.changes
        ],
    }


def _bolus(bolus: Bolus) -> dict[str, Any]:
    return {
        "bolus_id": bolus.bolus_id or None,
        "start": local_text(bolus.start_ms),
        "asked_mu": bolus.asked_mu,
        "given_mu": bolus.given_mu,
        "given_steps": bolus.given_steps,
        "outcome": bolus.outcome,
        "refusal": bolus.refusal or None,
        "source": bolus.source,
        "uncertain": None if bolus.uncertain is None else _uncertain(bolus.uncertain),
    }


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {
        "alarm": alarm.alarm,
        "priority": alarm.priority,
        "value": alarm.value,
        "raised": local_text(alarm.raised_ms),
        "acknowledged_after_s": alarm.acknowledged_s,
        "cleared_after_s": alarm.cleared_s,
    }


def _stop(stop: Stop) -> dict[str, Any]:
    return {
        "reason": stop.reason,
        "source": stop.source,
        "start": local_text(stop.start_ms),
        "end": local_text(stop.end_ms),
    }


def _uncertain(found: Uncertain) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "cause": found.cause,
        "bolus_id": found.bolus_id or None,
        "start": local_text(found.start_ms),
        "end": local_text(found.end_ms),
        "least": _amount(Amount(found.min_steps, found.min_mu)),
        "most": _amount(Amount(found.max_steps, found.max_mu)),
    }


def _missing(found: Missing) -> dict[str, Any]:
    timed = found.end_ms > 0
    return {
        "records": found.records,
        "reason": found.reason,
        "start": local_text(found.start_ms) if timed else None,
        "end": local_text(found.end_ms) if timed else None,
    }


def _bounds(bounds: Bounds) -> dict[str, Any]:
    return {"least": _amount(bounds.least), "most": _amount(bounds.most)}


def _amount(amount: Amount | None) -> dict[str, Any] | None:
    if amount is None:
        return None
    return {"steps": amount.steps, "mu": None if amount.mu is None else round(amount.mu, 3)}
