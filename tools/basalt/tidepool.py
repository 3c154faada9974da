"""A log as the records of Tidepool's data model: boluses, basal, device events, settings.

Tidepool knows a record by device, time, type and sub-type: where two would be the same, the later
one is moved by a millisecond. `origin.id` is the log's own name for it. A refused bolus has no
record there; what is uncertain stands in `payload` and in no dose. A combined bolus is one record,
but for one of which the part at once was cut short when some of the other was given already: there
the data model has no room for that, and it is a `normal` and a `square`.
"""

from collections.abc import Iterator
from typing import Any

from basalt import __version__
from basalt.basal_tiles import Tile, tiles
from basalt.export_log import ExportLog
from basalt.history import Alarm, Bolus, Calculation, Portion, Stop, Uncertain
from basalt.loglines import local_text
from basalt.schedules import TITLE, Segments

Record = dict[str, Any]

MOST_BOLUS_U = 100
MOST_RATE_U_H = 100
_MINUTE_MS = 60_000
_ALARMS = {
    "occlusion": "occlusion",
    "reservoir_empty": "no_insulin",
    "reservoir_low": "low_insulin",
    "reservoir_very_low": "low_insulin",
    "auto_off": "auto_off",
    "battery_empty": "no_power",
    "battery_low": "low_power",
    "motor_error": "no_delivery",
    "system_error": "no_delivery",
    "stop_stuck": "no_delivery",
    "end_reached": "no_insulin",
    "over_limit": "over_limit",
}
_TARGETS = {"prime": "tubing", "cannula": "cannula"}


def records(log: ExportLog) -> list[Record]:
    """All records that stand, in the order of their times."""
    return _Export(log).records


class _Export:
    def __init__(self, log: ExportLog) -> None:
        self._log = log
        self._taken: set[tuple[int, str, str]] = set()
        found = [*self._boluses(), *self._basal(), *self._alarms(), *self._statuses()]
        found += [*self._changes(), *self._clocks(), *self._settings()]
        self.records = sorted(found, key=lambda one: one["time"])

    def _base(self, kind: str, sub: str, seq: int, utc_ms: int, part: int = 0) -> Record | None:
        """What every record has; None when the pump's clock does not tell its time."""
        if not self._log.is_timed(seq):
            return None
        while (utc_ms, kind, sub) in self._taken:
            utc_ms += 1
        self._taken.add((utc_ms, kind, sub))
        moment = self._log.moment(seq, utc_ms)
        pump = self._log.pump.pump
        name = f"{pump}/{seq}/{kind}/{sub}" + (f"/{part}" if part else "")
        return {
            "type": kind,
            "time": moment.utc,
            "deviceId": f"Basalt-{pump}",
            "deviceTime": moment.local,
            "timezoneOffset": moment.offset_min,
            "clockDriftOffset": 0,
            "conversionOffset": 0,
            "origin": {
                "id": name,
                "name": "basalt",
                "type": "application",
                "version": __version__,
            },
        }

    def _event(self, sub: str, seq: int, utc_ms: int, **more: Any) -> Iterator[Record]:
        base = self._base("deviceEvent", sub, seq, utc_ms)
        if base:
            yield {**base, "subType": sub, **more}

    def _status(self, stop: Stop, status: str, utc_ms: int, **more: Any) -> Iterator[Record]:
        for found in self._event("status", stop.seq, utc_ms, status=status, **more):
            # Both of a pair are named by the record that began it.
            found["origin"]["id"] += f"/{status}"
            yield {**found, "reason": {status: _by(stop)}}

    def _boluses(self) -> Iterator[Record]:
        for bolus in self._log.history.boluses:
            if not _stands(bolus):
                continue
            wizard = None
            if bolus.calculation:
                wizard = self._base("wizard", "", bolus.seq, bolus.start_ms)
            for sub, content in _bolus(bolus):
                base = self._base("bolus", sub, bolus.seq, bolus.start_ms)
                if not base:
                    continue
                found = {**base, "subType": sub, **content}
                # The record of the calculator carries its bolus in it.
                yield {**wizard, **_wizard(bolus.calculation), "bolus": found} if wizard else found
                wizard = None

    def _basal(self) -> Iterator[Record]:
        for tile in tiles(self._log):
            if tile.end_ms >= self._log.end_ms:
                continue  # it may still grow
            kind = "suspend" if tile.stopped else "temp" if tile.temporary else "scheduled"
            base = self._base("basal", kind, tile.seq, tile.start_ms, tile.part)
            if base:
                yield {**base, **_basal(tile, kind)}

    def _alarms(self) -> Iterator[Record]:
        stops = {(stop.reason, stop.start_ms): stop for stop in self._log.history.stops}
        for alarm in self._log.history.alarms:
            if alarm.acknowledged_s is None and not alarm.lost_power:
                continue  # somebody may still acknowledge it
            more: Record = {
                "alarmType": _ALARMS.get(alarm.alarm, "other"),
                "payload": _alarm(alarm),
            }
            stop = stops.get((alarm.alarm, alarm.raised_ms))
            status = next(self._suspended(stop), None) if stop else None
            if status:
                more["status"] = status
            yield from self._event("alarm", alarm.seq, alarm.raised_ms, **more)

    def _statuses(self) -> Iterator[Record]:
        alarms = self._log.history.alarms
        embedded = {(alarm.alarm, alarm.raised_ms) for alarm in alarms}
        for stop in self._log.history.stops:
            if (stop.reason, stop.start_ms) not in embedded:
                yield from self._suspended(stop)
            if stop.over:
                yield from self._status(stop, "resumed", stop.end_ms)

    def _suspended(self, stop: Stop) -> Iterator[Record]:
        payload = {"reason": stop.reason}
        yield from self._status(stop, "suspended", stop.start_ms, payload=payload)

    def _changes(self) -> Iterator[Record]:
        for change in self._log.history.changes:
            if change.reservoir_mu is not None:
                payload = {"filled": change.reservoir_mu / 1000}
                yield from self._event(
                    "reservoirChange", change.seq, change.start_ms, payload=payload
                )
        for move in self._log.history.moves:
            if move.kind in _TARGETS and move.steps and move.mu is not None:
                more = {"primeTarget": _TARGETS[move.kind], "volume": round(move.mu / 1000, 3)}
                yield from self._event("prime", move.seq, move.start_ms, **more)

    def _clocks(self) -> Iterator[Record]:
        for change in self._log.history.clock_changes:
            more: Record = {
                "from": {"time": local_text(change.new_local_s - change.forward_s)},
                "to": {"time": local_text(change.new_local_s)},
                "method": "manual" if change.source == "buttons" else "automatic",
                "payload": {"utcOffset": change.utc_offset_min},
            }
            yield from self._event("timeChange", change.seq, change.at_ms, **more)

    def _settings(self) -> Iterator[Record]:
        for found in self._log.programs():
            base = self._base("pumpSettings", "", found.seq, found.utc_ms)
            if base and found.segments:
                held = {found.title: found.segments, **found.others}
                yield {
                    **base,
                    "activeSchedule": found.title,
                    "basalSchedules": {title: _segments(held[title]) for title in sorted(held)},
                    "manufacturers": ["Basalt"],
                    "model": self._log.pump.board,
                    "serialNumber": self._log.pump.unique_id,
                }


def _stands(bolus: Bolus) -> bool:
    return not bolus.is_refused and bolus.outcome != "under_way" and bolus.given_mu is not None


def _bolus(bolus: Bolus) -> Iterator[tuple[str, Record]]:
    """(sub-type, content) of each record that tells a bolus."""
    payload: Record = {"outcome": bolus.outcome, "source": bolus.source}
    if bolus.uncertain:
        payload["uncertain"] = _bounds(bolus.uncertain)
    if bolus.later is None:
        yield "normal", {**_at_once(bolus.now), "payload": payload}
        return
    normal, extended = _at_once(bolus.now), _over_time(bolus.later)
    if extended is None:  # nothing of it was given, and the log does not tell what was to be
        yield from [("normal", {**normal, "payload": payload})] if normal else []
    elif not normal:
        yield "square", {**extended, "payload": payload}
    elif "expectedNormal" not in normal:
        yield "dual/square", {**normal, **extended, "payload": payload}
    elif extended["extended"] == 0:
        # Where the normal part was cut short, the other has not begun there.
        yield "dual/square", {**normal, **extended, "duration": 0, "payload": payload}
    else:  # here both run at a time: what was given of both is told in a record each
        yield "normal", {**normal, "payload": payload}
        yield "square", {**extended, "payload": payload}


def _at_once(portion: Portion | None) -> Record:
    if portion is None or portion.given_mu is None:
        return {}
    found: Record = {"normal": portion.given_mu / 1000}
    if _is_short(portion):
        found["expectedNormal"] = (portion.asked_mu or 0) / 1000
    return found


def _over_time(portion: Portion) -> Record | None:
    given_mu = portion.given_mu or 0
    found: Record = {
        "extended": given_mu / 1000,
        "duration": (portion.elapsed_min or 0) * _MINUTE_MS,
    }
    if _is_short(portion) and portion.asked_min is not None:
        found["expectedExtended"] = (portion.asked_mu or 0) / 1000
        found["expectedDuration"] = max(portion.asked_min * _MINUTE_MS, found["duration"])
    elif not given_mu:
        return None
    return found


def _is_short(portion: Portion) -> bool:
    """Less was given than asked for, or its end is not in the log."""
    given_mu = portion.given_mu or 0
    asked_mu = portion.asked_mu or 0
    return portion.outcome != "all_given" and asked_mu > 0 and asked_mu >= given_mu


def _wizard(found: Calculation | None) -> Record:
    if found is None:
        return {}
    low, high = found.target_mg_dl
    record: Record = {
        "units": "mg/dL",
        "carbInput": found.carbs_g,
        "insulinCarbRatio": found.ratio_g,
        "insulinOnBoard": found.on_board_mu / 1000,
        "bgTarget": {"low": low, "high": high},
        "recommended": {
            "carb": found.meal_mu / 1000,
            "correction": found.correction_mu / 1000,
            "net": found.recommended_mu / 1000,
        },
    }
    if found.glucose_mg_dl is not None:
        record["bgInput"] = found.glucose_mg_dl
    if found.factor_mg_dl:
        record["insulinSensitivity"] = found.factor_mg_dl
    return record


def _basal(tile: Tile, kind: str) -> Record:
    rate = tile.rate_mu_h / 1000
    found: Record = {"deliveryType": kind, "duration": tile.end_ms - tile.start_ms}
    if tile.temporary:
        found["rate"] = rate
        if tile.temporary.percent is not None:
            found["percent"] = tile.temporary.percent / 100
        found["payload"] = {"source": tile.temporary.source}
    elif kind == "scheduled":
        found |= {"rate": rate, "scheduleName": tile.program or TITLE}
    else:
        found["payload"] = {"reason": tile.stopped}
    if tile.held_mu_h is not None:
        held = {"type": "basal", "deliveryType": "scheduled", "rate": tile.held_mu_h / 1000}
        found["suppressed"] = {**held, "scheduleName": tile.program or TITLE}
    if not tile.in_log:
        found["payload"] = {**found.get("payload", {}), "inLog": False}
    return found


def _alarm(alarm: Alarm) -> Record:
    return {
        "alarm": alarm.alarm,
        "priority": alarm.priority,
        "acknowledgedAfterSeconds": alarm.acknowledged_s,
    }


def _bounds(found: Uncertain) -> Record:
    if found.min_mu is None or found.max_mu is None:
        return {"leastSteps": found.min_steps, "mostSteps": found.max_steps}
    return {"least": round(found.min_mu / 1000, 3), "most": round(found.max_mu / 1000, 3)}


def _by(stop: Stop) -> str:
    manual = stop.reason in ("suspended", "reservoir_change", "service")
    return "manual" if manual and stop.source in ("buttons", "") else "automatic"


def _segments(segments: Segments) -> list[Record]:
    return [{"start": start * 60_000, "rate": rate / 1000} for start, rate in segments]
