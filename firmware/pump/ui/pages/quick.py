"""The quick bolus, for who does not look: count steps by tones, hear the count, repeat it.

OK held at home begins it with a tone that climbs. Each press of UP is a step, with a tone that is
higher than the one before. When no press has come for three seconds the pump sounds the count.
DOWN, pressed as often, repeats it, with the same tones; three seconds later the bolus begins. The
other key, because one that bounces would miscount both alike, and because nothing in a pocket
presses three keys in an order. Whatever does not fit ends it with the tone of a refusal: nothing
is given.
"""

from micropython import const

from pump.core import codes, events, quick_bolus
from pump.core import settings as st
from pump.core.quick_bolus import MOST_PRESSES
from pump.ui import canvas as cv
from pump.ui import figures, keys, sounds
from pump.ui.pages.bolus_run import BolusRun
from pump.ui.pages.language import bolus_words
from pump.ui.screen import Message, Screen, mix, reason, refused

_COUNT = const(0)
_ECHO = const(1)
_REPEAT = const(2)

_DOSE_Y = const(15)
_COUNT_Y = const(38)
_PAUSE_MS = const(3_000)  # ends a count
_BEGIN_MS = const(10_000)  # most time before its first press
_PULSE_MS = const(60)  # shorter than any of an alarm
_GAP_MS = const(240)
_BASE_HZ = const(900)
_RISE_HZ = const(120)
_BEGIN = ((900, 100), (1_200, 100), (1_600, 100), (2_100, 100))


def page(ui):
    """The count, or why there can be no bolus now."""
    step_mu = ui.pump.settings.get(st.QUICK_STEP_MU)
    # Loads the limits too: here want of memory is refused, at a press it would stop the pump.
    code, _ = ui.pump.check_bolus(step_mu)
    if code != codes.OK:
        ui.refuse()
        return Message(ui, ui.texts.REFUSED, reason(ui, code))
    ui.play(_BEGIN)
    return QuickBolus(ui, step_mu)


def tone(count):
    """Of a press: the higher the more there were."""
    return ((_BASE_HZ + _RISE_HZ * count, _PULSE_MS),)


def echo(count):
    """So many pulses, which climb as the presses did."""
    pattern = []
    for at in range(count):
        pattern += [tone(at + 1)[0], (0, _GAP_MS)]
    return tuple(pattern)


class QuickBolus(Screen):
    """UP counts, DOWN repeats, STOP ends it."""

    keeps_lit = True
    wait_ms = 50

    def __init__(self, ui, step_mu):
        super().__init__(ui)
        self.bolus_say = bolus_words(ui)
        self._step_mu = step_mu
        self._stage = _COUNT
        self._counted = 0
        self._repeated = 0
        self._waiting = self.pump.alarms.waiting
        self._since_s = self._since_ms = 0
        self._wait_from_here()

    def press(self, button):
        """Count, repeat; any other key ends it."""
        if self._stage == _COUNT and button == keys.UP and self._counted < MOST_PRESSES:
            self._counted += 1
            self.ui.play(tone(self._counted))
        elif self._stage == _REPEAT and button == keys.DOWN:
            self._repeated += 1
            self.ui.play(tone(self._repeated))
        else:
            self._cancel()
        self._wait_from_here()

    def repeats(self, button):
        """A key that is held counts once."""

    def advance(self):
        """The pauses end a count; whatever else happens to the pump ends it all."""
        pump = self.pump
        if pump.alarms.waiting != self._waiting or pump.check_bolus(self._step_mu)[0] != codes.OK:
            self._cancel()
            return
        waited_ms = self._waited_ms()
        if self._stage == _ECHO:
            if waited_ms >= self._counted * (_PULSE_MS + _GAP_MS):
                self._stage = _REPEAT
                self._wait_from_here()
                self.ui.dirty = True
            return
        presses = self._counted if self._stage == _COUNT else self._repeated
        if presses and waited_ms >= _PAUSE_MS:
            if self._stage == _COUNT:
                self._sound_count()
            else:
                self._give()
        elif not presses and waited_ms >= _BEGIN_MS:
            self._cancel()

    def interrupted(self):
        """An alarm: whoever counts must not have to tell its tones from theirs."""
        self._cancel()

    def _sound_count(self):
        code, _ = self.pump.check_bolus(self._counted * self._step_mu)
        if code != codes.OK:
            self._refused(code)
            return
        self._stage = _ECHO
        self._wait_from_here()
        self.ui.play(echo(self._counted))
        self.ui.dirty = True

    def _give(self):
        code = quick_bolus.give(
            self.pump, self._counted, self._repeated, self._step_mu, events.SOURCE_BUTTONS
        )
        if code == codes.OK:
            self.ui.play(sounds.START)
            self.ui.replace(BolusRun(self.ui))
        else:
            self._refused(code)

    def _cancel(self):
        self.ui.go_home()
        self.ui.refuse()

    def _refused(self, code):
        self.ui.go_home()
        refused(self.ui, code)

    def _wait_from_here(self):
        clock = self.pump.clock
        self._since_s, self._since_ms = clock.uptime_s, clock.uptime_ms

    def _waited_ms(self):
        clock = self.pump.clock
        return (clock.uptime_s - self._since_s) * 1000 + clock.uptime_ms - self._since_ms

    def view(self) -> int:
        """Where it stands."""
        return mix(mix(self._stage, self._counted), self._repeated)

    def draw(self, canvas):
        """The dose and the count, both large."""
        say = self.bolus_say
        self.title(canvas, say.QUICK)
        dose = figures.dose(self._counted * self._step_mu)
        left = (canvas.width - cv.big_width(dose) - 18) // 2
        canvas.text(self.say.UNIT, canvas.big(dose, left, _DOSE_Y) + 6, _DOSE_Y + 6, 2)
        count = "%d x %s" % (self._counted, figures.dose(self._step_mu))
        if self._stage == _REPEAT:
            count = "↓ %d / %d" % (self._repeated, self._counted)
        canvas.text_center(count, _COUNT_Y, 2)
        hint = (say.QUICK_MORE, say.QUICK_LISTEN, say.QUICK_REPEAT)[self._stage]
        self.hints(canvas, hint, self.say.STOP_NO)
