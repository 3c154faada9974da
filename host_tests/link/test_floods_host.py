"""No program, however wild, pushes a week of doses out of the log."""

import struct

import pytest

from host_tests.link.test_sealed import paired
from pump.core import settings as st
from pump.link import protocol

LOG_HOLDS = 90 * 400  # records at the least; chip/flash_wear.py counts them
A_WEEK_H = 7 * 24


def bolus(there, _):
    return there.bolus(50)


def stopped_bolus(there, turn):
    return there.bolus(500) if turn & 1 else there.command(protocol.STOP)


def suspend(there, turn):
    return there.command((protocol.SUSPEND, protocol.RESUME)[turn & 1])


def refused(there, _):
    return there.command(protocol.RESUME)


def whole_program(there, turn):
    rates = (struct.pack("<HH", 30 * at, 600 + 10 * ((at + turn) % 5)) for at in range(48))
    return there.command(protocol.SET_BASAL, b"".join(rates))


def setting(there, turn):
    asked = struct.pack("<Bi", st.KEY_CLICKS, turn & 1)
    return there.command(protocol.SET_SETTING, asked)


@pytest.mark.parametrize(
    "act",
    [bolus, stopped_bolus, suspend, refused, whole_program, setting],
    ids=lambda a: a.__name__,
)
def test_a_program_gone_wild_takes_more_than_a_week_to_fill_the_log(act):
    there = paired()
    there.pump.settings.set(st.MAX_HOUR_MU, 60_000)
    there.pump.settings.set(st.MAX_DAY_MU, 300_000)
    written = []
    for turn in range(2 * 720):
        if turn % 720 == 0:
            written.append(len(there.bench.log))
        act(there, turn)
        there.bench.run_s(5)
    written.append(len(there.bench.log))
    at_once, later = written[1] - written[0], written[2] - written[1]
    assert later > 100, "it was as wild as it may be"
    assert at_once + later * (A_WEEK_H - 1) < LOG_HOLDS
