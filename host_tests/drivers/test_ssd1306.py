"""The display shows what was drawn, sends little of it at a time, and may be missing."""

import random

from host_tests.fakes import framebuf
from host_tests.fakes.clock import TICKS_PERIOD, Clock
from host_tests.fakes.i2c_display import I2CBus, Panel, rows
from pump.drivers.ssd1306 import SSD1306

ADDRESS = 0x3C


class Bench:
    """A panel on a bus, and its driver."""

    def __init__(self, plugged=True, start_ms=0):
        self.clock = Clock(start_ms * 1000)
        self.bus = I2CBus(self.clock)
        self.panel = Panel()
        if plugged:
            self.bus.plug(ADDRESS, self.panel)
        self.display = SSD1306(self.bus, framebuf, 128, 64, ADDRESS)

    def step(self):
        return self.display.step(self.clock.ticks_ms())

    def settle(self):
        steps = 1
        while self.step():
            steps += 1
            assert steps < 100
        return steps

    def drawn(self):
        return rows(self.display.frame.pixel, 128, 64)


def test_picture_on_the_panel_is_the_one_drawn():
    bench = Bench()
    noise = random.Random(1)
    for i in range(len(bench.display.buffer)):
        bench.display.buffer[i] = noise.getrandbits(8)
    bench.display.show()
    bench.settle()
    assert bench.panel.picture() == bench.drawn()
    assert bench.panel.data_bytes == 8 * 128
    assert bench.panel.unknown_commands == []


def test_panel_stays_dark_until_its_first_picture_is_complete():
    bench = Bench()
    bench.display.frame.fill_rect(0, 0, 128, 64, 1)
    bench.display.show()
    for _ in range(8):
        assert bench.step()
        assert not bench.panel.on
    bench.settle()
    assert bench.panel.on


def test_only_what_changed_is_sent():
    bench = Bench()
    bench.settle()
    bench.panel.data_bytes = 0
    bench.display.frame.fill_rect(40, 17, 12, 3, 1)
    bench.display.show()
    bench.settle()
    assert bench.panel.data_bytes == 12
    assert bench.panel.picture() == bench.drawn()


def test_same_picture_again_sends_nothing():
    bench = Bench()
    bench.settle()
    before = bench.bus.transfers
    bench.display.show()
    assert not bench.step()
    assert bench.bus.transfers == before


def test_nothing_is_sent_before_show():
    bench = Bench()
    bench.settle()
    before = bench.bus.transfers
    bench.display.frame.fill_rect(0, 0, 5, 5, 1)
    assert not bench.step()
    assert bench.bus.transfers == before


def test_one_step_holds_the_loop_for_one_page_at_most():
    bench = Bench()
    bench.settle()
    bench.display.frame.fill_rect(0, 0, 128, 64, 1)
    bench.display.show()
    more = True
    while more:
        before_us = bench.clock.now_us
        sent = bench.panel.data_bytes
        more = bench.step()
        assert bench.panel.data_bytes - sent <= 128
        assert bench.clock.now_us - before_us <= 3200
    assert bench.bus.longest_bytes == 129


def test_random_drawing_in_the_middle_of_sending_ends_in_the_last_picture():
    bench = Bench()
    noise = random.Random(7)
    for _ in range(60):
        for _ in range(noise.randint(0, 4)):
            x, y = noise.randrange(128), noise.randrange(64)
            bench.display.frame.fill_rect(
                x, y, noise.randint(1, 40), noise.randint(1, 20), noise.randint(0, 1)
            )
        bench.display.show()
        for _ in range(noise.randint(0, 5)):
            bench.step()
    bench.settle()
    assert bench.panel.picture() == bench.drawn()


def test_missing_panel_is_no_error_and_is_tried_every_five_seconds():
    bench = Bench(plugged=False)
    for _ in range(100):
        assert not bench.step()
        bench.clock.advance_ms(100)
    assert not bench.display.present
    assert bench.bus.transfers == 2


def test_hanging_bus_costs_one_timeout_in_five_seconds():
    bench = Bench()
    bench.settle()
    bench.bus.stuck = True
    bench.display.frame.fill_rect(0, 0, 9, 9, 1)
    bench.display.show()
    before_us = bench.clock.now_us
    for _ in range(10):
        assert not bench.step()
    assert bench.clock.now_us - before_us <= 6_000
    assert not bench.display.present


def test_panel_plugged_in_later_shows_the_picture():
    bench = Bench(plugged=False)
    bench.display.frame.fill_rect(3, 3, 30, 30, 1)
    bench.display.show()
    bench.step()
    bench.bus.plug(ADDRESS, bench.panel)
    bench.clock.advance_ms(5000)
    bench.settle()
    assert bench.display.present
    assert bench.panel.on
    assert bench.panel.picture() == bench.drawn()


def test_panel_pulled_out_while_sending_comes_back_whole():
    bench = Bench()
    bench.settle()
    bench.display.frame.fill_rect(0, 0, 128, 64, 1)
    bench.display.show()
    bench.step()
    bench.step()
    bench.bus.unplug(ADDRESS)
    bench.step()
    assert not bench.display.present
    bench.panel.power_cycle()
    bench.bus.plug(ADDRESS, bench.panel)
    bench.clock.advance_ms(5000)
    bench.settle()
    assert bench.panel.picture() == bench.drawn()


def test_panel_that_lost_its_supply_unnoticed_is_back_within_a_minute():
    bench = Bench()
    bench.display.frame.fill_rect(10, 10, 20, 20, 1)
    bench.display.show()
    bench.settle()
    bench.panel.power_cycle()
    bench.clock.advance_ms(60_000)
    bench.settle()
    assert bench.panel.picture() == bench.drawn()


def test_refresh_does_not_flicker():
    bench = Bench()
    bench.settle()
    bench.clock.advance_ms(60_000)
    assert bench.step()
    assert bench.panel.on


def test_sleeping_panel_is_dark_and_wakes_with_the_newest_picture():
    bench = Bench()
    bench.settle()
    bench.display.sleep(True)
    bench.settle()
    assert not bench.panel.on
    bench.clock.advance_ms(120_000)
    before = bench.bus.transfers
    assert not bench.step()
    assert bench.bus.transfers == before
    bench.display.frame.fill_rect(5, 5, 50, 50, 1)
    bench.display.show()
    bench.display.sleep(False)
    bench.settle()
    assert bench.panel.on
    assert bench.panel.picture() == bench.drawn()


def test_retry_is_right_across_the_wrap_of_the_tick_counter():
    bench = Bench(plugged=False, start_ms=TICKS_PERIOD - 1000)
    bench.step()
    bench.clock.advance_ms(4000)
    bench.step()
    assert bench.bus.transfers == 1
    bench.clock.advance_ms(1500)
    bench.step()
    assert bench.bus.transfers == 2
