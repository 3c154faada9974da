"""The alarms: one table, and the latch that each goes through.

A cause raises an alarm; it sounds until a person acknowledges it, and repeats until then. What
stops delivery or makes it less waits for a person anew when its cause is still there some minutes
later: silence lasts ten at most (Open PCA Pump R6.4.3). It is over when it was acknowledged and
its cause is gone: an alarm whose cause vanished by itself still waits for a person, so nobody can
miss it.

One of medium priority that nobody answers for half an hour sounds and flashes as one of high
priority does, both, so that ear and eye are told the same (IEC 60601-1-8). Its priority stays what
it was in the log and on the link, and delivery goes on. Those of low priority do not rise: they
ask for nothing soon, and reminders are withdrawn by then.
"""

from micropython import const

from pump.core import events
from pump.core.logbook import LOG_TURN

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
END_REACHED = const(18)
TEMPORARY_ENDED = const(19)
UNDER_DELIVERY = const(20)
RESERVOIR_VERY_LOW = const(21)
AUTO_OFF_SOON = const(22)
AUTO_OFF = const(23)
# Reminders, until DAILY: shown as an alarm is, and withdrawn when nobody answers.
SET_OLD = const(24)
MEAL_MISSED = const(25)
CHECK_GLUCOSE = const(26)
DAILY = const(27)
SELF_TEST = const(28)
STOPPED_AGAIN = const(29)
LOG_FULL = const(30)

# As bits, of which alarm n is bit n - 1: a small integer of a board has 30, so these are all.
_REMINDERS = const(0x07800000)

LOW = const(0)
MEDIUM = const(1)
HIGH = const(2)

# The priority of each, by its number; names are in event_table.ALARM_NAMES. As bytes, because a
# table of tuples takes 600 bytes more of the memory.
PRIORITIES = bytes(
    (
        LOW,  # none
        HIGH,  # occlusion
        HIGH,  # reservoir empty
        MEDIUM,  # reservoir low
        HIGH,  # battery empty
        MEDIUM,  # battery low
        HIGH,  # motor error
        HIGH,  # system error
        LOW,  # clock not set
        MEDIUM,  # over limit
        MEDIUM,  # bolus incomplete
        LOW,  # log new
        MEDIUM,  # settings lost
        MEDIUM,  # restarted
        LOW,  # log damaged
        MEDIUM,  # key stuck
        HIGH,  # STOP stuck
        MEDIUM,  # sensor lost
        HIGH,  # end reached
        MEDIUM,  # temporary basal ended
        MEDIUM,  # under-delivery
        MEDIUM,  # reservoir very low
        MEDIUM,  # auto-off soon
        HIGH,  # auto-off
        LOW,  # set old
        LOW,  # meal missed
        LOW,  # check glucose
        LOW,  # daily reminder
        HIGH,  # self-test
        HIGH,  # stopped again
        LOW,  # log full
    )
)

# Most time that what stops delivery or makes it less is silent after an acknowledgement.
SILENCE_S = const(600)
_LOOKS_S = const(60)  # how often that is looked at
REPEAT_S = const(300)  # most time between two reminders of an alarm nobody acknowledged
RISE_S = const(1_800)  # so long nobody answers, and a medium one sounds as a high one


def stops(alarm):
    """Whether it stops delivery: those of the highest priority do, and no others."""
    return PRIORITIES[alarm] == HIGH


def worst(alarms):
    """Of alarms as bits the one of the highest priority, the first of the table among equals."""
    found = NONE
    for alarm in range(1, len(PRIORITIES)):
        higher = found == NONE or PRIORITIES[alarm] > PRIORITIES[found]
        if higher and alarms & 1 << alarm - 1:
            found = alarm
    return found


def reminder(alarms):
    """The first reminder among alarms as bits, or NONE."""
    return worst(alarms & _REMINDERS) if alarms & _REMINDERS else NONE


class Alarms:
    """Which alarms there are now, as bit masks: alarm n is bit n - 1."""

    def __init__(self, log, clock):
        self._log = log
        self._clock = clock
        self._since_s = [0] * len(PRIORITIES)
        self._repeats = 0
        self._repeat_at_s = 0
        self._silent_from_s = 0
        self._answered_s = 0  # when a person last was there, or a silence was over
        self._highest = NONE
        self._highest_of = 0  # the waiting alarms for which it is known
        self.failed_test = 0  # of the self-test, events.TEST_*
        self.causes = 0  # the cause is there now
        self.raised = 0  # raised and not over
        self.waiting = 0  # raised and not acknowledged
        self.repeat_due = False  # the face takes it: sound the highest one again

    def cause(self, alarm, present, value=0):
        """Tell whether an alarm's cause is there: it may raise the alarm, or end it."""
        bit = 1 << alarm - 1
        if not present:
            if self.causes & bit:
                self.causes &= ~bit
                self._settle(alarm)
            return
        self.causes |= bit
        if self.raised & bit:
            return
        self.raised |= bit
        self.waiting |= bit
        self._since_s[alarm] = self._clock.uptime_s
        self._repeats = 0
        self._repeat_at_s = self._clock.uptime_s + REPEAT_S
        self._log.write(events.ALARM_RAISED, alarm, PRIORITIES[alarm], value)

    def has_cause(self, alarm):
        """Whether an alarm's cause is there now."""
        return self.causes & 1 << alarm - 1 != 0

    def once(self, alarm, value=0):
        """Raise an alarm for something that happened and is over: it waits for a person."""
        self.cause(alarm, True, value)
        self.causes &= ~(1 << alarm - 1)

    def stopping(self):
        """An alarm that keeps delivery stopped: its cause is there, or nobody has seen it."""
        found = self.causes | self.waiting
        for alarm in range(1, len(PRIORITIES)):
            if stops(alarm) and found & 1 << alarm - 1:
                return alarm
        return NONE

    def report_log(self, found_empty, torn_bytes, damaged_records, missing_records):
        """Say what the journal found, when it is worth a record."""
        if found_empty:
            self._log.write(events.LOG_NEW)
            self.once(LOG_NEW)
        if torn_bytes or damaged_records or missing_records:
            self._log.write(events.LOG_DAMAGED, torn_bytes, damaged_records, missing_records)
            self.once(LOG_DAMAGED)

    def look_at_log(self):
        """Call before each checkpoint: say when most of a turn of the log was written.

        The log drops its oldest records. Told at every LOG_TURN records, by their numbers alone,
        so nothing has to be remembered but the number of the last checkpoint, and that is in the
        log. Should the power go between this record and the checkpoint, it is told again.
        """
        log = self._log
        if log.checkpoint_seq // LOG_TURN != log.next_seq // LOG_TURN:
            self.once(LOG_FULL)
        log.checkpoint_seq = log.next_seq

    def acknowledge(self, alarm, source):
        """A person has seen it. False when it was not waiting."""
        bit = 1 << alarm - 1 if alarm else 0
        if not self.waiting & bit:
            return False
        if not self._silent():  # else from the first of them on
            self._silent_from_s = self._clock.uptime_s
        self.waiting &= ~bit
        self._answered_s = self._clock.uptime_s
        after_s = self._clock.uptime_s - self._since_s[alarm]
        self._log.write(events.ALARM_ACKNOWLEDGED, alarm, after_s, source)
        self._settle(alarm)
        return True

    def withdraw(self, alarm):
        """It waits no more, although nobody has seen it: for reminders."""
        self.waiting &= ~(1 << alarm - 1)
        self._settle(alarm)

    def highest(self):
        """The waiting alarm of the highest priority, the first of the table among equals."""
        if self.waiting != self._highest_of:
            self._highest_of = self.waiting
            self._highest = worst(self.waiting)
        return self._highest

    def priority(self, alarm):
        """LOW, MEDIUM or HIGH."""
        return PRIORITIES[alarm]

    def urgency(self, alarm):
        """The priority as which a waiting alarm sounds and flashes by now."""
        priority = PRIORITIES[alarm]
        if priority == MEDIUM:
            since_s = max(self._since_s[alarm], self._answered_s)
            if self._clock.uptime_s - since_s >= RISE_S:
                return HIGH
        return priority

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

    def minute(self):
        """Call once a minute: what still keeps from delivery sounds again before long."""
        silent = self._silent()
        left_s = self._silent_from_s + SILENCE_S - self._clock.uptime_s
        if silent and left_s < _LOOKS_S:
            self.waiting |= silent
            self._repeats = 0
            self._answered_s = self._clock.uptime_s
            self._repeat_at_s = self._clock.uptime_s + REPEAT_S
            self._log.write(events.ALARM_REPEATED, worst(silent), 0)

    def _silent(self):
        """Those as bits that stop delivery or make it less, are there now, and do not wait."""
        silent = self.causes & ~self.waiting
        if silent:
            for alarm in range(1, len(PRIORITIES)):
                if PRIORITIES[alarm] < HIGH and alarm not in (OVER_LIMIT, UNDER_DELIVERY):
                    silent &= ~(1 << alarm - 1)
        return silent

    def _settle(self, alarm):
        bit = 1 << alarm - 1
        if self.raised & bit and not (self.causes | self.waiting) & bit:
            self.raised &= ~bit
            after_s = self._clock.uptime_s - self._since_s[alarm]
            self._log.write(events.ALARM_CLEARED, alarm, after_s)
