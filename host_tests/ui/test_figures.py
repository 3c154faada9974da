"""Numbers are written as people read them."""

from pump.ui import figures
from pump.ui.pages import dates, glucose


def test_doses_have_two_places_and_round_down():
    assert figures.dose(0) == "0.00"
    assert figures.dose(1_250) == "1.25"
    assert figures.dose(1_259) == "1.25"
    assert figures.nearest(298) == "0.30"


def test_large_amounts_are_whole_units_and_small_ones_have_a_place():
    assert figures.amount(187_400) == "187"
    assert figures.amount(9_990) == "9.9"
    assert figures.amount(-1) == "---"


def test_a_rate_never_loses_a_place_that_it_has():
    assert figures.rate(0) == "0.00"
    assert figures.rate(25) == "0.025"
    assert figures.rate(800) == "0.80"
    assert figures.rate(12_500) == "12.5"
    assert figures.rate(12_550) == "12.55"


def test_times_and_offsets():
    assert figures.hour_minute(845) == "14:05"
    assert dates.offset(60) == "+1:00"
    assert dates.offset(-210) == "-3:30"


def test_glucose_is_the_same_in_both_units_to_the_nearest():
    assert glucose.mg_dl(55) == 99 and glucose.mg_dl(67) == 121
    assert glucose.mmol_tenths(100) == 56 and glucose.mmol_tenths(120) == 67
    for tenths in range(11, 334):
        assert glucose.mmol_tenths(glucose.mg_dl(tenths)) == tenths
    assert glucose.tenths(55) == "5.5"


def test_every_day_until_2053_is_a_date_and_back():
    year, month, day = 2020, 1, 1
    for days in range(12_410):
        assert dates.date_of(days * 86_400 + 4_000) == (year, month, day)
        assert dates.local_s_of(year, month, day, 61) == days * 86_400 + 3_660
        day += 1
        if day > dates.month_days(year, month):
            day, month = 1, month + 1
        if month > 12:
            month, year = 1, year + 1
    assert year == 2053
