"""Turns a drawn screen into a PNG four times its size, and compares it with the stored one."""

from pathlib import Path

from PIL import Image

from host_tests.ui.bench import HEIGHT, WIDTH

STORED = Path(__file__).parent
LOOK = Path(__file__).resolve().parents[3] / "build" / "pictures"
SCALE = 4
_COLUMNS = 5
_GAP = 12


def drawn(bench):
    """The picture of what the bench shows now."""
    bench.look()
    picture = Image.new("1", (WIDTH, HEIGHT))
    for y in range(HEIGHT):
        for x in range(WIDTH):
            picture.putpixel((x, y), bench.frame.pixel(x, y))
    return picture.resize((WIDTH * SCALE, HEIGHT * SCALE), Image.Resampling.NEAREST)


def same(name, picture):
    """True when the stored picture of that name is the same, dot for dot."""
    path = STORED / f"{name}.png"
    if not path.is_file():
        return False
    with Image.open(path) as stored:
        return stored.size == picture.size and stored.convert("1").tobytes() == picture.tobytes()


def store(picture, folder, name):
    """Write it; returns where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    picture.save(path, optimize=True)
    return path


def sheet(pictures):
    """All pictures on one page in build/pictures; returns where."""
    rows = -(-len(pictures) // _COLUMNS)
    width, height = WIDTH * SCALE // 2 + _GAP, HEIGHT * SCALE // 2 + _GAP
    page = Image.new("L", (width * _COLUMNS, height * rows), 96)
    for at, picture in enumerate(pictures.values()):
        small = picture.resize((WIDTH * SCALE // 2, HEIGHT * SCALE // 2), Image.Resampling.NEAREST)
        page.paste(small, (at % _COLUMNS * width + _GAP // 2, at // _COLUMNS * height + _GAP // 2))
    return store(page, LOOK, "sheet")
