"""The report in the page says what `basalt report` says, for any log: figure by figure."""

import json

import pytest

from basalt import report_json
from basalt.timeline import Anchor
from host_tests.core.bench import BUTTONS
from host_tests.scenarios.test_scenarios_host import SCENARIOS
from host_tests.tools import made_log, page_runs
from host_tests.tools.page_runs import (
    ANCHOR,
    SIZE,
    analysed,
    calibrated,
    eventful,
    extended,
    played,
    reckoned,
    worn,
)
from pump.core import codes, events, temporary
from pump.core.temporary import NO_PERCENT

SEEDS = range(40)


@pytest.fixture(scope="module")
def told():
    """What the page is told of a packed record."""
    with page_runs.teller() as found:
        yield found


def in_page(told, logs):
    """The figures that the page makes of (raw, anchor, damaged)."""
    return page_runs.in_page("page_figures.mjs", told, logs)


def in_report(raw, anchor, damaged):
    """What `basalt report --json` prints of the same log."""
    return json.loads(json.dumps(report_json.to_json(analysed(raw, anchor, damaged))))


def same(shown, printed, where="report"):
    """Each figure of the page is that of the report; milliunits to a thousandth."""
    if isinstance(shown, dict):
        assert shown.keys() <= printed.keys(), where
        for name, value in shown.items():
            same(value, printed[name], f"{where}.{name}")
    elif isinstance(shown, list):
        assert len(shown) == len(printed), where
        for at, (one, other) in enumerate(zip(shown, printed, strict=True)):
            same(one, other, f"{where}[{at}]")
    elif isinstance(shown, float) or isinstance(printed, float):
        assert shown == pytest.approx(printed, abs=0.001), where
    else:
        assert shown == printed, where


def hold(told, logs):
    """The page and the report agree about all of them."""
    for log, figures in zip(logs, in_page(told, logs), strict=True):
        same(figures, in_report(*log))


def test_the_page_and_the_report_agree_about_eventful_days(told):
    hold(told, [(eventful(), ANCHOR, 0), (eventful()[: 300 * SIZE], ANCHOR, 2)])


def test_they_agree_about_sessions_of_the_page(told):
    hold(told, [(played(path), ANCHOR, 0) for path in SCENARIOS])


def test_they_agree_about_a_pump_whose_scale_changes(told):
    later = calibrated()[60 * SIZE :]  # its first start is not in the log any more
    hold(told, [(calibrated(), ANCHOR, 0), (later, ANCHOR, 0)])


def test_they_agree_about_the_calculator_and_what_was_changed_of_it(told):
    hold(told, [(reckoned(), ANCHOR, 0)])
    (figures,) = in_page(told, [(reckoned(), ANCHOR, 0)])
    habits = {habit["what"]: (habit["kept"], habit["of"]) for habit in figures["habits"]}
    assert habits["Boluses by the calculator"] == (4, 5)
    assert habits["Of these as it recommended"] == (1, 4)
    assert habits["Of these more than it recommended"] == (2, 4)


def test_a_dose_is_the_calculators_only_where_the_log_has_its_own_start(told):
    *_, last, by_hand = made_log.numbers_of(reckoned(), events.BOLUS_START)
    hold(told, [(made_log.without(reckoned(), range(last, by_hand)), ANCHOR, 0)])


def test_they_agree_about_a_clock_that_nobody_has_set(told):
    made = made_log.MadePump()
    made.run_s(7_200)
    lost = made.cut_power(600)
    lost.run_s(7_200)
    unset = made_log.raw_log(made)
    here = Anchor(lost.pump.log.boot, 9_000_000, 1_704_500_000_000, 60)
    hold(told, [(unset, ANCHOR, 0), (made_log.raw_log(lost), here, 0)])


def test_they_agree_about_temporary_basals_and_about_months(told):
    made = made_log.MadePump(segments=[(0, 200)])
    local_s = made_log.EPOCH_DAY * made_log.DAY_S
    assert made.pump.set_clock(local_s, 60, BUTTONS) == codes.OK
    for percent, rate_mu_h, minutes in ((150, 0, 15), (NO_PERCENT, 2_500, 60), (0, 0, 30)):
        assert temporary.begin(made.pump, percent, rate_mu_h, minutes, BUTTONS) == codes.OK
        made.run_s(1_800)
    made.run_s(40 * 86_400, 600_000)
    assert temporary.begin(made.pump, 80, 0, 60, BUTTONS) == codes.OK
    made.run_s(600)
    again = made.cut_power(60)
    assert temporary.begin(again.pump, 80, 0, 60, BUTTONS) == codes.OK
    again.run_s(600)
    raw = made_log.raw_log(again)
    (figures,) = in_page(told, [(raw, ANCHOR, 0)])
    assert [row["outcome"] for row in figures["temporary_basals"]] == [
        *("time", "renewed", "time", "power_lost", "under_way")
    ]
    assert len(figures["months"]) == 2
    hold(told, [(raw, ANCHOR, 0), (made_log.without(raw, {9, 10, 11}), ANCHOR, 0)])


def test_they_agree_about_extended_boluses_whole_and_with_holes(told):
    hold(told, [(extended(), ANCHOR, 0), *(worn(seed, extended()) for seed in SEEDS)])


def test_they_agree_about_every_single_record_of_an_extended_bolus_that_is_missing(told):
    first, last = made_log.numbers_of(extended(), events.EXTENDED_START)[0], 200
    cuts = [made_log.without(extended(), range(seq, seq + 2)) for seq in range(first, last, 3)]
    hold(told, [(raw, ANCHOR, 0) for raw in cuts])


def test_they_agree_about_extended_boluses_of_a_day_that_comes_twice(told):
    made, _ = made_log.extended_days()
    assert made.pump.stop_bolus() == codes.OK
    made.turn(0)
    assert made.pump.set_clock(made_log.EPOCH_DAY * made_log.DAY_S, 60, BUTTONS) == codes.OK
    made.extend(0, 1_000, 15)
    made.run_s(1_200)
    raw = made_log.raw_log(made)
    (figures,) = in_page(told, [(raw, ANCHOR, 0)])
    starts = [row["start"] for row in figures["extended_boluses"]]
    assert starts[-1] < starts[-2]
    hold(told, [(raw, ANCHOR, 0)])


def test_they_agree_about_where_an_extended_bolus_ends_that_lost_its_end(told):
    end = made_log.numbers_of(extended(), events.EXTENDED_END)[2]
    raw = made_log.without(extended(), {end})
    hold(told, [(raw[: count * SIZE], ANCHOR, 0) for count in range(end, end + 70, 6)])


def test_they_agree_about_a_motor_error_wherever_the_power_goes_after_it(told):
    logs = []
    for stray in (False, True):
        made = made_log.new_pump()
        assert made.pump.give_bolus(1_000, BUTTONS) == codes.OK
        made.run_s(4, 500)
        made.pump.advance(1_000)
        made.commit()
        ordered = made.pump.next_burst()
        first = len(made.log)
        if stray:
            made.pump.stands_at(made.pump.train.position_steps + 7)
        else:
            made.pump.moved(ordered - 3, False)
        made.commit()
        for kept in range(first, len(made.log) + 1):
            again = made_log.MadePump(settings=made.pump.settings, log=made.log[:kept])
            again.run_s(60)
            logs.append((made_log.raw_log(again), ANCHOR, 0))
    hold(told, logs)
    causes = {
        doubt["cause"]
        for log in logs
        for day in in_report(*log)["days"]
        for doubt in day["uncertain"]
    }
    assert causes == {"motor_error", "power_lost"}


def test_they_agree_about_logs_with_holes_and_without_a_beginning(told):
    hold(told, [worn(seed) for seed in SEEDS])


def test_the_page_leaves_out_only_what_it_says_it_leaves_out(told):
    (figures,) = in_page(told, [(eventful(), ANCHOR, 0)])
    printed = in_report(eventful(), ANCHOR, 0)
    left_out = {"pump", "not_a_medical_device"}
    assert printed.keys() - figures.keys() == left_out
    assert figures["summary"].keys() == printed["summary"].keys()
    assert figures["days"][0].keys() == printed["days"][0].keys()
