"""Draws trumpet curves as an SVG for a document: windows to the right, percent upwards."""

from math import ceil, log

_WIDTH, _HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 20, 20, 50
_COLOURS = ("#1f5fa8", "#b3261e", "#2e7d32", "#8e5b00")


def trumpet(curves):
    """SVG text. `curves`: {rate in mU/h: [(window in min, Ep max, Ep min)]}."""
    most = max(abs(error) for curve in curves.values() for row in curve for error in row[1:])
    most = max(1, ceil(most))
    windows = [row[0] for row in next(iter(curves.values()))]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
    ]
    for percent in (-most, -most / 2, 0, most / 2, most):
        y = _y(percent, most)
        parts.append(
            f'<line x1="{_LEFT}" y1="{y}" x2="{_WIDTH - _RIGHT}" y2="{y}" stroke="#cccccc"/>'
        )
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{percent:+g} %</text>')
    for window in windows:
        x = _x(window, windows)
        parts.append(
            f'<text x="{x}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{window}</text>'
        )
    parts.append(
        f'<text x="{(_LEFT + _WIDTH) // 2}" y="{_HEIGHT - 12}" text-anchor="middle">'
        "observation window, min</text>"
    )
    for place, (rate, curve) in enumerate(curves.items()):
        colour = _COLOURS[place % len(_COLOURS)]
        for column in (1, 2):
            points = " ".join(f"{_x(row[0], windows)},{_y(row[column], most)}" for row in curve)
            parts.append(
                f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
            )
        parts.append(
            f'<text x="{_WIDTH - _RIGHT - 4}" y="{_TOP + 14 + 16 * place}" text-anchor="end"'
            f' fill="{colour}">{rate / 1000:g} U/h</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _x(window, windows):
    share = log(window / windows[0]) / log(windows[-1] / windows[0])
    return round(_LEFT + 20 + share * (_WIDTH - _LEFT - _RIGHT - 40), 1)


def _y(percent, most):
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    return round(middle - percent / most * (_HEIGHT - _TOP - _BOTTOM) / 2, 1)
