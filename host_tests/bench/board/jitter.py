"""On the board, as main.py: 300 steps at 1 kHz in one of three ways, idle or beside other work.

wish.py says which; see ../jitter.py.
"""

import time

from machine import Pin, Timer
from wish import busy, event, layout, way

import board
from pump.core import record
from pump.hardware import Hardware
from pump.storage.journal import Journal

STEPS = 300
PERIOD_US = 1_000
PULSE_US = 10

hardware = Hardware(board)
journal = Journal(hardware.files)
journal.recover()
display = hardware.display
turn = 0


def work():
    """One piece of what a pump does besides: a record, a row of the display, 64 bytes out."""
    global turn
    turn += 1
    if turn % 4 == 0:
        journal.append(record.pack(journal.next_seq, 1, event, turn, 0, False, 0, layout, ()))
        journal.commit()
    display.frame.fill(turn % 2)
    display.show()
    display.step(hardware.now_ms())
    hardware.port.write(bytes(64))


def pio():
    hardware.stepper.start(STEPS)
    while hardware.stepper.busy():
        work() if busy else time.sleep_ms(5)


def loop():
    step = Pin(board.STEP_PIN, Pin.OUT)
    for number in range(STEPS):
        step.value(1)
        time.sleep_us(PULSE_US)
        step.value(0)
        time.sleep_us(PERIOD_US - PULSE_US)
        if busy and number % 10 == 9:
            work()


def timer():
    step = Pin(board.STEP_PIN, Pin.OUT)
    left = [STEPS]

    def tick(_):
        if left[0]:
            left[0] -= 1
            step.value(1)
            step.value(0)

    beat = Timer(period=PERIOD_US // 1_000, callback=tick)
    while left[0]:
        work() if busy else time.sleep_ms(5)
    beat.deinit()


for _ in range(9):  # the panel is set up, the first pages are sent
    work()
print("begin")
time.sleep_ms(20)
{"pio": pio, "loop": loop, "timer": timer}[way]()
print("done")
