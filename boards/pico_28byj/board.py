"""Raspberry Pi Pico with a 28BYJ-48: the motor of many drawers, without a driver chip."""

NAME = "pico_28byj"
CHIP = "rp2040"

# 28BYJ-48 behind a ULN2003, four coils in half steps, in the order IN1 to IN4.
STEPPER = "coils"
COIL_PINS = (2, 3, 6, 7)
FORWARD_LEVEL = 1  # 0 when the motor turns the other way
PULSE_MACHINE = -1  # a timer of MicroPython's own

# Keys to ground, with the chip's own pull-ups.
BUTTON_UP_PIN = 10
BUTTON_DOWN_PIN = 11
BUTTON_OK_PIN = 12
BUTTON_STOP_PIN = 13

# Passive piezo.
BUZZER = "passive"
BUZZER_PIN = 15

# 128x64. GP4 and GP5 are I2C0 (RP2040 datasheet, table 2).
DISPLAY = "ssd1306"
I2C_ID = 0
I2C_SDA_PIN = 4
I2C_SCL_PIN = 5
I2C_ADDRESS = 0x3C
I2C_HZ = 400_000  # the most that the panel's datasheet allows

# One lithium cell over a divider of 100 k and 100 k: the pin sees half, 3.3 V there is 6.6 V.
BATTERY = "divider"
BATTERY_ADC_PIN = 26
BATTERY_FULL_SCALE_MV = 6600
BATTERY_LOW_MV = 3500  # about a tenth of the charge of a lithium cell is left
BATTERY_EMPTY_MV = 3300  # the charge ends steeply below

# Ratiometric gauge sensor of 1 bar at 3.3 V: 10 % of the supply at 0 mbar, 90 % at full scale.
PRESSURE = "analog"
PRESSURE_ADC_PIN = 27
PRESSURE_FULL_SCALE_MBAR = 1000
PRESSURE_ZERO_U16 = 6554  # 10 % of 65,535
PRESSURE_SPAN_U16 = 52_428  # 80 % of 65,535
# More than half a bar stands in the line only when it is blocked; the sensor's range ends well
# above.
OCCLUSION_MBAR = 600

# Not on this board: a clock with a cell, a sensor that sees the motor turn, a switch at the end of
# the plunger's way.
CLOCK = None
TURN_PIN = None
END_PIN = None

# 3 mL syringe, bore 8.66 mm: 58.90 mm2, so 1 mm is 58.90 uL = 5.890 U (U-100). Screw M5x0.8.
# 64 half steps a turn of the rotor, gear 63.684 to 1: 4075.8 a turn, 5094.7 a mm, 865.0 a unit.
STEPS_PER_UNIT = (865, 1)

# 500 half steps a second from rest are well below what this motor can do without load.
STEP_RATE_HZ = 500
RAMP = ((250, 4),)
LONGEST_TRAIN = 1000  # 2 s at the top rate

QUANTUM_MU = 5  # 0.005 U, 4.3 steps
RESERVOIR_MU = 300_000  # 3 mL
# The whole travel of a full syringe, 51 mm, and 3 % more to be surely back: 300 U are 259,500
# steps. The head then rests against its stop, where the motor may slip without harm.
REWIND_STEPS = 267_300
