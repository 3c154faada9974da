"""What both ends of the link agree on: numbers of requests, and layouts of what is in them.

Names and all fields are in request_table.py, which the board does not load.

    request   version, id, kind, body
    answer    version, id, kind | ANSWER, code, body     (code: core/codes.py, 0 is OK)

Each of the leading values is one byte. The id is chosen by the host and comes back, so that
several requests can be under way. A refused request has no body in its answer. All numbers are
little-endian.

What may change without a new version: new kinds (an older pump answers UNKNOWN), more fields at
the end of an answer (an older host ignores them, a newer one takes what is missing as 0), and new
codes, states, alarms and events (shown by their number where they are not known). `identify` has
the same form in every version: it is how two that do not speak the same version find out.
"""

import struct

from micropython import const

VERSION = const(1)
ANSWER = const(0x80)
REQUEST_HEAD = const(3)
ANSWER_HEAD = const(4)

IDENTIFY = const(1)
STATUS = const(2)
SETTINGS = const(3)
SET_SETTING = const(4)
BASAL = const(5)
SET_BASAL = const(6)
TIME = const(7)
SET_TIME = const(8)
LOG = const(9)
ACKNOWLEDGE = const(10)
SERVICE = const(11)
SCREEN = const(12)
PAIR = const(13)
SEALED = const(14)
# Only within a sealed one; see sealed.py.
CHECK = const(15)
BOLUS = const(16)
STOP = const(17)
SUSPEND = const(18)
RESUME = const(19)
TEMPORARY_BASAL = const(20)
TEMPORARY_PERCENT = const(21)
END_TEMPORARY = const(22)
EXTENDED_BOLUS = const(23)
PROGRAM = const(24)
SET_PROGRAM = const(25)
ACTIVATE_PROGRAM = const(26)
NAME_PROGRAM = const(27)
# What anybody at the cable may ask for until a program is paired, and then only in a seal.
CHANGES = (
    SET_SETTING,
    SET_BASAL,
    SET_TIME,
    ACKNOWLEDGE,
    SERVICE,
    SET_PROGRAM,
    ACTIVATE_PROGRAM,
    NAME_PROGRAM,
)

# One answer to `log` is at most this many records: 4 writes of 256 bytes to the USB port. Most of
# what an answer costs the pump does not depend on its length: few long ones load it least.
MOST_RECORDS = const(31)
SCREEN_SLICE = const(512)
MOST_REQUEST = const(240)  # payload bytes: a sealed basal program of 48 segments takes 219
MOST_ANSWER = const(1012)  # payload bytes: head, two numbers, 31 records of 32 bytes

# Bits of the `flags` in a status.
CLOCK_TRUSTED = const(1)
BOLUS_RUNNING = const(2)
PAIRED = const(4)
CODE_SHOWN = const(8)
SUSPENDED_REMOTELY = const(16)  # so the link may resume

PROGRAMS = const(4)  # core/programs.py, which is loaded at use
SETTING_FIELDS = (("setting", "B"), ("value", "i"), ("least", "i"), ("most", "i"))
SEGMENT_FIELDS = (("start_min", "H"), ("rate_mu_h", "H"))
TIME_FIELDS = (
    ("local_s", "I"),
    ("utc_offset_min", "h"),
    ("flags", "B"),
    ("uptime_s", "I"),
    ("uptime_ms", "H"),
)
STATUS_FIELDS = (
    ("state", "B"),
    ("flags", "B"),
    ("alarms_raised", "I"),  # one bit for each alarm of core/alarms.py, by number
    ("alarms_waiting", "I"),
    ("reservoir_mu", "i"),  # -1: not known
    ("battery_mv", "h"),  # -1: none
    ("rate_mu_h", "H"),
    ("bolus_id", "H"),
    ("bolus_asked_mu", "I"),
    ("bolus_given_mu", "I"),
    ("boot", "H"),
    ("uptime_s", "I"),
    ("uptime_ms", "H"),
    ("local_s", "I"),
    ("utc_offset_min", "h"),
    ("free_bytes", "I"),
    ("first_seq", "I"),
    ("next_seq", "I"),
    ("command_count", "I"),  # of the last command taken in this boot
    ("temporary_left_s", "I"),  # of a temporary basal; 0: none is in force
    ("on_board_mu", "I"),  # insulin of boluses that has yet to act
    ("extended_id", "H"),  # of the extended bolus that runs; 0: none
    ("extended_asked_mu", "H"),
    ("extended_given_mu", "H"),
    ("extended_left_s", "H"),
    # What basal leaves of it, by the program; 0: none, not known, or no basal is asked for.
    ("reservoir_left_min", "I"),
    ("program", "B"),  # the number of the basal program in force
)


def layout(fields):
    """The struct format of a row of fields."""
    return "<" + "".join([field[1] for field in fields])


def request(number, kind, body=b""):
    """The payload of a request; `number` is its id, 0 to 255."""
    return bytes((VERSION, number, kind)) + body


STATUS_LAYOUT = layout(STATUS_FIELDS)
STATUS_NAMES = tuple([field[0] for field in STATUS_FIELDS])
TIME_LAYOUT = layout(TIME_FIELDS)
SETTING_LAYOUT = layout(SETTING_FIELDS)
SEGMENT_LAYOUT = layout(SEGMENT_FIELDS)
SEGMENT_SIZE = struct.calcsize(SEGMENT_LAYOUT)
