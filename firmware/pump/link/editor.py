"""Gathers what a person types at a terminal into lines, and echoes it."""

from micropython import const

_MOST_LINE = const(48)
_BACKSPACES = b"\x08\x7f"
_LINE_ENDS = b"\r\n"


class LineEditor:
    """Gathers typed bytes into lines; unprintable ones, Ctrl-C among them, are ignored."""

    def __init__(self):
        self._line = bytearray()
        self.echo = b""

    def feed(self, data, at):
        """Use up typed bytes until a line is complete: (index where to go on, line or None)."""
        start = at
        while at < len(data):
            byte = data[at]
            at += 1
            if byte in _LINE_ENDS:
                line = bytes(self._line)
                self._line = bytearray()
                if line:
                    self.echo = printable(data[start : at - 1]) + b"\r\n"
                    return at, line.decode()
            elif byte in _BACKSPACES:
                self._line = self._line[:-1]
            elif 0x20 <= byte < 0x7F and len(self._line) < _MOST_LINE:
                self._line.append(byte)
        self.echo = printable(data[start:at])
        return at, None


def printable(data):
    """What of some typed bytes a terminal should show again."""
    return bytes([byte for byte in data if 0x20 <= byte < 0x7F])
