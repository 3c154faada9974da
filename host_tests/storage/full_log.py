"""A board whose log is full, and what records cost there, on the real littlefs.

The counts are those of the board: 300 records committed one by one on the emulated RP2040
(MicroPython 1.26.1, a full log) took 37 erases and 512 pages, 300 in pairs 25 and 306; the bench
prints 0.12 and 1.7, 0.08 and 1.1 for each record (`python -m host_tests.bench --only flash`).
"""

from host_tests.fakes.flash import Files, Flash
from host_tests.storage.logs import start, write

_FIRMWARE_BYTES = 200_000
_FIRMWARE_FILES = 60
_FOLDERS = (
    "/pump",
    "/pump/core",
    "/pump/ui",
    "/pump/storage",
    "/pump/link",
    "/pump/drivers",
    "/pump/ports",
)


def put_firmware(files, total=_FIRMWARE_BYTES, count=_FIRMWARE_FILES):
    """Fill the filesystem as a board's is: `total` bytes in `count` files, in folders."""
    for folder in _FOLDERS:
        files.mkdir(folder)
    for number in range(count):
        path = "%s/module%d.mpy" % (_FOLDERS[number % len(_FOLDERS)], number)
        with files.open(path, "wb") as file:
            file.write(bytes(total // count))


def full_log():
    """A board whose log is full, as (flash, files, journal)."""
    flash = Flash()
    files = Files(flash)
    put_firmware(files)
    journal, _ = start(files)
    write(journal, 38_000, at_once=40)
    return flash, files, journal


def cost(flash, journal, records, at_once):
    """(sector erases, page programs) for each of so many records, `at_once` in a commit."""
    erases, programs = flash.total_erases(), flash.total_programs()
    write(journal, records, at_once)
    return (
        (flash.total_erases() - erases) / records,
        (flash.total_programs() - programs) / records,
    )
