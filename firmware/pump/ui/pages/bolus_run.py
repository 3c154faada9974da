"""The bolus that runs on the screen: watch it, see what was really given."""

from pump.core import events
from pump.core import settings as st
from pump.ui import figures, keys
from pump.ui.pages.language import bolus_words
from pump.ui.screen import Screen, mix


def time_left(say, seconds):
    """Seconds, or from two minutes on minutes, rounded up."""
    if seconds < 120:
        return "%d %s" % (seconds, say.SECONDS)
    return "%d %s" % ((seconds + 59) // 60, say.MINUTES)


class BolusRun(Screen):
    """The bolus that runs, and when it has ended what was given."""

    shows_bolus = True

    def __init__(self, ui, extended=None):
        """`extended`: one that was stopped, where no other bolus runs."""
        super().__init__(ui)
        self.bolus_say = bolus_words(ui)
        self._bolus = extended or ui.pump.bolus

    def press(self, button):
        """OK or STOP leads back, home; after the end UP and DOWN act as they do there."""
        if button in (keys.OK, keys.STOP):
            self.ui.back()
        elif not self._bolus.active:
            self.ui.back()
            self.ui.top().press(button)

    def stays(self) -> bool:
        """While it runs."""
        return self._bolus.active

    def view(self) -> int:
        """Changes with every confirmed burst, and with every second of the wait before them."""
        bolus = self._bolus
        return mix(mix(bolus.given_steps, 1 if bolus.active else 0), self._waits_s())

    def draw(self, canvas):
        """Given so far, a bar, and what is left; or the outcome."""
        bolus = self._bolus
        say = self.say
        given_mu = bolus.given_mu()
        running = bolus.active
        if running:
            remote, here = self.bolus_say.BOLUS_REMOTE, self.bolus_say.BOLUS_RUNS
            self.title(canvas, remote if bolus.remote else here)
        else:
            done, cut = self.bolus_say.BOLUS_DONE, self.bolus_say.BOLUS_CUT
            self.title(canvas, done if bolus.reason == events.END_DONE else cut)
        x = canvas.big(figures.dose(given_mu), 2, 14)
        canvas.text(say.UNIT, x + 5, 20, 2)
        canvas.text_right(self.bolus_say.OF, canvas.width - 2, 16)
        canvas.text_right(figures.dose(bolus.asked_mu) + " " + say.UNIT, canvas.width - 2, 26)
        canvas.bar(0, 37, canvas.width, 7, bolus.given_steps, bolus.steps)
        if running:
            canvas.text(self._when(given_mu), 0, 46)
            self.hints(canvas, say.STOPS, say.OK_HOME)
            return
        canvas.text(self.bolus_say.ENDS[bolus.reason], 0, 46)
        self.hints(canvas, "", say.OK_HOME)

    def _waits_s(self):
        return (self._bolus.wait_ms + 999) // 1000

    def _when(self, given_mu):
        """In how many seconds it begins, or ends."""
        say = self.say
        if self._bolus.wait_ms:
            return self.bolus_say.BOLUS_WAITS % self._waits_s()
        speed_mu_min = self.pump.settings.get(st.BOLUS_SPEED_MU_MIN)
        left_s = ((self._bolus.asked_mu - given_mu) * 60 + speed_mu_min - 1) // speed_mu_min
        return self.bolus_say.BOLUS_LEFT % time_left(say, left_s)
