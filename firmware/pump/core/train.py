"""The train of steps under way, and what the engine counted held against what was ordered."""

from micropython import const

# So many trains in a row that something cut short and nobody stopped: no noise on the STOP wire.
_MOST_CUT = const(10)


class Train:
    """At most one train at a time, and the sum of all of them since the start."""

    def __init__(self):
        self.ordered = 0  # signed steps under way, 0: none
        self.source = None  # the delivery they belong to
        self.position_steps = 0  # the sum of all trains, signed
        self._cut = 0  # trains in a row that were cut short, and nobody knows why

    def order(self, source, steps, backwards):
        """Begin; returns the signed steps."""
        self.ordered = -steps if backwards else steps
        self.source = source
        return self.ordered

    def clear(self):
        """None is under way."""
        self.ordered = 0
        self.source = None

    def made(self, steps):
        """Of the signed steps counted, those in the direction of the order."""
        return -steps if self.ordered < 0 else steps

    def is_whole(self, made, cut_short, stopped):
        """Whether that is what was ordered, or less because it was cut short.

        `stopped`: the core itself wanted that. A STOP pin may cut a train as well, or noise on its
        wire; an engine that says so time after time gives nothing, and would do so in silence.
        """
        ordered = abs(self.ordered)
        if made == ordered:
            self._cut = 0
            return True
        if not stopped:
            self._cut += 1
        return cut_short and 0 <= made < ordered and self._cut < _MOST_CUT
