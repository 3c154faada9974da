"""The 32-byte journal record: how one event is laid out in flash and on the link.

    offset size
     0      4   seq        counts up by one for ever, never reused
     4      2   boot       counts the starts of the board
     6      1   event      number in the event table
     7      4   uptime_s   whole seconds since this boot
    11      2   uptime_ms  milliseconds in that second (bits 0-9); bit 15: the clock was trusted
    13      4   local_s    what the pump's clock showed: seconds since 2020-01-01 00:00 local time
    17     11   fields     as the event table says, zeros after them
    28      4   crc        CRC-32 of bytes 0 to 27

All little-endian. A second is the unit of the two long times so that they stay small integers.
"""

import struct
from binascii import crc32

from micropython import const

RECORD_SIZE = const(32)
FIELDS_AT = const(17)
FIELDS_SIZE = const(11)
CLOCK_TRUSTED = const(0x8000)
_MS_MASK = const(0x03FF)
_CRC_AT = const(28)
_HEADER = "<IHBIHI"


def pack(seq, boot, event, uptime_s, uptime_ms, trusted, local_s, layout, values):
    """One record as bytes. `layout` is the struct format of the event's fields."""
    record = bytearray(RECORD_SIZE)
    stamp = uptime_ms | CLOCK_TRUSTED if trusted else uptime_ms
    struct.pack_into(_HEADER, record, 0, seq, boot, event, uptime_s, stamp, local_s)
    struct.pack_into(layout, record, FIELDS_AT, *values)
    struct.pack_into("<I", record, _CRC_AT, crc32(memoryview(record)[:_CRC_AT]))
    return record


def is_whole(record):
    """True when the 32 bytes carry their own checksum and are not blank."""
    if len(record) != RECORD_SIZE:
        return False
    (crc,) = struct.unpack_from("<I", record, _CRC_AT)
    return record[6] != 0 and crc == crc32(memoryview(record)[:_CRC_AT])


def seq_of(record):
    """The sequence number of a record."""
    return struct.unpack_from("<I", record, 0)[0]


def header(record):
    """(seq, boot, event, uptime_s, ms within that second, clock trusted, local_s)."""
    seq, boot, event, uptime_s, stamp, local_s = struct.unpack_from(_HEADER, record, 0)
    return seq, boot, event, uptime_s, stamp & _MS_MASK, stamp & CLOCK_TRUSTED != 0, local_s


def fields(record, layout):
    """The event's own values, by the struct format of its row."""
    return struct.unpack_from(layout, record, FIELDS_AT)
