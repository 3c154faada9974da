"""What every screen has in common: its place in the face, a title above and hints below."""

from micropython import const

from pump.core import codes, states
from pump.ui import keys

TOP = const(14)  # first free row under the title
_TITLE_HEIGHT = const(11)
_HINT_Y = const(56)


def mix(sum_so_far, value):
    """Fold a value into a sum that tells views apart; it stays a small integer."""
    return (sum_so_far * 31 + (value & 0xFFFFFF)) & 0xFFFFFF


class Screen:
    """A screen of the face: takes presses, draws itself."""

    shows_bolus = False  # that runs, or has just ended
    leads = False  # through other screens, which come back to it when they are done
    unlocks = False  # the one page that keys reach under the child lock
    keeps_lit = False  # a screen on which OK acts must be seen
    wait_ms = 60_000  # how long nothing happens on it by itself

    def __init__(self, ui):
        self.ui = ui
        self.pump = ui.pump
        self.say = ui.texts
        self.words = ui.words

    def press(self, button):
        """A button went down. STOP leads back unless said otherwise."""
        if button == keys.STOP:
            self.ui.back()

    def repeats(self, button):
        """UP or DOWN is held: as if it were pressed again."""
        self.press(button)

    def advance(self):
        """Time went by: look at the pump."""

    def interrupted(self):
        """An alarm came, or the dark: whatever one more OK would confirm must be asked anew."""

    def returned(self):
        """A page that this screen led through is done."""

    def stays(self) -> bool:
        """True while this screen must not be left for want of presses."""
        return False

    def view(self) -> int:
        """A number that differs when the picture would differ. Must not allocate."""
        return 0

    def draw(self, canvas):
        """Draw on a dark canvas."""

    def title(self, canvas, left, right=""):
        """The lit line at the top."""
        canvas.fill(0, 0, canvas.width, _TITLE_HEIGHT)
        canvas.text(left, 2, 2, 1, True)
        canvas.text_right(right, canvas.width - 2, 2, 1, True)

    def hints(self, canvas, left, right=""):
        """What the buttons do, at the foot."""
        canvas.text(left, 0, _HINT_Y)
        canvas.text_right(right, canvas.width, _HINT_Y)

    def lines(self, canvas, text, y=TOP + 4):
        """Lines of text with | between them, one below the other."""
        for line in text.split("|"):
            canvas.text(line, 0, y)
            y += 11


class Page(Screen):
    """A page to read: OK and STOP lead back."""

    def press(self, button):
        """Back."""
        if button in (keys.OK, keys.STOP):
            self.ui.back()


class Message(Page):
    """A title and lines that say what came of a press."""

    def __init__(self, ui, title, text):
        super().__init__(ui)
        self._title = title
        self._text = text

    def draw(self, canvas):
        """Title and lines."""
        self.title(canvas, self._title)
        self.lines(canvas, self._text)
        self.hints(canvas, "", self.say.OK_BACK)


def refused(ui, code):
    """Show why the core refused."""
    ui.refuse()
    ui.open_loaded(lambda ui: Message(ui, ui.texts.REFUSED, reason(ui, code)))


def delivers(ui):
    """Whether a dose can be ordered now; tells why not before anybody has typed one."""
    pump = ui.pump
    code = codes.OK if pump.state == states.BOLUS else pump.why_not(states.GIVE_BOLUS)
    if code != codes.OK:
        refused(ui, code)
    return code == codes.OK


def reason(ui, code):
    """The lines that say why the core refused."""
    if ui.texts.LANGUAGE:
        from pump.ui.pages.reasons_de import REASONS
    else:
        from pump.ui.pages.reasons import REASONS
    return REASONS[code]
