"""Letters, bars and icons land on the dots that they should."""

try:
    import framebuf
except ImportError:
    from host_tests.fakes import framebuf

import micropython

from pump.ui import canvas as cv
from pump.ui import font
from pump.ui.canvas import Canvas


def _canvas(width=128, height=64):
    buffer = bytearray(width * height // 8)
    frame = framebuf.FrameBuffer(buffer, width, height, framebuf.MONO_VLSB)
    return Canvas(framebuf, frame, width, height), buffer


def _lit(canvas):
    return [
        (x, y)
        for y in range(canvas.height)
        for x in range(canvas.width)
        if canvas.frame.pixel(x, y)
    ]


def test_a_letter_is_its_columns_of_the_font():
    canvas, buffer = _canvas()
    canvas.text("A", 3, 8)
    at = (65 - 32) * 5
    assert buffer[128 + 3 : 128 + 8] == font.SMALL[at : at + 5]
    assert sum(buffer[:128]) == 0


def test_letters_follow_each_other_every_six_dots():
    canvas, buffer = _canvas()
    canvas.text("AA", 0, 0)
    assert buffer[0:5] == buffer[6:11]
    assert buffer[5] == 0


def test_a_double_letter_is_four_dots_for_each():
    canvas, _ = _canvas()
    canvas.text("g", 0, 0)
    small = _lit(canvas)
    canvas.clear()
    canvas.text("g", 0, 0, 2)
    assert _lit(canvas) == sorted(
        [(2 * x + i, 2 * y + j) for x, y in small for i in (0, 1) for j in (0, 1)],
        key=lambda dot: (dot[1], dot[0]),
    )


def test_inverse_letters_are_dark_and_leave_their_ground_lit():
    canvas, _ = _canvas()
    canvas.text("g", 4, 4)
    dots = _lit(canvas)
    canvas.fill(0, 0, 128, 64)
    canvas.text("g", 4, 4, 1, True)
    dark = [(x, y) for y in range(64) for x in range(128) if not canvas.frame.pixel(x, y)]
    assert dark == dots


def test_text_does_not_wipe_what_is_under_it():
    canvas, _ = _canvas()
    canvas.fill(0, 0, 12, 8)
    canvas.text("i", 0, 0)
    assert len(_lit(canvas)) == 96


def test_umlauts_and_arrows_have_letters_and_the_unknown_is_a_question_mark():
    canvas, buffer = _canvas()
    for letter in font.MORE:
        canvas.clear()
        canvas.text("?", 0, 0)
        unknown = bytes(buffer)
        canvas.clear()
        canvas.text(letter, 0, 0)
        assert bytes(buffer) != unknown
        assert sum(buffer) > 0
    canvas.clear()
    canvas.text("\u00e9", 0, 0)
    assert bytes(buffer) == unknown


def test_text_at_the_right_and_in_the_middle_ends_where_it_should():
    canvas, _ = _canvas()
    canvas.text_right("HH", 128, 0)
    columns = [x for x, _ in _lit(canvas)]
    assert max(columns) == 127 and min(columns) == 128 - cv.text_width("HH")
    canvas.clear()
    canvas.text_center("HHH", 0)
    columns = [x for x, _ in _lit(canvas)]
    assert abs(min(columns) - (127 - max(columns))) <= 1


def test_big_digits_say_where_they_end():
    canvas, _ = _canvas()
    end = canvas.big("12.50", 3, 10)
    assert end == 3 + cv.big_width("12.50")
    dots = _lit(canvas)
    assert max([x for x, _ in dots]) < end
    assert min([y for _, y in dots]) == 10
    assert max([y for _, y in dots]) == 10 + cv.BIG_HEIGHT - 1


def test_a_bar_is_filled_in_proportion_and_never_beyond_its_frame():
    for part, filled in ((0, 0), (1, 24), (4, 96), (9, 96), (-3, 0)):
        canvas, _ = _canvas()
        canvas.bar(0, 0, 100, 8, part, 4)
        row = [x for x, y in _lit(canvas) if y == 4]
        assert len(row) == filled + 2 and row[0] == 0 and row[-1] == 99
        assert row[-2] < 98


def test_a_bar_of_nothing_is_an_empty_frame():
    canvas, _ = _canvas()
    canvas.bar(0, 0, 100, 8, 0, 0)
    assert [x for x, y in _lit(canvas) if y == 4] == [0, 99]


def test_the_battery_shows_its_charge():
    lit = []
    for percent in (0, 50, 100):
        canvas, _ = _canvas()
        canvas.battery(0, 0, percent)
        lit.append(len(_lit(canvas)))
    assert lit[0] < lit[1] < lit[2]
    assert lit[2] - lit[0] == 13 * 5


def test_drawing_small_and_double_text_allocates_nothing():
    canvas, _ = _canvas()
    canvas.text("Ready 12.5 U", 0, 0)
    canvas.text("Ready 12", 0, 10, 2)
    canvas.big("12.50", 0, 30)
    micropython.heap_lock()
    try:
        canvas.text("Ready 12.5 U", 0, 0)
        canvas.text("Ready 12", 0, 10, 2)
        canvas.icon(font.BELL, 100, 0)
    finally:
        micropython.heap_unlock()
