"""Stores to export from, and what a validator of Tidepool's data model accepts."""

from datetime import datetime, timedelta

from basalt.export_log import logs_of
from basalt.store import Store
from host_tests.tools import made_log

PUMP = "e6614104033c7a2b"
ALARM_TYPES = {
    "low_insulin",
    "no_insulin",
    "low_power",
    "no_power",
    "occlusion",
    "no_delivery",
    "auto_off",
    "over_limit",
    "other",
}
WEEK_MS = 7 * 86_400_000


def keep(path, raw, pump=PUMP):
    """A store with this log; more of a log that is there is added."""
    with Store.open(path, create=True) as store:
        names = [each.pump for each in store.pumps()]
        name = pump if pump in names else store.add_pump(pump, 1, "Basalt", "pico", "0.1.0")
        store.add(name, raw)
    return path


def log_of(path):
    """The only log of a store."""
    with Store.open(path) as store:
        return logs_of(store)[0]


def five_days():
    """Two eventful days of five."""
    return made_log.raw_log(made_log.several_days(5, (1, 3))[0])


def time_of(record):
    """When a record is, as a time with a zone."""
    return datetime.fromisoformat(record["time"])


def check_tidepool(records):
    """Hold records to the validators' limits: identity, fields, ranges, tiles."""
    identities = [
        (r["deviceId"], r["time"], r["type"], r.get("subType"), r.get("deliveryType"))
        for r in records
    ]
    assert len(set(identities)) == len(identities)
    assert len({r["origin"]["id"] for r in records}) == len(records)
    for record in records:
        _check_base(record)
        _CHECKS[record["type"]](record)
    _check_tiles([r for r in records if r["type"] == "basal"])


def _check_base(record):
    local = datetime.strptime(record["deviceTime"], "%Y-%m-%dT%H:%M:%S")
    shown = time_of(record) + timedelta(minutes=record["timezoneOffset"])
    assert shown.replace(tzinfo=None, microsecond=0) == local
    assert -720 <= record["timezoneOffset"] <= 840
    assert "source" not in record


def _check_bolus(record):
    sub = record["subType"]
    assert sub in ("normal", "square", "dual/square")
    if sub != "square":
        assert 0 <= record["normal"] <= 100
        assert record["normal"] <= record.get("expectedNormal", 100)
    if sub != "normal":
        _check_extended(record)


def _check_extended(record):
    assert 0 <= record["duration"] <= 86_400_000 and 0 <= record["extended"] <= 100
    assert ("expectedExtended" in record) == ("expectedDuration" in record)
    if "expectedExtended" in record:
        assert record["extended"] <= record["expectedExtended"] <= 100
        assert record["duration"] <= record["expectedDuration"] <= 86_400_000
    else:
        assert record["extended"] > 0
    if record["subType"] == "dual/square" and "expectedNormal" in record:
        assert record["duration"] == record["extended"] == 0 and "expectedExtended" in record


def _check_basal(record):
    assert record["deliveryType"] in ("scheduled", "suspend", "temp")
    assert 0 < record["duration"] <= WEEK_MS
    if record["deliveryType"] == "scheduled":
        assert 0 <= record["rate"] <= 100 and record["scheduleName"]
    elif record["deliveryType"] == "temp":
        assert 0 <= record["rate"] <= 100 and 0 <= record.get("percent", 0) <= 10
    if record["deliveryType"] != "scheduled":
        held = record["suppressed"]
        assert (held["type"], held["deliveryType"]) == ("basal", "scheduled")
        assert 0 <= held["rate"] <= 100 and held["scheduleName"]


def _check_event(record):
    sub = record["subType"]
    if sub == "alarm":
        assert record["alarmType"] in ALARM_TYPES
        if "status" in record:
            assert record["status"]["status"] == "suspended"
            _check_event(record["status"])
    elif sub == "status":
        assert record["status"] in ("suspended", "resumed")
        assert record["reason"][record["status"]] in ("manual", "automatic")
    elif sub == "prime":
        assert record["primeTarget"] in ("cannula", "tubing")
        assert 0 <= record["volume"] <= (3 if record["primeTarget"] == "cannula" else 100)
    elif sub == "timeChange":
        for end in ("from", "to"):
            datetime.strptime(record[end]["time"], "%Y-%m-%dT%H:%M:%S")
        assert record["method"] in ("manual", "automatic")
    else:
        assert sub == "reservoirChange"


def _check_settings(record):
    assert record["activeSchedule"] in record["basalSchedules"]
    for segments in record["basalSchedules"].values():
        starts = [segment["start"] for segment in segments]
        assert starts[0] == 0 and starts == sorted(set(starts)) and starts[-1] < 86_400_000
    assert "units" not in record


def _check_tiles(tiles):
    end = None
    for tile in tiles:
        start = time_of(tile)
        offset = timedelta(minutes=tile["timezoneOffset"])
        assert end is None or start == end, (start, end)
        end = start + timedelta(milliseconds=tile["duration"])
        last = end - timedelta(milliseconds=1)
        assert (start + offset).date() == (last + offset).date()


def _check_wizard(record):
    assert record["units"] == "mg/dL" and 0 <= record["carbInput"] <= 1_000
    assert 0 <= record.get("bgInput", 0) <= 1_000 and 0 <= record["insulinOnBoard"] <= 250
    assert 0 < record["insulinCarbRatio"] <= 250
    assert record["bgTarget"]["low"] <= record["bgTarget"]["high"]
    assert all(-100 <= part <= 100 for part in record["recommended"].values())
    _check_base(record["bolus"])
    _check_bolus(record["bolus"])


_CHECKS = {
    "wizard": _check_wizard,
    "bolus": _check_bolus,
    "basal": _check_basal,
    "deviceEvent": _check_event,
    "pumpSettings": _check_settings,
}
