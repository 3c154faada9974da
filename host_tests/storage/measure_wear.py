"""Prints what durable records cost in flash, on the real littlefs.

Run it with `python -m host_tests.storage.measure_wear`.

The counts are those of the board: 300 records committed one by one on the emulated RP2040
(MicroPython 1.26.1, a full log) took 37 erases and 512 pages, 300 in pairs 25 and 306; this prints
0.12 and 1.7, 0.08 and 1.1 for each record.
"""

import sys
from pathlib import Path

from host_tests.fakes.flash import BLOCK_SIZE, Files, Flash

_ROOT = Path(__file__).resolve().parent.parent.parent
_RECORDS = 3_000
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
    from host_tests.storage.logs import start, write

    flash = Flash()
    files = Files(flash)
    put_firmware(files)
    journal, _ = start(files)
    write(journal, 38_000, at_once=40)
    return flash, files, journal


def cost(flash, journal, records, at_once):
    """(sector erases, page programs) for each of so many records, `at_once` in a commit."""
    from host_tests.storage.logs import write

    erases, programs = flash.total_erases(), flash.total_programs()
    write(journal, records, at_once)
    return (
        (flash.total_erases() - erases) / records,
        (flash.total_programs() - programs) / records,
    )


def main():
    """Print the table."""
    flash, files, journal = full_log()
    kept = journal.next_seq - journal.first_seq
    say = sys.stdout.write
    say("log of %d records, %d blocks free\n" % (kept, files.free_blocks()))
    say("records a commit   erases a record   pages a record\n")
    for at_once in (1, 2, 3, 7):
        say("%16d   %15.3f   %14.2f\n" % (at_once, *cost(flash, journal, _RECORDS, at_once)))
    before = list(flash.erases)
    cost(flash, journal, 20_000, 1)
    most = max(now - was for now, was in zip(flash.erases, before, strict=True))
    say("the most worn block: %d erases for 20,000 records committed alone\n" % most)
    reads, size = flash.reads, flash.bytes_read
    again = Files(flash)
    from host_tests.storage.logs import start

    start(again)
    say("mount and recovery: %d reads, " % (flash.reads - reads))
    say("%d bytes of %d\n" % (flash.bytes_read - size, flash.block_count * BLOCK_SIZE))


if __name__ == "__main__":
    sys.path[:0] = [str(_ROOT / "firmware"), str(_ROOT / "tools" / "basalt" / "shims")]
    main()
