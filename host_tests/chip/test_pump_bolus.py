"""One bolus of the pump as it is flashed: what the pin did, and what the log says of it.

One boot and one walk to 'Give 0.60 U?' serve this whole file (fixtures `flash` and `desk`); each
test goes on from there in a forked copy.
"""

import json
import os
import sqlite3
import sys
from types import SimpleNamespace

import pytest

from host_tests.chip.chip import OK
from host_tests.chip.forks import on_a_copy
from host_tests.chip.pty_port import Program, PtyPort
from host_tests.chip.pulses import periods_nanos
from host_tests.chip.pump_desk import DOSE_MU, OWED, PICTURES
from host_tests.chip.pump_on_chip import ROOT, PumpOnChip, all_of, records_of
from host_tests.fakes.flash import Flash
from host_tests.rig import Rig
from pump.core import events, states

LEASE = 200  # 0.2 U of basal, at most, and what of it is left over

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def given(desk, tmp_path_factory):
    """One whole bolus during which the log is pulled, and every state of the flash meanwhile."""
    return on_a_copy(_give, desk.chip, tmp_path_factory.mktemp("host") / "pump.db")


def _give(chip, store):
    moments = {}  # filesystem image -> [fewest, most] pulses on the pin while it was like that

    def note():
        made = len(chip.motor.pulses)
        moments.setdefault(chip.cut_power(), [made, made])[1] = made

    with PtyPort(chip) as port:
        command = _basalt("pull", "--port", port.path, "--store", str(store), "--json")
        with Program(command, env=_patient()) as program:
            port.serve(lambda: port.open, limit_s=100)
            chip.hold(OK)
            port.serve(lambda: note() or len(chip.motor.pulses) > 20, limit_s=300)
            chip.release(OK)
            chip.save_png(PICTURES / "bolus-running.png")
            port.serve(lambda: note() or program.ended(), limit_s=300)
            pull = program.result()
    made_when_pulled = len(chip.motor.pulses)
    at = chip.ms
    while len(chip.motor.pulses) < OWED and chip.ms < at + 20_000:
        chip.run_ms(1)
        note()
    chip.run_until_still()
    note()
    return SimpleNamespace(
        pulses=chip.motor.pulses,
        trains=chip.motor.trains(gap_ms=6),
        moments=[(image, *made) for image, made in moments.items()],
        flash=chip.cut_power(),
        resets=chip.resets,
        pull=pull,
        pulled=_stored(store),
        made_when_pulled=made_when_pulled,
    )


def test_a_bolus_by_buttons_makes_exactly_the_steps_owed(given):
    assert len(given.pulses) == OWED == 407
    assert all(pulse.forward and pulse.enabled for pulse in given.pulses)
    assert given.resets == 0


def test_the_log_tells_what_the_pin_did(given):
    ends = all_of(records_of(given.flash), events.BOLUS_END)
    assert [end[1:] for end in ends] == [(DOSE_MU, OWED, events.END_DONE)]


def test_pulses_of_a_train_come_to_the_cycle(given):
    periods = {period for train in given.trains for period in periods_nanos(train)}
    assert periods <= {4_000_000, 2_000_000, 1_000_000}
    assert {pulse.wide_nanos for pulse in given.pulses} == {10_000}


def test_pulling_the_log_during_a_bolus_works_and_changes_no_step(given):
    assert given.pull.returncode == 0, given.pull.stderr
    assert 20 < given.made_when_pulled < OWED, "the bolus did not run while the log was pulled"
    assert len(given.pulled) == json.loads(given.pull.stdout)["new_records"] > 100
    assert given.pulled == records_of(given.flash)[: len(given.pulled)]
    assert len(given.pulses) == OWED


def test_after_a_power_cut_at_any_moment_the_log_bounds_what_the_pin_did(given, flash):
    before = len(records_of(flash))
    assert len(given.moments) > 3
    for image, fewest, most in given.moments:
        durable = records_of(image)
        rig = Rig(flash=Flash(image=image))
        rig.run_s(1)
        after = rig.records()
        assert after[: len(durable)] == durable
        told_least, told_most = _told(after[before:])
        assert told_least <= fewest <= most <= told_most <= OWED + LEASE
        assert rig.steps == 0


def test_after_a_power_cut_the_chip_starts_again_and_tells_of_the_unfinished_bolus(given, flash):
    image, fewest, most = given.moments[len(given.moments) // 2]
    assert fewest < most, "a cut while the motor runs"
    chip = PumpOnChip.from_flash(image)
    chip.boot()
    chip.run_ms(3_000)
    chip.save_png(PICTURES / "after-power-cut.png")
    assert chip.motor.pulses == []
    new = chip.records()[len(records_of(flash)) :]
    told_least, told_most = _told(new)
    assert told_least <= fewest <= most <= told_most
    assert all_of(new, events.BOLUS_END)[-1][3] == events.END_POWER_LOST
    assert chip.status()["state"] == states.RUNNING


def _told(records):
    """(least, most) steps of dose that records tell of: booked, and booked with the uncertain."""
    booked = sum(values[1] for values in all_of(records, events.BOLUS_PART))
    ends = all_of(records, events.BOLUS_END)
    if ends:
        booked = ends[-1][2]
    booked += sum(values[0] for values in all_of(records, events.BASAL_LEASE))
    doubts = all_of(records, events.UNCERTAIN)
    least = booked + sum(values[1] for values in doubts)
    return least, booked + sum(values[2] for values in doubts)


def _stored(path):
    with sqlite3.connect(path) as store:
        return [raw for (raw,) in store.execute("select raw from records order by seq")]


def _basalt(*arguments):
    return [sys.executable, "-m", "basalt.cli", *arguments]


def _patient():
    """The environment of a host that knows that this board is slower than a real one."""
    paths = os.pathsep.join([str(ROOT / "tools"), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": paths, "BASALT_PATIENCE": "30"}
