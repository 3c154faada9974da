"""The bolus calculator on the screen: carbohydrate, glucose, the sum in parts, the question."""

from micropython import const

from pump.core import calculator, codes, events
from pump.core import settings as st
from pump.core.calculator import LEAST_MG_DL, MOST_CARBS_G, MOST_MG_DL, NO_GLUCOSE
from pump.ui import figures
from pump.ui.pages import glucose
from pump.ui.pages.asks import Ask
from pump.ui.pages.bolus import amount
from pump.ui.pages.bolus_run import BolusRun
from pump.ui.pages.language import bolus_words
from pump.ui.screen import Message, reason, refused

_CARBS = const(0)
_GLUCOSE = const(1)
_DOSE = const(2)
_ASKED = const(3)
_BEGIN_MG_DL = const(100)  # where the first press of a glucose begins
_ROWS_Y = const(13)
_PITCH = const(9)
_DOSE_Y = const(40)
_LIMIT_Y = const(44)


class CalculatorEntry(Ask):
    """UP and DOWN change, OK goes on, STOP back one."""

    asked = _ASKED

    def __init__(self, ui):
        super().__init__(ui)
        self.bolus_say = bolus_words(ui)
        self._mmol = self.pump.settings.get(st.GLUCOSE_MMOL)
        self._carbs_g = 0
        self._glucose = NO_GLUCOSE  # in mg/dL, or in tenths of mmol/L
        self._found = calculator.Sum(0, NO_GLUCOSE, 0)  # shown once it is reckoned
        self._dose_mu = 0

    def change(self, by):
        """Carbohydrate, glucose, or the dose."""
        if self.stage == _CARBS:
            self._carbs_g = min(max(self._carbs_g + by, 0), MOST_CARBS_G)
        elif self.stage == _GLUCOSE:
            self._change_glucose(by)
        else:
            settings = self.pump.settings
            dose_mu = self._dose_mu + by * settings.get(st.BOLUS_STEP_MU)
            self._dose_mu = min(max(dose_mu, 0), settings.get(st.MAX_BOLUS_MU))

    def _change_glucose(self, by):
        if self._glucose == NO_GLUCOSE:
            self._glucose = glucose.mmol_tenths(_BEGIN_MG_DL) if self._mmol else _BEGIN_MG_DL
            return
        glucose_mg_dl = self._mg_dl(self._glucose + by)
        if glucose_mg_dl < LEAST_MG_DL:
            self._glucose = NO_GLUCOSE
        elif glucose_mg_dl <= MOST_MG_DL:
            self._glucose += by

    def forward(self):
        """On to glucose, to the sum, to the question about a dose."""
        if self.stage == _GLUCOSE:
            self._reckon()
        elif self.stage == _CARBS or self._dose_mu:
            super().forward()
        else:
            self.ui.refuse()
            if self._found.limited_by:
                self._say_why()

    def _reckon(self):
        code, found = calculator.reckon(self.pump, self._carbs_g, self._mg_dl(self._glucose))
        if code != codes.OK:
            self.stage = _CARBS
            refused(self.ui, code)
            return
        self._found = found
        self._dose_mu = found.dose_mu
        self.stage = _DOSE
        if found.limited_by:
            self._say_why()

    def _say_why(self):
        self.ui.open_loaded(lambda ui: _limited(ui, self._found))

    def confirm(self):
        """Give it, unless the sum is another by now."""
        code = calculator.give(self.pump, self._found, self._dose_mu, events.SOURCE_BUTTONS)
        self.stage = _DOSE
        if code == codes.OK:
            self.ui.play(self.sound)
            self.ui.replace(BolusRun(self.ui))
        elif code == codes.STALE:
            self.ui.refuse()
            self._reckon()  # a person must see the sum that there is now
        else:
            refused(self.ui, code)

    def _mg_dl(self, value):
        return glucose.mg_dl(value) if self._mmol else value

    def draw(self, canvas):
        """What is being typed, large; the sum in its parts; or the question."""
        say, words = self.say, self.words
        if self.stage == _CARBS:
            self.title(canvas, words.CARBS)
            amount(canvas, "%d" % self._carbs_g, words.GRAMS)
        elif self.stage == _GLUCOSE:
            self._draw_glucose(canvas)
        elif self.stage == _DOSE:
            self._draw_sum(canvas)
        else:
            self.title(canvas, self.bolus_say.BOLUS)
            amount(
                canvas, figures.dose(self._dose_mu), self.bolus_say.GIVE_MARK, self.bolus_say.GIVE
            )
            text = words.RECOMMENDED % figures.dose(self._found.dose_mu)
            canvas.text_center(text, 45)
            self.hints(canvas, say.STOP_NO, say.OK_YES)
            return
        self.hints(canvas, words.CHANGE, say.OK_NEXT)

    def _draw_glucose(self, canvas):
        words = self.words
        self.title(canvas, words.GLUCOSE)
        if self._glucose == NO_GLUCOSE:
            canvas.text_center(words.NOT_MEASURED, 26)
        elif self._mmol:
            amount(canvas, glucose.tenths(self._glucose), words.MMOL)
        else:
            amount(canvas, "%d" % self._glucose, words.MG_DL)

    def _draw_sum(self, canvas):
        say, words = self.say, self.words
        found = self._found
        on_board = figures.dose(found.on_board_mu)
        self.title(canvas, self.bolus_say.BOLUS, "%s %s" % (say.ON_BOARD, on_board))
        rows = words.SUM_ROWS.split("|")
        parts = (found.meal_mu, found.correction_mu, -found.taken_mu)
        for index in range(len(parts)):
            y = _ROWS_Y + index * _PITCH
            canvas.text(rows[index], 0, y)
            canvas.text_right(_signed(parts[index]), canvas.width, y)
        dose = figures.dose(self._dose_mu) + " " + say.UNIT
        if found.limited_by:
            low = found.limited_by == codes.GLUCOSE_LOW
            canvas.text(words.TOO_LOW if low else words.LIMIT, 0, _LIMIT_Y)
            canvas.text_right(dose, canvas.width, _DOSE_Y, 2)
        else:
            canvas.text_center(dose, _DOSE_Y, 2)


def _limited(ui, found):
    """A page that says why less is recommended than was reckoned, or none at all."""
    title = ui.words.GLUCOSE
    if found.whole_mu:
        title = ui.words.LIMITED % (figures.dose(found.dose_mu), figures.dose(found.whole_mu))
    return Message(ui, title, reason(ui, found.limited_by))


def _signed(dose_mu):
    return "-" + figures.dose(-dose_mu) if dose_mu < 0 else figures.dose(dose_mu)
