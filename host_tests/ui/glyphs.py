"""Turn the drawing in glyphs.txt into the bytes of firmware/pump/ui/font.py.

`python -m host_tests.ui.glyphs` says if font.py holds the drawing; with `--write` it is written.
A column of eight dots is a byte, the top dot its lowest bit, as MONO_VLSB wants it.
"""

import sys
from pathlib import Path

DRAWING = Path(__file__).with_name("glyphs.txt")
FONT_FILE = Path(__file__).parents[2] / "firmware" / "pump" / "ui" / "font.py"
FIRST, LAST = 32, 126
SMALL_COLUMNS, BIG_COLUMNS, BIG_ROWS = 5, 12, 20

_HEADER = '''"""The pump's own letters, digits and icons as columns of dots.

Made out of host_tests/ui/glyphs.txt by `python -m host_tests.ui.glyphs --write`: draw there.
A byte is a column of eight dots, the top dot its lowest bit (MONO_VLSB).
"""

'''


def blocks(text):
    """Yield (marker, names, rows) for each block of the drawing."""
    names, marker, rows = None, "", []
    for line in [*text.splitlines(), ""]:
        if line[:2] in ("= ", ": "):
            marker, names, rows = line[0], line[2:].split(), []
        elif names is not None and line.strip():
            dots, _, times = line.partition(" x")
            rows += [dots] * int(times or 1)
        elif names is not None:
            yield marker, names, rows
            names = None


def columns(rows):
    """The bytes of a glyph: page by page, the columns of each from left to right."""
    rows = rows + ["." * len(rows[0])] * (-len(rows) % 8)
    out = bytearray()
    for page in range(0, len(rows), 8):
        for x in range(len(rows[0])):
            out.append(sum((rows[page + y][x] == "#") << y for y in range(8)))
    return bytes(out)


def read(text):
    """(small, big, icons): dictionaries of name -> bytes, and of name -> rows for the big ones."""
    small, big, icons = {}, {}, {}
    for marker, names, rows in blocks(text):
        if marker == ":":
            assert len(rows) == BIG_ROWS, (names, len(rows))
            big[names[0]] = (len(rows[0]), columns(rows))
        elif len(names) == 1 and len(names[0]) > 1:
            icons[names[0]] = (len(rows[0]), columns(rows))
        else:
            assert len(rows) == 8, (names, rows)
            cells = [row.split(" ") for row in rows]
            for at, name in enumerate(names):
                glyph = [row[at] for row in cells]
                assert all(len(row) == SMALL_COLUMNS for row in glyph), (name, glyph)
                small[" " if name == "SPACE" else name] = columns(glyph)
    return small, big, icons


def literal(data):
    """A bytes literal in which every byte is written alike."""
    return 'b"' + "".join(f"\\x{byte:02x}" for byte in data) + '"'


def source(text):
    """The whole of font.py."""
    small, big, icons = read(text)
    plain = [chr(code) for code in range(FIRST, LAST + 1)]
    extra = [name for name in small if name not in plain]
    out = [_HEADER]
    out.append("# Dots of the characters from space to ~ and then of MORE, five columns each.\n")
    out.append(f'MORE = "{"".join(extra)}"\n')
    out.append("SMALL = (\n")
    names = plain + extra
    for at in range(0, len(names), 4):
        out.append("    " + literal(b"".join(small[name] for name in names[at : at + 4])) + "\n")
    out.append(")\n\n")
    out.append(
        "# Big digits: columns of three pages each, 20 rows in use, one digit after another.\n"
    )
    out.append(f'BIG_LETTERS = "{"".join(big)}"\n')
    out.append(f"BIG_WIDTHS = {literal(bytes(width for width, _ in big.values()))}\n")
    out.append("BIG = (\n")
    for width, data in big.values():
        for at in range(0, len(data), width):
            out.append(f"    {literal(data[at : at + width])}\n")
    out.append(")\n\n")
    out.append("# Icons: one page of columns each.\n")
    for name, (_, data) in icons.items():
        out.append(f"{name.upper()} = {literal(data)}\n")
    return "".join(out)


def main(arguments):
    """Compare or write; the exit code is 1 when font.py is not the drawing."""
    wanted = source(DRAWING.read_text(encoding="utf-8"))
    if "--write" in arguments:
        FONT_FILE.write_text(wanted, encoding="utf-8")
        return 0
    same = FONT_FILE.is_file() and FONT_FILE.read_text(encoding="utf-8") == wanted
    sys.stdout.write(
        "font.py holds the drawing\n" if same else "font.py differs from glyphs.txt\n"
    )
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
