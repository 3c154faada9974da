"""A basal program edited segment by segment: a copy that counts only once it is confirmed."""

from micropython import const

from pump.core import codes, events, programs
from pump.core import settings as st
from pump.core.settings import DAY_MIN, MOST_SEGMENTS
from pump.ui import canvas as cv
from pump.ui import figures, keys, sounds
from pump.ui.pages.basal import title_of, total
from pump.ui.pages.lists import ListScreen
from pump.ui.screen import refused

_LIST = const(0)
_REMOVE = const(1)
_TIME = const(2)  # of a segment; the places of its rate come after
_UNITS = const(3)
_ASKED = const(99)
_LEAVE = const(100)
_STEP_MIN = const(30)
_PLACES_MU_H = (1_000, 100, 10, 1)
_TIME_Y = const(14)
_RATE_X = const(20)
_RATE_Y = const(33)
_ROOM = const(17)  # letters before a unit


class ProgramEdit(ListScreen):
    """Its segments, one more, one less, and the end; the dose of a day above. STOP: as it was.

    What was changed and not saved waits in the dark for who comes back, however long that takes.
    """

    keeps_lit = True

    def __init__(self, ui, number):
        super().__init__(ui, "")
        self._number = number
        self._title = title_of(self, number)
        settings = self.pump.settings
        self._begun_with = programs.segments_of(settings, number)
        # One that is none begins as what is in force: most of it will stay.
        copied = number if self._begun_with else settings.active
        self._segments = self._opened = programs.segments_of(settings, copied)
        self._stage = _LIST
        self._place = 0  # of the segment that is entered; beyond them all: a new one
        self._start_min = self._rate_mu_h = 0

    # ---- the list

    def count(self):
        """The segments, and what is done with them."""
        count = len(self._segments)
        return count - 1 if self._stage == _REMOVE else count + 3

    def row(self, index):
        """Start and rate, or what is done."""
        if self._stage == _REMOVE:
            index += 1  # a day begins with the first one
        if index >= len(self._segments):
            return self.words.EDIT_ROWS.split("|")[index - len(self._segments)], ""
        start_min, rate_mu_h = self._segments[index]
        return figures.hour_minute(start_min), figures.rate(rate_mu_h) + " " + self.say.RATE_UNIT

    def aside(self):
        """The dose of a day, as edited so far."""
        if self._stage == _REMOVE:
            return ""
        return self.words.DAY_SHORT % total(programs.day_mu(self._edited()))

    def chosen(self, index):
        """Enter a segment, a new one, take one away, or be asked."""
        count = len(self._segments)
        if self._stage == _REMOVE:
            self._segments = self._segments[: index + 1] + self._segments[index + 2 :]
            self._stage = _LIST
        elif index < count:
            self._enter(index)
        elif index == count:
            self._enter_new()
        elif index == count + 1:
            self._remove()
        elif self._segments == self._begun_with:
            self.ui.back()
        else:
            self._stage = _ASKED

    def _remove(self):
        if len(self._segments) > 1:
            self._stage = _REMOVE
            self.at = 0
        else:
            self.ui.refuse()

    def _enter(self, index):
        self._place = index
        self._start_min, self._rate_mu_h = self._segments[index]
        self._stage = _TIME if index else _UNITS

    def _enter_new(self):
        if len(self._segments) >= MOST_SEGMENTS:
            self.ui.refuse()
            return
        self._place = len(self._segments)
        self._start_min, self._rate_mu_h = self._segments[-1]
        self._stage = _TIME
        if not self._step_time(1):
            self._step_time(-1)

    # ---- presses

    def press(self, button):
        """OK goes on, STOP back one; UP and DOWN move in the list and change what is entered."""
        if self._stage in (_LIST, _REMOVE):
            if button == keys.STOP and self._stage == _REMOVE:
                self._stage = _LIST
            elif button == keys.STOP and self.stays():
                self._stage = _LEAVE
            else:
                super().press(button)
        elif button == keys.STOP:
            first = _TIME if self._place else _UNITS
            self._stage = self._stage - 1 if first < self._stage < _ASKED else _LIST
        elif button == keys.OK:
            self._forward()
        elif self._stage == _TIME:
            if not self._step_time(1 if button == keys.UP else -1):
                self.ui.refuse()
        elif self._stage < _ASKED:
            self._step_rate(1 if button == keys.UP else -1)

    def _forward(self):
        if self._stage == _ASKED:
            self._save()
        elif self._stage == _LEAVE:
            self.ui.back()
        elif self._stage < _UNITS + self._places() - 1:
            self._stage += 1
        else:
            self._segments = self._edited()
            self._stage = _LIST
            self.at = self._segments.index((self._start_min, self._rate_mu_h))

    def _save(self):
        self._stage = _LIST
        pump = self.pump
        code = programs.edit(pump, self._number, self._segments, events.SOURCE_BUTTONS)
        if code == codes.OK:
            self.ui.play(sounds.START)
            self.ui.back()
        else:
            refused(self.ui, code)

    def _places(self):
        """How many places a rate has: the third after the point where a step is as fine."""
        finer = self._rate_mu_h % 10 or self.pump.profile.scale.steps(1)
        return len(_PLACES_MU_H) if finer else len(_PLACES_MU_H) - 1

    def _step_time(self, way):
        """Go on to the next half hour at which no other segment begins; False without one."""
        others = [start for start, _ in self._others()]
        start_min = self._start_min
        while True:
            # The next half hour, also from a minute between two.
            start_min = start_min // _STEP_MIN + 1 if way > 0 else -(-start_min // _STEP_MIN) - 1
            start_min *= _STEP_MIN
            if not 0 < start_min < DAY_MIN:
                return False
            if start_min not in others:
                self._start_min = start_min
                return True

    def _step_rate(self, way):
        rate_mu_h = self._rate_mu_h + way * _PLACES_MU_H[self._stage - _UNITS]
        most = self.pump.settings.get(st.MAX_BASAL_MU_H)
        # Down also from a rate that was set while the limit was higher.
        if rate_mu_h >= 0 and (rate_mu_h <= most or way < 0):
            self._rate_mu_h = rate_mu_h
        else:
            self.ui.refuse()

    def _others(self):
        """The segments but the one that is entered."""
        return [self._segments[at] for at in range(len(self._segments)) if at != self._place]

    def _edited(self):
        """All of them as they are with it."""
        if not _TIME <= self._stage < _ASKED:
            return self._segments
        return sorted(self._others() + [(self._start_min, self._rate_mu_h)])

    def interrupted(self):
        """Ask anew."""
        if self._stage >= _ASKED:
            self._stage = _LIST

    def advance(self):
        """It is lit for as long as other pages wait for a press."""
        self.keeps_lit = not self.ui.left_alone()

    def stays(self) -> bool:
        """While something is changed that is not saved."""
        return self._edited() != self._opened

    def view(self) -> int:
        """A program over the link may change what the question says of now."""
        return self.pump.log.next_seq & 0xFFFFFF if self._stage == _ASKED else 0

    # ---- drawing

    def draw(self, canvas):
        """The list, the segment that is entered, or the question."""
        if self._stage in (_LIST, _REMOVE):
            self.name = self.words.REMOVE_WHICH if self._stage == _REMOVE else self._title
            super().draw(canvas)
        elif self._stage == _ASKED:
            self._draw_question(canvas)
        elif self._stage == _LEAVE:
            self.title(canvas, self.words.LEAVE)
            self.lines(canvas, self.words.LEAVE_UNSAVED)
            self.hints(canvas, self.say.STOP_NO, self.say.OK_YES)
        else:
            self._draw_segment(canvas)

    def _draw_segment(self, canvas):
        say, words = self.say, self.words
        self.title(canvas, self._title, self.aside())
        time = figures.hour_minute(self._start_min)
        canvas.text(time, 0, _TIME_Y, 2)
        places = self._places()
        whole, part = self._rate_mu_h // 1000, self._rate_mu_h % 1000
        text = "%d.%03d" % (whole, part) if places == 4 else "%d.%02d" % (whole, part // 10)
        x = canvas.big(text, _RATE_X, _RATE_Y)
        canvas.text(say.RATE_UNIT, x + 4, _RATE_Y + 12)
        if self._stage == _TIME:
            canvas.fill(0, _TIME_Y + 16, cv.text_width(time, 2), 2)
        else:
            self._draw_mark(canvas, text)
        last = self._stage == _UNITS + places - 1
        self.hints(canvas, words.CHANGE, words.OK_DONE if last else say.OK_NEXT)

    def _draw_mark(self, canvas, text):
        """A line under the place that changes; all digits before the point are one place."""
        point = text.find(".")
        at = self._stage - _UNITS
        first = 0 if at == 0 else point + at
        end = point if at == 0 else first + 1
        left = cv.big_width(text[:first]) + 2 if first else 0
        canvas.fill(_RATE_X + left, _RATE_Y + 21, cv.big_width(text[first:end]), 2)

    def _draw_question(self, canvas):
        say, words = self.say, self.words
        settings = self.pump.settings
        self.title(canvas, self._title)
        held = programs.segments_of(settings, self._number)
        was = words.DAY_TOTAL % total(programs.day_mu(held)) if held else "---"
        canvas.text(words.WAS + " " + was, 0, 13)
        canvas.text(words.DAY_SHORT % total(programs.day_mu(self._segments)), 0, 22, 2)
        if held:
            change = _first_change(held, self._segments)
            unit = " " + say.RATE_UNIT if len(change) <= _ROOM else ""
            canvas.text(change + unit, 0, 39)
        in_force = self._number == settings.active
        canvas.text(words.SAVE_IN_FORCE if in_force else words.SAVE_PROGRAM, 0, 47)
        self.hints(canvas, say.STOP_NO, say.OK_YES)


def _first_change(old, new):
    """The first time of day at which the rates differ: "06:00 1.10→0.90". A day that comes to
    the same dose may be another one.
    """
    for start_min, _ in sorted(old + new):
        rates = _rate_in(old, start_min), _rate_in(new, start_min)
        if rates[0] != rates[1]:
            change = "→".join([figures.rate(rate) for rate in rates])
            return figures.hour_minute(start_min) + " " + change
    return ""


def _rate_in(segments, minute):
    return [rate_mu_h for start_min, rate_mu_h in segments if start_min <= minute][-1]
