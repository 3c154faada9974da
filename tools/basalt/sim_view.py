"""Lays the virtual pump out on the terminal: its screen, its parts, its log, the keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from basalt import sim_screen
from basalt.sim_bench import Look

_KEYS = (
    "↑ ↓ buttons UP DOWN  Enter OK  s STOP   hold: U UP  D DOWN  S STOP 2 s   q quit",
    "o occlusion  b battery low  e empty  x display  g sensor  r syringe  p power  +-",
)
_SIDE_WIDTH = 13
_WIDE_SIDE = 24
_FEWEST_LOG = 2

_COLOURS = {"info": "", "warning": "\x1b[33m", "alarm": "\x1b[31m", "fault": "\x1b[1;31m"}
_STATES = {"running": "\x1b[32m", "bolus": "\x1b[1;32m", "fault": "\x1b[1;31m"}
_OLED = "\x1b[38;5;159;48;5;16m"
_DIM = "\x1b[2m"
_BOLD = "\x1b[1m"
_RED = "\x1b[31m"
_OFF = "\x1b[0m"


@dataclass(frozen=True)
class Scene:
    """All that is on the terminal beside the pump itself."""

    bench: str
    port: str
    speed: str  # what the pump's time runs at now
    message: str  # what the last key did
    log: Sequence[tuple[str, str]]  # (severity, words), oldest first


def smallest() -> tuple[int, int]:
    """(columns, lines) below which the picture does not fit."""
    columns, lines = sim_screen.BRAILLE_SIZE
    return columns + 2, lines + len(_KEYS) + 2 + _FEWEST_LOG


def frame(look: Look, scene: Scene, size: tuple[int, int]) -> list[str]:
    """The lines of the terminal, at most as many and as long as `size` (columns, lines) allows."""
    columns, lines = size
    least = smallest()
    if columns < least[0] or lines < least[1]:
        return [f"Make this window larger: {least[0]} x {least[1]} at least."[:columns]]
    screen, width = _screen(look, columns, lines)
    room = columns - width - 1
    side_width = min(room, _WIDE_SIDE) if room >= _SIDE_WIDTH else 0
    side = _side(look, side_width) if side_width else []
    found = [_head(scene, columns)]
    for row, line in enumerate(screen):
        found.append(f"{line} {side[row]}" if row < len(side) else line)
    below = [] if side_width else [_brief(look)[:columns]]
    room = lines - len(found) - len(below) - len(_KEYS) - 1
    log = [_log_line(entry, columns) for entry in scene.log[-room:]]
    log += [""] * (room - len(log))
    message = f"{_BOLD}{scene.message[:columns]}{_OFF}"
    return [*found, *below, *log, message, *(f"{_DIM}{keys[:columns]}{_OFF}" for keys in _KEYS)]


def _screen(look: Look, columns: int, lines: int) -> tuple[list[str], int]:
    """The pump's screen as lines, and how wide they are."""
    wide, high = sim_screen.HALVES_SIZE
    large = columns >= wide + 3 + _SIDE_WIDTH and lines >= high + len(_KEYS) + 2 + _FEWEST_LOG
    rows = sim_screen.halves(look.picture) if large else sim_screen.braille(look.picture)
    return [f"{_OLED} {row} {_OFF}" for row in rows], len(rows[0]) + 2


def _head(scene: Scene, columns: int) -> str:
    text = f" Basalt, {scene.bench}, {scene.speed}   port {scene.port}"
    warning = "not a medical device "
    gap = columns - len(text) - len(warning)
    return f"\x1b[7m{(text + ' ' * gap + warning if gap > 1 else text.ljust(columns))[:columns]}"


def _log_line(entry: tuple[str, str], columns: int) -> str:
    severity, words = entry
    text = words if len(words) <= columns else words[: columns - 1] + "…"
    return f"{_COLOURS[severity]}{text}{_OFF}"


def _side(look: Look, width: int) -> list[str]:
    """The parts of the bench, one below the other, `width` wide at most."""
    dark = look.powered and not any("#" in row for row in look.picture)
    found = [_state(look), f"{_DIM}display dark{_OFF}" if dark else ""]
    found.append(f"{_BOLD}{look.out_units:.3f} U{_OFF} out")
    found.append(f"{look.motor_steps:,} steps")
    if look.left_units is not None:
        found.append(_syringe(look.left_units / look.full_units, width))
        found.append(f"{look.left_units:.1f} U left")
    found += ["", f"line {look.pressure_mbar} mbar", f"batt. {look.battery_mv / 1000:.2f} V"]
    found.append("motor on" if look.coils else f"{_DIM}motor off{_OFF}")
    if look.tone_hz is not None:
        found.append(
            f"{_BOLD}♪ {look.tone_hz} Hz{_OFF}" if look.tone_hz else f"{_DIM}silent{_OFF}"
        )
    found.append("")
    found += [f"{_RED}{fault[:width]}{_OFF}" for fault in look.faults]
    return found


def _state(look: Look) -> str:
    if not look.powered:
        return f"{_DIM}POWER OFF{_OFF}"
    if look.state is None:
        return "power on"
    return f"{_STATES.get(look.state, chr(27) + '[33m')}{look.state.upper()}{_OFF}"


def _syringe(share: float, width: int) -> str:
    """The barrel with what is in it at the right, before the needle."""
    inside = width - 2
    full = round(min(max(share, 0.0), 1.0) * inside)
    return f"▕{'·' * (inside - full)}{'█' * full}╸"


def _brief(look: Look) -> str:
    """The side in one line, where there is no room for it."""
    state = look.state or ("on" if look.powered else "off")
    faults = f"  {', '.join(look.faults)}" if look.faults else ""
    return f"{state}  {look.out_units:.3f} U out  {look.pressure_mbar} mbar{faults}"
