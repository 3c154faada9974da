"""A pump on MicroPython holds no more memory after hours of life than before, but for its log."""

import pytest

from host_tests.vm.machine import Machine

HOURS = 3
SLACK_BYTES = 256  # a list or a dictionary that takes its next size

pytestmark = pytest.mark.xdist_group("long_life")


@pytest.fixture(scope="module")
def pump():
    machine = Machine()
    answer = machine.load("host_tests.vm.long_life")
    assert answer.ok, answer.error
    run(machine, "begin")
    run(machine, "live_an_hour")
    yield machine
    machine.close()


def run(machine, call):
    answer = machine.run(call)
    assert answer.ok, answer.error
    return answer


def held(machine):
    """(bytes in use after a collection, bytes in the files)."""
    answer = run(machine, "say_log_bytes")
    return answer.live_bytes, int(answer.out)


def grown(machine, *calls):
    """Bytes more in use, without what the files and the open one of them may account for."""
    before, files_before = held(machine)
    for call in calls:
        run(machine, call)
    after, files_after = held(machine)
    return after - before - 2 * (files_after - files_before)


def test_a_pump_that_lives_for_hours_holds_no_more_memory(pump):
    assert grown(pump, *["live_an_hour"] * HOURS) <= SLACK_BYTES


def test_memory_that_is_kept_would_be_seen(pump):
    assert grown(pump, "keep_something") > SLACK_BYTES
