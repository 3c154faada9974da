"""Tone patterns sound in order, for as long as they say, and end in silence."""

from host_tests.fakes.clock import TICKS_PERIOD, Clock
from host_tests.fakes.pwm import Pwm
from pump.drivers.buzzer import Buzzer

PATTERN = ((2000, 100), (0, 50), (3000, 200))


class Bench:
    """A buzzer ticked every 10 ms."""

    def __init__(self, start_ms=0):
        self.clock = Clock(start_ms * 1000)
        self.pwm = Pwm(self.clock)
        self.buzzer = Buzzer(self.pwm)

    def run_ms(self, duration_ms):
        for _ in range(duration_ms // 10):
            self.buzzer.tick(self.clock.ticks_ms())
            self.clock.advance_ms(10)


def test_pattern_plays_once_and_ends_silent():
    bench = Bench()
    bench.buzzer.play(PATTERN)
    bench.run_ms(1000)
    assert bench.pwm.history == [(0, 2000), (100, 0), (150, 3000), (350, 0)]
    assert not bench.buzzer.playing


def test_new_pattern_takes_the_place_of_the_old_one():
    bench = Bench()
    bench.buzzer.play(PATTERN)
    bench.run_ms(50)
    bench.buzzer.play(((1000, 30),))
    bench.run_ms(500)
    assert bench.pwm.history == [(0, 2000), (50, 1000), (80, 0)]


def test_quiet_is_silence_at_once():
    bench = Bench()
    bench.buzzer.play(PATTERN)
    bench.run_ms(50)
    bench.buzzer.quiet()
    assert bench.pwm.sounding_hz() == 0
    bench.run_ms(500)
    assert bench.pwm.history == [(0, 2000), (50, 0)]


def test_empty_pattern_is_silence():
    bench = Bench()
    bench.buzzer.play(PATTERN)
    bench.run_ms(20)
    bench.buzzer.play(())
    assert not bench.buzzer.playing
    assert bench.pwm.sounding_hz() == 0


def test_due_tells_the_loop_when_to_wake():
    bench = Bench()
    assert bench.buzzer.due_ms(0) == -1
    bench.buzzer.play(PATTERN)
    assert bench.buzzer.due_ms(0) == 0
    bench.buzzer.tick(0)
    assert bench.buzzer.due_ms(40) == 60
    assert bench.buzzer.due_ms(400) == 0


def test_pattern_goes_on_across_the_wrap_of_the_tick_counter():
    bench = Bench(start_ms=TICKS_PERIOD - 120)
    bench.buzzer.play(PATTERN)
    bench.run_ms(1000)
    heard = [hz for _, hz in bench.pwm.history]
    assert heard == [2000, 0, 3000, 0]
    assert bench.pwm.history[-1][0] - bench.pwm.history[0][0] == 350


class BrokenPwm:
    """A PWM whose pin is gone."""

    def duty_u16(self, duty):
        raise OSError(19)

    freq = duty_u16


def test_a_buzzer_that_is_missing_holds_nobody_up():
    for pwm in (None, BrokenPwm()):
        buzzer = Buzzer(pwm)
        buzzer.play(PATTERN)
        for now_ms in range(0, 500, 10):
            buzzer.tick(now_ms)
        assert not buzzer.playing
