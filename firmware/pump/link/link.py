"""Answers what comes in over the serial port: framed requests and typed words. It owns no port.

How the app uses it, once in each turn of its loop:

    link.advance(elapsed_ms)
    link.feed(port.read(link.room()))      # also with b"": an earlier request may still wait
    out = link.pending(256)
    if out:
        link.sent(port.write(out))

One answer at a time stands in the output. While it does, later requests wait in at most ROOM
bytes of input, then in the USB buffers, then in the host: a flood costs the pump no memory. One
`feed` decodes at most ROOM bytes and answers at most one request. With nothing to do, `advance`,
`feed` and `pending` allocate nothing.

An answer that says that something was changed leaves only when the change is durable; when that
takes too long, FAULT leaves in its place.

What the app gives: `service`, an object with these methods. Numbers are ints, times as in
core/clock.py, codes as in core/codes.py. None may wait. Only the last eight change anything, and
sealed commands, which go to `pump`, the core itself.

    opened()                      the first request since the start has come: log it if you like
    identity()                    (name, board, (major, minor, patch), unique id, boot number);
                                  the id as bytes
    status()                      ints in the order of protocol.STATUS_NAMES
    settings()                    rows (number, name, value, least, most), in order, at most 77
    basal()                       rows (start minute, rate in mU/h)
    program(number)               (number in force, number of its name, rows as of `basal`), the
                                  last two of one of the four programs
    clock()                       (local_s, utc_offset_min, trusted, uptime_s, uptime_ms)
    log_range()                   (first_seq, next_seq) of the durable records
    read_records(seq, buffer)     as Journal.read_into; OSError is answered with FAULT
    screen()                      the display's frame buffer, or None
    durable()                     whether all that the core has said is in the flash
    may_change()                  -> code: whether something may be changed without a seal
    changed()                     the change that it allowed is made, or was refused
    set_setting(number, value)    -> code
    set_basal(segments)           -> code; a list of (start minute, rate in mU/h), unchecked
    set_program(number, segments) -> code; the same for any of the four; none: take it away
    activate_program(number)      -> code
    name_program(number, name)    -> code
    set_clock(local_s, utc_offset_min) -> code
    acknowledge()                 -> code; the highest alarm that waits
    request_service()             -> code; after OK the app goes on until `idle()`, at most 1 s,
                                  so that the answer gets out, then leaves its loop
"""

import struct

from micropython import const

from pump.core import codes, record
from pump.link import frame, protocol
from pump.link.editor import LineEditor

ROOM = const(256)
_STALE_MS = const(2000)
_TEXT_AT_ONCE = const(192)
_DURABLE_MS = const(2000)
_STATUS_SIZE = struct.calcsize(protocol.STATUS_LAYOUT)


class Link:
    """One conversation with whatever is at the other end of the port."""

    def __init__(self, service, forget=None):
        """`forget()` lets go of the modules that are loaded for a typed line or a seal."""
        self._service = service
        self._forget = forget
        self._deframer = frame.Deframer(protocol.MOST_REQUEST)
        self._editor = LineEditor()
        self._lines = None  # generator of text that is being sent
        self._held = b""  # input not yet used, from _held_at on
        self._held_at = 0
        self._loose = b""  # typed bytes not yet used, from _loose_at on
        self._loose_at = 0
        self._out = b""
        self._out_at = 0
        self._answer = bytearray(protocol.MOST_ANSWER)
        self._answer_view = memoryview(self._answer)
        self._silent_ms = 0
        self._promise = 0  # the kind of answer that waits until the change it tells is durable
        self._promise_ms = 0
        self._opened = False
        self.dropped_bytes = 0  # fed beyond `room`

    def room(self):
        """How many bytes may be fed now; 0 while a request waits for the output."""
        return 0 if self._held_at < len(self._held) else ROOM

    def idle(self):
        """Nothing waits, neither to be answered nor to be sent."""
        return (
            self._out_at >= len(self._out)
            and self._lines is None
            and self._held_at >= len(self._held)
            and self._loose_at >= len(self._loose)
        )

    def advance(self, elapsed_ms):
        """Let time go by: a frame whose rest does not come within 2 s is given up."""
        if self._deframer.unfinished() and self.room():
            self._silent_ms += elapsed_ms
            if self._silent_ms >= _STALE_MS:
                self._deframer.drop()
        else:
            self._silent_ms = 0
        if self._promise:
            self._promise_ms += elapsed_ms
            if self._promise_ms >= _DURABLE_MS:
                self._say(self._answer[1], self._promise, codes.FAULT, 0)

    def feed(self, data):
        """Take bytes from the port (b"" too) and do one piece of work."""
        if data:
            self._hold(data)
        if self._out_at < len(self._out):
            return
        if self._lines is not None:
            self._send_lines()
            return
        while self._loose_at < len(self._loose) or self._held_at < len(self._held):
            if self._loose_at < len(self._loose):
                self._use_loose()
            else:
                self._use_held()
            if self._out_at < len(self._out):
                return

    def pending(self, limit):
        """Up to `limit` bytes to send now, as a view; they stay until `sent`."""
        if self._out_at >= len(self._out):
            return b""
        if self._promise:
            if not self._service.durable():
                return b""
            self._promise = 0
        return memoryview(self._out)[self._out_at : self._out_at + limit]

    def sent(self, count):
        """The port has taken the first `count` of the pending bytes."""
        self._out_at += count
        if self._out_at >= len(self._out):
            self._out = b""
            self._out_at = 0

    def take(self, limit):
        """`pending` and `sent` in one, for a port that takes everything."""
        data = bytes(self.pending(limit))
        self.sent(len(data))
        return data

    # Input

    def _hold(self, data):
        self._silent_ms = 0
        if self._held_at >= len(self._held):
            self._held = data if len(data) <= ROOM else data[:ROOM]
            self._held_at = 0
            self.dropped_bytes += len(data) - len(self._held)
        else:
            self.dropped_bytes += len(data)  # the app did not ask `room`

    def _use_held(self):
        deframer = self._deframer
        self._held_at = deframer.feed(self._held, self._held_at)
        if deframer.loose is not None:
            self._loose = deframer.loose
            self._loose_at = 0
        if deframer.payload is not None:
            self._request(deframer.payload)

    def _use_loose(self):
        self._loose_at, line = self._editor.feed(self._loose, self._loose_at)
        self._out = self._editor.echo
        self._out_at = 0
        if line is not None:
            self._note_opened()
            from pump.link.console import answer

            self._lines = answer(self._service, line)

    def _send_lines(self):
        out = b""
        while len(out) < _TEXT_AT_ONCE:
            try:
                line = next(self._lines)  # pyright: ignore[reportArgumentType]
            except StopIteration:
                self._lines = None
                if self._forget:
                    self._forget()
                break
            except OSError:
                line = "The log cannot be read."
            out += line.encode() + b"\r\n"
        self._out = out
        self._out_at = 0

    def _note_opened(self):
        if not self._opened:
            self._opened = True
            self._service.opened()

    # Requests

    def _request(self, payload):
        if len(payload) < protocol.REQUEST_HEAD:
            return
        version, number, kind = payload[0], payload[1], payload[2]
        self._note_opened()
        body = payload[protocol.REQUEST_HEAD :]
        if version != protocol.VERSION and kind != protocol.IDENTIFY:
            code, size = codes.UNKNOWN, 0
        else:
            code, size = self._answer_to(kind, body)
        self._say(number, kind, code, size)
        if code == codes.OK and kind in _PROMISES:
            self._promise = kind
            self._promise_ms = 0

    def _answer_to(self, kind, body):
        if kind in protocol.CHANGES:
            code = self._service.may_change()
            if code == codes.OK:
                code = self.change(kind, body)
                self._service.changed()
            return code, 0
        if protocol.CHECK <= kind <= protocol.EXTENDED_BOLUS:
            return codes.NOT_PAIRED, 0
        handler = _HANDLERS.get(kind)
        return (codes.UNKNOWN, 0) if handler is None else handler(self, body)

    def _say(self, number, kind, code, size):
        """Put an answer in the output; `size`: bytes of its body, which stand in `_answer`."""
        head = (protocol.VERSION, number, kind | protocol.ANSWER, code)
        self._answer[: protocol.ANSWER_HEAD] = bytes(head)
        self._out = frame.pack(self._answer_view[: protocol.ANSWER_HEAD + size])
        self._out_at = 0
        self._promise = 0

    def change(self, kind, body):
        """Do one of protocol.CHANGES, whoever asked for it; returns a code."""
        return _CHANGERS[kind](self, body)

    # Each handler: body -> (code, how many bytes of the answer's body it has written)

    def _sealed(self, kind, body):
        try:
            from pump.link.sealed import answer
        except MemoryError:
            # No reason to stop delivery: nothing was taken, and the host will ask again.
            return codes.FAULT, 0
        code, found = answer(self, self._service, kind, body)
        self._answer[protocol.ANSWER_HEAD : protocol.ANSWER_HEAD + len(found)] = found
        if self._forget:
            self._forget()
        return code, len(found)

    def _command(self, body):
        return self._sealed(protocol.SEALED, body)

    def _pair(self, body):
        return self._sealed(protocol.PAIR, body)

    def _identify(self, _):
        name, board, version, unique_id, boot = self._service.identity()
        at = protocol.ANSWER_HEAD
        struct.pack_into("<HBBB", self._answer, at, boot, version[0], version[1], version[2])
        at += 5
        for text in (name.encode(), board.encode(), unique_id):
            self._answer[at] = len(text)
            self._answer[at + 1 : at + 1 + len(text)] = text
            at += 1 + len(text)
        return codes.OK, at - protocol.ANSWER_HEAD

    def _status(self, _):
        values = self._service.status()
        struct.pack_into(protocol.STATUS_LAYOUT, self._answer, protocol.ANSWER_HEAD, *values)
        return codes.OK, _STATUS_SIZE

    def _settings(self, _):
        at = protocol.ANSWER_HEAD
        for number, _name, value, least, most in self._service.settings():
            struct.pack_into(protocol.SETTING_LAYOUT, self._answer, at, number, value, least, most)
            at += struct.calcsize(protocol.SETTING_LAYOUT)
        return codes.OK, at - protocol.ANSWER_HEAD

    def _set_setting(self, body):
        if len(body) != 5:
            return codes.OUT_OF_RANGE
        number, value = struct.unpack("<Bi", body)
        return self._service.set_setting(number, value)

    def _basal(self, _):
        return codes.OK, self._put_segments(self._service.basal(), 0)

    def _program(self, body):
        if len(body) != 1 or not 1 <= body[0] <= protocol.PROGRAMS:
            return codes.OUT_OF_RANGE, 0
        active, name, segments = self._service.program(body[0])
        at = protocol.ANSWER_HEAD
        self._answer[at], self._answer[at + 1] = active, name
        return codes.OK, self._put_segments(segments, 2)

    def _put_segments(self, segments, size):
        """Add them to so many bytes of an answer; how many it has then."""
        at = protocol.ANSWER_HEAD + size
        for start_min, rate_mu_h in segments:
            struct.pack_into(protocol.SEGMENT_LAYOUT, self._answer, at, start_min, rate_mu_h)
            at += protocol.SEGMENT_SIZE
        return at - protocol.ANSWER_HEAD

    def _set_basal(self, body):
        if not body or len(body) % protocol.SEGMENT_SIZE:
            return codes.BAD_PROGRAM
        return self._service.set_basal(_segments(body, 0))

    def _set_program(self, body):
        if len(body) % protocol.SEGMENT_SIZE != 1:
            return codes.BAD_PROGRAM
        return self._service.set_program(body[0], _segments(body, 1))

    def _activate_program(self, body):
        if len(body) != 1:
            return codes.OUT_OF_RANGE
        return self._service.activate_program(body[0])

    def _name_program(self, body):
        if len(body) != 2:
            return codes.OUT_OF_RANGE
        return self._service.name_program(body[0], body[1])

    def _time(self, _):
        local_s, offset_min, trusted, uptime_s, uptime_ms = self._service.clock()
        flags = protocol.CLOCK_TRUSTED if trusted else 0
        struct.pack_into(
            protocol.TIME_LAYOUT,
            self._answer,
            protocol.ANSWER_HEAD,
            local_s,
            offset_min,
            flags,
            uptime_s,
            uptime_ms,
        )
        return codes.OK, struct.calcsize(protocol.TIME_LAYOUT)

    def _set_time(self, body):
        if len(body) != 6:
            return codes.OUT_OF_RANGE
        local_s, offset_min = struct.unpack("<Ih", body)
        return self._service.set_clock(local_s, offset_min)

    def _log(self, body):
        if len(body) != 6:
            return codes.OUT_OF_RANGE, 0
        seq, count = struct.unpack("<IH", body)
        at = protocol.ANSWER_HEAD
        first, following = self._service.log_range()
        struct.pack_into("<II", self._answer, at, first, following)
        at += 8
        count = min(count, protocol.MOST_RECORDS)
        view = self._answer_view[at : at + count * record.RECORD_SIZE]
        try:
            found = self._read_window(seq, seq + count, view)
        except OSError:
            return codes.FAULT, 0
        return codes.OK, 8 + found * record.RECORD_SIZE

    def _read_window(self, seq, end, view):
        """Read the records seq .. end - 1 that there are; returns how many.

        The journal hands out fewer than fit where one of its files ends: what it left out must
        not look like a gap to the host.
        """
        found = 0
        while seq < end:
            more = self._service.read_records(seq, view[found * record.RECORD_SIZE :])
            if not more:
                break
            found += more
            seq = record.seq_of(view[(found - 1) * record.RECORD_SIZE :]) + 1
        # Behind a gap the journal goes on with records of a later window: those are not asked for.
        while found and record.seq_of(view[(found - 1) * record.RECORD_SIZE :]) >= end:
            found -= 1
        return found

    def _acknowledge(self, _):
        return self._service.acknowledge()

    def _request_service(self, _):
        return self._service.request_service()

    def _screen(self, body):
        picture = self._service.screen()
        if picture is None or len(body) != 2:
            return codes.UNKNOWN, 0
        (offset,) = struct.unpack("<H", body)
        part = memoryview(picture)[offset : offset + protocol.SCREEN_SLICE]
        at = protocol.ANSWER_HEAD
        self._answer[at : at + len(part)] = part
        return codes.OK, len(part)


def _segments(body, at):
    """What follows in a request, as (start minute, rate) of each segment."""
    layout, size = protocol.SEGMENT_LAYOUT, protocol.SEGMENT_SIZE
    return [struct.unpack_from(layout, body, place) for place in range(at, len(body), size)]


_HANDLERS = {
    protocol.IDENTIFY: Link._identify,
    protocol.STATUS: Link._status,
    protocol.SETTINGS: Link._settings,
    protocol.BASAL: Link._basal,
    protocol.TIME: Link._time,
    protocol.LOG: Link._log,
    protocol.SCREEN: Link._screen,
    protocol.PROGRAM: Link._program,
    protocol.PAIR: Link._pair,
    protocol.SEALED: Link._command,
}
# body -> code
_CHANGERS = {
    protocol.SET_SETTING: Link._set_setting,
    protocol.SET_BASAL: Link._set_basal,
    protocol.SET_TIME: Link._set_time,
    protocol.ACKNOWLEDGE: Link._acknowledge,
    protocol.SERVICE: Link._request_service,
    protocol.SET_PROGRAM: Link._set_program,
    protocol.ACTIVATE_PROGRAM: Link._activate_program,
    protocol.NAME_PROGRAM: Link._name_program,
}
_PROMISES = protocol.CHANGES + (protocol.PAIR, protocol.SEALED)
