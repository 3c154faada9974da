"""Pumps on the emulated chip that tell a probe what they do, with an empty log or a long past."""

import tempfile
from pathlib import Path

from host_tests.bench import probe
from host_tests.chip import tree
from host_tests.chip.chip import WIRE_400_KHZ
from host_tests.chip.pump_on_chip import PumpOnChip, build_tree
from host_tests.fakes.flash import Files, Flash
from host_tests.rig import Rig
from pump.core import event_table, events, record, settings
from pump.storage.journal import Journal

# A Pico's flash (W25Q16JV, table 9.6, typical) and its display bus take this long.
REAL = {"i2c_bit_nanos": WIRE_400_KHZ, "erase_ms": 45, "program_us": 400}
FULL_LOG = 36_000
BATTERY_MV = 3_900
FAST_BOLUS = {settings.BOLUS_STEP_MU: 300, settings.BOLUS_SPEED_MU_MIN: 12_000}
PARTS, PUMP = PHASES = ("the parts", "the pump")

_BOOT = """\
from machine import mem32
mem32[0x40068010] = 0
import probe
probe.trace_imports({with_heap}, {watched})
probe.go()
"""
_MAIN = """\
if not service:
    import gc
    import board
    from pump.app import App
    gc.collect()
    from pump.hardware import Hardware
    probe.stop()
    probe.give_back()
    probe.begin({parts!r})
    hardware = Hardware(board)
    probe.end()
    probe.begin({pump!r})
    app = App(board, hardware)
    probe.end()
    app.run()
"""


def built():
    """The tree as it is flashed, as {path: bytes}."""
    with tempfile.TemporaryDirectory() as folder:
        built_tree = build_tree(Path(folder) / "tree")
        return {
            path.relative_to(built_tree).as_posix(): path.read_bytes()
            for path in sorted(built_tree.rglob("*"))
            if path.is_file()
        }


def image(files, records=0, hours=0, rate_mu_h=1_000, wishes=None, tenths=0):
    """A filesystem with these files and the log of a pump that ran before.

    `records`: older ones, of no meaning, that fill the log first; `hours`: that it ran since.
    With neither there is no log, as after flashing. `tenths`: of a step in a unit, as calibrated.
    """
    blank = tree.pack_files(files)
    if not records and not hours:
        return blank
    flash = Flash(image=blank)
    if records:
        _fill(flash, records)
    rig = Rig(flash=flash)
    rig.run_s(2)
    ask = events.SOURCE_LINK
    done = [rig.pump.set_clock(200_000_000, 60, ask), rig.pump.set_basal([(0, rate_mu_h)], ask)]
    done += [rig.pump.set_setting(number, value, ask) for number, value in (wishes or {}).items()]
    if tenths:
        done.append(rig.pump.suspend(ask))
        rig.run_s(5)
        done.append(rig.pump.set_setting(settings.STEPS_PER_UNIT, tenths, ask))
        done.append(rig.pump.resume(ask))
    assert not any(done), f"refused: {done}"
    rig.run_s(max(5, hours * 3600))
    rig.cut_power()
    return rig.world.flash.image()


def power_on(filesystem, usb=False, **options):
    """A chip that begins to run on that filesystem, with real bus and flash times unless said."""
    chip = PumpOnChip(filesystem, usb=usb, **{**REAL, **options})
    chip.set_battery_mv(BATTERY_MV)
    return chip


def with_probe(files, watched=(), with_heap=False):
    """The files with a board's side of the probe; it begins to tell when boot.py does.

    `watched`: ("module:Class.method", label) of what is to be a span.
    """
    rows = []
    for where, label in watched:
        module, _, attribute = where.partition(":")
        owner, _, name = attribute.partition(".")
        rows.append((module, owner, name, label))
    boot = files["boot.py"].decode()
    return {
        **files,
        "probe.py": probe.ON_BOARD.read_bytes(),
        "boot.py": _BOOT.format(with_heap=with_heap, watched=tuple(rows)) + boot,
        "main.py": _MAIN.format(parts=PARTS, pump=PUMP),
    }


def ready(chip, limit_ms=10_000):
    """Run until the loop runs; returns the simulated ms since power-on."""
    chip.run_until(lambda: chip.watchdog_feeds, limit_ms, every_ms=1, what="the loop to start")
    return chip.ms


def lit(chip, limit_ms=10_000):
    """Run until the first picture is on the display; returns the simulated ms since power-on."""
    chip.run_until(lambda: chip.display.lit, limit_ms, every_ms=1, what="the first picture")
    return chip.ms


def _fill(flash, count):
    journal = Journal(Files(flash), most_records=FULL_LOG)
    journal.recover()
    layout = event_table.layout(event_table.row_of(events.LINK_OPENED)[3])
    for number in range(count):
        seq = journal.next_seq
        boot, uptime_s = number // 400, number % 400 * 216
        journal.append(
            record.pack(seq, boot, events.LINK_OPENED, uptime_s, 0, False, uptime_s, layout, ())
        )
        if number % 40 == 39:
            journal.commit()
    journal.commit()
