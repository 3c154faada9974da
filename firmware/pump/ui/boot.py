"""The first picture after power-on: the name, and what it is not."""

from pump.ui.screen import Screen


class Boot(Screen):
    """Shown for two seconds; a press goes through to the home screen."""

    def draw(self, canvas):
        """Name, version, and that this is not a medical device."""
        say = self.say
        canvas.text_center(say.NAME, 8, 2)
        canvas.text_center(self.ui.version, 27)
        canvas.plate(0, 42, canvas.width, 21)
        canvas.text_center(say.NOT_MEDICAL, 44, 1, True)
        canvas.text_center(say.WATER, 53, 1, True)
