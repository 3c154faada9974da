"""What ACCURACY.md is made of, in short: steps counted on the pin, beside those of the fakes."""

import pytest

from host_tests.accuracy import deliveries

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    """Nothing is taken from what was counted before."""
    monkeypatch.setattr(deliveries, "KEPT", tmp_path)
    return tmp_path


def test_the_pin_makes_the_basal_of_the_fakes_and_no_more_than_the_rate_asks(kept):
    counts = deliveries.basal_on_chip(5_000, 3, lambda _: None)
    for minute, (chip, fakes) in enumerate(counts, 1):
        owed = deliveries.dose_mu(1) ** -1 * 5_000 * minute / 60
        assert owed - 10 < chip <= owed + 1  # a quantum is held back; starting took half a second
        assert abs(chip - fakes) <= 4
    assert len(list(kept.iterdir())) == 1


def test_boluses_by_keys_give_what_was_asked_and_carry_the_rest_of_a_step_on(kept):
    given = deliveries.boluses_on_chip(10, 3, 10, 1, lambda _: None)
    assert given == [6, 7, 7]  # 0.01 U are 6.791 steps
    said = []
    assert deliveries.boluses_on_chip(10, 2, 10, 1, said.append) == [6, 7]
    assert said == ["0.01 U on the chip: counted before"]
