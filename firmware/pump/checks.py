"""The pump's checks of itself: program, settings, memory, clock and motor driver.

At a start the app has tried the memory before anything moves; program and settings have been read,
each with its checksum, and a driver has taken its settings. Soon after, and then once a day, all
of it is looked at, a piece a minute while nothing is due:

    program     pump.pack is read again, and its checksum compared with the one in it
    settings    the slot in force is read again and compared with the values in force
    memory      the picture's buffer and one of its own take patterns: bits that stick, cells that
                are one. What holds the program's own objects is not tried, nor what flips once.
    clock       the time that was counted against the chip's ticks, and against a clock with its
                own crystal where there is one. Without such a one a wrong crystal is not seen.
    driver      a driver with a serial line is asked for its settings

The app loads it when it is due and lets go of it after.
"""

from binascii import crc32

from micropython import const

from pump.core import events, memory_check, selftest
from pump.core import settings as st

_PACK = "/pump.pack"  # as firmware/pack.py has it: "BSPK", checksum of what follows
_PACK_HEAD = const(8)
_TRIED = const(1024)
_BUFFER = const(256)
_PIECE = const(128)  # buffers a minute, some 30 ms: the whole in as long as the clock is watched
_LEAST_MIN = const(10)  # of a run, for the clock
_TICKS_MASK = const(0x3FFFFFFF)
_SLACK_MS = const(2_000)
_PARTS = const(100)  # a clock may be off by one of so many


class Checks:
    """One run over all of it. `store` and `hardware` are the app's."""

    def __init__(self, pump, store, hardware):
        self._pump = pump
        self._store = store
        self._hardware = hardware
        self._minutes = 0
        self._failed = False
        self._file_at = 0  # in the pack; -1: it was read to its end, or there is none
        self._checksum = 0
        self._made = 1 << events.TEST_MEMORY | 1 << events.TEST_CLOCK
        self._begin_clock()

    def go_on(self):
        """A piece, once a minute, with the motor at rest and nothing due. True: it was the last.

        Should it fail the pump has stopped by then.
        """
        self._minutes += 1
        if self._minutes == 1:
            self._check_at_once()
        elif self._file_at >= 0:
            self._read_code()
        elif self._minutes >= _LEAST_MIN:
            self._check_clock()
            if not self._failed:
                selftest.passed(self._pump, events.TEST_ALL, self._made)
            return True
        return self._failed

    def _fail(self, test, detail=0):
        self._failed = True
        selftest.failed(self._pump, test, detail)

    def _check_at_once(self):
        hardware = self._hardware
        wrong = memory_check.of(bytearray(_TRIED)) or memory_check.of(hardware.display.buffer)
        if wrong:
            self._fail(events.TEST_MEMORY, wrong)
        if not self._settings_hold():
            self._fail(events.TEST_SETTINGS)
        if hardware.turning is not None:
            self._made |= 1 << events.TEST_DRIVER
            if not hardware.turning.answers():
                self._fail(events.TEST_DRIVER)

    # ---- settings and program

    def _settings_hold(self):
        """Whether what is stored is what is in force."""
        settings = self._pump.settings
        if self._store.empty or self._pump.settings_dirty:
            return True
        self._made |= 1 << events.TEST_SETTINGS
        blob = self._store.reread()
        # By their values: an earlier version has stored fewer.
        stored = st.Settings()
        if blob is None or not stored.decode(blob):
            return False
        if not settings.get(st.STEPS_PER_UNIT):
            stored.set(st.STEPS_PER_UNIT, 0)  # it was weighed on another board
        return stored.encode() == settings.encode()

    def _read_code(self):
        try:
            self._read_piece()
        except OSError as error:
            self._fail(events.TEST_CODE, abs(error.args[0]) if error.args else 0)

    def _read_piece(self):
        files = self._hardware.files
        if not self._file_at and not files.exists(_PACK):
            self._file_at = -1  # the plain files, for who works on them
            return
        buffer = bytearray(_BUFFER)  # not kept for the minutes between
        view = memoryview(buffer)
        with files.open(_PACK, "rb") as file:
            head = file.read(_PACK_HEAD)
            file.seek(max(_PACK_HEAD, self._file_at))
            for _ in range(_PIECE):
                count = file.readinto(buffer)
                self._checksum = crc32(view[:count], self._checksum)
                if count < _BUFFER:
                    self._file_at = -1
                    break
            else:
                self._file_at = file.tell()
        if self._file_at < 0:
            self._made |= 1 << events.TEST_CODE
            if self._checksum != int.from_bytes(head[4:], "little"):
                self._fail(events.TEST_CODE)

    # ---- the clock

    def _begin_clock(self):
        clock = self._pump.clock
        self._up_s, self._up_ms = clock.uptime_s, clock.uptime_ms
        self._ticks = self._hardware.now_ms()
        self._set_at_s = clock.local_s - clock.uptime_s
        self._other_s = self._other_clock_s()

    def _other_clock_s(self):
        other = self._hardware.wall_clock
        return -1 if other is None else other.read_s()

    def _check_clock(self):
        clock = self._pump.clock
        passed_ms = (clock.uptime_s - self._up_s) * 1000 + clock.uptime_ms - self._up_ms
        ticks_ms = (self._hardware.now_ms() - self._ticks) & _TICKS_MASK
        off_ms = abs(passed_ms - ticks_ms)
        other_s = self._other_clock_s()
        was_set = self._set_at_s != clock.local_s - clock.uptime_s
        if other_s >= 0 and self._other_s >= 0 and not was_set:
            off_ms = max(off_ms, abs(passed_ms - (other_s - self._other_s) * 1000))
        if off_ms > passed_ms // _PARTS + _SLACK_MS:
            self._fail(events.TEST_CLOCK, off_ms)
