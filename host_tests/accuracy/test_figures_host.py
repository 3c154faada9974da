"""The measures of accuracy against deliveries whose error is known."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest

from host_tests.accuracy import deliveries, figures, plot
from host_tests.accuracy.__main__ import document


def test_an_even_delivery_has_no_error_in_any_window():
    curve = figures.trumpet([Fraction(250)] * 96, 1_000)
    assert [row[0] for row in curve] == list(figures.WINDOWS_MIN)
    assert all(row[1:] == (0, 0) for row in curve)
    assert figures.overall([Fraction(250)] * 96, 1_000) == 0


def test_one_quarter_too_much_counts_in_full_in_its_own_window_and_less_in_longer_ones():
    samples = [Fraction(250)] * 96
    samples[40] = Fraction(300)
    curve = {row[0]: row[1:] for row in figures.trumpet(samples, 1_000)}
    assert curve[15] == (20, 0)
    assert curve[60] == (5, 0)
    assert curve[930] == (pytest.approx(20 / 62), pytest.approx(20 / 62))  # it is in each
    assert figures.overall(samples, 1_000) == pytest.approx(20 / 96)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (24, 0),
        (25, 1),
        (75, 2),
        (94, 2),
        (95, 3),
        (105, 3),
        (106, 4),
        (126, 5),
        (176, 6),
        (251, 7),
    ],
)
def test_a_dose_is_in_the_bin_of_its_percentage(given, place):
    found = figures.bins([Fraction(given)], 100)
    assert found[place] == 1 and sum(found) == 1


def test_the_basal_that_is_given_is_never_more_than_asked_and_a_quantum_less_at_most():
    samples = deliveries.basal(1_000, 3)
    for quarters in range(1, len(samples) + 1):
        given = sum(samples[:quarters])
        assert 250 * quarters - 6 <= given <= 250 * quarters


def test_quarter_hours_come_from_the_steps_at_the_end_of_each_minute():
    counts = [minute * 2 for minute in range(1, 46)]
    counts[44] += 5  # in the last minute of the third quarter
    first, second, third = deliveries.quarter_hours(counts)
    assert first == second == deliveries.dose_mu(30)
    assert third == deliveries.dose_mu(35)
    assert len(deliveries.quarter_hours(counts[:44])) == 2  # what is not over does not count


def test_every_bolus_is_in_the_middle_bin_and_the_mean_is_what_was_asked():
    given = deliveries.boluses(5_000, 3)
    assert figures.bins(given, 5_000)[3] == 3
    assert all(4_997 <= dose <= 5_002 for dose in given)  # what rounding left is carried on


def test_a_blocked_line_is_noticed_when_the_pressure_has_risen_and_later_at_a_lower_rate():
    found = {rate: deliveries.occlusion(800, rate) for rate in (1_000, 5_000)}
    for rate, (seconds, given) in found.items():
        # 600 of 800 mbar per unit, seen in three readings, of which each train brings one.
        assert 750 <= given <= 770
        assert seconds * rate / 3_600 == pytest.approx(float(given), rel=0.02)
    seconds, given = deliveries.occlusion(200, 0, 5_000)
    assert 3_000 <= given < 5_000
    assert deliveries.occlusion(800, 0, 5_000)[0] < seconds / 3


def test_the_document_says_where_its_steps_were_counted_and_has_every_rate():
    text, picture = document(41, 0, lambda _: None)
    assert "The emulated chip was not asked" in text and "steps" in text
    for rate in ("0.1 U/h", "1 U/h", "5 U/h"):
        assert f"| {rate} |" in text and rate in picture


def test_each_curve_has_its_greatest_error_above_its_least():
    curves = {1_000: [(15, 4.0, -2.0), (930, 1.0, -0.5)]}
    upper, lower = [
        [float(point.split(",")[1]) for point in line.split('"')[1].split()]
        for line in plot.trumpet(curves).splitlines()
        if line.startswith("<polyline")
    ]
    assert all(top < bottom for top, bottom in zip(upper, lower, strict=True))
    assert upper[0] < upper[1] and lower[0] > lower[1]


def test_a_run_that_is_too_short_for_a_window_leaves_its_cells_empty(monkeypatch):
    steady = [(minute * 11, minute * 11) for minute in range(1, 3 * 60 + 1)]
    whole = [minute * 11 for minute in range(1, 41 * 60 + 1)]
    monkeypatch.setattr("host_tests.accuracy.__main__.ProcessPoolExecutor", ThreadPoolExecutor)
    monkeypatch.setattr(deliveries, "basal_on_chip", lambda rate, minutes, say: steady)
    monkeypatch.setattr(deliveries, "basal", lambda rate, hours: deliveries.quarter_hours(whole))
    for name in ("boluses", "boluses_on_chip"):
        monkeypatch.setattr(deliveries, name, lambda *asked: [7])
    monkeypatch.setattr(deliveries, "occlusion", lambda line, *asked: (line * 12, line))
    text, picture = document(41, 3, lambda _: None)
    pin, fakes = text.split("## Counted on the fakes")
    assert "17 hours fill them all" in pin
    after_1_h, after_6_h, after_12_h = pin.split("| 1 U/h | ")[1].splitlines()[0].split(" | ")
    assert after_1_h == "0.9719 U of 1" and after_6_h == ""
    assert after_12_h.strip() == "|"
    assert pin.count("|  |") >= 3 and fakes.count("|  |") == 0
    assert "| 0.1 U/h | 2.7 h, 0.800 U | 40 min, 0.200 U |" in fakes
    assert "930" not in picture and "60" in picture
