"""A pump core with an ideal motor and a log in memory: what the core tests press and look at."""

from pump.core import codes, event_table, events, record
from pump.core import settings as st
from pump.core.profile import Profile
from pump.core.pump import Pump
from pump.core.recall import Recall
from pump.core.settings import Settings

BUTTONS = events.SOURCE_BUTTONS


class Board:
    """The literals of a board that the core reads: the pico's, with few steps to rewind."""

    STEPS_PER_UNIT = (6791, 10)
    QUANTUM_MU = 5
    REWIND_STEPS = 5_000
    RESERVOIR_MU = 300_000
    LONGEST_TRAIN = 2_000
    BATTERY_LOW_MV = 3_500
    BATTERY_EMPTY_MV = 3_300
    OCCLUSION_MBAR = 500


class Bench:
    """Drives the core as the app does. `log` is what became durable, in order."""

    def __init__(
        self,
        segments=None,
        settings=None,
        log=None,
        board=Board,
        cause=events.RESET_POWER,
        next_seq=0,
        settings_damaged=False,
    ):
        self.log = log if log is not None else []
        self.steps = 0  # forward steps the motor made
        self._minute_ms = 0
        if settings is None:
            settings = Settings()
            settings.set(st.BOLUS_DELAY_S, 0)
        self.pump = Pump(Profile(board), settings)
        past = Recall()
        for packed in self.log:
            past.feed(packed)
        if not next_seq:
            next_seq = record.seq_of(self.log[-1]) + 1 if self.log else 1
        past.end(next_seq, settings_damaged)
        past.begin(self.pump, next_seq, cause, (0, 1, 0))
        if segments:
            assert self.pump.set_basal(segments, BUTTONS) == codes.OK
        self.turn(0)

    def commit(self):
        """What the journal does."""
        self.log.extend(self.pump.log.outbox)
        self.pump.log.outbox.clear()

    def turn(self, elapsed_ms):
        """One turn of the loop; the motor makes its burst before the next."""
        pump = self.pump
        pump.advance(elapsed_ms)
        self.minutes(elapsed_ms)
        while True:
            self.commit()
            burst = pump.next_burst()
            if burst == 0:
                break
            self.steps += burst
            pump.moved(burst, False)
            if pump.move.active:
                break  # a guided move takes its time: one burst a turn
        self.commit()

    def minutes(self, elapsed_ms):
        """Let the core look once a minute."""
        self._minute_ms += elapsed_ms
        if self._minute_ms >= 60_000:
            self._minute_ms %= 60_000
            self.pump.minute()

    def run_s(self, seconds, turn_ms=1000):
        """Let time go by in turns."""
        left_ms = seconds * 1000
        while left_ms > 0:
            self.turn(min(turn_ms, left_ms))
            left_ms -= turn_ms

    def restarted(self, cause=events.RESET_POWER):
        """The same pump after a reset now: only the log and the settings are left."""
        bench = Bench(settings=self.pump.settings, log=self.log, cause=cause)
        bench.steps = self.steps
        return bench

    @staticmethod
    def event(packed):
        """Which event a record is of."""
        return record.header(packed)[2]

    def all(self, event):
        """The field values of every durable record of an event."""
        layout = event_table.layout(event_table.row_of(event)[3])
        return [
            record.fields(packed, layout)
            for packed in self.log
            if record.header(packed)[2] == event
        ]

    def last(self, event):
        """The field values of the last durable record of an event; fails when there is none."""
        found = self.all(event)
        assert found, "no record of event %d" % event
        return found[-1]
