"""The history on the pump: what it finds in the log, and how little it reads at a time."""

from host_tests.ui.bench import Bench, pages_loaded
from host_tests.ui.pictures import scenes
from pump.core import codes, events, extended, record
from pump.ui.keys import DOWN, OK, STOP, UP
from pump.ui.pages import dates, past

DAY_S = 86_400
EVERY_S = 216  # 400 records a day
PIECE = 32


class LongLog:
    """A log of 36,000 records that remembers how many it was asked for, and gives only whole ones.

    Each day has a total, a bolus and an alarm. What lies in `lost` is not there any more.
    """

    first_seq = 1
    next_seq = 36_001

    def __init__(self, now_s, trusted=True, lost=()):
        self.now_s = now_s
        self.trusted = trusted
        self.lost = lost
        self.asked = 0
        self.lowest = self.next_seq

    def read_into(self, seq, view):
        """As the journal: whole records from `seq` on, perhaps fewer than fit."""
        count = 0
        self.lowest = min(self.lowest, seq)
        self.asked += len(view) // record.RECORD_SIZE
        while (count + 1) * record.RECORD_SIZE <= len(view) and seq < self.next_seq:
            if seq not in self.lost:
                at = count * record.RECORD_SIZE
                view[at : at + record.RECORD_SIZE] = self._record(seq)
                count += 1
            seq += 1
            if count and seq % 1_168 == 0:  # a segment ends here
                break
        return count

    def at_s(self, seq):
        """When that record was written."""
        return self.now_s - (self.next_seq - seq) * EVERY_S

    def _record(self, seq):
        event, layout, values = events.BASAL_LEASE, "<IIHB", (9, 99, 800, 7)
        if self.at_s(seq) // DAY_S != self.at_s(seq - 1) // DAY_S:
            event, layout, values = events.DAY_TOTAL, "<IIH", (20_000, seq, 1)
        elif self.at_s(seq) % DAY_S // EVERY_S == 100:
            event, layout, values = events.BOLUS_START, "<HIIB", (seq & 0xFFFF, 5_000, 3_395, 0)
        elif self.at_s(seq) % DAY_S // EVERY_S == 101:
            event, layout = events.BOLUS_END, "<HIIB"
            values = (seq - 1 & 0xFFFF, 5_000, 3_395, 0)
        elif self.at_s(seq) % DAY_S // EVERY_S == 102:
            event, layout, values = events.ALARM_RAISED, "<BBi", (3, 0, 0)
        at_s = self.at_s(seq)
        return record.pack(seq, 1, event, seq, 0, self.trusted, at_s, layout, values)


def _open(log_of=LongLog, **how):
    """The history of a pump with a long log, just opened."""
    bench = scenes.in_use()
    log = bench.ui.journal = log_of(bench.pump.clock.local_s, **how)
    bench.press(OK, *[DOWN] * scenes.HISTORY_ROW)
    bench.ui.gesture(OK, 0)
    return bench, log


def _search(bench):
    """Let it look until it is done; returns in how many turns."""
    turns = 0
    while bench.sees("looking"):
        bench.turn(5)
        turns += 1
        assert turns < 2_000
    return turns


def test_boluses_are_listed_newest_first_at_the_time_of_their_start():
    bench = scenes.history_boluses()
    said = bench.look()
    rows = [said[at : at + 2] for at in range(len(said)) if " Nov " in said[at]]
    assert rows == [
        ["25 Nov 14:06", "!0.49 U"],
        ["23 Nov 14:26", "2.00 U"],
        ["23 Nov 14:16", "12.50 U"],
        ["23 Nov 14:06", "1.50 U"],
    ]


def test_a_bolus_opened_tells_what_was_asked_how_it_ended_and_who_gave_it():
    bench = scenes.history_bolus()
    assert bench.sees("0.49 of 1.25 U")
    assert bench.sees("Stopped by you") and bench.sees("At the pump")
    bench.press(OK, DOWN, DOWN, OK)
    assert bench.sees("12.50 of 12.50 U")
    assert bench.sees("All given") and bench.sees("By a program")


def test_alarms_have_their_time_above_and_tell_why_when_opened():
    bench = scenes.history_alarms()
    assert bench.sees("Occlusion") and bench.sees("25 Nov 14:06")
    bench.press(DOWN)
    assert bench.sees("01 Jan 00:00")  # what the pump showed when its clock was not set
    bench.press(UP, OK)
    assert bench.sees("Line pressure is high")


def test_a_day_is_named_by_the_day_on_which_it_began_and_today_is_first():
    bench = scenes.history_days()
    names = [text for text in bench.look() if text[3:] in ("Nov", "Jan") or text == "Today"]
    assert names == ["Today", "24 Nov", "23 Nov"]
    assert bench.sees("16.44 U   2%")
    bench.press(DOWN, DOWN, OK)
    assert bench.sees("Bolus 15.99 U") and bench.sees("Boluses: 3")


def test_what_a_pump_gave_before_its_clock_was_set_is_a_day_and_nothing_is_none():
    for dose_mu, days in ((1_000, "01 Jan"), (0, "")):
        bench = scenes.fresh()
        if dose_mu:
            assert bench.pump.give_bolus(dose_mu, 0) == codes.OK
            bench.run(60_000)
        bench.pump.set_clock(scenes.NOW_S, 0, 0)
        bench.run(1_000)
        bench.press(OK, *[DOWN] * scenes.HISTORY_ROW, OK)
        bench.run(1_000)
        bench.press(DOWN, DOWN, OK)
        assert bench.sees("Today") and bench.sees("01 Jan") == bool(days)


def test_changes_tell_the_reservoirs_units_and_the_cannulas_filled():
    bench = scenes.history_changes()
    assert bench.sees("290 U") and bench.sees("Cannula")
    bench.press(DOWN, OK)
    assert bench.sees("Reservoir with 290 U")


def test_the_history_of_a_new_pump_says_that_there_is_nothing():
    assert scenes.history_nothing().sees("Nothing in 30 days")


def test_a_turn_reads_one_piece_and_what_was_found_so_far_is_shown():
    bench, log = _open()
    most = 0
    for _ in range(40):
        before = log.asked
        bench.turn(5)
        most = max(most, log.asked - before)
    assert 0 < most <= 2 * PIECE  # two reads where a segment ends
    assert bench.sees("looking") and bench.sees("3")
    assert bench.ui.due_ms() == 0


def test_the_search_ends_a_month_back_in_as_many_turns_as_there_are_pieces():
    bench, log = _open()
    turns = _search(bench)
    a_month_ago_s = log.now_s - 31 * DAY_S
    assert log.at_s(log.lowest) < a_month_ago_s < log.at_s(log.lowest + 2 * PIECE)
    assert turns <= 31 * 400 // PIECE + 60
    bench.turn(5)
    bench.look()
    bench.turn(200)
    assert bench.ui.due_ms() > 1_000
    bench.press(DOWN, DOWN, OK)
    assert bench.ui.top().past.count(past.DAYS) == past.MOST_DAYS
    assert bench.sees("22 Nov")


def test_what_was_written_before_the_clock_was_set_does_not_end_the_search():
    bench, log = _open(trusted=False)
    _search(bench)
    assert log.lowest == 1
    top = bench.ui.top()
    assert top.past.count(past.BOLUSES) == top.past.count(past.ALARMS) == past.MOST


def test_lost_records_are_passed_over_and_none_is_found_twice():
    whole, log = _open()
    end = 34_500
    while record.header(log._record(end))[2] != events.ALARM_RAISED:
        end += 1
    holed, _ = _open(lost=range(end - 1_500, end))
    _search(whole)
    _search(holed)
    missing = 1_500 * EVERY_S // DAY_S
    count = whole.ui.top().past.count(past.ALARMS)
    assert count - missing - 1 <= holed.ui.top().past.count(past.ALARMS) <= count - missing
    looked = holed.ui.top().past
    times = [looked.value(past.ALARMS, at, 0) for at in range(looked.count(past.ALARMS))]
    assert times == sorted(set(times), reverse=True)


def test_nothing_is_read_in_a_turn_that_has_steps_to_make():
    bench, log = _open()
    bench.turn(5)
    bench.press(STOP, STOP)
    bench.press(UP, *[UP] * 25, OK, OK, OK, OK, *[DOWN] * scenes.HISTORY_ROW, OK)
    assert bench.pump.bolus.active and bench.sees("looking")
    before = log.asked
    bench.run(5_000)
    assert log.asked == before
    bench.run(120_000)
    assert not bench.pump.bolus.active and log.asked > before


def test_a_record_behind_a_hole_of_a_whole_piece_is_found_once():
    bench = scenes.in_use()
    end = LongLog.next_seq - 4 * PIECE
    # Such a time that the first record behind the hole is of an alarm.
    now_s = bench.pump.clock.local_s // DAY_S * DAY_S + (102 + 4 * PIECE) * EVERY_S
    log = bench.ui.journal = LongLog(now_s, lost=range(end - PIECE, end))
    assert record.header(log._record(end))[2] == events.ALARM_RAISED
    bench.press(OK, *[DOWN] * scenes.HISTORY_ROW)
    bench.ui.gesture(OK, 0)
    _search(bench)
    looked = bench.ui.top().past
    times = [looked.value(past.ALARMS, at, 0) for at in range(looked.count(past.ALARMS))]
    assert log.at_s(end) in times
    assert times == sorted(set(times), reverse=True)


def test_a_cannula_into_which_nothing_went_is_no_change():
    for steps, filled in ((0, False), (100, True)):
        bench = scenes.change_cannula_ask()
        bench.stuck = True
        bench.press(OK)
        if steps:
            bench.pump.moved(bench.pump.next_burst(), False)
        bench.press(STOP)
        bench.ui.go_home()
        bench.press(OK, *[DOWN] * scenes.HISTORY_ROW, OK)
        bench.run(300)
        bench.press(DOWN, DOWN, DOWN, OK)
        assert bench.sees("290 U") and bench.sees("Cannula") == filled


def test_the_history_is_let_go_of_at_home():
    bench = scenes.history_bolus()
    assert "pump.ui.pages.past" in pages_loaded()
    bench.press(STOP, STOP, STOP, STOP)
    assert bench.at_home() and pages_loaded() == []


def test_a_bolus_whose_start_is_out_of_reach_is_shown_with_what_is_known():
    bench = scenes.in_use()
    log = bench.pump.log
    log.write(events.BOLUS_END, 7, 1_200, 815, events.END_DONE)
    bench.turn(0)
    bench.press(OK, *[DOWN] * scenes.HISTORY_ROW, OK)
    bench.run(300)
    bench.press(OK)
    assert bench.sees("1.20 U") and not bench.sees("!")


def test_an_extended_bolus_has_its_time_beside_it_although_another_ended_meanwhile():
    bench = scenes.in_use()
    pump = bench.pump
    assert extended.begin(pump, 500, 1_000, 30, events.SOURCE_LINK) == 0
    bench.run(120_000, 1_000)
    assert pump.give_bolus(700, 0) == 0
    bench.run(3_600_000, 1_000)
    bench.press(OK, *[DOWN] * scenes.HISTORY_ROW, OK)
    bench.run(300)
    bench.press(OK)
    rows = [text for text in bench.look() if text.endswith(" U")]
    assert sorted(rows) == ["0.50 U", "0.70 U", "→1.00 U"]
    bench.press(*[DOWN] * rows.index("→1.00 U"), OK)
    assert bench.sees("→0:30 h") and bench.sees("1.00 of 1.00 U") and bench.sees("By a program")


def test_the_day_of_a_pump_that_was_off_for_days_is_the_one_it_began_on():
    bench = Bench()
    bench.pump.set_clock(dates.local_s_of(2026, 3, 1, 600), 0, 0)
    bench.run(60_000, 1_000)
    bench.pump.set_clock(dates.local_s_of(2026, 3, 2, 600), 0, 0)
    bench.run(60_000, 1_000)
    bench.pump.set_clock(dates.local_s_of(2026, 3, 9, 600), 0, 0)
    bench.run(60_000, 1_000)
    bench.press(OK, *[DOWN] * scenes.HISTORY_ROW, OK, DOWN, DOWN, OK)
    bench.run(300)
    assert [text for text in bench.look() if " Mar" in text] == ["02 Mar", "01 Mar"]
