"""Pairing, and commands that only the paired program can give: HMAC-SHA-256 over a fresh count.

Loaded when such a request came, and let go of after the answer: most pumps never see one.

What is sealed
    code      16 letters that the pump's screen shows, 80 random bits; nobody can try them all
    key       HMAC(code, "basalt key 1", unique id, the host's 16 random bytes), 32 bytes
    command   HMAC(key, "basalt command 1", unique id, boot, count, kind, arguments)
    answer    HMAC(key, "basalt answer 1", unique id, boot, count, kind, the answer)

Seals are cut to 16 bytes. A command is taken when its boot is the pump's own and its count is
above that of the last command taken: sent twice, late or in another order it is STALE, in this
start of the board and after any other. It stands in the log before what it does.
"""

import struct
from hashlib import sha256

from micropython import const

from pump.core import codes, events, extended, states, temporary
from pump.link import protocol

_SEAL_SIZE = const(16)
_NONCE_SIZE = const(16)
_BLOCK = const(64)  # of SHA-256
_HEAD = "<HIB"
_HEAD_SIZE = const(7)
_ANSWER = "<BHI"
_ANSWER_SIZE = const(7)
_MOST_WRONG_CODES = const(3)
# The arguments of those that have some and are no change of a setting.
_ARGUMENTS = {
    protocol.BOLUS: "<I",
    protocol.TEMPORARY_BASAL: "<HH",
    protocol.TEMPORARY_PERCENT: "<HH",
    protocol.EXTENDED_BOLUS: "<HHH",
}


# What is changed is told by the first argument.
_NUMBERED = (
    protocol.SET_SETTING,
    protocol.SET_PROGRAM,
    protocol.ACTIVATE_PROGRAM,
    protocol.NAME_PROGRAM,
)


def hmac(key, *parts):
    """HMAC-SHA-256 (RFC 2104) of the parts in a row, 32 bytes. A key of at most 64 bytes."""
    key = bytes(key) + bytes(_BLOCK - len(key))
    inner = sha256(bytes([byte ^ 0x36 for byte in key]))
    for part in parts:
        inner.update(part)
    outer = sha256(bytes([byte ^ 0x5C for byte in key]))
    outer.update(inner.digest())
    return outer.digest()


def same(left, right):
    """Whether two seals are equal, in a time that does not tell where they differ."""
    if len(left) != len(right):
        return False
    different = 0
    for index in range(len(left)):
        different |= left[index] ^ right[index]
    return different == 0


def answer(link, service, kind, body):
    """(code, body of the answer) for a pairing or a sealed command."""
    if kind == protocol.PAIR:
        return _pair(service, body)
    return _command(link, service, body)


def _pair(service, body):
    if len(body) != _NONCE_SIZE + _SEAL_SIZE:
        return codes.OUT_OF_RANGE, b""
    pump = service.pump
    remote = pump.remote
    if not remote.code or pump.clock.uptime_s > remote.code_until_s:
        return remote.turn_away(codes.NOT_NOW), b""
    unique_id = service.identity()[3]
    nonce, proof = body[:_NONCE_SIZE], body[_NONCE_SIZE:]
    if not same(proof, hmac(remote.code, b"basalt pair 1", unique_id, nonce)[:_SEAL_SIZE]):
        remote.wrong_codes += 1
        if remote.wrong_codes >= _MOST_WRONG_CODES:
            remote.code = b""
        return remote.turn_away(codes.WRONG_KEY), b""
    key = hmac(remote.code, b"basalt key 1", unique_id, nonce)
    if key != pump.settings.remote_key:  # else the answer got lost and it is asked again
        remote.pair(key, events.SOURCE_LINK)
        pump.settings_dirty = True
    return codes.OK, hmac(key, b"basalt paired 1", unique_id, nonce)[:_SEAL_SIZE]


def _command(link, service, body):
    pump = service.pump
    remote = pump.remote
    key = pump.settings.remote_key
    if not key:
        return remote.turn_away(codes.NOT_PAIRED), b""
    if len(body) < _HEAD_SIZE + _SEAL_SIZE:
        return remote.turn_away(codes.WRONG_KEY), b""
    told, seal = body[:-_SEAL_SIZE], body[-_SEAL_SIZE:]
    unique_id = service.identity()[3]
    if not same(seal, hmac(key, b"basalt command 1", unique_id, told)[:_SEAL_SIZE]):
        return remote.turn_away(codes.WRONG_KEY), b""
    boot, count, kind = struct.unpack_from(_HEAD, told, 0)
    if boot != pump.log.boot or count <= remote.count:
        return remote.turn_away(codes.STALE), b""
    remote.count = count
    seq = pump.log.next_seq
    code = _take(link, pump, kind, told[_HEAD_SIZE:])
    result = struct.pack(_ANSWER, code, pump.bolus.last_id, seq)
    return codes.OK, result + hmac(key, b"basalt answer 1", unique_id, told[:_HEAD_SIZE], result)[
        :_SEAL_SIZE
    ]


def _take(link, pump, kind, arguments):
    """Record the command, then do it. Its record says what came of it."""
    if kind == protocol.CHECK:
        return codes.OK
    remote = pump.remote
    if not remote.begin() and not _stops_something(pump, kind):
        return remote.turn_away(codes.TOO_MANY)
    if pump.settings.remote_boot != pump.log.boot:
        pump.settings.remote_boot = pump.log.boot
        pump.settings_dirty = True
    asked = _asked(kind, arguments)
    at = len(pump.log.outbox)
    pump.log.write(events.REMOTE, remote.count, kind, codes.OK, asked)
    code = _do(link, pump, kind, arguments)
    if code != codes.OK:
        pump.log.amend(at, events.REMOTE, remote.count, kind, code, asked)
    remote.changed()
    return code


def _stops_something(pump, kind):
    """Whether this ends a delivery: that is never one command too many."""
    if kind == protocol.STOP:
        return pump.bolus.active or pump.extended is not None or pump.move.active
    return kind == protocol.SUSPEND and pump.state in (states.RUNNING, states.BOLUS)


def _asked(kind, arguments):
    """The number that the record keeps: dose, rate, percentage, which setting or program."""
    if kind in _NUMBERED and arguments:
        return arguments[0]
    layout = _ARGUMENTS.get(kind)
    if layout is None or len(arguments) != struct.calcsize(layout):
        return 0
    values = struct.unpack(layout, arguments)
    return values[0] + values[1] if kind == protocol.EXTENDED_BOLUS else values[0]


def _do(link, pump, kind, arguments):
    if kind in protocol.CHANGES:
        return link.change(kind, arguments)
    layout = _ARGUMENTS.get(kind, "<")
    if len(arguments) != struct.calcsize(layout):
        return codes.OUT_OF_RANGE
    source = events.SOURCE_LINK
    values = struct.unpack(layout, arguments)
    if kind == protocol.BOLUS:
        return pump.give_bolus(values[0], source)
    if kind == protocol.EXTENDED_BOLUS:
        return extended.begin(pump, values[0], values[1], values[2], source)
    if kind == protocol.TEMPORARY_PERCENT:
        return temporary.begin(pump, values[0], 0, values[1], source)
    if kind == protocol.TEMPORARY_BASAL:
        return temporary.begin(pump, temporary.NO_PERCENT, values[0], values[1], source)
    return _end(pump, kind, source)


def _end(pump, kind, source):
    """What ends a delivery, or takes one up again."""
    if kind == protocol.STOP:
        return pump.change().stop() if pump.move.active else pump.stop_bolus(source)
    if kind == protocol.SUSPEND:
        return pump.suspend(source)
    if kind == protocol.RESUME:
        return pump.resume(source)
    if kind == protocol.END_TEMPORARY:
        return temporary.cancel(pump, source)
    return codes.UNKNOWN
