"""A temporary basal: for a while another rate than the program's, as a share of it or in U/h.

What becomes of it
- It counts the pump's own time: setting the clock neither stretches nor shortens it. It ends by
  itself at its exact millisecond; from there on the program is owed.
- A percentage follows the program from segment to segment, in whole mU/h, rounded down.
- No rate is ever above the max basal of the settings, whatever is changed while it runs.
- What stops delivery ends it: a suspension, a reservoir change, an alarm. After that the program
  is in force, as on pumps that people wear, and an alarm says so. Service ends it too, and is left
  by a restart.
- After a restart it does not go on by itself: the program does, and an alarm says so.

Its records stand between two leases, so `given_steps` of its end is the sum of what the leases
between the two have made. A command that comes while steps are under way is therefore taken up
when they have ended, within a tenth of a second.

Loaded by whoever gives the command and let go of after it; `pump.temporary` is None while none
runs.
"""

from micropython import const

from pump.core import alarms as al
from pump.core import codes, events, states
from pump.core import settings as st

NO_PERCENT = const(-1)  # the rate is in mU/h
MOST_PERCENT = const(500)
STEP_MIN = const(15)
MOST_MIN = const(1440)
_BY_WISH = (events.END_STOPPED, events.END_REMOTE, events.END_RENEWED)


def begin(pump, percent, rate_mu_h, minutes, source):
    """Another rate for a while, in place of one that runs. Answered with a code.

    `percent` of the program, or NO_PERCENT and a rate.
    """
    code, asked, limit = _check(pump, percent, rate_mu_h, minutes)
    if code != codes.OK:
        return pump.refuse(events.COMMAND_TEMPORARY, code, asked, limit, source)
    pump.temporary = pump.temporary or Temporary()
    pump.temporary.want(percent, rate_mu_h, minutes, source)
    pump.settle()
    return codes.OK


def cancel(pump, source):
    """End the temporary basal; the program goes on. Answered with a code."""
    temporary = pump.temporary
    if temporary is None or temporary.due:
        return codes.NOT_NOW
    by_link = source == events.SOURCE_LINK
    temporary.end(events.END_REMOTE if by_link else events.END_STOPPED)
    pump.settle()
    return codes.OK


def _check(pump, percent, rate_mu_h, minutes):
    """(OK or why there can be none, what is too much, its limit)."""
    if pump.temporary is not None and pump.temporary.due:
        return codes.NOT_NOW, 0, 0  # the one before waits for the end of a train
    code = codes.OK if pump.state == states.BOLUS else pump.why_not(states.SUSPEND)
    if code != codes.OK:
        return code, 0, 0
    if not STEP_MIN <= minutes <= MOST_MIN or minutes % STEP_MIN:
        return codes.OUT_OF_RANGE, minutes, MOST_MIN
    if not NO_PERCENT <= percent <= MOST_PERCENT or rate_mu_h < 0:
        return codes.OUT_OF_RANGE, percent, MOST_PERCENT
    top_mu_h = ordered_mu_h(percent, rate_mu_h, max(pump.settings.basal.rates_mu_h))
    most_mu_h = pump.settings.get(st.MAX_BASAL_MU_H)
    if top_mu_h > most_mu_h:
        return codes.OVER_MAX_BASAL, top_mu_h, most_mu_h
    return codes.OK, 0, 0


class Temporary:
    """The one that runs, from the command to its last record."""

    def __init__(self):
        self._wanted = None  # (percent, rate, minutes, source) to begin when the motor rests
        self._reason = events.END_TIME  # why it ends
        self._elapsed_ms = 0
        self._active = False  # its start is written and its end is not
        self.due = False  # something is to be written: the pump calls `turn` at rest
        self.left_ms = 0  # above 0 while its rate is in force
        self.percent = NO_PERCENT
        self.rate_mu_h = 0
        self.given_steps = 0  # confirmed by the motor
        self.remote = False  # ordered over the link

    def want(self, percent, rate_mu_h, minutes, source):
        """Begin one that was checked, in place of one that runs, as soon as the motor rests."""
        self._wanted = (percent, rate_mu_h, minutes, source)
        self.due = True

    def end(self, reason):
        """Its rate is in force no more; `turn` tells what it gave once the motor rests."""
        if self.left_ms or self._wanted:
            self.left_ms = 0
            self._reason = reason
            self.due = True

    def advance(self, elapsed_ms):
        """Time went by in it, at most `left_ms`."""
        self._elapsed_ms += elapsed_ms
        self.left_ms -= elapsed_ms
        self.due = self.due or not self.left_ms

    def rate_in_force(self, program_mu_h, most_mu_h):
        """Its rate where the program has `program_mu_h`."""
        rate_mu_h = ordered_mu_h(self.percent, self.rate_mu_h, program_mu_h)
        return rate_mu_h if rate_mu_h < most_mu_h else most_mu_h

    def turn(self, pump):
        """Write what ended and what begins, between two leases. With the motor at rest."""
        delivers = pump.state in (states.RUNNING, states.BOLUS)
        pump.basal.close(events.END_RATE_CHANGE if delivers else pump.basal.end_reason)
        wanted, reason = self._wanted, self._reason
        if self._active:
            self._finish(pump, events.END_RENEWED if wanted else reason)
        if wanted:
            self._begin(pump, wanted)
            if reason != events.END_TIME:  # it was ended before it could begin
                self._finish(pump, reason)
        self._wanted = None
        self._reason = events.END_TIME
        self.due = False
        if not self._active:
            pump.temporary = None

    def checkpoint(self, log):
        """Write what a restart must know of it."""
        if self._active:
            log.write(events.CHECKPOINT_TEMPORARY, self._elapsed_ms // 1000, self.given_steps)

    def _begin(self, pump, wanted):
        self.percent, self.rate_mu_h, minutes, source = wanted
        most_mu_h = pump.settings.get(st.MAX_BASAL_MU_H)
        rate_mu_h = self.rate_in_force(pump.settings.basal.rate_at(pump.clock.local_s), most_mu_h)
        pump.log.write(events.TEMPORARY_START, self.percent, rate_mu_h, minutes, source)
        self.remote = source == events.SOURCE_LINK
        self.given_steps = 0
        self._elapsed_ms = 0
        self.left_ms = minutes * 60_000
        self._active = True

    def _finish(self, pump, reason):
        # First of all the record: should there be no memory for it, the next turn tries again.
        pump.log.write(events.TEMPORARY_END, self._elapsed_ms // 1000, self.given_steps, reason)
        self._active = False
        if reason == events.END_TIME:
            # What a program has ordered it knows of, and may order every five minutes.
            if not self.remote:
                pump.suspension.reminder_due = True
        elif reason not in _BY_WISH:
            pump.alarms.once(al.TEMPORARY_ENDED)


def ordered_mu_h(percent, rate_mu_h, program_mu_h):
    """What such an order means while the program has `program_mu_h`: the one rounding of it."""
    return rate_mu_h if percent == NO_PERCENT else program_mu_h * percent // 100
