"""Runs a function in a forked copy of this process, so that a booted chip is a snapshot.

A fork costs milliseconds where a boot costs seconds: boot once, press, cut and break in copies.
A copy's result comes back pickled, its exception as text with the traceback.
"""

import os
import pickle
import select
import signal
import sys
import time
import traceback

CHUNK = 1 << 16


class CopyFailedError(Exception):
    """The function raised in the copy (the text is its traceback), died or ran out of time."""


def on_a_copy(function, *args, limit_s=900):
    """The result of `function(*args)` run in a forked copy; raises `CopyFailedError`."""
    return on_copies([(function, *args)], at_once=1, limit_s=limit_s)[0]


def on_copies(calls, at_once=2, limit_s=900):
    """Results of many `(function, *args)`, at most `at_once` copies at a time, in order."""
    results = [None] * len(calls)
    waiting = list(enumerate(calls))
    running = {}
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                number, call = waiting.pop(0)
                pipe, pid = _start(call)
                running[pipe] = [number, pid, bytearray(), time.monotonic() + limit_s]
            _collect(running, results)
    finally:
        for pipe, (_, pid, _, _) in running.items():
            _kill(pid)
            os.close(pipe)
    return results


def _start(call):
    sys.stdout.flush()
    sys.stderr.flush()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return reader, pid
    status = 1
    try:
        os.close(reader)
        os.setpgid(0, 0)
        answer = _answer(call)
        with os.fdopen(writer, "wb") as out:
            out.write(answer)
        sys.stdout.flush()
        sys.stderr.flush()
        status = 0
    finally:
        os._exit(status)


def _answer(call):
    function, *args = call
    try:
        return pickle.dumps((True, function(*args)))
    except BaseException:  # noqa: BLE001 - even a KeyboardInterrupt must reach the parent as text
        return pickle.dumps((False, traceback.format_exc()))


def _collect(running, results):
    ready, _, _ = select.select(list(running), [], [], 0.2)
    for pipe in ready:
        number, pid, data, _ = running[pipe]
        chunk = os.read(pipe, CHUNK)
        if chunk:
            data += chunk
            continue
        os.close(pipe)
        del running[pipe]
        _, status = os.waitpid(pid, 0)
        if not data:
            raise CopyFailedError(f"the copy died without a word (status {status})")
        worked, result = pickle.loads(bytes(data))
        if not worked:
            raise CopyFailedError(result)
        results[number] = result
    late = [pipe for pipe, entry in running.items() if time.monotonic() > entry[3]]
    if late:
        raise CopyFailedError("the copy ran out of its wall-clock time")


def _kill(pid):
    """End one copy and whatever it started: it leads a process group of its own."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
