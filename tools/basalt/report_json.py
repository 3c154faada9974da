"""Writes the figures of an analysis as plain values, for other programs."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from basalt import report_findings
from basalt.analysis import Amount, Analysis, Bounds, Day, Summary
from basalt.engine import Rows
from basalt.history import Alarm, Bolus, Calculation, Missing, Stop, Temporary, Uncertain


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
        "months": _bare(analysis.months),
        "by_hour_of_day": _bare(analysis.clock_hours),
        "boluses_by_kind": _bare(analysis.bolus_kinds),
        "alarms_by_kind": _bare(analysis.alarm_kinds),
        "stops_by_reason": _bare(analysis.stop_reasons),
        "changes": [_change(row) for row in analysis.changes],
        "change_habits": _bare(analysis.change_habits),
        "clock_changes": [
            {
                "at": local_text(one.at_ms),
                "forward_s": one.forward_s,
                "utc_offset_min": one.utc_offset_min,
                "source": one.source,
            }
            for one in analysis.clock_changes
        ],
        "temporary_basals": [_temporary(one) for one in analysis.temporaries],
        "extended_boluses": [_extended(one) for one in analysis.extended],
        "habits": [asdict(habit) for habit in report_findings.habits(analysis)],
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


def _bare(rows: Rows) -> Rows:
    """Rows without the pump, which stands above them all."""
    return [{name: value for name, value in row.items() if name != "pump"} for row in rows]


def _change(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "what": row["kind"],
        "at": local_text(row["start_ms"]),
        "since_s": None if row["since_ms"] is None else row["since_ms"] // 1000,
        "mu": row["mu"],
    }


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
        "suspended_s": summary.suspended_s,
        "off_s": summary.off_s,
        "alarms_a_day": summary.alarms_a_day,
        "acknowledged": summary.acknowledged,
        "acknowledged_soon": summary.acknowledged_soon,
        "alarms_repeated": summary.repeats,
        "reminders": summary.reminders,
        "clock_changes": summary.clock_changes,
        "days_without_bolus": summary.days_without_bolus,
        "meals_missed": summary.meals_missed,
        "missing_records": summary.missing_records,
    }


def _day(day: Day) -> dict[str, Any]:
    return {
        "date": day.date.isoformat(),
        "covered_s": day.covered_s,
        "whole": day.is_whole,
        "meals_missed": day.meals_missed,
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
        "kind": bolus.kind,
        "start": local_text(bolus.start_ms),
        "asked_mu": bolus.asked_mu,
        "given_mu": bolus.given_mu,
        "given_steps": bolus.given_steps,
        "outcome": bolus.outcome,
        "refusal": bolus.refusal or None,
        "source": bolus.source,
        "uncertain": None if bolus.uncertain is None else _uncertain(bolus.uncertain),
        "calculation": None if bolus.calculation is None else _calculation(bolus.calculation),
    }


def _calculation(found: Calculation) -> dict[str, Any]:
    told = found._asdict()
    del told["bolus_id"]  # it stands in the bolus
    return {**told, "target_mg_dl": list(found.target_mg_dl)}


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


def _temporary(found: Temporary) -> dict[str, Any]:
    given = None if found.steps is None else Amount(found.steps, found.mu)
    return {
        "start": local_text(found.start_ms),
        "end": None if found.end_ms is None else local_text(found.end_ms),
        "percent": found.percent,
        "rate_mu_h": found.rate_mu_h,
        "asked_min": found.asked_min,
        "given": _amount(given),
        "outcome": found.outcome,
        "source": found.source,
    }


def _extended(bolus: Bolus) -> dict[str, Any]:
    now, later = bolus.now, bolus.later
    return {
        "bolus_id": bolus.bolus_id,
        "kind": bolus.kind,
        "start": local_text(bolus.start_ms),
        "now": now and {"asked_mu": now.asked_mu, "given_mu": now.given_mu},
        "later": later and {"asked_mu": later.asked_mu, "given_mu": later.given_mu},
        "asked_min": later and later.asked_min,
        "elapsed_min": later and later.elapsed_min,
        "given_mu": bolus.given_mu,
        "outcome": bolus.outcome,
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
