"""Extended and combined boluses: even, exact, cut at once, each step once in the log."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import alarms, codes, events, extended, record, states
from pump.core import settings as st
from pump.core.layouts import LAYOUTS

_LINK = events.SOURCE_LINK
_HOUR_S = 3_600
_QUANTUM = 4  # steps of 0.005 U, rounded up


def owed_steps(dose_mu):
    return dose_mu * 6791 // 10_000


def without_basal():
    return Bench(segments=[(0, 0)])


def give(bench, now_mu, later_mu, minutes, source=BUTTONS):
    return extended.begin(bench.pump, now_mu, later_mu, minutes, source)


def told_steps(bench):
    """What a reader of the log adds up of boluses: certain steps, and those in doubt."""
    certain, unsure, given = 0, 0, {}
    for packed in bench.log:
        event = record.header(packed)[2]
        values = record.fields(packed, LAYOUTS[event])
        if event in (events.BOLUS_PART, events.EXTENDED_PART):
            certain += values[1]
            given[values[0]] = given.get(values[0], 0) + values[1]
        elif event in (events.BOLUS_END, events.EXTENDED_END):
            certain += values[2] - given.get(values[0], 0)
            given[values[0]] = values[2]
        elif event == events.UNCERTAIN and values[0] == events.KIND_BOLUS:
            unsure += values[2]
    return certain, unsure


def test_it_is_given_evenly_and_all_of_it_at_the_end_of_its_time():
    for turn_ms in (1_000, 3_700, 4_000, 61_000):
        bench = without_basal()
        assert give(bench, 0, 3_000, 120) == codes.OK
        for quarter in range(1, 9):
            bench.run_s(900, turn_ms)
            due = owed_steps(3_000) * quarter // 8
            late = owed_steps(3_000) * turn_ms // 7_200_000 + 1
            assert due - _QUANTUM - late <= bench.steps <= due + late
        bench.run_s(62)
        assert bench.steps == owed_steps(3_000)
        assert bench.last(events.EXTENDED_END)[1:3] == (3_000, owed_steps(3_000))
        assert bench.last(events.EXTENDED_END)[4] == events.END_DONE
        assert told_steps(bench) == (owed_steps(3_000), 0)
        assert bench.pump.extended is None


def test_never_more_than_its_share_of_the_time_that_went_by():
    bench = without_basal()
    give(bench, 0, 1_000, 720)
    for second in range(0, 3 * _HOUR_S, 7):
        assert bench.steps <= owed_steps(1_000) * second // (720 * 60)
        bench.run_s(7)


def test_a_small_one_moves_at_the_latest_every_three_minutes():
    bench = without_basal()
    give(bench, 0, 100, 720)  # 68 steps in twelve hours: one in ten minutes
    bench.run_s(12 * 60)
    assert bench.steps == 1


def test_a_combined_one_gives_its_first_part_at_once():
    bench = without_basal()
    assert give(bench, 1_500, 1_500, 60) == codes.OK
    assert bench.pump.state == states.BOLUS
    bench.run_s(61)
    assert owed_steps(1_500) <= bench.steps <= owed_steps(1_500) + owed_steps(1_500) // 58
    assert bench.pump.state == states.RUNNING
    bench.run_s(_HOUR_S)
    assert bench.steps == owed_steps(3_000)
    start = bench.last(events.EXTENDED_START)
    assert start[4] == 1 and bench.last(events.BOLUS_START)[0] == start[0] + 1
    assert told_steps(bench) == (owed_steps(3_000), 0)


def test_a_normal_bolus_runs_beside_it_and_each_has_its_own_number():
    bench = without_basal()
    give(bench, 0, 2_000, 60)
    bench.run_s(1_800)
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    bench.run_s(1_805)
    assert bench.steps == owed_steps(3_000)
    numbers = (bench.last(events.EXTENDED_END)[0], bench.last(events.BOLUS_END)[0])
    assert numbers == (1, 2)
    assert bench.last(events.BOLUS_END)[1] == 1_000


def test_what_rounding_leaves_is_carried_through_boluses_of_all_kinds():
    bench = without_basal()
    for _ in range(20):
        assert give(bench, 101, 101, 15) == codes.OK
        bench.run_s(905)
    assert owed_steps(20 * 202) - 1 <= bench.steps <= owed_steps(20 * 202)


def test_the_part_at_once_gives_nothing_of_what_rounding_leaves_of_the_part_that_is_to_come():
    bench = without_basal()
    assert owed_steps(225) == 152 and owed_steps(225 + 2_404) - owed_steps(2_404) == 153
    assert give(bench, 225, 2_404, 60) == codes.OK
    bench.turn(0)
    assert bench.last(events.BOLUS_START)[2] == 152
    bench.run_s(_HOUR_S + 60)
    assert bench.pump.give_bolus(225, BUTTONS) == codes.OK
    bench.run_s(60)
    assert bench.steps == owed_steps(2 * 225 + 2_404)


def test_what_was_ended_leaves_nothing_to_the_next_bolus():
    bench = without_basal()
    assert give(bench, 0, 2_404, 60) == codes.OK
    bench.pump.stop_bolus()
    assert bench.pump.give_bolus(225, BUTTONS) == codes.OK
    bench.run_s(60)
    assert bench.steps == owed_steps(225)


def test_what_it_leaves_at_its_end_is_kept_over_a_normal_one_that_runs_then():
    for later_mu in (2_404, 2_405, 2_406, 2_407):
        bench = without_basal()
        bench.pump.set_setting(st.BOLUS_SPEED_MU_MIN, 100, BUTTONS)
        assert bench.pump.give_bolus(201, BUTTONS) == codes.OK
        bench.run_s(300)
        assert give(bench, 0, later_mu, 15) == codes.OK
        bench.run_s(840)
        assert bench.pump.give_bolus(301, BUTTONS) == codes.OK
        bench.run_s(300)
        assert bench.pump.extended is None and not bench.pump.bolus.active
        assert bench.pump.give_bolus(401, BUTTONS) == codes.OK
        bench.run_s(300)
        assert bench.steps == owed_steps(201 + later_mu + 301 + 401)


def test_one_press_ends_both_parts_and_what_was_given_stays():
    bench = without_basal()
    give(bench, 2_000, 2_000, 60)
    bench.run_s(20)
    given = bench.steps
    assert bench.pump.stop_bolus() == codes.OK
    bench.run_s(_HOUR_S)
    assert bench.steps == given
    assert bench.last(events.BOLUS_END)[3] == events.END_STOPPED
    assert bench.last(events.EXTENDED_END)[4] == events.END_STOPPED
    assert told_steps(bench) == (given, 0)
    assert not bench.pump.alarms.raised & 1 << alarms.BOLUS_INCOMPLETE - 1
    assert bench.pump.stop_bolus() == codes.NOT_NOW


def test_what_stops_delivery_ends_it_for_good_and_an_alarm_says_so_but_to_who_suspends():
    def suspended(pump):
        pump.suspend(BUTTONS)

    def changing(pump):
        pump.change().start(BUTTONS)

    def blocked(pump):
        pump.stop_for(alarms.OCCLUSION, 900)

    def broken(pump):
        pump.fail(1, 0)

    for stops in (suspended, changing, blocked, broken):
        bench = without_basal()
        give(bench, 0, 2_000, 60)
        bench.run_s(1_000)
        given = bench.steps
        stops(bench.pump)
        bench.run_s(10)
        assert bench.pump.extended is None
        assert bench.last(events.EXTENDED_END)[2] == given
        told = bench.pump.alarms.raised & 1 << alarms.BOLUS_INCOMPLETE - 1 != 0
        assert told == (stops is not suspended)
        assert told_steps(bench) == (given, 0)


def test_after_a_suspension_it_does_not_go_on():
    bench = without_basal()
    give(bench, 0, 2_000, 60)
    bench.run_s(1_000)
    given = bench.steps
    bench.pump.suspend(BUTTONS)
    bench.run_s(10)
    assert bench.pump.resume(BUTTONS) == codes.OK
    bench.run_s(_HOUR_S)
    assert bench.steps == given


def test_it_must_fit_every_limit_as_if_given_at_once():
    for number, value, code in (
        (st.MAX_BOLUS_MU, 2_900, codes.OVER_MAX_BOLUS),
        (st.MAX_HOUR_MU, 2_900, codes.OVER_MAX_HOUR),
        (st.MAX_DAY_MU, 2_900, codes.OVER_MAX_DAY),
    ):
        bench = without_basal()
        assert bench.pump.set_setting(number, value, BUTTONS) == codes.OK
        for now_mu, command in ((1_000, events.COMMAND_COMBINED), (0, events.COMMAND_EXTENDED)):
            assert give(bench, now_mu, 3_000 - now_mu, 240) == code
            bench.turn(0)
            assert bench.last(events.REFUSED) == (command, code, 3_000, 2_900, BUTTONS)
        bench.run_s(_HOUR_S)
        assert bench.steps == 0 and not bench.all(events.EXTENDED_START)


def test_what_is_still_to_come_of_it_counts_for_the_limits_of_the_next_bolus():
    bench = without_basal()
    assert bench.pump.set_setting(st.MAX_HOUR_MU, 5_000, BUTTONS) == codes.OK
    give(bench, 0, 4_000, 240)
    bench.run_s(60)
    assert bench.pump.give_bolus(1_500, BUTTONS) == codes.OVER_MAX_HOUR
    assert bench.pump.give_bolus(950, BUTTONS) == codes.OK


def test_a_limit_that_basal_has_used_up_holds_it_back_and_the_rest_is_not_made_up_for():
    bench = Bench(segments=[(0, 4_000)])
    assert bench.pump.set_setting(st.MAX_HOUR_MU, 3_000, BUTTONS) == codes.OK
    assert give(bench, 0, 2_900, 60) == codes.OK
    for _ in range(60):
        bench.run_s(60)
        assert bench.steps <= owed_steps(3_000)
    bench.run_s(60)
    _, given_mu, given_steps, minutes, reason = bench.last(events.EXTENDED_END)
    assert reason == events.END_TIME and minutes == 60
    assert 0 < given_mu < 2_900 and given_steps < owed_steps(2_900)
    assert bench.pump.alarms.raised & 1 << alarms.BOLUS_INCOMPLETE - 1


def test_nonsense_is_refused():
    bench = without_basal()
    for now_mu, later_mu, minutes, code in (
        (0, 1_000, 0, codes.OUT_OF_RANGE),
        (0, 1_000, 20, codes.OUT_OF_RANGE),
        (0, 1_000, 735, codes.OUT_OF_RANGE),
        (-1, 1_000, 60, codes.OUT_OF_RANGE),
        (1_000, 0, 60, codes.TOO_SMALL),
        (1_000, 1, 60, codes.TOO_SMALL),
        (1, 1_000, 60, codes.TOO_SMALL),
        (0, -5, 60, codes.TOO_SMALL),
    ):
        assert give(bench, now_mu, later_mu, minutes) == code
    assert give(bench, 0, 1_000, 60) == codes.OK
    assert give(bench, 0, 1_000, 60) == codes.BUSY
    bench.pump.suspend(BUTTONS)
    bench.run_s(1)
    assert give(bench, 0, 1_000, 60) == codes.SUSPENDED


def test_service_waits_until_it_is_over():
    bench = without_basal()
    give(bench, 0, 1_000, 15)
    bench.run_s(10)
    assert bench.pump.grant_service(BUTTONS) == codes.DELIVERING
    bench.run_s(900)
    assert bench.pump.grant_service(BUTTONS) == codes.OK


def test_after_a_restart_the_open_part_is_in_doubt_and_the_rest_is_never_given():
    bench = without_basal()
    give(bench, 500, 2_000, 60)
    bench.run_s(1_500)
    made = bench.steps
    again = bench.restarted()
    assert again.last(events.UNCERTAIN)[0] == events.KIND_BOLUS
    assert again.last(events.UNCERTAIN)[3] == again.last(events.EXTENDED_START)[0]
    assert again.last(events.EXTENDED_END)[4] == events.END_POWER_LOST
    certain, unsure = told_steps(again)
    assert certain <= made <= certain + unsure
    assert unsure <= owed_steps(500)
    assert again.pump.alarms.raised & 1 << alarms.BOLUS_INCOMPLETE - 1
    again.run_s(_HOUR_S)
    assert again.steps == made
    assert told_steps(again.restarted()) == (certain, unsure)  # told once


def test_a_restart_knows_of_one_that_runs_from_a_checkpoint_alone():
    bench = without_basal()
    give(bench, 0, 4_000, 120)
    bench.run_s(_HOUR_S)
    bench.pump.checkpoint()
    bench.turn(0)
    at = len(bench.log) - 1
    while record.header(bench.log[at])[2] != events.CHECKPOINT:
        at -= 1
    on_board_mu = bench.pump.on_board_mu()
    for known in (bench.log, bench.log[at:]):
        again = Bench(settings=bench.pump.settings, log=list(known))
        end = again.last(events.EXTENDED_END)
        assert end[0] == 1 and end[4] == events.END_POWER_LOST
        assert end[3] == 60
        assert 0 <= bench.steps - end[2] <= owed_steps(500)
        assert again.pump.on_board_mu() >= on_board_mu
        assert again.pump.bolus_today_steps == end[2]


def test_insulin_on_board_knows_what_was_given_and_not_what_is_to_come():
    bench = without_basal()
    give(bench, 0, 4_000, 240)
    bench.run_s(1_800)
    assert 450 <= bench.pump.on_board_mu() <= 510
    bench.run_s(3 * _HOUR_S + 1_800)
    # Given evenly over four hours, and it acts for six: less than all of it, more than a half.
    assert 2_000 < bench.pump.on_board_mu() < 3_000


def test_a_day_that_ends_meanwhile_counts_what_was_given_in_it():
    bench = without_basal()
    bench.pump.set_clock(200_000_000 // 86_400 * 86_400 + 23 * _HOUR_S, 0, BUTTONS)
    give(bench, 0, 2_000, 120)
    bench.run_s(_HOUR_S + 10)
    basal_mu, bolus_mu, boluses = bench.last(events.DAY_TOTAL)
    assert basal_mu == 0 and boluses == 1
    assert 990 <= bolus_mu <= 1_000
    before = [row[1] for row in bench.all(events.EXTENDED_PART)]
    bench.run_s(_HOUR_S)
    assert bench.pump.bolus_today_steps == owed_steps(2_000) - sum(before)


def test_setting_the_clock_neither_stretches_nor_shortens_it():
    bench = without_basal()
    give(bench, 0, 2_000, 60)
    bench.run_s(600)
    bench.pump.set_clock(300_000_000, 0, BUTTONS)
    bench.run_s(1_200)
    assert 0 <= owed_steps(1_000) - bench.steps <= _QUANTUM
    bench.run_s(1_805)
    assert bench.steps == owed_steps(2_000)


def test_a_bolus_counts_once_and_locks_out_the_next():
    bench = without_basal()
    assert bench.pump.set_setting(st.BOLUS_LOCKOUT_MIN, 30, BUTTONS) == codes.OK
    give(bench, 500, 500, 15)
    bench.run_s(1_000)
    assert bench.pump.boluses_today == 1
    assert give(bench, 0, 500, 15) == codes.TOO_SOON
    bench.run_s(900)
    assert give(bench, 0, 500, 15) == codes.OK
    bench.run_s(10)
    again = bench.restarted()
    assert again.pump.boluses_today == 2
    assert again.pump.give_bolus(500, BUTTONS) == codes.TOO_SOON


def test_an_engine_that_counts_too_few_ends_it_with_the_rest_in_doubt():
    bench = without_basal()
    give(bench, 0, 2_000, 60)
    pump = bench.pump
    burst = 0
    while not burst:
        pump.advance(1_000)
        bench.commit()
        burst = pump.next_burst()
    pump.moved(burst - 1, False)
    bench.turn(0)
    assert pump.state == states.FAULT
    assert bench.last(events.EXTENDED_END)[4] == events.END_ALARM
    assert bench.last(events.UNCERTAIN) == (events.KIND_BOLUS, 0, 1, 1)


def test_a_restart_takes_no_part_of_an_old_extended_bolus_together_with_a_new_bolus():
    bench = Bench()
    assert extended.begin(bench.pump, 0, 1_000, 30, BUTTONS) == codes.OK
    bench.run_s(5_400, 1_000)
    assert bench.pump.give_bolus(2_000, BUTTONS) == codes.OK
    bench.run_s(120, 50)
    before = bench.pump.insulin.doses
    now_s = bench.pump.clock.uptime_s
    assert before[-1] == 2_000 and len(before) >= 4
    bench = bench.restarted()
    after = bench.pump.insulin.doses
    assert after[1::2] == before[1::2]
    for old, new in zip(before[::2], after[::2]):
        assert 0 <= new + now_s - old <= 60  # what went by after the last record is not known
