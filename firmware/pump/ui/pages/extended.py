"""The extended bolus: how much, what of it at once, over how long; or the end of one."""

from micropython import const

from pump.core import events, extended
from pump.core import settings as st
from pump.core.extended import MOST_MIN, STEP_MIN
from pump.ui import figures
from pump.ui.pages.asks import Ask
from pump.ui.pages.bolus import amount
from pump.ui.pages.language import bolus_words

_DOSE = const(0)
_NOW = const(1)
_TIME = const(2)
_ASKED = const(3)


def page(ui):
    """Whichever of the two there is something to do on."""
    return ExtendedEntry(ui) if ui.pump.extended is None else ExtendedEnd(ui)


class ExtendedEntry(Ask):
    """The whole dose, the part at once, the time of the rest, and the question."""

    asked = _ASKED

    def __init__(self, ui):
        super().__init__(ui)
        self.bolus_say = bolus_words(ui)
        self._dose_mu = 0
        self._now_mu = 0
        self._minutes = 120
        # Loaded with the page, where want of memory is refused; at a press it would stop the pump.
        self.pump.check_bolus(0)

    def forward(self):
        """Not before there is a dose."""
        if self._dose_mu:
            super().forward()
        else:
            self.ui.refuse()

    def change(self, by):
        """The dose, the part at once, or the time."""
        settings = self.pump.settings
        step_mu = settings.get(st.BOLUS_STEP_MU)
        # Something is left for later: else it is a bolus as any other.
        if self.stage == _DOSE:
            dose_mu = self._dose_mu + by * step_mu
            self._dose_mu = min(max(dose_mu, 0), settings.get(st.MAX_BOLUS_MU))
            self._now_mu = min(self._now_mu, max(0, self._dose_mu - step_mu))
        elif self.stage == _NOW:
            now_mu = max(0, self._now_mu + by * step_mu)
            self._now_mu = min(now_mu, max(0, self._dose_mu - step_mu))
        else:
            self._minutes = min(max(self._minutes + by * STEP_MIN, STEP_MIN), MOST_MIN)

    def act(self):
        """Begin it."""
        later_mu = self._dose_mu - self._now_mu
        source = events.SOURCE_BUTTONS
        return extended.begin(self.pump, self._now_mu, later_mu, self._minutes, source)

    def draw(self, canvas):
        """What is being changed, large, with what was chosen before it."""
        say, words = self.say, self.words
        parts = (figures.dose(self._now_mu), figures.dose(self._dose_mu - self._now_mu))
        time = figures.left(self._minutes * 60_000)
        self.title(canvas, words.EXTENDED)
        if self.stage == _ASKED:
            amount(
                canvas, figures.dose(self._dose_mu), self.bolus_say.GIVE_MARK, self.bolus_say.GIVE
            )
            line = words.EXTENDED_ASK_ALL % time
            if self._now_mu:
                line = words.EXTENDED_ASK % (parts[0], time)
            canvas.text_center(line, 45)
            self.hints(canvas, say.STOP_NO, say.OK_YES)
            return
        if self.stage == _DOSE:
            amount(canvas, figures.dose(self._dose_mu), say.UNIT)
        elif self.stage == _NOW:
            amount(canvas, parts[0], say.UNIT, words.AT_ONCE)
            canvas.text_center(words.LATER % parts[1], 45)
        else:
            canvas.text_center(words.LATER % parts[1], 15)
            canvas.text_center(words.HOURS % time, 27, 2)
        self.hints(canvas, words.CHANGE, say.OK_NEXT)


class ExtendedEnd(Ask):
    """What the one that runs has given, and whether to end it."""

    def __init__(self, ui):
        super().__init__(ui)
        self.bolus_say = bolus_words(ui)

    def confirm(self):
        """End it, and show what it gave."""
        self.ui.stop_boluses()

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
