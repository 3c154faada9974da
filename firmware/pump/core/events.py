"""The event table: every kind of record the pump can write, declared once.

A row is (number, name, severity, fields); a field is (name, struct code) or (name, struct code,
words), where `words` names the values of a code. The unit is the last part of a field's name. The journal packs by
this table, the host decodes by it, the documentation is made from it. A number is never reused
and a row never changes once released: a log must decode for ever.
"""

from micropython import const

from pump.core.codes import CODES

# Severity: how much a reader of the log should care.
INFO = const(0)
WARNING = const(1)
ALARM = const(2)
FAULT = const(3)
SEVERITIES = ("info", "warning", "alarm", "fault")

# Where a command came from.
SOURCE_BUTTONS = const(0)
SOURCE_LINK = const(1)
SOURCE_SCHEDULE = const(2)
SOURCE_RULE = const(3)
SOURCE_RESTART = const(4)
SOURCES = ("buttons", "link", "schedule", "rule", "restart")

# What moves the plunger.
KIND_BASAL = const(0)
KIND_BOLUS = const(1)
KIND_PRIME = const(2)
KIND_CANNULA = const(3)
KIND_REWIND = const(4)
KINDS = ("basal", "bolus", "prime", "cannula", "rewind")

# Why a lease, a bolus or a guided move ended.
END_DONE = const(0)
END_STOPPED = const(1)
END_SUSPENDED = const(2)
END_ALARM = const(3)
END_POWER_LOST = const(4)
END_RATE_CHANGE = const(5)
END_TIME = const(6)
END_RENEWED = const(7)
ENDS = (
    "all_given",
    "stopped",
    "suspended",
    "alarm",
    "power_lost",
    "rate_change",
    "time",
    "renewed",
)

# What made the board start.
RESET_POWER = const(0)
RESET_WATCHDOG = const(1)
RESET_SOFT = const(2)
RESETS = ("power_on", "watchdog", "soft")

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
BASAL_LEASE = const(16)
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
SETTING_CHANGED = const(40)
BASAL_SEGMENT = const(41)
BASAL_PROGRAM = const(42)
SETTINGS_LOST = const(43)
SERVICE = const(50)
LINK_OPENED = const(51)
MOTOR_ERROR = const(60)
SYSTEM_ERROR = const(61)

# Field sets used by more than one row.
_NO_FIELDS = ()

ALARM_NAMES = (
    "none",
    "occlusion",
    "reservoir_empty",
    "reservoir_low",
    "battery_empty",
    "battery_low",
    "motor_error",
    "system_error",
    "clock_not_set",
    "over_limit",
    "bolus_incomplete",
    "log_new",
    "settings_lost",
)
PRIORITIES = ("low", "medium", "high")

# What was asked for when something was refused.
COMMAND_BOLUS = const(0)
COMMAND_SUSPEND = const(1)
COMMAND_RESUME = const(2)
COMMAND_CHANGE = const(3)
COMMAND_MOVE = const(4)
COMMAND_BASAL = const(5)
COMMAND_SETTING = const(6)
COMMAND_SERVICE = const(7)
COMMANDS = (
    "bolus",
    "suspend",
    "resume",
    "reservoir_change",
    "guided_move",
    "basal_program",
    "setting",
    "service",
)

EVENTS = (
    (BOOT, "boot", INFO, (("cause", "B", RESETS), ("version_major", "B"), ("version_minor", "B"), ("version_patch", "B"), ("steps_numerator", "I"), ("steps_denominator", "H"))),
    (LOG_NEW, "log_new", WARNING, _NO_FIELDS),
    (LOG_DAMAGED, "log_damaged", WARNING, (("torn_bytes", "H"), ("damaged_records", "H"), ("missing_records", "H"))),
    (CLOCK_SET, "clock_set", INFO, (("old_local_s", "I"), ("new_local_s", "I"), ("utc_offset_min", "h"), ("source", "B", SOURCES))),
    (CLOCK_LOST, "clock_lost", WARNING, (("assumed_local_s", "I"),)),
    (DAY_TOTAL, "day_total", INFO, (("basal_mu", "I"), ("bolus_mu", "I"), ("boluses", "H"))),
    (CHECKPOINT, "checkpoint", INFO, (("odometer_steps", "I"), ("reservoir_steps", "i"), ("flags", "B"), ("bolus_id", "H"))),
    (CHECKPOINT_WINDOW, "checkpoint_window", INFO, (("hour_steps", "I"), ("day_steps", "I"))),
    (CHECKPOINT_TODAY, "checkpoint_today", INFO, (("basal_steps", "I"), ("bolus_steps", "I"), ("boluses", "H"), ("since_bolus_5min", "B"))),
    (BASAL_LEASE, "basal_lease", INFO, (("made_steps", "I"), ("max_steps", "I"), ("rate_mu_h", "H"), ("reason", "B", ENDS))),
    (BOLUS_START, "bolus_start", INFO, (("bolus_id", "H"), ("asked_mu", "I"), ("owed_steps", "I"), ("source", "B", SOURCES))),
    (BOLUS_PART, "bolus_part", INFO, (("bolus_id", "H"), ("made_steps", "I"), ("max_steps", "I"))),
    (BOLUS_END, "bolus_end", INFO, (("bolus_id", "H"), ("given_mu", "I"), ("given_steps", "I"), ("reason", "B", ENDS))),
    (REFUSED, "refused", WARNING, (("command", "B", COMMANDS), ("code", "B", CODES), ("asked", "I"), ("limit", "I"), ("source", "B", SOURCES))),
    (MOVE_START, "move_start", INFO, (("kind", "B", KINDS), ("max_steps", "I"), ("source", "B", SOURCES))),
    (MOVE_PART, "move_part", INFO, (("kind", "B", KINDS), ("made_steps", "I"), ("max_steps", "I"))),
    (MOVE_END, "move_end", INFO, (("kind", "B", KINDS), ("made_steps", "I"), ("total_steps", "I"), ("reason", "B", ENDS))),
    (UNCERTAIN, "uncertain", WARNING, (("kind", "B", KINDS), ("min_steps", "I"), ("max_steps", "I"), ("bolus_id", "H"))),
    (SUSPEND, "suspend", WARNING, (("source", "B", SOURCES), ("alarm", "B", ALARM_NAMES))),
    (RESUME, "resume", INFO, (("source", "B", SOURCES), ("suspended_s", "I"))),
    (CHANGE_START, "change_start", INFO, (("reservoir_steps", "i"), ("source", "B", SOURCES))),
    (RESERVOIR_SET, "reservoir_set", INFO, (("reservoir_steps", "i"), ("reservoir_mu", "I"), ("source", "B", SOURCES))),
    (ALARM_RAISED, "alarm_raised", ALARM, (("alarm", "B", ALARM_NAMES), ("priority", "B", PRIORITIES), ("value", "i"))),
    (ALARM_ACKNOWLEDGED, "alarm_acknowledged", INFO, (("alarm", "B", ALARM_NAMES), ("after_s", "I"), ("source", "B", SOURCES))),
    (ALARM_CLEARED, "alarm_cleared", INFO, (("alarm", "B", ALARM_NAMES), ("after_s", "I"))),
    (ALARM_REPEATED, "alarm_repeated", WARNING, (("alarm", "B", ALARM_NAMES), ("times", "H"))),
    (REMINDER, "reminder", INFO, (("kind", "B"), ("after_s", "I"))),
    (SETTING_CHANGED, "setting_changed", INFO, (("setting", "H"), ("old", "i"), ("new", "i"), ("source", "B", SOURCES))),
    (BASAL_SEGMENT, "basal_segment", INFO, (("segment", "B"), ("start_min", "H"), ("old_rate_mu_h", "H"), ("new_rate_mu_h", "H"))),
    (BASAL_PROGRAM, "basal_program", INFO, (("segments", "B"), ("old_day_mu", "I"), ("new_day_mu", "I"), ("source", "B", SOURCES))),
    (SETTINGS_LOST, "settings_lost", WARNING, _NO_FIELDS),
    (SERVICE, "service", WARNING, (("granted", "B"), ("source", "B", SOURCES))),
    (LINK_OPENED, "link_opened", INFO, _NO_FIELDS),
    (MOTOR_ERROR, "motor_error", FAULT, (("ordered_steps", "I"), ("made_steps", "I"))),
    (SYSTEM_ERROR, "system_error", FAULT, (("code", "B"), ("detail", "I"))),
)  # fmt: skip


def layout(fields):
    """The struct format of a row's fields: little-endian, without padding."""
    return "<" + "".join([field[1] for field in fields])


def row_of(number):
    """The row of an event number, or None for a number this version does not know."""
    for row in EVENTS:
        if row[0] == number:
            return row
    return None
