"""The first start of a whole pump: out of the bag it leads, later it does not."""

from host_tests.rig import OK, STOP, Rig
from pump.core import codes, events, states
from pump.core import settings as st


def new():
    """A pump in the hands of somebody who has never seen one."""
    return Rig(knows_it=False)


def is_led(rig):
    return type(rig.app.ui.top()).__name__ == "FirstStart"


def test_a_board_out_of_its_bag_leads_and_one_press_of_stop_leaves_it():
    rig = new()
    assert is_led(rig)
    rig.press(STOP)
    rig.run_s(1)
    assert not is_led(rig)
    assert rig.pump.state == states.RUNNING


def test_what_leads_is_on_the_display_once_the_boot_screen_has_gone():
    rig = new()
    rig.run_s(1)
    booting = rig.screen()
    rig.run_s(5)
    assert rig.screen() == rig.drawn() != booting


def test_what_changes_while_it_waits_is_on_the_display():
    rig = new()
    rig.press(OK)
    rig.press(STOP)
    assert rig.pump.set_clock(200_000_000, 60, events.SOURCE_LINK) == codes.OK
    assert rig.pump.set_setting(st.DISPLAY_OFF_S, 300, events.SOURCE_LINK) == codes.OK
    for _ in range(3):
        rig.run_s(40)
        assert is_led(rig) and rig.screen() == rig.drawn()


def test_the_next_start_leads_again_until_something_was_set_up():
    rig = new()
    rig.press(STOP)
    rig.restart()
    assert is_led(rig)
    assert rig.pump.set_basal([(0, 800)], events.SOURCE_LINK) == 0
    rig.run_s(1)
    rig.restart()
    assert not is_led(rig)


def test_a_pump_without_memory_for_it_starts_all_the_same(monkeypatch):
    def no_room(ui):
        raise MemoryError

    monkeypatch.setattr("pump.ui.ui._load_first", no_room)
    rig = new()
    rig.press(OK)
    rig.run_s(1)
    assert not is_led(rig)
    assert rig.pump.state == states.RUNNING
