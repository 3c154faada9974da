"""The history of a whole pump, read from its flash: what it shows is what the log says."""

from host_tests.rig import DOWN, OK, STOP, Rig
from host_tests.ui.pictures.scenes import HISTORY_ROW
from pump.core import events
from pump.core import settings as st
from pump.storage.segments import RECORDS_PER_SEGMENT
from pump.ui.pages import past


def open_history(rig):
    """From home, and let it look until it is done."""
    rig.press(OK)
    rig.press(DOWN, times=HISTORY_ROW)
    rig.press(OK)
    rig.run_until(lambda: not rig.app.ui.top().past.looking, 30)


def found(rig, which):
    """The entries of a list of the history that is open, as tuples."""
    looked = rig.app.ui.top().past
    return [
        tuple(looked.value(which, index, word) for word in range(past.WORDS))
        for index in range(looked.count(which))
    ]


def newest_first(rig, event):
    return rig.all(event)[::-1]


def test_the_history_is_what_the_log_says_over_segments_and_restarts():
    rig = Rig(program=[(0, 2_000)])
    rig.pump.set_clock(200_000_000, 60, events.SOURCE_LINK)
    for day in range(3):
        for turn in range(500):
            assert rig.pump.set_setting(st.KEY_CLICKS, turn & 1, events.SOURCE_LINK) == 0
            rig.turn()
        rig.bolus(500)
        rig.run_s(8 * 3_600)
        rig.bolus(1_000)
        rig.run_s(10)
        rig.press(STOP, times=2)
        rig.run_s(16 * 3_600)
        if day:
            rig.restart()
            rig.run_s(3)
            rig.press(OK, times=2)
            rig.press(STOP, times=3)
    assert rig.app.journal.next_seq > RECORDS_PER_SEGMENT + 200
    open_history(rig)
    ends, starts = newest_first(rig, events.BOLUS_END), newest_first(rig, events.BOLUS_START)
    boluses = found(rig, past.BOLUSES)
    assert [entry[past.GIVEN_MU] for entry in boluses] == [end[1] for end in ends]
    assert [entry[past.ASKED_MU] for entry in boluses] == [start[1] for start in starts]
    assert len(boluses) == 6 and boluses[0][past.GIVEN_MU] < 1_000
    days = [entry[past.BASAL_MU :] for entry in found(rig, past.DAYS)]
    totals = newest_first(rig, events.DAY_TOTAL)
    assert totals.pop() == (0, 0, 0)  # before the clock was set
    assert days == totals and len(days) >= 3
    alarms = [entry[past.ALARM] for entry in found(rig, past.ALARMS)]
    assert alarms == [raised[0] for raised in newest_first(rig, events.ALARM_RAISED)]
    assert rig.hardware.errors == []
