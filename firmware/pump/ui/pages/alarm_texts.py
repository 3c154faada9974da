"""The texts of alarms, by number of core/alarms.py: loaded when there is one to show."""

ALARMS = (
    "",
    "Occlusion|OCCLUSION|Line pressure is high|Check tubing and site|then hold STOP 2 s",
    "Reservoir empty|RES. EMPTY|Reservoir has run out|Change it: Menu,|Reservoir",
    "Reservoir low|RES. LOW|Reservoir is low|Have a new one ready|",
    "Battery empty|BATT EMPTY|Delivery has stopped:|battery is empty.|Charge it now",
    "Battery low|BATT LOW|Battery is low|Charge it soon|",
    "",  # these two are in ui/texts.py
    "",
    "Clock not set|CLOCK|Power was off: time|may be wrong. Set it:|Menu, Clock",
    "Dose limit reached|LIMIT|Basal is held back by|the limit per hour or|day. See Settings",
    "Bolus incomplete|BOLUS CUT|Power lost in a bolus|Not all was given|",
    "Log is new|NEW LOG|No old records found|in the memory|",
    "Settings lost|SETTINGS|Not as you set them|Check basal program|and all settings",
    "Restarted|RESTARTED|The program hung, so|the pump restarted.|Basal goes on",
    "Log damaged|BAD LOG|Some records cannot|be read, the rest is|kept. Pull the log",
    "Key stuck|KEY STUCK|A key is held down|for a minute now.|Let it go or mend it",
    "STOP stuck|STOP STUCK|Delivery has stopped:|STOP is held down.|Let it go or mend it",
    "Sensor lost|SENSOR|Battery or pressure|is not measured any|more. Check wiring",
    "End of travel|AT ITS END|Delivery has stopped:|plunger at its end.|Change the reservoir",
    "Temp basal ended|TEMP ENDED|It was cut short.|Your basal program|is in force again",
    "Under-delivery|TOO LITTLE|Steps that are due|have not been made|for five minutes",
    "Reservoir at 5 U|RES. 5 U|Reservoir is nearly|empty. Change it now:|Menu, Reservoir",
    "Auto-off soon|AUTO-OFF|No key was pressed.|Press one: delivery|stops in minutes",
    "Auto-off|AUTO-OFF|Delivery has stopped:|no key was pressed.|OK, then hold STOP",
    "Set is old|SET OLD|Site or reservoir is|in use too long. See|Menu, Reservoir",
    "Bolus for a meal|MEAL?|No bolus was given in|the time of this meal|",
    "Check glucose|GLUCOSE|Time to measure it|after the last bolus|",
    "Reminder|REMINDER|It is the time that|you set as a reminder|",
    "",  # in ui/texts.py
    "Stopped 3 times|3x STOPPED|One alarm, 10 minutes|Mend its cause, then|wait 10 min to resume",
)
