"""The short form of the year, and that it would see what it looks for."""

from dataclasses import replace

import numpy as np
import pytest

from basalt.decode import Log
from basalt.timeline import SET
from host_tests.proofs import year
from host_tests.proofs.proof import BrokenError, run_short


def test_a_year_in_two_weeks_adds_up():
    figures = dict(run_short(year.PROOF))
    assert int(figures["of the clock changes and flights by the offset at the buttons"]) > 2
    assert figures["clock changes and flights; clock lost for hours; starts"].startswith("6; 2; ")


def a_log():
    """Four records of two starts, a second apart, with the clock set."""
    raw = np.zeros(4, [("seq", "<u4")])
    uptime_ms = np.array([0, 1_000, 0, 1_000], np.int64)
    return Log(
        "pump",
        raw,
        seq=np.arange(1, 5),
        boot=np.array([1, 1, 2, 2]),
        event=np.zeros(4, np.uint8),
        uptime_ms=uptime_ms,
        local_s=np.arange(4),
        trusted=np.ones(4, np.bool_),
        utc_ms=np.array([0, 1_000, 10_000, 11_000], np.int64),
        clock=np.full(4, SET, np.uint8),
    )


def began(boot):
    return 0 if boot < 2 else 10_000


def test_a_log_in_order_is_in_order():
    assert year.check_order(a_log(), began)[SET] == 4


@pytest.mark.parametrize(
    ("column", "values", "what"),
    [
        ("seq", [1, 2, 2, 3], "a gap or a repeat"),
        ("boot", [1, 2, 1, 2], "an earlier start"),
        ("uptime_ms", [1_000, 0, 0, 1_000], "goes back within"),
        ("utc_ms", [0, 1_000, 10_000, 5_000], "UTC goes back"),
        ("utc_ms", [0, 1_000, 10_000, 14_000], "off by 3000 ms"),
    ],
)
def test_what_is_out_of_order_is_seen(column, values, what):
    wrong = replace(a_log(), **{column: np.array(values, np.int64)})
    with pytest.raises(BrokenError, match=what):
        year.check_order(wrong, began)


def test_a_dose_that_the_host_reads_twice_is_seen():
    class Doses:
        steps = np.array([100, 100])

    class History:
        doses = Doses

    with pytest.raises(BrokenError, match="reads 200 steps"):
        year.check_doses(History, [], 100, 0)
