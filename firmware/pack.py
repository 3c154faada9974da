"""Lets `import` find the firmware's modules in one file, which is quick where a folder is slow.

Looking for a module in a folder of littlefs costs up to 10 ms on an RP2040, because each folder on
the way is read and checked as a whole, for each ending that a module may have; 60 modules were
most of a start. Here they lie one behind the other in one file, with a table of where:

    "BSPK", CRC-32 of all that follows (4), bytes in the table (2)
    table: 8 bytes a path: CRC-32 of the path, and where its module begins in the file; a
        folder begins at 0xFFFFFFFF
    the modules as mpy-cross made them; each tells its own end

All numbers are little-endian. tools/basalt/packing.py writes the file. Where there is none, as
after `basalt build --source`, `import` goes on in the folders.
"""

import io
import sys
from binascii import crc32

from micropython import const

PATH = "/pump.pack"
MAGIC = b"BSPK"
HEAD = const(10)
FOLDER = const(0xFFFFFFFF)
_ROOM = "/pack"
_ENTRY = const(8)
_CHUNK = const(1024)
_GET_BUFFER_SIZE = const(11)  # a stream's ioctl request, py/stream.h
_BUFFER = const(256)
_ENOENT = const(2)
_STAT_FOLDER = (0x4000, 0, 0, 0, 0, 0, 0, 0, 0, 0)
_STAT_FILE = (0x8000, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def mount():
    """From now on import `pump` from the pack, if there is one. OSError for a damaged one."""
    try:
        file = open(PATH, "rb")
    except OSError:
        return
    unmount()  # Ctrl-C in the middle of boot.py leaves it mounted
    import vfs  # MicroPython's alone

    vfs.mount(Pack(file), _ROOM)
    sys.path[:] = [_ROOM]
    import pump  # noqa: F401 - a package knows its own place

    # Not even the pack: most modules that are built in are looked for there first, 2 ms each.
    sys.path[:] = [".frozen"]


def unmount():
    """Import from the folders again, as one expects at the prompt."""
    sys.path[:] = ["", ".frozen", "/lib"]
    try:
        import vfs

        vfs.umount(_ROOM)
    except (ImportError, OSError):
        pass  # nothing was mounted


class Pack:
    """The pack in an open file, as MicroPython wants a filesystem: read-only, for import."""

    def __init__(self, file):
        """OSError for a file that is no pack or a damaged one: half of a firmware must not run."""
        self._file = file
        self._found = ""  # what stat() was asked for last, and where that begins
        self._begins = 0
        head = file.read(HEAD)
        if len(head) != HEAD or head[:4] != MAGIC:
            raise OSError("no pack of modules: flash the board again")
        self._table = file.read(int.from_bytes(head[8:], "little"))
        checksum = crc32(self._table, crc32(head[8:]))
        chunk = bytearray(_CHUNK)
        view = memoryview(chunk)
        while True:
            count = file.readinto(chunk)
            if not count:
                break
            checksum = crc32(view[:count], checksum)
        if checksum != int.from_bytes(head[4:8], "little"):
            raise OSError("damaged pack of modules: flash the board again")

    def mount(self, readonly, mkfs):
        """As vfs.mount() wants it."""

    def umount(self):
        """As vfs.umount() wants it."""

    def stat(self, path):
        """As os.stat(), with the kind alone. OSError (ENOENT) for what is not there."""
        if path[-3:] == ".py":  # asked for before each .mpy
            raise OSError(_ENOENT)
        self._begins = self._find(path)
        self._found = path
        return _STAT_FOLDER if self._begins == FOLDER else _STAT_FILE

    def open(self, path, mode):  # noqa: ARG002 - import always reads
        """The module at `path`, to be read once, before another one is opened."""
        # An import has just asked for it.
        self._file.seek(self._begins if path == self._found else self._find(path))
        return _Module(self._file)

    def _find(self, path):
        key = crc32(path.encode()).to_bytes(4, "little")
        table = self._table
        at = table.find(key)
        while at % _ENTRY:
            if at < 0:
                raise OSError(_ENOENT)
            at = table.find(key, at + 1)
        return int.from_bytes(table[at + 4 : at + _ENTRY], "little")


class _Module(io.IOBase):
    """Reads on in the pack; closing it leaves the pack open for the next module."""

    def __init__(self, file):
        self._file = file

    def readinto(self, buffer):
        return self._file.readinto(buffer)

    def ioctl(self, request, argument):  # noqa: ARG002 - as a stream has it
        return _BUFFER if request == _GET_BUFFER_SIZE else 0
