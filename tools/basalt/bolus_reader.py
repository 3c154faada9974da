"""Follows the boluses of a log: to which of them a record belongs, and which part of it is open.

A normal bolus may run beside an extended one, so two can be open at a time. A combined bolus is an
extended one and, with the next number, the normal one that is given at once.
"""

from collections.abc import Callable
from typing import NamedTuple

from basalt.history import Bolus, Portion

_MOST_ID = 65_535
_MINUTE_MS = 60_000


class Moment(NamedTuple):
    """The record that is read now."""

    at: int  # its place in the log
    ms: int
    seq: int


class Closed(NamedTuple):
    """A portion that has ended, and what of it no part told before."""

    portion: Portion
    since: int  # the place of the record that opened its last part
    steps: int


class Open:
    """A portion that runs."""

    __slots__ = ("at", "bolus", "is_known", "most", "portion")

    def __init__(self, bolus: Bolus, portion: Portion, is_known: bool = True) -> None:
        self.bolus = bolus
        self.portion = portion
        self.is_known = is_known  # what it gave by now, and not only since the log goes back
        self.at: int | None = None  # the record that opened its part; None: not in the log
        self.most = 0  # steps of that part


class Boluses:
    """Every bolus of a log, into `found`. `mu` says how much some steps are."""

    def __init__(self, found: list[Bolus], mu: Callable[[int], float | None]) -> None:
        self._found = found
        self._mu = mu
        self.now: Open | None = None
        self.later: Open | None = None
        self._awaited: Bolus | None = None  # a combined one, of which the rest follows at once
        self._checkpointed = True  # of `later`, by the checkpoint that is being read

    # ---- given at once -------------------------------------------------------------------

    def start(self, moment: Moment, number: int, asked_mu: int | None, source: str) -> Bolus:
        """A normal bolus begins, or what a combined one gives at once."""
        portion = Portion(number, moment.ms, asked_mu)
        bolus, self._awaited = self._awaited, None
        if bolus is None or bolus.bolus_id % _MOST_ID + 1 != number:
            bolus = self._begun("normal", source, moment)
        bolus.now = portion
        self.now = Open(bolus, portion)
        return bolus

    def part(self, moment: Moment, number: int, made: int, most: int) -> int:
        """A part is open from here on; the place since which the one before it was."""
        return self._next(self._running(moment, number), moment, made, most)

    def end(
        self, moment: Moment, number: int, given_mu: int, given_steps: int, outcome: str
    ) -> Closed:
        """It is over; the time of its end is the reader's to tell."""
        running = self._running(moment, number)
        self.now = None
        return _closed(running, moment, given_mu, given_steps, outcome)

    def _running(self, moment: Moment, number: int) -> Open:
        """The open one of this number; a new one when its start is not in the log."""
        if self.now is None or self.now.portion.bolus_id != number:
            self.start(moment, number, None, "")
        assert self.now is not None
        return self.now

    # ---- given over a time ---------------------------------------------------------------

    def start_later(
        self, moment: Moment, number: int, asked_mu: int, minutes: int, combined: bool, source: str
    ) -> Bolus:
        """An extended bolus begins, or the extended part of a combined one."""
        portion = Portion(number, moment.ms, asked_mu, minutes)
        bolus = self._begun("combined" if combined else "extended", source, moment)
        bolus.later = portion
        self.later = Open(bolus, portion)
        self._awaited = bolus if combined else None
        return bolus

    def part_later(self, moment: Moment, number: int, made: int, most: int) -> int:
        """As `part`, of an extended one."""
        return self._next(self._running_later(moment, number), moment, made, most)

    def end_later(
        self,
        moment: Moment,
        number: int,
        given_mu: int,
        given_steps: int,
        elapsed_min: int,
        outcome: str,
    ) -> Closed:
        """As `end`, of an extended one."""
        running = self._running_later(moment, number)
        self.later = None
        running.portion.end_ms = running.portion.start_ms + elapsed_min * _MINUTE_MS
        running.portion.elapsed_min = elapsed_min
        return _closed(running, moment, given_mu, given_steps, outcome)

    def checkpoint_later(self, moment: Moment, number: int, asked_mu: int, given: int) -> None:
        """What it gave by now, whatever of it is missing from the log."""
        running = self._running_later(moment, number)
        running.is_known = True
        running.portion.asked_mu = asked_mu
        self._gave(running.portion, given)
        self._checkpointed = True

    def _running_later(self, moment: Moment, number: int) -> Open:
        if self.later and self.later.portion.bolus_id == number:
            return self.later
        portion = Portion(number, moment.ms, None, None)
        now = self.now
        if now and now.portion.bolus_id == number:  # what was uncertain of it came first
            bolus, portion = now.bolus, now.portion
            bolus.kind, bolus.now, portion.asked_min, self.now = "extended", None, None, None
        else:
            bolus = self._begun("extended", "", moment)
        bolus.later = portion
        self.later = Open(bolus, portion, is_known=False)
        return self.later

    # ---- what breaks off -----------------------------------------------------------------

    def doubt(self, moment: Moment, number: int, may_have_ended: bool) -> Portion:
        """Of which steps are uncertain; `may_have_ended`: its end may be in the log already."""
        if may_have_ended:
            portions = (one for bolus in reversed(self._found) for one in bolus.portions)
            found = next((one for one in portions if one.bolus_id == number), None)
            if found:
                return found
        running = self._open(number)
        return running.portion if running else self._running(moment, number).portion

    def since(self, number: int) -> int | None:
        """The record that opened the part that is open; None: it is not in the log."""
        running = self._open(number)
        return running.at if running else None

    def open_since(self) -> list[int]:
        """The records that opened all parts that are open."""
        both = (self.now, self.later)
        return [one.at for one in both if one and one.at is not None]

    def restarted(self) -> None:
        """What a combined bolus was to give at once no longer follows."""
        self._awaited = None

    def records_missing(self) -> None:
        """The parts that were open may have been closed, and others opened."""
        self._awaited = None
        for one in (self.now, self.later):
            if one:
                one.at = None

    def checkpoint_begins(self) -> None:
        """It tells of an extended bolus if one runs."""
        self._checkpointed = False

    def checkpoint_ends(self) -> None:
        """Where it told of none, none runs: the end of one is among records that are missing."""
        if not self._checkpointed:
            self.later = None
        self._checkpointed = True

    def finish(self) -> None:
        """The log ends here: what is open runs on."""
        if self.now and self.now.at is not None:
            self.now.portion.outcome = "under_way"
        if self.later:
            self.later.portion.outcome = "under_way"

    # ---- helpers -------------------------------------------------------------------------

    def _begun(self, kind: str, source: str, moment: Moment) -> Bolus:
        bolus = Bolus(moment.ms, source, kind=kind, seq=moment.seq)
        self._found.append(bolus)
        return bolus

    def _open(self, number: int) -> Open | None:
        both = (self.now, self.later)
        return next((one for one in both if one and one.portion.bolus_id == number), None)

    def _next(self, running: Open, moment: Moment, made: int, most: int) -> int:
        since = moment.at if running.at is None else running.at
        self._gave(running.portion, running.portion.given_steps + made)
        running.at, running.most = moment.at, most
        return since

    def _gave(self, portion: Portion, steps: int) -> None:
        given_mu = self._mu(steps)
        portion.given_steps = steps
        portion.given_mu = None if given_mu is None else int(given_mu)


def _closed(
    running: Open, moment: Moment, given_mu: int, given_steps: int, outcome: str
) -> Closed:
    portion = running.portion
    # Where the log does not hold all of it, how much of the sum is of its last part nobody knows.
    steps = max(0, given_steps - portion.given_steps) if running.is_known else 0
    portion.given_mu, portion.given_steps, portion.outcome = given_mu, given_steps, outcome
    return Closed(portion, moment.at if running.at is None else running.at, steps)
