"""What a person asked to be reminded of: meals, glucose, a change, and four times of the day.

A reminder is shown as an alarm is, at the lowest priority. One that nobody answers within half an
hour is over and in the log as missed; so is one that waits when the pump restarts, which begins
anew. What is due is seen once a minute, so up to a minute late, and a clock that is set jumps over
what lies between.

Loaded once one of them is set.
"""

from micropython import const

from pump.core import alarms as al
from pump.core import events
from pump.core import settings as st
from pump.core.clock import DAY_S
from pump.core.logbook import LONG_AGO_S

_MISSED_S = const(1_800)
_DAY_MIN = const(1_440)
_MOST_MIN = const(5)  # more at once, and the clock was set


class Reminders:
    """Those that are set, and those that wait for an answer."""

    def __init__(self, pump):
        self._minute = pump.clock.local_s // 60  # of the last look
        self._since_bolus_s = pump.since_bolus_s()  # at the last look
        self._open = []  # (kind, alarm, uptime in s) of those that wait
        self._old = []  # the kinds of what is in use too long, and was told

    def look(self, pump):
        """A minute went by."""
        self._end_missed(pump)
        minute = pump.clock.local_s // 60
        passed = minute - self._minute
        self._minute = minute
        if 0 < passed <= _MOST_MIN:
            self._look_at_clock(pump, passed)
        since_s, before_s = pump.since_bolus_s(), self._since_bolus_s
        self._since_bolus_s = since_s
        wait_min = pump.settings.get(st.GLUCOSE_CHECK_MIN)
        if wait_min and before_s < wait_min * 60 <= since_s:
            self._remind(pump, events.REMIND_GLUCOSE, al.CHECK_GLUCOSE, since_s)
        self._look_at_line(pump)

    def _look_at_line(self, pump):
        """The site and the reservoir, each by its own days; both are told by one alarm."""
        line, now_s = pump.line, pump.clock.uptime_s
        set_old = self._too_old(pump, events.REMIND_SET, line.set_age_s(now_s), st.SET_DAYS)
        age_s = -1 if line.reservoir_s is None else now_s - line.reservoir_s
        old = self._too_old(pump, events.REMIND_RESERVOIR, age_s, st.RESERVOIR_DAYS)
        if not (old or set_old):
            pump.alarms.cause(al.SET_OLD, False)

    def _too_old(self, pump, kind, age_s, number):
        days = pump.settings.get(number)
        old = 0 < days * DAY_S <= age_s
        told = kind in self._old
        if old and not told:
            self._old.append(kind)
            self._sound_anew(pump, al.SET_OLD)
            pump.alarms.cause(al.SET_OLD, False)  # one that was seen is seen again
            pump.alarms.cause(al.SET_OLD, True, days)
            self._tell(pump, kind, al.SET_OLD, age_s)
        elif told and not old:
            self._old.remove(kind)
        return old

    def _look_at_clock(self, pump, passed):
        settings = pump.settings
        for index in range(4):
            at_min = settings.get(st.DAILY_1_MIN + index)
            if at_min and (self._minute - at_min) % _DAY_MIN < passed:
                self._remind(pump, events.REMIND_DAILY_1 + index, al.DAILY, 0)
        from_min, until_min = settings.get(st.MEAL_FROM_MIN), settings.get(st.MEAL_UNTIL_MIN)
        late_min = (self._minute - until_min) % _DAY_MIN
        if from_min == until_min or late_min >= passed:
            return
        window_s = (until_min - from_min) % _DAY_MIN * 60
        back_s = window_s + late_min * 60 + pump.clock.local_s % 60
        if pump.since_bolus_s() >= min(back_s, LONG_AGO_S):
            self._remind(pump, events.REMIND_MEAL, al.MEAL_MISSED, window_s)

    def _remind(self, pump, kind, alarm, after_s):
        self._sound_anew(pump, alarm)
        pump.alarms.once(alarm)
        self._tell(pump, kind, alarm, after_s)

    @staticmethod
    def _sound_anew(pump, alarm):
        if pump.alarms.waiting >> alarm - 1 & 1:
            pump.suspension.reminder_due = True  # the same words wait already

    def _tell(self, pump, kind, alarm, after_s):
        pump.log.write(events.REMINDER, kind, after_s)
        self._open.append((kind, alarm, pump.clock.uptime_s))

    def _end_missed(self, pump):
        alarms = pump.alarms
        still = []
        for kind, alarm, at_s in self._open:
            after_s = pump.clock.uptime_s - at_s
            if not alarms.waiting >> alarm - 1 & 1:
                continue  # it was answered
            if after_s < _MISSED_S:
                still.append((kind, alarm, at_s))
            else:
                pump.log.write(events.REMINDER_MISSED, kind, after_s)
        for _, alarm, _ in self._open:
            if alarm not in [waits[1] for waits in still]:
                alarms.withdraw(alarm)
        self._open = still
