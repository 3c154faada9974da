"""One idle turn of the loop allocates nothing."""

from host_tests.vm.desk import Desk
from host_tests.vm.heap import allocated, locked

PROGRAM = [(0, 1_000)]


def idle_desk():
    """A pump that has given basal for a while, and is about to make a turn without any work."""
    desk = Desk(PROGRAM)
    desk.run_s(150)
    desk.run_to_idle()
    return desk


def test_the_desk_gives_basal():
    desk = Desk(PROGRAM)
    desk.run_s(600)
    # 1 U/h for 10 minutes is 113 steps; up to 3 minutes of it may still be owed.
    assert 113 * 7 // 10 <= desk.steps <= 113
    assert desk.hardware.errors == []


def test_an_idle_turn_runs_with_the_heap_locked():
    desk = idle_desk()
    fed = desk.hardware.feeds
    steps = desk.steps
    locked(desk.app.turn)
    assert desk.hardware.feeds == fed + 1
    assert desk.steps == steps


def test_an_idle_turn_allocates_not_one_byte():
    desk = idle_desk()
    assert allocated(desk.app.turn) == 0


def test_each_part_of_an_idle_turn_allocates_nothing():
    desk = idle_desk()
    app = desk.app
    hardware = desk.hardware
    now_ms = hardware.now_ms()
    for name, part in (
        ("clock", hardware.clock.elapsed_ms),
        ("train", app._book_train),
        ("buttons", lambda: app._read_buttons(now_ms)),
        ("core", lambda: app.pump.advance(10)),
        ("sensors", lambda: app._sense(1_000)),
        ("ui", lambda: app.ui.advance(10)),
        ("link", lambda: app._talk(10)),
        ("journal", app._write_log),
        ("motion", app._move),
        ("display", lambda: app._show(now_ms)),
        ("sleep", app._due_ms),
    ):
        taken = allocated(part)
        assert taken == 0, f"{name} takes {taken} bytes"
