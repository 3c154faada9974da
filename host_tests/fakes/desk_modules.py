"""What a board's prompt can import when its parts are those of a faked desk."""

import types

from host_tests.fakes.flash import Files, Flash
from host_tests.fakes.port import MemoryPort
from host_tests.rig import FakeHardware, World, load_board


def desk():
    """A world with empty flash in it."""
    world = World(load_board())
    world.flash = Flash()
    return world


def modules(world, release=(1, 26, 1, "")):
    """name -> module: the firmware's hardware.py and MicroPython's own, on the world's clock."""
    clock = world.clock

    def hardware(_board):
        return FakeHardware(world, MemoryPort(), 0, Files(world.flash))

    return {
        "board": world.board,
        "pump.hardware": types.SimpleNamespace(Hardware=hardware),
        "sys": types.SimpleNamespace(implementation=types.SimpleNamespace(version=release)),
        "gc": types.SimpleNamespace(collect=lambda: None, mem_free=lambda: 120_000),
        "time": types.SimpleNamespace(
            ticks_ms=clock.ticks_ms, ticks_diff=clock.ticks_diff, sleep_ms=clock.sleep_ms
        ),
    }
