"""Writes boards/SCREENS.md: every screen as a picture, and where each key leads from it."""

import re

from host_tests.ui.pictures import png
from host_tests.ui.pictures.scenes import SCENES
from host_tests.ui.pictures.ways import KEYS, Ways

PAGE = png.STORED.parents[2] / "boards" / "SCREENS.md"
_PICTURES = "../host_tests/ui/pictures"
_HEAD = """# Every screen, and the ways between them

Made by `make documents`, which draws each screen on a pump without parts and presses every key on
it. How the keys are used is told in [README.md](README.md#using-it).
**Basalt pumps water; it is not a medical device.**

UP and DOWN change, OK goes on, STOP stops what runs or leads back. An alarm can come on any
screen; OK acknowledges it. An empty cell: the key does nothing there; *changes*: it changes what
is shown; *told*: a message says why not.

"""
# (heading, how the names of its scenes begin); a scene belongs to the first that fits.
_SECTIONS = (
    ("Start", ("boot", "first")),
    ("Home", ("home",)),
    ("Bolus", ("bolus",)),
    ("Quick bolus", ("quick",)),
    ("Child lock", ("locked",)),
    ("Mode of a user", ("user", "mode")),
    ("Bolus calculator", ("calculator",)),
    ("Extended bolus", ("extended",)),
    ("Menu", ("menu",)),
    ("Reservoir", ("change", "supply")),
    ("Basal programs", ("basal", "program")),
    ("Temporary basal", ("temporary",)),
    ("Alarms", ("alarm", "occlusion", "reservoir")),
    ("Clock", ("clock",)),
    ("Settings", ("setting",)),
    ("Calibration", ("calibrate",)),
    ("Remote control", ("remote",)),
    ("History", ("history",)),
    ("About, service and self-test", ("about", "service", "selftest")),
    ("In German", ("german",)),
)
# In the diagram nobody needs what leads back, nor what any key may meet.
_EVERYWHERE = ("Message", "AlarmScreen", "Boot")
# Of the classes whose own names say too little.
_NAMES = {
    "Alarms": "Past alarms",
    "Boluses": "Past boluses",
    "Change": "Reservoir change",
    "Changes": "Past changes",
    "Days": "Past days",
    "Entry": "Past entry",
}


def text():
    """The page."""
    ways = Ways()
    parts = [_HEAD, *_diagram(ways)]
    rest = [scene.__name__ for scene in SCENES]
    for heading, beginnings in _SECTIONS:
        names = [name for name in rest if name.startswith(beginnings)]
        rest = [name for name in rest if name not in names]
        parts.append(f"\n## {heading}\n\n")
        if heading == "In German":
            parts += _gallery(names)
        else:
            parts += _table(names, ways)
    if rest:
        raise LookupError(f"page.py has no section for {', '.join(rest)}")
    return "".join(parts)


def is_made():
    """Whether the page stands as it would be written now."""
    return PAGE.is_file() and PAGE.read_text() == text()


def write():
    """Write it; returns where."""
    PAGE.write_text(text())
    return PAGE


def _diagram(ways):
    """Mermaid: which kind of screen leads to which, by the keys that lead on."""
    between = {
        (before, key, after)
        for before, key, after in ways.between
        if not key.startswith("STOP")
        and after not in ("Home", "MainMenu", *_EVERYWHERE)
        and before not in _EVERYWHERE
    }
    between.add(("Home", "OK", "MainMenu"))
    yield "```mermaid\nflowchart LR\n"
    for before, after in sorted({(before, after) for before, _, after in between}):
        keys = [key for key in KEYS if (before, key, after) in between]
        label = ", ".join(keys)
        yield f"    {before}[{_named(before)}] -- {label} --> {after}[{_named(after)}]\n"
    yield "```\n"


def _table(names, ways):
    yield "| screen | " + " | ".join(KEYS) + " |\n|---|" + "---|" * len(KEYS) + "\n"
    for name in names:
        cells = [_cell(ways.of[name][key]) for key in KEYS]
        yield f"| {_picture(name)} | {' | '.join(cells)} |\n"


def _gallery(names):
    for name in names:
        yield f"{_picture(name)}\n\n"


def _picture(name):
    return (
        f'<a id="{name}"></a>{_title(name)}<br>'
        f'<img src="{_PICTURES}/{name}.png" width="256" alt="{_title(name)}">'
    )


def _cell(way):
    if way.says:
        return f"[told](#{way.to}): {way.says}"
    if way.to:
        return f"[{_title(way.to)}](#{way.to})"
    return "*changes*" if way.changes else ""


def _title(name):
    return name.replace("_", " ")


def _named(kind):
    return _NAMES.get(kind) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).capitalize()
