"""A guided move: rewind, prime or fill-cannula, counted and logged apart from dose."""

from pump.core import events


class Move:
    """The guided move that runs, or the last one that ran."""

    def __init__(self, log, profile):
        self._log = log
        self._profile = profile
        self._ending = -1
        self._part_steps = 0
        self._part_made = 0
        self.active = False
        self.kind = events.KIND_PRIME
        self.most_steps = 0
        self.made_steps = 0  # confirmed by the motor
        self.source = events.SOURCE_BUTTONS
        self.play = False  # the screw's play was not taken up since the last rewind
        self.reason = events.END_DONE

    @property
    def owed_steps(self):
        """Steps that were asked for and not made."""
        return self.most_steps - self.made_steps

    def start(self, kind, most_steps, source):
        """Begin a move of at most this many steps; a rewind goes backwards."""
        self.kind = kind
        self.source = source
        if kind != events.KIND_TAKE_UP:
            self.play = kind == events.KIND_REWIND
        self.most_steps = most_steps
        self.made_steps = 0
        self.active = True
        self._ending = -1
        self._log.write(events.MOVE_START, kind, most_steps, source)
        self._open_part()

    def ready_steps(self):
        """Steps to move now."""
        profile = self._profile
        rewinds = self.kind == events.KIND_REWIND
        burst = profile.rewind_burst_steps if rewinds else profile.prime_burst_steps
        return min(burst, self._part_steps - self._part_made)

    def moved(self, steps):
        """The motor made this many of them."""
        self.made_steps += steps
        self._part_made += steps

    def end(self, reason):
        """Ask for the end; `keep_part` books it once no step is under way."""
        if self.active and self._ending < 0:
            self._ending = reason

    def keep_part(self):
        """Open the next part, or book the end. For an active one, at rest. True: it ended."""
        if self._ending < 0 and self.made_steps >= self.most_steps:
            self._ending = events.END_DONE
        if self._ending >= 0:
            self.reason = self._ending
            # First of all the record: should there be no memory for it, the next turn tries again.
            self._log.write(
                events.MOVE_END, self.kind, self._part_made, self.made_steps, self.reason
            )
            self.active = False
            if self.kind != events.KIND_TAKE_UP or self.reason != events.END_DONE:
                return True
            # The play was taken up for a prime, which follows.
            self.start(events.KIND_PRIME, self._profile.prime_most_steps, self.source)
            return False
        if self._part_made >= self._part_steps:
            self._open_part()
        return False

    def _open_part(self):
        left = self.most_steps - self.made_steps
        part = (
            left if self.kind == events.KIND_REWIND else min(left, self._profile.move_part_steps)
        )
        made = self._part_made if self.made_steps else 0
        self._log.write(events.MOVE_PART, self.kind, made, part)
        self._part_steps = part
        self._part_made = 0
