"""Breaks every part of the whole pump on faked hardware, once or for ever, and looks at the end.

Each case ends the same way: the motor stops, an alarm sounds where one still can, the log holds
every step after the restart, and the pump then does what its settings say. What a person would do
is done: the power is switched off and on.
"""

from host_tests.proofs.proof import BrokenError, Proof
from host_tests.rig import OK, STOP, UP, Rig, WatchdogResetError
from pump.core import alarms, events, states
from pump.core import settings as st

BASAL = [(0, 5_000)]
BOLUS_MU = 2_000
_LEASE, _PART, _TRAIN = 136, 340, 68  # what may be in doubt: 0.2 U, 0.5 U, 0.1 U
_ERRORS = {"value": ValueError, "io": lambda: OSError(5), "memory": MemoryError}

# Every call that a turn makes, as (the part's name from the rig, its method).
CALLS = (
    ("hardware.clock", "elapsed_ms"),
    ("hardware", "now_ms"),
    ("hardware.buttons", "poll"),
    ("hardware.buttons", "down"),
    ("hardware.buttons", "active"),
    ("hardware.buttons", "stop_down"),
    ("hardware.battery", "read_mv"),
    ("hardware.pressure", "read_mbar"),
    ("hardware.stepper", "busy"),
    ("hardware.stepper", "was_cut"),
    ("hardware.stepper", "take"),
    ("hardware.stepper", "start"),
    ("hardware.stepper", "duration_ms"),
    ("hardware.engine", "start"),
    ("hardware.engine", "busy"),
    ("hardware.engine", "made"),
    ("hardware.engine", "was_cut"),
    ("hardware.display", "show"),
    ("hardware.display", "sleep"),
    ("hardware.display", "step"),
    ("hardware.buzzer", "tick"),
    ("hardware.port", "read"),
    ("hardware.files", "open"),
    ("hardware", "feed_watchdog"),
    ("pump", "advance"),
    ("pump", "sense"),
    ("pump", "keys_down"),
    ("pump", "moved"),
    ("pump", "stands_at"),
    ("pump", "next_burst"),
    ("pump", "due_ms"),
    ("pump.bolus", "accrue"),
    ("pump.basal", "keep_lease"),
    ("pump.log", "write"),
    ("app.ui", "advance"),
    ("app.ui", "draw"),
    ("app.ui", "lit"),
    ("app.ui", "take_sound"),
    ("app.ui", "due_ms"),
    ("app._host.link", "advance"),
    ("app._host.link", "room"),
    ("app._host.link", "idle"),
    ("app.journal", "append"),
    ("app.journal", "commit"),
)
# Without these no alarm can be heard, whatever the pump does.
_SILENT = (
    "hardware.clock.elapsed_ms",
    "hardware.now_ms",
    "hardware.buzzer.tick",
    "hardware.feed_watchdog",
    "app.ui.advance",
    "app.ui.take_sound",
    "app.ui.lit",
    "app.ui.draw",
    "hardware.display.show",
    "hardware.display.sleep",
    "pump.log.write",
)
# One in each layer, and where a hang could come in the middle of something.
HANGS = (
    ("pump", "advance"),
    ("app.ui", "draw"),
    ("app.journal", "commit"),
    ("app._host.link", "advance"),
    ("hardware.buttons", "poll"),
    ("hardware.stepper", "duration_ms"),
    ("hardware.display", "step"),
)


def _part(rig, path):
    found = rig
    for name in path.split("."):
        found = getattr(found, name)
    return found


def _in_a_bolus():
    """A pump that gives basal and is in the middle of a train of a bolus."""
    rig = Rig(program=BASAL)
    rig.run_s(5)
    rig.port.host_write(b"status\r")
    rig.bolus(BOLUS_MU)
    rig.run_until(lambda: rig.steps >= 150)
    rig.run_until(rig.hardware.engine.busy)
    return rig


def _told(rig):
    """(least, most) steps of dose in the log."""
    least = sum(values[0] for values in rig.all(events.BASAL_LEASE))
    least += sum(values[2] for values in rig.all(events.BOLUS_END))
    doubts = rig.all(events.UNCERTAIN)
    return least, least + sum(values[2] for values in doubts if values[0] != events.KIND_REWIND)


def _run(rig, duration_s):
    """Let time go by, or until the watchdog starts the pump again. Says whether it did."""
    until_us = rig.world.clock.now_us + duration_s * 1_000_000
    bitten = False
    while rig.world.clock.now_us < until_us:
        try:
            rig.run_ms(max(1, (until_us - rig.world.clock.now_us) // 1000))
        except WatchdogResetError:
            bitten = True
        except (ValueError, OSError, MemoryError):
            # Out of the loop itself: `App.run` switches the motor off, the watchdog does the rest.
            rig.hardware.stepper.stop()
            rig.hardware.stepper.release()
            rig.world.clock.advance_ms(rig.hardware.WATCHDOG_MS)
            bitten = True
        if bitten:
            rig.restart(events.RESET_WATCHDOG)
            break
    return bitten


def _need(holds, words):
    if not holds:
        raise BrokenError(words)


def _afterwards(rig, silent=False, restarted=False, lies=False):
    """What has to hold once a fault was there for a while, and after the power went off and on.

    `lies`: an engine counted steps that it did not make, which nobody can know.
    """
    before = rig.pump.alarms
    told = before.waiting & (1 << alarms.SYSTEM_ERROR - 1 | 1 << alarms.MOTOR_ERROR - 1)
    if restarted:
        told = before.waiting & (1 << alarms.RESTARTED - 1 | told)
    _need(told, "no alarm is waiting")
    _need(silent or rig.world.buzzer.history, "no alarm was heard")
    _need(not rig.world.motor.edges_while_disabled, "steps were made with the coils off")
    made = rig.steps
    if not restarted:
        _need(rig.world.enable_pin.value() == 1, "the coils are on")
        _need(rig.pump.state == states.FAULT, "the pump is not in its fault")
    rig.restart()
    rig.run_s(2)
    _need(rig.pump.state == states.RUNNING, "it does not run after the restart")
    least, most = _told(rig)
    _need(lies or least <= made, f"{made} steps, the log tells at least {least}")
    _need(made <= most, f"{made} steps, the log tells at most {most}")
    starts = len(rig.all(events.BOOT)) - 1
    _need(most - least <= _PART + _TRAIN + starts * _LEASE, f"{most - least} steps in doubt")
    _need(rig.all(events.BOLUS_END), "the bolus has no end in the log")
    _need(rig.steps - made <= 8, "more than the basal that was due came at once")
    rig.run_s(30)
    _need(rig.steps > made, "basal does not come back")


def _error(path, method, kind, for_ever):
    rig = _in_a_bolus()
    part = _part(rig, path)
    inner = getattr(part, method)
    planted = []

    def broken(*arguments):
        if not for_ever:
            setattr(part, method, inner)
        planted.append(1)
        raise _ERRORS[kind]()

    setattr(part, method, broken)
    bitten = _run(rig, 10)
    if not planted:
        return False
    at = rig.steps
    bitten |= _run(rig, 8)
    if not bitten:
        _need(rig.steps == at, "the motor goes on")
        known = rig.all(events.SYSTEM_ERROR) or rig.all(events.MOTOR_ERROR)
        lost = for_ever and path + "." + method in _SILENT + _UNRECORDED
        _need(known or lost, "no record of it")
    if for_ever and not bitten:
        setattr(part, method, inner)
    _afterwards(rig, silent=path + "." + method in _SILENT, restarted=bitten)
    return True


# With these broken for good nothing more can be written; the restart tells of the stretch.
_UNRECORDED = (
    "hardware.files.open",
    "app.journal.append",
    "app.journal.commit",
    "hardware.stepper.busy",
    "pump.moved",
)


def _hang(path, method):
    rig = _in_a_bolus()
    part = _part(rig, path)
    clock = rig.world.clock

    met = []

    def hangs(*_arguments):
        met.append(rig.steps)
        clock.advance_ms(rig.hardware.WATCHDOG_MS + 1)
        raise WatchdogResetError

    setattr(part, method, hangs)
    try:
        rig.run_s(60)
    except WatchdogResetError:
        pass
    else:
        raise BrokenError("it never hung")
    at = met[0]
    _need(not rig.hardware.engine.busy(), "the train never ended")
    _need(rig.steps - at <= _TRAIN, f"{rig.steps - at} steps after the hang")
    rig.restart(events.RESET_WATCHDOG)
    rig.run_s(2)
    _need(rig.pump.state == states.RUNNING, "it does not run after the reset")
    _need(not rig.pump.bolus.active, "the bolus goes on by itself")
    waiting = rig.pump.alarms.waiting
    _need(waiting & 1 << alarms.RESTARTED - 1, "nobody is told of the restart")
    _need(waiting & 1 << alarms.BOLUS_INCOMPLETE - 1, "nobody is told of the bolus")
    _afterwards(rig, restarted=True)


# ---- parts that are missing, held or at their ends ---------------------------------------


def _stuck_bus():
    rig = Rig(program=BASAL)
    rig.world.bus.stuck = True
    _basal_comes(rig)


def _unplugged_and_back():
    rig = Rig(program=BASAL)
    address = rig.world.board.I2C_ADDRESS
    for _ in range(3):
        rig.world.bus.unplug(address)
        _basal_comes(rig)
        rig.world.panel.power_cycle()
        rig.world.bus.plug(address, rig.world.panel)
        rig.press(UP)
        rig.run_s(6)
        _need(any("#" in row for row in rig.screen()), "the display stays dark")
        rig.press(STOP)


def _no_display_at_boot():
    rig = Rig(program=BASAL)
    rig.run_s(5)
    rig.world.bus.stuck = True
    rig.restart()
    _basal_comes(rig)


def _no_buzzer():
    rig = Rig(program=BASAL)

    def gone(*_):
        raise OSError(19)

    rig.world.buzzer.freq = rig.world.buzzer.duty_u16 = gone
    rig.press(UP)
    rig.press(STOP)
    _basal_comes(rig)


def _basal_comes(rig, duration_s=120):
    """Basal is given in full, no time is lost, and no turn takes long."""
    clock, at, began_us, longest_us = rig.world.clock, rig.steps, rig.world.clock.now_us, 0
    while clock.now_us - began_us < duration_s * 1_000_000:
        turn_us = clock.now_us
        due_ms = rig.app.guarded_turn()
        longest_us = max(longest_us, clock.now_us - turn_us)
        rig.hardware.sleep_ms(due_ms)
    owed = BASAL[0][1] * 6791 * duration_s // 36_000_000
    _need(abs(rig.steps - at - owed) <= 8, f"{rig.steps - at} steps of basal, not {owed}")
    _need(longest_us <= 50_000, f"a turn took {longest_us} us")
    _need(rig.pump.state == states.RUNNING, "it stopped")


def _key_held(button, at_boot):
    rig = Rig(program=BASAL)
    rig.world.fingers[button].press_for_ms(10_000_000)
    if at_boot:
        rig.run_ms(20)
        rig.restart()
    rig.run_s(70)
    stuck = alarms.STOP_STUCK if button == STOP else alarms.KEY_STUCK
    _need(rig.pump.alarms.has_cause(stuck), "nobody is told")
    at = rig.steps
    rig.run_s(60)
    if button == STOP:
        _need(rig.pump.state == states.SUSPENDED, "it does not say that nothing is given")
        _need(rig.steps == at, "steps came with STOP down")
    else:
        _need(rig.steps > at, "basal stopped")
        _need(not rig.all(events.BOLUS_START), "a key that is held gave a bolus")


def _adc(which, millivolts, alarm, stops):
    rig = Rig(program=BASAL)
    rig.run_s(5)
    sensor = rig.hardware.battery if which == "battery" else rig.hardware.pressure
    sensor._adc.millivolts = millivolts
    rig.run_s(10)
    at = rig.steps
    _need(rig.pump.alarms.has_cause(alarm), "nobody is told")
    rig.run_s(60)
    _need((rig.steps == at) == stops, "it gives on" if stops else "it stopped")


def _weak_battery():
    rig = Rig(program=BASAL)
    rig.world.cell.sag_mv = 700
    rig.bolus(BOLUS_MU)
    rig.run_s(10)
    _need(rig.pump.alarms.waiting & 1 << alarms.BATTERY_EMPTY - 1, "nobody is told")
    _need(rig.pump.state == states.SUSPENDED, "it does not stop")


def _flash_refuses(for_ever):
    rig = _in_a_bolus()
    inner = rig.hardware.files.open
    calls = []

    def refuses(path, mode="r"):
        if "r" not in mode and (for_ever or not calls):
            calls.append(1)
            raise OSError(5)
        return inner(path, mode)

    rig.hardware.files.open = refuses
    rig.run_s(20)
    _need(calls, "nothing was written")
    at = rig.steps
    rig.run_s(30)
    _need(rig.steps == at, "the motor goes on without a log")
    _need(bool(rig.all(events.SYSTEM_ERROR)) != for_ever, "no record of it")
    _afterwards(rig)


def _flash_found_empty():
    rig = Rig(program=BASAL)
    rig.run_s(60)
    rig.cut_power()
    rig.world.flash.buffer[:] = b"\xff" * len(rig.world.flash.buffer)
    rig.boot()
    at = rig.steps
    rig.run_s(120)
    _need(rig.pump.alarms.waiting & 1 << alarms.LOG_NEW - 1, "nobody is told")
    _need(rig.all(events.LOG_NEW), "no record of it")
    _need(rig.steps == at, "basal of settings that are gone")


def _ticks_wrap():
    rig = Rig(program=BASAL)
    rig.run_s(5)
    rig.cut_power()
    rig.world.clock.now_us = ((1 << 30) - 20_000) * 1000
    rig.boot()
    rig.bolus(BOLUS_MU)
    _bolus_ends(rig)
    _need(rig.world.clock.ticks_ms() < 1 << 29, "the ticks did not wrap")
    _basal_comes(rig)


def _late_turn(late_ms):
    rig = _in_a_bolus()
    rig.world.clock.advance_ms(late_ms)
    _bolus_ends(rig)
    _basal_comes(rig)


def _bolus_ends(rig):
    rig.run_until(lambda: not rig.pump.bolus.active)
    (end,) = rig.all(events.BOLUS_END)
    _need(end[1] == BOLUS_MU and end[3] == events.END_DONE, f"the bolus ended as {end}")


# ---- engines that lie --------------------------------------------------------------------


def _too_few(engine):
    made = engine.made
    engine.made = lambda: max(0, made() - 1)


def _too_many(engine):
    made = engine.made
    engine.made = lambda: made() + 1


def _never_ends(engine):
    engine.busy = lambda: True


def _ends_too_early(engine):
    engine.busy = lambda: False


def _moves_by_itself(engine):
    made, over = engine.made, []

    def more():
        if not engine._running and len(over) < 3:
            over.append(1)
        return made() + len(over)

    engine.made = more


def _counts_backwards(engine):
    made, asked = engine.made, []

    def less():
        asked.append(1)
        return made() - len(asked)

    engine.made = less


def _counts_on_after_the_end(engine):
    made, asked = engine.made, []

    def more():
        if not engine._running:
            asked.append(1)
        return made() + len(asked) // 3

    engine.made = more


def _never_begins(engine):
    engine.start = lambda steps: None


def _always_cut(engine):
    start = engine.start

    def cut(steps):
        start(steps)
        engine.stop()

    engine.start = cut


LIES = (
    _too_few,
    _too_many,
    _never_ends,
    _ends_too_early,
    _moves_by_itself,
    _counts_backwards,
    _counts_on_after_the_end,
    _never_begins,
    _always_cut,
)


_OVERCOUNT = (_too_many, _moves_by_itself, _counts_on_after_the_end)


def _lie(change):
    rig = _in_a_bolus()
    change(rig.hardware.engine)
    rig.run_s(30)
    at = rig.steps
    rig.run_s(30)
    _need(rig.steps == at, "the motor goes on")
    _need(rig.all(events.MOTOR_ERROR), "no record of it")
    _afterwards(rig, lies=change in _OVERCOUNT)


def _stop_between(part, method):
    """STOP goes down within a call between the records and the train."""
    rig = _in_a_bolus()
    rig.run_until(lambda: not rig.pump.moving())
    owner = _part(rig, part)
    inner = getattr(owner, method)
    at = []

    def pressed(*arguments):
        setattr(owner, method, inner)
        rig.world.fingers[STOP].press_for_ms(80)
        at.append(rig.pump.bolus.given_steps)
        return inner(*arguments)

    setattr(owner, method, pressed)
    _stops(rig, at, 1)


def _stop_while_flash_is_erased():
    rig = _in_a_bolus()
    inner = rig.app.journal.commit

    at = []

    def slow():
        at.append(rig.pump.bolus.given_steps)
        rig.app.journal.commit = inner
        rig.world.fingers[STOP].press_for_ms(60)
        rig.world.clock.advance_ms(400)
        return inner()

    rig.app.journal.commit = slow
    _stops(rig, at, 0)


def _stops(rig, given, most):
    """Once `given` holds what the bolus had made when STOP went down: it makes no more."""
    rig.run_until(lambda: given)
    rig.run_s(5)
    _, _, made, reason = rig.all(events.BOLUS_END)[0]
    _need(made - given[0] <= most, f"{made - given[0]} steps after STOP")
    _need(reason == events.END_STOPPED, "the bolus was not stopped")


def _self_test(plant, test):
    """What the pump finds when it checks itself: it stops, says so, and gives again after it."""
    rig = Rig(program=BASAL)
    rig.run_s(5)
    plant(rig)
    for _ in range(20):
        rig.run_s(60)
        if rig.all(events.SELF_TEST):
            break
    _need([row[:2] for row in rig.all(events.SELF_TEST)] == [(test, 0)], "it was not found")
    _need(rig.pump.alarms.waiting & 1 << alarms.SELF_TEST - 1, "no alarm is waiting")
    _need(rig.world.buzzer.history, "no alarm was heard")
    _need(rig.pump.state == states.SUSPENDED, "the pump gives on")
    at = rig.steps
    rig.run_s(60)
    _need(rig.steps == at, "the motor goes on")
    rig.restart()
    _need(rig.pump.state == states.SUSPENDED, "it gives by itself after an alarm")
    least, most = _told(rig)
    _need(least <= rig.steps <= most, f"{rig.steps} steps, the log tells {least} to {most}")


def _value_changes(rig):
    rig.pump.settings._values[st.MAX_BOLUS_MU] ^= 1 << 14


def _slot_changes(rig):
    slot = "/settings" + ("/a", "/b")[1 - rig.app._store._next_slot]
    with rig.hardware.files.open(slot, "rb") as file:
        data = bytearray(file.read())
    data[20] ^= 1
    with rig.hardware.files.open(slot, "wb") as file:
        file.write(data)


def _time_runs_fast(rig):
    elapsed_ms = rig.hardware.clock.elapsed_ms
    rig.hardware.clock.elapsed_ms = lambda: elapsed_ms() * 21 // 20


def cases():
    """Every case by its name: a function without arguments that raises BrokenError."""
    found = {}
    for path, method in CALLS:
        for kind in _ERRORS:
            for for_ever in (False, True):
                name = f"{path}.{method} raises {kind} {'for ever' if for_ever else 'once'}"
                found[name] = (_error, path, method, kind, for_ever)
    for path, method in HANGS:
        found[f"{path}.{method} hangs"] = (_hang, path, method)
    for change in LIES:
        found["an engine that " + change.__name__.strip("_").replace("_", " ")] = (_lie, change)
    for button, key in ((UP, "UP"), (1, "DOWN"), (OK, "OK"), (STOP, "STOP")):
        found[f"{key} held for ever"] = (_key_held, button, False)
        found[f"{key} held from power-on"] = (_key_held, button, True)
    found |= {
        "a bus that is stuck": (_stuck_bus,),
        "a display unplugged and back": (_unplugged_and_back,),
        "a display that never answers": (_no_display_at_boot,),
        "a buzzer that is missing": (_no_buzzer,),
        "battery pin at the top": (_adc, "battery", 3_300, alarms.SENSOR_LOST, False),
        "battery pin at ground": (_adc, "battery", 0, alarms.SENSOR_LOST, False),
        "pressure pin at the top": (_adc, "pressure", 3_300, alarms.OCCLUSION, True),
        "pressure pin at ground": (_adc, "pressure", 0, alarms.SENSOR_LOST, False),
        "a battery that sags under load": (_weak_battery,),
        "a flash that refuses once": (_flash_refuses, False),
        "a flash that refuses for ever": (_flash_refuses, True),
        "a filesystem found empty": (_flash_found_empty,),
        "ticks that wrap": (_ticks_wrap,),
        "a turn late by 3 s": (_late_turn, 3_000),
        "a turn late by 7 s": (_late_turn, 7_000),
        "a value that changes in the memory": (_self_test, _value_changes, events.TEST_SETTINGS),
        "settings that change in the flash": (_self_test, _slot_changes, events.TEST_SETTINGS),
        "time that is counted too fast": (_self_test, _time_runs_fast, events.TEST_CLOCK),
        "STOP while the burst is chosen": (_stop_between, "pump", "next_burst"),
        "STOP while the train is planned": (_stop_between, "hardware.stepper", "duration_ms"),
        "STOP after the commit": (_stop_between, "app.journal", "commit"),
        "STOP while flash is erased": (_stop_while_flash_is_erased,),
    }
    return found


def prove(say, seed, only, jobs, every):
    """Run every case, or every so-manieth of the planted errors and all of the rest."""
    found = cases()
    if only is not None:
        found = {only: found[only]}
    broken, ran, idle = [], 0, []
    for number, (name, (function, *arguments)) in enumerate(found.items()):
        if function is _error and (number + seed) % every and only is None:
            continue
        try:
            if function(*arguments) is False:
                idle.append(name)
        except BrokenError as error:
            broken.append(f"--only {name!r}: {error}")
            say(broken[-1])
        ran += 1
    if broken:
        raise BrokenError(f"{len(broken)} of {ran} cases; {broken[0]}")
    counts = {}
    for function, *_ in found.values():
        counts[function] = counts.get(function, 0) + 1
    return [
        ("calls of a turn in which an error was planted", len(CALLS)),
        ("cases in all", ran),
        ("of these an error that no turn of the scenario met", len(idle)),
        ("hangs", counts.get(_hang, 0)),
        ("pulse engines that lie", counts.get(_lie, 0)),
    ]


PROOF = Proof(
    "faults",
    "Whatever part of the pump fails, lies or hangs: the motor stops, an alarm sounds where one "
    "still can, and the log accounts for every step after the restart.",
    prove,
    short={"every": 29},
    full={"every": 1},
)
