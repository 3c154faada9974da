"""The texts of alarms, by number of core/alarms.py: loaded when there is one to show."""

ALARMS = (
    # Under-delivery too, of a pump that stands: for how many hours and minutes
    "Under-delivery|TOO LITTLE|Stopped for %s h.|Resume, or finish the|reservoir change",
    "Occlusion|OCCLUSION|Line pressure is high|Check tubing and site|then hold STOP 2 s",
    "Reservoir empty|RES. EMPTY|Reservoir has run out|Change it: Menu,|Reservoir",
    "Reservoir low|RES. LOW|Reservoir is low|Have a new one ready|",
    "Battery empty|BATT EMPTY|Delivery has stopped:|battery is empty.|Charge it now",
    "Battery low|BATT LOW|Battery is low|Charge it soon|",
    "",  # these two are in ui/texts.py
    "",
    "Clock not set|CLOCK|Power was off: time|may be wrong. Set it:|Menu, Clock",
    "Dose limit reached|LIMIT|Delivery is held back|by the limit per hour|or day. See Settings",
    "Bolus incomplete|BOLUS CUT|Not all was given|See Menu, History|before you give more",
    "Log is new|NEW LOG|No old records found|Older doses are not|known: count them too",
    "Settings lost|SETTINGS|Not as you set them|Check basal program|and all settings",
    "Restarted|RESTARTED|The program hung.|The pump restarted:|look if it delivers",
    "Log damaged|BAD LOG|Some records cannot|be read, the rest is|kept. Pull the log",
    "Key stuck|KEY STUCK|A key is held down|for a minute now.|Let it go or mend it",
    "STOP stuck|STOP STUCK|Delivery has stopped:|STOP is held down.|Let it go or mend it",
    "Sensor lost|SENSOR|Battery or pressure|is not measured any|more. Check wiring",
    "End of travel|AT ITS END|Delivery has stopped:|plunger at its end.|Change the reservoir",
    "Temp basal ended|TEMP ENDED|It was cut short.|Set it anew if it is|still wanted",
    "Under-delivery|TOO LITTLE|Too little is given.|Check the motor, and|your glucose",
    "Reservoir very low|VERY LOW|Reservoir is nearly|empty. Change it now:|Menu, Reservoir",
    "Auto-off soon|AUTO-OFF|No key was pressed.|Press one, or unlock:|delivery stops soon",
    "Auto-off|AUTO-OFF|Delivery has stopped:|no key was pressed.|OK, then hold STOP",
    "Set is old|SET OLD|Site or reservoir is|in use too long. See|Menu, Reservoir",
    "Bolus for a meal|MEAL?|No bolus at this meal|If you ate, think of|one now",
    "Check glucose|GLUCOSE|Time to measure it|after the last bolus|",
    "Reminder|REMINDER|It is the time that|you set as a reminder|",
    "",  # in ui/texts.py
    "Stopped 3 times|3x STOPPED|One alarm, 10 minutes|Mend its cause, then|wait 10 min to resume",
    "Log nearly full|LOG FULL|Oldest records go as|new ones come. Pull|the log",
)
