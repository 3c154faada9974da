"""The settings: lists with their values by groups, and one screen that changes any of them."""

from pump.core import codes, events
from pump.core import settings as st
from pump.core.setting_table import SETTINGS
from pump.ui import figures
from pump.ui.pages import dates, glucose
from pump.ui.pages.asks import AskValue
from pump.ui.pages.lists import ListScreen


def value_text(say, words, number, value):
    """A setting's value with its unit."""
    if number in (st.BOLUS_STEP_MU, st.MAX_BOLUS_MU):
        return figures.dose(value) + " " + say.UNIT
    if number in (st.MAX_HOUR_MU, st.MAX_DAY_MU, st.RESERVOIR_LOW_MU):
        return "%d.%d %s" % (value // 1000, value % 1000 // 100, say.UNIT)
    if number == st.BOLUS_SPEED_MU_MIN:
        return figures.speed(value) + words.SPEED_UNIT
    if number == st.MAX_BASAL_MU_H:
        return figures.dose(value) + say.RATE_UNIT
    if number == st.UTC_OFFSET_MIN:
        return dates.offset(value)
    if number == st.DISPLAY_OFF_S:
        return "%d %s" % (value, say.SECONDS)
    if number == st.STEPS_PER_UNIT:
        return "%d.%d" % (value // 10, value % 10)
    if number == st.BACKLASH_STEPS:
        return "%d %s" % (value, words.STEPS_UNIT)
    if number == st.KEY_CLICKS:
        return words.ON if value else words.OFF
    return "%d %s" % (value, say.MINUTES)


def calculator_text(words, number, value, mmol):
    """The same of a setting of the bolus calculator; a later part of the day may have none."""
    if number == st.GLUCOSE_MMOL:
        return words.ON if value else words.OFF
    if not value:
        first = number in (st.CARB_RATIO_1, st.FACTOR_1)
        if number <= st.DAY_PART_4_MIN:
            return words.NONE
        return words.NOT_SET if first else words.AS_PART_1
    if number <= st.DAY_PART_4_MIN:
        return figures.hour_minute(value)
    if number <= st.CARB_RATIO_4:
        return "%d.%d%s" % (value // 10, value % 10, words.RATIO_UNIT)
    if mmol:
        return glucose.tenths(glucose.mmol_tenths(value)) + " " + words.MMOL
    return "%d %s" % (value, words.MG_DL)


def later_text(say, words, number, value):
    """The same of a setting for which 0 is off, or of one that is in words."""
    if number == st.MODE_CODE:
        return " ".join(["↑↓O"[int(digit) - 1] for digit in str(value)])
    if number in (st.LANGUAGE, st.MODE):
        return (words.MODES if number == st.MODE else words.LANGUAGES).split("|")[value]
    if not value and number != st.MEAL_FROM_MIN:
        return words.AS_PART_1 if number >= st.INSULIN_2_MIN else words.OFF
    if number == st.CHILD_LOCK:
        return words.ON
    if number in (st.MAX_ON_BOARD_MU, st.QUICK_STEP_MU):
        return figures.dose(value) + " " + say.UNIT
    if number == st.BOLUS_DELAY_S:
        return "%d %s" % (value, say.SECONDS)
    if st.MEAL_FROM_MIN <= number <= st.DAILY_4_MIN:
        return figures.hour_minute(value)
    if number == st.AUTO_OFF_H:
        return "%d %s" % (value, words.HOURS_UNIT)
    days = number in (st.SET_DAYS, st.RESERVOIR_DAYS)
    return "%d %s" % (value, words.DAYS if days else say.MINUTES)


def text_of(screen, number, value):
    """Either, for a screen."""
    if number > st.TARGET_HIGH_4:
        return later_text(screen.say, screen.words, number, value)
    if number >= st.GLUCOSE_MMOL:
        mmol = screen.pump.settings.get(st.GLUCOSE_MMOL)
        return calculator_text(screen.words, number, value, mmol)
    return value_text(screen.say, screen.words, number, value)


# What belongs together, by the numbers of the settings; of the calculator part by part of the day.
GROUPS = (
    (st.LANGUAGE,),
    (
        st.BOLUS_STEP_MU,
        st.BOLUS_SPEED_MU_MIN,
        st.BOLUS_DELAY_S,
        st.QUICK_STEP_MU,
        st.BOLUS_LOCKOUT_MIN,
    ),
    (st.MAX_BOLUS_MU, st.MAX_HOUR_MU, st.MAX_DAY_MU, st.MAX_BASAL_MU_H, st.MAX_ON_BOARD_MU),
    (
        st.GLUCOSE_MMOL,
        st.INSULIN_MIN,
        st.CARB_RATIO_1,
        st.FACTOR_1,
        st.TARGET_LOW_1,
        st.TARGET_HIGH_1,
        st.DAY_PART_2_MIN,
        st.INSULIN_2_MIN,
        st.CARB_RATIO_2,
        st.FACTOR_2,
        st.TARGET_LOW_2,
        st.TARGET_HIGH_2,
        st.DAY_PART_3_MIN,
        st.INSULIN_3_MIN,
        st.CARB_RATIO_3,
        st.FACTOR_3,
        st.TARGET_LOW_3,
        st.TARGET_HIGH_3,
        st.DAY_PART_4_MIN,
        st.INSULIN_4_MIN,
        st.CARB_RATIO_4,
        st.FACTOR_4,
        st.TARGET_LOW_4,
        st.TARGET_HIGH_4,
    ),
    (
        st.RESERVOIR_LOW_MU,
        st.RESERVOIR_DAYS,
        st.SET_DAYS,
        st.SUSPEND_REMINDER_MIN,
        st.GLUCOSE_CHECK_MIN,
        st.MEAL_FROM_MIN,
        st.MEAL_UNTIL_MIN,
        st.DAILY_1_MIN,
        st.DAILY_2_MIN,
        st.DAILY_3_MIN,
        st.DAILY_4_MIN,
    ),
    (st.CHILD_LOCK, st.AUTO_OFF_H, st.AUTO_RESUME_MIN, st.MODE, st.MODE_CODE),
    (
        st.UTC_OFFSET_MIN,
        st.DISPLAY_OFF_S,
        st.KEY_CLICKS,
        st.STEPS_PER_UNIT,
        st.BACKLASH_STEPS,
    ),
)
LIMITS = 2  # the group that the first start shows


class SettingGroups(ListScreen):
    """The groups of settings; the language first, for who cannot read their names."""

    def __init__(self, ui):
        super().__init__(ui, ui.words.SETTINGS)
        self._names = ui.words.SETTING_GROUPS.split("|")

    def count(self):
        """The groups."""
        return len(GROUPS)

    def row(self, index):
        """A group's name; beside that of the language which it is."""
        language = self.pump.settings.get(st.LANGUAGE)
        value = "" if index else text_of(self, st.LANGUAGE, language)
        return self._names[index], value

    def chosen(self, index):
        """Open the group, or the one setting that is none."""
        if index:
            self.ui.open(SettingList(self.ui, index))
        else:
            self.ui.open(language_entry(self.ui))


class SettingList(ListScreen):
    """The settings of a group."""

    def __init__(self, ui, group):
        super().__init__(ui, ui.words.SETTING_GROUPS.split("|")[group])
        self._names = ui.words.SETTING_NAMES.split("|")
        self._rows = [number - 1 for number in GROUPS[group]]

    def count(self):
        """As many as belong together."""
        return len(self._rows)

    def row(self, index):
        """Name and value."""
        index = self._rows[index]
        number = SETTINGS[index][0]
        value = self.pump.settings.get(number)
        if number == st.STEPS_PER_UNIT:
            value = self.pump.profile.scale.steps(10_000)  # also what the board says
        return self._names[index], text_of(self, number, value)

    def chosen(self, index):
        """Change it; the steps of a unit are weighed, and the clock goes with its offset."""
        index = self._rows[index]
        load = {st.STEPS_PER_UNIT: _calibrate, st.UTC_OFFSET_MIN: _clock}.get(SETTINGS[index][0])
        if load:
            self.ui.open_loaded(load)
            return
        self.ui.open(SettingEntry(self.ui, index, self._names[index]))


def language_entry(ui):
    """The screen that changes the language."""
    index = st.LANGUAGE - 1
    return SettingEntry(ui, index, ui.words.SETTING_NAMES.split("|")[index])


def _calibrate(ui):
    from pump.ui.pages.calibrate import Calibrate

    return Calibrate(ui)


def _clock(ui):
    from pump.ui.pages.clock import ClockEntry

    return ClockEntry(ui)


class SettingEntry(AskValue):
    """One setting: UP and DOWN change it, OK asks, OK again saves."""

    def __init__(self, ui, index, name):
        super().__init__(ui)
        self._name = name
        self._row = SETTINGS[index]
        self._old = self.pump.settings.get(self._row[0])
        self._value = self._old

    def change(self, by):
        """To the next value that the core would take."""
        number, _, _, least, most, step = self._row
        value = min(max(self._value + by * step, least), most)
        while self.pump.settings.check(number, value) != codes.OK:
            value += by  # between off and a least, or between two codes, there is nothing
        self._value = value

    def is_new(self):
        """Whether it differs from what is set."""
        return self._value != self._old

    def act(self):
        """Save it."""
        return self.pump.set_setting(self._row[0], self._value, events.SOURCE_BUTTONS)

    def draw(self, canvas):
        """Both values under the name."""
        number = self._row[0]
        self.title(canvas, self._name)
        new = text_of(self, number, self._value)
        self.draw_values(canvas, new, text_of(self, number, self._old))
