"""What the pump checks itself with, on the board's own Python."""

from host_tests.core.bench import Bench
from host_tests.fakes.ram_files import RamFiles
from pump import checks
from pump.core import events, memory_check
from pump.storage.settings_store import SettingsStore

TESTS = (events.TEST_SETTINGS, events.TEST_MEMORY, events.TEST_CLOCK)


class Display:
    """Its picture."""

    def __init__(self):
        self.buffer = bytearray(1024)


class Hardware:
    """A board without a pack, a driver or another clock."""

    def __init__(self):
        self.files = RamFiles()
        self.display = Display()
        self.turning = self.wall_clock = None
        self.ticks_ms = 1_000

    def now_ms(self):
        """As its clock says."""
        return self.ticks_ms


def test_each_pair_of_bytes_of_the_pattern_is_another_one():
    numbers = memory_check.numbers(1024)
    assert len(numbers) == 1024
    assert len({numbers[at : at + 2] for at in range(0, 1024, 2)}) == 512


def test_memory_that_holds_what_is_put_there_is_left_as_it_was():
    buffer = bytearray(b"picture!" * 128)
    assert memory_check.of(buffer) == 0
    assert buffer == b"picture!" * 128


def test_a_run_over_all_of_it_finds_nothing_wrong_and_says_so_once():
    bench = Bench()
    hardware = Hardware()
    store = SettingsStore(hardware.files)
    store.load()
    store.save(bench.pump.settings.encode())
    bench.pump.settings_dirty = False
    run = checks.Checks(bench.pump, store, hardware)
    minutes = 0
    over = False
    while not over:
        minutes += 1
        bench.run_s(60, 1_000)
        hardware.ticks_ms += 60_000
        over = run.go_on()
    bench.commit()
    assert minutes == 10
    assert bench.all(events.SELF_TEST) == [
        (events.TEST_ALL, 1, sum([1 << test for test in TESTS]))
    ]
