"""The way from a user's mode to the clinician's: a code of four keys."""

from pump.core import codes, modes
from pump.ui import keys, sounds
from pump.ui.screen import Message, Screen, reason, refused

_KEYS = 4


def page(ui):
    """The entry of the code, or that it has to wait."""
    if modes.waits(ui.pump):
        ui.refuse()
        return Message(ui, ui.texts.REFUSED, reason(ui, codes.TOO_MANY))
    return CodeEntry(ui)


class CodeEntry(Screen):
    """UP, DOWN and OK are its digits, STOP leads back."""

    def __init__(self, ui):
        super().__init__(ui)
        self._pressed = 0
        self._code = 0

    def press(self, button):
        """One more of the code."""
        if button == keys.STOP:
            self.ui.back()
            return
        self._code = self._code * 10 + button + 1  # UP 1, DOWN 2, OK 3
        self._pressed += 1
        if self._pressed == _KEYS:
            self._enter()

    def repeats(self, button):
        """A key that is held is one press."""

    def _enter(self):
        code = modes.leave(self.pump, self._code)
        self._pressed = self._code = 0
        self.ui.go_home()
        if code == codes.OK:
            self.ui.play(sounds.START)
        else:
            refused(self.ui, code)

    def view(self) -> int:
        """How many there are."""
        return self._pressed

    def draw(self, canvas):
        """How many of the four there are, and not which."""
        self.title(canvas, self.words.CLINICIAN)
        self.lines(canvas, self.words.CODE_ASK, 14)
        canvas.text_center(" ".join("*" * self._pressed + "-" * (_KEYS - self._pressed)), 38, 2)
        self.hints(canvas, self.words.BACK)
