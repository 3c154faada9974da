"""A filesystem in RAM with the `files` interface, for tests that run on MicroPython as well.

It behaves as littlefs does in what matters here: a file takes its new contents at flush or close,
all or nothing; a file of up to 512 bytes needs no block of its own. It can be full, and it can
refuse.
"""

_ENOENT = 2
_EIO = 5
_EEXIST = 17
_ENOSPC = 28
_BLOCK = 4096
_INLINE = 512


class RamFile:
    """An open file; what is written is kept at `flush` or `close`."""

    def __init__(self, files, path, mode):
        self._files = files
        self._path = path
        self._writes = mode[0] in "wax" or "+" in mode
        self._dirty = mode[0] in "wx"
        self._content = bytearray(b"" if mode[0] in "wx" else files.contents.get(path, b""))
        self._at = len(self._content) if mode[0] == "a" else 0
        self._closed = False

    def read(self, size=-1):
        """Up to `size` bytes, or all that is left."""
        end = len(self._content) if size < 0 else self._at + size
        data = bytes(self._content[self._at : end])
        self._at += len(data)
        return data

    def readinto(self, buffer):
        """Fill the buffer; returns how many bytes it got."""
        data = self.read(len(buffer))
        for index in range(len(data)):
            buffer[index] = data[index]
        return len(data)

    def write(self, data):
        """Returns how many bytes were taken. OSError when the filesystem is full."""
        if not self._writes:
            raise OSError(9)
        if self._files.refuse_after == 0:
            raise OSError(_EIO)
        end = self._at + len(data)
        self._files.need_room(self._path, max(end, len(self._content)))
        if self._at > len(self._content):
            self._content.extend(bytes(self._at - len(self._content)))
        if self._at == len(self._content):
            self._content.extend(data)
        else:
            self._content = self._content[: self._at] + bytes(data) + self._content[end:]
        self._at = end
        self._dirty = True
        return len(data)

    def seek(self, offset, whence=0):
        """Returns the new position."""
        self._at = offset + (0, self._at, len(self._content))[whence]
        return self._at

    def tell(self):
        """The position in the file."""
        return self._at

    def flush(self):
        """Keep what was written. OSError when the filesystem refuses."""
        if self._dirty:
            self._files.refuse_when_due()
            self._files.contents[self._path] = bytes(self._content)
            self._dirty = False

    def close(self):
        """Keep what was written, unless a write failed."""
        if not self._closed:
            self._closed = True
            self.flush()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            self._dirty = False
        self.close()


class RamFiles:
    """`contents` is path -> bytes; `folders` the folders there are."""

    def __init__(self, blocks=352):
        self.contents = {}
        self.folders = ["", "/"]
        self.blocks = blocks
        self.refuse_after = -1  # how many more operations are let through; below 0: all of them

    def refuse_when_due(self):
        """Called before each change: OSError (EIO) once `refuse_after` changes were made."""
        if self.refuse_after == 0:
            raise OSError(_EIO)
        if self.refuse_after > 0:
            self.refuse_after -= 1

    def need_room(self, path, size):
        """OSError (ENOSPC) when a file of that size does not fit beside the others."""
        used = sum(
            [_blocks(len(self.contents[other])) for other in self.contents if other != path]
        )
        if used + _blocks(size) > self.blocks:
            raise OSError(_ENOSPC)

    def open(self, path, mode="r"):
        """A `RamFile`."""
        if mode[0] == "r" and path not in self.contents:
            raise OSError(_ENOENT)
        if mode[0] == "x" and path in self.contents:
            raise OSError(_EEXIST)
        if path[: path.rfind("/")] not in self.folders:
            raise OSError(_ENOENT)
        if mode[0] != "r":
            self.contents.setdefault(path, b"")
        return RamFile(self, path, mode)

    def listdir(self, path="/"):
        """The names in a folder."""
        return [name for name, _ in self.entries(path)]

    def entries(self, path="/"):
        """(name, size in bytes) of all that is in a folder; a folder in it has size 0."""
        if path not in self.folders:
            raise OSError(_ENOENT)
        start = path if path.endswith("/") else path + "/"
        found = []
        for name in self.contents:
            if name.startswith(start) and "/" not in name[len(start) :]:
                found.append((name[len(start) :], len(self.contents[name])))
        for name in self.folders:
            if name.startswith(start) and name != start and "/" not in name[len(start) :]:
                found.append((name[len(start) :], 0))
        return found

    def remove(self, path):
        """Remove a file or an empty folder."""
        self.refuse_when_due()
        if path in self.folders:
            self.folders.remove(path)
        elif path in self.contents:
            del self.contents[path]
        else:
            raise OSError(_ENOENT)

    def rename(self, old, new):
        """Replaces a file that has the new name."""
        self.refuse_when_due()
        if old not in self.contents:
            raise OSError(_ENOENT)
        self.contents[new] = self.contents.pop(old)

    def mkdir(self, path):
        """OSError (EEXIST) when it is there."""
        self.refuse_when_due()
        if path in self.folders:
            raise OSError(_EEXIST)
        if path[: path.rfind("/")] not in self.folders:
            raise OSError(_ENOENT)
        self.folders.append(path)

    def exists(self, path):
        """Whether there is a file or a folder of that name."""
        return path in self.contents or path in self.folders

    def size(self, path):
        """Bytes in a file."""
        if path not in self.contents:
            raise OSError(_ENOENT)
        return len(self.contents[path])

    def free_blocks(self):
        """Blocks in no file."""
        return self.blocks - sum([_blocks(len(content)) for content in self.contents.values()])


def _blocks(size):
    return 0 if size <= _INLINE else (size + _BLOCK - 1) // _BLOCK
