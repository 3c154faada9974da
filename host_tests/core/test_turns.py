"""When the core wants its next turn, and what readings and stops do from one turn to the next."""

from host_tests.core.bench import BUTTONS, Bench, Board
from host_tests.expect import raises
from pump.core import alarms, codes, events, states
from pump.core import settings as st

LINK = events.SOURCE_LINK
LOW_MV, EMPTY_MV, BLOCKED_MBAR = Board.BATTERY_LOW_MV, Board.BATTERY_EMPTY_MV, Board.OCCLUSION_MBAR


def saved(bench):
    """What the app does after a turn: records durable, settings saved."""
    bench.commit()
    bench.pump.settings_dirty = False


def running(rate_mu_h=1_000):
    bench = Bench(segments=[(0, rate_mu_h)])
    saved(bench)
    return bench


def raised(bench):
    """(alarm, value) of each that was raised, but the one of the clock."""
    found = [(values[0], values[2]) for values in bench.all(events.ALARM_RAISED)]
    return [one for one in found if one[0] != alarms.CLOCK_NOT_SET]


def test_a_core_with_nothing_to_do_sleeps_four_seconds_and_one_with_a_record_not_at_all():
    bench = running()
    assert bench.pump.due_ms() == 4_000
    bench.pump.acknowledge(BUTTONS)
    assert bench.pump.log.outbox and bench.pump.due_ms() == 0
    bench.commit()
    assert bench.pump.due_ms() == 4_000
    bench.pump.settings_dirty = True
    assert bench.pump.due_ms() == 0


def test_what_waits_for_the_flash_waits_for_the_end_of_a_train():
    bench = running()
    bench.pump.advance(3_600_000)
    bench.commit()
    assert bench.pump.next_burst()
    bench.pump.acknowledge(BUTTONS)
    bench.pump.settings_dirty = True
    assert bench.pump.log.outbox and bench.pump.due_ms() == 4_000
    bench.pump.suspend(BUTTONS)
    assert bench.pump.stop_wanted and bench.pump.due_ms() == 0


def test_a_bolus_wants_a_turn_for_each_five_milliunits_but_no_more_than_fifty_a_second():
    for speed_mu_min, due_ms in ((900, 333), (1_500, 200), (12_000, 25), (32_000, 20)):
        bench = running()
        assert bench.pump.set_setting(st.BOLUS_SPEED_MU_MIN, speed_mu_min, BUTTONS) == codes.OK
        assert bench.pump.give_bolus(2_000, BUTTONS) == codes.OK
        saved(bench)
        assert bench.pump.due_ms() == due_ms


def test_a_guided_move_wants_fifty_turns_a_second():
    bench = running()
    assert bench.pump.change().start(BUTTONS) == codes.OK
    bench.turn(0)
    assert bench.pump.change().rewind(BUTTONS) == codes.OK
    saved(bench)
    assert bench.pump.due_ms() == 20


def test_a_battery_that_was_well_is_low_at_the_very_voltage_of_the_board():
    bench = running()
    for _ in range(5):
        bench.pump.sense(LOW_MV + 1, 0)
    for _ in range(2):
        bench.pump.sense(LOW_MV, 0)
    bench.commit()
    assert raised(bench) == []
    bench.pump.sense(LOW_MV, 0)
    bench.commit()
    assert raised(bench) == [(alarms.BATTERY_LOW, LOW_MV)]
    for _ in range(3):
        bench.pump.sense(EMPTY_MV, 0)
    bench.commit()
    assert raised(bench)[1:] == [(alarms.BATTERY_EMPTY, EMPTY_MV)]
    assert bench.pump.state == states.SUSPENDED


def test_a_line_that_was_open_is_blocked_at_the_very_pressure_of_the_board():
    bench = running()
    for _ in range(5):
        bench.pump.sense(4_000, BLOCKED_MBAR - 1)
    for _ in range(2):
        bench.pump.sense(4_000, BLOCKED_MBAR)
    assert bench.pump.state == states.RUNNING
    bench.pump.sense(4_000, BLOCKED_MBAR)
    bench.commit()
    assert raised(bench) == [(alarms.OCCLUSION, BLOCKED_MBAR)]
    assert bench.pump.state == states.SUSPENDED


def test_readings_that_go_up_and_down_must_agree_three_times_in_a_row():
    bench = running()
    for mbar in (900, 900, 100, 900, 900, 100) * 3:
        bench.pump.sense(4_000, mbar)
    for mv in (3_400, 3_400, 4_000) * 3:
        bench.pump.sense(mv, 100)
    bench.commit()
    assert raised(bench) == []


def test_a_sensor_that_reads_nothing_any_more_is_told_of_and_one_that_reads_zero_is_there():
    bench = running()
    for _ in range(5):
        bench.pump.sense(-1, 0)
    assert raised(bench) == []
    for _ in range(2):
        bench.pump.sense(-1, -1)
    bench.pump.sense(-1, 0)
    for _ in range(3):
        bench.pump.sense(-1, -1)
    bench.commit()
    assert [alarm for alarm, _ in raised(bench)] == [alarms.SENSOR_LOST]
    assert bench.pump.alarms.has_cause(alarms.SENSOR_LOST)
    bench.pump.sense(-1, 0)
    assert not bench.pump.alarms.has_cause(alarms.SENSOR_LOST)


def test_a_stuck_stop_is_told_with_no_value():
    bench = running()
    for _ in range(61):
        bench.pump.keys_down(8, 1)
    bench.commit()
    assert (alarms.STOP_STUCK, 0) in raised(bench)


def moving(command):
    """A pump in the first steps of a move of its reservoir change."""
    bench = running()
    bench.pump.sense(4_000, 0)
    assert bench.pump.change().start(BUTTONS) == codes.OK
    bench.turn(0)
    if command != "rewind":
        assert bench.pump.change().load(200_000, BUTTONS) == codes.OK
        bench.turn(0)
    assert getattr(bench.pump.change(), command)(BUTTONS) == codes.OK
    bench.turn(1_000)
    assert bench.pump.state == states.MOVING
    return bench


def test_a_blocked_line_ends_a_prime_and_not_a_rewind_and_an_empty_battery_ends_both():
    for command, readings, ends in (
        ("prime", (4_000, 900), True),
        ("rewind", (4_000, 900), False),
        ("prime", (3_000, 0), True),
        ("rewind", (3_000, 0), True),
    ):
        bench = moving(command)
        for _ in range(3):
            bench.pump.sense(*readings)
        bench.turn(0)
        assert (bench.pump.state == states.CHANGING) is ends, command
        if ends:
            assert bench.last(events.MOVE_END)[3] == events.END_ALARM


def test_the_log_tells_a_bolus_that_was_stopped_by_link_from_one_that_was_stopped_by_hand():
    for source, reason in ((BUTTONS, events.END_STOPPED), (LINK, events.END_REMOTE)):
        bench = running()
        bench.pump.give_bolus(2_000, source)
        bench.run_s(10)
        assert bench.pump.stop_bolus(source) == codes.OK
        bench.turn(0)
        assert bench.last(events.BOLUS_END)[3] == reason


def test_what_a_hand_suspended_no_link_resumes_and_the_refusal_is_on_record():
    bench = running()
    bench.pump.suspend(BUTTONS)
    assert bench.pump.resume(LINK) == codes.BY_HAND
    bench.turn(0)
    assert bench.last(events.REFUSED) == (events.COMMAND_RESUME, codes.BY_HAND, 0, 0, LINK)
    assert bench.pump.resume(BUTTONS) == codes.OK
    bench.turn(0)
    bench.pump.suspend(LINK)
    assert bench.pump.resume(LINK) == codes.OK


def test_a_bolus_whose_count_is_short_has_all_of_it_on_board_and_in_doubt():
    bench = running(0)
    bench.pump.give_bolus(5_000, BUTTONS)
    bench.pump.advance(10_000)
    bench.commit()
    ordered = bench.pump.next_burst()
    bench.pump.moved(ordered - 7, False)
    bench.turn(0)
    assert bench.pump.state == states.FAULT
    kind, _, most_steps, bolus_id = bench.last(events.UNCERTAIN)
    assert (kind, most_steps) == (events.KIND_BOLUS, 7)
    assert bolus_id == bench.last(events.BOLUS_END)[0]
    scale = bench.pump.profile.scale
    given_mu = bench.last(events.BOLUS_END)[1]
    assert bench.pump.on_board_mu() == given_mu + scale.dose_mu(7) + 1


def test_basal_whose_count_is_short_is_in_doubt_and_of_no_bolus():
    bench = running(2_000)
    bench.pump.give_bolus(100, BUTTONS)
    bench.run_s(60, 50)
    bench.pump.advance(600_000)
    bench.commit()
    ordered = bench.pump.next_burst()
    bench.pump.moved(ordered - 2, False)
    bench.turn(0)
    kind, _, most_steps, bolus_id = bench.last(events.UNCERTAIN)
    assert (kind, most_steps, bolus_id) == (events.KIND_BASAL, 2, 0)


def test_steps_that_nobody_ordered_are_in_doubt_as_dose_forward_and_as_motion_back():
    for stray, kind in ((1, events.KIND_BASAL), (-1, events.KIND_REWIND)):
        bench = running()
        bench.run_s(600)
        at = bench.pump.train.position_steps
        assert not bench.pump.stands_at(at + stray)
        bench.turn(0)
        assert bench.last(events.UNCERTAIN)[:3] == (kind, 0, 1)
        assert bench.pump.stands_at(at + stray)


def test_service_is_not_granted_while_anything_is_given():
    bench = running()
    bench.pump.give_bolus(2_000, BUTTONS)
    bench.commit()
    assert bench.pump.grant_service(LINK) == codes.DELIVERING
    bench = moving("rewind")
    assert bench.pump.grant_service(LINK) != codes.OK


def test_the_only_sensor_of_a_board_is_missed_too():
    for there in ((4_000, -1), (-1, 0)):
        bench = running()
        for _ in range(5):
            bench.pump.sense(*there)
        for count in range(3):
            assert not bench.pump.alarms.has_cause(alarms.SENSOR_LOST), count
            bench.pump.sense(-1, -1)
        bench.commit()
        assert [alarm for alarm, _ in raised(bench)] == [alarms.SENSOR_LOST]
        bench.pump.sense(*there)
        assert not bench.pump.alarms.has_cause(alarms.SENSOR_LOST)


def test_time_goes_by_in_pieces_of_a_millisecond_too():
    bench = running()
    before = bench.pump.clock.uptime_s
    for _ in range(2_000):
        bench.pump.advance(1)
    assert bench.pump.clock.uptime_s == before + 2


def test_each_rate_is_owed_for_its_own_minutes_to_the_millisecond():
    # 4,771 mU/h for a minute are a step less a millisecond's worth: not one more may be owed.
    for pieces in ((3_600_000,), (500, 59_501, 3_539_999), (30_300, 29_699, 2, 3_539_999)):
        bench = running(0)
        bench.pump.set_basal([(0, 4_771), (1, 0)], BUTTONS)
        for piece_ms in pieces:
            bench.turn(piece_ms)
        assert bench.steps == 4_771 * 6791 // 600_000 == 53


def test_a_pump_that_delivers_nothing_has_no_rate():
    bench = running()
    assert bench.pump.basal_rate_mu_h() == 1_000
    bench.pump.suspend(BUTTONS)
    assert bench.pump.basal_rate_mu_h() == 0


def test_what_is_not_in_the_table_of_states_is_a_bug_to_ask_for():
    bench = running()
    with raises(ValueError):
        bench.pump.go(states.END_MOVE)
    assert bench.pump.state == states.RUNNING


def holding(reservoir_mu):
    """A pump that runs on so much."""
    bench = running(0)
    assert bench.pump.change().start(BUTTONS) == codes.OK
    assert bench.pump.change().load(reservoir_mu, BUTTONS) == codes.OK
    assert bench.pump.change().finish(BUTTONS) == codes.OK
    bench.turn(0)
    return bench


def test_a_reservoir_is_low_from_its_very_threshold_to_the_last_step_and_told_with_what_is_left():
    bench = holding(20_100)
    for low in (False, True):
        assert bench.pump.give_bolus(50, BUTTONS) == codes.OK
        bench.run_s(10)
        assert bench.pump.alarms.has_cause(alarms.RESERVOIR_LOW) == low
    assert bench.pump.reservoir_steps == 20_000 * 6791 // 10_000
    assert raised(bench) == [(alarms.RESERVOIR_LOW, bench.pump.reservoir_steps)]
    bench = holding(500)
    assert bench.pump.give_bolus(498, BUTTONS) == codes.OK
    bench.run_s(60)
    assert bench.pump.reservoir_steps == 1
    assert bench.pump.alarms.has_cause(alarms.RESERVOIR_VERY_LOW)
    assert bench.pump.state == states.RUNNING


def test_an_empty_reservoir_is_told_once_with_no_value_and_is_not_low_as_well():
    bench = holding(500)
    assert bench.pump.give_bolus(500, BUTTONS) == codes.OK
    bench.run_s(60)
    assert bench.pump.reservoir_steps == 0
    assert raised(bench) == [
        (alarms.RESERVOIR_VERY_LOW, 339),
        (alarms.RESERVOIR_EMPTY, 0),
    ]
    assert bench.pump.alarms.has_cause(alarms.RESERVOIR_EMPTY)
    assert not bench.pump.alarms.has_cause(alarms.RESERVOIR_LOW)
    assert not bench.pump.alarms.has_cause(alarms.RESERVOIR_VERY_LOW)
    assert bench.pump.state == states.SUSPENDED


def test_a_suspension_of_a_pump_that_gives_nothing_is_refused_and_told():
    bench = running()
    assert bench.pump.suspend(BUTTONS) == codes.OK
    assert bench.pump.suspend(LINK) == codes.NOT_NOW
    bench.turn(0)
    assert bench.last(events.REFUSED) == (events.COMMAND_SUSPEND, codes.NOT_NOW, 0, 0, LINK)


def test_a_pump_asks_for_steps_when_some_may_be_due():
    bench = running()
    assert not bench.pump.is_due()
    bench.pump.advance(20_000)
    assert not bench.pump.is_due()  # three steps are owed, and a quantum are four
    bench.pump.advance(2_000)
    assert bench.pump.is_due()
    bench = running(0)
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    assert bench.pump.is_due()
    assert moving("rewind").pump.is_due()
    bench = running(30)
    bench.pump.advance(180_000)
    assert bench.pump.basal.owed_steps == 1 and bench.pump.is_due()
