"""The entry of a bolus: choose an amount, be asked."""

from micropython import const

from pump.core import codes, events
from pump.core import settings as st
from pump.ui import canvas as cv
from pump.ui import figures, keys, sounds
from pump.ui.pages.bolus_run import BolusRun, time_left
from pump.ui.pages.language import bolus_words
from pump.ui.screen import Screen, refused

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


class BolusEntry(Screen):
    """Choose an amount; OK asks, OK again gives it."""

    keeps_lit = True

    def __init__(self, ui):
        super().__init__(ui)
        self.bolus_say = bolus_words(ui)
        self.dose_mu = 0
        self.asked = False
        # Loaded with the page, where want of memory is refused; at a press it would stop the pump.
        self.pump.check_bolus(0)

    def press(self, button):
        """UP and DOWN change the amount, OK goes on, STOP goes back one."""
        if self.asked:
            self._press_asked(button)
        elif button == keys.OK:
            if self.dose_mu > 0:
                self.asked = True
            else:
                self.ui.refuse()
        elif button == keys.STOP:
            self.ui.back()
        else:
            self._change(button)

    def _press_asked(self, button):
        if button == keys.OK:
            self.asked = False
            code = self.pump.give_bolus(self.dose_mu, events.SOURCE_BUTTONS)
            if code == codes.OK:
                self.ui.play(sounds.START)
                self.ui.replace(BolusRun(self.ui))
            else:
                refused(self.ui, code)
        elif button == keys.STOP:
            self.asked = False

    def _change(self, button):
        settings = self.pump.settings
        step_mu = settings.get(st.BOLUS_STEP_MU)
        most_mu = settings.get(st.MAX_BOLUS_MU)
        dose_mu = self.dose_mu + (step_mu if button == keys.UP else -step_mu)
        self.dose_mu = min(max(dose_mu, 0), most_mu)

    def interrupted(self):
        """The question must be asked anew."""
        self.asked = False

    def draw(self, canvas):
        """The amount, or the question."""
        say = self.say
        settings = self.pump.settings
        text = figures.dose(self.dose_mu)
        if self.asked:
            speed_mu_min = settings.get(st.BOLUS_SPEED_MU_MIN)
            takes_s = (self.dose_mu * 60 + speed_mu_min - 1) // speed_mu_min
            self.title(canvas, self.bolus_say.BOLUS)
            amount(canvas, text, self.bolus_say.GIVE_MARK, self.bolus_say.GIVE)
            speed = (figures.speed(speed_mu_min), time_left(say, takes_s))
            canvas.text_center(self.bolus_say.GIVE_SPEED % speed, 45)
            self.hints(canvas, say.STOP_NO, say.OK_YES)
            return
        most = self.bolus_say.BOLUS_MOST % figures.dose(settings.get(st.MAX_BOLUS_MU))
        self.title(canvas, self.bolus_say.BOLUS, most)
        amount(canvas, text, say.UNIT)
        self.hints(
            canvas, say.CHANGE_BY % figures.dose(settings.get(st.BOLUS_STEP_MU)), say.OK_NEXT
        )
