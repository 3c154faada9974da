"""`basalt.Pump` at a whole pump: each command once, and what became of it known for certain."""

import asyncio
import gc
import struct

import pytest

import basalt
from basalt import client, keys
from basalt.aio import AsyncPump
from basalt.client import PumpLink
from basalt.deliveries import Delivery, Record, delivered
from basalt.driver import Pump, Verdict
from basalt.errors import NotPaired, Refused, WrongInput
from basalt.seals import CommandId
from host_tests.fakes.flash import Flash, states_after_cuts
from host_tests.fakes.rig_serial import RigSerial, RigTime
from host_tests.rig import DOWN, OK, STOP, Rig
from pump.core import codes, event_table, events, programs, states
from pump.core import settings as st
from pump.link import protocol

ANSWER_S = 3.0  # of the rig's time
POWER_LOST = event_table.ENDS.index("power_lost")


@pytest.fixture(autouse=True)
def own_keys_and_time(tmp_path, monkeypatch):
    monkeypatch.setattr(client, "time", RigTime)
    monkeypatch.setenv("BASALT_KEYS", str(tmp_path / "keys" / "keys.json"))


def owed_steps(dose_mu):
    return dose_mu * 6791 // 10_000


def show_code(rig):
    """Menu, Remote, OK: what a person reads then."""
    rig.press(OK)
    rig.press(DOWN, times=7)
    rig.press(OK, times=2)
    code = rig.pump.remote.code.decode()
    assert len(code) == 16
    return code


def connect(rig):
    """A program at the pump's port: (pump, port)."""
    port = RigSerial(rig)
    return Pump(PumpLink(port, ANSWER_S)), port


def paired(rig):
    """The same, after a pairing."""
    code = show_code(rig)
    pump, port = connect(rig)
    pump.pair(code)
    rig.press(STOP, times=3)
    return pump, port


@pytest.fixture
def rig():
    rig = Rig()
    rig.run_s(3)
    yield rig
    assert rig.hardware.errors == []


def test_a_code_from_the_screen_pairs_however_it_is_typed(rig):
    code = show_code(rig)
    pump, _ = connect(rig)
    with pytest.raises(WrongInput, match="16 letters"):
        pump.pair("123")
    pump.pair("-".join([code[:4], code[4:8].lower(), code[8:12], code[12:]]))
    assert pump.status().paired
    rig.run_s(1)
    assert keys.path().stat().st_mode & 0o077 == 0
    assert pump.check().verdict is Verdict.DONE
    assert rig.all(events.PAIRING) == [(1, events.SOURCE_LINK)]


def test_without_the_page_on_the_screen_nobody_pairs(rig):
    pump, _ = connect(rig)
    with pytest.raises(Refused) as refused:
        pump.pair("0" * 16)
    assert refused.value.reason == "not_now"
    code = show_code(rig)
    rig.press(STOP)
    with pytest.raises(Refused):
        pump.pair(code)
    rig.press(OK, times=2)
    with pytest.raises(Refused) as refused:
        pump.pair("0" * 16)
    assert refused.value.reason == "wrong_key"
    assert not pump.status().paired


def test_a_code_goes_after_three_minutes(rig):
    code = show_code(rig)
    pump, _ = connect(rig)
    rig.run_s(170)
    assert pump.status().code_shown
    rig.run_s(11)
    with pytest.raises(Refused):
        pump.pair(code)


def test_without_a_pairing_no_command_is_even_sent(rig):
    pump, port = connect(rig)
    sent = len(port.written)
    with pytest.raises(NotPaired, match="Menu, Remote"):
        pump.bolus(1_000)
    assert len(port.written) == sent


def test_a_bolus_is_given_and_told_by_confirmed_steps(rig):
    pump, _ = paired(rig)
    outcome = pump.bolus(1_250)
    assert (outcome.verdict, outcome.reason, outcome.bolus_id) == (Verdict.DONE, "ok", 1)
    given = pump.wait_for_bolus(outcome, sleep=lambda _: rig.run_s(1))
    assert (given.given_mu, given.asked_mu, given.reason) == (1_250, 1_250, "all_given")
    assert rig.steps == owed_steps(1_250)
    assert pump.resolve(outcome.id) == outcome


def test_a_temporary_basal_is_set_replaced_and_ended_by_a_program(rig):
    pump, _ = paired(rig)
    assert pump.set_basal([(0, 1_000)]).verdict is Verdict.DONE
    first = pump.set_temporary_basal(2_000, 30)
    assert first.verdict is Verdict.DONE
    rig.run_s(600)
    found = pump.status()
    assert (found.rate_mu_h, found.temporary_left_s) == (2_000, 1_200)
    second = pump.set_temporary_percent(0, 60)
    assert pump.resolve(first.id) == first and pump.resolve(second.id) == second
    rig.run_s(600)
    assert pump.status().rate_mu_h == 0
    last = pump.end_temporary_basal()
    assert pump.resolve(last.id) == last and last.verdict is Verdict.DONE
    assert (pump.status().rate_mu_h, pump.status().temporary_left_s) == (1_000, 0)
    assert pump.end_temporary_basal().reason == "not_now"
    assert pump.set_temporary_basal(5_010, 30).reason == "over_max_basal"
    assert pump.set_temporary_percent(100, 20).reason == "out_of_range"
    with pytest.raises(WrongInput):
        pump.set_temporary_basal(-1, 30)


def test_a_combined_bolus_is_begun_and_told_with_both_of_its_parts(rig):
    pump, _ = paired(rig)
    pump.wait_for_bolus(pump.bolus(200), sleep=lambda _: rig.run_s(1))
    outcome = pump.extended_bolus(500, 1_000, 15)
    assert (outcome.verdict, outcome.bolus_id) == (Verdict.DONE, 2)
    rig.run_s(60)
    assert pump.resolve(outcome.id) == outcome
    found = pump.status()
    assert (found.extended_id, found.extended_asked_mu) == (2, 1_000)
    assert 0 < found.extended_given_mu < 100 and 800 < found.extended_left_s < 860
    so_far = pump.delivery(outcome)
    assert not so_far.finished and so_far.given_mu == 500 + found.extended_given_mu
    told = []
    given = pump.wait_for_bolus(
        outcome, sleep=lambda _: rig.run_s(60), progress=lambda *amounts: told.append(amounts)
    )
    assert (given.given_mu, given.asked_mu, given.reason) == (1_500, 1_500, "all_given")
    assert told[0][1] == 1_500 and told == sorted(told)
    assert pump.status().extended_id == 0
    assert rig.steps == owed_steps(1_700)


def test_stopping_says_of_each_bolus_that_ran_what_was_given(rig):
    pump, _ = paired(rig)
    outcome = pump.extended_bolus(0, 2_000, 60)
    assert (outcome.verdict, outcome.bolus_id) == (Verdict.DONE, 1)
    rig.run_s(1_800)
    normal = pump.bolus(3_000)
    rig.run_s(20)
    before = pump.status()
    assert pump.stop().verdict is Verdict.DONE
    given = pump.ended(before, sleep=rig.run_s)
    assert [(one.bolus_id, one.asked_mu, one.reason) for one in given] == [
        (normal.bolus_id, 3_000, "stopped_remotely"),
        (1, 2_000, "stopped_remotely"),
    ]
    assert given[0] == pump.delivery(normal) and given[1] == pump.delivery(outcome)
    assert 990 <= given[1].given_mu <= 1_010
    told = sum(owed_steps(one.given_mu) for one in given)
    assert 0 <= rig.steps - told <= len(given)


def test_an_extended_bolus_is_refused_for_what_a_bolus_is_and_for_its_time(rig):
    pump, _ = paired(rig)
    assert pump.extended_bolus(6_000, 5_000, 60).reason == "over_max_bolus"
    assert pump.extended_bolus(0, 1_000, 20).reason == "out_of_range"
    assert pump.extended_bolus(0, 1_000, 735).reason == "out_of_range"
    for now_mu, later_mu, minutes in ((-1, 1_000, 60), (0, 0, 60), (0, 1 << 16, 60), (0, 1, 0)):
        with pytest.raises(WrongInput):
            pump.extended_bolus(now_mu, later_mu, minutes)
    first = pump.extended_bolus(0, 1_000, 60)
    second = pump.extended_bolus(0, 1_000, 60)
    assert (first.reason, second.reason) == ("ok", "busy")
    assert pump.resolve(first.id) == first and pump.resolve(second.id) == second


def test_after_the_power_was_cut_an_extended_bolus_is_told_with_its_bounds(rig):
    pump, _ = paired(rig)
    outcome = pump.extended_bolus(2_000, 2_000, 60)
    rig.run_s(50)
    made = rig.steps
    rig.restart()
    rig.run_s(3)
    again, _ = connect(rig)
    found = again.resolve(outcome.id)
    assert found == outcome
    given = again.wait_for_bolus(found)
    assert (given.finished, given.reason, given.asked_mu) == (True, "power_lost", 4_000)
    least, most = owed_steps(given.given_mu), owed_steps(given.given_mu + given.uncertain_mu)
    assert least - 1 <= made <= most + 2 and given.uncertain_mu > 0


def test_what_was_to_be_given_at_once_and_never_began_is_not_waited_for():
    """The power went after the first of two records of an order."""
    order = {"bolus_id": 65_535, "asked_mu": 2_000, "owed_steps": 1_358, "combined": 1}
    end = {"bolus_id": 65_535, "given_mu": 0, "given_steps": 0, "reason": POWER_LOST}
    told = [("extended_start", order), ("boot", {}), ("extended_end", end)]
    records = [Record(seq, 1, 0, 0, True, *one) for seq, one in enumerate(told)]
    assert delivered(records, 65_535) == Delivery(65_535, 2_000, 0, True, "power_lost")
    begun = {"bolus_id": 1, "asked_mu": 500, "owed_steps": 339}
    records.insert(1, Record(1, 1, 0, 0, True, "bolus_start", begun))
    assert delivered(records, 65_535) is None


def test_basal_programs_are_written_named_and_activated_by_a_program(rig):
    pump, _ = paired(rig)
    assert pump.set_basal([(0, 1_000)]).verdict is Verdict.DONE
    assert pump.set_program(2, [(0, 400), (720, 600)]).verdict is Verdict.DONE
    assert pump.name_program(2, 1).verdict is Verdict.DONE
    assert rig.pump.basal_rate_mu_h() == 1_000 and pump.status().program == 1
    outcome = pump.activate_program(2)
    assert outcome.verdict is Verdict.DONE and pump.status().program == 2
    assert rig.pump.settings.basal.day_mu() == 12_000
    assert pump.resolve(outcome.id) == outcome
    assert pump.activate_program(3).reason == "bad_program"
    assert pump.set_program(1, []).verdict is Verdict.DONE
    assert pump.activate_program(1).reason == "bad_program"
    assert pump.set_program(2, []).reason == "bad_program"


def test_the_status_says_how_long_basal_takes_to_use_up_the_reservoir(rig):
    pump, _ = connect(rig)
    assert pump.status().reservoir_left_min == 0, "nothing is known of it"
    rig.pump.set_basal([(0, 1_000), (720, 2_000)], 0)
    rig.pump.set_clock(400 * 86_400 + 6 * 3_600, 0, 0)
    rig.pump.reservoir_steps = rig.pump.profile.scale.steps_up(10_000)
    assert pump.status().reservoir_left_min == (6 + 2) * 60


def test_an_older_pump_that_tells_of_no_extended_bolus_has_none(rig, monkeypatch):
    pump, _ = connect(rig)
    whole = pump.status()
    older = struct.calcsize(protocol.STATUS_LAYOUT) - struct.calcsize("<HHHHI")
    ask = PumpLink._ask
    monkeypatch.setattr(PumpLink, "_ask", lambda *given: ask(*given)[:older])
    found = pump.status()
    assert found.extended_id == found.extended_left_s == found.reservoir_left_min == 0
    assert (found.on_board_mu, found.command_count) == (whole.on_board_mu, whole.command_count)


def test_a_refusal_says_why_and_moves_nothing(rig):
    pump, _ = paired(rig)
    outcome = pump.bolus(10_050)
    assert (outcome.verdict, outcome.reason) == (Verdict.REFUSED, "over_max_bolus")
    assert pump.resolve(outcome.id) == outcome
    assert pump.stop().reason == "not_now"
    with pytest.raises(WrongInput):
        pump.bolus(0)
    for call in (
        lambda: pump.set_setting(3, 1 << 31),
        lambda: pump.set_time(1 << 32, 0),
        lambda: pump.set_basal([(0, 1 << 16)]),
    ):
        with pytest.raises(WrongInput, match="Nothing was changed"):
            call()
    rig.run_s(60)
    assert rig.steps == 0


def test_an_answer_that_got_lost_is_resolved_at_once(rig):
    pump, port = paired(rig)
    pump.status()
    sends = port.write

    def write(data):
        port.deaf = 1 if len(data) > 30 else 0  # a sealed request
        port.write = sends
        return sends(data) if not port.deaf else RigSerial.write(port, data)

    port.write = lambda data: sends(data) if len(data) < 30 else write(data)
    outcome = pump.bolus(500)
    assert (outcome.verdict, outcome.bolus_id) == (Verdict.DONE, 1)
    assert len(rig.all(events.BOLUS_START)) == 1


def test_a_command_that_never_arrived_is_known_not_to_have(rig):
    pump, port = paired(rig)
    sends = port.write
    kept = []

    def write(data):
        if len(data) < 30 or kept:
            return sends(data)
        kept.append(data)
        return len(data)

    port.write = write
    outcome = pump.bolus(500)
    assert (outcome.verdict, outcome.reason) == (Verdict.REFUSED, "not_taken")
    rig.port.host_write(kept[0])  # it was only late: it must not be given after this answer
    rig.run_s(60)
    assert rig.all(events.BOLUS_START) == []
    assert rig.steps == 0


def test_a_pulled_cable_leaves_an_outcome_that_is_resolved_after_a_reconnect(rig):
    pump, port = paired(rig)
    sends = port.write

    def write(data):
        done = sends(data)
        port.gone = len(data) > 30
        return done

    port.write = write
    outcome = pump.bolus(500)
    assert (outcome.verdict, outcome.reason) == (Verdict.UNKNOWN, "no_answer")
    rig.run_s(60)
    again, _ = connect(rig)
    found = again.resolve(CommandId.parse(str(outcome.id)))
    assert (found.verdict, found.request, found.bolus_id) == (Verdict.DONE, "bolus", 1)
    assert again.delivery(found).given_mu == 500
    assert rig.steps == owed_steps(500)


def test_stop_at_the_pump_ends_what_a_program_began(rig):
    pump, _ = paired(rig)
    outcome = pump.bolus(5_000)
    rig.run_s(20)
    rig.press(STOP)
    rig.run_s(1)
    given = pump.delivery(outcome)
    assert given.finished and given.reason == "stopped" and 0 < given.given_mu < 5_000
    assert rig.steps == owed_steps(given.given_mu) or rig.steps == owed_steps(given.given_mu) + 1


def test_a_hand_that_suspends_is_not_overruled(rig):
    pump, _ = paired(rig)
    assert pump.suspend().verdict is Verdict.DONE
    assert rig.pump.state == states.SUSPENDED
    assert pump.resume().verdict is Verdict.DONE
    rig.hold(STOP, 2_500)
    assert rig.pump.state == states.SUSPENDED
    assert pump.resume().reason == "by_hand"
    assert pump.bolus(500).reason == "suspended"


def test_ending_the_pairing_at_the_pump_ends_all_commands(rig):
    pump, _ = paired(rig)
    rig.press(OK)
    rig.press(DOWN, times=7)
    rig.press(OK, times=3)
    assert pump.bolus(500).reason == "not_paired"
    rig.restart()
    rig.run_s(2)
    again, _ = connect(rig)
    assert not again.status().paired
    assert again.bolus(500).reason == "not_paired"


def test_the_pairing_outlives_the_power(rig):
    paired(rig)
    rig.restart()
    rig.run_s(2)
    again, _ = connect(rig)
    assert again.bolus(500).verdict is Verdict.DONE


def test_a_paired_pump_is_changed_by_the_paired_computer_alone(rig, monkeypatch, tmp_path):
    _, port = paired(rig)
    with PumpLink(port, ANSWER_S) as link:
        link.identify()
        link.set_setting(st.MAX_BOLUS_MU, 7_000)
        link.set_basal([(0, 500)])
        link.set_time(200_000_000, 60)
        assert rig.pump.settings.get(st.MAX_BOLUS_MU) == 7_000
        assert rig.pump.basal_rate_mu_h() == 500
        with pytest.raises(Refused, match="out_of_range"):
            link.set_setting(st.MAX_BOLUS_MU, 70_000)
        monkeypatch.setenv("BASALT_KEYS", str(tmp_path / "another.json"))
        with pytest.raises(Refused, match="basalt pair"):
            link.set_setting(st.MAX_BOLUS_MU, 8_000)
    assert rig.pump.settings.get(st.MAX_BOLUS_MU) == 7_000


def test_history_gives_every_record_once_with_its_fields(rig):
    pump, _ = paired(rig)
    pump.wait_for_bolus(pump.bolus(1_000), sleep=lambda _: rig.run_s(1))
    records = list(pump.history())
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    (end,) = [record for record in records if record.event == "bolus_end"]
    assert end.fields["given_mu"] == 1_000
    later = list(pump.history(end.seq))
    assert later[0] == end


def test_the_asyncio_pump_does_the_same(rig):
    pump, _ = paired(rig)

    async def use():
        async with AsyncPump(pump) as there:
            extended = await there.extended_bolus(0, 100, 15)
            before = await there.status()
            assert (extended.verdict, before.extended_id) == (Verdict.DONE, 1)
            assert (await there.stop()).verdict is Verdict.DONE
            (stopped,) = await there.ended(before)
            assert stopped == await there.wait_for_bolus(extended, poll_s=0.001)
            outcome = await there.bolus(100)
            given = await there.wait_for_bolus(outcome, poll_s=0.001)
            found = [record async for record in there.history(outcome.seq)]
            return outcome, given, found[0].event

    outcome, given, event = asyncio.run(use())
    assert (outcome.verdict, given.given_mu, event) == (Verdict.DONE, 100, "remote")
    assert basalt.AsyncPump is AsyncPump and basalt.Pump is Pump


def in_use_again(rig):
    """A paired pump, switched off and on: its first command also saves in which start it was."""
    paired(rig)
    rig.restart()
    rig.run_s(3)
    pump, port = connect(rig)
    return pump, port, rig.world.flash


ORDERS = {
    "normal": lambda pump: pump.bolus(700),
    "combined": lambda pump: pump.extended_bolus(200, 500, 15),
}


@pytest.mark.parametrize("kind", ORDERS)
def test_a_cut_at_every_flash_operation_around_a_bolus_never_gives_it_twice(rig, kind, capsys):
    pump, port, flash = in_use_again(rig)
    image = flash.record()
    seen = [(0, rig.steps)]

    def note():
        seen.append((len(flash.operations), rig.steps))
        return not rig.pump.bolus.active and rig.pump.extended is None

    outcome = ORDERS[kind](pump)
    request = port.written[-1]
    rig.run_until(note, 1_000)
    rig.run_s(5)
    note()
    verdicts = set()
    checked = 0
    for operations, torn, cut in states_after_cuts(image, flash.operations, torn=7):
        # In the middle of an operation the motor rests where it was when that began.
        most = max(steps for count, steps in seen if count <= operations)
        fewest = min(steps for count, steps in seen if count >= operations)
        fewest, most = (most, most) if torn else (fewest, max(fewest, most))
        verdicts.add(after_a_cut(cut, request, outcome.id, fewest, most))
        checked += 1
        if checked % 50 == 0:
            gc.collect()
    assert checked > 50
    assert {"ok", "not_taken"} <= verdicts <= {"ok", "not_taken", "power_lost"}
    with capsys.disabled():
        print(f" {checked} cuts, {sorted(verdicts)}", end="")


def after_a_cut(image, request, command_id, fewest, most):
    """Start on what a cut left: the command must be known, and never be done again."""
    rig = Rig(flash=Flash(image=image))
    rig.run_s(1)
    rig.port.host_write(request)
    rig.run_s(90)
    assert rig.steps == 0, "the command was done again after the cut"
    pump, _ = connect(rig)
    found = pump.resolve(command_id)
    assert found.verdict is not Verdict.UNKNOWN
    if found.verdict is Verdict.REFUSED:
        assert most == 0, "steps were made for a command that is said not to be done"
    else:
        given = pump.delivery(found)
        told = owed_steps(given.given_mu)
        doubt = owed_steps(given.uncertain_mu) + 1
        assert given.finished and told - 1 <= fewest <= most <= told + doubt
    return found.reason


CHANGES = {
    "suspend": (lambda pump: pump.suspend(), lambda rig: rig.pump.state == states.SUSPENDED),
    "setting": (
        lambda pump: pump.set_setting(st.MAX_BOLUS_MU, 4_000),
        lambda rig: rig.pump.settings.get(st.MAX_BOLUS_MU) == 4_000,
    ),
    "basal": (
        lambda pump: pump.set_basal([(0, 300)]),
        lambda rig: rig.pump.settings.basal.rate_mu_h(0) == 300,
    ),
    "program": (
        lambda pump: pump.set_program(2, [(0, 400)]),
        lambda rig: programs.segments_of(rig.pump.settings, 2) == [(0, 400)],
    ),
    "activation": (
        lambda pump: pump.activate_program(3),
        lambda rig: rig.pump.settings.active == 3,
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_after_a_cut_around_a_change_the_outcome_is_what_is_so(rig, name, capsys):
    give, is_so = CHANGES[name]
    pump, _, flash = in_use_again(rig)
    assert programs.edit(rig.pump, 3, [(0, 600)], 0) == codes.OK
    rig.run_s(1)
    image = flash.record()
    outcome = give(pump)
    assert outcome.verdict is Verdict.DONE
    rig.run_s(1)
    told = []
    for _, _, cut in states_after_cuts(image, flash.operations, torn=7):
        after = Rig(flash=Flash(image=cut))
        after.run_s(1)
        found = connect(after)[0].resolve(outcome.id)
        told.append((found.verdict, found.reason))
        if found.verdict is not Verdict.UNKNOWN:
            assert (found.verdict is Verdict.DONE) == is_so(after), found
    assert len(told) > 15
    assert told[0] == (Verdict.REFUSED, "not_taken")
    assert {reason for verdict, reason in told if verdict is Verdict.UNKNOWN} <= {"read_back"}
    with capsys.disabled():
        print(f" {len(told)} cuts, {sorted({reason for _, reason in told})}", end="")
