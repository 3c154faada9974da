"""Screens that ask before something is done: at once, or about what was chosen on them."""

from pump.core import codes
from pump.ui import keys, sounds
from pump.ui.screen import Screen, refused


class Ask(Screen):
    """A question, after stages in which is chosen what it is about.

    OK goes on, and does at the last stage what is asked; STOP leads back one.
    """

    keeps_lit = True
    asked = 0  # the stage of the question, the last one
    sound = sounds.START

    def __init__(self, ui):
        super().__init__(ui)
        self.stage = 0

    def change(self, by):
        """UP (1) or DOWN (-1), before the question."""

    def forward(self):
        """OK before the question."""
        self.stage += 1

    def act(self):
        """Do what was asked; returns a code."""
        raise NotImplementedError

    def done(self):
        """It was done: leave."""
        self.ui.go_home()

    def press(self, button):
        """UP and DOWN change, OK goes on, STOP back one."""
        if button == keys.STOP:
            if self.stage:
                self.stage -= 1
            else:
                self.ui.back()
        elif button == keys.OK:
            if self.stage == self.asked:
                self.confirm()
            else:
                self.forward()
        elif self.stage < self.asked:
            self.change(1 if button == keys.UP else -1)

    def confirm(self):
        """OK to the question."""
        if self.stage:
            self.stage -= 1  # if it is refused, it is asked anew
        code = self.act()
        if code == codes.OK:
            self.ui.play(self.sound)
            self.done()
        else:
            refused(self.ui, code)

    def interrupted(self):
        """Ask anew: from the last choice, or from where it was opened."""
        if not self.asked:
            self.ui.back()
        elif self.stage == self.asked:
            self.stage -= 1


class AskValue(Ask):
    """A value in place of the one that is so now: both are shown."""

    asked = 1

    def is_new(self):
        """Whether the two differ."""
        raise NotImplementedError

    def forward(self):
        """Only what differs is asked for."""
        if self.is_new():
            self.stage = self.asked
        else:
            self.ui.back()

    def done(self):
        """Back to the list."""
        self.ui.back()

    def draw_values(self, canvas, new, old):
        """The new one, large, with the old one below; or both with the question."""
        say, words = self.say, self.words
        old = words.WAS + " " + old
        if self.stage:
            canvas.text(old, 0, 15)
            canvas.text(new, 0, 25, 2)
            canvas.text(words.CHANGE_SETTING, 0, 44)
            self.hints(canvas, say.STOP_NO, say.OK_YES)
            return
        canvas.text_center(new, 20, 2)
        if self.is_new():
            canvas.text_center(old, 41)
            self.hints(canvas, words.CHANGE, words.OK_SAVE)
        else:
            self.hints(canvas, words.CHANGE, say.OK_BACK)
