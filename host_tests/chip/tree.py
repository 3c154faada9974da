"""Turns a folder into the flash image of a board's filesystem, and an image back into files."""

from pathlib import Path

from littlefs import LittleFS, UserContext

BLOCK = 4096
BLOCKS = 352
PAGE = 256
SIZE = BLOCK * BLOCKS


def pack(folder):
    """The filesystem image (bytes) with the files of `folder`, formatted as a stock board does."""
    folder = Path(folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return pack_files({str(path.relative_to(folder)): path.read_bytes() for path in files})


def pack_files(files):
    """The filesystem image of `{path: bytes or str}`."""
    disk = _disk()
    for name, data in files.items():
        parent = str(Path(name).parent)
        if parent != ".":
            disk.makedirs(parent, exist_ok=True)
        with disk.open(name, "wb") as out:
            out.write(data.encode() if isinstance(data, str) else data)
    disk.unmount()
    return bytes(disk.context.buffer)


def unpack(image, but=()):
    """`{path: bytes}` of every file in a filesystem image. The image itself is not touched.

    Files below `but` are not read: after a cut there may be one that cannot be.
    """
    disk = mounted(image)
    found = {}
    for root, _, names in disk.walk("/"):
        for name in names:
            path = f"{root.rstrip('/')}/{name}"
            if path.startswith(tuple(but)):
                continue
            with disk.open(path, "rb") as source:
                found[path] = source.read()
    return found


def mounted(image):
    """A LittleFS over a copy of `image`, for code that wants to read (or write) it as files."""
    disk = _disk(mount=False)
    disk.context.buffer[:] = image
    disk.mount()
    return disk


def _disk(mount=True):
    return LittleFS(
        context=UserContext(buffsize=SIZE),
        block_size=BLOCK,
        block_count=BLOCKS,
        prog_size=PAGE,
        read_size=PAGE,
        mount=mount,
    )
