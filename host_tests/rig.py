"""A whole pump on faked hardware: press its buttons, let time run, cut its power, look at it.

The firmware is the real one, from the loop down to the drivers; the parts have physics and the
clock belongs to the test. What outlives a power cut is what would on a desk: the flash, the
motor's place, the syringe, the fingers on the buttons.
"""

import importlib.util
from pathlib import Path

from host_tests.fakes import framebuf
from host_tests.fakes.flash import Files, Flash
from host_tests.fakes.i2c_display import rows
from host_tests.fakes.port import MemoryPort
from host_tests.world import FakeHardware, WatchdogResetError, World
from pump.app import App
from pump.core import event_table, events, record
from pump.core import settings as st
from pump.ui.canvas import Canvas

__all__ = ["DOWN", "OK", "STOP", "UP", "Rig", "WatchdogResetError", "load_board"]

UP, DOWN, OK, STOP = range(4)
TAP_MS = 80
GAP_MS = 120
_LOOK_MS = 2
_BOARDS = Path(__file__).resolve().parent.parent / "boards"


def load_board(name="pico"):
    """The literals of a board."""
    spec = importlib.util.spec_from_file_location("board_" + name, _BOARDS / name / "board.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Rig:
    """The pump in a person's hands."""

    def __init__(
        self,
        board=None,
        flash=None,
        port=None,
        program=None,
        bolus_delay_s=0,
        knows_it=True,
    ):
        """`program`: basal segments (start minute, mU/h), set before anything else.

        `bolus_delay_s`: for who has set none of their own; None leaves it as it is out of the bag.
        `knows_it`: the person leaves at once what leads through the first start.
        """
        self.knows_it = knows_it
        board = board if board is not None else load_board()
        self.world = World(board)
        self.world.flash = flash if flash is not None else Flash()
        self.port = port if port is not None else MemoryPort()
        self.boot()
        settings = self.pump.settings
        its_own = settings.get(st.BOLUS_DELAY_S) != st.default(st.BOLUS_DELAY_S)
        if not (its_own or bolus_delay_s is None):
            settings.set(st.BOLUS_DELAY_S, bolus_delay_s)  # stored with the next change
        if program:
            assert self.pump.set_basal(program, events.SOURCE_LINK) == 0

    # ---- power

    def boot(self, cause=events.RESET_POWER, plant=None):
        """Power on: a new chip on the flash as it is. `plant(hardware)` may break it first."""
        self.hardware = FakeHardware(self.world, self.port, cause, Files(self.world.flash))
        if plant is not None:
            plant(self.hardware)
        self.start_app()

    def start_app(self):
        """Run the firmware on the hardware that is there."""
        self.app = App(self.world.board, self.hardware)
        self.pump = self.app.pump
        self.port.open()
        self.hardware.start_watchdog()
        self.app.guarded_start()
        if self.knows_it:
            self.app.ui.go_home()
        self.hardware.feed_watchdog()

    def cut_power(self):
        """The supply goes away now. What the filesystem had not flushed is lost."""
        world = self.world
        self.hardware.power_off()
        world.flash = Flash(image=world.flash.image())

    def restart(self, cause=events.RESET_POWER, plant=None):
        """Cut the power and boot again."""
        self.cut_power()
        self.boot(cause, plant)

    # ---- time

    def turn(self):
        """One turn of the loop and the sleep after it."""
        self.hardware.sleep_ms(self.app.guarded_turn())

    def run_ms(self, duration_ms):
        """Let time go by."""
        clock = self.world.clock
        until_us = clock.now_us + duration_ms * 1000
        while clock.now_us < until_us:
            due_ms = self.app.guarded_turn()
            left_ms = (until_us - clock.now_us + 999) // 1000
            self.hardware.sleep_ms(max(0, min(due_ms, left_ms)))

    def run_s(self, duration_s):
        """Let time go by."""
        self.run_ms(duration_s * 1000)

    def run_until(self, condition, limit_s=600):
        """Run until condition(); AssertionError when it does not come true in time."""
        until_us = self.world.clock.now_us + limit_s * 1_000_000
        while not condition():
            assert self.world.clock.now_us < until_us, f"it did not happen in {limit_s} s"
            self._sleep_until(condition, self.app.guarded_turn())

    def _sleep_until(self, condition, due_ms):
        """Sleep until the next turn, looking at what happens meanwhile."""
        while due_ms > 0 and not condition():
            self.hardware.sleep_ms(min(due_ms, _LOOK_MS))
            due_ms -= _LOOK_MS

    # ---- fingers

    def press(self, button, times=1):
        """Tap a button."""
        for _ in range(times):
            self.world.fingers[button].press_for_ms(TAP_MS)
            self.run_ms(TAP_MS + GAP_MS)

    def hold(self, button, duration_ms):
        """Keep a button down for a while."""
        self.world.fingers[button].press_for_ms(duration_ms)
        self.run_ms(duration_ms + GAP_MS)

    def bolus(self, dose_mu):
        """Enter a bolus by the buttons and confirm it."""
        self.press(UP)
        self.press(UP, times=dose_mu // 50)
        self.press(OK, times=2)

    # ---- eyes

    @property
    def steps(self):
        """Where the motor is, in steps it really made."""
        return self.world.motor.position_steps

    def screen(self):
        """The panel as rows of '#' and '.'."""
        return self.world.panel.picture()

    def drawn(self):
        """What the face would draw now, as rows like `screen`; nothing takes notice of it."""
        ui, (width, height) = self.app.ui, (self.world.panel.width, self.world.panel.height)
        frame = framebuf.FrameBuffer(
            bytearray(width * height // 8), width, height, framebuf.MONO_VLSB
        )
        kept = vars(ui).copy()
        ui.draw(Canvas(framebuf, frame, width, height))
        vars(ui).update(kept)
        return rows(frame.pixel, width, height)

    def records(self):
        """Every durable record, packed, as a new reader of the journal finds them."""
        buffer = bytearray(32 * record.RECORD_SIZE)
        seq = self.app.journal.first_seq
        found = []
        while True:
            count = self.app.journal.read_into(seq, buffer)
            if not count:
                return found
            for index in range(count):
                start = index * record.RECORD_SIZE
                found.append(bytes(buffer[start : start + record.RECORD_SIZE]))
            seq = record.seq_of(found[-1]) + 1

    def all(self, event):
        """The field values of every durable record of an event."""
        layout = event_table.layout(event_table.row_of(event)[3])
        return [record.fields(r, layout) for r in self.records() if record.header(r)[2] == event]
