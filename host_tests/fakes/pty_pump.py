"""A pump at a real pseudo-terminal: the firmware's own link, turned by a thread of its own.

The port has its faults: it can go away, go silent, or change bytes, after a number of them.
"""

import os
import select
import threading
import tty

from pump.link.link import Link


class PtyPump:
    """Serves `service` at `port` until it is closed. Use it in a `with`.

    `at_bytes` and `action`: once so many bytes were sent, `action(self)` is called, once.
    """

    def __init__(self, service, at_bytes=None, action=None):
        self.service = service
        self.link = Link(service)
        self.sent_bytes = 0
        self.silent = False
        self.flip = 0  # XORed onto every byte that is sent
        self._at_bytes = at_bytes
        self._action = action
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._wake, self._waker = os.pipe()
        self._open = True
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        os.write(self._waker, b"x")
        self._thread.join()
        self.vanish()
        os.close(self._wake)
        os.close(self._waker)

    def vanish(self):
        """The cable is pulled."""
        if self._open:
            self._open = False
            os.close(self._master)
            os.close(self._slave)

    def _serve(self):
        while self._open:
            ready, _, _ = select.select([self._master, self._wake], [], [])
            if self._wake in ready:
                return
            self.link.feed(os.read(self._master, max(1, self.link.room())))
            while self._open and not self.link.idle():
                self._send()
                self.link.feed(b"")

    def _send(self):
        data = self.link.take(256)
        if self._action is not None and self.sent_bytes + len(data) > self._at_bytes:
            self._put(data[: self._at_bytes - self.sent_bytes])
            action, self._action = self._action, None
            data = data[max(0, self._at_bytes - self.sent_bytes) :]
            action(self)
        self._put(data)
        self.sent_bytes += len(data)

    def _put(self, data):
        if self._open and not self.silent and data:
            os.write(self._master, bytes(byte ^ self.flip for byte in data))
