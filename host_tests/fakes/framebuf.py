"""MicroPython's `framebuf` for CPython: the one-bit FrameBuffer, dot for dot like the real one.

Source of the behaviour: extmod/modframebuf.c of MicroPython 1.26. Only what the pump's drawing can
need is here; `text` is left out on purpose, because the pump draws its own letters.
host_tests/ui/test_framebuf.py runs the same drawing on this and on the real module.
"""

MONO_VLSB = 0
MVLSB = 0


class FrameBuffer:
    """A picture of one bit a dot, eight rows to a byte, over the caller's buffer."""

    def __init__(self, buffer, width, height, format, stride=None):
        if format != MONO_VLSB:
            raise ValueError("invalid format")
        if stride is None:
            stride = width
        if width < 1 or height < 1 or width > 0xFFFF or height > 0xFFFF or stride < width:
            raise ValueError
        if (height + 7) // 8 * stride > len(buffer):
            raise ValueError
        self._buffer = buffer
        self._width = width
        self._height = height
        self._stride = stride

    def _inside(self, x, y):
        return 0 <= x < self._width and 0 <= y < self._height

    def _set(self, x, y, ink):
        at = (y >> 3) * self._stride + x
        bit = 1 << (y & 7)
        if ink:
            self._buffer[at] |= bit
        else:
            self._buffer[at] &= ~bit & 0xFF

    def _get(self, x, y):
        return self._buffer[(y >> 3) * self._stride + x] >> (y & 7) & 1

    def fill(self, c):
        """Every dot of the picture."""
        self.fill_rect(0, 0, self._width, self._height, c)

    def pixel(self, x, y, c=None):
        """Set a dot, or without `c` return it (None outside of the picture)."""
        if not self._inside(x, y):
            return None
        if c is None:
            return self._get(x, y)
        self._set(x, y, c)
        return None

    def fill_rect(self, x, y, w, h, c):
        """A filled rectangle, cut at the edges."""
        left, right = max(x, 0), min(x + w, self._width)
        top, bottom = max(y, 0), min(y + h, self._height)
        if left >= right or top >= bottom:
            return
        buffer = self._buffer
        for page in range(top >> 3, (bottom + 7) >> 3):
            bits = 0xFF << max(top - page * 8, 0) & 0xFF >> max(page * 8 + 8 - bottom, 0)
            start = page * self._stride
            if bits == 0xFF:  # most of what is drawn are whole pages, and this is 50 times faster
                buffer[start + left : start + right] = (b"\xff" if c else b"\0") * (right - left)
                continue
            for at in range(start + left, start + right):
                buffer[at] = buffer[at] | bits if c else buffer[at] & ~bits & 0xFF

    def hline(self, x, y, w, c):
        """A line to the right."""
        self.fill_rect(x, y, w, 1, c)

    def vline(self, x, y, h, c):
        """A line downwards."""
        self.fill_rect(x, y, 1, h, c)

    def rect(self, x, y, w, h, c, f=False):
        """A rectangle of four lines, or filled."""
        if f:
            self.fill_rect(x, y, w, h, c)
            return
        self.fill_rect(x, y, w, 1, c)
        self.fill_rect(x, y + h - 1, w, 1, c)
        self.fill_rect(x, y, 1, h, c)
        self.fill_rect(x + w - 1, y, 1, h, c)

    def line(self, x1, y1, x2, y2, c):
        """Bresenham's line, with the real module's choice of dots."""
        dx, step_x = abs(x2 - x1), 1 if x2 > x1 else -1
        dy, step_y = abs(y2 - y1), 1 if y2 > y1 else -1
        steep = dy > dx
        if steep:
            x1, y1, dx, dy, step_x, step_y = y1, x1, dy, dx, step_y, step_x
        error = 2 * dy - dx
        for _ in range(dx):
            self.pixel(*((y1, x1) if steep else (x1, y1)), c)
            while error >= 0:
                y1 += step_y
                error -= 2 * dx
            x1 += step_x
            error += 2 * dy
        self.pixel(x2, y2, c)

    def blit(self, source, x, y, key=-1, palette=None):
        """Copy a picture onto this one; a colour that is `key` after the palette is left out."""
        first_x, first_y = max(x, 0), max(y, 0)
        last_x = min(x + source._width, self._width)
        last_y = min(y + source._height, self._height)
        for to_y in range(first_y, last_y):
            for to_x in range(first_x, last_x):
                ink = source._get(to_x - x, to_y - y)
                if palette is not None:
                    ink = palette._get(ink, 0)
                if ink != key:
                    self._set(to_x, to_y, ink)

    def scroll(self, xstep, ystep):
        """Move the picture; what it leaves behind stays as it was."""
        if abs(xstep) >= self._width or abs(ystep) >= self._height:
            return
        columns = range(self._width) if xstep < 0 else range(self._width - 1, -1, -1)
        rows = range(self._height) if ystep < 0 else range(self._height - 1, -1, -1)
        for y in rows:
            for x in columns:
                if self._inside(x - xstep, y - ystep):
                    self._set(x, y, self._get(x - xstep, y - ystep))
