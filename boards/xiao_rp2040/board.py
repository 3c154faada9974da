"""Seeed Studio XIAO RP2040: eleven pins, all used; none is left for a pressure sensor."""

NAME = "xiao_rp2040"
CHIP = "rp2040"

# Stepper driver (A4988, DRV8825 or TMC2209 standalone) in 1/16 microsteps.
STEPPER = "driver"
STEP_PIN = 2
DIR_PIN = 4
ENABLE_PIN = 3
FORWARD_LEVEL = (
    1  # level of DIR that pushes the plunger; swap when the motor is wired the other way
)
ENABLED_LEVEL = 0  # these drivers enable on low
# Coils off between trains: the screw is self-locking, the driver keeps its place (see stepper.py).
COILS_HOLD = False
PULSE_MACHINE = 0  # makes steps; the next one counts them. Both in PIO0: wireless boards use PIO1

# Keys to ground, with the chip's own pull-ups.
BUTTON_UP_PIN = 27
BUTTON_DOWN_PIN = 28
BUTTON_OK_PIN = 29
BUTTON_STOP_PIN = 0

# Passive piezo.
BUZZER = "passive"
BUZZER_PIN = 1

# 128x64. GP6 and GP7 are I2C1 (RP2040 datasheet, table 2).
DISPLAY = "ssd1306"
I2C_ID = 1
I2C_SDA_PIN = 6
I2C_SCL_PIN = 7
I2C_ADDRESS = 0x3C
I2C_HZ = 400_000  # the most that the panel's datasheet allows

# One lithium cell over a divider of 100 k and 100 k: the pin sees half, 3.3 V there is 6.6 V.
BATTERY = "divider"
BATTERY_ADC_PIN = 26
BATTERY_FULL_SCALE_MV = 6600
BATTERY_LOW_MV = 3500  # about a tenth of the charge of a lithium cell is left
BATTERY_EMPTY_MV = 3300  # the charge ends steeply below

PRESSURE = None
OCCLUSION_MBAR = 600  # for a sensor that takes another part's pin

# Not on this board: a clock with a cell, a sensor that sees the motor turn, a switch at the end of
# the plunger's way.
CLOCK = None
TURN_PIN = None
END_PIN = None

# 3 mL syringe, bore 8.66 mm: 58.90 mm2, so 1 mm is 58.90 uL = 5.890 U (U-100). Screw M5x0.8,
# 200 steps x 1/16 a turn: 4000 steps/mm. 4000 / 5.890 = 679.1 steps/U.
STEPS_PER_UNIT = (6791, 10)

# Top rate, and the stairs up to it as (steps a second, steps). 1000 microsteps/s are 62.5 full
# steps/s. Small steppers start from rest at several hundred: a stop in mid-train loses no step.
STEP_RATE_HZ = 1000
RAMP = ((250, 4), (500, 8))
LONGEST_TRAIN = 2000  # 2 s at the top rate

QUANTUM_MU = 5  # 0.005 U, 3.4 steps
RESERVOIR_MU = 300_000  # 3 mL
# The whole travel of a full syringe, 51 mm, and 3 % more to be surely back: 300 U are 203,730
# steps. The head then rests against its stop, where the motor may slip without harm.
REWIND_STEPS = 210_000
