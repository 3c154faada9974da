"""The entry of a bolus: choose an amount, be asked."""

from micropython import const

from pump.core import events
from pump.core import settings as st
from pump.ui import canvas as cv
from pump.ui import figures
from pump.ui.pages.asks import Ask
from pump.ui.pages.language import bolus_words

_BIG_Y = const(21)
_UNIT_Y = const(27)


def amount(canvas, text, unit, lead=""):
    """A big dose in the middle with its unit, and a small word before it."""
    lead_width = cv.text_width(lead) + 6 if lead else 0
    width = lead_width + cv.big_width(text) + 6 + cv.text_width(unit, 2)
    x = (canvas.width - width) // 2
    canvas.text(lead, x, _UNIT_Y + 6)
    x = canvas.big(text, x + lead_width, _BIG_Y)
    canvas.text(unit, x + 6, _UNIT_Y, 2)


def _what_follows():
    from pump.ui.pages import bolus_run

    return bolus_run


class BolusEntry(Ask):
    """Choose an amount; OK asks, OK again gives it."""

    asked = 1

    def __init__(self, ui):
        super().__init__(ui)
        self.bolus_say = bolus_words(ui)
        self.dose_mu = 0

    def forward(self):
        """No question about nothing, nor without memory for what follows the answer.

        That is not loaded with the page: a second quick press would go by unseen meanwhile.
        """
        if not self.dose_mu:
            self.ui.refuse()
            return
        try:
            _what_follows()
            self.pump.check_bolus(0)
        except MemoryError:
            self.ui.go_home()
            self.ui.refuse()
            return
        super().forward()

    def change(self, by):
        """The amount."""
        settings = self.pump.settings
        dose_mu = self.dose_mu + by * settings.get(st.BOLUS_STEP_MU)
        self.dose_mu = min(max(dose_mu, 0), settings.get(st.MAX_BOLUS_MU))

    def act(self):
        """Give it."""
        return self.pump.give_bolus(self.dose_mu, events.SOURCE_BUTTONS)

    def done(self):
        """Show how it runs."""
        self.ui.replace(_what_follows().BolusRun(self.ui))

    def draw(self, canvas):
        """The amount, or the question."""
        say = self.say
        settings = self.pump.settings
        text = figures.dose(self.dose_mu)
        if self.stage == self.asked:
            speed_mu_min = settings.get(st.BOLUS_SPEED_MU_MIN)
            takes_s = (self.dose_mu * 60 + speed_mu_min - 1) // speed_mu_min
            self.title(canvas, self.bolus_say.BOLUS)
            amount(canvas, text, self.bolus_say.GIVE_MARK, self.bolus_say.GIVE)
            speed = (figures.speed(speed_mu_min), _what_follows().time_left(say, takes_s))
            canvas.text_center(self.bolus_say.GIVE_SPEED % speed, 45)
            self.hints(canvas, say.STOP_NO, say.OK_YES)
            return
        most = self.bolus_say.BOLUS_MOST % figures.dose(settings.get(st.MAX_BOLUS_MU))
        self.title(canvas, self.bolus_say.BOLUS, most)
        amount(canvas, text, say.UNIT)
        self.hints(
            canvas, say.CHANGE_BY % figures.dose(settings.get(st.BOLUS_STEP_MU)), say.OK_NEXT
        )
