"""The four buttons and what can be done with one, by number."""

from micropython import const

UP = const(0)
DOWN = const(1)
OK = const(2)
STOP = const(3)

PRESS = const(0)
REPEAT = const(1)
HOLD = const(2)
RELEASE = const(3)
