"""Tells by a switch that the plunger's head has come to the end of its way."""


class EndStop:
    """A switch at `pin`; the head is at its end while the pin reads `reached_level`.

    Take one that opens there (level 1, with the pull-up): then a broken wire reads as the end too.
    The `stepper` is stopped there, unless it draws back.
    """

    def __init__(self, pin, stepper, reached_level=1):
        self._pin = pin
        self._stepper = stepper
        self._reached_level = reached_level

    def note_edge(self, _pin=None):
        """Call from the pin's interrupt, both edges. Allocates nothing."""
        if self._pin.value() == self._reached_level and self._stepper.sign > 0:
            self._stepper.stop()

    def reached(self):
        """Whether the head is there now."""
        return self._pin.value() == self._reached_level
