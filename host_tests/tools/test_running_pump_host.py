"""`basalt` and a running pump: what it shows, what it changes, what it says when it cannot."""

import json
import os
import tty

import pytest

from basalt import client
from host_tests.fakes.link_service import LinkService
from host_tests.fakes.pty_pump import PtyPump
from host_tests.tools.running import basalt, failed
from pump.core import codes, events, record
from pump.link import frame, protocol

COMMANDS = (
    ("status",),
    ("time", "show"),
    ("time", "set"),
    ("settings", "show"),
    ("settings", "set", "max_bolus", "5"),
    ("settings", "set", "basal", "00:00=1"),
)


@pytest.fixture
def service():
    return LinkService()


@pytest.fixture
def pump(service):
    with PtyPump(service) as pump:
        yield pump


def test_status_says_what_the_pump_does(pump, service):
    service.waiting_alarms = 1 << 3
    ran = basalt("status", "--port", pump.port)
    assert ran.code == 0
    shown = ran.out.split()
    assert shown[:5] == ["pump", "Basalt", "0.1.0", "on", "pico"]
    assert "running" in shown and "180.50" in shown and "0.80" in shown
    assert "reservoir_low (not acknowledged)" in ran.out
    assert "180.50 U, 225 h of basal" in ran.out
    assert "in force" not in ran.out
    service.active = 3
    assert "3 is in force" in basalt("status", "--port", pump.port).out


def test_status_as_json_has_every_value_by_name(pump):
    data = json.loads(basalt("status", "--port", pump.port, "--json").out)
    assert data["pump"] == "e6614104032c1b2a"
    assert data["state"] == "running"
    assert data["rate_mu_h"] == 800
    assert data["uptime_ms"] == 5_250
    assert data["clock_trusted"] is True
    assert data["local"] == "2026-01-08T01:46:40"


def test_time_set_sets_the_local_time_of_the_offset(pump, service, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_577_836_800 + 200_000_000.4)
    ran = basalt("time", "set", "--port", pump.port, "--utc-offset", "-03:30")
    assert ran.code == 0, ran.err
    assert (service.local_s, service.utc_offset_min) == (200_000_000 - 12_600, -210)
    assert "UTC-03:30" in ran.out
    assert record.header(service.records[-1])[2] == events.CLOCK_SET


def test_time_show_compares_with_this_computer(pump, service, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_577_836_800 + 190_000_000.0 - 3_600 - 7)
    data = json.loads(basalt("time", "show", "--port", pump.port, "--json").out)
    assert data["ahead_s"] == 7


def test_settings_show_gives_units_and_ranges(pump):
    out = basalt("settings", "show", "--port", pump.port).out
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in out.splitlines()}
    assert rows["max_bolus"] == "10.00 U (0.00 to 30.00 U)"
    assert rows["utc_offset"] == "+00:00 (-12:00 to +14:00)"
    assert rows["basal"] == "00:00=0.80 06:30=1.20 U/h"


def test_settings_set_takes_human_units(pump, service):
    ran = basalt("settings", "set", "max_bolus", "7.5", "--port", pump.port)
    assert ran.code == 0, ran.err
    assert ran.out == "max_bolus is 7.50 U now.\n"
    assert service.values[3][0] == 7_500
    assert basalt("settings", "set", "max-bolus", "6 U", "--port", pump.port).code == 0
    assert service.values[3][0] == 6_000


def test_settings_set_basal_replaces_the_program(pump, service):
    ran = basalt("settings", "set", "basal", "00:00=0.80 06:30=1.2", "--port", pump.port)
    assert ran.code == 0, ran.err
    assert service.segments == [(0, 800), (390, 1_200)]


def rows_of(out):
    """The facts that are printed, by their names."""
    parts = [line.split("  ", 1) for line in out.splitlines()]
    return {name: " ".join(value.split()) for name, value in parts}


def test_settings_set_writes_a_program_that_is_not_in_force(pump, service):
    words = ("settings", "set", "basal", "00:00=0.5 12:00=1", "--program", "3")
    ran = basalt(*words, "--port", pump.port)
    assert ran.code == 0, ran.err
    assert ran.out == "basal program 3 is 00:00=0.50 12:00=1.00 U/h now, not in force.\n"
    assert service.others == {3: [(0, 500), (720, 1_000)]}
    assert service.segments == [(0, 800), (390, 1_200)]
    words = ("settings", "set", "basal", "00:00=2", "--program", "1")
    assert basalt(*words, "--port", pump.port).code == 0
    assert service.segments == [(0, 2_000)]
    words = ("settings", "set", "basal", "none", "--program")
    ran = basalt(*words, "3", "--port", pump.port)
    assert ran.out == "basal program 3 is taken away.\n" and service.others == {3: []}
    failed(basalt(*words, "1", "--port", pump.port), 2, "in force", "nothing was changed")
    failed(basalt("settings", "set", "basal", "none", "--port", pump.port), 2, "basal program")
    ran = basalt("settings", "set", "max_bolus", "1", "--program", "2", "--port", pump.port)
    failed(ran, 2, "--program goes with basal alone")
    assert service.segments == [(0, 2_000)] and service.values[3][0] == 10_000


def test_settings_activate_asks_and_puts_another_program_in_force(pump, service):
    service.others[2] = [(0, 500)]
    words = ("settings", "activate", "2", "--port", pump.port)
    failed(basalt(*words), 2, "Nobody can be asked here")
    assert service.active == 1
    ran = basalt(*words, "--yes")
    assert ran.code == 0, ran.err
    assert ran.out == "Basal program 2 is in force now, in place of 1.\n"
    assert service.active == 2 and service.segments == [(0, 500)]
    data = json.loads(
        basalt("settings", "activate", "1", "--port", pump.port, "--yes", "--json").out
    )
    assert data == {"program": 1, "old_program": 2, "day_mu": 26_200, "old_day_mu": 12_000}
    assert basalt("settings", "activate", "1", "--port", pump.port).out == (
        "Basal program 1 is in force already.\n"
    )


def test_a_program_that_is_none_is_not_activated(pump, service):
    ran = basalt("settings", "activate", "4", "--port", pump.port, "--yes")
    failed(ran, 2, "Basal program 4 has no segments", "--program 4")
    assert service.active == 1
    assert basalt("settings", "activate", "5", "--port", pump.port, "--yes").code == 2


def test_settings_name_takes_a_name_out_of_the_list(pump, service):
    ran = basalt("settings", "name", "2", "Sick-day", "--port", pump.port)
    assert ran.out == "Basal program 2 is called sick day now.\n"
    assert service.program_names == [0, 4, 0, 0]
    ran = basalt("settings", "name", "2", "none", "--port", pump.port)
    assert ran.out == "Basal program 2 has no name now.\n"
    failed(basalt("settings", "name", "2", "bob", "--port", pump.port), 2, "'bob'", "weekend")
    assert service.program_names == [0, 0, 0, 0]


def test_settings_show_tells_every_program_that_is_written(pump, service):
    service.others[2] = [(0, 500)]
    service.program_names[1] = 3
    rows = rows_of(basalt("settings", "show", "--port", pump.port).out)
    assert rows["program 1"] == "in force, 26.20 U a day"
    assert rows["program 2 (weekend)"] == "00:00=0.50 U/h, 12.00 U a day"
    assert "program 3" not in rows
    found = json.loads(basalt("settings", "show", "--port", pump.port, "--json").out)
    assert [one["active"] for one in found["programs"]] == [True, False, False, False]
    assert found["programs"][1]["segments"] == [{"start_min": 0, "rate_mu_h": 500}]
    assert found["basal"] == found["programs"][0]["segments"]


def test_a_pump_that_knows_one_program_alone_is_shown_as_it_was(pump, service, monkeypatch):
    from pump.link import link, protocol

    for table in (link._HANDLERS, link._CHANGERS):
        for kind in (protocol.PROGRAM, protocol.SET_PROGRAM, protocol.ACTIVATE_PROGRAM):
            if kind in table:
                monkeypatch.delitem(table, kind)
    rows = rows_of(basalt("settings", "show", "--port", pump.port).out)
    assert rows["basal"] == "00:00=0.80 06:30=1.20 U/h" and "program 1" not in rows


def test_a_setting_out_of_range_is_refused_with_the_range_and_changes_nothing(pump, service):
    ran = basalt("settings", "set", "max_bolus", "31", "--port", pump.port)
    failed(ran, 2, "max_bolus must be 0.00 to 30.00 U, not 31.00", "nothing was changed")
    assert service.values[3][0] == 10_000


def test_a_setting_that_this_pump_does_not_know_is_refused(pump):
    ran = basalt("settings", "set", "display_off", "60", "--port", pump.port)
    failed(ran, 5, "unknown", "update it")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("max_bolsu", "1", "There is no setting 'max_bolsu'"),
        ("max_bolus_mu", "1000", "Call it max_bolus: its value is given in U"),
        ("max_bolus", "many", "'many' is no value for max_bolus"),
        ("max_bolus", "nan", "'nan' is no value"),
        ("max_bolus", "1e999999", "is no value"),
        ("max_bolus", "1.0005", "too fine"),
        ("display_off", "1.5", "too fine for display_off"),
        ("utc_offset", "+25:00", "must be -12:00 to +14:00"),
        ("utc_offset", "noon", "no offset"),
        ("basal", "", "no part of a basal program"),
        ("basal", "06:00=1", "must start at 00:00"),
        ("basal", "00:00=1 00:00=2", "must rise"),
        ("basal", "00:00=1 24:00=2", "no time of day"),
        ("basal", "00:00=1 12:60=2", "no time of day"),
        ("basal", "00:00=-1", "0 to 35 U/h"),
        (
            "basal",
            "00:00=1 " + " ".join(f"{m // 60:02d}:{m % 60:02d}=1" for m in range(1, 49)),
            "48",
        ),
    ],
)
def test_what_is_no_value_is_refused_before_the_pump_is_asked(pump, name, value, words):
    failed(basalt("settings", "set", name, value, "--port", pump.port), 2, words)
    assert pump.sent_bytes == 0


def test_a_refusal_of_the_pump_is_named(pump, service):
    service.set_basal = lambda segments: codes.OVER_MAX_BASAL
    ran = basalt("settings", "set", "basal", "00:00=20", "--port", pump.port)
    failed(ran, 5, "over_max_basal", "nothing was changed")


def test_ports_says_who_answers_at_a_port_that_is_named(pump):
    found = json.loads(basalt("ports", "--port", pump.port, "--json").out)
    ours = next(each for each in found if each["port"] == pump.port)
    assert ours["identity"]["unique_id"] == "e6614104032c1b2a"
    assert f"{pump.port}  Basalt 0.1.0 on pico" in basalt("ports", "--port", pump.port).out


@pytest.mark.parametrize("command", COMMANDS)
def test_a_port_that_does_not_exist_is_one_sentence(command):
    failed(basalt(*command, "--port", "/dev/ttyNONE"), 3, "There is no serial port /dev/ttyNONE")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_no_port_is_one_sentence(command, tmp_path):
    path = tmp_path / "file"
    path.write_text("hello")
    failed(basalt(*command, "--port", path), 3, "is not a serial port")
    assert path.read_text() == "hello"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_port_that_another_program_uses_is_one_sentence(command, pump):
    with client.PumpLink.open(pump.port):
        failed(basalt(*command, "--port", pump.port), 3, "in use by another program")


@pytest.mark.parametrize("command", COMMANDS)
def test_what_never_answers_is_not_a_pump(command, monkeypatch):
    monkeypatch.setattr(client, "ANSWER_S", 0.05)
    master, slave = os.openpty()
    tty.setraw(slave)
    ran = basalt(*command, "--port", os.ttyname(slave))
    os.close(master)
    os.close(slave)
    failed(ran, 4, "does not answer as a Basalt pump", "basalt flash")


def test_what_answers_rubbish_is_not_a_pump(service, monkeypatch):
    monkeypatch.setattr(client, "ANSWER_S", 0.05)
    with PtyPump(service) as pump:
        pump.flip = 0x5A
        failed(basalt("status", "--port", pump.port), 4, "does not answer as a Basalt pump")


class OtherVersion:
    """A link of another time: of any request it understands only `identify`."""

    def __init__(self, version):
        self._version = version
        self._deframer = frame.Deframer(protocol.MOST_REQUEST)
        self._out = b""

    def room(self):
        return 256

    def idle(self):
        return not self._out

    def feed(self, data):
        at = 0
        while at < len(data):
            at = self._deframer.feed(data, at)
            payload = self._deframer.payload
            if payload is not None and payload[2] == protocol.IDENTIFY:
                head = bytes((self._version, payload[1], payload[2] | protocol.ANSWER, codes.OK))
                self._out += frame.pack(head + bytes(20))

    def take(self, limit):
        data, self._out = self._out[:limit], self._out[limit:]
        return data


@pytest.mark.parametrize(
    ("version", "words"), [(2, "update basalt"), (4, "update basalt"), (0, "does not answer")]
)
def test_a_pump_of_another_link_version_is_named(service, monkeypatch, version, words):
    monkeypatch.setattr(client, "ANSWER_S", 0.05)
    with PtyPump(service) as pump:
        pump.link = OtherVersion(version)
        failed(basalt("status", "--port", pump.port), 4, words)


def test_a_port_that_goes_away_after_any_byte_of_an_answer_is_one_sentence(service):
    whole = len(frame.pack(bytes(4 + 5 + 24)))
    for at_bytes in range(0, whole, 9):
        with PtyPump(service, at_bytes, PtyPump.vanish) as pump:
            failed(basalt("status", "--port", pump.port), 3, "went away in the middle")
