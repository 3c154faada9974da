"""Draws a board's wiring as an SVG: the board in the middle, a straight wire for each pin."""

from html import escape

from basalt.board_rules import Board
from basalt.connections import Part, Wire

_ROW = 26
_TITLE = 30
_GAP = 22
_PART_WIDTH = 240
_SPAN = 250  # of a wire
_BOARD_WIDTH = 240
_MARGIN = 20
_NOTE = 20
_TOP = 60
_DETAIL = 120  # height of the detail of the stop diode
_COLOURS = ("#b3261e", "#1f5fa8", "#2e7d32", "#8e5b00", "#6a3d9a", "#00707a", "#b0447f")
_SUPPLY, _GROUND = "#d32f2f", "#222222"


def draw(board: Board, found: list[Part]) -> str:
    """The picture as text."""
    left, right = _split(found)
    notes = list(dict.fromkeys(w.remark for part in left + right for w in part.wires if w.remark))
    body = max(_height(left), _height(right)) + _TOP
    pins = {wire.literal: wire.gpio for part in found for wire in part.wires}
    detail = body + _NOTE * len(notes) + 2 * _MARGIN
    height = detail + (_DETAIL if "COUNT_PIN" in pins else 0)
    width = 2 * (_MARGIN + _PART_WIDTH + _SPAN) + _BOARD_WIDTH
    middle = _MARGIN + _PART_WIDTH + _SPAN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" font-family="DejaVu Sans, Verdana, sans-serif"'
        ' font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(_MARGIN, 30, f"{board.facts['title']}: wiring", "start", size=19, bold=True),
        f'<rect x="{middle}" y="{_TOP - 10}" width="{_BOARD_WIDTH}"'
        f' height="{body - _TOP}" rx="10" fill="#e8f1ea" stroke="#2e5d3a"'
        ' stroke-width="2"/>',
    ]
    lines += _side(left, middle, -1, notes) + _side(right, middle + _BOARD_WIDTH, 1, notes)
    for index, note in enumerate(notes):
        y = body + _MARGIN + _NOTE * index
        lines.append(_text(_MARGIN, y, f"({index + 1})  {note}", "start"))
    if "COUNT_PIN" in pins:
        lines += _stop_diode(pins, detail)
    return "\n".join([*lines, "</svg>", ""])


def _stop_diode(pins: dict[str, str], y: int) -> list[str]:
    """What sits between the STEP pin, the driver, the counting pin and the STOP key's pin."""
    row, low = y + 34, y + 92
    here, there = 330, 400  # where the diode and the wire back leave the STEP wire
    red, blue, brown = _COLOURS[0], _COLOURS[1], _COLOURS[3]
    return [
        _text(_MARGIN, y + 4, "The stop diode", "start", bold=True),
        _text(_MARGIN, row + 5, f"{pins['STEP_PIN']} (STEP)", "start"),
        _line(156, 520, row, red, "2"),
        f'<rect x="190" y="{row - 10}" width="72" height="20" fill="#ffffff" stroke="{red}"'
        ' stroke-width="2"/>',
        _text(226, row + 5, "1 kOhm", "middle", size=12),
        _text(528, row + 5, "driver: STEP", "start"),
        *(f'<circle cx="{x}" cy="{row}" r="4" fill="{red}"/>' for x in (here, there)),
        # The triangle points to where the current goes: to the STOP key, while it is down.
        f'<path d="M{here} {row}V{low}H156" stroke="{brown}" stroke-width="2" fill="none"/>',
        f'<path d="M{here - 10} {row + 18}H{here + 10}L{here} {row + 36}Z" fill="{brown}"/>',
        f'<path d="M{here - 10} {row + 37}H{here + 10}" stroke="{brown}" stroke-width="4"/>',
        _text(here - 18, row + 32, "BAT85", "end", size=12),
        _text(_MARGIN, low + 5, f"{pins['BUTTON_STOP_PIN']} (STOP key)", "start"),
        f'<path d="M{there} {row}V{low}H520" stroke="{blue}" stroke-width="2" fill="none"/>',
        _text(528, low + 5, f"{pins['COUNT_PIN']} (counts the steps)", "start"),
    ]


def _split(found: list[Part]) -> tuple[list[Part], list[Part]]:
    """Two columns of about the same height, the motor first at the left."""
    left: list[Part] = []
    right: list[Part] = []
    for part in found:
        (left if _height(left) <= _height(right) else right).append(part)
    return left, right


def _height(column: list[Part]) -> int:
    return sum(_TITLE + _ROW * len(part.wires) + _GAP for part in column)


def _side(column: list[Part], edge: int, direction: int, notes: list[str]) -> list[str]:
    lines: list[str] = []
    y = _TOP
    number = 0
    for part in column:
        height = _TITLE + _ROW * len(part.wires)
        near = edge + direction * _SPAN
        x = near if direction > 0 else near - _PART_WIDTH
        lines.append(
            f'<rect x="{x}" y="{y}" width="{_PART_WIDTH}" height="{height}" rx="6"'
            ' fill="#f4f4f6" stroke="#444444"/>'
        )
        lines.append(_text(x + _PART_WIDTH // 2, y + 20, part.title, "middle", bold=True))
        for index, wire in enumerate(part.wires):
            middle = y + _TITLE + _ROW * index + _ROW // 2
            colour = _COLOURS[number % len(_COLOURS)] if wire.gpio else _supply_colour(wire)
            number += 1 if wire.gpio else 0
            mark = f"({notes.index(wire.remark) + 1})" if wire.remark else ""
            lines += _wire(wire, edge, near, middle, direction, colour, mark)
        y += height + _GAP
    return lines


def _wire(
    wire: Wire, edge: int, near: int, y: int, direction: int, colour: str, mark: str
) -> list[str]:
    toward = "start" if direction < 0 else "end"
    away = "end" if direction < 0 else "start"
    inside = edge - direction * 8
    lines = [_text(near + direction * 8, y + 5, wire.part_pin, away)]
    if not wire.gpio:
        # A supply is named at the part: lines across the whole drawing would hide the others.
        tail = near - direction * 26
        lines.append(_line(near, tail, y, colour, "3"))
        name = f"{_short(wire)} {mark}".strip()
        lines.append(
            _text(tail - direction * 6, y + 5, name, _toward_of(direction), colour=colour)
        )
        return lines
    lines.append(_line(near, edge, y, colour, "2"))
    lines.append(_text(near - direction * 34, y - 4, mark, "middle", size=11))
    lines.append(f'<circle cx="{edge}" cy="{y}" r="4" fill="{colour}"/>')
    digits = wire.gpio.lstrip("GPIO")
    named = digits == wire.label.lstrip("IO")  # the board's own name has the GPIO's number
    pin = wire.gpio if named else f"{wire.gpio} (pin {wire.label})"
    lines.append(_text(inside, y + 5, pin, toward))
    if wire.within:
        middle = (near + edge) // 2
        lines.append(
            f'<rect x="{middle - 36}" y="{y - 10}" width="72" height="20" fill="#ffffff"'
            f' stroke="{colour}" stroke-width="2"/>'
        )
        lines.append(_text(middle, y + 5, wire.within, "middle", size=12))
    return lines


def _toward_of(direction: int) -> str:
    """The anchor of a text that ends at a stub of a part on this side."""
    return "start" if direction < 0 else "end"


def _short(wire: Wire) -> str:
    """What a supply's stub is called."""
    if "GND" in wire.part_pin or "other" in wire.part_pin:
        return "GND"
    if "battery" in wire.part_pin:
        return wire.label.partition(" (")[0]
    return "3V3"


def _supply_colour(wire: Wire) -> str:
    return _GROUND if _short(wire) == "GND" else _SUPPLY


def _line(x1: int, x2: int, y: int, colour: str, width: str) -> str:
    return f'<path d="M{x1} {y}H{x2}" stroke="{colour}" stroke-width="{width}" fill="none"/>'


def _text(
    x: int, y: int, text: str, anchor: str, size: int = 13, bold: bool = False, colour: str = ""
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    fill = f' fill="{colour}"' if colour else ""
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}"{weight}{fill}>'
        f"{escape(text)}</text>"
    )
