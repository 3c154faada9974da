"""Parts that few boards have: each does on its fake what its data sheet says, or is missing."""

from host_tests.fakes import framebuf
from host_tests.fakes.clock import Clock
from host_tests.fakes.engine import FakeEngine
from host_tests.fakes.i2c_display import I2CBus
from host_tests.fakes.motor import Motor
from host_tests.fakes.parts import (
    BridgeAmplifier,
    Disc,
    EndSwitch,
    FourCoilMotor,
    RegisterBus,
    Rtc,
    SerialDriver,
    Sh1106,
)
from host_tests.fakes.pins import Pin
from host_tests.fakes.reservoir import Reservoir
from pump.drivers.active_buzzer import ActiveBuzzer
from pump.drivers.buzzer import Buzzer
from pump.drivers.coils import Coils
from pump.drivers.ds3231 import DS3231
from pump.drivers.hx711 import Hx711
from pump.drivers.ssd1306 import SSD1306
from pump.drivers.stepper import Stepper
from pump.drivers.tmc2209 import Tmc2209, crc8
from pump.drivers.turning import SlottedDisc

# ---- 28BYJ-48


class CoilBench:
    def __init__(self):
        self.clock = Clock()
        self.pins = [Pin(number, Pin.OUT) for number in range(4)]
        self.coils = Coils(tuple(self.pins))
        self.motor = FourCoilMotor(self.pins, self.clock)

    def step(self, times):
        for _ in range(times):
            self.coils.value(1)
            self.coils.value(0)
            self.clock.advance_us(2_000)


def test_coils_turn_the_motor_by_half_steps_both_ways_and_lose_none():
    bench = CoilBench()
    bench.coils.enable.value(1)
    bench.step(100)
    assert bench.motor.position_steps == 100
    bench.coils.direction.value(0)
    bench.step(37)
    assert bench.motor.position_steps == 63
    assert bench.motor.lost_steps == 0


def test_coils_are_off_at_rest_and_come_back_where_the_motor_is():
    bench = CoilBench()
    assert bench.motor.coils() == 0
    for _ in range(8):
        bench.coils.enable.value(1)
        bench.step(3)
        bench.coils.enable.value(0)
        bench.clock.advance_us(2_000)
        assert bench.motor.coils() == 0
    assert bench.motor.position_steps == 24
    assert bench.motor.lost_steps == 0


# ---- turning


def test_disc_that_turns_with_the_steps_is_silent():
    pin = Pin(9, Pin.IN)
    disc = Disc(pin, 160)
    sensor = SlottedDisc(pin, 160, 40)
    pin.irq(sensor.note_edge)
    for position in list(range(0, 5_000, 34)) + list(range(5_000, 0, -34)):
        disc.turn_to(position)
        assert sensor.lost_steps(position) == 0


def test_motor_that_stands_still_is_told_of_within_a_slot_and_its_slack():
    pin = Pin(9, Pin.IN)
    disc = Disc(pin, 160)
    sensor = SlottedDisc(pin, 160, 40)
    pin.irq(sensor.note_edge)
    disc.turn_to(170)
    assert sensor.lost_steps(170) == 0
    position = 170
    while not sensor.lost_steps(position):
        position += 10
    assert 170 + 200 < position <= 170 + 210


# ---- the switch at the end of the way


def end_bench():
    clock = Clock()
    step, direction, enable = Pin(0, Pin.OUT), Pin(1, Pin.OUT), Pin(2, Pin.OUT)
    reservoir = Reservoir(clock)
    motor = Motor(step, direction, enable, clock, load=reservoir)
    switch = EndSwitch(step, clock, reservoir, reservoir.bottom_steps - reservoir.head_steps - 30)
    stepper = Stepper(FakeEngine(motor, clock), direction, enable)
    return clock, reservoir, stepper, switch.sensor(stepper)


def test_a_train_into_the_switch_ends_with_the_step_that_opened_it():
    clock, _, stepper, sensor = end_bench()
    assert not sensor.reached()
    stepper.start(200)
    clock.advance_us(2_000_000)
    assert not stepper.busy() and stepper.was_cut()
    assert stepper.take() == 30
    assert sensor.reached()


def test_a_train_back_out_of_the_switch_is_made_whole_although_its_contact_bounces():
    clock, _, stepper, sensor = end_bench()
    stepper.start(200)
    clock.advance_us(2_000_000)
    stepper.take()
    stepper.start(-50)
    clock.advance_us(100_000)
    for _ in range(6):
        sensor.note_edge()
    clock.advance_us(2_000_000)
    assert stepper.take() == -50
    assert not sensor.reached()


# ---- DS3231


def clock_bench():
    clock = Clock()
    bus = RegisterBus()
    bus.parts[0x68] = rtc = Rtc(clock)
    return clock, bus, rtc, DS3231(bus)


def test_time_that_was_set_goes_on_without_the_pump():
    clock, _, _, driver = clock_bench()
    # 2020-02-28 23:59:50, 2023-12-31 23:59:50, 2024-02-29 12:00:00, 2047-07-01 06:00:01
    for local_s in (5_097_590, 126_230_390, 131_371_200, 867_736_801):
        assert driver.write_s(local_s)
        assert driver.read_s() == local_s
        clock.advance_us(20_000_000)
        assert driver.read_s() == local_s + 20


def test_time_reads_as_a_person_would_read_it():
    _, _, rtc, driver = clock_bench()
    assert driver.write_s(58 * 86_400 + 23 * 3600 + 59 * 60 + 50)
    assert [rtc.read(register) for register in range(7)] == [0x50, 0x59, 0x23, 5, 0x28, 2, 0x20]


def test_clock_that_lost_its_cell_is_not_believed_until_it_is_set():
    _, _, rtc, driver = clock_bench()
    assert driver.read_s() == -1
    driver.write_s(1_000_000)
    assert driver.read_s() == 1_000_000
    rtc.lose_its_cell()
    assert driver.read_s() == -1


def test_clock_that_is_missing_or_mad_gives_no_time():
    _, bus, rtc, driver = clock_bench()
    driver.write_s(1_000_000)
    for register, value in ((0, 0x61), (5, 0x13), (4, 0x00), (6, 0x19), (2, 0x25)):
        before = rtc.read(register)
        rtc.write(register, value)
        assert driver.read_s() == -1, register
        rtc.write(register, 0x10 * (before >> 4) + (before & 15))
    bus.parts.clear()
    assert driver.read_s() == -1
    assert not driver.write_s(5)


# ---- HX711


class ForceBench:
    def __init__(self):
        self.clock = Clock()
        clock_pin, self.data = Pin(1, Pin.OUT), Pin(2, Pin.IN)
        self.part = BridgeAmplifier(clock_pin, self.data, self.clock)
        self.driver = Hx711(clock_pin, self.data, -20_000, 400_000, 1_000)

    def read(self):
        self.clock.advance_us(1_000_000)
        return self.driver.read_mbar()


def test_force_reads_as_pressure_and_below_zero_as_none():
    bench = ForceBench()
    for counts, mbar in ((-20_000, 0), (180_000, 500), (380_000, 1_000), (-400_000, 0)):
        bench.part.counts = counts
        assert abs(bench.read() - mbar) <= 1


def test_force_sensor_that_is_not_ready_repeats_its_last_reading():
    bench = ForceBench()
    bench.part.counts = 180_000
    first = bench.read()
    bench.part.counts = 380_000
    assert bench.driver.read_mbar() == first
    assert bench.read() == 1_000


def test_force_sensor_that_is_pulled_out_is_missed_after_five_readings():
    bench = ForceBench()
    bench.part.counts = 180_000
    first = bench.read()
    bench.part.unplug()
    assert [bench.read() for _ in range(6)] == [first] * 4 + [-1, -1]


def test_line_that_lies_at_ground_is_no_reading():
    bench = ForceBench()
    bench.part.unplug()
    bench.data.drive(0)
    assert bench.read() == -1


# ---- TMC2209


def driver_bench():
    part = SerialDriver()
    driver = Tmc2209(part, lambda ms: None, 8, 16, 60, 1_000)
    return part, driver


def test_checksum_is_that_of_the_data_sheet_read_access():
    assert crc8(bytes((0x05, 0x00, 0x00)), 3) == 0x48
    for data in (b"\x05\x00\x02", b"\x05\x00\xec\x10\x00\x00\x53"):
        assert crc8(data, len(data)) == SerialDriver.check(data)


def test_settings_arrive_and_the_count_of_writes_proves_it():
    part, driver = driver_bench()
    part.registers[0x02] = 253  # the counter wraps
    driver.set_up()
    assert driver.ready
    assert part.registers[0x6C] >> 24 & 15 == 5  # 8 microsteps
    assert part.registers[0x00] & 0xC0 == 0xC0
    assert part.registers[0x10] >> 8 & 31 == 15
    assert part.registers[0x40] == 60
    # TSTEP at 1,000 microsteps/s of 1/8 is 375; from 7/8 of that rate on it listens.
    assert part.registers[0x14] == 375 * 8 // 7


def test_driver_that_does_not_answer_or_garbles_is_not_ready():
    for fault in ("deaf", "garbles"):
        part, driver = driver_bench()
        setattr(part, fault, True)
        driver.set_up()
        assert not driver.ready
        assert driver.read(0x00) == -1


def test_stall_counts_for_the_train_in_which_it_came():
    _, driver = driver_bench()
    assert driver.lost_steps(100) == 0
    driver.note_stall()
    assert driver.lost_steps(200) > 0
    assert driver.lost_steps(300) == 0


# ---- SH1106, active buzzer


def test_sh1106_shows_the_picture_on_its_glass_and_knows_every_command():
    clock = Clock()
    bus, panel = I2CBus(clock), Sh1106()
    bus.plug(0x3C, panel)
    display = SSD1306(bus, framebuf, 128, 64, 0x3C, True)
    display.frame.rect(0, 0, 128, 64, 1)
    display.show()
    while display.step(clock.ticks_ms()):
        pass
    assert panel.picture()[0] == "#" * 128
    assert panel.picture()[5] == "#" + "." * 126 + "#"
    assert panel.unknown_commands == []
    assert panel.on


def test_active_buzzer_keeps_the_rhythm_of_a_pattern():
    clock, pin = Clock(), Pin(15, Pin.OUT)
    buzzer = Buzzer(ActiveBuzzer(pin))
    buzzer.play(((2_000, 100), (0, 50), (3_000, 100)))
    heard = []
    for _ in range(30):
        buzzer.tick(clock.ticks_ms())
        heard.append(pin.value())
        clock.advance_ms(10)
    assert heard == [1] * 10 + [0] * 5 + [1] * 10 + [0] * 5
