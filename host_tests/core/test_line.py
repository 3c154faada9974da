"""The account of the line: how old it is, what fills it, how long the reservoir lasts."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import alarms as al
from pump.core import codes, events, supply, temporary
from pump.core import settings as st

DAY_S = 86_400
HOUR_MIN = 60


def change(bench, prime_s=10, cannula_mu=300):
    """A guided change; without a prime or a fill the tubing or the site stays."""
    pump = bench.pump
    assert pump.change().start(BUTTONS) == codes.OK
    assert pump.change().load(200_000, BUTTONS) == codes.OK
    if prime_s:
        prime(bench, prime_s)
    if cannula_mu:
        assert pump.change().fill_cannula(cannula_mu, BUTTONS) == codes.OK
        while pump.move.active:
            bench.turn(1_000)
    assert pump.change().finish(BUTTONS) == codes.OK
    bench.commit()


def prime(bench, seconds):
    assert bench.pump.change().prime(BUTTONS) == codes.OK
    bench.run_s(seconds)
    bench.pump.change().stop()
    bench.turn(0)


def ages_s(bench):
    line, now_s = bench.pump.line, bench.pump.clock.uptime_s
    return [None if at_s is None else now_s - at_s for at_s in (line.reservoir_s, line.site_s)]


def test_nothing_is_known_before_the_first_change():
    bench = Bench()
    assert ages_s(bench) == [None, None]
    assert bench.pump.line.tubing_steps == bench.pump.line.cannula_steps == 0
    bench.pump.checkpoint()
    bench.commit()
    assert bench.all(events.CHECKPOINT_LINE) == []


def test_a_whole_change_begins_both_ages_and_says_what_is_in_the_line():
    bench = Bench()
    change(bench)
    line = bench.pump.line
    assert max(ages_s(bench)) <= 60
    moved = {values[0]: values[2] for values in bench.all(events.MOVE_END)}
    assert line.tubing_steps == moved[events.KIND_PRIME] > 0
    assert line.cannula_steps == moved[events.KIND_CANNULA] == 203
    assert bench.pump.odometer_steps == 0, "what is in the line was given to nobody"


def test_a_change_of_the_reservoir_alone_leaves_site_and_line_as_they_are():
    bench = Bench()
    change(bench)
    before = bench.pump.line.tubing_steps, bench.pump.line.cannula_steps
    bench.run_s(DAY_S, 4_000)
    change(bench, 0, 0)
    reservoir_s, site_s = ages_s(bench)
    assert reservoir_s < 60 and site_s >= DAY_S
    assert (bench.pump.line.tubing_steps, bench.pump.line.cannula_steps) == before


def test_primes_of_one_change_add_up_and_the_next_change_begins_anew():
    bench = Bench()
    pump = bench.pump
    for _ in range(2):
        pump.change().start(BUTTONS)
        pump.change().load(200_000, BUTTONS)
        first = len(bench.all(events.MOVE_END))
        prime(bench, 5)
        prime(bench, 10)
        made = [values[2] for values in bench.all(events.MOVE_END)[first:]]
        assert len(made) == 2 and pump.line.tubing_steps == sum(made)
        pump.change().finish(BUTTONS)
        bench.run_s(60)


def test_a_prime_that_moved_nothing_leaves_the_line_as_it_is():
    bench = Bench()
    change(bench)
    before = bench.pump.line.tubing_steps
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(200_000, BUTTONS)
    bench.pump.change().prime(BUTTONS)
    bench.pump.change().stop()
    bench.turn(0)
    assert bench.all(events.MOVE_END)[-1][2] == 0
    assert bench.pump.line.tubing_steps == before


def test_ages_and_line_survive_restarts_also_in_the_middle_of_a_change():
    bench = Bench(segments=[(0, 1_000)])
    change(bench)
    bench.run_s(2 * DAY_S, 4_000)
    for _ in range(3):
        # What is older than the last checkpoint may be gone from the log.
        bench.pump.checkpoint()
        bench.commit()
        kinds = [bench.event(packed) for packed in bench.log]
        del bench.log[: len(kinds) - 1 - kinds[::-1].index(events.CHECKPOINT)]
        line, ages = bench.pump.line, ages_s(bench)
        bench = bench.restarted()
        assert bench.pump.line.tubing_steps == line.tubing_steps
        assert bench.pump.line.cannula_steps == line.cannula_steps
        for age, before in zip(ages_s(bench), ages):
            assert before - 120 <= age <= before
    pump = bench.pump
    pump.change().start(BUTTONS)
    pump.change().load(100_000, BUTTONS)
    pump.checkpoint()  # between the new reservoir and its prime
    bench.commit()
    bench = bench.restarted()
    reservoir_s, site_s = ages_s(bench)
    assert reservoir_s < 60 and site_s > DAY_S
    assert bench.pump.line._old == 3


def test_a_cut_in_the_change_keeps_what_was_moved_into_the_line():
    bench = Bench()
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(200_000, BUTTONS)
    prime(bench, 10)
    made = bench.pump.line.tubing_steps
    assert made == bench.all(events.MOVE_END)[-1][2] > 0
    assert bench.restarted().pump.line.tubing_steps == made
    assert bench.pump.change().prime(BUTTONS) == codes.OK
    bench.run_s(25)  # a part is whole, the next one under way
    bench = bench.restarted()
    part = bench.pump.profile.move_part_steps
    assert bench.pump.line.tubing_steps == made + part


def test_an_age_of_months_stays_known_as_45_days_after_a_restart():
    bench = Bench()
    change(bench)
    bench.pump.line.shift(-100 * DAY_S)
    bench.pump.checkpoint()
    bench.commit()
    assert ages_s(bench.restarted()) == [0xFFFE * 60] * 2


def test_the_log_of_a_version_that_knew_one_age_is_understood():
    bench = Bench()
    bench.pump.log.write(events.CHECKPOINT_SET, 3_000)
    bench.commit()
    assert ages_s(bench.restarted()) == [180_000, None]


def old(bench):
    return bench.pump.alarms.raised >> al.SET_OLD - 1 & 1 == 1


def test_the_set_is_old_by_the_age_of_its_site_and_not_of_the_reservoir():
    bench = Bench()
    assert bench.pump.set_setting(st.SET_DAYS, 2, BUTTONS) == codes.OK
    change(bench)
    bench.run_s(DAY_S, 4_000)
    change(bench, 0, 0)
    bench.run_s(DAY_S - 240, 4_000)
    assert not old(bench)
    bench.run_s(480, 4_000)
    assert old(bench)
    assert [values[0] for values in bench.all(events.REMINDER)] == [events.REMIND_SET]
    change(bench, 0, 0)
    bench.run_s(120, 4_000)
    assert old(bench), "the site is still the old one"
    change(bench)
    bench.pump.alarms.acknowledge(al.SET_OLD, BUTTONS)
    bench.run_s(120, 4_000)
    assert not old(bench)


def test_a_reservoir_has_days_of_its_own():
    bench = Bench()
    assert bench.pump.set_setting(st.RESERVOIR_DAYS, 1, BUTTONS) == codes.OK
    change(bench)
    bench.run_s(DAY_S + 120, 4_000)
    assert old(bench)
    assert [values[0] for values in bench.all(events.REMINDER)] == [events.REMIND_RESERVOIR]
    change(bench, 0, 0)
    bench.pump.alarms.acknowledge(al.SET_OLD, BUTTONS)
    bench.run_s(120, 4_000)
    assert not old(bench)


def test_the_second_of_the_two_to_grow_old_is_told_as_well():
    bench = Bench()
    bench.pump.set_setting(st.SET_DAYS, 2, BUTTONS)
    bench.pump.set_setting(st.RESERVOIR_DAYS, 1, BUTTONS)
    change(bench)
    bench.run_s(DAY_S + 120, 4_000)
    bench.pump.alarms.acknowledge(al.SET_OLD, BUTTONS)
    assert old(bench) and not bench.pump.alarms.waiting >> al.SET_OLD - 1 & 1
    bench.run_s(DAY_S, 4_000)
    kinds = [values[0] for values in bench.all(events.REMINDER)]
    assert kinds == [events.REMIND_RESERVOIR, events.REMIND_SET]
    assert bench.pump.alarms.waiting >> al.SET_OLD - 1 & 1
    assert len([v for v in bench.all(events.ALARM_RAISED) if v[0] == al.SET_OLD]) == 2


# ---- how long the reservoir lasts


def at(minute, segments, units):
    """A pump with a program and so many units in it, at a minute of the day."""
    bench = Bench(segments=segments)
    bench.pump.set_clock(400 * DAY_S + minute * 60, 0, BUTTONS)
    bench.pump.reservoir_steps = bench.pump.profile.scale.steps_up(units * 1000)
    return bench.pump


def test_the_reservoir_lasts_by_the_rates_of_the_hours_to_come():
    day = [(0, 1_000), (480, 2_000), (1_200, 500)]
    assert supply.left_min(at(0, day, 4)) == 4 * HOUR_MIN
    assert supply.left_min(at(420, day, 4)) == (1 + 1) * HOUR_MIN + 30
    assert supply.left_min(at(1_260, day, 2)) == (3 + 0) * HOUR_MIN + 30
    assert supply.left_min(at(0, day, 34)) == 24 * HOUR_MIN
    assert supply.left_min(at(720, day, 300)) == 8 * 24 * HOUR_MIN + (8 + 4 + 8 + 1) * HOUR_MIN


def test_minutes_without_basal_are_lived_through_and_a_program_without_any_has_no_end():
    assert supply.left_min(at(0, [(0, 0), (720, 1_000)], 3)) == 15 * HOUR_MIN
    assert supply.left_min(at(0, [(0, 0)], 3)) == -1
    assert supply.left_min(at(0, [(0, 5)], 300)) == 300_000 // 5 * HOUR_MIN


def test_of_an_unknown_reservoir_nothing_is_said_and_an_empty_one_lasts_no_minute():
    pump = at(0, [(0, 1_000)], 10)
    pump.reservoir_steps = -1
    assert supply.left_min(pump) == -1
    pump.reservoir_steps = 0
    assert supply.left_min(pump) == 0


def test_a_temporary_basal_counts_as_long_as_it_lasts():
    pump = at(0, [(0, 1_000)], 10)
    assert temporary.begin(pump, 200, 0, 120, BUTTONS) == codes.OK
    assert supply.left_min(pump) == (2 + 6) * HOUR_MIN
    assert temporary.begin(pump, 500, 0, 1_440, BUTTONS) == codes.OK
    assert supply.left_min(pump) == 2 * HOUR_MIN
    pump = at(0, [(0, 0)], 10)
    assert temporary.begin(pump, -1, 1_000, 120, BUTTONS) == codes.OK
    assert supply.left_min(pump) == -1


def test_what_a_bolus_has_yet_to_give_is_not_there_for_basal():
    pump = at(0, [(0, 1_000)], 10)
    assert pump.give_bolus(4_000, BUTTONS) == codes.OK
    assert supply.left_min(pump) == 6 * HOUR_MIN
