"""A basal program to look at: its shape over the day, its segments, its total."""

from micropython import const

from pump.core import programs
from pump.core.settings import DAY_MIN
from pump.ui import figures, keys
from pump.ui.pages.basal import title_of, total
from pump.ui.screen import Screen, mix

_CHART_X = const(4)
_CHART_Y = const(14)
_CHART_WIDTH = const(120)
_CHART_HEIGHT = const(22)
_ROWS_Y = const(43)


class BasalView(Screen):
    """The program: UP and DOWN go through its segments."""

    def __init__(self, ui, number):
        super().__init__(ui)
        self._number = number
        self._at = self._now(self._program())

    def _program(self):
        # One that was taken away while it was looked at: then the one in force.
        settings = self.pump.settings
        return programs.program_of(settings, self._number) or settings.basal

    def press(self, button):
        """UP is the segment before, DOWN the next, OK and STOP lead back."""
        last = self._program().segments() - 1
        if button in (keys.OK, keys.STOP):
            self.ui.back()
        else:
            self._at = min(max(self._at + (-1 if button == keys.UP else 1), 0), last)

    def view(self) -> int:
        """The segment of now, and whatever was changed."""
        return mix(self.pump.clock.minute_of_day(), self.pump.log.next_seq)

    def _now(self, program):
        starts = program.starts_min
        minute = self.pump.clock.minute_of_day()
        index = len(starts) - 1
        while index > 0 and starts[index] > minute:
            index -= 1
        return index

    def draw(self, canvas):
        """Title with the day's total, the chart, two segments."""
        program = self._program()
        in_force = program is self.pump.settings.basal
        day = self.words.DAY_SHORT % total(program.day_mu())
        self.title(canvas, title_of(self, self._number), day)
        self._draw_chart(canvas, program, in_force)
        now = self._now(program) if in_force else -1
        last = program.segments() - 1
        self._at = min(self._at, last)
        first = min(self._at, max(0, last - 1))
        for index in range(first, min(last, first + 1) + 1):
            y = _ROWS_Y + (index - first) * 11
            lit = index == self._at
            if lit:
                canvas.plate(0, y - 2, canvas.width, 11)
            canvas.text(figures.hour_minute(program.starts_min[index]), 3, y, 1, lit)
            rate = figures.rate(program.rates_mu_h[index])
            canvas.text_right(rate + " " + self.say.RATE_UNIT, 90, y, 1, lit)
            if index == now:
                canvas.text_right(self.words.NOW, canvas.width - 3, y, 1, lit)

    def _draw_chart(self, canvas, program, in_force):
        most = max(1, max(program.rates_mu_h))
        count = program.segments()
        foot = _CHART_Y + _CHART_HEIGHT
        for index in range(count):
            end = DAY_MIN if index + 1 == count else program.starts_min[index + 1]
            left = program.starts_min[index] * _CHART_WIDTH // DAY_MIN
            right = end * _CHART_WIDTH // DAY_MIN
            height = program.rates_mu_h[index] * _CHART_HEIGHT // most
            canvas.fill(_CHART_X + left, foot - height, max(1, right - left - 1), height)
        canvas.line(foot + 1, _CHART_X, _CHART_WIDTH)
        if in_force:
            x = _CHART_X + self.pump.clock.minute_of_day() * _CHART_WIDTH // DAY_MIN
            for y in range(_CHART_Y - 1, foot + 3, 4):
                canvas.fill(x - 1, y, 3, 2, 0)
                canvas.fill(x, y, 1, 2)
