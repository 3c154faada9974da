"""The guided calibration: three runs onto a scale, one more after going back, then the result."""

from micropython import const

from pump.core import codes, events, states
from pump.core import settings as st
from pump.core.calibration import weighing
from pump.ui import keys, sounds
from pump.ui.screen import TOP, Message, Screen, mix, refused

# The steps, in order.
_ASK = const(0)
_FLOW_ASK = const(1)
_FLOWING = const(2)
_RUN_ASK = const(3)
_BACK = const(4)  # before the last run the motor goes back
_RUNNING = const(5)
_WEIGHT = const(6)
_RESULT = const(7)

_RUN_MU = const(20_000)
_RUN_MG = const(200)
_MOVING = (_FLOWING, _BACK, _RUNNING)
_BUTTONS = events.SOURCE_BUTTONS


class Calibrate(Screen):
    """OK goes on, STOP stops the motor or leaves, UP and DOWN enter what the scale shows.

    It is part of a reservoir change, which stays open: the amount is not known afterwards.
    """

    keeps_lit = True

    def __init__(self, ui):
        super().__init__(ui)
        self._step = _ASK
        self._run_steps = self.pump.profile.scale.steps(_RUN_MU)
        self._back_steps = self._run_steps // 4
        self._mg = _RUN_MG
        self._weights = []
        self._found = (0, 0, 0, 0)  # tenths, their half width, play, its half width

    def stays(self) -> bool:
        """While it goes on: a scale takes its time."""
        return self.pump.state in (states.CHANGING, states.MOVING)

    def press(self, button):
        """Forward, back, or more and less milligrams."""
        if self._step in _MOVING:
            if button in (keys.OK, keys.STOP):
                self.pump.change().stop()
        elif button == keys.OK:
            self._forward()
        elif button == keys.STOP:
            self.ui.back()
        elif self._step == _WEIGHT:
            self._mg = min(max(self._mg + (1 if button == keys.UP else -1), 1), 2 * _RUN_MG)

    def _forward(self):
        pump = self.pump
        if self._step == _ASK:
            code = codes.OK
            if pump.state != states.CHANGING:
                code = pump.change().start(_BUTTONS)
            self._go(_FLOW_ASK, code)
        elif self._step == _FLOW_ASK:
            self._measure(_FLOWING, pump.profile.prime_most_steps)
        elif self._step == _RUN_ASK:
            self._run()
        elif self._step == _WEIGHT:
            self._weights.append(self._mg)
            self._weigh()
        else:
            self._save()

    def _go(self, step, code):
        if code == codes.OK:
            self._step = step
        else:
            refused(self.ui, code)

    def _run(self):
        if len(self._weights) == weighing.RUNS:
            self._measure(_BACK, -self._back_steps)
        else:
            self._measure(_RUNNING, self._run_steps)

    def _measure(self, step, steps):
        self._go(step, weighing.measure(self.pump, steps, _BUTTONS))

    def _weigh(self):
        """A run was weighed: ask for the next, or compute."""
        self._step = _RUN_ASK
        runs = self._weights[: weighing.RUNS]
        if len(runs) < weighing.RUNS:
            return
        scale = weighing.weighed(self._run_steps, runs)
        if scale is None:
            self._weights = []
            self.ui.refuse()
            self.ui.open(Message(self.ui, self.words.CALIBRATE, self.words.RUNS_DIFFER))
        elif len(self._weights) > weighing.RUNS:
            play = weighing.play_of(self._run_steps, runs, self._weights[-1])
            self._found = scale + play
            self._step = _RESULT

    def _save(self):
        pump = self.pump
        tenths, _, play, unsure = self._found
        code = pump.set_setting(st.STEPS_PER_UNIT, tenths, _BUTTONS)
        if code != codes.OK:
            refused(self.ui, code)
            return
        # No more than is sure: steps beyond the play would be fluid.
        pump.set_setting(st.BACKLASH_STEPS, max(play - unsure, 0), _BUTTONS)
        self.ui.play(sounds.RESUMED)
        self.ui.go_home()
        self.ui.open(Message(self.ui, self.words.CALIBRATED, self.words.CALIBRATED_TEXT))

    def advance(self):
        """See a train end, for whatever reason."""
        move = self.pump.move
        if self._step not in _MOVING or move.active:
            return
        whole = move.made_steps >= move.most_steps
        if self._step == _BACK and whole:
            self._measure(_RUNNING, self._back_steps + self._run_steps)
        else:
            # A run that was stopped is not weighed: it is made again.
            self._step = _WEIGHT if self._step == _RUNNING and whole else _RUN_ASK
        self.ui.play(sounds.END)
        self.ui.dirty = True

    def interrupted(self):
        """Nothing is asked that an alarm would change."""

    def view(self) -> int:
        """The motor's progress."""
        return mix(self._step, self.pump.move.made_steps)

    def draw(self, canvas):
        """The page of this step."""
        say, words = self.say, self.words
        step = self._step
        number = min(len(self._weights) + 1, weighing.RUNS + 1)
        self.title(canvas, words.CALIBRATE, "" if step < _RUN_ASK else "%d/4" % number)
        if step in _MOVING:
            move = self.pump.move
            canvas.text(words.PUMPING, 0, TOP + 4)
            canvas.bar(0, 47, canvas.width, 7, move.made_steps, move.most_steps)
            self.hints(canvas, say.STOPS, words.OK_STOP)
        elif step == _WEIGHT:
            canvas.text_center(words.WEIGHT, TOP)
            canvas.text_center("%d mg" % self._mg, 28, 2)
            self.hints(canvas, words.CHANGE, say.OK_NEXT)
        elif step == _RESULT:
            self._draw_result(canvas)
        else:
            asked = words.CALIBRATE_ASK.split("/")[step if step < _RUN_ASK else 2]
            self.lines(canvas, asked)
            self.hints(canvas, words.BACK, words.OK_START)

    def _draw_result(self, canvas):
        words = self.words
        tenths, unsure, play, play_unsure = self._found
        was = self.pump.profile.scale.steps(10_000)
        error = (was - tenths) * 1000 // tenths
        sign = "-" if error < 0 else "+"
        rows = (
            (words.STEPS, "%s ~%s" % (_tenths(tenths), _tenths(unsure))),
            (words.WAS, _tenths(was)),
            (words.DOSES, "%s%s %%" % (sign, _tenths(abs(error)))),
            (words.PLAY, "%d ~%d" % (play, play_unsure)),
        )
        y = TOP
        for left, right in rows:
            canvas.text(left, 0, y)
            canvas.text_right(right, canvas.width, y)
            y += 10
        self.hints(canvas, words.BACK, words.OK_SAVE)


def _tenths(value):
    return "%d.%d" % (value // 10, value % 10)
