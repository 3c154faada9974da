"""Writes what documents say of tables: state diagram, events, alarms, settings, answers.

Run as `python tools/write_documents.py`; with `--check` it writes nothing and fails when something
is not as the tables say.
"""

import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "firmware"), str(ROOT / "tools" / "basalt" / "shims")]

from pump.core import alarms, codes, event_table, states  # noqa: E402
from pump.core import settings as st  # noqa: E402

SIZES = {"B": "u8", "b": "i8", "H": "u16", "h": "i16", "I": "u32", "i": "i32"}


def state_diagram() -> list[str]:
    """Mermaid, from the table of states."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> starting"]
    for state, trigger, following in states.TRANSITIONS:
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


def alarm_table() -> list[str]:
    """One row for each alarm."""
    lines = ["| alarm | priority | delivery |", "|---|---|---|"]
    for alarm, priority, stops in alarms.ALARMS:
        if alarm != alarms.NONE:
            what = "stops" if stops else "goes on"
            name = event_table.ALARM_NAMES[alarm]
            lines.append(f"| `{name}` | {event_table.PRIORITIES[priority]} | {what} |")
    return lines


def setting_table() -> list[str]:
    """One row for each setting."""
    lines = ["| number | setting | default | least | most |", "|---|---|---|---|---|"]
    for number, name, default, least, most, _ in st.SETTINGS:
        lines.append(f"| {number} | `{name}` | {default} | {least} | {most} |")
    return lines


def code_table() -> list[str]:
    """One row for each answer."""
    lines = ["| code | name |", "|---|---|"]
    return lines + [f"| {number} | `{name}` |" for number, name in enumerate(codes.CODES)]


# (document, what stands between its markers, who makes it)
PIECES: tuple[tuple[str, str, Callable[[], list[str]]], ...] = (
    ("README.md", "states", state_diagram),
    ("tools/README.md", "events", table_of_events),
    ("tools/README.md", "words", word_table),
    ("tools/README.md", "alarms", alarm_table),
    ("tools/README.md", "settings", setting_table),
    ("tools/README.md", "codes", code_table),
)


def renewed(text: str, name: str, lines: list[str]) -> str:
    """The document with the piece between its two markers replaced."""
    before, _, rest = text.partition(f"<!-- {name}: made by tools/write_documents.py -->\n")
    _, _, after = rest.partition(f"<!-- end of {name} -->\n")
    if not after and not rest:
        raise SystemExit(f"There is no marker for {name}.")
    body = "\n".join(lines)
    start = f"<!-- {name}: made by tools/write_documents.py -->\n"
    return f"{before}{start}{body}\n<!-- end of {name} -->\n{after}"


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
