"""Name, activate and delete a basal program: each asks, with what is so now and what will be."""

from pump.core import codes, events, programs
from pump.ui import figures, sounds
from pump.ui.pages.asks import Ask, AskValue
from pump.ui.pages.basal import name_text, title_of, total_of


class ProgramActivate(Ask):
    """Asks whether to put it in force, in place of the one that is."""

    def __init__(self, ui, number):
        super().__init__(ui)
        self._number = number

    def act(self):
        """Put it in force."""
        return programs.activate(self.pump, self._number, events.SOURCE_BUTTONS)

    def view(self) -> int:
        """The rates change with the time, the programs over the link."""
        return self.pump.clock.minute_of_day() * 7 + self.pump.log.next_seq & 0xFFFFFF

    def draw(self, canvas):
        """Both programs with the dose of a day, and their rates of now."""
        say, words = self.say, self.words
        settings, now_s = self.pump.settings, self.pump.clock.local_s
        new = programs.program_of(settings, self._number) or settings.basal
        self.title(canvas, words.ACTIVATE, words.PER_DAY)
        canvas.text(title_of(self, settings.active), 0, 15)
        canvas.text_right(total_of(self.pump, settings.active), canvas.width, 15)
        canvas.text(title_of(self, self._number), 0, 31)
        canvas.text_right(total_of(self.pump, self._number), canvas.width, 26, 2)
        rates = figures.rate(settings.basal.rate_at(now_s)), figures.rate(new.rate_at(now_s))
        canvas.text(words.TEMPORARY_CHANGE % rates, 0, 44)
        self.hints(canvas, say.STOP_NO, say.OK_YES)


class ProgramDelete(Ask):
    """Asks whether to take it away."""

    sound = sounds.STOPPED

    def __init__(self, ui, number):
        super().__init__(ui)
        self._number = number

    def act(self):
        """Delete it, unless meanwhile it came into force."""
        code = codes.NOT_NOW
        if self._number != self.pump.settings.active:
            code = programs.edit(self.pump, self._number, [], events.SOURCE_BUTTONS)
        self.ui.back()
        return code

    def done(self):
        """It has led back already."""

    def draw(self, canvas):
        """What is lost with it."""
        say, words = self.say, self.words
        self.title(canvas, title_of(self, self._number))
        day = words.DAY_TOTAL % total_of(self.pump, self._number)
        canvas.text_center(day, 20)
        canvas.text(words.DELETE_PROGRAM, 0, 44)
        self.hints(canvas, say.STOP_NO, say.OK_YES)


class ProgramName(AskValue):
    """Its name out of a list: UP and DOWN choose, OK asks, OK again saves."""

    def __init__(self, ui, number):
        super().__init__(ui)
        self._number = number
        self._name = programs.name_of(self.pump.settings, number)

    def _old(self):
        return programs.name_of(self.pump.settings, self._number)

    def is_new(self):
        """Whether it differs from the one that it has."""
        return self._name != self._old()

    def change(self, by):
        """The next one in the list."""
        self._name = (self._name + by) % (programs.MOST_NAME + 1)

    def act(self):
        """Save it."""
        return programs.rename(self.pump, self._number, self._name, events.SOURCE_BUTTONS)

    def draw(self, canvas):
        """Both names under the number."""
        words = self.words
        new = name_text(words, self._number, 0)
        if self._name:
            new = words.PROGRAM_NAMES.split("|")[self._name]
        self.title(canvas, words.PROGRAM_ROWS.split("|")[2], str(self._number))
        self.draw_values(canvas, new, name_text(words, self._number, self._old()))
