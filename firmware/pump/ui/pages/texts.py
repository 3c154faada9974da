"""Every English text of the menu and its pages, as in the texts beside it."""

MENU = "Menu"
MENU_ROWS = (
    "Reservoir",
    "Basal",
    "Temp basal",
    "Extended bolus",
    "Alarms",
    "Clock",
    "Settings",
    "Remote",
    "History",
    "About",
    "Service",
    "First start",
    "Clinician",
    "Self-test",
)
NO_ALARMS = "No alarms"
NEW = "new"

# Hints at the foot of a screen
BACK = "STOP Back"
OK_DONE = "OK Done"
OK_STOP = "OK Stop"
OK_SAVE = "OK Save"
OK_START = "OK Start"
OK_FILL = "OK Fill"
OK_CHANGE = "OK Change"
CHANGE = "↑↓ Change"
UP_AGAIN = "↑ Again"

# Reservoir: what is left, and the change
RESERVOIR = "Reservoir"
IN_USE = "in use for"
AGE = "%dd %dh"
AGE_DAYS = "%dd"
LASTS = "Basal lasts"
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
PROGRAMS = "Basal, U/day"
PROGRAM_NAMES = "Program|Workday|Day off|Weekend|Sick day|Sport|Shift|Travel|Period"
PROGRAM_ROWS = "Show|Edit|Name|Activate|Delete"
DAY_TOTAL = "%s U/day"
DAY_SHORT = "%s U/d"
PER_DAY = "U/day"
NOW = "now"
EDIT_ROWS = "New segment|Remove one|Save"
REMOVE_WHICH = "Remove which?"
LEAVE_UNSAVED = "What you changed is|not saved."
SAVE_PROGRAM = "Save the program?"
SAVE_IN_FORCE = "Save? In force now"
ACTIVATE = "Activate?"
DELETE_PROGRAM = "Delete the program?"

# Temporary basal
TEMPORARY = "Temp basal"
TEMPORARY_ROWS = "Percent|Rate|End it"
TEMPORARY_CHANGE = "%s to %s U/h"
TEMPORARY_ASK = "For %s hours?"
TEMPORARY_END_ASK = "Back to the program?"
HOURS = "%s h"

# Extended bolus
EXTENDED = "Extended bolus"
AT_ONCE = "now"
LATER = "%s U later, over"
EXTENDED_ASK = "%s now, then %s"
EXTENDED_ASK_ALL = "over %s hours"
EXTENDED_END_ASK = "End it?"

# Bolus calculator
CARBS = "Carbohydrate"
GRAMS = "g"
GLUCOSE = "Glucose"
NOT_MEASURED = "Not measured"
MG_DL = "mg/dL"
MMOL = "mmol"
SUM_ROWS = "Meal|Correction|On board"
RECOMMENDED = "Reckoned: %s U"
LIMIT = "Limit"
TOO_LOW = "Too low"
LIMITED = "%s, not %s U"

# Clock
CLOCK = "Clock"
UTC = "UTC"
ZONE = "↑↓ Time zone"
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
WAS = "was"
SET_CLOCK = "Set the clock?"

# Settings, in the order of core/settings.py: names of at most 13 letters
SETTINGS = "Settings"
SETTING_GROUPS = "Language|Bolus|Limits|Calculator|Reminders|Lock and auto-off|Device"
SETTING_NAMES = (
    "Bolus step|Bolus speed|Max bolus|Max per hour|Max per day|Max basal|Low warning|"
    "UTC offset|Reminder|Bolus pause|Display off|Key clicks|Steps per U|Screw play|"
    "Insulin acts|mmol/L|Day part 2|Day part 3|Day part 4|Carb ratio 1|Carb ratio 2|"
    "Carb ratio 3|Carb ratio 4|Factor 1|Factor 2|Factor 3|Factor 4|Target lo 1|Target lo 2|"
    "Target lo 3|Target lo 4|Target hi 1|Target hi 2|Target hi 3|Target hi 4|Bolus delay|"
    "Max on board|Auto-off|Auto-resume|Set lasts|Language|Glucose after|Meal from|"
    "Meal until|Daily 1|Daily 2|Daily 3|Daily 4|Res. lasts|"
    "Quick bolus|Child lock|Mode|Mode code|Acts, part 2|Acts, part 3|Acts, part 4"
)
MODES = "clinician|user"
LANGUAGES = "English|Deutsch"
SPEED_UNIT = "U/min"
RATIO_UNIT = "g/U"
AS_PART_1 = "as 1"
NOT_SET = "not set"
NONE = "none"
ON = "on"
OFF = "off"
HOURS_UNIT = "h"
DAYS = "days"
CHANGE_SETTING = "Change it?"

# Calibration; the asking steps one after the other, with / between them
CALIBRATE = "Calibrate"
CALIBRATE_ASK = (
    "Delivery stops. Have|water in, the line in|a cup on a scale./"
    "No air in the line:|OK fills it, OK stops|when it drops well./"
    "Set the scale to zero|OK pumps 20 units|into the cup."
)
PUMPING = "Pumping"
WEIGHT = "The scale shows"
RUNS_DIFFER = "The runs differ: look|for air or a leak.|Begin again."
STEPS = "Steps per U"
DOSES = "Doses were"
PLAY = "Screw play"
CALIBRATED = "Calibrated"
CALIBRATED_TEXT = "In force now. Finish|the change: Menu,|Reservoir"
STEPS_UNIT = "steps"

# The way back to the clinician's mode
CLINICIAN = "Clinician"
CODE_ASK = "Press the four keys|of the code: ↑, ↓, OK"

# Remote
REMOTE = "Remote"
NOT_PAIRED = "No program may give|commands. OK shows a|code to pair one."
PAIRED = "One program may give|commands. STOP at the|pump always stops."
FORGET_ASK = "End the pairing? No|program can command|the pump then."
PAIR_LINE = "basalt pair"
OK_CODE = "OK Code"
OK_FORGET = "OK End it"

# History
HISTORY = "History"
HISTORY_ROWS = "Boluses|Alarms|Days|Changes"
LOOKING = "looking"
NOTHING = "Nothing in 30 days"
BY_BUTTONS = "At the pump"
BY_PROGRAM = "By a program"
TODAY = "Today"
SHARE = "basal"
DAY_PARTS = "Basal %s U, %d%%|Bolus %s U|Boluses: %d"
PUT_IN = "Reservoir with %s"

# About, service
ABOUT = "About"
ABOUT_TEXT = "Basalt %s|Board %s|Not a medical device|Pumps water only"
SERVICE = "Service"
SERVICE_TEXT = "To flash the board:|connect USB, suspend,|then run on the host|basalt flash"

# First start
FIRST_START = "First start"
FIRST_ROWS = "Language|Clock|Motor check|Reservoir|Basal|Limits"
OPEN = "to do"
TRIED = "turns"
MOTOR_CHECK = "Motor check"
MOTOR_ASK = "Syringe out? The|motor turns forward,|then as far back."
TURNS = "Forward|Back"
TURNED_ASK = "Did it turn forward,|then back?"
NOT_TURNED = "Supply on? See the|wires of the driver,|then try it again."

# Self-test by a person
SELF_TEST = "Self-test"
SOUNDS_ASK = "Plays the sounds of|three alarms. Did you|hear each?"
SOUND_ASK = "Sound %d of 3|Did you hear it?|↑ plays it again"
PICTURE_ASK = "All dots light up. OK|if they do, STOP if|some are dark."
TEST_GOOD = "Good: it is in the|log."
TEST_BAD = "You may miss alarms:|do not rely on them.|Have it mended."
