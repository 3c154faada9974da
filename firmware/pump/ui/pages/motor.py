"""The motor check: a little forward, as much back, and the question whether it was seen to turn.

It is part of a reservoir change, which stays open: the amount is not known afterwards.
"""

from micropython import const

from pump.core import codes, events, states
from pump.core.calibration import weighing
from pump.ui import keys, sounds
from pump.ui.screen import TOP, Message, Screen, mix, refused

_ASK = const(0)
_FORWARD = const(1)
_BACK = const(2)
_SEEN_ASK = const(3)

_TRY_MU = const(5_000)  # a turn of the screw or so
_BUTTONS = events.SOURCE_BUTTONS


class MotorCheck(Screen):
    """OK starts it and says that it turned; STOP stops the motor, says that it did not, or leaves.

    `tried()` is called when the motor was seen to turn.
    """

    keeps_lit = True

    def __init__(self, ui, tried):
        super().__init__(ui)
        self._tried = tried
        self._step = _ASK
        self._steps = self.pump.profile.scale.steps(_TRY_MU)

    def stays(self) -> bool:
        """While the change is open that it is part of."""
        return self.pump.state in (states.CHANGING, states.MOVING)

    def press(self, button):
        """Forward, or back."""
        if self._step in (_FORWARD, _BACK):
            if button in (keys.OK, keys.STOP):
                self.pump.change().stop()
        elif button == keys.OK:
            self._forward()
        elif button == keys.STOP:
            self._not_seen()

    def _forward(self):
        pump = self.pump
        if self._step == _SEEN_ASK:
            self._tried()
            self.ui.finished()
            return
        code = codes.OK
        if pump.state != states.CHANGING:
            code = pump.change().start(_BUTTONS)
        if code == codes.OK:
            code = weighing.measure(pump, self._steps, _BUTTONS)
        if code == codes.OK:
            self._step = _FORWARD
        else:
            refused(self.ui, code)

    def _not_seen(self):
        seen_ask = self._step == _SEEN_ASK
        self.ui.back()
        if seen_ask:
            self.ui.open(Message(self.ui, self.words.MOTOR_CHECK, self.words.NOT_TURNED))

    def advance(self):
        """See a move end, for whatever reason."""
        move = self.pump.move
        if self._step not in (_FORWARD, _BACK) or move.active:
            return
        whole = move.made_steps >= move.most_steps
        if not whole:
            self._step = _ASK
        elif self._step == _BACK:
            self._step = _SEEN_ASK
        elif weighing.measure(self.pump, -self._steps, _BUTTONS) == codes.OK:
            self._step = _BACK
        else:
            self._step = _ASK
        self.ui.play(sounds.END)
        self.ui.dirty = True

    def view(self) -> int:
        """The motor's progress."""
        return mix(self._step, self.pump.move.made_steps)

    def draw(self, canvas):
        """What will happen, how far it is, or the question."""
        say, words = self.say, self.words
        self.title(canvas, words.MOTOR_CHECK)
        if self._step in (_FORWARD, _BACK):
            move = self.pump.move
            canvas.text(words.TURNS.split("|")[self._step - _FORWARD], 0, TOP + 4)
            canvas.bar(0, 47, canvas.width, 7, move.made_steps, move.most_steps)
            self.hints(canvas, say.STOPS, words.OK_STOP)
        elif self._step == _SEEN_ASK:
            self.lines(canvas, words.TURNED_ASK)
            self.hints(canvas, say.STOP_NO, say.OK_YES)
        else:
            self.lines(canvas, words.MOTOR_ASK)
            self.hints(canvas, words.BACK, words.OK_START)
