"""The parts of a board on the emulated chip: made, slept with, restarted, and left to service."""

import pytest

from host_tests.chip.chip import OK, STOP, UP, Chip
from host_tests.chip.pump_on_chip import ROOT, build_tree
from host_tests.chip.test_engine import RemoteEngine

# As main.py does: nothing of the pump in service mode. Then one line of Python in, one out.
MAIN = """
if not service:
    import sys
    sys.path.append("")
    import pump_under_test
"""

PUMP_UNDER_TEST = """
import sys, time, gc, machine, micropython
began = time.ticks_us()
import board
from pump.hardware import Hardware
imported = time.ticks_diff(time.ticks_us(), began)
began = time.ticks_us()
hardware = Hardware(board)
made = time.ticks_diff(time.ticks_us(), began)
def took_ms(call):
    began = time.ticks_us()
    call()
    return time.ticks_diff(time.ticks_us(), began) // 1000
def locked(call):
    micropython.heap_lock()
    try:
        call()
    finally:
        micropython.heap_unlock()
def idle():
    now = hardware.now_ms()
    hardware.buttons.poll(now)
    hardware.buttons.active()
    hardware.buttons.stop_down()
    hardware.display.step(now)
    hardware.buzzer.tick(now)
    hardware.battery.read_mv()
    hardware.pressure.read_mbar()
    hardware.stepper.busy()
    hardware.port.read(64)
    hardware.clock.elapsed_ms()
    hardware.feed_watchdog()
    hardware.sleep_ms(50)
def show():
    while hardware.display.step(hardware.now_ms()):
        pass
time.sleep_ms(50)
print("ready")
while True:
    line = sys.stdin.readline()
    try:
        print("=", repr(eval(line)))
    except Exception as error:
        print("=", "raise", type(error).__name__)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The whole tree as it is flashed, with another main.py."""
    folder = build_tree(tmp_path_factory.mktemp("tree"))
    (folder / "main.py").write_text(MAIN, encoding="utf-8")
    (folder / "pump_under_test.py").write_text(PUMP_UNDER_TEST, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def booted(built):
    chip = Chip.from_folder(built)
    chip.wait_for("ready\r\n", 5_000)
    return chip


@pytest.fixture
def ask(booted):
    return RemoteEngine(booted).ask


@pytest.mark.on_a_copy
def test_coils_are_off_from_the_start_and_nothing_has_moved(booted, ask):
    assert booted.level(booted.board.ENABLE_PIN) == 1
    assert booted.motor.pulses == []
    assert not booted.motor.enabled


@pytest.mark.on_a_copy
def test_stepper_moves_the_motor_both_ways_with_coils_on(booted, ask):
    ask("hardware.stepper.start(30)")
    booted.run_ms(100)
    assert ask("hardware.stepper.take()") == 30
    ask("hardware.stepper.start(-12)")
    booted.run_ms(100)
    assert ask("hardware.stepper.take()") == -12
    assert (booted.motor.forward, booted.motor.back) == (30, 12)
    assert booted.motor.while_disabled == 0
    assert not booted.motor.enabled


@pytest.mark.on_a_copy
def test_stop_key_stops_the_motor_while_the_loop_is_elsewhere(booted, ask):
    booted.send("(hardware.stepper.start(500), time.sleep_ms(100))\n")
    booted.run_to_pulse(25, 300)
    booted.hold(STOP)
    booted.run_ms(150)
    assert len(booted.motor.pulses) == 25
    booted.take()
    assert ask("hardware.stepper.take()") == 25
    assert ask("hardware.stepper.was_cut()")


@pytest.mark.on_a_copy
def test_an_idle_turn_over_the_parts_allocates_nothing(booted, ask):
    ask("show()")
    ask("idle()")
    ask("locked(idle)")


@pytest.mark.on_a_copy
def test_sleep_lasts_as_long_as_asked_when_nothing_happens(booted, ask):
    assert 300 <= ask("took_ms(lambda: hardware.sleep_ms(300))") <= 310


@pytest.mark.on_a_copy
@pytest.mark.parametrize("key", [UP, OK, STOP])
def test_a_key_ends_the_sleep(booted, ask, key):
    booted.send("took_ms(lambda: hardware.sleep_ms(1000))\n")
    booted.run_ms(100)
    booted.hold(key)
    booted.wait_for("= ", 200)


@pytest.mark.on_a_copy
def test_a_byte_from_the_host_ends_the_sleep_and_is_read(booted, ask):
    booted.send("(hardware.sleep_ms(1000), hardware.port.read(10))\n")
    booted.run_ms(100)
    booted.send("x")
    assert booted.wait_for("\r\n", 200) == b"= (None, b'x')\r\n"


@pytest.mark.on_a_copy
def test_gestures_come_from_the_keys(booted, ask):
    ask("hardware.buttons.poll(hardware.now_ms())")
    booted.hold(UP)
    ask("hardware.buttons.poll(hardware.now_ms())")
    booted.run_ms(25)
    assert ask("hardware.buttons.poll(hardware.now_ms())") == (0, 0)


@pytest.mark.on_a_copy
def test_analog_parts_read_what_is_wired(booted, ask):
    booted.set_battery_mv(3_700)
    booted.set_pressure_mbar(420)
    assert abs(ask("hardware.battery.read_mv()") - 3_700) < 20
    assert abs(ask("hardware.pressure.read_mbar()") - 420) < 5


@pytest.mark.on_a_copy
def test_supply_is_read_where_the_board_has_its_own_divider(booted, ask):
    booted.set_adc(29, 3_700 / 9_900)
    vsys = (
        "__import__('pump.drivers.sensors').drivers.sensors.Battery("
        "__import__('pump.ports.rp2').ports.rp2.adc(29), 9900)"
    )
    assert abs(ask(f"{vsys}.read_mv()") - 3_700) < 20


@pytest.mark.on_a_copy
def test_picture_reaches_the_panel(booted, ask):
    ask("(hardware.display.frame.rect(5, 5, 100, 40, 1), hardware.display.show(), show())")
    lit = booted.screen()
    assert lit.count("#") == 2 * 100 + 2 * 38


@pytest.mark.on_a_copy
def test_missing_panel_holds_nobody_up(booted, ask):
    booted.display.present = False
    ask("(hardware.display.frame.fill(1), hardware.display.show())")
    assert ask("took_ms(show)") <= 25
    assert ask("hardware.display.present") is False
    assert ask("took_ms(show)") == 0


@pytest.mark.on_a_copy
def test_files_are_as_storage_wants_them(booted, ask):
    ask("hardware.files.mkdir('/f')")
    ask("(lambda f: (f.write(b'12345'), f.close()) and None)(hardware.files.open('/f/a', 'wb'))")
    assert ask("hardware.files.exists('/f/a')") is True
    assert ask("hardware.files.exists('/f/b')") is False
    assert ask("hardware.files.size('/f/a')") == 5
    assert ask("list(hardware.files.entries('/f'))") == [("a", 5)]
    assert ("f", 0) in ask("list(hardware.files.entries('/'))")
    ask("hardware.files.rename('/f/a', '/f/b')")
    assert ask("hardware.files.listdir('/f')") == ["b"]
    assert 200 < ask("hardware.files.free_blocks()") < 352
    ask("hardware.files.remove('/f/b')")
    assert ask("hardware.files.listdir('/f')") == []


@pytest.mark.on_a_copy
def test_host_that_does_not_read_costs_one_stall(booted, ask):
    booted.usb.reading = False
    lines = "[took_ms(lambda: hardware.port.write(bytes(250))) for _ in range(8)]"
    booted.send(f"sys.modules.update(t={lines})\n")
    booted.run_ms(3_000)
    booted.usb.reading = True
    booted.run_ms(300)
    booted.take()
    times_ms = ask("sys.modules['t']")
    assert sum(time_ms > 50 for time_ms in times_ms) <= 1
    assert max(times_ms) < 1_100


@pytest.mark.on_a_copy
def test_first_start_is_a_power_on(booted, ask):
    assert ask("hardware.reset_cause()") == 0


@pytest.mark.on_a_copy
def test_loop_that_hangs_is_reset_by_the_watchdog(booted, ask):
    ask("hardware.start_watchdog()")
    for _ in range(3):
        booted.run_ms(4_000)
        ask("hardware.feed_watchdog()")
    assert booted.resets == 0
    booted.send("time.sleep_ms(20_000)\n")
    booted.run_until(lambda: booted.resets, 9_000, every_ms=200)
    booted.wait_for("ready\r\n", 5_000)
    assert ask("hardware.reset_cause()") == 1
    assert ask("hardware.restarts()") == 1
    assert ask("hardware.restarts()") == 2, "each start that asks counts"
    ask("hardware.forget_restarts()")
    assert ask("hardware.restarts()") == 1
    booted.reset()
    booted.wait_for("ready\r\n", 5_000)
    assert ask("hardware.restarts()") == 0


@pytest.mark.on_a_copy
def test_a_pump_that_cannot_run_says_so_sounds_and_moves_nothing(built):
    main = (ROOT / "firmware" / "main.py").read_text(encoding="utf-8")
    files = {str(p.relative_to(built)): p.read_bytes() for p in built.rglob("*") if p.is_file()}
    files["main.py"] = main.replace("import App", "import Planted")
    chip = Chip.from_files(files)
    chip.run_until(lambda: chip.display.lit, 5_000)
    edges = []
    chip.mcu.gpio[chip.board.BUZZER_PIN].add_listener(lambda *_: edges.append(chip.nanos))
    chip.run_ms(3_000)
    assert chip.screen().count("#") > 200
    assert not chip.motor.enabled
    assert chip.motor.pulses == []
    assert chip.resets == 0
    assert len(edges) > 4_000  # a tone of 2 kHz
    assert b"ImportError" in chip.take()


@pytest.mark.on_a_copy
@pytest.mark.on_a_copy
def test_a_start_that_ctrl_c_ends_leaves_a_board_whose_parts_can_be_made(built):
    chip = Chip.from_folder(built)
    chip.run_until(lambda: chip.usb.connected, 3_000)
    chip.send("\x03")
    chip.wait_for(">>> ")
    chip.send("import os, pack; print(os.stat('/pack/pump')[0], 'is there')\r")
    chip.wait_for("16384 is there\r\n>>> ")  # in the middle of boot.py
    for call in ("mount", "unmount", "unmount", "mount"):
        chip.send(f"pack.{call}(); print('{call}ed')\r")
        chip.wait_for(f"{call}ed\r\n>>> ")
    chip.send("from pump.hardware import Hardware; print(Hardware.__name__, 'found')\r")
    chip.wait_for("Hardware found\r\n")


def test_service_is_a_restart_that_pumps_nothing_and_no_watchdog_ends(booted, ask):
    ask("hardware.start_watchdog()")
    ask("hardware.port.open()")
    booted.send("hardware.restart_into_service()\n")
    booted.run_until(lambda: booted.resets, 2_000, every_ms=20)
    booted.run_until(lambda: booted.usb.connected, 3_000)
    booted.run_ms(10_000)
    assert booted.resets == 1
    assert booted.level(booted.board.ENABLE_PIN) == 1
    assert booted.display.on
    assert booted.screen().count("#") > 200
    booted.send("\r\x03")  # Ctrl-C reaches Python again
    booted.send("import sys; ('pump_under_test' in sys.modules, service)\r\n")
    booted.wait_for("(False, True)", 2_000)
    booted.send("import machine\r\nmachine.reset()\r\n")
    booted.run_until(lambda: booted.resets == 2, 2_000, every_ms=20)
    booted.wait_for("ready\r\n", 5_000)
    assert ask("hardware.reset_cause()") == 2


@pytest.mark.on_a_copy
def test_stop_held_at_power_on_is_service_and_a_tap_is_not(booted):
    for held_ms, serves in ((5_000, True), (150, False)):
        chip = Chip.from_flash(booted.cut_power())
        chip.hold(STOP)
        chip.run_ms(held_ms if not serves else 1)
        if not serves:
            chip.release(STOP)
        chip.run_ms(2_000)
        assert (b"ready" in chip.take()) == (not serves)
