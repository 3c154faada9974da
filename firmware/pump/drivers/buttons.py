"""Turns four key contacts into gestures: press, repeat, hold, release."""

from micropython import const

UP = const(0)
DOWN = const(1)
OK = const(2)
STOP = const(3)

PRESS = const(0)
REPEAT = const(1)
HOLD = const(2)
RELEASE = const(3)

_COUNT = const(4)
_DEBOUNCE_MS = const(20)  # contacts of tactile switches bounce 5 ms, worn ones 10 ms
_UNSEEN_MS = const(30)  # longer than the loop's idle slices, shorter than a flash erase (45 ms)
_REPEAT_AFTER_MS = const(500)
_REPEAT_MS = const(150)
_FAST_AFTER_MS = const(2000)
_FAST_REPEAT_MS = const(50)
_HOLD_MS = const(2000)
_TICKS_MASK = const(0x3FFFFFFF)  # ticks_ms() wraps at 2**30; differences are taken modulo that

# What a contact is doing.
_OPEN = const(0)
_DOWN = const(1)
_DEAF = const(2)  # down since before we looked: not a press until it was let go


class Buttons:
    """Four keys to ground, `pins` in the order UP, DOWN, OK, STOP, read with value() (0 = down).

    A key that is down when this is made was not pressed *on* this screen: it is ignored until it
    was let go (a held STOP at power-on asks for service, it must not also suspend).
    """

    def __init__(self, pins, now):
        self._pins = pins
        self._events = tuple(
            tuple((button, gesture) for gesture in range(4)) for button in range(_COUNT)
        )
        self._polled = now
        self._edge = False
        self._resting = False  # no key was down when poll() last looked at each
        self._state = bytearray(_COUNT)
        self._raw = bytearray(_COUNT)
        self._held = bytearray(_COUNT)
        self._changed = [now] * _COUNT
        self._pressed = [now] * _COUNT
        self._repeat = [0] * _COUNT
        for button in range(_COUNT):
            if not pins[button].value():
                self._raw[button] = 1
                self._state[button] = _DEAF

    def note_stop_edge(self, _pin=None):
        """Call from the STOP pin's interrupt: a tap that ends before the next poll still counts.

        While flash is erased (45 ms, at worst 400 ms) nothing polls, and a quick tap would stop
        the motor and then be forgotten.
        """
        self._edge = True

    def watching(self, now_ms):
        """Say that an edge would lead to a poll at once: call it while the loop sleeps in slices.

        poll() tells by this a loop that slept from one that was held up and may have missed a tap.
        """
        self._polled = now_ms

    def poll(self, now_ms):
        """The next gesture as (button, gesture), or None. Call again until it is None.

        now_ms: ticks_ms() or any count of milliseconds. Allocates nothing.
        """
        unseen_ms = (now_ms - self._polled) & _TICKS_MASK
        self._polled = now_ms
        edge = self._edge
        self._edge = False
        down = edge or not self._pins[STOP].value()
        if down and unseen_ms >= _UNSEEN_MS and self._state[STOP] == _OPEN:
            self._resting = False
            return self._unseen_stop(now_ms)
        pins = self._pins
        if (
            self._resting
            and not down
            and pins[UP].value()
            and pins[DOWN].value()
            and pins[OK].value()
        ):
            return None
        self._resting = True
        for button in range(_COUNT):
            gesture = self._look(button, now_ms)
            if self._raw[button] or self._state[button] != _OPEN:
                self._resting = False
            if gesture >= 0:
                self._resting = False
                return self._events[button][gesture]
        return None

    def active(self):
        """Whether a key is down or settling, so that poll() is due every 10 ms."""
        if self._edge:
            return True
        if self._resting:
            return False
        # any() with a generator would allocate.
        for button in range(_COUNT):  # noqa: SIM110
            if self._raw[button] or self._state[button] != _OPEN:
                return True
        return False

    def stop_down(self):
        """Whether STOP is or seems to be down, a press yet or not: start no train meanwhile."""
        return (
            self._edge
            or not self._pins[STOP].value()
            or (self._state[STOP] == _OPEN and self._raw[STOP] != 0)
        )

    def down(self):
        """Which keys are down, as bits: 1 UP, 2 DOWN, 4 OK, 8 STOP. Allocates nothing."""
        if self._resting:
            return 0
        bits = 0
        for button in range(_COUNT):
            if not self._pins[button].value():
                bits |= 1 << button
        return bits

    def _unseen_stop(self, now_ms):
        """STOP went down while nobody looked: a press at once. Stopping for noise is no harm."""
        self._state[STOP] = _DOWN
        self._raw[STOP] = 1
        self._changed[STOP] = now_ms
        self._begin(STOP, now_ms)
        return self._events[STOP][PRESS]

    def _look(self, button, now_ms):
        """The gesture this key makes now, or -1."""
        raw = 0 if self._pins[button].value() else 1
        if raw != self._raw[button]:
            self._raw[button] = raw
            self._changed[button] = now_ms
        state = self._state[button]
        down = state != _OPEN
        if raw != down:
            if (now_ms - self._changed[button]) & _TICKS_MASK < _DEBOUNCE_MS:
                return -1
            return self._settled(button, state, now_ms)
        if state == _DOWN and raw:
            return self._kept_down(button, now_ms)
        return -1

    def _settled(self, button, state, now_ms):
        if state == _OPEN:
            self._state[button] = _DOWN
            self._begin(button, now_ms)
            return PRESS
        self._state[button] = _OPEN
        return RELEASE if state == _DOWN else -1

    def _begin(self, button, now_ms):
        self._pressed[button] = now_ms
        self._repeat[button] = _REPEAT_AFTER_MS
        self._held[button] = 0

    def _kept_down(self, button, now_ms):
        down_ms = (now_ms - self._pressed[button]) & _TICKS_MASK
        if down_ms >= _HOLD_MS and not self._held[button]:
            self._held[button] = 1
            return HOLD
        due_ms = self._repeat[button]
        if down_ms < due_ms:
            return -1
        period_ms = _FAST_REPEAT_MS if due_ms >= _FAST_AFTER_MS else _REPEAT_MS
        # A loop that was late gets one repeat, not a burst of them: a dose must not run away.
        late_ms = down_ms - due_ms
        self._repeat[button] = down_ms + period_ms - (late_ms if late_ms < period_ms else 0)
        return REPEAT
