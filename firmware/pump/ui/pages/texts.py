"""Every English text of the menu and its pages, as in the texts beside it."""

MENU = "Menu"
MENU_ROWS = ("Reservoir", "Basal", "Alarms", "Clock", "Settings", "About", "Service")
NO_ALARMS = "No alarms"
NEW = "new"

# Hints at the foot of a screen
BACK = "STOP Back"
OK_DONE = "OK Done"
OK_STOP = "OK Stop"
OK_SAVE = "OK Save"
OK_START = "OK Start"
OK_FILL = "OK Fill"
CHANGE = "↑↓ Change"
UP_AGAIN = "↑ Again"

# Reservoir change
RESERVOIR = "Reservoir"
CHANGE_ASK = "Change the reservoir?|Delivery stops until|it is finished."
REWIND = "Rewind"
REWIND_ASK = "Take off the tubing|and the reservoir.|OK draws back"
REWINDING = "Drawing back"
REWOUND = "Drawn back. Insert|the new reservoir,|then go on."
LOAD = "Units in it"
PRIME = "Prime"
PRIME_ASK = "Hold needle up, away|from the body.|OK fills the tubing"
PRIMING = "Filling tubing"
PRIMED = "Drops at the needle?"
CANNULA = "Cannula"
CANNULA_ASK = "Connected? Fill with:"
FILLING = "Filling cannula"
CHANGED = "Ready"
CHANGED_ROWS = "Reservoir|Tubing|Cannula"
STAYS_SUSPENDED = "Pump stays suspended"
DELIVERS = "Delivery goes on"
LEAVE = "Leave it?"
LEAVE_ASK = "Nothing is delivered|until the change is|finished."

# Basal
BASAL = "Basal"
DAY_TOTAL = "%s U/day"
NOW = "now"

# Clock
CLOCK = "Clock"
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
WAS = "was"
SET_CLOCK = "Set the clock?"

# Settings, in the order of core/settings.py: names of at most 12 letters
SETTINGS = "Settings"
SETTING_NAMES = (
    "Bolus step|Bolus speed|Max bolus|Max per hour|Max per day|Max basal|Low warning|"
    "UTC offset|Reminder|Bolus pause|Display off|Key clicks"
)
SPEED_UNIT = "U/min"
ON = "on"
OFF = "off"
CHANGE_SETTING = "Change it?"

# About, service
ABOUT = "About"
ABOUT_TEXT = "Basalt %s|Board %s|Not a medical device|Pumps water only"
SERVICE = "Service"
SERVICE_TEXT = "To flash the board:|connect USB, suspend,|then run on the host|basalt flash"
