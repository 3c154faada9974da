"""A ramp turns a number of steps into few segments and loses none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pump.drivers.ramp import Ramp

STAIRS = ((250, 4), (500, 8), (1000, 16))


def test_long_train_climbs_and_descends_every_stair():
    assert Ramp(STAIRS, 2000).segments(100) == [
        (4, 250),
        (8, 500),
        (16, 1000),
        (44, 2000),
        (16, 1000),
        (8, 500),
        (4, 250),
    ]


def test_quantum_of_four_steps_stays_on_the_first_stair():
    assert Ramp(STAIRS, 2000).segments(4) == [(4, 250)]


def test_train_turns_back_on_the_stair_it_reached():
    assert Ramp(STAIRS, 2000).segments(10) == [(4, 250), (2, 500), (4, 250)]


def test_no_stairs_is_one_rate():
    assert Ramp((), 500).segments(7) == [(7, 500)]


@given(st.integers(1, 5000))
def test_every_step_is_in_a_segment_and_no_segment_is_empty(steps):
    ramp = Ramp(STAIRS, 2000)
    segments = ramp.segments(steps)
    assert sum(count for count, _ in segments) == steps
    assert min(count for count, _ in segments) >= 1  # 0 would be 2**32 pulses in the PIO program
    assert len(segments) <= ramp.most_segments
    rates = [rate_hz for _, rate_hz in segments]
    assert rates == rates[::-1]
    peak = rates.index(max(rates))
    assert rates[: peak + 1] == sorted(rates[: peak + 1])


@pytest.mark.parametrize("stairs", [((0, 4),), ((500, 4), (250, 4)), ((250, 0),), ((3000, 4),)])
def test_stairs_that_do_not_rise_are_refused(stairs):
    with pytest.raises(ValueError):
        Ramp(stairs, 2000)


def test_a_train_of_no_steps_is_refused():
    with pytest.raises(ValueError):
        Ramp(STAIRS, 2000).segments(0)
