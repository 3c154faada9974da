"""What the settings ask for as time goes by, and what these rules remember.

Loaded once one of them is set, and then it stays. Times: seconds of uptime.
"""

from pump.core import settings as st


class Rules:
    """The rules that are set. `look` is called once a minute."""

    def __init__(self, now_s):
        self.pressed_s = now_s  # when a key was last touched, or when the rules began
        self.warned_s = -1  # the press after whose absence a warning was given
        self._reminders = None  # once one is set

    def look(self, pump):
        """A minute went by. Want of memory must not stop delivery: then the next minute looks."""
        settings = pump.settings
        if settings.insulin_by_day():
            self._act_for_now(pump)
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
            self._reminders.look(pump)

    @staticmethod
    def _act_for_now(pump):
        try:
            from pump.core.day_parts import act_for_now

            act_for_now(pump)
        except MemoryError:
            pass

    @staticmethod
    def _reminds(settings):
        numbers = range(st.GLUCOSE_CHECK_MIN, st.RESERVOIR_DAYS + 1)
        return settings.get(st.SET_DAYS) or any(settings.get(number) for number in numbers)
