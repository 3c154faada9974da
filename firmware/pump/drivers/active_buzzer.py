"""Switches a buzzer that has its own tone, where a Buzzer expects a PWM."""


class ActiveBuzzer:
    """An active buzzer at a `pin` (1: it sounds). It has one tone, so patterns keep their rhythm
    and lose their melody.
    """

    def __init__(self, pin):
        self._pin = pin
        pin.value(0)

    def freq(self, _hz):
        """Not ours to choose."""

    def duty_u16(self, duty):
        """Sound unless the duty is 0."""
        self._pin.value(1 if duty else 0)
