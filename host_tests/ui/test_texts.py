"""The texts of every language: they fit on the display, and cover what the core knows."""

from host_tests.ui.bench import Bench
from host_tests.ui.pictures import scenes
from pump.core import alarms as al
from pump.core import codes, event_table, setting_table
from pump.ui import texts, texts_de
from pump.ui.pages import (
    alarm_texts,
    alarm_texts_de,
    bolus_texts,
    bolus_texts_de,
    reasons,
    reasons_de,
)
from pump.ui.pages import texts as words
from pump.ui.pages import texts_de as words_de
from pump.ui.pages.values import GROUPS

LANGUAGES = (0, 1)
PAIRS = (
    (texts, texts_de),
    (words, words_de),
    (alarm_texts, alarm_texts_de),
    (bolus_texts, bolus_texts_de),
    (reasons, reasons_de),
)
# One part for each thing, not lines of a text that may break where it likes.
ALWAYS_AS_MANY_PARTS = ("MONTHS", "SETTING_NAMES", "SETTING_GROUPS", "LANGUAGES", "DAY_PARTS")


def in_every_language(look):
    """Call with each language in turn in the benches that are made."""
    before = Bench.language
    try:
        for language in LANGUAGES:
            Bench.language = language
            look()
    finally:
        Bench.language = before


def texts_of(module):
    """{name: text} of a module; one of a tuple is NAME and its place."""
    found = {}
    for name in dir(module):
        value = getattr(module, name)
        if name.upper() != name or name[0] == "_":
            continue
        if isinstance(value, str):
            found[name] = value
        elif isinstance(value, tuple):
            for at in range(len(value)):
                found[name + " " + str(at)] = value[at]
    return found


def blanks(text):
    """What is to be filled in, in its order."""
    return [part[:1] for part in text.replace("%%", "").split("%")[1:]]


# In two halves each: all at once takes the virtual machine some minutes.
def test_the_first_half_of_the_screens_fits_on_the_display():
    look_at(scenes.SCENES[: len(scenes.SCENES) // 2])


def test_the_second_half_of_the_screens_fits_on_the_display():
    look_at(scenes.SCENES[len(scenes.SCENES) // 2 :])


def look_at(some):
    """Draw these scenes in every language."""

    def look():
        for scene in some:
            scene().look()

    in_every_language(look)


def test_every_alarm_refusal_and_state_has_a_text_that_fits():
    def look():
        for every in (scenes.every_alarm, scenes.every_refusal, scenes.every_state):
            for _, bench in every():
                bench.look()

    in_every_language(look)


def test_every_setting_fits_with_its_least_and_its_largest_value():
    def look():
        for _, bench in scenes.every_setting():
            bench.look()

    in_every_language(look)


def test_every_setting_belongs_to_one_group():
    found = sorted([number for group in GROUPS for number in group])
    assert found == [row[0] for row in setting_table.SETTINGS]


def test_a_text_that_runs_into_another_or_off_the_display_is_found():
    for wrong in ("Carbohydrates of it", "More letters than there are"):
        bench = scenes.home()
        bench.canvas.text_right("Menu", 128, 0)
        bench.canvas.text(wrong, 0, 0)
        assert bench.canvas.outside


def test_the_texts_cover_the_tables_of_the_core():
    def look():
        bench = scenes.menu_top()
        words = bench.ui.words
        assert len(words.SETTING_NAMES.split("|")) == len(setting_table.SETTINGS)
        assert len(words.SETTING_GROUPS.split("|")) == len(GROUPS)
        assert len(words.MONTHS.split("|")) == 12

    in_every_language(look)
    for alarms_in, reasons_in, bolus_in in (
        (alarm_texts, reasons, bolus_texts),
        (alarm_texts_de, reasons_de, bolus_texts_de),
    ):
        assert len(reasons_in.REASONS) == len(codes.CODES)
        assert len(alarms_in.ALARMS) == len(al.PRIORITIES)
        assert len(bolus_in.ENDS) == len(event_table.ENDS)
        for alarm in alarms_in.ALARMS:
            assert len(alarm.split("|")) in (1, 5)


def test_every_language_has_the_same_texts_with_the_same_blanks():
    for english, other in PAIRS:
        ours, theirs = texts_of(english), texts_of(other)
        assert sorted(ours) == sorted(theirs)
        for name in ours:
            assert blanks(ours[name]) == blanks(theirs[name]), name
            assert bool(ours[name]) == bool(theirs[name]), name
            if name.endswith("_ROWS") or name in ALWAYS_AS_MANY_PARTS:
                assert ours[name].count("|") == theirs[name].count("|"), name
