"""Basal: a rate that owes steps, and the leases under which they are moved."""

from pump.core import events
from pump.core.profile import BASAL_LATEST_MS, BASAL_LEASE_MS
from pump.core.units import RateCarry


class Basal:
    """The basal delivery of the moment. Steps it owes stay owed over a change of rate."""

    kind = events.KIND_BASAL

    def __init__(self, log, profile):
        self._log = log
        self._profile = profile
        self.carry = RateCarry(profile.scale)
        self.rate_mu_h = 0  # the rate of the open lease
        self.owed_steps = 0
        self.lease_steps = 0  # 0: no lease is open
        self.made_steps = 0  # in the open lease
        self.end_reason = events.END_SUSPENDED  # why it is closed once the motor rests
        self._lease_ms = 0
        self._since_burst_ms = 0

    def accrue(self, rate_mu_h, elapsed_ms):
        """Owe what `elapsed_ms` at `rate_mu_h` ask for."""
        self.owed_steps += self.carry.accrue(rate_mu_h, elapsed_ms)
        self._lease_ms += elapsed_ms
        self._since_burst_ms += elapsed_ms

    def keep_lease(self, rate_mu_h):
        """Make the lease fit the rate: open, renew or close it. Not while steps are under way."""
        if rate_mu_h != self.rate_mu_h:
            self._roll(rate_mu_h, events.END_RATE_CHANGE)
        elif not rate_mu_h and not self.owed_steps:
            self.close(events.END_DONE)
        elif not self.lease_steps:
            self._roll(rate_mu_h, events.END_RENEWED)
        elif self.lease_steps and self._lease_ms >= BASAL_LEASE_MS:
            self._roll(rate_mu_h, events.END_TIME)
        elif self.lease_steps and self.made_steps >= self.lease_steps:
            self._roll(rate_mu_h, events.END_RENEWED)

    def close(self, reason):
        """End the open lease, if there is one, with what it made."""
        if self.lease_steps:
            self._open(0, 0, reason)
        self.rate_mu_h = 0

    def ready_steps(self):
        """Steps to move now: a quantum at least, or what is owed after three minutes."""
        owed = self.owed_steps
        if owed < self._profile.quantum_steps and self._since_burst_ms < BASAL_LATEST_MS:
            return 0
        return min(owed, self._profile.burst_steps, self.lease_steps - self.made_steps)

    def moved(self, steps):
        """The motor made this many of them."""
        self.owed_steps -= steps
        self.made_steps += steps
        self._since_burst_ms = 0

    def _roll(self, rate_mu_h, reason):
        # At a rate of zero a lease is still needed for what is owed from before.
        owes = rate_mu_h or self.owed_steps
        self._open(self._profile.basal_lease_steps if owes else 0, rate_mu_h, reason)

    def _open(self, lease, rate_mu_h, reason):
        self._log.write(events.BASAL_LEASE, self.made_steps, lease, rate_mu_h, reason)
        self.rate_mu_h = rate_mu_h
        self.lease_steps = lease
        self.made_steps = 0
        self._lease_ms = 0
