"""Everything that leads from one state of the pump to another, as one table."""

from pump.core.states import (
    BOLUS,
    CHANGING,
    CLOSE_CHANGE,
    CLOSE_CHANGE_SUSPENDED,
    END_BOLUS,
    END_MOVE,
    FAIL,
    FAULT,
    GIVE_BOLUS,
    GRANT_SERVICE,
    MOVE,
    MOVING,
    OPEN_CHANGE,
    RESUME,
    RUNNING,
    SERVICE,
    START,
    START_SUSPENDED,
    STARTING,
    SUSPEND,
    SUSPENDED,
)

# State, what happens, next state: a row of three. What is not in the table is refused and changes
# nothing. As bytes, because a tuple for each row takes 700 bytes more of the memory.
WAYS = bytes(
    (
        STARTING, START, RUNNING,
        STARTING, START_SUSPENDED, SUSPENDED,
        STARTING, FAIL, FAULT,
        RUNNING, GIVE_BOLUS, BOLUS,
        RUNNING, SUSPEND, SUSPENDED,
        RUNNING, OPEN_CHANGE, CHANGING,
        RUNNING, GRANT_SERVICE, SERVICE,
        RUNNING, FAIL, FAULT,
        BOLUS, END_BOLUS, RUNNING,
        BOLUS, FAIL, FAULT,
        SUSPENDED, RESUME, RUNNING,
        SUSPENDED, OPEN_CHANGE, CHANGING,
        SUSPENDED, GRANT_SERVICE, SERVICE,
        SUSPENDED, FAIL, FAULT,
        CHANGING, MOVE, MOVING,
        CHANGING, CLOSE_CHANGE, RUNNING,
        CHANGING, CLOSE_CHANGE_SUSPENDED, SUSPENDED,
        CHANGING, FAIL, FAULT,
        MOVING, END_MOVE, CHANGING,
        MOVING, FAIL, FAULT,
        SERVICE, FAIL, FAULT,
    )
)  # fmt: skip


def after(state, trigger):
    """The state that `trigger` leads to, or -1 where the table has no such row."""
    for at in range(0, len(WAYS), 3):
        if WAYS[at] == state and WAYS[at + 1] == trigger:
            return WAYS[at + 2]
    return -1
