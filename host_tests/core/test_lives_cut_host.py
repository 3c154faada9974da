"""Lives from seeds, cut at every record they wrote and read again: nothing given is forgotten."""

import pytest

from host_tests.core.bench import Bench
from host_tests.core.life import ACTS, CALIBRATIONS, Dice, Life, sequence
from pump.core import events, record
from pump.core.layouts import LAYOUTS
from pump.core.settings import Settings

# Steps that nobody ordered are known when their record is durable: test_delivery.py has them.
TABLES = {"acts": [act for act in ACTS if act[0] != "stray"], "calibrations": CALIBRATIONS}
STARTS = (events.BOLUS_START, events.EXTENDED_START)
# One of these may be damaged as well.
TELLING = (
    *STARTS,
    events.BASAL_LEASE,
    events.BOLUS_PART,
    events.BOLUS_END,
    events.EXTENDED_PART,
    events.EXTENDED_END,
)
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
TURN_MS = 4_000  # the longest of a life: so much later a dose may be on record
LAST_PLACE_MU = 2  # what rounding the given of a bolus that was cut may leave out


class Watched(list):
    """The log of a life; `look(first, end)` is called before records become durable."""

    def __init__(self, records, look):
        super().__init__(records)
        self._look = look

    def extend(self, records):
        records = list(records)
        if records:
            self._look(len(self), len(self) + len(records))
        super().extend(records)


class Cuttable:
    """A life that was lived, and what was so each time before records became durable."""

    def __init__(self, acts):
        self.life = Life()
        self.log = Watched(self.life.bench.log, self._look)
        self.life.bench.log = self.log
        self._first = len(self.log)
        self._looks = []
        for name, values in acts:
            getattr(self.life, name)(*values)
            self.life.check()

    def _look(self, first, end):
        life = self.life
        bolus_mu = life.pump.on_board_mu()
        self._looks.append((first, end, life.now_ms, len(life.doses), life.saved, bolus_mu))

    def cuts(self):
        """(records kept, (steps of an hour, of a day), mU on board, settings on the flash)."""
        for first, end, now_ms, doses, saved, on_board_mu in self._looks:
            given = self.life.doses[:doses]
            since = [now_ms + TURN_MS - length for length in (HOUR_MS, DAY_MS)]
            steps = [sum(dose[1] for dose in given if dose[0] > ms) for ms in since]
            for kept in range(max(first, self._first), end):
                yield kept, steps, on_board_mu, saved

    def started(self, kept, saved, lost=None):
        """The pump after a start from so many records, without the one that is damaged."""
        log = [packed for at, packed in enumerate(self.log[:kept]) if at != lost]
        settings = Settings()
        assert settings.decode(saved)
        next_seq = record.seq_of(self.log[kept - 1]) + 1
        return Bench(settings=settings, log=log, next_seq=next_seq).pump

    def event(self, at):
        """Which event the record there is of."""
        return record.header(self.log[at])[2]

    def numbers(self, kept):
        """Of the boluses that were begun by then."""
        started = [packed for packed in self.log[:kept] if record.header(packed)[2] in STARTS]
        return {record.fields(p, LAYOUTS[record.header(p)[2]])[0] for p in started}


def check(pump, steps, on_board_mu, numbers, where):
    """A start is never less strict than what was so."""
    window = pump.window
    assert window.hour_steps >= steps[0], where
    assert window.day_steps >= steps[1], where
    assert pump.on_board_mu() >= on_board_mu - LAST_PLACE_MU, where
    assert pump.bolus.next_id() not in numbers, where


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("seed", range(1, 9))
def test_wherever_a_life_is_cut_its_next_start_forgets_nothing_that_was_given(table, seed):
    cut = Cuttable(sequence(seed, 60, TABLES[table]))
    dice = Dice(seed)
    for kept, steps, on_board_mu, saved in cut.cuts():
        numbers = cut.numbers(kept)
        check(cut.started(kept, saved), steps, on_board_mu, numbers, (kept,))
        if dice.below(10):
            continue
        for lost in range(max(0, kept - 40), kept):
            if cut.event(lost) in TELLING:
                where = kept, lost, cut.event(lost)
                check(cut.started(kept, saved, lost), steps, on_board_mu, numbers, where)
