"""A rig's port as pyserial shows it to a host in the same thread: who waits lets time go by."""

import serial

from basalt import client

TURN_MS = 20


class RigTime:
    """Stands in for `time` in the client: it goes by only while a host waits at a RigSerial."""

    waited_s = 0.0

    @classmethod
    def monotonic(cls):
        """Seconds, however slow this computer is."""
        return cls.waited_s


class RigSerial:
    """What client.PumpLink uses of a serial port, with the faults of a cable.

    `lost`: how many of the next writes never arrive. `deaf`: how many of the next answers do not.
    """

    def __init__(self, rig):
        self.rig = rig
        self.port = "rig"
        self.gone = False
        self.lost = 0
        self.deaf = 0
        self.written = []
        self._in = b""

    def write(self, data):
        """Send; SerialException when the cable was pulled."""
        self._check()
        self.written.append(bytes(data))
        if self.lost:
            self.lost -= 1
        else:
            self.rig.port.host_write(data)
        return len(data)

    def read(self, size):
        """Wait for at most 20 ms of the rig's time."""
        self._check()
        if not self._in:
            self.rig.run_ms(TURN_MS)
            RigTime.waited_s += TURN_MS / 1000
            self._fetch()
        data, self._in = self._in[:size], self._in[size:]
        return data

    @property
    def in_waiting(self):
        """Bytes that can be read now."""
        self._fetch()
        return len(self._in)

    def close(self):
        """Nothing to let go of."""

    def _fetch(self):
        data = self.rig.port.host_read()
        if data and self.deaf:
            self.deaf -= 1
            return
        self._in += data

    def _check(self):
        if self.gone:
            raise serial.SerialException("the cable was pulled")


def plug(rig, monkeypatch):
    """From now on `basalt` finds the rig at every port, also at its default one."""
    monkeypatch.setenv("BASALT_PORT", "rig")
    monkeypatch.setattr(client, "time", RigTime)
    monkeypatch.setattr(client.serial, "Serial", lambda *_, **__: RigSerial(rig))
    monkeypatch.setattr("time.sleep", lambda seconds: rig.run_ms(int(seconds * 1000)))
