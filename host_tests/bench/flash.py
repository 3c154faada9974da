"""What durable records cost in flash, on the real littlefs of a board with a full log."""

from host_tests.bench.subject import Figures, Subject
from host_tests.fakes.flash import Files
from host_tests.rig import Rig
from host_tests.storage.full_log import cost, full_log
from host_tests.storage.logs import start
from pump.core import events
from pump.core.logbook import LOG_TURN

ERASES = 0.15
RECORDS_A_DAY = 400
DAYS = 90
CYCLES_OF_A_SECTOR = 100_000  # W25Q16JV, section 1: erase and program cycles, at least
WEAR_YEARS = 10
COMMITTED = 3_000
BOLUSES = 4  # a day
BOLUS_MU = 5_000
A_YEAR = RECORDS_A_DAY * 365


def measure(say):
    say("filling the log")
    flash, files, journal = full_log()
    figures = Figures()
    kept = journal.next_seq - journal.first_seq
    figures.add("records kept", kept, least=RECORDS_A_DAY * DAYS)
    figures.add("  blocks of 4 kB left for other files", files.free_blocks())
    _turn(figures, say)
    for at_once in (1, 2, 7):
        say(f"records committed {at_once} at a time")
        erases, programs = cost(flash, journal, COMMITTED, at_once)
        budget = {"most": ERASES} if at_once == 1 else {}
        what = f"sector erases a record, {at_once} in a commit"
        figures.add(what, erases, "{:.3f}", **budget)
        figures.add("  pages programmed a record", programs, "{:.2f}")
    # A whole year: littlefs takes the blocks of a folder that changes into use a hundred times
    # before it moves on, and for the first months the few that had their turn stand out.
    say(f"the wear of a year, {A_YEAR:,} records, two minutes")
    before = list(flash.erases)
    cost(flash, journal, A_YEAR, 1)
    worn = [now - was for now, was in zip(flash.erases, before, strict=True)]
    figures.add(f"erases of the most worn block in a year, {A_YEAR:,} records", max(worn))
    figures.add("  of any block, on average", sum(worn) / len(worn), "{:.0f}")
    years = CYCLES_OF_A_SECTOR / 10 / max(worn)
    figures.add("years to 10 % of its life", years, "{:,.0f}", least=WEAR_YEARS)
    reads, size = flash.reads, flash.bytes_read
    start(Files(flash))
    figures.add("reads of mounting and recovery", flash.reads - reads)
    figures.add("  bytes", flash.bytes_read - size)
    return [
        figures.table(
            "On littlefs with the configuration of MicroPython's RP2040 port, over a flash that "
            f"counts, beside files of the firmware's size. {RECORDS_A_DAY} records a day, each "
            f"committed alone; a sector lasts {CYCLES_OF_A_SECTOR:,} erases."
        )
    ]


def _turn(figures, say):
    """In how many days the log says that it is nearly full, and a person should pull it."""
    say("two days of boluses")
    rig = Rig(program=[(0, 1_000)])
    before = 0
    for _ in range(2):  # the first has the start in it
        before = rig.pump.log.next_seq
        for _ in range(BOLUSES):
            rig.pump.give_bolus(BOLUS_MU, events.SOURCE_BUTTONS)
            rig.run_s(86_400 // BOLUSES)
    a_day = rig.pump.log.next_seq - before
    figures.add(f"days to the alarm `log_full`, {LOG_TURN:,} records", LOG_TURN // RECORDS_A_DAY)
    what = f"  at 1 U/h and {BOLUSES} boluses of {BOLUS_MU // 1000} U a day"
    figures.add(what + ": records a day", a_day)
    figures.add(what + ": days", LOG_TURN // a_day)


SUBJECT = Subject("flash", "Flash", measure, needs_chip=False)
