"""What a pump's log tells, as facts in time: doses, alarms, stops, and what nobody can know.

Times are `*_ms`: milliseconds since 1970 on the wall clock of the pump's user, without a zone.
Where the pump's clock was not set they are counted from when it was (see timeline.py), so that
durations and gaps are true; `basalt log` shows what the pump itself showed. Amounts are motor
steps, which were counted, and beside them the milliunits into which they are turned: None where
the log does not tell how many steps make a unit.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

DAY_MS = 86_400_000


class Dose(NamedTuple):
    """Steps that the log confirms, and the stretch within which they were made."""

    kind: str  # basal or bolus
    start_ms: int
    end_ms: int
    steps: int
    mu: float | None


class Rate(NamedTuple):
    """A basal rate while it was in force."""

    start_ms: int
    end_ms: int
    rate_mu_h: int


class Level(NamedTuple):
    """What the pump counted as left in the reservoir; None: unknown."""

    at_ms: int
    steps: int | None
    mu: float | None


@dataclass(frozen=True)
class Uncertain:
    """Steps of which the log cannot say whether they were made: never part of a dose."""

    kind: str  # basal, bolus, prime, ..., or unknown
    start_ms: int
    end_ms: int
    min_steps: int
    max_steps: int
    min_mu: float | None
    max_mu: float | None
    cause: str  # power_lost, motor_error, or missing_records
    bolus_id: int = 0

    @property
    def is_dose(self) -> bool:
        """Whether it may be part of what was given, and not of a prime or a rewind."""
        return self.kind in ("basal", "bolus", "unknown")


@dataclass
class Bolus:
    """One bolus, or a refusal to give one."""

    bolus_id: int
    start_ms: int
    asked_mu: int | None  # None: its start is not in the log
    source: str
    end_ms: int | None = None  # None: its end is not in the log
    given_mu: int | None = None  # as the pump says it; before its end, from the steps so far
    given_steps: int = 0  # confirmed
    outcome: str = "no_end"  # all_given, stopped, ..., power_lost, refused, under_way, no_end
    uncertain: Uncertain | None = None  # what may have been given besides
    refusal: str = ""  # why, as in codes.py
    limit: int = 0  # what the refusal is about: mU, or minutes of a lockout

    @property
    def is_refused(self) -> bool:
        """It was asked for and not begun."""
        return self.outcome == "refused"

    @property
    def is_interrupted(self) -> bool:
        """It was begun and ended before all was given."""
        return self.outcome not in ("refused", "all_given", "under_way")


@dataclass
class Alarm:
    """One alarm from its rise to its end."""

    alarm: str
    priority: str
    value: int
    raised_ms: int
    acknowledged_s: int | None = None  # after it rose; None: nobody did, or it is not in the log
    cleared_s: int | None = None
    lost_power: bool = False  # the pump restarted before it was over


@dataclass
class Stop:
    """A stretch in which nothing was delivered."""

    start_ms: int
    end_ms: int
    reason: str  # suspended, reservoir_change, service, fault, or the name of an alarm
    source: str = ""
    over: bool = False  # delivery began again at its end


class Off(NamedTuple):
    """The pump was without power, or restarted."""

    start_ms: int
    end_ms: int
    known: bool  # False: nothing tells how long; end_ms is the least
    cause: str  # power_on, watchdog, soft, or unknown


@dataclass
class Move:
    """A rewind, prime or fill: steps that are no dose."""

    kind: str
    start_ms: int
    steps: int = 0
    mu: float | None = None
    reason: str = "no_end"


@dataclass
class Change:
    """A reservoir change."""

    start_ms: int
    end_ms: int | None = None
    reservoir_mu: int | None = None  # None: it was not finished
    moves: list[Move] = field(default_factory=list[Move])


class Note(NamedTuple):
    """Anything else that a reader of the day should know."""

    at_ms: int
    severity: str
    event: str
    text: str


class Missing(NamedTuple):
    """Records that are not there."""

    start_ms: int
    end_ms: int
    records: int
    reason: str  # dropped, missing, damaged, or unknown


class UnderWay(NamedTuple):
    """At the end of the log: may be moving now, nothing confirms it yet."""

    kind: str
    start_ms: int
    max_steps: int
    max_mu: float | None


@dataclass
class History:
    """All facts of one log, each list in the order of the log."""

    pump: str
    records: int = 0
    in_units: bool = False  # the log tells how many steps make a unit
    doses: list[Dose] = field(default_factory=list[Dose])
    rates: list[Rate] = field(default_factory=list[Rate])
    levels: list[Level] = field(default_factory=list[Level])
    uncertain: list[Uncertain] = field(default_factory=list[Uncertain])
    boluses: list[Bolus] = field(default_factory=list[Bolus])  # the refused ones too
    alarms: list[Alarm] = field(default_factory=list[Alarm])
    stops: list[Stop] = field(default_factory=list[Stop])
    offs: list[Off] = field(default_factory=list[Off])
    moves: list[Move] = field(default_factory=list[Move])
    changes: list[Change] = field(default_factory=list[Change])
    notes: list[Note] = field(default_factory=list[Note])
    missing: list[Missing] = field(default_factory=list[Missing])
    under_way: list[UnderWay] = field(default_factory=list[UnderWay])
    covered: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    day_totals: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    odometer_checks: int = 0  # stretches between checkpoints where log and odometer were compared
    odometer_differences: int = 0  # of these: they differ, and no record is missing in between
    unknown_events: int = 0
