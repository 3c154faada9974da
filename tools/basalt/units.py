"""Settings and basal programs as a person writes them: units, rates and times of day."""

import re
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from basalt import firmware
from basalt.errors import WrongInput
from basalt.firmware import Setting

# The last part of a setting's name is its unit; longest first.
_UNITS = (
    ("_tenths_g", "g/U", 10),
    ("_tenths", "", 10),
    ("_mu_min", "U/min", 1000),
    ("_mu_h", "U/h", 1000),
    ("_mu", "U", 1000),
    ("_min", "min", 1),
    ("_mg_dl", "mg/dL", 1),
    ("_s", "s", 1),
    ("_h", "h", 1),
    ("_days", "days", 1),
)
_DAY_MIN = 1440
_TIME_OF_DAY = ("day_part_", "meal_", "daily_")  # of a setting whose minutes are a time of day


def short_name(setting: Setting) -> str:
    """A setting's name without its unit."""
    return setting.name.removesuffix(_unit(setting)[0])


def unit(setting: Setting) -> str:
    """What its value is shown in; '' for a plain number, a time of day, an offset from UTC."""
    as_time = setting.name.startswith(_TIME_OF_DAY)
    return "" if as_time or setting.number == firmware.UTC_OFFSET_SETTING else _unit(setting)[1]


def setting_named(name: str) -> Setting:
    """The setting of a short name; WrongInput that lists them for any other."""
    for setting in firmware.SETTINGS.values():
        if short_name(setting) == name.lower().replace("-", "_"):
            return setting
        if setting.name == name.lower():
            given = f" in {unit(setting)}" if unit(setting) else ""
            raise WrongInput(f"Call it {short_name(setting)}: its value is given{given} here.")
    names = ", ".join(short_name(setting) for setting in firmware.SETTINGS.values())
    raise WrongInput(f"There is no setting {name!r}; there are: basal, {names}.")


def value_text(setting: Setting, value: int) -> str:
    """A value in the setting's unit, without it."""
    if setting.number == firmware.UTC_OFFSET_SETTING:
        return offset_text(value)
    if setting.name.startswith(_TIME_OF_DAY):
        return time_text(value)
    scale = _unit(setting)[2]
    if scale == 10:
        return f"{value // 10}.{value % 10}"
    return decimal_text(value) if scale == 1000 else str(value)


def parse_value(setting: Setting, text: str) -> int:
    """What a person typed, as the number that the pump keeps; WrongInput when it is none."""
    if setting.number == firmware.UTC_OFFSET_SETTING:
        return parse_offset(text)
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", text.strip())
    if found and setting.name.startswith(_TIME_OF_DAY):
        return int(found[1]) * 60 + int(found[2])
    _, name, scale = _unit(setting)
    words = {"on": "1", "off": "0", "yes": "1", "no": "0"} if (setting.most == 1) else {}
    if setting.number == firmware.MODE_SETTING:
        words = {"clinician": "0", "user": "1"}
    plain = text.strip().removesuffix(name).strip() if name else text.strip()
    return _scaled(words.get(plain.lower(), plain), scale, short_name(setting), name)


def range_text(setting: Setting, least: int, most: int) -> str:
    """The bounds of a setting as a person reads them."""
    lowest = firmware.least_on(setting.number)
    begin = f"{value_text(setting, 0)}, or {value_text(setting, lowest)}" if lowest else ""
    text = f"{begin or value_text(setting, least)} to {value_text(setting, most)}"
    name = unit(setting)
    return f"{text} {name}" if name else text


def within(setting: Setting, value: int, least: int, most: int) -> bool:
    """Whether a setting may have this value, by the bounds that its pump tells."""
    lowest = firmware.least_on(setting.number) if value else 0
    return (lowest or least) <= value <= most


def parse_basal(text: str) -> list[tuple[int, int]]:
    """'00:00=0.80 06:30=1.20' as (start minute, rate in mU/h); WrongInput for anything else."""
    segments: list[tuple[int, int]] = []
    for part in re.split(r"[\s,;]+", text.strip()):
        found = re.fullmatch(r"(\d{1,2}):(\d{2})=(.+)", part)
        if not found:
            raise WrongInput(
                f"{part!r} is no part of a basal program; write it like"
                ' "00:00=0.80 06:30=1.20", in U/h.'
            )
        minute = int(found[1]) * 60 + int(found[2])
        if int(found[2]) > 59 or minute >= _DAY_MIN:
            raise WrongInput(f"{part!r} starts at no time of day; write 00:00 to 23:59.")
        segments.append((minute, _scaled(found[3], 1000, "a basal rate", "U/h")))
    _check_basal(segments)
    return segments


def basal_text(segments: list[tuple[int, int]]) -> str:
    """A basal program as it is typed."""
    return " ".join(f"{time_text(start)}={decimal_text(rate)}" for start, rate in segments)


def time_text(minute: int) -> str:
    """A minute of the day as HH:MM."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def parse_offset(text: str) -> int:
    """'+01:00', '-0330', 'Z' or minutes, as minutes east of UTC."""
    if text.strip().upper() in ("Z", "UTC"):
        return 0
    found = re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})", text.strip())
    if found:
        minutes = int(found[2]) * 60 + int(found[3])
        minutes = -minutes if found[1] == "-" else minutes
    elif re.fullmatch(r"[+-]?\d{1,3}", text.strip()):
        minutes = int(text)
    else:
        raise WrongInput(f"{text!r} is no offset from UTC; write it like +01:00.")
    setting = firmware.SETTINGS[firmware.UTC_OFFSET_SETTING]
    if not setting.least <= minutes <= setting.most:
        raise WrongInput(f"The offset from UTC must be -12:00 to +14:00, not {text}.")
    return minutes


def offset_text(minutes: int) -> str:
    """Minutes east of UTC as +HH:MM."""
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def parse_dose(text: str) -> int:
    """A dose that a person typed in units, as milliunits; WrongInput when it is none."""
    dose_mu = _scaled(text.strip().removesuffix("U").strip(), 1000, "a dose", "U")
    if dose_mu <= 0:
        raise WrongInput(f"A dose of {text} is none.")
    return dose_mu


def parse_temporary(text: str) -> tuple[bool, int]:
    """'150%' as (True, 150), '0.8' U/h as (False, 800); WrongInput for anything else."""
    plain = text.strip()
    if plain.endswith("%"):
        return True, _scaled(plain.removesuffix("%").strip(), 1, "a temporary basal", "%")
    rate = _scaled(plain.removesuffix("U/h").strip(), 1000, "a temporary basal", "U/h")
    return False, rate


def parse_minutes(text: str) -> int:
    """'90', '90min', '2h', '1h30' or '1h30m' as minutes; WrongInput for anything else."""
    found = re.fullmatch(r"(?:(\d{1,3})\s*h)?\s*(?:(\d{1,4})\s*(?:m(?:in)?)?)?", text.strip())
    if not found or not (found[1] or found[2]):
        raise WrongInput(f"{text!r} is no length of time; write it like 90min, 2h or 1h30.")
    return int(found[1] or 0) * 60 + int(found[2] or 0)


def decimal_text(mu: int) -> str:
    """Milliunits as units, with two decimals or with three where they are needed."""
    text = f"{Decimal(mu) / 1000:.3f}"
    return text[:-1] if text.endswith("0") else text


def reservoir_text(left_mu: int, left_min: int) -> str:
    """What is in the reservoir, and how long basal takes to use it up."""
    if left_mu < 0:
        return "not set"
    hours = f", {left_min // 60} h of basal" if left_min else ""
    return f"{decimal_text(left_mu)} U{hours}"


def running_text(given_mu: int, asked_mu: int, left_s: int) -> str:
    """What is given of an extended bolus, and how long it still runs."""
    given, asked = decimal_text(given_mu), decimal_text(asked_mu)
    return f"{given} of {asked} U, {-(-left_s // 60)} min more"


def _check_basal(segments: list[tuple[int, int]]) -> None:
    starts = [segment[0] for segment in segments]
    if starts[0] != 0:
        raise WrongInput("A basal program must start at 00:00; nothing was changed.")
    if any(later <= earlier for earlier, later in pairwise(starts)):
        raise WrongInput("The times of a basal program must rise; nothing was changed.")
    if len(segments) > firmware.MOST_SEGMENTS:
        raise WrongInput(
            f"A basal program has at most {firmware.MOST_SEGMENTS} segments; nothing was changed."
        )
    if any(not 0 <= rate <= 0xFFFF for _, rate in segments):
        raise WrongInput("A basal rate is 0 to 35 U/h; nothing was changed.")


def _scaled(text: str, scale: int, what: str, name: str) -> int:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > 2_000_000:
        raise WrongInput(
            f"{text!r} is no value for {what}; give a number" + (f" in {name}." if name else ".")
        )
    scaled = number * scale
    if scaled != scaled.to_integral_value():
        finest = f"{Decimal(1) / scale} {name}".strip()
        raise WrongInput(f"{text} is too fine for {what}: the smallest step is {finest}.")
    return int(scaled)


def _unit(setting: Setting) -> tuple[str, str, int]:
    for suffix, name, scale in _UNITS:
        if setting.name.endswith(suffix):
            return suffix, name, scale
    return "", "", 1
