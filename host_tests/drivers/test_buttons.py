"""Keys become gestures: a press counts once, held keys repeat, noise is nothing, STOP is kept."""

import pytest

from host_tests.fakes.clock import TICKS_PERIOD, Clock
from host_tests.fakes.pins import Finger, Pin
from pump.drivers.buttons import DOWN, HOLD, OK, PRESS, RELEASE, REPEAT, STOP, UP, Buttons


class Bench:
    """Four keys, polled every 10 ms as the loop does while one is active."""

    def __init__(self, start_ms=0, down=()):
        self.clock = Clock(start_ms * 1000)
        self.pins = [Pin(10 + i, Pin.IN, Pin.PULL_UP) for i in range(4)]
        for button in down:
            self.pins[button].drive(0)
        self.buttons = Buttons(self.pins, self.clock.ticks_ms())
        self.pins[STOP].irq(self.buttons.note_stop_edge, Pin.IRQ_FALLING, hard=True)
        self.seen = []

    def poll(self):
        while True:
            event = self.buttons.poll(self.clock.ticks_ms())
            if event is None:
                return
            self.seen.append(event)

    def run_ms(self, duration_ms, every_ms=10):
        for _ in range(duration_ms // every_ms):
            self.clock.advance_ms(every_ms)
            self.poll()
        seen, self.seen = self.seen, []
        return seen

    def press(self, button, duration_ms, bounce_us=0, seed=1):
        Finger(self.pins[button], self.clock, bounce_us, seed).press_for_ms(duration_ms)


@pytest.mark.parametrize("button", [UP, DOWN, OK, STOP])
@pytest.mark.parametrize("seed", range(5))
def test_bouncing_key_is_one_press_and_one_release(button, seed):
    bench = Bench()
    bench.press(button, 120, bounce_us=8000, seed=seed)
    assert bench.run_ms(300) == [(button, PRESS), (button, RELEASE)]
    assert not bench.buttons.active()


def test_press_is_known_within_the_debounce_time_and_a_poll():
    bench = Bench()
    bench.press(OK, 100)
    assert bench.run_ms(30) == [(OK, PRESS)]


def test_spike_shorter_than_the_debounce_time_is_nothing():
    bench = Bench()
    for button in (UP, DOWN, OK, STOP):
        bench.press(button, 5)
        assert bench.run_ms(100) == []
        bench.press(button, 15)
        assert bench.run_ms(100) == []
        bench.press(button, 22)  # seen down by two polls, 10 ms apart
        assert bench.run_ms(100) == []


def test_held_key_repeats_and_then_faster():
    bench = Bench()
    bench.press(UP, 3000)
    times = []
    for _ in range(310):
        bench.clock.advance_ms(10)
        bench.poll()
        times += [(bench.clock.ticks_ms(), gesture) for _, gesture in bench.seen]
        bench.seen = []
    pressed = times[0][0]
    repeats = [at - pressed for at, gesture in times if gesture == REPEAT]
    assert repeats[:11] == [500 + 150 * i for i in range(11)]
    assert repeats[11:] == [2050 + 50 * i for i in range(len(repeats) - 11)]
    assert [at - pressed for at, gesture in times if gesture == HOLD] == [2000]
    assert times[-1][1] == RELEASE


def test_late_loop_gets_one_repeat_not_a_burst():
    bench = Bench()
    bench.press(UP, 5000)
    bench.run_ms(700)
    bench.clock.advance_ms(1000)
    bench.poll()
    assert bench.seen == [(UP, REPEAT)]


def test_two_keys_at_once_keep_their_own_gestures():
    bench = Bench()
    bench.press(UP, 60)
    bench.press(DOWN, 100)
    assert bench.run_ms(200) == [(UP, PRESS), (DOWN, PRESS), (UP, RELEASE), (DOWN, RELEASE)]


@pytest.mark.parametrize("button", [UP, DOWN, OK, STOP])
def test_key_held_at_power_on_is_ignored_until_it_was_let_go(button):
    bench = Bench(down=[button])
    assert bench.run_ms(3000) == []
    bench.pins[button].release()
    assert bench.run_ms(100) == []
    bench.press(button, 60)
    assert bench.run_ms(100) == [(button, PRESS), (button, RELEASE)]


def test_stop_is_down_from_its_first_contact_until_it_was_let_go():
    bench = Bench()
    assert not bench.buttons.stop_down()
    bench.press(STOP, 100)
    assert bench.buttons.stop_down()
    bench.run_ms(30)
    assert bench.buttons.stop_down()
    bench.run_ms(100)
    assert not bench.buttons.stop_down()


def test_keys_that_are_down_are_told_as_bits_also_from_power_on():
    bench = Bench(down=[STOP])
    assert bench.buttons.down() == 8
    bench.press(DOWN, 100)
    assert bench.buttons.down() == 10


def test_tap_on_stop_while_flash_was_erased_is_still_a_press():
    bench = Bench()
    bench.run_ms(50)
    bench.press(STOP, 60)
    bench.clock.advance_ms(400)
    assert bench.buttons.stop_down()
    bench.poll()
    assert bench.seen == [(STOP, PRESS)]
    bench.seen = []
    assert bench.run_ms(100) == [(STOP, RELEASE)]


def test_stop_found_down_after_flash_was_erased_is_a_press_at_once():
    bench = Bench()
    bench.run_ms(50)
    bench.press(STOP, 60)
    bench.clock.advance_ms(45)
    bench.poll()
    assert bench.seen == [(STOP, PRESS)]


def test_tap_on_another_key_while_nobody_looked_is_not_made_up():
    bench = Bench()
    bench.press(OK, 60)
    bench.clock.advance_ms(400)
    bench.poll()
    assert bench.seen == []


def test_spike_on_stop_while_the_loop_sleeps_is_nothing():
    bench = Bench()
    for _ in range(50):
        bench.clock.advance_ms(20)
        bench.buttons.watching(bench.clock.ticks_ms())
    bench.press(STOP, 2)
    assert bench.run_ms(100) == []


def test_gestures_are_right_across_the_wrap_of_the_tick_counter():
    bench = Bench(start_ms=TICKS_PERIOD - 1000)
    bench.run_ms(500)
    bench.press(UP, 2300)
    gestures = [gesture for _, gesture in bench.run_ms(3000)]
    assert gestures[0] == PRESS
    assert gestures[-1] == RELEASE
    assert gestures.count(HOLD) == 1
    assert gestures.count(REPEAT) == 16


def test_idle_keys_are_not_active():
    bench = Bench()
    assert not bench.buttons.active()
    bench.press(UP, 100)
    bench.run_ms(10)
    assert bench.buttons.active()
    bench.run_ms(200)
    assert not bench.buttons.active()
