"""Runs on the board itself, sent by `basalt selftest` and `basalt doctor`: tries part by part.

Prints a line for each check: basalt:[name, verdict, detail]. Verdict: 1 held, 0 failed, -1 there
is no such part. Until move() is called the coils are off: pulses come and the motor stands still.
"""

import gc
import json
import os
import sys
import time

import board

HELD, FAILED, ABSENT = 1, 0, -1
KEYS = ("UP", "DOWN", "OK", "STOP")
hardware = None


def tell(name, verdict, detail=""):
    print("basalt:" + json.dumps([name, int(verdict), str(detail)]))


def check(name, call, *arguments):
    """Run one check; what it raises is its detail."""
    try:
        verdict, detail = call(*arguments)
    except Exception as error:
        verdict, detail = FAILED, "{}: {}".format(type(error).__name__, error)
    tell(name, verdict, detail)


def make_parts():
    global hardware
    try:
        import pack  # in service its modules are not to be found any more

        pack.mount()
    except ImportError:
        pass  # an older build, or one of sources
    from pump.hardware import Hardware

    gc.collect()
    hardware = Hardware(board)
    gc.collect()
    return HELD, "{} bytes of memory left".format(gc.mem_free())


def run_out(engine):
    """Let a train end; its time in ms."""
    began = time.ticks_ms()
    while engine.busy():
        time.sleep_ms(1)
        if time.ticks_diff(time.ticks_ms(), began) > 10_000:
            engine.stop()
            raise RuntimeError("a train does not end")
    return time.ticks_diff(time.ticks_ms(), began)


def trains_of(engine):
    return [n for n in (1, 2, 3, 4, 7, 8, 9, 40) if n <= engine.longest_train]


def exact_counts():
    engine = hardware.engine
    for steps in trains_of(engine):
        engine.start(steps)
        run_out(engine)
        if engine.made() != steps or engine.was_cut():
            return FAILED, "{} steps ordered, {} counted".format(steps, engine.made())
    return HELD, "trains of {} steps".format(trains_of(engine))


def right_rates():
    engine = hardware.engine
    steps = trains_of(engine)[-1]
    expected_ms = engine.ramp.duration_ms(steps)
    engine.start(steps)
    took_ms = run_out(engine)
    detail = "{} steps took {} ms, {} expected".format(steps, took_ms, expected_ms)
    return abs(took_ms - expected_ms) <= expected_ms // 8 + 10, detail


def growing_count():
    engine = hardware.engine
    seen = []
    engine.start(trains_of(engine)[-1])
    while engine.busy():
        seen.append(engine.made())
        time.sleep_ms(2)
    seen.append(engine.made())
    return seen == sorted(seen) and len(set(seen)) > 3, "{} looks".format(len(seen))


def exact_stops():
    engine = hardware.engine
    steps = trains_of(engine)[-1]
    counts = []
    for after_ms in (0, 3, 11, 20, 27):
        engine.start(steps)
        time.sleep_ms(after_ms)
        engine.stop()
        made = engine.made()
        time.sleep_ms(30)
        if engine.busy() or engine.made() != made:
            return FAILED, "{} steps after the stop".format(engine.made() - made)
        if not (made < steps and engine.was_cut()):
            return FAILED, "{} of {} steps made".format(made, steps)
        counts.append(made)
    engine.stop()
    engine.start(3)
    run_out(engine)
    return engine.made() == 3, "stopped after {} steps; the next train was whole".format(counts)


def refusals():
    engine = hardware.engine
    for steps in (0, -1, engine.longest_train + 1):
        try:
            engine.start(steps)
            return FAILED, "a train of {} steps was begun".format(steps)
        except ValueError:
            pass
    engine.start(3)
    try:
        engine.start(1)
        return FAILED, "a second train was begun"
    except RuntimeError:
        run_out(engine)
    return HELD, "none, too many, two at once"


def keys_at_rest():
    down = hardware.buttons.down()
    names = [KEYS[key] for key in range(4) if down >> key & 1]
    return not names, "{} down".format(" and ".join(names)) if names else "none down"


def display():
    panel = hardware.display
    panel.frame.fill(0)
    panel.frame.rect(0, 0, panel.width, panel.height, 1)
    panel.frame.fill_rect(32, 16, 64, 32, 1)
    panel.show()
    for _ in range(100):
        if not panel.step(time.ticks_ms()):
            break
    if panel.present:
        return HELD, "it answers"
    return FAILED, "nothing answers at address 0x{:02X}".format(board.I2C_ADDRESS)


def battery():
    mv = hardware.battery.read_mv()
    return (ABSENT, "none, or its divider is open") if mv < 0 else (HELD, "{} mV".format(mv))


def pressure():
    mbar = hardware.pressure.read_mbar()
    if mbar < 0:
        return ABSENT if board.PRESSURE is None else FAILED, "no reading"
    return mbar <= 100, "{} mbar with the line open".format(mbar)


def end_switch():
    if hardware.end_stop is None:
        return ABSENT, "this board has none"
    if hardware.end_stop.reached():
        return FAILED, "the head is at its end, or the wire of the switch is broken"
    return HELD, "not at the end"


def wall_clock():
    clock = hardware.wall_clock
    if clock is None:
        return ABSENT, "this board has none"
    local_s = clock.read_s()
    return local_s > 0, "{} s since 2020".format(local_s) if local_s > 0 else "it has no time"


def files():
    name = "/selftest.tmp"
    with open(name, "wb") as file:
        file.write(b"basalt" * 40)
        file.flush()
    os.rename(name, name + "2")
    with open(name + "2", "rb") as file:
        same = file.read() == b"basalt" * 40
    os.remove(name + "2")
    return same, "written, renamed, read back, removed"


def image():
    version = sys.implementation.version
    return version[:2] >= (1, 26), "MicroPython {}.{}.{}".format(*version[:3])


def run_all():
    """Everything that needs no hand, with the motor at rest."""
    check("image", image)
    check("parts", make_parts)
    if hardware is None:
        return
    for name, call in (
        ("keys at rest", keys_at_rest),
        ("exact count", exact_counts),
        ("rates", right_rates),
        ("count while it runs", growing_count),
        ("stop", exact_stops),
        ("refusals", refusals),
        ("display", display),
        ("battery", battery),
        ("pressure", pressure),
        ("end switch", end_switch),
        ("wall clock", wall_clock),
        ("files", files),
    ):
        check(name, call)


def wait_for_key(key):
    """Wait for a press of one key: for `basalt doctor`."""
    began = time.ticks_ms()
    waiting = True  # for the finger on the last one
    while time.ticks_diff(time.ticks_ms(), began) < 10_000:
        down = hardware.buttons.down()
        if waiting:
            waiting = down != 0
        elif down == 1 << key:
            return HELD, "pressed"
        elif down:
            names = [KEYS[other] for other in range(4) if down >> other & 1]
            return FAILED, "{} went down instead".format(" and ".join(names))
        time.sleep_ms(10)
    return FAILED, "no press in 10 s"


def move(steps):
    """Turn the motor so far, coils on; - turns back."""
    stepper = hardware.stepper
    left = abs(steps)
    made = 0
    while left:
        part = min(left, stepper.longest_train, 200)
        stepper.start(part if steps > 0 else -part)
        while stepper.busy():
            time.sleep_ms(1)
        done = stepper.take()
        made += done
        left -= part
        if abs(done) != part:
            break
    turning = hardware.turning
    lost = turning.lost_steps(stepper.position_steps) if turning is not None else 0
    if lost:
        return FAILED, "{} steps counted, and the sensor saw no motion".format(made)
    return made == steps, "{} of {} steps counted".format(made, steps)


def beep():
    hardware.buzzer.play(((2_000, 200), (0, 100), (3_000, 200)))
    while hardware.buzzer.playing:
        hardware.buzzer.tick(time.ticks_ms())
        time.sleep_ms(5)
    return HELD, "played"
