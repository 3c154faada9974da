"""Lists with a lit row that UP and DOWN move."""

from micropython import const

from pump.ui import keys
from pump.ui.screen import Screen

_ROWS = const(5)
_FIRST_Y = const(13)
_PITCH = const(10)


class ListScreen(Screen):
    """A list; what is in it comes from the subclass by `count`, `row` and `chosen`."""

    def __init__(self, ui, name):
        super().__init__(ui)
        self.name = name
        self.at = 0
        self._top = 0

    def count(self):
        """How many rows."""
        raise NotImplementedError

    def row(self, index):
        """(text at the left, text at the right)."""
        raise NotImplementedError

    def chosen(self, index):
        """OK was pressed on a row."""
        raise NotImplementedError

    def aside(self):
        """What stands in the title at the right: how far down one is."""
        count = self.count()
        return "%d/%d" % (self.at + 1, count) if count > _ROWS else ""

    def press(self, button):
        """UP and DOWN move, OK chooses, STOP leads back."""
        if button == keys.STOP:
            self.ui.back()
        elif button == keys.OK:
            if self.at < self.count():
                self.chosen(self.at)
        else:
            self._step(-1 if button == keys.UP else 1)

    def _step(self, by):
        self.at = min(max(self.at + by, 0), max(0, self.count() - 1))

    def draw(self, canvas):
        """Title and as many rows as there is room for, with a mark how far down one is."""
        count = self.count()
        self.at = min(self.at, max(0, count - 1))
        self._top = max(min(self._top, self.at), self.at - _ROWS + 1)
        self.title(canvas, self.name, self.aside())
        for place in range(min(_ROWS, count - self._top)):
            index = self._top + place
            y = _FIRST_Y + place * _PITCH
            lit = index == self.at
            if lit:
                canvas.plate(0, y - 1, canvas.width, _PITCH)
            left, right = self.row(index)
            canvas.text(left, 2, y, 1, lit)
            canvas.text_right(right, canvas.width - 2, y, 1, lit)
