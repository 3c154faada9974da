"""The one list of codes with which a command is answered."""

from micropython import const

OK = const(0)
NOT_NOW = const(1)
SUSPENDED = const(2)
BUSY = const(3)
OVER_MAX_BOLUS = const(4)
OVER_MAX_HOUR = const(5)
OVER_MAX_DAY = const(6)
OVER_MAX_BASAL = const(7)
RESERVOIR_TOO_LOW = const(8)
ALARM_PERSISTS = const(9)
TOO_SMALL = const(10)
OUT_OF_RANGE = const(11)
UNKNOWN = const(12)
FAULT = const(13)
DELIVERING = const(14)
TOO_SOON = const(15)
BAD_PROGRAM = const(16)
RESERVOIR_NOT_SET = const(17)
NOT_PAIRED = const(18)
WRONG_KEY = const(19)
STALE = const(20)
TOO_MANY = const(21)
BY_HAND = const(22)
NO_RATIO = const(23)
OVER_MAX_ON_BOARD = const(24)
NOT_REPEATED = const(25)
USER_MODE = const(26)
WRONG_CODE = const(27)
GLUCOSE_LOW = const(28)

# Names as they stand in logs and in the host's answers, by code.
CODES = (
    "ok",
    "not_now",
    "suspended",
    "busy",
    "over_max_bolus",
    "over_max_hour",
    "over_max_day",
    "over_max_basal",
    "reservoir_too_low",
    "alarm_persists",
    "too_small",
    "out_of_range",
    "unknown",
    "fault",
    "delivering",
    "too_soon",
    "bad_program",
    "reservoir_not_set",
    "not_paired",
    "wrong_key",
    "stale",
    "too_many",
    "by_hand",
    "no_ratio",
    "over_max_on_board",
    "not_repeated",
    "user_mode",
    "wrong_code",
    "glucose_low",
)
