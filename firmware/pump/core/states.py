"""The states of the pump and what leads from one to another, by number; the table is in ways.py.

Apart from it because a running pump needs no names, and memory is dear.
"""

from micropython import const

STARTING = const(0)
RUNNING = const(1)
BOLUS = const(2)
SUSPENDED = const(3)
CHANGING = const(4)
MOVING = const(5)
SERVICE = const(6)
FAULT = const(7)
STATES = ("starting", "running", "bolus", "suspended", "changing", "moving", "service", "fault")

START = const(0)
START_SUSPENDED = const(1)
GIVE_BOLUS = const(2)
END_BOLUS = const(3)
SUSPEND = const(4)
RESUME = const(5)
OPEN_CHANGE = const(6)
MOVE = const(7)
END_MOVE = const(8)
CLOSE_CHANGE = const(9)
CLOSE_CHANGE_SUSPENDED = const(10)
GRANT_SERVICE = const(11)
FAIL = const(12)
TRIGGERS = (
    "start",
    "start suspended",
    "give bolus",
    "end bolus",
    "suspend",
    "resume",
    "open reservoir change",
    "rewind, prime or fill",
    "end of move",
    "close reservoir change",
    "close reservoir change, suspended",
    "grant service",
    "fail",
)
