"""The suspension of delivery: who began it, its records, its alarm, and when it must last.

One that goes on and on is under-delivery as well: nothing is given that basal asks for, so that
alarm tells of it, with no value as nothing is owed, each time that the minutes of the setting are
over. A resume takes it back.

An alarm that stops delivery for the third time within ten minutes was resumed twice without its
cause being mended. Then another alarm says so, whose cause stays for ten minutes, or until a new
reservoir is in: so long nobody can resume (Open PCA Pump R6.5.0).
"""

from micropython import const

from pump.core import alarms as al
from pump.core import events
from pump.core import settings as st

_MOST_STOPS = const(3)  # by one alarm
_WINDOW_S = const(600)  # in so long; and so long the last of them stays


class Suspension:
    """The one that there is, or the last one."""

    def __init__(self, log, clock, settings, alarms):
        self._log = log
        self._clock = clock
        self._alarms = alarms
        self._stops = []  # (alarm, uptime in s) of the last ten minutes
        self._settings = settings
        self._into_ms = 0
        self.told_min = 0
        self.told = False  # the alarm of under-delivery is of this
        self.alarm = al.NONE  # that stopped delivery, if one did
        self.remotely = False  # over the link, and by nobody at the pump
        self.by_hand = False  # at the pump since its start, and no alarm came to it
        self.reminder_due = False  # the face takes it: a tone for what ended or began by itself

    def begin(self, source, alarm):
        """Delivery stops."""
        self._log.write(events.SUSPEND, source, alarm)
        self.remotely = source == events.SOURCE_LINK
        self.by_hand = source == events.SOURCE_BUTTONS and alarm == al.NONE
        self.alarm = alarm
        self._into_ms = 0
        self.told_min = 0
        if al.stops(alarm):
            self._stopped(alarm, self._clock.uptime_s)

    def recall(self, stops, lived_s, suspended):
        """At a start: (alarm, time) of each stop that the log tells, by a clock of which it is
        `lived_s` now.
        """
        self._stops = []
        for alarm, at_s in stops:
            if lived_s - at_s < _WINDOW_S:
                self._stopped(alarm, at_s - lived_s, suspended)

    def forgive(self):
        """What stopped delivery again and again may be mended: a person may resume."""
        self._stops = []
        self._alarms.cause(al.STOPPED_AGAIN, False)

    def _stopped(self, alarm, now_s, still=True):
        self._stops = [stop for stop in self._stops if now_s - stop[1] < _WINDOW_S]
        self._stops.append((alarm, now_s))
        if still and len([0 for stop in self._stops if stop[0] == alarm]) >= _MOST_STOPS:
            self._alarms.cause(al.STOPPED_AGAIN, True, alarm)

    def end(self, source):
        """Delivery goes on."""
        suspended_s = self.told_min * 60 + self._into_ms // 1000
        self._log.write(events.RESUME, source, suspended_s)
        if self.told:
            self._alarms.withdraw(al.UNDER_DELIVERY)
            self.told = False
        self.remotely = False
        self.alarm = al.NONE

    def advance(self, elapsed_ms):
        """Less than a minute went by in it."""
        self._into_ms += elapsed_ms
        if self._into_ms >= 60_000:
            self._into_ms -= 60_000
            self.told_min += 1
            if self.told_min * 60 >= _WINDOW_S and self._alarms.has_cause(al.STOPPED_AGAIN):
                self.forgive()
            if self.told_min % self._settings.get(st.SUSPEND_REMINDER_MIN) == 0:
                self._log.write(events.REMINDER, 0, self.told_min * 60)
                if not self._alarms.raised & 1 << al.UNDER_DELIVERY - 1:
                    self.told = True
                    self._alarms.once(al.UNDER_DELIVERY)
