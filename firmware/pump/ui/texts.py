"""Every English text outside of the menu. Another language is a module with the same names.

The one that the settings want is loaded, instead of the others. A line holds 21 letters of the
small font, 10 of the double one; a test draws them all. Texts that belong together are one string
with | between them: fewer objects on the board.
"""

LANGUAGE = 0  # as the setting numbers it

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
LAST_EXTENDED = "Ext %s U"
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
SUSPENDED_FOR = "For %s hours"
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

# The child lock
LOCKED = "Keys locked"
UNLOCK = "To unlock press"

# Hints at the foot of a screen
OK_NEXT = "OK Next"
OK_YES = "OK Yes"
STOP_NO = "STOP No"
OK_BACK = "OK Back"
STOPS = "STOP Stops it"
OK_SEEN = "OK = acknowledge"
OK_HOME = "OK Home"
CHANGE_BY = "↑↓ %s U"

# Refusals
REFUSED = "Not done"

# Alarms: for lists, for the plate, why, what to do in two lines. Here are those of a pump that has
# failed, and what stands for one that cannot be loaded; the others are in pages/alarm_texts.py.
ALARM_MOTOR = "Motor error|MOTOR|Steps were not made|Do not use the pump.|Switch off and on"
ALARM_SYSTEM = "System error|SYSTEM|Error in the program|Do not use the pump.|Switch off and on"
ALARM_SELF_TEST = (
    "Self-test failed|SELF-TEST|A check has failed|Delivery has stopped.|Switch off and on"
)
# Which check, by its number in core/events.py
SELF_TEST_WHY = (
    "A check has failed|Program is damaged|Settings are damaged|Memory is damaged|"
    "Clock runs wrong|Motor driver silent"
)
ALARM_OTHER = "Alarm|ALARM|There is no memory|left for its text|"
