"""A pump with a face and a perfect motor, for tests of the screens: press, wait, look."""

import sys

try:
    import framebuf
except ImportError:
    from host_tests.fakes import framebuf

from host_tests.fakes.ram_files import RamFiles
from pump.core import settings as st
from pump.core import states
from pump.core.profile import Profile
from pump.core.pump import Pump
from pump.core.recall import Recall
from pump.core.settings import Settings
from pump.storage.journal import Journal
from pump.ui import keys, texts, texts_de
from pump.ui.canvas import Canvas
from pump.ui.ui import Ui

WIDTH, HEIGHT = 128, 64
TURN_MS = 50
BURST_STEPS = 100


class Board:
    """A board's literals, the core's share of them."""

    STEPS_PER_UNIT = (6791, 10)
    QUANTUM_MU = 5
    RESERVOIR_MU = 300_000
    LONGEST_TRAIN = 2_000
    REWIND_STEPS = 210_000
    BATTERY_LOW_MV = 3500
    BATTERY_EMPTY_MV = 3300
    OCCLUSION_MBAR = 600


def _noise(count):
    """As random as a picture may be."""
    return bytes([index * 37 + 11 & 0xFF for index in range(count)])


def pages_loaded():
    """The modules of the menu that are in memory."""
    return [name for name in sys.modules if name.startswith("pump.ui.pages")]


def forget_pages():
    """What the app does at home again: the modules of the menu are let go."""
    for name in pages_loaded():
        del sys.modules[name]
    if hasattr(sys.modules["pump.ui"], "pages"):
        delattr(sys.modules["pump.ui"], "pages")


class Watched(Canvas):
    """A canvas that remembers what it was told, and what did not fit on it or ran into another."""

    def __init__(self, framebuf, frame, width, height):
        super().__init__(framebuf, frame, width, height)
        self.outside = []
        self.said = []
        self._places = []

    def clear(self):
        self.said = []
        self._places = []
        super().clear()

    def text(self, text, x, y, scale=1, inverse=False):
        self._put(text, x, y, (len(text) * 6 - 1) * scale, 8 * scale)
        super().text(text, x, y, scale, inverse)

    def big(self, text, x, y):
        end = super().big(text, x, y)
        self._put(text, x, y, end - x, 20)
        return end

    def _put(self, text, x, y, width, height):
        self.said.append(text)
        if not text.strip():
            return
        if x < 0 or y < 0 or x + width > self.width or y + height > self.height:
            self.outside.append(text)
        for other, left, top, right, foot in self._places:
            # The lowest row of a letter is for tails alone; between words there are two dots.
            if x < right + 2 and left < x + width + 2 and y < foot - 1 and top < y + height - 1:
                self.outside.append(other + " < > " + text)
        self._places.append((text, x, y, x + width, y + height))


class Bench:
    """Everything a face needs, and hands on the buttons."""

    language = 0  # of all that are made from now on
    pressed = None  # called with the bench, the button, and the screen's kind and depth before

    def __init__(self, past=None, started=True):
        self.settings = Settings()
        self.settings.set(st.LANGUAGE, self.language)
        self.settings.set(st.BOLUS_DELAY_S, 0)  # a bolus begins when it is confirmed
        profile = Profile(Board)
        # One burst a turn, 2,000 steps a second: what a picture shows hangs on nothing else.
        profile.burst_steps = profile.prime_burst_steps = profile.rewind_burst_steps = BURST_STEPS
        self.pump = Pump(profile, self.settings)
        self.journal = Journal(RamFiles())
        self.journal.recover()
        self.pump.remote.random = _noise
        self.ui = Ui(self.pump, "0.1.0", "pico", forget_pages, self.journal)
        self.ui.speak((texts, texts_de)[self.language])
        self.buffer = bytearray(WIDTH * HEIGHT // 8)
        self.frame = framebuf.FrameBuffer(self.buffer, WIDTH, HEIGHT, framebuf.MONO_VLSB)
        self.canvas = Watched(framebuf, self.frame, WIDTH, HEIGHT)
        self.sounds = []
        self.battery_mv = 4000
        self.pressure_mbar = 100
        self.motor_steps = 0
        self._minute_ms = 0
        self.stuck = False  # a burst under way does not end
        if started:
            (past or Recall()).begin(self.pump, 1, 0, (0, 1, 0))
            self.turn(0)

    def turn(self, elapsed_ms):
        """One turn of the app's loop."""
        pump = self.pump
        pump.advance(elapsed_ms)
        self._minute_ms += elapsed_ms
        if self._minute_ms >= 60_000:
            self._minute_ms %= 60_000
            pump.minute()
        pump.sense(self.battery_mv, self.pressure_mbar)
        self.ui.advance(elapsed_ms)
        self._write_log()
        if not self.stuck:
            steps = pump.next_burst()
            if steps:
                self.motor_steps += steps
                pump.moved(steps, False)
                self._write_log()
        sound = self.ui.take_sound()
        if sound:
            self.sounds.append(sound)

    def _write_log(self):
        outbox = self.pump.log.outbox
        while outbox:
            self.journal.append(outbox.pop(0))
        self.journal.commit()

    def run(self, milliseconds, turn_ms=TURN_MS):
        """Let time go by."""
        while milliseconds > 0:
            piece_ms = min(milliseconds, turn_ms)
            self.turn(piece_ms)
            milliseconds -= piece_ms

    def press(self, *buttons):
        """Press and let go, one after the other."""
        for button in buttons:
            before = type(self.ui._shown()).__name__, len(self.ui._stack)
            self.ui.gesture(button, keys.PRESS)
            self.turn(20)
            self.ui.gesture(button, keys.RELEASE)
            self.turn(20)
            if self.pressed:
                self.pressed(self, button, before)

    def hold(self, button):
        """Press for two seconds and let go."""
        self.ui.gesture(button, keys.PRESS)
        self.run(2000)
        self.ui.gesture(button, keys.HOLD)
        self.turn(20)
        self.ui.gesture(button, keys.RELEASE)
        self.turn(20)

    def look(self):
        """Draw, and return every text on the screen."""
        self.canvas.clear()
        self.ui.draw(self.canvas)
        assert not self.canvas.outside, self.canvas.outside
        return self.canvas.said

    def sees(self, text):
        """True when a text on the screen holds this one."""
        return any(text in said for said in self.look())

    def at_home(self):
        """True when the home screen is on top."""
        return self.ui.top() is self.ui._home and not self.ui.alarm

    def running(self):
        """True when the pump delivers."""
        return self.pump.state in (states.RUNNING, states.BOLUS)
