"""What the pump remembers of programs that give it commands: who may, and how often.

The key of the paired program is with the settings. A command is known by the start of the board
in which it was given and a count within it, which only grows: neither needs to be stored, because
the number of starts is in the log. Should the log have lost its end, a number of starts may come
back; the pairing remembers one that it was used in, and is ended by a start that is no later.
"""

from micropython import const

from pump.core import codes, events

# How many records the link's changes may write in a row, and how soon one more: a program gone
# wild must not push doses out of the log. Not changes are counted but records: a basal program of
# 48 segments writes 49. A loop that acts every five minutes needs a third of it.
_MOST_RECORDS = const(100)
_RECORD_EVERY_S = const(30)


class Remote:
    """The link's right to change something."""

    def __init__(self, log, clock, settings):
        self._log = log
        self._clock = clock
        self._settings = settings
        self._left = _MOST_RECORDS  # below 0: one change wrote more than there were
        self._from_seq = 0  # of the first record of the change that is being made
        self._since_s = 0
        self._turned_away = 0
        self.random = None  # the app's: count -> so many random bytes
        self.count = 0  # of the last command that was taken since the start
        self.code = b""  # what the screen shows for a pairing, as long as it does
        self.code_until_s = 0
        self.wrong_codes = 0

    def paired(self):
        """Whether a program may give commands."""
        return len(self._settings.remote_key) > 0

    def pair(self, key, source):
        """Take commands sealed with these 32 bytes, and no others; with b"" take none at all."""
        self._settings.remote_key = key
        self._settings.remote_boot = self._log.boot
        self._log.write(events.PAIRING, 1 if key else 0, source)

    def check_start(self, unpaired):
        """End a pairing that the log says is ended, or whose counts might be used twice.

        True when that was so.
        """
        if not self.paired():
            return False
        if self._settings.remote_boot < self._log.boot and not unpaired:
            return False
        self.pair(b"", events.SOURCE_RULE)
        return True

    def may_change(self):
        """OK, or why the link may not change anything without a seal now."""
        if self.paired():
            return self.turn_away(codes.NOT_PAIRED)
        return codes.OK if self.begin() else self.turn_away(codes.TOO_MANY)

    def begin(self):
        """A change begins. False: earlier ones have written so much that it must wait."""
        uptime_s = self._clock.uptime_s
        gained = (uptime_s - self._since_s) // _RECORD_EVERY_S
        self._since_s += gained * _RECORD_EVERY_S
        self._left = min(_MOST_RECORDS, self._left + gained)
        self._from_seq = self._log.next_seq
        return self._left > 0

    def changed(self):
        """The change that began is made or refused: count what it wrote."""
        self._left -= max(1, self._log.next_seq - self._from_seq)

    def turn_away(self, code):
        """Somebody asked who may not, or too often. Returns the code."""
        self._turned_away += 1
        # Powers of two only: whoever tries a million times gets twenty records.
        if self._turned_away & (self._turned_away - 1) == 0:
            self._log.write(events.TURNED_AWAY, code, self._turned_away)
        return code
