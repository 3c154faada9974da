"""A scenario file on the emulated chip: the same steps and records as on the fakes."""

import pytest

from boards.pico import board
from host_tests.chip.chip import STOP
from host_tests.chip.pump_on_chip import PumpOnChip, build_tree, records_of
from host_tests.chip.tree import pack
from host_tests.fakes.flash import Flash
from host_tests.scenarios import scenario
from host_tests.scenarios.session import (
    BATTERY_LOW,
    BATTERY_MV,
    BELOW_MV,
    Session,
    play,
    request_body,
)
from host_tests.scenarios.test_scenarios_host import SCENARIOS, NorDisk
from pump.core import record
from pump.link import frame, protocol

# How far from each other a record may be: on the fakes no turn takes time, on the chip drawing a
# picture and sending it take 110 ms.
APART_MS = 200

pytestmark = pytest.mark.timeout(900)


class ChipBench:
    """An emulated pump that acts are done to. Moments count from the first turn of its loop."""

    def __init__(self, image):
        self._image = image
        self._number = 0
        self._steps_before = 0
        self._battery_mv = BATTERY_MV
        self._limit_ms = 0
        self._chip = None
        self._boot()
        # A new pump leads through its first start; a session on the fakes has left that.
        self._chip.tap(STOP)

    @property
    def steps(self):
        """Steps that the driver was told to make, over all power-ons."""
        return self._steps_before + (self._chip.motor.steps if self._chip else 0)

    def image(self):
        """The filesystem as it is now."""
        return self._chip.cut_power() if self._chip else self._image

    def run_to_ms(self, at_ms):
        """Let time go by up to a moment of the scenario."""
        self._limit_ms = max(self._limit_ms, at_ms)
        if self._chip and self._chip.ms < self._began_ms + at_ms:
            self._chip.run_ms(self._began_ms + at_ms - self._chip.ms)

    def act(self, name, *arguments):
        """Do it now."""
        getattr(self, "_" + name)(*arguments)

    def _press(self, button):
        self._chip.hold(button)

    def _release(self, button):
        self._chip.release(button)

    def _ask(self, name, fields=(), rows=()):
        self._number = (self._number + 1) & 0xFF
        kind, body = request_body(name, fields, rows)
        self._chip.send(frame.pack(protocol.request(self._number, kind, body)))

    def _fault(self, name, there):
        assert name == BATTERY_LOW, "this bench has no such fault"
        self._battery_mv = board.BATTERY_LOW_MV - BELOW_MV if there else BATTERY_MV
        self._chip.set_battery_mv(self._battery_mv)

    def _power(self, there):
        if there:
            self._boot()
        else:
            self._steps_before = self.steps
            self._image = self._chip.cut_power()
            self._chip = None

    def _boot(self):
        chip = self._chip = PumpOnChip.from_flash(self._image)
        chip.set_battery_mv(self._battery_mv)
        # Fed for the first time when the start is done: from here on time is time of delivery.
        chip.run_until(lambda: chip.watchdog_feeds, 5_000, what="the loop to start")
        self._began_ms = chip.ms - self._limit_ms


@pytest.fixture(scope="module")
def new_board(tmp_path_factory):
    return pack(build_tree(tmp_path_factory.mktemp("board") / "tree"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_makes_the_same_steps_and_records_on_the_chip(path, new_board):
    life = scenario.load(str(path))
    fakes = Session(board, NorDisk(Flash(image=new_board)))
    play(fakes, life)
    chip = ChipBench(new_board)
    play(chip, life)
    told = records_of(chip.image())
    assert [_told(r) for r in told] == [_told(r) for r in fakes.records()]
    for ours, theirs in zip(fakes.records(), told, strict=True):
        assert abs(_uptime_ms(theirs) - _uptime_ms(ours)) <= APART_MS
    assert chip.steps == fakes.world.motor.position_steps > 0


def _told(packed):
    """What a record says, without the moment: number, boot, event, trust in the clock, fields."""
    seq, boot, event, _, _, trusted, _ = record.header(packed)
    return seq, boot, event, trusted, packed[record.FIELDS_AT : record.FIELDS_AT + 11]


def _uptime_ms(packed):
    _, _, _, uptime_s, uptime_ms, _, _ = record.header(packed)
    return uptime_s * 1000 + uptime_ms
