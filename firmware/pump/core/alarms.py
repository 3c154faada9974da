"""The alarms: one table, and the latch that each goes through.

A cause raises an alarm; it sounds until a person acknowledges it, and repeats until then. It is
over when it was acknowledged and its cause is gone: an alarm whose cause vanished by itself still
waits for a person, so nobody can miss it.
"""

from micropython import const

from pump.core import events

NONE = const(0)
OCCLUSION = const(1)
RESERVOIR_EMPTY = const(2)
RESERVOIR_LOW = const(3)
BATTERY_EMPTY = const(4)
BATTERY_LOW = const(5)
MOTOR_ERROR = const(6)
SYSTEM_ERROR = const(7)
CLOCK_NOT_SET = const(8)
OVER_LIMIT = const(9)
BOLUS_INCOMPLETE = const(10)
LOG_NEW = const(11)
SETTINGS_LOST = const(12)
RESTARTED = const(13)
LOG_DAMAGED = const(14)
KEY_STUCK = const(15)
STOP_STUCK = const(16)
SENSOR_LOST = const(17)

LOW = const(0)
MEDIUM = const(1)
HIGH = const(2)

# (alarm, priority, does it stop delivery). Names are in event_table.ALARM_NAMES.
ALARMS = (
    (NONE, LOW, False),
    (OCCLUSION, HIGH, True),
    (RESERVOIR_EMPTY, HIGH, True),
    (RESERVOIR_LOW, MEDIUM, False),
    (BATTERY_EMPTY, HIGH, True),
    (BATTERY_LOW, MEDIUM, False),
    (MOTOR_ERROR, HIGH, True),
    (SYSTEM_ERROR, HIGH, True),
    (CLOCK_NOT_SET, LOW, False),
    (OVER_LIMIT, MEDIUM, False),
    (BOLUS_INCOMPLETE, MEDIUM, False),
    (LOG_NEW, LOW, False),
    (SETTINGS_LOST, MEDIUM, False),
    (RESTARTED, MEDIUM, False),
    (LOG_DAMAGED, LOW, False),
    (KEY_STUCK, MEDIUM, False),
    (STOP_STUCK, HIGH, True),
    (SENSOR_LOST, MEDIUM, False),
)

REPEAT_S = const(300)  # most time between two reminders of an alarm nobody acknowledged


class Alarms:
    """Which alarms there are now, as bit masks over the alarm numbers."""

    def __init__(self, log, clock):
        self._log = log
        self._clock = clock
        self._since_s = [0] * len(ALARMS)
        self._repeats = 0
        self._repeat_at_s = 0
        self._highest = NONE
        self._highest_of = 0  # the waiting alarms for which it is known
        self.causes = 0  # the cause is there now
        self.raised = 0  # raised and not over
        self.waiting = 0  # raised and not acknowledged
        self.repeat_due = False  # the face takes it: sound the highest one again

    def cause(self, alarm, present, value=0):
        """Tell whether an alarm's cause is there. True when this raised it anew."""
        bit = 1 << alarm
        if not present:
            if self.causes & bit:
                self.causes &= ~bit
                self._settle(alarm)
            return False
        self.causes |= bit
        if self.raised & bit:
            return False
        self.raised |= bit
        self.waiting |= bit
        self._since_s[alarm] = self._clock.uptime_s
        self._repeats = 0
        self._repeat_at_s = self._clock.uptime_s + REPEAT_S
        self._log.write(events.ALARM_RAISED, alarm, ALARMS[alarm][1], value)
        return True

    def has_cause(self, alarm):
        """Whether an alarm's cause is there now."""
        return self.causes & 1 << alarm != 0

    def once(self, alarm, value=0):
        """Raise an alarm for something that happened and is over: it waits for a person."""
        self.cause(alarm, True, value)
        self.causes &= ~(1 << alarm)

    def acknowledge(self, alarm, source):
        """A person has seen it. False when it was not waiting."""
        bit = 1 << alarm
        if not self.waiting & bit:
            return False
        self.waiting &= ~bit
        after_s = self._clock.uptime_s - self._since_s[alarm]
        self._log.write(events.ALARM_ACKNOWLEDGED, alarm, after_s, source)
        self._settle(alarm)
        return True

    def highest(self):
        """The waiting alarm of the highest priority, the first of the table among equals."""
        if self.waiting != self._highest_of:
            self._highest_of = self.waiting
            self._highest = self._find_highest()
        return self._highest

    def priority(self, alarm):
        """LOW, MEDIUM or HIGH."""
        return ALARMS[alarm][1]

    def advance(self):
        """Call as time goes by: makes the repeats of what nobody has acknowledged."""
        if not self.waiting or self._clock.uptime_s < self._repeat_at_s:
            return
        self._repeat_at_s = self._clock.uptime_s + REPEAT_S
        self._repeats += 1
        self.repeat_due = True
        # Powers of two only: an alarm ignored for a week must not push doses out of the log.
        if self._repeats & (self._repeats - 1) == 0:
            self._log.write(events.ALARM_REPEATED, self.highest(), self._repeats)

    def _find_highest(self):
        best = NONE
        for row in ALARMS:
            if self.waiting & 1 << row[0] and (best == NONE or row[1] > ALARMS[best][1]):
                best = row[0]
        return best

    def _settle(self, alarm):
        bit = 1 << alarm
        if self.raised & bit and not (self.causes | self.waiting) & bit:
            self.raised &= ~bit
            after_s = self._clock.uptime_s - self._since_s[alarm]
            self._log.write(events.ALARM_CLEARED, alarm, after_s)
