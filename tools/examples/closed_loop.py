"""One day of a virtual patient, a loop and the whole pump: a page that shows all three.

Run: python tools/examples/closed_loop.py --out loop.html   (needs `pip install -e '.[examples]'`)

The patient is the UVA/Padova model of `simglucose`. The pump is the firmware as it is flashed, on
faked hardware; the loop pairs with it by the code on its screen and drives it over the link as any
program does. What reaches the patient is what the motor moved, never what was ordered. The loop
is there to drive the pump, not to be good at it: no advice for anybody's diabetes.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))

from basalt import paths
from basalt.client import PumpLink
from basalt.driver import Outcome, Pump, Verdict

PATIENT = "adult#001"
MEALS_G = {7 * 60: 45, 12 * 60: 70, 16 * 60: 15, 19 * 60: 80}  # by minute of the day
EVERY_MIN = 5
TARGET_MG_DL = 120.0
SUSPEND_MG_DL = 80.0
RESUME_MG_DL = 95.0
AHEAD_MIN = 20  # how far the trend is drawn on
LEAST_MU = 50
MOST_MU = 3_000  # of one correction
INSULIN_MIN = 240.0  # until a dose is used up, for the loop's own estimate


@dataclass
class Day:
    """What happened, minute by minute and command by command."""

    glucose_mg_dl: list[float] = field(default_factory=list[float])
    given_mu: list[float] = field(default_factory=list[float])  # since the start, at each minute
    ordered: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])  # minute, mU
    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    suspended: list[int] = field(default_factory=list[int])  # minutes from which nothing is given
    resumed: list[int] = field(default_factory=list[int])


class Body:
    """The virtual patient: a minute at a time, with insulin in milliunits."""

    def __init__(self, name: str) -> None:
        patients: Any = import_module("simglucose.patient.t1dpatient")
        self._action: Any = patients.Action
        self._patient: Any = patients.T1DPatient.withName(name)
        tables: Any = import_module("pandas")
        file = Path(patients.PATIENT_PARA_FILE)
        row: Any = tables.read_csv(file.with_name("Quest.csv")).set_index("Name").loc[name]
        self.carbohydrate_g_u = float(row["CR"])
        self.correction_mg_dl_u = float(row["CF"])
        row = tables.read_csv(file).set_index("Name").loc[name]
        self.basal_mu_h = round(float(row["u2ss"] * row["BW"]) / 6000 * 60 * 1000)

    def glucose_mg_dl(self) -> float:
        """Under the skin, where a sensor measures."""
        return float(self._patient.observation.Gsub)

    def minute(self, carbohydrate_g: float, insulin_mu: float) -> None:
        """Live on for a minute."""
        self._patient.step(self._action(CHO=carbohydrate_g, insulin=insulin_mu / 1000))


class Desk:
    """A whole pump on faked hardware, and the program's end of its cable."""

    def __init__(self, basal_mu_h: int) -> None:
        paths.use_bench()
        rigs: Any = import_module("host_tests.rig")
        serials: Any = import_module("host_tests.fakes.rig_serial")
        self._rig: Any = rigs.Rig(program=[(0, basal_mu_h)])
        self._rig.run_s(3)
        self.pump = Pump(PumpLink(serials.RigSerial(self._rig), 3.0))
        self._steps_per_unit: tuple[int, int] = self._rig.world.board.STEPS_PER_UNIT
        # A person at the pump: Menu, Remote, OK. The code is read off the screen and typed in.
        self._rig.press(rigs.OK)
        self._rig.press(rigs.DOWN, 6)
        self._rig.press(rigs.OK, 2)
        self.pump.pair(self._rig.pump.remote.code.decode())
        self._rig.press(rigs.STOP, 3)
        self._began_us: int = self._rig.world.clock.now_us

    def run_to_minute(self, minute: int) -> None:
        """Let the pump's time go by; talking to it has taken some of it already."""
        left_us = self._began_us + minute * 60_000_000 - self._rig.world.clock.now_us
        if left_us > 0:
            self._rig.run_ms(left_us // 1000)

    def given_mu(self) -> float:
        """What the motor has moved: steps, as milliunits."""
        numerator, denominator = self._steps_per_unit
        return self._rig.steps * 1000.0 * denominator / numerator


def live(minutes: int) -> Iterator[Day]:
    """A day, after every minute of it."""
    body = Body(PATIENT)
    desk = Desk(body.basal_mu_h)
    day = Day()
    before_mu = desk.given_mu()
    for minute in range(minutes):
        if minute % EVERY_MIN == 0:
            _decide(minute, body, desk, day)
        desk.run_to_minute(minute + 1)
        given_mu = desk.given_mu()
        body.minute(MEALS_G.get(minute % 1440, 0), given_mu - before_mu)
        before_mu = given_mu
        day.glucose_mg_dl.append(body.glucose_mg_dl())
        day.given_mu.append(given_mu)
        yield day


def _decide(minute: int, body: Body, desk: Desk, day: Day) -> None:
    """What the loop does now: suspend, resume, or correct what the insulin on board will not."""
    glucose = body.glucose_mg_dl()
    past = day.glucose_mg_dl[-1 - 3 * EVERY_MIN :]
    slope = (past[-1] - past[0]) / max(1, len(past) - 1) if len(past) > 1 else 0.0
    expected = glucose + slope * AHEAD_MIN
    suspended = desk.pump.status().suspended_remotely
    if expected < SUSPEND_MG_DL and not suspended:
        day.outcomes.append(desk.pump.suspend())
        day.suspended.append(minute)
    elif expected > RESUME_MG_DL and suspended:
        day.outcomes.append(desk.pump.resume())
        day.resumed.append(minute)
        suspended = False
    if suspended or expected < SUSPEND_MG_DL:
        return
    wanted_mu = (expected - TARGET_MG_DL) / body.correction_mg_dl_u * 1000 - _on_board(minute, day)
    meal_g = MEALS_G.get(minute % 1440, 0)
    dose_mu = min(MOST_MU, int(max(0.0, wanted_mu / 2)))
    dose_mu += round(meal_g / body.carbohydrate_g_u * 1000)
    if dose_mu < LEAST_MU:
        return
    outcome = desk.pump.bolus(dose_mu)
    day.outcomes.append(outcome)
    if outcome.verdict is Verdict.DONE:
        day.ordered.append((minute, dose_mu))


def _on_board(minute: int, day: Day) -> float:
    """What is still to act of the boluses, in milliunits, by a straight line."""
    return sum(mu * max(0.0, 1 - (minute - at) / INSULIN_MIN) for at, mu in day.ordered)


def page(day: Day) -> str:
    """A page by itself: glucose, what was ordered, what was given."""
    graphs: Any = import_module("plotly.graph_objects")
    subplots: Any = import_module("plotly.subplots")
    hours = [minute / 60 for minute in range(1, len(day.given_mu) + 1)]
    figure: Any = subplots.make_subplots(
        rows=3,
        shared_xaxes=True,
        subplot_titles=("Glucose, mg/dL", "Boluses ordered, U", "Really given since the start, U"),
    )
    figure.add_trace(graphs.Scatter(x=hours, y=day.glucose_mg_dl, name="glucose"), 1, 1)
    figure.add_hrect(y0=70, y1=180, opacity=0.12, fillcolor="green", line_width=0, row=1, col=1)
    for minute, grams in MEALS_G.items():
        if minute < len(hours):
            figure.add_vline(x=minute / 60, line_dash="dot", opacity=0.5, row=1, col=1)
            figure.add_annotation(
                x=minute / 60, y=210, text=f"{grams} g", showarrow=False, row=1, col=1
            )
    figure.update_yaxes(range=[40, 230], row=1, col=1)
    at = [minute / 60 for minute, _ in day.ordered]
    figure.add_trace(
        graphs.Bar(x=at, y=[mu / 1000 for _, mu in day.ordered], name="ordered"), 2, 1
    )
    figure.add_trace(
        graphs.Scatter(x=hours, y=[mu / 1000 for mu in day.given_mu], name="given"), 3, 1
    )
    for begin, end in zip_longest(day.suspended, day.resumed, fillvalue=len(hours)):
        figure.add_vrect(
            x0=begin / 60,
            x1=end / 60,
            fillcolor="grey",
            opacity=0.3,
            line_width=0,
            annotation_text="suspended",
            row=3,
            col=1,
        )
    figure.update_xaxes(title_text="hours since the start", row=3, col=1)
    figure.update_layout(
        title="A virtual patient on a loop and the pump: water, and a model", height=800
    )
    return str(figure.to_html(include_plotlyjs=True))


def summary(day: Day) -> str:
    """The day in lines."""
    total = len(day.glucose_mg_dl)
    inside = sum(70 <= glucose <= 180 for glucose in day.glucose_mg_dl)
    ordered_mu = sum(mu for _, mu in day.ordered)
    refused = [each.reason for each in day.outcomes if each.verdict is not Verdict.DONE]
    return "\n".join(
        [
            f"minutes with glucose from 70 to 180 mg/dL   {inside} of {total}",
            f"commands, of them not done                  {len(day.outcomes)}, {len(refused)}",
            f"boluses ordered                             {ordered_mu / 1000:.3f} U",
            f"really given, basal and boluses             {day.given_mu[-1] / 1000:.3f} U",
        ]
    )


def main() -> None:
    """Run it, print the figures, write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("closed_loop.html"))
    parser.add_argument("--minutes", type=int, default=1440)
    given = parser.parse_args()
    try:
        import_module("simglucose")
    except ImportError:
        sys.exit("The virtual patient is not installed: pip install -e '.[examples]'")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BASALT_KEYS"] = str(Path(folder) / "keys.json")  # of a pump that is none
        *_, day = live(given.minutes)
    given.out.write_text(page(day), encoding="utf-8")
    sys.stdout.write(f"{summary(day)}\n{given.out}\n")


if __name__ == "__main__":
    main()
