"""The stepper driver moves a motor both ways, books every step once and switches the coils."""

import pytest

from host_tests.fakes.clock import Clock
from host_tests.fakes.engine import FakeEngine
from host_tests.fakes.motor import Motor
from host_tests.fakes.pins import Pin
from host_tests.fakes.reservoir import Line, Reservoir
from pump.drivers.stepper import Stepper


class Bench:
    """A stepper with its motor, and what hangs on it."""

    def __init__(self, load=None, hold=False, forward_level=1, enabled_level=0, clock=None):
        self.clock = clock if clock is not None else Clock()
        self.enable = Pin(6, Pin.OUT, value=1 - enabled_level)
        self.motor = Motor(
            Pin(2, Pin.OUT, value=0),
            Pin(3, Pin.OUT, value=0),
            self.enable,
            self.clock,
            forward_level,
            enabled_level,
            load,
        )
        engine = FakeEngine(self.motor, self.clock)
        self.stepper = Stepper(
            engine, self.motor.dir_pin, self.enable, forward_level, enabled_level, hold
        )

    def move(self, steps):
        self.stepper.start(steps)
        while self.stepper.busy():
            self.clock.advance_ms(1)
        return self.stepper.take()


@pytest.mark.parametrize("forward_level", [0, 1])
@pytest.mark.parametrize("enabled_level", [0, 1])
def test_motor_goes_where_the_sign_says_whatever_the_levels_are(forward_level, enabled_level):
    bench = Bench(forward_level=forward_level, enabled_level=enabled_level)
    assert bench.move(30) == 30
    assert bench.move(-12) == -12
    assert bench.motor.position_steps == bench.stepper.position_steps == 18
    assert bench.motor.edges == 42


def test_coils_are_on_for_every_edge_and_off_between_trains():
    bench = Bench()
    assert not bench.motor.enabled()
    bench.stepper.start(5)
    assert bench.motor.enabled()
    while bench.stepper.busy():
        bench.clock.advance_ms(1)
    bench.stepper.take()
    assert not bench.motor.enabled()
    assert bench.motor.edges_while_disabled == 0
    assert bench.motor.early_edges == 0


def test_coils_stay_on_between_trains_where_the_board_asks_for_it():
    bench = Bench(hold=True)
    bench.move(5)
    assert bench.motor.enabled()
    bench.stepper.release()
    assert not bench.motor.enabled()


def test_direction_stands_before_the_first_edge():
    bench = Bench()
    bench.move(3)
    bench.move(-3)
    assert bench.motor.early_edges == 0


def test_steps_are_booked_once():
    bench = Bench()
    assert bench.move(7) == 7
    assert bench.stepper.take() == 0
    assert bench.stepper.position_steps == 7
    assert bench.stepper.made() == 0


def test_a_stopped_train_books_what_was_made():
    bench = Bench()
    bench.stepper.start(-40)
    bench.clock.advance_ms(30)
    bench.stepper.stop()
    assert not bench.stepper.busy()
    assert bench.stepper.was_cut()
    made = bench.stepper.made()
    assert bench.stepper.take() == made == -bench.motor.edges
    assert -40 < made < 0
    assert bench.stepper.position_steps == made == bench.motor.position_steps


def test_running_train_cannot_be_booked_nor_doubled():
    bench = Bench()
    bench.stepper.start(40)
    bench.clock.advance_ms(30)
    with pytest.raises(RuntimeError):
        bench.stepper.take()
    with pytest.raises(RuntimeError):
        bench.stepper.start(1)
    while bench.stepper.busy():
        bench.clock.advance_ms(1)
    with pytest.raises(RuntimeError):
        bench.stepper.start(1)
    assert bench.stepper.take() == 40


@pytest.mark.parametrize("steps", [0, 2001, -2001])
def test_impossible_train_is_refused_before_the_coils_are_switched(steps):
    bench = Bench()
    with pytest.raises(ValueError):
        bench.stepper.start(steps)
    assert not bench.motor.enabled()
    assert bench.stepper.take() == 0


def test_release_stops_a_running_train_and_loses_no_step():
    bench = Bench()
    bench.stepper.start(40)
    bench.clock.advance_ms(30)
    bench.stepper.release()
    bench.clock.advance_ms(500)
    assert bench.stepper.take() == bench.motor.position_steps == bench.motor.edges
    assert bench.motor.edges_while_disabled == 0


def test_blocked_line_stalls_the_motor_and_fluid_stays_in():
    clock = Clock()
    line = Line(clock)
    reservoir = Reservoir(clock, line, filled_units=100)
    bench = Bench(load=reservoir, clock=clock)
    line.block()
    for _ in range(4):
        bench.move(2000)
    assert line.pressure_mbar() >= reservoir.stall_mbar
    assert bench.motor.lost_steps == reservoir.stalls > 0
    assert reservoir.units_out() == 0
    assert bench.motor.position_steps == reservoir.pushed_steps < 8000


def test_empty_barrel_is_a_hard_stop():
    clock = Clock()
    reservoir = Reservoir(clock, filled_units=1)
    bench = Bench(load=reservoir, clock=clock)
    bench.move(2000)
    assert reservoir.units_left() == 0
    assert bench.motor.position_steps == 679
    assert bench.motor.lost_steps == 2000 - 679


class StrayEngine:
    """An engine whose count goes on after its train has ended."""

    longest_train = 10

    def __init__(self):
        self.count = 0
        self._left = 0

    def clear(self):
        self.count = 0

    def start(self, steps):
        self.clear()
        self._left = steps

    def busy(self):
        self.count += self._left
        self._left = 0
        return False

    def made(self):
        return self.count


def test_position_holds_the_steps_that_were_counted_after_a_train():
    engine = StrayEngine()
    stepper = Stepper(engine, Pin(0, Pin.OUT), Pin(1, Pin.OUT))
    stepper.start(5)
    assert stepper.take() == 5
    engine.count += 2
    assert stepper.position_steps == 7
    stepper.start(-3)
    assert stepper.take() == -3
    assert stepper.position_steps == 4


class DeafEngine(StrayEngine):
    """An engine that cannot even be asked."""

    def busy(self):
        raise OSError(5)


def test_coils_are_off_after_release_whatever_the_engine_does():
    enable = Pin(1, Pin.OUT)
    stepper = Stepper(DeafEngine(), Pin(0, Pin.OUT), enable)
    stepper.start(5)
    assert enable.value() == 0
    try:
        stepper.release()
    except OSError:
        assert enable.value() == 1
    else:
        raise AssertionError("the error must be told")


def after_a_train():
    """An engine that has made five steps, and its stepper, which has taken them."""
    engine = StrayEngine()
    stepper = Stepper(engine, Pin(0, Pin.OUT), Pin(1, Pin.OUT))
    stepper.start(5)
    stepper.take()
    return engine, stepper


class SlowStart(StrayEngine):
    """An engine whose start() takes so long that its train is over when it returns."""

    def start(self, steps):
        super().start(steps)
        self.busy()


def test_a_train_that_ran_while_it_was_begun_is_booked_whole():
    # As when garbage is collected between the first edge and the end of start().
    stepper = Stepper(SlowStart(), Pin(0, Pin.OUT), Pin(1, Pin.OUT))
    for steps in (5, -3, 4):
        stepper.start(steps)
        assert stepper.take() == steps
    assert stepper.position_steps == 6


def test_an_engine_that_begins_nothing_has_made_nothing():
    engine, stepper = after_a_train()
    engine.start = lambda steps: None
    stepper.start(5)
    assert stepper.take() == 0
    assert stepper.position_steps == 5


def test_an_engine_that_keeps_its_old_count_begins_nothing():
    engine, stepper = after_a_train()
    engine.clear = lambda: None
    try:
        stepper.start(5)
    except RuntimeError:
        assert stepper.take() == 0
    else:
        raise AssertionError("nothing was begun")
