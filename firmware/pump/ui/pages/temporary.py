"""The temporary basal: what runs, and the way to begin or end one."""

from micropython import const

from pump.core import events, temporary
from pump.core import settings as st
from pump.core.temporary import MOST_MIN, MOST_PERCENT, STEP_MIN
from pump.ui import figures, sounds
from pump.ui.pages.asks import Ask
from pump.ui.pages.lists import ListScreen

_VALUE = const(0)
_TIME = const(1)
_ASKED = const(2)
_FINE_MU_H = const(10)
_COARSE_MU_H = const(50)  # from 1 U/h on
_COARSE_FROM_MU_H = const(1_000)


class TemporaryMenu(ListScreen):
    """A percentage, a rate, or the end of the one that runs."""

    def __init__(self, ui):
        super().__init__(ui, ui.words.TEMPORARY)

    def count(self):
        """The end only where one runs."""
        return 3 if self.pump.temporary_left_ms() else 2

    def row(self, index):
        """What it is; of the one that runs, how much longer."""
        left = "" if index < 2 else figures.left(self.pump.temporary_left_ms())
        return self.words.TEMPORARY_ROWS.split("|")[index], left

    def chosen(self, index):
        """Go on with it."""
        if index == 2:
            self.ui.open(TemporaryEnd(self.ui))
        else:
            self.ui.open(TemporaryEntry(self.ui, index == 0))

    def view(self) -> int:
        """How much longer."""
        return self.pump.temporary_left_ms() // 60_000


class TemporaryEntry(Ask):
    """How much, how long, and the question."""

    asked = _ASKED

    def __init__(self, ui, as_percent):
        super().__init__(ui)
        self._as_percent = as_percent
        self._value = 100 if as_percent else self.pump.basal_rate_mu_h()
        self._minutes = 60

    def change(self, by):
        """How much, or how long."""
        if self.stage == _VALUE:
            self._change_value(by)
        else:
            self._minutes = min(max(self._minutes + by * STEP_MIN, STEP_MIN), MOST_MIN)

    def _change_value(self, by):
        step, most = 1, MOST_PERCENT
        if not self._as_percent:
            coarse = self._value + max(by, 0) > _COARSE_FROM_MU_H
            step = _COARSE_MU_H if coarse else _FINE_MU_H
            most = self.pump.settings.get(st.MAX_BASAL_MU_H)
        self._value = min(max(self._value + by * step, 0), most)

    def act(self):
        """Begin it."""
        percent, rate_mu_h = self._ordered()
        minutes = self._minutes
        return temporary.begin(self.pump, percent, rate_mu_h, minutes, events.SOURCE_BUTTONS)

    def view(self) -> int:
        """The question shows the rate of now."""
        return self.pump.basal_rate_mu_h() if self.stage == _ASKED else 0

    def draw(self, canvas):
        """What is being changed, large; or old and new with the question."""
        say, words = self.say, self.words
        value = self._value_text()
        time = figures.hour_minute(self._minutes)
        self.title(canvas, words.TEMPORARY)
        if self.stage == _ASKED:
            rates = figures.rate(self.pump.basal_rate_mu_h()), figures.rate(self._rate_mu_h())
            canvas.text(words.TEMPORARY_CHANGE % rates, 0, 15)
            canvas.text(value, 0, 25, 2)
            canvas.text(words.TEMPORARY_ASK % time, 0, 44)
            self.hints(canvas, say.STOP_NO, say.OK_YES)
            return
        if self.stage == _VALUE:
            canvas.text_center(value, 20, 2)
        else:
            canvas.text_center(value, 15)
            canvas.text_center(words.HOURS % time, 27, 2)
        self.hints(canvas, words.CHANGE, say.OK_NEXT)

    def _ordered(self):
        """(percent, rate in mU/h), as the core takes them."""
        return (self._value, 0) if self._as_percent else (temporary.NO_PERCENT, self._value)

    def _rate_mu_h(self):
        program_mu_h = self.pump.settings.basal.rate_at(self.pump.clock.local_s)
        return temporary.ordered_mu_h(*self._ordered(), program_mu_h)

    def _value_text(self):
        if self._as_percent:
            return "%d %%" % self._value
        return figures.rate(self._value) + " " + self.say.RATE_UNIT


class TemporaryEnd(Ask):
    """Asks whether to end the one that runs."""

    sound = sounds.STOPPED

    def act(self):
        """End it; where it has just ended by itself this is no page to come back to."""
        code = temporary.cancel(self.pump, events.SOURCE_BUTTONS)
        self.ui.go_home()
        return code

    def view(self) -> int:
        """The rate that will follow changes with the program."""
        minute = self.pump.clock.minute_of_day()
        return self.pump.settings.basal.rate_mu_h(minute)

    def draw(self, canvas):
        """The rate of now and the one that follows."""
        say, words = self.say, self.words
        self.title(canvas, words.TEMPORARY)
        rates = figures.rate(self.pump.basal_rate_mu_h()), figures.rate(self.view())
        canvas.text(words.TEMPORARY_CHANGE % rates, 0, 15)
        canvas.text(rates[1] + " " + say.RATE_UNIT, 0, 25, 2)
        canvas.text(words.TEMPORARY_END_ASK, 0, 44)
        self.hints(canvas, say.STOP_NO, say.OK_YES)
