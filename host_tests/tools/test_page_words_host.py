"""The log in the page is in words: each kind of record has a sentence of its own."""

import pytest

from host_tests.tools import page_runs
from pump.core import codes, event_table, events, record


@pytest.fixture(scope="module")
def told():
    """What the page is told of a packed record."""
    with page_runs.teller() as found:
        yield found


def packed(number, values):
    """A whole record of an event with these field values."""
    layout = event_table.layout(event_table.row_of(number)[3])
    return bytes(record.pack(1, 1, number, 60, 0, True, 200_000_000, layout, values))


def said(told, *records):
    """The sentences of records."""
    return page_runs.run("page_words.mjs", [told(packed(*one)) for one in records])


def test_every_event_has_a_sentence_of_its_own(told):
    records = [(row[0], [1] * len(row[3])) for row in event_table.EVENTS]
    for row, sentence in zip(event_table.EVENTS, said(told, *records), strict=True):
        assert sentence[0].isupper() and sentence.endswith("."), row[1]
        assert "undefined" not in sentence and "NaN" not in sentence, row[1]


def test_every_word_of_a_code_is_told_without_its_underscores(told):
    records = [
        (row[0], [code if one is field else 1 for one in row[3]])
        for row in event_table.EVENTS
        for field in row[3]
        if len(field) > 2 and row[0] != events.SETTING_CHANGED  # as `basalt settings` calls it
        for code in range(len(field[2]))
    ]
    for one, sentence in zip(records, said(told, *records), strict=True):
        assert "_" not in sentence and "undefined" not in sentence, (one, sentence)


def test_the_calculator_and_a_refusal_are_told_in_amounts(told):
    assert said(
        told,
        (events.CALCULATION, (40, 220, 100, 50, 100, 120)),
        (events.CALCULATION, (30, 0, 105, 50, 100, 120)),
        (events.CALCULATED, (4_000, 2_000, 700, 5_300, 3)),
        (events.REFUSED, (0, codes.OVER_MAX_HOUR, 3_000, 5_000, 0)),
        (events.REFUSED, (2, codes.ALARM_PERSISTS, 0, 0, 0)),
        (events.TEMPORARY_START, (150, 0, 90, 0)),
        (events.TEMPORARY_END, (5_400, 917, event_table.ENDS.index("time"))),
        (events.EXTENDED_START, (7, 3_000, 2_037, 6, 1, 0)),
        (events.EXTENDED_END, (7, 2_500, 1_697, 90, event_table.ENDS.index("time"))),
        (events.CHECKPOINT_EXTENDED, (7, 3_000, 679, 30)),
        (events.CHECKPOINT_LINE, (5_580, 0xFFFF, 8_149, 1, 0)),
        (events.SETTING_CHANGED, (3, 10_000, 3_000, 1)),
    ) == [
        "The calculator was told 40 g of carbohydrate and a glucose of 220 mg/dL; 1 U for 10.0 g,"
        " or for 50 mg/dL above 100 to 120.",
        "The calculator was told 30 g of carbohydrate and no glucose; 1 U for 10.5 g,"
        " or for 50 mg/dL above 100 to 120.",
        "It recommends 5.30 U for bolus 3: 4.00 U for the meal, 2.00 U to correct,"
        " with 0.70 U still acting.",
        "Refused: a bolus of 3.00 U, over max hour (5.00 U).",
        "Refused: resume, alarm persists.",
        "Temporary basal of 150 % of the program for 90 min, by buttons.",
        "Temporary basal over: 917 steps in 90 min; its time is over.",
        "Extended bolus 7 of 3.00 U over 90 min begins: 2,037 steps owed, by buttons;"
        " the next bolus is given at once with it.",
        "Extended bolus 7 ended: 2.50 U given in 1,697 steps and 90 min; its time is over, and a"
        " limit held the rest back.",
        "Checkpoint of extended bolus 7: 679 steps of 3.00 U in 30 min.",
        "Checkpoint of the line: reservoir 93.0 h old, site of unknown age, 8,149 steps in the"
        " tubing, 1 step in the cannula.",
        "Setting max_bolus: 10.00 to 3.00 U, by link.",
    ]
