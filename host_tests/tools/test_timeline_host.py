"""Every record gets a UTC time, right in its boot whatever was done to the clock."""

from basalt import decode, timeline
from basalt.timeline import Anchor
from host_tests.fakes.link_service import LinkService
from pump.core import events

EPOCH_S = timeline.EPOCH_MS // 1000


class Life(LinkService):
    """A pump whose true UTC time the test knows."""

    def __init__(self, true_s=500_000_000):
        super().__init__()
        self.true_s = true_s
        self.truth = []
        self.start(power_lost=True)

    def run(self, seconds):
        super().run(seconds)
        self.true_s += seconds

    def write(self, event, *values):
        super().write(event, *values)
        self.truth.append((self.true_s + EPOCH_S) * 1000 + self.uptime_ms)

    def start(self, power_lost, off_s=0):
        """The board starts, after it was off."""
        if self.records:
            self.boot += 1
        self.true_s += off_s
        self.uptime_s, self.uptime_ms = 0, 250
        if power_lost:
            self.trusted = False
        self.write(events.LOG_NEW)

    def set_right(self, offset_min):
        """The clock is set to the true time of a zone."""
        self.set_clock(self.true_s + offset_min * 60, offset_min)

    def live(self, hours=3):
        for _ in range(hours):
            self.run(3_600)
            self.write(events.SUSPEND, 0, 0)

    def log(self, *anchors):
        return timeline.log_of("x", decode.records(b"".join(self.records)), anchors)


def errors_s(life, log):
    return [
        (found - true) / 1000 for found, true in zip(log.utc_ms.tolist(), life.truth, strict=True)
    ]


def clocks(log):
    return [timeline.CLOCKS[code] for code in log.clock.tolist()]


def test_a_clock_set_once_times_the_whole_boot():
    life = Life()
    life.live(2)
    life.set_right(60)
    life.live(2)
    log = life.log()
    assert errors_s(life, log) == [0] * 6
    assert clocks(log) == ["counted"] * 4 + ["set"] * 2


def test_a_clock_set_that_is_the_newest_record_counts_too():
    life = Life()
    life.live(2)
    life.set_right(-330)
    log = life.log()
    assert errors_s(life, log) == [0] * 4
    assert clocks(log) == ["counted"] * 4


def test_a_lost_record_of_the_clock_change_does_no_harm():
    life = Life()
    life.live(2)
    life.set_right(0)
    life.live(2)
    del life.records[3], life.truth[3]
    assert errors_s(life, life.log()) == [0] * 5


def test_travelling_changes_local_time_and_not_utc():
    life = Life()
    life.set_right(60)
    life.live()
    life.set_right(-300)
    life.live()
    life.set_right(600)
    life.live()
    log = life.log()
    assert errors_s(life, log) == [0] * len(log)


def test_a_change_of_the_offset_setting_alone_counts_from_there():
    life = Life()
    life.set_right(60)
    life.live(1)
    life.write(events.SETTING_CHANGED, 8, 60, 120, 1)
    life.utc_offset_min = 120
    life.local_s += 3_600
    life.live(1)
    assert errors_s(life, life.log()) == [0] * 5


def test_the_offset_before_its_first_change_is_the_old_value():
    life = Life()
    life.trusted = True
    life.local_s = life.true_s + 3_600
    life.live(1)
    life.write(events.SETTING_CHANGED, 8, 60, 0, 1)
    life.local_s -= 3_600
    life.live(1)
    assert errors_s(life, life.log())[1:] == [0, 0, 0]


def test_another_setting_is_no_offset():
    life = Life()
    life.set_right(60)
    life.write(events.SETTING_CHANGED, 3, 60, 5_000, 1)
    life.live(1)
    assert errors_s(life, life.log()) == [0] * 4


def test_a_boot_in_which_nobody_set_the_clock_is_timed_by_the_pull():
    life = Life()
    life.set_right(60)
    life.live()
    life.start(power_lost=True, off_s=7_200)
    life.live()
    anchor = Anchor(2, life.uptime_s * 1000, (life.true_s + EPOCH_S) * 1000, 60)
    log = life.log(anchor)
    assert errors_s(life, log) == [0] * len(log)
    assert clocks(log)[-4:] == ["host"] * 4


def test_a_pull_whose_clock_contradicts_the_boot_before_is_not_believed():
    life = Life()
    life.set_right(60)
    life.live()
    life.start(power_lost=True)
    life.live()
    log = life.log(Anchor(2, life.uptime_s * 1000, 0, 60))
    assert clocks(log)[-4:] == ["assumed"] * 4


def test_without_any_help_the_time_the_pump_assumed_is_used_and_can_only_be_early():
    life = Life()
    life.set_right(60)
    life.live()
    life.start(power_lost=True, off_s=600)
    life.live()
    log = life.log()
    assert clocks(log)[-4:] == ["assumed"] * 4
    assert errors_s(life, log)[-4:] == [-600] * 4


def test_a_boot_that_nobody_timed_goes_on_behind_one_that_a_host_has_timed():
    life = Life()
    life.set_right(60)
    life.live()
    life.start(power_lost=True, off_s=7_200)
    life.live()
    anchor = Anchor(2, life.uptime_s * 1000, (life.true_s + EPOCH_S) * 1000, 60)
    life.start(power_lost=True, off_s=600)
    life.live()
    log = life.log(anchor)
    assert clocks(log)[-8:] == ["host"] * 4 + ["assumed"] * 4
    assert (log.utc_ms[1:] >= log.utc_ms[:-1]).all(), "UTC goes back by two hours"
    assert all(-600 <= error <= 0 for error in errors_s(life, log))


def test_each_boot_is_timed_by_its_own_clock():
    life = Life()
    life.live(1)
    life.set_right(0)
    life.start(power_lost=False)
    life.live(1)
    life.start(power_lost=True, off_s=10_000)
    life.live(1)
    life.set_right(0)
    log = life.log()
    assert errors_s(life, log) == [0] * len(log)
    assert clocks(log) == ["counted"] * 3 + ["set"] * 2 + ["counted"] * 3


def test_time_never_runs_backwards_within_a_boot_when_the_clock_was_wrong_and_set_right():
    life = Life()
    life.set_clock(life.true_s + 900, 0)
    life.live()
    log = life.log()
    assert (log.utc_ms[1:] >= log.utc_ms[:-1]).all()


def test_a_log_without_any_clock_is_taken_as_utc_with_the_offset_the_pump_told():
    life = Life()
    life.trusted = True
    life.local_s = 1_000
    life.write(events.SUSPEND, 0, 0)
    assert (
        life.log(Anchor(9, 0, 0, 60)).utc_ms[-1]
        == timeline.EPOCH_MS + (1_000 - 3_600) * 1000 + 250
    )
