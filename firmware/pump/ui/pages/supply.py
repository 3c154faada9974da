"""What is left in reservoir, tubing and cannula, since when they are in use, how long it lasts."""

from pump.core import states, supply
from pump.core.clock import DAY_S
from pump.ui import figures, keys
from pump.ui.screen import Screen, mix

_AMOUNT_X = 86  # where amounts end; ages end at the edge
_FIRST_Y = 14
_PITCH = 10
_UNKNOWN = "---"


def page(ui):
    """This page, or at once the change where one is open or nothing is known."""
    pump = ui.pump
    if pump.reservoir_steps < 0 or pump.state in (states.CHANGING, states.MOVING):
        return _change(ui)
    return Supply(ui)


class Supply(Screen):
    """The account of the pump: OK leads to the change."""

    def press(self, button):
        """OK changes it, STOP leads back."""
        if button == keys.OK:
            self.ui.open_loaded(_change)
        elif button == keys.STOP:
            self.ui.back()

    def view(self) -> int:
        """What is left, and the time."""
        return mix(self.pump.reservoir_steps, self.pump.clock.uptime_s // 60)

    def draw(self, canvas):
        """Three amounts with their ages, and the hours that are left."""
        pump, words = self.pump, self.words
        line = pump.line
        self.title(canvas, words.RESERVOIR, words.IN_USE)
        names = words.CHANGED_ROWS.split("|")
        self._row(canvas, 0, names[0], max(0, pump.reservoir_steps), line.reservoir_s)
        self._row(canvas, 1, names[1], line.tubing_steps, None)
        self._row(canvas, 2, names[2], line.cannula_steps, line.site_s)
        minutes = supply.left_min(pump)
        text = _UNKNOWN if minutes < 0 else words.HOURS % (minutes // 60)
        y = _FIRST_Y + 3 * _PITCH
        canvas.text(words.LASTS, 0, y)
        canvas.text_right(text, canvas.width, y)
        self.hints(canvas, words.BACK, words.OK_CHANGE)

    def _row(self, canvas, place, name, steps, since_s):
        y = _FIRST_Y + place * _PITCH
        # What is left is rounded down; what was moved was asked for in tenths, less a step.
        dose_mu = self.pump.profile.scale.dose_mu(steps) + (50 if place else 0)
        canvas.text(name, 0, y)
        canvas.text_right(figures.amount(dose_mu) + " " + self.say.UNIT, _AMOUNT_X, y)
        if place != 1:
            canvas.text_right(self._age(since_s), canvas.width, y)

    def _age(self, since_s):
        if since_s is None:
            return _UNKNOWN
        age_s = self.pump.clock.uptime_s - since_s
        days = age_s // DAY_S
        if days < 10:
            return self.words.AGE % (days, age_s % DAY_S // 3_600)
        return self.words.AGE_DAYS % min(days, 999)


def _change(ui):
    from pump.ui.pages.reservoir import Change

    return Change(ui)
