"""Tells from battery, line pressure, keys and steps when to warn and when to stop.

A threshold counts when three readings in a row agree, so that a wild one stops nobody's pump.
A reading that was there and is no more is a broken part; one that never was is none wired.
"""

from micropython import const

from pump.core import alarms as al
from pump.core import settings as st
from pump.core import states

_BATTERY_HYSTERESIS_MV = const(100)
_READINGS = const(3)
_STUCK_S = const(60)  # longer than anybody holds a key
_VERY_LOW_MU = const(5_000)  # in the reservoir
_STOP_KEY = const(8)  # its bit among the keys

_BEHIND_LOOKS = const(5)  # so many in a row at which less was made than was due
_BEHIND_MIN = const(5)  # what is owed is then more than so many minutes ask for

_BATTERY = const(0)
_PRESSURE = const(1)


class Sensing:
    """The readings so far against the thresholds of a Profile. Warnings go to `alarms`."""

    def __init__(self, alarms, profile):
        self._alarms = alarms
        self._profile = profile
        self._low_readings = 0
        self._high_readings = 0
        self._missing = bytearray(2)  # readings missed in a row, per sensor
        self._seen = bytearray(2)
        self._down_s = bytearray(4)  # per key, up to _STUCK_S
        self._keys = 0
        self._odometer_steps = 0
        self._behind = 0
        # What was well at the last look: as long as it stays so there is nothing to do.
        self._there = -1  # sensors with a reading, as bits, while none is missed
        self._battery_well = False
        self._line_well = False

    def look(self, battery_mv, pressure_mbar, pump):
        """Warn of what is wrong; `pump.stop_for(alarm, reading)` where no more may be given.

        While all is as well as at the last look there is no more to do: every turn calls this.
        """
        there = (1 if battery_mv >= 0 else 0) | (2 if pressure_mbar >= 0 else 0)
        profile = self._profile
        if (
            there == self._there
            and (battery_mv < 0 or (self._battery_well and battery_mv > profile.battery_low_mv))
            and (pressure_mbar < 0 or (self._line_well and pressure_mbar < profile.occlusion_mbar))
        ):
            return
        lost = self._is_lost(_BATTERY, battery_mv)
        if self._is_lost(_PRESSURE, pressure_mbar):
            lost = True
        if lost or self._alarms.has_cause(al.SENSOR_LOST):
            self._alarms.cause(al.SENSOR_LOST, lost)
        missed = self._missing[_BATTERY] or self._missing[_PRESSURE]
        self._there = -1 if missed else there
        if battery_mv >= 0 and self._battery_is_empty(battery_mv):
            pump.stop_for(al.BATTERY_EMPTY, battery_mv)
        if pressure_mbar >= 0 and self._line_is_blocked(pressure_mbar):
            pump.stop_for(al.OCCLUSION, pressure_mbar)

    def look_at_reservoir(self, pump):
        """Raise or clear the alarms of the reservoir, by what is in it now.

        The worse of two takes the place of the other: one OK answers it, and it is shown.
        """
        alarms = self._alarms
        left = pump.reservoir_steps
        low = 0 < left <= self._profile.scale.steps(pump.settings.get(st.RESERVOIR_LOW_MU))
        very_low = low and left <= self._profile.scale.steps(_VERY_LOW_MU)
        alarms.cause(al.RESERVOIR_LOW, low and not very_low, left)
        if very_low:
            alarms.withdraw(al.RESERVOIR_LOW)
        if very_low or alarms.has_cause(al.RESERVOIR_VERY_LOW):
            alarms.cause(al.RESERVOIR_VERY_LOW, very_low, left)
        if left == 0:
            pump.stop_for(al.RESERVOIR_EMPTY, 0)
        else:
            alarms.cause(al.RESERVOIR_EMPTY, False)

    def minute(self, pump):
        """A minute is over: see whether steps are made, and let alarms and rules look."""
        self._alarms.minute()
        steps = pump.odometer_steps
        owed = pump.basal.owed_steps
        if pump.extended is not None:
            owed += pump.extended.owed_steps
        # A quantum may be owed at any time, and a second one while the motor makes it.
        much = owed > 2 * self._profile.quantum_steps
        if much or steps == self._odometer_steps or self._behind:
            due = pump.is_due() if steps == self._odometer_steps else False
            self._look_behind(pump, owed, due or (much and self._is_behind(pump, owed)))
        self._odometer_steps = steps
        if pump.rules is not None:
            pump.rules.look(pump)

    def _is_behind(self, pump, owed):
        """Whether more is owed of basal and of an extended bolus than five minutes ask for.

        A normal bolus is none of it: it takes as long as the motor does, and they go first.
        """
        asked = self._profile.scale.steps(pump.basal_rate_mu_h() * _BEHIND_MIN // 60)
        if pump.extended is not None:
            asked += pump.extended.steps_in(_BEHIND_MIN)
        return owed > asked

    def _look_behind(self, pump, owed, due):
        """Tell when it was so for five minutes: steps were due and none, or too few, are made."""
        delivers = pump.state == states.RUNNING or pump.state == states.BOLUS
        # What a limit holds back its own alarm tells.
        due = due and delivers and not self._alarms.has_cause(al.OVER_LIMIT)
        self._behind = self._behind + 1 if due else 0
        behind = self._behind >= _BEHIND_LOOKS
        if behind or self._alarms.has_cause(al.UNDER_DELIVERY):
            owed_mu = self._profile.scale.dose_mu(owed + pump.bolus.owed_steps)
            self._alarms.cause(al.UNDER_DELIVERY, behind, owed_mu)

    def _is_lost(self, sensor, reading):
        if reading >= 0:
            self._seen[sensor] = 1
            self._missing[sensor] = 0
        elif self._seen[sensor] and self._missing[sensor] < _READINGS:
            self._missing[sensor] += 1
        return self._missing[sensor] >= _READINGS

    def stop_is_stuck(self, keys, elapsed_s):
        """True: stop for it. `keys`: which are down, as bits; any other that stays is told of."""
        if not (keys or self._keys):
            return False
        self._keys = keys
        stuck = 0
        for key in range(len(self._down_s)):
            down = keys >> key & 1
            self._down_s[key] = min(_STUCK_S, self._down_s[key] + elapsed_s) if down else 0
            if self._down_s[key] >= _STUCK_S:
                stuck |= 1 << key
        self._alarms.cause(al.KEY_STUCK, stuck & ~_STOP_KEY != 0, stuck)
        if stuck & _STOP_KEY:
            return True
        self._alarms.cause(al.STOP_STUCK, False)
        return False

    def _battery_is_empty(self, battery_mv):
        """True: stop for it. A low battery is warned of here."""
        alarms, profile = self._alarms, self._profile
        self._battery_well = False
        if battery_mv > profile.battery_low_mv:
            self._low_readings = 0
            recovered = battery_mv > profile.battery_low_mv + _BATTERY_HYSTERESIS_MV
            if recovered or not alarms.has_cause(al.BATTERY_LOW):
                alarms.cause(al.BATTERY_LOW, False)
            alarms.cause(al.BATTERY_EMPTY, False)
            self._battery_well = not alarms.has_cause(al.BATTERY_LOW)
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

    def _line_is_blocked(self, pressure_mbar):
        """True: stop for it."""
        if pressure_mbar < self._profile.occlusion_mbar:
            if not self._line_well:
                self._line_well = True
                self._high_readings = 0
                self._alarms.cause(al.OCCLUSION, False)
            return False
        self._line_well = False
        self._high_readings = min(_READINGS, self._high_readings + 1)
        return self._high_readings >= _READINGS
