"""`basalt.Pump`: drives a pump from a program. Doses in milliunits, rates in milliunits per hour.

    with basalt.Pump.connect() as pump:
        outcome = pump.bolus(1_500)
        if outcome.verdict is Verdict.UNKNOWN:      # the cable was pulled, or the power cut
            outcome = pump.resolve(outcome.id)      # after a reconnect, also days later
        print(pump.wait_for_bolus(outcome).given_mu)

A command is in the pump's log before it does anything, by an id of its own, and is taken once: to
repeat one whose outcome is not known is never needed, and `resolve` says for certain what became
of it. Limits hold in the pump, whatever a program asks.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from types import TracebackType
from typing import Self

from basalt import deliveries, firmware, keys, ports, units
from basalt.client import (
    Identity,
    LogSlice,
    PumpLink,
    PumpTime,
    SettingValue,
    Status,
    packed,
    packed_segments,
)
from basalt.deliveries import Delivery, Record
from basalt.errors import NotPaired, PortProblem, Problem, WrongInput
from basalt.firmware import protocol_module as protocol
from basalt.progress import Progress, tell_nobody
from basalt.seals import CommandId, Pairing, Sealer

_DOSE_MOST = 1 << 30
_WINDOW = 31  # records in one answer
_ENDED_S = 3.0  # within which a bolus that was stopped is over, and its end in the log
_LOOK_S = 0.1


class Verdict(StrEnum):
    """What became of a command."""

    DONE = "done"
    REFUSED = "refused"  # nothing was changed and nothing will be; the reason says why
    UNKNOWN = "unknown"  # ask `resolve` when the pump can be reached


@dataclass(frozen=True)
class Outcome:
    """One command and what is known of it."""

    id: CommandId
    request: str
    verdict: Verdict
    # A name of pump.core.codes, `ok` when it is done; or not_taken: it never reached the pump and
    # can no more; power_lost: it was taken, but the power went before it began. Of `unknown`:
    # no_answer; log_gone: the log no longer goes back so far; read_back: the power went while a
    # setting was saved, so read it.
    reason: str
    bolus_id: int | None = None  # of a combined bolus that of what is given over a time
    seq: int | None = None  # of its record in the pump's log


class Pump:
    """A pump at a serial port. Not for several threads at once.

    Every method raises PortProblem when the port went away or the pump fell silent, but those that
    give a command: these return an Outcome, whose verdict is UNKNOWN then.
    """

    def __init__(self, link: PumpLink, key: bytes | None = None) -> None:
        """`link`: an open one. `key`: of the pairing; without it, the one this computer keeps."""
        self._link = link
        self.identity: Identity = link.identify()
        found = keys.load(self.identity.unique_id) if key is None else key
        self._sealer = None if found is None else Sealer(self._unique_id, found)

    @classmethod
    def connect(cls, port: str | None = None, key: bytes | None = None) -> Self:
        """Open a port by its name, or that of the only pump at this computer.

        PortProblem: no such port, or it is taken. NotAPump: something else answers.
        """
        link = PumpLink.open(ports.choose(port))
        try:
            return cls(link, key)
        except Problem:
            link.close()
            raise

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
        self._link.close()

    # Reading: open to all, and never disturbs a delivery

    def status(self) -> Status:
        """What the pump is doing now."""
        return self._link.status()

    def time(self) -> PumpTime:
        """The pump's clock."""
        return self._link.time()

    def settings(self) -> list[SettingValue]:
        """Every setting with its bounds, in the units of its name."""
        return self._link.settings()

    def basal(self) -> list[tuple[int, int]]:
        """The basal program: (start minute of the day, rate in mU/h)."""
        return self._link.basal()

    def screen(self) -> bytes:
        """The display's frame buffer: 1,024 bytes, MONO_VLSB."""
        return self._link.screen()

    def history(self, since_seq: int = 0) -> Iterator[Record]:
        """The records with numbers from `since_seq` on, oldest first, up to the newest there is.

        A number that is left out is a record that the log has lost.
        """
        found = self._link.status()
        first, end = max(since_seq, found.first_seq), found.next_seq
        windows = iter([(seq, min(_WINDOW, end - seq)) for seq in range(first, end, _WINDOW)])
        for part in self._link.log(windows):
            yield from _records(part)

    # Pairing

    def check_paired(self) -> None:
        """NotPaired when this computer has no key of the pump; whether it is the right one, only
        `check` tells.
        """
        if self._sealer is None:
            raise NotPaired(
                f"This computer is not paired with pump {self.identity.unique_id}: at the pump"
                " open Menu, Remote and press OK, then run `basalt pair`."
            )

    def pair(self, code: str) -> bytes:
        """Pair by the code on the pump's screen (Menu, Remote); returns the key, which is kept.

        WrongInput: that is no code. Refused: `not_now`, the screen shows none; `wrong_key`, it
        shows another one; after three of these it must be made anew.
        """
        pairing = Pairing(self._unique_id, code)
        # Kept before it is sent: if the answer gets lost, the pump may have taken it.
        keys.save(self.identity.unique_id, pairing.key)
        answer = self._link.pair(pairing.request)
        if not pairing.proven(answer):
            raise Problem(
                "What answered does not know the code, so it is not the pump that showed it; it is"
                " not paired. Look what else is at this port."
            )
        self._sealer = Sealer(self._unique_id, pairing.key)
        return pairing.key

    # Commands: for the paired program

    def bolus(self, dose_mu: int) -> Outcome:
        """Start a bolus. DONE means that it has begun; `wait_for_bolus` tells what was given.

        `dose_mu`: milliunits, 1 to 2^30. Reasons of a refusal: over_max_bolus, over_max_hour,
        over_max_day, too_soon, too_small, busy, suspended, reservoir_too_low, and others of codes.
        """
        if not 0 < dose_mu < _DOSE_MOST:
            raise WrongInput(f"{units.decimal_text(dose_mu)} U is no dose of a bolus.")
        return self._command(protocol.BOLUS, packed("<I", dose_mu))

    def extended_bolus(self, now_mu: int, later_mu: int, duration_min: int) -> Outcome:
        """Start a bolus of which `now_mu`, or 0, is given at once and `later_mu` over a time.

        `duration_min`: 15 to 720 in steps of 15, else `out_of_range`. DONE means that it has
        begun. It must fit the limits as if all were given at once: refusals as those of `bolus`,
        and `busy` while another extended bolus runs. Normal ones may be given beside it.
        """
        if not (0 <= now_mu < 1 << 16 and 0 < later_mu < 1 << 16 and 0 < duration_min < 1 << 16):
            raise WrongInput(
                f"{units.decimal_text(now_mu)} U at once and {units.decimal_text(later_mu)} U over"
                f" {duration_min} min is no dose of an extended bolus."
            )
        body = packed("<HHH", now_mu, later_mu, duration_min)
        return self._command(protocol.EXTENDED_BOLUS, body)

    def stop(self) -> Outcome:
        """Stop every bolus or the guided move that runs; basal goes on. `not_now`: none does."""
        return self._command(protocol.STOP)

    def suspend(self) -> Outcome:
        """Stop all delivery until it is resumed. `not_now`: it was stopped already."""
        return self._command(protocol.SUSPEND)

    def resume(self) -> Outcome:
        """Deliver again what this program suspended. `by_hand`: somebody at the pump did."""
        return self._command(protocol.RESUME)

    def set_temporary_basal(self, rate_mu_h: int, duration_min: int) -> Outcome:
        """Give basal at a rate in mU/h for some minutes, in place of what is in force.

        `duration_min`: 15 to 1440 in steps of 15, else `out_of_range`. `over_max_basal`: the rate
        is above the pump's limit; `suspended`: nothing is delivered. A suspension, an alarm and a
        restart end it, and the pump's program follows.
        """
        return self._temporary(protocol.TEMPORARY_BASAL, rate_mu_h, duration_min)

    def set_temporary_percent(self, percent: int, duration_min: int) -> Outcome:
        """The same at 0 to 500 percent of the program, from segment to segment of it."""
        return self._temporary(protocol.TEMPORARY_PERCENT, percent, duration_min)

    def end_temporary_basal(self) -> Outcome:
        """Go on by the program. `not_now`: no temporary basal was in force."""
        return self._command(protocol.END_TEMPORARY)

    def set_setting(self, number: int, value: int) -> Outcome:
        """Change a setting, in the unit of its name. `unknown`, `out_of_range`..."""
        return self._command(protocol.SET_SETTING, packed("<Bi", number, value))

    def set_basal(self, segments: list[tuple[int, int]]) -> Outcome:
        """Replace the one in force: (start minute, rate in mU/h), the first at 0, at most 48."""
        return self._command(protocol.SET_BASAL, packed_segments(segments))

    def set_program(self, number: int, segments: list[tuple[int, int]]) -> Outcome:
        """Replace basal program 1 to 4. Of one that is not in force nothing is given.

        Without segments one that is not in force is taken away.
        """
        body = packed("<B", number) + packed_segments(segments)
        return self._command(protocol.SET_PROGRAM, body)

    def activate_program(self, number: int) -> Outcome:
        """Put a basal program in force, from now on.

        `bad_program`: it has no segments; `over_max_basal`: it asks for more than the limit.
        """
        return self._command(protocol.ACTIVATE_PROGRAM, packed("<B", number))

    def name_program(self, number: int, name: int) -> Outcome:
        """Give a basal program a name by its number in event_table.PROGRAM_NAMES, 0 for none."""
        return self._command(protocol.NAME_PROGRAM, packed("<BB", number, name))

    def set_time(self, local_s: int, utc_offset_min: int) -> Outcome:
        """Set the clock: seconds since 2020-01-01 00:00 local time, and its distance from UTC."""
        return self._command(protocol.SET_TIME, packed("<Ih", local_s, utc_offset_min))

    def acknowledge(self) -> Outcome:
        """Acknowledge the highest alarm that waits. `not_now`: none does."""
        return self._command(protocol.ACKNOWLEDGE)

    def check(self) -> Outcome:
        """Do nothing, but say whether commands of this program are taken."""
        return self._command(protocol.CHECK)

    # What became of them

    def resolve(self, command_id: CommandId) -> Outcome:
        """What became of a command, for certain, from the pump's own log.

        Should it still be under way to a pump that has not restarted, it is made void first, by a
        `check` with a later count. The verdict is UNKNOWN only when the log no longer goes back so
        far, or when this program is not paired any more and the command may still arrive.
        """
        found = self._link.status()
        if _may_come(command_id, found):
            later = CommandId(command_id.boot, command_id.count + 1)
            checked = self._send(later, protocol.CHECK, b"").verdict is Verdict.DONE
            if not checked and _may_come(command_id, self._link.status()):
                return Outcome(command_id, "", Verdict.UNKNOWN, "no_answer")
        return self._in_log(command_id)

    def delivery(self, outcome: Outcome) -> Delivery:
        """What was given of a bolus so far. WrongInput when `outcome` is not that of a bolus."""
        if outcome.bolus_id is None or outcome.seq is None:
            raise WrongInput(f"Command {outcome.id} has started no bolus.")
        records = self.history(outcome.seq)
        return deliveries.under_way(records, outcome.bolus_id, self._link.status())

    def ended(
        self, before: Status, sleep: Callable[[float], None] | None = None
    ) -> list[Delivery]:
        """What was given of each bolus that ran at a status, after it was stopped or suspended."""
        running = deliveries.open_ones(before)
        for _ in range(round(_ENDED_S / _LOOK_S)):
            records = list(self.history(before.next_seq))
            found = [deliveries.delivered(records, one.bolus_id) for one in running]
            if None not in found:
                break
            (sleep or time.sleep)(_LOOK_S)
        else:
            return deliveries.open_ones(self._link.status())
        # What was asked for stands in a record of long ago.
        return [
            replace(end, asked_mu=one.asked_mu)
            for end, one in zip(found, running, strict=True)
            if end
        ]

    def wait_for_bolus(
        self,
        outcome: Outcome,
        poll_s: float = 1.0,
        sleep: Callable[[float], None] | None = None,
        progress: Progress = tell_nobody,
    ) -> Delivery:
        """Wait until a bolus has ended, however it does, and say what was given.

        `sleep`: how to wait for `poll_s` seconds, where it is not this computer's time.
        `progress(given, asked)` is told milliunits at each look.
        """
        while True:
            amounts = running(self._link.status(), outcome)
            if amounts:
                progress(*amounts)
            else:
                given = self.delivery(outcome)
                if given.finished:
                    return given
            (sleep or time.sleep)(poll_s)

    # Within

    def _temporary(self, kind: int, value: int, duration_min: int) -> Outcome:
        if not (0 <= value < 1 << 16 and 0 <= duration_min < 1 << 16):
            raise WrongInput(
                "No pump gives that: a temporary basal is 0 to 500 % of the program or a rate in"
                " U/h, for 15 min to 24 h in steps of 15 min."
            )
        return self._command(kind, packed("<HH", value, duration_min))

    @property
    def _unique_id(self) -> bytes:
        return bytes.fromhex(self.identity.unique_id)

    def _command(self, kind: int, arguments: bytes = b"") -> Outcome:
        self.check_paired()
        found = self._link.status()
        outcome = self._send(CommandId(found.boot, found.command_count + 1), kind, arguments)
        if outcome.verdict is Verdict.UNKNOWN:
            try:
                return replace(self.resolve(outcome.id), request=outcome.request)
            except Problem:
                return outcome
        return outcome

    def _send(self, command_id: CommandId, kind: int, arguments: bytes) -> Outcome:
        """Send once: what was sent twice could not be told apart from what came late."""
        name = firmware.REQUEST_NAMES[kind]
        if self._sealer is None:
            return Outcome(command_id, name, Verdict.UNKNOWN, "no_answer")
        try:
            answer = self._link.sealed(self._sealer.command(command_id, kind, arguments))
        except PortProblem:
            return Outcome(command_id, name, Verdict.UNKNOWN, "no_answer")
        if answer is None or firmware.code_name(answer[0]) == "fault":
            return Outcome(command_id, name, Verdict.UNKNOWN, "no_answer")
        if answer[0]:
            return Outcome(command_id, name, Verdict.REFUSED, firmware.code_name(answer[0]))
        opened = self._sealer.opened(command_id, kind, answer[1])
        if opened is None:
            return Outcome(command_id, name, Verdict.UNKNOWN, "no_answer")
        if opened.code:
            reason = firmware.code_name(opened.code)
            return Outcome(command_id, name, Verdict.REFUSED, reason, seq=opened.seq)
        bolus_id = _begun(kind, arguments, opened.bolus_id)
        return Outcome(command_id, name, Verdict.DONE, "ok", bolus_id, opened.seq)

    def _in_log(self, command_id: CommandId) -> Outcome:
        """The outcome that the log tells."""
        first, whole = self._first_of_boot(command_id.boot)
        taken: Record | None = None
        followed: list[Record] = []
        for record in self.history(first):
            if taken is not None:
                followed.append(record)
                if record.event in ("boot", "remote"):
                    break
            elif record.boot > command_id.boot:
                break
            elif record.event == "remote" and record.fields["count"] == command_id.count:
                taken = record if record.boot == command_id.boot else None
        if taken is not None:
            return _told(command_id, taken, followed)
        if whole:
            return Outcome(command_id, "", Verdict.REFUSED, "not_taken")
        return Outcome(command_id, "", Verdict.UNKNOWN, "log_gone")

    def _first_of_boot(self, boot: int) -> tuple[int, bool]:
        """(a number at or before the first record of a boot, whether that is still in the log)."""
        found = self._link.status()
        low, high = found.first_seq, found.next_seq
        while high - low > _WINDOW:
            middle = (low + high) // 2
            there = [r for part in self._link.log(iter([(middle, 1)])) for r in _records(part)]
            if there and there[0].boot < boot:
                low = middle
            else:  # a damaged record too: to begin too early only takes longer
                high = middle
        oldest = next(self.history(found.first_seq), None)
        whole = oldest is not None and (oldest.boot < boot or oldest.event == "boot")
        return low, whole


# The record that says that a command was done, where doing it makes one.
_EFFECTS = {
    protocol.BOLUS: "bolus_start",
    protocol.EXTENDED_BOLUS: "extended_start",
    protocol.SUSPEND: "suspend",
    protocol.RESUME: "resume",
    protocol.TEMPORARY_BASAL: "temporary_start",
    protocol.TEMPORARY_PERCENT: "temporary_start",
    protocol.END_TEMPORARY: "temporary_end",
    protocol.SET_SETTING: "setting_changed",
    protocol.SET_BASAL: "basal_program",
    protocol.ACTIVATE_PROGRAM: "program_activated",
    protocol.NAME_PROGRAM: "program_named",
    protocol.SET_TIME: "clock_set",
    protocol.ACKNOWLEDGE: "alarm_acknowledged",
    protocol.SERVICE: "service",
}
_DOSES = (protocol.BOLUS, protocol.EXTENDED_BOLUS)
# Saved after their record: of these a cut may leave the record alone.
_SAVED = (
    protocol.SET_SETTING,
    protocol.SET_BASAL,
    protocol.SET_TIME,
    protocol.SET_PROGRAM,
    protocol.ACTIVATE_PROGRAM,
    protocol.NAME_PROGRAM,
)


def running(status: Status, outcome: Outcome) -> tuple[int, int] | None:
    """(given, asked) of a bolus that was begun; None where it does not run any more."""
    combined = outcome.request == firmware.REQUEST_NAMES[protocol.EXTENDED_BOLUS]
    return deliveries.running(status, outcome.bolus_id or 0, combined)


def _begun(kind: int, arguments: bytes, last_id: int) -> int | None:
    """The number of the bolus that a command has begun; `last_id` is the newest of all."""
    if kind not in _DOSES:
        return None
    # Of a combined one the first number is that of what is given over a time.
    at_once = kind == protocol.EXTENDED_BOLUS and any(arguments[:2])
    return (last_id - 2) % 65_535 + 1 if at_once else last_id


def _told(command_id: CommandId, taken: Record, followed: list[Record]) -> Outcome:
    """The outcome by a command's record, and the records after it up to a boot or a command."""
    kind, code = taken.fields["request"], taken.fields["code"]
    name = firmware.REQUEST_NAMES[kind]

    def outcome(verdict: Verdict, reason: str, bolus_id: int | None = None) -> Outcome:
        return Outcome(command_id, name, verdict, reason, bolus_id, taken.seq)

    if code:
        return outcome(Verdict.REFUSED, firmware.code_name(code))
    names = [record.event for record in followed]
    cut = "boot" in names
    effect = _EFFECTS.get(kind)
    later = [r for r in followed[:-1] if r.uptime_ms > taken.uptime_ms]
    if kind in _SAVED and cut and not later:
        return outcome(Verdict.UNKNOWN, "read_back")
    if effect is None or effect in names:
        begun = next((record for record in followed if record.event == effect), None)
        bolus_id = begun.fields["bolus_id"] if begun and kind in _DOSES else None
        return outcome(Verdict.DONE, "ok", bolus_id)
    if cut:
        return outcome(Verdict.REFUSED, "power_lost")
    # What changes nothing leaves no more than the command's own record.
    return outcome(Verdict.DONE, "ok")


def _may_come(command_id: CommandId, status: Status) -> bool:
    """Whether a command that was not taken yet still could be."""
    return status.boot == command_id.boot and status.command_count < command_id.count


def _records(part: LogSlice) -> Iterator[Record]:
    """The whole records of one answer."""
    size = firmware.RECORD_SIZE
    for at in range(0, len(part.raw), size):
        raw = part.raw[at : at + size]
        if firmware.is_whole(raw):
            yield Record(*firmware.unpack_record(raw))
