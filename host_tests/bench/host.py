"""How fast the host works, in seconds of this machine: printed and never asserted."""

import contextlib
import os
import platform
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from host_tests.bench.subject import Figures, Subject
from host_tests.rig import Rig
from host_tests.tools import long_log, made_log

DAYS = 90
RECORDS = 1_000_000
RECORDS_A_SECOND = 1_000_000
IMPORTED_A_SECOND = 200_000
AT_ONCE = 50_000  # records
TEN_YEARS = 1_100_000  # records
REPORT_S = 2
LONG_REPORT_S = 20
PAGE_BYTES = 5_000_000
DAY_S = 24 * 3_600
A_DAY_IN_S = 5


def measure(say):
    figures = Figures()
    say("a day on the fakes")
    rig = Rig(program=[(0, 1_000)])
    figures.add(
        "24 hours at 1 U/h on the fakes", _seconds(rig.run_s, DAY_S), "{:.1f} s", most=A_DAY_IN_S
    )
    say(f"making {DAYS} days of log")
    raw = made_log.raw_log(made_log.several_days(DAYS, eventful=range(3, DAYS, 7))[0])
    _decode(figures, raw, say)
    _report(figures, raw, say)
    _long(figures, say)
    return [
        figures.table(
            "Seconds of a processor of this machine "
            f"({platform.python_implementation()} {platform.python_version()}, "
            f"{platform.machine()}, {os.cpu_count()} cores), which is what a clock on the wall "
            "shows when it does nothing else. They hold for no other machine; no test asserts "
            "them."
        )
    ]


def _decode(figures, raw, say):
    from basalt import decode, timeline

    say("decoding")
    many = raw * (RECORDS * 32 // len(raw) + 1)
    count = len(many) // 32

    def work():
        found = decode.records(many)
        assert decode.whole(many).all()
        for rows in timeline.log_of("bench", found, []).by_event():
            assert all(len(column) == len(rows.index) for column in rows.columns.values())

    rate = count / min(_seconds(work) for _ in range(3))
    figures.add(
        "records decoded a second: checksums, times, every field",
        rate,
        "{:,.0f}",
        least=RECORDS_A_SECOND,
    )


def _report(figures, raw, say):
    from basalt import report
    from basalt.store import Store

    say("a report")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pump.db"
        with Store.open(path, create=True) as store:
            pump = store.add_pump("bench", 1, "Basalt", "pico", "0.1.0")
            figures.add(f"records of {DAYS} days", len(raw) // 32)
            figures.add("  keeping them in a store", _seconds(store.add, pump, raw), "{:.2f} s")

        def work():
            stored, analysis = report.figures_of(path)
            report.write_page(Path(folder) / "page.html", stored, analysis)

        figures.add(f"figures and page of {DAYS} days", _seconds(work), "{:.1f} s")
        figures.add(
            f"`basalt report` of {DAYS} days, a program of its own",
            _program_s("report", "--store", path, "--out", Path(folder) / "page.html"),
            "{:.1f} s",
            most=REPORT_S,
        )
        size = (Path(folder) / "page.html").stat().st_size
        figures.add("  size of its page", size, "{:,} bytes", most=PAGE_BYTES)


def _long(figures, say):
    """Ten years of one pump."""
    from basalt import decode
    from basalt.store import Store

    say("ten years: checking and keeping the records")
    raw = long_log.years(TEN_YEARS)
    count = len(raw) // 32
    with tempfile.TemporaryDirectory() as folder:
        path, page = Path(folder) / "pump.db", Path(folder) / "page.html"
        with Store.open(path, create=True) as store:
            pump = store.add_pump("bench", 1, "Basalt", "pico", "0.1.0")

            def keep():
                assert decode.whole(raw).all()
                for at in range(0, len(raw), AT_ONCE * 32):
                    store.add(pump, raw[at : at + AT_ONCE * 32])

            kept_s = _seconds(keep)
        bare_s = _seconds(_bare, Path(folder) / "bare.db", raw)
        figures.add("records of ten years", count)
        figures.add(
            "  decoded and kept a second", count / kept_s, "{:,.0f}", least=IMPORTED_A_SECOND
        )
        figures.add(
            "  that takes, of the time for the same bytes in a bare table of SQLite",
            kept_s / bare_s,
            "{:.2f} times",
        )
        say("ten years: `basalt import` into another store")
        other = Path(folder) / "other.db"
        imported_s = _program_s("import", path, "--store", other)
        figures.add("  `basalt import`, records a second", count / imported_s, "{:,.0f}")
        say("ten years: a report")
        reported_s = _program_s("report", "--store", path, "--out", page)
        figures.add("  `basalt report`", reported_s, "{:.1f} s", most=LONG_REPORT_S)
        size = page.stat().st_size
        figures.add("  size of its page", size, "{:,} bytes", most=PAGE_BYTES)
        figures.add("  size of the store, for each record", path.stat().st_size / count, "{:.0f}")


def _bare(path, raw):
    """What nobody can be faster than: number and bytes into a table, in one transaction."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE records (seq INTEGER PRIMARY KEY, raw BLOB)")
        rows = ((at // 32, raw[at : at + 32]) for at in range(0, len(raw), 32))
        db.executemany("INSERT INTO records VALUES (?, ?)", rows)
        db.commit()


def _program_s(*arguments):
    """Processor seconds of `basalt` as a program of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "basalt.cli", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _seconds(function, *arguments):
    began = time.process_time()
    function(*arguments)
    return time.process_time() - began


SUBJECT = Subject("host", "The host", measure, needs_chip=False)
