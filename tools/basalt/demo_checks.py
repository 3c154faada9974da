"""Holds what the pulled log says against what the faked motor counted and the day did."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from basalt import firmware, history_reader
from basalt.decode import Log
from basalt.demo_day import DINNER_MU, LUNCH_MU, SNACK_MU, Facts
from basalt.history import Bolus, History
from basalt.store import Store

_DOSES = ("basal", "bolus")


@dataclass(frozen=True)
class Check:
    """One thing that must be true, and what was found."""

    holds: bool
    text: str


@dataclass(frozen=True)
class Count:
    """Motor steps as a log has them."""

    basal: int
    bolus: int
    moves: int  # prime and cannula forwards, rewind backwards
    uncertain: int  # at most so many more, from power cuts

    @property
    def certain(self) -> int:
        """Where the motor is by what is confirmed."""
        return self.basal + self.bolus + self.moves


def checks(store: Store, facts: Facts) -> Iterator[Check]:
    """Every check, in the order in which to tell them."""
    pump = store.pumps()[-1].pump
    log = store.log(pump)
    history = history_reader.read(log, store.gaps(pump), len(store.damaged(pump)))
    yield _whole(log, store, facts)
    yield from _steps(count(log), facts)
    yield from _boluses(history)
    yield _occlusion(history)
    yield _errors(log, facts)


def count(log: Log) -> Count:
    """Add up what the records say that the motor made."""
    moves = log.rows("move_end")
    signs = [-1 if kind == "rewind" else 1 for kind in moves.words("kind")]
    totals: list[int] = moves.columns["total_steps"].tolist()
    unsure = log.rows("uncertain")
    most: list[int] = unsure.columns["max_steps"].tolist()
    return Count(
        basal=_sum(log, "basal_lease", "made_steps"),
        bolus=_sum(log, "bolus_end", "given_steps"),
        moves=sum(sign * total for sign, total in zip(signs, totals, strict=True)),
        uncertain=sum(
            steps for kind, steps in zip(unsure.words("kind"), most, strict=True) if kind in _DOSES
        ),
    )


def _sum(log: Log, event: str, field: str) -> int:
    column: Any = log.rows(event).columns[field]
    return int(column.sum())


def _whole(log: Log, store: Store, facts: Facts) -> Check:
    pulled = log.raw.tobytes()
    size = firmware.RECORD_SIZE
    same = pulled[: len(facts.records) * size] == b"".join(facts.records)
    whole = same and not store.gaps(log.pump) and not store.damaged(log.pump)
    return Check(
        whole,
        f"every one of the {len(facts.records)} records on the pump's flash is in the store,"
        " byte for byte, in order, none twice",
    )


def _steps(counted: Count, facts: Facts) -> Iterator[Check]:
    least, most = counted.certain, counted.certain + counted.uncertain
    yield Check(
        least <= facts.steps <= most,
        f"the motor counted {facts.steps:,} steps; the log says {least:,}, and at most"
        f" {counted.uncertain:,} more that the power cut left uncertain"
        f" ({facts.steps - least:,} of them were made)",
    )
    yield Check(facts.lost_steps == 0, f"{facts.lost_steps} steps were ordered and not made")
    yield Check(
        facts.dose_steps <= facts.owed_steps,
        f"never more than was asked: {facts.dose_steps:,} steps of dose were made,"
        f" {facts.owed_steps:,} were owed at most",
    )


def _boluses(history: History) -> Iterator[Check]:
    found = [(bolus.outcome, bolus.asked_mu) for bolus in history.boluses]
    outcomes = [outcome for outcome, _ in found]
    yield Check(
        outcomes == ["all_given", "stopped", "refused", "power_lost"],
        f"four boluses are in the log: {', '.join(o.replace('_', ' ') for o in outcomes)}",
    )
    asked = [mu for _, mu in found[1:]]
    yield Check(
        asked == [LUNCH_MU, SNACK_MU, DINNER_MU]
        and all(_not_too_much(bolus) for bolus in history.boluses),
        "none gave more than was asked, what is uncertain counted in full",
    )


def _not_too_much(bolus: Bolus) -> bool:
    most = bolus.given_mu or 0
    if bolus.uncertain is not None:
        most += bolus.uncertain.max_mu or 0
    # A part's bound is whole steps; its units are rounded once.
    return bolus.asked_mu is not None and most <= bolus.asked_mu + 1


def _occlusion(history: History) -> Check:
    alarms = [alarm for alarm in history.alarms if alarm.alarm == "occlusion"]
    stops = [stop for stop in history.stops if stop.reason == "occlusion"]
    return Check(
        len(alarms) == 1
        and alarms[0].acknowledged_s is not None
        and alarms[0].cleared_s is not None
        and len(stops) == 1
        and stops[0].over,
        "one occlusion: raised, acknowledged, cleared, and delivery resumed",
    )


def _errors(log: Log, facts: Facts) -> Check:
    bad = len(log.rows("system_error").index) + len(log.rows("motor_error").index)
    told = f": {'; '.join(facts.errors)}" if facts.errors else ""
    return Check(not bad and not facts.errors, f"no error of the firmware or the motor{told}")
