"""Faked USB serial ports: one in memory for tests, one on a real pseudo-terminal."""

import os

try:
    import tty
except ImportError:  # MicroPython has none, nor pseudo-terminals
    tty = None


class MemoryPort:
    """Bytes both ways. `host_reads` False is a host that holds the port and does not read."""

    def __init__(self):
        self._to_pump = bytearray()
        self._to_host = bytearray()
        self.host_reads = True
        self.is_open = False

    def open(self):
        """Ctrl-C is data from now on."""
        self.is_open = True

    def close(self):
        """Ctrl-C is Python's again."""
        self.is_open = False

    def read(self, size):
        """What has come, without waiting."""
        data = bytes(self._to_pump[:size])
        self._to_pump = self._to_pump[size:]
        return data

    def write(self, data):
        """How many bytes were taken, at most 256, without waiting."""
        if not self.host_reads:
            return 0
        taken = bytes(data[:256])
        self._to_host += taken
        return len(taken)

    def waiting(self):
        """Whether the host sent something that was not read yet."""
        return bool(self._to_pump)

    def host_write(self, data):
        """The host's end: send."""
        self._to_pump += data

    def host_read(self):
        """The host's end: all that has come."""
        data = bytes(self._to_host)
        self._to_host = bytearray()
        return data


class PtyPort:
    """The pump's end of a pseudo-terminal; `path` is what a host program opens as its port."""

    def __init__(self):
        self._pump_end, self._host_end = os.openpty()
        tty.setraw(self._host_end)
        os.set_blocking(self._pump_end, False)
        # The host's end stays open here too, so that a host that leaves is no end of file.
        self.path = os.ttyname(self._host_end)
        self._ahead = b""

    def open(self):
        """Nothing to do: a pseudo-terminal in raw mode passes Ctrl-C on as data."""

    def close(self):
        """Nothing to do."""

    def fileno(self):
        """For a select() that sleeps until the host says something."""
        return self._pump_end

    def read(self, size):
        """What has come, without waiting."""
        if not self._ahead:
            try:
                self._ahead = os.read(self._pump_end, 4096)
            except BlockingIOError:
                return b""
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        return data

    def write(self, data):
        """How many bytes were taken, without waiting."""
        try:
            return os.write(self._pump_end, bytes(data[:256]))
        except BlockingIOError:
            return 0

    def waiting(self):
        """Whether the host sent something that was not read yet."""
        if not self._ahead:
            self._ahead = self.read(4096)
        return bool(self._ahead)

    def shut(self):
        """Unplug."""
        os.close(self._pump_end)
        os.close(self._host_end)
