"""What a pump's log tells, as facts in time: doses, alarms, stops, and what nobody can know.

Times are `*_ms`: milliseconds since 1970 on the wall clock of the pump's user, without a zone.
Where the pump's clock was not set they are counted from when it was (see timeline.py), so that
durations and gaps are true; `basalt log` shows what the pump itself showed. Amounts are motor
steps, which were counted, and beside them the milliunits into which they are turned: None where
the log does not tell how many steps make a unit. `seq` is the number of the record that tells a
fact, by which it is known for ever.
"""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from basalt.history_columns import Doses, Integers, Levels

DAY_MS = 86_400_000


class Rate(NamedTuple):
    """A basal rate while it was in force."""

    start_ms: int
    end_ms: int
    rate_mu_h: int
    seq: int = 0


@dataclass
class Temporary:
    """A basal rate in place of the program's, for a while."""

    start_ms: int
    percent: int | None  # of the program; None: a rate of its own
    rate_mu_h: int  # at its start
    asked_min: int
    source: str
    end_ms: int | None = None  # None: its end is not in the log
    steps: int | None = None  # confirmed, between start and end
    mu: float | None = None
    outcome: str = "no_end"  # time, stopped, suspended, renewed, power_lost, ..., under_way
    seq: int = 0


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
    seq: int = 0

    @property
    def is_dose(self) -> bool:
        """Whether it may be part of what was given, and not of a prime or a rewind."""
        return self.kind in ("basal", "bolus", "unknown")


class Calculation(NamedTuple):
    """What the pump's bolus calculator was told, and what it recommended."""

    bolus_id: int  # of the bolus that followed
    carbs_g: int
    glucose_mg_dl: int | None  # None: not measured
    ratio_g: float  # for a unit
    factor_mg_dl: int  # for a unit; 0: not set
    target_mg_dl: tuple[int, int]
    meal_mu: int
    correction_mu: int
    on_board_mu: int
    recommended_mu: int


@dataclass
class Portion:
    """What of a bolus is given at once, or what evenly over a time."""

    bolus_id: int
    start_ms: int
    asked_mu: int | None  # None: its start is not in the log
    asked_min: int | None = 0  # over how long; 0: at once; None: as `asked_mu`
    end_ms: int | None = None  # None: its end is not in the log
    given_mu: int | None = None  # as the pump says it; before its end, from the steps so far
    given_steps: int = 0  # confirmed
    elapsed_min: int | None = None  # how long it ran, of one over a time
    outcome: str = "no_end"  # all_given, stopped, ..., power_lost, refused, under_way, no_end
    uncertain: Uncertain | None = None  # what may have been given besides

    def doubt(self, found: Uncertain) -> None:
        """So much more of it is uncertain."""
        self.uncertain = _together(self.uncertain, found) if self.uncertain else found


@dataclass
class Bolus:
    """One bolus, or a refusal to give one: of a combined one both portions, else one of them."""

    start_ms: int
    source: str
    now: Portion | None = None
    later: Portion | None = None  # of what was refused, all is in `now`
    kind: str = "normal"  # or extended, or combined
    refusal: str = ""  # why, as in codes.py
    limit: int = 0  # what the refusal is about: mU, or minutes of a lockout
    seq: int = 0
    calculation: Calculation | None = None  # None: the amount was chosen by hand or a program

    @property
    def portions(self) -> list[Portion]:
        """What it consists of, the later one first: its number is that of the bolus."""
        return [one for one in (self.later, self.now) if one]

    @property
    def bolus_id(self) -> int:
        """The pump's number of it; 0 of a refusal."""
        return self.portions[0].bolus_id

    @property
    def asked_mu(self) -> int | None:
        """All that was asked for; None: its start is not in the log."""
        return _sum([one.asked_mu for one in self.portions])

    @property
    def given_mu(self) -> int | None:
        """All that was given, as the pump says it; before its end, from the steps so far."""
        return _sum([one.given_mu for one in self.portions])

    @property
    def given_steps(self) -> int:
        """Confirmed ones."""
        return sum(one.given_steps for one in self.portions)

    @property
    def end_ms(self) -> int | None:
        """When all of it was over; None: that is not in the log."""
        ends = [one.end_ms for one in self.portions]
        known = [end for end in ends if end is not None]
        return max(known) if len(known) == len(ends) else None

    @property
    def outcome(self) -> str:
        """all_given, stopped, ..., power_lost, refused, under_way, no_end."""
        outcomes = [one.outcome for one in self.portions]
        for open_end in ("under_way", "no_end"):
            if open_end in outcomes:
                return open_end
        return next((one for one in outcomes if one != "all_given"), "all_given")

    @property
    def uncertain(self) -> Uncertain | None:
        """What may have been given besides, of all of it."""
        found = [one.uncertain for one in self.portions if one.uncertain]
        return _together(*found) if len(found) > 1 else found[0] if found else None

    @property
    def is_refused(self) -> bool:
        """It was asked for and not begun."""
        return self.outcome == "refused"

    @property
    def override_mu(self) -> int:
        """How much more was asked for than the calculator recommended; below 0: less."""
        if self.calculation is None or self.asked_mu is None:
            return 0
        return self.asked_mu - self.calculation.recommended_mu

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
    seq: int = 0


@dataclass
class Stop:
    """A stretch in which nothing was delivered."""

    start_ms: int
    end_ms: int
    reason: str  # suspended, reservoir_change, service, fault, or the name of an alarm
    source: str = ""
    over: bool = False  # delivery began again at its end
    seq: int = 0


class Off(NamedTuple):
    """The pump was without power, or restarted."""

    start_ms: int
    end_ms: int
    known: bool  # False: nothing tells how long; end_ms is the least
    cause: str  # power_on, watchdog, soft, or unknown
    seq: int = 0


@dataclass
class Move:
    """A rewind, prime or fill: steps that are no dose."""

    kind: str
    start_ms: int
    steps: int = 0
    mu: float | None = None
    reason: str = "no_end"
    seq: int = 0


@dataclass
class Change:
    """A reservoir change."""

    start_ms: int
    end_ms: int | None = None
    reservoir_mu: int | None = None  # None: it was not finished
    moves: list[Move] = field(default_factory=list[Move])
    seq: int = 0


class Note(NamedTuple):
    """Anything else that a reader of the day should know."""

    at_ms: int
    severity: str
    event: str
    text: str
    seq: int = 0


class ClockChange(NamedTuple):
    """Somebody set the clock, or the offset from UTC."""

    at_ms: int  # by the clock before
    new_local_s: int  # since 2020-01-01 00:00
    forward_s: int
    utc_offset_min: int
    source: str
    seq: int = 0


class Told(NamedTuple):
    """The pump called for attention again."""

    what: str  # reminder, or repeat: of an alarm that nobody acknowledged
    name: str  # of what it reminds: suspended, or the alarm
    at_ms: int
    after_s: int | None
    times: int | None  # how often the alarm was repeated by then
    seq: int = 0


class Missing(NamedTuple):
    """Records that are not there."""

    start_ms: int
    end_ms: int
    records: int
    reason: str  # dropped, missing, damaged, or unknown
    after_seq: int | None = None  # the record before them


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
    doses: Doses = field(default_factory=Doses)
    rates: list[Rate] = field(default_factory=list[Rate])
    temporaries: list[Temporary] = field(default_factory=list[Temporary])
    levels: Levels = field(default_factory=Levels)
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
    clock_changes: list[ClockChange] = field(default_factory=list[ClockChange])
    reminders: list[Told] = field(default_factory=list[Told])
    covered_seq: list[int] = field(default_factory=list[int])  # the first record of each
    day_totals: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    odometer_checks: int = 0  # stretches between checkpoints where log and odometer were compared
    odometer_differences: int = 0  # of these: they differ, and no record is missing in between
    unknown_events: int = 0
    # Of all records: number and UTC.
    seq: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    utc_ms: Integers = field(default_factory=lambda: np.empty(0, np.int64))


def _sum(parts: list[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _together(one: Uncertain, other: Uncertain) -> Uncertain:
    def added(first: float | None, second: float | None) -> float | None:
        return None if first is None or second is None else first + second

    return replace(
        one,
        start_ms=min(one.start_ms, other.start_ms),
        end_ms=max(one.end_ms, other.end_ms),
        min_steps=one.min_steps + other.min_steps,
        max_steps=one.max_steps + other.max_steps,
        min_mu=added(one.min_mu, other.min_mu),
        max_mu=added(one.max_mu, other.max_mu),
    )
