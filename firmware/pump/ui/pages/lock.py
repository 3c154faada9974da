"""What keys do under the child lock: nothing, until pressed in an order that is shown."""

from pump.core import states
from pump.ui import keys
from pump.ui.screen import Screen

_ORDER = (keys.UP, keys.DOWN, keys.UP, keys.OK)


class Locked(Screen):
    """The order of keys that unlocks. STOP leads back, and has done its work before."""

    unlocks = True

    def __init__(self, ui):
        super().__init__(ui)
        self._at = 0

    def press(self, button):
        """On, or from the beginning."""
        if button == keys.STOP:
            self.ui.back()
        elif button != _ORDER[self._at]:
            self._at = 1 if button == _ORDER[0] else 0
            self.ui.refuse()
        elif self._at + 1 == len(_ORDER):
            self.ui.unlock()
        else:
            self._at += 1

    def repeats(self, button):
        """A key that is held is one press."""

    def view(self) -> int:
        """How far it is."""
        return self._at

    def draw(self, canvas):
        """The keys, how many of them were pressed, and what STOP does."""
        say = self.say
        self.title(canvas, say.LOCKED)
        canvas.text_center(say.UNLOCK, 15)
        canvas.text_center("↑ ↓ ↑ OK", 26, 2)
        canvas.text_center("* " * self._at + "- " * (len(_ORDER) - self._at), 44)
        if self.pump.bolus.active:
            self.hints(canvas, say.STOPS)
        elif self.pump.state == states.RUNNING:
            self.hints(canvas, say.HOLD_SUSPEND)
