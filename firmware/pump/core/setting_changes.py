"""Changes of the clock, of a setting, of the program in force: checked, in the log, then in force.

Loaded by whoever gives the command and let go of after it.
"""

from pump.core import alarms as al
from pump.core import codes, events, modes
from pump.core import settings as st
from pump.core.clock import LOCAL_LIMIT_S
from pump.core.day_parts import act_for_now


def set_clock(pump, local_s, utc_offset_min, source):
    """Set the wall clock and its distance from UTC."""
    code = pump.settings.check(st.UTC_OFFSET_MIN, utc_offset_min)
    if code != codes.OK or not 0 < local_s < LOCAL_LIMIT_S:
        return codes.OUT_OF_RANGE
    pump.log.write(events.CLOCK_SET, pump.clock.local_s, local_s, utc_offset_min, source)
    if pump.settings.get(st.UTC_OFFSET_MIN) != utc_offset_min:
        pump.settings.set(st.UTC_OFFSET_MIN, utc_offset_min)
        pump.settings_dirty = True
    pump.clock.set(local_s)
    pump.alarms.cause(al.CLOCK_NOT_SET, False)
    pump.alarms.acknowledge(al.CLOCK_NOT_SET, source)
    pump.settle()
    return codes.OK


def set_setting(pump, number, value, source):
    """Change one setting."""
    code = modes.why_not(pump, source) or pump.settings.check(number, value)
    below = number == st.MAX_BASAL_MU_H and value < max(pump.settings.basal.rates_mu_h)
    if code == codes.OK and below:
        code = codes.OVER_MAX_BASAL
    if code == codes.OK and number == st.STEPS_PER_UNIT:
        from pump.core.calibration import scale

        code = scale.why_not(pump, value)
    if code != codes.OK:
        return pump.refuse(events.COMMAND_SETTING, code, number, 0, source)
    old = pump.settings.get(number)
    if old == value:
        return codes.OK
    pump.settings.set(number, value)
    try:
        act_for_now(pump)
    except MemoryError:
        pump.settings.set(number, old)
        raise
    pump.log.write(events.SETTING_CHANGED, number, old, value, source)
    pump.settings_dirty = True
    if number == st.STEPS_PER_UNIT:
        scale.take_over(pump)
    pump.apply_limits()
    pump.check_reservoir()
    return codes.OK


def set_basal(pump, segments, source):
    """Replace the program in force by a list of (start minute, rate in mU/h)."""
    from pump.core.programs import set_in_force

    return set_in_force(pump, segments, source)
