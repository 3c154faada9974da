"""`python -m host_tests.ui.pictures` compares each screen with its picture; --write stores.

A picture that differs is put into build/pictures for a look. `--sheet` puts all on one page there.
`--page` writes boards/SCREENS.md, with all of them and the ways between them.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
for folder in (ROOT / "firmware", ROOT / "tools" / "basalt" / "shims"):
    sys.path.insert(0, str(folder))

from host_tests.ui.pictures import page, png  # noqa: E402
from host_tests.ui.pictures.scenes import SCENES  # noqa: E402


def main(arguments):
    """The exit code is 1 when a picture differs and none were to be written."""
    if "--page" in arguments:
        sys.stdout.write(f"{page.write()}\n")
        return 0
    drawn = {scene.__name__: png.drawn(scene()) for scene in SCENES}
    if "--sheet" in arguments:
        sys.stdout.write(f"{png.sheet(drawn)}\n")
        return 0
    differing = [name for name, picture in drawn.items() if not png.same(name, picture)]
    for name in differing:
        path = png.store(drawn[name], png.STORED if "--write" in arguments else png.LOOK, name)
        sys.stdout.write(f"{path}\n")
    for path in png.STORED.glob("*.png"):
        if path.stem not in drawn:
            sys.stdout.write(f"{path}: no such screen any more\n")
    return 1 if differing and "--write" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
