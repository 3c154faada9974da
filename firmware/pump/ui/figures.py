"""Numbers as people read them: doses, rates and times as short texts."""


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


def left(milliseconds):
    """A time that is left as "1:05", in hours and minutes, rounded up."""
    minutes = (milliseconds + 59_999) // 60_000
    return "%d:%02d" % (minutes // 60, minutes % 60)
