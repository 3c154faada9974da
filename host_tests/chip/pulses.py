"""Counts and times the edges on STEP, DIR and ENABLE, as a logic analyser on the driver would."""

import itertools

from rp2040py.gpio_pin import GPIOPinState

HIGH = GPIOPinState.HIGH
LOW = GPIOPinState.LOW


class Pulse:
    """One rising edge on STEP: when, which way the motor turned, and whether its coils were on.

    `nanos` is exact to the 8 ns cycle for a PIO state machine; an edge made by an instruction of
    the CPU is late by up to that instruction. `wide_nanos`: how long STEP stayed high, None while
    it does.
    """

    __slots__ = ("enabled", "forward", "nanos", "wide_nanos")

    def __init__(self, nanos, forward, enabled):
        self.nanos = nanos
        self.forward = forward
        self.enabled = enabled
        self.wide_nanos = None

    @property
    def ms(self):
        return self.nanos / 1e6


class StepMeter:
    """What the motor driver saw. `steps` is forward minus back, whatever made them."""

    def __init__(self, mcu, pins, forward_level=1, enabled_level=0):
        self._clock = mcu.clock
        self._direction = mcu.gpio[pins.DIR_PIN]
        self._enable = mcu.gpio[pins.ENABLE_PIN]
        self._forward = HIGH if forward_level else LOW
        self._off = LOW if enabled_level else HIGH
        self.on_pulse = None
        self.pulses = []
        self.direction_edges = []
        self.enable_edges = []
        mcu.gpio[pins.STEP_PIN].add_listener(self._step_changed)
        self._direction.add_listener(self._direction_changed)
        self._enable.add_listener(self._enable_changed)

    def clear(self):
        """Forget what was seen so far."""
        self.pulses.clear()
        self.direction_edges.clear()
        self.enable_edges.clear()

    @property
    def forward(self):
        return sum(p.forward for p in self.pulses)

    @property
    def back(self):
        return len(self.pulses) - self.forward

    @property
    def steps(self):
        return self.forward - self.back

    @property
    def while_disabled(self):
        """Pulses that a driver whose coils are off ignores: steps counted and never made."""
        return sum(not p.enabled for p in self.pulses)

    @property
    def enabled(self):
        """Whether the coils are on now; an ENABLE pin that nobody drives counts as on."""
        return self._enable.value != self._off

    def trains(self, gap_ms=20):
        """The pulses in groups that have no pause longer than `gap_ms` inside."""
        groups = []
        for pulse in self.pulses:
            if not groups or pulse.nanos - groups[-1][-1].nanos > gap_ms * 1e6:
                groups.append([])
            groups[-1].append(pulse)
        return groups

    def _step_changed(self, value, _before):
        now = self._clock.nanos
        if value == HIGH:
            self.pulses.append(Pulse(now, self._direction.value == self._forward, self.enabled))
            if self.on_pulse:
                self.on_pulse()
        elif self.pulses and self.pulses[-1].wide_nanos is None:
            self.pulses[-1].wide_nanos = now - self.pulses[-1].nanos

    def _direction_changed(self, value, _before):
        self.direction_edges.append((self._clock.nanos, value == HIGH))

    def _enable_changed(self, value, _before):
        self.enable_edges.append((self._clock.nanos, value == HIGH))


def periods_nanos(pulses):
    """Times between neighbouring pulses."""
    return [b.nanos - a.nanos for a, b in itertools.pairwise(pulses)]
