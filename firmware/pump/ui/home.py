"""The home screen: what a glance must tell, and the first press of everything."""

from micropython import const

from pump.core import alarms as al
from pump.core import codes, events, states
from pump.core import settings as st
from pump.ui import canvas as cv
from pump.ui import figures, font, keys, sounds
from pump.ui.alarm import alarm_name
from pump.ui.screen import Screen, delivers, mix, refused

_LONG_AGO_S = const(43_200)
_BODY_Y = const(17)
_DOING_Y = const(42)
_LINES_Y = const(38)  # where there are two lines of it, or three
_WHY_Y = const(36)  # the same below a plate
_PITCH = const(8)
_FOOT_Y = const(53)
_ON_BOARD_X = const(87)


class Home(Screen):
    """Time, rate, units left, battery, what is running, and whether something is wrong."""

    def __init__(self, ui):
        super().__init__(ui)
        self.stop_down = False

    def press(self, button):
        """UP opens the bolus, DOWN its calculator, OK the menu; STOP is for holding."""
        if button == keys.OK:
            self.ui.open_menu()
        elif button == keys.STOP:
            self.stop_down = True
        elif self.pump.bolus.active:
            self.ui.open_bolus()
        elif not delivers(self.ui):
            return
        elif button == keys.UP:
            self.ui.open_loaded(_load_bolus)
        elif self.pump.settings.get(st.CARB_RATIO_1):
            self.ui.open_loaded(_load_calculator)
        else:
            refused(self.ui, codes.NO_RATIO)

    def held(self):
        """STOP was held: suspend everything, or resume."""
        if self.pump.state == states.SUSPENDED:
            code = self.pump.resume(events.SOURCE_BUTTONS)
            pattern = sounds.RESUMED
        else:
            code = self.pump.suspend(events.SOURCE_BUTTONS)
            pattern = sounds.SUSPENDED
        if code == codes.OK:
            self.ui.play(pattern)
        else:
            refused(self.ui, code)

    def view(self) -> int:
        """Everything that is shown."""
        pump = self.pump
        clock = pump.clock
        shown = mix(clock.minute_of_day(), pump.state)
        shown = mix(shown, 1 if clock.trusted else 0)
        shown = mix(shown, pump.basal_rate_mu_h())
        shown = mix(shown, (pump.temporary_left_ms() + 59_999) // 60_000)
        if pump.extended is not None:
            shown = mix(mix(shown, pump.extended.given_steps), pump.extended.left_ms // 60_000)
        shown = mix(shown, pump.reservoir_steps >> 5)
        shown = mix(shown, pump.basal_today_steps >> 4)
        shown = mix(shown, pump.battery_mv >> 4)
        shown = mix(shown, pump.bolus.given_steps if pump.bolus.active else -1)
        shown = mix(shown, pump.since_bolus_s() // 60)
        shown = mix(shown, pump.alarms.raised)
        # Together: each call of a function takes 20 us.
        paired = 1 if pump.remote.paired() else 0
        shown = mix(shown, paired + 2 * pump.settings.shown_program())
        return mix(shown, pump.suspension.alarm + 64 * pump.suspension.told_min)

    def draw(self, canvas):
        """Four rows: time, the rate in force, what is running, and the banner or a hint."""
        self._draw_head(canvas)
        plate = self._plate()
        if plate:
            canvas.plate(0, _BODY_Y - 1, canvas.width, 19)
            canvas.text_center(plate, _BODY_Y + 2, 2, True)
        else:
            self._draw_rate(canvas)
        self._draw_doing(canvas)
        self._draw_foot(canvas)

    def _plate(self):
        state = self.pump.state
        if state == states.SUSPENDED:
            return self.say.SUSPENDED
        if state in (states.CHANGING, states.MOVING):
            return self.say.NO_DELIVERY
        if state == states.SERVICE:
            return self.say.SERVICE_MODE
        if state == states.FAULT:
            return self.say.FAULT
        return ""

    def _draw_head(self, canvas):
        pump = self.pump
        time = figures.hour_minute(pump.clock.minute_of_day())
        canvas.text(time, 0, 0, 2)
        if not pump.clock.trusted:
            canvas.text("?", cv.text_width(time, 2) + 3, 6)
        canvas.battery(canvas.width - 19, 1, battery_percent(pump))
        if pump.alarms.raised:
            canvas.icon(font.BELL, canvas.width - 30, 2)
        if pump.remote.paired():
            canvas.icon(font.PLUG, canvas.width - 40, 2)
        on_board_mu = pump.on_board_mu()
        if on_board_mu:
            # Rounded up: what is on board is never shown as none.
            canvas.text_right(self.say.ON_BOARD, _ON_BOARD_X, 0)
            canvas.text_right(figures.amount(on_board_mu + 99), _ON_BOARD_X, 8)

    def _draw_rate(self, canvas):
        pump = self.pump
        rate = figures.rate(pump.basal_rate_mu_h())
        x = canvas.big(rate, 0, _BODY_Y)
        canvas.text(self.say.RATE_UNIT, x + 3, _BODY_Y + 12)
        program = pump.settings.shown_program()
        if program:
            canvas.text("P%d" % program, x + 3, _BODY_Y + 1)
        left = figures.amount(_reservoir_mu(pump))
        canvas.text_right(self.say.UNIT, canvas.width, _BODY_Y + 12)
        scale = 2 if len(rate) < 6 else 1  # beside the longest rates there is little room
        left_x = canvas.width - 9 - cv.text_width(left, scale)
        canvas.text(left, left_x, _BODY_Y + 18 - 6 * scale, scale)
        if len(rate) < 5:
            canvas.icon(font.DROP, left_x - 10, _BODY_Y + 9)

    def _draw_doing(self, canvas):
        """All that runs, a line each; why nothing does, and for how long; or what was."""
        pump = self.pump
        bolus = pump.bolus
        if not bolus.active and self._plate():
            self._draw_why(canvas)
            return
        running = []
        if bolus.active:
            running.append(self._draw_bolus)
        if pump.extended is not None:
            running.append(self._draw_extended)
        if pump.temporary_left_ms():
            running.append(self._draw_temporary)
        y = _DOING_Y if len(running) < 2 else _LINES_Y
        for draw in running:
            draw(canvas, y)
            y += _PITCH
        if not running:
            self._draw_last(canvas)
        elif bolus.active and y < _FOOT_Y + _PITCH:
            canvas.bar(0, max(_FOOT_Y - 1, y + 2), canvas.width, 6, bolus.given_steps, bolus.steps)

    def _draw_bolus(self, canvas, y):
        bolus = self.pump.bolus
        of = (figures.dose(bolus.given_mu()), figures.dose(bolus.asked_mu))
        line = self.say.HOME_REMOTE if bolus.remote else self.say.HOME_BOLUS
        canvas.text(line % of, 0, y)

    def _draw_extended(self, canvas, y):
        extended = self.pump.extended
        of = (figures.dose(extended.given_mu()), figures.amount(extended.asked_mu))
        canvas.text(self.say.HOME_EXTENDED % of, 0, y)
        canvas.text_right(figures.left(extended.left_ms), canvas.width, y)

    def _draw_temporary(self, canvas, y):
        temporary = self.pump.temporary
        say = self.say
        percent = "" if temporary.percent < 0 else "%d%%" % temporary.percent
        line = say.HOME_TEMPORARY_REMOTE if temporary.remote else say.HOME_TEMPORARY
        canvas.text(line % percent, 0, y)
        canvas.text_right(figures.left(temporary.left_ms), canvas.width, y)

    def _draw_last(self, canvas):
        """The last bolus, if it was not long ago, or what the day has had."""
        pump = self.pump
        say = self.say
        bolus = pump.bolus
        normal = bolus.bolus_id == bolus.last_id
        given_mu = bolus.given_mu() if normal else bolus.extended_mu
        since_s = pump.since_bolus_s()
        if (bolus.asked_mu if normal else given_mu) and since_s < _LONG_AGO_S:
            minutes = since_s // 60
            ago = say.MINUTES_AGO % minutes if minutes < 100 else say.HOURS_AGO % (minutes // 60)
            line = say.LAST_BOLUS if normal else say.LAST_EXTENDED
            canvas.text(line % figures.dose(given_mu), 0, _DOING_Y)
            canvas.text_right(ago, canvas.width, _DOING_Y)
        else:
            today = pump.profile.scale.dose_mu(pump.basal_today_steps + pump.bolus_today_steps)
            canvas.text(say.TODAY % figures.dose(today), 0, _DOING_Y)

    def _draw_why(self, canvas):
        suspended = self.pump.state == states.SUSPENDED
        y = _WHY_Y if suspended else _DOING_Y
        canvas.text(self._why_plate(), 0, y)
        if suspended:
            since = figures.left(self.pump.suspension.told_min * 60_000)
            canvas.text(self.say.SUSPENDED_FOR % since, 0, y + _PITCH)

    def _why_plate(self):
        pump = self.pump
        say = self.say
        if pump.state == states.SUSPENDED:
            if pump.suspension.alarm == al.NONE:
                return say.BY_PROGRAM if pump.suspension.remotely else say.BY_YOU
            if pump.alarms.raised & 1 << pump.suspension.alarm - 1:
                return alarm_name(say, pump.suspension.alarm)
            return say.BY_ALARM
        if pump.state == states.SERVICE:
            return say.SERVICE_ON
        if pump.state == states.FAULT:
            return say.FAULT_WHY
        return say.CHANGE_OPEN

    def _draw_foot(self, canvas):
        pump = self.pump
        say = self.say
        state = pump.state
        if pump.bolus.active:
            return
        if state == states.SUSPENDED:
            self._banner(canvas, say.HOLD_RESUME)
        elif state in (states.CHANGING, states.MOVING):
            self._banner(canvas, say.CHANGE_GO_ON)
        elif state in (states.SERVICE, states.FAULT):
            self._banner(canvas, say.SERVICE_OFF if state == states.SERVICE else say.FAULT_DO)
        elif self.stop_down:
            self._banner(canvas, say.HOLD_SUSPEND)
        elif pump.alarms.raised:
            self._banner(canvas, alarm_name(say, al.worst(pump.alarms.raised)))
        elif pump.settings.get(st.CARB_RATIO_1):
            self.hints(canvas, say.HOME_HINT_CARBS, say.HOME_HINT_RIGHT)
        else:
            self.hints(canvas, say.HOME_HINT_LEFT, say.HOME_HINT_RIGHT)

    def _banner(self, canvas, text):
        canvas.plate(0, _FOOT_Y, canvas.width, 11)
        canvas.text_center(text, _FOOT_Y + 2, 1, True)


def _load_bolus(ui):
    from pump.ui.pages.bolus import BolusEntry

    return BolusEntry(ui)


def _load_calculator(ui):
    from pump.ui.pages.calculator import CalculatorEntry
    from pump.ui.pages.language import words

    ui.words = words(ui)
    return CalculatorEntry(ui)


def battery_percent(pump):
    """The battery's charge as far as its voltage tells; low is taken as a fifth. -1: not known."""
    if pump.battery_mv < 0:
        return -1
    low_mv, empty_mv = pump.profile.battery_low_mv, pump.profile.battery_empty_mv
    percent = (pump.battery_mv - empty_mv) * 20 // max(1, low_mv - empty_mv)
    return min(100, max(0, percent))


def _reservoir_mu(pump):
    if pump.reservoir_steps < 0:
        return -1
    return pump.profile.scale.dose_mu(pump.reservoir_steps)
