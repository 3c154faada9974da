"""The suspension of delivery: who began it, its records, and the reminder of it."""

from pump.core import alarms as al
from pump.core import events
from pump.core import settings as st


class Suspension:
    """The one that there is, or the last one."""

    def __init__(self, log, settings):
        self._log = log
        self._settings = settings
        self._into_ms = 0
        self.told_min = 0
        self.alarm = al.NONE  # that stopped delivery, if one did
        self.remotely = False  # over the link, and by nobody at the pump
        self.by_hand = False  # at the pump since its start, and no alarm came to it
        self.reminder_due = False  # the face takes it: also that a temporary basal is over

    def begin(self, source, alarm):
        """Delivery stops."""
        self._log.write(events.SUSPEND, source, alarm)
        self.remotely = source == events.SOURCE_LINK
        self.by_hand = source == events.SOURCE_BUTTONS and alarm == al.NONE
        self.alarm = alarm
        self._into_ms = 0
        self.told_min = 0

    def end(self, source):
        """Delivery goes on."""
        suspended_s = self.told_min * 60 + self._into_ms // 1000
        self._log.write(events.RESUME, source, suspended_s)
        self.remotely = False
        self.alarm = al.NONE

    def advance(self, elapsed_ms):
        """Less than a minute went by in it."""
        self._into_ms += elapsed_ms
        if self._into_ms >= 60_000:
            self._into_ms -= 60_000
            self.told_min += 1
            if self.told_min % self._settings.get(st.SUSPEND_REMINDER_MIN) == 0:
                self.reminder_due = True
                self._log.write(events.REMINDER, 0, self.told_min * 60)
