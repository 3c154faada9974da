"""Reads a log from front to back into a `History`, as the rules of pump.core wrote it.

Three things make it more than adding up:

- a lease is closed by the next record of its kind, which tells what it made;
- a power cut leaves a lease open: the UNCERTAIN record after the restart gives its bounds;
- where records are missing, what they told is found again, as far as it can be, from the
  odometer in the checkpoints before and after.
"""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import repeat

import numpy as np

from basalt import loglines, timeline, units
from basalt.bolus_reader import Boluses, Closed, Moment
from basalt.decode import Log
from basalt.firmware import ALARM_NAMES, CODES, EVENT_NUMBERS, EVENTS, REMINDERS, SETTINGS
from basalt.history import (
    DAY_MS,
    Alarm,
    Bolus,
    Calculation,
    Change,
    ClockChange,
    History,
    Missing,
    Move,
    Note,
    Off,
    Portion,
    Rate,
    Stop,
    Temporary,
    Told,
    Uncertain,
    UnderWay,
)
from basalt.history_columns import KINDS, UNKNOWN, Doses, Floats, Integers, Levels
from basalt.progress import Progress, tell_nobody
from basalt.store import Gap

_FLAG_SUSPENDED = 1
_QUARTER_MIN = 15
_TOLD_EVERY = 16_384  # records
_DOSE_SIZE, _LEVEL_SIZE = 5, 2  # numbers of each
# What a refusal says was asked for, and the kind of bolus that it would have been.
_REFUSED_BOLUSES = {"bolus": "normal", "extended_bolus": "extended", "combined_bolus": "combined"}
_BASAL, _BOLUS = KINDS.index("basal"), KINDS.index("bolus")
_EMPTY_MOVES = ("rewind", "take_up")  # nothing leaves the reservoir
_STOPPING_FAULTS = ("motor_error", "system_error")


def read(
    log: Log,
    gaps: Iterable[Gap] = (),
    damaged: int = 0,
    utc: bool = False,
    progress: Progress = tell_nobody,
) -> History:
    """The facts of a log; `gaps` and `damaged` are what the store knows of missing records.

    With `utc` all times are in UTC, not on the wall clock. `progress(done, of)` counts records.
    """
    wall = log.utc_ms if utc else wall_clock(log)
    return _Reader(log, wall, list(gaps), damaged, progress).history


def wall_clock(log: Log) -> Integers:
    """Milliseconds since 1970 on the user's wall clock, without a zone, for each record."""
    shown = timeline.EPOCH_MS + log.local_s * 1000 + log.uptime_ms % 1000
    own = (log.clock == timeline.SET) | (log.clock == timeline.ASSUMED)
    places = np.flatnonzero(log.clock == timeline.SET)
    if not len(places):
        return shown
    # Counted times have a UTC: the offset is that of the next set clock, else of the last.
    after = np.searchsorted(places, np.arange(len(log)))
    nearest = places[np.minimum(after, len(places) - 1)]
    offset = (shown - log.utc_ms)[nearest]
    return np.where(own, shown, log.utc_ms + offset)


def scale_of(log: Log) -> Fraction | None:
    """Steps per unit at the beginning of a log: what the first start or checkpoint in it says."""
    told: list[tuple[int, int, int]] = []
    for event in ("boot", "scale"):
        rows = log.rows(event)
        fractions = (rows.columns["steps_numerator"], rows.columns["steps_denominator"])
        told += zip(rows.index.tolist(), *(column.tolist() for column in fractions), strict=True)
    return next((Fraction(num, den) for _, num, den in sorted(told) if num and den), None)


class _Lease:
    """Leave to move up to so many steps, since record `at`."""

    __slots__ = ("at", "max_steps", "rate_mu_h")

    def __init__(self, at: int, max_steps: int, rate_mu_h: int = 0) -> None:
        self.at = at
        self.max_steps = max_steps
        self.rate_mu_h = rate_mu_h


class _Reader:
    def __init__(
        self, log: Log, wall: Integers, gaps: list[Gap], damaged: int, progress: Progress
    ) -> None:
        self.history = History(log.pump, records=len(log))
        self.history.seq, self.history.utc_ms = log.seq, log.utc_ms
        # Rows of numbers one after the other, until they become the columns of the history.
        self._doses: list[int] = []  # kind, start, end, steps, seq
        self._levels: list[int] = []  # time, steps
        self._times, self._by = 0, 0  # steps * times / by are milliunits; 0: not known
        self._scales: list[tuple[int, int, int, int]] = []  # (doses, levels before, times, by)
        self._scale_told = scale_of(log)
        self._set_scale(self._scale_told)
        self.history.in_units = self._by != 0
        self._gaps = gaps
        self._at = 0
        self._lease: _Lease | None = None
        self._lease_cut: _Lease | None = None  # open when the power was lost
        self._rate: _Lease | None = None
        self._temporary: Temporary | None = None
        self._temporary_at = 0
        self._boluses = Boluses(self.history.boluses, self._mu)
        self._asked: tuple[int, ...] | None = None  # of the calculator
        self._reckoned: Calculation | None = None
        self._move: Move | None = None
        self._move_at = 0
        self._stop: Stop | None = None
        self._stop_cut: Stop | None = None  # open when the power was lost
        self._change: Change | None = None
        self._counted_day: int | None = None  # that the next day total is of
        self._failed = False  # a motor error in this boot
        self._reservoir: int | None = None
        self._alarms: dict[int, Alarm] = {}
        self._odometer: int | None = None  # steps at the last checkpoint
        self._made = 0  # dose steps since that checkpoint
        self._hole: tuple[int, int] | None = None  # where records are missing since then
        if damaged:
            self.history.missing.append(Missing(0, 0, damaged, "damaged"))
        if len(log):
            self._prepare(log, wall)
            self._run(log, progress)
            self._finish()

    def _prepare(self, log: Log, wall: Integers) -> None:
        boot = log.boot
        new_boot = np.append(True, boot[1:] != boot[:-1])
        new_piece = new_boot | np.append(True, np.diff(wall - log.uptime_ms) != 0)
        self._wall: list[int] = wall.tolist()
        self._uptime: list[int] = log.uptime_ms.tolist()
        self._seq: list[int] = log.seq.tolist()
        self._piece: list[int] = (np.cumsum(new_piece) - 1).tolist()
        # The last record of the boot that each record belongs to.
        starts = np.flatnonzero(new_boot)
        ends = np.append(starts[1:], len(log)) - 1
        self._boot_end: list[int] = ends[np.cumsum(new_boot) - 1].tolist()
        self._starts_boot = set(starts.tolist())
        self._after_hole = set((np.flatnonzero(np.diff(log.seq) != 1) + 1).tolist())
        self._trusted: list[bool] = (log.clock == timeline.SET).tolist()
        self._clock_known: list[bool] = (log.clock != timeline.ASSUMED).tolist()
        self._pieces_begin(log, wall, np.flatnonzero(new_piece), set(starts.tolist()))
        known = np.isin(log.event, np.array(list(EVENTS), np.uint8))
        self.history.unknown_events = int(np.count_nonzero(~known))

    def _pieces_begin(self, log: Log, wall: Integers, starts: Integers, boots: set[int]) -> None:
        """Where each piece of one boot and one setting of the clock begins, and what it covers."""
        # The record of a clock change still carries the old time: the new piece begins with it.
        set_before = (log.event[starts - 1] == EVENT_NUMBERS["clock_set"]) & ~np.isin(
            starts, list(boots)
        )
        begin = np.where(set_before, starts - 1, starts)
        begin_wall = wall[starts] - (log.uptime_ms[starts] - log.uptime_ms[begin])
        self._begin_uptime: list[int] = log.uptime_ms[begin].tolist()
        self._begin_wall: list[int] = begin_wall.tolist()
        # Missing records end what is covered, too: nobody knows what the pump did meanwhile.
        covered = np.union1d(starts, np.array(sorted(self._after_hole), np.int64))
        covered_wall = wall.copy()
        covered_wall[starts] = begin_wall
        self.history.covered_seq = log.seq[covered].tolist()
        ends = wall[np.append(covered[1:], len(log)) - 1]
        self.history.covered = list(
            zip(covered_wall[covered].tolist(), ends.tolist(), strict=True)
        )

    def _run(self, log: Log, progress: Progress) -> None:
        handlers = self._handlers()
        known: dict[int, tuple[Callable[..., None], Iterator[tuple[int, ...]]]] = {}
        for rows in log.by_event():
            number = rows.event.number
            if number in handlers:
                columns = [column.tolist() for column in rows.columns.values()]
                values = zip(*columns, strict=True) if columns else repeat(())
                known[number] = (handlers[number], values)
        # Nearly every record is none of these.
        marked = self._after_hole | self._starts_boot | set(range(0, len(log), _TOLD_EVERY))
        for at, event in enumerate(log.event.tolist()):
            self._at = at
            if at in marked:
                progress(at, len(log))
                self._begin(at, event)
            if event in known:
                handler, values = known[event]
                handler(*next(values))
            if at in marked and (not at or at in self._after_hole):
                self._count_from(at)
        progress(len(log), len(log))

    def _begin(self, at: int, event: int) -> None:
        if at in self._after_hole:
            self._records_missing(at)
        if at in self._starts_boot:
            self._restarted(at, event == EVENT_NUMBERS["boot"])

    def _handlers(self) -> dict[int, Callable[..., None]]:
        named = {
            "boot": self._boot,
            "log_new": self._log_new,
            "log_damaged": self._log_damaged,
            "clock_set": self._clock_set,
            "day_total": self._day_total,
            "checkpoint": self._checkpoint,
            "checkpoint_today": self._checkpoint_today,
            "checkpoint_extended": self._checkpoint_extended,
            "basal_lease": self._basal_lease,
            "temporary_start": self._temporary_start,
            "temporary_end": self._temporary_end,
            "calculation": self._calculation,
            "calculated": self._calculated,
            "bolus_start": self._bolus_start,
            "bolus_part": self._bolus_part,
            "bolus_end": self._bolus_end,
            "extended_start": self._extended_start,
            "extended_part": self._extended_part,
            "extended_end": self._extended_end,
            "refused": self._refused,
            "move_start": self._move_start,
            "move_part": self._move_part,
            "move_end": self._move_end,
            "uncertain": self._uncertain,
            "suspend": self._suspend,
            "resume": self._resume,
            "change_start": self._change_start,
            "reservoir_set": self._reservoir_set,
            "alarm_raised": self._alarm_raised,
            "alarm_acknowledged": self._alarm_acknowledged,
            "alarm_cleared": self._alarm_cleared,
            "alarm_repeated": self._alarm_repeated,
            "reminder": self._reminder,
            "reminder_missed": self._reminder_missed,
            "setting_changed": self._setting_changed,
            "basal_program": self._basal_program,
            "program_activated": self._program_activated,
            "program_edited": self._program_edited,
            "program_named": self._program_named,
            "settings_lost": self._settings_lost,
            "service": self._service,
            "scale": self._scale_set,
            "self_test": self._self_test,
            "motor_error": self._motor_error,
            "system_error": self._system_error,
        }
        return {EVENT_NUMBERS[name]: handler for name, handler in named.items()}

    # ---- the log itself ------------------------------------------------------------------

    def _records_missing(self, at: int) -> None:
        """What was open may have been closed, and opened anew, in the records that are missing."""
        first, last = self._seq[at - 1] + 1, self._seq[at] - 1
        reasons = {g.reason for g in self._gaps if g.first_seq <= last and g.last_seq >= first}
        self.history.missing.append(
            Missing(
                self._wall[at - 1],
                self._wall[at],
                last - first + 1,
                " and ".join(sorted(reasons)) or "unknown",
                first - 1,
            )
        )
        # What was open before them may have been closed by one of them.
        open_at = [*([self._lease.at] if self._lease else []), *self._boluses.open_since()]
        start = self._hole[0] if self._hole else self._wall[min([at - 1, *open_at])]
        self._hole = (start, self._wall[at])
        self._lease = None
        self._temporary = None
        self._end_rate(at - 1)
        self._boluses.records_missing()
        self._move_at = at
        self._counted_day = None

    def _restarted(self, at: int, told: bool) -> None:
        """The records before `at` were written before the power went."""
        if at == 0:
            return
        before = at - 1
        if not told:
            self._off(at, "unknown")
        self._end_rate(before)
        self._boluses.restarted()
        self._lease_cut, self._lease = self._lease, None
        for alarm in self._alarms.values():
            alarm.lost_power = True
        self._alarms.clear()
        if self._stop:
            self._stop.end_ms = self._wall[before]
            self._stop_cut, self._stop = self._stop, None
        self._change = None
        self._failed = False

    def _boot(self, cause: int, _major: int, _minor: int, _patch: int, num: int, den: int) -> None:
        if num and den:
            self._set_scale(Fraction(num, den))
        words = EVENTS[EVENT_NUMBERS["boot"]].fields[0].words
        word = words[cause] if cause < len(words) else str(cause)
        if self._at:
            self._off(self._at, word)
        self._note("boot", "info", f"Started ({word.replace('_', ' ')})")

    def _scale_set(self, num: int, den: int) -> None:
        """From here on; a pump that was calibrated says it with every checkpoint."""
        if not (num and den):
            return
        scale = Fraction(num, den)
        # A start tells what a cut left open by the old scale, between its BOOT and the new one.
        if scale != self._scale_told:
            self._scale_told = scale
            self._note("scale", "info", f"A unit has {float(scale):.1f} steps from here on")
        self._set_scale(scale)

    def _off(self, at: int, cause: str) -> None:
        start, end = self._wall[at - 1], self._wall[at]
        known = self._clock_known[at] and self._clock_known[at - 1]
        # A clock that was set back over the cut tells no length.
        known = known and at not in self._after_hole and end >= start
        self.history.offs.append(Off(start, end, known, cause, self._seq[at]))

    def _log_new(self, *_: int) -> None:
        self._note("log_new", "warning", "The pump found its log empty and began a new one")

    def _log_damaged(self, torn_bytes: int, damaged: int, missing: int) -> None:
        text = (
            f"The pump found its log damaged: {torn_bytes} torn bytes, {damaged} damaged and"
            f" {missing} missing records"
        )
        self._note("log_damaged", "warning", text)

    def _clock_set(self, old_s: int, new_s: int, offset_min: int, source: int) -> None:
        difference = new_s - old_s
        self.history.clock_changes.append(
            ClockChange(
                *(self._now(), new_s, difference, offset_min, _source(source), self._number())
            )
        )
        way = "forward" if difference >= 0 else "back"
        moment = loglines.local_text(new_s).replace("T", " ")
        zone = units.offset_text(offset_min)
        text = f"Clock set to {moment}, UTC{zone}: {_span(abs(difference))} {way}"
        self._note("clock_set", "info", text)

    def _day_total(self, basal_mu: int, bolus_mu: int, _boluses: int) -> None:
        # It closes the day in which the pump began to count, by the pump's own clock.
        day = self._counted_day
        if day is not None and self._trusted[self._at]:
            basal, bolus = self.history.day_totals.get(day, (0, 0))
            self.history.day_totals[day] = (basal + basal_mu, bolus + bolus_mu)
        self._count_from(self._at)

    def _count_from(self, at: int) -> None:
        """The sums of the next day total begin with record `at`."""
        self._counted_day = self._wall[at] // DAY_MS if self._trusted[at] else None

    def _checkpoint(self, odometer: int, reservoir: int, flags: int, _bolus_id: int) -> None:
        if self._odometer is not None:
            self._compare(odometer - self._odometer - self._made)
        self._odometer = odometer
        self._made = 0
        self._hole = None
        self._set_reservoir(reservoir if reservoir >= 0 else None)
        self._boluses.checkpoint_begins()
        if self._stop_cut:
            if flags & _FLAG_SUSPENDED:
                self._open_stop(self._stop_cut.reason, self._stop_cut.source)
            self._stop_cut = None

    def _checkpoint_extended(self, number: int, asked_mu: int, given: int, _minutes: int) -> None:
        self._boluses.checkpoint_later(self._moment(), number, asked_mu, given)

    def _checkpoint_today(self, *_: int) -> None:
        self._boluses.checkpoint_ends()

    def _compare(self, difference: int) -> None:
        history = self.history
        history.odometer_checks += 1
        if not difference:
            return
        if difference > 0 and self._hole:
            bounds = (difference, difference)
            self._add_uncertain("unknown", *self._hole, bounds, "missing_records")
            return
        history.odometer_differences += 1
        text = f"The odometer and the doses in the log differ by {difference:+d} steps"
        self._note("odometer", "fault", text)

    # ---- doses ---------------------------------------------------------------------------

    def _basal_lease(self, made: int, most: int, rate_mu_h: int, _reason: int) -> None:
        at = self._at
        self._dose(_BASAL, self._lease.at if self._lease else at, made)
        self._lease = _Lease(at, most, rate_mu_h) if most else None
        self._lease_cut = None
        if most and (self._stop or self._change):
            self._end_stop()  # its resume is not in the log, but basal runs
        if self._rate is None or self._rate.rate_mu_h != rate_mu_h:
            self._end_rate(at)
            self._rate = _Lease(at, 0, rate_mu_h)

    def _end_rate(self, at: int) -> None:
        if self._rate:
            seq = self._seq[self._rate.at]
            for start, end, _ in self._pieces(self._rate.at, at):
                self._add_rate(Rate(start, end, self._rate.rate_mu_h, seq))
            self._rate = None

    def _add_rate(self, rate: Rate) -> None:
        # A checkpoint closes the lease and opens it anew in the same moment: that is no change.
        rates = self.history.rates
        before = rates[-1] if rates else None
        if before and before.end_ms == rate.start_ms and before.rate_mu_h == rate.rate_mu_h:
            rates[-1] = Rate(before.start_ms, rate.end_ms, rate.rate_mu_h, before.seq)
        elif rate.end_ms > rate.start_ms:
            rates.append(rate)

    def _temporary_start(self, percent: int, rate_mu_h: int, minutes: int, source: int) -> None:
        share = percent if percent >= 0 else None
        self._temporary = Temporary(
            self._now(), share, rate_mu_h, minutes, _source(source), seq=self._number()
        )
        self._temporary_at = self._at
        self.history.temporaries.append(self._temporary)
        what = f"{rate_mu_h / 1000:g} U/h" if share is None else f"{share} %"
        self._note("temporary_start", "info", f"Temporary basal of {what} for {minutes} min")

    def _temporary_end(self, elapsed_s: int, given_steps: int, reason: int) -> None:
        found = self._temporary
        if found is None:  # its start is among records that are missing
            return
        found.end_ms = found.start_ms + elapsed_s * 1000
        if self._boot_end[self._temporary_at] == self._boot_end[self._at]:
            found.end_ms = self._now()
        found.steps, found.mu = given_steps, self._mu(given_steps)
        found.outcome = _word("temporary_end", "reason", reason)
        self._temporary = None
        given = f"{given_steps} steps" if found.mu is None else f"{found.mu / 1000:.2f} U"
        text = f"Temporary basal over ({found.outcome.replace('_', ' ')}): {given} in"
        self._note("temporary_end", "info", f"{text} {_span(elapsed_s)}")

    def _calculation(self, *asked: int) -> None:
        self._asked = asked

    def _calculated(self, meal: int, correction: int, board: int, dose: int, number: int) -> None:
        if self._asked:
            carbs, glucose, ratio, factor, low, high = self._asked
            self._reckoned = Calculation(
                number,
                carbs,
                glucose or None,
                ratio / 10,
                factor,
                (low, high),
                meal,
                correction,
                board,
                dose,
            )
        self._asked = None

    def _bolus_start(self, number: int, asked_mu: int, _owed: int, source: int) -> None:
        self._reckon(self._boluses.start(self._moment(), number, asked_mu, _source(source)))
        self._reckoned = None

    def _bolus_part(self, number: int, made: int, most: int) -> None:
        self._dose(_BOLUS, self._boluses.part(self._moment(), number, made, most), made)

    def _bolus_end(self, number: int, given_mu: int, given_steps: int, reason: int) -> None:
        word = _word("bolus_end", "reason", reason)
        found = self._boluses.end(self._moment(), number, given_mu, given_steps, word)
        self._close(found, self._wall[self._boot_end[found.since]])

    def _extended_start(
        self, number: int, asked_mu: int, _owed: int, quarters: int, combined: int, source: int
    ) -> None:
        minutes = quarters * _QUARTER_MIN
        word = _source(source)
        self._reckon(
            self._boluses.start_later(
                self._moment(), number, asked_mu, minutes, combined != 0, word
            )
        )

    def _extended_part(self, number: int, made: int, most: int) -> None:
        self._dose(_BOLUS, self._boluses.part_later(self._moment(), number, made, most), made)

    def _extended_end(
        self, number: int, given_mu: int, given_steps: int, minutes: int, reason: int
    ) -> None:
        word = _word("extended_end", "reason", reason)
        found = self._boluses.end_later(
            self._moment(), number, given_mu, given_steps, minutes, word
        )
        self._close(found, found.portion.end_ms)

    def _close(self, found: Closed, cut_ms: int | None) -> None:
        """Book what its last part made; `cut_ms`: when it ended, where a restart ended it."""
        self._dose(_BOLUS, found.since, found.steps)
        same_boot = self._boot_end[found.since] == self._boot_end[self._at]
        found.portion.end_ms = self._now() if same_boot else cut_ms

    def _reckon(self, bolus: Bolus) -> None:
        """Tell a bolus what the calculator said of it."""
        numbers = [one.bolus_id for one in bolus.portions]
        if self._reckoned and self._reckoned.bolus_id in numbers:
            bolus.calculation = self._reckoned

    def _refused(self, command: int, code: int, asked: int, limit: int, source: int) -> None:
        reason = CODES[code] if code < len(CODES) else str(code)
        what = _word("refused", "command", command)
        kind = _REFUSED_BOLUSES.get(what)
        if kind is None:
            text = f"Refused: {what.replace('_', ' ')}, {reason.replace('_', ' ')}"
            self._note("refused", "warning", text)
            return
        now = self._now()
        nothing = Portion(0, now, asked, end_ms=now, given_mu=0, outcome="refused")
        bolus = Bolus(now, _source(source), nothing, kind=kind, seq=self._number())
        bolus.refusal = reason
        bolus.limit = limit
        self.history.boluses.append(bolus)

    def _uncertain(self, kind: int, least: int, most: int, number: int) -> None:
        name = _word("uncertain", "kind", kind)
        start = self._cut_start(name, number)
        end = min(self._boot_end[start], self._at)
        # With power on, only a motor error leaves steps in doubt.
        cause = "motor_error" if self._failed else "power_lost"
        found = self._add_uncertain(
            name, self._wall[start], self._wall[end], (least, most), cause, number
        )
        if name == "bolus":
            self._boluses.doubt(self._moment(), number, self._failed).doubt(found)
        if name not in _EMPTY_MOVES:
            self._drain(most)

    def _add_uncertain(
        self,
        kind: str,
        start_ms: int,
        end_ms: int,
        bounds: tuple[int, int],
        cause: str,
        bolus_id: int = 0,
    ) -> Uncertain:
        least, most = bounds
        least_mu, most_mu = self._mu(least), self._mu(most)
        found = Uncertain(
            *(kind, start_ms, end_ms, least, most, least_mu, most_mu, cause, bolus_id),
            seq=self._number(),
        )
        self.history.uncertain.append(found)
        return found

    def _cut_start(self, kind: str, number: int) -> int:
        """The record since which it is uncertain."""
        if kind == "basal":
            return self._lease_cut.at if self._lease_cut else self._at
        if kind == "bolus":
            since = self._boluses.since(number)
            return self._at if since is None else since
        return self._move_at

    def _dose(self, kind: int, start: int, steps: int) -> None:
        if not steps:
            return
        self._made += steps
        self._drain(steps)
        end = self._boot_end[start]
        if end > self._at:
            end = self._at
        if self._piece[start] == self._piece[end]:  # nearly always: no clock was changed within
            wall = self._wall
            self._doses += (kind, wall[start], wall[end], steps, self._seq[self._at])
            return
        left = steps
        pieces = list(self._pieces(start, self._at))
        for index, (begin, end, share) in enumerate(pieces):
            last = index == len(pieces) - 1
            part = left if last else min(left, round(steps * share))
            left -= part
            if part:
                self._doses += (kind, begin, end, part, self._number())

    def _pieces(self, start: int, end: int) -> Iterator[tuple[int, int, float]]:
        """(start_ms, end_ms, share) between two records, cut where the wall clock was changed."""
        end = min(end, self._boot_end[start])
        first, last = self._piece[start], self._piece[end]
        if first == last:
            yield self._wall[start], self._wall[end], 1.0
            return
        whole = self._uptime[end] - self._uptime[start] or 1
        begins = [self._uptime[start], *self._begin_uptime[first + 1 : last + 1]]
        walls = [self._wall[start], *self._begin_wall[first + 1 : last + 1]]
        ends = [*begins[1:], self._uptime[end]]
        for begin, wall, until in zip(begins, walls, ends, strict=True):
            length = max(0, until - begin)
            yield wall, wall + length, length / whole

    # ---- reservoir -----------------------------------------------------------------------

    def _drain(self, steps: int) -> None:
        if self._reservoir and steps:
            self._reservoir = max(0, self._reservoir - steps)
            self._levels += (self._wall[self._at], self._reservoir)

    def _set_reservoir(self, steps: int | None) -> None:
        if steps != self._reservoir:
            self._reservoir = steps
            self._levels += (self._wall[self._at], UNKNOWN if steps is None else steps)

    def _move_start(self, kind: int, _most: int, _source: int) -> None:
        self._begin_move(kind)

    def _begin_move(self, kind: int) -> Move:
        name = _word("move_start", "kind", kind)
        self._move = Move(name, self._now(), seq=self._number())
        self._move_at = self._at
        self.history.moves.append(self._move)
        if self._change:
            self._change.moves.append(self._move)
        return self._move

    def _move_part(self, kind: int, made: int, _most: int) -> None:
        move = self._move or self._begin_move(kind)
        move.steps += made
        move.mu = self._mu(move.steps)
        self._move_at = self._at
        if move.kind not in _EMPTY_MOVES:
            self._drain(made)

    def _move_end(self, kind: int, made: int, total: int, reason: int) -> None:
        move = self._move or self._begin_move(kind)
        move.steps = total
        move.mu = self._mu(total)
        move.reason = _word("move_end", "reason", reason)
        if move.kind not in _EMPTY_MOVES:
            self._drain(made)
        self._move = None

    def _change_start(self, _reservoir: int, _source: int) -> None:
        self._change = Change(self._now(), seq=self._number())
        self.history.changes.append(self._change)
        self._set_reservoir(None)
        if self._stop and self._stop.start_ms == self._now() and self._stop.reason == "suspended":
            self._stop.reason = "reservoir_change"

    def _reservoir_set(self, steps: int, reservoir_mu: int, _source: int) -> None:
        if self._change is None:
            self._change = Change(self._now(), seq=self._number())
            self.history.changes.append(self._change)
        self._change.reservoir_mu = reservoir_mu
        self._set_reservoir(steps)

    # ---- stops and alarms ----------------------------------------------------------------

    def _suspend(self, source: int, alarm: int) -> None:
        if not self._stop:
            self._open_stop(_alarm(alarm) if alarm else "suspended", _source(source))

    def _open_stop(self, reason: str, source: str) -> None:
        self._stop = Stop(self._now(), self._now(), reason, source, seq=self._number())
        self.history.stops.append(self._stop)

    def _end_stop(self) -> None:
        if self._stop:
            self._stop.over = True
            start = self._stop.start_ms
            self._stop.end_ms = max(start, self._now())
            self._stop = None
        if self._change:
            self._change.end_ms = self._now()
            self._change = None

    def _resume(self, _source: int, suspended_s: int) -> None:
        if not self._stop:  # its beginning is not in the log, but its length is
            start = self._now() - suspended_s * 1000
            self._stop = Stop(start, start, "suspended", seq=self._number())
            self.history.stops.append(self._stop)
        self._end_stop()

    def _service(self, _granted: int, source: int) -> None:
        self._note("service", "warning", "Handed to its maker for service: nothing is delivered")
        if not self._stop:
            self._open_stop("service", _source(source))

    def _self_test(self, test: int, passed: int, _detail: int) -> None:
        if not passed:
            name = _word("self_test", "test", test)
            self._note("self_test", "fault", f"Self-test of the {name} failed")

    def _motor_error(self, ordered: int, made: int) -> None:
        self._failed = True
        self._note("motor_error", "fault", f"Motor error: {made} steps made of {ordered} ordered")

    def _system_error(self, code: int, detail: int) -> None:
        self._note("system_error", "fault", f"System error {code} (detail {detail})")

    def _alarm_raised(self, alarm: int, priority: int, value: int) -> None:
        name = _alarm(alarm)
        word = _word("alarm_raised", "priority", priority)
        risen = Alarm(name, word, value, self._now(), seq=self._number())
        self._alarms[alarm] = risen
        self.history.alarms.append(risen)
        if name in _STOPPING_FAULTS and not self._stop:
            self._open_stop(name, "rule")  # the pump writes no SUSPEND for a fault

    def _alarm_acknowledged(self, alarm: int, after_s: int, _source: int) -> None:
        # The first time: one whose cause stays sounds again, and is seen again.
        if alarm in self._alarms and self._alarms[alarm].acknowledged_s is None:
            self._alarms[alarm].acknowledged_s = after_s

    def _alarm_cleared(self, alarm: int, after_s: int) -> None:
        if alarm in self._alarms:
            self._alarms.pop(alarm).cleared_s = after_s

    def _alarm_repeated(self, alarm: int, times: int) -> None:
        self._tell(Told("repeat", _alarm(alarm), self._now(), None, times, self._number()))

    def _reminder(self, kind: int, after_s: int) -> None:
        name = _reminder_name(kind)
        self._tell(Told("reminder", name, self._now(), after_s, None, self._number()))

    def _reminder_missed(self, kind: int, after_s: int) -> None:
        what = _reminder_name(kind).replace("_", " ")
        text = f"Nobody answered the reminder of {what} for {round(after_s / 60)} min"
        self._note("reminder_missed", "warning", text)

    def _tell(self, told: Told) -> None:
        self.history.reminders.append(told)

    # ---- settings ------------------------------------------------------------------------

    def _setting_changed(self, setting: int, old: int, new: int, _source: int) -> None:
        if setting in SETTINGS:
            row = SETTINGS[setting]
            values = f"{units.value_text(row, old)} to {units.value_text(row, new)}"
            text = f"{units.short_name(row)}: {values} {units.unit(row)}".strip()
        else:
            text = f"setting {setting}: {old} to {new}"
        self._note("setting_changed", "info", f"Setting {text}")

    def _basal_program(self, segments: int, old_mu: int, new_mu: int, _source: int) -> None:
        text = f"Basal program: {old_mu / 1000:.2f} to {new_mu / 1000:.2f} U a day"
        self._note("basal_program", "info", f"{text}, {segments} segments")

    def _program_activated(self, old: int, new: int, old_mu: int, new_mu: int, _: int) -> None:
        text = f"Basal program {new} in force"
        if old != new:
            text += f" in place of {old}: {old_mu / 1000:.2f} to {new_mu / 1000:.2f} U a day"
        self._note("program_activated", "info", text)

    def _program_edited(self, program: int, segments: int, old: int, new: int, _: int) -> None:
        text = f"Basal program {program}, not in force"
        if segments:
            text += f": {old / 1000:.2f} to {new / 1000:.2f} U a day, {segments} segments"
        else:
            text += f": {old / 1000:.2f} U a day, taken away"
        self._note("program_edited", "info", text)

    def _program_named(self, program: int, old: int, new: int, _source: int) -> None:
        was, name = (program_name(one) for one in (old, new))
        self._note("program_named", "info", f"Name of basal program {program}: {was} to {name}")

    def _settings_lost(self, *_: int) -> None:
        self._note(
            "settings_lost", "warning", "The stored settings were damaged; defaults are used"
        )

    # ---- helpers -------------------------------------------------------------------------

    def _now(self) -> int:
        return self._wall[self._at]

    def _number(self) -> int:
        return self._seq[self._at]

    def _moment(self) -> Moment:
        return Moment(self._at, self._now(), self._number())

    def _mu(self, steps: int | None) -> float | None:
        if steps is None or not self._by:
            return None
        return steps * self._times / self._by

    def _set_scale(self, scale: Fraction | None) -> None:
        if scale:
            self._times, self._by = 1000 * scale.denominator, scale.numerator
            rows = len(self._doses) // _DOSE_SIZE, len(self._levels) // _LEVEL_SIZE
            self._scales.append((*rows, self._times, self._by))

    def _columns(self) -> None:
        """The rows of doses and levels become columns."""
        kind, start, end, steps, seq = _columns_of(self._doses, _DOSE_SIZE)
        at, left = _columns_of(self._levels, _LEVEL_SIZE)
        self._doses, self._levels = [], []
        scales = [(times, by) for _, _, times, by in self._scales]
        dose_mu = _in_mu(steps, [first for first, _, _, _ in self._scales], scales)
        level_mu = _in_mu(left, [first for _, first, _, _ in self._scales], scales)
        level_mu[left == UNKNOWN] = np.nan
        self.history.doses = Doses(kind, start, end, steps, seq, dose_mu)
        self.history.levels = Levels(at, left, level_mu)

    def _note(self, event: str, severity: str, text: str) -> None:
        self.history.notes.append(Note(self._now(), severity, event, text, self._number()))

    def _finish(self) -> None:
        """What is open at the end of the log is under way, or was when it was pulled."""
        history = self.history
        if self._lease:
            most = self._lease.max_steps
            history.under_way.append(
                UnderWay("basal", self._wall[self._lease.at], most, self._mu(most))
            )
        if self._temporary:
            self._temporary.outcome = "under_way"
        self._boluses.finish()
        for kind, one in (("bolus", self._boluses.now), ("extended bolus", self._boluses.later)):
            if one and one.at is not None:
                most = one.most
                history.under_way.append(UnderWay(kind, self._wall[one.at], most, self._mu(most)))
        if self._stop:
            self._stop.end_ms = max(self._stop.start_ms, self._now())
        self._end_rate(self._at)
        self._columns()


def _columns_of(rows: list[int], size: int) -> list[Integers]:
    return list(np.array(rows, np.int64).reshape(-1, size).T.copy())


def _in_mu(steps: Integers, firsts: list[int], scales: list[tuple[int, int]]) -> Floats:
    """Milliunits of steps by the scale in force, each from the row `first` on; before, unknown."""
    found = np.full(len(steps), np.nan)
    for first, end, (times, by) in zip(firsts, [*firsts, len(steps)][1:], scales, strict=True):
        found[first:end] = steps[first:end] * times / by
    return found


def _word(event: str, field: str, code: int) -> str:
    """The word of a code; a code that this version does not know stays a number."""
    words = next(f.words for f in EVENTS[EVENT_NUMBERS[event]].fields if f.name == field)
    return words[code] if code < len(words) else str(code)


def _source(code: int) -> str:
    return _word("suspend", "source", code)


def _alarm(code: int) -> str:
    return ALARM_NAMES[code] if code < len(ALARM_NAMES) else f"alarm_{code}"


def program_name(code: int) -> str:
    """The word of a basal program's name, 'none' where it has none."""
    return _word("program_named", "new_name", code).replace("_", " ")


def _reminder_name(kind: int) -> str:
    return REMINDERS[kind] if kind < len(REMINDERS) else f"reminder_{kind}"


def _span(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s"
