"""Keeps the wall clock in a DS3231, which goes on by its own cell while the power is off."""

from micropython import const

_ADDRESS = const(0x68)
_SECONDS = const(0x00)
_STATUS = const(0x0F)
_STOPPED = const(0x80)  # the oscillator stood still: the time is not right (datasheet, status)
_DAY_S = const(86_400)
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FIRST_YEAR = const(20)  # the epoch of core/clock.py is 2020-01-01


class DS3231:
    """The clock on an `i2c` bus; it keeps the pump's local time. Nothing here raises."""

    def __init__(self, i2c):
        self._i2c = i2c

    def read_s(self):
        """Seconds since 2020-01-01 00:00 local, or -1: no clock there, or it does not know."""
        try:
            if self._i2c.readfrom_mem(_ADDRESS, _STATUS, 1)[0] & _STOPPED:
                return -1
            data = self._i2c.readfrom_mem(_ADDRESS, _SECONDS, 7)
        except OSError:
            return -1
        second, minute, hour = _number(data[0]), _number(data[1]), _number(data[2] & 0x3F)
        day, month, year = _number(data[4]), _number(data[5] & 0x1F), _number(data[6])
        if not (second < 60 and minute < 60 and hour < 24 and year >= _FIRST_YEAR):
            return -1
        if not (1 <= month <= 12 and 1 <= day <= _days_in(month, year)):
            return -1
        days = day - 1
        for earlier in range(_FIRST_YEAR, year):
            days += 366 if earlier % 4 == 0 else 365
        for earlier in range(1, month):
            days += _days_in(earlier, year)
        return days * _DAY_S + hour * 3600 + minute * 60 + second

    def write_s(self, local_s):
        """Set it. False: there is none, or it did not answer."""
        days, second = local_s // _DAY_S, local_s % _DAY_S
        weekday = (days + 2) % 7 + 1  # 2020-01-01 was a Wednesday; 1 is Monday
        year = _FIRST_YEAR
        while days >= (366 if year % 4 == 0 else 365):
            days -= 366 if year % 4 == 0 else 365
            year += 1
        month = 1
        while days >= _days_in(month, year):
            days -= _days_in(month, year)
            month += 1
        parts = (second % 60, second // 60 % 60, second // 3600, weekday, days + 1, month, year)
        try:
            self._i2c.writeto_mem(_ADDRESS, _SECONDS, bytes([_bcd(part) for part in parts]))
            status = self._i2c.readfrom_mem(_ADDRESS, _STATUS, 1)[0]
            self._i2c.writeto_mem(_ADDRESS, _STATUS, bytes((status & ~_STOPPED & 0xFF,)))
        except OSError:
            return False
        return True


def _days_in(month, year):
    # Every fourth year until 2099, the last that the part knows.
    return 29 if month == 2 and year % 4 == 0 else _MONTHS[month - 1]


def _number(bcd):
    return (bcd >> 4) * 10 + (bcd & 15)


def _bcd(number):
    return number // 10 << 4 | number % 10
