"""Talks to a bench's pump through its own serial port while letting its time go by."""

import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from basalt import paths
from basalt.client import ANSWER_S, PumpLink
from basalt.sim_bench import Bench
from basalt.timeline import EPOCH_MS

_NAP_S = 0.005

Answer = TypeVar("Answer")


def _nothing() -> None:
    pass


def ask(
    bench: Bench, question: Callable[[PumpLink], Answer], meanwhile: Callable[[], None] = _nothing
) -> Answer:
    """What `question(link)` returns or raises; the pump's time goes by meanwhile."""

    def talk() -> None:
        try:
            with PumpLink.open(bench.port, ANSWER_S * bench.patience) as link:
                answer.set_result(question(link))
        except Exception as error:  # noqa: BLE001 - it is the asking thread's
            answer.set_exception(error)

    answer: Future[Answer] = Future()
    # A daemon: whoever has had enough does not wait for an answer that is still to come.
    threading.Thread(target=talk, daemon=True).start()
    serve(bench, answer.done, meanwhile)
    return answer.result()


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


def serve(
    bench: Bench, until: Callable[[], bool], meanwhile: Callable[[], None] = _nothing
) -> None:
    """Let the pump's time go by at the speed of ours until `until()` holds."""
    last = time.monotonic()
    while not until():
        meanwhile()
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
