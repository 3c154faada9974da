"""The menu and its plain pages: alarms, about, service."""

from micropython import const

from pump.core import alarms as al
from pump.core import settings as st
from pump.ui.alarm import AlarmPage, alarm_name
from pump.ui.pages.lists import ListScreen
from pump.ui.screen import Page, delivers

_RESERVOIR = const(0)
CLOCK = const(5)  # the year of the proofs opens it as well
_FIRST_START = const(11)
_BACK = const(12)
_SELF_TEST = const(13)
_DOSES = b"\x02\x03"  # the rows on which one is ordered

# All but the way back to this mode; what a user needs, and that way.
_OF_A_CLINICIAN = bytes(range(_BACK)) + bytes((_SELF_TEST,))
_OF_A_USER = bytes((_RESERVOIR, 1, 2, 3, 4, CLOCK, 8, 9, 10, _SELF_TEST, _BACK))


class MainMenu(ListScreen):
    """All there is beside the bolus."""

    def __init__(self, ui):
        super().__init__(ui, ui.words.MENU)
        self._rows = _OF_A_USER if self.pump.settings.get(st.MODE) else _OF_A_CLINICIAN

    def count(self):
        """One row for each page."""
        return len(self._rows)

    def row(self, index):
        """The page's name."""
        return self.words.MENU_ROWS[self._rows[index]], ""

    def chosen(self, index):
        """Open the page; what is not looked at is not loaded."""
        row = self._rows[index]
        if row not in _DOSES or delivers(self.ui):
            self.ui.open_loaded(lambda ui: page(row)(ui))


class AlarmList(ListScreen):
    """The alarms there are now, acknowledged or not."""

    def __init__(self, ui):
        super().__init__(ui, ui.words.MENU_ROWS[4])

    def _numbers(self):
        raised = self.pump.alarms.raised
        return [alarm for alarm in range(1, len(al.PRIORITIES)) if raised & 1 << alarm - 1]

    def count(self):
        """How many are raised."""
        return len(self._numbers())

    def row(self, index):
        """Name, and whether it waits to be acknowledged."""
        number = self._numbers()[index]
        waits = self.pump.alarms.waiting & 1 << number - 1
        return alarm_name(self.say, number), self.words.NEW if waits else ""

    def chosen(self, index):
        """Show it whole."""
        self.ui.open(AlarmPage(self.ui, self._numbers()[index]))

    def view(self) -> int:
        """Which there are."""
        return self.pump.alarms.raised

    def draw(self, canvas):
        """The list, or that there is none."""
        super().draw(canvas)
        if not self.count():
            canvas.text_center(self.words.NO_ALARMS, 30)
            self.hints(canvas, self.words.BACK)


class About(Page):
    """Version and board."""

    def draw(self, canvas):
        """Who it is and what it is not."""
        self.title(canvas, self.words.ABOUT)
        self.lines(canvas, self.words.ABOUT_TEXT % (self.ui.version, self.ui.board))


class Service(Page):
    """How the board is flashed."""

    def draw(self, canvas):
        """The way to it."""
        self.title(canvas, self.words.SERVICE)
        self.lines(canvas, self.words.SERVICE_TEXT)


def page(index):
    """The class of a row's page."""
    if index == _RESERVOIR:
        from pump.ui.pages.supply import page

        return page
    if index == 1:
        from pump.ui.pages.basal import ProgramList

        return ProgramList
    if index == 2:
        from pump.ui.pages.temporary import TemporaryMenu

        return TemporaryMenu
    if index == 3:
        from pump.ui.pages.extended import page

        return page
    if index == CLOCK:
        from pump.ui.pages.clock import ClockEntry

        return ClockEntry
    return _later_page(index)


def _later_page(index):
    if index == 6:
        from pump.ui.pages.values import SettingGroups

        return SettingGroups
    if index == 7:
        from pump.ui.pages.remote import Remote

        return Remote
    if index == 8:
        from pump.ui.pages.history import History

        return History
    if index >= _FIRST_START:
        return _last_page(index)
    return (AlarmList, About, Service)[max(0, index - 8)]


def _last_page(index):
    if index == _FIRST_START:
        from pump.ui.pages.first import FirstStart

        return FirstStart
    if index == _BACK:
        from pump.ui.pages.mode import page as code_page

        return code_page
    from pump.ui.pages.selftest import SelfTest

    return SelfTest
