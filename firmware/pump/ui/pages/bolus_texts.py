"""Every English text of the pages of a bolus."""

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
QUICK = "Quick bolus"
QUICK_MORE = "↑ Count"
QUICK_LISTEN = "Listen"
QUICK_REPEAT = "↓ Repeat"

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
