"""Lets the chip read back the level of a pin that it drives itself, as the real pads do.

On an RP2040 the input path of a pad sees what the pad carries, whoever drives it (datasheet 2.19):
a PIO program may wait for an edge that another one makes. The emulator only knows inputs from
outside.
"""

from rp2040py.gpio_pin import GPIOPinState

_LEVELS = {GPIOPinState.HIGH: True, GPIOPinState.LOW: False}


def connect_outputs_to_inputs(mcu, pacer):
    """Wire every bank 0 pad of the chip to its own input."""
    for pin in mcu.gpio:
        pin.add_listener(_Loop(pin, pacer).changed)


class _Loop:
    def __init__(self, pin, pacer):
        self._pin = pin
        self._pacer = pacer
        self._driving = False

    def changed(self, value, _before):
        level = _LEVELS.get(value)
        if level is not None:
            self._driving = True
            self._pacer.pins_changed(lambda: self._pin.set_input_value(level))
        elif self._driving:
            self._driving = False
            self._pacer.pins_changed(self._pin.release_input)
