"""What the page asks of the pump that runs in it: plain calls, JSON back. Runs on MicroPython."""

import gc
import json
from binascii import a2b_base64, b2a_base64
from struct import unpack_from

import board
from host_tests.scenarios import scenario
from host_tests.scenarios.session import FULL_UNITS, RamDisk, Session
from pump.core import event_table, record, setting_table
from pump.core import settings as st
from pump.link import protocol
from pump.ui.canvas import Canvas
from pump.version import VERSION

_COLLECT_EVERY = 20
_EPOCH_MS = 1_577_836_800_000  # 2020-01-01 00:00 in milliseconds since 1970
_ROWS = {row[0]: row for row in event_table.EVENTS}
_SETTINGS = {row[0]: row[1] for row in setting_table.SETTINGS}
_LAYOUTS = {row[0]: event_table.layout(row[3]) for row in event_table.EVENTS}


class SpokenCanvas(Canvas):
    """The pump's canvas that remembers the words on it, for who cannot see the display."""

    words = ()

    def clear(self):
        """An empty display has no words."""
        self.words = []
        super().clear()

    def text(self, text, x, y, scale=1, inverse=False):
        """Draw letters, and remember them."""
        self.words.append(text)
        super().text(text, x, y, scale, inverse)

    def big(self, text, x, y):
        """Draw big digits, and remember them."""
        self.words.append(text)
        return super().big(text, x, y)


class Page:
    """One power-on after the other of one pump: `start` first."""

    def __init__(self):
        self._session = None
        self._disk = None
        self._canvas = None
        self._app = None
        self._shown = None
        self._calls = 0
        self._pulled = b""

    # ---- the whole

    def start(self, unique_id, kept="", disk=""):
        """A new pump, or one whose power is off: what `keep` gave in an older machine."""
        if kept:
            told = json.loads(disk)
            contents = {path: a2b_base64(text.encode()) for path, text in told["contents"].items()}
            self._disk = RamDisk(contents, told["folders"])
            self._session = Session(board, self._disk, json.loads(kept))
        else:
            self._disk = RamDisk()
            self._session = Session(board, self._disk)
        self._session.world.unique_id = bytes.fromhex(unique_id)
        self._follow()

    def keep(self):
        """What is there without power, for `start` in a newer machine."""
        return json.dumps(self._session.kept())

    def keep_disk(self):
        """The files, for the same."""
        contents = {path: _base64(data) for path, data in self._disk.contents.items()}
        return json.dumps({"contents": contents, "folders": self._disk.folders})

    def script(self):
        """What was done so far, as a scenario."""
        session = self._session
        return json.dumps(
            {
                "basalt_scenario": scenario.VERSION,
                "board": board.NAME,
                "about": "Recorded in the browser.",
                "end_ms": session.limit_ms,
                "acts": session.script,
            }
        )

    def problem_of(self, text):
        """What is wrong with a scenario that came from anywhere; "" for a good one."""
        try:
            return scenario.problem_of(json.loads(text))
        except ValueError:
            return "it is no JSON"

    def facts(self):
        """What never changes: the board's own numbers, and the limits that are in force now."""
        settings = self._session.app.pump.settings
        numerator, denominator = board.STEPS_PER_UNIT
        return json.dumps(
            {
                "version": "%d.%d.%d" % VERSION,
                "board": board.NAME,
                "occlusion_mbar": board.OCCLUSION_MBAR,
                "full_scale_mbar": board.PRESSURE_FULL_SCALE_MBAR,
                "battery_low_mv": board.BATTERY_LOW_MV,
                "battery_empty_mv": board.BATTERY_EMPTY_MV,
                "steps_per_unit": numerator / denominator,
                "max_bolus_mu": settings.get(st.MAX_BOLUS_MU),
                "max_hour_mu": settings.get(st.MAX_HOUR_MU),
            }
        )

    # ---- time and hands

    def run_to(self, at_ms):
        """Let time go by up to a moment of the session."""
        self._calls += 1
        if self._calls % _COLLECT_EVERY == 0:
            gc.collect()
        self._session.run_to_ms(int(at_ms))
        self._follow()

    def act(self, text):
        """Do one act, JSON without its moment; "", or why it cannot be done."""
        try:
            self._session.act(*json.loads(text))
        except (ValueError, TypeError) as error:
            return str(error)
        self._follow()
        return ""

    # ---- eyes

    def look(self):
        """All that can be seen and heard now, and the records since the last look."""
        session, world = self._session, self._session.world
        numerator, denominator = board.STEPS_PER_UNIT
        heard, world.buzzer.history = world.buzzer.history, []
        return json.dumps(
            {
                "at_ms": session.limit_ms,
                "state": session.state(),
                "steps": world.motor.position_steps,
                "lost": world.motor.lost_steps,
                "coils": world.motor.enabled(),
                "out_units": world.line.seen_out_steps() * denominator / numerator,
                "left_units": world.reservoir.units_left(),
                "full_units": FULL_UNITS,
                "pressure_mbar": world.line.seen_mbar(),
                "battery_mv": world.cell.mv,
                "faults": session.faults,
                "down": session.down,
                "tone_hz": world.buzzer.sounding_hz(),
                "heard": heard,
                "picture": self._picture(),
                "words": " ".join(self._canvas.words) if self._lit() else "",
                "records": [_told(packed) for packed in session.new_records()],
            }
        )

    def _lit(self):
        panel = self._session.world.panel
        return self._session.powered and panel.on and panel.charge_pump

    def _picture(self):
        """The dots of the panel as base64, eight rows to a byte; None when nothing has changed."""
        panel = self._session.world.panel
        shown = (self._lit(), panel.data_bytes, panel.inverted)
        if shown == self._shown:
            return None
        self._shown = shown
        if not self._lit():
            return ""
        return _base64(bytes([dots ^ 255 for dots in panel.ram]) if panel.inverted else panel.ram)

    def _follow(self):
        """Put the canvas that can be read aloud in place of the plain one, after each start."""
        app = self._session.app
        if app is not None and app is not self._app:
            plain = app._canvas
            self._canvas = SpokenCanvas(
                self._session.hardware.framebuf, plain.frame, plain.width, plain.height
            )
            self._canvas.words = []
            app._canvas = self._canvas
        self._app = app

    # ---- the cable

    def pull(self, computer_ms):
        """The log over the link, as the file that `basalt import` reads; "" without power."""
        session = self._session
        answers = [session.ask(name) for name in ("identify", "status", "time")]
        if None in answers:
            return ""
        identity = _identity(answers[0][1])
        status = dict(
            zip(protocol.STATUS_NAMES, unpack_from(protocol.STATUS_LAYOUT, answers[1][1]))
        )
        local_s, offset_min, flags, uptime_s, uptime_ms = unpack_from(
            protocol.TIME_LAYOUT, answers[2][1]
        )
        raw = b""
        for seq in range(status["first_seq"], status["next_seq"], protocol.MOST_RECORDS):
            answer = session.ask("log", (seq, protocol.MOST_RECORDS))
            if answer is None or answer[0]:
                return ""
            raw += answer[1][8:]
        del local_s, flags
        self._pulled = raw
        return json.dumps(
            {
                "basalt_log": 1,
                "identity": identity,
                "anchor": {
                    "boot": status["boot"],
                    "uptime_ms": uptime_s * 1000 + uptime_ms,
                    "utc_ms": self._computer_ms(int(computer_ms)),
                    "utc_offset_min": offset_min,
                },
                "first_seq": status["first_seq"],
                "next_seq": status["next_seq"],
                "records": _base64(raw),
            }
        )

    def _computer_ms(self, now_ms):
        """What the computer beside the pump shows: it goes on from where it last set the clock.

        In a session that ran ahead, or that is replayed, this is not the computer of the page.
        """
        session = self._session
        for act in reversed(session.script):
            if act[1:3] == ["ask", "set_time"]:
                local_s, offset_min = act[3]
                return _EPOCH_MS + (local_s - offset_min * 60) * 1000 + session.limit_ms - act[0]
        return now_ms

    def pulled_records(self):
        """The records that the last pull brought, as people are told of them."""
        size, raw = record.RECORD_SIZE, self._pulled
        found = [raw[at : at + size] for at in range(0, len(raw), size)]
        return json.dumps([_told(packed) for packed in found if record.is_whole(packed)])


def _identity(body):
    boot, major, minor, patch = unpack_from("<HBBB", body)
    texts, at = [], 5
    for _ in range(3):
        texts.append(body[at + 1 : at + 1 + body[at]])
        at += 1 + body[at]
    return {
        "name": texts[0].decode(),
        "board": texts[1].decode(),
        "unique_id": texts[2].hex(),
        "version": "%d.%d.%d" % (major, minor, patch),
        "boot": boot,
    }


def _told(packed):
    """A record for people: its head, its event's name and severity, its fields by name."""
    seq, boot, event, uptime_s, uptime_ms, trusted, local_s = record.header(packed)
    told = {
        "seq": seq,
        "boot": boot,
        "uptime_ms": uptime_s * 1000 + uptime_ms,
        "trusted": trusted,
        "local_s": local_s,
        "event": "event_%d" % event,
        "severity": "info",
        "fields": {},
    }
    row = _ROWS.get(event)
    if row is not None:
        told["event"] = row[1]
        told["severity"] = event_table.SEVERITIES[row[2]]
        for field, value in zip(row[3], record.fields(packed, _LAYOUTS[event])):
            named = len(field) > 2 and value < len(field[2])
            told["fields"][field[0]] = field[2][value] if named else value
        if row[1] == "setting_changed":
            fields = told["fields"]
            fields["setting"] = _SETTINGS.get(fields["setting"], fields["setting"])
    return told


def _base64(data):
    return b2a_base64(data).decode().strip()
