"""A pump on MicroPython that lives for a while, an hour at a time, to see what it keeps."""

from host_tests.vm.desk import Desk
from pump.core import events

_PROGRAM = [(0, 1_000)]
_DESK = []


def begin():
    """A new pump."""
    _DESK.append(Desk(_PROGRAM))
    _DESK[0].run_s(10)


def live_an_hour():
    """Basal, a bolus, one that is stopped, a suspension, an alarm and its acknowledgement."""
    desk = _DESK[0]
    pump = desk.app.pump
    buttons = events.SOURCE_BUTTONS
    assert pump.give_bolus(500, buttons) == 0
    desk.run_s(60)
    assert pump.give_bolus(800, buttons) == 0
    desk.run_s(5)
    assert pump.stop_bolus() == 0
    desk.run_s(900)
    assert pump.suspend(buttons) == 0
    desk.run_s(300)
    assert pump.resume(buttons) == 0
    while pump.alarms.waiting:
        pump.acknowledge(buttons)
    desk.run_s(2_300)
    assert desk.hardware.errors == []


def say_log_bytes():
    """Prints what the files hold: they lie in the same memory here."""
    contents = _DESK[0].hardware.files.contents
    print(sum([len(contents[path]) for path in contents]))


def keep_something():
    """What a leak would look like: 40 bytes for each minute of an hour."""
    _DESK.extend([bytearray(24) for _ in range(60)])
