"""A pump on the emulated chip, one press away from a bolus: what the pump tests start from."""

from types import SimpleNamespace

from host_tests.chip.chip import OK, UP
from host_tests.chip.pump_on_chip import ROOT, PumpOnChip, build_tree, flash_with_a_past
from host_tests.rig import Rig
from pump.core import settings

DOSE_MU = 600
STEP_MU = 300
OWED = DOSE_MU * 6791 // 10_000
PICTURES = ROOT / "build" / "chip"


def make_flash(folder):
    """A pump that ran for a while. No basal, so that every step is the bolus's; a fast bolus."""
    tree = build_tree(folder / "tree")
    wishes = {settings.BOLUS_STEP_MU: STEP_MU, settings.BOLUS_SPEED_MU_MIN: 12_000}
    return flash_with_a_past(tree, 0, hours=12, ran_at_mu_h=3_000, wishes=wishes)


def walk_to_the_question(flash):
    """A chip on which 'Give 0.60 U?' is shown, and what was seen on the way there."""
    chip = PumpOnChip(flash)
    chip.set_battery_mv(Rig().world.cell.mv)
    seen = SimpleNamespace(chip=chip, boot_ms=chip.boot())
    chip.run_ms(3_000)
    seen.home = chip.screen()
    chip.save_png(PICTURES / "home.png")
    chip.tap(UP)
    chip.tap(UP, times=DOSE_MU // STEP_MU)
    chip.tap(OK)
    seen.question = chip.screen()
    chip.save_png(PICTURES / "bolus-question.png")
    return seen
