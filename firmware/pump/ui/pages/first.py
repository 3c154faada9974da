"""The first start: what a new pump needs, in order, each with what it is now.

It keeps nothing of its own: it can be left at any row, and goes on at the first that is open. A
new pump opens it within its start, so the pages behind it are loaded when they are chosen.
"""

from micropython import const

from pump.core import settings as st
from pump.ui import figures
from pump.ui.pages.lists import ListScreen
from pump.ui.screen import mix

_LANGUAGE = const(0)
_CLOCK = const(1)
_MOTOR = const(2)
_RESERVOIR = const(3)
_BASAL = const(4)
_LIMITS = const(5)


class FirstStart(ListScreen):
    """A row for each step; OK opens its page, which leads back here when it is done."""

    leads = True

    def __init__(self, ui):
        super().__init__(ui, ui.words.FIRST_START)
        self._rows = ui.words.FIRST_ROWS.split("|")
        self._motor_tried = False
        self.at = self._open_row()
        if self.at == _CLOCK and not ui.texts.LANGUAGE:
            self.at = _LANGUAGE  # perhaps not even this can be read

    def stays(self) -> bool:
        """As long as a new pump waits for it."""
        return self._open_row() != _LIMITS

    def count(self):
        """The steps."""
        return len(self._rows)

    def row(self, index):
        """The step, and what there is of it."""
        pump = self.pump
        if index == _LANGUAGE:
            value = self.words.LANGUAGES.split("|")[pump.settings.get(st.LANGUAGE)]
        elif index == _CLOCK:
            time = figures.hour_minute(pump.clock.minute_of_day())
            value = time if pump.clock.trusted else ""
        elif index == _MOTOR:
            value = "-" if pump.reservoir_steps >= 0 else ""  # then it is in use
            value = self.words.TRIED if self._motor_tried else value
        elif index == _RESERVOIR:
            left = pump.reservoir_steps
            value = "" if left < 0 else figures.amount(pump.profile.scale.dose_mu(left)) + " U"
        elif index == _BASAL:
            day_mu = pump.settings.basal.day_mu()
            value = self.words.DAY_TOTAL % figures.dose(day_mu) if day_mu else ""
        else:
            value = figures.dose(pump.settings.get(st.MAX_BOLUS_MU)) + " U"
        return self._rows[index], value or self.words.OPEN

    def view(self) -> int:
        """The minute, the reservoir, and whatever a record tells of."""
        pump = self.pump
        shown = mix(pump.clock.minute_of_day(), pump.reservoir_steps >> 5)
        return mix(shown, pump.log.next_seq)

    def _open_row(self):
        pump = self.pump
        if not pump.clock.trusted:
            return _CLOCK
        if pump.reservoir_steps < 0:
            return _RESERVOIR if self._motor_tried else _MOTOR
        return _LIMITS if pump.settings.basal.day_mu() else _BASAL

    def chosen(self, index):
        """Open the step's page."""
        if index == _MOTOR:
            self.ui.open_loaded(self._motor_check)
        elif index == _BASAL:
            self.ui.open_loaded(_program_in_force)
        elif index == _LIMITS:
            self.ui.open_loaded(_limits)
        elif index == _LANGUAGE:
            self.at = _CLOCK  # comes next, also where the language stays
            self.ui.open_loaded(_language)
        else:
            self.ui.open_loaded(_clock if index == _CLOCK else _reservoir)

    def _motor_check(self, ui):
        from pump.ui.pages.motor import MotorCheck

        return MotorCheck(ui, self._tried)

    def _tried(self):
        self._motor_tried = True

    def returned(self):
        """A step is done: on to the next."""
        self.at = self._open_row()


def _language(ui):
    from pump.ui.pages.values import language_entry

    return language_entry(ui)


def _clock(ui):
    from pump.ui.pages.clock import ClockEntry

    return ClockEntry(ui)


def _reservoir(ui):
    from pump.ui.pages.supply import page

    return page(ui)


def _limits(ui):
    from pump.ui.pages.values import LIMITS, SettingList

    return SettingList(ui, LIMITS)


def _program_in_force(ui):
    from pump.ui.pages.basal_edit import ProgramEdit

    return ProgramEdit(ui, ui.pump.settings.active)
