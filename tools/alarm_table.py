"""The table of alarms for a person: what raises each and what ends it, a line each, stands here.

All else in it comes out of the firmware's own tables. `write_documents.py` puts it into README.md.
"""

# The firmware has no types of its own.
# pyright: basic

from pump.core import alarms, event_table
from pump.core.clock import Clock
from pump.core.logbook import Logbook
from pump.ui import sounds, texts
from pump.ui.alarm import alarm_text

# (name as in core/event_table.py, its cause, what ends it beside OK)
FACTS = (
    ("occlusion", "line pressure at the board's limit in three readings", "pressure below it"),
    ("reservoir_empty", "no step is left in the reservoir", "another amount entered"),
    ("reservoir_low", "as much is left as `reservoir_low_mu` or less, yet more than 5 U", "more in the reservoir, and OK; or `reservoir_very_low` in its place"),
    ("battery_empty", "battery at the board's lower limit in three readings", "0.1 V more"),
    ("battery_low", "battery at the board's upper limit in three readings", "0.1 V more"),
    ("motor_error", "other steps were made than ordered, as the engine counts them or a sensor sees", "a restart"),
    ("system_error", "an error in the program, in flash or memory; a third restart in a row by the watchdog", "a restart"),
    ("clock_not_set", "a start: for how long there was no power is not known", "the clock set"),
    ("over_limit", "the limit of an hour or a day holds basal or an extended bolus back, or, lowered meanwhile, the rest of a bolus", "room below the limit"),
    ("bolus_incomplete", "a bolus ended short of its dose by an alarm, the power or a limit, or an extended one by a reservoir change", ""),
    ("log_new", "a start found no log", ""),
    ("settings_lost", "settings are damaged, or not those that the log tells of", ""),
    ("restarted", "the watchdog has restarted the pump", ""),
    ("log_damaged", "records of the log are torn, damaged or missing", ""),
    ("key_stuck", "a key other than STOP is down for a minute", "the key let go"),
    ("stop_stuck", "STOP is down for a minute", "STOP let go"),
    ("sensor_lost", "battery or pressure was measured before and is not, three readings in a row", "a reading"),
    ("end_reached", "the switch at the end of the plunger's way is closed", "the switch open"),
    ("temporary_ended", "a temporary basal ended before its time, neither cancelled nor replaced", ""),
    ("under_delivery", "at five looks, a minute apart, steps were due and none was made, or more was owed of basal and an extended bolus than five minutes ask for; or delivery stays suspended for another `suspend_reminder_min`, then with the value 0", "as many steps made as asked for, and OK; or delivery resumed"),
    ("reservoir_very_low", "5 U are left or less, and no more than `reservoir_low_mu`", "more in the reservoir"),
    ("auto_off_soon", "no key was pressed for `auto_off_h` but a quarter of an hour", ""),
    ("auto_off", "no key was pressed for `auto_off_h`", ""),
    ("set_old", "the site is in use for `set_days`, or the reservoir for `reservoir_days`", "the old one changed"),
    ("meal_missed", "no bolus from `meal_from_min` to `meal_until_min`", ""),
    ("check_glucose", "the last bolus was `glucose_check_min` ago", ""),
    ("daily_reminder", "one of `daily_1_min` to `daily_4_min`", ""),
    ("self_test", "a check that the pump makes by itself has failed", "a restart"),
    ("stopped_again", "one alarm has stopped delivery three times in ten minutes", "ten minutes, or a new reservoir"),
    ("log_full", "32,400 records since it was raised before, or since the log began", ""),
)  # fmt: skip


def alarm_table() -> list[str]:
    """One row for each alarm."""
    lines = [
        "| code | alarm | priority | cause | delivery | over when | after OK | on the display |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for alarm, (name, cause, over) in enumerate(FACTS, 1):
        assert name == event_table.ALARM_NAMES[alarm], "an alarm is left out"
        priority = alarms.PRIORITIES[alarm]
        going = "stops until a restart" if over == "a restart" else "stops until resumed"
        delivery = going if alarms.stops(alarm) else "goes on"
        after = "sounds again" if over and sounds_again(alarm) else ""
        if over and over != "a restart" and "OK" not in over:
            over += ", and OK"
        word = event_table.PRIORITIES[priority]
        if alarms.reminder(1 << alarm - 1):
            word += ", a reminder"
        cells = (f"`{name}`", word, cause, delivery, over or "OK", after, on_display(alarm))
        lines.append(f"| {alarm} | {' | '.join(cells)} |")
    return lines


def sounds_again(alarm: int) -> bool:
    """Whether one that was seen waits anew while its cause is there: asked of the latch."""
    clock = Clock()
    latch = alarms.Alarms(Logbook(clock), clock)
    latch.cause(alarm, True)
    latch.acknowledge(alarm, 0)
    clock.uptime_s += alarms.SILENCE_S
    latch.minute()
    return latch.waiting != 0


def on_display(alarm: int) -> str:
    """Plate and lines of an alarm, in English."""
    both = (alarm, alarms.NONE) if alarm == alarms.UNDER_DELIVERY else (alarm,)
    pages = [alarm_text(texts, number).split("|")[1:] for number in both]
    shown = [f"**{plate}** {' / '.join(line for line in rest if line)}" for plate, *rest in pages]
    return "<br>".join(shown).replace("%s", "1:15")


def signal_table() -> list[str]:
    """One row for each priority: how it sounds and flashes."""
    lines = [
        "| priority | pulses in a burst | again | plate | no OK for half an hour |",
        "|---|---|---|---|---|",
    ]
    for priority, word in enumerate(event_table.PRIORITIES):
        pulses = sum(1 for hertz, _ in sounds.BURSTS[priority] if hertz)
        every_s = (sounds.EVERY_MS[priority] or alarms.REPEAT_S * 1000) // 1000
        again = f"{every_s // 60} min" if every_s >= 60 else f"{every_s} s"
        hertz = ("steady", "0.5 Hz", "2 Hz")[priority]
        if priority == alarms.MEDIUM:
            later = "sounds and flashes as high"
        else:
            later = "the same; a reminder is withdrawn" if priority == alarms.LOW else "the same"
        lines.append(f"| {word} | {pulses} | every {again} | {hertz} | {later} |")
    return lines
