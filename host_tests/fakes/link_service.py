"""What the app gives to the link, with state of its own: settings, a clock and a log with gaps.

It loads on MicroPython, for the portable tests of the link.
"""

from host_tests.core.bench import Bench
from pump.core import codes, event_table, events, record, states


class LinkService:
    """A pump as the link sees it."""

    def __init__(self, first_seq=1):
        self.name = "Basalt"
        self.board = "pico"
        self.version = (0, 1, 0)
        self.unique_id = b"\xe6\x61\x41\x04\x03\x2c\x1b\x2a"
        self.boot = 1
        self.state = states.RUNNING
        self.local_s = 190_000_000
        self.utc_offset_min = 60
        self.trusted = True
        self.uptime_s = 5
        self.uptime_ms = 250
        self.values = {1: (50, 10, 1_000), 3: (10_000, 0, 30_000), 8: (0, -720, 840)}
        self.names = {1: "bolus_step_mu", 3: "max_bolus_mu", 8: "utc_offset_min"}
        self.segments = [(0, 800), (390, 1_200)]
        self.active = 1
        self.others = {}  # segments of the programs that are not in force
        self.program_names = [0, 0, 0, 0]
        self.delivering = False
        self.waiting_alarms = 0
        self.in_service = False
        self.times_opened = 0
        self.log_broken = False
        self.is_durable = True
        self.pump = Bench().pump  # the core, for what is sealed
        self.change_code = codes.OK
        self.file_starts = ()  # numbers before which a read of the log ends
        self.picture = None
        self.records = []  # packed, ascending
        self.next_seq = first_seq

    # What a test does to it

    def run(self, seconds):
        """Let time go by."""
        self.uptime_s += seconds
        self.local_s += seconds

    def write(self, event, *values):
        """Append a record."""
        row = event_table.row_of(event)
        raw = record.pack(
            self.next_seq,
            self.boot,
            event,
            self.uptime_s,
            self.uptime_ms,
            self.trusted,
            self.local_s,
            event_table.layout(row[3]),
            values,
        )
        self.records.append(bytes(raw))
        self.next_seq += 1

    def fill(self, count):
        """Append many records, a minute apart."""
        for index in range(count):
            self.run(60)
            self.write(events.BASAL_LEASE, index % 300, 1_320, 800, events.END_RENEWED)

    def lose(self, first, last):
        """The records with these numbers are gone."""
        self.records = [raw for raw in self.records if not first <= record.seq_of(raw) <= last]

    # What the link asks

    def durable(self):
        return self.is_durable

    def may_change(self):
        return self.change_code

    def changed(self):
        pass

    def opened(self):
        self.times_opened += 1

    def identity(self):
        return self.name, self.board, self.version, self.unique_id, self.boot

    def status(self):
        first, following = self.log_range()
        return (
            self.state,
            1 if self.trusted else 0,
            self.waiting_alarms,
            self.waiting_alarms,
            180_500,
            3_912,
            800,
            0,
            0,
            0,
            self.boot,
            self.uptime_s,
            self.uptime_ms,
            self.local_s,
            self.utc_offset_min,
            150_000,
            first,
            following,
            0,
            0,
            2_450,
            0,
            0,
            0,
            0,
            13_500,
            self.active,
        )

    def settings(self):
        rows = []
        for number in sorted(self.values):
            rows.append((number, self.names[number]) + self.values[number])
        return rows

    def basal(self):
        return self.segments

    def program(self, number):
        segments = self.segments if number == self.active else self.others.get(number, [])
        return self.active, self.program_names[number - 1], segments

    def clock(self):
        return self.local_s, self.utc_offset_min, self.trusted, self.uptime_s, self.uptime_ms

    def log_range(self):
        first = record.seq_of(self.records[0]) if self.records else self.next_seq
        return first, self.next_seq

    def read_records(self, seq, buffer):
        if self.log_broken:
            raise OSError(5)
        count = 0
        most = len(buffer) // record.RECORD_SIZE
        for raw in self._from(seq):
            if count == most or (count and record.seq_of(raw) in self.file_starts):
                break
            at = count * record.RECORD_SIZE
            buffer[at : at + record.RECORD_SIZE] = raw
            count += 1
        return count

    def screen(self):
        return self.picture

    def set_setting(self, number, value):
        if number not in self.values:
            return codes.UNKNOWN
        _, least, most = self.values[number]
        if not least <= value <= most:
            return codes.OUT_OF_RANGE
        self.values[number] = (value, least, most)
        return codes.OK

    def set_basal(self, segments):
        if segments[0][0] != 0:
            return codes.BAD_PROGRAM
        self.segments = segments
        return codes.OK

    def set_program(self, number, segments):
        if not 1 <= number <= 4:
            return codes.OUT_OF_RANGE
        if number == self.active:
            return self.set_basal(segments) if segments else codes.BAD_PROGRAM
        self.others[number] = segments
        return codes.OK

    def activate_program(self, number):
        if number == self.active:
            return codes.OK
        if not self.others.get(number):
            return codes.BAD_PROGRAM
        self.others[self.active], self.segments = self.segments, self.others.pop(number)
        self.active = number
        return codes.OK

    def name_program(self, number, name):
        if name > 8 or not 1 <= number <= 4:
            return codes.OUT_OF_RANGE
        self.program_names[number - 1] = name
        return codes.OK

    def set_clock(self, local_s, utc_offset_min):
        self.write(events.CLOCK_SET, self.local_s, local_s, utc_offset_min, events.SOURCE_LINK)
        self.local_s = local_s
        self.utc_offset_min = utc_offset_min
        self.trusted = True
        return codes.OK

    def acknowledge(self):
        if not self.waiting_alarms:
            return codes.NOT_NOW
        self.waiting_alarms = 0
        return codes.OK

    def request_service(self):
        if self.delivering:
            return codes.DELIVERING
        self.in_service = True
        return codes.OK

    def _from(self, seq):
        low, high = 0, len(self.records)
        while low < high:
            middle = (low + high) // 2
            if record.seq_of(self.records[middle]) < seq:
                low = middle + 1
            else:
                high = middle
        for index in range(low, len(self.records)):
            yield self.records[index]
