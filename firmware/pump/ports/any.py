"""Makes counted trains of step pulses with a timer, on any port that has no engine of its own.

Soft timing: a pulse is late whenever the processor is. The count is still exact, because the very
callback that makes a pulse counts it; nothing is made while no callback runs.
"""

import machine
from machine import ADC, Pin, Timer
from micropython import const

_POWER = const(0)
_WATCHDOG = const(1)
_ASKED = const(2)


class PulseEngine:
    """Pulse trains on `step_pin`, none while `stop_pin` is low. Pins by number.

    The contract of ports/rp2.py; `ramp` plans a train. `machine` is the number of the timer (-1: a
    virtual one). `step_pin` may also be what takes the steps itself, by value(level).
    """

    def __init__(self, step_pin, stop_pin, ramp, longest_train=2000, machine=-1):
        self._pin = Pin(step_pin, Pin.OUT, value=0) if isinstance(step_pin, int) else step_pin
        self._stop_pin = Pin(stop_pin, Pin.IN, Pin.PULL_UP)
        self._timer = Timer(machine)
        self.ramp = ramp
        self.longest_train = longest_train
        self._segments = ()
        self._segment = 0
        self._left = 0
        self._steps = 0
        self._made = 0
        self._running = False
        self._cut = False

    def start(self, steps):
        """Begin a counted train. ValueError if it is too short or long, RuntimeError if busy.

        The first edge comes one period of the slowest rate later: time for DIR and the coils.
        """
        if steps < 1 or steps > self.longest_train:
            raise ValueError("steps in a train")
        if self._running:
            raise RuntimeError("busy")
        self._segments = self.ramp.segments(steps)
        self._segment = 0
        self._steps = steps
        self.clear()
        self._cut = False
        self._running = True
        self._run_segment()

    def busy(self):
        """Whether pulses are still to come."""
        return self._running

    def clear(self):
        """Count from 0 again, as start() does too. Not for use while a train runs."""
        self._made = 0

    def made(self):
        """Pulses made since the last start()."""
        return self._made

    def was_cut(self):
        """Whether the last train was ended early, by stop() or by the STOP pin."""
        return self._cut

    def stop(self):
        """End the train: no callback makes a pulse any more. Allocates nothing.

        The timer itself is left to its next callback, which finds the train ended: switching it
        off is not safe in a hard interrupt on every port.
        """
        if self._running:
            self._running = False
            self._cut = True

    def _run_segment(self):
        count, rate_hz = self._segments[self._segment]
        self._left = count
        self._timer.init(mode=Timer.PERIODIC, freq=rate_hz, callback=self._pulse)

    def _pulse(self, _timer):
        if self._running and not self._stop_pin.value():
            self.stop()
        if not self._running:
            self._timer.deinit()
            return
        # Counted before it is made: an interrupt in between may say one too many, never too few.
        self._made += 1
        self._pin.value(1)
        self._left -= 1
        self._pin.value(0)
        if self._left:
            return
        self._segment += 1
        if self._segment < len(self._segments):
            self._run_segment()
            return
        self._running = False
        self._timer.deinit()


def make_engine(board, ramp):
    """The engine of a board's literals."""
    return PulseEngine(
        board.STEP_PIN, board.BUTTON_STOP_PIN, ramp, board.LONGEST_TRAIN, board.PULSE_MACHINE
    )


def watch(pin, handler):
    """Call handler(pin) soon after a key has pulled its pin down."""
    pin.irq(handler, Pin.IRQ_FALLING)


def watch_both(pin, handler):
    """Call handler(pin) soon after either edge."""
    pin.irq(handler, Pin.IRQ_FALLING | Pin.IRQ_RISING)


def adc(pin):
    """The analog input at a pin: read_u16(), 65,535 at the chip's reference."""
    return ADC(Pin(pin))


def reset_cause(_chip):
    """What made the board start: 0 power, 1 watchdog, 2 asked for."""
    cause = machine.reset_cause()
    if cause == getattr(machine, "WDT_RESET", None):
        return _WATCHDOG
    if cause == getattr(machine, "SOFT_RESET", None):
        return _ASKED
    return _POWER


def restarts(chip):
    """How many starts in a row the watchdog has caused; nothing here remembers more than one."""
    return 1 if reset_cause(chip) == _WATCHDOG else 0


def forget_restarts(_chip):
    """Nothing is remembered."""
