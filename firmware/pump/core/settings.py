"""The settings a person can change, as one table, with the basal program beside them.

A setting's number is never reused. What is stored is versioned by these numbers alone: an unknown
one is skipped, a missing one takes its default, one out of range is refused.
"""

import struct
from array import array

from micropython import const

from pump.core import codes

BOLUS_STEP_MU = const(1)
BOLUS_SPEED_MU_MIN = const(2)
MAX_BOLUS_MU = const(3)
MAX_HOUR_MU = const(4)
MAX_DAY_MU = const(5)
MAX_BASAL_MU_H = const(6)
RESERVOIR_LOW_MU = const(7)
UTC_OFFSET_MIN = const(8)
SUSPEND_REMINDER_MIN = const(9)
BOLUS_LOCKOUT_MIN = const(10)
DISPLAY_OFF_S = const(11)
KEY_CLICKS = const(12)

# (number, name, default, least, most, step)
SETTINGS = (
    (BOLUS_STEP_MU, "bolus_step_mu", 50, 10, 1_000, 10),
    (BOLUS_SPEED_MU_MIN, "bolus_speed_mu_min", 1_500, 100, 12_000, 100),
    (MAX_BOLUS_MU, "max_bolus_mu", 10_000, 0, 30_000, 50),
    (MAX_HOUR_MU, "max_hour_mu", 20_000, 0, 60_000, 50),
    (MAX_DAY_MU, "max_day_mu", 100_000, 0, 300_000, 100),
    (MAX_BASAL_MU_H, "max_basal_mu_h", 5_000, 0, 35_000, 10),
    (RESERVOIR_LOW_MU, "reservoir_low_mu", 20_000, 0, 100_000, 1_000),
    (UTC_OFFSET_MIN, "utc_offset_min", 0, -720, 840, 15),
    (SUSPEND_REMINDER_MIN, "suspend_reminder_min", 15, 5, 60, 5),
    (BOLUS_LOCKOUT_MIN, "bolus_lockout_min", 0, 0, 240, 5),
    (DISPLAY_OFF_S, "display_off_s", 30, 10, 600, 10),
    (KEY_CLICKS, "key_clicks", 1, 0, 1, 1),
)

MOST_SEGMENTS = const(48)
DAY_MIN = const(1440)
MOST_RATE_MU_H = const(35_000)
_FORMAT = const(1)
_HEAD = "<BBB"
_HEAD_SIZE = const(3)
_ENTRY = "<Hi"
_ENTRY_SIZE = const(6)
_SEGMENT = "<HH"
_SEGMENT_SIZE = const(4)


class BasalProgram:
    """Rates through 24 hours: segments (start minute of day, rate in mU/h), the first at 0."""

    def __init__(self):
        self.starts_min = array("H", [0])
        self.rates_mu_h = array("H", [0])

    def segments(self):
        """How many segments there are, 1 to 48."""
        return len(self.starts_min)

    def rate_mu_h(self, minute):
        """The rate at a minute of the day."""
        index = len(self.starts_min) - 1
        while index > 0 and self.starts_min[index] > minute:
            index -= 1
        return self.rates_mu_h[index]

    def day_mu(self):
        """The dose of a whole day, rounded down once, at the end."""
        total = 0
        for index in range(len(self.starts_min)):
            last = index + 1 == len(self.starts_min)
            end = DAY_MIN if last else self.starts_min[index + 1]
            total += self.rates_mu_h[index] * (end - self.starts_min[index])
        return total // 60

    def replace(self, segments):
        """Take over a checked list of (start minute, rate)."""
        self.starts_min = array("H", [segment[0] for segment in segments])
        self.rates_mu_h = array("H", [segment[1] for segment in segments])

    @staticmethod
    def check(segments, max_rate_mu_h):
        """OK, or why these segments are no program."""
        if not 1 <= len(segments) <= MOST_SEGMENTS or segments[0][0] != 0:
            return codes.BAD_PROGRAM
        previous = -1
        for start_min, rate_mu_h in segments:
            if not previous < start_min < DAY_MIN or rate_mu_h < 0:
                return codes.BAD_PROGRAM
            if rate_mu_h > max_rate_mu_h:
                return codes.OVER_MAX_BASAL
            previous = start_min
        return codes.OK


class Settings:
    """The values in force."""

    def __init__(self):
        self._values = array("i", [row[2] for row in SETTINGS])
        self._places = {SETTINGS[index][0]: index for index in range(len(SETTINGS))}
        self.basal = BasalProgram()

    def get(self, number):
        """The value of a setting; KeyError for an unknown number, which is a bug of the caller."""
        return self._values[self._places[number]]

    def check(self, number, value):
        """OK, UNKNOWN or OUT_OF_RANGE."""
        if number not in self._places:
            return codes.UNKNOWN
        row = SETTINGS[self._places[number]]
        if not row[3] <= value <= row[4]:
            return codes.OUT_OF_RANGE
        return codes.OK

    def set(self, number, value):
        """Put a value that was checked."""
        self._values[self._places[number]] = value

    def encode(self):
        """All of it as bytes, for the two-slot store."""
        program = self.basal
        count = program.segments()
        size = _HEAD_SIZE + len(SETTINGS) * _ENTRY_SIZE + count * _SEGMENT_SIZE
        blob = bytearray(size)
        struct.pack_into(_HEAD, blob, 0, _FORMAT, len(SETTINGS), count)
        at = _HEAD_SIZE
        for index in range(len(SETTINGS)):
            struct.pack_into(_ENTRY, blob, at, SETTINGS[index][0], self._values[index])
            at += _ENTRY_SIZE
        for index in range(count):
            start, rate = program.starts_min[index], program.rates_mu_h[index]
            struct.pack_into(_SEGMENT, blob, at, start, rate)
            at += _SEGMENT_SIZE
        return bytes(blob)

    def decode(self, blob):
        """Take over stored bytes. False, and nothing changed, when they are not settings."""
        if len(blob) < _HEAD_SIZE:
            return False
        form, entries, count = struct.unpack_from(_HEAD, blob, 0)
        at_segments = _HEAD_SIZE + entries * _ENTRY_SIZE
        if form != _FORMAT or len(blob) != at_segments + count * _SEGMENT_SIZE:
            return False
        segments = []
        for index in range(count):
            at = at_segments + index * _SEGMENT_SIZE
            segments.append(struct.unpack_from(_SEGMENT, blob, at))
        if BasalProgram.check(segments, MOST_RATE_MU_H) != codes.OK:
            return False
        for index in range(entries):
            at = _HEAD_SIZE + index * _ENTRY_SIZE
            number, value = struct.unpack_from(_ENTRY, blob, at)
            if self.check(number, value) == codes.OK:
                self.set(number, value)
        self.basal.replace(segments)
        return True
