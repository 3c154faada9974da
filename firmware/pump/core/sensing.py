"""Tells from battery and line pressure when to warn and when to stop.

A threshold counts when three readings in a row agree, so that a wild one stops nobody's pump.
"""

from micropython import const

from pump.core import alarms as al

_BATTERY_HYSTERESIS_MV = const(100)
_READINGS = const(3)


class Sensing:
    """The readings so far against the thresholds of a Profile. Warnings go to `alarms`."""

    def __init__(self, alarms, profile):
        self._alarms = alarms
        self._profile = profile
        self._low_readings = 0
        self._high_readings = 0

    def battery_is_empty(self, battery_mv):
        """True: stop for it. A low battery is warned of here."""
        alarms, profile = self._alarms, self._profile
        if battery_mv > profile.battery_low_mv:
            self._low_readings = 0
            recovered = battery_mv > profile.battery_low_mv + _BATTERY_HYSTERESIS_MV
            if recovered or not alarms.has_cause(al.BATTERY_LOW):
                alarms.cause(al.BATTERY_LOW, False)
            alarms.cause(al.BATTERY_EMPTY, False)
            return False
        self._low_readings = min(_READINGS, self._low_readings + 1)
        if self._low_readings < _READINGS:
            return False
        if battery_mv <= profile.battery_empty_mv:
            return True
        alarms.cause(al.BATTERY_LOW, True, battery_mv)
        if battery_mv > profile.battery_empty_mv + _BATTERY_HYSTERESIS_MV:
            alarms.cause(al.BATTERY_EMPTY, False)
        return False

    def line_is_blocked(self, pressure_mbar):
        """True: stop for it."""
        if pressure_mbar < self._profile.occlusion_mbar:
            self._high_readings = 0
            self._alarms.cause(al.OCCLUSION, False)
            return False
        self._high_readings = min(_READINGS, self._high_readings + 1)
        return self._high_readings >= _READINGS
