"""The bench's own contract: what is measured here is what the emulated chip really did.

Each test runs a few lines of MicroPython on a chip of its own, with no pump firmware at all, so
that a pump test that fails points at the pump.
"""

import sys
from pathlib import Path

import serial
from rp2040py.gpio_pin import GPIOPinState

from host_tests.chip import tree
from host_tests.chip.chip import OK, STOP, UP, WIRE_400_KHZ, Chip
from host_tests.chip.forks import CopyFailedError, on_a_copy, on_copies
from host_tests.chip.pty_port import PtyPort
from host_tests.chip.pulses import periods_nanos

PERIOD_NANOS = 1_000_000

TRAIN = """
import time, machine, rp2
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def train():
    pull()
    mov(x, osr)
    label("step")
    set(pins, 1)[31]
    nop()[31]
    set(pins, 0)[31]
    nop()[30]
    jmp(x_dec, "step")
machine.Pin(3, machine.Pin.OUT, value=1)
machine.Pin(6, machine.Pin.OUT, value=0)
sm = rp2.StateMachine(0, train, freq=128_000, set_base=machine.Pin(2))
sm.active(1)
print("ready")
"""

# What is written before the port is open is dropped, as on a board.
UNTIL_THE_HOST_LISTENS = "import time\ntime.sleep_ms(50)\n"

ECHO = """
import sys, select, micropython
micropython.kbd_intr(-1)
poll = select.poll()
poll.register(sys.stdin, select.POLLIN)
print("ready")
while True:
    poll.poll()
    byte = sys.stdin.buffer.read(1)
    sys.stdout.buffer.write(bytes((byte[0] ^ 0x20,)))
"""


def booted(main, ready=b"ready\r\n", **options):
    """A chip that runs `main` and has said that it is ready (without a cable: 100 ms later)."""
    chip = Chip.from_files({"main.py": UNTIL_THE_HOST_LISTENS + main}, **options)
    if chip.usb:
        chip.wait_for(ready, 3_000)
    else:
        chip.run_ms(100)
    return chip


def test_a_train_of_a_sleeping_cpu_is_counted_and_timed_to_the_cycle():
    chip = booted(TRAIN + "sm.put(199)\ntime.sleep_ms(400)\n")
    chip.run_ms(300)
    assert chip.motor.steps == 200
    assert set(periods_nanos(chip.motor.pulses)) == {PERIOD_NANOS}
    assert {p.wide_nanos for p in chip.motor.pulses} == {PERIOD_NANOS / 2}


def test_a_train_beside_a_busy_cpu_is_counted_and_timed_to_the_cycle():
    chip = booted(TRAIN + "sm.put(19)\nwhile True:\n    str(time.ticks_us())\n")
    chip.run_ms(25)
    assert chip.motor.steps == 20
    assert set(periods_nanos(chip.motor.pulses)) == {PERIOD_NANOS}


def test_the_meter_tells_back_from_forward_and_sees_pulses_on_a_disabled_driver():
    main = (
        TRAIN + "machine.Pin(3)(0)\nsm.put(9)\ntime.sleep_ms(20)\nmachine.Pin(6)(1)\nsm.put(4)\n"
    )
    chip = booted(main)
    chip.run_ms(100)
    assert (chip.motor.forward, chip.motor.back, chip.motor.while_disabled) == (0, 15, 5)
    assert [len(train) for train in chip.motor.trains(gap_ms=5)] == [10, 5]


def test_one_state_machine_can_count_the_edges_that_another_one_makes():
    main = TRAIN.replace("print", "pass #") + (
        "@rp2.asm_pio()\ndef edges():\n    label('again')\n"
        "    wait(0, pin, 0)\n    wait(1, pin, 0)\n    jmp(x_dec, 'again')\n"
        "count = rp2.StateMachine(1, edges, in_base=machine.Pin(2))\n"
        "count.exec('mov(x, invert(null))')\ncount.active(1)\n"
        "sm.put(41)\ntime.sleep_ms(60)\n"
        "count.exec('mov(isr, invert(x))')\ncount.exec('push()')\nprint('made', count.get())\n"
    )
    chip = booted(main, ready="made 42\r\n")
    assert chip.motor.steps == 42


def test_a_driven_pin_reads_back_its_own_level():
    main = "import machine\np = machine.Pin(3, machine.Pin.OUT)\n" + (
        "p(1)\nfirst = p()\np(0)\nprint('read', first, p())\n"
    )
    booted(main, ready="read 1 0")


def test_running_to_a_pulse_stops_right_there():
    chip = booted(TRAIN + "sm.put(99)\ntime.sleep(1)\n")
    before = len(chip.motor.pulses)
    chip.run_to_pulse(37, 1_000)
    assert len(chip.motor.pulses) == before + 37
    assert chip.nanos - chip.motor.pulses[-1].nanos < 10_000


def test_a_pressed_button_reads_low_and_a_released_one_follows_its_pull_up():
    main = (
        "import machine, time\n"
        "pins = [machine.Pin(n, machine.Pin.IN, machine.Pin.PULL_UP) for n in (10, 12, 13)]\n"
        "print('ready')\n"
        "while True:\n    print([p() for p in pins])\n    time.sleep_ms(20)\n"
    )
    chip = booted(main)
    chip.wait_for("[1, 1, 1]")
    chip.hold(OK)
    chip.wait_for("[1, 0, 1]", 100)
    chip.hold(UP)
    chip.release(OK)
    chip.wait_for("[0, 1, 1]", 100)


def test_a_button_edge_fires_the_pin_interrupt():
    main = (
        "import machine, time\n"
        "pin = machine.Pin(13, machine.Pin.IN, machine.Pin.PULL_UP)\n"
        "out = machine.Pin(2, machine.Pin.OUT)\n"
        "pin.irq(lambda p: out(1), machine.Pin.IRQ_FALLING, hard=True)\n"
        "print('ready')\ntime.sleep(10)\n"
    )
    chip = booted(main)
    chip.run_ms(5)
    pressed = chip.nanos
    chip.hold(STOP)
    chip.run_ms(5)
    assert len(chip.motor.pulses) == 1
    assert chip.motor.pulses[0].nanos - pressed < 100_000


DISPLAY = """
import machine, time
i2c = machine.I2C(0, sda=machine.Pin(4), scl=machine.Pin(5), freq=400_000)
def command(*values):
    i2c.writeto(0x3C, bytes((0,) + values))
"""

SWITCH_ON = "command(0xAE, 0x20, 0, 0x8D, 0x14, 0xA1, 0xC8, 0xAF)\n"


def test_what_goes_over_the_bus_is_seen_on_the_display(tmp_path):
    main = (
        DISPLAY
        + SWITCH_ON
        + (
            "command(0x21, 10, 12, 0x22, 1, 1)\n"
            "i2c.writeto(0x3C, b'@' + bytes((0x01, 0x80, 0xFF)))\n"
            "print('ready')\n"
        )
    )
    chip = booted(main)
    rows = chip.display.rows()
    lit = {(x, y) for y, row in enumerate(rows) for x, value in enumerate(row) if value}
    assert lit == {(10, 8), (11, 15)} | {(12, y) for y in range(8, 16)}
    assert chip.display.unknown == []
    assert chip.screen().splitlines()[15].index("##") == 11
    assert chip.save_png(tmp_path / "screen.png").stat().st_size > 100


def test_a_display_that_is_off_shows_nothing():
    chip = booted(DISPLAY + "i2c.writeto(0x3C, b'@' + b'\\xff' * 64)\nprint('ready')\n")
    assert "#" not in chip.screen()


def test_an_unplugged_display_is_not_acknowledged():
    main = DISPLAY + (
        "print('ready')\n"
        "while True:\n"
        "    try:\n        command(0xE3)\n        print('there')\n"
        "    except OSError as e:\n        print('gone', e.errno)\n"
        "    time.sleep_ms(10)\n"
    )
    chip = booted(main)
    chip.wait_for("there", 100)
    chip.display.present = False
    chip.wait_for("gone 5", 200)
    chip.display.present = True
    chip.wait_for("there", 200)


def test_with_wire_times_a_page_takes_what_it_takes_at_400_kilohertz():
    main = DISPLAY + (
        "data = b'@' + bytes(128)\n"
        "t = time.ticks_us()\ni2c.writeto(0x3C, data)\n"
        "print('took', time.ticks_diff(time.ticks_us(), t))\n"
    )
    chip = booted(main, ready="took ", i2c_bit_nanos=WIRE_400_KHZ)
    assert 2_900 < int(chip.wait_for("\n")) < 3_400


def test_adc_inputs_read_what_was_put_on_them():
    main = (
        "import machine, time\nbattery, line = machine.ADC(26), machine.ADC(27)\nprint('ready')\n"
        "while True:\n    print(battery.read_u16() >> 4, line.read_u16() >> 4)\n"
        "    time.sleep_ms(10)\n"
    )
    chip = booted(main)
    chip.set_adc(26, 0.5)
    chip.set_adc(27, 0.25)
    chip.wait_for("2048 1024", 100)


def test_a_file_that_was_flushed_survives_a_power_cut_and_one_that_was_not_is_gone():
    main = (
        "import time\n"
        "a = open('/a', 'ab'); a.write(b'kept'); a.flush()\n"
        "b = open('/b', 'ab'); b.write(b'lost')\n"
        "print('ready')\ntime.sleep(9)\n"
    )
    chip = booted(main)
    left = chip.cut_power()
    found = tree.unpack(left)
    assert found["/a"] == b"kept"
    assert found.get("/b", b"") == b""
    again = Chip.from_flash(left)
    again.wait_for("ready")
    assert again.files()["/a"] == b"keptkept"


def test_the_flash_part_counts_its_work_and_takes_its_time_when_asked():
    main = (
        "import time\nprint('ready')\nt = time.ticks_ms()\n"
        "with open('/a', 'wb') as f:\n    f.write(b'x' * 5000)\n"
        "print('took', time.ticks_diff(time.ticks_ms(), t))\n"
    )
    chip = booted(main, erase_ms=10, program_us=100)
    chip.wait_for("took ")
    took = int(chip.wait_for("\n"))
    least = chip.flash.erases * 10 + chip.flash.programs * 0.1
    assert chip.flash.erases >= 2
    assert least - 1 <= took < least + 15


def test_pulses_go_on_to_the_cycle_while_the_flash_is_erased():
    main = (
        TRAIN + "sm.put(99)\nwith open('/a', 'wb') as f:\n    f.write(b'x' * 5000)\nprint('ok')\n"
    )
    chip = booted(main, erase_ms=10)
    chip.wait_for("ok")
    chip.run_ms(100)
    assert chip.flash.erases >= 2
    assert set(periods_nanos(chip.motor.pulses)) == {PERIOD_NANOS}


def test_a_watchdog_that_is_not_fed_runs_main_again():
    main = (
        "import machine, time\nprint('cause', machine.reset_cause())\n"
        "machine.WDT(timeout=300)\ntime.sleep(9)\n"
    )
    chip = booted(main, ready="cause 1")
    chip.wait_for("cause 3", 2_000)
    chip.wait_for("cause 3", 2_000)
    assert chip.resets == 2


def test_a_reset_leaves_the_fingers_and_the_flash_where_they_are():
    main = (
        "import machine, time\nfrom machine import Pin\n"
        "print('up', Pin(10, Pin.IN, Pin.PULL_UP)())\n"
        "with open('/n', 'ab') as f:\n    f.write(b'1')\ntime.sleep(9)\n"
    )
    chip = booted(main, ready="up 1")
    chip.run_ms(50)
    chip.hold(UP)
    chip.reset()
    chip.wait_for("up 0", 3_000)
    chip.run_ms(50)
    assert chip.files()["/n"] == b"11"


def test_every_byte_value_goes_both_ways_and_ctrl_c_is_data():
    chip = booted(ECHO)
    everything = bytes(range(256)) * 3
    chip.send(everything)
    chip.run_until(lambda: len(chip.usb.received) >= len(everything), 2_000)
    assert chip.take() == bytes(b ^ 0x20 for b in everything)


def test_without_bytes_to_read_a_cable_does_not_keep_the_chip_awake():
    chip = booted(ECHO)
    since = (chip.nanos, chip.cycles)
    chip.run_ms(5_000)
    assert chip.awake_share(since) < 0.001


def test_a_host_that_stops_reading_loses_nothing():
    main = "print('ready')\nfor n in range(400): print(n)\nprint('end')\n"
    chip = booted(main)
    chip.usb.reading = False
    chip.run_ms(50)
    held = len(chip.usb.received)
    chip.usb.reading = True
    data = chip.wait_for("end")
    assert held < 200
    assert data.split()[:-1] == [str(n).encode() for n in range(400)]


def test_a_cable_can_be_put_in_later():
    chip = booted(ECHO, usb=False)
    chip.plug()
    chip.send(b"abc")
    chip.wait_for(b"ABC")


def test_a_serial_program_can_open_the_pseudo_terminal_while_the_chip_runs():
    chip = booted(ECHO)
    with PtyPort(chip) as port, serial.Serial(port.path, timeout=0) as program:
        program.write(b"basalt\x03")
        answer = bytearray()

        def read():
            answer.extend(program.read(100))
            return len(answer) >= 7

        port.serve(read, limit_s=10)
        assert bytes(answer) == b"BASALT#"
        program.close()
        port.pump()
        assert not port.open


def test_mpremote_can_talk_to_the_pseudo_terminal():
    chip = booted("print('ready')\n")
    with PtyPort(chip) as port:
        command = ["mpremote", "connect", port.path, "resume", "exec", "print(6 * 7)"]
        result = port.run_program(_own_tool(command), limit_s=60)
    assert (result.returncode, result.stdout.strip()) == (0, "42"), result.stderr


def _own_tool(command):
    return [str(Path(sys.executable).with_name(command[0])), *command[1:]]


def test_copies_start_from_the_same_moment_and_do_not_touch_each_other():
    chip = booted(TRAIN + "while True:\n    sm.put(9)\n    time.sleep_ms(100)\n")

    def run(ms):
        chip.run_ms(ms)
        return len(chip.motor.pulses), chip.nanos

    before = chip.nanos
    first, second, longer = on_copies([(run, 50), (run, 50), (run, 250)])
    assert first == second
    assert longer[0] > first[0]
    assert chip.nanos == before


def test_what_goes_wrong_in_a_copy_is_told_with_its_traceback():
    def fail():
        raise ValueError("a reason")

    try:
        on_a_copy(fail)
    except CopyFailedError as failed:
        assert "a reason" in str(failed)
        assert "fail" in str(failed)
    else:
        raise AssertionError("the failure was swallowed")


def test_an_idle_pin_is_not_driven():
    chip = booted("print('ready')\n")
    assert chip.level(2) is None
    assert chip.mcu.gpio[2].value == GPIOPinState.INPUT_PULL_DOWN
