"""The temporary basal: what runs, and the way to begin or end one."""

from micropython import const

from pump.core import codes, events, temporary
from pump.core import settings as st
from pump.core.temporary import MOST_MIN, MOST_PERCENT, STEP_MIN
from pump.ui import figures, keys, sounds
from pump.ui.pages.lists import ListScreen
from pump.ui.screen import Screen, refused

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


class TemporaryEntry(Screen):
    """How much, how long, and the question."""

    keeps_lit = True

    def __init__(self, ui, as_percent):
        super().__init__(ui)
        self._as_percent = as_percent
        self._value = 100 if as_percent else self.pump.basal_rate_mu_h()
        self._minutes = 60
        self._stage = _VALUE

    def press(self, button):
        """UP and DOWN change, OK goes on, STOP back one."""
        if button == keys.STOP:
            if self._stage == _VALUE:
                self.ui.back()
            else:
                self._stage -= 1
        elif button == keys.OK:
            if self._stage == _ASKED:
                self._begin()
            else:
                self._stage += 1
        elif self._stage == _VALUE:
            self._change_value(button == keys.UP)
        elif self._stage == _TIME:
            minutes = self._minutes + (STEP_MIN if button == keys.UP else -STEP_MIN)
            self._minutes = min(max(minutes, STEP_MIN), MOST_MIN)

    def _change_value(self, up):
        step, most = 1, MOST_PERCENT
        if not self._as_percent:
            coarse = self._value + (1 if up else 0) > _COARSE_FROM_MU_H
            step = _COARSE_MU_H if coarse else _FINE_MU_H
            most = self.pump.settings.get(st.MAX_BASAL_MU_H)
        self._value = min(max(self._value + (step if up else -step), 0), most)

    def _begin(self):
        self._stage = _TIME
        percent, rate_mu_h = self._ordered()
        code = temporary.begin(self.pump, percent, rate_mu_h, self._minutes, events.SOURCE_BUTTONS)
        if code == codes.OK:
            self.ui.play(sounds.START)
            self.ui.go_home()
        else:
            refused(self.ui, code)

    def interrupted(self):
        """Ask anew."""
        self._stage = min(self._stage, _TIME)

    def view(self) -> int:
        """The question shows the rate of now."""
        return self.pump.basal_rate_mu_h() if self._stage == _ASKED else 0

    def draw(self, canvas):
        """What is being changed, large; or old and new with the question."""
        say, words = self.say, self.words
        value = self._value_text()
        time = figures.hour_minute(self._minutes)
        self.title(canvas, words.TEMPORARY)
        if self._stage == _ASKED:
            rates = figures.rate(self.pump.basal_rate_mu_h()), figures.rate(self._rate_mu_h())
            canvas.text(words.TEMPORARY_CHANGE % rates, 0, 15)
            canvas.text(value, 0, 25, 2)
            canvas.text(words.TEMPORARY_ASK % time, 0, 44)
            self.hints(canvas, say.STOP_NO, say.OK_YES)
            return
        if self._stage == _VALUE:
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


class TemporaryEnd(Screen):
    """Asks whether to end the one that runs."""

    keeps_lit = True

    def press(self, button):
        """OK ends it, STOP goes back."""
        if button == keys.STOP:
            self.ui.back()
        elif button == keys.OK:
            code = temporary.cancel(self.pump, events.SOURCE_BUTTONS)
            self.ui.go_home()
            if code == codes.OK:
                self.ui.play(sounds.STOPPED)
            else:
                self.ui.refuse()

    def interrupted(self):
        """Ask anew, from the list."""
        self.ui.back()

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
