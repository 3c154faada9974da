"""The numbers of events and of what their fields say; what each holds is in event_table.py.

Apart from the table because a running pump needs the numbers alone, and memory is dear.
A number is never reused.
"""

from micropython import const

# Severity: how much a reader of the log should care.
INFO = const(0)
WARNING = const(1)
ALARM = const(2)
FAULT = const(3)

# Where a command came from.
SOURCE_BUTTONS = const(0)
SOURCE_LINK = const(1)
SOURCE_SCHEDULE = const(2)
SOURCE_RULE = const(3)
SOURCE_RESTART = const(4)

# What moves the plunger.
KIND_BASAL = const(0)
KIND_BOLUS = const(1)
KIND_PRIME = const(2)
KIND_CANNULA = const(3)
# From here on nothing leaves the reservoir, or what it holds is not known.
KIND_REWIND = const(4)
KIND_TAKE_UP = const(5)  # of the screw's play, after a rewind
KIND_MEASURE = const(6)  # a train that is weighed, for a calibration

# Why a lease, a bolus or a guided move ended.
END_DONE = const(0)
END_STOPPED = const(1)
END_SUSPENDED = const(2)
END_ALARM = const(3)
END_POWER_LOST = const(4)
END_RATE_CHANGE = const(5)
END_TIME = const(6)
END_RENEWED = const(7)
END_REMOTE = const(8)
END_NO_MOTION = const(9)  # a rewind that came to the end of its way

# What a reminder is of. The words are event_table.REMINDS.
REMIND_SUSPENDED = const(0)
REMIND_MEAL = const(1)
REMIND_GLUCOSE = const(2)
REMIND_SET = const(3)
REMIND_DAILY_1 = const(4)
REMIND_DAILY_2 = const(5)
REMIND_DAILY_3 = const(6)
REMIND_DAILY_4 = const(7)
REMIND_RESERVOIR = const(8)

# What a self-test looks at. The words are event_table.TESTS.
TEST_ALL = const(0)  # that the pump can try by itself
TEST_CODE = const(1)
TEST_SETTINGS = const(2)
TEST_MEMORY = const(3)
TEST_CLOCK = const(4)
TEST_DRIVER = const(5)
TEST_BUZZER = const(6)  # by a person, and so the display
TEST_DISPLAY = const(7)

# What made the board start.
RESET_POWER = const(0)
RESET_WATCHDOG = const(1)
RESET_SOFT = const(2)

# The numbers. The journal knows a record by these.
BOOT = const(1)
LOG_NEW = const(2)
LOG_DAMAGED = const(3)
CLOCK_SET = const(4)
CLOCK_LOST = const(5)
DAY_TOTAL = const(6)
CHECKPOINT = const(7)
CHECKPOINT_WINDOW = const(8)
CHECKPOINT_TODAY = const(9)
CHECKPOINT_TEMPORARY = const(10)
SCALE = const(11)
CHECKPOINT_INSULIN = const(12)
CHECKPOINT_EXTENDED = const(13)
CHECKPOINT_SET = const(14)
CHECKPOINT_LINE = const(15)
BASAL_LEASE = const(16)
TEMPORARY_START = const(17)
TEMPORARY_END = const(18)
BOLUS_START = const(20)
BOLUS_PART = const(21)
BOLUS_END = const(22)
REFUSED = const(23)
MOVE_START = const(24)
MOVE_PART = const(25)
MOVE_END = const(26)
UNCERTAIN = const(27)
SUSPEND = const(28)
RESUME = const(29)
CHANGE_START = const(30)
RESERVOIR_SET = const(31)
ALARM_RAISED = const(32)
ALARM_ACKNOWLEDGED = const(33)
ALARM_CLEARED = const(34)
ALARM_REPEATED = const(35)
REMINDER = const(36)
CALCULATION = const(37)
CALCULATED = const(38)
REMINDER_MISSED = const(39)
SETTING_CHANGED = const(40)
BASAL_SEGMENT = const(41)
BASAL_PROGRAM = const(42)
SETTINGS_LOST = const(43)
EXTENDED_START = const(44)
EXTENDED_PART = const(45)
EXTENDED_END = const(46)
PROGRAM_ACTIVATED = const(47)
PROGRAM_EDITED = const(48)
PROGRAM_SEGMENT = const(49)
SERVICE = const(50)
LINK_OPENED = const(51)
REMOTE = const(52)
TURNED_AWAY = const(53)
PAIRING = const(54)
PROGRAM_NAMED = const(55)
QUICK_BOLUS = const(56)
SELF_TEST = const(57)
MOTOR_ERROR = const(60)
SYSTEM_ERROR = const(61)

# What was asked for when something was refused.
COMMAND_BOLUS = const(0)
COMMAND_SUSPEND = const(1)
COMMAND_RESUME = const(2)
COMMAND_CHANGE = const(3)
COMMAND_MOVE = const(4)
COMMAND_BASAL = const(5)
COMMAND_SETTING = const(6)
COMMAND_SERVICE = const(7)
COMMAND_TEMPORARY = const(8)
COMMAND_EXTENDED = const(9)
COMMAND_COMBINED = const(10)
