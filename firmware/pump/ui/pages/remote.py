"""Pairing a program that may give commands: shows the code of a new one, ends an old one."""

from micropython import const

from pump.core import events
from pump.ui import keys, sounds
from pump.ui.screen import Screen

# No I, L, O and U: they are read as something else.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_BYTES = const(10)
_SHOWN_S = const(180)
_VALID_S = const(10)  # after the last turn in which it was shown; the app sleeps 4 s at most


class Remote(Screen):
    """Says whether a program is paired. OK shows a code, or asks whether to end it."""

    keeps_lit = True

    def __init__(self, ui):
        super().__init__(ui)
        self._ends_s = 0  # when the code goes; 0: none is shown
        self._asked = False

    def press(self, button):
        """OK forward, STOP back."""
        if button == keys.STOP:
            if self._asked:
                self._asked = False
            else:
                self.ui.back()
            self._hide()
        elif button == keys.OK and not self._ends_s:
            self._forward()

    def _forward(self):
        remote = self.pump.remote
        if not remote.paired():
            remote.code = _code_of(remote.random(_CODE_BYTES))
            remote.wrong_codes = 0
            self._ends_s = self.pump.clock.uptime_s + _SHOWN_S
            self._keep()
        elif not self._asked:
            self._asked = True
        else:
            self._asked = False
            remote.pair(b"", events.SOURCE_BUTTONS)
            self.pump.settings_dirty = True
            self.ui.play(sounds.STOPPED)

    def advance(self):
        """A code holds while it is shown, for three minutes or until a program used it."""
        if not self._ends_s:
            return
        remote = self.pump.remote
        if remote.paired():
            # It stays good for a moment: the program may not have got the answer.
            self._ends_s = 0
            self.ui.play(sounds.END)
            self.ui.attend()
        elif not remote.code or self.pump.clock.uptime_s >= self._ends_s:
            self._hide()
        else:
            self._keep()

    def _keep(self):
        self.pump.remote.code_until_s = self.pump.clock.uptime_s + _VALID_S

    def _hide(self):
        self._ends_s = 0
        self.pump.remote.code = b""
        self.ui.dirty = True

    def interrupted(self):
        """An alarm comes first: no code, no question under it."""
        self._asked = False
        self._hide()

    def stays(self) -> bool:
        """While a code is shown: it is being typed."""
        return self._ends_s > 0

    def view(self) -> int:
        """Changes when a program was paired."""
        return 1 if self.pump.remote.paired() else 0

    def draw(self, canvas):
        """The code, or what is so now."""
        say, words = self.say, self.words
        self.title(canvas, words.REMOTE, words.PAIR_LINE if self._ends_s else "")
        if self._ends_s:
            code = self.pump.remote.code.decode()
            canvas.text_center(code[:4] + " " + code[4:8], 16, 2)
            canvas.text_center(code[8:12] + " " + code[12:], 35, 2)
            self.hints(canvas, words.BACK)
        elif self._asked:
            self.lines(canvas, words.FORGET_ASK)
            self.hints(canvas, say.STOP_NO, say.OK_YES)
        elif self.pump.remote.paired():
            self.lines(canvas, words.PAIRED)
            self.hints(canvas, words.BACK, words.OK_FORGET)
        else:
            self.lines(canvas, words.NOT_PAIRED)
            self.hints(canvas, words.BACK, words.OK_CODE)


def _code_of(noise):
    """10 random bytes as 16 letters of five bits each."""
    bits = int.from_bytes(noise, "big")
    letters = [_LETTERS[bits >> shift & 31] for shift in range(0, 80, 5)]
    return "".join(letters).encode()
