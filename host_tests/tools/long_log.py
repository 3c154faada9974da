"""A log of many years, made of ten real days over and over: what import and report must bear."""

import zlib
from functools import cache

import numpy as np

from basalt import decode
from host_tests.tools import made_log

DAYS = 10
_DAY_S = 86_400


@cache
def _ten_days():
    return made_log.raw_log(made_log.several_days(DAYS, (1, 3, 6))[0])


def years(records):
    """At least so many whole records, as bytes: numbers, starts and days go on without a break."""
    one = np.frombuffer(_ten_days(), decode.RECORD)
    times = -(-records // len(one))
    log = np.tile(one, times)
    turn = np.repeat(np.arange(times), len(one))
    log["seq"] = np.arange(len(log)) + 1
    log["boot"] = log["boot"] + turn * int(one["boot"].max())
    log["local_s"] = log["local_s"] + turn * DAYS * _DAY_S
    raw = log.tobytes()
    size = decode.RECORD.itemsize
    log["crc"] = [zlib.crc32(raw[at : at + 28]) for at in range(0, len(raw), size)]
    return log.tobytes()
