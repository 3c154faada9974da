"""`basalt monitor` shows what the pump does, and the pump does the same as if nobody looked."""

import itertools
import json

import pytest
from rich.console import Console

from basalt import client
from basalt.monitor import page, picture_of, watch
from host_tests.fakes.rig_serial import RigSerial, plug
from host_tests.rig import Rig
from host_tests.tools.running import basalt
from pump.core import codes, events, programs

LOOK_MS = 500
LONGEST_PERIOD_US = 6_000  # within a train


@pytest.fixture
def rig(monkeypatch):
    rig = Rig(program=[(0, 2_000)])
    rig.run_s(3)
    plug(rig, monkeypatch)
    return rig


def a_bolus(watched):
    """A pump that gave 1.5 U beside its basal, looked at twice a second or not."""
    rig = Rig(program=[(0, 2_000)])
    rig.run_s(3)
    rig.world.motor.edge_times_us = []
    rig.bolus(1_500)
    began_us = rig.world.clock.now_us
    if watched:
        looks = 0
        with client.PumpLink(RigSerial(rig), 1.0) as link:
            for _ in watch(link, 0, sleep=lambda _: rig.run_ms(LOOK_MS)):
                looks += 1
                if rig.world.clock.now_us > began_us + 65_000_000:
                    break
        assert looks > 50
    rig.run_ms((began_us + 120_000_000 - rig.world.clock.now_us) // 1000)
    assert rig.hardware.errors == []
    return rig


def periods_us(rig):
    """The times between two steps of one train that there were."""
    times = rig.world.motor.edge_times_us
    gaps = {after - before for before, after in itertools.pairwise(times)}
    return {gap for gap in gaps if gap < LONGEST_PERIOD_US}


def test_watching_a_bolus_changes_no_step_of_it():
    alone, watched = a_bolus(False), a_bolus(True)
    assert watched.all(events.BOLUS_END) == alone.all(events.BOLUS_END)
    assert watched.all(events.BOLUS_PART) == alone.all(events.BOLUS_PART)
    # Basal beside it moves in quanta of 3 steps, and one may still be due in one of the two.
    assert abs(watched.steps - alone.steps) <= 3 and alone.steps > 1_000
    assert periods_us(watched) == periods_us(alone)


def test_watching_leaves_one_record_that_it_began():
    alone, watched = a_bolus(False), a_bolus(True)
    assert len(watched.records()) == len(alone.records()) + 1
    assert len(watched.all(events.LINK_OPENED)) == 1


def test_each_line_for_a_program_is_an_object_that_says_what_it_is(rig):
    rig.bolus(500)
    ran = basalt("monitor", "--port", "rig", "--json", "--looks", "3", "--interval", "20")
    assert ran.code == 0, ran.err
    lines = [json.loads(line) for line in ran.out.splitlines()]
    looks = [line for line in lines if line["kind"] == "status"]
    assert len(looks) == 3 and looks[0]["state"] == "bolus"
    assert looks[0]["rate_mu_h"] == 2_000
    records = [line for line in lines if line["kind"] == "record"]
    (end,) = [line for line in records if line["event"] == "bolus_end"]
    assert (end["given_mu"], end["reason"]) == (500, "all_given")


def test_the_page_has_the_screen_the_doings_and_the_newest_records(rig):
    rig.bolus(500)
    ran = basalt("monitor", "--port", "rig", "--looks", "1")
    assert ran.code == 0, ran.err
    assert "2.00 U/h" in ran.out
    assert "bolus start" in ran.out
    assert "⣿" in ran.out or "█" in ran.out or "⠉" in ran.out


def test_the_page_tells_which_basal_program_is_in_force_where_it_is_not_the_first(rig):
    looked = ("monitor", "--port", "rig", "--looks", "1")
    assert "2.00 U/h  reservoir" in basalt(*looked).out
    assert programs.edit(rig.pump, 2, [(0, 1_500)], events.SOURCE_BUTTONS) == codes.OK
    assert programs.activate(rig.pump, 2, events.SOURCE_BUTTONS) == codes.OK
    assert "1.50 U/h  program 2  reservoir" in basalt(*looked).out


def test_a_small_terminal_shows_screen_doings_and_newest_records_in_its_lines(rig):
    assert basalt("settings", "set", "max_bolus", "9").code == 0
    rig.bolus(500)
    with client.PumpLink(RigSerial(rig), 1.0) as link:
        sight = next(watch(link, 0))
    for width, height in ((80, 24), (100, 24), (170, 40), (66, 30)):
        console = Console(width=width, height=height)
        with console.capture() as shown:
            console.print(page(sight, sight.records, width, height))
        text = shown.get()
        assert len(text.splitlines()) <= height
        assert "bolus" in text.splitlines()[-1], "the newest record is the last line"
        for fact in ("2.00 U/h", "0.00 of 0.50 U", "not set", "records"):
            assert fact in text
    assert "max_bolus 10.00 to 9.00 U, by link" in text


def test_the_mirrored_screen_is_the_panel_s(rig):
    rig.bolus(500)
    with client.PumpLink(RigSerial(rig), 1.0) as link:
        sight = next(watch(link, 0))
    rig.run_until(lambda: not rig.pump.bolus.active)
    rig.run_s(10)  # until nothing on it runs
    with client.PumpLink(RigSerial(rig), 1.0) as link:
        frame = link.screen()
    rig.run_ms(100)
    assert len(sight.picture) == 64
    assert picture_of(frame) == picture_of(bytes(rig.hardware.display.buffer))
