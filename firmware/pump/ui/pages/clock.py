"""The clock set by buttons: hour, minute, day, month, year, and a question with old and new."""

from micropython import const

from pump.core import codes, events
from pump.core import settings as st
from pump.ui import figures, keys, sounds
from pump.ui.pages import dates
from pump.ui.screen import Screen, mix, refused

_HOUR = const(0)
_MINUTE = const(1)
_DAY = const(2)
_MONTH = const(3)
_YEAR = const(4)
_ASKED = const(5)

# A clock that was never set starts from here: 2026-01-01 00:00.
_NEVER_BEFORE_S = const(189_388_800)

# Where the line under each field lies: x, y, width.
_MARKS = ((34, 37, 26), (69, 37, 26), (31, 51, 11), (49, 51, 17), (73, 51, 23))


class ClockEntry(Screen):
    """UP and DOWN change the marked field, OK goes to the next, STOP to the one before."""

    keeps_lit = True

    def __init__(self, ui):
        super().__init__(ui)
        local_s = max(self.pump.clock.local_s, _NEVER_BEFORE_S)
        self._minute = local_s % dates.DAY_S // 60
        self._year, self._month, self._day = dates.date_of(local_s)
        self._field = _HOUR

    def press(self, button):
        """Change, on, or back."""
        if button == keys.STOP:
            if self._field == _HOUR:
                self.ui.back()
            else:
                self._field -= 1
        elif button == keys.OK:
            if self._field == _ASKED:
                self._set()
            else:
                self._field += 1
        elif self._field != _ASKED:
            self._change(1 if button == keys.UP else -1)

    def _change(self, by):
        hour, minute = self._minute // 60, self._minute % 60
        if self._field == _HOUR:
            hour = (hour + by) % 24
        elif self._field == _MINUTE:
            minute = (minute + by) % 60
        elif self._field == _DAY:
            self._day = (self._day - 1 + by) % dates.month_days(self._year, self._month) + 1
        elif self._field == _MONTH:
            self._month = (self._month - 1 + by) % 12 + 1
        else:
            self._year = min(max(self._year + by, dates.FIRST_YEAR), dates.LAST_YEAR)
        self._minute = hour * 60 + minute
        self._day = min(self._day, dates.month_days(self._year, self._month))

    def _set(self):
        local_s = dates.local_s_of(self._year, self._month, self._day, self._minute)
        offset_min = self.pump.settings.get(st.UTC_OFFSET_MIN)
        code = self.pump.set_clock(local_s, offset_min, events.SOURCE_BUTTONS)
        if code == codes.OK:
            self.ui.play(sounds.START)
            self.ui.finished()
        else:
            refused(self.ui, code)

    def interrupted(self):
        """Ask anew."""
        self._field = min(self._field, _YEAR)

    def view(self) -> int:
        """The question shows the running clock."""
        return mix(self._field, self.pump.clock.minute_of_day() if self._field == _ASKED else 0)

    def draw(self, canvas):
        """The fields with a line under the one that changes, or the question."""
        say, words = self.say, self.words
        self.title(canvas, words.CLOCK)
        new_time = figures.hour_minute(self._minute)
        new_date = self._date_text(self._year, self._month, self._day)
        if self._field == _ASKED:
            clock = self.pump.clock
            year, month, day = dates.date_of(clock.local_s)
            canvas.text(words.WAS, 0, 16)
            canvas.text_right(figures.hour_minute(clock.minute_of_day()), 59, 16)
            canvas.text_right(self._date_text(year, month, day), canvas.width, 16)
            canvas.text(new_time, 0, 28, 2)
            canvas.text_right(new_date, canvas.width, 34)
            canvas.text(words.SET_CLOCK, 0, 45)
            self.hints(canvas, say.STOP_NO, say.OK_YES)
            return
        canvas.big(new_time, 34, 15)
        canvas.text_center(new_date, 42)
        x, y, width = _MARKS[self._field]
        canvas.fill(x, y, width, 2)
        self.hints(canvas, words.CHANGE, say.OK_NEXT)

    def _date_text(self, year, month, day):
        return "%02d %s %d" % (day, self.words.MONTHS.split("|")[month - 1], year)
