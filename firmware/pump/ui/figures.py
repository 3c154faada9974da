"""Numbers as people read them: doses, rates, times and dates as short texts."""

from micropython import const

DAY_S = const(86_400)
FIRST_YEAR = const(2020)
LAST_YEAR = const(2053)
_LEAP_CYCLE = const(4)
_MONTH_DAYS = b"\x1f\x1c\x1f\x1e\x1f\x1e\x1f\x1f\x1e\x1f\x1e\x1f"


def dose(dose_mu):
    """1250 -> "1.25": units, rounded down to what two places can say."""
    return "%d.%02d" % (dose_mu // 1000, dose_mu % 1000 // 10)


def amount(dose_mu):
    """A large amount: "187", below ten units "9.5"; "---" for one that is not known."""
    if dose_mu < 0:
        return "---"
    if dose_mu >= 10_000:
        return "%d" % (dose_mu // 1000)
    return "%d.%d" % (dose_mu // 1000, dose_mu % 1000 // 100)


def rate(rate_mu_h):
    """800 -> "0.80", 25 -> "0.025", 12500 -> "12.5": never a place less than the rate has."""
    whole, part = rate_mu_h // 1000, rate_mu_h % 1000
    if part % 10:
        return "%d.%03d" % (whole, part)
    if whole >= 10 and part % 100 == 0:
        return "%d.%d" % (whole, part // 100)
    return "%d.%02d" % (whole, part // 10)


def speed(speed_mu_min):
    """1500 -> "1.5"."""
    return "%d.%d" % (speed_mu_min // 1000, speed_mu_min % 1000 // 100)


def nearest(dose_mu):
    """A measured amount, rounded to the nearest hundredth: 298 -> "0.30"."""
    return dose(dose_mu + 5)


def hour_minute(minute):
    """A minute of the day as "14:05"."""
    return "%02d:%02d" % (minute // 60, minute % 60)


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
