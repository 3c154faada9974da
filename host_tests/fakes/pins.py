"""Faked pins: wires with a level, driven by the chip or from outside, that tell listeners."""


class Pin:
    """`machine.Pin` as far as the firmware uses it, with the world on its other end.

    The firmware's side: value(), irq(). The world's side: drive(), release(), listen().
    """

    IN = 0
    OUT = 1
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_FALLING = 4
    IRQ_RISING = 8

    def __init__(self, number=0, mode=IN, pull=None, value=None):
        self.number = number
        self._listeners = []
        self._handler = None
        self._trigger = 0
        self._outside = None
        self._latch = 0
        self._level = 0
        self._mode = mode
        self._pull = pull
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, value=None):
        """Set mode, pull and first level."""
        if mode != -1:
            self._mode = mode
        if pull != -1:
            self._pull = pull
        if value is not None:
            self._latch = 1 if value else 0
        self._settle()

    def value(self, level=None):
        """Read the level of the wire, or set what the chip drives."""
        if level is None:
            return self._level
        self._latch = 1 if level else 0
        self._settle()
        return None

    def __call__(self, level=None):
        return self.value(level)

    def on(self):
        """Drive high."""
        self.value(1)

    def off(self):
        """Drive low."""
        self.value(0)

    def irq(self, handler=None, trigger=IRQ_FALLING | IRQ_RISING, hard=False):
        """Call handler(pin) at once on an edge, as a hard interrupt does."""
        del hard
        self._handler = handler
        self._trigger = trigger

    # The world's side

    def drive(self, level):
        """Something outside pulls the wire to a level, stronger than any pull resistor."""
        self._outside = 1 if level else 0
        self._settle()

    def release(self):
        """Nothing outside drives the wire any more."""
        self._outside = None
        self._settle()

    def listen(self, listener):
        """Call listener(level) at every change of the level."""
        self._listeners.append(listener)

    def _settle(self):
        if self._mode == Pin.OUT:
            level = self._latch
        elif self._outside is not None:
            level = self._outside
        else:
            level = 1 if self._pull == Pin.PULL_UP else 0
        if level == self._level:
            return
        self._level = level
        for listener in self._listeners:
            listener(level)
        edge = Pin.IRQ_RISING if level else Pin.IRQ_FALLING
        if self._handler is not None and self._trigger & edge:
            self._handler(self)


class Finger:
    """A finger on a key that pulls a pin to ground, with contacts that bounce if asked.

    `chance` is where its bounces are in their row of random numbers.
    """

    def __init__(self, pin, clock, bounce_us=0, seed=1):
        self._pin = pin
        self._clock = clock
        self._bounce_us = bounce_us
        self.chance = seed

    def down(self):
        """Press and stay."""
        self._move(self._pin.drive, 0)

    def hold(self):
        """Have been down for long: nothing bounces any more."""
        self._pin.drive(0)

    def up(self):
        """Let go."""
        self._move(self._pin.drive, 1)

    def press_for_ms(self, duration_ms):
        """Press now, let go after duration_ms of the clock's time; returns at once."""
        self.down()
        self._clock.call_after(duration_ms * 1000, self.up)

    def _move(self, drive, level):
        drive(level)
        at_us = 0
        bounced = level
        while self._bounce_us:
            at_us += 50 + self._random() % 1450
            if at_us >= self._bounce_us:
                break
            bounced ^= 1
            self._clock.call_after(at_us, lambda to=bounced: drive(to))
        if self._bounce_us:
            self._clock.call_after(self._bounce_us, lambda: drive(level))

    def _random(self):
        """0 to 65,535, the same numbers on every Python."""
        self.chance = (self.chance * 75 + 74) % 65_537
        return self.chance & 0xFFFF
