"""What a pump cannot check by itself: a person says whether they hear and see all of it."""

from micropython import const

from pump.core import events, selftest
from pump.ui import keys, sounds
from pump.ui.screen import Screen

_ASK = const(0)
_SOUNDS = const(1)  # and two more, by priority
_PICTURE_ASK = const(4)
_PICTURE = const(5)
_OVER = const(6)


class SelfTest(Screen):
    """Three sounds and a picture with every dot lit: OK when they are there, STOP when not."""

    keeps_lit = True

    def __init__(self, ui):
        super().__init__(ui)
        self._step = _ASK
        self._heard = True
        self._seen = True

    def press(self, button):
        """OK yes, STOP no, UP once more; before it begins and after it STOP leads back."""
        step = self._step
        if step in (_ASK, _PICTURE_ASK, _OVER):
            if button == keys.STOP or (step == _OVER and button == keys.OK):
                self.ui.back()
            elif button == keys.OK:
                self._go_on()
        elif button in (keys.OK, keys.STOP):
            self._answer(button == keys.OK)
        elif button == keys.UP and step != _PICTURE:
            self._play()

    def _answer(self, yes):
        if self._step == _PICTURE:
            self._seen = yes
            selftest.answered(self.pump, events.TEST_DISPLAY, yes)
        else:
            self._heard = self._heard and yes
            if self._step == _PICTURE_ASK - 1:
                selftest.answered(self.pump, events.TEST_BUZZER, self._heard)
        self._go_on()

    def _go_on(self):
        self._step += 1
        if self._step < _PICTURE_ASK:
            self._play()

    def _play(self):
        self.ui.play(sounds.BURSTS[self._step - _SOUNDS])

    def draw(self, canvas):
        """What is asked, or the picture."""
        say, words = self.say, self.words
        step = self._step
        if step == _PICTURE:
            canvas.fill(0, 0, canvas.width, canvas.height)
            return
        self.title(canvas, words.SELF_TEST)
        if step == _ASK:
            self.lines(canvas, words.SOUNDS_ASK)
            self.hints(canvas, words.BACK, words.OK_START)
        elif step < _PICTURE_ASK:
            self.lines(canvas, words.SOUND_ASK % (step - _SOUNDS + 1))
            self.hints(canvas, say.STOP_NO, say.OK_YES)
        elif step == _PICTURE_ASK:
            self.lines(canvas, words.PICTURE_ASK)
            self.hints(canvas, words.BACK, words.OK_START)
        else:
            right = self._heard and self._seen
            self.lines(canvas, words.TEST_GOOD if right else words.TEST_BAD)
            self.hints(canvas, "", say.OK_BACK)
