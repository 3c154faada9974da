"""Keeps one blob of settings: a cut while saving leaves the old one or the new one.

Two files, `a` and `b`, are written in turn. Each says which version it holds and carries a
checksum:

    offset size
     0      4   version   counts the saves; the larger one of two whole slots is in force
     4      2   length    bytes in the blob
     6      n   blob
     6 + n  4   crc       CRC-32 of all before it

All little-endian. The slot that is not in force is the one that is written, so that noise in one
file, or a filesystem that does not write a file at one stroke, still leaves a whole one.
"""

import struct
from binascii import crc32

from micropython import const

_SLOTS = ("/a", "/b")
_HEADER = "<IH"
_HEADER_SIZE = const(6)
_CRC_SIZE = const(4)
_MOST_BYTES = const(4096)


class SettingsStore:
    """The two slots in `folder`. `load` once, then `save` as often as needed."""

    def __init__(self, files, folder="/settings"):
        self.damaged = False  # a slot is not whole: perhaps the newer one, perhaps the only one
        self._none_whole = False
        self._files = files
        self._folder = folder
        self._version = 0
        self._next_slot = 0

    def load(self):
        """The newest blob that is whole, or None."""
        blob = None
        whole = seen = 0
        self._version = 0
        self._next_slot = 0
        for slot in range(len(_SLOTS)):
            content = self._read(slot)
            # An empty slot is a first save to it that was cut off: nothing was there to lose.
            seen += 1 if content else 0
            version, found = _unpack(content)
            whole += 0 if found is None else 1
            if found is not None and (blob is None or version > self._version):
                blob = found
                self._version = version
                self._next_slot = 1 - slot
        self._none_whole = seen > 0 and not whole
        self.damaged = whole < seen or (seen < len(_SLOTS) and self._version > 1)
        return blob

    def reread(self):
        """The blob of the slot in force as the flash has it now; None: it is not whole, or none.

        Changes nothing here.
        """
        version, blob = _unpack(self._read(1 - self._next_slot))
        return blob if version == self._version else None

    @property
    def empty(self):
        """Whether nothing was ever saved."""
        return not self._version

    def save(self, blob):
        """Durable on return. ValueError beyond 4,096 bytes.

        OSError when the flash refuses: the old settings stay in force.
        """
        if len(blob) > _MOST_BYTES:
            raise ValueError("settings of %d bytes" % len(blob))
        content = bytearray(_HEADER_SIZE + len(blob) + _CRC_SIZE)
        struct.pack_into(_HEADER, content, 0, self._version + 1, len(blob))
        content[_HEADER_SIZE:-_CRC_SIZE] = blob
        crc = crc32(memoryview(content)[:-_CRC_SIZE])
        struct.pack_into("<I", content, len(content) - _CRC_SIZE, crc)
        if not self._files.exists(self._folder):
            self._files.mkdir(self._folder)
        with self._files.open(self._folder + _SLOTS[self._next_slot], "wb") as file:
            file.write(content)
        self._version += 1
        self._next_slot = 1 - self._next_slot
        self.damaged = False
        if self._none_whole:
            # The other slot is damaged too, and would be told of again.
            self._none_whole = False
            self.save(blob)

    def _read(self, slot):
        path = self._folder + _SLOTS[slot]
        if not self._files.exists(path):
            return None
        try:
            with self._files.open(path, "rb") as file:
                return file.read()
        except OSError:
            return b""


def _unpack(content):
    """(version, blob), or (0, None) when the slot is not whole."""
    if content is None or len(content) < _HEADER_SIZE + _CRC_SIZE:
        return 0, None
    version, length = struct.unpack_from(_HEADER, content, 0)
    if len(content) != _HEADER_SIZE + length + _CRC_SIZE:
        return 0, None
    (crc,) = struct.unpack_from("<I", content, len(content) - _CRC_SIZE)
    if crc != crc32(memoryview(content)[:-_CRC_SIZE]):
        return 0, None
    return version, content[_HEADER_SIZE:-_CRC_SIZE]
