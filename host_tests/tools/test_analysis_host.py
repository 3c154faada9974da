"""The figures of a report against what the made-up pump really did."""

from datetime import date
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basalt import decode, history_reader, report_json, report_words, timeline
from basalt.analysis import Analysis, analyse
from basalt.store import Gap
from host_tests.core.bench import BUTTONS, Bench, Board
from host_tests.tools import made_log
from host_tests.tools.made_log import DAY_S, EPOCH_DAY, MadePump
from pump.core import alarms, codes, events, record
from pump.core import settings as settings_table

QUANTUM_MU = 8  # one burst of basal that ends at midnight may be told on either side of it


class CoarseBoard(Board):
    """The same board with another syringe."""

    STEPS_PER_UNIT = (100, 1)


@cache
def five_days():
    """(raw log, truth) of five days, two of them eventful. Made once: it is only read."""
    made, truth = made_log.several_days()
    return made_log.raw_log(made), truth


def history_of(raw, gaps=(), damaged=0):
    """The facts of raw records."""
    return history_reader.read(timeline.log_of("p", decode.records(raw), ()), gaps, damaged)


def figures(raw, *period) -> Analysis:
    """The figures of raw records."""
    return analyse(history_of(raw), *period)


def of(made):
    """The figures of a made-up pump up to now."""
    return figures(made_log.raw_log(made))


def only_day(made):
    """The figures of the only day of a made-up pump."""
    (day,) = of(made).days
    return day


def four_leases(raw):
    """Numbers of four basal leases, one after the other, with nothing in between."""
    leases = set(made_log.numbers_of(raw, events.BASAL_LEASE))
    first = next(n for n in sorted(leases)[200:] if {n + 1, n + 2, n + 3} <= leases)
    return {first, first + 1, first + 2, first + 3}


def test_steps_before_and_after_a_calibration_are_read_each_by_their_own_scale():
    bench = Bench(segments=[(0, 1_000)])
    pump = bench.pump
    for tenths in (0, 8_000):
        assert pump.suspend(BUTTONS) == codes.OK
        bench.turn(0)
        assert pump.set_setting(settings_table.STEPS_PER_UNIT, tenths, BUTTONS) == codes.OK
        assert pump.resume(BUTTONS) == codes.OK
        bench.run_s(3_600)
    assert pump.suspend(BUTTONS) == codes.OK
    bench.turn(0)
    doses = history_of(b"".join(bench.log)).doses
    given_mu = sum(dose.mu for dose in doses)
    assert 1_990 <= given_mu <= 2_000
    steps = sum(dose.steps for dose in doses)
    assert steps == bench.steps
    assert abs(steps - (679 + 800)) <= 8


# ---- what was given ----------------------------------------------------------------------


def test_each_day_tells_the_steps_that_the_motor_made():
    raw, truth = five_days()
    days = figures(raw).days
    assert [day.date for day in days] == [date(2024, 1, 1 + n) for n in range(5)]
    for day in (days[0], days[2]):
        assert day.total.steps == truth.dose_steps[EPOCH_DAY + days.index(day)]


def test_basal_and_bolus_are_told_apart():
    raw, truth = five_days()
    analysis = figures(raw)
    open_lease = analysis.under_way[0].max_steps
    lost = [found for day in analysis.days for found in day.uncertain]
    for kind, told, made in (
        ("basal", analysis.summary.basal.steps, truth.basal_steps),
        ("bolus", analysis.summary.bolus.steps, truth.bolus_steps),
    ):
        most = sum(found.max_steps for found in lost if found.kind == kind)
        assert told <= made <= told + most + (open_lease if kind == "basal" else 0)


def test_a_unit_is_the_steps_that_the_pump_said_at_its_start():
    day = figures(five_days()[0]).days[2]
    assert day.total.mu == pytest.approx(day.total.steps * 10_000 / 6791)
    assert day.bolus.mu == pytest.approx(5_200 + 6_050 + 1_300 + 7_250, abs=3)


def test_the_days_agree_with_the_totals_that_the_pump_wrote_at_midnight():
    days = figures(five_days()[0]).days
    assert all(day.pump_total_mu for day in days[:-1])
    for day in days[:-1]:
        basal_mu, bolus_mu = day.pump_total_mu
        assert day.basal.mu == pytest.approx(basal_mu, abs=QUANTUM_MU)
        assert day.bolus.mu == pytest.approx(bolus_mu, abs=QUANTUM_MU)


def test_the_hours_of_a_day_add_up_to_the_day():
    for day in figures(five_days()[0]).days:
        assert sum(hour.basal.steps for hour in day.hours) == day.basal.steps
        assert sum(hour.bolus.steps for hour in day.hours) == day.bolus.steps


def test_the_rate_of_each_hour_is_the_program_that_was_set():
    day = figures(five_days()[0]).days[2]
    assert day.hours[2].rates_mu_h[-1] == 700
    assert day.hours[4].rates_mu_h == [850]
    assert day.hours[6].rates_mu_h == [850, 1_250]
    assert day.hours[12].rates_mu_h == [900]


def test_a_lease_that_crosses_midnight_is_shared_out_by_time():
    made = MadePump()
    made.pump.set_clock(EPOCH_DAY * DAY_S + 86_000, 0, BUTTONS)
    made.turn(0)
    made.pump.set_basal([(0, 600)], BUTTONS)
    made.until((EPOCH_DAY + 1) * DAY_S + 800)
    made.pump.suspend(BUTTONS)
    made.turn(0)
    first, second = of(made).days
    truth = made.truth.dose_steps
    assert first.total.steps + second.total.steps == sum(truth.values())
    assert first.total.steps == pytest.approx(truth[EPOCH_DAY], abs=8)


def test_another_syringe_after_a_restart_is_counted_with_its_own_scale():
    made = MadePump()
    made.bolus(2_000)
    log = made.log
    again = MadePump(log=log, board=CoarseBoard)
    again.bolus(3_000)
    day = only_day(again)
    assert day.total.steps == 1_358 + 300
    assert day.total.mu == pytest.approx(5_000, abs=2)


def test_primed_steps_are_no_dose():
    made = MadePump()
    made.change_reservoir(100_000)
    day = only_day(made)
    assert day.total.steps == 0
    assert day.primed.steps == made.truth.primed_steps > 0


# ---- boluses -----------------------------------------------------------------------------


def test_a_bolus_is_told_with_what_was_asked_given_and_how_it_ended():
    day = figures(five_days()[0]).days[1]
    told = [(b.asked_mu, b.given_mu, b.outcome) for b in day.boluses]
    assert told == [
        (4_800, 4_800, "all_given"),
        (14_000, 0, "refused"),
        (6_400, 2_248, "stopped"),
        (7_000, 2_495, "power_lost"),
        (1_000, 1_000, "all_given"),
    ]
    assert (len(day.begun), len(day.interrupted), len(day.refused)) == (4, 2, 1)


def test_a_refusal_tells_its_limit():
    (refused,) = figures(five_days()[0]).days[1].refused
    assert (refused.refusal, refused.limit) == ("over_max_bolus", 10_000)


def test_a_bolus_that_runs_when_the_log_is_read_is_under_way():
    made = MadePump()
    made.pump.give_bolus(5_000, BUTTONS)
    made.run_s(60)
    analysis = of(made)
    (bolus,) = analysis.days[0].boluses
    assert bolus.outcome == "under_way"
    assert not bolus.is_interrupted
    (under_way,) = [one for one in analysis.under_way if one.kind == "bolus"]
    told = analysis.summary.bolus.steps
    assert told == bolus.given_steps
    assert told <= made.truth.bolus_steps <= told + under_way.max_steps
    assert bolus.given_mu == pytest.approx(told * 10_000 / 6791, abs=1)


# ---- what nobody knows -------------------------------------------------------------------


def test_a_power_cut_leaves_bounds_that_hold_the_truth_and_are_in_no_total():
    made = made_log.new_pump()
    made.pump.give_bolus(7_000, BUTTONS)
    made.run_s(110)
    made = made.cut_power(600)
    made.pump.suspend(BUTTONS)
    made.turn(0)
    day = only_day(made)
    bounds = day.uncertain_dose
    assert [found.kind for found in day.uncertain] == ["basal", "bolus"]
    truth = made.truth.all_dose_steps
    assert day.total.steps < truth
    assert day.total.steps + bounds.least.steps <= truth <= day.total.steps + bounds.most.steps
    assert bounds.most.steps == sum(found.max_steps for found in day.uncertain)
    assert bounds.most.mu == pytest.approx(700, abs=3)


def test_an_uncertain_stretch_lies_before_the_cut():
    day = figures(five_days()[0]).days[1]
    (off,) = day.offs
    assert off.known
    assert off.end_ms - off.start_ms == pytest.approx(25 * 60_000, abs=20_000)
    for found in day.uncertain:
        assert found.start_ms <= found.end_ms <= off.start_ms


def test_the_bolus_that_was_cut_carries_its_own_bounds():
    bolus = figures(five_days()[0]).days[1].boluses[3]
    assert (bolus.uncertain.min_steps, bolus.uncertain.max_steps) == (0, 339)


def test_what_missing_records_told_is_found_by_the_odometer():
    raw, _ = five_days()
    lost = four_leases(raw)
    whole, holed = figures(raw), figures(made_log.without(raw, lost))
    (found,) = [f for day in holed.days for f in day.uncertain if f.kind == "unknown"]
    assert found.min_steps == found.max_steps > 0
    (missing,) = holed.missing
    assert missing.start_ms - 1_800_000 <= found.start_ms <= missing.start_ms
    assert found.end_ms == missing.end_ms
    assert holed.summary.total.steps + found.min_steps == whole.summary.total.steps
    assert sum(missing.records for missing in holed.missing) == 4
    assert holed.odometer_differences == 0


@pytest.mark.parametrize("bit", [0x40, 0x80])  # told too many, told too few
def test_a_sum_that_the_odometer_contradicts_is_told(bit):
    raw, _ = five_days()
    first = made_log.numbers_of(raw, events.BASAL_LEASE)[50]
    at = next(
        a for a in range(0, len(raw), 32) if made_log.record.seq_of(raw[a : a + 32]) == first
    )
    forged = bytearray(raw)
    forged[at + 17] ^= bit  # made_steps, as if its checksum still held
    analysis = figures(bytes(forged))
    assert analysis.odometer_checks > 0
    assert analysis.odometer_differences == 1
    assert any(note.event == "odometer" for day in analysis.days for note in day.notes)
    assert figures(raw).odometer_differences == 0


def test_what_a_lease_made_is_not_spread_over_missing_records():
    raw, _ = five_days()
    history = history_of(made_log.without(raw, four_leases(raw)))
    (missing,) = history.missing
    for dose in history.doses:
        assert not dose.start_ms <= missing.start_ms < missing.end_ms <= dose.end_ms


def test_the_reason_why_records_are_missing_is_that_of_the_store():
    raw, _ = five_days()
    holed = made_log.without(raw, {100, 101})
    history = history_of(holed, [Gap(100, 101, "damaged"), Gap(5_000, 5_001, "dropped")])
    assert [(found.records, found.reason) for found in history.missing] == [(2, "damaged")]


def test_damaged_records_are_told():
    raw, _ = five_days()
    analysis = analyse(history_of(raw, damaged=3))
    assert [(found.records, found.reason) for found in analysis.missing] == [(3, "damaged")]
    assert analysis.summary.missing_records == 3


@given(st.data())
@settings(max_examples=40)
def test_whatever_is_missing_no_more_is_told_than_was_given(data):
    raw, truth = five_days()
    records = len(raw) // 32
    start = data.draw(st.integers(0, records - 1))
    end = data.draw(st.integers(start, records))
    lost = data.draw(st.sets(st.integers(start + 1, end + 1), max_size=60))
    analysis = figures(made_log.without(raw[start * 32 : end * 32], lost))
    certain = analysis.summary.total.steps
    assert certain + analysis.summary.uncertain_dose.least.steps <= truth.all_dose_steps
    assert sum(day.total.steps for day in analysis.days) == certain
    report_json.to_json(analysis)


def test_a_log_without_its_start_tells_the_bolus_and_says_that_nothing_is_known_of_the_asking():
    raw, _ = five_days()
    start = made_log.numbers_of(raw, events.BOLUS_START)[0]
    day = figures(made_log.without(raw, {start})).days[0]
    assert day.boluses[0].asked_mu is None
    assert day.boluses[0].given_mu == 5_200


def test_a_bolus_without_its_end_is_told_as_such():
    raw, _ = five_days()
    end = made_log.numbers_of(raw, events.BOLUS_END)[0]
    assert figures(made_log.without(raw, {end})).days[0].boluses[0].outcome == "no_end"


def test_an_event_of_a_later_version_is_counted_and_left_out():
    raw, _ = five_days()
    head = made_log.record.header(raw[-32:])
    odd = made_log.odd_record(head[0] + 1, head[1], 200, head[3], head[6])
    analysis = figures(raw + odd)
    assert analysis.unknown_events == 1
    assert analysis.summary.total.steps == figures(raw).summary.total.steps


def test_an_empty_log_has_no_days():
    analysis = figures(b"")
    assert analysis.days == []
    assert analysis.summary.average_day is None
    report_json.to_json(analysis)


# ---- stops and alarms --------------------------------------------------------------------


def test_a_suspension_is_told_with_its_length():
    day = figures(five_days()[0]).days[1]
    suspended = day.stops[0]
    assert suspended.reason == "suspended"
    assert (suspended.end_ms - suspended.start_ms) // 1000 == 45 * 60
    assert day.stopped_s == pytest.approx(45 * 60 + 662, abs=2)


def test_an_alarm_that_stops_delivery_is_the_reason_of_the_stop():
    stop = figures(five_days()[0]).days[1].stops[1]
    assert (stop.reason, stop.over) == ("occlusion", True)


def test_a_reservoir_change_stops_delivery_for_that_reason():
    made = made_log.new_pump()
    day = only_day(made)
    assert [stop.reason for stop in day.stops] == ["reservoir_change"]
    (change,) = day.changes
    assert change.reservoir_mu == 180_000
    assert [move.kind for move in change.moves] == ["rewind", "prime", "cannula"]


def test_a_pump_that_restarts_suspended_is_stopped_but_for_the_time_without_power():
    made = made_log.new_pump()
    made.pump.suspend(BUTTONS)
    made.run_s(600, 60_000)
    made = made.cut_power(3_600)
    made.run_s(300, 60_000)
    day = only_day(made)
    stops = [stop for stop in day.stops if stop.reason == "suspended"]
    assert len(stops) == 2
    assert not any(stop.over for stop in stops)
    suspended_s = sum(stop.end_ms - stop.start_ms for stop in stops) / 1000
    # A record every 15 minutes of suspension: the last one before the cut is its first.
    assert suspended_s < 600 + 120 + 300


def test_a_resume_whose_suspension_is_missing_still_tells_its_length():
    made = made_log.new_pump()
    made.run_s(60)
    made.pump.suspend(BUTTONS)
    made.run_s(700, 60_000)
    made.pump.resume(BUTTONS)
    made.turn(0)
    raw = made_log.raw_log(made)
    lost = made_log.numbers_of(raw, events.SUSPEND)[1:]
    (day,) = figures(made_log.without(raw, set(lost))).days
    assert day.stops[-1].end_ms - day.stops[-1].start_ms == 700_000


def test_a_suspension_whose_resume_is_missing_ends_when_basal_runs_again():
    made = made_log.new_pump()
    made.pump.suspend(BUTTONS)
    made.run_s(700, 60_000)
    made.pump.resume(BUTTONS)
    made.run_s(7_200, 60_000)
    raw = made_log.raw_log(made)
    lost = made_log.numbers_of(raw, events.RESUME)[1:]
    (day,) = figures(made_log.without(raw, set(lost))).days
    assert day.stops[-1].over
    assert day.stops[-1].end_ms - day.stops[-1].start_ms < 2_600_000


def test_a_fault_stops_delivery_until_the_restart():
    made = made_log.new_pump()
    made.pump.fail(1, 0)
    made.run_s(120)
    made.pump.acknowledge(BUTTONS)
    made.turn(0)
    made = made.cut_power(60)
    made.run_s(3_600, 60_000)
    stop = only_day(made).stops[-1]
    assert (stop.reason, stop.over) == ("system_error", False)
    assert stop.end_ms - stop.start_ms == 120_000


def test_the_time_until_an_alarm_is_acknowledged_is_told():
    analysis = figures(five_days()[0])
    by_name = {alarm.alarm: alarm for alarm in analysis.days[1].alarms}
    assert by_name["occlusion"].acknowledged_s == 661
    assert by_name["occlusion"].cleared_s == 661
    alarms = [alarm for day in analysis.days for alarm in day.alarms]
    answered = [alarm.acknowledged_s for alarm in alarms if alarm.acknowledged_s is not None]
    assert len(answered) == len(alarms) - 2  # which a resume took back
    assert analysis.summary.acknowledged_after_s == np.median(answered)
    assert analysis.summary.alarms == {"low": 3, "high": 2, "medium": 4}


def test_an_alarm_that_nobody_acknowledged_before_the_power_went_is_told_so():
    made = made_log.new_pump()
    for _ in range(3):
        made.pump.sense(3_400, 0)
        made.turn(1_000)
    assert made.pump.alarms.waiting & 1 << alarms.BATTERY_LOW - 1
    made = made.cut_power(60)
    alarm = next(a for a in only_day(made).alarms if a.alarm == "battery_low")
    assert alarm.acknowledged_s is None
    assert alarm.lost_power


def test_what_a_motor_error_leaves_in_doubt_stands_beside_its_bolus():
    made = made_log.new_pump()
    assert made.pump.give_bolus(1_000, BUTTONS) == codes.OK
    made.commit()
    made.pump.advance(1_000)
    ordered = made.pump.next_burst()
    made.pump.moved(ordered - 3, False)
    made.commit()
    (bolus,) = only_day(made).boluses
    assert (bolus.given_steps, bolus.outcome) == (ordered - 3, "alarm")
    doubt = bolus.uncertain
    assert doubt is not None
    assert (doubt.min_steps, doubt.max_steps, doubt.cause) == (0, 3, "motor_error")


def test_a_cut_right_after_a_motor_error_leaves_both_doubts_beside_its_bolus():
    made = made_log.new_pump()
    assert made.pump.give_bolus(1_000, BUTTONS) == codes.OK
    made.commit()
    part = made.pump.bolus.remaining_steps()
    made.pump.advance(1_000)
    ordered = made.pump.next_burst()
    made.pump.moved(ordered - 3, False)
    outbox = made.pump.log.outbox
    told = [record.header(packed)[2] for packed in outbox]
    del outbox[told.index(events.UNCERTAIN) + 1 :]  # the power goes before its end is recorded
    made.commit()
    (bolus,) = only_day(made.cut_power(60)).boluses
    doubt = bolus.uncertain
    assert doubt is not None
    assert doubt.max_steps == min(part, made.pump.profile.bolus_part_steps)


# ---- clocks and days ---------------------------------------------------------------------


def test_what_happened_before_the_clock_was_first_set_is_told_on_the_day_it_happened():
    made = MadePump()
    made.bolus(1_000)
    made.pump.set_clock(EPOCH_DAY * DAY_S + 7_200, 60, BUTTONS)
    made.turn(0)
    day = only_day(made)
    assert day.date == date(2024, 1, 1)
    assert day.bolus.steps == made.truth.bolus_steps


def test_a_clock_set_back_over_midnight_moves_no_dose_out_of_the_sum():
    made = made_log.new_pump(clock_min=5)
    made.run_s(1_500, 60_000)
    made.pump.set_clock(EPOCH_DAY * DAY_S - 1_800, 0, BUTTONS)
    made.run_s(3_600, 60_000)
    made.pump.suspend(BUTTONS)
    made.turn(0)
    analysis = of(made)
    assert [day.date.day for day in analysis.days] == [31, 1]
    assert analysis.summary.total.steps == made.truth.all_dose_steps
    for day in analysis.days:
        told = made.truth.dose_steps[EPOCH_DAY + (day.date - date(2024, 1, 1)).days]
        assert day.total.steps == pytest.approx(told, abs=16)
        assert all(rate.start_ms <= rate.end_ms for rate in day.rates)


def test_the_time_after_a_clock_change_begins_with_the_change_itself():
    made = made_log.new_pump(clock_min=600)
    made.run_s(300, 60_000)
    made.pump.set_clock(EPOCH_DAY * DAY_S + 12 * 3_600, 60, BUTTONS)
    made.turn(0)
    made.run_s(3_600, 60_000)
    history = history_of(made_log.raw_log(made))
    noon_ms = (EPOCH_DAY + 18_262) * 86_400_000 + 12 * 3_600_000
    assert history.covered[-1][0] == pytest.approx(noon_ms, abs=1_000)
    assert any(rate.start_ms == history.covered[-1][0] for rate in history.rates)
    assert any(dose.start_ms == history.covered[-1][0] for dose in history.doses)


def test_a_time_without_power_whose_length_nobody_knows_is_told_as_unknown():
    made = made_log.new_pump()
    made.run_s(600, 60_000)
    made = MadePump(made.truth, settings=made.pump.settings, log=made.log)
    made.run_s(60)
    (off,) = only_day(made).offs
    assert not off.known


def test_a_clock_that_is_set_back_over_a_cut_tells_no_length_of_it():
    made = made_log.new_pump().cut_power(-3_600)
    (off,) = [one for day in of(made).days for one in day.offs]
    assert not off.known
    assert report_words.off(off) == "Without power; for how long is not known"


def test_a_restart_whose_first_record_is_missing_is_not_told_as_time_without_power():
    raw, _ = five_days()
    boot = made_log.numbers_of(raw, events.BOOT)[1]
    (off,) = figures(made_log.without(raw, {boot})).days[1].offs
    assert (off.cause, off.known) == ("unknown", False)


def test_only_whole_days_count_in_the_average():
    analysis = figures(five_days()[0])
    whole = [day for day in analysis.days if day.is_whole]
    assert [day.date.day for day in whole] == [2, 3, 4, 5]
    mean = sum(day.total.mu for day in whole) / 4
    assert analysis.summary.average_day.mu == pytest.approx(mean)
    assert analysis.summary.most_day.steps == analysis.days[2].total.steps


def test_days_without_a_record_are_told_as_empty():
    made = made_log.new_pump()
    made.run_s(60)
    made = made.cut_power(3 * DAY_S)
    made.run_s(60)
    analysis = of(made)
    assert [day.is_empty for day in analysis.days] == [False, True, True, False]
    assert analysis.summary.days == 2


def test_days_whose_records_are_all_missing_are_empty_and_in_no_average():
    raw = made_log.raw_log(made_log.several_days(5, eventful=())[0])
    whole = figures(raw).days
    wall = history_reader.wall_clock(timeline.log_of("p", decode.records(raw), ()))
    lost = {1 + n for n, at in enumerate(wall.tolist()) if 2 <= at // 86_400_000 - 19_722 <= 4}
    analysis = figures(made_log.without(raw, lost))
    assert [day.is_empty for day in analysis.days] == [False, True, True, True, False]
    # The lease that ends with the first record after them began before it, nobody knows when.
    told = analysis.summary.average_day.steps
    assert whole[4].total.steps <= told <= whole[4].total.steps + 135


def test_a_period_holds_its_first_and_its_last_day_and_what_was_open_before_it():
    raw, _ = five_days()
    whole, part = figures(raw), figures(raw, date(2024, 1, 2), date(2024, 1, 3))
    assert [day.date.day for day in part.days] == [2, 3]
    assert part.days[0].total == whole.days[1].total
    assert part.days[0].levels[0].steps == whole.days[1].levels[0].steps
    assert part.under_way == []
    assert part.summary.boluses == 8


def test_the_reservoir_falls_by_what_is_given_and_rises_when_it_is_filled():
    raw, _ = five_days()
    days = figures(raw).days
    assert days[0].levels[-1].steps == days[1].levels[0].steps
    levels = [level.steps for level in days[2].levels]
    filled = levels.index(300_000 * 6791 // 10_000)
    assert levels[filled - 1] is None  # while it was changed
    falling = levels[: filled - 1]
    assert falling == sorted(falling, reverse=True)


def test_an_unfinished_change_is_told_without_an_amount():
    made = made_log.new_pump()
    made.turn(1_000)
    assert made.pump.change().start(BUTTONS) == codes.OK
    made.turn(1_000)
    day = only_day(made)
    assert [change.reservoir_mu for change in day.changes] == [180_000, None]


def test_the_figures_of_five_days_read_the_same_as_values():
    raw, _ = five_days()
    data = report_json.to_json(figures(raw))
    assert data["days"][1]["boluses"][3]["uncertain"]["most"]["steps"] == 339
    assert data["days"][1]["stops"][0]["start"] == "2024-01-02T08:30:00"
    total = sum(day["total"]["steps"] for day in data["days"])
    assert total == data["summary"]["total"]["steps"]
