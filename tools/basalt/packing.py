"""Makes the pack: all modules of the firmware in one file; firmware/pack.py reads it."""

from binascii import crc32

_MAGIC = b"BSPK"
_HEAD = 10
_ENTRY = 8
_FOLDER = 0xFFFFFFFF


def pack(modules: dict[str, bytes]) -> bytes:
    """The pack of compiled modules, by their path on the board (`pump/core/pump.mpy`).

    ValueError when two paths have the same checksum: rename one.
    """
    folders = {
        "/" + name[:end] for name in modules for end, letter in enumerate(name) if letter == "/"
    }
    begin = _HEAD + _ENTRY * (len(folders) + len(modules))
    places = dict.fromkeys(sorted(folders), _FOLDER)
    body = b""
    for name, module in sorted(modules.items()):
        places["/" + name] = begin + len(body)
        body += module
    keys = {crc32(path.encode()): at for path, at in places.items()}
    if len(keys) < len(places):
        raise ValueError("two modules with the same checksum of their paths")
    table = b"".join(
        key.to_bytes(4, "little") + at.to_bytes(4, "little") for key, at in keys.items()
    )
    checked = len(table).to_bytes(2, "little") + table + body
    return _MAGIC + crc32(checked).to_bytes(4, "little") + checked
