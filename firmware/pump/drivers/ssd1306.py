"""Shows a frame buffer on an SSD1306 or SH1106 by I2C: only what changed, a little at a time."""

from micropython import const

_RETRY_MS = const(5000)
# A panel whose supply dipped is dark and we would never know: it acknowledges as before.
_REFRESH_MS = const(60_000)
_TICKS_MASK = const(0x3FFFFFFF)

_COMMANDS = const(0x00)  # control byte: only commands follow (datasheet 8.1.5.2)
_DATA = const(0x40)  # control byte: only data follow
_SET_PAGE = const(0xB0)
_SET_COLUMN_LOW = const(0x00)
_SET_COLUMN_HIGH = const(0x10)
_DISPLAY_OFF = const(0xAE)
_DISPLAY_ON = const(0xAF)
_NOP = const(0xE3)
# The SH1106 has 132 columns of memory, and its glass shows those from the third on.
_SH1106_FIRST = const(2)
_SSD1306_OWN = bytes((0x8D, 0x14, 0x20, 0x02))  # its charge pump on; page addressing
_SH1106_OWN = bytes((0xAD, 0x8B))  # its converter on; it has no other addressing


class SSD1306:
    """A 128-wide panel of `height` rows (64 or 32). `framebuf` is MicroPython's module.

    Draw on `.frame`, then show(); step() sends one run of changed columns of one page at a
    time, 129 bytes at most, 3.1 ms at 400 kHz, so a loop is never held for a whole frame (23 ms).
    A panel that is missing, or a bus that hangs, never raises: `.present` is false and it is
    tried again every 5 s. Page addressing mode alone is used, which the SH1106 knows as well.
    """

    def __init__(self, i2c, framebuf, width=128, height=64, address=0x3C, sh1106=False):
        self._i2c = i2c
        self._address = address
        self._width = width
        self._pages = height // 8
        self.width = width
        self.height = height
        self.buffer = bytearray(width * self._pages)
        self.frame = framebuf.FrameBuffer(self.buffer, width, height, framebuf.MONO_VLSB)
        self.present = False
        own = _SH1106_OWN if sh1106 else _SSD1306_OWN
        self._first = _SH1106_FIRST if sh1106 else 0
        self._begin = _begin_commands(height, _DISPLAY_OFF, own)
        self._refresh = _begin_commands(height, _NOP, own)
        self._sent = bytearray(len(self.buffer))
        # Made once: comparing two views is one C call and allocates nothing.
        self._now_rows = self._rows(self.buffer)
        self._sent_rows = self._rows(self._sent)
        self._message = bytearray(width + 1)
        self._message[0] = _DATA
        self._message_view = memoryview(self._message)
        self._where = bytearray((_COMMANDS, 0, 0, 0))
        self._power = bytearray((_COMMANDS, _DISPLAY_ON))
        self._awake = True
        self._power_due = False
        self._dirty = True
        self._whole = 0  # pages of which nothing is known, as bits
        self._next_page = 0
        self._tried = None
        self._started = 0

    def show(self):
        """The frame is complete: let step() bring it to the panel."""
        self._dirty = True

    def sleep(self, on):
        """Switch the panel dark (true) or on (false), at the next step(). Its picture is kept."""
        if self._awake == (not on):
            return
        self._awake = not on
        self._power_due = True

    def step(self, now_ms):
        """Send one piece of what is due; True if more is. At most 129 bytes and 4 of address.

        now_ms: ticks_ms() or any count of milliseconds. Allocates nothing when nothing is due.
        """
        if not self._ready(now_ms):
            return False
        if not (self._dirty or self._power_due):
            return False
        try:
            return self._send_piece()
        except OSError:
            self.present = False
            self._tried = now_ms
            return False

    def _ready(self, now_ms):
        """Whether there is a panel to send to; sets one up when that is due."""
        if self.present:
            if not self._awake or (now_ms - self._started) & _TICKS_MASK < _REFRESH_MS:
                return True
        elif self._tried is not None and (now_ms - self._tried) & _TICKS_MASK < _RETRY_MS:
            return False
        try:
            self._i2c.writeto(self._address, self._refresh if self.present else self._begin)
        except OSError:
            self.present = False
            self._tried = now_ms
            return False
        self.present = True
        self._started = now_ms
        self._whole = (1 << self._pages) - 1
        self._dirty = True
        self._power_due = True
        return True

    def _send_piece(self):
        for _ in range(self._pages):
            page = self._next_page
            self._next_page = page + 1 if page + 1 < self._pages else 0
            if self._whole >> page & 1:
                self._send_page(page)
                self._whole &= ~(1 << page)
                return True
            if self._now_rows[page] != self._sent_rows[page]:
                first, end = self._changed(page)
                self._send(page, first, end)
                return True
        self._dirty = False
        if self._power_due:  # last, so that a panel lights up with our picture, not with noise
            self._power[1] = _DISPLAY_ON if self._awake else _DISPLAY_OFF
            self._i2c.writeto(self._address, self._power)
            self._power_due = False
        return False

    def _changed(self, page):
        """First column that differs, and the one after the last."""
        now = self._now_rows[page]
        sent = self._sent_rows[page]
        first = 0
        while now[first] == sent[first]:
            first += 1
        end = self._width
        while now[end - 1] == sent[end - 1]:
            end -= 1
        return first, end

    def _send_page(self, page):
        """A whole page, byte by byte: a refresh comes when nothing else is due, so no slices."""
        row = self._now_rows[page]
        message = self._message
        for column in range(self._width):
            message[column + 1] = row[column]
        self._go_to(page, 0)
        self._i2c.writeto(self._address, message)
        if row != self._sent_rows[page]:
            self._sent_rows[page][:] = row

    def _go_to(self, page, column):
        where = self._where
        column += self._first
        where[1] = _SET_PAGE | page
        where[2] = _SET_COLUMN_LOW | (column & 15)
        where[3] = _SET_COLUMN_HIGH | (column >> 4)
        self._i2c.writeto(self._address, where)

    def _send(self, page, first, end):
        self._go_to(page, first)
        count = end - first
        piece = self._now_rows[page][first:end]
        self._message_view[1 : count + 1] = piece
        self._i2c.writeto(self._address, self._message_view[: count + 1])
        self._sent_rows[page][first:end] = piece

    def _rows(self, buffer):
        view = memoryview(buffer)
        width = self._width
        return tuple(view[page * width : (page + 1) * width] for page in range(self._pages))


def _begin_commands(height, first, own):
    """The panel's set-up in one message, dark until its first picture is in (datasheet 10.1)."""
    common = bytes(
        (
            _COMMANDS,
            first,
            0xD5, 0x80,  # oscillator as after reset
            0xA8, height - 1,  # multiplex ratio
            0xD3, 0x00,  # no vertical shift
            0x40,  # first line on top
            0xA1,  # column 127 is SEG0 ...
            0xC8,  # ... and rows run backwards: the usual way up of these modules
            0xDA, 0x02 if height == 32 else 0x12,  # how the rows are wired
            0x81, 0xCF,  # contrast of the application note
            0xD9, 0xF1,  # pre-charge for the internal pump
            0xDB, 0x40,  # VCOMH
            0xA4,  # show the RAM
            0xA6,  # lit means 1
        )
    )  # fmt: skip
    return common + own
