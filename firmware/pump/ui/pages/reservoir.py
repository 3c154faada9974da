"""The guided reservoir change: draw back, load, fill the tubing, fill the cannula, ready."""

from micropython import const

from pump.core import codes, events, states
from pump.ui import canvas as cv
from pump.ui import figures, keys, sounds
from pump.ui.screen import TOP, Message, Screen, mix, refused

# The steps, in order. The even ones ask, and the odd ones between them watch the motor.
_ASK = const(0)
_REWIND_ASK = const(1)
_REWINDING = const(2)
_REWOUND = const(3)
_LOAD = const(4)
_PRIME_ASK = const(5)
_PRIMING = const(6)
_PRIMED = const(7)
_CANNULA_ASK = const(8)
_FILLING = const(9)
_CHANGED = const(10)

_LOAD_STEP_MU = const(5_000)
_CANNULA_MU = const(300)
_CANNULA_STEP_MU = const(50)

# The six stages that a person sees.
_STAGES = b"\x01\x02\x02\x02\x03\x04\x04\x04\x05\x05\x06"

# What a move's step leads to when it has ended.
_AFTER = {_REWINDING: _REWOUND, _PRIMING: _PRIMED, _FILLING: _CHANGED}


class Change(Screen):
    """Every step: OK goes on, STOP stops the motor or leaves, UP and DOWN change an amount."""

    keeps_lit = True

    def __init__(self, ui):
        super().__init__(ui)
        pump = self.pump
        self._step = _ASK
        self._load_mu = pump.profile.reservoir_mu
        self._cannula_mu = _CANNULA_MU
        self._primed_mu = 0
        self._filled_mu = 0
        # Loaded with the page, where want of memory is refused; at a press it would stop the pump.
        change = pump.change()
        if pump.state == states.CHANGING:  # it was left in the middle
            self._step = _PRIME_ASK if change.loaded else _REWIND_ASK

    def stays(self) -> bool:
        """While the change is open: nobody is brought home from it."""
        return self.pump.state in (states.CHANGING, states.MOVING)

    def press(self, button):
        """OK forward, STOP back, UP and DOWN for amounts and 'again'."""
        if self._step in _AFTER:
            if button in (keys.OK, keys.STOP):
                self.pump.change().stop()
        elif button == keys.OK:
            self._forward()
        elif button == keys.STOP:
            self._leave()
        else:
            self._change(button)

    def _leave(self):
        if self._step == _ASK:
            self.ui.back()
        else:
            self.ui.open(Leave(self.ui))

    def _change(self, button):
        by = 1 if button == keys.UP else -1
        if self._step == _LOAD:
            most_mu = self.pump.profile.reservoir_mu
            load_mu = self._load_mu + by * _LOAD_STEP_MU
            self._load_mu = min(max(load_mu, _LOAD_STEP_MU), most_mu)
        elif self._step == _CANNULA_ASK:
            most_mu = self.pump.profile.cannula_most_mu
            self._cannula_mu = min(max(self._cannula_mu + by * _CANNULA_STEP_MU, 0), most_mu)
        elif by > 0 and self._step == _REWOUND:
            self._start(_REWINDING, self.pump.change().rewind(events.SOURCE_BUTTONS))
        elif by > 0 and self._step == _PRIMED:
            self._start(_PRIMING, self.pump.change().prime(events.SOURCE_BUTTONS))

    def _forward(self):
        pump = self.pump
        buttons = events.SOURCE_BUTTONS
        step = self._step
        if step == _ASK:
            self._start(_REWIND_ASK, pump.change().start(buttons))
        elif step == _REWIND_ASK:
            self._start(_REWINDING, pump.change().rewind(buttons))
        elif step == _LOAD:
            self._start(_PRIME_ASK, pump.change().load(self._load_mu, buttons))
        elif step == _PRIME_ASK:
            self._start(_PRIMING, pump.change().prime(buttons))
        elif step == _CANNULA_ASK and self._cannula_mu:
            self._start(_FILLING, pump.change().fill_cannula(self._cannula_mu, buttons))
        elif step == _CANNULA_ASK:
            self._step = _CHANGED
        elif step == _CHANGED:
            self._finish()
        else:  # rewound, or primed
            self._step = step + 1

    def _start(self, step, code):
        if code == codes.OK:
            self._step = step
        else:
            refused(self.ui, code)

    def _finish(self):
        words = self.words
        code = self.pump.change().finish(events.SOURCE_BUTTONS)
        if code != codes.OK:
            refused(self.ui, code)
            return
        self.ui.play(sounds.RESUMED)
        self.ui.finished()
        delivers = self.pump.state != states.SUSPENDED
        line = words.DELIVERS if delivers else words.STAYS_SUSPENDED
        self.ui.open(Message(self.ui, words.CHANGED, line))

    def advance(self):
        """See a move end, for whatever reason."""
        if self._step in _AFTER and not self.pump.move.active:
            moved_mu = self._moved_mu()
            if self._step == _PRIMING:
                self._primed_mu += moved_mu
            elif self._step == _FILLING:
                self._filled_mu += moved_mu
            self._step = _AFTER[self._step]
            self.ui.play(sounds.END)
            self.ui.dirty = True

    def _moved_mu(self):
        return self.pump.profile.scale.dose_mu(self.pump.move.made_steps)

    def view(self) -> int:
        """The motor's progress, and what is left while basal goes on again."""
        return mix(mix(self._step, self.pump.move.made_steps), self.pump.reservoir_steps)

    def draw(self, canvas):
        """The page of this step."""
        words = self.words
        step = self._step
        titles = (words.RESERVOIR,) + (words.REWIND,) * 3 + (words.LOAD, words.PRIME)
        titles += (words.PRIME, words.PRIME, words.CANNULA, words.CANNULA, words.CHANGED)
        self.title(canvas, titles[step], "%d/6" % _STAGES[step])
        if step in _AFTER:
            self._draw_move(canvas)
        elif step == _LOAD:
            self._draw_amount(canvas, figures.amount(self._load_mu), "")
        elif step == _CANNULA_ASK:
            self._draw_amount(canvas, figures.dose(self._cannula_mu), words.CANNULA_ASK)
        elif step == _PRIMED:
            self._draw_primed(canvas)
        elif step == _CHANGED:
            self._draw_changed(canvas)
        else:
            self._draw_ask(canvas)

    def _draw_ask(self, canvas):
        say, words = self.say, self.words
        step = self._step
        if step == _REWOUND:
            self.lines(canvas, words.REWOUND)
            self.hints(canvas, words.UP_AGAIN, say.OK_NEXT)
            return
        if step == _ASK:
            self.lines(canvas, words.CHANGE_ASK)
        else:
            self.lines(canvas, words.REWIND_ASK if step == _REWIND_ASK else words.PRIME_ASK)
        self.hints(canvas, words.BACK, words.OK_START)

    def _draw_amount(self, canvas, text, above):
        say, words = self.say, self.words
        canvas.text_center(above, TOP)
        x = (canvas.width - cv.big_width(text) - 18) // 2
        x = canvas.big(text, x, 26)
        canvas.text(say.UNIT, x + 6, 32, 2)
        self.hints(canvas, words.CHANGE, words.OK_FILL if above else say.OK_NEXT)

    def _draw_move(self, canvas):
        say, words = self.say, self.words
        move = self.pump.move
        if self._step == _REWINDING:
            percent = min(100, move.made_steps // max(1, move.most_steps // 100))
            canvas.text(words.REWINDING, 0, 14)
            x = canvas.big("%d" % percent, 2, 24)
            canvas.text("%", x + 6, 30, 2)
        else:
            canvas.text(words.PRIMING if self._step == _PRIMING else words.FILLING, 0, 14)
            x = canvas.big(figures.nearest(self._moved_mu()), 2, 24)
            canvas.text(say.UNIT, x + 6, 30, 2)
        canvas.bar(0, 47, canvas.width, 7, move.made_steps, move.most_steps)
        self.hints(canvas, say.STOPS, words.OK_STOP)

    def _draw_primed(self, canvas):
        say, words = self.say, self.words
        text = figures.nearest(self._primed_mu)
        x = canvas.big(text, 2, 14)
        canvas.text(say.UNIT, x + 6, 20, 2)
        canvas.text(words.PRIMED, 0, 41)
        self.hints(canvas, words.UP_AGAIN, say.OK_YES)

    def _draw_changed(self, canvas):
        say, words = self.say, self.words
        left_mu = self.pump.profile.scale.dose_mu(max(0, self.pump.reservoir_steps))
        self.lines(canvas, words.CHANGED_ROWS)
        y = TOP + 4
        for dose_mu in (left_mu, self._primed_mu, self._filled_mu):
            canvas.text_right(figures.nearest(dose_mu) + " " + say.UNIT, canvas.width, y)
            y += 11
        self.hints(canvas, words.BACK, words.OK_DONE)


class Leave(Screen):
    """Asks whether an open change may be left as it is."""

    keeps_lit = True

    def stays(self) -> bool:
        """As long as the change does."""
        return self.pump.state in (states.CHANGING, states.MOVING)

    def press(self, button):
        """OK leaves, STOP leads back to the change."""
        if button == keys.OK:
            self.ui.go_home()
        elif button == keys.STOP:
            self.ui.back()

    def draw(self, canvas):
        """What leaving means."""
        self.title(canvas, self.words.LEAVE)
        self.lines(canvas, self.words.LEAVE_ASK)
        self.hints(canvas, self.say.STOP_NO, self.say.OK_YES)
