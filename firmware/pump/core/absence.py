"""What follows when nobody touches the pump: it switches delivery off, or takes it up again.

- Auto-off: no key was pressed for so many hours. A warning comes before it, then delivery stops
  with an alarm. What a program does over the link is no press, and neither are keys under the
  child lock, until they unlock; nor is a restart's reason to go on: the hours begin anew with it.
- Auto-resume: delivery that a hand has suspended, and nothing else, goes on after so many minutes.

Loaded once one of the two is set.
"""

from micropython import const

from pump.core import alarms as al
from pump.core import codes, events, states
from pump.core import settings as st

_WARN_S = const(900)


def look(rules, pump):
    """A minute went by. `rules`: knows of the presses."""
    hours = pump.settings.get(st.AUTO_OFF_H)
    if hours and pump.state in (states.RUNNING, states.BOLUS):
        left_s = rules.pressed_s + hours * 3_600 - pump.clock.uptime_s
        if left_s <= 0:
            pump.stop_for(al.AUTO_OFF, hours)
            # Nothing is wrong with the pump: once a person has seen it, it may go on.
            pump.alarms.cause(al.AUTO_OFF, False)
        elif left_s <= _WARN_S and rules.warned_s != rules.pressed_s:
            rules.warned_s = rules.pressed_s
            pump.alarms.once(al.AUTO_OFF_SOON, (left_s + 59) // 60)
    minutes = pump.settings.get(st.AUTO_RESUME_MIN)
    if minutes and pump.state == states.SUSPENDED:
        _look_to_resume(pump, minutes)


def _look_to_resume(pump, minutes):
    suspension = pump.suspension
    if pump.alarms.stopping():
        suspension.by_hand = False  # from here on it is the alarm that a person has to answer
    if not suspension.by_hand or suspension.told_min < minutes:
        return
    if pump.resume(events.SOURCE_RULE) == codes.OK:
        suspension.reminder_due = True
