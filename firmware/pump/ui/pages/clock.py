"""The clock set by buttons: distance from UTC, hour, minute, day, month, year, and a question."""

from micropython import const

from pump.core import events
from pump.core import settings as st
from pump.ui import figures
from pump.ui.pages import dates
from pump.ui.pages.asks import Ask
from pump.ui.screen import mix

_OFFSET = const(0)
_HOUR = const(1)
_MINUTE = const(2)
_DAY = const(3)
_MONTH = const(4)
_YEAR = const(5)
_ASKED = const(6)

# A clock that was never set starts from here: 2026-01-01 00:00.
_NEVER_BEFORE_S = const(189_388_800)
_FIRST_OFFSET_MIN = const(-720)
_LAST_OFFSET_MIN = const(840)
_OFFSET_STEP_MIN = const(15)

_TIME_X = const(52)
# Where the line under each field lies: x, y, width.
_MARKS = (
    (0, 37, 35),
    (_TIME_X, 37, 26),
    (_TIME_X + 35, 37, 26),
    (31, 51, 11),
    (49, 51, 17),
    (73, 51, 23),
)


class ClockEntry(Ask):
    """UP and DOWN change the marked field, OK goes to the next, STOP to the one before.

    The first field is what changes on a journey and with summer time, and takes the time with it:
    the same moment, told elsewhere. The others are for a clock that was wrong.
    """

    asked = _ASKED

    def __init__(self, ui):
        super().__init__(ui)
        clock = self.pump.clock
        self._offset_min = self.pump.settings.get(st.UTC_OFFSET_MIN)
        # What was typed, to the minute; -1 as long as the clock itself goes on, to the second.
        goes = clock.trusted or clock.local_s > _NEVER_BEFORE_S
        self._typed_s = -1 if goes else _NEVER_BEFORE_S

    def _new_s(self):
        """The clock as it would be set now."""
        if self._typed_s >= 0:
            return self._typed_s
        moved_min = self._offset_min - self.pump.settings.get(st.UTC_OFFSET_MIN)
        return self.pump.clock.local_s + moved_min * 60

    def _change_offset(self, by_min):
        if not _FIRST_OFFSET_MIN <= self._offset_min + by_min <= _LAST_OFFSET_MIN:
            self.ui.refuse()
            return
        self._offset_min += by_min
        if self._typed_s >= 0:
            self._typed_s += by_min * 60

    def change(self, by):
        """The marked field."""
        if self.stage == _OFFSET:
            self._change_offset(by * _OFFSET_STEP_MIN)
        else:
            self._change_time(by)

    def _change_time(self, by):
        new_s = self._new_s()
        year, month, day = dates.date_of(new_s)
        minute = new_s % dates.DAY_S // 60
        if self.stage == _HOUR:
            minute = (minute + by * 60) % 1440
        elif self.stage == _MINUTE:
            minute += (minute + by) % 60 - minute % 60
        elif self.stage == _DAY:
            day = (day - 1 + by) % dates.month_days(year, month) + 1
        elif self.stage == _MONTH:
            month = (month - 1 + by) % 12 + 1
        else:
            year = min(max(year + by, dates.FIRST_YEAR), dates.LAST_YEAR)
        day = min(day, dates.month_days(year, month))
        self._typed_s = dates.local_s_of(year, month, day, minute)

    def act(self):
        """Set it."""
        return self.pump.set_clock(self._new_s(), self._offset_min, events.SOURCE_BUTTONS)

    def done(self):
        """Home, or on in what led here."""
        self.ui.finished()

    def view(self) -> int:
        """The clock goes on."""
        return mix(self.stage, self.pump.clock.minute_of_day())

    def draw(self, canvas):
        """The fields with a line under the one that changes, or the question."""
        say, words = self.say, self.words
        self.title(canvas, words.CLOCK)
        new_s = self._new_s()
        if self.stage == _ASKED:
            self._draw_question(canvas, new_s)
            return
        canvas.text(words.UTC, 0, 15)
        canvas.text(dates.offset(self._offset_min), 0, 26)
        canvas.big(_time(new_s), _TIME_X, 15)
        canvas.text_center(self._date(new_s), 42)
        x, y, width = _MARKS[self.stage]
        canvas.fill(x, y, width, 2)
        hint = words.ZONE if self.stage == _OFFSET else words.CHANGE
        self.hints(canvas, hint, say.OK_NEXT)

    def _draw_question(self, canvas, new_s):
        """Old and new, each with its distance from UTC."""
        say, words = self.say, self.words
        old_s = self.pump.clock.local_s
        utc = words.UTC + " "
        canvas.text(words.WAS, 0, 13)
        canvas.text_right(_time(old_s), 59, 13)
        canvas.text_right(self._date(old_s), canvas.width, 13)
        old_min = self.pump.settings.get(st.UTC_OFFSET_MIN)
        canvas.text_right(utc + dates.offset(old_min), canvas.width, 22)
        canvas.text(_time(new_s), 0, 30, 2)
        canvas.text_right(self._date(new_s), canvas.width, 31)
        canvas.text_right(utc + dates.offset(self._offset_min), canvas.width, 40)
        canvas.text(words.SET_CLOCK, 0, 48)
        self.hints(canvas, say.STOP_NO, say.OK_YES)

    def _date(self, local_s):
        year, month, day = dates.date_of(local_s)
        return "%02d %s %d" % (day, self.words.MONTHS.split("|")[month - 1], year)


def _time(local_s):
    return figures.hour_minute(local_s % dates.DAY_S // 60)
