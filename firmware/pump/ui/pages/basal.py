"""The basal programs: the list of the four, and what can be done with each."""

from pump.core import programs
from pump.core import settings as st
from pump.ui import figures
from pump.ui.pages.lists import ListScreen

_SHOW = 0
_EDIT = 1
_NAME = 2
_ACTIVATE = 3
_DELETE = 4


def name_text(words, number, name):
    """A program by its number and its name, which may be none: "2 Weekend", "Program 2"."""
    names = words.PROGRAM_NAMES.split("|")
    if not name:
        return "%s %d" % (names[0], number)
    return "%d %s" % (number, names[name])


def title_of(screen, number):
    """The same of the pump of a screen."""
    name = programs.name_of(screen.pump.settings, number)
    return name_text(screen.words, number, name)


def total(day_mu):
    """A dose of a day in at most five letters: "24.00", "106.5"."""
    if day_mu < 100_000:
        return figures.dose(day_mu)
    return "%d.%d" % (day_mu // 1000, day_mu % 1000 // 100)


def total_of(pump, number):
    """The same of a program, "---" where there is none."""
    segments = programs.segments_of(pump.settings, number)
    return total(programs.day_mu(segments)) if segments else "---"


class ProgramList(ListScreen):
    """All four with the dose of a day, and a mark at the one in force."""

    def __init__(self, ui):
        super().__init__(ui, ui.words.PROGRAMS)
        self.at = self.pump.settings.active - 1

    def count(self):
        """Also those that nobody has written."""
        return programs.MOST

    def row(self, index):
        """Number and name; the mark and the dose."""
        mark = "✓ " if index + 1 == self.pump.settings.active else ""
        return title_of(self, index + 1), mark + total_of(self.pump, index + 1)

    def chosen(self, index):
        """What can be done with it."""
        menu = ProgramMenu(self.ui, index + 1)
        if menu.count():
            self.ui.open(menu)
        else:
            self.ui.refuse()

    def view(self) -> int:
        """A program over the link may change them."""
        return self.pump.log.next_seq & 0xFFFFFF


class ProgramMenu(ListScreen):
    """Look at one, edit and name it; activate or delete one that is not in force."""

    def __init__(self, ui, number):
        super().__init__(ui, "")
        self._number = number

    def _choices(self):
        settings = self.pump.settings
        if settings.get(st.MODE):  # a user's: the core would refuse the others
            if programs.program_of(settings, self._number) is None:
                return ()
            return (_SHOW,) if self._number == settings.active else (_SHOW, _ACTIVATE)
        if self._number == settings.active:
            return (_SHOW, _EDIT, _NAME)
        if programs.program_of(settings, self._number) is None:
            return (_EDIT, _NAME)
        return (_SHOW, _EDIT, _NAME, _ACTIVATE, _DELETE)

    def count(self):
        """What makes sense now."""
        return len(self._choices())

    def row(self, index):
        """What it is; beside the look at it the dose of a day."""
        choice = self._choices()[index]
        day = total_of(self.pump, self._number) if choice == _SHOW else ""
        text = self.words.PROGRAM_ROWS.split("|")[choice]
        return text, self.words.DAY_TOTAL % day if day else ""

    def chosen(self, index):
        """Open it; what is not looked at is not loaded."""
        choice = self._choices()[index]
        if choice == _EDIT:
            self.ui.back()  # the segments are a list too: in place of this one, not under it
        self.ui.open_loaded(lambda ui: _page(choice)(ui, self._number))

    def view(self) -> int:
        """As in the list."""
        return self.pump.log.next_seq & 0xFFFFFF

    def draw(self, canvas):
        """The list under the program's name."""
        self.name = title_of(self, self._number)
        super().draw(canvas)


def _page(choice):
    """The class of a page."""
    if choice == _SHOW:
        from pump.ui.pages.basal_view import BasalView

        return BasalView
    if choice == _EDIT:
        from pump.ui.pages.basal_edit import ProgramEdit

        return ProgramEdit
    from pump.ui.pages import basal_ask

    return {
        _NAME: basal_ask.ProgramName,
        _ACTIVATE: basal_ask.ProgramActivate,
        _DELETE: basal_ask.ProgramDelete,
    }[choice]
