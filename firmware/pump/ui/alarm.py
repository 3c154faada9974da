"""One alarm filling the screen: its name, why it is there, and what to do."""

from pump.core import alarms as al
from pump.core import events
from pump.ui import figures, keys
from pump.ui.screen import Screen


class AlarmScreen(Screen):
    """An alarm that waits for a person. OK acknowledges it."""

    keeps_lit = True

    def __init__(self, ui):
        super().__init__(ui)
        self.alarm = al.NONE
        self.plate_dark = False  # the face lets the plate flash

    def press(self, button):
        """OK acknowledges; nothing else does. STOP has stopped what ran already."""
        if button == keys.OK:
            # This one and not the highest: a worse one may have come since the eye read this.
            self.pump.alarms.acknowledge(self.alarm, events.SOURCE_BUTTONS)
        else:
            self.ui.refuse()

    def draw(self, canvas):
        """The plate and the three texts."""
        draw_alarm(canvas, self, self.plate_dark)
        canvas.line(53)
        self.hints(canvas, "", self.say.OK_SEEN)


class AlarmPage(Screen):
    """An alarm looked up in the list: OK acknowledges one that still waits, and leads back."""

    def __init__(self, ui, alarm):
        super().__init__(ui)
        self.alarm = alarm

    def press(self, button):
        """OK acknowledges, OK and STOP lead back."""
        if button == keys.OK and self._waits():
            self.pump.alarms.acknowledge(self.alarm, events.SOURCE_BUTTONS)
            self.ui.back()
        elif button in (keys.OK, keys.STOP):
            self.ui.back()

    def view(self) -> int:
        """Whether it waits."""
        return 1 if self._waits() else 0

    def draw(self, canvas):
        """The same picture, with what OK does."""
        draw_alarm(canvas, self, False)
        canvas.line(53)
        if self._waits():
            self.hints(canvas, "", self.say.OK_SEEN)
        else:
            self.hints(canvas, "", self.say.OK_BACK)

    def _waits(self):
        return self.pump.alarms.waiting & 1 << self.alarm - 1 != 0


def alarm_name(say, alarm):
    """As it stands in lists and on the banner."""
    return alarm_text(say, alarm).split("|")[0]


def draw_alarm(canvas, screen, plate_dark):
    """Plate, why, and two lines of what to do, of the alarm of a screen."""
    say, alarm = screen.say, screen.alarm
    suspension = screen.pump.suspension
    stands = alarm == al.UNDER_DELIVERY and suspension.told
    _, plate, why, first, second = alarm_text(say, al.NONE if stands else alarm).split("|")
    if stands:
        why %= figures.left(suspension.told_min * 60_000)
    if alarm == al.SELF_TEST:
        why = say.SELF_TEST_WHY.split("|")[screen.pump.alarms.failed_test]
    if plate_dark:
        canvas.box(0, 0, canvas.width, 19)
    else:
        canvas.plate(0, 0, canvas.width, 19)
    canvas.text_center(plate, 3, 2, not plate_dark)
    canvas.text(why, 0, 22)
    canvas.text(first, 0, 32)
    canvas.text(second, 0, 42)


def alarm_text(say, alarm):
    """Its parts as they stand in the tables, with | between them."""
    # What has stopped the pump for good may have left nothing to load a text with.
    if alarm == al.MOTOR_ERROR:
        return say.ALARM_MOTOR
    if alarm == al.SYSTEM_ERROR:
        return say.ALARM_SYSTEM
    if alarm == al.SELF_TEST:
        return say.ALARM_SELF_TEST
    try:
        if say.LANGUAGE:
            from pump.ui.pages.alarm_texts_de import ALARMS
        else:
            from pump.ui.pages.alarm_texts import ALARMS
    except (MemoryError, OSError):
        return say.ALARM_OTHER
    return ALARMS[alarm]
