"""`basalt doctor`: looks at port, image, files and wiring, and says in words what is wrong."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from basalt import board_rules, build, flash, output, ports
from basalt.board_checks import BoardChecks, Verdict, checks_on
from basalt.errors import Problem
from basalt.options import AsJson, BoardPort
from basalt.prompt import Prompt
from basalt.selftest import table

_KEYS = ("UP", "DOWN", "OK", "STOP")
# What to look at when a check failed.
_ADVICE = {
    "files of the board": "Run `basalt flash` again: the pump runs what is on the board.",
    "image": "Put a newer MicroPython on it: `basalt flash --install`.",
    "parts": "A pin that is taken twice or a part that answers wrongly; the detail says which.",
    "keys at rest": "A key is stuck, or its wire touches ground.",
    "exact count": "On an ESP32: the wire from the driver's STEP back to the counting pin.",
    "rates": "The chip runs at another clock than its image was made for.",
    "stop": "Do not use this board: a stop must end the train.",
    "display": "Its four wires: SDA and SCL are easily swapped; some modules have address 0x3D.",
    "pressure": "The sensor's supply, its ground, and the line: it must be open to the air.",
    "end switch": "The head is at its end; or the switch's two wires, or END_LEVEL.",
    "wall clock": "Its cell, and `basalt time set` once it is in.",
    "motor forward": "The driver's supply, ENABLE, the current limit, the coils' pairs.",
    "motor back": "DIR's wire.",
}


def command(
    board: Annotated[str, typer.Option(help="Which board it should be; see boards/.")],
    port: BoardPort = None,
    hands: Annotated[
        bool, typer.Option("--hands/--no-hands", help="Ask for key presses and looks.")
    ] = True,
    steps: Annotated[int, typer.Option(help="How far the motor turns, and back.")] = 400,
    as_json: AsJson = False,
) -> None:
    """Look at a board from its port to its motor, and say in words what is wrong.

    Take the syringe out first. The pump runs on afterwards.
    """
    literals = board_rules.load(board).literals
    port = port or ports.only()
    with checks_on(port, output.note) as checks:
        flash.check_chip(checks.about, board, literals["CHIP"])
        found = [_files(port, board), *checks.run_all()]
        if hands and not any(verdict.name == "parts" and not verdict.held for verdict in found):
            found += _by_hand(checks, steps)
    if as_json:
        output.print_json([{**vars(verdict), "advice": _advice(verdict)} for verdict in found])
    else:
        output.out.print(table(found))
    wrong = [verdict for verdict in found if verdict.held is False]
    for verdict in [] if as_json else wrong:
        output.out.print(f"{verdict.name}: {_advice(verdict)}", markup=False)
    if wrong:
        raise Problem(f"{len(wrong)} of {len(found)} things are not as they should be.")
    if not as_json:
        output.out.print("Everything that was looked at is as it should be.")


def _advice(verdict: Verdict) -> str:
    if verdict.held is not False:
        return ""
    if verdict.name.startswith("key "):
        return "The key's two wires; a key that answers for another one is at the wrong pin."
    return _ADVICE.get(verdict.name, "See the wiring page of the board.")


def _files(port: str, board: str) -> Verdict:
    """Whether the board has the very files of this build."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / board
        with output.bar("Building, to compare") as progress:
            build.build(board, tree, False, progress)
        wanted = build.hashes(tree)
    with output.bar("Reading the board's files"):
        there = Prompt(port).files()
    wrong = [path for path, digest in wanted.items() if there.get(path) != digest]
    detail = f"{len(wanted)} files, {len(wrong)} not those of this build"
    if wrong:
        detail += f" ({wrong[0]} first)"
    return Verdict("files of the board", not wrong, detail)


def _by_hand(checks: BoardChecks, steps: int) -> list[Verdict]:
    found: list[Verdict] = []
    for number, key in enumerate(_KEYS):
        output.note(f"Press {key} and let it go (10 s).")
        found.append(checks.one(f"key {key}", f"wait_for_key, {number}"))
    found.append(_seen("display, by eye", "Does the display show a lit block in a frame?"))
    checks.one("buzzer", "beep")
    found.append(_seen("buzzer, by ear", "Did the buzzer sound twice?"))
    output.note("The motor turns now, and back. There must be no syringe in it.")
    if typer.confirm("Is the syringe out?", err=True):
        found.append(checks.one("motor forward", f"move, {steps}", 120))
        found.append(_seen("motor, by eye", "Did the screw turn so that it would push?"))
        found.append(checks.one("motor back", f"move, {-steps}", 120))
    return found


def _seen(name: str, question: str) -> Verdict:
    answer = typer.confirm(question, err=True)
    return Verdict(name, answer, "you said so" if answer else "you said no")
