"""What each module costs on the board: bytes of flash, cycles of its import, bytes of heap."""

import struct
from binascii import crc32
from itertools import pairwise
from pathlib import Path

from host_tests.bench import pumps
from host_tests.bench.probe import Probe
from host_tests.bench.subject import Figures, Subject, Table

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
FOLDER = 0xFFFFFFFF  # where a folder of the pack begins
COLUMNS = ("module", "bytes of flash", "bytes of heap", "cycles", "searching", "reading")

_LOOK = """\
    probe.stop()
    import os
    page = bytearray(256)
    for folder, name, path, size in {files}:
        probe.begin("search " + path)
        for ending in ("", ".py", ".mpy"):
            try:
                os.stat(folder + name + ending)
            except OSError:
                pass
        probe.end()
        probe.begin("read " + path)
        file = open("/" + path, "rb")
        while size > 0:
            size -= file.readinto(page) or size
        probe.end()
    probe.begin("done")
    probe.end()
    probe.go()
"""


def measure(say):
    files = pumps.built()
    sizes = {path: len(data) for path, data in files.items() if path.endswith((".mpy", ".py"))}
    sizes.update(packed(files["pump.pack"]))
    modules = {_name(path): path for path in sizes}
    say("imports, in cycles")
    cycles, counts = imports(files)
    say("imports, in bytes of heap")
    heap, _ = imports(files, with_heap=True)
    say("searching and reading alone")
    alone = searches(files, sizes)
    rows = []
    for name, path in sorted(modules.items()):
        row = (name, sizes[path])
        if name in cycles:
            row += (heap[name], cycles[name], alone["search " + path], alone["read " + path])
        rows.append(row)
    built_in = sorted(name for name in cycles if name not in modules)
    figures = {row[0]: dict(zip(COLUMNS[1:], row[1:], strict=False)) for row in rows}
    return [
        _sums(rows, [cycles[name] for name in built_in]),
        Table(
            COLUMNS,
            [
                [row[0], *map("{:,}".format, row[1:]), *[""] * (len(COLUMNS) - len(row))]
                for row in rows
            ],
            "Each without the modules that it imports. 'Cycles' is the whole import; 'searching' "
            "and 'reading' are what asking the filesystem for the names that an import asks for, "
            "and reading the file, take by themselves. Blank: not loaded at the start.",
            figures,
        ),
        Table(
            ("built into MicroPython", "imports", "cycles"),
            [(name, counts[name], f"{cycles[name]:,}") for name in built_in],
            "Most of these are looked for in the filesystem first, every time.",
            {name: cycles[name] for name in built_in},
        ),
    ]


def imports(files, with_heap=False):
    """({module: cycles, or bytes of heap, that its import takes without what it imports},
    {module: how often it was loaded or searched for}), until the loop runs."""
    files = pumps.with_probe(files, with_heap=with_heap)
    chip = pumps.power_on(pumps.image(files))
    probe = Probe(chip)
    pumps.ready(chip, 60_000)
    cost, count = {}, {}
    for span in probe.everything():
        if span.name in pumps.PHASES:
            continue
        more = span.own_grown if with_heap else span.own[0]
        cost[span.name] = cost.get(span.name, 0) + more
        count[span.name] = count.get(span.name, 0) + 1
    return cost, count


def packed(data):
    """{path on the board: bytes} of the modules in a pack; see firmware/pack.py."""
    end = 10 + int.from_bytes(data[8:10], "little")
    begins = dict(struct.iter_unpack("<II", data[10:end]))
    modules = sorted(begin for begin in begins.values() if begin != FOLDER)
    ends = dict(pairwise([*modules, len(data)]))
    found = {}
    for source in sorted((FIRMWARE / "pump").rglob("*.py")):
        path = source.relative_to(FIRMWARE).with_suffix(".mpy").as_posix()
        begin = begins.get(crc32(f"/{path}".encode()))
        if begin is not None:
            found["pack/" + path] = ends[begin] - begin
    return found


def searches(files, sizes):
    """{'search PATH' or 'read PATH': cycles}."""
    rows = []
    for path in sorted(sizes):
        folder, _, name = ("/" + path).rpartition("/")
        stem = name.rpartition(".")[0]
        if stem == "__init__":
            folder, _, stem = folder.rpartition("/")
        rows.append((folder + "/", stem, path, sizes[path]))
    files = pumps.with_probe(files)
    files["main.py"] = "if not service:\n" + _LOOK.format(files=tuple(rows)) + files["main.py"]
    chip = pumps.power_on(pumps.image(files))
    probe = Probe(chip)
    chip.run_until(lambda: probe.all("done"), 60_000, every_ms=20)
    return {span.name: span.cycles for span in probe.spans}


def _name(path):
    path = path.removeprefix("pack/").rpartition(".")[0]
    return path.replace("/", ".").removesuffix(".__init__")


def _sums(rows, built_in):
    figures = Figures()
    loaded = [row for row in rows if len(row) == len(COLUMNS)]
    figures.add("files with code on the board", len(rows))
    figures.add("  their bytes in flash", sum(row[1] for row in rows))
    figures.add("modules loaded until the loop runs", len(loaded))
    figures.add("  their bytes of heap", sum(row[2] for row in loaded))
    figures.add("  cycles of their imports", sum(row[3] for row in loaded))
    figures.add("    searching for them", sum(row[4] for row in loaded))
    figures.add("    reading them", sum(row[5] for row in loaded))
    figures.add("  cycles of importing what MicroPython has built in", sum(built_in))
    return figures.table()


SUBJECT = Subject("modules", "Code on the board", measure)
