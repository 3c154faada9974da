"""The guided calibration at the pump: keys, a scale, a screw that board.py does not know."""

import pytest

from host_tests.fakes.reservoir import Reservoir
from host_tests.rig import DOWN, OK, STOP, UP, Rig
from pump.core import alarms as al
from pump.core import events, states
from pump.core import settings as st
from pump.ui.pages.values import GROUPS

TRUE = 650
MG_PER_UNIT = 9.982
MENU_SETTINGS = 6


class Desk:
    """A person who follows the pages, with a scale that shows milligrams."""

    def __init__(self, true=TRUE, program=None):
        self.rig = rig = Rig(program=program)
        world = rig.world
        world.reservoir = Reservoir(world.clock, world.line, (true, 1))
        world.motor.load = world.reservoir
        self.entered = 200  # what the page offers first
        rig.press(OK)
        rig.press(DOWN, times=MENU_SETTINGS)
        rig.press(OK)
        rig.press(DOWN, times=len(GROUPS) - 1)
        rig.press(OK)
        rig.press(DOWN, times=GROUPS[-1].index(st.STEPS_PER_UNIT))
        rig.press(OK)
        self.page = rig.app.ui.top()

    def begin(self):
        """Until the line is full and the first run is asked for."""
        rig = self.rig
        rig.press(OK, times=2)
        rig.run_s(3)
        rig.press(OK)  # it drops
        rig.run_s(1)

    def weigh(self, wrong_mg=0):
        """One run: pump, read the scale, enter it."""
        rig = self.rig
        before = rig.world.reservoir.units_out()
        rig.press(OK)
        rig.run_until(lambda: not rig.pump.move.active)
        rig.run_s(20)
        shown = round((rig.world.reservoir.units_out() - before) * MG_PER_UNIT) + wrong_mg
        rig.press(UP if shown > self.entered else DOWN, times=abs(shown - self.entered))
        self.entered = shown
        rig.press(OK)

    def tenths(self):
        return self.rig.pump.settings.get(st.STEPS_PER_UNIT)

    def found_the_true_steps(self):
        """Whether what is in force is right but for a digit of 1 mg in 209."""
        return abs(self.tenths() - TRUE * 10) <= 10 * TRUE * 0.005


def test_four_weighings_find_the_true_steps_and_put_them_into_force():
    desk = Desk()
    rig = desk.rig
    desk.begin()
    for _ in range(4):
        desk.weigh()
    rig.press(OK)
    assert desk.found_the_true_steps()
    assert rig.pump.profile.scale.steps(10_000) == desk.tenths()
    assert rig.pump.settings.get(st.BACKLASH_STEPS) == 0
    assert rig.pump.state == states.CHANGING  # a person says what is in the syringe now
    rig.run_s(2)
    kinds = [kind for kind, _, _, _ in rig.all(events.MOVE_END)]
    assert kinds == [events.KIND_MEASURE] * 4 + [events.KIND_REWIND, events.KIND_MEASURE]
    assert rig.all(events.SETTING_CHANGED)[0] == (st.STEPS_PER_UNIT, 0, desk.tenths(), 0)
    rig.restart()
    assert rig.pump.profile.scale.steps(10_000) == desk.tenths()
    assert not rig.pump.alarms.raised & 1 << al.SETTINGS_LOST - 1


def test_a_dose_after_it_is_what_was_asked_on_the_scale():
    desk = Desk()
    rig = desk.rig
    desk.begin()
    for _ in range(4):
        desk.weigh()
    rig.press(OK)
    assert rig.pump.change().load(200_000, events.SOURCE_BUTTONS) == 0
    assert rig.pump.change().finish(events.SOURCE_BUTTONS) == 0
    before = rig.world.reservoir.units_out()
    rig.pump.give_bolus(5_000, events.SOURCE_BUTTONS)
    rig.run_s(300)
    given = rig.world.reservoir.units_out() - before
    assert given == pytest.approx(5, rel=0.005)


def test_runs_that_differ_are_no_calibration_and_are_made_again():
    desk = Desk()
    desk.begin()
    desk.weigh()
    desk.weigh(wrong_mg=-40)
    desk.weigh()
    desk.rig.press(OK)  # read
    for _ in range(4):
        desk.weigh()
    assert desk.tenths() == 0
    desk.rig.press(OK)
    assert desk.found_the_true_steps()


def test_stop_ends_a_run_at_once_and_it_is_not_weighed():
    desk = Desk()
    rig = desk.rig
    desk.begin()
    rig.press(OK)
    rig.run_s(3)
    rig.press(STOP)
    before = rig.steps
    rig.run_s(30)
    assert rig.steps == before
    assert rig.all(events.MOVE_END)[-1][3] == events.END_STOPPED
    for _ in range(4):
        desk.weigh()
    rig.press(OK)
    assert desk.found_the_true_steps()


def test_stop_while_the_motor_goes_back_leaves_it_standing_and_the_run_is_made_again():
    desk = Desk()
    rig = desk.rig
    desk.begin()
    for _ in range(3):
        desk.weigh()
    rig.press(OK)
    rig.run_s(1)
    rig.press(STOP)
    assert rig.all(events.MOVE_END)[-1][0] == events.KIND_REWIND
    before = rig.steps
    rig.run_s(30)
    assert rig.steps == before and not rig.pump.move.active
    desk.weigh()
    rig.press(OK)
    assert desk.found_the_true_steps()


def test_leaving_in_the_middle_changes_nothing():
    desk = Desk(program=[(0, 1_000)])
    rig = desk.rig
    desk.begin()
    desk.weigh()
    rig.press(STOP)
    assert rig.pump.state == states.CHANGING
    assert desk.tenths() == 0
    assert not rig.all(events.SETTING_CHANGED)


def test_a_screw_that_is_far_off_is_refused_at_the_end():
    desk = Desk(true=480)
    desk.begin()
    for _ in range(4):
        desk.weigh()
    desk.rig.press(OK)
    assert desk.tenths() == 0
    desk.rig.run_s(2)
    assert desk.rig.all(events.REFUSED)[-1][0] == events.COMMAND_SETTING
