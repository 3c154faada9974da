"""Tells by a slotted disc on the motor's shaft that it turned when steps were made."""


class SlottedDisc:
    """A light barrier at `pin` whose level changes every `steps_per_edge` steps of the motor.

    `slack_steps`: unevenness of the slots and play of the disc. The longest train should not be
    much longer than a slot: a train counts as seen when a single edge came in it.
    """

    ready = True

    def __init__(self, pin, steps_per_edge, slack_steps):
        self._pin = pin
        self._most = steps_per_edge + slack_steps
        self._edge = False
        self._seen_at = 0

    def note_edge(self, _pin=None):
        """Call from the pin's interrupt, both edges. Allocates nothing."""
        self._edge = True

    def answers(self):
        """As Tmc2209: at rest a disc has nothing to say."""
        return True

    def lost_steps(self, position_steps):
        """Ask at rest after each train: steps counted since the disc moved last, if too many.

        0 while all is well. Going back over the same edge is not held against the motor. What was
        told once is not told again: from there on it counts anew.
        """
        if self._edge:
            self._edge = False
            self._seen_at = position_steps
            return 0
        away = position_steps - self._seen_at
        if away < 0:
            away = -away
        if away <= self._most:
            return 0
        self._seen_at = position_steps
        return away
