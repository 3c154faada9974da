"""The checks that run on a board find what is broken, and let the rest be: run here on fakes."""

import builtins
import contextlib
import io
import json

import pytest

from basalt.board_checks import SCRIPT, shortened
from host_tests.fakes.desk_modules import desk, modules
from host_tests.rig import FakeHardware


class Prompt:
    """The board's prompt without its port: the script's globals."""

    def __init__(self, world):
        known = modules(world)

        def import_module(name, *rest):
            return known[name] if name in known else builtins.__import__(name, *rest)

        own = {**vars(builtins), "__import__": import_module}
        self._names = {"__builtins__": own, "__name__": "__main__"}
        exec(shortened(SCRIPT.read_text(encoding="utf-8")), self._names)

    def run(self, call):
        """name -> (verdict, detail)."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(call, self._names)
        lines = [json.loads(line.removeprefix("basalt:")) for line in out.getvalue().splitlines()]
        return {name: (verdict, detail) for name, verdict, detail in lines}


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """The check of files writes into the root: here there is another one."""
    opened = builtins.open
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(builtins, "open", lambda path, *a, **k: opened(_here(path), *a, **k))
    for name in ("rename", "remove"):
        call = getattr(__import__("os"), name)
        monkeypatch.setattr(f"os.{name}", lambda *p, call=call: call(*map(_here, p)))


def _here(path):
    return path.lstrip("/") if isinstance(path, str) and path.startswith("/selftest") else path


@pytest.fixture
def world():
    """The parts on the desk."""
    return desk()


def test_a_good_board_holds_everything_and_its_motor_has_not_moved(world):
    found = Prompt(world).run("run_all()")
    assert len(found) == 14
    assert {name for name, (verdict, _) in found.items() if verdict != 1} == {
        "end switch",
        "wall clock",
    }
    assert found["wall clock"][0] == -1
    assert world.motor.position_steps == 0
    assert world.motor.edges > 70
    assert world.motor.edges_while_disabled == world.motor.edges


def breaks(world, part):
    """One fault of the wiring."""
    if part == "display":
        world.bus.unplug(world.board.I2C_ADDRESS)
    elif part == "keys at rest":
        world.buttons[1].drive(0)
    elif part == "pressure":
        world.sensor.unplugged = True
    elif part == "exact count":
        world.buttons[3].drive(0)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("display", "nothing answers at address 0x3C"),
        ("keys at rest", "DOWN down"),
        ("pressure", "no reading"),
        ("exact count", "1 steps ordered, 0 counted"),
    ],
)
def test_a_fault_of_the_wiring_is_found_and_told(world, part, words):
    breaks(world, part)
    found = Prompt(world).run("run_all()")
    assert found[part] == (0, words)
    assert found["files"][0] == 1


def spoiled(monkeypatch, spoil):
    """Every FakeHardware has its engine spoiled."""
    made = FakeHardware.__init__

    def make(self, *arguments):
        made(self, *arguments)
        spoil(self.engine)

    monkeypatch.setattr(FakeHardware, "__init__", make)


def late_step(engine):
    """One more step comes 5 ms after a stop."""
    stop = engine.stop

    def one_more():
        engine._made += 1

    def leak():
        stop()
        engine._clock.call_after(5_000, one_more)

    engine.stop = leak


def greedy(engine):
    """Trains of any length are begun."""
    start = engine.start
    engine.start = lambda steps: start(min(max(steps, 1), engine.longest_train))


def slow(engine):
    """A clock at half its rate."""
    engine.ramp = type(engine.ramp)(((125, 4),), 250)
    engine.ramp.duration_ms = lambda steps: 99


def deaf(engine):
    """A count that knows only the end."""
    made = engine.made
    engine.made = lambda: 0 if engine.busy() else made()


@pytest.mark.parametrize(
    ("check", "spoil"),
    [("stop", late_step), ("refusals", greedy), ("rates", slow), ("count while it runs", deaf)],
)
def test_an_engine_that_breaks_its_contract_is_found(world, monkeypatch, check, spoil):
    spoiled(monkeypatch, spoil)
    assert Prompt(world).run("run_all()")[check][0] == 0


def test_the_motor_turns_there_and_back_and_a_sensor_that_sees_nothing_is_heard(world):
    prompt = Prompt(world)
    prompt.run("run_all()")
    before = world.motor.edges
    assert prompt.run("check('there', move, 450)")["there"] == (1, "450 of 450 steps counted")
    assert world.motor.position_steps == 450
    assert prompt.run("check('back', move, -450)")["back"][0] == 1
    assert (world.motor.position_steps, world.motor.edges - before) == (0, 900)
    sensor = type("Sensor", (), {"lost_steps": lambda self, position: position})()
    prompt._names["hardware"].turning = sensor
    assert "saw no motion" in prompt.run("check('there', move, 30)")["there"][1]


@pytest.mark.parametrize(
    ("pressed", "verdict"),
    [(2, (1, "pressed")), (1, (0, "DOWN went down instead")), (None, (0, "no press in 10 s"))],
)
def test_a_key_is_waited_for_and_another_one_is_named(world, pressed, verdict):
    prompt = Prompt(world)
    prompt.run("run_all()")
    world.fingers[0].press_for_ms(300)  # the finger is still on the last key
    if pressed is not None:
        world.clock.call_after(700_000, lambda: world.fingers[pressed].press_for_ms(300))
    assert prompt.run("check('key', wait_for_key, 2)")["key"] == verdict


def test_the_buzzer_plays_twice(world):
    prompt = Prompt(world)
    prompt.run("run_all()")
    assert prompt.run("check('buzzer', beep)")["buzzer"][0] == 1
    assert [hz for _, hz in world.buzzer.history if hz] == [2_000, 3_000]
