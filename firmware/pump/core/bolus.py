"""A bolus: a dose at a stated speed, in parts that are each in the log before they move."""

from pump.core import events
from pump.core.units import DoseCarry, RateCarry


class Bolus:
    """The bolus that runs, or the last one that ran."""

    kind = events.KIND_BOLUS
    part_event = events.BOLUS_PART

    def __init__(self, log, profile):
        self._log = log
        self._profile = profile
        self.carry = DoseCarry(profile.scale)
        self.rate = RateCarry(profile.scale)
        self._ending = -1
        self._part_steps = 0
        self._part_made = 0
        self.owed_steps = 0  # due by now and not made
        self.wait_ms = 0  # until it begins to owe; a person may still stop all of it
        self.active = False
        self.bolus_id = 0
        self.last_id = 0  # that any bolus has, an extended one too
        self.extended_mu = 0  # what the last of those gave
        self.asked_mu = 0
        self.remote = False  # ordered over the link
        self.combined = False  # what rounding leaves of it is the extended one's
        self.steps = 0  # owed in all
        self.given_steps = 0  # confirmed by the motor
        self.reason = events.END_DONE  # why the last one ended

    def steps_for(self, dose_mu):
        """Steps that a dose would owe, with the rest that rounding left of earlier doses."""
        return self.carry.steps(dose_mu)

    def given_mu(self):
        """What was really given, from confirmed steps."""
        if self.given_steps >= self.steps:
            return self.asked_mu
        return min(self.asked_mu, self._profile.scale.dose_mu(self.given_steps))

    def remaining_steps(self):
        """Steps still to come, 0 when none runs."""
        return self.steps - self.given_steps if self.active else 0

    def next_id(self):
        """The number that the next bolus of any kind will have."""
        return self.last_id % 65_535 + 1

    def take_id(self):
        """That number, which is used up by this."""
        self.last_id = self.next_id()
        return self.last_id

    def start(self, dose_mu, source, delay_s=0):
        """Begin. The checks were made; the intent goes to the log here.

        `delay_s`: how long one that was asked for by buttons waits; programs wait by themselves.
        """
        self.bolus_id = self.take_id()
        self.asked_mu = dose_mu
        self.remote = source == events.SOURCE_LINK
        self.combined = False
        self.steps = self.carry.steps(dose_mu)
        self.given_steps = 0
        self.active = True
        self._ending = -1
        self.owed_steps = 0
        self.rate.clear()
        self.wait_ms = delay_s * 1000 if source == events.SOURCE_BUTTONS else 0
        self._part_steps = self._part_made = 0
        self._log.write(events.BOLUS_START, self.bolus_id, dose_mu, self.steps, source)
        # Without a part nothing can move: a power cut in the wait leaves nothing uncertain.
        if not self.wait_ms:
            self._open_part()

    def accrue(self, speed_mu_min, elapsed_ms):
        """Owe what the speed asks for, never more than the whole bolus."""
        if self.wait_ms:
            waited_ms = min(self.wait_ms, elapsed_ms)
            self.wait_ms -= waited_ms
            elapsed_ms -= waited_ms
        owed = self.owed_steps + self.rate.accrue(speed_mu_min * 60, elapsed_ms)
        self.owed_steps = min(owed, self.remaining_steps())

    def ready_steps(self):
        """Steps to move now: a quantum at least, or the last ones."""
        owed = self.owed_steps
        if owed < self._profile.quantum_steps and owed < self.remaining_steps():
            return 0
        return min(owed, self._profile.burst_steps, self._part_steps - self._part_made)

    def moved(self, steps):
        """The motor made this many of them."""
        self.given_steps += steps
        self._part_made += steps
        self.owed_steps -= steps

    def end(self, reason):
        """Ask for the end; `keep_part` books it once no step is under way."""
        if self.active and self._ending < 0:
            self._ending = reason

    def keep_part(self):
        """Open the next part, or book the end. For an active one, at rest. True: it ended."""
        if self._ending < 0 and self.given_steps >= self.steps:
            self._ending = events.END_DONE
        if self._ending >= 0:
            self._finish()
            return True
        if self._part_made >= self._part_steps and not self.wait_ms:
            self._open_part()
        return False

    def renew_part(self):
        """Book what the open part made, where it made anything. For an active one, at rest."""
        if self._part_made:
            self._open_part()

    def _open_part(self):
        part = min(self._profile.bolus_part_steps, self.steps - self.given_steps)
        made = self._part_made if self.given_steps else 0
        self._log.write(self.part_event, self.bolus_id, made, part)
        self._part_steps = part
        self._part_made = 0

    def _finish(self):
        self.reason = self._ending
        # First of all the record: should there be no memory for it, the next turn tries again.
        self._log.write(
            events.BOLUS_END, self.bolus_id, self.given_mu(), self.given_steps, self.reason
        )
        self.active = False
        if self.reason == events.END_DONE and not self.combined:
            self.carry.settle(self.asked_mu, self.steps)
