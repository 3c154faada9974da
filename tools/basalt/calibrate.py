"""`basalt calibrate`: weighs what given trains pump, and says how many steps make a unit."""

import math
import statistics
import time
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Annotated

import typer

from basalt import board_rules, firmware, flash, output, ports
from basalt.board_checks import BoardChecks, checks_on
from basalt.client import PumpLink, patience
from basalt.errors import NotAPump, Problem, WrongInput
from basalt.options import AsJson, BoardPort

_UNITS_PER_ML = 100.0  # U-100
_MOST_SPREAD = 0.1  # more between the runs is a leak, a bubble or a slip, and no calibration
# Student's t for 95 %, both sides, by the degrees of freedom.
_T95 = (math.nan, 12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
# kg/L of water, by degrees Celsius (CRC Handbook, air-free, 1 atm).
_DENSITY = ((10, 0.9997), (15, 0.9991), (20, 0.9982), (25, 0.9970), (30, 0.9956), (35, 0.9940))
_ANSWER_S = 300.0
_SUSPEND_S = 120.0  # for a hand at the pump
_LOOK_S = 0.3
_STEPS = firmware.CALIBRATED_STEPS_SETTING
_BACKLASH = firmware.BACKLASH_SETTING
_BETWEEN = ("suspended", "changing")
_MOST_OFF = 0.25  # as the pump has it: more is no calibration


@dataclass(frozen=True)
class Result:
    """What a calibration found. Uncertainties are half widths of a 95 % interval."""

    steps_per_unit: float
    uncertainty: float
    backlash_steps: float
    backlash_uncertainty: float
    error_percent: float  # of doses given with the scale that the board has now
    error_uncertainty: float
    steps: int
    grams: list[float]

    @property
    def tenths(self) -> int:
        """The scale as the pump's setting has it."""
        return round(self.steps_per_unit * 10)

    @property
    def sure_backlash(self) -> int:
        """What is surely play and no fluid, as the pump's setting has it."""
        sure = int(self.backlash_steps - self.backlash_uncertainty)
        return min(max(sure, 0), firmware.SETTINGS[_BACKLASH].most)


def density(celsius: float) -> float:
    """Of water, in g/mL, between 10 and 35 degrees."""
    for (low, at_low), (high, at_high) in pairwise(_DENSITY):
        if low <= celsius <= high:
            return at_low + (at_high - at_low) * (celsius - low) / (high - low)
    raise WrongInput("The water must have 10 to 35 degrees Celsius.")


def evaluate(
    steps: int,
    grams: list[float],
    after_reversal: float,
    resolution: float,
    celsius: float,
    steps_now: float,
) -> Result:
    """The result of equal runs, and of one more after the motor went back and came again.

    Two parts of the uncertainty: how the runs differ (type A), and the scale's last digit (type B;
    a difference of two readings, each within half a digit: resolution / sqrt 6).
    """
    if len(grams) < 2 or len(grams) >= len(_T95):
        raise WrongInput(f"2 to {len(_T95) - 1} runs make a calibration.")
    mean = statistics.fmean(grams)
    if min(grams) <= 0:
        raise Problem("A run gave nothing: is the line open, and does the plunger touch the head?")
    if max(grams) - min(grams) > _MOST_SPREAD * mean:
        raise Problem(
            f"The runs differ by more than {_MOST_SPREAD:.0%} ({min(grams)} to {max(grams)} g):"
            " look for air in the line, a leak, or a motor that slips. Nothing was changed."
        )
    spread = _T95[len(grams) - 1] * statistics.stdev(grams) / math.sqrt(len(grams))
    digit = 1.96 * resolution / math.sqrt(6 * len(grams))
    relative = math.hypot(spread, digit) / mean
    units = mean / density(celsius) * _UNITS_PER_ML
    found = steps / units
    per_step = mean / steps
    one_run = math.hypot(_T95[len(grams) - 1] * statistics.stdev(grams), 1.96 * resolution / 2.449)
    return Result(
        steps_per_unit=found,
        uncertainty=found * relative,
        backlash_steps=(mean - after_reversal) / per_step,
        backlash_uncertainty=math.hypot(one_run, relative * mean) / per_step,
        error_percent=(steps_now / found - 1) * 100,
        error_uncertainty=steps_now / found * relative * 100,
        steps=steps,
        grams=grams,
    )


def command(
    board: Annotated[str, typer.Option(help="Which board it is; see boards/.")],
    port: BoardPort = None,
    units: Annotated[int, typer.Option(min=1, max=60, help="Of each run, about.")] = 20,
    runs: Annotated[int, typer.Option(min=2, max=10, help="How many runs to weigh.")] = 3,
    resolution: Annotated[float, typer.Option(help="Last digit of the scale, in g.")] = 0.001,
    celsius: Annotated[float, typer.Option(help="Temperature of the water.")] = 20.0,
    write: Annotated[
        bool, typer.Option("--write", help="Write it to the pump's settings.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Pump given trains of water onto a scale, and compute the steps in a unit and the backlash.

    The pump must be in no one's use: it is taken into service, and is a pump again afterwards.
    """
    density(celsius)
    known = board_rules.load(board)
    numerator, denominator = known.literals["STEPS_PER_UNIT"]
    port = port or ports.only()
    steps = units * numerator // denominator
    now = _scale_there(port, numerator / denominator)
    with checks_on(port, output.note) as checks:
        flash.check_chip(checks.about, board, known.literals["CHIP"])
        wrong = [v.name for v in checks.run_all() if v.held is False and v.name != "pressure"]
        if wrong:
            raise Problem(f"First mend what `basalt selftest` finds: {', '.join(wrong)}.")
        output.note("Fill a syringe with water, let its line end in a cup on the scale, no air.")
        output.note(f"{runs + 1} runs of about {units} U come, {(runs + 2) * units} U in all.")
        _move(checks, steps // 4)  # takes up the play
        grams = [_weighed(checks, (steps,), number + 1) for number in range(runs)]
        back = steps // 4
        last = _weighed(checks, (-back, back + steps), runs + 1)
    result = evaluate(steps, grams, last, resolution, celsius, now)
    if as_json:
        settings = {"steps_per_unit": result.tenths / 10, "backlash_steps": result.sure_backlash}
        output.print_json({**asdict(result), "settings": settings})
    else:
        output.facts(_facts(result, now))
    if abs(result.tenths * denominator / (10 * numerator) - 1) > _MOST_OFF:
        raise Problem(
            f"That is more than a quarter off what {board}/board.py says: another screw or"
            f" syringe. Write STEPS_PER_UNIT = ({result.tenths}, 10) into it, flash it, and"
            " calibrate again."
        )
    if write:
        _store(port, result)


def _weighed(checks: BoardChecks, moves: tuple[int, ...], number: int) -> float:
    before = typer.prompt(f"Run {number}: the scale shows, in g", type=float, err=True)
    for steps in moves:
        _move(checks, steps)
    after = typer.prompt(f"Run {number}: once it rests, it shows", type=float, err=True)
    return round(after - before, 6)


def _move(checks: BoardChecks, steps: int) -> None:
    verdict = checks.one("motor", f"move, {steps}", _ANSWER_S)
    if not verdict.held:
        raise Problem(f"The motor did not make its train ({verdict.detail}); nothing was changed.")


def _facts(result: Result, steps_now: float) -> list[tuple[str, str]]:
    return [
        ("runs", f"{', '.join(f'{g:.3f}' for g in result.grams)} g for {result.steps} steps each"),
        ("steps in a unit", f"{result.steps_per_unit:.1f} ± {result.uncertainty:.1f} (95 %)"),
        ("the pump counts by", f"{steps_now:.1f}"),
        (
            "doses with that",
            f"{result.error_percent:+.1f} ± {result.error_uncertainty:.1f} % of what is asked",
        ),
        (
            "backlash",
            f"{result.backlash_steps:.0f} ± {result.backlash_uncertainty:.0f} steps",
        ),
        (
            "for the settings",
            f"steps_per_unit {result.tenths / 10:.1f}, backlash_steps {result.sure_backlash}",
        ),
    ]


def _scale_there(port: str, literal: float) -> float:
    """Steps in a unit as the pump counts now: as calibrated before, or as its board says."""
    try:
        with PumpLink.open(port) as link:
            link.identify()
            tenths = {row.number: row.value for row in link.settings()}.get(_STEPS, 0)
    except NotAPump:
        return literal
    return tenths / 10 if tenths else literal


def _store(port: str, result: Result) -> None:
    """Write the result into the pump's settings; its log notes both."""
    output.note("The pump starts again. Hold its STOP key for two seconds, to suspend delivery.")
    with output.bar("Waiting for the pump"):
        flash.await_pump(port)
    with PumpLink.open(port) as link:
        with output.bar("Waiting for a hand at STOP"):
            _await_suspension(link)
        link.set_setting(_STEPS, result.tenths)
        link.set_setting(_BACKLASH, result.sure_backlash)
    output.note(
        f"The pump counts {result.tenths / 10:.1f} steps in a unit from now on, and takes up"
        f" {result.sure_backlash} steps of play after a rewind. Hold STOP again to resume."
    )


def _await_suspension(link: PumpLink) -> None:
    until = time.monotonic() + _SUSPEND_S * patience()
    while link.status().state not in _BETWEEN:
        if time.monotonic() > until:
            raise Problem(
                "The pump was not suspended, and a scale is changed only between deliveries;"
                " nothing was changed. The result is above: `basalt settings set` can write it."
            )
        time.sleep(_LOOK_S)
