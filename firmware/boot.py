"""Decides at power-on between pumping and service mode; delivers nothing either way.

Service mode is the plain prompt for mpremote with the motor off: asked for over the link, or by
holding STOP while the power comes on. main.py runs after this in the same namespace and looks at
`service`; should this file fail, so will main.py, and the prompt is there as well.
"""

from machine import Pin

import board
import pack

# Before all that may fail, as with a damaged pack: pins that float may turn the motor.
if board.STEPPER == "coils":
    for number in board.COIL_PINS:  # pyright: ignore[reportAttributeAccessIssue]
        Pin(number, Pin.OUT, value=0)
else:
    Pin(board.ENABLE_PIN, Pin.OUT, value=1 - board.ENABLED_LEVEL)
pack.mount()

# hardware.py is for main.py: loaded now, with the memory empty, it takes 16 ms less than there.
from pump import hardware, parts  # noqa: E402 - out of the pack

service = parts.service_asked(board)
if service:
    parts.park(board)
    pack.unmount()
del hardware, parts  # main.py shares these names, and what is named stays in memory
