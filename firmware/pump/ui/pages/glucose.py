"""Glucose in both units: mg/dL, which the pump keeps, and mmol/L. One mmol/L is 18.016 mg/dL."""


def mg_dl(tenths_mmol):
    """Tenths of mmol/L as mg/dL, to the nearest."""
    return (tenths_mmol * 18_016 + 5_000) // 10_000


def mmol_tenths(mg_dl_value):
    """mg/dL as tenths of mmol/L, to the nearest."""
    return (mg_dl_value * 10_000 + 9_008) // 18_016


def tenths(value):
    """55 -> "5.5"."""
    return "%d.%d" % (value // 10, value % 10)
