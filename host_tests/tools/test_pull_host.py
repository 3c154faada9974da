"""A pull brings every record once, however often it is stopped, and hides no gap."""

import json
import os
import signal
import subprocess
import sys

import pytest

from basalt import client
from basalt import pull as pulling
from basalt.client import PumpLink
from basalt.errors import PortProblem
from basalt.store import Store
from host_tests.fakes.link_service import LinkService
from host_tests.fakes.pty_pump import PtyPump
from host_tests.tools.running import basalt, failed
from pump.core import record
from pump.link import frame, protocol

NUMBER = "e6614104032c1b2a"


def pump_with(count):
    service = LinkService()
    service.fill(count)
    return service


def pull(pump, path, patience=0.3):
    """One pull within this process."""
    with PumpLink.open(pump.port, patience) as link, Store.open(path, create=True) as store:
        return pulling.pull(link, store, lambda done, of: None)


def stored(path, name=NUMBER):
    """The raw records in a store, in their order."""
    with Store.open(path) as store:
        raw = store.log(name).raw.tobytes()
    return [raw[at : at + 32] for at in range(0, len(raw), 32)]


def test_every_record_arrives_as_it_was_written(tmp_path):
    service = pump_with(500)
    with PtyPump(service) as pump:
        ran = basalt("pull", "--port", pump.port, "--store", tmp_path / "a.db")
    assert ran.code == 0, ran.err
    assert f"500 new records of {NUMBER}, 1 to 500." in ran.out
    assert stored(tmp_path / "a.db") == service.records


def test_a_second_pull_brings_only_what_is_new(tmp_path):
    service = pump_with(100)
    with PtyPump(service) as pump:
        pull(pump, tmp_path / "a.db")
        assert pull(pump, tmp_path / "a.db").new_records == 0
        assert (
            "Nothing new" in basalt("pull", "--port", pump.port, "--store", tmp_path / "a.db").out
        )
        before = pump.sent_bytes
        service.fill(3)
        again = pull(pump, tmp_path / "a.db")
        assert pump.sent_bytes - before < 1_500
    assert (again.new_records, again.first_seq, again.last_seq) == (3, 101, 103)
    assert stored(tmp_path / "a.db") == service.records


@pytest.mark.parametrize("at_bytes", [0, 60, 1_500, 4_321, 9_999, 17_000])
def test_killed_at_any_byte_it_goes_on_where_it_was(tmp_path, at_bytes):
    """The process is killed outright, in the middle of what the pump sends; then it runs again."""
    path = tmp_path / "a.db"
    service = pump_with(520)
    killed = []

    def kill(_):
        killed[0].send_signal(signal.SIGKILL)
        killed[0].wait()

    with PtyPump(service, at_bytes, kill) as pump:
        script = "import sys; sys.path[:0] = {!r}; from basalt.cli import main; main()"
        call = ["-c", script.format(sys.path), "pull", "--port", pump.port, "--store", str(path)]
        killed.append(subprocess.Popen([sys.executable, *call], stdout=subprocess.DEVNULL))
        assert killed[0].wait(60) == -signal.SIGKILL
        pull(pump, path)
    assert stored(path) == service.records


@pytest.mark.parametrize("at_bytes", [*range(0, 400, 37), 2_000, 5_555])
def test_a_port_that_goes_away_in_the_middle_loses_nothing(tmp_path, at_bytes):
    path = tmp_path / "a.db"
    service = pump_with(200)
    with PtyPump(service, at_bytes, PtyPump.vanish) as pump:
        ran = basalt("pull", "--port", pump.port, "--store", path)
    failed(ran, 3, "went away", "run the command again")
    with PtyPump(service) as pump:
        pull(pump, path)
    assert stored(path) == service.records


def test_what_came_before_the_port_went_away_is_in_the_store(tmp_path):
    service = pump_with(300)
    with PtyPump(service, 7_000, PtyPump.vanish) as pump, pytest.raises(PortProblem):
        pull(pump, tmp_path / "a.db")
    kept = stored(tmp_path / "a.db")
    assert kept == service.records[: len(kept)]
    assert len(kept) >= 31


def test_records_are_kept_while_they_come_not_only_at_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(pulling, "_KEEP_EVERY_S", 0)
    path = tmp_path / "a.db"
    seen = []
    with PtyPump(pump_with(300)) as pump, PumpLink.open(pump.port) as link:
        with Store.open(path, create=True) as store:
            pulling.pull(link, store, lambda done, of: seen.append(len(stored(path))))
    assert seen == [0, *range(31, 300, 31), 300]


def test_a_pump_that_falls_silent_is_given_up_with_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "ANSWER_S", 0.1)
    service = pump_with(200)

    def hush(pump):
        pump.silent = True

    with PtyPump(service, 3_000, hush) as pump, pytest.raises(PortProblem, match="stopped"):
        pull(pump, tmp_path / "a.db", 0.1)


def test_a_slice_that_was_lost_on_the_way_is_asked_for_again(tmp_path):
    service = pump_with(300)

    def disturb(pump):
        pump.flip = 0x10
        pump._at_bytes, pump._action = pump.sent_bytes + 900, heal

    def heal(pump):
        pump.flip = 0

    with PtyPump(service, 2_500, disturb) as pump:
        assert pull(pump, tmp_path / "a.db").new_records == 300
    assert stored(tmp_path / "a.db") == service.records


def test_records_dropped_before_the_first_pull_are_reported_as_a_gap(tmp_path):
    service = pump_with(200)
    service.lose(1, 120)
    with PtyPump(service) as pump:
        ran = basalt("pull", "--port", pump.port, "--store", tmp_path / "a.db")
        assert "Records 1 to 120 are not there: dropped." in ran.err
        again = pull(pump, tmp_path / "a.db")
    assert (again.new_records, again.gaps) == (0, [])
    assert stored(tmp_path / "a.db") == service.records


def test_records_missing_in_the_log_are_reported_and_kept_as_gaps(tmp_path):
    service = pump_with(200)
    service.lose(50, 52)
    service.lose(90, 170)
    service.lose(200, 200)
    with PtyPump(service) as pump:
        ran = basalt("pull", "--port", pump.port, "--store", tmp_path / "a.db", "--json")
    gaps = [
        (gap["first_seq"], gap["last_seq"], gap["reason"]) for gap in json.loads(ran.out)["gaps"]
    ]
    assert gaps == [(50, 52, "missing"), (90, 170, "missing"), (200, 200, "missing")]
    with Store.open(tmp_path / "a.db") as store:
        assert len(store.gaps(NUMBER)) == 3
    assert stored(tmp_path / "a.db") == service.records


def test_a_damaged_record_is_kept_as_it_came_and_its_number_is_a_gap(tmp_path):
    service = pump_with(100)
    bad = bytearray(service.records[40])
    bad[20] ^= 1
    whole = list(service.records)
    service.records[40] = bytes(bad)
    with PtyPump(service) as pump:
        ran = basalt("pull", "--port", pump.port, "--store", tmp_path / "a.db")
    assert ran.code == 0
    assert "1 records came damaged" in ran.err
    assert "Records 41 to 41 are not there: damaged." in ran.err
    with Store.open(tmp_path / "a.db") as store:
        assert store.damaged(NUMBER) == [(40, bytes(bad))]
    assert stored(tmp_path / "a.db") == whole[:40] + whole[41:]


def test_records_written_while_it_pulls_disturb_nothing(tmp_path):
    service = pump_with(300)

    def write(pump):
        pump.service.fill(50)

    with PtyPump(service, 4_000, write) as pump:
        pull(pump, tmp_path / "a.db")
        pull(pump, tmp_path / "a.db")
    assert stored(tmp_path / "a.db") == service.records


def test_oldest_records_dropped_while_it_pulls_are_a_gap(tmp_path):
    service = pump_with(300)

    def drop(pump):
        pump.service.lose(1, 250)

    with PtyPump(service, 2_000, drop) as pump:
        found = pull(pump, tmp_path / "a.db")
    assert [(gap.last_seq, gap.reason) for gap in found.gaps] == [(250, "dropped")]
    assert stored(tmp_path / "a.db")[-50:] == service.records


@pytest.mark.parametrize("records", [40, 100, 400])
def test_a_log_that_began_anew_is_kept_beside_the_old_one(tmp_path, records):
    old, new = pump_with(100), LinkService()
    new.run(5_000)
    new.fill(records)
    with PtyPump(old) as pump:
        pull(pump, tmp_path / "a.db")
    with PtyPump(new) as pump:
        found = pull(pump, tmp_path / "a.db")
        again = pull(pump, tmp_path / "a.db")
    assert found.began_anew and not again.began_anew
    assert found.pump == again.pump == NUMBER + "#2"
    assert stored(tmp_path / "a.db") == old.records
    assert stored(tmp_path / "a.db", NUMBER + "#2") == new.records


def test_two_pumps_with_one_number_pulled_in_turn_are_two_logs_for_ever(tmp_path):
    one, two = pump_with(100), LinkService()
    two.run(5_000)
    two.fill(400)
    for _ in range(3):
        for service in (one, two):
            service.fill(5)
            with PtyPump(service) as pump:
                pull(pump, tmp_path / "a.db")
    assert stored(tmp_path / "a.db") == one.records
    assert stored(tmp_path / "a.db", NUMBER + "#2") == two.records
    with Store.open(tmp_path / "a.db") as store:
        assert len(store.pumps()) == 2


def test_a_log_whose_old_end_is_gone_from_the_pump_still_goes_on(tmp_path):
    service = pump_with(100)
    with PtyPump(service) as pump:
        pull(pump, tmp_path / "a.db")
        service.boot = 2
        service.fill(100)
        service.lose(1, 150)
        found = pull(pump, tmp_path / "a.db")
    assert not found.began_anew
    assert [(gap.first_seq, gap.last_seq, gap.reason) for gap in found.gaps] == [
        (101, 150, "dropped")
    ]


def test_records_that_were_not_asked_for_are_left_out(tmp_path):
    service = pump_with(100)
    honest = service.read_records
    service.read_records = lambda seq, buffer: honest(max(1, seq - 4), buffer)
    with PtyPump(service) as pump:
        found = pull(pump, tmp_path / "a.db")
    kept = stored(tmp_path / "a.db")
    missing = sum(gap.last_seq - gap.first_seq + 1 for gap in found.gaps)
    assert kept == [raw for raw in service.records if raw in kept]
    assert len(kept) + missing == 100


def test_answers_to_a_host_that_was_here_before_are_not_taken_for_ours(tmp_path, monkeypatch):
    monkeypatch.setattr("random.randrange", lambda most: 0)
    service = pump_with(100)
    with PtyPump(service) as pump:
        stale = protocol.request(1, protocol.LOG, b"\x01\x00\x00\x00\x1f\x00")
        host = os.open(pump.port, os.O_RDWR | os.O_NOCTTY)
        os.write(host, frame.pack(stale) * 3)
        with PumpLink.open(pump.port) as link:
            assert link.identify().unique_id == NUMBER
        os.close(host)


def test_two_pumps_share_a_store(tmp_path):
    one, two = pump_with(30), pump_with(60)
    two.unique_id = b"\x00" * 7 + b"\x02"
    for service in (one, two, one, two):
        with PtyPump(service) as pump:
            pull(pump, tmp_path / "a.db")
    assert stored(tmp_path / "a.db") == one.records
    assert stored(tmp_path / "a.db", "0000000000000002") == two.records


def test_an_empty_log_is_no_error(tmp_path):
    with PtyPump(LinkService()) as pump:
        ran = basalt("pull", "--port", pump.port, "--store", tmp_path / "a.db")
    assert ran.code == 0 and "Nothing new" in ran.out


def test_a_file_that_is_no_store_is_left_alone(tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear pump, " * 100)
    with PtyPump(pump_with(5)) as pump:
        ran = basalt("pull", "--port", pump.port, "--store", letter)
    failed(ran, 6, "is not a Basalt store", "nothing in it was touched")
    assert letter.read_text() == "Dear pump, " * 100


def test_a_store_in_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with PtyPump(pump_with(5)) as pump:
        ran = basalt("pull", "--port", pump.port, "--store", tmp_path / "no" / "a.db")
    failed(ran, 6, "There is no folder")


def test_the_pump_is_not_held_up_by_a_host_that_reads_nothing(tmp_path):
    """The host asks and never reads: what the pump has to say stays one answer."""
    service = pump_with(300)
    with PtyPump(service) as pump:
        host = os.open(pump.port, os.O_RDWR | os.O_NOCTTY)
        with PumpLink.open(pump.port) as link:
            link.identify()
        os.close(host)
        assert pull(pump, tmp_path / "a.db").new_records == 300
    assert record.seq_of(stored(tmp_path / "a.db")[-1]) == 300
