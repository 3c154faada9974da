"""The other way to talk to the pump: a person types a word at a terminal and reads the answer.

Loaded when a line was typed, and let go of after the answer.
"""

from micropython import const

from pump.core import alarms, codes, event_table, record, states
from pump.link import protocol

_TAIL = const(10)

HELP = (
    "Basalt, a model of an insulin pump. It pumps water: not a medical device.",
    "  status    what it is doing now",
    "  log       the newest records of its log",
    "  time      its clock",
    "  settings  the settings and the basal program",
    "  version   name, board, version and number of this pump",
    "  service   stop being a pump and leave this port to mpremote (only while nothing is given)",
    "Programs talk to it in frames: see `basalt --help` on a computer.",
)


def answer(service, line):
    """A generator of the lines that answer a typed one."""
    word = line.strip().lower()
    row = _COMMANDS.get(word)
    if row is None:
        return _lines(("I do not know '" + word + "'. Type help.",))
    return row(service)


def _lines(lines):
    for line in lines:
        yield line


def _help(_):
    return _lines(HELP)


def _status(service):
    values = service.status()
    state, flags, raised, waiting = values[:4]
    yield "state      " + states.STATES[state]
    yield "basal      " + units(values[6]) + " U/h"
    if flags & protocol.BOLUS_RUNNING:
        yield "bolus      " + units(values[9]) + " of " + units(values[8]) + " U given"
    yield "reservoir  " + ("not set" if values[4] < 0 else units(values[4]) + " U")
    yield "battery    " + ("none" if values[5] < 0 else str(values[5]) + " mV")
    for number in range(1, len(alarms.PRIORITIES)):
        if raised >> number & 1:
            word = " (not acknowledged)" if waiting >> number & 1 else ""
            yield "alarm      " + event_table.ALARM_NAMES[number] + word
    yield "up         " + str(values[11]) + " s, start " + str(values[10])
    yield "free       " + str(values[15]) + " bytes"
    yield "log        records " + str(values[16]) + " to " + str(values[17] - 1)


def _time(service):
    local_s, offset_min, trusted = service.clock()[:3]
    doubt = "" if trusted else ", not set since the power was lost"
    yield local_text(local_s) + ", UTC" + offset_text(offset_min) + doubt


def _version(service):
    name, board, version, unique_id, boot = service.identity()
    yield name + " on " + board + ", version " + ".".join([str(part) for part in version])
    yield "number " + "".join(["%02x" % byte for byte in unique_id]) + ", start " + str(boot)


def _settings(service):
    for number, name, value, least, most in service.settings():
        yield "%2d %s = %d  (%d to %d)" % (number, name, value, least, most)
    active = service.program(1)[0]
    for number in range(1, protocol.PROGRAMS + 1):
        _, name, segments = service.program(number)
        if segments and (number != active or name or active > 1):
            force = ", in force" if number == active else ""
            word = " " + event_table.PROGRAM_NAMES[name] if name else ""
            yield "basal program %d%s, %d segments%s" % (number, word, len(segments), force)
    for start_min, rate_mu_h in service.basal():
        yield "basal from %02d:%02d  %s U/h" % (start_min // 60, start_min % 60, units(rate_mu_h))


def _service(service):
    code = service.may_change()
    if code == codes.OK:
        code = service.request_service()
        service.changed()
    if code == codes.OK:
        yield "Service: the motor is off and nothing is given. Use mpremote now; a reset ends it."
    else:
        yield "Refused: " + codes.CODES[code] + "."


def _log(service):
    first, following = service.log_range()
    buffer = bytearray(_TAIL * record.RECORD_SIZE)
    seq = following - _TAIL
    count = service.read_records(seq if seq > first else first, memoryview(buffer))
    if not count:
        yield "The log is empty."
    for index in range(count):
        at = index * record.RECORD_SIZE
        yield record_text(buffer[at : at + record.RECORD_SIZE])


_COMMANDS = {
    "help": _help,
    "?": _help,
    "status": _status,
    "log": _log,
    "time": _time,
    "version": _version,
    "settings": _settings,
    "service": _service,
}


def record_text(raw):
    """One record as a line: number, local time, name, fields."""
    seq, _, event, _, _, trusted, local_s = record.header(raw)
    row = event_table.row_of(event)
    text = "%d  %s%s  " % (seq, local_text(local_s), " " if trusted else "?")
    if row is None:
        return text + "event " + str(event)
    text += row[1]
    values = record.fields(raw, event_table.layout(row[3]))
    for field, value in zip(row[3], values):
        if len(field) > 2 and value < len(field[2]):
            value = field[2][value]
        text += " %s=%s" % (field[0], value)
    return text


def units(mu):
    """Milliunits as units with three decimals."""
    sign = "-" if mu < 0 else ""
    mu = abs(mu)
    return "%s%d.%03d" % (sign, mu // 1000, mu % 1000)


def offset_text(minutes):
    """An offset from UTC as +HH:MM."""
    sign = "-" if minutes < 0 else "+"
    minutes = abs(minutes)
    return "%s%02d:%02d" % (sign, minutes // 60, minutes % 60)


def local_text(local_s):
    """Seconds since 2020-01-01 as YYYY-MM-DD HH:MM:SS."""
    day, second = divmod(local_s, 86_400)
    year = 2020
    while day >= 365 + (year % 4 == 0):
        day -= 365 + (year % 4 == 0)
        year += 1
    month = 1
    while day >= _month_days(year, month):
        day -= _month_days(year, month)
        month += 1
    return "%04d-%02d-%02d %02d:%02d:%02d" % (
        year,
        month,
        day + 1,
        second // 3600,
        second // 60 % 60,
        second % 60,
    )


def _month_days(year, month):
    if month == 2:
        return 29 if year % 4 == 0 else 28
    return 30 if month in (4, 6, 9, 11) else 31
