"""The whole pump at the other end of a cable: what a host can do to it, and what it cannot."""

import struct
import sys

from host_tests.fakes.flash import Files
from host_tests.link.asking import answers
from host_tests.rig import Rig
from pump.core import alarms as al
from pump.core import codes, events, states
from pump.core import settings as st
from pump.link import frame, protocol

MANY = 500
MOST_RECORDS = 120  # 100 of changes, the few that say that no more were made, checkpoints


def ask(rig, kind, body=b""):
    """The code with which one request is answered."""
    rig.port.host_write(frame.pack(protocol.request(1, kind, body)))
    rig.run_ms(200)
    (answer,) = answers(rig.port.host_read())
    return answer[3]


def alarms_told(rig):
    """(raised, waiting) of a status: alarm n is bit n there."""
    rig.port.host_write(frame.pack(protocol.request(1, protocol.STATUS)))
    rig.run_ms(200)
    (answer,) = answers(rig.port.host_read())
    return struct.unpack_from(protocol.STATUS_LAYOUT, answer, 4)[2:4]


def set_clicks(rig, value):
    return ask(rig, protocol.SET_SETTING, struct.pack("<Bi", st.KEY_CLICKS, value))


def test_a_flood_of_changes_is_refused_before_it_pushes_doses_out_of_the_log():
    rig = Rig()
    before = rig.app.journal.next_seq
    found = [set_clicks(rig, turn & 1) for turn in range(MANY)]
    assert codes.TOO_MANY in found
    assert rig.app.journal.next_seq - before < MOST_RECORDS


def test_refused_changes_fill_the_log_no_more_than_those_that_are_made():
    rig = Rig()
    before = rig.app.journal.next_seq
    for _ in range(MANY):
        ask(rig, protocol.SET_SETTING, struct.pack("<Bi", 99, 0))
    assert rig.app.journal.next_seq - before < MOST_RECORDS


def test_a_status_has_each_alarm_at_the_bit_of_its_number():
    rig = Rig()
    alarms = rig.pump.alarms
    for number in range(1, len(al.PRIORITIES)):
        was = alarms_told(rig)
        alarms.once(number)
        raised, waiting = alarms_told(rig)
        assert raised == was[0] | 1 << number and waiting == was[1] | 1 << number
        alarms.acknowledge(number, events.SOURCE_BUTTONS)


def test_buttons_are_never_too_many():
    rig = Rig()
    turn = 0
    while set_clicks(rig, turn & 1) == codes.OK:
        turn += 1
    for value in (100, 200, 300):
        assert rig.pump.set_setting(st.BOLUS_STEP_MU, value, events.SOURCE_BUTTONS) == codes.OK


def test_a_host_that_asks_and_does_not_read_lets_the_pump_sleep():
    rig = Rig()
    rig.run_s(40)
    rig.port.host_reads = False
    rig.port.host_write(frame.pack(protocol.request(1, protocol.STATUS)) * 100)
    turns = []
    whole = rig.app.turn
    rig.app.turn = lambda: turns.append(1) or whole()
    rig.run_s(10)
    assert rig.port.waiting()
    assert len(turns) < 10_000 // 20 + 100


def test_a_pairing_that_a_lost_log_has_ended_is_ended_in_the_flash_as_well():
    rig = Rig(program=[(0, 1_000)])
    rig.restart()
    rig.pump.remote.pair(bytes(32), events.SOURCE_LINK)
    rig.pump.settings_dirty = True
    rig.run_s(5)
    rig.cut_power()
    files = Files(rig.world.flash)
    for folder in ("/log/head", "/log"):
        for name, size in files.entries(folder):
            if size:
                files.remove(folder + "/" + name)
    rig.boot()
    rig.run_s(1_200)
    assert rig.pump.state == states.RUNNING, "what is stored is not what is in force"
    for _ in range(3):
        assert not rig.pump.remote.paired()
        rig.restart()
    assert rig.all(events.PAIRING) == [(0, events.SOURCE_RULE)]


def test_the_talk_is_let_go_of_a_minute_after_the_last_word_and_the_next_begins_another():
    rig = Rig()
    assert set_clicks(rig, 0) == codes.OK
    rig.run_s(55)
    assert "pump.talk" in sys.modules
    rig.run_s(10)
    assert "pump.talk" not in sys.modules and "pump.link.link" not in sys.modules
    assert set_clicks(rig, 1) == codes.OK


def test_service_does_not_wait_for_a_host_that_does_not_read_and_its_record_is_durable():
    rig = Rig()
    assert rig.pump.suspend(events.SOURCE_BUTTONS) == codes.OK
    rig.run_s(1)
    rig.port.host_reads = False
    rig.port.host_write(frame.pack(protocol.request(1, protocol.SERVICE)))
    rig.run_until(lambda: rig.app.in_service, 5)
    rig.restart()
    assert rig.all(events.SERVICE) == [(1, events.SOURCE_LINK)]
