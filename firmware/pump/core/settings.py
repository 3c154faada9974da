"""The settings in force, with the basal programs beside them; their table is in setting_table.py.

Apart from it because a running pump needs the values alone. A setting's number is never reused and
none is left out. What is stored is versioned by these numbers alone: an unknown one is skipped, a
missing one takes its default, one out of range is refused.
"""

import struct
from array import array

from micropython import const

from pump.core import codes
from pump.core.clock import DAY_S

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
STEPS_PER_UNIT = const(13)  # as calibrated, in tenths; 0: as the board says
BACKLASH_STEPS = const(14)  # taken up between a rewind and the fluid
INSULIN_MIN = const(15)  # how long a bolus acts; by the time of day see INSULIN_2_MIN
GLUCOSE_MMOL = const(16)  # typed and shown in mmol/L
# By the time of day: a later part begins at its minute, or is none with 0; a value of 0 in it
# means that of the first part.
DAY_PART_2_MIN = const(17)
DAY_PART_3_MIN = const(18)
DAY_PART_4_MIN = const(19)
CARB_RATIO_1 = const(20)
CARB_RATIO_2 = const(21)
CARB_RATIO_3 = const(22)
CARB_RATIO_4 = const(23)
FACTOR_1 = const(24)
FACTOR_2 = const(25)
FACTOR_3 = const(26)
FACTOR_4 = const(27)
TARGET_LOW_1 = const(28)
TARGET_LOW_2 = const(29)
TARGET_LOW_3 = const(30)
TARGET_LOW_4 = const(31)
TARGET_HIGH_1 = const(32)
TARGET_HIGH_2 = const(33)
TARGET_HIGH_3 = const(34)
TARGET_HIGH_4 = const(35)
BOLUS_DELAY_S = const(36)  # between the confirmation at the pump and the first step
MAX_ON_BOARD_MU = const(37)  # that a bolus may bring it to; 0: as much as the other limits let
# What follows when nobody touches the pump, 0 for nothing.
AUTO_OFF_H = const(38)  # without a press: none or at least 5 h, as in pumps that people wear
AUTO_RESUME_MIN = const(39)  # of a suspension by hand
SET_DAYS = const(40)  # that a site is used
LANGUAGE = const(41)  # of the display: 0 English, 1 German
GLUCOSE_CHECK_MIN = const(42)  # after a bolus
MEAL_FROM_MIN = const(43)  # of the day: a bolus is to come from here on
MEAL_UNTIL_MIN = const(44)
DAILY_1_MIN = const(45)  # of the day, and three more
DAILY_2_MIN = const(46)
DAILY_3_MIN = const(47)
DAILY_4_MIN = const(48)
RESERVOIR_DAYS = const(49)  # that it is used
QUICK_STEP_MU = const(50)  # of a press of a quick bolus; 0: there is none
CHILD_LOCK = const(51)  # once the display went dark keys want a sequence first
MODE = const(52)  # who is at the buttons: 0 clinician, 1 user
MODE_CODE = const(53)  # back to the first, as four digits: 1 UP, 2 DOWN, 3 OK
INSULIN_2_MIN = const(54)  # INSULIN_MIN in the later parts of the day
INSULIN_3_MIN = const(55)
INSULIN_4_MIN = const(56)

# Default, least and most of each by number, from 1, as little-endian words: setting_table.py in
# a form that a start loads at once.
# limits: made by tools/write_documents.py
LIMITS = (
    b"\x32\x00\x00\x00\x0a\x00\x00\x00\xe8\x03\x00\x00"
    b"\xdc\x05\x00\x00\x64\x00\x00\x00\x00\x7d\x00\x00"
    b"\x10\x27\x00\x00\x00\x00\x00\x00\x30\x75\x00\x00"
    b"\x20\x4e\x00\x00\x00\x00\x00\x00\x60\xea\x00\x00"
    b"\xa0\x86\x01\x00\x00\x00\x00\x00\xe0\x93\x04\x00"
    b"\x88\x13\x00\x00\x00\x00\x00\x00\xb8\x88\x00\x00"
    b"\x20\x4e\x00\x00\x00\x00\x00\x00\xa0\x86\x01\x00"
    b"\x00\x00\x00\x00\x30\xfd\xff\xff\x48\x03\x00\x00"
    b"\x0f\x00\x00\x00\x05\x00\x00\x00\x3c\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xf0\x00\x00\x00"
    b"\x1e\x00\x00\x00\x0a\x00\x00\x00\x58\x02\x00\x00"
    b"\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x20\xa1\x07\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xd0\x07\x00\x00"
    b"\x68\x01\x00\x00\xb4\x00\x00\x00\xe0\x01\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x9f\x05\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x9f\x05\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x9f\x05\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xdc\x05\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xdc\x05\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xdc\x05\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xdc\x05\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x90\x01\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x90\x01\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x90\x01\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x90\x01\x00\x00"
    b"\x64\x00\x00\x00\x46\x00\x00\x00\xc8\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xc8\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xc8\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xc8\x00\x00\x00"
    b"\x78\x00\x00\x00\x46\x00\x00\x00\xfa\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xfa\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xfa\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xfa\x00\x00\x00"
    b"\x05\x00\x00\x00\x00\x00\x00\x00\x0a\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x60\xea\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x18\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xf0\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x0e\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xf0\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x9f\x05\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x9f\x05\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x9f\x05\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x9f\x05\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x9f\x05\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x9f\x05\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x0e\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xd0\x07\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00"
    b"\x57\x04\x00\x00\x57\x04\x00\x00\x05\x0d\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xe0\x01\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xe0\x01\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\xe0\x01\x00\x00"
)
# end of limits
_LIMITS_OF_ONE = "<iii"
_LIMITS_SIZE = const(12)

_LEAST_AUTO_OFF_H = const(5)
_LEAST_QUICK_MU = const(100)
_LEAST_INSULIN_MIN = const(180)
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
# The pairing is stored as entries like the settings, so that a version which knows of none skips
# it: from this number on the words of the key, then the boot.
_KEY_AT = const(256)
_KEY_WORDS = const(8)
_PAIRING_ENTRIES = const(9)
_KEY = "<8i"
# So are the basal programs that are not in force: which one is, with the names of all, and from
# SEGMENTS_AT on their segments; see programs.py.
_PROGRAMS_AT = const(300)
SEGMENTS_AT = const(512)
_MOST_STORED = const(864)  # bytes: three programs of 48 segments; the number of entries is a byte


class BasalProgram:
    """Rates through 24 hours: segments (start minute of day, rate in mU/h), the first at 0."""

    def __init__(self):
        self.starts_min = array("H", [0])
        self.rates_mu_h = array("H", [0])
        # The segment last asked for, for a pump that asks for the same one all the time.
        self.rate_from_s = self.rate_until_s = self.rate_then_mu_h = 0

    def segments(self):
        """How many segments there are, 1 to 48."""
        return len(self.starts_min)

    def rate_mu_h(self, minute):
        """The rate at a minute of the day."""
        return self.rate_at(minute * 60)

    def rate_at(self, local_s):
        """The rate at a time of the wall clock."""
        into_day_s = local_s % DAY_S
        starts_min = self.starts_min
        index = len(starts_min) - 1
        end_s = DAY_S
        while index > 0 and starts_min[index] * 60 > into_day_s:
            end_s = starts_min[index] * 60
            index -= 1
        self.rate_from_s = local_s - into_day_s + starts_min[index] * 60
        self.rate_until_s = local_s - into_day_s + end_s
        self.rate_then_mu_h = self.rates_mu_h[index]
        return self.rate_then_mu_h

    def day_mu(self):
        """The dose of a whole day, rounded down once, at the end."""
        return self.day_sixtieths() // 60

    def day_sixtieths(self):
        """The same in sixtieths of a mU, exactly."""
        total = 0
        for index in range(len(self.starts_min)):
            last = index + 1 == len(self.starts_min)
            end = DAY_MIN if last else self.starts_min[index + 1]
            total += self.rates_mu_h[index] * (end - self.starts_min[index])
        return total

    def replace(self, segments):
        """Take over a checked list of (start minute, rate)."""
        self.starts_min = array("H", [segment[0] for segment in segments])
        self.rates_mu_h = array("H", [segment[1] for segment in segments])
        self.rate_until_s = 0

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


def numbers():
    """The numbers of all settings."""
    return range(1, len(LIMITS) // _LIMITS_SIZE + 1)


def default(number):
    """What a setting is when nobody has changed it."""
    return _limits(number)[0]


def least_on(number):
    """Of a setting that is off with 0 the least that is not off; 0 where any value is."""
    if number == QUICK_STEP_MU:
        return _LEAST_QUICK_MU
    if number >= INSULIN_2_MIN:
        return _LEAST_INSULIN_MIN
    return _LEAST_AUTO_OFF_H if number == AUTO_OFF_H else 0


def _is_code(value):
    while value:
        if not 1 <= value % 10 <= 3:
            return False
        value //= 10
    return True


def _limits(number):
    return struct.unpack_from(_LIMITS_OF_ONE, LIMITS, (number - 1) * _LIMITS_SIZE)


class Settings:
    """The values in force."""

    def __init__(self):
        # By number, so that the running pump looks for nothing.
        limits = array("i", LIMITS)
        self._values = array("i", [0] + [limits[at] for at in range(0, len(limits), 3)])
        self.basal = BasalProgram()  # the one in force
        self.active = 1  # its number
        self.program_names = 0  # of all, four bits each
        self.stored_programs = b""  # the others, as entries of `encode`
        self.remote_key = b""  # 32 bytes while a program is paired
        self.remote_boot = 0  # the last start in which it paired or gave a command

    def get(self, number):
        """The value of a setting; IndexError for a number above them all, a bug."""
        return self._values[number]

    def any_rule(self):
        """Whether one is set of those that act as time goes by."""
        values = self._values
        return (
            any(values[AUTO_OFF_H:LANGUAGE])
            or any(values[GLUCOSE_CHECK_MIN : RESERVOIR_DAYS + 1])
            or self.insulin_by_day()
        )

    def insulin_by_day(self):
        """Whether how long a bolus acts goes by the time of day."""
        return any(self._values[INSULIN_2_MIN:])

    def longest_insulin_min(self):
        """The longest that a bolus acts in any part of the day."""
        return max(self._values[INSULIN_MIN], max(self._values[INSULIN_2_MIN:]))

    def check(self, number, value):
        """OK, UNKNOWN or OUT_OF_RANGE."""
        if number not in numbers():
            return codes.UNKNOWN
        _, least, most = _limits(number)
        least = least_on(number) if value and least_on(number) else least
        well = least <= value <= most and (number != MODE_CODE or _is_code(value))
        return codes.OK if well else codes.OUT_OF_RANGE

    def set(self, number, value):
        """Put a value that was checked."""
        self._values[number] = value

    def shown_program(self):
        """The number of the program in force, 0 where there is no other."""
        return self.active if self.stored_programs or self.active > 1 else 0

    def encode(self):
        """All of it as bytes, for the two-slot store."""
        program = self.basal
        count = program.segments()
        entries = [(number, self._values[number]) for number in numbers()]
        if self.remote_key:
            words = struct.unpack(_KEY, self.remote_key) + (self.remote_boot,)
            entries += [(_KEY_AT + index, words[index]) for index in range(len(words))]
        if self.active > 1 or self.program_names:
            entries.append((_PROGRAMS_AT, self.program_names << 2 | self.active - 1))
        stored = self.stored_programs
        at_stored = _HEAD_SIZE + len(entries) * _ENTRY_SIZE
        blob = bytearray(at_stored + len(stored) + count * _SEGMENT_SIZE)
        held = len(entries) + len(stored) // _ENTRY_SIZE
        struct.pack_into(_HEAD, blob, 0, _FORMAT, held, count)
        at = _HEAD_SIZE
        for number, value in entries:
            struct.pack_into(_ENTRY, blob, at, number, value)
            at += _ENTRY_SIZE
        at += len(stored)
        blob[at_stored:at] = stored
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
        words = []
        self.stored_programs = b""
        # As `check` does, for a start that has them all to look at: five times as fast.
        limits, values = array("i", LIMITS), self._values
        for index in range(entries):
            at = _HEAD_SIZE + index * _ENTRY_SIZE
            number, value = struct.unpack_from(_ENTRY, blob, at)
            if number >= _KEY_AT:
                self._take_other(number, value, words, blob[at : at + _ENTRY_SIZE])
            elif (
                0 < number < len(values)
                and limits[number * 3 - 2] <= value <= limits[number * 3 - 1]
            ):
                values[number] = value
        # Before there was a least: never none for one who wanted some.
        if 0 < values[AUTO_OFF_H] < _LEAST_AUTO_OFF_H:
            values[AUTO_OFF_H] = _LEAST_AUTO_OFF_H
        if len(words) == _PAIRING_ENTRIES:
            self.remote_boot = words.pop()
            self.remote_key = struct.pack(_KEY, *words)
        self.basal.replace(segments)
        return True

    def _take_other(self, number, value, words, entry):
        """An entry that is no setting: a word of the key, or of the programs."""
        if number == _KEY_AT + len(words):
            words.append(value)
        elif number == _PROGRAMS_AT:
            self.active = (value & 3) + 1
            self.program_names = value >> 2 & 0xFFFF
        elif number >= SEGMENTS_AT and len(self.stored_programs) < _MOST_STORED:
            self.stored_programs += entry  # looked at when it is used
