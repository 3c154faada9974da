"""A faked I2C bus with an SSD1306 panel on it that decodes what it is sent into a picture."""

_ONE_BYTE_ARGUMENTS = {
    0x20: 1,
    0x81: 1,
    0x8D: 1,
    0xA8: 1,
    0xD3: 1,
    0xD5: 1,
    0xD9: 1,
    0xDA: 1,
    0xDB: 1,
    0x21: 2,
    0x22: 2,
    0xA3: 2,
}
HORIZONTAL, VERTICAL, PAGE = 0, 1, 2


def rows(pixel, width, height):
    """What `pixel(x, y)` says as a list of strings, '#' lit and '.' dark."""
    return ["".join("#" if pixel(x, y) else "." for x in range(width)) for y in range(height)]


class Panel:
    """An SSD1306, byte by byte (datasheet sections 8.1.5, 9 and 10), up to 128x64.

    Feed it start(), byte(value)..., stop(). It keeps its RAM while its supply is on.
    """

    def __init__(self, width=128, height=64):
        self.width = width
        self.height = height
        self.pages = height // 8
        self.power_cycle()

    def power_cycle(self):
        """What a supply that went away and came back leaves: off, RAM random, page addressing."""
        self.on = False
        self.charge_pump = False
        self.inverted = False
        self.all_on = False
        self.contrast = 0x7F
        self.ram = bytearray((i * 73 + 41) & 0xFF for i in range(self.width * self.pages))
        self.mode = PAGE
        self.page = self.column = 0
        self.column_range = (0, self.width - 1)
        self.page_range = (0, self.pages - 1)
        self.segment_remap = self.com_remap = False
        self.data_bytes = 0
        self.unknown_commands = []
        self._command = None
        self._arguments = []
        self.start()

    def start(self):
        """A start condition with our address."""
        self._control = None
        self._one_byte = False

    def stop(self):
        """A stop condition."""
        self._control = None

    def byte(self, value):
        """One byte after the address; always acknowledged."""
        if self._control is None:
            self._control = value
            self._one_byte = bool(value & 0x80)
            return
        if self._control & 0x40:
            self._data(value)
        else:
            self._order(value)
        if self._one_byte:
            self._control = None

    def pixel(self, x, y):
        """1 if the pixel is lit (rows count from the top, as the firmware draws them)."""
        if not self.on or not self.charge_pump:
            return 0
        bit = self.ram[(y >> 3) * self.width + x] >> (y & 7) & 1
        return 1 if self.all_on else bit ^ int(self.inverted)

    def picture(self):
        """The screen as a list of strings, '#' lit and '.' dark."""
        return rows(self.pixel, self.width, self.height)

    def _data(self, value):
        self.data_bytes += 1
        self.ram[self.page * self.width + self.column] = value
        first, last = self.column_range if self.mode != PAGE else (0, self.width - 1)
        if self.mode == VERTICAL:
            self._next_page(self._next_column, first, last)
        else:
            self._next_column(first, last)

    def _next_column(self, first, last):
        if self.column < last:
            self.column += 1
            return
        self.column = first
        if self.mode == HORIZONTAL:
            top, bottom = self.page_range
            self.page = self.page + 1 if self.page < bottom else top

    def _next_page(self, then, first, last):
        top, bottom = self.page_range
        if self.page < bottom:
            self.page += 1
            return
        self.page = top
        then(first, last)

    def _order(self, value):
        if self._command is not None:
            self._arguments.append(value)
            if len(self._arguments) == _ONE_BYTE_ARGUMENTS[self._command]:
                command, self._command = self._command, None
                self._with_arguments(command, self._arguments)
            return
        if value in _ONE_BYTE_ARGUMENTS:
            self._command = value
            self._arguments = []
            return
        self._plain(value)

    def _with_arguments(self, command, arguments):
        if command == 0x20:
            self.mode = arguments[0] & 3
        elif command == 0x21:
            self.column_range = (arguments[0] & 127, arguments[1] & 127)
            self.column = self.column_range[0]
        elif command == 0x22:
            self.page_range = (arguments[0] & 7, arguments[1] & 7)
            self.page = self.page_range[0]
        elif command == 0x81:
            self.contrast = arguments[0]
        elif command == 0x8D:
            self.charge_pump = arguments[0] == 0x14

    def _plain(self, value):
        if value <= 0x0F:
            self.column = (self.column & 0x70) | value
        elif value <= 0x17:
            self.column = (self.column & 0x0F) | (value & 7) << 4
        elif 0xB0 <= value <= 0xB7:
            self.page = value & 7
        elif value in (0xAE, 0xAF):
            self.on = value == 0xAF
        elif value in (0xA6, 0xA7):
            self.inverted = value == 0xA7
        elif value in (0xA4, 0xA5):
            self.all_on = value == 0xA5
        elif value in (0xA0, 0xA1):
            self.segment_remap = value == 0xA1
        elif value in (0xC0, 0xC8):
            self.com_remap = value == 0xC8
        elif not (0x40 <= value <= 0x7F or value in (0x2E, 0xE3)):
            self.unknown_commands.append(value)


class I2CBus:
    """`machine.I2C`, controller side, with parts that can be unplugged or hang the bus.

    Every transfer takes the time it would take at `freq` on the test's clock.
    """

    EIO = 5
    ETIMEDOUT = 110

    def __init__(self, clock, freq=400_000, timeout_us=5000):
        self.stuck = False  # SDA held low: every transfer times out
        self.transfers = 0
        self.longest_bytes = 0
        self._clock = clock
        self._byte_ns = 9 * 1_000_000_000 // freq
        self._timeout_us = timeout_us
        self._parts = {}

    def plug(self, address, part):
        """Connect a part; its RAM survives only if the caller did not power_cycle() it."""
        self._parts[address] = part

    def unplug(self, address):
        """Take the part off the bus."""
        self._parts.pop(address, None)

    def writeto(self, address, data, stop=True):
        """Write; how many bytes were acknowledged. OSError as the port raises it."""
        del stop
        self.transfers += 1
        if self.stuck:
            self._clock.advance_us(self._timeout_us)
            raise OSError(self.ETIMEDOUT)
        part = self._parts.get(address)
        if part is None:
            self._clock.advance_us(self._byte_ns // 1000)
            raise OSError(self.EIO)
        self.longest_bytes = max(self.longest_bytes, len(data))
        part.start()
        for value in bytes(data):
            part.byte(value)
        part.stop()
        self._clock.advance_us((len(data) + 1) * self._byte_ns // 1000)
        return len(data)
