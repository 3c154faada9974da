"""The canvas: letters, numbers, bars and icons put on a one-bit frame.

A frame is anything that draws like MicroPython's framebuf.FrameBuffer in MONO_VLSB. Letters are
copied by `blit` out of one small cell, which costs no memory; a big digit keeps its own frame.
Positions are the top left dot; `inverse` draws dark on a ground that the caller has lit.
"""

from micropython import const

from pump.ui import font

CELL_WIDTH = const(6)
CELL_HEIGHT = const(8)
BIG_HEIGHT = const(20)
_COLUMNS = const(5)
_BIG_GAP = const(2)
_BIG_PAGES = const(3)
_FIRST = const(32)
_LAST = const(126)
_LAST_AT = const(470)  # where the columns of the last plain letter begin
_UNKNOWN = const(63)
_BATTERY_WIDTH = const(19)
_BATTERY_HEIGHT = const(9)

# A nibble with every dot doubled, for letters of twice the size.
_DOUBLED = b"\x00\x03\x0c\x0f\x30\x33\x3c\x3f\xc0\xc3\xcc\xcf\xf0\xf3\xfc\xff"


def text_width(text, scale=1):
    """Dots that a text takes, without the gap behind its last letter."""
    return (len(text) * CELL_WIDTH - 1) * scale if text else 0


def big_width(text):
    """Dots that a text of big digits takes."""
    width = -_BIG_GAP
    for letter in text:
        width += font.BIG_WIDTHS[font.BIG_LETTERS.find(letter)] + _BIG_GAP
    return width if text else 0


class Canvas:
    """Draws on `frame`; `framebuf` is the module (or its like) that makes small frames."""

    def __init__(self, framebuf, frame, width=128, height=64):
        self.frame = frame
        self.width = width
        self.height = height
        make = framebuf.FrameBuffer
        layout = framebuf.MONO_VLSB
        self._cell = bytearray(CELL_WIDTH)
        self._cell_frame = make(self._cell, CELL_WIDTH, 8, layout)
        self._twice = bytearray(CELL_WIDTH * 4)
        self._twice_frame = make(self._twice, CELL_WIDTH * 2, 16, layout)
        self._icon = bytearray(8)
        self._icon_frame = make(self._icon, 8, 8, layout)
        self._swap = make(bytearray(b"\x01\x00"), 2, 1, layout)
        self._big = []
        columns = memoryview(bytearray(font.BIG))
        at = 0
        for width in font.BIG_WIDTHS:
            to = at + width * _BIG_PAGES
            self._big.append(make(columns[at:to], width, _BIG_PAGES * 8, layout))
            at = to

    def clear(self):
        """All dots dark."""
        self.frame.fill(0)

    def fill(self, x, y, width, height, ink=1):
        """A filled rectangle."""
        self.frame.fill_rect(x, y, width, height, ink)

    def box(self, x, y, width, height, ink=1):
        """An empty rectangle with its corners off, so that it looks round."""
        self.frame.hline(x + 1, y, width - 2, ink)
        self.frame.hline(x + 1, y + height - 1, width - 2, ink)
        self.frame.vline(x, y + 1, height - 2, ink)
        self.frame.vline(x + width - 1, y + 1, height - 2, ink)

    def plate(self, x, y, width, height):
        """A lit, round-looking rectangle for dark letters."""
        self.frame.fill_rect(x + 1, y, width - 2, height, 1)
        self.frame.fill_rect(x, y + 1, width, height - 2, 1)

    def line(self, y, x=0, width=None):
        """A line from left to right, the whole width unless told."""
        self.frame.hline(x, y, self.width - x if width is None else width, 1)

    def text(self, text, x, y, scale=1, inverse=False):
        """Letters of 5 x 7 dots in cells of 6 x 8, or twice as large with scale 2."""
        if scale == 2:
            self._text_twice(text, x, y, inverse)
            return
        # One by one: four at once would make a tuple.
        frame = self.frame
        cell = self._cell
        cell_frame = self._cell_frame
        small = font.SMALL
        key = 1 if inverse else 0
        palette = self._swap if inverse else None
        for letter in text:
            at = (ord(letter) - _FIRST) * _COLUMNS
            if at > _LAST_AT:
                at = _place(letter)
            if at:
                # Written out and without calls: letters are what drawing takes its time for.
                cell[0] = small[at]
                cell[1] = small[at + 1]
                cell[2] = small[at + 2]
                cell[3] = small[at + 3]
                cell[4] = small[at + 4]
                frame.blit(cell_frame, x, y, key, palette)
            x += CELL_WIDTH

    def _text_twice(self, text, x, y, inverse):
        frame = self.frame
        twice = self._twice
        twice_frame = self._twice_frame
        small = font.SMALL
        key = 1 if inverse else 0
        palette = self._swap if inverse else None
        doubled = _DOUBLED
        for letter in text:
            at = _place(letter)
            to = 0
            while to < 10:
                dots = small[at]
                twice[to] = twice[to + 1] = doubled[dots & 15]
                twice[to + 12] = twice[to + 13] = doubled[dots >> 4]
                at += 1
                to += 2
            frame.blit(twice_frame, x, y, key, palette)
            x += 2 * CELL_WIDTH

    def text_right(self, text, right, y, scale=1, inverse=False):
        """A text whose last dot is left of `right`."""
        self.text(text, right - text_width(text, scale), y, scale, inverse)

    def text_center(self, text, y, scale=1, inverse=False, left=0, right=None):
        """A text in the middle between `left` and `right` (the whole width unless told)."""
        room = (self.width if right is None else right) - left
        self.text(text, left + (room - text_width(text, scale) + 1) // 2, y, scale, inverse)

    def big(self, text, x, y):
        """Digits 20 dots high; returns the first free column behind them."""
        for letter in text:
            at = font.BIG_LETTERS.find(letter)
            self.frame.blit(self._big[at], x, y, 0)
            x += font.BIG_WIDTHS[at] + _BIG_GAP
        return x - _BIG_GAP

    def icon(self, columns, x, y, inverse=False):
        """One of the icons of the font, eight rows high."""
        for at in range(8):
            self._icon[at] = columns[at] if at < len(columns) else 0
        if inverse:
            self.frame.blit(self._icon_frame, x, y, 1, self._swap)
        else:
            self.frame.blit(self._icon_frame, x, y, 0)

    def bar(self, x, y, width, height, part, whole):
        """A frame filled from the left as far as `part` is of `whole`."""
        self.box(x, y, width, height)
        part = min(max(part, 0), whole)
        if whole > 0:
            self.frame.fill_rect(x + 2, y + 2, (width - 4) * part // whole, height - 4, 1)

    def battery(self, x, y, percent):
        """A battery of 19 x 9 dots; `percent` below 0 leaves it crossed out: not known."""
        frame = self.frame
        frame.rect(x, y, _BATTERY_WIDTH - 2, _BATTERY_HEIGHT, 1)
        frame.fill_rect(x + _BATTERY_WIDTH - 2, y + 3, 2, 3, 1)
        if percent < 0:
            frame.line(x + 3, y + 6, x + 13, y + 2, 1)
        else:
            frame.fill_rect(x + 2, y + 2, 13 * min(percent, 100) // 100, _BATTERY_HEIGHT - 4, 1)


def _place(letter):
    """Where a letter's columns begin; a letter that the font has not is a question mark."""
    code = ord(letter)
    if not _FIRST <= code <= _LAST:
        more = font.MORE.find(letter)
        code = _LAST + 1 + more if more >= 0 else _UNKNOWN
    return (code - _FIRST) * _COLUMNS
