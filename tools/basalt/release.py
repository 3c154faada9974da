"""Makes what a release has for every board: the tree, a filesystem image, a package for mip."""

import json
import shutil
import struct
from importlib import import_module
from pathlib import Path
from typing import Any

from basalt import __version__, board_rules, build
from basalt.errors import Problem, WrongInput

_BLOCK = 4096
_PAGE = 256
_IMAGE = "littlefs.img"
_PACKAGE = "package.json"
_ABOUT = "release.json"


def make_all(out: Path, progress: build.Progress | None = None) -> list[str]:
    """Make a folder for each board in `out`; the boards. An earlier release there is replaced.

    In each: tree/ as `basalt build` makes it; littlefs.img, the board's whole filesystem with that
    tree; package.json, for `mip install`; release.json, which says where the image goes.
    """
    names = board_rules.names()
    strange = sorted(path.name for path in out.iterdir()) if out.is_dir() else []
    strange = [name for name in strange if name not in names]
    if strange or (out.exists() and not out.is_dir()):
        raise WrongInput(f"{out} holds something that is no release; name a new folder.")
    for done, name in enumerate(names):
        folder = out / name
        try:
            if folder.exists():
                shutil.rmtree(folder)
            _make(name, folder)
        except OSError as error:
            raise Problem(f"{folder} cannot be written: {error.strerror}.") from error
        if progress is not None:
            progress(done + 1, len(names))
    return names


def _make(name: str, folder: Path) -> None:
    board = board_rules.load(name)
    filesystem: dict[str, int] = board.facts["filesystem"]
    files = build.build(name, folder / "tree", source=False)
    image = image_of(folder / "tree", filesystem["blocks"])
    (folder / _IMAGE).write_bytes(image)
    urls = [[path.as_posix(), f"tree/{path.as_posix()}"] for path in files]
    _write(folder / _PACKAGE, {"urls": urls, "version": __version__})
    about = {
        "board": name,
        "chip": board.literals["CHIP"],
        "version": __version__,
        "micropython": "1.26 or newer",
        "littlefs": {"file": _IMAGE, "offset": filesystem["offset"], "bytes": len(image)},
        "sha256": build.hashes(folder / "tree"),
    }
    _write(folder / _ABOUT, about)


def _write(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


def image_of(tree: Path, blocks: int) -> bytes:
    """A filesystem of `blocks` blocks, formatted as MicroPython does, with a tree's files."""
    littlefs: Any = import_module("littlefs")
    disk = littlefs.LittleFS(
        context=littlefs.UserContext(buffsize=blocks * _BLOCK),
        block_size=_BLOCK,
        block_count=blocks,
        prog_size=_PAGE,
        read_size=_PAGE,
    )
    for path in sorted(path for path in tree.rglob("*") if path.is_file()):
        name = path.relative_to(tree).as_posix()
        if "/" in name:
            disk.makedirs(name.rpartition("/")[0], exist_ok=True)
        with disk.open(name, "wb") as file:
            file.write(path.read_bytes())
    disk.unmount()
    return bytes(disk.context.buffer)


def blocks_of(image: bytes) -> tuple[int, int]:
    """(block size, blocks) as the superblock of an image says; Problem when it is none."""
    at = image.find(b"littlefs", 0, _BLOCK)
    if at < 0:
        raise Problem("That is no littlefs image.")
    # After the name comes its tag, then version, block size and block count (SPEC.md of littlefs).
    size, count = struct.unpack_from("<2I", image, at + 8 + 4 + 4)
    return size, count
