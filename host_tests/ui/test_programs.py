"""The pages of the basal programs: edited on a copy, activated and named after a question."""

from host_tests.ui.bench import Board, pages_loaded
from host_tests.ui.pictures import scenes
from pump.core import alarms as al
from pump.core import events, programs
from pump.core import settings as st
from pump.core.units import StepScale
from pump.ui import sounds
from pump.ui.keys import DOWN, OK, STOP, UP
from pump.ui.pages import dates

PROGRAM = scenes.PROGRAM
WEEKEND = scenes.WEEKEND


def held(bench, number):
    """The segments of a program."""
    return programs.segments_of(bench.settings, number)


def texts(bench):
    """Every text on the screen."""
    return [text for text in bench.look() if text]


def rows(bench):
    """The names of a list's rows."""
    return [text for text in texts(bench)[1:] if "U/day" not in text]


def edited(bench, *presses):
    """With the list of a program's segments open: presses, and to the end of the list."""
    bench.press(*presses)
    bench.press(*[DOWN] * 60)
    return bench


def alarmed(bench):
    """An alarm comes and is acknowledged."""
    bench.pump.alarms.once(al.RESERVOIR_LOW)
    bench.run(200)
    bench.press(OK)
    return bench


def test_the_list_shows_all_four_with_the_dose_of_a_day_and_marks_the_one_in_force():
    bench = scenes.basal_programs()
    found = "|".join(texts(bench)[1:])
    assert found == "Program 1|✓ 21.20|2 Weekend|23.02|Program 3|---|Program 4|24.60"
    programs.activate(bench.pump, 4, events.SOURCE_LINK)
    bench.run(300)
    assert bench.ui.dirty
    assert "✓ 24.60" in bench.look()


def test_what_can_be_done_with_a_program_depends_on_whether_it_is_in_force_and_is_any():
    bench = scenes.basal()
    bench.press(OK)
    assert rows(bench) == ["Show", "Edit", "Name"]
    bench.press(STOP, DOWN, OK)
    assert rows(bench) == ["Edit", "Name"]
    found = rows(scenes.basal_program())
    assert found == ["Show", "Edit", "Name", "Activate", "Delete"]


def test_the_dose_of_a_day_is_shown_while_a_segment_is_edited():
    bench = scenes.basal_edit()
    assert bench.sees("21.20 U/d")
    bench.press(OK, OK, UP)  # 0.1 U/h more for the first three hours
    assert bench.sees("21.50 U/d") and bench.sees("0.90")
    bench.press(OK, DOWN)
    assert bench.sees("21.47 U/d") and bench.sees("0.89")
    bench.press(OK)
    assert bench.sees("21.47 U/d")
    assert held(bench, 1) == PROGRAM and bench.pump.settings.basal.day_mu() == 21_200


def test_an_edited_program_counts_after_a_question_with_old_and_new_dose():
    bench = scenes.basal_edit_ask()
    assert bench.sees("was 21.20 U/day") and bench.sees("19.20 U/d")
    assert bench.sees("Save? In force now")
    assert held(bench, 1) == PROGRAM
    bench.press(OK)
    assert held(bench, 1) == PROGRAM[:2] + PROGRAM[3:]
    assert sounds.START in bench.sounds and bench.sees("✓ 19.20")
    bench.press(STOP, STOP)
    assert bench.at_home()


def test_the_question_shows_what_changes_first_also_where_the_day_comes_to_the_same_dose():
    bench = scenes.basal_edit_ask_same()
    assert bench.sees("was 21.20 U/day") and bench.sees("21.20 U/d")
    assert bench.sees("00:00 0.80→0.90")
    bench = scenes.basal_edit_ask()  # without the segment at 06:00
    assert bench.sees("06:00 1.10→0.60")


def test_stop_asks_before_it_leaves_a_program_as_it_was():
    bench = scenes.basal_edit_ask()
    bench.press(STOP)
    assert bench.sees("19.20 U/d"), "what was edited is still there"
    for _ in range(2):
        bench.press(STOP, UP, DOWN)
        assert bench.sees("Leave it?") and bench.sees("not saved.")
        bench.press(STOP)
        assert bench.sees("19.20 U/d"), "STOP never throws it away"
    bench.press(STOP, OK)
    assert held(bench, 1) == PROGRAM and bench.sees("✓ 21.20")
    bench = scenes.basal_edit_rate()
    bench.press(STOP, STOP, STOP, STOP)  # each field one back, then the list with the old segment
    assert bench.sees("1.10 U/h") and bench.sees("21.20 U/d")
    bench.run(61_000, 1_000)
    assert bench.at_home() and held(bench, 1) == PROGRAM


def test_what_is_edited_waits_in_the_dark_for_who_comes_back():
    for scene in (scenes.basal_edit_ask, scenes.basal_edit_leave):
        bench = scene()
        bench.run(86_400_000, 60_000)
        assert not bench.ui.lit() and held(bench, 1) == PROGRAM
        bench.press(OK)  # which only lights what it would have confirmed
        assert bench.ui.lit() and bench.sees("19.20 U/d") and held(bench, 1) == PROGRAM
        assert not bench.sees("Save?") and not bench.sees("Leave it?")
    bench = scenes.basal_edit_rate()  # in the middle of a segment
    before = bench.look()
    bench.run(86_400_000, 60_000)
    bench.press(UP)
    assert bench.look() == before
    bench.press(UP)
    assert bench.look() != before


def test_nothing_edited_waits_for_nobody():
    for scene in (scenes.basal_edit, scenes.basal_edit_remove):
        bench = scene()
        bench.run(61_000, 1_000)
        assert bench.at_home() and not pages_loaded()


def test_an_alarm_takes_nothing_away_that_was_edited_however_long_it_waits():
    bench = scenes.basal_edit_ask()
    bench.pump.alarms.once(al.RESERVOIR_LOW)
    bench.run(600_000, 1_000)
    bench.press(OK)
    assert bench.sees("19.20 U/d") and held(bench, 1) == PROGRAM


def test_what_is_edited_is_still_there_once_the_keys_are_unlocked():
    bench = scenes.basal_edit_ask()
    bench.settings.set(st.CHILD_LOCK, 1)
    bench.run(300_000, 1_000)
    bench.press(OK)
    assert bench.sees("Keys locked")
    bench.run(300_000, 1_000)
    assert not bench.ui.lit()
    bench.press(OK, UP, DOWN, UP, OK)
    assert bench.sees("19.20 U/d") and held(bench, 1) == PROGRAM


def test_stop_ends_a_bolus_from_there_shows_it_and_leads_back_to_what_is_edited():
    bench = scenes.basal_edit_ask()
    bench.settings.set(st.BOLUS_SPEED_MU_MIN, 100)
    assert bench.pump.give_bolus(1_000, events.SOURCE_LINK) == 0
    bench.run(10_000)
    bench.press(STOP)
    bench.run(500)
    assert not bench.pump.bolus.active and bench.sees("Stopped")
    bench.press(OK)
    assert bench.sees("19.20 U/d") and held(bench, 1) == PROGRAM


def test_a_program_that_nobody_changed_is_not_saved():
    bench = edited(scenes.basal_edit())
    before = bench.pump.log.next_seq
    bench.press(OK)
    assert bench.sees("✓ 21.20") and bench.pump.log.next_seq == before


def test_to_edit_a_program_that_is_not_in_force_changes_no_rate():
    bench = scenes.basal_edit_ask_other()
    assert bench.sees("was 23.02 U/day") and bench.sees("22.32 U/d")
    assert bench.sees("Save the program?")
    bench.press(OK)
    assert held(bench, 2) == [(0, 600)] + WEEKEND[1:]
    assert held(bench, 1) == PROGRAM and bench.pump.basal_rate_mu_h() == 900


def test_a_program_that_is_none_begins_as_the_one_in_force():
    bench = scenes.basal()
    bench.press(DOWN, DOWN, OK, OK)
    assert bench.sees("Program 3") and bench.sees("21.20 U/d")
    edited(bench)
    bench.press(OK)
    assert bench.sees("was ---") and held(bench, 3) == []
    bench.press(OK)
    assert held(bench, 3) == PROGRAM == held(bench, 1)


def test_a_new_segment_begins_at_a_half_hour_that_is_free_and_takes_its_place():
    bench = edited(scenes.basal_edit())
    bench.press(UP, UP, OK)
    assert bench.sees("22:30") and bench.sees("0.70")
    bench.press(UP, UP, UP)
    assert bench.sees("23:30"), "there is no later one"
    assert sounds.NO in bench.sounds
    bench.press(*[DOWN] * 5)
    assert bench.sees("20:30"), "22:00 is taken"
    bench.press(OK, UP, OK, OK, OK)
    edited(bench)
    bench.press(OK, OK)
    assert held(bench, 1) == PROGRAM[:5] + [(1_230, 1_700)] + PROGRAM[5:]


def test_a_start_between_two_half_hours_goes_to_the_next_in_either_way():
    for way, start_min in ((UP, 390), (DOWN, 360)):
        bench = scenes.in_use()
        bench.pump.set_basal([(0, 500), (377, 900)], 0)
        bench.press(OK, DOWN, OK, OK, DOWN, OK, DOWN, OK, way, OK, OK, OK, OK)
        edited(bench)
        bench.press(OK, OK)
        assert held(bench, 1) == [(0, 500), (start_min, 900)]


def test_a_segment_may_be_moved_past_others():
    bench = scenes.basal_edit()
    bench.press(DOWN, OK, *[UP] * 10)
    assert bench.sees("08:30"), "from 03:00 past 06:00, which is taken"
    bench.press(OK, OK, OK, OK)
    edited(bench)
    bench.press(OK, OK)
    assert held(bench, 1) == [PROGRAM[0], PROGRAM[2], (510, 600)] + PROGRAM[3:]


def test_a_program_of_48_segments_takes_no_more():
    bench = scenes.in_use()
    bench.pump.set_basal([(30 * at, 500) for at in range(48)], 0)
    bench.press(OK, DOWN, OK, OK, DOWN, OK)
    edited(bench)
    bench.press(UP, UP)
    bench.sounds = []
    bench.press(OK)
    assert sounds.NO in bench.sounds and bench.sees("New segment")


def test_the_only_segment_cannot_be_removed_and_the_first_keeps_its_start():
    bench = scenes.in_use()
    bench.pump.set_basal([(0, 500)], 0)
    bench.press(OK, DOWN, OK, OK, DOWN, OK)
    edited(bench)
    bench.press(UP)
    bench.sounds = []
    bench.press(OK)
    assert sounds.NO in bench.sounds and bench.sees("Remove one")
    bench.press(*[UP] * 5, OK)
    assert bench.sees("OK Next") and bench.sees("00:00")
    bench.press(UP)
    assert bench.sees("1.50"), "its rate comes at once"
    bench.press(STOP)
    assert bench.sees("New segment")


def test_stop_leaves_the_choice_of_what_to_remove():
    bench = scenes.basal_edit_remove()
    assert bench.sees("Remove which?") and not bench.sees("00:00")
    bench.press(STOP)
    assert bench.sees("21.20 U/d") and bench.sees("00:00")


def test_a_rate_goes_from_zero_to_max_basal_in_steps_of_a_hundredth():
    bench = scenes.basal_edit()
    bench.press(OK, DOWN)
    assert bench.sees("0.80") and sounds.NO in bench.sounds
    bench.press(*[UP] * 9)
    assert bench.sees("4.80"), "max basal is 5 U/h"
    bench.press(OK, UP, UP, UP, OK, *[UP] * 12)
    assert bench.sees("5.00") and bench.sees("OK Done")
    bench.press(DOWN)
    assert bench.sees("4.99")


def test_a_rate_may_be_zero():
    bench = scenes.basal_edit()
    bench.press(OK, OK, *[DOWN] * 8)
    assert bench.sees("0.00")
    bench.press(DOWN)
    assert bench.sees("0.00") and sounds.NO in bench.sounds
    edited(bench, OK, OK)
    bench.press(OK, OK)
    assert held(bench, 1)[0] == (0, 0)


def test_a_thousandth_is_entered_where_a_step_of_the_motor_is_as_fine():
    bench = scenes.basal_edit()
    bench.press(OK, OK, OK)
    assert bench.sees("OK Done")
    bench.pump.profile.scale = StepScale(1_000, 1)
    assert Board.STEPS_PER_UNIT[0] < 1_000 * Board.STEPS_PER_UNIT[1]
    assert bench.sees("OK Next")
    bench.press(OK, UP)
    assert bench.sees("0.801") and bench.sees("OK Done")
    assert scenes.basal_edit_finest().sees("34.995")


def test_a_program_above_max_basal_is_refused_and_stays_edited():
    bench = scenes.basal_edit_ask()
    bench.pump.settings.set(st.MAX_BASAL_MU_H, 600)
    bench.press(OK)
    assert bench.sees("More than the max")
    bench.press(OK)
    assert bench.sees("19.20 U/d") and held(bench, 1) == PROGRAM
    bench.press(*[UP] * 60, OK, OK, DOWN)
    assert bench.sees("0.70"), "down from a rate above the limit"


def test_a_program_is_activated_after_a_question_with_both_and_home_shows_its_number():
    bench = scenes.basal_activate()
    said = bench.look()
    for text in ("Program 1", "21.20", "2 Weekend", "23.02", "0.90 to 1.25 U/h"):
        assert text in said, (text, said)
    bench.press(STOP)
    assert bench.pump.settings.active == 1 and bench.sees("Activate")
    bench.press(OK, OK)
    assert bench.pump.settings.active == 2 and bench.pump.basal_rate_mu_h() == 1_250
    assert bench.at_home() and bench.sees("P2") and bench.sees("1.25")
    assert sounds.START in bench.sounds


def test_a_question_is_drawn_anew_when_a_rate_in_it_changes_by_the_time_or_over_the_link():
    bench = scenes.basal_activate()
    bench.look()
    bench.run(300)
    assert not bench.ui.dirty
    programs.edit(bench.pump, 2, [(0, 2_000)], events.SOURCE_LINK)
    bench.run(300)
    assert bench.ui.dirty and bench.sees("0.90 to 2.00 U/h")
    bench.pump.set_clock(scenes.NOW_S // 86_400 * 86_400 + 18 * 3_600 - 5, 0, events.SOURCE_LINK)
    bench.run(1_000)
    bench.look()
    bench.run(6_000)
    assert bench.ui.dirty and bench.sees("1.00 to 2.00 U/h")
    bench = scenes.basal_edit_ask_other()
    bench.look()
    programs.edit(bench.pump, 2, [(0, 1_000)], events.SOURCE_LINK)
    bench.run(300)
    assert bench.ui.dirty and bench.sees("was 24.00 U/day")


def test_home_shows_no_number_while_there_is_one_program():
    assert not scenes.in_use().sees("P1")
    assert scenes.with_programs().sees("P1")


def test_home_shows_another_program_of_the_same_rate():
    bench = scenes.with_programs()
    programs.edit(bench.pump, 3, PROGRAM, events.SOURCE_LINK)
    bench.run(1_000)
    assert bench.sees("P1")
    bench.turn(0)
    programs.activate(bench.pump, 3, events.SOURCE_LINK)
    bench.run(300)
    assert bench.ui.dirty and bench.sees("P3")


def test_a_program_above_max_basal_is_not_activated_and_it_is_said_why():
    bench = scenes.basal_activate()
    bench.pump.settings.set(st.MAX_BASAL_MU_H, 1_200)
    bench.press(OK)
    assert bench.sees("More than the max") and bench.pump.settings.active == 1


def test_a_name_is_chosen_out_of_a_list_and_saved_after_a_question():
    bench = scenes.basal_name_ask()
    assert bench.sees("was 2 Weekend") and bench.sees("Sick day")
    assert programs.name_of(bench.settings, 2) == 3
    bench.press(STOP, DOWN)
    assert bench.sees("Weekend") and bench.sees("OK Back")
    bench.press(*[DOWN] * 3)
    assert bench.sees("Program 2"), "none"
    bench.press(OK, OK)
    assert programs.name_of(bench.settings, 2) == 0
    assert bench.sees("Program 2")


def test_every_name_of_the_list_can_be_chosen_and_behind_the_last_comes_none():
    bench = scenes.basal_name()
    names = bench.ui.words.PROGRAM_NAMES.split("|")
    for name in names[5:]:
        bench.press(UP)
        assert bench.sees(name), name
    bench.press(UP)
    assert bench.sees("Program 2")
    bench.press(DOWN, OK, OK)
    assert programs.name_of(bench.settings, 2) == programs.MOST_NAME == len(names) - 1


def test_a_program_is_deleted_after_a_question():
    bench = scenes.basal_delete()
    assert bench.sees("23.02 U/day")
    bench.press(STOP)
    assert held(bench, 2) == WEEKEND
    bench.press(OK, OK)
    assert held(bench, 2) == [] and bench.sees("Edit")


def test_a_program_that_came_into_force_meanwhile_is_not_deleted():
    bench = scenes.basal_delete()
    programs.activate(bench.pump, 2, events.SOURCE_LINK)
    bench.press(OK)
    assert held(bench, 2) == WEEKEND and bench.sees("This cannot be done")


def test_an_alarm_on_top_of_a_question_asks_anew():
    for scene, number in (
        (scenes.basal_edit_ask, 1),
        (scenes.basal_activate, 2),
        (scenes.basal_delete, 2),
    ):
        bench = scene()
        before = held(bench, number)
        alarmed(bench)
        bench.press(OK)
        assert held(bench, number) == before and bench.pump.settings.active == 1
    bench = alarmed(scenes.basal_name_ask())
    bench.press(OK)
    assert programs.name_of(bench.settings, 2) == 3


def test_now_stands_beside_a_segment_from_its_first_minute_on_and_up_and_down_show_the_others():
    for minute, start in ((599, "06:00"), (600, "10:00")):
        bench = scenes.in_use()
        bench.pump.set_clock(dates.local_s_of(2026, 11, 23, minute), 0, events.SOURCE_LINK)
        bench.press(OK, DOWN, OK, OK, OK)
        said = bench.look()
        assert said[said.index("now") - 2] == start
    bench.press(UP, UP)
    assert bench.sees("03:00") and not bench.sees("now")
    bench.press(DOWN)
    assert bench.sees("06:00") and bench.sees("now")


def test_a_program_that_is_taken_away_while_it_is_looked_at_harms_nothing():
    for scene in (scenes.basal_view_other, scenes.basal_program, scenes.basal_activate):
        bench = scene()
        programs.edit(bench.pump, 2, [], events.SOURCE_LINK)
        bench.run(300)
        bench.look()
        bench.press(DOWN, DOWN, DOWN, DOWN, OK)
        bench.look()
        assert bench.pump.settings.active == 1
