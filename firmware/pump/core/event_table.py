"""The event table: every kind of record the pump can write, declared once.

A row is (number, name, severity, fields); a field is (name, struct code) or (name, struct code,
words), where `words` names the values of a code. The unit is the last part of a field's name. The
journal packs by this table, the host decodes by it, the documentation is made from it. A number
is never reused and a row never changes once released: a log must decode for ever.
"""

from pump.core.codes import CODES
from pump.core.events import (
    ALARM,
    ALARM_ACKNOWLEDGED,
    ALARM_CLEARED,
    ALARM_RAISED,
    ALARM_REPEATED,
    BASAL_LEASE,
    BASAL_PROGRAM,
    BASAL_SEGMENT,
    BOLUS_END,
    BOLUS_PART,
    BOLUS_START,
    BOOT,
    CALCULATED,
    CALCULATION,
    CHANGE_START,
    CHECKPOINT,
    CHECKPOINT_EXTENDED,
    CHECKPOINT_INSULIN,
    CHECKPOINT_LINE,
    CHECKPOINT_SET,
    CHECKPOINT_TEMPORARY,
    CHECKPOINT_TODAY,
    CHECKPOINT_WINDOW,
    CLOCK_LOST,
    CLOCK_SET,
    DAY_TOTAL,
    EXTENDED_END,
    EXTENDED_PART,
    EXTENDED_START,
    FAULT,
    INFO,
    LINK_OPENED,
    LOG_DAMAGED,
    LOG_NEW,
    MOTOR_ERROR,
    MOVE_END,
    MOVE_PART,
    MOVE_START,
    PAIRING,
    PROGRAM_ACTIVATED,
    PROGRAM_EDITED,
    PROGRAM_NAMED,
    PROGRAM_SEGMENT,
    QUICK_BOLUS,
    REFUSED,
    REMINDER,
    REMINDER_MISSED,
    REMOTE,
    RESERVOIR_SET,
    RESUME,
    SCALE,
    SELF_TEST,
    SERVICE,
    SETTING_CHANGED,
    SETTINGS_LOST,
    SUSPEND,
    SYSTEM_ERROR,
    TEMPORARY_END,
    TEMPORARY_START,
    TURNED_AWAY,
    UNCERTAIN,
    WARNING,
)

# The words of codes, from 0. Their numbers are in events.py.
SEVERITIES = ("info", "warning", "alarm", "fault")
SOURCES = ("buttons", "link", "schedule", "rule", "restart")
KINDS = ("basal", "bolus", "prime", "cannula", "rewind", "take_up", "measure")
ENDS = (
    "all_given",
    "stopped",
    "suspended",
    "alarm",
    "power_lost",
    "rate_change",
    "time",
    "renewed",
    "stopped_remotely",
    "no_motion",
)
# What a reminder is of, by its kind.
REMINDS = (
    "suspended",
    "meal",
    "glucose",
    "set",
    "daily_1",
    "daily_2",
    "daily_3",
    "daily_4",
    "reservoir",
)
RESETS = ("power_on", "watchdog", "soft")
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
    "restarted",
    "log_damaged",
    "key_stuck",
    "stop_stuck",
    "sensor_lost",
    "end_reached",
    "temporary_ended",
    "under_delivery",
    "reservoir_very_low",
    "auto_off_soon",
    "auto_off",
    "set_old",
    "meal_missed",
    "check_glucose",
    "daily_reminder",
    "self_test",
    "stopped_again",
)
PRIORITIES = ("low", "medium", "high")
# What a self-test looks at; all is what the pump can try by itself.
TESTS = ("all", "code", "settings", "memory", "clock", "driver", "buzzer", "display")
# Of a basal program, beside its number.
PROGRAM_NAMES = (
    "none",
    "workday",
    "day_off",
    "weekend",
    "sick_day",
    "sport",
    "shift",
    "travel",
    "period",
)
COMMANDS = (
    "bolus",
    "suspend",
    "resume",
    "reservoir_change",
    "guided_move",
    "basal_program",
    "setting",
    "service",
    "temporary_basal",
)

# What is asked for over the link: the kinds of link/protocol.py, by number.
REQUESTS = (
    "none",
    "identify",
    "status",
    "settings",
    "set_setting",
    "basal",
    "set_basal",
    "time",
    "set_time",
    "log",
    "acknowledge",
    "service",
    "screen",
    "pair",
    "sealed",
    "check",
    "bolus",
    "stop",
    "suspend",
    "resume",
    "temporary_basal",
    "temporary_percent",
    "end_temporary",
    "extended_bolus",
    "program",
    "set_program",
    "activate_program",
    "name_program",
)

_NO_FIELDS = ()

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
    (CHECKPOINT_TEMPORARY, "checkpoint_temporary", INFO, (("elapsed_s", "I"), ("given_steps", "I"))),
    (SCALE, "scale", INFO, (("steps_numerator", "I"), ("steps_denominator", "H"))),
    (CHECKPOINT_INSULIN, "checkpoint_insulin", INFO, (("first_age_2min", "B"), ("first_mu", "H"), ("second_age_2min", "B"), ("second_mu", "H"), ("third_age_2min", "B"), ("third_mu", "H"))),
    (CHECKPOINT_EXTENDED, "checkpoint_extended", INFO, (("bolus_id", "H"), ("asked_mu", "H"), ("given_steps", "I"), ("elapsed_min", "H"))),
    (CHECKPOINT_SET, "checkpoint_set", INFO, (("age_min", "I"),)),
    (CHECKPOINT_LINE, "checkpoint_line", INFO, (("reservoir_age_min", "H"), ("site_age_min", "H"), ("tubing_steps", "I"), ("cannula_steps", "H"), ("not_filled", "B"))),
    (BASAL_LEASE, "basal_lease", INFO, (("made_steps", "I"), ("max_steps", "I"), ("rate_mu_h", "H"), ("reason", "B", ENDS))),
    (TEMPORARY_START, "temporary_start", INFO, (("percent", "h"), ("rate_mu_h", "H"), ("duration_min", "H"), ("source", "B", SOURCES))),
    (TEMPORARY_END, "temporary_end", INFO, (("elapsed_s", "I"), ("given_steps", "I"), ("reason", "B", ENDS))),
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
    (CALCULATION, "calculation", INFO, (("carbs_g", "H"), ("glucose_mg_dl", "H"), ("ratio_tenths_g", "H"), ("factor_mg_dl", "H"), ("target_low_mg_dl", "B"), ("target_high_mg_dl", "B"))),
    (CALCULATED, "calculated", INFO, (("meal_mu", "H"), ("correction_mu", "h"), ("on_board_mu", "H"), ("recommended_mu", "H"), ("bolus_id", "H"))),
    (REMINDER_MISSED, "reminder_missed", INFO, (("kind", "B"), ("after_s", "I"))),
    (SETTING_CHANGED, "setting_changed", INFO, (("setting", "H"), ("old", "i"), ("new", "i"), ("source", "B", SOURCES))),
    (BASAL_SEGMENT, "basal_segment", INFO, (("segment", "B"), ("start_min", "H"), ("old_rate_mu_h", "H"), ("new_rate_mu_h", "H"))),
    (BASAL_PROGRAM, "basal_program", INFO, (("segments", "B"), ("old_day_mu", "I"), ("new_day_mu", "I"), ("source", "B", SOURCES))),
    (SETTINGS_LOST, "settings_lost", WARNING, _NO_FIELDS),
    (EXTENDED_START, "extended_start", INFO, (("bolus_id", "H"), ("asked_mu", "H"), ("owed_steps", "I"), ("duration_15min", "B"), ("combined", "B"), ("source", "B", SOURCES))),
    (EXTENDED_PART, "extended_part", INFO, (("bolus_id", "H"), ("made_steps", "I"), ("max_steps", "I"))),
    (EXTENDED_END, "extended_end", INFO, (("bolus_id", "H"), ("given_mu", "H"), ("given_steps", "I"), ("elapsed_min", "H"), ("reason", "B", ENDS))),
    (PROGRAM_ACTIVATED, "program_activated", INFO, (("old_program", "B"), ("new_program", "B"), ("old_day_mu", "I"), ("new_day_mu", "I"), ("source", "B", SOURCES))),
    (PROGRAM_EDITED, "program_edited", INFO, (("program", "B"), ("segments", "B"), ("old_day_mu", "I"), ("new_day_mu", "I"), ("source", "B", SOURCES))),
    (PROGRAM_SEGMENT, "program_segment", INFO, (("program", "B"), ("segment", "B"), ("start_min", "H"), ("old_rate_mu_h", "H"), ("new_rate_mu_h", "H"))),
    (SERVICE, "service", WARNING, (("granted", "B"), ("source", "B", SOURCES))),
    (LINK_OPENED, "link_opened", INFO, _NO_FIELDS),
    (REMOTE, "remote", INFO, (("count", "I"), ("request", "B", REQUESTS), ("code", "B", CODES), ("asked", "I"))),
    (TURNED_AWAY, "turned_away", WARNING, (("code", "B", CODES), ("times", "I"))),
    (PAIRING, "pairing", WARNING, (("paired", "B"), ("source", "B", SOURCES))),
    (PROGRAM_NAMED, "program_named", INFO, (("program", "B"), ("old_name", "B", PROGRAM_NAMES), ("new_name", "B", PROGRAM_NAMES), ("source", "B", SOURCES))),
    (QUICK_BOLUS, "quick_bolus", INFO, (("bolus_id", "H"), ("presses", "B"), ("step_mu", "H"))),
    (SELF_TEST, "self_test", INFO, (("test", "B", TESTS), ("passed", "B"), ("detail", "I"))),
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
