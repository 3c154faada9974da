"""A log as the documents of Nightscout's API v3, collection `treatments`.

The server knows a document by its identifier: UUID version 5 over device, date and event type, in
Nightscout's own namespace. Where two would be the same, the later one is moved by a millisecond.
Scheduled basal goes as the profile in force (Profile Switch), a temporary basal as one, with the
time that it really was in force, and time without delivery as one of 0. What is uncertain is told
in a note and is in no insulin.
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

from basalt import report_words as words
from basalt.basal_tiles import Tile, tiles
from basalt.export_log import ExportLog
from basalt.history import Bolus, Calculation, Portion, Temporary
from basalt.schedules import Schedule

Document = dict[str, Any]

NAMESPACE = uuid.UUID(bytes=b"NightscoutRocks!")
APP = "basalt"


def documents(log: ExportLog) -> list[Document]:
    """All documents that stand, in the order of their dates."""
    return _Export(log).documents


def identifier(device: str, date_ms: int, event_type: str) -> str:
    """By which a server knows a document."""
    return str(uuid.uuid5(NAMESPACE, f"{device}_{date_ms}_{event_type}"))


class _Export:
    def __init__(self, log: ExportLog) -> None:
        self._log = log
        self._device = f"basalt-{log.pump.pump}"
        self._taken: set[tuple[int, str]] = set()
        found = [*self._boluses(), *self._stopped(), *self._temporaries()]
        found += [*self._changes(), *self._notes(), *self._profiles(), *self._alarms()]
        self.documents = sorted(found, key=lambda one: one["date"])

    def _one(self, event_type: str, seq: int, utc_ms: int, **more: Any) -> Iterator[Document]:
        if not self._log.is_timed(seq):
            return
        while (utc_ms, event_type) in self._taken:
            utc_ms += 1
        self._taken.add((utc_ms, event_type))
        moment = self._log.moment(seq, utc_ms)
        yield {
            "identifier": identifier(self._device, utc_ms, event_type),
            "app": APP,
            "device": self._device,
            "date": utc_ms,
            "utcOffset": moment.offset_min,
            "created_at": moment.utc,
            "eventType": event_type,
            "enteredBy": APP,
            "pumpId": seq,
            "pumpType": "Basalt",
            "pumpSerial": self._log.pump.pump,
            "isValid": True,
            **more,
        }

    def _boluses(self) -> Iterator[Document]:
        for bolus in self._log.history.boluses:
            if bolus.is_refused:
                asked = words.dose(bolus.asked_mu)
                text = f"Bolus of {asked} U {words.outcome(bolus)}{words.extended(bolus)}"
                yield from self._one("Note", bolus.seq, bolus.start_ms, notes=text)
            elif bolus.outcome != "under_way" and bolus.given_mu is not None:
                more: Document = {"insulin": bolus.given_mu / 1000}
                notes = _short(bolus)
                if notes:
                    more["notes"] = notes
                if bolus.asked_mu is not None:
                    more["programmed"] = bolus.asked_mu / 1000
                kind = "Correction Bolus"
                if bolus.calculation:
                    more |= _calculation(bolus.calculation)
                    kind = "Meal Bolus" if bolus.calculation.carbs_g else kind
                if bolus.later:
                    more |= _combo(bolus.given_mu, bolus.later)
                    kind = "Combo Bolus"
                else:
                    more["type"] = "NORMAL"
                yield from self._one(kind, bolus.seq, bolus.start_ms, **more)

    def _stopped(self) -> Iterator[Document]:
        for tile in tiles(self._log):
            if tile.stopped and tile.end_ms < self._log.end_ms:
                yield from self._one("Temp Basal", tile.seq, tile.start_ms, **_nothing(tile))

    def _temporaries(self) -> Iterator[Document]:
        for temporary in self._log.history.temporaries:
            if temporary.end_ms is not None and temporary.end_ms > temporary.start_ms:
                more = _temporary(temporary, temporary.end_ms)
                yield from self._one("Temp Basal", temporary.seq, temporary.start_ms, **more)

    def _changes(self) -> Iterator[Document]:
        for change in self._log.history.changes:
            if change.reservoir_mu is not None:
                text = f"Filled with {words.dose(change.reservoir_mu)} U"
                yield from self._one("Insulin Change", change.seq, change.start_ms, notes=text)
        for move in self._log.history.moves:
            if move.kind == "cannula" and move.steps:
                yield from self._one("Site Change", move.seq, move.start_ms)

    def _notes(self) -> Iterator[Document]:
        for change in self._log.history.clock_changes:
            way = "forward" if change.forward_s >= 0 else "back"
            text = f"Clock set {words.duration(abs(change.forward_s))} {way}"
            yield from self._one("Note", change.seq, change.at_ms, notes=text)
        for found in self._log.history.uncertain:
            if found.is_dose:
                bounds = words.uncertain(found, found.max_mu is not None)
                unit = "steps" if found.max_mu is None else "U"
                text = f"{words.kind(found)}: {bounds} {unit} may have been given besides"
                text += f" ({words.cause(found).lower()})"
                yield from self._one("Note", found.seq, found.start_ms, notes=text)

    def _alarms(self) -> Iterator[Document]:
        for alarm in self._log.history.alarms:
            loud = alarm.priority == "high"
            more: Document = {"notes": f"Alarm: {words.plain(alarm.alarm)} ({alarm.priority})"}
            if loud:
                more["isAnnouncement"] = True
            kind = "Announcement" if loud else "Note"
            yield from self._one(kind, alarm.seq, alarm.raised_ms, **more)

    def _profiles(self) -> Iterator[Document]:
        for schedule in self._log.schedules():
            if not schedule.segments:
                continue
            offset_min = self._log.moment(schedule.seq, schedule.utc_ms).offset_min
            more = {
                "profile": f"Basalt, {schedule.title.lower()}",
                "profileJson": json.dumps(_profile(schedule, offset_min)),
                "duration": 0,
            }
            yield from self._one("Profile Switch", schedule.seq, schedule.utc_ms, **more)


def _short(bolus: Bolus) -> str:
    told: list[str] = []
    if bolus.is_interrupted:
        asked = words.dose(bolus.asked_mu)
        told.append(f"{words.outcome(bolus).capitalize()}; {asked} U were asked for")
    if bolus.uncertain:
        in_units = bolus.uncertain.max_mu is not None
        bounds = words.uncertain(bolus.uncertain, in_units)
        told.append(f"{bounds} {'U' if in_units else 'steps'} may have been given besides")
    return "; ".join(told)


def _combo(given_mu: int, later: Portion) -> Document:
    """`insulin` is what was given at once; `relative` is the rate of the rest, in U/h."""
    minutes = later.elapsed_min or 0
    later_mu = later.given_mu or 0 if minutes else 0  # within a minute it has no rate
    share = round(100 * later_mu / given_mu) if given_mu else 0
    return {
        "enteredinsulin": given_mu / 1000,
        "insulin": (given_mu - later_mu) / 1000,
        "splitNow": 100 - share,
        "splitExt": share,
        "duration": minutes,
        "relative": round(later_mu * 60 / minutes / 1000, 3) if minutes else 0,
    }


def _nothing(tile: Tile) -> Document:
    minutes = (tile.end_ms - tile.start_ms) / 60_000
    reason = tile.stopped.replace("_", " ")
    zero = {"absolute": 0, "rate": 0, "percent": -100, "temp": "absolute"}
    return {**zero, "duration": round(minutes, 3), "reason": reason, "notes": f"Stopped: {reason}"}


def _calculation(found: Calculation) -> Document:
    more: Document = {"carbs": found.carbs_g} if found.carbs_g else {}
    if found.glucose_mg_dl is not None:
        more |= {"glucose": found.glucose_mg_dl, "glucoseType": "Finger", "units": "mg/dl"}
    return more


def _temporary(temporary: Temporary, end_ms: int) -> Document:
    minutes = round((end_ms - temporary.start_ms) / 60_000, 3)
    if temporary.percent is not None:
        # There it is what is added to the profile: 150 % of it is 50.
        return {"duration": minutes, "percent": temporary.percent - 100, "temp": "percent"}
    rate = temporary.rate_mu_h / 1000
    return {"duration": minutes, "absolute": rate, "rate": rate, "temp": "absolute"}


def _profile(schedule: Schedule, offset_min: int) -> Document:
    hours = offset_min / 60
    # POSIX names of fixed offsets count west: Etc/GMT-1 is an hour east.
    zone = f"Etc/GMT{-hours:+.0f}" if hours and hours.is_integer() else "UTC"
    basal = [
        {
            "time": f"{start // 60:02d}:{start % 60:02d}",
            "timeAsSeconds": start * 60,
            "value": rate / 1000,
        }
        for start, rate in schedule.segments
    ]
    return {"timezone": zone, "basal": basal}
