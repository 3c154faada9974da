"""Every German text outside of the menu: the same names as in texts.py, loaded instead of it."""

LANGUAGE = 1  # as the setting numbers it

# Boot, home
NAME = "BASALT"
NOT_MEDICAL = "Kein Medizinprodukt"
WATER = "Pumpt nur Wasser"
UNIT = "E"
RATE_UNIT = "E/h"
MINUTES = "min"
SECONDS = "s"
HOME_HINT_LEFT = "↑ Bolus"
HOME_HINT_CARBS = "↑Bolus ↓KH"
HOME_HINT_RIGHT = "OK Menü"
HOLD_SUSPEND = "STOP lang: anhalten"
HOLD_RESUME = "STOP lang: fortsetzen"
TODAY = "Heute %s E"
LAST_BOLUS = "Bolus %s E"
LAST_EXTENDED = "Verz. %s E"
ON_BOARD = "IOB"
MINUTES_AGO = "vor %dm"
HOURS_AGO = "vor %dh"
HOME_BOLUS = "Bolus %s / %s E"
HOME_REMOTE = "Fern %s/%s E"
HOME_EXTENDED = "Verz. %s/%s E"
HOME_TEMPORARY = "TBR %s"
HOME_TEMPORARY_REMOTE = "TBR fern %s"

# What stands on the plate of the home screen, below it, and at the foot
SUSPENDED = "ANGEHALTEN"
SUSPENDED_FOR = "Seit %s Stunden"
BY_YOU = "Nichts wird abgegeben"
BY_ALARM = "Durch Alarm, behoben"
BY_PROGRAM = "Durch ein Programm"
NO_DELIVERY = "KEIN FLUSS"
CHANGE_OPEN = "Wechsel nicht fertig"
CHANGE_GO_ON = "OK OK: fortfahren"
SERVICE_MODE = "SERVICE"
SERVICE_ON = "USB hat die Platine"
SERVICE_OFF = "Neustart beendet es"
FAULT = "STÖRUNG"
FAULT_WHY = "Alles ist gestoppt"
FAULT_DO = "Aus- und einschalten"

# Hints at the foot of a screen
OK_NEXT = "OK Weiter"
OK_YES = "OK Ja"
LOCKED = "Tasten gesperrt"
UNLOCK = "Entsperren mit"
STOP_NO = "STOP Nein"
OK_BACK = "OK Zurück"
STOPS = "STOP beendet"
OK_SEEN = "OK = bestätigen"
OK_HOME = "OK Home"
CHANGE_BY = "↑↓ %s E"

# Refusals
REFUSED = "Nicht ausgeführt"

# Alarms
ALARM_MOTOR = "Motorfehler|MOTOR|Schritte fehlen|Pumpe nicht benutzen.|Aus- und einschalten"
ALARM_SYSTEM = "Systemfehler|SYSTEM|Fehler im Programm|Pumpe nicht benutzen.|Aus- und einschalten"
ALARM_SELF_TEST = (
    "Selbsttest: Fehler|SELBSTTEST|Prüfung gescheitert|Keine Abgabe mehr.|Aus- und einschalten"
)
SELF_TEST_WHY = (
    "Prüfung gescheitert|Programm beschädigt|Werte beschädigt|Speicher beschädigt|"
    "Uhr geht falsch|Motortreiber stumm"
)
ALARM_OTHER = "Alarm|ALARM|Es fehlt der Speicher|für den Text|"
