"""The virtual pump: served on a port, drawn on a terminal that is given back, kept in a file."""

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

import pytest

from basalt import paths, sim_bench, sim_screen, sim_terminal, sim_view, sim_words
from basalt.client import PumpLink
from basalt.errors import Problem
from basalt.sim_bench import Look
from basalt.sim_host import HostBench
from host_tests.tools.running import basalt, failed

COMMAND = [sys.executable, "-m", "basalt.cli", "sim"]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join([str(paths.PACKAGE.parent), os.environ.get("PYTHONPATH", "")]),
    "TERM": "xterm-256color",
}
COLUMNS, LINES = 80, 24
LIMIT_S = 60
HOME_MS = 3_000
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def bench():
    pump = HostBench()
    pump.run_ms(HOME_MS)
    yield pump
    pump.close()


class Person:
    """Somebody at a terminal in which `basalt sim` runs."""

    def __init__(self, *arguments):
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.before = termios.tcgetattr(theirs)
        self._theirs = theirs
        self.seen = b""
        self.program = subprocess.Popen(
            [*COMMAND, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=ENVIRONMENT
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.kill()
        self.program.wait()
        os.close(self._ours)
        os.close(self._theirs)

    def type(self, text):
        os.write(self._ours, text.encode())

    def wait_for(self, text):
        """Look at the screen until this was drawn."""
        until = time.monotonic() + LIMIT_S
        while text.encode() not in self.seen:
            assert time.monotonic() < until, self.seen[-2000:]
            self._look()

    def wait_for_end(self):
        """The exit code."""
        until = time.monotonic() + LIMIT_S
        while self.program.poll() is None:
            assert time.monotonic() < until
            self._look()
        self._look()
        return self.program.returncode

    def terminal(self):
        return termios.tcgetattr(self._theirs)

    def _look(self):
        if select.select([self._ours], [], [], 0.05)[0]:
            self.seen += os.read(self._ours, 65_536)


@contextlib.contextmanager
def served(*arguments):
    """A `basalt sim --pty`: (the program, its port)."""
    program = subprocess.Popen(
        [*COMMAND, "--pty", *arguments], stdout=subprocess.PIPE, env=ENVIRONMENT, text=True
    )
    try:
        yield program, program.stdout.readline().strip()
    finally:
        program.kill()
        program.communicate()


def look(**changes):
    """A pump that runs, somehow."""
    values = {
        "picture": sim_screen.DARK,
        "powered": True,
        "state": "running",
        "out_units": 12.345,
        "left_units": 250.0,
        "full_units": 300.0,
        "motor_steps": 8_383,
        "coils": True,
        "pressure_mbar": 12,
        "battery_mv": 3_900,
        "tone_hz": 2_400,
        "faults": ("pressure sensor unplugged",),
    }
    return Look(**{**values, **changes})


def scene():
    words = "12:00:00  basal lease: " + "made 100 steps, " * 20
    return sim_view.Scene("host bench", "/dev/pts/7", "1x", "OK", [("warning", words)] * 30)


def plain(lines):
    return [COLOURS.sub("", line) for line in lines]


# ---- served without a terminal


def test_without_a_terminal_it_prints_its_port_and_answers_there_until_it_is_ended():
    with served() as (program, port):
        with PumpLink.open(port) as link:
            assert link.identify().name == "Basalt"
            status = link.status()
            assert (status.state, status.clock_trusted) == ("running", True)
            assert abs(status.local_s - time.time() + 1_577_836_800) < 86_400
            assert link.basal()
        program.send_signal(signal.SIGTERM)
        assert program.wait(LIMIT_S) == 0


def test_asked_for_the_first_start_it_leaves_a_new_pump_to_be_led_and_sets_nothing():
    with served("--first-start") as (_, port), PumpLink.open(port) as link:
        assert link.basal() == [(0, 0)]
        assert not link.status().clock_trusted
    pump = HostBench(first_start=True)
    pump.run_ms(HOME_MS)
    led = pump.look().picture
    pump.close()
    pump = HostBench()
    pump.run_ms(HOME_MS)
    assert pump.look().picture != led
    pump.close()


def test_its_time_runs_faster_when_asked():
    with served("--speed", "600") as (_, port), PumpLink.open(port) as link:
        began = time.monotonic()
        first_ms = now_ms = link.time().uptime_ms
        while now_ms - first_ms < 120_000:
            now_ms = link.time().uptime_ms
        assert time.monotonic() - began < LIMIT_S / 2  # of 120 s


def test_without_a_terminal_a_picture_is_refused_in_a_sentence():
    ended = subprocess.run(
        COMMAND, stdin=subprocess.DEVNULL, capture_output=True, env=ENVIRONMENT, text=True
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("basalt: There is no terminal")
    assert len(ended.stderr.splitlines()) == 1


def test_a_bench_or_a_speed_that_does_not_exist_is_refused():
    failed(basalt("sim", "--bench", "moon"), 2, "host", "chip")
    failed(basalt("sim", "--speed", "0"), 2, "0.1 to 3600")


def test_without_the_image_of_the_chip_it_says_in_a_sentence_how_to_get_it(tmp_path):
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    lower = {name.lower(): value for name, value in nowhere.items()}
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    ended = subprocess.run(
        [*COMMAND, "--bench", "chip", "--pty"],
        capture_output=True,
        env={**ENVIRONMENT, **nowhere, **lower, **home},
        text=True,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("basalt: The chip bench cannot start: ")
    assert "RPI_PICO-20250911-v1.26.1.uf2" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


# ---- in a terminal


def test_it_draws_the_screen_takes_keys_and_gives_the_terminal_back_at_q():
    with Person() as person:
        person.wait_for("Pull its log")
        person.type("\x1b[A")
        person.wait_for("1mUP\x1b[0m")
        person.type("o")
        person.wait_for("occlusion: now")
        assert person.terminal() != person.before
        person.type("q")
        assert person.wait_for_end() == 0
        assert person.terminal() == person.before
        assert person.seen.rstrip().endswith(b"\x1b[?1049l")


def test_a_signal_that_ends_it_gives_the_terminal_back_too():
    with Person() as person:
        person.wait_for("Pull its log")
        person.program.send_signal(signal.SIGTERM)
        assert person.wait_for_end() == 0
        assert person.terminal() == person.before
        assert b"\x1b[?25h" in person.seen[-40:]


def test_an_error_gives_the_terminal_back_too():
    ours, theirs = os.openpty()
    before = termios.tcgetattr(theirs)
    with pytest.raises(ZeroDivisionError), sim_terminal.Terminal(theirs, theirs):
        assert termios.tcgetattr(theirs) != before
        raise ZeroDivisionError
    assert termios.tcgetattr(theirs) == before
    written = b""
    while b"\x1b[?25h" not in written:
        assert select.select([ours], [], [], 1)[0], written
        written += os.read(ours, 4096)
    os.close(ours)
    os.close(theirs)


def test_keys_are_told_apart_however_they_come():
    assert sim_terminal.split_keys("\x1b[A\x1bOBs\x1b[1;2AS") == [
        "up",
        "down",
        "s",
        "shift-up",
        "S",
    ]
    assert sim_terminal.split_keys("\x1b[24~q\x1b") == ["unknown", "q", "escape"]


@pytest.mark.parametrize("size", [(80, 24), (66, 22), (120, 40), (160, 45), (300, 90)])
def test_the_picture_fits_the_terminal(size):
    lines = plain(sim_view.frame(look(), scene(), size))
    assert len(lines) == size[1]
    assert max(len(line) for line in lines) <= size[0]
    assert "12.345 U" in "\n".join(lines)
    assert lines[-1].startswith("o occlusion")


def test_a_terminal_that_is_too_small_is_told_so():
    assert "larger" in sim_view.frame(look(), scene(), (60, 20))[0]


def test_a_large_terminal_shows_each_pixel_as_a_square():
    picture = ("#" * 128,) * 64
    assert "█" * 128 in "\n".join(sim_view.frame(look(picture=picture), scene(), (160, 45)))


def test_braille_and_half_blocks_keep_every_pixel():
    rows = ["." * 128 for _ in range(64)]
    rows[5] = "." * 3 + "#" + "." * 124
    braille = sim_screen.braille(rows)
    assert (len(braille), {len(line) for line in braille}) == (16, {64})
    assert braille[1][1] == "\u2810"  # right column, second dot
    assert sum(line.count("\u2800") for line in braille) == 16 * 64 - 1
    halves = sim_screen.halves(rows)
    assert (len(halves), halves[2][3]) == (32, "▄")
    assert sum(line.count(" ") for line in halves) == 32 * 128 - 1


# ---- the bench


def test_presses_give_a_bolus_that_the_motor_makes(bench):
    for button in (sim_bench.UP, sim_bench.UP, sim_bench.UP, sim_bench.OK, sim_bench.OK):
        bench.press(button)
    bench.run_ms(20_000)
    assert bench.look().motor_steps == 67  # 0.10 U of 679.1 steps
    assert abs(bench.look().out_units - 0.1) < 0.002


def test_records_are_told_in_words_once_they_are_durable(bench):
    first = [sim_words.line(packed) for packed in bench.new_records()]
    assert "boot: cause power on" in first[0]
    assert bench.new_records() == []
    bench.press(sim_bench.STOP, sim_bench.STOP_HOLD_MS)
    bench.run_ms(3_000)
    (told,) = bench.new_records()
    assert sim_words.line(told) == "00:00:05? suspend: by buttons, alarm none"
    assert sim_words.severity(told) == "warning"


def test_a_power_cut_darkens_the_screen_and_the_next_start_goes_on(bench):
    bench.switch()
    bench.run_ms(5_000)
    assert (bench.look().powered, bench.look().picture) == (False, sim_screen.DARK)
    bench.switch()
    bench.run_ms(HOME_MS)
    assert bench.look().state == "running"
    assert bench.rig.pump.log.boot == 2


@pytest.mark.parametrize(
    ("fault", "alarm"),
    [(sim_bench.BATTERY_LOW, "battery_low"), (sim_bench.BATTERY_EMPTY, "battery_empty")],
)
def test_a_fault_of_the_battery_raises_its_alarm(bench, fault, alarm):
    bench.toggle(fault)
    bench.run_ms(15_000)
    told = "\n".join(sim_words.line(packed) for packed in bench.new_records())
    assert f"alarm raised: alarm {alarm.replace('_', ' ')}" in told


def test_a_display_that_is_unplugged_comes_back(bench):
    shown = bench.look().picture
    bench.toggle(sim_bench.NO_DISPLAY)
    bench.press(sim_bench.STOP)  # draws a hint: the pump finds out
    bench.run_ms(1_000)
    assert bench.look().picture == sim_screen.DARK
    bench.toggle(sim_bench.NO_DISPLAY)
    bench.run_ms(15_000)
    assert bench.look().picture == shown


# ---- the flash file


def test_a_flash_file_keeps_the_log_between_runs(tmp_path):
    path = tmp_path / "pump.flash"
    for boot in (1, 2):
        pump = HostBench(path)
        pump.run_ms(HOME_MS)
        assert (pump.blank, pump.rig.pump.log.boot) == (boot == 1, boot)
        pump.close()


def test_a_file_that_is_no_flash_is_left_alone(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("dear pump")
    with pytest.raises(Problem, match=r"is no flash of a virtual pump.*nothing in it was touched"):
        HostBench(path)
    assert path.read_text() == "dear pump"
