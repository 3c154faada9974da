"""The commands of `basalt settings` about the four basal programs, and how they are told."""

import sys
from typing import Annotated, Any

import typer

from basalt import firmware, output, ports, units
from basalt.client import BasalProgram, PumpLink
from basalt.errors import WrongInput
from basalt.options import AsJson, Port

Number = Annotated[int, typer.Argument(min=1, max=4, help="1 to 4, as `basalt settings show`.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def activate(
    program: Number, port: Port = None, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Put another basal program in force, from now on.

    The rate changes at once; what is owed stays owed. A temporary basal goes on: a percentage is
    of the new program then. A program that asks for more than max_basal is refused.
    """
    with PumpLink.open(ports.choose(port)) as link:
        identity = link.identify()
        known = link.programs()
        old = next(one for one in known if one.active)
        new = _found(known, program)
        if new.active:
            text = f"{_title(new)} is in force already."
        else:
            what = f"Put {_told(new)} in force in place of {_told(old)}"
            _confirm(f"{what} at pump {identity.unique_id}?", yes)
            link.activate_program(program)
            text = f"{_title(new)} is in force now, in place of {old.number}."
    if as_json:
        output.print_json(
            {
                "program": program,
                "old_program": old.number,
                "day_mu": new.day_mu,
                "old_day_mu": old.day_mu,
            }
        )
    else:
        output.out.print(f"Basal {text[0].lower()}{text[1:]}", markup=False)


def name(
    program: Number,
    name: Annotated[
        str, typer.Argument(help="One of: " + ", ".join(firmware.PROGRAM_NAMES) + ".")
    ],
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Name a basal program: the pump shows the name in its language."""
    word = name.strip().lower().replace(" ", "_").replace("-", "_")
    if word not in firmware.PROGRAM_NAMES:
        there = ", ".join(firmware.PROGRAM_NAMES)
        raise WrongInput(f"There is no name {name!r}; there are: {there}. Nothing was changed.")
    with PumpLink.open(ports.choose(port)) as link:
        link.identify()
        link.name_program(program, firmware.PROGRAM_NAMES.index(word))
    if as_json:
        output.print_json({"program": program, "name": word})
    else:
        plain = word.replace("_", " ")
        text = "has no name" if word == "none" else f"is called {plain}"
        output.out.print(f"Basal program {program} {text} now.", markup=False)


def facts(programs: list[BasalProgram]) -> list[tuple[str, str]]:
    """A line for each that is written; none where there is only one without a name."""
    written = [one for one in programs if one.segments]
    if len(written) < 2 and all(one.name == "none" and one.number == 1 for one in written):
        return []
    return [(_title(one), _line(one)) for one in written]


def data(program: BasalProgram) -> dict[str, Any]:
    """One as JSON."""
    return {
        "number": program.number,
        "name": program.name,
        "active": program.active,
        "day_mu": program.day_mu,
        "segments": segments_data(program.segments),
    }


def segments_data(segments: list[tuple[int, int]]) -> list[dict[str, int]]:
    """Segments as JSON."""
    return [{"start_min": start, "rate_mu_h": rate} for start, rate in segments]


def _found(programs: list[BasalProgram], number: int) -> BasalProgram:
    for one in programs:
        if one.number == number and one.segments:
            return one
    raise WrongInput(
        f"Basal program {number} has no segments; nothing was changed. Write it first, like:"
        f' basalt settings set basal "00:00=0.80 06:30=1.20" --program {number}.'
    )


def _title(program: BasalProgram) -> str:
    name = "" if program.name == "none" else f" ({program.name.replace('_', ' ')})"
    return f"program {program.number}{name}"


def _told(program: BasalProgram) -> str:
    return f"basal {_title(program)} of {units.decimal_text(program.day_mu)} U a day"


def _line(program: BasalProgram) -> str:
    day = f"{units.decimal_text(program.day_mu)} U a day"
    if program.active:
        return f"in force, {day}"
    return f"{units.basal_text(program.segments)} U/h, {day}"


def _confirm(question: str, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise WrongInput("Nobody can be asked here; say --yes when it is meant.")
    if not typer.confirm(question, err=True):
        raise WrongInput("Nothing was done.")
