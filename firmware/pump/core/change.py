"""The guided reservoir change: what may be done in it, and in which order."""

from pump.core import alarms as al
from pump.core import codes, events, states
from pump.core import settings as st


class ReservoirChange:
    """The change that is open, or the last one. Every command is answered with a code."""

    def __init__(self, pump):
        self._pump = pump
        self._was_suspended = False  # before it was opened
        self.loaded = False  # the new amount was entered

    def start(self, source):
        """Open a reservoir change. Delivery stops until it is closed."""
        pump = self._pump
        code = pump.why_not(states.OPEN_CHANGE)
        if code != codes.OK:
            return pump.refuse(events.COMMAND_CHANGE, code, 0, 0, source)
        self._was_suspended = pump.state == states.SUSPENDED
        if not self._was_suspended:
            pump.suspension.begin(source, al.NONE)
        if pump.train.ordered:
            pump.stop_wanted = True
        pump.close_basal(events.END_SUSPENDED)
        pump.go(states.OPEN_CHANGE)
        pump.log.write(events.CHANGE_START, pump.reservoir_steps, source)
        pump.reservoir_steps = -1
        self.loaded = False
        pump.check_reservoir()
        return codes.OK

    def rewind(self, source):
        """Draw the plunger back, to the end or until `stop`."""
        pump = self._pump
        code = self.move(events.KIND_REWIND, pump.profile.rewind_steps, source)
        if code == codes.OK:
            self.loaded = False
            pump.reservoir_steps = -1
        return code

    def load(self, dose_mu, source):
        """Say how much is in the reservoir that was put in."""
        pump = self._pump
        if pump.state != states.CHANGING:
            return pump.refuse(events.COMMAND_CHANGE, codes.NOT_NOW, dose_mu, 0, source)
        limit_mu = pump.profile.reservoir_mu
        if not 0 < dose_mu <= limit_mu:
            return pump.refuse(
                events.COMMAND_CHANGE, codes.OUT_OF_RANGE, dose_mu, limit_mu, source
            )
        pump.reservoir_steps = pump.profile.scale.steps(dose_mu)
        self.loaded = True
        pump.line.loaded(pump.clock.uptime_s)
        pump.log.write(events.RESERVOIR_SET, pump.reservoir_steps, dose_mu, source)
        pump.suspension.forgive()
        pump.check_reservoir()
        return codes.OK

    def prime(self, source):
        """Fill the tubing, until `stop` or the most that a tubing can hold.

        After a rewind the screw's play is taken up first. Here alone: no dose is ever preceded by
        steps that might be more than the play.
        """
        pump = self._pump
        if not self.loaded:
            return pump.refuse(events.COMMAND_MOVE, codes.RESERVOIR_NOT_SET, 0, 0, source)
        play_steps = pump.settings.get(st.BACKLASH_STEPS) if pump.move.play else 0
        if play_steps:
            return self.move(events.KIND_TAKE_UP, play_steps, source)
        return self.move(events.KIND_PRIME, pump.profile.prime_most_steps, source)

    def fill_cannula(self, dose_mu, source):
        """Fill the cannula with `dose_mu`."""
        pump = self._pump
        if not self.loaded:
            return pump.refuse(events.COMMAND_MOVE, codes.RESERVOIR_NOT_SET, 0, 0, source)
        limit_mu = pump.profile.cannula_most_mu
        steps = pump.profile.scale.steps(dose_mu)
        if dose_mu > limit_mu or steps < 1:
            return pump.refuse(events.COMMAND_MOVE, codes.OUT_OF_RANGE, dose_mu, limit_mu, source)
        return self.move(events.KIND_CANNULA, steps, source)

    def stop(self):
        """Stop a rewind, prime or fill."""
        move = self._pump.move
        if not move.active:
            return codes.NOT_NOW
        self._pump.end_delivery(move, events.END_STOPPED)
        return codes.OK

    def finish(self, source):
        """Close the reservoir change; deliver again if the pump did before."""
        pump = self._pump
        if pump.state != states.CHANGING:
            return pump.refuse(events.COMMAND_CHANGE, codes.NOT_NOW, 0, 0, source)
        if not self.loaded:
            return pump.refuse(events.COMMAND_CHANGE, codes.RESERVOIR_NOT_SET, 0, 0, source)
        if self._was_suspended or pump.alarms.stopping():
            pump.go(states.CLOSE_CHANGE_SUSPENDED)
            pump.suspension.by_hand = False  # it stays for a hand to end
        else:
            pump.go(states.CLOSE_CHANGE)
            pump.suspension.end(source)
        pump.move.play = False  # what is delivered next takes it up
        # By this the log tells that the change is closed, also where no resume does.
        pump.checkpoint()
        return codes.OK

    def end_move(self):
        """The move is over and booked: what it moved is in the line."""
        pump = self._pump
        pump.go(states.END_MOVE)
        pump.line.moved(pump.move.kind, pump.move.made_steps, pump.clock.uptime_s)

    def move(self, kind, most_steps, source):
        """Begin a move of at most so many steps."""
        pump = self._pump
        code = pump.why_not(states.MOVE)
        alarm = pump.alarms.stopping()
        if kind == events.KIND_REWIND and not pump.alarms.has_cause(al.BATTERY_EMPTY):
            alarm = al.NONE
        if code == codes.OK and alarm:
            code = codes.ALARM_PERSISTS
        if code != codes.OK:
            return pump.refuse(events.COMMAND_MOVE, code, 0, 0, source)
        pump.go(states.MOVE)
        pump.move.start(kind, most_steps, source)
        return codes.OK
