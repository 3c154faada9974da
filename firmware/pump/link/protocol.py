"""The link's requests as one table: numbers, names, layouts of bodies and their answers.

    request   version, id, kind, body
    answer    version, id, kind | ANSWER, code, body     (code: core/codes.py, 0 is OK)

Each of the leading values is one byte. The id is chosen by the host and comes back, so that
several requests can be under way. A refused request has no body in its answer. All numbers are
little-endian.

What may change without a new version: new kinds (an older pump answers UNKNOWN), and more fields
at the end of an answer (an older host ignores them). `identify` has the same form in every
version: it is how two that do not speak the same version find out.
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

# One answer to `log` is at most this many records: 4 writes of 256 bytes to the USB port. Most of
# what an answer costs the pump does not depend on its length: few long ones load it least.
MOST_RECORDS = const(31)
SCREEN_SLICE = const(512)
MOST_REQUEST = const(240)  # payload bytes: a basal program of 48 segments takes 197
MOST_ANSWER = const(1012)  # payload bytes: head, two numbers, 31 records of 32 bytes

# Bits of the `flags` in a status.
CLOCK_TRUSTED = const(1)
BOLUS_RUNNING = const(2)

_NONE = ()
_SETTING = (("setting", "B"), ("value", "i"), ("least", "i"), ("most", "i"))
_SEGMENT = (("start_min", "H"), ("rate_mu_h", "H"))
_TIME = (
    ("local_s", "I"),
    ("utc_offset_min", "h"),
    ("flags", "B"),
    ("uptime_s", "I"),
    ("uptime_ms", "H"),
)
_STATUS = (
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
)

# (kind, name, fields of the request, fields of the answer, what follows them in either, repeated)
# A field is (name, struct code). Texts are a length byte and UTF-8.
REQUESTS = (
    (
        IDENTIFY,
        "identify",
        _NONE,
        (("boot", "H"), ("major", "B"), ("minor", "B"), ("patch", "B")),
        "texts: name, board, unique id (bytes)",
    ),
    (STATUS, "status", _NONE, _STATUS, ""),
    (SETTINGS, "settings", _NONE, _NONE, _SETTING),
    (SET_SETTING, "set_setting", (("setting", "B"), ("value", "i")), _NONE, ""),
    (BASAL, "basal", _NONE, _NONE, _SEGMENT),
    (SET_BASAL, "set_basal", _NONE, _NONE, _SEGMENT),
    (TIME, "time", _NONE, _TIME, ""),
    (SET_TIME, "set_time", (("local_s", "I"), ("utc_offset_min", "h")), _NONE, ""),
    # Records with numbers from `seq` to `seq + count - 1`, count at most 31: the window of each
    # request is its own, so several may be under way and a gap brings no record twice.
    (
        LOG,
        "log",
        (("seq", "I"), ("count", "H")),
        (("first_seq", "I"), ("next_seq", "I")),
        "records of 32 bytes",
    ),
    (ACKNOWLEDGE, "acknowledge", _NONE, _NONE, ""),
    (SERVICE, "service", _NONE, _NONE, ""),
    (SCREEN, "screen", (("offset", "H"),), _NONE, "up to 512 bytes of the frame buffer"),
)


def layout(fields):
    """The struct format of a row of fields."""
    return "<" + "".join([field[1] for field in fields])


def request(number, kind, body=b""):
    """The payload of a request; `number` is its id, 0 to 255."""
    return bytes((VERSION, number, kind)) + body


STATUS_LAYOUT = layout(_STATUS)
STATUS_NAMES = tuple([field[0] for field in _STATUS])
TIME_LAYOUT = layout(_TIME)
SETTING_LAYOUT = layout(_SETTING)
SEGMENT_LAYOUT = layout(_SEGMENT)
SEGMENT_SIZE = struct.calcsize(SEGMENT_LAYOUT)
