"""Finds out where each key leads from each screen, by pressing it on a bench of its own."""

import re

from host_tests.ui.bench import Bench
from host_tests.ui.pictures import png
from host_tests.ui.pictures.scenes import SCENES
from pump.ui.keys import DOWN, OK, STOP, UP

KEYS = ("UP", "DOWN", "OK", "STOP", "STOP held")
_BUTTONS = (UP, DOWN, OK, STOP)
_SETTLES_MS = 400  # in which a motor stops and what was opened is there
# What tells the stages of one screen apart, by the names that the screens give it.
_STAGES = ("stage", "_stage", "_step", "_asked")


class Way:
    """What a key does: it leads to the scene `to`, changes what is shown, or does nothing.

    `says`: the text of the message that it leads to.
    """

    def __init__(self, to="", changes=False, says=""):
        self.to = to
        self.changes = changes
        self.says = says


class Ways:
    """The ways from every scene, and those between kinds of screens that lead on, not back."""

    def __init__(self, say=lambda name: None):
        self.of = {}  # {name of a scene: {key: Way}}
        self.between = set()  # (kind of screen, key, kind of screen)
        self._seen = {}
        Bench.pressed = self._look_on
        try:
            for scene in SCENES:
                bench = scene()
                picture = png.drawn(bench).tobytes()
                self._seen[scene.__name__] = _place(bench), picture, _words(bench)
            for scene in SCENES:
                say(scene.__name__)
                self.of[scene.__name__] = {key: self._way(scene, key) for key in KEYS}
        finally:
            Bench.pressed = None

    def kind(self, scene):
        """The kind of screen that a scene shows: the name of its class."""
        return self._seen[scene][0][0]

    def _look_on(self, bench, button, before):
        kind, deep = before
        after = type(bench.ui._shown()).__name__
        if after != kind and len(bench.ui._stack) >= deep:
            self.between.add((kind, KEYS[_BUTTONS.index(button)], after))

    def _way(self, scene, key):
        here, _, _ = self._seen[scene.__name__]
        still, bench = scene(), scene()
        if key == "STOP held":
            bench.hold(STOP)
        else:
            bench.press(_BUTTONS[KEYS.index(key)])
        still.run(_SETTLES_MS)
        bench.run(_SETTLES_MS)
        place, picture = _place(bench), png.drawn(bench).tobytes()
        if place == here:
            return Way(changes=picture != png.drawn(still).tobytes())
        text = getattr(bench.ui.top(), "_text", "") if place[0] == "Message" else ""
        to = self._most_like(place, picture, _words(bench), scene)
        return Way(to, says=text.replace("|", " "))

    def _most_like(self, place, picture, words, scene):
        """The scene that shows this, or else one of the same screen, stage and most words."""
        german = scene.__name__.startswith("german")
        seen = {
            name: what
            for name, what in self._seen.items()
            if german or not name.startswith("german")
        }
        for name, (_, other, _) in seen.items():
            if other == picture:
                return name
        alike = {
            name: (other == place, len(words & its) / max(1, len(words | its)))
            for name, (other, _, its) in seen.items()
            if other[0] == place[0]
        }
        if not alike:
            raise LookupError(f"there is no picture of {place[0]}: {sorted(words)}")
        return max(alike, key=lambda name: alike[name])


def _words(bench):
    """The texts on the screen; figures, which change, are all alike."""
    return {re.sub(r"[0-9]+", "#", text) for text in bench.look()}


def _place(bench):
    """The kind of screen it is, and at which stage."""
    ui = bench.ui
    screen = ui._shown()
    kind = type(screen).__name__
    if kind == "AlarmScreen":
        return kind, ui.alarm
    if kind == "Home":
        return kind, screen._plate(), bench.pump.bolus.active, bench.pump.extended is not None
    if kind == "BolusRun":
        bolus = bench.pump.bolus
        return kind, bolus.active, bolus.wait_ms > 0
    stages = [getattr(screen, name, None) for name in _STAGES]
    # Two menus with as many rows are more alike than the one of a user and the one of a clinician.
    rows = (screen.count(),) if hasattr(screen, "count") else ()
    return kind, *rows, *[stage for stage in stages if isinstance(stage, int)]
