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
from pump.core.clock import DAY_S
from pump.core.profile import Profile
from pump.core.pump import Pump
from pump.core.record import header
from pump.core.settings import Settings
from pump.storage.journal import Journal
from pump.storage.settings_store import SettingsStore
from pump.ui.canvas import Canvas
from pump.ui.ui import Ui
from pump.version import VERSION

_SENSE_EVERY_MS = const(1_000)
_SENSE_LOADED_MS = const(500)
_BUTTONS_MS = const(10)
_MOTOR_MS = const(5)
_TIDY_EVERY_MS = const(60_000)
_REST_MS = const(500)
_FAULT_MS = const(20)
_BOUNCE_MS = const(20)  # a STOP contact may have cut a train short, and bounces so long
_OVERDUE_MS = const(1_000)  # a train that is so late will not end by itself
_TICKS_MASK = const(0x3FFFFFFF)
_ENOSPC = const(28)
_SETTINGS_BLOCKS = const(4)  # a folder of its own, and a move of it to other blocks
_WRITE_AGAIN_MS = const(5_000)
_THROWN_AWAY_BYTES = const(256)
# How far back the log is read at boot until a whole checkpoint was found.
_TAILS = (80, 320, 1_280, 5_120, 40_960)
# What the start, a command, a check or a page needs, and nobody for long. What runs, such as a
# temporary basal, keeps its class.
_NEEDED_RARELY = (
    "pump.checks",
    "pump.core.bolus_limits",
    "pump.core.calculator",
    "pump.core.calibration",
    "pump.core.change",
    "pump.core.event_table",
    "pump.core.extended",
    "pump.core.insulin_curves",
    "pump.core.memory_check",
    "pump.core.modes",
    "pump.core.programs",
    "pump.core.quick_bolus",
    "pump.core.recall",
    "pump.core.selftest",
    "pump.core.setting_changes",
    "pump.core.setting_table",
    "pump.core.supply",
    "pump.core.temporary",
    "pump.extras",
    "pump.parts",
    "pump.storage.recovery",
)

ERROR_OTHER = const(1)
ERROR_FLASH = const(2)
ERROR_MEMORY = const(3)
ERROR_RESTARTS = const(4)

# A pump that the watchdog has to restart so many times in a row starts, tells, and gives nothing;
# if even that hangs it is not started any more.
_MOST_RESTARTS = const(3)
_QUIET_S = const(10_800)  # of the day, 3 o'clock: then the pump checks itself
_NEVER = const(-2)  # no day of a clock
_RUNS_WELL_S = const(600)


class App:
    """A pump made of a board's literals and its parts. `hardware` is as in hardware.py."""

    def __init__(self, board, hardware):
        self._board = board
        self._hardware = hardware
        self.journal = Journal(hardware.files)
        self._store = SettingsStore(hardware.files)
        settings = Settings()
        blob = self._store.load()
        self._settings_damaged = self._store.damaged
        if blob is not None and not settings.decode(blob):
            self._settings_damaged = True
        self.pump = Pump(Profile(board), settings)
        self.pump.remote.random = hardware.random_bytes
        version = "%d.%d.%d" % VERSION
        self.ui = Ui(self.pump, version, board.NAME, self._forget_menu, self.journal)
        speak(self.ui)
        display = hardware.display
        self._canvas = Canvas(hardware.framebuf, display.frame, display.width, display.height)
        self._host = None  # a Talk while one talks
        self._travel = None
        if hardware.end_stop is not None:
            from pump.core.travel import Travel

            self._travel = Travel(self.pump)
        self._sense_ms = _SENSE_EVERY_MS
        self._keys = 0
        self._shown = False  # the display has taken all that there is to show
        self._keys_ms = 0
        self._write_ms = 0
        self._numbered = False  # the end of the log was found: records have their numbers
        self._restarts = hardware.restarts()
        self._failed_by = (ERROR_OTHER, 0)  # code and detail of the error that ended delivery
        self._train_ms = _MOTOR_MS
        self._cut_ms = 0  # when a train was last cut short
        self._began_ms = 0  # the train under way, and how long it may take
        self._longest_ms = 0
        self._tidy_ms = 0
        self._looks_back = True
        self._littered = False  # a minute's garbage waits for a quiet moment
        self._checks = _NEVER  # the day of the last check of itself, or a Checks while one runs
        self._check_waits = False  # for the end of a train
        self.host_has_talked = False  # since the start
        self.in_service = False  # granted, answered, recorded: leave the loop

    def start(self):
        """Recall the past from the log and go on from it. Nothing moves before this is durable."""
        recovery = self._find_numbers()
        past, next_seq = self._recall(), self.journal.next_seq
        past.begin(self.pump, next_seq, self._hardware.reset_cause(), VERSION)
        self.pump.alarms.report_log(
            recovery.found_empty,
            recovery.torn_bytes,
            recovery.damaged_records + self.journal.take_skipped(),
            recovery.missing_records,
        )
        # Saved anew, a damaged slot is whole again, and not told of at the next start.
        self.pump.settings_dirty |= self._settings_damaged
        self._ask_wall_clock()
        turning = self._hardware.turning
        if turning is not None and not turning.ready:
            self.pump.did_not_turn(0)
        self._write_log()

    def run(self):
        """Run until service is granted. Leaves with the motor off."""
        hardware = self._hardware
        if self._restarts > _MOST_RESTARTS:
            raise RuntimeError("restarted %d times in a row" % self._restarts)
        hardware.port.open()
        hardware.start_watchdog()  # a start that hangs is a hang as well
        try:
            self.guarded_start()
            hardware.feed_watchdog()
            while not self.in_service:
                hardware.sleep_ms(self.guarded_turn())
        finally:
            # Python's end is not the motor's: a train goes on by itself until it is stopped.
            hardware.stepper.stop()
            hardware.stepper.release()
        hardware.restart_into_service()

    def guarded_start(self):
        """A start that never raises; after too many restarts the pump then gives nothing."""
        try:
            self.start()
        except Exception as error:  # noqa: BLE001 - as in guarded_turn
            self._halt(error)
        _quietly(_forget, *_NEEDED_RARELY)
        try:
            self._check_memory()
        except Exception as error:  # noqa: BLE001 - as in guarded_turn
            self._halt(error)
        if self.pump.state == states.RUNNING:
            _quietly(self.ui.lead_a_new_pump)
        _quietly(self._hardware.clock.elapsed_ms)  # what the start took is no time of delivery
        if self._restarts == _MOST_RESTARTS:
            self.pump.fail(ERROR_RESTARTS, self._restarts)

    def _check_memory(self):
        """Before anything moves, and when the start has let go of what it needed."""
        from pump.core import memory_check

        wrong = memory_check.of_all(self._hardware.display.buffer)
        if wrong and self.pump.state != states.FAULT:
            from pump.core import selftest

            selftest.failed(self.pump, events.TEST_MEMORY, wrong)
        # Not within `start`, whose frame would be found in use; and once, as it takes 20 ms.
        self._let_go()

    def guarded_turn(self):
        """One turn that never raises: an error ends in a stopped pump with an alarm."""
        if self.pump.state == states.FAULT:
            try:
                return self._fault_turn()
            except Exception:  # noqa: BLE001 - the watchdog was not fed: a restart will come
                return _FAULT_MS
        try:
            return self.turn()
        except Exception as error:  # noqa: BLE001 - the one place where errors end
            return self._halt(error)

    def turn(self):
        """One turn of the loop; returns for how many ms it may sleep."""
        hardware, pump = self._hardware, self.pump
        elapsed_ms = hardware.clock.elapsed_ms()
        now_ms = hardware.now_ms()
        self._sense(elapsed_ms)
        # Looked at here before it is called: most turns find nothing to do, and each call of a
        # function costs 20 us. So `_read_buttons` is written out, and what `_talk` looks at first.
        if pump.train.ordered:
            self._book_train()
        event = hardware.buttons.poll(now_ms)
        while event is not None:
            self.ui.gesture(event[0], event[1])
            event = hardware.buttons.poll(now_ms)
        pump.advance(elapsed_ms)
        self.ui.advance(elapsed_ms)
        if self._host is not None or hardware.port.waiting():
            self._talk(elapsed_ms)
        if pump.stop_wanted:
            self._stop_if_wanted()
        if pump.log.outbox or pump.settings_dirty:
            self._write_log()
        if pump.is_due():
            self._move()
        if not (self._shown and self.ui.resting and not hardware.buzzer.playing):
            self._show(now_ms)
        due_ms = self._due_ms()
        self._tidy_ms += elapsed_ms
        if self._looks_back or self._littered or self._tidy_ms >= _TIDY_EVERY_MS:
            due_ms = self._tidy(due_ms)
        hardware.feed_watchdog()
        return due_ms

    # ---- starting

    def _find_numbers(self):
        """Find the end of the log: what happens from here on can be recorded. A Recovery."""
        recovery = self.journal.recover()
        log = self.pump.log
        for packed in self.journal.tail(1):
            log.boot = header(packed)[1] + 1
        log.next_seq = self.journal.next_seq
        self._numbered = True
        return recovery

    def _recall(self):
        """Fold the end of the log, from far enough back to hold a whole checkpoint."""
        from pump.core.recall import Recall

        journal = self.journal
        for count in _TAILS:
            past = Recall()
            for packed in journal.tail(count):
                past.feed(packed)
            # By the numbers: of damaged records fewer are found than there are.
            if past.checkpointed or count >= journal.next_seq - journal.first_seq:
                break
        past.end(self.journal.next_seq, self._settings_damaged)
        return past

    def _ask_wall_clock(self):
        """Set the pump's clock by one that went on without power, if there is one that knows."""
        clock = self._hardware.wall_clock
        local_s = -1 if clock is None else clock.read_s()
        if local_s > 0:
            offset_min = self.pump.settings.get(st.UTC_OFFSET_MIN)
            self.pump.set_clock(local_s, offset_min, events.SOURCE_RESTART)
        self.pump.clock.was_set = False

    def _tell_wall_clock(self):
        self.pump.clock.was_set = False
        if self._hardware.wall_clock is not None:
            self._hardware.wall_clock.write_s(self.pump.clock.local_s)

    # ---- one turn

    def _book_train(self):
        stepper = self._hardware.stepper
        if not self.pump.moving():
            return
        if not stepper.busy():
            cut = stepper.was_cut()
            if cut:
                self._cut_ms = self._hardware.now_ms()
            self.pump.moved(stepper.take(), cut)
            self.pump.stands_at(stepper.position_steps)
            turning = self._hardware.turning
            if turning is not None:
                lost_steps = turning.lost_steps(stepper.position_steps)
                if lost_steps:
                    self.pump.did_not_turn(lost_steps)
            if self._check_waits:
                self._check_if_resting()
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
        # Written out: a loop over the two would need memory, and that may be what ran out.
        try:
            stepper.stop()
        except Exception:  # noqa: BLE001 - nothing is left to tell it to
            pass
        try:
            stepper.release()
        except Exception:  # noqa: BLE001 - as above
            pass

    def _read_buttons(self, now_ms):
        event = self._hardware.buttons.poll(now_ms)
        while event is not None:
            self.ui.gesture(event[0], event[1])
            event = self._hardware.buttons.poll(now_ms)

    def _sense(self, elapsed_ms):
        # Rather while the coils are on, just before a train is booked: a weak battery shows then.
        self._sense_ms += elapsed_ms
        pump, hardware = self.pump, self._hardware
        loaded = pump.train.ordered != 0
        if self._sense_ms >= (_SENSE_LOADED_MS if loaded else _SENSE_EVERY_MS):
            pump.sense(hardware.battery.read_mv(), hardware.pressure.read_mbar())
            self._keys_ms += self._sense_ms
            keys = hardware.buttons.down()
            if keys or self._keys:
                pump.keys_down(keys, self._keys_ms // 1000)
                self._keys = keys
            self._keys_ms %= 1000
            if not loaded:
                pump.stands_at(hardware.stepper.position_steps)
            if self._travel is not None:
                self._travel.look(hardware.end_stop.reached())
            self._sense_ms = 0

    def _talk(self, elapsed_ms):
        if self._host is not None:
            if not self._host.go_on(elapsed_ms):
                self._host = None
                self._let_go("pump.talk", "pump.link")
        elif self._hardware.port.waiting():
            self._begin_talk()

    def _begin_talk(self):
        """A host has begun to talk: nobody else needs what answers it, and memory is dear."""
        try:
            from pump.talk import Talk

            self._host = Talk(self, self._board, self._hardware, VERSION, self._end_request)
        except MemoryError:
            # No reason to stop delivery: the host will ask again.
            self._hardware.port.read(_THROWN_AWAY_BYTES)
            _forget("pump.talk", "pump.link")
        self._hardware.collect_garbage()

    def _end_request(self):
        # At once: what a seal needs takes a third of the heap until it is collected.
        self._let_go("pump.link.console", "pump.link.sealed")

    def _forget_menu(self):
        self.pump.forget_change()
        _forget("pump.ui.pages", *_NEEDED_RARELY)

    def _let_go(self, *names):
        """Let go of these modules, and of what is needed rarely; collect what that leaves."""
        _forget(*names)
        _forget(*_NEEDED_RARELY)
        self._hardware.collect_garbage()

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
        # Before the end of the log was found nobody knows which numbers are free.
        if self.pump.moving() or not self._numbered:
            return
        while outbox:
            self.journal.append(outbox[0])
            outbox.pop(0)  # not before: what the flash refused must still wait here
        if self.journal.staged:
            self.journal.commit()
        if self.pump.clock.was_set:
            self._tell_wall_clock()
        if self.pump.settings_dirty:
            self._save_settings()

    def _save_settings(self):
        blob = self.pump.settings.encode()
        try:
            self._store.save(blob)
        except OSError as error:
            # Where other files have filled the flash, the oldest records make room.
            if error.args[0] != _ENOSPC or not self.journal.make_room(_SETTINGS_BLOCKS):
                raise
            self._store.save(blob)
        self.pump.settings_dirty = False
        _quietly(speak, self.ui)  # where memory is short the language stays what it was

    def _move(self):
        hardware = self._hardware
        # While STOP is down the engine would end a train before its first step. So it would while
        # the contact bounces, open at one look and closed at the next.
        bounces = hardware.now_ms() - self._cut_ms & _TICKS_MASK < _BOUNCE_MS
        if self.journal.staged or bounces or hardware.buttons.stop_down():
            return
        travel = self._travel
        if travel is not None and travel.holds(hardware.end_stop.reached()):
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
        self._shown = False
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

    def _due_ms(self):
        hardware = self._hardware
        due_ms = self.pump.due_ms()
        if not (self._shown and self.ui.resting):
            if hardware.display.step(hardware.now_ms()):
                return 0
            self._shown = hardware.display.present  # one that is away may come back
            due_ms = min(due_ms, self.ui.due_ms())
        if hardware.buttons.active():
            due_ms = min(due_ms, _BUTTONS_MS)
        if self.pump.train.ordered:
            due_ms = min(due_ms, self._train_ms)
            self._train_ms = _MOTOR_MS  # from the next turn on it is a matter of moments
        if self._host is not None:
            due_ms = self._host.due_ms(due_ms)
        if hardware.buzzer.playing:
            due_ms = min(due_ms, hardware.buzzer.due_ms(hardware.now_ms()))
        return due_ms

    def _tidy(self, due_ms):
        """For how many ms the loop may still sleep."""
        if self._looks_back and not self.pump.moving():
            self._look_back()
        if self._tidy_ms >= _TIDY_EVERY_MS:
            self._tidy_ms = 0
            self.pump.minute()
            self._check_if_resting()
            self._littered = True
            if self._restarts and self.pump.clock.uptime_s >= _RUNS_WELL_S:
                self._restarts = 0
                self._hardware.forget_restarts()
        # While there is time, so that it need not happen in the middle of something.
        if self._littered and due_ms >= _REST_MS:
            self._littered = False
            self._hardware.collect_garbage()
            self.pump.alarms.report_log(False, 0, self.journal.take_skipped(), 0)
        # What waits for the end of a train is no reason to look for it all the time.
        return 0 if self.pump.log.outbox and not self.pump.moving() else due_ms

    def _look_back(self):
        """Go on with what a start leaves to be looked at in the log."""
        self._looks_back = self.journal.look_back()
        if not self._looks_back:
            self.pump.alarms.report_log(False, 0, self.journal.take_skipped(), 0)

    def _check_if_resting(self):
        """A check's next piece; where a train runs or is due, when that one has ended."""
        self._check_waits = self.pump.moving() or self.pump.is_due()
        if not self._check_waits and self._is_check_due():
            self._check_itself()

    def _today(self):
        return (self.pump.clock.local_s - _QUIET_S) // DAY_S

    def _is_check_due(self):
        resting = self.pump.state in (states.RUNNING, states.SUSPENDED)
        return resting and self._checks != self._today()  # one runs, or none was made today

    def _check_itself(self):
        over = self._today()
        try:
            if isinstance(self._checks, int):
                from pump.checks import Checks

                self._checks = Checks(self.pump, self._store, self._hardware)
            if not self._checks.go_on():
                return
        except MemoryError:  # no reason to stop delivery: the next minute begins anew
            over = _NEVER
        self._checks = over
        _forget(*_NEEDED_RARELY)

    # ---- the end of errors

    def _halt(self, error):
        """Stop the motor, raise the alarm. Delivery ends until a restart."""
        self._stop_motor()
        self._failed_by = _code_of(error)
        self._write_ms = _WRITE_AGAIN_MS
        try:
            self._hardware.collect_garbage()  # there may be no memory for what follows
        except Exception:  # noqa: BLE001 - nothing is left to tell it to
            pass
        _quietly(self.pump.fail, *self._failed_by)
        _quietly(self._hardware.keep_error, error)
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
            (self._tell_fault_again, (elapsed_ms,)),
            (self.ui.advance, (elapsed_ms,)),
            (self._talk, (elapsed_ms,)),
            (self._write_log_again, (elapsed_ms,)),
            (self._show, (now_ms,)),
            (hardware.display.step, (now_ms,)),
        ):
            _quietly(part, *arguments)
        hardware.feed_watchdog()
        return _FAULT_MS

    def _tell_fault_again(self, elapsed_ms):
        self._tidy_ms += elapsed_ms
        if self._tidy_ms >= _TIDY_EVERY_MS:
            self._tidy_ms = 0
            self.pump.alarms.minute()

    def _book_what_is_known(self):
        # Nothing is written while a train is under way: an engine that fails must not keep it so.
        _quietly(self._book_train)
        if self.pump.moving():
            self._give_up()

    def _write_log_again(self, elapsed_ms):
        # Not at every turn: a flash that refuses is not made better by wearing it.
        self._write_ms += elapsed_ms
        if self._write_ms >= _WRITE_AGAIN_MS:
            self._write_ms = 0
            if not self._numbered:
                self._number_late()
            self._write_log()

    def _number_late(self):
        """The log could not be read at the start. If it can be now, tell there what happened.

        What waits was given numbers that are taken: of that only the error itself is told.
        """
        self.journal = self.ui.journal = Journal(self._hardware.files)
        self._find_numbers()
        self.pump.log.outbox.clear()
        self.pump.fail(*self._failed_by)


def speak(ui):
    """Give the face its texts in the language of the settings, and let go of the others."""
    language = ui.pump.settings.get(st.LANGUAGE)
    if ui.texts and language == ui.texts.LANGUAGE:
        return
    if language:
        from pump.ui import texts_de as texts
    else:
        from pump.ui import texts
    if ui.texts:
        _forget("pump.ui.texts" if language else "pump.ui.texts_de")
    ui.speak(texts)


def _forget(*names):
    """Let go of modules, and of all in one that is a package: memory is dear."""
    for name in names:
        # Looked for at once: most are not loaded, and the list of all modules is long.
        if name not in sys.modules:
            continue
        inside = name + "."
        for loaded in list(sys.modules):
            if loaded.startswith(inside):
                del sys.modules[loaded]
        del sys.modules[name]
        package, _, last = name.rpartition(".")
        if hasattr(sys.modules[package], last):
            delattr(sys.modules[package], last)


def _quietly(part, *arguments):
    """Call one part of what is done after an error: another error in it must not stop the rest."""
    try:
        part(*arguments)
    except Exception:  # noqa: BLE001 - nothing is left to tell it to
        pass


def _code_of(error):
    """(code, detail) of an exception, for the log."""
    if isinstance(error, MemoryError):
        return ERROR_MEMORY, 0
    try:
        if isinstance(error, OSError):
            return ERROR_FLASH, abs(error.args[0]) if error.args else 0
        return ERROR_OTHER, crc32(repr(error).encode())
    except Exception:  # noqa: BLE001 - an error that cannot be told is an error all the same
        return ERROR_OTHER, 0
