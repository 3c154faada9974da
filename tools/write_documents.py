"""Writes what documents say of tables, and the short table of events that the board keeps.

Run as `python tools/write_documents.py`; with `--check` it writes nothing and fails when something
is not as the tables say.
"""

import math
import struct
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / folder) for folder in ("firmware", "tools", "tools/basalt/shims")]

from alarm_table import alarm_table, signal_table  # noqa: E402
from write_wiring import parts_of  # noqa: E402

from basalt import board_rules, firmware  # noqa: E402
from basalt.board_rules import Board  # noqa: E402
from pump.core import codes, event_table, extended, states, temporary, ways  # noqa: E402
from pump.core.insulin import LONGEST_S  # noqa: E402
from pump.core.insulin_curves import FIRST_MIN, STEP_MIN  # noqa: E402
from pump.core.setting_table import SETTINGS  # noqa: E402
from pump.link import protocol, request_table  # noqa: E402

PEAK_MIN, INTERVALS, WHOLE = 75, 48, 10_000  # as core/insulin_curves.py says
SIZES = {"B": "u8", "b": "i8", "H": "u16", "h": "i16", "I": "u32", "i": "i32", "16s": "16 bytes"}
FLAGS = ("CLOCK_TRUSTED", "BOLUS_RUNNING", "PAIRED", "CODE_SHOWN", "SUSPENDED_REMOTELY")


def state_diagram() -> list[str]:
    """Mermaid, from the table of states."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> starting"]
    for state, trigger, following in zip(
        ways.WAYS[::3], ways.WAYS[1::3], ways.WAYS[2::3], strict=True
    ):
        if trigger != states.FAIL:
            names = states.STATES[state], states.STATES[following], states.TRIGGERS[trigger]
            lines.append("    {} --> {}: {}".format(*names))
    lines.append("    note right of fault: every state leads here when something fails")
    return [*lines, "```"]


def table_of_events() -> list[str]:
    """One row for each event."""
    lines = ["| number | event | severity | fields |", "|---|---|---|---|"]
    for number, name, severity, fields in event_table.EVENTS:
        texts = [f"`{field[0]}` {SIZES[field[1]]}" for field in fields]
        word = event_table.SEVERITIES[severity]
        lines.append(f"| {number} | `{name}` | {word} | {', '.join(texts) or 'none'} |")
    return lines


def word_table() -> list[str]:
    """The words that stand for numbers in fields."""
    lines = ["| field | words, from 0 |", "|---|---|"]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for row in event_table.EVENTS:
        for field in row[3]:
            if len(field) == 3 and (field[0], field[2]) not in seen:
                seen.add((field[0], field[2]))
                lines.append(f"| `{field[0]}` | {', '.join(field[2])} |")
    return lines


def setting_table() -> list[str]:
    """One row for each setting."""
    lines = ["| number | setting | default | least | most |", "|---|---|---|---|---|"]
    for number, name, default, least, most, _ in SETTINGS:
        lowest = firmware.least_on(number)
        bound = f"{least}, or {lowest}" if lowest else str(least)
        lines.append(f"| {number} | `{name}` | {default} | {bound} | {most} |")
    return lines


# Of pumps that people wear, as AndroidAPS knows them (PumpType.kt, DoseStepSize.kt): basal from,
# to and step, bolus step, temporary basal, extended bolus at most.
WORN = (
    ("t:slim X2", "0.1", "0.001", "0.01", "0-250 % by 1 %, 15 min to 8 h", "8 h"),
    ("Omnipod DASH", "0.05", "0.05", "0.05", "to 30 U/h by 0.05, 30 min to 12 h", "8 h"),
    (
        "Medtronic 640G",
        "0.025",
        "0.025 and more",
        "0.025",
        "to 35 U/h by 0.05, 30 min to 24 h",
        "8 h",
    ),
    ("YpsoPump", "0.02 to 40", "0.01 and more", "0.1", "0-500 % by 1 %, 15 min to 24 h", "12 h"),
    ("DanaRS, Dana-i", "0.04", "0.01", "0.05", "0-200 % by 10 %, 1 to 24 h", "8 h"),
    ("Accu-Chek Combo", "0.01", "0.01 and more", "0.1", "0-500 % by 10 %, 15 min to 12 h", "12 h"),
    (
        "Accu-Chek Insight",
        "0.02",
        "0.01 and more",
        "0.01",
        "0-250 % by 10 %, 15 min to 24 h",
        "24 h",
    ),
)


def beside_table() -> list[str]:
    """What can be asked of this pump beside those that people wear."""
    of = {name: (least / 1000, most / 1000) for _, name, _, least, most, _ in SETTINGS}
    step, rate = of["bolus_step_mu"], of["max_basal_mu_h"][1]
    ours = (
        "**Basalt**",
        f"0.01 to {rate:g}",
        "0.01",
        f"{step[0]:g} to {step[1]:g}",
        f"0-{temporary.MOST_PERCENT} % by 1 %, or to {rate:g} U/h by 0.01,"
        f" {temporary.STEP_MIN} min to {temporary.MOST_MIN // 60} h",
        f"{extended.MOST_MIN // 60} h",
    )
    lines = [
        "| pump | basal, U/h | its step | bolus step, U | temporary basal | extended bolus |",
        "|---|---|---|---|---|---|",
    ]
    lines += ["| " + " | ".join(row) + " |" for row in (ours, *WORN)]
    return lines


def code_table() -> list[str]:
    """One row for each answer."""
    lines = ["| code | name |", "|---|---|"]
    return lines + [f"| {number} | `{name}` |" for number, name in enumerate(codes.CODES)]


def layouts_module() -> list[str]:
    """The struct format of every event, as a dictionary."""
    lines = ["LAYOUTS = {"]
    for number, _, _, fields in event_table.EVENTS:
        codes_of_fields = "".join(field[1] for field in fields)
        lines.append(f'    {number}: "<{codes_of_fields}",')
    return [*lines, "}"]


def limits_module() -> list[str]:
    """Default, least and most of each setting, by number."""
    lines = ["LIMITS = ("]
    for number, (row, _, *limits, _) in enumerate(SETTINGS, 1):
        assert row == number, "a number is left out"
        digits = "".join(f"\\x{byte:02x}" for byte in struct.pack("<3i", *limits))
        lines.append(f'    b"{digits}"')
    return [*lines, ")"]


def curves_module() -> list[str]:
    """For each duration of insulin action the shares that are left, as little-endian words."""
    lines = ["CURVES = ("]
    for duration_min in range(FIRST_MIN, LONGEST_S // 60 + 1, STEP_MIN):
        at = [duration_min * interval / INTERVALS for interval in range(INTERVALS + 1)]
        words = [math.ceil(share_left(minute, duration_min) * WHOLE - 1e-6) for minute in at]
        raw = struct.pack(f"<{len(words)}H", *words)
        lines.append(f"    # {duration_min} min")
        for start in range(0, len(raw), 22):
            digits = "".join(f"\\x{byte:02x}" for byte in raw[start : start + 22])
            lines.append(f'    b"{digits}"')
    return [*lines, ")"]


def share_left(minute: float, duration_min: float) -> float:
    """The formula of core/insulin_curves.py."""
    if minute >= duration_min:
        return 0.0
    tau = PEAK_MIN * (1 - PEAK_MIN / duration_min) / (1 - 2 * PEAK_MIN / duration_min)
    a = 2 * tau / duration_min
    scale = 1 / (1 - a + (1 + a) * math.exp(-duration_min / tau))
    rise = minute**2 / (tau * duration_min * (1 - a)) - minute / tau - 1
    return 1 - scale * (1 - a) * (rise * math.exp(-minute / tau) + 1)


def request_rows() -> list[str]:
    """One row for each request of the link."""
    lines = [
        "| kind | request | who may ask | request's body | answer's body |",
        "|---|---|---|---|---|",
    ]
    for kind, name, who, asked, answered, rest in request_table.REQUESTS:
        bodies = [field_list(asked), field_list(answered)]
        # What follows is in the answer, but for what is set or sealed.
        place = 0 if name.startswith("set_") or name == "sealed" else 1
        text = f"repeated: {field_list(rest)}" if isinstance(rest, tuple) else rest
        if text:
            bodies[place] = f"{bodies[place]}, {text}" if bodies[place] != "none" else text
        lines.append(f"| {kind} | `{name}` | {who} | {bodies[0]} | {bodies[1]} |")
    return lines


def field_list(fields: tuple[tuple[str, str], ...]) -> str:
    """Fields with their types, or none."""
    return ", ".join(f"`{name}` {SIZES[code]}" for name, code in fields) or "none"


def flag_table() -> list[str]:
    """One row for each bit of a status' flags."""
    lines = ["| value | flag |", "|---|---|"]
    return lines + [f"| {getattr(protocol, name)} | `{name.lower()}` |" for name in FLAGS]


def proof_list() -> list[str]:
    """What is known of each board, proved and not, and its limits."""
    lines: list[str] = []
    for name in board_rules.names():
        facts = board_rules.load(name).facts
        lines += [f"**{name}** ({facts['title']}): {facts['proved']}", ""]
        lines += [f"- not proved: {line}" for line in facts["unproved"]]
        lines += [f"- limit: {line}" for line in facts["limits"]]
        lines.append("")
    return lines[:-1]


def shopping_table() -> list[str]:
    """One row for each part, and what each board needs of them."""
    boards = [board_rules.load(name) for name in board_rules.names()]
    lines = ["| part | what to look for | rough price, US$ | for |", "|---|---|---|---|"]
    needs = {board.name: parts_of(board) for board in boards}
    for key, part in board_rules.facts()["parts"].items():
        those = [name for name, keys in needs.items() if key in keys]
        who = "all" if len(those) == len(boards) else ", ".join(f"`{name}`" for name in those)
        who = who or "a board of your own"
        lines.append(f"| {part['title']} | {part['what']} | {part['price']} | {who} |")
    sold: dict[str, list[Board]] = {}
    for board in boards:
        sold.setdefault(board.facts.get("image", board.chip["image"]), []).append(board)
    for same in sold.values():
        facts = same[0].facts
        who = ", ".join(f"`{board.name}`" for board in same)
        lines.append(f"| {facts['title']} | with headers | {facts['price']} | {who} |")
    return lines


# (document, what stands between its markers, who makes it)
PIECES: tuple[tuple[str, str, Callable[[], list[str]]], ...] = (
    ("README.md", "states", state_diagram),
    ("tools/README.md", "events", table_of_events),
    ("tools/README.md", "words", word_table),
    ("tools/README.md", "signals", signal_table),
    ("tools/README.md", "alarms", alarm_table),
    ("tools/README.md", "settings", setting_table),
    ("tools/README.md", "beside", beside_table),
    ("tools/README.md", "codes", code_table),
    ("firmware/pump/core/layouts.py", "layouts", layouts_module),
    ("firmware/pump/core/insulin_curves.py", "curves", curves_module),
    ("firmware/pump/core/settings.py", "limits", limits_module),
    ("tools/LINK.md", "requests", request_rows),
    ("tools/LINK.md", "flags", flag_table),
    ("boards/README.md", "proofs", proof_list),
    ("boards/README.md", "parts", shopping_table),
)


def renewed(text: str, name: str, lines: list[str]) -> str:
    """The document with the piece between its two markers replaced."""
    start, end = f"{name}: made by tools/write_documents.py", f"end of {name}"
    for mark in ("<!-- {} -->\n", "# {}\n"):
        before, found, rest = text.partition(mark.format(start))
        if found:
            _, _, after = rest.partition(mark.format(end))
            return "".join(
                [before, found, *(line + "\n" for line in lines), mark.format(end), after]
            )
    raise SystemExit(f"There is no marker for {name}.")


def main() -> int:
    """Write, or check; 1 when a check fails."""
    stale: list[str] = []
    for document, name, make in PIECES:
        path = ROOT / document
        text = path.read_text(encoding="utf-8")
        new = renewed(text, name, make())
        if new == text:
            continue
        stale.append(f"{document}: {name}")
        if "--check" not in sys.argv:
            path.write_text(new, encoding="utf-8")
    if stale and "--check" in sys.argv:
        print("Not as the tables say; run `make documents`: " + ", ".join(stale))  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
