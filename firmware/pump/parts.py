"""Makes the parts of a pump of a board's literals: the only place that knows what a board is.

boot.py and hardware.py load it; the app lets go of it once the pump has started.
"""

import os
import time

import framebuf
from machine import I2C, PWM, Pin
from micropython import const

from pump.drivers.ramp import Ramp
from pump.drivers.sensors import Battery, Pressure
from pump.drivers.ssd1306 import SSD1306
from pump.drivers.stepper import Stepper

_I2C_TIMEOUT_US = const(10_000)  # three times the longest message
_BUZZER_HZ = const(2000)
_HALF_DUTY = const(32768)
_HELD_MS = const(200)

SERVICE_FILE = "/service"


def service_asked(board):
    """For boot.py: whether to serve files instead of pumping. Asked once, forgotten by the next
    start.

    By the file that Hardware.restart_into_service() left, or by a finger that holds STOP when the
    power comes on. After a watchdog's reset a finger on STOP only wants the motor to stop.
    """
    asked = False
    try:
        os.remove(SERVICE_FILE)
        asked = True
    except OSError:
        pass
    if asked or port_of(board.CHIP).reset_cause(board.CHIP) != 0:
        return asked
    stop = Pin(board.BUTTON_STOP_PIN, Pin.IN, Pin.PULL_UP)
    time.sleep_us(10)  # the pull-up lifts the wire
    if stop.value():
        return False
    time.sleep_ms(_HELD_MS)
    return not stop.value()


def park(board, failed=False):
    """For boot.py in service mode: coils off, the screen says what this is. Delivers nothing.

    `failed`: for main.py when the pump cannot run. A tone sounds until the power goes.
    """
    coils_off(board)
    sounder = sounder_of(board)
    if failed and sounder is not None:
        sounder.duty_u16(_HALF_DUTY)
    display = display_on(board, bus_of(board))
    frame = display.frame
    frame.text("PUMP FAILED" if failed else "Service mode", 16, 16)
    frame.text("no delivery", 20, 32)
    frame.text("do not use it" if failed else "restart to pump", 4, 48)
    display.show()
    while display.step(time.ticks_ms()):
        pass


def port_of(chip):
    """The module of pump/ports that knows this chip."""
    if chip in ("rp2040", "rp2350"):
        from pump.ports import rp2

        return rp2
    if chip in ("esp32", "esp32s3"):
        from pump.ports import esp32

        return esp32
    from pump.ports import any as anywhere

    return anywhere


def coils_off(board):
    """The motor's switch, off: a pin, or the four coils of a motor without a driver chip."""
    if board.STEPPER == "coils":
        from pump import extras

        return extras.coils(board)
    return Pin(board.ENABLE_PIN, Pin.OUT, value=1 - board.ENABLED_LEVEL)


def motor(board, port, switch):
    """(pulse engine, Stepper)."""
    ramp = Ramp(board.RAMP, board.STEP_RATE_HZ)
    forward = board.FORWARD_LEVEL
    if board.STEPPER == "coils":
        from pump import extras

        engine = extras.coil_engine(board, switch, ramp)
        return engine, Stepper(engine, switch.direction, switch.enable, forward, 1)
    engine = port.make_engine(board, ramp)
    direction = Pin(board.DIR_PIN, Pin.OUT, value=forward)
    return engine, Stepper(
        engine, direction, switch, forward, board.ENABLED_LEVEL, board.COILS_HOLD
    )


def bus_of(board):
    """The I2C bus of the display and of a clock."""
    return I2C(  # pyright: ignore[reportCallIssue] - `timeout` is not in the stubs
        board.I2C_ID,
        sda=Pin(board.I2C_SDA_PIN),
        scl=Pin(board.I2C_SCL_PIN),
        freq=board.I2C_HZ,
        timeout=_I2C_TIMEOUT_US,
    )


def display_on(board, bus):
    """The display, dark."""
    sh1106 = board.DISPLAY == "sh1106"
    return SSD1306(bus, framebuf, 128, 64, board.I2C_ADDRESS, sh1106)


def sounder_of(board):
    """What a Buzzer plays on, or None."""
    if board.BUZZER_PIN is None:
        return None
    pin = Pin(board.BUZZER_PIN, Pin.OUT, value=0)
    if board.BUZZER == "active":
        from pump import extras

        return extras.active_buzzer(pin)
    return PWM(pin, freq=_BUZZER_HZ, duty_u16=0)


def pressure_of(board, port):
    """What tells of a blocked line; it reads -1 where there is nothing."""
    if board.PRESSURE is None:
        return Pressure(None, 0)
    if board.PRESSURE == "hx711":
        from pump import extras

        return extras.force_sensor(board)
    return Pressure(
        port.adc(board.PRESSURE_ADC_PIN),
        board.PRESSURE_FULL_SCALE_MBAR,
        board.PRESSURE_ZERO_U16,
        board.PRESSURE_SPAN_U16,
    )


def turning_of(board, port):
    """What tells that the motor turned, or None."""
    if board.STEPPER != "tmc2209" and board.TURN_PIN is None:
        return None
    from pump import extras

    return extras.turning(board, port)


def wall_clock_on(board, bus):
    """A clock that goes on without power, or None."""
    if board.CLOCK is None:
        return None
    from pump import extras

    return extras.wall_clock(bus)


def end_stop_of(board, port, stepper):
    """A switch at the end of the plunger's way, or None."""
    if board.END_PIN is None:
        return None
    from pump import extras

    return extras.end_stop(board, port, stepper)


def keys_of(board):
    """The pins of UP, DOWN, OK and STOP."""
    return tuple(
        Pin(number, Pin.IN, Pin.PULL_UP)
        for number in (
            board.BUTTON_UP_PIN,
            board.BUTTON_DOWN_PIN,
            board.BUTTON_OK_PIN,
            board.BUTTON_STOP_PIN,
        )
    )


def battery_of(board, port):
    """What tells of the supply."""
    return Battery(port.adc(board.BATTERY_ADC_PIN), board.BATTERY_FULL_SCALE_MV)
