"""The face: gestures in, commands to the core out, one screen drawn at a time.

How the app uses it, every turn of its loop:

    ui.gesture(button, kind)      for each that the buttons report
    ui.advance(elapsed_ms)        after the core went on
    pattern = ui.take_sound()     None, or what the buzzer shall play
    ui.lit()                      whether the display should be on
    if ui.dirty and it is on: canvas.clear(), ui.draw(canvas), then let the display send it
    ui.due_ms()                   how long the app may sleep before the face needs a turn
"""

from micropython import const

from pump.core import alarms as al
from pump.core import events, states
from pump.core import settings as st
from pump.ui import keys, sounds
from pump.ui.alarm import AlarmScreen
from pump.ui.boot import Boot
from pump.ui.home import Home

_BOOT_MS = const(2_000)
_TIMEOUT_MS = const(60_000)
_VIEW_MS = const(200)  # a picture changes at most this often by itself
_MOST_MS = const(1_000_000)  # counters stop here: still a small integer a thousand times over
# Half a flash, by urgency: 2 Hz for high, 0.5 Hz for medium; IEC 60601-1-8 has 1.4 to 2.8 Hz
# and 0.4 to 0.8 Hz.
_FLASH_MS = (_MOST_MS, 1_000, 250)

_CLICK = const(0)
_NOTE = const(1)
_ALARM = const(2)


class Ui:
    """The screens and the way between them."""

    def __init__(self, pump, version="", board="", forget=None, journal=None):
        """`forget` is called at home again after the menu: drop the modules of pump.ui.pages.

        The history reads `journal`. Nothing can be drawn before it was told what to `speak`.
        """
        self.pump = pump
        self.version = version
        self.board = board
        self.texts = None
        self.words = None  # the texts of the menu, while it is open
        self.journal = journal
        self._forget = forget
        self._loaded = False  # something of pump.ui.pages
        self.dirty = True  # a redraw is due
        self.alarm = al.NONE  # the alarm that has the screen
        self._home = Home(self)
        self._stack = [self._home]
        self._alarm_screen = AlarmScreen(self)
        self._boot = Boot(self)
        self._boot_ms = _BOOT_MS
        self._idle_ms = 0
        self._dark_ms = 0
        self._view = 0
        self._view_ms = 0
        self._stop_at_home = False
        self._locked = True  # by the child lock, where it is set: after a start too
        self._ok_at_home = False  # the press that was the last, and no other since
        self._bolus_ran = False
        self._cut = None  # a bolus that STOP has ended, until it is shown
        self._heard = 0
        self._burst_ms = 0
        self._burst_length_ms = 0
        self._flash_ms = 0
        self._sound = None
        self._rank = _CLICK
        self.resting = False  # at home, with nothing to watch but the core and the log
        self._lit = True
        self._rest_ms = 0  # until _dark_ms gets there
        self._next_seq = 0  # as long as nothing is written
        self._drawn_seq = 0  # the same, of the picture

    # ---- for the app -----------------------------------------------------------------------

    def speak(self, texts):
        """Say everything in another language, out of that module: at home, or from the beginning
        of what led to it.
        """
        self.texts = texts
        self._home.say = self._alarm_screen.say = self._boot.say = texts
        led = [screen for screen in self._stack if screen.leads]
        self.go_home()
        if led:
            self.open_loaded(_load_first)

    def gesture(self, button, kind):
        """A button was pressed, held, repeats or was let go: numbers of keys.py."""
        self.dirty = True
        self.resting = False
        locked = self._is_locked()
        dark = not self.lit()
        self._idle_ms = self._dark_ms = 0
        # Under the lock it may be a child. The key that unlocks counts when it is let go.
        if not locked and self.pump.rules is not None:
            self.pump.rules.pressed_s = self.pump.clock.uptime_s
        if kind == keys.PRESS and self._boot_ms and self.pump.state != states.STARTING:
            self._boot_ms = 0
        if kind == keys.PRESS and button == keys.STOP and self._stop():
            return
        if self.pump.state == states.STARTING:
            return
        if locked and not self.alarm:
            self._act_locked(button, kind)
        elif dark and kind == keys.PRESS and self.top().stays():
            self._ok_at_home = False  # what is on it has to be seen first
        else:
            self._act(button, kind)
        if button == keys.STOP and kind in (keys.HOLD, keys.RELEASE):
            self._home.stop_down = False

    def advance(self, elapsed_ms):
        """Time went by and the core may have changed."""
        pump = self.pump
        self._dark_ms += elapsed_ms
        if self._dark_ms > _MOST_MS:
            self._dark_ms = _MOST_MS
        if self.resting:
            alarms = pump.alarms
            changed = alarms.waiting != self._heard or alarms.repeat_due
            changed = changed or pump.log.next_seq != self._next_seq
            if not (changed or pump.suspension.reminder_due) and self._dark_ms < self._rest_ms:
                return
        self._idle_ms = min(_MOST_MS, self._idle_ms + elapsed_ms)
        if self._boot_ms:
            self._boot_ms = max(0, self._boot_ms - elapsed_ms)
            self.dirty = self.dirty or not self._boot_ms
        self._watch_bolus()
        self._watch_alarms(elapsed_ms)
        self._watch_reminder()
        top = self.top()
        top.advance()
        if self.left_alone() and len(self._stack) > 1 and not top.stays():
            self._leave()
        self._watch_view(elapsed_ms)
        self._rest()

    def draw(self, canvas):
        """Draw the screen of the moment on a cleared canvas."""
        self.dirty = False
        screen = self._shown()
        self._view = screen.view()
        self._drawn_seq = self.pump.log.next_seq
        screen.draw(canvas)

    def take_sound(self):
        """The pattern that the buzzer shall play now, once, or None."""
        pattern, self._sound = self._sound, None
        self._rank = _CLICK
        return pattern

    def lit(self):
        """Whether the display should be on."""
        if self.alarm or self._boot_ms or self._stack[-1].keeps_lit:
            return True
        return self._dark_ms < self.pump.settings.get(st.DISPLAY_OFF_S) * 1000

    def due_ms(self):
        """How long nothing happens here by itself."""
        if self._sound or (self.dirty and self.lit()):
            return 0
        due_ms = self._stack[-1].wait_ms
        if self._boot_ms:
            due_ms = self._boot_ms
        if self.alarm:
            urgency = self.pump.alarms.urgency(self.alarm)
            every_ms = sounds.EVERY_MS[urgency]
            if every_ms:
                due_ms = min(due_ms, max(0, every_ms - self._burst_ms))
            due_ms = min(due_ms, max(0, _FLASH_MS[urgency] - self._flash_ms))
        if self.pump.bolus.active or self.pump.move.active:
            due_ms = min(due_ms, _VIEW_MS)
        if self._view_ms and not self.resting:  # what changed since the last look is not shown yet
            due_ms = min(due_ms, max(0, _VIEW_MS - self._view_ms))
        if len(self._stack) > 1 and self._idle_ms < _TIMEOUT_MS:
            due_ms = min(due_ms, _TIMEOUT_MS - self._idle_ms)
        return due_ms

    # ---- for the screens -------------------------------------------------------------------

    def top(self):
        """The screen under whatever alarm there is."""
        return self._stack[-1]

    def left_alone(self):
        """Whether nobody has pressed for so long that screens are left."""
        return self._idle_ms >= _TIMEOUT_MS

    def attend(self):
        """Something new is on the screen that no press has brought: leave time to read it."""
        self._idle_ms = self._dark_ms = 0
        self.dirty = True

    def open(self, screen):
        """Go one deeper."""
        self._stack.append(screen)
        self.dirty = True

    def replace(self, screen):
        """Another screen in place of the one on top."""
        self._stack[-1] = screen
        self.dirty = True

    def open_menu(self):
        """Load the menu and open it."""
        self.open_loaded(_load_menu)

    def lead_a_new_pump(self):
        """Lead whoever has a pump in hand that was never used through what it needs."""
        pump = self.pump
        used = pump.odometer_steps or pump.reservoir_steps >= 0
        if not (used or pump.settings.basal.day_mu()):
            self.open_loaded(_load_first)

    def open_bolus(self, bolus=None):
        """Show the bolus that runs, or one that has ended."""
        self.open_loaded(lambda ui: _load_bolus(ui, bolus))

    def open_loaded(self, load):
        """Open the screen that `load(ui)` makes, unless there is no memory to load it into.

        A page that cannot be shown must not become an error that stops delivery.
        """
        self._loaded = True
        try:
            screen = load(self)
        except MemoryError:
            self.go_home()
            self.refuse()
        else:
            self.open(screen)

    def back(self):
        """Go one back; from home nowhere."""
        if len(self._stack) > 2:
            self._stack.pop()
            self.dirty = True
        else:
            self.go_home()

    def finished(self):
        """A page has done what it was opened for: back to what leads through it, or home."""
        while len(self._stack) > 1 and not self.top().leads:
            self._stack.pop()
        if len(self._stack) == 1:
            self.go_home()
        else:
            self.top().returned()
            self.dirty = True

    def go_home(self):
        """Leave everything, and let go of what was loaded for it."""
        del self._stack[1:]
        self.dirty = True
        if self._loaded:
            self._loaded = False
            self.words = None
            if self._forget:
                self._forget()

    def stop_boluses(self):
        """End every bolus that runs, and show what it gave."""
        extended = self.pump.extended
        normal = self.pump.bolus.active
        self.pump.stop_bolus()
        if not normal:  # of a normal one the end is heard by itself
            self.play(sounds.STOPPED)
        if not self.top().shows_bolus:
            if not self.top().stays():
                self.go_home()
            self._cut = self.pump.bolus if normal or extended is None else extended

    def unlock(self):
        """The order of keys was pressed that ends the child lock."""
        self._locked = False
        self.play(sounds.START)
        self.back()

    def play(self, pattern):
        """A tone that says something; an alarm's burst goes first."""
        self._offer(pattern, _NOTE)

    def refuse(self):
        """The tone of a press that does nothing."""
        self._offer(sounds.NO, _NOTE)

    def click(self):
        """The tone of a press, if the settings want it."""
        if self.pump.settings.get(st.KEY_CLICKS):
            self._offer(sounds.CLICK, _CLICK)

    # ---- helpers ---------------------------------------------------------------------------

    def _leave(self):
        """For want of presses: home, or back to a screen on the way that stays."""
        while len(self._stack) > 1 and not self.top().stays():
            self._stack.pop()
        if len(self._stack) == 1:
            self.go_home()
        self.dirty = True

    def _screen(self):
        return self._alarm_screen if self.alarm else self._stack[-1]

    def _shown(self):
        return self._boot if self._boot_ms else self._screen()

    def _stop(self):
        """STOP before anything else: end what a person can stop. True when that was the press."""
        self._stop_at_home = len(self._stack) == 1 or self._locked
        # An extended one runs for hours: elsewhere than at home STOP leads back, as ever.
        if self.pump.bolus.active or (self._stop_at_home and self.pump.extended is not None):
            self.stop_boluses()
            return True
        if self.pump.move.active:
            self.pump.change().stop()
            return True
        return False

    def _act(self, button, kind):
        if kind == keys.PRESS:
            self.click()
            at_home = len(self._stack) == 1 and not self.alarm
            self._ok_at_home = at_home and button == keys.OK
            self._screen().press(button)
        elif kind == keys.REPEAT and button in (keys.UP, keys.DOWN):
            if not self.alarm:
                self._screen().repeats(button)
        elif kind == keys.HOLD:
            self._held(button)

    def _is_locked(self):
        """Whether the child lock holds: for a press, before that has lit the display."""
        settings = self.pump.settings
        if not settings.get(st.CHILD_LOCK):
            self._locked = False
        elif self._dark_ms >= settings.get(st.DISPLAY_OFF_S) * 1000:
            self._locked = True
        return self._locked

    def _act_locked(self, button, kind):
        """Under the lock STOP can take away, and keys can unlock."""
        top = self._stack[-1]
        self._ok_at_home = False
        if kind == keys.PRESS:
            self.click()
            if top.unlocks:
                top.press(button)
            else:
                if not top.stays():
                    self.go_home()
                self.open_loaded(_load_lock)
        elif kind == keys.HOLD and self.pump.state != states.SUSPENDED:
            self._held(button)  # OK begins nothing here

    def _held(self, button):
        if button == keys.STOP and self._stop_at_home:
            # On an alarm STOP can only take away: nobody resumes what they have not read.
            if not (self.alarm and self.pump.state == states.SUSPENDED):
                self.go_home()
                self._home.held()
        elif button == keys.OK and self._ok_at_home and self.pump.settings.get(st.QUICK_STEP_MU):
            # What the press has opened gives way to the quick bolus.
            self.go_home()
            self.open_loaded(_load_quick)

    def _watch_bolus(self):
        # To load the screen takes a while, and first the motor has to stop.
        if self._cut is not None and not self.pump.stop_wanted:
            cut, self._cut = self._cut, None
            self.open_bolus(cut)
        active = self.pump.bolus.active
        if active and not self._bolus_ran and self.pump.bolus.remote:
            # Nobody at the pump did this: whoever carries it must hear and see it.
            self.play(sounds.START)
            self._dark_ms = 0
            self.dirty = True
            self.top().interrupted()
        if self._bolus_ran and not active:
            done = self.pump.bolus.reason == events.END_DONE
            self.play(sounds.END if done else sounds.STOPPED)
            self._idle_ms = 0 if self.top().shows_bolus else self._idle_ms
            self.dirty = True
        self._bolus_ran = active

    def _watch_alarms(self, elapsed_ms):
        alarms = self.pump.alarms
        highest = alarms.highest()
        self._burst_ms = min(_MOST_MS, self._burst_ms + elapsed_ms)
        worse = highest and alarms.priority(highest) > al.LOW
        shown = highest if worse else al.reminder(alarms.waiting)
        if self.pump.state == states.STARTING:
            return
        if shown != self.alarm:
            self._show_alarm(shown)
        due = alarms.waiting & ~self._heard or alarms.repeat_due
        self._heard = alarms.waiting
        alarms.repeat_due = False
        if highest:
            urgency = alarms.urgency(highest)
            every_ms = sounds.EVERY_MS[urgency]
            if due or (every_ms and self._burst_ms >= every_ms):
                self._burst(sounds.BURSTS[urgency])
        if shown:
            self._flash(_FLASH_MS[alarms.urgency(shown)], elapsed_ms)

    def _show_alarm(self, alarm):
        self.alarm = alarm
        self.dirty = True
        self._alarm_screen.alarm = alarm
        self._alarm_screen.plate_dark = False
        self._flash_ms = 0
        if self._sounding():
            self._burst_length_ms = 0
            self._offer(sounds.SILENCE, _ALARM)
        if alarm:
            self._boot_ms = 0
            self.top().interrupted()  # which may go home
            self._loaded = True  # with the text of the alarm
        else:
            self._idle_ms = self._dark_ms = 0
            if len(self._stack) == 1:
                self.go_home()  # lets go of its text

    def _flash(self, half_ms, elapsed_ms):
        self._flash_ms += elapsed_ms
        if self._flash_ms >= half_ms:
            self._flash_ms %= half_ms
            self._alarm_screen.plate_dark = not self._alarm_screen.plate_dark
            self.dirty = True

    def _sounding(self):
        return self._burst_ms < self._burst_length_ms

    def _burst(self, pattern):
        self._burst_ms = 0
        self._burst_length_ms = sounds.length_ms(pattern)
        self._offer(pattern, _ALARM)

    def _watch_reminder(self):
        if self.pump.suspension.reminder_due:
            self.pump.suspension.reminder_due = False
            self._dark_ms = 0
            self.dirty = True
            self.play(sounds.REMIND)

    def _watch_view(self, elapsed_ms):
        self._view_ms += elapsed_ms
        if self._view_ms >= _VIEW_MS:
            self._view_ms = 0
            # A page may show what a program changes, such as a setting: each change is a record.
            told = len(self._stack) > 1 and self.pump.log.next_seq != self._drawn_seq
            if told or self._shown().view() != self._view:
                self.dirty = True

    def _rest(self):
        """See whether the next turns may pass this by, and for how long."""
        # An alarm of low priority, such as a clock that nobody has set, has sounded and rests too.
        busy = self.alarm or self._bolus_ran or self._sounding() or len(self._stack) > 1
        busy = busy or self._view_ms  # what changed since the last look would be passed by
        lit = self.lit()
        busy = busy or self._boot_ms or self._sound or (lit and self.dirty) or lit != self._lit
        self.resting = not busy
        if self._lit and not lit:
            self._locked = True  # where the child lock is set
            if len(self._stack) == 1:
                self._loaded = True  # perhaps with the name of an alarm
                self.go_home()
            else:
                self.top().interrupted()
        self._lit = lit
        if self.resting:
            self._view_ms = _VIEW_MS  # the first turn after a rest looks
        self._rest_ms = _MOST_MS + 1
        self._next_seq = self.pump.log.next_seq
        if lit:
            # What no record tells, such as the battery's charge, is seen when a minute ends.
            clock = self.pump.clock
            minute_ms = 60_000 - (clock.local_s % 60 * 1000 + clock.uptime_ms)
            off_ms = self.pump.settings.get(st.DISPLAY_OFF_S) * 1000
            self._rest_ms = min(off_ms, self._dark_ms + minute_ms)

    def _offer(self, pattern, rank):
        if rank < _ALARM and self._sounding():
            return
        if self._sound is None or rank >= self._rank:
            self._sound = pattern
            self._rank = rank


def _load_menu(ui):
    from pump.ui.pages.language import words
    from pump.ui.pages.menu import MainMenu

    ui.words = words(ui)
    return MainMenu(ui)


def _load_first(ui):
    from pump.ui.pages.first import FirstStart
    from pump.ui.pages.language import words

    ui.words = words(ui)
    return FirstStart(ui)


def _load_lock(ui):
    from pump.ui.pages.lock import Locked

    return Locked(ui)


def _load_quick(ui):
    from pump.ui.pages.quick import page

    return page(ui)


def _load_bolus(ui, bolus):
    from pump.ui.pages.bolus_run import BolusRun

    return BolusRun(ui, bolus)
