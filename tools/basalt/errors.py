"""What can go wrong for a user: one sentence, and an exit code that a script can tell apart.

  0  done
  1  something else went wrong; the sentence says what
  2  the command was called wrongly, or a value is not one (also typer's own code)
  3  the serial port: there is none, it is taken, or it went away
  4  what answers is not a pump, does not answer, or speaks another version
  5  the pump refused, and said why
  6  the store: it is none, it is newer than this program, or it cannot be written
  7  a server: it refused, or does not answer
  8  a command was sent and nobody knows yet whether it was done
130  stopped by Ctrl-C
"""


class Problem(Exception):  # noqa: N818  (the reader of its text is a user)
    """Ends a command. The message says what happened, what it means and what to do."""

    code = 1


class WrongInput(Problem):
    """The command line asks for something that does not exist or is out of range."""

    code = 2


class PortProblem(Problem):
    """There is no such port, it is taken, or it went away."""

    code = 3


class NotAPump(Problem):
    """What is at the port does not answer as a pump of a version that we know."""

    code = 4


class Refused(Problem):
    """The pump answered no; `reason` is a name of pump.core.codes."""

    code = 5

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class NotPaired(Refused):
    """This computer has no key of the pump."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "not_paired")


class Uncertain(Problem):
    """A command was sent, and what became of it is not known yet."""

    code = 8


class StoreProblem(Problem):
    """The file is no store, is too new, or cannot be read or written."""

    code = 6


class ServerProblem(Problem):
    """A server refused what was sent, or does not answer."""

    code = 7
