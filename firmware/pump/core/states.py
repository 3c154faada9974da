"""The states of the pump and everything that leads from one to another, as one table."""

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

# (state, what happens, next state). What is not in the table is refused and changes nothing.
TRANSITIONS = (
    (STARTING, START, RUNNING),
    (STARTING, START_SUSPENDED, SUSPENDED),
    (STARTING, FAIL, FAULT),
    (RUNNING, GIVE_BOLUS, BOLUS),
    (RUNNING, SUSPEND, SUSPENDED),
    (RUNNING, OPEN_CHANGE, CHANGING),
    (RUNNING, GRANT_SERVICE, SERVICE),
    (RUNNING, FAIL, FAULT),
    (BOLUS, END_BOLUS, RUNNING),
    (BOLUS, FAIL, FAULT),
    (SUSPENDED, RESUME, RUNNING),
    (SUSPENDED, OPEN_CHANGE, CHANGING),
    (SUSPENDED, GRANT_SERVICE, SERVICE),
    (SUSPENDED, FAIL, FAULT),
    (CHANGING, MOVE, MOVING),
    (CHANGING, CLOSE_CHANGE, RUNNING),
    (CHANGING, CLOSE_CHANGE_SUSPENDED, SUSPENDED),
    (CHANGING, FAIL, FAULT),
    (MOVING, END_MOVE, CHANGING),
    (MOVING, FAIL, FAULT),
    (SERVICE, FAIL, FAULT),
)


def after(state, trigger):
    """The state that `trigger` leads to, or -1 where the table has no such row."""
    for row in TRANSITIONS:
        if row[0] == state and row[1] == trigger:
            return row[2]
    return -1
