"""An extended bolus: a dose, or the rest of one, evenly over 15 minutes to 12 hours.

What becomes of it
- It counts the pump's own time, as a temporary basal does. Each moment owes the floor of its share
  of the whole; at the end of its time all of it is owed.
- A combined bolus is one of these and a normal one, which starts with it. Another normal bolus may
  run beside it at any time; the limits of that count what is still to come of this one.
- To be ordered it must fit the limits of a bolus as if all of it were given at once. Basal may use
  up the hour or the day later: what a limit then holds back is lost, and an alarm tells.
- Ordered at the pump it waits for the delay that a bolus has there, and its time begins after it.
- What stops delivery ends it, and so does a restart. It never goes on by itself. An alarm says so,
  unless a person has stopped or suspended it.
- Both parts of a combined one are rounded as one dose: what rounding leaves of the first goes to
  the second, and what is then left to the next bolus, once all of it was given and not before.
- Insulin on board counts each part from when the part was closed, half an hour at most.

Loaded by whoever gives the command and let go of after it; `pump.extended` is None while none
runs.
"""

from micropython import const

from pump.core import alarms as al
from pump.core import codes, events, states
from pump.core import settings as st
from pump.core.bolus import Bolus
from pump.core.profile import BASAL_LATEST_MS, BASAL_LEASE_MS

STEP_MIN = const(15)
MOST_MIN = const(720)
_BY_WISH = (events.END_DONE, events.END_STOPPED, events.END_REMOTE)


def begin(pump, now_mu, later_mu, minutes, source):
    """Give `now_mu` at once, which may be 0, and `later_mu` over so many minutes. A code."""
    code, limit = check(pump, now_mu, later_mu, minutes)
    if code != codes.OK:
        command = events.COMMAND_COMBINED if now_mu else events.COMMAND_EXTENDED
        return pump.refuse(command, code, now_mu + later_mu, limit, source)
    extended = Extended(pump)
    extended.start_over(now_mu, later_mu, minutes, source)
    pump.begin_bolus(now_mu, source)
    extended.claim_rest(now_mu)
    pump.extended = extended
    pump.settle()
    return codes.OK


def check(pump, now_mu, later_mu, minutes):
    """(OK or why it would be refused now, the limit that this is about)."""
    if pump.extended is not None:
        return codes.BUSY, 0
    if not STEP_MIN <= minutes <= MOST_MIN or minutes % STEP_MIN or now_mu < 0:
        return codes.OUT_OF_RANGE, MOST_MIN
    code, limit = pump.check_bolus(now_mu + later_mu)
    if code != codes.OK:
        return code, limit
    # Without what is left over of earlier doses, which the other one might get.
    steps = pump.profile.scale.steps
    if later_mu <= 0 or steps(later_mu) < 2 or (now_mu and steps(now_mu) < 2):
        return codes.TOO_SMALL, 0
    return codes.OK, 0


class Extended(Bolus):
    """The one that runs, from its order to its last record."""

    part_event = events.EXTENDED_PART

    def __init__(self, pump):
        super().__init__(pump.log, pump.profile)
        self._pump = pump
        self._carry_ms = 0  # of a step, in parts of the whole time
        self._whole_ms = 0
        self._part_ms = 0  # how long the open part is open
        self._since_burst_ms = 0
        self._rest = 0  # that it leaves to the next bolus once all of it was given
        self._counted_mu = 0  # of what was given, told to insulin on board
        self.left_ms = 0

    def start_over(self, now_mu, dose_mu, minutes, source):
        """Begin, with `now_mu` at once. The checks were made; the intent goes to the log here."""
        pump = self._pump
        self.asked_mu = dose_mu
        steps_for = pump.bolus.steps_for
        self.steps = steps_for(now_mu + dose_mu) - steps_for(now_mu)
        self.bolus_id = pump.bolus.take_id()
        self.remote = source == events.SOURCE_LINK
        self.active = True
        self._whole_ms = self.left_ms = minutes * 60_000
        if not self.remote:
            self.wait_ms = pump.settings.get(st.BOLUS_DELAY_S) * 1000
        self._log.write(
            events.EXTENDED_START,
            self.bolus_id,
            dose_mu,
            self.steps,
            minutes // STEP_MIN,
            1 if now_mu else 0,
            source,
        )
        if not self.wait_ms:
            self._open_part()

    def claim_rest(self, now_mu):
        """What rounding has left is in it now, with that of the one that gives `now_mu`."""
        bolus = self._pump.bolus
        bolus.combined = now_mu > 0
        steps = self.steps + (bolus.steps if now_mu else 0)
        self._rest = bolus.carry.claim(now_mu + self.asked_mu, steps)

    def advance(self, elapsed_ms, withheld):
        """Owe the share of the time that went by, unless a limit withholds it."""
        if self.wait_ms:
            waited_ms = min(self.wait_ms, elapsed_ms)
            self.wait_ms -= waited_ms
            elapsed_ms -= waited_ms
        self._part_ms += elapsed_ms
        self._since_burst_ms += elapsed_ms
        elapsed_ms = min(elapsed_ms, self.left_ms)
        self.left_ms -= elapsed_ms
        if not withheld:
            self._carry_ms += self.steps * elapsed_ms
            self.owed_steps += self._carry_ms // self._whole_ms
            self._carry_ms %= self._whole_ms

    def steps_in(self, minutes):
        """Steps that so many minutes of it ask for."""
        return self.steps * minutes // (self._whole_ms // 60_000)

    def ready_steps(self):
        """Steps to move now: a quantum, the last ones, or what is owed after three minutes."""
        owed = self.owed_steps
        late = not self.left_ms or self._since_burst_ms >= BASAL_LATEST_MS
        if owed < self._profile.quantum_steps and not late:
            return 0
        return min(owed, self._profile.burst_steps, self._part_steps - self._part_made)

    def moved(self, steps):
        """The motor made this many of them."""
        super().moved(steps)
        self._since_burst_ms = 0

    def on_board_mu(self):
        """What it gave in the part that is open: insulin on board knows of the others."""
        return self.given_mu() - self._counted_mu

    def keep_part(self):
        """Open the next part, or book the end. At rest. True: it ended."""
        if not self.left_ms and not self.owed_steps and self.given_steps < self.steps:
            self.end(events.END_TIME)
        elif self._part_ms >= BASAL_LEASE_MS:
            self.renew_part()
        return super().keep_part()

    def told(self):
        """(id, asked, given, s that are left): for a status."""
        return self.bolus_id, self.asked_mu, self.given_mu(), (self.left_ms + 999) // 1000

    def checkpoint(self):
        """Write what a restart must know of it; the open part was renewed before. At rest."""
        elapsed_min = (self._whole_ms - self.left_ms) // 60_000
        self._log.write(
            events.CHECKPOINT_EXTENDED,
            self.bolus_id,
            self.asked_mu,
            self.given_steps,
            elapsed_min,
        )
        # Opened anew: what is open is understood from the checkpoint on. In the wait none is.
        if not self.wait_ms:
            self._open_part()

    def _open_part(self):
        super()._open_part()
        self._part_ms = 0
        self._count()

    def _finish(self):
        self.reason = self._ending
        # First of all the record: should there be no memory for it, the next turn tries again.
        self._log.write(
            events.EXTENDED_END,
            self.bolus_id,
            self.given_mu(),
            self.given_steps,
            (self._whole_ms - self.left_ms) // 60_000,
            self.reason,
        )
        self.active = False
        pump = self._pump
        bolus = pump.bolus
        if self.reason == events.END_DONE and not (bolus.combined and bolus.active):
            bolus.carry.rest += self._rest
        bolus.extended_mu = self.given_mu()
        self._count()
        if self.reason == events.END_SUSPENDED and pump.state == states.SUSPENDED:
            return  # who suspends knows it; who opens a reservoir change may not
        if self.reason not in _BY_WISH:
            pump.alarms.once(al.BOLUS_INCOMPLETE, self.given_mu())
        elif not self.remote:
            pump.suspension.reminder_due = True

    def _count(self):
        self._pump.got_insulin(self.on_board_mu())
        self._counted_mu = self.given_mu()
