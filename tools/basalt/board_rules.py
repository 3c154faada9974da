"""Holds a board's literals against the rules of its chip: boards/boards.json has both."""

import ast
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from basalt import paths
from basalt.errors import WrongInput

Literals = dict[str, Any]

_ALWAYS = (
    *("NAME", "CHIP", "STEPPER", "FORWARD_LEVEL", "PULSE_MACHINE", "LONGEST_TRAIN"),
    *("BUTTON_UP_PIN", "BUTTON_DOWN_PIN", "BUTTON_OK_PIN", "BUTTON_STOP_PIN"),
    *("BUZZER", "BUZZER_PIN", "DISPLAY", "I2C_ID", "I2C_SDA_PIN", "I2C_SCL_PIN", "I2C_ADDRESS"),
    *("I2C_HZ", "BATTERY", "BATTERY_ADC_PIN", "BATTERY_FULL_SCALE_MV", "BATTERY_LOW_MV"),
    *("BATTERY_EMPTY_MV", "PRESSURE", "OCCLUSION_MBAR", "CLOCK", "TURN_PIN", "END_PIN"),
    *("STEPS_PER_UNIT", "STEP_RATE_HZ", "RAMP", "QUANTUM_MU", "RESERVOIR_MU", "REWIND_STEPS"),
)
_DRIVER = ("STEP_PIN", "DIR_PIN", "ENABLE_PIN", "ENABLED_LEVEL", "COILS_HOLD")
_SERIAL = ("UART_ID", "UART_TX_PIN", "UART_RX_PIN", "DIAG_PIN", "MICROSTEPS", "CURRENT_32")
_SCALE = "PRESSURE_FULL_SCALE_MBAR"

# What a choice asks for: literal -> value -> the literals that it needs.
_CHOICES: dict[str, dict[Any, tuple[str, ...]]] = {
    "STEPPER": {
        "driver": _DRIVER,
        "tmc2209": (*_DRIVER, *_SERIAL, "STALL_THRESHOLD"),
        "coils": ("COIL_PINS",),
    },
    "DISPLAY": {"ssd1306": (), "sh1106": ()},
    "BUZZER": {"passive": (), "active": ()},
    "BATTERY": {"divider": (), "vsys": ()},
    "PRESSURE": {
        None: (),
        "analog": ("PRESSURE_ADC_PIN", _SCALE, "PRESSURE_ZERO_U16", "PRESSURE_SPAN_U16"),
        "hx711": ("HX711_CLOCK_PIN", "HX711_DATA_PIN", "HX711_ZERO", "HX711_SPAN", _SCALE),
    },
    "CLOCK": {None: (), "ds3231": ()},
}
_DRIVEN = ("STEP_PIN", "DIR_PIN", "ENABLE_PIN", "BUZZER_PIN", "HX711_CLOCK_PIN", "UART_TX_PIN")
_PULLED_UP = ("BUTTON_", "TURN_PIN", "END_PIN")
_MAY_BE_NONE = ("BUZZER_PIN", "TURN_PIN", "END_PIN")


@dataclass(frozen=True)
class Board:
    """What a board.py says, and what is known of the board and its chip."""

    name: str
    literals: Literals
    facts: dict[str, Any]
    chip: dict[str, Any]

    def pins(self) -> list[tuple[str, int]]:
        """(literal, number) of each pin that is wired; COIL_PINS counts as four."""
        found: list[tuple[str, int]] = []
        for name, value in self.literals.items():
            if name == "BATTERY_ADC_PIN" and self.literals.get("BATTERY") == "vsys":
                continue  # the board itself wires it
            if name.endswith("_PINS") and isinstance(value, tuple):
                found += [(f"{name}[{i}]", n) for i, n in enumerate(cast(tuple[int, ...], value))]
            elif name.endswith("_PIN") and value is not None:
                found.append((name, value))
        return found


@cache
def facts() -> dict[str, Any]:
    """boards/boards.json: the chips with their rules, the boards, the parts."""
    return json.loads((paths.boards() / "boards.json").read_text(encoding="utf-8"))


def names() -> list[str]:
    """The boards there are."""
    return sorted(path.parent.name for path in paths.boards().glob("*/board.py"))


def load(name: str) -> Board:
    """A board whose literals keep every rule; WrongInput says which it breaks, and why."""
    if name not in names():
        raise WrongInput(f"There is no board {name!r}; there are: {', '.join(names()) or 'none'}.")
    path = paths.boards() / name / "board.py"
    literals = read_literals(path)
    found = problems(name, literals)
    if found:
        why = " ".join(found)
        raise WrongInput(f"{path.parent.name}/board.py cannot be built: {why}")
    chip = facts()["chips"][literals["CHIP"]]
    return Board(name, literals, facts()["boards"].get(name, {}), chip)


def read_literals(path: Path) -> Literals:
    """name -> value of a board.py, which is read and never run."""
    try:
        body = ast.parse(path.read_text(encoding="utf-8")).body
    except SyntaxError as error:
        raise WrongInput(f"{path}:{error.lineno} is not Python: {error.msg}.") from error
    except (OSError, ValueError) as error:
        raise WrongInput(f"{path} cannot be read as Python: {error}.") from error
    found: Literals = {}
    for node in body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)):
            raise WrongInput(
                f"{path}:{node.lineno} is no `NAME = literal`, and a board has nothing else."
            )
        try:
            found[node.targets[0].id] = ast.literal_eval(node.value)
        except ValueError as error:
            raise WrongInput(
                f"{path}:{node.lineno} is no `NAME = literal`, and a board has nothing else."
            ) from error
    return found


def problems(name: str, literals: Literals) -> list[str]:
    """What is wrong with a board, as sentences; empty when nothing is."""
    chips = facts()["chips"]
    if literals.get("CHIP") not in chips:
        return [f"CHIP is {literals.get('CHIP')!r}; there are: {', '.join(chips)}."]
    found = _wrong_literals(name, literals)
    if found:
        return found
    board = Board(name, literals, facts()["boards"].get(name, {}), chips[literals["CHIP"]])
    return _wrong_pins(board) + _wrong_supply(board) + _wrong_buses(board) + _wrong_motion(board)


def needed(literals: Literals) -> set[str]:
    """The literals that a board must have, by the parts that it names."""
    wanted = set(_ALWAYS)
    for choice, values in _CHOICES.items():
        wanted.update(values.get(literals.get(choice), ()))
    if literals.get("TURN_PIN") is not None:
        wanted.update(("TURN_STEPS", "TURN_SLACK_STEPS"))
    if literals.get("END_PIN") is not None:
        wanted.update(("END_LEVEL", "END_CLEAR_STEPS"))
    if facts()["chips"][literals["CHIP"]]["counts_at_pin"] and literals["STEPPER"] != "coils":
        wanted.add("COUNT_PIN")
    return wanted


def _wrong_literals(name: str, literals: Literals) -> list[str]:
    missing = [word for word in _CHOICES if word not in literals]
    if missing:
        return [f"{missing[0]} is missing."]
    for choice, values in _CHOICES.items():
        if literals[choice] not in values:
            there = ", ".join(repr(value) for value in values)
            return [f"{choice} is {literals[choice]!r}; there are: {there}."]
    wanted = needed(literals)
    found = [f"{word} is missing." for word in sorted(wanted - literals.keys())]
    found += [f"{word} is of no use here." for word in sorted(literals.keys() - wanted)]
    if literals.get("NAME") != name:
        found.append(f"NAME is {literals.get('NAME')!r}, and the folder is {name!r}.")
    return found


def _wrong_pins(board: Board) -> list[str]:
    found: list[str] = []
    owners: dict[int, str] = {}
    for name, value in board.literals.items():
        if name.endswith("_PIN") and value is None and name not in _MAY_BE_NONE:
            found.append(f"{name} is None, and the part needs a pin.")
    for name, pin in board.pins():
        reason = _why_not(board, name, pin)
        if reason:
            found.append(f"{name} is {pin}: {reason}.")
        if pin in owners:
            found.append(f"{name} is {pin}: that pin is {owners[pin]} already.")
        owners[pin] = name
    return found


def _why_not(board: Board, name: str, pin: object) -> str:
    """Why a pin cannot do this duty; empty when it can."""
    chip, title = board.chip, board.chip["title"]
    if type(pin) is not int or not any(low <= pin <= high for low, high in chip["pins"]):
        return chip["avoid"].get(str(pin)) or f"an {title} has no such pin"
    if str(pin) in chip["avoid"]:
        return chip["avoid"][str(pin)]
    labels = board.facts.get("labels")
    if labels is not None and str(pin) not in labels:
        return f"it is on no header of this board ({board.facts['title']})"
    if pin in chip["inputs_only"]:
        if name in _DRIVEN or name.startswith("COIL"):
            return f"an {title} can only read it, and this is an output"
        if name.startswith(_PULLED_UP):
            return f"it has no pull-up on an {title}, and a switch to ground needs one"
    if "_ADC_" in name and pin not in chip["adc"]:
        why = chip.get("adc_reason")
        there = ", ".join(map(str, chip["adc"]))
        return f"it is no analog input; those are {there}" + (f" ({why})" if why else "")
    return ""


def _wrong_supply(board: Board) -> list[str]:
    """VSYS is read by the pin and the divider that the board itself has, or not at all."""
    if board.literals["BATTERY"] != "vsys":
        return []
    own = board.facts.get("vsys")
    if own is None:
        why = board.facts.get("no_vsys", "it leads its supply to no analog input")
        title = board.facts.get("title", "this board")
        return [f"BATTERY is 'vsys': {title}: {why}. Use a divider."]
    return [
        f"{literal} is {board.literals[literal]}: by VSYS it is {own[literal]}."
        for literal in ("BATTERY_ADC_PIN", "BATTERY_FULL_SCALE_MV")
        if board.literals[literal] != own[literal]
    ]


def _wrong_buses(board: Board) -> list[str]:
    found = _wrong_bus(board, "I2C", ("sda", "scl"))
    if board.literals["STEPPER"] == "tmc2209":
        found += _wrong_bus(board, "UART", ("tx", "rx"))
    return found


def _wrong_bus(board: Board, kind: str, wires: tuple[str, str]) -> list[str]:
    number = board.literals[f"{kind}_ID"]
    buses = board.chip[kind.lower()]
    if str(number) not in buses:
        return [f"{kind}_ID is {number}; an {board.chip['title']} has: {', '.join(buses)}."]
    bus = buses[str(number)]
    if bus == "any":
        return []
    return [
        f"{kind}_{wire.upper()}_PIN is {pin}: {kind}{number} has its {wire.upper()} at"
        f" {', '.join(map(str, bus[wire]))}."
        for wire in wires
        if (pin := board.literals[f"{kind}_{wire.upper()}_PIN"]) not in bus[wire]
    ]


def _wrong_motion(board: Board) -> list[str]:
    literals, chip = board.literals, board.chip
    numerator, denominator = literals["STEPS_PER_UNIT"]
    rates: list[int] = [rate for rate, _ in literals["RAMP"]] + [literals["STEP_RATE_HZ"]]
    found: list[str] = []
    if not (type(numerator) is int and type(denominator) is int and numerator > 0 < denominator):
        found.append("STEPS_PER_UNIT must be a fraction of two whole numbers above 0.")
        return found
    if rates != sorted(set(rates)):
        found.append("RAMP must rise from stair to stair, up to STEP_RATE_HZ.")
    longest = literals["LONGEST_TRAIN"]
    if literals["QUANTUM_MU"] * numerator > longest * 1000 * denominator:
        found.append(f"LONGEST_TRAIN is {longest}: that is less than a quantum.")
    if literals["STEPPER"] == "coils":
        return found
    if not 0 <= literals["PULSE_MACHINE"] < chip["pulse_machines"]:
        most = chip["pulse_machines"] - 1
        found.append(f"PULSE_MACHINE must be 0 to {most}: {chip['machine_reason']}.")
    if longest > chip["longest_train"]:
        found.append(f"LONGEST_TRAIN is at most {chip['longest_train']}: {chip['train_reason']}.")
    slowest, fastest = chip["rates_hz"]
    if rates[0] < slowest or rates[-1] > fastest:
        found.append(f"RAMP and STEP_RATE_HZ must be within {slowest} to {fastest} steps/s.")
    return found
