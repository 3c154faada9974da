"""Faked parts that boards may have: coils, disc, end switch, DS3231, HX711, TMC2209, SH1106."""

from host_tests.fakes.i2c_display import Panel, rows
from host_tests.fakes.pins import Pin
from pump.drivers.end_stop import EndStop


class FourCoilMotor:
    """A 28BYJ-48 behind a ULN2003: its rotor follows the field, if that goes on by a half step.

    position_steps: half steps that the rotor made. lost_steps: the field jumped too far for it.
    """

    FIELD = {1: 0, 3: 1, 2: 2, 6: 3, 4: 4, 12: 5, 8: 6, 9: 7}

    def __init__(self, pins, clock, fastest_hz=900):
        self._pins = pins
        self._clock = clock
        self._shortest_us = 1_000_000 // fastest_hz
        self._last_us = None
        self._due = False
        self.position_steps = 0
        self.lost_steps = 0
        for pin in pins:
            pin.listen(self._changed)

    def coils(self):
        """Which coils carry current, as bits."""
        return sum(pin.value() << index for index, pin in enumerate(self._pins))

    def _changed(self, _level):
        # Four pins change one after the other; the rotor is far too heavy to follow in between.
        if not self._due:
            self._due = True
            self._clock.call_after(50, self._settle)

    def _settle(self):
        self._due = False
        field = self.FIELD.get(self.coils())
        if field is None:  # no current, or one that pulls nowhere: the gear holds
            return
        ahead = (field - self.position_steps + 4) % 8 - 4
        if ahead == 0:
            return
        last_us, self._last_us = self._last_us, self._clock.now_us
        if abs(ahead) > 1 or (last_us and self._clock.now_us - last_us < self._shortest_us):
            self.lost_steps += 1
            return
        self.position_steps += ahead


class Disc:
    """Slots on a shaft before a light barrier: `pin` changes every `steps_per_edge` steps."""

    def __init__(self, pin, steps_per_edge):
        self._pin = pin
        self._steps_per_edge = steps_per_edge
        self.turn_to(0)

    def turn_to(self, position_steps):
        """The shaft is there now."""
        self._pin.drive(position_steps // self._steps_per_edge & 1)


class EndSwitch:
    """A switch that the plunger's head opens within `ahead_steps` of the barrel's bottom.

    It follows the head, not the steps that were ordered: what stalls moves no switch. Its lever
    takes a while.
    """

    LAG_US = 300

    def __init__(self, step_pin, clock, reservoir, ahead_steps=100):
        self.pin = Pin(22, Pin.IN, Pin.PULL_UP)
        self.at_steps = reservoir.bottom_steps - ahead_steps
        self.broken_wire = False
        self._reservoir = reservoir
        step_pin.listen(lambda level: level and clock.call_after(self.LAG_US, self.look))
        self.look()

    def look(self):
        """The head may have moved."""
        opened = self.broken_wire or self._reservoir.head_steps >= self.at_steps
        self.pin.drive(1 if opened else 0)

    def sensor(self, stepper):
        """The firmware's driver of it."""
        sensor = EndStop(self.pin, stepper)
        self.pin.irq(sensor.note_edge)
        return sensor


class Rtc:
    """A DS3231 on the bus, byte by byte; its cell keeps it going on the test's clock."""

    DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

    def __init__(self, clock):
        self._clock = clock
        self._set_us = clock.now_us
        self._time = [0, 0, 0, 1, 1, 1, 0]  # second, minute, hour, weekday, day, month, year
        self.status = 0x88  # fresh from the bag: the oscillator never ran

    def read(self, register):
        self._go_on()
        if register == 0x0F:
            return self.status
        return self._time[register] // 10 << 4 | self._time[register] % 10

    def write(self, register, value):
        self._go_on()
        if register == 0x0F:
            self.status = value
        else:
            self._time[register] = (value >> 4) * 10 + (value & 15)

    def lose_its_cell(self):
        """The cell is empty and the power went."""
        self._time = [0, 0, 0, 1, 1, 1, 0]
        self.status |= 0x80

    def _go_on(self):
        seconds = (self._clock.now_us - self._set_us) // 1_000_000
        self._set_us += seconds * 1_000_000
        for _ in range(seconds):
            self._tick()

    def _tick(self):
        time = self._time
        for index, most in ((0, 60), (1, 60), (2, 24)):
            time[index] += 1
            if time[index] < most:
                return
            time[index] = 0
        time[3] = time[3] % 7 + 1
        time[4] += 1
        days = self.DAYS[time[5] - 1] + (1 if time[5] == 2 and time[6] % 4 == 0 else 0)
        if time[4] > days:
            time[4] = 1
            time[5] += 1
            if time[5] > 12:
                time[5] = 1
                time[6] += 1


class RegisterBus:
    """`machine.I2C` with parts that have registers: readfrom_mem(), writeto_mem()."""

    def __init__(self):
        self.parts = {}

    def readfrom_mem(self, address, register, count):
        part = self._part(address)
        return bytes(part.read(register + index) for index in range(count))

    def writeto_mem(self, address, register, data):
        part = self._part(address)
        for index in range(len(data)):
            part.write(register + index, data[index])

    def _part(self, address):
        if address not in self.parts:
            raise OSError(5)
        return self.parts[address]


class BridgeAmplifier:
    """An HX711: shifts 24 bits out at the rising clock, and is busy until its next reading."""

    def __init__(self, clock_pin, data_pin, clock):
        self.counts = 0
        self._data = data_pin
        self._clock = clock
        self._bit = 0
        self._ready = False
        self._rose_us = None
        self._asleep = False
        data_pin.drive(1)
        clock_pin.listen(self._edge)
        self._convert_later()

    def unplug(self):
        """Nothing drives the data line, and its pull-up holds it."""
        self._asleep = True
        self._data.drive(1)

    def _convert_later(self):
        self._clock.call_after(100_000, self._convert)

    def _convert(self):
        if not self._asleep:
            self._word = self.counts & 0xFFFFFF
            self._bit = 0
            self._ready = True
            self._data.drive(0)

    def _edge(self, level):
        now_us = self._clock.now_us
        if not level:
            if self._rose_us is not None and now_us - self._rose_us >= 60:
                self._ready = False  # it fell asleep and starts afresh
                self._data.drive(1)
                self._convert_later()
            return
        self._rose_us = now_us
        if not self._ready:
            return
        self._bit += 1
        if self._bit <= 24:
            self._data.drive(self._word >> 24 - self._bit & 1)
        else:
            self._ready = False
            self._data.drive(1)
            self._convert_later()


class SerialDriver:
    """A TMC2209 at the far end of a `machine.UART` whose own bytes come back on the one wire."""

    def __init__(self):
        self.registers = {0x02: 0}
        self.deaf = False
        self.garbles = False
        self._in = bytearray()
        self._out = bytearray()

    def write(self, data):
        self._out += data  # the echo
        self._in += data
        while self._in and not self.deaf:
            size = 8 if len(self._in) > 2 and self._in[2] & 0x80 else 4
            if len(self._in) < size:
                return
            self._take(bytes(self._in[:size]))
            del self._in[:size]

    def any(self):
        return len(self._out)

    def read(self, size):
        data = bytes(self._out[:size])
        del self._out[:size]
        return data

    def _take(self, data):
        if self.check(data[:-1]) != data[-1] or data[0] != 0x05 or data[1] != 0:
            return
        register = data[2] & 0x7F
        if len(data) == 8:
            self.registers[register] = int.from_bytes(data[3:7], "big")
            self.registers[0x02] = self.registers[0x02] + 1 & 0xFF
            return
        answer = bytes((0x05, 0xFF, register)) + self.registers.get(register, 0).to_bytes(4, "big")
        answer += bytes((self.check(answer) ^ (1 if self.garbles else 0),))
        self._out += answer

    @staticmethod
    def check(data):
        """The CRC by its polynomial, bit by bit, unlike the driver's."""
        crc = 0
        for byte in data:
            for bit in range(8):
                feedback = (crc & 0x80) >> 7 ^ byte >> bit & 1
                crc = crc << 1 & 0xFF
                if feedback:
                    crc ^= 0x07
        return crc


class Sh1106(Panel):
    """An SH1106: 132 columns of memory of which the glass shows 128 from the third on."""

    FIRST = 2

    def __init__(self):
        super().__init__(132, 64)
        self.width = 132

    def pixel(self, x, y):
        """1 if the pixel is lit."""
        if not self.on or not self.charge_pump:
            return 0
        return self.ram[(y >> 3) * 132 + x + self.FIRST] >> (y & 7) & 1

    def picture(self):
        """The glass."""
        return rows(self.pixel, 128, 64)

    def _order(self, value):
        if self._command == 0xAD:
            self._command = None
            self.charge_pump = value == 0x8B
        elif self._command is None and value == 0xAD:
            self._command = value
        elif self._command is None and value in (0x20, 0x21, 0x22, 0x8D):
            self.unknown_commands.append(value)  # of the SSD1306 alone
        else:
            super()._order(value)

    def _plain(self, value):
        if 0x10 <= value <= 0x1F:
            self.column = (self.column & 0x0F) | (value & 15) << 4
        elif value <= 0x0F:
            self.column = (self.column & 0xF0) | value
        else:
            super()._plain(value)
