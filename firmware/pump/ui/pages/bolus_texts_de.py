"""Every German text of the pages of a bolus."""

BOLUS = "Bolus"
BOLUS_MOST = "max. %s E"
GIVE = "Geben"
GIVE_MARK = "E?"
GIVE_SPEED = "%s E/min, %s"
BOLUS_RUNS = "Bolus läuft"
BOLUS_REMOTE = "Bolus aus der Ferne"
OF = "von"
BOLUS_LEFT = "noch %s"
BOLUS_WAITS = "Beginnt in %d s"
BOLUS_DONE = "Bolus abgegeben"
BOLUS_CUT = "Bolus gestoppt"
QUICK = "Schnellbolus"
QUICK_MORE = "↑ Zählen"
QUICK_LISTEN = "Zuhören"
QUICK_REPEAT = "↓ Nochmals"

# By reason of an end, as event_table.ENDS has them
ENDS = (
    "Alles abgegeben",
    "Von Ihnen gestoppt",
    "Pumpe angehalten",
    "Durch Alarm gestoppt",
    "Strom fiel aus",
    "Rate geändert",
    "Zeit abgelaufen",
    "Erneuert",
    "Vom Programm gestoppt",
    "Motor drehte nicht",
)
