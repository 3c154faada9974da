"""The pack holds what was put in, is found by path alone, and is not trusted when damaged."""

import io

import pytest

from basalt.packing import pack
from pack import FOLDER, Pack

MODULES = {"pump/app.mpy": b"M\x06app", "pump/core/pump.mpy": b"M\x06" + bytes(range(256)) * 9}


def opened(data):
    return Pack(io.BytesIO(data))


def test_a_module_is_read_from_its_beginning():
    whole = opened(pack(MODULES))
    for name, module in MODULES.items():
        buffer = bytearray(len(module))
        assert whole.open("/" + name, "r").readinto(buffer) == len(module)
        assert buffer == module


def test_files_are_told_from_folders_and_from_what_is_not_there():
    whole = opened(pack(MODULES))
    assert whole.stat("/pump")[0] == whole.stat("/pump/core")[0] == 0x4000
    assert whole.stat("/pump/core/pump.mpy")[0] == 0x8000
    for path in ("/pump/core/pump", "/pump/core/pump.py", "/struct", ""):
        with pytest.raises(OSError, match="2"):
            whole.stat(path)


def test_many_paths_are_found_whatever_bytes_the_table_holds():
    modules = {f"pump/m{number}.mpy": b"M%d" % number for number in range(3_000)}
    whole = opened(pack(modules))
    for name in modules:
        assert whole.stat("/" + name)[0] == 0x8000
    assert len(pack(modules)) < FOLDER


def test_closing_a_module_leaves_the_pack_open():
    whole = opened(pack(MODULES))
    whole.open("/pump/app.mpy", "r").ioctl(4, 0)
    whole.open("/pump/core/pump.mpy", "r").readinto(bytearray(5))


def test_every_single_wrong_bit_is_noticed():
    good = pack(MODULES)
    for at in range(len(good)):
        bad = bytearray(good)
        bad[at] ^= 1 << at % 8
        with pytest.raises(OSError, match="pack of modules"):
            opened(bytes(bad))


def test_half_a_pack_is_noticed():
    good = pack(MODULES)
    for size in range(len(good)):
        with pytest.raises(OSError, match="pack of modules"):
            opened(good[:size])
