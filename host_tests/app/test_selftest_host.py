"""The pump's checks of itself: each fault ends in a stopped pump, an alarm and a record."""

import pytest

from basalt.packing import pack
from host_tests.app.test_parts_host import clock_of
from host_tests.fakes.parts import SerialDriver
from host_tests.rig import STOP, Rig
from pump.core import alarms as al
from pump.core import codes, events, states
from pump.core import settings as st
from pump.drivers.tmc2209 import Tmc2209

PROGRAM = [(0, 2_000)]
MODULES = {"pump/a.mpy": bytes(range(256)) * 100, "pump/b.mpy": b"b" * 20_000}
ALL_OF_A_PICO = sum(
    1 << test
    for test in (events.TEST_CODE, events.TEST_SETTINGS, events.TEST_MEMORY, events.TEST_CLOCK)
)
RUN_S = 25 * 60
DAY_S = 86_400


def flash_with(modules=MODULES):
    """A pump in use, with its program in a pack and settings that were saved."""
    rig = Rig(program=PROGRAM)
    rig.run_s(5)
    if modules:
        with rig.hardware.files.open("/pump.pack", "wb") as file:
            file.write(pack(modules))
    return rig


@pytest.fixture
def rig():
    rig = flash_with()
    rig.restart()
    return rig


def check(rig, minutes=25):
    """Let time go by until the checks have said something new."""
    before = len(told(rig))
    for _ in range(minutes):
        rig.run_s(60)
        if len(told(rig)) > before:
            return


def told(rig):
    return rig.all(events.SELF_TEST)


def stopped_by(rig, test):
    """Nothing moves any more, somebody is told why, and nobody can resume."""
    rig.run_s(10)
    rows = told(rig)
    assert rows[-1][:2] == (test, 0), rows
    assert rig.pump.alarms.has_cause(al.SELF_TEST)
    assert (al.SELF_TEST, al.HIGH, test) in rig.all(events.ALARM_RAISED)
    assert rig.pump.state == states.SUSPENDED
    assert rig.all(events.SUSPEND)[-1][1] == al.SELF_TEST
    assert rig.world.buzzer.history
    at = rig.steps
    rig.pump.acknowledge(events.SOURCE_BUTTONS)
    rig.hold(STOP, 2_500)
    assert rig.pump.resume(events.SOURCE_BUTTONS) == codes.ALARM_PERSISTS
    rig.run_s(600)
    assert rig.steps == at
    return rows[-1][2]


def test_a_healthy_pump_says_so_once_a_start_and_once_a_day_and_gives_all_its_basal(rig):
    before, began_us = rig.steps, rig.world.clock.now_us
    check(rig)
    assert told(rig) == [(events.TEST_ALL, 1, ALL_OF_A_PICO)]
    rig.run_s(DAY_S - RUN_S)
    check(rig)
    assert told(rig) == [(events.TEST_ALL, 1, ALL_OF_A_PICO)] * 2
    assert rig.pump.state == states.RUNNING and not rig.hardware.errors
    owed = 2 * 6_791 * (rig.world.clock.now_us - began_us) // 36_000_000_000
    assert owed - 70 <= rig.steps - before <= owed + 1


def test_a_board_with_plain_files_is_checked_without_them():
    rig = flash_with(None)
    check(rig)
    assert told(rig)[-1] == (events.TEST_ALL, 1, ALL_OF_A_PICO & ~(1 << events.TEST_CODE))


@pytest.mark.parametrize("at", [8, 9, 30, 20_000, -1])
def test_a_flipped_bit_in_the_program_stops_the_pump(rig, at):
    with rig.hardware.files.open("/pump.pack", "rb") as file:
        data = bytearray(file.read())
    data[at] ^= 0x10
    with rig.hardware.files.open("/pump.pack", "wb") as file:
        file.write(data)
    check(rig)
    stopped_by(rig, events.TEST_CODE)


def test_a_program_that_cannot_be_read_stops_the_pump_and_the_number_of_the_error_is_told(rig):
    rig.run_s(70)
    opens = rig.hardware.files.open

    def broken(path, mode="r"):
        if path == "/pump.pack":
            raise OSError(5)
        return opens(path, mode)

    rig.hardware.files.open = broken
    check(rig)
    assert stopped_by(rig, events.TEST_CODE) == 5


def slot_in_force(rig):
    return "/settings" + ("/a", "/b")[1 - rig.app._store._next_slot]


@pytest.mark.parametrize("at", [0, 5, 12, -1])
def test_a_flipped_bit_in_the_settings_file_stops_the_pump(rig, at):
    path = slot_in_force(rig)
    with rig.hardware.files.open(path, "rb") as file:
        data = bytearray(file.read())
    data[at] ^= 1
    with rig.hardware.files.open(path, "wb") as file:
        file.write(data)
    check(rig)
    stopped_by(rig, events.TEST_SETTINGS)
    rig.restart()
    check(rig)
    assert told(rig)[-1][:2] == (events.TEST_ALL, 1), "saved anew it is whole again"


def test_a_setting_that_changed_by_itself_in_the_memory_stops_the_pump(rig):
    rig.pump.settings._values[st.MAX_BOLUS_MU] ^= 1 << 14
    check(rig)
    stopped_by(rig, events.TEST_SETTINGS)


def test_settings_of_an_earlier_version_that_knew_fewer_are_no_fault():
    rig = flash_with()
    blob = rig.pump.settings.encode()
    entries, fewer = blob[1], 30
    head, rest = blob[:3], blob[3 + entries * 6 :]
    rig.app._store.save(bytes((head[0], fewer, head[2])) + blob[3 : 3 + fewer * 6] + rest)
    rig.restart()
    check(rig)
    assert told(rig)[-1] == (events.TEST_ALL, 1, ALL_OF_A_PICO)


class Stuck(bytearray):
    """A picture's memory with a cell of which one bit is always set, or always clear."""

    at, bit, level = 700, 0x20, 0x20

    def __setitem__(self, place, value):
        super().__setitem__(place, value)
        super().__setitem__(self.at, self[self.at] & ~self.bit | self.level)


@pytest.mark.parametrize("level", [0, 0x20])
def test_a_cell_of_the_memory_that_sticks_stops_the_pump_before_anything_moves(rig, level):
    before = rig.steps

    def plant(hardware):
        hardware.display.buffer = Stuck(1024)
        hardware.display.buffer.level = level

    rig.restart(plant=plant)
    assert stopped_by(rig, events.TEST_MEMORY) == 701
    assert rig.steps == before


def test_a_cell_that_begins_to_stick_is_found_by_the_check_of_the_day(rig):
    check(rig)
    rig.run_s(26 * 3_600)
    rig.hardware.display.buffer = Stuck(1024)
    check(rig, 1_440)
    assert stopped_by(rig, events.TEST_MEMORY) == 701


def test_two_cells_that_are_one_are_found():
    from pump.core import memory_check

    class Twins(bytearray):
        def __setitem__(self, place, value):
            super().__setitem__(place, value)
            super().__setitem__(slice(512, 514), self[:2])

    assert memory_check.of(Twins(1024)) == 514
    buffer = bytearray(b"picture" * 100)
    assert memory_check.of(buffer) == 0 and buffer == b"picture" * 100


class Fast:
    """A clock that tells of five hundredths more than went by."""

    def __init__(self, clock):
        self._clock = clock
        self._rest = 0

    def elapsed_ms(self):
        self._rest += self._clock.elapsed_ms() * 105
        elapsed_ms, self._rest = divmod(self._rest, 100)
        return elapsed_ms


def test_a_clock_that_runs_fast_against_the_ticks_stops_the_pump(rig):
    def plant(hardware):
        hardware.clock = Fast(hardware.clock)

    rig.restart(plant=plant)
    check(rig)
    assert stopped_by(rig, events.TEST_CLOCK) > 20_000


def test_a_chip_whose_crystal_is_wrong_is_found_where_another_clock_is(rig):
    clock_of(rig).write_s(200_000_000)
    now_ms = rig.world.clock.ticks_ms

    def plant(hardware):
        hardware.clock = Fast(hardware.clock)
        hardware.now_ms = lambda: now_ms() * 105 // 100

    rig.restart(plant=plant)
    check(rig)
    stopped_by(rig, events.TEST_CLOCK)


def test_a_clock_that_is_set_meanwhile_and_one_that_falls_silent_are_no_fault(rig):
    clock = clock_of(rig)
    clock.write_s(200_000_000)
    rig.restart()
    rig.run_s(300)
    assert rig.pump.set_clock(210_000_000, 0, events.SOURCE_BUTTONS) == codes.OK
    check(rig)
    assert told(rig)[-1][:2] == (events.TEST_ALL, 1)
    rig.restart()
    rig.run_s(300)
    rig.world.wall_clock.read_s = lambda: -1
    check(rig)
    assert told(rig)[-1][:2] == (events.TEST_ALL, 1)
    assert not rig.pump.alarms.has_cause(al.SELF_TEST)


def test_a_motor_driver_that_falls_silent_or_forgets_its_settings_stops_the_pump(rig):
    for fault in ("deaf", "forgets"):
        part = SerialDriver()

        def plant(hardware, part=part):
            hardware.turning = Tmc2209(part, lambda ms: None, 8, 16, 60, 1_000)
            hardware.turning.set_up()

        rig.restart(plant=plant)
        part.deaf = fault == "deaf"
        if fault == "forgets":
            part.registers[0] = 0
        check(rig)
        stopped_by(rig, events.TEST_DRIVER)


def test_a_driver_that_answers_is_among_what_was_checked(rig):
    def plant(hardware):
        hardware.turning = Tmc2209(SerialDriver(), lambda ms: None, 8, 16, 60, 1_000)
        hardware.turning.set_up()

    rig.restart(plant=plant)
    check(rig)
    assert told(rig)[-1] == (events.TEST_ALL, 1, ALL_OF_A_PICO | 1 << events.TEST_DRIVER)


def test_nothing_is_checked_while_a_bolus_runs_or_a_step_is_due(rig):
    opens, met = rig.hardware.files.open, []

    def watched(path, mode="r"):
        if path == "/pump.pack":
            met.append(path)
            assert not rig.pump.bolus.active and not rig.pump.train.ordered
            assert not rig.pump.is_due()
        return opens(path, mode)

    rig.hardware.files.open = watched
    rig.pump.set_setting(st.BOLUS_SPEED_MU_MIN, 100, events.SOURCE_BUTTONS)
    for _ in range(12):
        rig.pump.give_bolus(150, events.SOURCE_BUTTONS)
        rig.run_s(130)
    check(rig)
    assert len(met) == 2 and told(rig)[-1][:2] == (events.TEST_ALL, 1)


def test_want_of_memory_for_a_check_does_not_stop_delivery(rig, monkeypatch):
    from pump.core import memory_check

    def none(_buffer):
        raise MemoryError

    rig.run_s(30)
    memory = memory_check.of
    monkeypatch.setattr(memory_check, "of", none)
    before = rig.steps
    rig.run_s(120)
    assert rig.pump.state == states.RUNNING and rig.steps > before and not told(rig)
    monkeypatch.setattr(memory_check, "of", memory)
    check(rig)
    assert told(rig)[-1][:2] == (events.TEST_ALL, 1)


def test_the_picture_is_the_same_after_a_check(rig):
    rig.run_s(55)
    rig.press(STOP)
    rig.run_s(2)
    before = bytes(rig.hardware.display.buffer)
    from pump.core import memory_check

    assert memory_check.of(rig.hardware.display.buffer) == 0
    assert bytes(rig.hardware.display.buffer) == before
