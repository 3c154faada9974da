"""The talk with a host: what goes between the port and the link, both ways.

The app loads it, with the link, when a host begins, and lets go of it when none talks any more.
"""

from micropython import const

from pump.core import states
from pump.link.link import Link
from pump.link.service import Service

_PORT_MS = const(20)
_WRITE_BYTES = const(256)
_SILENT_MS = const(60_000)  # then the host is taken for gone
_SERVICE_ANSWER_MS = const(1_000)  # time for the answer to leave before the board restarts


class Talk:
    """One talk. `forget` lets go of what the link loads for a single request."""

    def __init__(self, app, board, hardware, version, forget):
        self._app = app
        self._hardware = hardware
        self.link = Link(Service(app, board, hardware, version), forget)
        self._silent_ms = 0
        self._service_ms = 0
        self._port_ms = _PORT_MS

    def go_on(self, elapsed_ms):
        """A turn of it. False: the host is gone, or service is granted and the app leaves."""
        pump = self._app.pump
        self._converse(pump, elapsed_ms)
        if pump.state == states.SERVICE:
            self._leave(pump, elapsed_ms)
            return True
        return self._silent_ms < _SILENT_MS

    def due_ms(self, due_ms):
        """For how long the app may sleep that may for `due_ms`."""
        if self.link.idle() and self._app.pump.state != states.SERVICE:
            return due_ms
        return min(due_ms, self._port_ms)

    def _converse(self, pump, elapsed_ms):
        port, link = self._hardware.port, self.link
        # First what an earlier turn has answered, once the records and settings of it are durable.
        waits = pump.log.outbox or pump.settings_dirty
        out = b"" if waits and pump.state != states.FAULT else link.pending(_WRITE_BYTES)
        taken = port.write(out) if out else 0
        link.sent(taken)
        link.advance(elapsed_ms)
        room = link.room()
        came = port.read(room) if room else b""
        link.feed(came)
        # A host that does not read can wait, and so can an answer until the train has ended.
        waits = pump.log.outbox or pump.settings_dirty
        more = taken or (not out and not waits and link.pending(1))
        self._port_ms = 0 if more else _PORT_MS
        # A byte that nobody would take must not end the sleep.
        self._hardware.listening = link.room() > 0
        self._silent_ms = 0 if came or out else self._silent_ms + elapsed_ms

    def _leave(self, pump, elapsed_ms):
        self._service_ms += elapsed_ms
        answered = self.link.idle() or self._service_ms >= _SERVICE_ANSWER_MS
        if answered and not pump.log.outbox and not self._app.journal.staged:
            self._app.in_service = True
