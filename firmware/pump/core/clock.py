"""Uptime and the wall clock, kept from the elapsed milliseconds alone.

The wall clock `local_s` counts seconds since 2020-01-01 00:00 in the time zone of its user: this
epoch keeps it a small integer until 2054. Durations are always taken from uptime,
so no change of the wall clock can stretch or shrink them.
"""

from micropython import const

DAY_S = const(86_400)
LOCAL_LIMIT_S = const(1_073_741_823)


class Clock:
    """What time it is since boot and on the wall."""

    def __init__(self):
        self.uptime_s = 0
        self.uptime_ms = 0  # within the second, 0 to 999
        self.local_s = 0
        self.trusted = False  # set by somebody since the last power loss
        self.was_set = False  # who keeps another clock in step takes it

    def advance(self, elapsed_ms):
        """Let `elapsed_ms` go by."""
        self.uptime_ms += elapsed_ms
        if self.uptime_ms >= 1000:
            seconds = self.uptime_ms // 1000
            self.uptime_ms -= seconds * 1000
            self.uptime_s += seconds
            self.local_s += seconds

    def set(self, local_s):
        """Set the wall clock. It is trusted from now on."""
        self.local_s = local_s
        self.trusted = True
        self.was_set = True

    def minute_of_day(self):
        """0 to 1439, local."""
        return self.local_s % DAY_S // 60

    def day(self):
        """Days since 2020-01-01, local."""
        return self.local_s // DAY_S
