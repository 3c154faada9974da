"""A pump of which a part fails: it stops, tells, records, and starts into safety."""

import sys

import pytest

from host_tests.fakes.flash import Files, Flash
from host_tests.proofs.lives import with_records
from host_tests.rig import OK, Rig, WatchdogResetError
from pump.app import ERROR_FLASH, ERROR_RESTARTS, App
from pump.core import alarms, codes, events, record, settings, states
from pump.core.profile import BOLUS_PART_MU
from pump.link import protocol
from pump.link.frame import pack
from pump.storage.segments import RECORDS_PER_SEGMENT, STORED_SIZE

EIO = 5
BASAL = [(0, 5_000)]


def refuse(*_):
    """What a worn-out flash does."""
    raise OSError(EIO)


def no_memory(*_):
    """What a full heap does to whoever asks."""
    raise MemoryError


def hang(rig):
    """Let the loop hang until the watchdog bites, and start again."""
    rig.world.clock.advance_ms(rig.hardware.WATCHDOG_MS + 1)
    with pytest.raises(WatchdogResetError):
        rig.turn()
    rig.restart(events.RESET_WATCHDOG)


def test_a_log_that_cannot_be_read_at_the_start_gets_its_record_when_it_can_be():
    rig = Rig(program=BASAL)
    rig.run_s(120)
    at, before = rig.steps, rig.records()

    def plant(hardware):
        hardware.files.entries = refuse

    rig.restart(plant=plant)
    rig.run_s(30)
    assert rig.pump.state == states.FAULT
    assert rig.pump.alarms.highest() == alarms.SYSTEM_ERROR
    del rig.hardware.files.entries
    rig.run_s(6)
    assert rig.records()[: len(before)] == before
    assert rig.all(events.SYSTEM_ERROR) == [(ERROR_FLASH, EIO)]
    rig.restart()
    rig.run_s(300)
    assert rig.pump.log.boot == 3
    assert rig.steps > at


def test_a_fault_that_was_seen_sounds_again_within_ten_minutes():
    rig = Rig(program=BASAL)
    rig.run_s(60)
    rig.pump.fail(1, 0)
    rig.run_s(5)
    for _ in range(3):
        rig.press(OK)
        rig.run_s(480)
        assert not rig.pump.alarms.waiting >> alarms.SYSTEM_ERROR - 1 & 1
        rig.run_s(120)
        assert rig.pump.alarms.waiting >> alarms.SYSTEM_ERROR - 1 & 1
        assert rig.app.ui.alarm == alarms.SYSTEM_ERROR
    assert (alarms.SYSTEM_ERROR, 0) in rig.all(events.ALARM_REPEATED)


def test_an_older_segment_under_noise_is_told_soon_after_the_start_and_once():
    flash = Flash(image=with_records(4 * RECORDS_PER_SEGMENT))
    rig = Rig(flash=flash)
    second = sorted(rig.hardware.files.listdir("/log"))[1]
    rig.run_s(60)
    assert rig.all(events.LOG_DAMAGED) == []
    size = rig.hardware.files.size("/log/" + second)
    with rig.hardware.files.open("/log/" + second, "wb") as file:
        file.write(bytes(size))
    for starts in (1, 2):
        rig.restart()
        rig.run_s(10)
        assert rig.all(events.LOG_DAMAGED) == [(0, RECORDS_PER_SEGMENT, 0)], starts
        assert rig.pump.alarms.waiting >> alarms.LOG_DAMAGED - 1 & 1 == (starts == 1)


@pytest.mark.parametrize("part", ["_recall", "_write_log"])
def test_a_start_that_fails_half_way_is_in_the_log_at_once(part, monkeypatch):
    rig = Rig(program=BASAL)
    rig.run_s(120)
    at = rig.steps
    whole = getattr(App, part)

    def fail_once(app):
        monkeypatch.setattr(App, part, whole)
        raise ValueError("planted")

    monkeypatch.setattr(App, part, fail_once)
    rig.restart()
    rig.run_s(10)
    assert rig.pump.state == states.FAULT
    assert len(rig.all(events.SYSTEM_ERROR)) == 1
    assert rig.steps == at
    rig.restart()
    assert rig.pump.state == states.RUNNING
    assert rig.all(events.UNCERTAIN)[-1][2] >= 100  # the lease that was open before both


def test_the_third_restart_in_a_row_leaves_a_pump_that_gives_nothing_and_says_so():
    rig = Rig(program=BASAL)
    rig.run_s(120)
    for _ in range(2):
        hang(rig)
        assert rig.pump.state == states.RUNNING
        assert rig.pump.alarms.waiting & 1 << alarms.RESTARTED - 1
        rig.run_s(60)
    hang(rig)
    at = rig.steps
    rig.run_s(120)
    assert rig.pump.state == states.FAULT
    assert rig.pump.alarms.highest() == alarms.SYSTEM_ERROR
    assert rig.all(events.SYSTEM_ERROR) == [(ERROR_RESTARTS, 3)]
    assert rig.steps == at
    rig.restart()
    rig.run_s(300)
    assert rig.pump.state == states.RUNNING
    assert rig.steps > at


def test_a_pump_that_hangs_even_in_its_fault_is_not_started_any_more():
    rig = Rig(program=BASAL)
    for _ in range(4):
        hang(rig)
    with pytest.raises(RuntimeError):
        rig.app.run()
    assert rig.steps == 0


def test_ten_good_minutes_end_a_row_of_restarts():
    rig = Rig(program=BASAL)
    for _ in range(3):
        hang(rig)
        assert rig.pump.state == states.RUNNING
        rig.run_s(665)


def test_a_fault_for_want_of_memory_stops_the_motor_and_sounds_the_alarm_without_any():
    rig = Rig(program=BASAL)
    rig.bolus(3000)
    rig.run_until(lambda: rig.hardware.engine.busy())
    whole = rig.pump.log.write
    rig.pump.log.write = no_memory
    rig.pump.sense = no_memory
    rig.run_s(3)
    at = rig.steps
    heard = len(rig.world.buzzer.history)
    rig.run_s(60)
    assert rig.steps == at
    assert not rig.hardware.engine.busy()
    assert rig.pump.state == states.FAULT
    assert rig.pump.alarms.highest() == alarms.SYSTEM_ERROR
    assert len(rig.world.buzzer.history) > heard
    rig.pump.log.write = whole
    rig.run_s(10)
    assert rig.all(events.BOLUS_END)


def test_an_alarm_for_whose_text_memory_is_short_is_shown_and_sounds_all_the_same(monkeypatch):
    class NoRoom:
        def find_spec(self, name, *_):
            if name.startswith("pump.ui.pages"):
                raise MemoryError

    rig = Rig(program=BASAL)
    rig.run_s(60)
    monkeypatch.setattr(sys, "meta_path", [NoRoom(), *sys.meta_path])
    heard = len(rig.world.buzzer.history)
    rig.pump.alarms.once(alarms.RESERVOIR_LOW)
    rig.run_s(30)
    assert rig.app.ui.alarm == alarms.RESERVOIR_LOW
    assert len(rig.world.buzzer.history) > heard
    assert rig.pump.state == states.RUNNING and rig.hardware.errors == []
    rig.press(OK)
    assert not rig.pump.alarms.waiting >> alarms.RESERVOIR_LOW - 1 & 1


def test_a_fault_turn_that_cannot_run_ends_in_a_restart():
    rig = Rig(program=BASAL)
    rig.pump.sense = no_memory
    rig.run_s(2)
    rig.hardware.clock.elapsed_ms = no_memory
    with pytest.raises(WatchdogResetError):
        rig.run_s(20)
    assert rig.world.enable_pin.value() == 1


def test_a_train_that_is_cut_short_time_after_time_is_a_motor_error():
    rig = Rig(program=BASAL)
    rig.run_s(20)
    start = rig.hardware.engine.start

    def start_and_stop(steps):
        start(steps)
        rig.hardware.engine.stop()

    rig.hardware.engine.start = start_and_stop
    rig.run_s(120)
    assert rig.pump.state == states.FAULT
    assert rig.pump.alarms.highest() == alarms.MOTOR_ERROR


def test_a_battery_that_gives_way_only_under_load_is_told_during_a_bolus():
    rig = Rig()
    rig.world.cell.sag_mv = 500
    rig.bolus(3000)
    rig.run_s(10)
    assert rig.pump.alarms.has_cause(alarms.BATTERY_LOW)


def test_an_answer_leaves_only_when_what_it_says_is_durable():
    rig = Rig()
    rig.run_s(3)
    number, value = settings.BOLUS_SPEED_MU_MIN, 3_000
    images = []
    write = rig.port.write

    def note(data):
        images.append(rig.world.flash.image())
        return write(data)

    rig.port.write = note
    body = bytes((number,)) + value.to_bytes(4, "little")
    rig.port.host_write(pack(protocol.request(1, protocol.SET_SETTING, body)))
    rig.run_s(1)
    assert rig.port.host_read()
    after_a_cut = Rig(flash=Flash(image=images[0]))
    assert after_a_cut.pump.settings.get(number) == value
    assert after_a_cut.all(events.SETTING_CHANGED) == [(number, 1_500, value, 1)]


def test_an_engine_that_takes_an_order_and_does_nothing_is_found_out():
    rig = Rig(program=BASAL)
    rig.run_s(20)
    assert rig.steps > 0
    rig.hardware.engine.start = lambda steps: None
    rig.run_s(30)
    assert rig.pump.state == states.FAULT
    told = sum(values[0] for values in rig.all(events.BASAL_LEASE))
    assert told == rig.steps


def test_an_answer_that_waits_for_the_end_of_a_train_keeps_nobody_awake():
    rig = Rig()
    rig.run_s(3)
    rig.bolus(1000)
    rig.run_until(rig.hardware.engine.busy)
    rig.port.host_write(b"status\r")
    for _ in range(6):
        rig.app.turn()
    assert rig.pump.moving()
    assert rig.pump.log.outbox
    assert rig.app.turn() > 0
    rig.run_s(1)
    assert b"bolus" in rig.port.host_read()


def with_an_old_checkpoint():
    """A pump that has given some boluses, and whose last checkpoint is in a segment by now."""
    rig = Rig(program=[(0, 1_000)])
    rig.pump.change().start(events.SOURCE_BUTTONS)
    rig.pump.change().load(200_000, events.SOURCE_BUTTONS)
    rig.pump.change().finish(events.SOURCE_BUTTONS)
    for _ in range(4):
        assert rig.pump.give_bolus(3_000, events.SOURCE_BUTTONS) == codes.OK
        rig.run_s(1_000)
    turn = 0
    while turn < 100 or not 30 <= rig.pump.log.since_checkpoint < 40:
        turn += 1
        rig.pump.set_setting(settings.DISPLAY_OFF_S, 40 + turn % 2 * 10, events.SOURCE_BUTTONS)
        rig.run_s(1)
    return rig


def damage_the_last(rig, event):
    """Noise in the last record of an event, which is in a segment."""
    seq = max(record.seq_of(packed) for packed in rig.records() if packed[6] == event)
    rig.cut_power()
    files = Files(rig.world.flash)
    for name, size in files.entries("/log"):
        at = (seq - int(name[:8], 16)) * STORED_SIZE if name.endswith(".seg") else size
        if 0 <= at < size:
            with files.open("/log/" + name, "r+b") as file:
                file.seek(at + 15)
                file.write(b"noise")
            return
    raise AssertionError("it is in no segment")


@pytest.mark.parametrize(
    "event",
    [
        events.CHECKPOINT,
        events.CHECKPOINT_WINDOW,
        events.CHECKPOINT_INSULIN,
        events.CHECKPOINT_TODAY,
    ],
)
def test_a_damaged_checkpoint_takes_nothing_of_what_was_given_out_of_memory(event):
    rig = with_an_old_checkpoint()
    before = rig.pump
    damage_the_last(rig, event)
    rig.boot()
    rig.run_s(2)
    after = rig.pump
    # The lease that was open; and for what is lost another one, and a part of a bolus.
    most = 2 * after.profile.basal_lease_steps + after.profile.bolus_part_steps + 2
    part_mu = BOLUS_PART_MU + 1
    assert before.on_board_mu() <= after.on_board_mu() <= before.on_board_mu() + 100 + part_mu
    assert before.window.day_steps <= after.window.day_steps <= before.window.day_steps + most
    assert before.window.hour_steps <= after.window.hour_steps
    assert before.reservoir_steps - most <= after.reservoir_steps <= before.reservoir_steps
    assert after.bolus_today_steps == before.bolus_today_steps
    assert after.state == states.SUSPENDED, "what else is lost nobody knows"
