"""Every English text outside of the menu. Another language is a module with the same names.

A line holds 21 letters of the small font, 10 of the double one; a test draws them all. Texts that
belong together are one string with | between them: fewer objects on the board.
"""

# Boot, home
NAME = "BASALT"
NOT_MEDICAL = "Not a medical device"
WATER = "Pumps water only"
UNIT = "U"
RATE_UNIT = "U/h"
MINUTES = "min"
SECONDS = "s"
HOME_HINT_LEFT = "↑ Bolus"
HOME_HINT_CARBS = "↑Bolus ↓Carbs"
HOME_HINT_RIGHT = "OK Menu"
HOLD_SUSPEND = "Hold STOP to suspend"
HOLD_RESUME = "Hold STOP to resume"
TODAY = "Today %s U"
LAST_BOLUS = "Bolus %s U"
ON_BOARD = "IOB"
MINUTES_AGO = "%dm ago"
HOURS_AGO = "%dh ago"
HOME_BOLUS = "Bolus %s / %s U"
HOME_REMOTE = "Remote %s/%s U"
HOME_EXTENDED = "Ext %s/%s U"
HOME_TEMPORARY = "Temp basal %s"
HOME_TEMPORARY_REMOTE = "By program %s"

# What stands on the plate of the home screen, below it, and at the foot
SUSPENDED = "SUSPENDED"
BY_YOU = "Nothing is delivered"
BY_ALARM = "By alarm, now cleared"
BY_PROGRAM = "By a program"
NO_DELIVERY = "NO FLOW"
CHANGE_OPEN = "Reservoir change open"
CHANGE_GO_ON = "OK OK: go on with it"
SERVICE_MODE = "SERVICE"
SERVICE_ON = "USB has the board"
SERVICE_OFF = "Restart to leave"
FAULT = "FAULT"
FAULT_WHY = "Everything is stopped"
FAULT_DO = "Switch off and on"

# Hints at the foot of a screen
OK_NEXT = "OK Next"
OK_YES = "OK Yes"
STOP_NO = "STOP No"
OK_BACK = "OK Back"
STOPS = "STOP Stops it"
OK_SEEN = "OK = acknowledge"
OK_HOME = "OK Home"
CHANGE_BY = "↑↓ %s U"

# Bolus
BOLUS = "Bolus"
BOLUS_MOST = "most %s U"
GIVE = "Give"
GIVE_MARK = "U?"
GIVE_SPEED = "at %s U/min, %s"
BOLUS_RUNS = "Bolus runs"
BOLUS_REMOTE = "Remote bolus"
OF = "of"
BOLUS_LEFT = "%s left"
BOLUS_WAITS = "Begins in %d s"
BOLUS_DONE = "Bolus given"
BOLUS_CUT = "Bolus stopped"

# By reason of an end, as event_table.ENDS has them
ENDS = (
    "All given",
    "Stopped by you",
    "Pump suspended",
    "Stopped by alarm",
    "Power was lost",
    "Rate changed",
    "Time is over",
    "Renewed",
    "Stopped by program",
    "Did not turn",
)

# Refusals, by code of core/codes.py
REFUSED = "Not done"
REASONS = (
    "",
    "This cannot be done|now",
    "The pump is suspended|Hold STOP to resume",
    "A bolus is running.|Wait, or stop it",
    "More than the max|bolus in settings",
    "Over the limit of one|hour. Wait, or less",
    "Over the limit of one|day. Wait, or less",
    "More than the max|basal in settings",
    "Too little is left in|the reservoir",
    "An alarm must be|cleared first",
    "Less than one step of|the motor",
    "This value is out of|range",
    "The pump does not|know this",
    "The pump has a fault.|Switch off and on",
    "Something is being|delivered. Wait",
    "Too soon after the|last bolus",
    "This is no basal|program",
    "Enter the reservoir|amount first",
    # These the link alone is answered.
    "",
    "",
    "",
    "",
    "",
    "No carb ratio, or no|factor, in Settings",
    "More would act than|max on board allows",
)

# Alarms, by number of core/alarms.py: for lists, for the plate, why, what to do in two lines
ALARMS = (
    "None|NONE|||",
    "Occlusion|OCCLUSION|Line pressure is high|Check tubing and site|then hold STOP 2 s",
    "Reservoir empty|RES. EMPTY|Reservoir has run out|Change it: Menu,|Reservoir",
    "Reservoir low|RES. LOW|Reservoir is low|Have a new one ready|",
    "Battery empty|BATT EMPTY|Delivery has stopped:|battery is empty.|Charge it now",
    "Battery low|BATT LOW|Battery is low|Charge it soon|",
    "Motor error|MOTOR|Steps were not made|Do not use the pump.|Switch off and on",
    "System error|SYSTEM|Error in the program|Do not use the pump.|Switch off and on",
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
)
