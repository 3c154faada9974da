"""A pump that somebody plays with by acts at moments, so that what was done can be done again.

It runs on MicroPython too. Time is cut into pieces by whoever looks on, and nothing of it is seen
by the pump: the same acts at the same moments give the same records, byte for byte, whether they
come from fingers or from a file.

    act          (at_ms, name, arguments...); at_ms counts from the first moment of the session
    press        a button's name: UP, DOWN, OK, STOP
    release      the same
    ask          a request of the link by name, its fields, its rows: see link/request_table.py
    fault        one of FAULTS, 1 or 0
    power        1 or 0
    syringe      a full one is put into the seat
    damage_log   while the power is off, a bit of the largest log file is turned over
"""

import struct

from host_tests.fakes.port import MemoryPort
from host_tests.fakes.ram_files import RamFiles
from host_tests.world import FakeHardware, WatchdogResetError, World
from pump.app import App
from pump.core import events, record, states
from pump.link import frame, protocol, request_table

BUTTONS = ("UP", "DOWN", "OK", "STOP")

OCCLUSION = "occlusion"
STALL = "stall"
BATTERY_LOW = "battery_low"
BATTERY_EMPTY = "battery_empty"
NO_DISPLAY = "no_display"
NO_SENSOR = "no_sensor"
FAULTS = (OCCLUSION, STALL, BATTERY_LOW, BATTERY_EMPTY, NO_DISPLAY, NO_SENSOR)

BATTERY_MV = 3_900
LOG_FOLDERS = ("/log", "/log/head")
BELOW_MV = 50  # how far a faulty battery is below the board's threshold
FULL_UNITS = 300

_ANSWER_MS = 3_000
_LOOK_MS = 5
_READ_RECORDS = 32
# What outlives the power and is worth handing on: (part of the world, its attribute).
_KEPT = (
    ("motor", "position_steps"),
    ("motor", "edges"),
    ("motor", "lost_steps"),
    ("reservoir", "head_steps"),
    ("reservoir", "plunger_steps"),
    ("reservoir", "pushed_steps"),
    ("reservoir", "stalls"),
    ("line", "held_steps"),
    ("line", "out_steps"),
    ("line", "since_us"),
)


class RamDisk:
    """Files that outlive the power: what was flushed or closed is there at the next mount.

    `contents` is path -> bytes. A cut between two flash operations is what it can show; one in the
    middle of an operation needs the real littlefs.
    """

    def __init__(self, contents=None, folders=None):
        self.contents = contents if contents is not None else {}
        self.folders = folders if folders is not None else ["", "/"]

    def mount(self):
        """The filesystem of one power-on."""
        files = RamFiles()
        files.contents = self.contents
        files.folders = self.folders
        return files


class Session:
    """`disk` has mount(). `kept` is what kept() of an earlier one gave, else it is switched on.

    script   what was done so far, as acts
    """

    def __init__(self, board, disk, kept=None):
        self._disk = disk
        self._number = 0
        self.board = board
        self.world = World(board, kept["now_us"] if kept else 0)
        self.port = MemoryPort()
        self.faults = []
        self.down = []
        self.script = []
        self.limit_ms = 0
        self.powered = False
        self.app = None
        self.hardware = None
        self._wake_us = None
        self._deframer = None
        self._answers = {}
        self._seen_seq = 1
        if kept:
            self._take_over(kept)
        else:
            self._boot(events.RESET_POWER)

    # ---- time

    def run_to_ms(self, at_ms):
        """Let time go by up to a moment of the session."""
        self.limit_ms = max(self.limit_ms, at_ms)
        clock, until_us = self.world.clock, at_ms * 1000
        while clock.now_us < until_us:
            if not self.powered:
                clock.advance_us(until_us - clock.now_us)
            elif self._wake_us is not None:
                if self.hardware.sleep_to(self._wake_us, until_us):
                    self._wake_us = None
            else:
                self._turn()

    def _turn(self):
        try:
            due_ms = self.app.guarded_turn()
        except WatchdogResetError:
            self._reset(events.RESET_WATCHDOG)
            return
        if self.app.in_service:
            # On a board the prompt has the port now; here there is none, so the pump starts anew.
            self._reset(events.RESET_SOFT)
            return
        self._wake_us = self.world.clock.now_us + due_ms * 1000 if due_ms > 0 else None

    # ---- acts

    def act(self, name, *arguments):
        """Do it now, and note it in the script. ValueError when nobody can do that."""
        if name not in ACTS:
            raise ValueError("no such act: " + str(name))
        ACTS[name](self, *arguments)
        self.script.append([self.limit_ms, name] + list(arguments))

    def _press(self, button):
        if button not in self.down:
            self.down.append(button)
            self.world.fingers[BUTTONS.index(button)].down()

    def _release(self, button):
        if button in self.down:
            self.down.remove(button)
            self.world.fingers[BUTTONS.index(button)].up()

    def _ask(self, name, fields=(), rows=()):
        self._number = (self._number + 1) & 0xFF
        kind, body = request_body(name, fields, rows)
        self.port.host_write(frame.pack(protocol.request(self._number, kind, body)))

    def _fault(self, name, there):
        if name not in FAULTS:
            raise ValueError("no such fault: " + str(name))
        if name in self.faults:
            self.faults.remove(name)
        if there:
            self.faults.append(name)
        self._set_fault(name, bool(there))

    def _power(self, there):
        if bool(there) == self.powered:
            return
        if there:
            self._boot(events.RESET_POWER)
        else:
            self._switch_off()

    def _syringe(self):
        self.world.reservoir.insert(FULL_UNITS)

    def _damage_log(self):
        if self.powered:
            raise ValueError("the log is damaged while the power is off")
        files = self._disk.mount()
        found = []
        for folder in LOG_FOLDERS:
            if files.exists(folder):
                found += [(size, folder + "/" + name) for name, size in files.entries(folder)]
        if found:
            size, path = max(found)
            file = files.open(path, "rb")
            content = bytearray(file.read())
            file.close()
            content[size // 2] ^= 0x10
            file = files.open(path, "wb")
            file.write(bytes(content))
            file.close()

    def _set_fault(self, name, there):
        world = self.world
        if name == OCCLUSION:
            (world.line.block if there else world.line.open)()
        elif name == STALL:
            world.reservoir.jammed = there
        elif name == NO_SENSOR:
            world.sensor.unplugged = there
        elif name == NO_DISPLAY:
            world.panel.power_cycle()
            address = self.board.I2C_ADDRESS
            world.bus.unplug(address) if there else world.bus.plug(address, world.panel)
        else:
            world.cell.mv = self._battery_mv()

    def _battery_mv(self):
        if BATTERY_EMPTY in self.faults:
            return self.board.BATTERY_EMPTY_MV - BELOW_MV
        if BATTERY_LOW in self.faults:
            return self.board.BATTERY_LOW_MV - BELOW_MV
        return BATTERY_MV

    # ---- power

    def _boot(self, cause):
        self._deframer = frame.Deframer(protocol.MOST_ANSWER)
        self._answers = {}
        self.port.read(1 << 20)
        self.port.host_read()
        self.hardware = FakeHardware(self.world, self.port, cause, self._disk.mount())
        self.app = App(self.board, self.hardware)
        self.port.open()
        self.app.start()
        self.hardware.start_watchdog()
        self._wake_us = None
        self.powered = True

    def _switch_off(self):
        self.hardware.power_off()
        self.powered = False
        self.app = None

    def _reset(self, cause):
        self._switch_off()
        self._boot(cause)

    # ---- what outlives this interpreter

    def kept(self):
        """What is there without power, as plain values. The disk is handed on by itself."""
        world = self.world
        kept = {part + "." + name: getattr(getattr(world, part), name) for part, name in _KEPT}
        kept["now_us"] = world.clock.now_us
        kept["limit_ms"] = self.limit_ms
        kept["faults"] = self.faults
        kept["down"] = self.down
        kept["chances"] = [finger.chance for finger in world.fingers]
        kept["script"] = self.script
        kept["seen_seq"] = self._seen_seq
        kept["number"] = self._number
        return kept

    def _take_over(self, kept):
        for part, name in _KEPT:
            setattr(getattr(self.world, part), name, kept[part + "." + name])
        self.limit_ms = kept["limit_ms"]
        self.script = kept["script"]
        self._seen_seq = kept["seen_seq"]
        self._number = kept["number"]
        for name in kept["faults"]:
            self._fault(name, 1)
        for finger, chance in zip(self.world.fingers, kept["chances"]):
            finger.chance = chance
        for button in kept["down"]:
            self.down.append(button)
            self.world.fingers[BUTTONS.index(button)].hold()

    # ---- the host's end of the cable

    def ask(self, name, fields=(), rows=()):
        """Ask over the link and run until the answer: (code, body), or None when none came.

        It is an act like any other.
        """
        self.act("ask", name, list(fields), [list(row) for row in rows])
        number, until_ms = self._number, self.limit_ms + _ANSWER_MS
        while self.powered and self.limit_ms < until_ms:
            self._hear()
            if number in self._answers:
                return self._answers.pop(number)
            self.run_to_ms(self.limit_ms + _LOOK_MS)
        return None

    def _hear(self):
        stream, at = self.port.host_read(), 0
        while at < len(stream):
            at = self._deframer.feed(stream, at)
            payload = self._deframer.payload
            if payload is not None:
                self._answers[payload[1]] = (payload[3], bytes(payload[protocol.ANSWER_HEAD :]))

    # ---- eyes

    def state(self):
        """What the pump is doing: a name of core/states.py, or "off"."""
        return states.STATES[self.app.pump.state] if self.powered else "off"

    def new_records(self):
        """The records that have become durable since the last call, packed, oldest first."""
        return self._records_from(self._seen_seq, True) if self.powered else []

    def records(self):
        """Every durable record, packed, oldest first. Needs power."""
        return self._records_from(self.app.journal.first_seq, False)

    def _records_from(self, seq, seen):
        buffer = bytearray(_READ_RECORDS * record.RECORD_SIZE)
        found = []
        while True:
            count = self.app.journal.read_into(seq, buffer)
            if not count:
                break
            for index in range(count):
                start = index * record.RECORD_SIZE
                found.append(bytes(buffer[start : start + record.RECORD_SIZE]))
            seq = record.seq_of(found[-1]) + 1
        if seen:
            self._seen_seq = seq
        return found


def request_body(name, fields=(), rows=()):
    """(kind, body) of a request of the link by its name. ValueError when there is none."""
    for row in request_table.REQUESTS:
        if row[1] == name:
            body = struct.pack(protocol.layout(row[3]), *fields)
            for values in rows:
                body += struct.pack(protocol.layout(row[5]), *values)
            return row[0], body
    raise ValueError("no such request: " + str(name))


def play(bench, scenario):
    """Do all acts of a scenario at their moments, and run to its end. `bench`: run_to_ms, act."""
    for act in scenario["acts"]:
        bench.run_to_ms(act[0])
        bench.act(*act[1:])
    bench.run_to_ms(scenario["end_ms"])


ACTS = {
    "press": Session._press,
    "release": Session._release,
    "ask": Session._ask,
    "fault": Session._fault,
    "power": Session._power,
    "syringe": Session._syringe,
    "damage_log": Session._damage_log,
}
