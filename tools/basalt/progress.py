"""How what takes long tells how far it is: `progress(done, of)`, whatever it counts."""

from collections.abc import Callable

Progress = Callable[[int, int], None]


def tell_nobody(_done: int, _of: int) -> None:
    """Where nobody waits for it."""
