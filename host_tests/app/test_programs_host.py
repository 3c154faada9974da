"""The basal programs of a whole pump: edited and activated at its buttons, kept over restarts."""

import sys

from host_tests.rig import DOWN, OK, UP, Rig
from pump.core import programs

PROGRAM = [(0, 1_000), (360, 1_500)]


def in_use():
    rig = Rig(program=PROGRAM)
    rig.run_s(3)
    rig.app._forget_menu()
    return rig


def held(rig, number):
    return programs.segments_of(rig.pump.settings, number)


def open_program(rig, number):
    """Its menu, out of the list."""
    rig.press(OK)
    rig.press(DOWN)
    rig.press(OK)
    rig.press(DOWN, times=number - rig.pump.settings.active)
    rig.press(OK)


def write_second(rig):
    """A second program: the first one with 0.5 U/h more until 06:00."""
    open_program(rig, 2)
    rig.press(OK, times=3)  # edit, the first segment, and on to the tenths
    rig.press(UP, times=5)
    rig.press(OK, times=2)
    rig.press(DOWN, times=6)
    rig.press(OK, times=2)


def test_a_program_written_and_activated_at_the_buttons_is_in_force_after_a_restart():
    rig = in_use()
    write_second(rig)
    assert held(rig, 2) == [(0, 1_500), (360, 1_500)]
    rig.app.ui.go_home()
    open_program(rig, 2)
    rig.press(DOWN, times=3)
    rig.press(OK, times=2)
    assert rig.pump.settings.active == 2 and rig.pump.basal_rate_mu_h() == 1_500
    rig.run_s(2)
    rig.restart()
    rig.run_s(3)
    assert rig.pump.settings.active == 2 and rig.pump.basal_rate_mu_h() == 1_500
    assert held(rig, 1) == PROGRAM
    assert rig.hardware.errors == []


def test_what_the_pages_of_programs_need_is_let_go_of_at_home():
    rig = in_use()
    write_second(rig)
    assert "pump.core.programs" in sys.modules
    rig.app.ui.go_home()
    needed = ("pump.ui.pages.basal", "pump.core.programs")
    assert [name for name in sys.modules if name.startswith(needed)] == []


def test_nothing_is_loaded_where_ok_saves_or_activates(monkeypatch):
    class NoRoom:
        def find_spec(self, name, *_):
            if name.startswith("pump."):
                raise MemoryError

    rig = in_use()
    open_program(rig, 1)
    rig.press(DOWN)
    rig.press(OK, times=3)
    rig.press(UP)
    monkeypatch.setattr(sys, "meta_path", [NoRoom(), *sys.meta_path])
    rig.press(OK, times=2)
    rig.press(DOWN, times=6)
    rig.press(OK, times=2)
    monkeypatch.undo()
    rig.run_s(1)
    assert held(rig, 1)[0] == (0, 1_100)
    assert rig.hardware.errors == []
