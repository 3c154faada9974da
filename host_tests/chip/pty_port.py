"""Serves a chip's USB serial port as a pseudo-terminal that any serial program can open.

Whether a program has it open is seen from the master side (a hang-up while nobody does) and raises
or drops DTR, as a terminal program does. A program that does not read makes the board's buffers
fill up, as on a cable.
"""

import contextlib
import os
import pty
import select
import subprocess
import tempfile
import time
import tty

CHUNK = 4096
MOST_WAITING = 8192
SLICE_MS = 2


class PtyPort:
    """The pseudo-terminal of one chip. `path` is what goes after --port.

    Simulated time passes only in `serve`/`run_program` (and in the chip's own run methods).
    """

    def __init__(self, chip):
        self._chip = chip
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        os.close(slave)
        os.set_blocking(self._master, False)
        self._poll = select.poll()
        self._poll.register(self._master, select.POLLIN)
        self._waiting = bytearray()
        self.open = False
        self.bytes_in = 0
        self.bytes_out = 0
        chip.pty = self
        chip.usb.on_bytes = self._from_board
        chip.usb.close()

    def close(self):
        """Take the terminal away; the cable stays in."""
        self._chip.pty = None
        self._chip.usb.on_bytes = None
        os.close(self._master)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def pump(self, wait_ms=0):
        """Move bytes both ways; waits at most `wait_ms` for the program to send some."""
        events = self._poll.poll(wait_ms)
        flags = events[0][1] if events else 0
        hung_up = bool(flags & select.POLLHUP)
        if flags & select.POLLIN:
            with contextlib.suppress(BlockingIOError, OSError):
                data = os.read(self._master, CHUNK)
                self.bytes_out += len(data)
                self._chip.usb.send(data)
        self._set_open(not hung_up)
        self._drain()
        if hung_up and wait_ms:
            time.sleep(wait_ms / 1000)

    def serve(self, until, limit_s=60, speed=None):
        """Run the chip until `until()` holds; TimeoutError after `limit_s` of wall time.

        `speed`: at most so many simulated seconds per wall second, so that an idle chip does not
        run away from a program that thinks in wall time; None: as fast as it can.
        """
        began = time.monotonic()
        nanos = self._chip.nanos
        while not until():
            wall = time.monotonic() - began
            if wall > limit_s:
                raise TimeoutError(f"the program took more than {limit_s} s of wall time")
            ahead = (self._chip.nanos - nanos) / 1e9 - wall * speed if speed else 0
            if ahead > 0:
                self.pump(wait_ms=max(1, min(20, int(ahead / speed * 1000))))
            else:
                self._chip.run_ms(SLICE_MS)

    def run_program(self, command, limit_s=60, speed=None, **options):
        """Run a program against the port while the chip runs; returns its CompletedProcess."""
        with Program(command, **options) as program:
            self.serve(program.ended, limit_s, speed)
            self.pump()
            return program.result()

    def _set_open(self, now_open):
        if now_open == self.open:
            return
        self.open = now_open
        if not now_open:
            self._waiting.clear()
        if self._chip.usb.connected:
            (self._chip.usb.open if now_open else self._chip.usb.close)()

    def _from_board(self, data):
        if self.open:
            self._waiting += data

    def _drain(self):
        with contextlib.suppress(BlockingIOError, OSError):
            while self._waiting:
                sent = os.write(self._master, self._waiting[:CHUNK])
                self.bytes_in += sent
                del self._waiting[:sent]
        self._chip.usb.reading = len(self._waiting) < MOST_WAITING


class Program:
    """A program that runs beside us; it is killed when the `with` block is left.

    Its output goes through temporary files, so that a talkative one never waits for us.
    """

    def __init__(self, command, **options):
        self._out = tempfile.TemporaryFile("w+")
        self._err = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            command, stdout=self._out, stderr=self._err, stdin=subprocess.DEVNULL, **options
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._out.close()
        self._err.close()

    def ended(self):
        return self._process.poll() is not None

    def result(self):
        """Its CompletedProcess, with what it printed as text."""
        self._out.seek(0)
        self._err.seek(0)
        process = self._process
        return subprocess.CompletedProcess(
            process.args, process.returncode, self._out.read(), self._err.read()
        )
