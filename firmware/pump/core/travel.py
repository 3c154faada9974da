"""What follows from a switch at the end of the plunger's way. Loaded where a board has one."""

from micropython import const

from pump.core import alarms as al
from pump.core import events

_LOOKS = const(3)  # that agree: a wild one stops nobody's pump


class Travel:
    """Told at each look whether the plunger's head is at its end."""

    def __init__(self, pump):
        self._pump = pump
        self._looks = 0

    def holds(self, reached):
        """Whether no train may begin: at the end there is only the way back."""
        return reached and not self._rewinds()

    def look(self, reached):
        """Alarm and stop at the end. A way back that does not lead out of there is none: then the
        motor does not turn.
        """
        pump = self._pump
        if not reached:
            self._looks = 0
            pump.alarms.cause(al.END_REACHED, False)
            return
        self._looks = min(_LOOKS, self._looks + 1)
        if self._looks < _LOOKS:
            return
        back_steps = pump.move.made_steps if self._rewinds() else 0
        if back_steps > pump.profile.board.END_CLEAR_STEPS:
            pump.motor_error(None, back_steps, 0)
        else:
            pump.stop_for(al.END_REACHED, 0)

    def _rewinds(self):
        move = self._pump.move
        return move.active and move.kind == events.KIND_REWIND
