"""Analog readings come in millivolts and millibars, and say when nothing is wired."""

import pytest

from host_tests.fakes.adc import Adc, BatteryCell, PressureSensor
from pump.drivers.sensors import Battery, Pressure


@pytest.mark.parametrize("mv", [600, 3000, 3700, 4200, 6500])
def test_battery_is_read_within_ten_millivolts(mv):
    cell = BatteryCell(mv)
    assert abs(Battery(Adc(cell.pin_mv), 6600).read_mv() - mv) <= 10


@pytest.mark.parametrize("mv", [1900, 3000, 3700, 5400])
def test_supply_behind_the_boards_own_divider_by_three_is_read_within_ten_millivolts(mv):
    cell = BatteryCell(mv, divider=3)
    assert abs(Battery(Adc(cell.pin_mv), 9900).read_mv() - mv) <= 10


def test_noise_of_the_converter_is_averaged():
    cell = BatteryCell(3700)
    assert abs(Battery(Adc(cell.pin_mv, ripple_u16=400), 6600).read_mv() - 3700) <= 10


@pytest.mark.parametrize("mv", [0, 200, 490])
def test_no_battery_is_minus_one(mv):
    assert Battery(Adc(BatteryCell(mv).pin_mv), 6600).read_mv() == -1


@pytest.mark.parametrize("mbar", [0, 1, 100, 450, 999])
def test_pressure_is_read_within_two_millibars(mbar):
    sensor = PressureSensor(lambda: mbar)
    assert abs(Pressure(Adc(sensor.pin_mv), 1000).read_mbar() - mbar) <= 2


def test_suction_reads_as_zero():
    sensor = PressureSensor(lambda: -20)
    assert Pressure(Adc(sensor.pin_mv), 1000).read_mbar() == 0


def test_board_without_a_sensor_reads_minus_one():
    assert Pressure(None, 1000).read_mbar() == -1


def test_broken_wire_is_not_taken_for_no_pressure():
    sensor = PressureSensor(lambda: 500)
    sensor.unplugged = True
    assert Pressure(Adc(sensor.pin_mv), 1000).read_mbar() == -1


def test_a_battery_at_the_end_of_the_scale_is_a_broken_divider():
    assert Battery(Adc(3300), 6600).read_mv() == -1
