"""What a whole pump does when nobody touches it."""

from host_tests.rig import DOWN, OK, STOP, Rig
from pump.core import alarms as al
from pump.core import codes, events, states
from pump.core import settings as st


def with_setting(number, value):
    rig = Rig(program=[(0, 1_000)])
    rig.run_s(10)
    assert rig.pump.set_setting(number, value, events.SOURCE_LINK) == codes.OK
    return rig


def test_a_pump_that_nobody_touches_switches_itself_off_and_a_press_begins_anew():
    rig = with_setting(st.AUTO_OFF_H, 5)
    rig.run_s(17_400)
    rig.press(DOWN)
    rig.run_s(17_800)
    assert rig.pump.state == states.RUNNING
    assert rig.pump.alarms.waiting >> al.AUTO_OFF_SOON - 1 & 1
    rig.run_s(300)
    assert rig.pump.state == states.SUSPENDED
    steps = rig.steps
    rig.press(OK)  # seen
    rig.press(OK)
    assert not rig.pump.alarms.waiting >> al.AUTO_OFF - 1 & 1
    rig.hold(STOP, 2_500)
    assert rig.pump.state == states.RUNNING
    rig.run_s(600)
    assert rig.steps > steps
    assert (events.SOURCE_RULE, al.AUTO_OFF) in rig.all(events.SUSPEND)


def test_the_power_cut_after_auto_off_leaves_the_pump_suspended():
    rig = with_setting(st.AUTO_OFF_H, 5)
    rig.run_s(18_100)
    assert rig.pump.state == states.SUSPENDED
    rig.restart()
    rig.run_s(120)
    assert rig.pump.state == states.SUSPENDED


def test_delivery_suspended_at_the_pump_goes_on_by_itself_where_that_is_set():
    rig = with_setting(st.AUTO_RESUME_MIN, 15)
    rig.press(OK)  # leaves the boot screen
    rig.press(STOP)
    rig.hold(STOP, 2_500)
    assert rig.pump.state == states.SUSPENDED
    rig.run_s(15 * 60 + 90)
    assert rig.pump.state == states.RUNNING
    assert [values[0] for values in rig.all(events.RESUME)] == [events.SOURCE_RULE]


def test_a_motor_that_is_never_let_run_raises_an_alarm_within_minutes():
    rig = Rig(program=[(0, 2_000)])
    rig.run_s(300)
    rig.app._move = lambda: None
    rig.run_s(420)
    assert rig.pump.alarms.raised >> al.UNDER_DELIVERY - 1 & 1
    assert rig.pump.state == states.RUNNING
