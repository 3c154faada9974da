"""Puts a build on a board: asks the pump for service, then copies what changed with mpremote."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from basalt import board_rules, build
from basalt.client import Identity, PumpLink, patience
from basalt.errors import NotAPump, PortProblem, WrongInput
from basalt.prompt import About, Prompt

_RESTART_S = 30.0
_IDENTIFY_S = 1.0  # a pump tells who it is much sooner; one that is in service never does
_OURS = ("/boot.py", "/main.py", "/board.py", "/pack.py", "/pack.mpy", "/pump.pack")

Note = Callable[[str], None]


def flash(port: str, name: str, tree: Path, note: Note, progress: build.Progress) -> Identity:
    """Make the board's files those of `tree`, restart it, and return who answers then.

    `name`: the board that the tree was built for. WrongInput, and nothing is written, when the
    chip at the port is another one or its MicroPython is too old.
    """
    chip = board_rules.load(name).literals["CHIP"]
    board = Prompt(port)
    if ask_for_service(port, note, chip):
        note("The pump has stopped and left the port to mpremote.")
    check_chip(board.wait(), name, chip)
    wanted = build.hashes(tree)
    there = board.files()
    changed = [path for path, digest in wanted.items() if there.get(path) != digest]
    stale = [path for path in there if _is_ours(path) and path not in wanted]
    note(
        f"{len(wanted)} files: {len(changed)} to copy, {len(wanted) - len(changed)} the same"
        + (f", {len(stale)} to remove." if stale else ".")
    )
    board.remove(stale)
    board.make_folders({str(Path(path).parent) for path in changed})
    done = 0
    for folder, names in _by_folder(changed):
        board.copy([tree / name.lstrip("/") for name in names], folder)
        done += len(names)
        progress(done, len(changed))
    if stale or changed:
        board.check(wanted)
        note("Every file on the board was read back and is right.")
    board.restart()
    return await_pump(port)


def check_chip(about: About, name: str, chip: str) -> None:
    """WrongInput when a tree for `chip` is of no use to what answers at the prompt."""
    if about.chip != chip:
        raise WrongInput(
            f"The board at the port is a {about.machine}, and {name} is built for an"
            f" {_title(chip)}. Nothing was written. {_boards_with(about.chip)}"
        )
    if about.is_too_old():
        raise WrongInput(
            f"The board runs MicroPython {about.release}, and Basalt needs 1.26 or newer. Nothing"
            " was written; `basalt flash --install` puts a new MicroPython on it as well."
        )


def ask_for_service(port: str, note: Note, chip: str = "") -> bool:
    """Ask the pump at `port` to go into service. False when no pump answers there.

    Refused when it is giving something: a dose is not cut off for an update. `chip`: refused too,
    with the pump left running, when its board is known to have another one.
    """
    with PumpLink.open(port, _IDENTIFY_S) as link:
        try:
            identity = link.identify()
        except NotAPump:
            note("No running pump answers; trying MicroPython's prompt.")
            return False
        there = _chip_of_board(identity.board)
        if chip and there and there != chip:
            raise WrongInput(
                f"The pump at {port} runs on {identity.board}, an {_title(there)}; the tree is for"
                f" an {_title(chip)}. Nothing was written and the pump runs on."
            )
        note(
            f"{identity.name} {identity.version} on {identity.board} answers; asking for service."
        )
        try:
            link.request_service()
        except PortProblem:
            note("The port went away while asking; looking whether it comes back in service.")
        return True


def await_pump(port: str) -> Identity:
    """The pump that answers at `port` after a restart of its board; NotAPump when none does."""
    until = time.monotonic() + _RESTART_S * patience()
    while True:
        try:
            with PumpLink.open(port) as link:
                return link.identify()
        except (NotAPump, PortProblem) as problem:
            if time.monotonic() > until:
                raise NotAPump(
                    f"The files are on the board, but no pump answers at {port} after its restart;"
                    " look at what it prints with `mpremote resume`, or press its reset."
                ) from problem
            time.sleep(0.5)


def _is_ours(path: str) -> bool:
    """Whether a file on the board belongs to a build, this one or an earlier."""
    return path.startswith("/pump/") or path in _OURS


def _by_folder(paths: Iterable[str]) -> list[tuple[str, list[str]]]:
    folders: dict[str, list[str]] = {}
    for path in paths:
        folders.setdefault(str(Path(path).parent), []).append(path)
    return sorted(folders.items())


def _title(chip: str) -> str:
    return board_rules.facts()["chips"][chip]["title"]


def _chip_of_board(name: str) -> str:
    """The chip of a board that we know by its name; empty for others."""
    try:
        return board_rules.load(name).literals["CHIP"]
    except WrongInput:  # unknown, or somebody's own that is not right yet
        return ""


def _boards_with(chip: str) -> str:
    fitting = [name for name in board_rules.names() if _chip_of_board(name) == chip]
    if not fitting:
        return "No board of ours has that chip."
    return f"Boards with that chip: {', '.join(fitting)}."
