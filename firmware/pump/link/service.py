"""What the link may ask of this pump, and change in it: every change goes to the core.

Loaded with the link, while a host talks.
"""

from pump.core import events, supply
from pump.core import settings as st
from pump.link.protocol import (
    BOLUS_RUNNING,
    CLOCK_TRUSTED,
    CODE_SHOWN,
    PAIRED,
    SUSPENDED_REMOTELY,
)


class Service:
    """The `service` of link/link.py for the pump of an app."""

    def __init__(self, app, board, hardware, version):
        self._app = app
        self._board = board
        self._hardware = hardware
        self._version = version

    @property
    def pump(self):
        """The core itself, for sealed commands."""
        return self._app.pump

    def durable(self):
        """Whether all that the core has said is in the flash."""
        pump = self._app.pump
        return not (pump.log.outbox or pump.settings_dirty or self._app.journal.staged)

    def may_change(self):
        """A code: whether something may be changed without a seal."""
        return self._app.pump.remote.may_change()

    def changed(self):
        """The change that was allowed is made, or was refused."""
        self._app.pump.remote.changed()

    def opened(self):
        """The first request since the link was loaded."""
        # Once a start: a host that asks every other minute must not push doses out of the log.
        if not self._app.host_has_talked:
            self._app.host_has_talked = True
            self._app.pump.log.write(events.LINK_OPENED)

    def identity(self):
        """Who this pump is."""
        boot = self._app.pump.log.boot
        return "Basalt", self._board.NAME, self._version, self._hardware.unique_id(), boot

    def status(self):
        """In the order of protocol.STATUS_FIELDS."""
        pump, journal = self._app.pump, self._app.journal
        clock, bolus, extended = pump.clock, pump.bolus, pump.extended
        flags = CLOCK_TRUSTED if clock.trusted else 0
        if bolus.active:
            flags |= BOLUS_RUNNING
        remote = pump.remote
        if pump.settings.remote_key:
            flags |= PAIRED
        if remote.code and clock.uptime_s <= remote.code_until_s:
            flags |= CODE_SHOWN
        if pump.suspension.remotely:
            flags |= SUSPENDED_REMOTELY
        left = pump.reservoir_steps
        temporary = pump.temporary
        number = asked_mu = given_mu = left_s = left_min = 0
        if extended is not None:
            number, asked_mu, given_mu, left_s = extended.told()
        if left > 0:
            left_min = max(0, supply.left_min(pump))
        return (
            pump.state,
            flags,
            pump.alarms.raised << 1,  # here alarm n is bit n
            pump.alarms.waiting << 1,
            pump.profile.scale.dose_mu(left) if left >= 0 else -1,
            pump.battery_mv,
            pump.basal_rate_mu_h(),
            bolus.bolus_id,
            bolus.asked_mu,
            bolus.given_mu(),
            pump.log.boot,
            clock.uptime_s,
            clock.uptime_ms,
            clock.local_s,
            pump.settings.get(st.UTC_OFFSET_MIN),
            self._hardware.free_bytes(),
            journal.first_seq,
            journal.next_seq,
            remote.count,
            0 if temporary is None else (temporary.left_ms + 999) // 1000,
            pump.on_board_mu(),
            number,
            asked_mu,
            given_mu,
            left_s,
            left_min,
            pump.settings.active,
        )

    def settings(self):
        """(number, name, value, least, most) of each."""
        from pump.core.setting_table import SETTINGS

        settings = self._app.pump.settings
        return [(row[0], row[1], settings.get(row[0]), row[3], row[4]) for row in SETTINGS]

    def basal(self):
        """(start minute, rate in mU/h) of each segment."""
        program = self._app.pump.settings.basal
        return [
            (program.starts_min[index], program.rates_mu_h[index])
            for index in range(program.segments())
        ]

    def program(self, number):
        """(number in force, the number of its name, its segments) of one of the four."""
        from pump.core import programs

        settings = self._app.pump.settings
        name = programs.name_of(settings, number)
        return settings.active, name, programs.segments_of(settings, number)

    def clock(self):
        """What time it is, and since the start."""
        clock = self._app.pump.clock
        offset_min = self._app.pump.settings.get(st.UTC_OFFSET_MIN)
        return clock.local_s, offset_min, clock.trusted, clock.uptime_s, clock.uptime_ms

    def log_range(self):
        """The first record that there is, and the number that follows the last."""
        return self._app.journal.first_seq, self._app.journal.next_seq

    def read_records(self, seq, buffer):
        """Records from `seq` on into a buffer."""
        return self._app.journal.read_into(seq, buffer)

    def screen(self):
        """What the display shows."""
        return self._hardware.display.buffer

    def set_setting(self, number, value):
        """A code."""
        return self._app.pump.set_setting(number, value, events.SOURCE_LINK)

    def set_basal(self, segments):
        """A code."""
        return self._app.pump.set_basal(segments, events.SOURCE_LINK)

    def set_program(self, number, segments):
        """A code."""
        from pump.core.programs import edit

        return edit(self._app.pump, number, segments, events.SOURCE_LINK)

    def activate_program(self, number):
        """A code."""
        from pump.core.programs import activate

        return activate(self._app.pump, number, events.SOURCE_LINK)

    def name_program(self, number, name):
        """A code."""
        from pump.core.programs import rename

        return rename(self._app.pump, number, name, events.SOURCE_LINK)

    def set_clock(self, local_s, utc_offset_min):
        """A code."""
        return self._app.pump.set_clock(local_s, utc_offset_min, events.SOURCE_LINK)

    def acknowledge(self):
        """A code."""
        return self._app.pump.acknowledge(events.SOURCE_LINK)

    def request_service(self):
        """A code."""
        return self._app.pump.grant_service(events.SOURCE_LINK)
