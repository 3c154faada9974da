"""Makes counted trains of step pulses on an ESP32: RMT makes them, PCNT counts those that arrive.

The whole train is put into the RMT's own memory, so no interrupt and no processor has a part in
it. What was made is read from a pulse counter at the end of the wire, the driver's STEP input.
"""

import time

import esp32
import machine
from machine import ADC, Pin
from micropython import const

# One tick is a microsecond: 80 MHz by 80. Both drivers of the RMT that MicroPython had (to 1.26,
# and from 1.27 on) take this argument, and a channel number that the new one has no use for.
_CLOCK_DIV = const(80)
_PULSE_US = const(20)  # an A4988 asks for 1 us, opto-isolated drivers for up to 5 us
_LONGEST_US = const(32_767)  # 15 bits
_COUNT_MOST = const(32_767)
# Shorter than 1 us is no pulse: in cycles of 80 MHz.
_FILTER = const(80)
# A read of the ADC in microvolts is right to 1 %, a raw one only to 10 % (eFuse calibration).
_U16_PER_UV = (139, 7000)  # 65,535 at 3.3 V

_POWER = const(0)
_WATCHDOG = const(1)
_ASKED = const(2)


class PulseEngine:
    """Pulse trains on `step_pin`, counted on `count_pin`, ended by `stop_pin`. Pins by number.

    The contract of ports/rp2.py; `ramp` plans a train. `machine` is the RMT channel and the PCNT
    unit. `longest_train` is at most what fits into one block of the RMT's memory beside its end
    mark: 63 on an ESP32, 47 on an ESP32-S3.

    **Stop.** The RMT of MicroPython 1.26 cannot be stopped, and stopping that of later versions
    can end in a panic (ESP-IDF before 5.5.2). So stop() takes the *pin* away from it: within
    microseconds the wire is an ordinary output at low, while the RMT plays the rest of the train
    into nowhere, 250 ms at most. The next train waits for that and connects the pin anew.

    **The key.** MicroPython has no hard interrupts on this chip. wiring.md therefore wires a diode
    from the driver's STEP input to the STOP key: while the key is down no pulse reaches the
    driver, or the counter beside it, whatever the processor does.
    """

    def __init__(self, step_pin, count_pin, stop_pin, ramp, longest_train=47, machine=0):
        slowest_hz = ramp.segments(1)[0][1]
        if 1_000_000 // slowest_hz - _PULSE_US > _LONGEST_US:
            raise ValueError("rate beyond the RMT")
        self.ramp = ramp
        self.longest_train = longest_train
        self._channel = machine
        self._stop_pin = Pin(stop_pin, Pin.IN, Pin.PULL_UP)
        self._pin = Pin(step_pin, Pin.OUT, value=0)
        self._rmt = self._new_rmt()
        self._connected = True
        self._steps = 0
        self._running = False
        self._cut = False
        self._counter = esp32.PCNT(
            machine,
            pin=Pin(count_pin, Pin.IN),
            rising=esp32.PCNT.INCREMENT,
            max=_COUNT_MOST,
            filter=_FILTER,
        )
        self._counter.start()

    def start(self, steps):
        """Begin a counted train. ValueError if it is too short or long, RuntimeError if busy.

        The first edge comes one period of the slowest rate later: time for DIR and the coils.
        After a stop it waits until the RMT is through with the old train, 250 ms at most.
        """
        if steps < 1 or steps > self.longest_train:
            raise ValueError("steps in a train")
        if self.busy():
            raise RuntimeError("busy")
        self._connect()
        self.clear()
        self._steps = steps
        self._cut = False
        if not self._stop_pin.value():
            self._cut = True
            return
        durations_us = []
        for count, rate_hz in self.ramp.segments(steps):
            durations_us += [1_000_000 // rate_hz - _PULSE_US, _PULSE_US] * count
        self._running = True
        self._rmt.write_pulses(durations_us, 0)
        if not self._running:  # stop() came from its interrupt meanwhile
            self._disconnect()

    def busy(self):
        """Whether pulses are still to come."""
        if self._running and self._rmt.wait_done():
            self._running = False
            # The diode ended it, and the key's interrupt has not come through yet.
            if not self._stop_pin.value():
                self._cut = True
        return self._running

    def clear(self):
        """Count from 0 again, as start() does too. Not for use while a train runs."""
        self._counter.value(0)

    def made(self):
        """Rises that arrived at the driver's STEP input since the last start()."""
        return self._counter.value()

    def was_cut(self):
        """Whether the last train was ended early, by stop() or by the key."""
        return not self.busy() and self._cut and self.made() < self._steps

    def stop(self):
        """End the train at once, pin low."""
        if self._running:
            self._running = False
            self._cut = True
        self._disconnect()

    def _disconnect(self):
        # Pin.init with a mode gives the pad back to the plain output (gpio_set_direction).
        self._pin.init(Pin.OUT, value=0)
        self._connected = False

    def _connect(self):
        while not self._rmt.wait_done():
            time.sleep_ms(1)
        if not self._connected:
            self._rmt.deinit()
            self._rmt = self._new_rmt()
            self._connected = True

    def _new_rmt(self):
        return esp32.RMT(self._channel, pin=self._pin, clock_div=_CLOCK_DIV, idle_level=False)


class MillivoltAdc:
    """An analog input in the unit of other chips: read_u16(), 65,535 at 3.3 V."""

    def __init__(self, pin):
        # Without attenuation it ends at 1 V. With it, it is straight from 0.15 to 2.45 V.
        self._adc = ADC(pin, atten=ADC.ATTN_11DB)

    def read_u16(self):
        """0 to 65,535. Small integers only."""
        return self._adc.read_uv() * _U16_PER_UV[0] // _U16_PER_UV[1]


def make_engine(board, ramp):
    """The engine of a board's literals."""
    return PulseEngine(
        board.STEP_PIN,
        board.COUNT_PIN,
        board.BUTTON_STOP_PIN,
        ramp,
        board.LONGEST_TRAIN,
        board.PULSE_MACHINE,
    )


def watch(pin, handler):
    """Call handler(pin) soon after a key has pulled its pin down: there are no hard interrupts."""
    pin.irq(handler, Pin.IRQ_FALLING)


def watch_both(pin, handler):
    """Call handler(pin) soon after either edge."""
    pin.irq(handler, Pin.IRQ_FALLING | Pin.IRQ_RISING)


def adc(pin):
    """The analog input at a pin."""
    return MillivoltAdc(Pin(pin))


def reset_cause(_chip):
    """What made the chip start: 0 power, 1 watchdog, 2 machine.reset(), a prompt's, or a panic."""
    cause = machine.reset_cause()
    if cause == machine.WDT_RESET:
        return _WATCHDOG
    if cause in (machine.SOFT_RESET, machine.HARD_RESET):
        return _ASKED
    return _POWER


def restarts(chip):
    """How many starts in a row the watchdog has caused; nothing here remembers more than one."""
    return 1 if reset_cause(chip) == _WATCHDOG else 0


def forget_restarts(_chip):
    """Nothing is remembered."""
