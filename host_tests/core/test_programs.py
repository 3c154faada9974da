"""Four basal programs: edited, named and activated; the one in force alone is delivered."""

from host_tests.core.bench import BUTTONS, Bench, Board
from host_tests.core.test_restart import restarted_with
from pump.core import alarms, codes, events, programs, record, temporary
from pump.core import settings as st
from pump.core.event_table import PROGRAM_NAMES
from pump.core.logbook import PROGRAM_BITS
from pump.core.recall import Recall
from pump.core.settings import Settings

LINK = events.SOURCE_LINK
RESTART = events.SOURCE_RESTART
WORK = [(0, 1_000), (360, 1_500)]
REST = [(0, 600), (720, 2_000)]
WHOLE = [(30 * index, 700 + index) for index in range(48)]


def two():
    """A pump with the first program in force and a second one beside it."""
    bench = Bench(segments=WORK)
    assert programs.edit(bench.pump, 2, REST, BUTTONS) == codes.OK
    bench.turn(0)
    return bench


def copied(settings):
    """What the flash would hold of them."""
    found = Settings()
    assert found.decode(settings.encode())
    return found


def test_a_pump_begins_with_one_program_of_four():
    settings = Bench().pump.settings
    assert settings.active == 1 and settings.shown_program() == 0
    assert programs.segments_of(settings, 1) == [(0, 0)]
    assert [programs.program_of(settings, number) for number in (0, 2, 3, 4, 5)] == [None] * 5


def test_a_checkpoint_says_which_program_is_in_force():
    bench = Bench(segments=WORK)
    assert programs.edit(bench.pump, 4, REST, BUTTONS) == codes.OK
    for number in (4, 1):
        assert programs.activate(bench.pump, number, BUTTONS) == codes.OK
        bench.pump.checkpoint()
        bench.commit()
        assert bench.last(events.CHECKPOINT)[2] == number << PROGRAM_BITS <= 255


def test_to_edit_a_program_that_is_not_in_force_changes_nothing_in_delivery():
    bench, steady = Bench(segments=WORK), Bench(segments=WORK)
    for other in (2, 3, 4):
        assert programs.edit(bench.pump, other, [(0, 4_900)], BUTTONS) == codes.OK
        bench.run_s(1_800)
        steady.run_s(1_800)
    assert bench.steps == steady.steps > 0
    assert programs.segments_of(bench.pump.settings, 1) == WORK
    assert bench.pump.basal_rate_mu_h() == 1_000


def test_a_program_that_is_not_in_force_is_logged_with_old_and_new():
    bench = two()
    assert bench.all(events.PROGRAM_SEGMENT) == [(2, 0, 0, 0, 600), (2, 1, 720, 0, 2_000)]
    assert bench.all(events.PROGRAM_EDITED) == [(2, 2, 0, 31_200, BUTTONS)]
    assert programs.edit(bench.pump, 2, [(0, 100), (800, 200)], LINK) == codes.OK
    bench.turn(0)
    assert bench.all(events.PROGRAM_SEGMENT)[2:] == [(2, 0, 0, 600, 100), (2, 1, 800, 2_000, 200)]
    assert bench.last(events.PROGRAM_EDITED) == (2, 2, 31_200, 3_466, LINK)
    assert len(bench.all(events.BASAL_PROGRAM)) == 1


def test_to_edit_the_program_in_force_is_logged_as_ever_and_counts_at_once():
    bench = two()
    assert programs.edit(bench.pump, 1, [(0, 300)], BUTTONS) == codes.OK
    bench.turn(0)
    assert bench.last(events.BASAL_PROGRAM) == (1, 33_000, 7_200, BUTTONS)
    assert len(bench.all(events.PROGRAM_EDITED)) == 1
    assert bench.pump.basal_rate_mu_h() == 300


def test_an_activated_program_is_in_force_at_once_and_the_old_one_is_kept():
    bench = two()
    assert programs.activate(bench.pump, 2, BUTTONS) == codes.OK
    bench.turn(0)
    settings = bench.pump.settings
    assert bench.pump.basal_rate_mu_h() == bench.pump.basal.rate_mu_h == 600
    assert settings.active == settings.shown_program() == 2
    assert programs.segments_of(settings, 1) == WORK
    assert programs.segments_of(settings, 2) == REST
    assert bench.pump.settings_dirty
    assert programs.activate(bench.pump, 1, BUTTONS) == codes.OK
    assert bench.pump.basal_rate_mu_h() == 1_000
    assert programs.segments_of(settings, 2) == REST


def test_an_activation_is_logged_with_both_programs_and_the_rates_from_then_on():
    bench = two()
    before = len(bench.log)
    programs.activate(bench.pump, 2, LINK)
    bench.turn(0)
    found = [bench.event(packed) for packed in bench.log[before:]]
    segment = events.BASAL_SEGMENT
    assert found[:4] == [events.PROGRAM_ACTIVATED, segment, segment, events.BASAL_PROGRAM]
    assert bench.last(events.PROGRAM_ACTIVATED) == (1, 2, 33_000, 31_200, LINK)
    assert bench.all(segment)[-2:] == [(0, 0, 1_000, 600), (1, 720, 1_500, 2_000)]
    assert bench.last(events.BASAL_PROGRAM) == (2, 33_000, 31_200, LINK)


def test_to_activate_the_program_in_force_does_nothing():
    bench = two()
    before = len(bench.log)
    bench.pump.settings_dirty = False
    assert programs.activate(bench.pump, 1, BUTTONS) == codes.OK
    bench.turn(0)
    assert len(bench.log) == before and not bench.pump.settings_dirty


def test_what_is_no_program_is_not_activated():
    bench = two()
    for number in (0, 3, 4, 5, 255):
        assert programs.activate(bench.pump, number, BUTTONS) == codes.BAD_PROGRAM
    bench.turn(0)
    assert bench.pump.settings.active == 1
    refusal = (events.COMMAND_BASAL, codes.BAD_PROGRAM, 0, 5_000, BUTTONS)
    assert bench.all(events.REFUSED) == [refusal] * 5


def test_a_program_above_max_basal_is_neither_taken_nor_activated():
    bench = two()
    assert programs.edit(bench.pump, 3, [(0, 5_001)], BUTTONS) == codes.OVER_MAX_BASAL
    assert programs.program_of(bench.pump.settings, 3) is None
    # The limit may go below what is not in force, which then cannot come into force.
    assert bench.pump.set_setting(st.MAX_BASAL_MU_H, 1_999, BUTTONS) == codes.OK
    assert programs.activate(bench.pump, 2, BUTTONS) == codes.OVER_MAX_BASAL
    bench.turn(0)
    told = (events.COMMAND_BASAL, codes.OVER_MAX_BASAL, 2_000, 1_999, BUTTONS)
    assert bench.last(events.REFUSED) == told
    assert bench.pump.settings.active == 1 and bench.pump.basal_rate_mu_h() == 1_000
    assert bench.pump.set_setting(st.MAX_BASAL_MU_H, 2_000, BUTTONS) == codes.OK
    assert programs.activate(bench.pump, 2, BUTTONS) == codes.OK
    assert bench.pump.set_setting(st.MAX_BASAL_MU_H, 1_999, BUTTONS) == codes.OVER_MAX_BASAL


def test_what_is_no_program_is_not_taken():
    bench = two()
    for number in (0, 5, 255):
        assert programs.edit(bench.pump, number, REST, BUTTONS) == codes.OUT_OF_RANGE
    for segments in ([(1, 100)], [(0, 100), (0, 200)], WHOLE + [(1_439, 1)]):
        assert programs.edit(bench.pump, 2, segments, BUTTONS) == codes.BAD_PROGRAM
    assert programs.edit(bench.pump, 1, [], BUTTONS) == codes.BAD_PROGRAM
    assert programs.segments_of(bench.pump.settings, 2) == REST


def test_a_program_that_is_not_in_force_can_be_taken_away():
    bench = two()
    assert programs.edit(bench.pump, 2, [], BUTTONS) == codes.OK
    bench.turn(0)
    assert programs.program_of(bench.pump.settings, 2) is None
    assert bench.last(events.PROGRAM_EDITED) == (2, 0, 31_200, 0, BUTTONS)
    assert bench.pump.settings.stored_programs == b""
    assert bench.pump.settings.shown_program() == 0


def test_each_program_has_a_name_out_of_a_list():
    bench = two()
    for number, name in ((1, 1), (2, 3), (4, programs.MOST_NAME), (2, 8), (1, 0)):
        assert programs.rename(bench.pump, number, name, BUTTONS) == codes.OK
        assert programs.name_of(bench.pump.settings, number) == name
    bench.turn(0)
    assert bench.last(events.PROGRAM_NAMED) == (1, 1, 0, BUTTONS)
    settings = copied(bench.pump.settings)
    assert [programs.name_of(settings, number) for number in range(1, 5)] == [0, 8, 0, 8]
    for number, name in ((0, 1), (5, 1), (1, -1), (1, programs.MOST_NAME + 1)):
        assert programs.rename(bench.pump, number, name, BUTTONS) == codes.OUT_OF_RANGE
    count = len(bench.all(events.PROGRAM_NAMED))
    assert programs.rename(bench.pump, 4, 8, BUTTONS) == codes.OK
    bench.turn(0)
    assert len(bench.all(events.PROGRAM_NAMED)) == count
    assert len(PROGRAM_NAMES) - 1 == programs.MOST_NAME


def test_a_name_that_only_another_version_knows_is_none():
    bench = two()
    bench.pump.settings.program_names = 0x1F91
    names = [programs.name_of(bench.pump.settings, number) for number in range(1, 5)]
    assert names == [1, 0, 0, 1]
    assert programs.rename(bench.pump, 2, 3, BUTTONS) == codes.OK
    names = [programs.name_of(bench.pump.settings, number) for number in range(1, 5)]
    assert names == [1, 3, 0, 1]


def test_steps_that_are_owed_stay_owed_over_an_activation():
    bench, steady = two(), Bench(segments=[(0, 1_000)])
    programs.edit(bench.pump, 2, [(0, 1_000)], BUTTONS)
    # Between two quanta, and while a train of basal is under way.
    for turn in range(400):
        programs.activate(bench.pump, 2 - turn % 2, BUTTONS)
        for each in (bench, steady):
            each.turn(997)
    owed = [each.steps + each.pump.basal.owed_steps for each in (bench, steady)]
    assert owed[0] == owed[1] > 0


def test_an_activation_while_steps_are_under_way_waits_for_nothing_and_loses_nothing():
    bench = two()
    pump = bench.pump
    while not pump.next_burst():
        pump.advance(1_000)
        bench.commit()
    assert programs.activate(pump, 2, BUTTONS) == codes.OK
    assert pump.basal_rate_mu_h() == 600 and pump.basal.rate_mu_h == 1_000
    ordered = pump.train.ordered
    pump.moved(ordered, False)
    bench.commit()
    made, _, rate_mu_h, reason = bench.last(events.BASAL_LEASE)
    assert (rate_mu_h, reason) == (600, events.END_RATE_CHANGE) and made >= ordered


def test_a_temporary_percentage_is_of_the_program_that_was_activated():
    bench = two()
    assert temporary.begin(bench.pump, 200, 0, 60, BUTTONS) == codes.OK
    bench.turn(0)
    assert bench.pump.basal_rate_mu_h() == 2_000
    assert programs.activate(bench.pump, 2, BUTTONS) == codes.OK
    assert bench.pump.basal_rate_mu_h() == 1_200
    assert bench.pump.temporary_left_ms() == 3_600_000
    # Of a program with higher rates no more than max basal.
    assert programs.edit(bench.pump, 3, [(0, 3_000)], BUTTONS) == codes.OK
    assert programs.activate(bench.pump, 3, BUTTONS) == codes.OK
    assert bench.pump.basal_rate_mu_h() == 5_000
    bench.run_s(3_600)
    assert bench.pump.basal_rate_mu_h() == 3_000
    assert bench.last(events.TEMPORARY_END)[2] == events.END_TIME


def test_a_temporary_rate_stays_when_another_program_is_activated():
    bench = two()
    assert temporary.begin(bench.pump, temporary.NO_PERCENT, 250, 30, BUTTONS) == codes.OK
    assert programs.activate(bench.pump, 2, BUTTONS) == codes.OK
    assert bench.pump.basal_rate_mu_h() == 250
    bench.run_s(1_800)
    assert bench.pump.basal_rate_mu_h() == 600


def test_a_suspended_pump_takes_another_program_and_gives_nothing_until_it_is_resumed():
    bench = two()
    bench.pump.suspend(BUTTONS)
    assert programs.activate(bench.pump, 2, BUTTONS) == codes.OK
    bench.run_s(3_600)
    assert bench.steps == 0 and bench.pump.basal_rate_mu_h() == 0
    assert bench.pump.resume(BUTTONS) == codes.OK
    assert bench.pump.basal_rate_mu_h() == 600


def full():
    """All four programs with all their segments, names, and a pairing."""
    bench = Bench(segments=WHOLE)
    for number in (2, 3, 4):
        segments = [(start, rate + number) for start, rate in WHOLE]
        assert programs.edit(bench.pump, number, segments, BUTTONS) == codes.OK
        assert programs.rename(bench.pump, number, 2 * number, BUTTONS) == codes.OK
    assert programs.activate(bench.pump, 3, BUTTONS) == codes.OK
    bench.pump.settings.remote_key = bytes(range(32))
    bench.turn(0)
    return bench.pump.settings


def test_four_full_programs_come_back_from_what_is_stored():
    settings = full()
    again = copied(settings)
    assert again.active == 3 and again.program_names == settings.program_names
    assert again.remote_key == settings.remote_key
    for number in range(1, 5):
        segments = programs.segments_of(settings, number)
        assert programs.segments_of(again, number) == segments and len(segments) == 48
    assert again.encode() == settings.encode()
    assert len(settings.encode()) < 2_000 and len(settings.stored_programs) == 3 * 48 * 6


def test_who_uses_one_program_stores_what_was_always_stored():
    settings = Settings()
    settings.basal.replace(WORK)
    assert len(settings.encode()) == 3 + len(st.numbers()) * 6 + 2 * 4


def test_a_stored_program_that_is_none_is_taken_for_none():
    bench = two()
    settings = bench.pump.settings
    good = settings.stored_programs
    # Without its first segment, as a version with other rules might leave it.
    settings.stored_programs = good[6:]
    assert programs.program_of(settings, 2) is None
    assert programs.activate(bench.pump, 2, BUTTONS) == codes.BAD_PROGRAM
    settings.stored_programs = good[:4] + b"\xff\xff" + good[6:]  # minutes beyond a day
    assert programs.program_of(settings, 2) is None
    assert programs.edit(bench.pump, 2, REST, BUTTONS) == codes.OK
    assert settings.stored_programs == good


def test_of_more_than_can_be_stored_again_no_more_is_taken():
    settings = Settings()
    settings.stored_programs = bytes((0, 9)) * 3 * 150  # entries of a number that says nothing
    again = copied(settings)
    assert len(again.stored_programs) == 3 * 48 * 6
    full_of_them = copied(again)
    assert full_of_them.stored_programs == again.stored_programs
    assert programs.program_of(again, 2) is None
    assert again.decode(Settings().encode()) and again.stored_programs == b""


def test_a_program_that_is_in_force_is_not_looked_for_among_the_stored():
    bench = two()
    settings = bench.pump.settings
    settings.active = 2  # what no version of this writes: in force and stored
    assert programs.segments_of(settings, 2) == WORK
    assert programs.edit(bench.pump, 3, REST, BUTTONS) == codes.OK
    assert len(settings.stored_programs) == 12


def test_programs_are_as_they_were_after_a_restart():
    bench = two()
    programs.rename(bench.pump, 2, 3, BUTTONS)
    programs.activate(bench.pump, 2, BUTTONS)
    bench.turn(0)
    before = len(bench.log)
    again = restarted_with(bench, copied(bench.pump.settings))
    assert again.pump.basal_rate_mu_h() == 600
    assert programs.segments_of(again.pump.settings, 1) == WORK
    assert not again.pump.alarms.waiting & 1 << alarms.SETTINGS_LOST - 1
    told = [bench.event(packed) for packed in again.log[before:]]
    for event in (events.PROGRAM_ACTIVATED, events.PROGRAM_EDITED, events.BASAL_PROGRAM):
        assert event not in told


def test_an_activation_that_was_cut_before_it_was_saved_is_told_as_it_is_in_force():
    bench = two()
    saved = copied(bench.pump.settings)
    programs.activate(bench.pump, 2, BUTTONS)
    bench.turn(0)
    again = restarted_with(bench, saved)
    assert again.pump.basal_rate_mu_h() == 1_000
    assert again.last(events.PROGRAM_ACTIVATED) == (2, 1, 31_200, 33_000, RESTART)
    assert again.all(events.BASAL_SEGMENT)[-2:] == [(0, 0, 600, 1_000), (1, 360, 600, 1_500)]
    assert again.last(events.BASAL_PROGRAM) == (2, 31_200, 33_000, RESTART)
    assert len(again.all(events.PROGRAM_EDITED)) == 1  # the second one is what it was
    assert again.pump.alarms.waiting & 1 << alarms.SETTINGS_LOST - 1
    assert len(restarted_with(again, saved).all(events.PROGRAM_ACTIVATED)) == 2


def test_a_cut_within_the_records_of_an_activation_leaves_the_old_program_and_a_log_that_says_so():
    whole = two()
    saved = copied(whole.pump.settings)
    before = len(whole.log)
    programs.activate(whole.pump, 2, BUTTONS)
    whole.turn(0)
    for kept in range(before, len(whole.log) + 1):
        bench = Bench(log=whole.log[:kept], settings=copied(saved))
        bench.turn(0)
        assert bench.pump.basal_rate_mu_h() == 1_000
        told = Recall()
        for packed in bench.log:
            told.feed(packed)
        assert told.active in (0, 1) and told.program == WORK
        assert told.programs.get(2, REST) == REST
        if kept > before:
            # What both hold is known, however much of the records came through.
            back = (2, 1, 31_200, 33_000, RESTART)
            assert bench.last(events.PROGRAM_ACTIVATED) == back


def test_settings_that_are_some_changes_old_are_told_with_every_program_that_differs():
    bench = two()
    programs.activate(bench.pump, 2, BUTTONS)
    saved = copied(bench.pump.settings)
    programs.activate(bench.pump, 1, BUTTONS)
    bench.pump.set_basal([(0, 300)], BUTTONS)
    programs.activate(bench.pump, 2, BUTTONS)
    bench.turn(0)
    again = restarted_with(bench, saved)
    assert again.last(events.PROGRAM_EDITED) == (1, 2, 7_200, 33_000, RESTART)
    assert len(again.all(events.PROGRAM_ACTIVATED)) == 3, "the one in force is what the log says"


def after_its_activation():
    """A pump with its second program in force, where its log is by then, and its settings."""
    bench = two()
    programs.activate(bench.pump, 2, BUTTONS)
    bench.turn(0)
    return bench, len(bench.log), copied(bench.pump.settings)


def test_other_rates_in_a_log_that_says_no_number_are_told_with_the_number():
    bench, start, saved = after_its_activation()
    bench.pump.set_basal([(0, 300)], BUTTONS)
    bench.turn(0)
    again = Bench(log=bench.log[start:], settings=saved)
    again.turn(0)
    assert again.last(events.PROGRAM_ACTIVATED) == (2, 2, 7_200, 31_200, RESTART)
    assert again.last(events.BASAL_PROGRAM) == (2, 7_200, 31_200, RESTART)


def test_what_else_differs_says_nothing_of_a_number_that_the_log_does_not_say():
    bench, start, saved = after_its_activation()
    programs.rename(bench.pump, 3, 2, BUTTONS)
    bench.turn(0)
    again = Bench(log=bench.log[start:], settings=saved)
    again.turn(0)
    assert again.last(events.PROGRAM_NAMED) == (3, 2, 0, RESTART)
    assert not again.all(events.PROGRAM_ACTIVATED)


def test_an_edit_or_a_name_that_was_cut_before_it_was_saved_is_told_as_it_is_stored():
    bench = two()
    saved = copied(bench.pump.settings)
    programs.edit(bench.pump, 2, [(0, 5_000)], BUTTONS)
    programs.edit(bench.pump, 4, WHOLE, BUTTONS)
    programs.rename(bench.pump, 2, 3, BUTTONS)
    bench.turn(0)
    again = restarted_with(bench, saved)
    assert again.all(events.PROGRAM_EDITED)[-2:] == [
        (2, 2, 120_000, 31_200, RESTART),
        (4, 0, programs.day_mu(WHOLE), 0, RESTART),
    ]
    assert again.all(events.PROGRAM_SEGMENT)[-2:] == [
        (2, 0, 0, 5_000, 600),
        (2, 1, 720, 5_000, 2_000),
    ]
    assert again.last(events.PROGRAM_NAMED) == (2, 3, 0, RESTART)
    assert again.pump.alarms.waiting & 1 << alarms.SETTINGS_LOST - 1
    third = restarted_with(again, saved)
    assert len(third.all(events.PROGRAM_EDITED)) == 5


def test_lost_settings_are_told_with_all_programs():
    bench = two()
    programs.rename(bench.pump, 2, 3, BUTTONS)
    programs.activate(bench.pump, 2, BUTTONS)
    bench.turn(0)
    again = Bench(log=list(bench.log), settings=copied(bench.pump.settings), settings_damaged=True)
    again.turn(0)
    assert again.last(events.PROGRAM_ACTIVATED) == (1, 2, 0, 31_200, RESTART)
    assert again.last(events.PROGRAM_EDITED) == (1, 2, 0, 33_000, RESTART)
    assert again.last(events.PROGRAM_NAMED) == (2, 0, 3, RESTART)
    nothing = Bench(log=list(bench.log), settings=Settings(), settings_damaged=True)
    nothing.turn(0)
    assert nothing.pump.settings.active == 1
    assert len(nothing.all(events.PROGRAM_ACTIVATED)) == 1


def test_programs_whose_records_are_older_than_what_is_read_need_no_word():
    bench = two()
    programs.activate(bench.pump, 2, BUTTONS)
    bench.turn(0)
    at = max(
        n for n in range(len(bench.log)) if bench.event(bench.log[n]) == events.PROGRAM_ACTIVATED
    )
    for first in (at, at + 1, at + 2):
        again = Bench(log=bench.log[first:], settings=copied(bench.pump.settings))
        again.turn(0)
        events_told = [bench.event(packed) for packed in again.log[len(bench.log) - first :]]
        assert events.PROGRAM_ACTIVATED not in events_told
        assert events.PROGRAM_EDITED not in events_told
        assert record.seq_of(again.log[-1]) == record.seq_of(bench.log[first]) + len(again.log) - 1


def test_a_program_of_the_finest_rate_gives_all_that_it_owes():
    bench = Bench(segments=WORK, board=Board)
    assert programs.edit(bench.pump, 2, [(0, 10)], BUTTONS) == codes.OK  # 0.01 U/h
    assert programs.activate(bench.pump, 2, BUTTONS) == codes.OK
    bench.run_s(86_400, 4_000)
    assert bench.steps + bench.pump.basal.owed_steps == 240 * 6_791 // 10_000
