"""The calendar: dates of the pump's clock and its distance from UTC, for pages that show them."""

from micropython import const

DAY_S = const(86_400)
FIRST_YEAR = const(2020)
LAST_YEAR = const(2053)
_LEAP_CYCLE = const(4)
_MONTH_DAYS = b"\x1f\x1c\x1f\x1e\x1f\x1e\x1f\x1f\x1e\x1f\x1e\x1f"


def offset(minutes):
    """A distance from UTC as "+1:00"."""
    sign = "-" if minutes < 0 else "+"
    minutes = abs(minutes)
    return "%s%d:%02d" % (sign, minutes // 60, minutes % 60)


def month_days(year, month):
    """How many days a month has; the years from 2020 to 2053 need no rule of centuries."""
    return 29 if month == 2 and year % _LEAP_CYCLE == 0 else _MONTH_DAYS[month - 1]


def date_of(local_s):
    """(year, month, day) of the pump's clock."""
    days = local_s // DAY_S
    year, month = FIRST_YEAR, 1
    while days >= month_days(year, month):
        days -= month_days(year, month)
        month += 1
        if month > 12:
            year, month = year + 1, 1
    return year, month, days + 1


def local_s_of(year, month, day, minute):
    """The pump's clock for a date and a minute of that day."""
    days = day - 1
    for earlier in range(FIRST_YEAR, year):
        days += 366 if earlier % _LEAP_CYCLE == 0 else 365
    for earlier in range(1, month):
        days += month_days(year, earlier)
    return days * DAY_S + minute * 60
