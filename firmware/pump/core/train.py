"""The train of steps under way, and what the engine counted held against what was ordered."""


class Train:
    """At most one train at a time, and the sum of all of them since the start."""

    def __init__(self):
        self.ordered = 0  # signed steps under way, 0: none
        self.source = None  # the delivery they belong to
        self.position_steps = 0  # the sum of all trains, signed

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

    def is_whole(self, made, cut_short):
        """Whether that is what was ordered, or less because somebody stopped it."""
        ordered = abs(self.ordered)
        return made == ordered or (cut_short and 0 <= made < ordered)
