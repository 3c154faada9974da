"""Name, activate and delete a basal program: each asks, with what is so now and what will be."""

from pump.core import codes, events, programs
from pump.ui import figures, keys, sounds
from pump.ui.pages.basal import name_text, title_of, total_of
from pump.ui.screen import Screen, refused


class ProgramActivate(Screen):
    """Asks whether to put it in force, in place of the one that is."""

    keeps_lit = True

    def __init__(self, ui, number):
        super().__init__(ui)
        self._number = number

    def press(self, button):
        """OK activates it, STOP goes back."""
        if button == keys.STOP:
            self.ui.back()
        elif button == keys.OK:
            code = programs.activate(self.pump, self._number, events.SOURCE_BUTTONS)
            if code == codes.OK:
                self.ui.play(sounds.START)
                self.ui.go_home()
            else:
                refused(self.ui, code)

    def interrupted(self):
        """Ask anew, from the list."""
        self.ui.back()

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


class ProgramDelete(Screen):
    """Asks whether to take it away."""

    keeps_lit = True

    def __init__(self, ui, number):
        super().__init__(ui)
        self._number = number

    def press(self, button):
        """OK deletes it, STOP goes back."""
        if button == keys.STOP:
            self.ui.back()
        elif button == keys.OK:
            code = codes.NOT_NOW  # meanwhile it came into force
            if self._number != self.pump.settings.active:
                code = programs.edit(self.pump, self._number, [], events.SOURCE_BUTTONS)
            self.ui.back()
            if code == codes.OK:
                self.ui.play(sounds.STOPPED)
            else:
                refused(self.ui, code)

    def interrupted(self):
        """Ask anew, from the list."""
        self.ui.back()

    def draw(self, canvas):
        """What is lost with it."""
        say, words = self.say, self.words
        self.title(canvas, title_of(self, self._number))
        day = words.DAY_TOTAL % total_of(self.pump, self._number)
        canvas.text_center(day, 20)
        canvas.text(words.DELETE_PROGRAM, 0, 44)
        self.hints(canvas, say.STOP_NO, say.OK_YES)


class ProgramName(Screen):
    """Its name out of a list: UP and DOWN choose, OK asks, OK again saves."""

    keeps_lit = True

    def __init__(self, ui, number):
        super().__init__(ui)
        self._number = number
        self._name = programs.name_of(self.pump.settings, number)
        self._asked = False

    def _old(self):
        return programs.name_of(self.pump.settings, self._number)

    def press(self, button):
        """Choose, on, or back one."""
        if button == keys.OK:
            self._forward()
        elif button == keys.STOP:
            if self._asked:
                self._asked = False
            else:
                self.ui.back()
        elif not self._asked:
            count = programs.MOST_NAME + 1
            self._name = (self._name + (1 if button == keys.UP else -1)) % count

    def _forward(self):
        if self._name == self._old():
            self.ui.back()
        elif not self._asked:
            self._asked = True
        else:
            code = programs.rename(self.pump, self._number, self._name, events.SOURCE_BUTTONS)
            self.ui.back()
            if code == codes.OK:
                self.ui.play(sounds.START)
            else:
                refused(self.ui, code)

    def interrupted(self):
        """Ask anew."""
        self._asked = False

    def draw(self, canvas):
        """The name, large, with the one before; or both with the question."""
        say, words = self.say, self.words
        old, changed = self._old(), self._name != self._old()
        new = name_text(words, self._number, 0)
        if self._name:
            new = words.PROGRAM_NAMES.split("|")[self._name]
        was = words.WAS + " " + name_text(words, self._number, old)
        self.title(canvas, words.PROGRAM_ROWS.split("|")[2], str(self._number))
        if self._asked:
            canvas.text(was, 0, 15)
            canvas.text(new, 0, 25, 2)
            canvas.text(words.CHANGE_SETTING, 0, 44)
            self.hints(canvas, say.STOP_NO, say.OK_YES)
            return
        canvas.text_center(new, 20, 2)
        if changed:
            canvas.text_center(was, 41)
        self.hints(canvas, words.CHANGE, words.OK_SAVE if changed else say.OK_BACK)
