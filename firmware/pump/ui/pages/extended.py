"""The extended bolus: how much, what of it at once, over how long; or the end of one."""

from micropython import const

from pump.core import codes, events, extended
from pump.core import settings as st
from pump.core.extended import MOST_MIN, STEP_MIN
from pump.ui import figures, keys, sounds
from pump.ui.pages.bolus import amount
from pump.ui.pages.language import bolus_words
from pump.ui.screen import Screen, refused

_DOSE = const(0)
_NOW = const(1)
_TIME = const(2)
_ASKED = const(3)


def page(ui):
    """Whichever of the two there is something to do on."""
    return ExtendedEntry(ui) if ui.pump.extended is None else ExtendedEnd(ui)


class ExtendedEntry(Screen):
    """The whole dose, the part at once, the time of the rest, and the question."""

    keeps_lit = True

    def __init__(self, ui):
        super().__init__(ui)
        self.bolus_say = bolus_words(ui)
        self._dose_mu = 0
        self._now_mu = 0
        self._minutes = 120
        self._stage = _DOSE
        # Loaded with the page, where want of memory is refused; at a press it would stop the pump.
        self.pump.check_bolus(0)

    def press(self, button):
        """UP and DOWN change, OK goes on, STOP back one."""
        if button == keys.STOP:
            if self._stage == _DOSE:
                self.ui.back()
            else:
                self._stage -= 1
        elif button == keys.OK:
            self._forward()
        else:
            self._change(button == keys.UP)

    def _forward(self):
        if self._stage == _ASKED:
            self._begin()
        elif self._dose_mu:
            self._stage += 1
        else:
            self.ui.refuse()

    def _change(self, up):
        settings = self.pump.settings
        step_mu = settings.get(st.BOLUS_STEP_MU)
        if self._stage == _DOSE:
            self._dose_mu = _moved(self._dose_mu, up, step_mu, 0, settings.get(st.MAX_BOLUS_MU))
            self._now_mu = min(self._now_mu, max(0, self._dose_mu - step_mu))
        elif self._stage == _NOW:
            # Something is left for later: else it is a bolus as any other.
            most_mu = max(0, self._dose_mu - step_mu)
            self._now_mu = _moved(self._now_mu, up, step_mu, 0, most_mu)
        elif self._stage == _TIME:
            self._minutes = _moved(self._minutes, up, STEP_MIN, STEP_MIN, MOST_MIN)

    def _begin(self):
        self._stage = _TIME
        later_mu = self._dose_mu - self._now_mu
        source = events.SOURCE_BUTTONS
        code = extended.begin(self.pump, self._now_mu, later_mu, self._minutes, source)
        if code == codes.OK:
            self.ui.play(sounds.START)
            self.ui.go_home()
        else:
            refused(self.ui, code)

    def interrupted(self):
        """Ask anew."""
        self._stage = min(self._stage, _TIME)

    def draw(self, canvas):
        """What is being changed, large, with what was chosen before it."""
        say, words = self.say, self.words
        parts = (figures.dose(self._now_mu), figures.dose(self._dose_mu - self._now_mu))
        time = figures.left(self._minutes * 60_000)
        self.title(canvas, words.EXTENDED)
        if self._stage == _ASKED:
            amount(
                canvas, figures.dose(self._dose_mu), self.bolus_say.GIVE_MARK, self.bolus_say.GIVE
            )
            line = words.EXTENDED_ASK_ALL % time
            if self._now_mu:
                line = words.EXTENDED_ASK % (parts[0], time)
            canvas.text_center(line, 45)
            self.hints(canvas, say.STOP_NO, say.OK_YES)
            return
        if self._stage == _DOSE:
            amount(canvas, figures.dose(self._dose_mu), say.UNIT)
        elif self._stage == _NOW:
            amount(canvas, parts[0], say.UNIT, words.AT_ONCE)
            canvas.text_center(words.LATER % parts[1], 45)
        else:
            canvas.text_center(words.LATER % parts[1], 15)
            canvas.text_center(words.HOURS % time, 27, 2)
        self.hints(canvas, words.CHANGE, say.OK_NEXT)


class ExtendedEnd(Screen):
    """What the one that runs has given, and whether to end it."""

    keeps_lit = True

    def __init__(self, ui):
        super().__init__(ui)
        self.bolus_say = bolus_words(ui)

    def press(self, button):
        """OK ends it, STOP goes back."""
        if button == keys.STOP:
            self.ui.back()
        elif button == keys.OK:
            self.ui.stop_boluses()

    def interrupted(self):
        """Ask anew, from the menu."""
        self.ui.back()

    def view(self) -> int:
        """Changes with every confirmed burst."""
        running = self.pump.extended
        return -1 if running is None else running.given_steps

    def draw(self, canvas):
        """Given so far, how much longer, and the question."""
        say, words = self.say, self.words
        self.title(canvas, words.EXTENDED)
        running = self.pump.extended
        if running is None:
            self.hints(canvas, words.BACK)
            return
        x = canvas.big(figures.dose(running.given_mu()), 2, 14)
        canvas.text(say.UNIT, x + 5, 20, 2)
        canvas.text_right(self.bolus_say.OF, canvas.width - 2, 16)
        canvas.text_right(figures.dose(running.asked_mu) + " " + say.UNIT, canvas.width - 2, 26)
        canvas.text(self.bolus_say.BOLUS_LEFT % figures.left(running.left_ms), 0, 36)
        canvas.text(words.EXTENDED_END_ASK, 0, 46)
        self.hints(canvas, say.STOP_NO, say.OK_YES)


def _moved(value, up, step, least, most):
    return min(max(value + (step if up else -step), least), most)
