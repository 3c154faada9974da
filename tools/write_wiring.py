"""Writes every board's wiring.md and wiring.svg from its board.py and boards/boards.json.

Run as `python tools/write_wiring.py`; with `--check` it writes nothing and fails when a page or a
picture is not what the board says.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools")]

from basalt import board_rules  # noqa: E402
from basalt.board_rules import Board  # noqa: E402
from basalt.connections import Part, parts  # noqa: E402
from basalt.wiring_picture import draw  # noqa: E402

WARNING = (
    "**Basalt pumps water. It is not a medical device and must never be connected to a person or"
    " an animal.**\nKeep the syringe, its line and every drop they may lose below and away from"
    " the electronics."
)
DRIVER = """## Driver

| driver pin | A4988 | DRV8825 | TMC2209, standalone |
|---|---|---|---|
| 1/16 microsteps | MS1, MS2, MS3 to VDD | M2 to VDD, M0 and M1 to GND | MS1, MS2 to VIO |
| logic supply | VDD to 3V3 | none (FAULT may stay open) | VIO to 3V3 |
| stay awake | RESET joined with SLEEP | RESET and SLEEP to 3V3 | PDN_UART to GND |
| motor supply | VMOT, with 100 uF | VMOT, with 100 uF | VM, with 100 uF |

1. Set the current limit before the motor is connected; half of the motor's rated current is plenty for a syringe.
2. Never connect or pull out the motor while the driver has power: it destroys the driver.
3. Motor coils: one to 1A and 1B (or A1, A2), the other to 2A and 2B (B1, B2). If the plunger goes back instead of forward, swap the two
   wires of one coil, or change `FORWARD_LEVEL` in board.py.
"""
COILS = """## Motor

1. The motor's plug fits its ULN2003 board one way only. The board's + is the motor supply, 5 V, never 3V3.
2. If the plunger goes back instead of forward, set `FORWARD_LEVEL = 0` in board.py.
3. If the motor hums and does not turn, IN1 to IN4 are in the wrong order.
"""
DIODE = """## The stop diode

The STEP wire goes through the resistor of 1 kOhm. At the driver's end of it three things meet: the driver's STEP input, the wire back to
the counting pin, and the anode of the Schottky diode. Its cathode, the end with the bar, is at the STOP key's pin. While the key is down
the diode holds STEP at 0.3 V: no pulse reaches the driver or the counter. Without the wire back the pump counts no steps, and says so
with an alarm at its first burst.
"""
ORDER = (
    "Display, keys and buzzer first, powered by USB alone. The home screen must come up and all"
    " four keys must answer.",
    "Battery: what `basalt status` tells must be within 50 mV of what a meter says at the upper end"
    " of the divider (read by VSYS: at VSYS).",
    "Pressure sensor, if there is one: with the line open the pump must read 0 to 20 mbar.",
    "Driver and motor last, with no syringe: prime a little and see that the screw turns the right"
    " way.",
    "Then a syringe with water, its line into a glass, and a scale: 10 U are 0.1 g.",
    "`basalt calibrate` measures the steps in a unit of this very pump.",
)
SAFETY = (
    "A switch in the plus wire of the motor supply is the one stop that no software can override."
    " Keep it within reach.",
    "Common ground first, supplies last. USB may stay plugged in when a battery is connected only"
    " with the diode in the battery's plus wire in place.",
    "A bare lithium cell needs its protection board.",
    "The 10 kOhm at ENABLE is not optional: pins float while the chip starts, and a driver without"
    " it may turn the motor.",
    "Holding STOP while the pump is switched on starts service mode: nothing is delivered, and"
    " mpremote can reach the files.",
)


def bill(board: Board) -> list[str]:
    """The parts to buy, with rough prices."""
    facts = board.facts
    lines = ["| part | what to look for | rough price, US$ |", "|---|---|---|"]
    lines.append(
        f"| {facts['title']} | with headers; MicroPython 1.26 or newer on it | {facts['price']} |"
    )
    for key in parts_of(board):
        part = board_rules.facts()["parts"][key]
        lines.append(f"| {part['title']} | {part['what']} | {part['price']} |")
    return lines


def parts_of(board: Board) -> list[str]:
    """What to buy besides the board, by its name in boards.json."""
    literals = board.literals
    coils = literals["STEPPER"] == "coils"
    keys = ["coils"] if coils else [literals["STEPPER"], "motor"]
    keys += ["screw", "syringe", literals["DISPLAY"], "keys"]
    keys += [literals["BUZZER"]] if literals["BUZZER_PIN"] is not None else []
    keys += ["divider"] if literals["BATTERY"] == "divider" else []
    keys += [*filter(None, (literals["PRESSURE"], literals["CLOCK"]))]
    keys += ["disc"] if literals["TURN_PIN"] is not None else []
    keys += ["switch"] if literals["END_PIN"] is not None else []
    keys += ["diode"] if board.chip["counts_at_pin"] and not coils else []
    return keys + (["five_volts"] if coils else ["supply", "capacitor"])


def table(found: list[Part]) -> list[str]:
    """One row for each wire."""
    lines = ["| board pin | GPIO | goes to | remark |", "|---|---|---|---|"]
    for part in found:
        for wire in part.wires:
            within = f"through {wire.within}" if wire.within else ""
            remark = "; ".join(filter(None, (within, wire.remark)))
            goes = f"{part.title}: {wire.part_pin}"
            lines.append(f"| {wire.label} | {wire.gpio} | {goes} | {remark} |")
    return lines


def page(board: Board) -> str:
    """The whole wiring.md."""
    facts, found = board.facts, parts(board)
    coils = board.literals["STEPPER"] == "coils"
    safety = [line for line in SAFETY if not (coils and "ENABLE" in line)]
    sensed = board.literals["PRESSURE"] is not None
    order: list[str] = [line for line in ORDER if sensed or not line.startswith("Pressure")]
    sections = [
        f"# Wiring: {facts['title']}",
        WARNING,
        f"Made from `boards/{board.name}/board.py` by `make documents`: change that file, not this one.",
        "## What you need",
        "\n".join(bill(board)),
        "Prices are rough, single pieces from hobby shops; what is in a drawer costs nothing.",
        "## Drawing",
        f"![The wiring of the {facts['title']}](wiring.svg)",
        "## Table",
        "\n".join(table(found)),
        "No other pin is used.",
        (COILS if coils else DRIVER).strip(),
    ]
    if board.chip["counts_at_pin"] and not coils:
        sections.append(DIODE.strip())
    sections += ["## Order of work", _numbered(order), "## Safety", _bullets(safety)]
    sections += ["## Known limits", _bullets(facts["limits"])]
    sections += ["## What was proved without the board", facts["proved"]]
    sections += ["Not proved, and for `basalt selftest`, `basalt doctor` and you to find out:"]
    sections += [_bullets([f"{line}." for line in facts["unproved"]])]
    return "\n\n".join(sections) + "\n"


def _numbered(lines: list[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _bullets(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def main() -> int:
    """Write, or check; 1 when a check fails."""
    stale: list[str] = []
    for name in board_rules.names():
        board = board_rules.load(name)
        folder = ROOT / "boards" / name
        made = {"wiring.md": page(board), "wiring.svg": draw(board, parts(board))}
        for file, text in made.items():
            path = folder / file
            if path.exists() and path.read_text(encoding="utf-8") == text:
                continue
            stale.append(f"{name}/{file}")
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv:
        print("Not as board.py says; run `make documents`: " + ", ".join(stale))  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
