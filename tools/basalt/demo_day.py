"""The day that the demo plays on a faked pump: what happens when, and how it is done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from basalt import firmware, sim_link
from basalt import sim_bench as sb
from basalt.errors import Problem
from basalt.sim_host import HostBench
from basalt.sim_screen import Picture
from basalt.timeline import EPOCH_MS

# Start minute and rate in mU/h.
PROGRAM = [(0, 700), (360, 1_000), (660, 800), (1_020, 900), (1_320, 750)]
MAX_HOUR_MU = 6_000
BREAKFAST_MU = 2_500
LUNCH_MU = 4_000
SNACK_MU = 5_000
DINNER_MU = 3_000

_BOOT_MS = 3_000
_SETTLE_MS = 400  # until a press is on the screen
_FIRST_S = 10  # the day begins so late that what was logged before is still of this day
_OFF_MS = 120_000
_REWIND_STEPS = 3_000  # as far as the screw head has to go back to let a full syringe in
_PRIMED_UNITS = 0.5
_DAY_S = 86_400
_FINE_MS = 50
_COARSE_MS = 1_000
_OCCLUSION_S = 2 * 3_600  # at most so long until the pressure has risen at a basal rate


class DemoError(Problem):
    """The day did not go as it should."""


@dataclass
class Facts:
    """What the bench itself knows of the day, to be compared with the log."""

    steps: int = 0  # where the motor is, by its own count, from where it began
    dose_steps: int = 0  # of these: forward, with the syringe in place and not in a guided move
    owed_steps: int = 0  # what program and confirmed boluses ask for, at most
    lost_steps: int = 0
    records: list[bytes] = field(default_factory=list[bytes])
    errors: list[str] = field(default_factory=list[str])
    day_start: datetime = datetime.min


class Day:
    """Plays the day. `say(text)` tells a step, `show(name, caption, picture)` shows the screen."""

    def __init__(
        self,
        bench: HostBench,
        say: Callable[[str], None],
        tell: Callable[[str], None],
        show: Callable[[str, str, Picture], None],
    ) -> None:
        self.facts = Facts()
        self._bench = bench
        self._rig: Any = bench.rig
        self._say = say
        self._tell = tell
        self._show = show
        self._start_s = 0
        self._started_us = 0
        self._guided_steps = 0
        self._offset_min = 0

    def play(self) -> Facts:
        """The whole day; DemoError when something does not happen."""
        try:
            for part in (
                self._set_up,
                self._reservoir,
                self._breakfast,
                self._lunch,
                self._snack,
                self._occlusion,
                self._dinner,
                self._restart,
                self._evening,
            ):
                part()
        except AssertionError as error:  # the rig's own words when it waited in vain
            raise DemoError(f"The day of the demo did not go as it should: {error}.") from error
        self._collect()
        return self.facts

    # The parts of the day

    def _set_up(self) -> None:
        self._say("Set its clock, its basal program and a limit, over its serial port")
        self._bench.run_ms(_BOOT_MS)
        now_s, self._offset_min = sim_link.computer_clock()
        self._start_s = now_s // _DAY_S * _DAY_S - _DAY_S
        first_s = self._start_s + _FIRST_S
        self.facts.day_start = datetime(1970, 1, 1) + timedelta(
            seconds=self._start_s + EPOCH_MS // 1000
        )
        self._started_us = self._now_us()
        sim_link.ask(self._bench, lambda link: link.set_time(first_s, self._offset_min))
        sim_link.ask(self._bench, lambda link: link.acknowledge())  # that its log is new
        sim_link.ask(self._bench, lambda link: link.set_basal(PROGRAM))
        sim_link.ask(
            self._bench, lambda link: link.set_setting(_number("max_hour_mu"), MAX_HOUR_MU)
        )
        self._tell(
            f"Its day begins at {self.facts.day_start:%Y-%m-%d %H:%M}; basal"
            f" {_units(min(rate for _, rate in PROGRAM))} to"
            f" {_units(max(rate for _, rate in PROGRAM))} U/h; at most"
            f" {_units(MAX_HOUR_MU)} U in an hour."
        )

    def _reservoir(self) -> None:
        self._say("A full syringe goes in: rewind, load, prime and cannula, guided by the screen")
        press, rig = self._rig.press, self._rig
        before = rig.steps
        press(sb.OK, 4)  # menu, reservoir, the question, draw back
        self._wait(lambda: self._pump.move.made_steps >= _REWIND_STEPS)
        press(sb.OK)
        self._bench.new_syringe()
        press(sb.OK, 2)  # it is in; that much is in it
        press(sb.OK)  # fill the tubing
        self._wait(lambda: rig.world.reservoir.units_out() >= _PRIMED_UNITS)
        self._look("priming", "The tubing is filled until drops come")
        press(sb.OK, 3)  # enough; drops are there; fill the cannula
        self._wait(lambda: not self._pump.move.active)
        press(sb.OK, 2)  # ready
        self._expect(self._state() == "running", "the reservoir change did not end in delivery")
        self._guided_steps = rig.steps - before
        self._tell(f"{self._pump.reservoir_steps:,} steps are left in it.")

    def _breakfast(self) -> None:
        self._until(7, 10)
        self._say(f"07:10  Breakfast: a bolus of {_units(BREAKFAST_MU)} U by the buttons")
        self._rig.press(sb.STOP)  # wakes the display, and does nothing else
        self._look("home", "The home screen in the morning")
        self._enter(BREAKFAST_MU)
        self._look("bolus-confirm", "OK asks before anything is given")
        self._rig.press(sb.OK)
        self._given(BREAKFAST_MU // 5)
        self._look("bolus-running", "The bolus runs; basal goes on beside it")
        self._wait(lambda: not self._pump.bolus.active)
        self._expect(self._pump.bolus.given_mu() == BREAKFAST_MU, "breakfast was not all given")
        self._tell(f"All of {_units(BREAKFAST_MU)} U given.")

    def _lunch(self) -> None:
        self._until(12, 30)
        self._say(f"12:30  Lunch: {_units(LUNCH_MU)} U, stopped half way by one press of STOP")
        self._enter(LUNCH_MU)
        self._rig.press(sb.OK)
        self._given(LUNCH_MU // 2)
        self._rig.press(sb.STOP)
        self._expect(not self._pump.bolus.active, "STOP did not stop the bolus")
        self._tell(f"{_units(self._pump.bolus.given_mu())} U of {_units(LUNCH_MU)} U were given.")

    def _snack(self) -> None:
        self._until(12, 50)
        self._say(f"12:50  A bolus of {_units(SNACK_MU)} U is refused: over the limit of the hour")
        given_mu = self._pump.bolus.given_mu()
        self._enter(SNACK_MU)
        self._rig.press(sb.OK)
        self._expect(not self._pump.bolus.active, "the bolus was not refused")
        self._expect(self._pump.bolus.given_mu() == given_mu, "a refused bolus gave something")
        self._look("bolus-refused", "Refused, with the reason")
        self._rig.press(sb.OK)

    def _occlusion(self) -> None:
        self._until(15, 0)
        self._say("15:00  The tubing is kinked: the pressure rises until the alarm")
        self._bench.toggle(sb.OCCLUSION)
        began_us = self._now_us()
        self._wait(lambda: self._waits("occlusion"), _OCCLUSION_S, _COARSE_MS)
        minutes = (self._now_us() - began_us) / 60e6
        self._look("occlusion", "Occlusion: delivery has stopped, the buzzer sounds")
        self._tell(
            f"Alarm after {minutes:.0f} min at {self._bench.look().pressure_mbar} mbar."
            " OK acknowledges it; the kink is opened; STOP held for 2 s resumes."
        )
        self._rig.press(sb.OK)
        self._bench.toggle(sb.OCCLUSION)
        self._rig.run_s(60)
        self._rig.hold(sb.STOP, sb.STOP_HOLD_MS)
        self._expect(self._state() == "running", "delivery did not resume")

    def _dinner(self) -> None:
        self._until(19, 30)
        self._say(f"19:30  Dinner: {_units(DINNER_MU)} U; the power is cut while the motor turns")
        self._enter(DINNER_MU)
        self._rig.press(sb.OK)
        self._given(DINNER_MU // 2)
        self._rig.run_until(lambda: self._pump.moving() and self._rig.hardware.engine.made())
        self._bench.switch()
        self._keep_errors()
        self._tell(
            f"{self._units_of(self._pump.bolus.given_steps)} U were given and known; the motor was"
            " in the middle of the next steps."
        )

    def _restart(self) -> None:
        self._say(f"Power is back after {_OFF_MS // 60_000} min: the pump reads its log")
        self._bench.run_ms(_OFF_MS)
        self._bench.switch()
        self._wait(lambda: self._waits("bolus_incomplete"))
        self._look("after-restart", "After the restart: the bolus is known to be incomplete")
        self._rig.press(sb.OK)
        now_s = self._start_s + _FIRST_S + (self._now_us() - self._started_us) // 1_000_000
        sim_link.ask(self._bench, lambda link: link.set_time(now_s, self._offset_min))
        self._expect(self._state() == "running", "basal did not go on after the restart")
        self._tell("Seen, clock set again; basal goes on by itself, the bolus does not.")

    def _evening(self) -> None:
        # Before midnight, so that the report is of one day.
        self._until(23, 55)
        self._say("23:55  STOP held for 2 s suspends the pump: the motor rests")
        self._rig.hold(sb.STOP, sb.STOP_HOLD_MS)
        self._expect(self._state() == "suspended", "the pump was not suspended")
        self._look("suspended", "Suspended, and it says so")

    # Hands, eyes, time

    @property
    def _pump(self) -> Any:
        return self._rig.pump

    def _enter(self, dose_mu: int) -> None:
        """Open the bolus, choose the dose, press OK once: the question is on the screen."""
        self._rig.press(sb.UP)
        self._rig.press(sb.UP, dose_mu // self._pump.settings.get(_number("bolus_step_mu")))
        self._rig.press(sb.OK)

    def _given(self, dose_mu: int) -> None:
        self._wait(lambda: self._pump.bolus.given_mu() >= dose_mu)

    def _wait(
        self, condition: Callable[[], bool], limit_s: int = 600, every_ms: int = _FINE_MS
    ) -> None:
        """Let time go by until it holds; the rig's own `run_until` looks far more often."""
        until_us = self._now_us() + limit_s * 1_000_000
        while not condition():
            self._expect(self._now_us() < until_us, f"it did not happen in {limit_s} s")
            self._rig.run_ms(every_ms)

    def _look(self, name: str, caption: str) -> None:
        self._rig.run_ms(_SETTLE_MS)
        self._show(name, caption, self._bench.look().picture)

    def _until(self, hour: int, minute: int) -> None:
        """Let the day go on until this time by the pump's own clock."""
        clock = self._pump.clock
        left_s: int = self._start_s + hour * 3600 + minute * 60 - clock.local_s
        self._expect(left_s >= 0, f"it is later than {hour}:{minute:02d} already")
        self._rig.run_ms(max(0, left_s * 1000 - clock.uptime_ms))

    def _now_us(self) -> int:
        return self._rig.world.clock.now_us

    def _state(self) -> str | None:
        return self._bench.look().state

    def _waits(self, alarm: str) -> bool:
        bit = 1 << firmware.ALARM_NAMES.index(alarm) - 1
        return self._pump.alarms.waiting & bit != 0

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise DemoError(f"The day of the demo did not go as it should: {otherwise}.")

    def _collect(self) -> None:
        motor = self._rig.world.motor
        self.facts.steps = motor.position_steps
        self.facts.dose_steps = motor.position_steps - self._guided_steps
        self.facts.owed_steps = self._pump.profile.scale.steps(
            self._pump.settings.basal.day_mu() + BREAKFAST_MU + LUNCH_MU + DINNER_MU
        )
        self.facts.lost_steps = motor.lost_steps
        self.facts.records = self._rig.records()
        self._keep_errors()

    def _keep_errors(self) -> None:
        self.facts.errors += [repr(error) for error in self._rig.hardware.errors]

    def _units_of(self, steps: int) -> str:
        return _units(self._pump.profile.scale.dose_mu(steps))


def _number(name: str) -> int:
    return firmware.SETTING_NUMBERS[name]


def _units(mu: int) -> str:
    return f"{mu / 1000:.2f}"
