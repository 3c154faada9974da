"""Makes counted trains of step pulses on an RP2040 or RP2350 with two PIO state machines.

No processor has a part in it. One machine makes the pulses from segments that were put into its
FIFO beforehand. With the very instruction that lifts the STEP pin it raises a flag, which the
other machine counts: the count is what was made and not what was ordered.
"""

# The words of PIO assembly exist only while a program is assembled.
# pyright: reportUndefinedVariable=false, reportCallIssue=false

import rp2
from machine import ADC, Pin, mem32
from micropython import const

# 10 us: as long as a pulse is high. An A4988 asks for 1 us, opto-isolated drivers for up to 5 us.
_TICK_HZ = const(100_000)
# A step without its waiting loop, in ticks; see the table beside the program.
_STEP_TICKS = const(9)
_FIFO_WORDS = const(4)
_MOST_SEGMENTS = const(5)  # one is taken out of the FIFO at once
_LONGEST_SEGMENT = const(65_536)

# Where in the program of the pulses the machine can come to rest.
_AT_REST = const(0)
_AT_HALT = const(6)

# Instructions that are executed from outside (RP2040 datasheet 3.4, encoded once).
_PULL = const(0x8080)  # pull(noblock)
_PIN_LOW = const(0xE000)  # set(pins, 0)
_CLEAR_COUNT = const(0xA02B)  # mov(x, invert(null))
_READ_COUNT = const(0xA0C9)  # mov(isr, invert(x))
_PUSH = const(0x8000)  # push(noblock)

# Registers (RP2040 datasheet 3.7; the RP2350's 11.7 has these at the same places). The step
# machine is one of PIO0.
_PIO0_EXECCTRL = const(0x502000CC)
_PIO0_ADDR = const(0x502000D4)
_MACHINE_STRIDE = const(0x18)
# Why the chip was reset last (RP2040 datasheet 4.7.6, RP2350 datasheet 12.9.8).
# machine.reset() triggers the watchdog by force.
_WATCHDOG_REASON = const(0x40058008)
_WATCHDOG_REASON_RP2350 = const(0x400D8008)
# Kept over every reset but the power's and the RUN pin's. MicroPython uses the last four of eight.
_SCRATCH = const(0x4005800C)
_MOST_COUNTED = const(255)
_SCRATCH_RP2350 = const(0x400D800C)
_BY_TIMER = const(1)
_BY_FORCE = const(2)

_POWER = const(0)
_WATCHDOG = const(1)
_ASKED = const(2)


class PulseEngine:
    """Pulse trains on `step_pin`, ended in hardware while `stop_pin` is low. Pins by number.

    `ramp` plans a train (pump/drivers/ramp.py); `machine` and the one after it are the two state
    machines, both in PIO0 (0..2).

    **Stop in hardware.** Just before every pulse the program itself looks at the STOP key's pin
    and halts when that is low. A key is so obeyed within one step even while flash is erased, when
    interrupts are off for 45 to 400 ms and no handler runs.

    **No pulse anyone could doubt.** The program rises and falls by itself; stop() can only come in
    between. It freezes the machine first and pulls the pin low by a second call. So a rise either
    did not happen, or it stands for at least the time between the two calls (6.3 us measured at
    125 MHz, an A4988 asks for 1 us) and has raised its flag in the same tick: the driver has seen
    it and it is counted.
    """

    def __init__(self, step_pin, stop_pin, ramp, longest_train=2000, machine=0):
        if ramp.most_segments > _MOST_SEGMENTS:
            raise ValueError("too many stairs in the ramp")
        if ramp.top_rate_hz > _TICK_HZ // (_STEP_TICKS + 1) or longest_train > _LONGEST_SEGMENT:
            raise ValueError("rate or train beyond the program")
        self.ramp = ramp
        self.longest_train = longest_train
        self._steps = 0
        self._running = False
        self._cut = False
        pulses, flags = _assemble()
        pin = Pin(step_pin)
        self._pulses = rp2.StateMachine(
            machine,
            pulses,
            freq=_TICK_HZ,
            set_base=pin,
            sideset_base=pin,
            jmp_pin=Pin(stop_pin),
        )
        self._flags = rp2.StateMachine(machine + 1, flags)
        # Made here once: these numbers are beyond a small integer, reading them later must not
        # allocate.
        self._where = _PIO0_ADDR + machine * _MACHINE_STRIDE
        self._origin = mem32[_PIO0_EXECCTRL + machine * _MACHINE_STRIDE] >> 7 & 31
        self.clear()
        self._flags.active(1)

    def start(self, steps):
        """Begin a counted train. ValueError if it is too short or long, RuntimeError if busy.

        The first edge comes one period of the slowest rate later: time for DIR and the coils.
        """
        if steps < 1 or steps > self.longest_train:
            raise ValueError("steps in a train")
        if self.busy():
            raise RuntimeError("busy")
        machine = self._pulses
        while machine.tx_fifo():  # what a stopped train left over
            machine.exec(_PULL)
        machine.restart()
        # A count of 0 would be 2**32 pulses; Ramp promises that there is none.
        words = [
            (_TICK_HZ // rate_hz - _STEP_TICKS) << 16 | (count - 1)
            for count, rate_hz in self.ramp.segments(steps)
        ]
        for word in words[:_FIFO_WORDS]:
            machine.put(word)
        self._steps = steps
        self._cut = False
        self.clear()
        self._running = True
        machine.active(1)
        if not self._running:  # stop() came from its interrupt just before active(1)
            machine.active(0)
            machine.exec(_PIN_LOW)
        for word in words[_FIFO_WORDS:]:
            # The machine takes the first word within a tick. put() into a full FIFO would wait for
            # ever if stop() came, so the room is looked for here.
            while self._running and machine.tx_fifo() == _FIFO_WORDS:
                pass
            if self._running:
                machine.put(word)

    def busy(self):
        """Whether pulses are still to come. Allocates nothing."""
        if not self._running:
            return False
        # In this order: a machine at rest with words left is only about to take the next one.
        words = self._pulses.tx_fifo()
        at = mem32[self._where] - self._origin
        if at == _AT_HALT:
            self._cut = True
        elif at != _AT_REST or words:
            return True
        self._running = False
        self._pulses.active(0)
        return False

    def clear(self):
        """Count from 0 again, as start() does too. Not for use while a train runs."""
        self._flags.exec(_CLEAR_COUNT)

    def made(self):
        """Rises of the STEP pin since the last start(). Not for use in an interrupt."""
        self._flags.exec(_READ_COUNT)
        self._flags.exec(_PUSH)
        return self._flags.get()

    def was_cut(self):
        """Whether the last train was ended early, by stop() or by the STOP pin."""
        return not self.busy() and self._cut and self.made() < self._steps

    def stop(self):
        """End the train at once, pin low. Allocates nothing, may be called in a hard interrupt."""
        self._pulses.active(0)
        self._pulses.exec(_PIN_LOW)
        if self._running:
            self._running = False
            self._cut = True


def make_engine(board, ramp):
    """The engine of a board's literals."""
    return PulseEngine(
        board.STEP_PIN, board.BUTTON_STOP_PIN, ramp, board.LONGEST_TRAIN, board.PULSE_MACHINE
    )


def watch(pin, handler):
    """Call handler(pin) when a key pulls its pin down: at once, so it may allocate nothing."""
    pin.irq(handler, Pin.IRQ_FALLING, hard=True)


def watch_both(pin, handler):
    """Call handler(pin) at both edges, as watch()."""
    pin.irq(handler, Pin.IRQ_FALLING | Pin.IRQ_RISING, hard=True)


def adc(pin):
    """The analog input at a pin: read_u16(), 65,535 at 3.3 V."""
    return ADC(Pin(pin))


def reset_cause(chip):
    """What made the chip start: 0 power or its RUN pin, 1 watchdog, 2 machine.reset()."""
    reason = mem32[_WATCHDOG_REASON_RP2350 if chip == "rp2350" else _WATCHDOG_REASON]
    if reason & _BY_TIMER:
        return _WATCHDOG
    return _ASKED if reason & _BY_FORCE else _POWER


def restarts(chip):
    """How many starts in a row the watchdog has caused, this one too. Call it once a start."""
    count = 0
    scratch = _SCRATCH_RP2350 if chip == "rp2350" else _SCRATCH
    if reset_cause(chip) == _WATCHDOG:
        count = (mem32[scratch] & _MOST_COUNTED) + 1
    mem32[scratch] = count if count < _MOST_COUNTED else _MOST_COUNTED
    return count


def forget_restarts(chip):
    """The pump runs well again: the row has ended."""
    mem32[_SCRATCH_RP2350 if chip == "rp2350" else _SCRATCH] = 0


def _assemble():
    """The two programs. Assembled when an engine is made, because nothing happens at import.

    Ticks of one step: 3: 1, 4: delay + 1, 5: 1, 7: 1 (high), 8: 1, 9: 1, then either 10: 3 or, for
    the next segment, 0, 1, 2: 3. So delay + 9 both ways, and no step is longer because a segment
    ends.
    """

    @rp2.asm_pio(
        set_init=rp2.PIO.OUT_LOW,
        sideset_init=rp2.PIO.OUT_LOW,
        out_shiftdir=rp2.PIO.SHIFT_RIGHT,
    )
    def pulses():
        wrap_target()
        pull(block)  # 0: at rest between trains
        out(x, 16)  # 1: steps of this segment, less one
        out(isr, 16)  # 2: delay of each
        label("step")
        mov(y, isr)  # 3
        label("wait")
        jmp(y_dec, "wait")  # 4
        jmp(pin, "go")  # 5: STOP is not pressed
        label("halt")
        jmp("halt")  # 6: until the next start()
        label("go")
        irq(4).side(1)  # 7: STEP high and the flag, in one tick
        nop().side(0)  # 8: STEP low
        jmp(x_dec, "again")  # 9
        wrap()
        label("again")
        jmp("step")[2]  # 10

    @rp2.asm_pio()
    def flags():
        label("again")
        wait(1, irq, 4)  # takes the flag down again; at full clock, so that none is missed
        jmp(x_dec, "again")  # counts down from 2**32 - 1, so that inverted it counts up

    return pulses, flags
