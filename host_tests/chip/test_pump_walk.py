"""The pump as it is flashed, on the chip: screens, the STOP key, and service by mpremote.

One boot and one walk to 'Give 0.60 U?' serve this whole file (fixtures `flash` and `desk`); each
test goes on from there in a forked copy.
"""

import sys
from pathlib import Path

import pytest

from host_tests.chip import tree
from host_tests.chip.chip import OK, STOP
from host_tests.chip.pty_port import PtyPort
from host_tests.chip.pump_desk import DOSE_MU, PICTURES, STEP_MU
from host_tests.chip.pump_on_chip import PumpOnChip, build_tree
from host_tests.fakes.flash import Flash
from host_tests.rig import Rig
from pump.core import events
from pump.link import protocol

pytestmark = pytest.mark.timeout(900)


def test_boots_to_the_home_screen_of_the_same_pump_on_faked_parts(desk, flash):
    rig = Rig(flash=Flash(image=flash))
    rig.run_s(4)
    assert desk.home.splitlines() == rig.screen()


def test_up_and_ok_lead_to_the_question(desk, flash):
    rig = Rig(flash=Flash(image=flash))
    rig.run_s(4)
    rig.press(0)
    rig.press(0, times=DOSE_MU // STEP_MU)
    rig.press(2)
    assert desk.question.splitlines() == rig.screen()


def test_out_of_its_bag_it_shows_the_first_start_once_the_boot_screen_has_gone(tmp_path):
    flash = tree.pack(build_tree(tmp_path / "tree"))
    chip = PumpOnChip(flash)
    chip.set_battery_mv(Rig().world.cell.mv)
    chip.boot()
    booting = chip.screen()
    chip.run_ms(4_000)
    rig = Rig(flash=Flash(image=flash), knows_it=False)
    rig.run_s(6)
    assert chip.screen().splitlines() == rig.drawn()
    assert chip.screen() != booting
    chip.save_png(PICTURES / "first-start.png")


@pytest.mark.on_a_copy
def test_stop_in_the_middle_of_a_bolus_lets_no_further_step_through(desk):
    chip = desk.chip
    chip.tap(OK)
    chip.run_to_pulse(103, 10_000)
    chip.hold(STOP)
    made = len(chip.motor.pulses)
    chip.run_ms(200)
    chip.release(STOP)
    chip.run_ms(800)
    assert len(chip.motor.pulses) == made
    (end,) = chip.all(events.BOLUS_END)
    assert end[2:] == (made, events.END_STOPPED)
    chip.save_png(PICTURES / "bolus-stopped.png")


@pytest.mark.on_a_copy
def test_in_service_mode_mpremote_reads_the_board_and_nothing_moves(desk):
    chip = desk.chip
    chip.tap(STOP, times=2)
    code, _ = chip.ask(protocol.SERVICE)
    assert code == 0
    chip.run_until(lambda: chip.resets == 1 and chip.usb.connected, 5_000, what="the restart")
    chip.run_ms(800)
    chip.save_png(PICTURES / "service.png")
    chip.take()
    with PtyPort(chip) as port:
        tool = str(Path(sys.executable).with_name("mpremote"))
        command = [
            tool,
            "connect",
            port.path,
            "resume",
            "ls",
            ":/",
            "+",
            "exec",
            "print(6 * 7)",
        ]
        result = port.run_program(command, limit_s=200)
    assert result.returncode == 0, result.stderr
    assert "pump.pack" in result.stdout
    assert result.stdout.split()[-1] == "42"
    assert chip.motor.pulses == []
    assert chip.all(events.SERVICE)[-1][0] == 1
