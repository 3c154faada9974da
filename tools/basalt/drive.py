"""The commands of `basalt` that drive a pump, from `pair` to `outcome`."""

import sys
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer

from basalt import output, units
from basalt.deliveries import Delivery
from basalt.driver import Outcome, Pump, Verdict
from basalt.errors import Refused, Uncertain, WrongInput
from basalt.options import AsJson, Port
from basalt.seals import CommandId

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

# What a refusal means, where the name alone does not say it.
_REASONS = {
    "not_paired": "the pump is paired with no program, or the pairing was ended at the pump. Open"
    " Menu, Remote at the pump, press OK, and run `basalt pair`.",
    "wrong_key": "the pump is paired with another program. Pair this one anew with `basalt pair`.",
    "stale": "another program gave the pump a command at the same moment. Try again.",
    "too_many": "so much was changed in a short time that the pump must keep room in its log. Wait"
    " a minute, after several basal programs up to half an hour.",
    "by_hand": "delivery was stopped at the pump, and only a hand there starts it again.",
    "over_max_bolus": "it is more than the pump's max_bolus.",
    "over_max_hour": "it would be more than the pump's limit for an hour.",
    "over_max_day": "it would be more than the pump's limit for a day.",
    "over_max_on_board": "with what still acts it would be more than the pump's max_on_board.",
    "over_max_basal": "it would be more than the pump's max_basal at some time of the day.",
    "out_of_range": "a temporary basal is 0 to 500 % of the program or a rate in U/h, for 15 min"
    " to 24 h in steps of 15 min.",
    "too_soon": "the last bolus is less than the pump's bolus_lockout ago.",
    "too_small": "it is less than one step of the motor.",
    "busy": "a bolus is running.",
    "suspended": "the pump is suspended.",
    "reservoir_too_low": "too little is left in the reservoir.",
    "alarm_persists": "an alarm stops it; look with `basalt status`.",
    "not_now": "there is nothing to do it to; look with `basalt status`.",
    "unknown": "this pump's firmware does not know it.",
    "not_taken": "it never reached the pump, and no longer can.",
    "power_lost": "the pump lost its power before it began. Nothing was given.",
}
# And of an extended bolus.
_EXTENDED = {
    "out_of_range": "an extended bolus takes 15 min to 12 h in steps of 15 min.",
    "busy": "a bolus is running, or another extended one.",
    "too_small": "each of its parts must be two steps of the motor at least.",
}


def pair(
    code: Annotated[
        str | None, typer.Argument(help="The code on the pump's screen; asked for without it.")
    ] = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Let this computer give the pump commands.

    At the pump open Menu, Remote and press OK: the screen shows a code for three minutes. The key
    is kept for your user alone. A pump has one paired program; pairing ends an earlier one, and
    the same page at the pump ends it without a new one.
    """
    with Pump.connect(port) as pump:
        if code is None:
            code = str(typer.prompt("The code on the pump's screen (Menu, Remote, OK)", err=True))
        try:
            pump.pair(code)
        except Refused as refused:
            raise Refused(_pairing_refused(refused.reason), refused.reason) from refused
    if as_json:
        output.print_json({"pump": pump.identity.unique_id, "paired": True})
    else:
        output.out.print(f"Paired with pump {pump.identity.unique_id}.")


def bolus(
    dose: Annotated[str, typer.Argument(help="In units, like 1.5; with --later also 0.")],
    later: Annotated[
        str | None, typer.Option(help="Units to give besides, evenly over a time.")
    ] = None,
    over: Annotated[
        str | None, typer.Option(help="Like 90min or 1h30m: 15 min to 12 h in steps of 15.")
    ] = None,
    port: Port = None,
    yes: Yes = False,
    wait: Annotated[
        bool | None,
        typer.Option(
            "--wait/--no-wait", help="Wait until it has ended; as a rule not with --later."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Give a bolus, and say what was really given.

    STOP at the pump, or `basalt stop`, ends it. With --later and --over it is an extended bolus,
    or a combined one where DOSE is not 0: `basalt bolus 1 --later 2 --over 1h30m`.
    """
    asked = _Dose.of(dose, later, over)
    with Pump.connect(port) as pump:
        _confirm(pump, f"Give {asked.text}", yes)
        outcome = asked.order(pump)
        _check(outcome, as_json)
        waits = asked.later_mu == 0 if wait is None else wait
        given = _waited(pump, outcome) if waits else None
    if as_json:
        output.print_json(_data(outcome, given))
    elif given is None:
        output.out.print(f"The bolus of {asked.text} has begun ({outcome.id}).")
    else:
        output.out.print(_given_sentence(given))


@dataclass(frozen=True)
class _Dose:
    """What a person asks for at once, and over how many minutes."""

    now_mu: int
    later_mu: int = 0
    minutes: int = 0

    @classmethod
    def of(cls, dose: str, later: str | None, over: str | None) -> "_Dose":
        """As typed; WrongInput when it is none."""
        if later is None and over is None:
            return cls(units.parse_dose(dose))
        if later is None or over is None:
            raise WrongInput(
                "Say how much and over what time, like: basalt bolus 1 --later 2 --over 1h30m."
            )
        at_once_mu = 0 if dose.strip() in ("0", "0U") else units.parse_dose(dose)
        return cls(at_once_mu, units.parse_dose(later), units.parse_minutes(over))

    @property
    def text(self) -> str:
        """In words."""
        now = f"{units.decimal_text(self.now_mu)} U"
        if not self.later_mu:
            return now
        over = f"{units.decimal_text(self.later_mu)} U over {self.minutes} min"
        return f"{now} at once and {over}" if self.now_mu else over

    def order(self, pump: Pump) -> Outcome:
        """Ask the pump for it."""
        if not self.later_mu:
            return pump.bolus(self.now_mu)
        return pump.extended_bolus(self.now_mu, self.later_mu, self.minutes)


def temporary(
    rate: Annotated[
        str, typer.Argument(help="Like 150% of the program, 0.8 in U/h, or `end`: back to it.")
    ],
    duration: Annotated[
        str | None, typer.Argument(help="Like 90min, 2h or 1h30: 15 min to 24 h in steps of 15.")
    ] = None,
    port: Port = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Give another basal rate than the program's for a while, or end that.

    It ends by itself at its time, and with a suspension, an alarm that stops delivery or a
    restart. Another one takes its place.
    """
    if rate.strip().lower() == "end":
        if duration is not None:
            raise WrongInput("`end` ends it now; leave out the time.")
        _simple(port, as_json, Pump.end_temporary_basal, "Basal goes on by the program.")
        return
    if duration is None:
        raise WrongInput("Say how long it is for, like: basalt temporary 150% 90min.")
    is_share, value = units.parse_temporary(rate)
    minutes = units.parse_minutes(duration)
    what = f"{value} % of the program" if is_share else f"{units.decimal_text(value)} U/h"
    what = f"a temporary basal of {what} for {minutes} min"

    def call(pump: Pump) -> Outcome:
        _confirm(pump, f"Give {what}", yes)
        if is_share:
            return pump.set_temporary_percent(value, minutes)
        return pump.set_temporary_basal(value, minutes)

    _simple(port, as_json, call, f"The pump gives {what}.")


def stop(port: Port = None, as_json: AsJson = False) -> None:
    """Stop every bolus that runs, and say what was given of it; basal goes on."""
    with Pump.connect(port) as pump:
        before = pump.status()
        found = pump.stop()
        given = pump.ended(before) if found.verdict is Verdict.DONE else []
    data = {**_data(found, None), "stopped": [asdict(one) for one in given]}
    _check(found, as_json, data)
    if as_json:
        output.print_json(data)
    else:
        output.out.print(" ".join(["Stopped.", *(_given_sentence(one) for one in given)]))


def suspend(port: Port = None, as_json: AsJson = False) -> None:
    """Stop all delivery until `basalt resume`, or a hand at the pump."""
    _simple(port, as_json, Pump.suspend, "All delivery is stopped.")


def resume(port: Port = None, yes: Yes = False, as_json: AsJson = False) -> None:
    """Deliver again after `basalt suspend`. What was stopped at the pump stays stopped."""

    def call(pump: Pump) -> Outcome:
        _confirm(pump, "Deliver again", yes)
        return pump.resume()

    _simple(port, as_json, call, "Delivery goes on.")


def outcome(
    command: Annotated[str, typer.Argument(help="As it was printed, like 12-3.")],
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Say what became of a command whose outcome was not known."""
    command_id = CommandId.parse(command)
    with Pump.connect(port) as pump:
        found = pump.resolve(command_id)
        given = pump.delivery(found) if found.bolus_id is not None else None
    if as_json:
        output.print_json(_data(found, given))
    elif found.verdict is Verdict.REFUSED:
        output.out.print(f"Command {found.id} was not done: {_why(found)}")
    elif found.verdict is Verdict.UNKNOWN:
        raise Uncertain(_uncertain_sentence(found))
    elif given is not None:
        output.out.print(f"Command {found.id}: {_given_sentence(given)}")
    else:
        output.out.print(f"Command {found.id} was done: {found.request}.")


def _waited(pump: Pump, outcome: Outcome) -> Delivery:
    try:
        with output.bar("Giving", counted=False) as progress:
            return pump.wait_for_bolus(outcome, progress=progress)
    except KeyboardInterrupt:
        output.note("The bolus goes on; `basalt stop`, or STOP at the pump, ends it.")
        raise


def _simple(port: str | None, as_json: bool, call: Any, sentence: str) -> None:
    with Pump.connect(port) as pump:
        found: Outcome = call(pump)
    _check(found, as_json)
    if as_json:
        output.print_json(_data(found, None))
    else:
        output.out.print(sentence)


def _check(found: Outcome, as_json: bool, data: dict[str, Any] | None = None) -> None:
    """Go on only when it is done; else end with a sentence, after the outcome as JSON."""
    if found.verdict is Verdict.DONE:
        return
    if as_json:
        output.print_json(data or _data(found, None))
    if found.verdict is Verdict.UNKNOWN:
        raise Uncertain(_uncertain_sentence(found))
    raise Refused(f"Not done ({found.reason}): {_why(found)}", found.reason)


def _confirm(pump: Pump, what: str, yes: bool) -> None:
    """Ask, at a pump that is there and takes commands of this computer."""
    pump.check_paired()
    if yes:
        return
    if not sys.stdin.isatty():
        raise WrongInput("Nobody can be asked here; say --yes when it is meant.")
    if not typer.confirm(f"{what} at pump {pump.identity.unique_id}?", err=True):
        raise WrongInput("Nothing was done.")


def _why(found: Outcome) -> str:
    told = _EXTENDED.get(found.reason) if found.request == "extended_bolus" else None
    return told or _REASONS.get(found.reason, "see the pump's answers in tools/README.md.")


def _uncertain_sentence(found: Outcome) -> str:
    if found.reason == "read_back":
        return (
            f"The power went while the pump saved what command {found.id} changed: look with"
            " `basalt settings show`."
        )
    if found.reason == "log_gone":
        return f"The pump's log no longer goes back to command {found.id}."
    return (
        f"The pump did not answer, so it is not known whether command {found.id} was done. Do not"
        f" repeat it: connect again and ask with `basalt outcome {found.id}`."
    )


def _given_sentence(given: Delivery) -> str:
    text = f"{units.decimal_text(given.given_mu)} of {units.decimal_text(given.asked_mu)} U"
    if not given.finished:
        return f"{text} are given so far."
    text += " were given" + ("." if given.reason == "all_given" else f" ({given.reason}).")
    if given.uncertain_mu:
        text += f" Up to {units.decimal_text(given.uncertain_mu)} U more may have been."
    return text


def _pairing_refused(reason: str) -> str:
    if reason == "not_now":
        return "The pump's screen shows no code now. At the pump open Menu, Remote and press OK."
    if reason == "wrong_key":
        return (
            "That is not the code on the pump's screen. After three wrong ones press STOP and OK"
            " there for a new one."
        )
    return f"The pump refused to pair ({reason})."


def _data(found: Outcome, given: Delivery | None) -> dict[str, Any]:
    return {
        **asdict(found),
        "id": str(found.id),
        "delivery": None if given is None else asdict(given),
    }
