"""Elapsed time adds up, also when the tick counter wraps."""

from host_tests.fakes.clock import TICKS_PERIOD, Clock
from pump.drivers.clock import UptimeClock


def test_elapsed_time_adds_up_over_thirty_days_of_wrapping_ticks():
    clock = Clock()
    uptime = UptimeClock(clock.ticks_ms, clock.ticks_diff)
    total_ms = 0
    for _ in range(30 * 24):
        clock.advance_us(3_600_000_500)
        total_ms += uptime.elapsed_ms()
    assert total_ms == clock.now_us // 1000
    assert total_ms > TICKS_PERIOD * 2


def test_first_answer_counts_from_when_it_was_made():
    clock = Clock(5_000_000)
    uptime = UptimeClock(clock.ticks_ms, clock.ticks_diff)
    assert uptime.elapsed_ms() == 0
    clock.advance_ms(7)
    assert uptime.elapsed_ms() == 7
