"""A modelled SSD1306 on an emulated I2C bus: commands and data in, a 128x64 picture out.

Source: Solomon Systech SSD1306 rev 1.1, section 8.1.5 (I2C), 9 (command table), 10 (descriptions).
"""

from rp2040py.peripherals.i2c import R_TX_EMPTY

WIDTH = 128
HEIGHT = 64
PAGES = HEIGHT // 8
ADDRESS = 0x3C

HORIZONTAL = 0
VERTICAL = 1
PAGE = 2

# Commands followed by parameters, and how many (table 9-1; 0x8D is in the application note).
PARAMETERS = {
    0x20: 1,
    0x21: 2,
    0x22: 2,
    0x26: 6,
    0x27: 6,
    0x29: 5,
    0x2A: 5,
    0x81: 1,
    0x8D: 1,
    0xA3: 2,
    0xA8: 1,
    0xD3: 1,
    0xD5: 1,
    0xD9: 1,
    0xDA: 1,
    0xDB: 1,
}


class Ssd1306:
    """The panel's controller. `present = False` unplugs it: nobody acknowledges its address."""

    def __init__(self, address=ADDRESS):
        self.address = address
        self.present = True
        self.bytes_in = 0
        self.transfers = 0
        self.unknown = []
        self.power_on()

    def power_on(self):
        """The state after power-on reset: random memory, display off (here: zeros)."""
        self.memory = bytearray(WIDTH * PAGES)
        self.on = False
        self.inverted = False
        self.all_on = False
        self.charge_pump = False
        self.contrast = 0x7F
        self.mode = PAGE
        self.start_line = 0
        self.segment_remap = False
        self.scan_remap = False
        self.columns = (0, WIDTH - 1)
        self.pages = (0, PAGES - 1)
        self.column = 0
        self.page = 0
        self._command = None
        self._arguments = []
        self.begin()

    # The bus side

    def begin(self):
        """A start condition with our address: the next byte is a control byte."""
        self._control = None
        self._single = False

    def write(self, value):
        """One byte after the address."""
        self.bytes_in += 1
        if self._control is None:
            self._control = value
            return
        if self._control & 0x40:
            self._data(value)
        else:
            self._command_byte(value)
        if self._control & 0x80:
            self._control = None

    def _command_byte(self, value):
        if self._command is None:
            if value in PARAMETERS:
                self._command = value
                self._arguments = []
            else:
                self._plain(value)
            return
        self._arguments.append(value)
        if len(self._arguments) == PARAMETERS[self._command]:
            command, self._command = self._command, None
            self._with_arguments(command, self._arguments)

    def _plain(self, value):
        if value <= 0x0F:
            self.column = (self.column & 0xF0) | value
        elif value <= 0x1F:
            self.column = (self.column & 0x0F) | (value & 0x07) << 4
        elif 0x40 <= value <= 0x7F:
            self.start_line = value & 0x3F
        elif 0xB0 <= value <= 0xB7:
            self.page = value & 0x07
        elif value not in _FLAGS:
            if value not in (0xE3, 0x2E):
                self.unknown.append(value)
        else:
            name, flag = _FLAGS[value]
            setattr(self, name, flag)

    def _with_arguments(self, command, arguments):
        if command == 0x20:
            self.mode = arguments[0] & 3
        elif command == 0x21:
            self.columns = (arguments[0] & 127, arguments[1] & 127)
            self.column = self.columns[0]
        elif command == 0x22:
            self.pages = (arguments[0] & 7, arguments[1] & 7)
            self.page = self.pages[0]
        elif command == 0x81:
            self.contrast = arguments[0]
        elif command == 0x8D:
            self.charge_pump = bool(arguments[0] & 4)

    def _data(self, value):
        self.memory[self.page * WIDTH + self.column] = value
        if self.mode == PAGE:
            self.column = (self.column + 1) % WIDTH
        elif self.mode == VERTICAL:
            self._step("page", self.pages, "column", self.columns)
        else:
            self._step("column", self.columns, "page", self.pages)

    def _step(self, fast, fast_range, slow, slow_range):
        if getattr(self, fast) != fast_range[1]:
            setattr(self, fast, getattr(self, fast) + 1)
            return
        setattr(self, fast, fast_range[0])
        at_end = getattr(self, slow) == slow_range[1]
        setattr(self, slow, slow_range[0] if at_end else getattr(self, slow) + 1)

    # The side a person looks at

    @property
    def lit(self):
        """True when a person would see something: switched on, with its charge pump running."""
        return self.present and self.on and self.charge_pump

    def rows(self):
        """What is seen: 64 rows of 128 values 0 or 1, on a module mounted for A1 and C8."""
        if not self.lit:
            return [[0] * WIDTH for _ in range(HEIGHT)]
        return [[self._pixel(x, y) for x in range(WIDTH)] for y in range(HEIGHT)]

    def _pixel(self, x, y):
        column = x if self.segment_remap else WIDTH - 1 - x
        line = y if self.scan_remap else HEIGHT - 1 - y
        line = (line + self.start_line) % HEIGHT
        value = 1 if self.all_on else self.memory[(line >> 3) * WIDTH + column] >> (line & 7) & 1
        return value ^ self.inverted

    def text(self, on="#", off="."):
        """The picture as 64 lines of text."""
        return "\n".join("".join(on if v else off for v in row) for row in self.rows())

    def image(self, scale=1):
        """The picture as a PIL image: light blue on black, as the usual module looks."""
        from PIL import Image

        picture = Image.new("RGB", (WIDTH, HEIGHT), (6, 8, 12))
        for y, row in enumerate(self.rows()):
            for x, value in enumerate(row):
                if value:
                    picture.putpixel((x, y), (150, 220, 255))
        return picture.resize((WIDTH * scale, HEIGHT * scale), Image.Resampling.NEAREST)

    def attach(self, bus, clock, bit_nanos=0):
        """Put the panel on an emulated I2C controller.

        With `bit_nanos` each byte takes nine of them, as on a wire (2,500 ns at 400 kHz); with 0
        bytes take no time at all, which is the emulator's own habit and much cheaper to run.
        """
        return Wire(self, bus, clock, bit_nanos)


class Wire:
    """Answers the emulator's I2C hooks for one panel, at once or after the time it takes."""

    def __init__(self, panel, bus, clock, bit_nanos):
        self._panel = panel
        self._bus = bus
        self._byte_nanos = bit_nanos * 9
        self._then = None
        self._alarm = clock.create_alarm(self._done)
        bus.on_start = self._start
        bus.on_connect = self._connect
        bus.on_write_byte = self._write
        bus.on_stop = bus.complete_stop

    def _after(self, then):
        if not self._byte_nanos:
            then()
            return
        self._then = then
        self._alarm.schedule(self._byte_nanos)

    def _done(self):
        then, self._then = self._then, None
        then()

    def forget(self):
        """The controller was reset: nobody waits for the byte that was on its way."""
        self._alarm.cancel()
        self._then = None

    def _start(self, _repeated):
        self._bus.complete_start()

    def _connect(self, address, _mode):
        panel = self._panel
        here = panel.present and address == panel.address
        if here:
            panel.transfers += 1
            panel.begin()
        self._after(lambda: self._answer(self._bus.complete_connect, here))

    def _write(self, value):
        panel = self._panel
        if panel.present:
            panel.write(value)
        self._after(lambda: self._answer(self._bus.complete_write, panel.present))

    def _answer(self, complete, acknowledged):
        complete(acknowledged)
        if not acknowledged:
            # An abort empties the FIFO and the controller says so. The emulator forgets to, and
            # the firmware would wait for its timeout (50 ms) instead of getting EIO at once.
            self._bus._set_interrupts(R_TX_EMPTY)


_FLAGS = {
    0xA0: ("segment_remap", False),
    0xA1: ("segment_remap", True),
    0xA4: ("all_on", False),
    0xA5: ("all_on", True),
    0xA6: ("inverted", False),
    0xA7: ("inverted", True),
    0xAE: ("on", False),
    0xAF: ("on", True),
    0xC0: ("scan_remap", False),
    0xC8: ("scan_remap", True),
}
