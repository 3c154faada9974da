"""The loop: the only file that joins the layers.

One turn reads the parts, lets the core decide, writes the journal, and only then moves the motor;
the watchdog is fed last, so a turn that did not get through is a turn that did not happen.
Everything that goes wrong ends in `_halt`, which stops the motor first.
"""

import sys
from binascii import crc32

from micropython import const

from pump.core import events, states
from pump.core import settings as st
from pump.core.profile import Profile
from pump.core.pump import Pump
from pump.core.settings import SETTINGS, Settings
from pump.link.link import Link
from pump.link.protocol import BOLUS_RUNNING, CLOCK_TRUSTED
from pump.storage.journal import Journal
from pump.storage.settings_store import SettingsStore
from pump.ui.canvas import Canvas
from pump.ui.ui import Ui
from pump.version import VERSION

_SENSE_EVERY_MS = const(1_000)
_BUTTONS_MS = const(10)
_MOTOR_MS = const(5)
_TIDY_EVERY_MS = const(60_000)
_REST_MS = const(500)
_FAULT_MS = const(20)
_OVERDUE_MS = const(1_000)  # a train that is so late will not end by itself
_TICKS_MASK = const(0x3FFFFFFF)
_WRITE_AGAIN_MS = const(5_000)
_PORT_MS = const(20)
_WRITE_BYTES = const(256)
_SERVICE_ANSWER_MS = const(1_000)  # time for the answer to leave before the board restarts
# How far back the log is read at boot until a whole checkpoint was found.
_TAILS = (160, 640, 2_560)
_NEEDED_ONCE = ("pump.core.recall", "pump.core.event_table", "pump.storage.recovery")

ERROR_OTHER = const(1)
ERROR_FLASH = const(2)
ERROR_MEMORY = const(3)


class App:
    """A pump made of a board's literals and its parts. `hardware` is as in hardware.py."""

    def __init__(self, board, hardware):
        self._board = board
        self._hardware = hardware
        self.journal = Journal(hardware.files)
        self._store = SettingsStore(hardware.files)
        settings = Settings()
        blob = self._store.load()
        self._settings_lost = self._store.lost
        if blob is not None and not settings.decode(blob):
            self._settings_lost = True
        self.pump = Pump(Profile(board), settings)
        self.ui = Ui(self.pump, "%d.%d.%d" % VERSION, board.NAME, _forget_menu)
        display = hardware.display
        self._canvas = Canvas(hardware.framebuf, display.frame, display.width, display.height)
        self.link = Link(_Service(self, board, hardware), _forget_console)
        self._sense_ms = _SENSE_EVERY_MS
        self._service_ms = 0
        self._write_ms = 0
        self._recalled = False
        self._train_ms = _MOTOR_MS
        self._began_ms = 0  # the train under way, and how long it may take
        self._longest_ms = 0
        self._port_ms = _PORT_MS
        self._tidy_ms = 0
        self.in_service = False  # granted, answered, recorded: leave the loop

    def start(self):
        """Recall the past from the log and go on from it. Nothing moves before this is durable."""
        recovery = self.journal.recover()
        self.pump.start(
            self._recall(), self.journal.next_seq, self._hardware.reset_cause(), VERSION
        )
        self._recalled = True
        self.pump.report_log(
            recovery.found_empty,
            recovery.torn_bytes,
            recovery.damaged_records,
            recovery.missing_records,
        )
        if self._settings_lost:
            self.pump.report_settings_lost()
        for name in _NEEDED_ONCE:
            _forget(name)
        self._hardware.collect_garbage()
        self._hardware.clock.elapsed_ms()  # what the start took is no time of delivery
        self._write_log()

    def run(self):
        """Run until service is granted. Leaves with the motor off."""
        hardware = self._hardware
        hardware.port.open()
        try:
            try:
                self.start()
            except Exception as error:  # noqa: BLE001 - as in guarded_turn
                self._halt(error)
            hardware.start_watchdog()
            while not self.in_service:
                hardware.sleep_ms(self.guarded_turn())
        finally:
            # Python's end is not the motor's: a train goes on by itself until it is stopped.
            hardware.stepper.stop()
            hardware.stepper.release()
        hardware.restart_into_service()

    def guarded_turn(self):
        """One turn that never raises: an error ends in a stopped pump with an alarm."""
        if self.pump.state == states.FAULT:
            return self._fault_turn()
        try:
            return self.turn()
        except Exception as error:  # noqa: BLE001 - the one place where errors end
            return self._halt(error)

    def turn(self):
        """One turn of the loop; returns for how many ms it may sleep."""
        hardware = self._hardware
        elapsed_ms = hardware.clock.elapsed_ms()
        now_ms = hardware.now_ms()
        self._book_train()
        self._read_buttons(now_ms)
        self.pump.advance(elapsed_ms)
        self._sense(elapsed_ms)
        self.ui.advance(elapsed_ms)
        self._talk(elapsed_ms)
        self._stop_if_wanted()
        self._write_log()
        self._move()
        self._show(now_ms)
        due_ms = self._due_ms(hardware.now_ms())
        self._tidy(elapsed_ms, due_ms)
        hardware.feed_watchdog()
        return due_ms

    # ---- starting

    def _recall(self):
        """Fold the end of the log, from far enough back to hold a whole checkpoint."""
        from pump.core.recall import Recall

        for count in _TAILS:
            past = Recall(self.pump.log.layouts)
            found = 0
            for packed in self.journal.tail(count):
                past.feed(packed)
                found += 1
            if past.checkpointed or found < count:
                break
        return past

    # ---- one turn

    def _book_train(self):
        stepper = self._hardware.stepper
        if not self.pump.moving():
            return
        if not stepper.busy():
            cut = stepper.was_cut()
            self.pump.moved(stepper.take(), cut)
            self.pump.stands_at(stepper.position_steps)
        elif self._hardware.now_ms() - self._began_ms & _TICKS_MASK > self._longest_ms:
            self._give_up()

    def _give_up(self):
        """Coils off, whatever the engine says of itself, and tell what it has counted."""
        self._stop_motor()
        try:
            steps = self._hardware.stepper.made()
        except Exception:  # noqa: BLE001 - then nothing is known, and the log says so
            steps = 0
        self.pump.gave_up(steps)

    def _stop_motor(self):
        """Stop the train and switch the coils off: one of the two, should the other fail."""
        stepper = self._hardware.stepper
        for part in (stepper.stop, stepper.release):
            try:
                part()
            except Exception:  # noqa: BLE001 - nothing is left to tell it to
                pass

    def _read_buttons(self, now_ms):
        buttons = self._hardware.buttons
        while True:
            event = buttons.poll(now_ms)
            if event is None:
                return
            self.ui.gesture(event[0], event[1])

    def _sense(self, elapsed_ms):
        self._sense_ms += elapsed_ms
        if self._sense_ms >= _SENSE_EVERY_MS:
            pump, hardware = self.pump, self._hardware
            pump.sense(hardware.battery.read_mv(), hardware.pressure.read_mbar())
            pump.keys_down(hardware.buttons.down(), self._sense_ms // _SENSE_EVERY_MS)
            if not pump.moving():
                pump.stands_at(hardware.stepper.position_steps)
            self._sense_ms = 0

    def _talk(self, elapsed_ms):
        link = self.link
        port = self._hardware.port
        link.advance(elapsed_ms)
        room = link.room()
        link.feed(port.read(room) if room else b"")
        out = link.pending(_WRITE_BYTES)
        if out:
            taken = port.write(out)
            link.sent(taken)
            self._port_ms = 0 if taken else _PORT_MS  # a host that does not read can wait
        if self.pump.state == states.SERVICE:
            self._leave(elapsed_ms)

    def _leave(self, elapsed_ms):
        self._service_ms += elapsed_ms
        answered = self.link.idle() or self._service_ms >= _SERVICE_ANSWER_MS
        if answered and not self.pump.log.outbox and not self.journal.staged:
            self.in_service = True

    def _stop_if_wanted(self):
        if self.pump.stop_wanted:
            self._hardware.stepper.stop()
            self._book_train()
            if self.pump.moving():  # an engine that does not obey
                self._give_up()

    def _write_log(self):
        """Make records durable, and settings after them; never while a train runs.

        A flash erase keeps the CPU for 45 ms and more: nothing could stop the motor meanwhile.
        """
        outbox = self.pump.log.outbox
        # Before the log was recalled nobody knows which numbers are free.
        if self.pump.moving() or not self._recalled:
            return
        while outbox:
            self.journal.append(outbox[0])
            outbox.pop(0)  # not before: what the flash refused must still wait here
        if self.journal.staged:
            self.journal.commit()
        if self.pump.settings_dirty:
            self._store.save(self.pump.settings.encode())
            self.pump.settings_dirty = False

    def _move(self):
        hardware = self._hardware
        # While STOP is down the engine would end a train before its first step.
        if self.journal.staged or hardware.buttons.stop_down():
            return
        burst = self.pump.next_burst()
        if burst and self.pump.stands_at(hardware.stepper.position_steps):
            self._train_ms = hardware.stepper.duration_ms(burst)
            self._longest_ms = self._train_ms + _OVERDUE_MS
            self._began_ms = hardware.now_ms()
            hardware.stepper.start(burst)

    def _show(self, now_ms):
        hardware = self._hardware
        display = hardware.display
        lit = self.ui.lit()
        if lit and self.ui.dirty:
            self._canvas.clear()
            self.ui.draw(self._canvas)
            display.show()
        display.sleep(not lit)
        sound = self.ui.take_sound()
        if sound:
            hardware.buzzer.play(sound)
        hardware.buzzer.tick(now_ms)

    def _due_ms(self, now_ms):
        hardware = self._hardware
        if hardware.display.step(now_ms):
            return 0
        due_ms = self.pump.due_ms()
        due_ms = min(due_ms, self.ui.due_ms())
        if hardware.buttons.active():
            due_ms = min(due_ms, _BUTTONS_MS)
        if self.pump.moving():
            due_ms = min(due_ms, self._train_ms)
            self._train_ms = _MOTOR_MS  # from the next turn on it is a matter of moments
        if not self.link.idle() or self.pump.state == states.SERVICE:
            due_ms = min(due_ms, self._port_ms)
        if hardware.buzzer.playing:
            due_ms = min(due_ms, hardware.buzzer.due_ms(now_ms))
        return due_ms

    def _tidy(self, elapsed_ms, due_ms):
        # Collected while there is time, so that it need not happen in the middle of something.
        self._tidy_ms += elapsed_ms
        if self._tidy_ms >= _TIDY_EVERY_MS and due_ms >= _REST_MS:
            self._tidy_ms = 0
            self._hardware.collect_garbage()

    # ---- the end of errors

    def _halt(self, error):
        """Stop the motor, raise the alarm. Delivery ends until a restart."""
        self._stop_motor()
        self._hardware.keep_error(error)
        self.pump.fail(*_code_of(error))
        self._write_ms = _WRITE_AGAIN_MS
        return 0

    def _fault_turn(self):
        """A turn of a pump that has failed. It delivers nothing; it alarms, records and answers.

        Each part by itself: one that fails must not take the alarm down with it.
        """
        hardware = self._hardware
        elapsed_ms = hardware.clock.elapsed_ms()
        now_ms = hardware.now_ms()
        for part, arguments in (
            (self._stop_motor, ()),
            (self._book_what_is_known, ()),
            (self._read_buttons, (now_ms,)),
            (self.pump.advance, (elapsed_ms,)),
            (self.ui.advance, (elapsed_ms,)),
            (self._talk, (elapsed_ms,)),
            (self._write_log_again, (elapsed_ms,)),
            (self._show, (now_ms,)),
            (hardware.display.step, (now_ms,)),
        ):
            try:
                part(*arguments)
            except Exception:  # noqa: BLE001 - nothing is left to tell it to
                pass
        hardware.feed_watchdog()
        return _FAULT_MS

    def _book_what_is_known(self):
        # Nothing is written while a train is under way: an engine that fails must not keep it so.
        try:
            self._book_train()
        except Exception:  # noqa: BLE001 - as above
            pass
        if self.pump.moving():
            self._give_up()

    def _write_log_again(self, elapsed_ms):
        # Not at every turn: a flash that refuses is not made better by wearing it.
        self._write_ms += elapsed_ms
        if self._write_ms >= _WRITE_AGAIN_MS:
            self._write_ms = 0
            self._write_log()


def _forget_menu():
    """Let go of what only who stands in the menu needs."""
    _forget("pump.ui.pages")


def _forget_console():
    """Let go of what only who types at a terminal needs."""
    _forget("pump.link.console")
    _forget("pump.core.event_table")


def _forget(name):
    """Let go of a module, and of all in it when it is a package: memory is dear."""
    for loaded in list(sys.modules):
        if loaded == name or loaded.startswith(name + "."):
            del sys.modules[loaded]
    package, _, last = name.rpartition(".")
    if hasattr(sys.modules[package], last):
        delattr(sys.modules[package], last)


def _code_of(error):
    """(code, detail) of an exception, for the log."""
    if isinstance(error, OSError):
        return ERROR_FLASH, abs(error.args[0]) if error.args else 0
    if isinstance(error, MemoryError):
        return ERROR_MEMORY, 0
    return ERROR_OTHER, crc32(repr(error).encode())


class _Service:
    """What the link may ask of this pump; see link/link.py. Every change goes to the core."""

    def __init__(self, app, board, hardware):
        self._app = app
        self._board = board
        self._hardware = hardware

    def opened(self):
        self._app.pump.log.write(events.LINK_OPENED)

    def identity(self):
        boot = self._app.pump.log.boot
        return "Basalt", self._board.NAME, VERSION, self._hardware.unique_id(), boot

    def status(self):
        pump, journal = self._app.pump, self._app.journal
        clock, bolus = pump.clock, pump.bolus
        flags = CLOCK_TRUSTED if clock.trusted else 0
        if bolus.active:
            flags |= BOLUS_RUNNING
        left = pump.reservoir_steps
        return (
            pump.state,
            flags,
            pump.alarms.raised,
            pump.alarms.waiting,
            pump.profile.scale.dose_mu(left) if left >= 0 else -1,
            pump.battery_mv,
            pump.basal_rate_mu_h(),
            bolus.bolus_id,
            bolus.asked_mu,
            bolus.given_mu(),
            pump.log.boot,
            clock.uptime_s,
            clock.uptime_ms,
            clock.local_s,
            pump.settings.get(st.UTC_OFFSET_MIN),
            self._hardware.free_bytes(),
            journal.first_seq,
            journal.next_seq,
        )

    def settings(self):
        settings = self._app.pump.settings
        return [(row[0], row[1], settings.get(row[0]), row[3], row[4]) for row in SETTINGS]

    def basal(self):
        program = self._app.pump.settings.basal
        return [
            (program.starts_min[index], program.rates_mu_h[index])
            for index in range(program.segments())
        ]

    def clock(self):
        clock = self._app.pump.clock
        offset_min = self._app.pump.settings.get(st.UTC_OFFSET_MIN)
        return clock.local_s, offset_min, clock.trusted, clock.uptime_s, clock.uptime_ms

    def log_range(self):
        return self._app.journal.first_seq, self._app.journal.next_seq

    def read_records(self, seq, buffer):
        return self._app.journal.read_into(seq, buffer)

    def screen(self):
        return self._hardware.display.buffer

    def set_setting(self, number, value):
        return self._app.pump.set_setting(number, value, events.SOURCE_LINK)

    def set_basal(self, segments):
        return self._app.pump.set_basal(segments, events.SOURCE_LINK)

    def set_clock(self, local_s, utc_offset_min):
        return self._app.pump.set_clock(local_s, utc_offset_min, events.SOURCE_LINK)

    def acknowledge(self):
        return self._app.pump.acknowledge(events.SOURCE_LINK)

    def request_service(self):
        return self._app.pump.grant_service(events.SOURCE_LINK)
