"""The language of a whole pump: chosen at its buttons or by a program, one in memory at a time."""

import struct
import sys

from host_tests.fakes import framebuf
from host_tests.link.asking import answers
from host_tests.rig import DOWN, OK, STOP, UP, Rig
from host_tests.ui.bench import Watched
from pump import app
from pump.core import codes
from pump.core import settings as st
from pump.link import frame, protocol

GERMAN = 1
MENU_SETTINGS = 6


def said(rig):
    """Every text of the screen of the moment."""
    frame_of_it = framebuf.FrameBuffer(bytearray(1024), 128, 64, framebuf.MONO_VLSB)
    canvas = Watched(framebuf, frame_of_it, 128, 64)
    rig.app.ui.draw(canvas)
    assert not canvas.outside
    return " ".join(canvas.said)


def loaded():
    """The modules of texts that are in memory."""
    return sorted(name for name in sys.modules if name.startswith("pump.ui") and "texts" in name)


def over_the_link(rig, value):
    body = struct.pack("<Bi", st.LANGUAGE, value)
    rig.port.host_write(frame.pack(protocol.request(1, protocol.SET_SETTING, body)))
    rig.run_s(1)
    (answer,) = answers(rig.port.host_read())
    return answer[3]


def choose(rig, key):
    """The language among the settings, changed at the buttons."""
    rig.press(OK)
    rig.press(DOWN, times=MENU_SETTINGS)
    rig.press(OK)
    rig.press(OK)  # its first row
    rig.press(key)
    rig.press(OK, times=2)


def test_a_language_chosen_at_the_pump_is_spoken_at_once_and_after_a_restart():
    rig = Rig()
    rig.run_s(3)
    assert "Today" in said(rig)
    choose(rig, UP)
    rig.run_s(1)
    assert "Heute" in said(rig)
    assert all(name.endswith("_de") for name in loaded())
    rig.press(OK)
    assert "Temporäre Basalrate" in said(rig)
    assert "pump.ui.pages.texts_de" in loaded()
    assert all(name.endswith("_de") for name in loaded())
    rig.restart()
    rig.run_s(3)
    assert "Heute" in said(rig)
    choose(rig, DOWN)
    rig.run_s(1)
    assert "Today" in said(rig)
    assert not any(name.endswith("_de") for name in loaded())


def test_a_language_chosen_in_the_first_start_is_spoken_there_and_the_clock_comes_next():
    rig = Rig(knows_it=False)
    rig.run_s(3)
    assert "First start" in said(rig) and "English" in said(rig)
    rig.press(OK)
    rig.press(UP)
    rig.press(OK, times=2)
    rig.run_s(1)
    assert "Erster Start" in said(rig) and "Deutsch" in said(rig)
    assert all(name.endswith("_de") for name in loaded())
    rig.press(OK)
    assert "Uhr" in said(rig) and "UTC" in said(rig)


def test_a_language_set_over_the_link_is_on_the_display_without_a_press():
    rig = Rig()
    rig.run_s(3)
    before = rig.screen()
    assert over_the_link(rig, GERMAN) == codes.OK
    assert rig.screen() != before
    assert "Heute" in said(rig)
    over_the_link(rig, 0)
    assert rig.screen() == before


def test_an_alarm_and_a_running_bolus_go_on_in_the_other_language():
    rig = Rig()
    rig.bolus(1_000)
    rig.run_s(5)
    assert over_the_link(rig, GERMAN) == codes.OK
    assert "Bolus 0." in said(rig) and "/ 1.00 E" in said(rig)
    rig.press(UP)
    assert "Bolus läuft" in said(rig)
    rig.world.line.block()
    rig.run_until(lambda: rig.app.ui.alarm)
    assert "VERSCHLUSS" in said(rig)
    assert over_the_link(rig, 0) == codes.OK
    assert "OCCLUSION" in said(rig)


def test_a_pump_without_the_memory_for_a_language_keeps_the_one_it_has(monkeypatch):
    rig = Rig()
    rig.run_s(3)
    whole = app.speak

    def no_room(_):
        raise MemoryError

    monkeypatch.setattr(app, "speak", no_room)
    assert over_the_link(rig, GERMAN) == codes.OK
    assert "Today" in said(rig)
    assert rig.hardware.errors == []
    monkeypatch.setattr(app, "speak", whole)
    rig.pump.set_setting(st.KEY_CLICKS, 0, 0)
    rig.run_s(1)
    assert "Heute" in said(rig)


def test_the_calculator_speaks_the_language_too():
    rig = Rig()
    rig.run_s(3)
    for number, value in ((st.LANGUAGE, GERMAN), (st.CARB_RATIO_1, 100), (st.FACTOR_1, 40)):
        assert rig.pump.set_setting(number, value, 0) == codes.OK
    rig.run_s(1)
    rig.press(DOWN)
    assert "Kohlenhydrate" in said(rig)
    rig.press(STOP)
