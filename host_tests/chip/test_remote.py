"""A command of a paired program on the pump as it is flashed: pulses on the pin, heap, cycles."""

import pytest

from host_tests.chip.pump_on_chip import (
    PumpOnChip,
    all_of,
    build_tree,
    flash_with_a_past,
    records_of,
)
from host_tests.fakes.flash import Flash
from host_tests.link.sealing import Program
from host_tests.rig import Rig
from pump.core import codes, events, settings
from pump.link import protocol

DOSE_MU = 300
OWED = DOSE_MU * 6791 // 10_000
KEY = bytes(range(32))

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A pump that was paired before, and a bolus over the link: (chip, answers, heap before)."""
    tree = build_tree(tmp_path_factory.mktemp("remote") / "tree")
    wishes = {settings.BOLUS_SPEED_MU_MIN: 12_000}
    rig = Rig(flash=Flash(image=flash_with_a_past(tree, 0, wishes=wishes)))
    rig.run_s(1)
    rig.pump.remote.pair(KEY, events.SOURCE_LINK)
    rig.pump.settings_dirty = True
    rig.run_s(1)
    rig.cut_power()
    chip = PumpOnChip(rig.world.flash.image())
    chip.boot()
    chip.run_ms(1_000)
    before = chip.status()
    assert before["flags"] & protocol.PAIRED
    program = Program(_unique_id(chip), before["boot"])
    program.key = KEY
    request = program.bolus(DOSE_MU)
    cycles = chip.cycles
    code, body = chip.ask(protocol.SEALED, request)
    cycles = chip.cycles - cycles
    answer = code, program.opened(request, body)[0]
    again = chip.ask(protocol.SEALED, request)[0]
    forged = chip.ask(protocol.SEALED, request[:-1] + bytes([request[-1] ^ 1]))[0]
    chip.run_until_still()
    after = chip.status()
    print(
        f"\na sealed command: {cycles / 1e6:.1f} Mcycles; free heap {before['free_bytes']:,} bytes"
        f" before, {after['free_bytes']:,} after"
    )
    return chip, (answer, again, forged)


def _unique_id(chip):
    """The last of the three texts of an identity."""
    _, body = chip.ask(protocol.IDENTIFY)
    at = 5
    for _ in range(2):
        at += 1 + body[at]
    return body[at + 1 : at + 1 + body[at]]


def test_a_sealed_bolus_makes_exactly_the_pulses_it_owes(given):
    chip, (answer, _, _) = given
    assert answer == (codes.OK, codes.OK)
    assert len(chip.motor.pulses) == OWED == 203


def test_the_same_command_again_and_a_forged_one_move_nothing(given):
    chip, (_, again, forged) = given
    assert (again, forged) == (codes.STALE, codes.WRONG_KEY)
    assert len(chip.motor.pulses) == OWED
    assert chip.resets == 0


def test_the_log_of_the_chip_names_the_command_before_the_bolus(given):
    records = records_of(given[0].cut_power())
    assert all_of(records, events.REMOTE) == [(1, protocol.BOLUS, codes.OK, DOSE_MU)]
    kinds = [raw[6] for raw in records]
    assert kinds[kinds.index(events.REMOTE) + 1] == events.BOLUS_START
    (end,) = all_of(records, events.BOLUS_END)
    assert end[1:] == (DOSE_MU, OWED, events.END_DONE)
