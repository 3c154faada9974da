"""Makes the parts that few boards have; parts.py imports it for those boards alone."""

import time

from machine import UART, Pin


def coils(board):
    """The four coils of a motor without a driver chip, off."""
    from pump.drivers.coils import Coils

    return Coils(tuple([Pin(number, Pin.OUT, value=0) for number in board.COIL_PINS]))


def coil_engine(board, four_coils, ramp):
    """The pulse engine of four coils: a timer, on every chip."""
    from pump.ports import any as anywhere

    return anywhere.PulseEngine(
        four_coils, board.BUTTON_STOP_PIN, ramp, board.LONGEST_TRAIN, board.PULSE_MACHINE
    )


def active_buzzer(pin):
    """What a Buzzer plays on when that has its own tone."""
    from pump.drivers.active_buzzer import ActiveBuzzer

    return ActiveBuzzer(pin)


def force_sensor(board):
    """A load cell behind the plunger, in place of a pressure sensor."""
    from pump.drivers.hx711 import Hx711

    return Hx711(
        Pin(board.HX711_CLOCK_PIN, Pin.OUT, value=0),
        Pin(board.HX711_DATA_PIN, Pin.IN),
        board.HX711_ZERO,
        board.HX711_SPAN,
        board.PRESSURE_FULL_SCALE_MBAR,
    )


def turning(board, port):
    """What tells that the motor turned: a TMC2209's StallGuard or a slotted disc."""
    if board.STEPPER == "tmc2209":
        return _tmc2209(board)
    from pump.drivers.turning import SlottedDisc

    pin = Pin(board.TURN_PIN, Pin.IN, Pin.PULL_UP)
    disc = SlottedDisc(pin, board.TURN_STEPS, board.TURN_SLACK_STEPS)
    port.watch_both(pin, disc.note_edge)
    return disc


def end_stop(board, port, stepper):
    """A switch at the end of the plunger's way, which ends a train that delivers at once."""
    from pump.drivers.end_stop import EndStop

    pin = Pin(board.END_PIN, Pin.IN, Pin.PULL_UP)
    switch = EndStop(pin, stepper, board.END_LEVEL)
    port.watch_both(pin, switch.note_edge)
    return switch


def wall_clock(bus):
    """A clock that goes on without power."""
    from pump.drivers.ds3231 import DS3231

    return DS3231(bus)


def _tmc2209(board):
    from pump.drivers.tmc2209 import Tmc2209

    driver = Tmc2209(
        UART(
            board.UART_ID,
            baudrate=115_200,
            tx=Pin(board.UART_TX_PIN),
            rx=Pin(board.UART_RX_PIN),
        ),
        time.sleep_ms,
        board.MICROSTEPS,
        board.CURRENT_32,
        board.STALL_THRESHOLD,
        board.STEP_RATE_HZ,
    )
    driver.set_up()
    Pin(board.DIAG_PIN, Pin.IN).irq(driver.note_stall, Pin.IRQ_RISING)
    return driver
