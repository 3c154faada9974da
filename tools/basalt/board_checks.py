"""Runs the checks of on_board/checks.py on a board at a port, and collects what they say."""

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from basalt import flash, output
from basalt.errors import Problem
from basalt.prompt import MARK, About, Prompt

SCRIPT = Path(__file__).with_name("on_board") / "checks.py"
_RUN_S = 120.0
_HAND_S = 20.0


@dataclass(frozen=True)
class Verdict:
    """One check and how it went."""

    name: str
    held: bool | None  # None: there is no such part
    detail: str

    @property
    def word(self) -> str:
        """ "held", "failed" or "not there"."""
        return "not there" if self.held is None else "held" if self.held else "failed"


class BoardChecks:
    """A board in service with the checks loaded. Make it with `checks_on`."""

    def __init__(self, prompt: Prompt, about: About) -> None:
        self.about = about
        self._prompt = prompt

    def run_all(self) -> list[Verdict]:
        """Load the checks and run each that needs no hand; the motor stands still."""
        script = shortened(SCRIPT.read_text(encoding="utf-8"))
        with output.bar("Trying every part"):
            return self._verdicts(script + "\nrun_all()", _RUN_S)

    def one(self, name: str, call: str, seconds: float = _HAND_S) -> Verdict:
        """One more check, after run_all(), by its call on the board: `wait_for_key, 0`."""
        with output.bar(f"Trying {name}"):
            return self._verdicts(f"check({name!r}, {call})", seconds)[0]

    def restart(self) -> None:
        """Let it be a pump again."""
        with output.bar("Starting the pump"):
            self._prompt.restart()

    def _verdicts(self, call: str, seconds: float) -> list[Verdict]:
        found: list[Verdict] = []
        said = self._prompt.run(["exec", call], seconds)
        for line in said.splitlines():
            if line.startswith(MARK):
                name, verdict, detail = json.loads(line.removeprefix(MARK))
                found.append(Verdict(name, None if verdict < 0 else verdict > 0, detail))
        if not found:
            raise Problem("The board ran the checks and said nothing that can be read; try again.")
        return found


@contextmanager
def checks_on(port: str, note: flash.Note) -> Generator[BoardChecks]:
    """Take the board into service, and let it be a pump again at the end."""
    with output.bar("Waiting for the board"):
        if flash.ask_for_service(port, note):
            note("The pump has stopped and left the port to mpremote.")
        prompt = Prompt(port)
        checks = BoardChecks(prompt, prompt.wait())
    try:
        yield checks
    finally:
        checks.restart()


def shortened(text: str) -> str:
    """Without docstrings and blank lines: it goes over a slow line into little memory."""
    text = re.sub(r'^ *"""(.|\n)*?"""\n', "", text, flags=re.MULTILINE)
    return "\n".join(line for line in text.splitlines() if line.strip())
