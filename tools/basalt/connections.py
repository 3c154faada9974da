"""Lists what a board's pins are wired to, part by part, from its literals alone."""

from dataclasses import dataclass

from basalt.board_rules import Board


@dataclass(frozen=True)
class Wire:
    """One wire: a literal's pin, or a supply (`literal` empty), to a pin of a part."""

    literal: str
    label: str  # as it stands on the board: a pin's number or name
    gpio: str  # "GP2"; empty for a supply
    part_pin: str
    remark: str = ""
    within: str = ""  # what sits in the wire


@dataclass(frozen=True)
class Part:
    """One box of the drawing."""

    title: str
    wires: tuple[Wire, ...]


def parts(board: Board) -> list[Part]:
    """The parts in the order in which they are drawn."""
    make = _Maker(board)
    found = [make.motor(), make.keys(), make.display(), make.buzzer(), make.battery()]
    found += [make.pressure(), make.clock(), make.turn_sensor(), make.end_switch()]
    return [part for part in found if part is not None]


class _Maker:
    def __init__(self, board: Board) -> None:
        self._board = board
        self._facts = board.facts

    def _pin(self, literal: str, part_pin: str, remark: str = "", within: str = "") -> Wire:
        return self._numbered(literal, self._board.literals[literal], part_pin, remark, within)

    def _numbered(
        self, literal: str, number: int, part_pin: str, remark: str = "", within: str = ""
    ) -> Wire:
        gpio = f"{self._facts['prefix']}{number}"
        return Wire(literal, self._facts["labels"][str(number)], gpio, part_pin, remark, within)

    def _power(self, kind: str, part_pin: str, remark: str = "") -> Wire:
        return Wire("", self._facts[kind], "", part_pin, remark)

    def motor(self) -> Part:
        literals = self._board.literals
        if literals["STEPPER"] == "coils":
            wires = [
                self._numbered("COIL_PINS", number, f"IN{index + 1}")
                for index, number in enumerate(literals["COIL_PINS"])
            ]
            wires.append(self._power("ground", "GND (-)", "motor supply minus included"))
            return Part("ULN2003 board with 28BYJ-48", tuple(wires))
        counted = self._board.chip["counts_at_pin"]
        resistor = "1 kOhm" if counted else ""
        wires = [self._pin("STEP_PIN", "STEP", "", resistor)]
        if counted:
            remark = "from the driver's end of the 1 kOhm; the diode's anode is there too"
            wires.append(self._pin("COUNT_PIN", "STEP, back", remark))
        pull = "10 kOhm to driver VDD (VIO)" if not literals["ENABLED_LEVEL"] else "10 kOhm to GND"
        remark = f"{pull}: the coils stay off while the board starts"
        wires += [self._pin("DIR_PIN", "DIR"), self._pin("ENABLE_PIN", "ENABLE (EN, ENN)", remark)]
        title = "A4988, DRV8825 or TMC2209"
        if literals["STEPPER"] == "tmc2209":
            title = "TMC2209, by its serial line"
            wires += [
                self._pin("UART_TX_PIN", "PDN_UART", "", "1 kOhm"),
                self._pin("UART_RX_PIN", "PDN_UART, back"),
                self._pin("DIAG_PIN", "DIAG"),
            ]
        wires.append(self._power("supply", "VDD (VIO)"))
        wires.append(self._power("ground", "GND", "motor supply minus included"))
        return Part(title, tuple(wires))

    def keys(self) -> Part:
        wires: list[Wire] = []
        for key in ("UP", "DOWN", "OK", "STOP"):
            remark = "other side of the key to GND"
            if key == "STOP":
                remark += "; 100 nF across the key if its wires are longer than 10 cm"
                if self._board.chip["counts_at_pin"]:
                    remark += "; the diode's cathode (bar) is at this pin"
            wires.append(self._pin(f"BUTTON_{key}_PIN", key, remark))
        wires.append(self._power("ground", "other sides"))
        return Part("Keys", tuple(wires))

    def display(self) -> Part:
        remark = "4.7 kOhm to 3V3, unless the module has its own"
        title = "SH1106" if self._board.literals["DISPLAY"] == "sh1106" else "SSD1306"
        return Part(
            f"{title}, 128 x 64",
            (
                self._pin("I2C_SDA_PIN", "SDA", remark),
                self._pin("I2C_SCL_PIN", "SCL", remark),
                self._power("supply", "VCC"),
                self._power("ground", "GND"),
            ),
        )

    def buzzer(self) -> Part | None:
        if self._board.literals["BUZZER_PIN"] is None:
            return None
        ground = self._power("ground", "other side")
        if self._board.literals["BUZZER"] == "active":
            return Part("Active buzzer", (self._pin("BUZZER_PIN", "+"), ground))
        return Part("Piezo", (self._pin("BUZZER_PIN", "one side", "", "100 Ohm"), ground))

    def battery(self) -> Part:
        if self._board.literals["BATTERY"] == "vsys":
            plus = "through a Schottky diode; read by the board's own divider"
            return Part(
                "Battery",
                (self._power("battery", "battery plus", plus), self._power("ground", "GND")),
            )
        remark = "100 kOhm to battery plus, 100 kOhm to GND, 100 nF to GND"
        return Part(
            "Battery divider",
            (
                self._pin("BATTERY_ADC_PIN", "middle", remark),
                self._power("battery", "battery plus", "through a Schottky diode"),
                self._power("analog_ground", "GND"),
            ),
        )

    def pressure(self) -> Part | None:
        kind = self._board.literals["PRESSURE"]
        if kind is None:
            return None
        supplies = (self._power("supply", "VCC"), self._power("analog_ground", "GND"))
        if kind == "hx711":
            pins = (self._pin("HX711_DATA_PIN", "DT"), self._pin("HX711_CLOCK_PIN", "SCK"))
            return Part("HX711 with load cell", (*pins, *supplies))
        remark = "100 kOhm to GND; with no sensor leave just that resistor"
        return Part(
            "Pressure sensor", (self._pin("PRESSURE_ADC_PIN", "output", remark), *supplies)
        )

    def clock(self) -> Part | None:
        if self._board.literals["CLOCK"] is None:
            return None
        return Part(
            "DS3231 clock",
            (
                self._pin("I2C_SDA_PIN", "SDA", "with the display's"),
                self._pin("I2C_SCL_PIN", "SCL", "with the display's"),
                self._power("supply", "VCC"),
                self._power("ground", "GND"),
            ),
        )

    def turn_sensor(self) -> Part | None:
        if self._board.literals["TURN_PIN"] is None:
            return None
        return Part(
            "Light barrier",
            (
                self._pin("TURN_PIN", "output"),
                self._power("supply", "VCC"),
                self._power("ground", "GND"),
            ),
        )

    def end_switch(self) -> Part | None:
        if self._board.literals["END_PIN"] is None:
            return None
        opens = self._board.literals["END_LEVEL"] == 1
        contact = "NC (opens at the end)" if opens else "NO (closes at the end)"
        remark = "100 nF across the switch if its wires are longer than 10 cm"
        return Part(
            "End switch", (self._pin("END_PIN", contact, remark), self._power("ground", "COM"))
        )
