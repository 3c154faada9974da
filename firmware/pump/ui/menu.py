"""The menu and its plain pages: alarms, about, service."""

from pump.core import alarms as al
from pump.ui.alarm import AlarmPage
from pump.ui.basal import BasalView
from pump.ui.clock import ClockEntry
from pump.ui.lists import ListScreen
from pump.ui.reservoir import Change
from pump.ui.screen import Page
from pump.ui.values import SettingList


class MainMenu(ListScreen):
    """All there is beside the bolus."""

    def __init__(self, ui):
        super().__init__(ui, ui.texts.MENU)

    def count(self):
        """One row for each page."""
        return len(self.say.MENU_ROWS)

    def row(self, index):
        """The page's name."""
        return self.say.MENU_ROWS[index], ""

    def chosen(self, index):
        """Open the page."""
        pages = (Change, BasalView, AlarmList, ClockEntry, SettingList, About, Service)
        self.ui.open(pages[index](self.ui))


class AlarmList(ListScreen):
    """The alarms there are now, acknowledged or not."""

    def __init__(self, ui):
        super().__init__(ui, ui.texts.MENU_ROWS[2])

    def _numbers(self):
        return [row[0] for row in al.ALARMS if self.pump.alarms.raised & 1 << row[0]]

    def count(self):
        """How many are raised."""
        return len(self._numbers())

    def row(self, index):
        """Name, and whether it waits to be acknowledged."""
        number = self._numbers()[index]
        waits = self.pump.alarms.waiting & 1 << number
        return self.say.ALARMS[number][0], self.say.NEW if waits else ""

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
            canvas.text_center(self.say.NO_ALARMS, 30)
            self.hints(canvas, self.say.BACK)


class About(Page):
    """Version and board."""

    def draw(self, canvas):
        """Who it is and what it is not."""
        say = self.say
        self.title(canvas, say.ABOUT)
        version = say.ABOUT_VERSION % self.ui.version
        board = say.ABOUT_BOARD % self.ui.board
        self.lines(canvas, (version, board, say.NOT_MEDICAL, say.WATER))


class Service(Page):
    """How the board is flashed."""

    def draw(self, canvas):
        """The way to it."""
        self.title(canvas, self.say.SERVICE)
        self.lines(canvas, self.say.SERVICE_TEXT)
