"""Decides at power-on between pumping and service mode; delivers nothing either way.

Service mode is the plain prompt for mpremote with the motor off: asked for over the link, or by
holding STOP while the power comes on. main.py runs after this in the same namespace and looks at
`service`; should this file fail, so will main.py, and the prompt is there as well.
"""

import board
from pump.hardware import park, service_asked

service = service_asked(board)
if service:
    park(board)
