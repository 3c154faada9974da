"""The child lock, and the menu of a user: what keys do, and that STOP and alarms need no leave."""

from host_tests.ui.bench import Bench, pages_loaded
from host_tests.ui.pictures import scenes
from pump.core import alarms as al
from pump.core import codes, events, modes, states
from pump.core import settings as st
from pump.ui import keys, sounds
from pump.ui.keys import DOWN, OK, STOP, UP


def dark(bench=None):
    """A pump with the child lock, whose display went dark."""
    bench = bench or scenes.in_use()
    bench.settings.set(st.CHILD_LOCK, 1)
    bench.run(70_000)
    assert not bench.ui.lit()
    return bench


def unlock(bench):
    bench.press(OK, UP, DOWN, UP, OK)


def test_under_the_lock_a_key_does_nothing_but_show_how_to_unlock():
    for button in (UP, DOWN, OK):
        bench = dark()
        bench.press(button)
        assert bench.sees("Keys locked") and bench.sees("↑ ↓ ↑ OK")
        bench.press(OK, OK, DOWN, OK, UP, UP, OK)
        assert bench.sees("Keys locked")
        bench.hold(OK)
        assert bench.sees("Keys locked")


def test_the_order_of_keys_unlocks_until_the_display_is_dark_again():
    bench = dark()
    unlock(bench)
    assert bench.at_home() and bench.sounds[-1] == sounds.START
    assert not pages_loaded()
    bench.press(UP)
    assert bench.sees("0.00")
    bench.press(STOP)
    bench.run(29_000)
    bench.press(OK)
    assert bench.sees("Menu")
    bench.run(95_000)
    bench.press(OK)
    assert bench.sees("Keys locked")


def test_a_wrong_key_begins_anew_and_the_first_key_may_be_that_beginning():
    bench = dark()
    bench.press(OK, UP, DOWN, DOWN)
    assert bench.sounds[-1] == sounds.NO
    bench.press(UP, OK)
    assert bench.sees("Keys locked")
    bench.press(UP, UP, DOWN, UP, OK)
    assert bench.at_home()


def test_stop_leads_back_from_the_page_that_shows_how_to_unlock_and_unlocks_nothing():
    bench = dark()
    bench.press(UP, UP, DOWN, STOP)
    assert bench.at_home()
    bench.press(UP, OK)
    assert bench.sees("Keys locked")


def test_ok_that_unlocks_and_stays_down_begins_no_quick_bolus():
    bench = scenes.in_use()
    bench.settings.set(st.QUICK_STEP_MU, 500)
    bench.press(OK, STOP)
    dark(bench)
    bench.press(OK, UP, DOWN, UP)
    bench.hold(OK)
    assert bench.at_home()
    dark(bench)
    bench.hold(OK)
    assert bench.sees("Keys locked")


def test_keys_under_the_lock_do_not_keep_a_pump_on_that_switches_itself_off_and_unlocking_does():
    bench = scenes.in_use()
    assert bench.pump.set_setting(st.AUTO_OFF_H, 5, events.SOURCE_BUTTONS) == codes.OK
    bench.press(OK, STOP)
    rules = bench.pump.rules
    before = rules.pressed_s
    assert before == bench.pump.clock.uptime_s
    dark(bench)
    for button in (UP, OK, STOP, DOWN, UP, DOWN, UP):
        bench.press(button)
        bench.hold(button)
    bench.pump.alarms.once(al.RESERVOIR_LOW)
    bench.run(200)
    bench.press(OK)  # a child can acknowledge as well
    assert rules.pressed_s == before and not bench.pump.alarms.waiting >> al.RESERVOIR_LOW - 1 & 1
    bench.press(STOP, OK, UP, DOWN, UP)
    assert rules.pressed_s == before and bench.sees("Keys locked")
    bench.press(OK)
    assert rules.pressed_s == bench.pump.clock.uptime_s and not bench.sees("Keys locked")
    bench.run(10_000)
    bench.press(OK)
    assert rules.pressed_s == bench.pump.clock.uptime_s


def test_one_press_of_stop_still_ends_a_bolus():
    bench = scenes.in_use()
    bench.settings.set(st.BOLUS_SPEED_MU_MIN, 100)
    assert bench.pump.give_bolus(1_000, events.SOURCE_BUTTONS) == codes.OK
    dark(bench)
    bench.press(STOP)
    assert not bench.pump.bolus.active
    bench = scenes.in_use()
    bench.settings.set(st.BOLUS_SPEED_MU_MIN, 100)
    assert bench.pump.give_bolus(1_000, events.SOURCE_BUTTONS) == codes.OK
    dark(bench)
    bench.press(UP, DOWN)  # from the page that shows how to unlock
    bench.press(STOP)
    assert not bench.pump.bolus.active


def test_one_press_of_stop_still_ends_an_extended_bolus():
    for before in ((), (UP, UP)):
        bench = dark(scenes.home_extended())
        bench.press(*before)
        bench.press(STOP)
        assert bench.pump.extended is None


def test_holding_stop_still_suspends_and_resumes_only_unlocked():
    for before in ((), (UP, DOWN)):
        bench = dark()
        bench.press(*before)
        bench.hold(STOP)
        assert bench.pump.state == states.SUSPENDED and bench.sounds[-1] == sounds.SUSPENDED
        bench.run(40_000)
        bench.hold(STOP)
        assert bench.pump.state == states.SUSPENDED
        bench.press(STOP)
        unlock(bench)
        bench.hold(STOP)
        assert bench.running()


def test_an_alarm_is_still_acknowledged_and_what_follows_is_locked():
    bench = dark()
    bench.pump.alarms.once(al.RESERVOIR_LOW)
    bench.run(200)
    bench.press(OK)
    assert not bench.pump.alarms.waiting >> al.RESERVOIR_LOW - 1 & 1
    bench.press(OK)
    assert bench.sees("Keys locked")
    # Also when the display was lit as it came, and nobody answered for a while.
    bench = scenes.in_use()
    bench.settings.set(st.CHILD_LOCK, 1)
    bench.press(OK, STOP)
    bench.pump.alarms.once(al.RESERVOIR_LOW)
    bench.run(40_000)
    bench.press(OK, OK)
    assert bench.sees("Keys locked")


def test_a_tone_that_lights_the_display_unlocks_nothing():
    bench = dark()
    bench.pump.suspension.reminder_due = True
    bench.run(200)
    assert bench.ui.lit()
    bench.press(OK)
    assert bench.sees("Keys locked")


def test_a_start_is_locked():
    bench = Bench()
    bench.settings.set(st.CHILD_LOCK, 1)
    bench.press(UP)
    assert bench.sees("Keys locked")


def test_the_setting_locks_no_sooner_than_the_display_goes_dark_and_unlocks_at_once():
    bench = scenes.in_use()
    bench.press(OK)
    bench.settings.set(st.CHILD_LOCK, 1)
    bench.press(DOWN, STOP, UP)
    assert bench.sees("0.00")
    bench.press(STOP)
    dark(bench)
    bench.settings.set(st.CHILD_LOCK, 0)
    bench.press(UP)
    assert bench.sees("0.00")


def test_a_reservoir_change_that_moves_keeps_its_page_under_the_lock_and_stop_ends_the_move():
    bench = scenes.change_rewinding()
    bench.settings.set(st.CHILD_LOCK, 1)
    bench.ui._dark_ms = 40_000
    assert bench.pump.move.active
    bench.press(OK)
    assert bench.sees("Keys locked") and bench.pump.move.active
    bench.press(STOP)
    assert not bench.pump.move.active


# ---- the menu of a user


def test_a_user_sees_what_a_user_needs():
    bench = scenes.user_menu()
    rows = bench.ui.top()
    names = [rows.row(index)[0] for index in range(rows.count())]
    assert names == [
        "Reservoir",
        "Basal",
        "Temp basal",
        "Extended bolus",
        "Alarms",
        "Clock",
        "History",
        "About",
        "Service",
        "Self-test",
        "Clinician",
    ]
    for index in range(rows.count()):
        bench = scenes.in_use()
        bench.settings.set(st.MODE, modes.USER)
        bench.press(OK, *[DOWN] * index)
        bench.press(OK)
        assert bench.sees(names[index].split(" ")[0]), names[index]


def test_a_user_looks_at_basal_programs_and_activates_one_and_can_do_nothing_else_with_them():
    bench = scenes.user_program()
    rows = bench.ui.top()
    assert [rows.row(index)[0] for index in range(rows.count())] == ["Show", "Activate"]
    bench.press(DOWN, OK)
    assert bench.sees("Activate?")
    bench.press(OK)
    assert bench.at_home() and bench.pump.settings.active == 2
    bench.press(OK, DOWN, OK, OK)  # the one in force
    rows = bench.ui.top()
    assert [rows.row(index)[0] for index in range(rows.count())] == ["Show"]
    bench.press(STOP, DOWN)  # one that nobody has written
    bench.sounds = []
    bench.press(OK)
    assert sounds.NO in bench.sounds and bench.sees("✓")


def test_a_clinician_sees_all_but_the_way_back():
    bench = scenes.menu_top()
    rows = bench.ui.top()
    names = [rows.row(index)[0] for index in range(rows.count())]
    assert "Settings" in names and "Basal" in names and "Clinician" not in names


def test_the_code_of_four_keys_leads_back_to_the_clinicians_menu():
    bench = scenes.user_menu()
    bench.settings.set(st.MODE_CODE, 1_231)
    bench.press(OK, UP, DOWN, OK, UP)
    assert bench.at_home() and bench.sounds[-1] == sounds.START
    assert bench.settings.get(st.MODE) == modes.CLINICIAN
    bench.press(OK)
    assert bench.ui.top().count() > 9


def test_a_wrong_code_is_refused_with_its_tone_and_the_fourth_has_to_wait():
    bench = scenes.in_use()
    bench.settings.set(st.MODE, modes.USER)
    for _ in range(3):
        bench.ui.go_home()
        bench.press(OK, *[DOWN] * 10)
        bench.press(OK, UP, UP, UP, DOWN)
        assert bench.sees("Wrong code.") and sounds.NO in bench.sounds[-3:]
    bench.ui.go_home()
    bench.press(OK, *[DOWN] * 10)
    bench.press(OK)
    assert bench.sees("Wait a minute")
    bench.run(60_000)
    bench.ui.go_home()
    bench.press(OK, *[DOWN] * 10)
    bench.press(OK, UP, UP, UP, UP)
    assert bench.settings.get(st.MODE) == modes.CLINICIAN


def test_stop_leads_out_of_the_code_and_its_keys_are_not_shown():
    bench = scenes.mode_code()
    assert bench.sees("* * - -")
    bench.press(STOP)
    assert bench.sees("Menu") and bench.settings.get(st.MODE) == modes.USER


def test_a_held_key_is_one_of_the_code():
    bench = scenes.mode_code()
    for _ in range(5):
        bench.ui.gesture(UP, keys.REPEAT)
    assert bench.sees("* * - -")


def test_a_settings_page_that_was_open_when_the_mode_changed_is_refused_by_the_core():
    bench = scenes.setting_ask()
    bench.settings.set(st.MODE, modes.USER)
    bench.press(OK)
    assert bench.sees("User mode.")
    assert bench.settings.get(st.BOLUS_STEP_MU) == 50


def test_the_code_steps_from_one_code_of_keys_to_the_next():
    bench = scenes.setting_mode_code()
    assert bench.sees("↑ ↑ ↓ ↑")  # 1111, 1112, 1113, 1121
    bench.press(DOWN)
    assert bench.sees("↑ ↑ ↑ O")
    for _ in range(200):
        bench.ui.gesture(UP, keys.REPEAT)
    assert bench.sees("O O O O")
