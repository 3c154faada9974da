"""What each command prints for programs is what its schema says, and nothing else."""

import json
import os
import subprocess
import sys

import jsonschema
import pytest

from basalt import board_rules, build, client, flash, nightscout_upload, prompt
from host_tests.fakes.desk_modules import desk, modules
from host_tests.fakes.link_service import LinkService
from host_tests.fakes.nightscout import Nightscout
from host_tests.fakes.pty_board import PtyBoard
from host_tests.fakes.pty_pump import PtyPump
from host_tests.fakes.reservoir import Reservoir
from host_tests.fakes.rig_serial import plug
from host_tests.rig import STOP, Rig
from host_tests.tools import made_log, schemas
from host_tests.tools.exported import five_days, keep
from host_tests.tools.running import basalt, commands
from host_tests.tools.test_calibrate_host import Scale
from host_tests.tools.test_driver_host import show_code

FILES = {"fact", "saved-log"}  # schemas of files, not of what a command prints
OPEN = {"log", "monitor"}  # a record has the fields of its event besides


def printed(*arguments, code=0):
    ran = basalt(*arguments, "--json")
    assert ran.code == code, ran.err
    return ran.out


# ---- each command, for real -----------------------------------------------------------------


def of_store(tmp_path, *words):
    return printed(*words, "--store", keep(tmp_path / "a.db", five_days()))


def of_pump(*words):
    service = LinkService()
    service.fill(5)
    with PtyPump(service) as pump:
        return printed(*words, "--port", pump.port)


def of_board(tmp_path, monkeypatch, *words, world=None, runs=False, code=0):
    for module in (prompt, flash):
        monkeypatch.setattr(module, "_RESTART_S", 0.5)
    monkeypatch.setattr(client, "ANSWER_S", 0.3)
    build.build("pico", tmp_path / "flash", source=False)
    with PtyBoard(LinkService(), tmp_path / "flash", runs=runs) as board:
        board.modules = modules(world or desk())
        return printed(*words, "--port", board.port, code=code)


def of_rig(tmp_path, monkeypatch, *words, paired=True, before=(), code=0):
    rig = Rig(program=[(0, 1_000)])
    rig.run_s(3)
    monkeypatch.setenv("BASALT_KEYS", str(tmp_path / "keys.json"))
    plug(rig, monkeypatch)
    shown = show_code(rig)
    if not paired:
        return printed(*words, shown)
    assert basalt("pair", shown).code == 0
    rig.press(STOP, times=3)
    for earlier in before:
        assert basalt(*earlier).code == 0
    return printed(*words, code=code)


def build_one(tmp_path, _):
    return printed("build", "--board", "pico", "--out", tmp_path / "tree")


def build_all(tmp_path, monkeypatch):
    monkeypatch.setattr(board_rules, "names", lambda: ["pico"])
    return printed("build", "--all", "--out", tmp_path / "release")


def flash_it(tmp_path, monkeypatch):
    return of_board(tmp_path, monkeypatch, "flash", "--board", "pico", runs=True)


def selftest(tmp_path, monkeypatch):
    return of_board(tmp_path, monkeypatch, "selftest")


def doctor(tmp_path, monkeypatch):
    return of_board(tmp_path, monkeypatch, "doctor", "--board", "pico", "--no-hands")


def calibrate(tmp_path, monkeypatch):
    world = desk()
    world.motor.load = world.reservoir = Reservoir(world.clock, world.line, (650, 1))
    monkeypatch.setattr("sys.stdin", Scale(world))
    words = ("calibrate", "--board", "pico", "--units", "10", "--runs", "2")
    return of_board(tmp_path, monkeypatch, *words, world=world)


def extended_report(tmp_path, _):
    made, _ = made_log.extended_days()
    store = keep(tmp_path / "a.db", made_log.raw_log(made))
    return printed("report", "--store", store)


def import_it(tmp_path, _):
    return printed("import", keep(tmp_path / "a.db", five_days()), "--store", tmp_path / "b.db")


def export(tmp_path, _):
    return of_store(tmp_path, "export", "--format", "jsonl", "--out", tmp_path / "out.jsonl")


def upload(tmp_path, monkeypatch):
    with Nightscout() as server:
        return of_store(
            tmp_path, "upload", "nightscout", "--url", server.url, "--token", server.token
        )


def config(tmp_path, monkeypatch):
    monkeypatch.setenv("BASALT_CONFIG", str(tmp_path / "config.toml"))
    return printed("config", "--port", "/dev/ttyACM0", "--store", "a.db")


def pull(tmp_path, _):
    return of_pump("pull", "--store", tmp_path / "a.db")


def monitor(tmp_path, monkeypatch):
    words = ("monitor", "--looks", "3", "--interval", "20")
    return of_rig(tmp_path, monkeypatch, *words, before=[("bolus", "0.5", "--yes", "--no-wait")])


def driven(*words, **more):
    return lambda tmp_path, monkeypatch: of_rig(tmp_path, monkeypatch, *words, **more)


def asked(*words):
    return lambda tmp_path, monkeypatch: of_pump(*words)


def kept(*words):
    return lambda tmp_path, monkeypatch: of_store(tmp_path, *words)


def plain(*words):
    return lambda tmp_path, monkeypatch: printed(*words)


def demo_day(tmp_path, _):
    return printed("demo", "--out", tmp_path / "demo")


def sim(*_):
    """The port, then it serves for ever."""
    command = [sys.executable, "-m", "basalt.cli", "sim", "--pty", "--json"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env, text=True) as program:
        line = program.stdout.readline()
        program.terminate()
    return line


GIVEN = ("bolus", "0.5", "--yes")
CASES = [
    ("build", build_one),
    ("build", build_all),
    ("flash", flash_it),
    ("selftest", selftest),
    ("doctor", doctor),
    ("calibrate", calibrate),
    ("ports", asked("ports")),
    ("status", asked("status")),
    ("time show", asked("time", "show")),
    ("time set", asked("time", "set")),
    ("settings show", asked("settings", "show")),
    ("settings set", asked("settings", "set", "max_bolus", "5")),
    ("settings set", asked("settings", "set", "basal", "00:00=1 06:00=2")),
    ("settings set", asked("settings", "set", "basal", "00:00=1", "--program", "3")),
    ("settings activate", asked("settings", "activate", "1")),
    ("settings name", asked("settings", "name", "4", "sick-day")),
    ("pull", pull),
    ("log", kept("log")),
    ("events", plain("events")),
    ("report", kept("report")),
    ("report", extended_report),
    ("import", import_it),
    ("pumps", kept("pumps")),
    ("export", export),
    ("upload", upload),
    ("config", config),
    ("monitor", monitor),
    ("pair", driven("pair", paired=False)),
    ("bolus", driven(*GIVEN)),
    ("bolus", driven(*GIVEN, "--no-wait")),
    ("bolus", driven("bolus", "29", "--yes", code=5)),
    ("bolus", driven("bolus", "0", "--later", "1", "--over", "15", "--yes")),
    ("temporary", driven("temporary", "150%", "1h", "--yes")),
    ("stop", driven("stop", before=[(*GIVEN, "--no-wait")])),
    ("suspend", driven("suspend")),
    ("resume", driven("resume", "--yes", before=[("suspend",)])),
    ("outcome", driven("outcome", "1-1", before=[GIVEN])),
    ("outcome", driven("outcome", "1-1", before=[("suspend",)])),
    ("demo", demo_day),
    ("sim", sim),
]


@pytest.fixture(autouse=True)
def quick_server(monkeypatch):
    monkeypatch.setattr(nightscout_upload, "PATIENCE", None)


def numbered(cases):
    return [pytest.param(*case, id=f"{case[0]}-{at}") for at, case in enumerate(cases)]


@pytest.mark.parametrize(("name", "run"), numbered(CASES))
def test_what_a_command_prints_is_what_its_schema_says(name, run, tmp_path, monkeypatch):
    text = run(tmp_path, monkeypatch)
    name = name.replace(" ", "-")
    texts = text.splitlines() if name in schemas.LINES else [text]
    values = [json.loads(one) for one in texts]
    for value in values:
        assert schemas.faults(name, value) == []
        assert broken(name, value)
        for wrong in broken(name, value):
            assert schemas.faults(name, wrong), f"{name} takes {json.dumps(wrong)[:200]}"


def broken(name, value):
    """The same with one thing wrong: a key more, each key less, each value in a list."""
    if isinstance(value, list):
        return [[one, *value[1:]] for one in broken(name, value[0])]
    known = {
        key
        for each in objects(schemas.schema(name))
        if set(each.get("required", ["?"])) <= set(value)
        for key in each["properties"]
    }
    less = [
        {key: one for key, one in value.items() if key != gone}
        for gone in known.intersection(value) - MAY_LACK
    ]
    other = [{**value, key: [value[key]]} for key in value]
    return [*less, *other, {**value, "new": [1]}]


MAY_LACK = {"port", "store"}  # in a config file


def test_every_command_has_json_a_schema_and_a_case_here():
    with_json = {
        name for name, command in commands() if any("--json" in p.opts for p in command.params)
    }
    assert with_json == {name for name, _ in commands()}
    assert {name.replace(" ", "-") for name in with_json} == schemas.names() - FILES
    assert {name for name, _ in CASES} == with_json


def objects(schema):
    """Every schema of an object within one."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for each in schema.values():
            yield from objects(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from objects(each)


@pytest.mark.parametrize("name", sorted(schemas.names()))
def test_a_schema_is_one_says_what_it_is_of_and_lets_nothing_else_in(name):
    schema = schemas.schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"] == name.replace("-", " ") and schema["description"].endswith(".")
    for each in objects(schema):
        if isinstance(each["properties"], dict) and "type" in each:
            assert each["additionalProperties"] is False or name in OPEN
            assert set(each["required"]) <= set(each["properties"])


def test_every_line_of_an_export_is_what_its_schema_says(tmp_path):
    out = tmp_path / "out.jsonl"
    store = keep(tmp_path / "a.db", five_days())
    assert basalt("export", "--store", store, "--format", "jsonl", "--out", out).code == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert len({row["what"] for row in rows}) > 10
    for row in rows:
        assert schemas.faults("fact", row) == []
    for wrong in broken("fact", rows[0]):
        assert schemas.faults("fact", wrong)


def test_an_outcome_that_was_never_taken_is_what_its_schema_says(tmp_path, monkeypatch):
    text = of_rig(tmp_path, monkeypatch, "outcome", "1-77")
    assert json.loads(text)["reason"] == "not_taken"
