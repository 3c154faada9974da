"""The fake framebuf draws dot for dot what MicroPython's own draws: the same walk, the same sums.

The sums were made by the real module (MicroPython 1.26, WebAssembly). On the real virtual machine
this test runs against the real module again, on CPython against the fake.
"""

from binascii import crc32

try:
    import framebuf
except ImportError:
    from host_tests.fakes import framebuf

from host_tests.expect import raises

WIDTH, HEIGHT = 40, 21
SUMS = {
    "pixel": 0xC8871D1E,
    "lines": 0xEDE96752,
    "rect": 0xC4E4C2E8,
    "fill_rect": 0xA23E2AA5,
    "line": 0xECF9EB40,
    "blit": 0x6E8E13FC,
    "blit_key": 0x896183C7,
    "blit_palette": 0x7A847BD0,
    "scroll": 0x9B201EBD,
}


class Walk:
    """Numbers that look random and are the same everywhere."""

    def __init__(self, seed):
        self.value = seed

    def next(self, low, high):
        self.value = (self.value * 1309 + 13849) & 0xFFFF
        return low + self.value % (high - low + 1)


def _small(walk, width, height):
    small = framebuf.FrameBuffer(
        bytearray((height + 7) // 8 * width), width, height, framebuf.MONO_VLSB
    )
    for _ in range(width * height // 2):
        small.pixel(walk.next(0, width - 1), walk.next(0, height - 1), 1)
    return small


def _draw(frame, what, walk, palette):
    x, y = walk.next(-12, WIDTH + 3), walk.next(-12, HEIGHT + 3)
    w, h, ink = walk.next(-2, 18), walk.next(-2, 18), walk.next(0, 1)
    if what == "pixel":
        frame.pixel(x, y, ink)
    elif what == "lines":
        frame.hline(x, y, w, 1 - ink)
        frame.vline(x, y, h, ink)
    elif what == "rect":
        frame.rect(x, y, w, h, ink)
        frame.rect(y, x, h, w, ink, walk.next(0, 5) == 0)
    elif what == "fill_rect":
        frame.fill_rect(x, y, w, h, ink)
    elif what == "line":
        frame.line(x, y, walk.next(-9, WIDTH + 9), walk.next(-9, HEIGHT + 9), ink)
    elif what == "scroll":
        frame.scroll(w - 8, h - 8)
        frame.pixel(x, y, 1)
    else:
        _draw_blit(frame, what, _small(walk, 7, 11), (x, y, ink), palette)


def _draw_blit(frame, what, small, place, palette):
    x, y, ink = place
    if what == "blit":
        frame.blit(small, x, y)
    elif what == "blit_key":
        frame.blit(small, x, y, ink)
    else:
        frame.blit(small, x, y, ink, palette)


def picture_sum(what):
    """The checksum of the picture that a walk of 60 strokes of one kind leaves."""
    buffer = bytearray((HEIGHT + 7) // 8 * WIDTH)
    frame = framebuf.FrameBuffer(buffer, WIDTH, HEIGHT, framebuf.MONO_VLSB)
    palette = framebuf.FrameBuffer(bytearray(2), 2, 1, framebuf.MONO_VLSB)
    palette.pixel(0, 0, 1)
    walk = Walk(len(what))
    if what == "scroll":
        frame.blit(_small(walk, 30, 20), 3, 1)
    for _ in range(60):
        _draw(frame, what, walk, palette)
    return crc32(buffer)


def test_every_kind_of_stroke_draws_what_the_real_module_draws():
    for what in sorted(SUMS):
        assert picture_sum(what) == SUMS[what], what


def test_a_dot_outside_of_the_picture_is_none_and_changes_nothing():
    buffer = bytearray(8)
    frame = framebuf.FrameBuffer(buffer, 8, 8, framebuf.MONO_VLSB)
    frame.pixel(8, 0, 1)
    frame.pixel(-1, 3, 1)
    assert frame.pixel(0, 8) is None
    assert buffer == bytearray(8)


def test_a_buffer_that_is_too_small_is_refused():
    with raises(ValueError):
        framebuf.FrameBuffer(bytearray(7), 8, 8, framebuf.MONO_VLSB)


def test_fill_lights_and_darkens_every_dot():
    buffer = bytearray(16)
    frame = framebuf.FrameBuffer(buffer, 8, 16, framebuf.MONO_VLSB)
    frame.fill(1)
    assert buffer == bytearray(b"\xff" * 16)
    frame.fill(0)
    assert buffer == bytearray(16)
