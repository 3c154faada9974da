"""Talks to a running pump: one typed method for each request of firmware/pump/link/protocol.py."""

import os
import random
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import serial

from basalt import firmware, keys
from basalt.errors import NotAPump, PortProblem, Problem, Refused, WrongInput
from basalt.firmware import protocol_module as protocol
from basalt.seals import CommandId, Sealer

ANSWER_S = 3.0  # patience for one answer; a pump that redraws and erases flash takes 0.5 s at most
_READ_S = 0.05
_TRIES = 3
_STATUS_SIZE = struct.calcsize(protocol.STATUS_LAYOUT)
# The oldest pump's status ends before this field.
_NEWER = protocol.STATUS_NAMES.index("command_count")
_OLDEST_STATUS_SIZE = struct.calcsize(
    "<" + "".join(code for _, code in protocol.STATUS_FIELDS[:_NEWER])
)
_DAY_MIN = 1440
_MOST_ANSWER = 4_000  # bytes; a later version may send longer ones
UNDER_WAY = 4  # log requests sent before the first of them is answered


@dataclass(frozen=True)
class Identity:
    """Who answers."""

    name: str
    board: str
    version: str
    unique_id: str
    boot: int
    protocol: int


@dataclass(frozen=True)
class PumpTime:
    """The pump's clock."""

    local_s: int  # since 2020-01-01 00:00
    utc_offset_min: int
    trusted: bool
    uptime_ms: int


@dataclass(frozen=True)
class SettingValue:
    """One setting as the pump has it, with the pump's own bounds."""

    number: int
    value: int
    least: int
    most: int


@dataclass(frozen=True)
class Status:
    """What the pump is doing; units are in the names, -1 is 'not known'."""

    state: str
    clock_trusted: bool
    bolus_running: bool
    alarms: tuple[str, ...]  # raised and not over
    alarms_waiting: tuple[str, ...]  # of these, not acknowledged
    reservoir_mu: int
    battery_mv: int
    rate_mu_h: int
    bolus_id: int
    bolus_asked_mu: int
    bolus_given_mu: int
    boot: int
    uptime_ms: int
    local_s: int
    utc_offset_min: int
    free_bytes: int
    first_seq: int
    next_seq: int
    command_count: int  # of the last command that was taken in this boot
    temporary_left_s: int  # how long a temporary basal stays in force; 0: none is
    on_board_mu: int  # insulin of boluses that has yet to act
    extended_id: int  # of the extended bolus that runs; 0: none
    extended_asked_mu: int
    extended_given_mu: int
    extended_left_s: int
    reservoir_left_min: int  # of basal in it, by the program; 0: none, not known or no basal
    program: int  # the number of the basal program in force; 0: an older pump, which has one
    paired: bool  # with a program that may give commands
    code_shown: bool  # on the screen, for a pairing
    suspended_remotely: bool  # by a program, which may resume then


@dataclass(frozen=True)
class BasalProgram:
    """One of the pump's basal programs."""

    number: int
    name: str  # of firmware.PROGRAM_NAMES
    active: bool  # in force
    segments: list[tuple[int, int]]  # (start minute of the day, rate in mU/h); none: not written

    @property
    def day_mu(self) -> int:
        """The dose of a whole day."""
        ends = [start for start, _ in self.segments[1:]] + [_DAY_MIN]
        parts = zip(self.segments, ends, strict=False)
        return sum(rate * (end - start) for (start, rate), end in parts) // 60


@dataclass(frozen=True)
class LogSlice:
    """One answer to a log request."""

    seq: int  # the window asked for: `count` numbers from this one on
    count: int
    first_seq: int
    next_seq: int
    raw: bytes  # whole 32-byte pieces, unchecked


class PumpLink:
    """A conversation with a pump over an open serial port. Use it in a `with`."""

    def __init__(self, port: serial.Serial, answer_s: float) -> None:
        self._port = port
        self._answer_s = answer_s
        self._deframer = firmware.deframer(_MOST_ANSWER)
        self._answers: list[bytes] = []
        # Answers to a host that was here before may still come: their ids are hardly ours.
        self._number = random.randrange(256)
        self._unique_id = ""

    @classmethod
    def open(cls, port: str, answer_s: float | None = None) -> Self:
        """Open a port by its name. PortProblem when it does not exist or is taken.

        `answer_s`: patience for one try of a request; ANSWER_S by default, times `patience()`.
        """
        wait_s = (ANSWER_S if answer_s is None else answer_s) * patience()
        try:
            opened = serial.Serial(
                port, 115_200, timeout=_READ_S, write_timeout=wait_s, exclusive=True
            )
        except (serial.SerialException, OSError, ValueError) as error:
            raise PortProblem(_port_sentence(port, error)) from error
        return cls(opened, wait_s)

    @property
    def port(self) -> str:
        """The name of the port."""
        return str(self._port.port)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the port."""
        with suppress(OSError, serial.SerialException):
            self._port.close()

    # Requests

    def identify(self) -> Identity:
        """Who is there. NotAPump when nothing answers, or in a version we do not know."""
        answer = self._try(protocol.IDENTIFY, b"")
        if answer is None:
            raise NotAPump(
                f"What is at {self.port} does not answer as a Basalt pump: it may be in service"
                " mode, run something else, or be no pump at all. `basalt ports` shows what is"
                " where; `basalt flash` puts Basalt on a board."
            )
        version = answer[0]
        if version != protocol.VERSION or answer[3]:
            raise NotAPump(
                f"The pump at {self.port} speaks version {version} of the link, this program"
                f" speaks {protocol.VERSION}: update "
                + (
                    "its firmware with `basalt flash`."
                    if version < protocol.VERSION
                    else "basalt."
                )
            )
        body = answer[protocol.ANSWER_HEAD :]
        boot, major, minor, patch = _unpack("<HBBB", body)
        texts = _texts(body[5:])
        name, board = texts[0].decode(errors="replace"), texts[1].decode(errors="replace")
        self._unique_id = texts[2].hex()
        return Identity(name, board, f"{major}.{minor}.{patch}", self._unique_id, boot, version)

    def status(self) -> Status:
        """What the pump is doing."""
        body = self._ask(protocol.STATUS)
        if len(body) >= _OLDEST_STATUS_SIZE:  # what an older pump does not tell counts as 0
            body = body.ljust(_STATUS_SIZE, b"\0")
        values = dict(
            zip(protocol.STATUS_NAMES, _unpack(protocol.STATUS_LAYOUT, body), strict=True)
        )
        flags = values.pop("flags")
        state = values.pop("state")
        raised, waiting = values.pop("alarms_raised"), values.pop("alarms_waiting")
        uptime_ms = values.pop("uptime_s") * 1000 + values.pop("uptime_ms")
        return Status(
            state=_word(firmware.STATES, state),
            clock_trusted=bool(flags & protocol.CLOCK_TRUSTED),
            bolus_running=bool(flags & protocol.BOLUS_RUNNING),
            paired=bool(flags & protocol.PAIRED),
            code_shown=bool(flags & protocol.CODE_SHOWN),
            suspended_remotely=bool(flags & protocol.SUSPENDED_REMOTELY),
            alarms=_alarms(raised),
            alarms_waiting=_alarms(waiting),
            uptime_ms=uptime_ms,
            **values,
        )

    def time(self) -> PumpTime:
        """The pump's clock."""
        body = self._ask(protocol.TIME)
        local_s, offset, flags, up_s, up_ms = _unpack(protocol.TIME_LAYOUT, body)
        trusted = bool(flags & protocol.CLOCK_TRUSTED)
        return PumpTime(local_s, offset, trusted, up_s * 1000 + up_ms)

    def set_time(self, local_s: int, utc_offset_min: int) -> None:
        """Set the pump's clock: seconds since 2020-01-01 00:00 local, offset from UTC."""
        # Once: a second later the same time would be wrong.
        body = packed("<Ih", local_s, utc_offset_min)
        self._change(protocol.SET_TIME, body, "set the clock", tries=1)

    def settings(self) -> list[SettingValue]:
        """Every setting with its bounds."""
        body = self._ask(protocol.SETTINGS)
        return [SettingValue(*row) for row in _rows(protocol.SETTING_LAYOUT, body)]

    def set_setting(self, number: int, value: int) -> None:
        """Change a setting. Refused when it is unknown or out of range."""
        name = firmware.SETTINGS[number].name if number in firmware.SETTINGS else str(number)
        self._change(protocol.SET_SETTING, packed("<Bi", number, value), f"set {name}")

    def basal(self) -> list[tuple[int, int]]:
        """The basal program: (start minute of the day, rate in mU/h)."""
        return [
            (row[0], row[1]) for row in _rows(protocol.SEGMENT_LAYOUT, self._ask(protocol.BASAL))
        ]

    def set_basal(self, segments: list[tuple[int, int]]) -> None:
        """Replace the basal program in force."""
        self._change(protocol.SET_BASAL, packed_segments(segments), "set the basal program")

    def program(self, number: int) -> BasalProgram:
        """One of the basal programs. Refused as unknown by an older pump, which has one."""
        body = self._ask(protocol.PROGRAM, packed("<B", number), f"tell basal program {number}")
        active, name = _unpack("<BB", body[:2])
        segments = [(row[0], row[1]) for row in _rows(protocol.SEGMENT_LAYOUT, body[2:])]
        word = firmware.word("program_named", "new_name", name) or str(name)
        return BasalProgram(number, word, number == active, segments)

    def programs(self) -> list[BasalProgram]:
        """All basal programs; of an older pump the one that it has."""
        try:
            return [self.program(number) for number in range(1, protocol.PROGRAMS + 1)]
        except Refused as refused:
            if refused.reason != "unknown":
                raise
            return [BasalProgram(1, firmware.PROGRAM_NAMES[0], True, self.basal())]

    def set_program(self, number: int, segments: list[tuple[int, int]]) -> None:
        """Replace a basal program; without segments one that is not in force is taken away."""
        body = packed("<B", number) + packed_segments(segments)
        self._change(protocol.SET_PROGRAM, body, f"set basal program {number}")

    def activate_program(self, number: int) -> None:
        """Put a basal program in force."""
        body = packed("<B", number)
        self._change(protocol.ACTIVATE_PROGRAM, body, f"activate basal program {number}")

    def name_program(self, number: int, name: int) -> None:
        """Give a basal program one of firmware.PROGRAM_NAMES, by its number."""
        body = packed("<BB", number, name)
        self._change(protocol.NAME_PROGRAM, body, f"name basal program {number}")

    def acknowledge(self) -> None:
        """Acknowledge the highest alarm that waits."""
        self._change(protocol.ACKNOWLEDGE, b"", "acknowledge an alarm")

    def request_service(self) -> None:
        """Ask the pump to stop being one and leave the port to mpremote."""
        self._change(protocol.SERVICE, b"", "go into service", tries=1)

    def screen(self) -> bytes:
        """The display's frame buffer: 1,024 bytes, MONO_VLSB."""
        picture = b""
        for offset in range(0, 1024, protocol.SCREEN_SLICE):
            picture += self._ask(protocol.SCREEN, struct.pack("<H", offset), "show its screen")
        return picture

    def log(self, windows: Iterator[tuple[int, int]]) -> Iterator[LogSlice]:
        """The answers to log requests for windows (seq, count), in their order.

        Several requests are under way at a time, so the pump need not wait for the host. An answer
        that got lost is asked for again; PortProblem when it stays away.
        """
        asked: list[tuple[int, int, int]] = []  # id, seq, count
        tries = 0
        more = True
        while True:
            while more and len(asked) < UNDER_WAY:
                window = next(windows, None)
                if window is None:
                    more = False
                else:
                    asked.append((self._send_log(*window), *window))
            if not asked:
                return
            answer = self._answer_to(protocol.LOG, [asked[0][0]])
            if answer is None:
                tries += 1
                if tries == _TRIES:
                    raise self._silent("read the log")
                asked = [(self._send_log(seq, count), seq, count) for _, seq, count in asked]
                continue
            tries = 0
            _, seq, count = asked.pop(0)
            body = self._body(answer, "read the log")
            first, following = _unpack("<II", body[:8])
            size = (len(body) - 8) // firmware.RECORD_SIZE * firmware.RECORD_SIZE
            yield LogSlice(seq, count, first, following, body[8 : 8 + size])

    def pair(self, body: bytes) -> bytes:
        """Ask to pair; see seals.Pairing. Refused when no code or another one is shown."""
        return self._ask(protocol.PAIR, body, "pair")

    def sealed(self, body: bytes) -> tuple[int, bytes] | None:
        """Send a sealed command, once; (code, body) of the answer, or None when none comes."""
        answer = self._try(protocol.SEALED, body, 1)
        return None if answer is None else (answer[3], answer[protocol.ANSWER_HEAD :])

    # Within

    def _change(self, kind: int, body: bytes, what: str, tries: int = _TRIES) -> None:
        """Change something: as anybody may until the pump is paired, sealed from then on."""
        try:
            self._ask(kind, body, what, tries)
        except Refused as refused:
            key = keys.load(self._unique_id) if refused.reason == "not_paired" else None
            if key is None:
                raise
            self._change_sealed(Sealer(bytes.fromhex(self._unique_id), key), kind, body, what)

    def _change_sealed(self, sealer: Sealer, kind: int, body: bytes, what: str) -> None:
        status = self.status()
        command_id = CommandId(status.boot, status.command_count + 1)
        answer = self.sealed(sealer.command(command_id, kind, body))
        if answer is None:
            raise self._silent(what)
        self._check_code(answer[0], what)
        opened = sealer.opened(command_id, kind, answer[1])
        if opened is None:
            raise NotAPump(f"What answers at {self.port} is not the pump that was paired.")
        self._check_code(opened.code, what)

    def _send_log(self, seq: int, count: int) -> int:
        return self._send(protocol.LOG, struct.pack("<IH", seq, count))

    def _ask(
        self, kind: int, body: bytes = b"", what: str = "answer", tries: int = _TRIES
    ) -> bytes:
        answer = self._try(kind, body, tries)
        if answer is None:
            raise self._silent(what)
        return self._body(answer, what)

    def _body(self, answer: bytes, what: str) -> bytes:
        self._check_code(answer[3], what)
        return answer[protocol.ANSWER_HEAD :]

    @staticmethod
    def _check_code(code: int, what: str) -> None:
        if code:
            reason = firmware.code_name(code)
            hint = _HINTS.get(reason, "nothing was changed.")
            raise Refused(f"The pump refused to {what} ({reason}): {hint}", reason)

    def _try(self, kind: int, body: bytes, tries: int = _TRIES) -> bytes | None:
        """Ask, and ask again when no answer comes: the pump ends the same by one or by two."""
        numbers: list[int] = []
        for _ in range(tries):
            numbers.append(self._send(kind, body))
            answer = self._answer_to(kind, numbers)
            if answer is not None:
                return answer
        return None

    def _send(self, kind: int, body: bytes) -> int:
        self._number = (self._number + 1) & 0xFF
        try:
            self._port.write(firmware.pack_frame(firmware.request(self._number, kind, body)))
        except serial.SerialTimeoutException as error:
            raise NotAPump(
                f"What is at {self.port} takes no bytes: it is no Basalt pump, or it hangs."
            ) from error
        except (serial.SerialException, OSError) as error:
            raise self._gone() from error
        return self._number

    def _answer_to(self, kind: int, numbers: list[int]) -> bytes | None:
        until = time.monotonic() + self._answer_s
        while True:
            for index, answer in enumerate(self._answers):
                if answer[1] in numbers and answer[2] == kind | protocol.ANSWER:
                    del self._answers[: index + 1]
                    return answer
            if time.monotonic() > until:
                self._answers.clear()
                return None
            self._receive()

    def _receive(self) -> None:
        try:
            data = self._port.read(1)
            waiting = self._port.in_waiting
            if waiting:
                data += self._port.read(waiting)
        except (serial.SerialException, OSError, TypeError) as error:
            raise self._gone() from error
        at = 0
        while at < len(data):
            at = self._deframer.feed(data, at)
            payload = self._deframer.payload
            if payload is not None and len(payload) >= protocol.ANSWER_HEAD:
                self._answers.append(payload)

    def _gone(self) -> Problem:
        return PortProblem(
            f"The port {self.port} went away in the middle: the cable or the power was pulled, or"
            " the board restarted. What was already received is safe; run the command again."
        )

    def _silent(self, what: str) -> Problem:
        return PortProblem(
            f"The pump at {self.port} stopped answering when asked to {what}."
            " What was already received is safe; run the command again."
        )


_HINTS = {
    "delivering": "it gives a dose or moves the plunger; wait for its end or stop it at the pump.",
    "busy": "it is giving or moving; wait for its end or stop it at the pump.",
    "out_of_range": "the value is outside what this pump allows, and nothing was changed.",
    "over_max_basal": "a rate is above the pump's max_basal_mu_h, and nothing was changed.",
    "bad_program": "the segments are no program, and nothing was changed.",
    "unknown": "this pump's firmware does not know it; update it with `basalt flash`.",
    "not_paired": "it takes changes only from the program it is paired with. Pair this computer"
    " with `basalt pair`, or end the pairing at the pump: Menu, Remote.",
    "too_many": "so much was changed in a short time that the pump must keep room in its log; wait"
    " a minute, after several basal programs up to half an hour.",
    "not_now": "it cannot do that in its present state; look with `basalt status`.",
    "fault": "it could not read or write its flash, or has failed; look with `basalt status`.",
}


def patience() -> float:
    """How much every timeout is stretched: BASALT_PATIENCE, for a board slower than a real one."""
    try:
        return max(1.0, float(os.environ.get("BASALT_PATIENCE", "1")))
    except ValueError:
        return 1.0


def packed(layout: str, *values: int) -> bytes:
    """As struct.pack; WrongInput for a number that a request has no room for."""
    try:
        return struct.pack(layout, *values)
    except struct.error as error:
        told = ", ".join(str(value) for value in values)
        raise WrongInput(
            f"A pump cannot be told {told}: a number is too large or too small for it ({error})."
            " Nothing was changed."
        ) from error


def packed_segments(segments: list[tuple[int, int]]) -> bytes:
    """The segments of a basal program as they are sent."""
    return b"".join(packed(protocol.SEGMENT_LAYOUT, *segment) for segment in segments)


def _word(words: tuple[str, ...], number: int) -> str:
    """The word of a number; the number itself where a newer pump has more words."""
    return words[number] if number < len(words) else str(number)


def _alarms(bits: int) -> tuple[str, ...]:
    return tuple(_word(firmware.ALARM_NAMES, number) for number in range(32) if bits >> number & 1)


def _unpack(layout: str, body: bytes) -> tuple[Any, ...]:
    """By a layout; a later pump may send more at the end."""
    try:
        return struct.unpack_from(layout, body, 0)
    except struct.error as error:
        raise NotAPump(
            "The pump's answer is shorter than it should be: its firmware is of another version;"
            " update it with `basalt flash`."
        ) from error


def _texts(body: bytes) -> list[bytes]:
    """The three texts of an identity."""
    texts: list[bytes] = []
    at = 0
    for _ in range(3):
        size = body[at] if at < len(body) else 0
        texts.append(body[at + 1 : at + 1 + size])
        at += 1 + size
    return texts


def _rows(layout: str, body: bytes) -> Iterator[tuple[Any, ...]]:
    size = struct.calcsize(layout)
    for at in range(0, len(body) - size + 1, size):
        yield struct.unpack_from(layout, body, at)


def _port_sentence(port: str, error: Exception) -> str:
    text = str(error).lower()
    if "exclusively lock" in text or "busy" in text:
        return f"The port {port} is in use by another program; close that one and try again."
    if "permission" in text or "access is denied" in text:
        return f"You may not open the port {port}; on Linux, add yourself to the group 'dialout'."
    if os.path.exists(port):
        return f"{port} is not a serial port; `basalt ports` lists those that exist."
    return f"There is no serial port {port}; `basalt ports` lists those that exist."
