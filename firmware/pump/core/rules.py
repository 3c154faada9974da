"""What the settings ask for as time goes by, and what these rules remember.

Loaded once one of them is set, and then it stays. Times: seconds of uptime.
"""

from pump.core import events
from pump.core import settings as st


class Rules:
    """The rules that are set. `look` is called once a minute."""

    def __init__(self, now_s):
        self.pressed_s = now_s  # when a key was last touched, or when the rules began
        self.warned_s = -1  # the press after whose absence a warning was given
        self._reminders = None  # once one is set
        self.set_s = None  # when the reservoir was changed; None: not known

    def look(self, pump):
        """A minute went by. Want of memory must not stop delivery: then the next minute looks."""
        settings = pump.settings
        if settings.get(st.AUTO_OFF_H) or settings.get(st.AUTO_RESUME_MIN):
            try:
                from pump.core import absence
            except MemoryError:
                return
            absence.look(self, pump)
        if self._reminders is None and self._reminds(settings):
            try:
                from pump.core.reminders import Reminders

                self._reminders = Reminders(pump)
            except MemoryError:
                return
        if self._reminders is not None:
            self._reminders.look(pump, self.set_s)

    @staticmethod
    def _reminds(settings):
        numbers = range(st.GLUCOSE_CHECK_MIN, st.DAILY_4_MIN + 1)
        return settings.get(st.SET_DAYS) or any(settings.get(number) for number in numbers)

    def checkpoint(self, pump):
        """Write what a restart must know."""
        if self.set_s is not None and pump.settings.get(st.SET_DAYS):
            pump.log.write(events.CHECKPOINT_SET, (pump.clock.uptime_s - self.set_s) // 60)
