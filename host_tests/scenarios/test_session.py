"""A session: the same acts at the same moments are the same life of a pump, however it is cut."""

from boards.pico import board
from host_tests.expect import raises
from host_tests.scenarios.session import RamDisk, Session, play
from pump.core import event_table, events, record
from pump.core import settings as st

SET_UP = (
    (100, "ask", "set_time", [200_000_000, 60]),
    (200, "ask", "set_basal", [], [[0, 1_000]]),
    (300, "ask", "acknowledge"),
    (400, "ask", "set_setting", [st.BOLUS_DELAY_S, 0]),
)
DOSE_STEPS = 135  # 0.2 U of 679.1 steps


def taps(at_ms, names):
    """Acts that press buttons one after the other."""
    acts = []
    for name in names:
        acts.append((at_ms, "press", name))
        acts.append((at_ms + 80, "release", name))
        at_ms += 200
    return acts


def bolus_at(at_ms):
    """Acts that give 0.20 U: UP to open, four times 0.05, OK, and OK to the question."""
    return taps(at_ms, ("UP", "UP", "UP", "UP", "UP", "OK", "OK"))


def scenario(acts, end_ms):
    """A scenario that begins with a pump set up."""
    return {"acts": list(SET_UP) + acts, "end_ms": end_ms}


def new_session():
    """A pump on an empty flash."""
    return Session(board, RamDisk())


def all_of(session, event):
    """The field values of every durable record of an event."""
    layout = event_table.layout(event_table.row_of(event)[3])
    return [record.fields(r, layout) for r in session.records() if record.header(r)[2] == event]


def test_a_bolus_by_acts_gives_exactly_the_steps_owed():
    session = new_session()
    play(session, scenario(bolus_at(2_000), 20_000))
    assert session.world.motor.position_steps == DOSE_STEPS
    (end,) = all_of(session, events.BOLUS_END)
    assert end[1:] == (200, DOSE_STEPS, events.END_DONE)
    assert session.state() == "running"


def test_looking_on_in_pieces_changes_no_byte_of_the_log():
    life = scenario(bolus_at(2_000) + [(20_000, "fault", "occlusion", 1)], 900_000)
    whole = new_session()
    play(whole, life)
    pieces = new_session()
    at_ms = 0
    for act in life["acts"] + [(life["end_ms"],)]:
        while at_ms + 17 < act[0]:
            at_ms += 17 if act[0] < 30_000 else 1_009
            pieces.run_to_ms(min(at_ms, act[0]))
            assert pieces.world.line.seen_mbar() >= 0
        pieces.run_to_ms(act[0])
        if len(act) > 1:
            pieces.act(*act[1:])
    assert pieces.records() == whole.records()
    assert pieces.world.motor.position_steps == whole.world.motor.position_steps > DOSE_STEPS
    assert pieces.world.line.seen_mbar() == whole.world.line.seen_mbar() > 0


def test_what_was_done_by_hand_is_a_script_that_does_it_again():
    by_hand = new_session()
    by_hand.run_to_ms(500)
    assert by_hand.ask("set_time", [200_000_000, 0]) == (0, b"")
    by_hand.act("press", "STOP")
    by_hand.run_to_ms(by_hand.limit_ms + 2_500)
    by_hand.act("release", "STOP")
    by_hand.run_to_ms(by_hand.limit_ms + 500)
    assert by_hand.state() == "suspended"
    again = new_session()
    play(again, {"acts": by_hand.script, "end_ms": by_hand.limit_ms})
    assert again.records() == by_hand.records()
    assert again.script == by_hand.script


def cut_in_mid_bolus():
    """The acts of a life in which the power goes while a bolus runs, and comes back."""
    return scenario(bolus_at(2_000) + [(3_500, "power", 0), (5_000, "power", 1)], 9_000)


def test_a_power_cut_in_mid_bolus_leaves_an_uncertain_stretch_that_holds_the_truth():
    session = new_session()
    play(session, cut_in_mid_bolus())
    made = session.world.motor.position_steps
    assert 0 < made < DOSE_STEPS
    uncertain = [u for u in all_of(session, events.UNCERTAIN) if u[0] == events.KIND_BOLUS]
    assert len(uncertain) == 1
    assert uncertain[0][1] <= made <= uncertain[0][2] <= DOSE_STEPS


def handed_on(life):
    """The session after a life in which each start was in a new interpreter."""
    session = new_session()
    for act in life["acts"]:
        session.run_to_ms(act[0])
        if act[1:] == ("power", 1):
            disk = RamDisk(dict(session._disk.contents), list(session._disk.folders))
            session = Session(board, disk, session.kept())
        session.act(*act[1:])
    session.run_to_ms(life["end_ms"])
    return session


def test_a_new_interpreter_on_the_kept_files_goes_on_as_the_old_one_would():
    life = cut_in_mid_bolus()
    whole = new_session()
    play(whole, life)
    session = handed_on(life)
    assert session.records() == whole.records()
    assert session.world.motor.position_steps == whole.world.motor.position_steps
    assert session.script == whole.script


def test_keys_bounce_in_a_new_interpreter_as_they_would_have_in_the_old_one():
    acts = taps(2_000, ("UP", "STOP"))
    acts += [(3_000, "press", "UP"), (3_100, "power", 0), (3_500, "power", 1)]
    acts += [(5_000, "release", "UP")]
    life = scenario(acts + bolus_at(6_000), 60_000)
    whole = new_session()
    play(whole, life)
    session = handed_on(life)
    assert session.kept() == whole.kept()
    assert session.records() == whole.records()


def test_faults_and_fingers_outlive_the_power():
    first = new_session()
    first.act("fault", "battery_low", 1)
    first.act("press", "OK")
    first.run_to_ms(1_000)
    first.act("power", 0)
    kept = first.kept()
    second = Session(board, RamDisk(), kept)
    assert not second.powered
    assert second.faults == ["battery_low"]
    assert second.world.cell.mv < board.BATTERY_LOW_MV
    assert not second.world.buttons[2].value()


def test_a_stalled_screw_moves_nothing_and_the_pump_believes_its_pulses():
    session = new_session()
    life = scenario([(1_000, "fault", "stall", 1)] + bolus_at(2_000), 20_000)
    play(session, life)
    assert session.world.motor.position_steps == 0
    assert session.world.motor.lost_steps == DOSE_STEPS
    (end,) = all_of(session, events.BOLUS_END)
    assert end[2] == DOSE_STEPS


def test_a_log_damaged_without_power_is_told_at_the_next_start():
    session = new_session()
    acts = bolus_at(2_000)
    acts += [(60_000, "power", 0), (60_500, "damage_log"), (61_000, "power", 1)]
    play(session, scenario(acts, 65_000))
    assert len(all_of(session, events.LOG_DAMAGED)) == 1


def test_a_log_is_not_damaged_under_a_running_pump():
    session = new_session()
    with raises(ValueError):
        session.act("damage_log")
    assert session.script == []


def test_what_nobody_can_do_is_refused_and_is_not_in_the_script():
    session = new_session()
    for act in (("fly",), ("press", "MENU"), ("fault", "rain", 1), ("ask", "sing")):
        with raises(ValueError):
            session.act(*act)
    assert session.script == []


def test_a_pump_without_power_gives_no_answer():
    session = new_session()
    session.act("power", 0)
    assert session.ask("identify") is None
    assert session.state() == "off"
