"""Insulin on board: how much of the boluses of the last hours has yet to act.

Boluses alone count: basal is what holds a person who does not eat level, and a sum that is taken
off a bolus must not hold it against them. A bolus counts from its end, by what the motor is known
to have made; what is uncertain counts in full. Time without power counts as no time. All of this
makes the sum too great rather than too small, and a dose that is reckoned from it too small.

How long boluses act may go by the time of day (day_parts.py): then all of them are taken to act as
long as the part of now says, looked at once a minute, and before that as long as the longest.

Doses less than a quarter of an hour apart are one dose at the mean of their times, so that a
program which gives every five minutes needs little memory, here and in the log.
"""

from micropython import const

from pump.core import events

LONGEST_S = const(28_800)  # the longest duration of action that the settings know
AGE_UNIT_S = const(120)  # in a checkpoint
_TOGETHER_S = const(900)
_MOST_MU = const(65_535)  # what a field of a checkpoint holds
_INTERVALS = const(48)  # of a curve
_WHOLE = const(10_000)
_IN_ONE_RECORD = const(6)  # three doses, each with its age


class InsulinOnBoard:
    """Doses with their times, and the curve by which they act. Times: seconds of one clock."""

    def __init__(self, duration_min=0):
        """Without a duration it keeps doses, and cannot tell what is left of them."""
        self.duration_min = 0  # that was asked for last
        self.doses = []  # time, mU, time, mU, ...: oldest first
        self._curve = None
        self._duration_s = 0
        if duration_min:
            self.act_for(duration_min)

    def act_for(self, duration_min):
        """Take the curve of a duration; one between two of the table acts as the longer."""
        if duration_min == self.duration_min:
            return
        from pump.core.insulin_curves import FIRST_MIN, ROWS, STEP_MIN, values

        row = min(max(0, -((FIRST_MIN - duration_min) // STEP_MIN)), ROWS - 1)
        self._curve = values(row)
        self._duration_s = (FIRST_MIN + row * STEP_MIN) * 60
        self.duration_min = duration_min

    def add(self, now_s, dose_mu):
        """A dose was given."""
        doses = self.doses
        while doses and now_s - doses[0] >= LONGEST_S:
            del doses[:2]
        if dose_mu <= 0:
            return
        if doses and now_s - doses[-2] < _TOGETHER_S and doses[-1] + dose_mu <= _MOST_MU:
            both_mu = doses[-1] + dose_mu
            # Rounded to the later: what is newer acts longer.
            doses[-2] += -((doses[-2] - now_s) * dose_mu // both_mu)
            doses[-1] = both_mu
        else:
            doses += [now_s, min(dose_mu, _MOST_MU)]

    def left_mu(self, now_s):
        """What is on board, rounded up."""
        doses, curve, duration_s = self.doses, self._curve, self._duration_s
        total_mu = 0
        for at in range(0, len(doses), 2):
            age_s = now_s - doses[at]
            if age_s < duration_s:
                place = age_s * _INTERVALS
                index = place // duration_s
                share = curve[index]
                share -= (share - curve[index + 1]) * (place % duration_s) // duration_s
                total_mu += (doses[at + 1] * share + _WHOLE - 1) // _WHOLE
        return total_mu

    def take(self, other, then_s, now_s):
        """Take over the doses of another one, whose clock stood at `then_s`."""
        self.doses = list(other.doses)
        for at in range(0, len(self.doses), 2):
            self.doses[at] += now_s - then_s

    def checkpoint(self, log, now_s):
        """Write what a restart must know of it."""
        told = []
        for at in range(0, len(self.doses), 2):
            age_s = now_s - self.doses[at]
            if age_s < LONGEST_S:
                told += [age_s // AGE_UNIT_S, self.doses[at + 1]]
        while told:
            log.write(events.CHECKPOINT_INSULIN, *(told + [0] * _IN_ONE_RECORD)[:_IN_ONE_RECORD])
            del told[:_IN_ONE_RECORD]
