"""Draws the pump's picture with letters: braille where room is short, else half blocks.

A picture is 64 rows of 128 characters, '#' lit and anything else dark, as the fakes and the
emulated panel give it. Half blocks show each pixel as a square and need 128 columns and 32 lines;
braille needs 64 columns and 16 lines and keeps every pixel too.
"""

from collections.abc import Sequence
from pathlib import Path

WIDTH = 128
HEIGHT = 64
DARK: tuple[str, ...] = ("." * WIDTH,) * HEIGHT

BRAILLE_SIZE = (WIDTH // 2, HEIGHT // 4)
HALVES_SIZE = (WIDTH, HEIGHT // 2)

_LIT = "#"
# The dot of a braille letter at (column, row) of its cell: Unicode 0x2800 plus these bits.
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}

Picture = Sequence[str]


def braille(picture: Picture) -> list[str]:
    """16 lines of 64 letters, eight pixels in each."""
    lines: list[str] = []
    for top in range(0, len(picture), 4):
        rows = picture[top : top + 4]
        codes = [0x2800] * (len(rows[0]) // 2)
        for y, row in enumerate(rows):
            at = row.find(_LIT)
            while at >= 0:
                codes[at >> 1] |= _DOTS[at & 1][y]
                at = row.find(_LIT, at + 1)
        lines.append("".join(map(chr, codes)))
    return lines


def halves(picture: Picture) -> list[str]:
    """32 lines of 128 letters, two pixels in each, one above the other."""
    return [
        "".join(
            _HALVES[upper == _LIT, lower == _LIT]
            for upper, lower in zip(picture[y], picture[y + 1], strict=True)
        )
        for y in range(0, len(picture), 2)
    ]


def save_png(picture: Picture, path: Path, scale: int = 4) -> bool:
    """Save the picture as it looks on the module. False, and nothing saved, without Pillow."""
    try:
        from PIL import Image
    except ImportError:
        return False
    image = Image.new("P", (WIDTH, HEIGHT))
    image.putpalette([6, 8, 12, 150, 220, 255])
    image.putdata([1 if pixel == _LIT else 0 for row in picture for pixel in row])
    path.parent.mkdir(parents=True, exist_ok=True)
    image.resize((WIDTH * scale, HEIGHT * scale), Image.Resampling.NEAREST).save(path)
    return True
