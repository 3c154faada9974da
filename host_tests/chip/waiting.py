"""A chip that was switched on and waits, all loaded, just before the pump is made: start it often.

To load the modules of the pump takes the emulator longer than all that a start does with the log.
So a test boots once, up to where nothing has been read but program files, and forks: each copy
gets a flash, mounts its filesystem anew and starts the pump on it. That is what a power-on would
do as long as the program files are the same, which is checked.
"""

from host_tests.chip import tree
from host_tests.chip.pump_on_chip import PumpOnChip

# Scratch registers of the watchdog block: the bench writes there, and the program reads.
GO = 1
WAITING, START = 1, 2

MAIN = """
import board
from pump.app import App
from pump.hardware import Hardware
import pump.core.event_table, pump.core.recall, pump.storage.recovery
hardware = Hardware(board)

import gc, os, pack, rp2, time, vfs
from machine import mem32
gc.collect()
if mem32[0x40058010] == 0:
    mem32[0x40058010] = 1
    while mem32[0x40058010] == 1:
        time.sleep_ms(1)
    pack.unmount()
    os.umount("/")
    vfs.mount(vfs.VfsLfs2(rp2.Flash(), progsize=256), "/")
    pack.mount()
hardware.clock.elapsed_ms()
App(board, hardware).run()
"""


def with_waiting_main(image):
    """The same filesystem with a main.py that waits; see `MAIN`."""
    disk = tree.mounted(image)
    with disk.open("/main.py", "w") as out:
        out.write(MAIN)
    disk.unmount()
    return bytes(disk.context.buffer)


class WaitingChip(PumpOnChip):
    """Made on an image of `with_waiting_main`; `wait()`, then `start(image)` in a copy."""

    def wait(self):
        """Run until everything is loaded."""
        scratch = self.mcu.watchdog.scratch_data
        self.run_until(lambda: scratch[GO] == WAITING, 10_000, what="the modules to be loaded")
        self.programs = _programs(self.cut_power())
        return self

    def start(self, image):
        """Start the pump on this flash. Cut or not, its program files must be those loaded."""
        if _programs(image) != self.programs:
            raise AssertionError("program files are not what they were")
        self._put_filesystem(image)
        self.mcu.watchdog.scratch_data[GO] = START

    def start_cold(self, image):
        """For a chip that never ran: the whole way from power-on, without the wait."""
        self._put_filesystem(image)
        self.mcu.watchdog.scratch_data[GO] = START


def _programs(image):
    """Every file but the log and the settings."""
    return tree.unpack(image, but=("/log/", "/settings/"))
