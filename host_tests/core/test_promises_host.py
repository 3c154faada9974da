"""Random lives against a short model: commands, time, faults and power cuts in any order."""

from fractions import Fraction

from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from host_tests.core.bench import BUTTONS, Bench, Board
from pump.core import codes, event_table, events, record, states
from pump.core import settings as st

STEPS_PER_MU = Fraction(6791, 10_000)
MAX_HOUR_MU = 3_000


class Life(RuleBasedStateMachine):
    """The pump under test and what a simple book-keeper would say of it."""

    def __init__(self):
        super().__init__()
        self.bench = Bench()
        pump = self.bench.pump
        assert pump.set_setting(st.MAX_HOUR_MU, MAX_HOUR_MU, BUTTONS) == codes.OK
        assert pump.set_basal([(0, 1_000), (10, 2_500), (720, 400)], BUTTONS) == codes.OK
        self.bench.commit()
        self.made = 0  # steps the motor made as dose
        self.dose_times = []  # (second, steps)
        self.second = Fraction(0)
        self.owed_basal = Fraction(0)
        self.owed_bolus = Fraction(0)

    # ---- the world

    def _live(self, seconds, turn_ms, cut_at=None, share=1.0):
        """Turns with a motor; at turn `cut_at` the power goes in the middle of a burst."""
        bench, pump = self.bench, self.bench.pump
        turns = max(1, seconds * 1000 // turn_ms)
        for turn in range(turns):
            if pump.state in (states.RUNNING, states.BOLUS):
                rate = pump.settings.basal.rate_mu_h(pump.clock.minute_of_day())
                highest = max(pump.settings.basal.rates_mu_h) if turn_ms > 1000 else rate
                self.owed_basal += Fraction(max(rate, highest) * turn_ms, 3_600_000) * STEPS_PER_MU
            pump.advance(turn_ms)
            self.second += Fraction(turn_ms, 1000)
            bench.commit()
            burst = pump.next_burst()
            if not burst:
                continue
            steps = int(abs(burst) * share) if turn == cut_at else abs(burst)
            if pump.state in (states.RUNNING, states.BOLUS):
                self.made += steps
                self.dose_times.append((self.second, steps))
            if turn == cut_at:
                self._power_on()
                return
            pump.moved(burst, False)
            bench.commit()
        if cut_at is not None:
            self._power_on()

    def _power_on(self):
        self.bench = self.bench.restarted()
        self.owed_basal += 1  # what a cut loses of the rounding rest is lost, never added

    # ---- what may happen

    @rule(dose_mu=strategies.integers(-100, 3_500))
    def bolus(self, dose_mu):
        if self.bench.pump.give_bolus(dose_mu, BUTTONS) == codes.OK:
            self.owed_bolus += dose_mu * STEPS_PER_MU
            assert 0 < dose_mu <= MAX_HOUR_MU
        self.bench.commit()

    @rule(seconds=strategies.integers(1, 120))
    def live(self, seconds):
        self._live(seconds, 1000)

    @rule(seconds=strategies.integers(1, 60))
    def live_closely(self, seconds):
        self._live(seconds, 50)

    @rule(turn=strategies.integers(0, 200), share=strategies.floats(0, 1))
    def cut_in_a_burst(self, turn, share):
        self._live(30, 100, cut_at=turn, share=share)

    @rule()
    def cut(self):
        # A record that did not become durable never happened.
        self.bench.pump.log.outbox.clear()
        self._power_on()

    @rule()
    def stop(self):
        self.bench.pump.stop_bolus()

    @rule()
    def suspend(self):
        self.bench.pump.suspend(BUTTONS)

    @rule()
    def resume(self):
        self.bench.pump.resume(BUTTONS)

    @rule(
        mbar=strategies.sampled_from([0, 800]), mv=strategies.sampled_from([4_000, 3_400, 3_200])
    )
    def sense(self, mbar, mv):
        for _ in range(4):
            self.bench.pump.sense(mv, mbar)

    @rule()
    def acknowledge(self):
        self.bench.pump.acknowledge(BUTTONS)

    @rule(units=strategies.integers(1, 300))
    def change(self, units):
        pump = self.bench.pump
        if pump.start_change(BUTTONS) == codes.OK:
            pump.load_reservoir(units * 1000, BUTTONS)
            pump.finish_change(BUTTONS)

    @rule(local_s=strategies.integers(1, 1_000_000_000))
    def set_clock(self, local_s):
        self.bench.pump.set_clock(local_s, 0, BUTTONS)

    # ---- what must hold

    @invariant()
    def never_more_than_was_asked(self):
        assert self.made <= self.owed_basal + self.owed_bolus

    @invariant()
    def the_log_accounts_for_every_step(self):
        self.bench.commit()
        certain = uncertain = lease = part = given = 0
        for packed in self.bench.log:
            event = record.header(packed)[2]
            values = record.fields(packed, event_table.layout(event_table.row_of(event)[3]))
            if event == events.BASAL_LEASE:
                certain += values[0]
                lease = values[1]
            elif event == events.BOLUS_START:
                given = 0
            elif event == events.BOLUS_PART:
                certain += values[1]
                given += values[1]
                part = values[2]
            elif event == events.BOLUS_END:
                certain += values[2] - given
                part = 0
            elif event == events.UNCERTAIN:
                uncertain += values[2]
                lease = 0 if values[0] == events.KIND_BASAL else lease
                part = 0 if values[0] == events.KIND_BOLUS else part
        assert certain <= self.made <= certain + uncertain + lease + part

    @invariant()
    def no_hour_holds_more_than_the_limit(self):
        limit = int(MAX_HOUR_MU * STEPS_PER_MU)
        recent = [steps for at, steps in self.dose_times if at > self.second - 3600]
        assert sum(recent) <= limit

    @invariant()
    def the_numbers_of_records_go_up_by_one(self):
        numbers = [record.seq_of(packed) for packed in self.bench.log[-200:]]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


Life.TestCase.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
TestLife = Life.TestCase


def test_the_board_of_the_bench_is_the_one_the_model_counts_with():
    assert Fraction(*Board.STEPS_PER_UNIT) / 1000 == STEPS_PER_MU
