"""The short form of the soak, and that it would see what it looks for."""

import pytest

from host_tests.proofs import soak
from host_tests.proofs.proof import BrokenError, run_short
from host_tests.rig import STOP
from pump.core import events


def test_two_days_of_a_life_add_up():
    figures = dict(run_short(soak.PROOF))
    assert figures["simulated days; boluses, of them stopped"].startswith("2; ")


@pytest.fixture(scope="module")
def lived():
    """One day, and what the bench and the log know of it."""
    person = soak.Person(5)
    person.live_a_day(0)
    person.look_after()
    person.rig.hold(STOP, 2_500)  # so that no lease is open
    person.rig.run_s(2)
    person.close_boot()
    person.pull()
    return person


def test_a_step_that_no_record_tells_of_is_seen(lived):
    told, _ = soak.read(lived.pulled)
    last = len(lived.boots)
    told[last].basal -= 1
    with pytest.raises(BrokenError, match="the log"):
        soak.check_boot(last, lived.boots[-1], told[last])


def test_one_step_of_basal_too_many_is_seen(lived):
    told, _ = soak.read(lived.pulled)
    boot, last = lived.boots[-1], len(lived.boots)
    soak.check_boot(last, boot, told[last])
    boot.owed_steps += 1
    try:
        with pytest.raises(BrokenError, match="exactly"):
            soak.check_boot(last, boot, told[last])
    finally:
        boot.owed_steps -= 1


def test_a_day_total_that_is_wrong_is_seen(lived):
    _, totals = soak.read(lived.pulled)
    wrong = [*totals[:-1], (totals[-1][0] + 1_000, totals[-1][1])]
    soak.check_days(lived.days, totals)
    with pytest.raises(BrokenError, match="day"):
        soak.check_days(lived.days, wrong)


def test_a_byte_that_stays_in_the_pump_is_seen(lived):
    before = soak.reachable(lived.rig.app)
    lived.pump.log.outbox.append(bytearray(32))
    after = soak.reachable(lived.rig.app)
    lived.pump.log.outbox.pop()
    assert after[0] == before[0] + 1
    assert after[1] >= before[1] + 32


def test_the_life_has_what_a_life_has(lived):
    assert lived.rig.all(events.BOLUS_START)
    assert lived.rig.all(events.DAY_TOTAL)
