"""Talks to a bench's pump through its own serial port while letting its time go by."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from basalt import paths
from basalt.client import PumpLink
from basalt.sim_bench import Bench
from basalt.timeline import EPOCH_MS

_NAP_S = 0.005

Answer = TypeVar("Answer")


def ask(bench: Bench, question: Callable[[PumpLink], Answer]) -> Answer:
    """What `question(link)` returns or raises; the pump's time goes by meanwhile."""

    def talk() -> Answer:
        with PumpLink.open(bench.port) as link:
            return question(link)

    with ThreadPoolExecutor(1) as host:
        future = host.submit(talk)
        serve(bench, future.done)
        return future.result()


def run_basalt(bench: Bench | None, arguments: Sequence[str], width: int = 80) -> str:
    """Run `basalt` with these arguments as a program of its own; what it printed, `width` wide.

    Its messages and progress go to our own standard error. With a bench, the pump's time goes by
    meanwhile. Raises CalledProcessError when it fails.
    """
    path = os.pathsep.join([str(paths.PACKAGE.parent), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "basalt.cli", *arguments]
    program = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path, "COLUMNS": str(width)},
    )
    with ThreadPoolExecutor(1) as reader:
        future = reader.submit(program.communicate)
        try:
            if bench is not None:
                serve(bench, future.done)
            printed = future.result()[0].decode()
        except BaseException:
            program.kill()
            raise
    if program.returncode:
        raise subprocess.CalledProcessError(program.returncode, command, printed)
    return printed


def serve(bench: Bench, until: Callable[[], bool]) -> None:
    """Let the pump's time go by at the speed of ours until `until()` holds."""
    last = time.monotonic()
    while not until():
        select.select([bench], [], [], _NAP_S)
        time.sleep(0.001)
        now = time.monotonic()
        bench.run_ms(max(1, int((now - last) * 1000)))
        last = now


def computer_clock() -> tuple[int, int]:
    """(local_s, utc_offset_min) of this computer, now, as the pump wants them."""
    now = time.time()
    offset_min = round(time.localtime(now).tm_gmtoff / 60)
    return int(now - EPOCH_MS / 1000) + offset_min * 60, offset_min
