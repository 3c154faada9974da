"""Arrays made from their bytes are those that Arrow itself makes of the same values."""

import numpy as np
import pyarrow as pa
import pytest

from basalt import arrow_array

CASES = [
    ([], pa.string()),
    ([None, None], pa.string()),
    (["a", None, "", "ü€", "b" * 300], pa.string()),
    ([], pa.int64()),
    ([1, None, -(2**62), 0], pa.int64()),
    (list(range(20)), pa.int64()),
    ([None, 1.5, 3], pa.float64()),
]


@pytest.mark.parametrize(("values", "kind"), CASES)
def test_an_array_of_values_is_the_same(values, kind):
    made = arrow_array.of(values, kind)
    made.validate(full=True)
    assert made.equals(pa.array(values, kind))
    assert made.to_pylist() == values


def test_numbers_with_holes_are_the_same_and_come_back_with_noughts():
    numbers, none = np.arange(19) * 3, np.arange(19) % 4 == 1
    made = arrow_array.of_numbers(numbers, none)
    made.validate(full=True)
    assert made.equals(pa.array(numbers, mask=none))
    values = [None if no else int(one) for one, no in zip(numbers, none, strict=True)]
    whole = arrow_array.of(values, pa.int64())
    assert arrow_array.numbers(whole).tolist() == np.where(none, 0, numbers).tolist()
    assert arrow_array.numbers(arrow_array.of([], pa.int64())).tolist() == []
