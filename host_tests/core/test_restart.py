"""After a power cut the log accounts for everything, and nothing goes on that should not."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import alarms, codes, events, states


def test_basal_goes_on_after_a_restart_and_a_bolus_does_not():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.give_bolus(5_000, BUTTONS)
    bench.run_s(60, 50)
    before = bench.steps
    bench = bench.restarted()
    assert bench.pump.state == states.RUNNING
    bench.run_s(3600, 1000)
    assert before + 1350 <= bench.steps <= before + 1358  # two units of basal, no bolus


def test_the_uncertain_stretch_holds_what_was_really_given():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.give_bolus(5_000, BUTTONS)
    bench.run_s(60, 50)
    made = bench.steps
    bench = bench.restarted()
    certain = sum([values[0] for values in bench.all(events.BASAL_LEASE)])
    certain += bench.last(events.BOLUS_END)[2]
    uncertain = bench.all(events.UNCERTAIN)
    assert [values[0] for values in uncertain] == [events.KIND_BASAL, events.KIND_BOLUS]
    assert certain <= made <= certain + sum([values[2] for values in uncertain])
    assert bench.last(events.BOLUS_END)[3] == events.END_POWER_LOST
    assert bench.pump.alarms.waiting & 1 << alarms.BOLUS_INCOMPLETE


def test_a_stretch_is_told_once_however_often_the_power_fails():
    bench = Bench(segments=[(0, 2_000)])
    bench.run_s(60)
    for _ in range(3):
        bench = bench.restarted()
    opened = [values for values in bench.all(events.BASAL_LEASE) if values[1]]
    assert len(bench.all(events.UNCERTAIN)) == 3 == len(opened) - 1


def test_a_recovery_cut_after_any_of_its_records_ends_the_same():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.give_bolus(5_000, BUTTONS)
    bench.run_s(60, 50)
    whole = bench.log
    reference = bench.restarted()
    boot_records = len(reference.log) - len(whole)
    for keep in range(boot_records):
        log = reference.log[: len(whole) + keep] if keep else list(whole)
        again = Bench(settings=bench.pump.settings, log=list(log))
        assert len(again.all(events.BOLUS_END)) == 1
        bolus_uncertain = [v for v in again.all(events.UNCERTAIN) if v[0] == events.KIND_BOLUS]
        assert len(bolus_uncertain) == 1


def test_a_suspended_pump_is_still_suspended_after_a_restart():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.suspend(BUTTONS)
    bench.turn(1000)
    bench = bench.restarted()
    bench.run_s(600)
    assert bench.pump.state == states.SUSPENDED
    assert bench.steps == 0


def test_the_reservoir_takes_the_upper_bound_of_what_is_uncertain():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.start_change(BUTTONS)
    bench.pump.load_reservoir(100_000, BUTTONS)
    bench.pump.finish_change(BUTTONS)
    bench.run_s(600)
    left = bench.pump.reservoir_steps
    again = bench.restarted()
    assert left - 135 <= again.pump.reservoir_steps <= left


def test_a_change_that_was_cut_leaves_the_pump_suspended_with_an_unknown_reservoir():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.start_change(BUTTONS)
    bench.pump.load_reservoir(100_000, BUTTONS)
    bench.pump.prime(BUTTONS)
    bench.turn(100)
    bench = bench.restarted()
    assert bench.pump.state == states.SUSPENDED
    assert bench.pump.reservoir_steps == -1
    assert bench.last(events.MOVE_END)[3] == events.END_POWER_LOST


def test_a_day_and_its_memory_survive_a_restart_from_the_last_records_alone():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.start_change(BUTTONS)
    bench.pump.load_reservoir(100_000, BUTTONS)
    bench.pump.finish_change(BUTTONS)
    for _ in range(20):
        bench.pump.give_bolus(500, BUTTONS)
        bench.run_s(3_600, 1_000)
    bench.pump.suspend(BUTTONS)
    bench.turn(0)
    whole = bench.restarted().pump
    tail = Bench(settings=bench.pump.settings, log=bench.log[-160:]).pump
    for pump in (whole, tail):
        assert pump.odometer_steps == bench.pump.odometer_steps
        assert pump.reservoir_steps == bench.pump.reservoir_steps
        assert pump.basal_today_steps == bench.pump.basal_today_steps
        assert pump.bolus_today_steps == bench.pump.bolus_today_steps
        assert pump.boluses_today == 20
        assert pump.bolus.bolus_id == 20
        assert pump.window.day_steps >= bench.pump.window.day_steps
        assert pump.state == states.SUSPENDED


def test_no_sequence_number_is_used_twice():
    bench = Bench(segments=[(0, 5_000)])
    for _ in range(4):
        bench.run_s(300)
        bench = bench.restarted()
    from pump.core import record

    numbers = [record.seq_of(packed) for packed in bench.log]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_clock_goes_on_from_the_last_record_and_asks_to_be_set():
    bench = Bench()
    assert bench.pump.set_clock(200_000_000, 60, BUTTONS) == codes.OK
    bench.run_s(100)
    bench.pump.suspend(BUTTONS)
    bench.turn(0)
    bench = bench.restarted()
    assert bench.pump.clock.local_s == 200_000_100
    assert not bench.pump.clock.trusted
    assert bench.pump.alarms.waiting & 1 << alarms.CLOCK_NOT_SET


def test_a_restart_by_the_watchdog_is_told_and_basal_goes_on():
    bench = Bench(segments=[(0, 2_000)])
    bench.run_s(60)
    bench = bench.restarted(cause=events.RESET_WATCHDOG)
    assert bench.all(events.BOOT)[-1][0] == events.RESET_WATCHDOG
    assert bench.pump.alarms.highest() == alarms.RESTARTED
    at = bench.steps
    bench.run_s(600)
    assert bench.steps > at


def test_a_damaged_log_is_recorded_and_told():
    bench = Bench()
    bench.pump.report_log(False, 5, 2, 1)
    bench.turn(0)
    assert bench.last(events.LOG_DAMAGED) == (5, 2, 1)
    assert bench.pump.alarms.waiting & 1 << alarms.LOG_DAMAGED


def test_a_change_that_was_closed_while_suspended_is_closed_after_a_restart():
    bench = Bench(segments=[(0, 2_000)])
    bench.pump.suspend(BUTTONS)
    bench.pump.start_change(BUTTONS)
    bench.pump.load_reservoir(100_000, BUTTONS)
    bench.pump.finish_change(BUTTONS)
    bench.turn(0)
    again = bench.restarted()
    assert again.pump.reservoir_steps == bench.pump.reservoir_steps == 67_910
    assert again.pump.state == states.SUSPENDED
