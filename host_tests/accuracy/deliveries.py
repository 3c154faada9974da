"""Runs the pump on the fakes and on the emulated chip, and counts the steps that were made."""

import hashlib
import json
import tempfile
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from boards.pico import board
from host_tests.accuracy.figures import SAMPLE_MIN
from host_tests.fakes.flash import Flash
from host_tests.rig import Rig
from pump.core import alarms, codes, events
from pump.core import settings as st

RATES_MU_H = (100, 1_000, 5_000)
BOLUSES = ((10, 50), (5_000, 25), (30_000, 10))  # (mU, how many): least, middle, most
# Fewer on the chip, where a minute of a running motor takes a machine two:
# (mU, how many, mU of a press, minutes between, for the limit per hour)
BOLUSES_ON_CHIP = ((10, 25, 10, 1), (5_000, 10, 1_000, 5), (30_000, 1, 1_000, 31))
# Lines that are blocked: mbar per unit that is pushed into them. The first is of all other tests.
LINES_MBAR_PER_UNIT = (800, 200)
KEPT = Path(__file__).resolve().parents[2] / "build" / "accuracy"
_SAVE_MIN = 10
_ASK = events.SOURCE_LINK
# So that only the delivery counts: the widest limits that the settings know.
WIDE = (
    (st.MAX_BASAL_MU_H, 35_000),
    (st.MAX_BOLUS_MU, 30_000),
    (st.MAX_HOUR_MU, 60_000),
    (st.MAX_DAY_MU, 300_000),
    (st.BOLUS_STEP_MU, 10),
    (st.BOLUS_SPEED_MU_MIN, 12_000),
)


def dose_mu(steps):
    """Steps as an exact dose, by the scale of the board `pico`."""
    numerator, denominator = board.STEPS_PER_UNIT
    return Fraction(steps * 1000 * denominator, numerator)


def basal(rate_mu_h, hours):
    """Doses in mU of each quarter hour, from the moment at which the rate is set; on the fakes."""
    rig = _wide()
    rig.pump.set_basal([(0, rate_mu_h)], _ASK)
    counts = [rig.steps]
    for _ in range(hours * 60 // SAMPLE_MIN):
        rig.run_s(SAMPLE_MIN * 60)
        counts.append(rig.steps)
    return _between(counts)


def boluses(asked_mu, count):
    """Doses in mU that so many boluses really gave; on the fakes, without basal."""
    rig = _wide()
    found = []
    for _ in range(count):
        before = rig.steps
        assert rig.pump.give_bolus(asked_mu, _ASK) == codes.OK
        rig.run_until(lambda: not rig.pump.bolus.active)
        found.append(dose_mu(rig.steps - before))
        rig.run_s(4 * 3_600 if asked_mu > 5_000 else 1_800)
    return found


def occlusion(mbar_per_unit, rate_mu_h, bolus_mu=0):
    """(seconds, mU counted) from a line's blocking to the alarm; on the fakes.

    At a basal rate after an hour of it, or without basal in a bolus that begins just then.
    """
    rig = _wide()
    rig.world.line.mbar_per_unit = mbar_per_unit
    rig.pump.set_basal([(0, rate_mu_h)], _ASK)
    rig.run_s(3_600)
    rig.world.line.block()
    began_us, before = rig.world.clock.now_us, rig.steps
    if bolus_mu:
        assert rig.pump.give_bolus(bolus_mu, _ASK) == codes.OK
    most_s = 7_200 + 3_600 * rig.pump.profile.occlusion_mbar * 1000 // mbar_per_unit // (
        rate_mu_h or 1_000
    )
    rig.run_until(lambda: rig.pump.alarms.has_cause(alarms.OCCLUSION), most_s)
    return (rig.world.clock.now_us - began_us) / 1_000_000, dose_mu(rig.steps - before)


def basal_on_chip(rate_mu_h, minutes, say):
    """(steps on the pin, steps of the fakes) at the end of each minute, from one power-on on.

    Both start from the same flash. What the chip has counted for the same flash before, at least
    as long, is taken from `KEPT`.
    """
    from host_tests.chip.pump_on_chip import PumpOnChip

    image = _image(rate_mu_h)
    kept = _kept(image)
    if len(kept) >= minutes:
        say(f"{rate_mu_h / 1000:g} U/h on the chip: counted before")
        return [tuple(counts) for counts in kept[:minutes]]
    chip = PumpOnChip(image)
    chip.run_until(lambda: chip.watchdog_feeds, 5_000, what="the loop to start")
    rig = Rig(flash=Flash(image=image))
    found = []
    for minute in range(minutes):
        chip.run_ms(60_000)
        rig.run_s(60)
        found.append((len(chip.motor.pulses), rig.steps))
        if minute % _SAVE_MIN == _SAVE_MIN - 1:
            _keep(image, found)
            say(f"{rate_mu_h / 1000:g} U/h on the chip: {minute + 1} of {minutes} min")
    _keep(image, found)
    return found


def boluses_on_chip(asked_mu, count, press_mu, gap_min, say):
    """Steps on the pin of each of so many boluses, given by its keys, without basal.

    `press_mu` is the bolus step; `gap_min` minutes go by after each.
    """
    from host_tests.chip.chip import OK, STOP, UP
    from host_tests.chip.pump_on_chip import PumpOnChip

    image = _image(0, press_mu)
    kept = _kept(image, asked_mu)
    if len(kept) >= count:
        say(f"{asked_mu / 1000:g} U on the chip: counted before")
        return kept[:count]
    chip = PumpOnChip(image)
    chip.set_battery_mv(Rig().world.cell.mv)
    chip.boot()
    chip.run_ms(3_000)
    chip.tap(STOP)  # without a basal program it leads through its first start
    chip.run_ms(1_000)
    found = []
    for number in range(count):
        before = len(chip.motor.pulses)
        # The first opens the screen. None is so short that it goes by while the flash is erased.
        for button in [UP] * (1 + asked_mu // press_mu) + [OK] * 2:
            chip.press(button, 120, 120)
        chip.run_until_still(quiet_ms=5_000, limit_ms=300_000)
        found.append(len(chip.motor.pulses) - before)
        chip.run_ms(gap_min * 60_000)
        _keep(image, found, asked_mu)
        say(f"{asked_mu / 1000:g} U on the chip: {number + 1} of {count}")
    return found


def _image(rate_mu_h, press_mu=10):
    """The flash of a pump at a basal rate, with the widest limits."""
    from host_tests.chip.pump_on_chip import build_tree, flash_with_a_past

    wishes = {**dict(WIDE), st.BOLUS_STEP_MU: press_mu}
    with tempfile.TemporaryDirectory() as folder:
        tree = build_tree(Path(folder) / "tree")
        return flash_with_a_past(tree, rate_mu_h, wishes=wishes)


def _kept(image, asked_mu=0):
    file = _file(image, asked_mu)
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else []


def _keep(image, found, asked_mu=0):
    KEPT.mkdir(parents=True, exist_ok=True)
    _file(image, asked_mu).write_text(json.dumps(found), encoding="utf-8")


def _file(image, asked_mu):
    """Named by what was on the flash, firmware and settings, and by the dose of its boluses.

    Any change of them counts anew. Boluses of two doses may start from the same flash.
    """
    return KEPT / f"{hashlib.sha256(image).hexdigest()[:16]}-{asked_mu}.json"


def quarter_hours(counts):
    """Doses in mU of each quarter hour, from the steps counted at the end of each minute."""
    return _between([0, *counts[SAMPLE_MIN - 1 :: SAMPLE_MIN]])


def _wide():
    rig = Rig()
    rig.run_s(2)
    for number, value in WIDE:
        assert rig.pump.set_setting(number, value, _ASK) == codes.OK
    rig.pump.set_clock(200_000_000, 60, _ASK)
    rig.run_s(2)
    return rig


def _between(counts):
    return [dose_mu(after - before) for before, after in pairwise(counts)]
