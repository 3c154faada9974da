"""Holds the event table to its rules: numbers, sizes, units, and the constants beside it."""

import ast
import struct

import pytest

from host_tests.structure import source
from pump.core import event_table, record

UNITS = (
    "mu",
    "mu_h",
    "steps",
    "ms",
    "s",
    "min",
    "2min",
    "5min",
    "15min",
    "g",
    "mg_dl",
    "mv",
    "mbar",
)
UNITS += ("bytes", "records")
# Fields that are no quantity: codes, counts, identities, values whose unit another field names.
PLAIN = {
    *("asked", "limit", "old", "new", "value"),
    *("bolus_id", "code", "command", "detail", "flags", "granted", "kind", "segment", "setting"),
    *("boluses", "count", "percent", "presses", "segments", "times"),
    *("combined", "not_filled", "paired", "passed", "request"),
    *("program", "old_program", "new_program"),
    *("steps_numerator", "steps_denominator"),
    *("version_major", "version_minor", "version_patch"),
}
# A tuple of words beside the constants that stand for them: SOURCES and SOURCE_BUTTONS ...
FAMILIES = {
    name[:-1] + "_": words
    for name, words in vars(event_table).items()
    if name in ("COMMANDS", "ENDS", "KINDS", "REMINDS", "RESETS", "SOURCES", "TESTS")
}
SEVERITY_NAMES = ("INFO", "WARNING", "ALARM", "FAULT")

rows = pytest.mark.parametrize("row", event_table.EVENTS, ids=lambda row: row[1])


def constants():
    """name -> value of every `NAME = const(n)` of the event file that is not private."""
    found = {}
    for node in source.tree(source.FIRMWARE / "pump/core/events.py").body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            name = node.targets[0].id
            if not name.startswith("_"):
                found[name] = ast.literal_eval(node.value.args[0])
    return found


def test_no_number_and_no_name_is_used_twice():
    for column in (0, 1):
        used = [row[column] for row in event_table.EVENTS]
        assert sorted(set(used)) == sorted(used)


def test_the_rows_are_in_the_order_of_their_numbers():
    numbers = [row[0] for row in event_table.EVENTS]
    assert numbers == sorted(numbers)
    assert all(1 <= number <= 255 for number in numbers)


def test_every_number_has_a_constant_of_its_name_and_the_other_way_round():
    numbers = {
        name.lower(): value
        for name, value in constants().items()
        if name not in SEVERITY_NAMES and not name.startswith(tuple(FAMILIES))
    }
    assert numbers == {row[1]: row[0] for row in event_table.EVENTS}


@pytest.mark.parametrize("prefix", FAMILIES)
def test_each_constant_of_a_family_has_its_word(prefix):
    values = [value for name, value in constants().items() if name.startswith(prefix)]
    assert values == list(range(len(FAMILIES[prefix])))


def test_each_severity_has_its_word():
    assert [constants()[name] for name in SEVERITY_NAMES] == list(
        range(len(event_table.SEVERITIES))
    )


@rows
def test_the_severity_of_a_row_is_a_known_one(row):
    assert row[2] in range(len(event_table.SEVERITIES))


@rows
def test_the_fields_of_a_row_fit_the_record(row):
    assert struct.calcsize(event_table.layout(row[3])) <= record.FIELDS_SIZE


@rows
def test_the_fields_of_a_row_are_integers_with_names_of_their_own(row):
    names = [field[0] for field in row[3]]
    assert len(set(names)) == len(names)
    assert {field[1] for field in row[3]} <= set("bBhHiI")


@rows
def test_the_name_of_a_quantity_ends_in_its_unit(row):
    for field in row[3]:
        coded = len(field) == 3
        quantity = any(field[0].endswith("_" + unit) for unit in UNITS)
        assert coded or quantity or field[0] in PLAIN, field[0]


@rows
def test_every_word_of_a_code_is_a_name_and_fits_the_field(row):
    for field in row[3]:
        words = field[2] if len(field) == 3 else ()
        assert all(word.isidentifier() and word == word.lower() for word in words)
        assert len(set(words)) == len(words) <= 256


@rows
def test_a_row_is_found_by_its_number(row):
    assert event_table.row_of(row[0]) is row


def test_a_number_that_no_row_has_is_found_to_be_unknown():
    assert event_table.row_of(255) is None
