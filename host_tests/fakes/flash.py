"""The board's flash: NOR sectors under the real littlefs, with power that can be cut anywhere.

`Flash` is the chip: it erases whole blocks to 0xFF, programs whole pages by clearing bits, counts
both and can keep a list of every operation. `Files` is the stock MicroPython filesystem on it,
with the `files` interface that the firmware is handed on a board.

The power is cut afterwards: littlefs-python swallows an exception that is raised under it, so a
whole run is recorded once and `states_after_cuts` rebuilds the flash as each cut would have left
it.

The configuration is the one of MicroPython's rp2 port (`ports/rp2/modules/_boot.py` and
`extmod/vfs_lfsx.c`): read size 32, program size 256, cache 4 * 256, look-ahead 32 bytes, 100 block
cycles, and an 8-byte modification time kept as attribute 1 of every file.
"""

import errno
import random

from littlefs import LittleFS, LittleFSError, UserContext, lfs

BLOCK_SIZE = 4096
PAGE_SIZE = 256
BLOCK_COUNT = 352  # of a Pico's stock image

_READ_SIZE = 32
_LOOKAHEAD_SIZE = 32
_BLOCK_CYCLES = 100
_MTIME_ATTRIBUTE = 1

_RDONLY, _WRONLY, _RDWR = 1, 2, 3
_CREAT, _EXCL, _TRUNC, _APPEND = 0x100, 0x200, 0x400, 0x800
_MODES = {
    "r": _RDONLY,
    "w": _WRONLY | _CREAT | _TRUNC,
    "x": _WRONLY | _CREAT | _EXCL,
    "a": _WRONLY | _CREAT | _APPEND,
}


class Flash(UserContext):
    """A NOR flash of `block_count` sectors, blank or filled with the bytes of an image."""

    def __init__(self, block_count=BLOCK_COUNT, image=None):
        if image is None:
            image = b"\xff" * (block_count * BLOCK_SIZE)
        if len(image) % BLOCK_SIZE:
            raise ValueError("an image is a whole number of blocks")
        super().__init__(buffer=bytearray(image))
        self.block_count = len(image) // BLOCK_SIZE
        self.erases = [0] * self.block_count
        self.programs = [0] * self.block_count
        self.reads = 0
        self.bytes_read = 0
        self.operations = None

    def image(self):
        """The bytes of the flash as they are now."""
        return bytes(self.buffer)

    def total_erases(self):
        """Sector erases since this object was made."""
        return sum(self.erases)

    def total_programs(self):
        """Pages programmed since this object was made."""
        return sum(self.programs)

    def record(self):
        """Start to keep every erase and program; returns the image they start from."""
        self.operations = []
        return self.image()

    def read(self, cfg, block, off, size):
        """Called by littlefs."""
        self.reads += 1
        self.bytes_read += size
        start = block * BLOCK_SIZE + off
        return self.buffer[start : start + size]

    def prog(self, cfg, block, off, data):
        """Called by littlefs: a program can only clear bits, as in NOR flash."""
        if off % PAGE_SIZE or len(data) % PAGE_SIZE:
            raise AssertionError("a program is a whole number of pages")
        start = block * BLOCK_SIZE + off
        for page in range(0, len(data), PAGE_SIZE):
            part = bytes(data[page : page + PAGE_SIZE])
            self.programs[block] += 1
            if self.operations is not None:
                self.operations.append((start + page, part))
            clear_bits(self.buffer, start + page, part)
        return 0

    def erase(self, cfg, block):
        """Called by littlefs."""
        self.erases[block] += 1
        start = block * BLOCK_SIZE
        if self.operations is not None:
            self.operations.append((start, None))
        self.buffer[start : start + BLOCK_SIZE] = b"\xff" * BLOCK_SIZE
        return 0


def clear_bits(buffer, start, data):
    """Program `data` at `start`: each bit ends as old AND new."""
    old = int.from_bytes(buffer[start : start + len(data)], "little")
    new = old & int.from_bytes(data, "little")
    buffer[start : start + len(data)] = new.to_bytes(len(data), "little")


def states_after_cuts(image, operations, torn=3, seed=1):
    """Every state a power cut can leave, as (operations done, what was torn, bytearray).

    Before each operation and after the last one, and so many times (`torn`) in the middle of each:
    a program that wrote only a first part of its bytes, or only some of its bits, and an erase
    that reached only a part of its sector. The bytearray is the caller's to keep.
    """
    chance = random.Random(seed)
    buffer = bytearray(image)
    for done, (start, data) in enumerate(operations):
        yield done, "", bytearray(buffer)
        for _ in range(torn):
            yield done, "part", _torn(buffer, start, data, chance)
        if data is None:
            buffer[start : start + BLOCK_SIZE] = b"\xff" * BLOCK_SIZE
        else:
            clear_bits(buffer, start, data)
    yield len(operations), "", buffer


def _torn(buffer, start, data, chance):
    """A copy of the flash in which the operation was cut off in the middle."""
    torn = bytearray(buffer)
    if data is None:
        reached = chance.randrange(1, BLOCK_SIZE)
        torn[start : start + reached] = b"\xff" * reached
        return torn
    reached = chance.randrange(1, PAGE_SIZE)
    clear_bits(torn, start, data[:reached])
    if chance.random() < 0.5:
        weak = bytes(byte | chance.randrange(256) for byte in data[reached:])
        clear_bits(torn, start + reached, weak)
    return torn


class File:
    """An open file as MicroPython gives it: `flush` makes durable what was written."""

    def __init__(self, files, path, handle):
        self._files = files
        self._path = path
        self._handle = handle

    def read(self, size=-1):
        """Up to `size` bytes, or all that is left."""
        if size < 0:
            size = lfs.file_size(self._files.fs, self._handle)
        return self._call(lfs.file_read, size)

    def readinto(self, buffer):
        """Fill the buffer; returns how many bytes it got."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data):
        """Into the file's cache; on flash after flush or close."""
        return self._call(lfs.file_write, bytes(data))

    def seek(self, offset, whence=0):
        """Returns the new position."""
        self._call(lfs.file_seek, offset, whence)
        return self.tell()

    def tell(self):
        """The position in the file."""
        return self._call(lfs.file_tell)

    def flush(self):
        """lfs_file_sync: what was written is durable when it returns."""
        self._call(lfs.file_sync)

    def close(self):
        """Sync, and give the handle back. A file in which a write failed is not synced."""
        if self._handle is None:
            return
        try:
            self._call(lfs.file_close)
        finally:
            self._handle = None
            self._files.closed(self._path)

    def _call(self, function, *arguments):
        if self._handle is None:
            raise ValueError("the file is closed")
        return checked(function, self._files.fs, self._handle, *arguments)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


class Files:
    """The filesystem of the board. Formats what it cannot mount, as the stock image does."""

    def __init__(self, flash):
        self.flash = flash
        self.formatted = False
        self._littlefs = LittleFS(
            context=flash,
            mount=False,
            block_size=BLOCK_SIZE,
            block_count=flash.block_count,
            read_size=_READ_SIZE,
            prog_size=PAGE_SIZE,
            cache_size=4 * PAGE_SIZE,
            lookahead_size=_LOOKAHEAD_SIZE,
            block_cycles=_BLOCK_CYCLES,
        )
        try:
            self._littlefs.mount()
        except LittleFSError:
            self._littlefs.format()
            self._littlefs.mount()
            self.formatted = True
        self.fs = self._littlefs.fs
        self._open = {}
        self._new = set()

    def open(self, path, mode="r"):
        """A `File`. Raises OSError as MicroPython does."""
        flags = _MODES[mode[0]]
        if "+" in mode:
            flags |= _RDWR
        # Two handles on one file, one of them writing, corrupt older littlefs: never in the
        # firmware.
        if path in self._open and (flags | self._open[path]) & _WRONLY:
            raise AssertionError("second handle on " + path)
        if flags & _CREAT and not self.exists(path):
            self._new.add(path)
        handle = checked(lfs.file_open, self.fs, path, flags)
        self._open[path] = flags
        return File(self, path, handle)

    def closed(self, path):
        """Called by the file."""
        self._open.pop(path, None)
        if path in self._new:
            # MicroPython's commit of a file carries its modification time; here it is set once, so
            # that the directory is as long as on the board.
            self._new.discard(path)
            checked(lfs.setattr, self.fs, path, _MTIME_ATTRIBUTE, bytes(8))

    def listdir(self, path="/"):
        """The names in a folder."""
        return [name for name, _ in self.entries(path)]

    def entries(self, path="/"):
        """(name, size in bytes) of all in a folder, from one pass over it; a folder has size 0."""
        found = []
        folder = checked(lfs.dir_open, self.fs, path)
        entry = lfs.dir_read(self.fs, folder)
        while entry is not None:
            if entry.name not in (".", ".."):
                found.append((entry.name, entry.size))
            entry = lfs.dir_read(self.fs, folder)
        lfs.dir_close(self.fs, folder)
        return found

    def remove(self, path):
        """Remove a file or an empty folder."""
        checked(lfs.remove, self.fs, path)

    def rename(self, old, new):
        """Atomic; replaces a file that has the new name."""
        checked(lfs.rename, self.fs, old, new)

    def mkdir(self, path):
        """OSError (EEXIST) when it is there."""
        checked(lfs.mkdir, self.fs, path)

    def exists(self, path):
        """Whether there is a file or a folder of that name."""
        try:
            lfs.stat(self.fs, path)
        except LittleFSError:
            return False
        return True

    def size(self, path):
        """Bytes in a file."""
        return checked(lfs.stat, self.fs, path).size

    def free_blocks(self):
        """Blocks in no file and no folder. Reads the whole structure: slow on a board."""
        return self.flash.block_count - lfs.fs_size(self.fs)


def checked(function, *arguments):
    """Call littlefs; its error becomes the OSError of MicroPython."""
    try:
        return function(*arguments)
    except LittleFSError as error:
        number = -int(error.code)
        raise OSError(number, errno.errorcode.get(number, "littlefs")) from None
    except FileNotFoundError:
        raise OSError(errno.ENOENT, "ENOENT") from None
