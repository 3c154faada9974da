"""Every English text of the screens. Another language is a module with the same names.

A line holds 21 letters of the small font, 10 of the double one; a test draws them all.
"""

# Boot, home
NAME = "BASALT"
NOT_MEDICAL = "Not a medical device"
WATER = "Pumps water only"
UNIT = "U"
RATE_UNIT = "U/h"
SPEED_UNIT = "U/min"
HOME_HINT_LEFT = "↑ Bolus"
HOME_HINT_RIGHT = "OK Menu"
HOLD_SUSPEND = "Hold STOP to suspend"
HOLD_RESUME = "Hold STOP to resume"
TODAY = "Today %s U"
LAST_BOLUS = "Bolus %s U"
MINUTES_AGO = "%dm ago"
HOURS_AGO = "%dh ago"
MINUTES = "min"
HOME_BOLUS = "Bolus %s of %s U"
SUSPENDED = "SUSPENDED"
BY_YOU = "Nothing is delivered"
BY_ALARM = "By alarm, now cleared"
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
BACK = "STOP Back"
OK_NEXT = "OK Next"
OK_OPEN = "OK Open"
OK_YES = "OK Yes"
STOP_NO = "STOP No"
OK_BACK = "OK Back"
OK_DONE = "OK Done"
OK_STOP = "OK Stop"
OK_SAVE = "OK Save"
STOPS = "STOP Stops it"
OK_SEEN = "OK = acknowledge"
OK_HOME = "OK Home"
CHANGE = "↑↓ Change"
CHANGE_BY = "↑↓ %s U"
UP_AGAIN = "↑ Again"

# Bolus
BOLUS = "Bolus"
BOLUS_MOST = "most %s U"
GIVE = "Give"
GIVE_MARK = "U?"
GIVE_SPEED = "at %s U/min, %s"
BOLUS_RUNS = "Bolus runs"
OF = "of"
BOLUS_LEFT = "%s left"
BOLUS_DONE = "Bolus given"
BOLUS_CUT = "Bolus stopped"

# By reason of an end, as events.ENDS has them
ENDS = (
    "All given",
    "Stopped by you",
    "Pump suspended",
    "Stopped by alarm",
    "Power was lost",
    "Rate changed",
    "Time is over",
    "Renewed",
)

# Refusals, by code of core/codes.py: two lines
REFUSED = "Not done"
REASONS = (
    ("", ""),
    ("This cannot be done", "now"),
    ("The pump is suspended", "Hold STOP to resume"),
    ("A bolus is running.", "Wait, or stop it"),
    ("More than the max", "bolus in settings"),
    ("Over the limit of one", "hour. Wait, or less"),
    ("Over the limit of one", "day. Wait, or less"),
    ("More than the max", "basal in settings"),
    ("Too little is left in", "the reservoir"),
    ("An alarm must be", "cleared first"),
    ("Less than one step of", "the motor"),
    ("This value is out of", "range"),
    ("The pump does not", "know this"),
    ("The pump has a fault.", "Switch off and on"),
    ("Something is being", "delivered. Wait"),
    ("Too soon after the", "last bolus"),
    ("This is no basal", "program"),
    ("Enter the reservoir", "amount first"),
)

# Alarms, by number of core/alarms.py: for lists, for the plate, why, what to do in two lines
ALARMS = (
    ("None", "NONE", "", "", ""),
    (
        "Occlusion",
        "OCCLUSION",
        "Line pressure is high",
        "Check tubing and site",
        "then hold STOP 2 s",
    ),
    (
        "Reservoir empty",
        "RES. EMPTY",
        "Reservoir has run out",
        "Change it: Menu,",
        "Reservoir",
    ),
    ("Reservoir low", "RES. LOW", "Reservoir is low", "Have a new one ready", ""),
    ("Battery empty", "BATT EMPTY", "Delivery has stopped:", "battery is empty.", "Charge it now"),
    ("Battery low", "BATT LOW", "Battery is low", "Charge it soon", ""),
    ("Motor error", "MOTOR", "Steps were not made", "Do not use the pump.", "Switch off and on"),
    (
        "System error",
        "SYSTEM",
        "Error in the program",
        "Do not use the pump.",
        "Switch off and on",
    ),
    ("Clock not set", "CLOCK", "Power was off: time", "may be wrong. Set it:", "Menu, Clock"),
    (
        "Dose limit reached",
        "LIMIT",
        "Basal is held back by",
        "the limit per hour or",
        "day. See Settings",
    ),
    ("Bolus incomplete", "BOLUS CUT", "Power lost in a bolus", "Not all was given", ""),
    ("Log is new", "NEW LOG", "No old records found", "in the memory", ""),
    (
        "Settings lost",
        "SETTINGS",
        "Defaults are in force",
        "Check basal program",
        "and all settings",
    ),
)

# Menu
MENU = "Menu"
MENU_ROWS = ("Reservoir", "Basal", "Alarms", "Clock", "Settings", "About", "Service")
NO_ALARMS = "No alarms"
NEW = "new"

# Reservoir change
RESERVOIR = "Reservoir"
CHANGE_ASK = ("Change the reservoir?", "Delivery stops until", "it is finished.")
REWIND = "Rewind"
REWIND_ASK = ("Take off the tubing", "and the reservoir.", "OK draws back")
REWINDING = "Drawing back"
REWOUND = ("Drawn back. Insert", "the new reservoir,", "then go on.")
LOAD = "Units in it"
PRIME = "Prime"
PRIME_ASK = ("Hold needle up, away", "from the body.", "OK fills the tubing")
PRIMING = "Filling tubing"
PRIMED = "Drops at the needle?"
CANNULA = "Cannula"
CANNULA_ASK = "Connected? Fill with:"
FILLING = "Filling cannula"
CHANGED = "Ready"
ROW_RESERVOIR = "Reservoir"
ROW_PRIMED = "Tubing"
ROW_CANNULA = "Cannula"
STAYS_SUSPENDED = "Pump stays suspended"
DELIVERS = "Delivery goes on"
OK_START = "OK Start"
OK_FILL = "OK Fill"
LEAVE = "Leave it?"
LEAVE_ASK = ("Nothing is delivered", "until the change is", "finished.")

# Basal
BASAL = "Basal"
DAY_TOTAL = "%s U/day"
NOW = "now"

# Clock
CLOCK = "Clock"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WAS = "was"
SET_CLOCK = "Set the clock?"

# Settings, by number of core/settings.py: name of at most 12 letters
SETTINGS = "Settings"
SETTING_NAMES = {
    1: "Bolus step",
    2: "Bolus speed",
    3: "Max bolus",
    4: "Max per hour",
    5: "Max per day",
    6: "Max basal",
    7: "Low warning",
    8: "UTC offset",
    9: "Reminder",
    10: "Bolus pause",
    11: "Display off",
    12: "Key clicks",
}
ON = "on"
OFF = "off"
SECONDS = "s"
CHANGE_SETTING = "Change it?"

# About, service
ABOUT = "About"
ABOUT_VERSION = "Basalt %s"
ABOUT_BOARD = "Board %s"
SERVICE = "Service"
SERVICE_TEXT = (
    "To flash the board:",
    "connect USB, suspend,",
    "then run on the host",
    "basalt flash",
)
