"""Every German text of the menu and its pages: the same names as in the texts.py beside it."""

MENU = "Menü"
MENU_ROWS = (
    "Reservoir",
    "Basal",
    "Temporäre Basalrate",
    "Verzögerter Bolus",
    "Alarme",
    "Uhr",
    "Einstellungen",
    "Fernsteuerung",
    "Verlauf",
    "Info",
    "Service",
    "Erster Start",
    "Fachperson",
    "Selbsttest",
)
NO_ALARMS = "Keine Alarme"
NEW = "neu"

# Hints at the foot of a screen
BACK = "STOP Zurück"
OK_DONE = "OK Fertig"
OK_STOP = "OK Stopp"
OK_SAVE = "OK Sichern"
OK_START = "OK Start"
OK_FILL = "OK Füllen"
OK_CHANGE = "OK Wechsel"
CHANGE = "↑↓ Ändern"
UP_AGAIN = "↑ Nochmal"

# Reservoir: what is left, and the change
RESERVOIR = "Reservoir"
IN_USE = "in Gebrauch"
AGE = "%dT %dh"
AGE_DAYS = "%dT"
LASTS = "Basal reicht"
CHANGE_ASK = "Reservoir wechseln?|Keine Abgabe, bis|alles fertig ist."
REWIND = "Zurückziehen"
REWIND_ASK = "Schlauch und Reser-|voir abnehmen. OK|zieht zurück"
REWINDING = "Zieht zurück"
REWOUND = "Zurückgezogen. Neues|Reservoir einsetzen,|dann weiter."
LOAD = "Einheiten darin"
PRIME = "Füllen"
PRIME_ASK = "Nadel nach oben, weg|vom Körper. OK füllt|den Schlauch"
PRIMING = "Füllt Schlauch"
PRIMED = "Tropfen an der Nadel?"
CANNULA = "Katheter"
CANNULA_ASK = "Verbunden? Füllung:"
FILLING = "Füllt Katheter"
CHANGED = "Fertig"
CHANGED_ROWS = "Reservoir|Schlauch|Katheter"
STAYS_SUSPENDED = "Bleibt angehalten"
DELIVERS = "Abgabe läuft weiter"
LEAVE = "Verlassen?"
LEAVE_ASK = "Keine Abgabe, bis der|Wechsel beendet ist."

# Basal
PROGRAMS = "Basal, E/Tag"
PROGRAM_NAMES = "Programm|Arbeit|Frei|Wochenend|Krank|Sport|Schicht|Reise|Periode"
PROGRAM_ROWS = "Zeigen|Ändern|Name|Aktivieren|Löschen"
DAY_TOTAL = "%s E/Tag"
DAY_SHORT = "%s E/d"
PER_DAY = "E/Tag"
NOW = "jetzt"
EDIT_ROWS = "Neuer Abschnitt|Einen entfernen|Sichern"
REMOVE_WHICH = "Welchen entfernen?"
LEAVE_UNSAVED = "Die Änderungen sind|nicht gespeichert."
SAVE_PROGRAM = "Programm sichern?"
SAVE_IN_FORCE = "Sichern? Gilt sofort"
ACTIVATE = "Aktivieren?"
DELETE_PROGRAM = "Programm löschen?"

# Temporary basal
TEMPORARY = "Temp. Basalrate"
TEMPORARY_ROWS = "Prozent|Rate|Beenden"
TEMPORARY_CHANGE = "%s auf %s E/h"
TEMPORARY_ASK = "Für %s Stunden?"
TEMPORARY_END_ASK = "Zurück zum Programm?"
HOURS = "%s h"

# Extended bolus
EXTENDED = "Verzögerter Bolus"
AT_ONCE = "jetzt"
LATER = "%s E später, über"
EXTENDED_ASK = "%s + Rest in %s"
EXTENDED_ASK_ALL = "über %s Stunden"
EXTENDED_END_ASK = "Beenden?"

# Bolus calculator
CARBS = "Kohlenhydrate"
GRAMS = "g"
GLUCOSE = "Glukose"
NOT_MEASURED = "Nicht gemessen"
MG_DL = "mg/dL"
MMOL = "mmol"
SUM_ROWS = "Mahlzeit|Korrektur|Wirksam"
RECOMMENDED = "Errechnet: %s E"
LIMIT = "Grenze"
TOO_LOW = "Zu tief"
LIMITED = "%s statt %s E"

# Clock
CLOCK = "Uhr"
UTC = "UTC"
ZONE = "↑↓ Zeitzone"
MONTHS = "Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez"
WAS = "war"
SET_CLOCK = "Uhr stellen?"

# Settings, in the order of core/settings.py: names of at most 13 letters
SETTINGS = "Einstellungen"
SETTING_GROUPS = "Sprache|Bolus|Grenzen|Bolusrechner|Erinnerungen|Sperre, Abschaltung|Gerät"
SETTING_NAMES = (
    "Bolusschritt|Bolustempo|Max. Bolus|Max. Stunde|Max. Tag|Max. Basal|Warnung ab|"
    "Zeit zu UTC|Erinnerung|Boluspause|Display aus|Tastenton|Schritte/E|Spiel|"
    "Insulindauer|mmol/L|Tagesteil 2|Tagesteil 3|Tagesteil 4|KH-Faktor 1|KH-Faktor 2|"
    "KH-Faktor 3|KH-Faktor 4|Korrektur 1|Korrektur 2|Korrektur 3|Korrektur 4|Ziel von 1|"
    "Ziel von 2|Ziel von 3|Ziel von 4|Ziel bis 1|Ziel bis 2|Ziel bis 3|Ziel bis 4|"
    "Bolus wartet|Max. wirksam|Abschaltung|Fortsetzen|Set-Dauer|Sprache|Zucker nach|"
    "Essen ab|Essen bis|Täglich 1|Täglich 2|Täglich 3|Täglich 4|Res.-Dauer|"
    "Schnellbolus|Tastensperre|Modus|Modus-Code|Dauer Teil 2|Dauer Teil 3|Dauer Teil 4"
)
MODES = "Fachperson|Nutzer"
LANGUAGES = "English|Deutsch"
SPEED_UNIT = "E/min"
RATIO_UNIT = "g/E"
AS_PART_1 = "wie 1"
NOT_SET = "fehlt"
NONE = "keiner"
ON = "an"
OFF = "aus"
HOURS_UNIT = "h"
DAYS = "Tage"
CHANGE_SETTING = "Ändern?"

# Calibration; the asking steps one after the other, with / between them
CALIBRATE = "Kalibrieren"
CALIBRATE_ASK = (
    "Keine Abgabe. Wasser|einfüllen, Schlauch|in Becher auf Waage./"
    "Luft im Schlauch? OK|füllt, OK stoppt,|wenn es gut tropft./"
    "Waage auf null. OK|pumpt 20 Einheiten|in den Becher."
)
PUMPING = "Pumpt"
WEIGHT = "Die Waage zeigt"
RUNS_DIFFER = "Läufe verschieden:|Luft oder ein Leck?|Neu beginnen."
STEPS = "Schritte/E"
DOSES = "Abgaben"
PLAY = "Spindelspiel"
CALIBRATED = "Kalibriert"
CALIBRATED_TEXT = "Gilt ab jetzt. Den|Wechsel beenden:|Menü, Reservoir"
STEPS_UNIT = "Schr."

# Remote
CLINICIAN = "Fachperson"
CODE_ASK = "Die vier Tasten des|Codes: ↑, ↓, OK"
REMOTE = "Kopplung"
NOT_PAIRED = "Kein Programm darf|steuern. OK zeigt den|Code zum Koppeln."
PAIRED = "Ein Programm darf|steuern. STOP an der|Pumpe stoppt immer."
FORGET_ASK = "Kopplung beenden? Das|Programm darf dann|nicht mehr steuern."
PAIR_LINE = "basalt pair"
OK_CODE = "OK Code"
OK_FORGET = "OK Enden"

# History
HISTORY = "Verlauf"
HISTORY_ROWS = "Boli|Alarme|Tage|Wechsel"
LOOKING = "sucht"
NOTHING = "Nichts in 30 Tagen"
BY_BUTTONS = "An der Pumpe"
BY_PROGRAM = "Durch ein Programm"
TODAY = "Heute"
SHARE = "Basal"
DAY_PARTS = "Basal %s E, %d%%|Bolus %s E|Boli: %d"
PUT_IN = "Reservoir mit %s"

# About, service
ABOUT = "Info"
ABOUT_TEXT = "Basalt %s|Platine %s|Kein Medizinprodukt|Pumpt nur Wasser"
SERVICE = "Service"
SERVICE_TEXT = "Zum Flashen: USB an,|Pumpe anhalten, am|Computer eingeben:|basalt flash"

# First start
FIRST_START = "Erster Start"
FIRST_ROWS = "Sprache|Uhr|Motorprobe|Reservoir|Basal|Grenzen"
OPEN = "offen"
TRIED = "dreht"
MOTOR_CHECK = "Motorprobe"
MOTOR_ASK = "Spritze entfernt? Der|Motor dreht vor und|ebenso weit zurück."
TURNS = "Vor|Zurück"
TURNED_ASK = "Hat er vor und zurück|gedreht?"
NOT_TURNED = "Strom an? Drähte zum|Treiber prüfen, dann|noch einmal."

# Self-test by a person
SELF_TEST = "Selbsttest"
SOUNDS_ASK = "Spielt die Töne von|drei Alarmen. Hören|Sie jeden?"
SOUND_ASK = "Ton %d von 3|Haben Sie ihn gehört?|↑ spielt ihn nochmal"
PICTURE_ASK = "Alle Punkte leuchten.|Wenn ja OK, wenn|einer fehlt STOP."
TEST_GOOD = "Gut: es steht im|Protokoll."
TEST_BAD = "Alarme sind unsicher:|nicht auf sie bauen.|Reparieren lassen."
