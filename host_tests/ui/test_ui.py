"""What the buttons do on every screen."""

import micropython

from host_tests.ui.bench import Bench, pages_loaded
from host_tests.ui.pictures import scenes
from pump.core import alarms as al
from pump.core import codes, events, record, states, temporary
from pump.core import settings as st
from pump.core.layouts import LAYOUTS
from pump.ui import figures, keys, sounds
from pump.ui.keys import DOWN, OK, STOP, UP
from pump.ui.pages import dates


def test_a_fresh_board_gives_a_bolus_although_its_clock_is_not_set():
    bench = Bench()
    bench.press(UP, UP, UP, OK, OK)
    bench.run(20_000)
    assert bench.pump.bolus.given_mu() == 100
    assert bench.motor_steps == bench.pump.profile.scale.steps(100)


def test_the_first_press_during_the_boot_screen_opens_the_bolus():
    bench = Bench()
    assert bench.sees("Not a medical device")
    bench.press(UP)
    assert bench.sees("0.00")
    assert not bench.sees("Not a medical device")


def test_the_boot_screen_goes_by_itself_after_two_seconds():
    bench = Bench()
    bench.run(1_900)
    assert bench.sees("Not a medical device")
    assert not bench.ui.dirty
    bench.run(200)
    assert bench.ui.dirty
    assert not bench.sees("Not a medical device")


def test_presses_before_the_pump_has_started_do_nothing():
    bench = Bench(started=False)
    bench.ui.gesture(UP, keys.PRESS)
    bench.ui.gesture(OK, keys.PRESS)
    assert bench.at_home()


def test_opening_the_bolus_starts_at_zero_and_up_adds_one_step_each():
    bench = scenes.in_use()
    bench.press(UP)
    assert bench.sees("0.00")
    bench.press(UP, UP, UP)
    assert bench.sees("0.15")
    bench.press(DOWN)
    assert bench.sees("0.10")


def test_the_bolus_step_is_the_setting():
    bench = scenes.in_use()
    bench.pump.set_setting(st.BOLUS_STEP_MU, 500, 0)
    bench.press(UP, UP, UP)
    assert bench.sees("1.00")


def test_a_held_button_repeats_the_step():
    bench = scenes.in_use()
    bench.press(UP)
    bench.ui.gesture(UP, keys.PRESS)
    for _ in range(9):
        bench.ui.gesture(UP, keys.REPEAT)
    bench.ui.gesture(UP, keys.RELEASE)
    assert bench.sees("0.50")


def held_key(bench, button, count):
    """A button that is held for so many repeats."""
    for _ in range(count):
        bench.ui.gesture(button, keys.REPEAT)


def test_the_amount_stays_between_zero_and_the_max_bolus():
    bench = scenes.in_use()
    bench.pump.set_setting(st.MAX_BOLUS_MU, 150, 0)
    bench.press(UP, DOWN)
    assert bench.sees("0.00")
    bench.press(UP, UP, UP, UP, UP)
    assert bench.sees("0.15")


def test_ok_at_zero_asks_nothing():
    bench = scenes.in_use()
    bench.press(UP, OK)
    assert not bench.sees("Give")
    assert bench.sees("0.00")


def test_one_ok_asks_and_does_not_give():
    bench = scenes.bolus_ask()
    assert bench.sees("Give") and bench.sees("1.25") and bench.sees("at 1.5 U/min")
    bench.run(5_000)
    assert not bench.pump.bolus.active
    assert bench.pump.bolus.asked_mu == 0


def test_stop_at_the_question_keeps_the_amount_and_gives_nothing():
    bench = scenes.bolus_ask()
    bench.press(STOP)
    assert not bench.sees("Give") and bench.sees("1.25")
    bench.press(STOP)
    assert bench.at_home()
    assert bench.pump.bolus.asked_mu == 0


def test_up_and_down_do_not_change_what_is_asked():
    bench = scenes.bolus_ask()
    bench.press(UP, DOWN, UP, OK)
    assert bench.pump.bolus.asked_mu == 1_250


def test_the_screen_follows_the_bolus_and_ends_with_what_was_given():
    bench = scenes.bolus_runs()
    assert bench.sees("Bolus runs") and bench.sees("0.49")
    bench.run(60_000)
    assert bench.sees("Bolus given") and bench.sees("1.25") and bench.sees("All given")
    bench.press(OK)
    assert bench.at_home()


def test_stop_on_the_running_bolus_shows_what_was_given_until_then():
    bench = scenes.bolus_runs()
    bench.press(STOP)
    given_mu = bench.pump.bolus.given_mu()
    assert not bench.pump.bolus.active and 0 < given_mu < 1_250
    assert bench.sees("Bolus stopped") and bench.sees(figures.dose(given_mu))
    assert bench.sees("1.25 U") and bench.sees("Stopped by you")


def test_the_screen_counts_down_to_a_bolus_that_waits_and_stop_leaves_nothing_given():
    bench = scenes.bolus_waits()
    assert bench.sees("Begins in 4 s")
    bench.run(1_000)
    assert bench.sees("Begins in 3 s")
    bench.press(STOP)
    assert bench.sees("Bolus stopped") and bench.sees("0.00")
    assert not bench.pump.bolus.active


def test_the_countdown_to_a_bolus_is_drawn_anew_with_every_second():
    bench = scenes.bolus_waits()
    for _ in range(2):
        bench.look()
        bench.run(1_000)
        assert bench.ui.dirty


def test_a_bolus_that_waited_is_given_whole():
    bench = scenes.bolus_waits()
    bench.run(60_000)
    assert bench.sees("Bolus given") and bench.pump.bolus.given_mu() == 1_250


def _ways_from_a_running_bolus():
    yield "home", (OK,)
    yield "menu", (OK, OK)
    for row in range(8):
        yield "menu row %d" % row, (OK, OK) + (DOWN,) * row + (OK,)
    yield "a setting that is asked", (OK, OK) + (DOWN,) * 5 + (OK, OK, UP, OK)
    yield "clock, asked", (OK, OK) + (DOWN,) * 4 + (OK,) * 7


def test_one_stop_ends_a_running_bolus_from_any_screen():
    for name, buttons in _ways_from_a_running_bolus():
        bench = scenes.bolus_runs()
        bench.press(*buttons)
        assert bench.pump.bolus.active, name
        bench.ui.gesture(STOP, keys.PRESS)
        bench.turn(0)
        assert not bench.pump.bolus.active, name
        assert bench.pump.bolus.reason == events.END_STOPPED, name
        assert bench.sees("Bolus stopped"), name
        assert bench.pump.state == states.RUNNING, name


def test_one_stop_ends_a_running_bolus_under_an_alarm_which_stays():
    bench = scenes.bolus_runs()
    bench.battery_mv = 3_450
    bench.run(300)
    assert bench.ui.alarm == al.BATTERY_LOW and bench.pump.bolus.active
    bench.press(STOP)
    assert not bench.pump.bolus.active
    assert bench.ui.alarm == al.BATTERY_LOW
    bench.press(OK)
    assert bench.sees("Bolus stopped")


def test_the_menu_is_let_go_at_home_again_and_can_be_loaded_anew():
    bench = scenes.settings_top()
    assert "pump.ui.pages.values" in pages_loaded()
    for _ in range(3):
        bench.press(STOP)
    assert bench.at_home() and pages_loaded() == []
    bench.press(OK, DOWN, OK)
    assert bench.sees("U/day")
    assert "pump.ui.pages.values" not in pages_loaded()


def test_a_page_for_which_memory_is_short_leads_home_and_stops_nothing():
    def no_room(_):
        raise MemoryError

    bench = scenes.bolus_runs()
    bench.press(OK, OK)
    bench.ui.open_loaded(no_room)
    bench.turn(20)
    assert bench.at_home() and bench.pump.bolus.active
    assert bench.sounds[-1] == sounds.NO


def test_a_bolus_for_whose_limits_memory_is_short_is_not_asked_for_and_stops_nothing():
    def no_room(_):
        raise MemoryError

    bench = scenes.bolus_entry()
    bench.pump.check_bolus = no_room
    bench.press(OK)
    assert bench.at_home() and bench.sounds[-1] == sounds.NO
    assert bench.running() and not bench.pump.bolus.active
    bench = scenes.in_use()
    bench.pump.check_bolus = no_room
    bench.press(OK, DOWN, DOWN, DOWN, OK)
    assert bench.at_home() and bench.sounds[-1] == sounds.NO and bench.running()


def test_up_after_the_end_of_a_bolus_opens_the_next():
    bench = scenes.bolus_given()
    bench.press(UP)
    assert bench.sees("0.00") and bench.sees("OK Next")


def test_up_at_home_while_a_bolus_runs_leads_back_to_it():
    bench = scenes.home_bolus()
    assert bench.sees("Bolus 0.49 / 1.25 U")
    bench.press(UP)
    assert bench.sees("Bolus runs")


def test_a_refused_bolus_says_why_and_leads_back_to_the_amount():
    bench = scenes.bolus_refused()
    assert bench.sees("Not done") and bench.sees("Over the limit of one")
    assert not bench.pump.bolus.active
    bench.press(OK)
    assert bench.sees("1.25") and not bench.sees("Give")


def test_a_bolus_of_a_pump_that_was_suspended_meanwhile_is_refused_with_its_reason():
    bench = scenes.bolus_ask()
    bench.pump.suspend(events.SOURCE_LINK)
    bench.press(OK)
    assert bench.sees("suspended")
    assert not bench.pump.bolus.active


def test_an_untouched_amount_goes_home_after_a_minute_without_giving():
    for scene in (scenes.bolus_entry, scenes.bolus_ask, scenes.menu_top, scenes.setting_ask):
        bench = scene()
        bench.run(59_000, 500)
        assert not bench.at_home()
        bench.run(1_500, 500)
        assert bench.at_home()
        assert bench.pump.bolus.asked_mu == 0
        assert bench.settings.get(st.BOLUS_STEP_MU) == 50


def test_the_entry_of_a_bolus_is_let_go_of_at_home_again():
    for way in ((UP, STOP), (UP, UP, OK, STOP, STOP), (UP, UP, OK, OK, OK)):
        bench = scenes.in_use()
        bench.press(way[0])
        assert "pump.ui.pages.bolus" in pages_loaded()
        bench.press(*way[1:])
        assert bench.at_home()
        assert pages_loaded() == []


def test_a_running_bolus_keeps_its_screen_for_longer_than_a_minute():
    bench = scenes.in_use()
    bench.press(UP, *[UP] * 60, OK, OK)
    bench.run(90_000)
    assert bench.sees("Bolus runs")


def test_holding_stop_at_home_suspends_and_again_resumes():
    bench = scenes.in_use()
    bench.hold(STOP)
    assert bench.pump.state == states.SUSPENDED
    assert bench.sees("SUSPENDED") and bench.sees("Hold STOP to resume")
    bench.hold(STOP)
    assert bench.pump.state == states.RUNNING
    assert not bench.sees("SUSPENDED")
    assert sounds.SUSPENDED in bench.sounds and sounds.RESUMED in bench.sounds


def test_a_short_stop_at_home_suspends_nothing_and_says_how():
    bench = scenes.in_use()
    bench.ui.gesture(STOP, keys.PRESS)
    assert bench.sees("Hold STOP to suspend")
    bench.run(500)
    bench.ui.gesture(STOP, keys.RELEASE)
    assert not bench.sees("Hold STOP")
    assert bench.pump.state == states.RUNNING


def test_holding_stop_at_home_in_a_bolus_stops_it_and_then_suspends():
    bench = scenes.home_bolus()
    bench.ui.gesture(STOP, keys.PRESS)
    bench.turn(10)
    assert not bench.pump.bolus.active and bench.pump.state == states.RUNNING
    bench.run(2_000)
    bench.ui.gesture(STOP, keys.HOLD)
    assert bench.pump.state == states.SUSPENDED
    assert bench.sees("SUSPENDED")


def test_holding_stop_that_only_left_a_screen_suspends_nothing():
    bench = scenes.bolus_entry()
    bench.hold(STOP)
    assert bench.at_home()
    assert bench.pump.state == states.RUNNING


def test_resuming_is_refused_while_its_alarm_is_there():
    bench = scenes.home_suspended_by_alarm()
    bench.hold(STOP)
    assert bench.pump.state == states.SUSPENDED
    assert bench.sees("An alarm must be")
    bench.pressure_mbar = 100
    bench.run(200)
    bench.press(OK)
    bench.hold(STOP)
    assert bench.pump.state == states.RUNNING


def test_holding_stop_on_an_alarm_never_resumes():
    bench = scenes.occlusion()
    bench.pressure_mbar = 100
    bench.run(200)
    bench.hold(STOP)
    assert bench.pump.state == states.SUSPENDED and bench.ui.alarm == al.OCCLUSION
    bench.press(OK)
    assert bench.at_home() and bench.sees("SUSPENDED")


def test_the_alarm_of_a_pump_that_stands_says_for_how_long_until_somebody_resumes():
    bench = scenes.home_suspended()
    bench.run(10 * 60_000, 1_000)
    assert not bench.ui.lit() and sounds.MEDIUM not in bench.sounds
    bench.run(6 * 60_000, 1_000)
    assert bench.ui.lit() and sounds.MEDIUM in bench.sounds
    assert bench.sees("Stopped for 0:16 h.")
    bench.run(60 * 60_000, 1_000)
    assert bench.sees("Stopped for 1:16 h.")
    bench.press(OK)
    assert bench.at_home() and bench.sees("SUSPENDED")
    bench.run(15 * 60_000, 1_000)
    assert bench.sees("Stopped for 1:31 h.")
    bench.pump.suspension.remotely = True
    assert not bench.pump.resume(1)
    bench.run(200)
    assert bench.at_home() and not bench.pump.alarms.raised >> al.UNDER_DELIVERY - 1 & 1


def test_a_high_alarm_takes_the_screen_and_ok_acknowledges_it():
    bench = scenes.in_use()
    bench.press(OK, DOWN)
    bench.pressure_mbar = 900
    bench.run(300)
    assert bench.sees("OCCLUSION") and bench.sees("OK = acknowledge")
    bench.press(UP, DOWN, STOP)
    assert bench.sees("OCCLUSION")
    bench.press(OK)
    assert bench.sees("Menu")
    assert not bench.pump.alarms.waiting & 1 << al.OCCLUSION - 1
    bench.press(STOP)
    assert bench.sees("SUSPENDED") and bench.sees("Occlusion")


def test_ok_acknowledges_what_was_on_the_screen_and_not_what_came_since():
    bench = scenes.in_use()
    bench.battery_mv = 3_450
    bench.run(300)
    assert bench.ui.alarm == al.BATTERY_LOW
    bench.pump.alarms.cause(al.OCCLUSION, True)
    bench.ui.gesture(OK, keys.PRESS)
    assert bench.pump.alarms.waiting == 1 << al.OCCLUSION - 1


def test_low_alarms_are_a_banner_and_block_no_button():
    bench = scenes.fresh()
    bench.pump.alarms.once(al.LOG_NEW)
    bench.run(100)
    assert not bench.ui.alarm
    assert bench.sees("Clock not set")
    bench.press(OK)
    assert bench.sees("Menu")


def test_an_alarm_that_ends_by_itself_leaves_a_lit_display():
    bench = scenes.in_use()
    bench.pump.alarms.once(al.RESERVOIR_LOW)
    bench.run(120_000)
    bench.pump.alarms.withdraw(al.RESERVOIR_LOW)
    bench.run(500)
    assert bench.at_home() and bench.ui.lit()


def test_an_acknowledged_alarm_whose_cause_stays_is_a_banner():
    bench = scenes.home_alarm_seen()
    assert bench.at_home() and bench.sees("Battery low")


def test_an_alarm_during_the_question_makes_it_be_asked_anew():
    bench = scenes.bolus_ask()
    bench.battery_mv = 3_450
    bench.run(300)
    bench.press(OK, OK)
    assert bench.sees("Give")
    assert bench.pump.bolus.asked_mu == 0


def test_alarms_in_the_list_can_be_read_and_acknowledged():
    bench = scenes.fresh()
    bench.pump.alarms.once(al.LOG_NEW)
    bench.press(OK, *[DOWN] * 4, OK, DOWN, OK)
    assert bench.sees("NEW LOG")
    bench.press(OK)
    assert not bench.pump.alarms.raised & 1 << al.LOG_NEW - 1
    assert bench.sees("Clock not set") and not bench.sees("Log is new")


def test_stop_leads_back_from_an_alarm_of_the_list_and_does_not_acknowledge_it():
    bench = scenes.fresh()
    bench.pump.alarms.once(al.LOG_NEW)
    bench.press(OK, *[DOWN] * 4, OK, DOWN, OK)
    assert bench.sees("NEW LOG")
    bench.press(STOP)
    assert bench.sees("Log is new") and bench.pump.alarms.waiting >> al.LOG_NEW - 1 & 1


def test_too_little_given_by_a_pump_that_runs_does_not_say_that_it_stands():
    bench = scenes.in_use()
    bench.pump.alarms.once(al.UNDER_DELIVERY)
    bench.run(200)
    assert bench.sees("Too little is given.") and not bench.sees("Stopped for")


def _bursts(bench, pattern, milliseconds):
    bench.sounds = []
    bench.run(milliseconds)
    return bench.sounds.count(pattern)


def test_a_high_alarm_sounds_every_ten_seconds_until_acknowledged():
    bench = scenes.occlusion()
    assert sounds.HIGH in bench.sounds
    assert _bursts(bench, sounds.HIGH, 60_000) == 6
    bench.press(OK)
    assert _bursts(bench, sounds.HIGH, 60_000) == 0


def test_a_medium_alarm_sounds_every_25_seconds_until_acknowledged():
    bench = scenes.in_use()
    bench.battery_mv = 3_450
    bench.run(300)
    assert sounds.MEDIUM in bench.sounds
    assert _bursts(bench, sounds.MEDIUM, 100_000) == 4
    bench.press(OK)
    assert _bursts(bench, sounds.MEDIUM, 60_000) == 0


def test_a_low_alarm_sounds_once_and_when_the_core_repeats_it():
    bench = scenes.fresh()
    assert bench.sounds.count(sounds.LOW) == 1
    assert _bursts(bench, sounds.LOW, 280_000) == 0
    assert _bursts(bench, sounds.LOW, 40_000) == 1


def test_acknowledging_cuts_the_burst_short():
    bench = scenes.occlusion()
    bench.sounds = []
    bench.press(OK)
    assert sounds.SILENCE in bench.sounds


def test_key_clicks_do_not_cut_into_a_burst_and_can_be_switched_off():
    bench = scenes.occlusion()
    bench.sounds = []
    bench.press(UP)
    assert bench.sounds == []
    bench = scenes.in_use()
    bench.sounds = []
    bench.press(OK)
    assert bench.sounds == [sounds.CLICK]
    bench.pump.set_setting(st.KEY_CLICKS, 0, 0)
    bench.sounds = []
    bench.press(DOWN)
    assert bench.sounds == []


def test_a_button_still_held_when_an_alarm_comes_neither_changes_nor_sounds():
    bench = scenes.bolus_entry()
    bench.ui.gesture(UP, keys.PRESS)
    bench.battery_mv = 3_450
    bench.run(5_000)
    bench.sounds = []
    bench.ui.gesture(UP, keys.REPEAT)
    bench.turn(10)
    assert bench.sounds == []
    bench.press(OK)
    assert bench.sees("1.30")


def test_start_and_end_of_a_bolus_are_heard():
    bench = scenes.bolus_ask()
    bench.sounds = []
    bench.press(OK)
    assert sounds.START in bench.sounds
    bench.run(60_000)
    assert bench.sounds[-1] == sounds.END
    bench = scenes.bolus_runs()
    bench.press(STOP)
    assert bench.sounds[-1] == sounds.STOPPED


def test_the_reservoir_change_leads_from_the_menu_to_the_counted_reservoir():
    primed = scenes.change_primed().pump.move.made_steps
    bench = scenes.change_ready()
    scale = bench.pump.profile.scale
    loaded, filled = scale.steps(290_000), scale.steps(300)
    assert bench.pump.state == states.CHANGING
    assert bench.pump.reservoir_steps == loaded - primed - filled
    assert bench.sees(figures.nearest(scale.dose_mu(primed)) + " U")
    assert bench.sees("0.30 U")
    bench.press(OK)
    assert bench.pump.state == states.RUNNING
    assert bench.sees("Delivery goes on")
    bench.press(OK)
    assert bench.at_home()


def test_the_reservoir_page_says_what_is_left_where_how_old_it_is_and_how_long_it_lasts():
    bench = scenes.supply()
    said = bench.look()
    for text in ("187 U", "12 U", "0.3 U", "3d 21h", "2d 4h", "212 h"):
        assert text in said, (text, said)
    bench.press(STOP, STOP)
    assert bench.at_home()
    bench.press(OK, OK, OK, OK)
    assert bench.pump.state == states.CHANGING


def test_the_reservoir_page_follows_what_leaves_it():
    bench = scenes.supply()
    assert bench.pump.give_bolus(1_000, events.SOURCE_LINK) == 0
    bench.run(1_000)
    bench.look()
    bench.run(2_000)
    assert bench.pump.bolus.active and bench.ui.dirty


def test_what_is_not_known_of_reservoir_and_site_is_not_made_up():
    said = scenes.supply_old().look()
    assert "30d" in said and said.count("---") == 2
    bench = scenes.fresh()
    bench.press(OK, OK)
    assert bench.sees("Change the reservoir?")


def test_a_person_says_of_each_alarm_sound_and_of_the_whole_picture_that_it_is_there():
    bench = scenes.selftest()
    bench.sounds = []
    bench.press(OK, UP, OK, OK, OK)
    alarms = [sound for sound in bench.sounds if sound in sounds.BURSTS]
    assert alarms == [sounds.LOW, sounds.LOW, sounds.MEDIUM, sounds.HIGH]
    bench.press(OK)
    bench.look()
    assert all(byte == 0xFF for byte in bench.buffer)
    bench.press(OK)
    assert bench.sees("Good") and answers(bench) == [
        (events.TEST_BUZZER, 1, 0),
        (events.TEST_DISPLAY, 1, 0),
    ]


def test_what_a_person_does_not_hear_or_see_is_logged_and_said_and_stops_nothing():
    bench = scenes.selftest_sound()
    bench.press(OK, STOP, OK, OK, STOP)
    assert bench.sees("do not rely")
    assert answers(bench) == [(events.TEST_BUZZER, 0, 0), (events.TEST_DISPLAY, 0, 0)]
    assert bench.running()
    bench = scenes.selftest()
    bench.press(STOP)
    assert bench.sees("Menu") and answers(bench) == []


def test_what_is_heard_and_what_is_seen_are_two_answers_and_good_is_both():
    for heard, seen in ((1, 0), (0, 1)):
        bench = scenes.selftest()
        bench.press(OK, OK if heard else STOP, OK, OK, OK, OK if seen else STOP)
        assert bench.sees("do not rely")
        assert answers(bench) == [(events.TEST_BUZZER, heard, 0), (events.TEST_DISPLAY, seen, 0)]


def answers(bench):
    """The rows of self-tests in the log."""
    buffer = bytearray(32)
    found = []
    for seq in range(1, bench.journal.next_seq):
        bench.journal.read_into(seq, buffer)
        if record.header(buffer)[2] == events.SELF_TEST:
            found.append(record.fields(buffer, LAYOUTS[events.SELF_TEST]))
    return found


def test_a_failed_self_test_says_which_check_it_was():
    bench = scenes.selftest_failed()
    assert bench.sees("SELF-TEST") and bench.sees("Clock runs wrong")
    bench.press(OK)
    assert bench.pump.state == states.SUSPENDED and bench.sees("Self-test failed")


def test_stop_stops_the_motor_in_every_step_of_the_change():
    for scene in (scenes.change_rewinding, scenes.change_priming):
        bench = scene()
        assert bench.pump.move.active
        bench.press(STOP)
        assert not bench.pump.move.active
        made = bench.motor_steps
        bench.run(2_000)
        assert bench.motor_steps == made
        assert bench.sees("Again")


def test_up_primes_again_and_the_screen_adds_it_up():
    bench = scenes.change_primed()
    first = bench.pump.move.made_steps
    bench.press(UP)
    bench.run(1_000)
    bench.press(OK)
    total = bench.pump.profile.scale.dose_mu(first) + bench.pump.profile.scale.dose_mu(
        bench.pump.move.made_steps
    )
    assert bench.sees(figures.nearest(total))


def test_up_alone_moves_the_motor_once_more():
    for scene in (scenes.change_rewound, scenes.change_primed):
        bench = scene()
        made = bench.motor_steps
        bench.press(DOWN)
        bench.run(500)
        assert bench.motor_steps == made and not bench.pump.move.active
        bench.press(UP)
        assert bench.pump.move.active


def test_the_end_of_every_move_of_the_change_is_heard():
    bench = scenes.change_cannula_ask()
    bench.sounds.clear()
    bench.press(OK)
    bench.run(1_000)
    assert bench.sounds[-1] == sounds.END and bench.sees("Ready")


def test_the_amounts_of_the_change_stay_within_the_reservoir_and_the_cannula():
    bench = scenes.change_load()
    held_key(bench, UP, 100)
    assert "300" in bench.look()
    held_key(bench, DOWN, 100)
    assert "5.0" in bench.look()
    bench = scenes.change_cannula_ask()
    held_key(bench, UP, 100)
    assert figures.dose(bench.pump.profile.cannula_most_mu) in bench.look()
    held_key(bench, DOWN, 200)
    assert "0.00" in bench.look()


def test_a_change_or_a_calibration_that_cannot_begin_now_says_so_and_goes_no_further():
    for scene, asks in (
        (scenes.change_ask, "Change the reservoir?"),
        (scenes.calibrate_ask, "Delivery stops. Have"),
    ):
        bench = scene()
        assert bench.pump.give_bolus(1_000, events.SOURCE_LINK) == 0
        bench.press(OK)
        assert bench.sees("Something is being") and bench.pump.bolus.active
        bench.press(OK)
        assert bench.sees(asks)


def test_stop_at_the_question_whether_to_leave_leads_back_to_the_change():
    bench = scenes.change_leave()
    bench.press(STOP)
    assert bench.sees("Units in it") and bench.pump.state == states.CHANGING


def test_the_change_does_not_leave_for_want_of_presses():
    bench = scenes.change_prime_ask()
    bench.run(120_000, 1_000)
    assert bench.sees("Prime")


def test_a_change_that_was_left_says_so_at_home_and_goes_on_from_the_menu():
    bench = scenes.home_change_open()
    assert bench.sees("Reservoir change open")
    bench.press(OK, OK)
    assert bench.sees("Rewind")
    bench = scenes.change_prime_ask()
    bench.press(STOP, OK, OK, OK)
    assert bench.sees("Prime")


def test_a_change_of_a_suspended_pump_leaves_it_suspended_and_says_so():
    bench = scenes.home_suspended()
    bench.press(OK, OK, OK, OK, OK)
    bench.run(1_000)
    bench.press(STOP, OK, OK, OK)
    bench.run(1_000)
    bench.press(STOP, OK)
    for _ in range(6):
        bench.press(DOWN)
    bench.press(OK, OK)
    assert bench.pump.state == states.SUSPENDED
    assert bench.sees("Pump stays suspended")


def test_a_setting_changes_only_after_a_second_ok():
    bench = scenes.setting_ask()
    assert bench.sees("was 0.05 U") and bench.sees("0.10 U")
    assert bench.settings.get(st.BOLUS_STEP_MU) == 50
    bench.press(OK)
    assert bench.settings.get(st.BOLUS_STEP_MU) == 100
    assert bench.sees("Bolus speed")
    bench.press(STOP)
    assert bench.sees("Settings")


def test_a_setting_stays_in_its_range():
    bench = scenes.setting()
    for _ in range(200):
        bench.ui.gesture(UP, keys.REPEAT)
    assert bench.sees("1.00 U")
    for _ in range(200):
        bench.ui.gesture(DOWN, keys.REPEAT)
    assert bench.sees("0.01 U")


def test_the_clock_is_set_after_a_question_with_old_and_new():
    bench = scenes.clock_ask()
    assert bench.sees("14:05") and bench.sees("15:03")
    assert bench.sees("23 Nov 2026") and bench.sees("24 Nov 2026")
    bench.press(OK)
    assert bench.pump.clock.local_s // 60 == (dates.local_s_of(2026, 11, 24, 15 * 60 + 3) // 60)
    assert bench.at_home()


def utc_s(bench):
    return bench.pump.clock.local_s - bench.settings.get(st.UTC_OFFSET_MIN) * 60


def test_on_a_journey_the_offset_to_utc_takes_the_clock_with_it_and_the_moment_stays():
    bench = scenes.in_use()
    bench.pump.set_clock(scenes.NOW_S + 17, 60, events.SOURCE_LINK)
    before_s = utc_s(bench)
    bench.press(OK, *[DOWN] * 5, OK, *[UP] * 4)
    assert bench.sees("+2:00") and bench.sees("15:05")
    bench.press(*[OK] * 6)
    for text in ("UTC +1:00", "14:05", "UTC +2:00", "15:05", "Set the clock?"):
        assert bench.sees(text), text
    bench.press(OK)
    assert bench.settings.get(st.UTC_OFFSET_MIN) == 120
    assert bench.pump.clock.minute_of_day() == 15 * 60 + 5
    assert 0 <= utc_s(bench) - before_s <= 2  # not even the seconds are lost
    assert bench.at_home()


def test_a_clock_that_was_wrong_is_corrected_where_it_is_and_an_offset_that_was_wrong_with_it():
    bench = scenes.clock_hour()
    bench.press(UP, STOP, *[UP] * 4, *[OK] * 7)
    assert bench.settings.get(st.UTC_OFFSET_MIN) == 60
    assert bench.pump.clock.minute_of_day() == 16 * 60 + 5
    bench = scenes.clock_hour()
    bench.press(UP, *[OK] * 6)
    assert bench.settings.get(st.UTC_OFFSET_MIN) == 0
    assert bench.pump.clock.minute_of_day() == 15 * 60 + 5


def test_the_offset_to_utc_ends_where_the_settings_do_and_takes_the_date_along():
    bench = scenes.clock_offset()
    bench.press(*[UP] * 70)
    assert bench.sees("+14:00") and bench.sees("04:05") and bench.sees("24 Nov 2026")
    bench.press(*[DOWN] * 120)
    assert bench.sees("-12:00") and bench.sees("02:05") and bench.sees("23 Nov 2026")
    bench.press(*[OK] * 7)
    assert bench.settings.get(st.UTC_OFFSET_MIN) == -720


def test_the_offset_among_the_settings_is_that_of_the_clock_and_takes_it_along():
    bench = scenes.setting_row(st.UTC_OFFSET_MIN)
    bench.press(OK, *[UP] * 4, *[OK] * 7)
    assert bench.settings.get(st.UTC_OFFSET_MIN) == 60
    assert bench.pump.clock.minute_of_day() == 15 * 60 + 5


def test_a_meal_from_midnight_on_is_a_time_and_one_until_then_is_off():
    bench = scenes.setting_row(st.MEAL_FROM_MIN)
    assert bench.sees("Meal from") and bench.sees("00:00")
    bench.press(OK, UP)
    assert bench.sees("00:15") and bench.sees("was 00:00")
    bench = scenes.setting_row(st.MEAL_UNTIL_MIN)
    bench.press(OK)
    assert bench.sees("off") and not bench.sees("00:00")


def test_auto_off_steps_from_off_to_5_hours_and_back():
    bench = scenes.setting_row(st.AUTO_OFF_H)
    bench.press(OK)
    assert bench.sees("Auto-off") and bench.sees("off")
    bench.press(UP)
    assert bench.sees("5 h")
    bench.press(UP, DOWN, DOWN)
    assert bench.sees("off") and not bench.sees(" h")
    bench.press(UP, OK, OK)
    assert bench.settings.get(st.AUTO_OFF_H) == 5


def test_every_field_of_the_clock_turns_over_and_leaves_the_others():
    bench = scenes.clock_hour()
    bench.press(*[UP] * 10)
    assert bench.sees("00:05") and bench.sees("23 Nov 2026")
    bench.press(DOWN)
    assert bench.sees("23:05") and bench.sees("23 Nov 2026")
    bench.press(OK, *[DOWN] * 6)
    assert bench.sees("23:59")
    bench.press(UP)
    assert bench.sees("23:00") and bench.sees("23 Nov 2026")
    bench.press(OK, *[UP] * 8)
    assert bench.sees("01 Nov 2026")
    bench.press(DOWN)
    assert bench.sees("30 Nov 2026")
    bench.press(OK, UP, UP)
    assert bench.sees("30 Jan 2026")
    bench.press(DOWN, UP)
    assert bench.sees("30 Jan 2026") and bench.sees("23:00")


def test_a_day_that_a_month_or_a_year_has_not_is_its_last():
    bench = scenes.clock_month()
    bench.press(STOP, *[UP] * 6, OK, *[UP] * 3)
    assert bench.sees("28 Feb 2026")
    bench.press(OK, UP, UP, STOP, STOP, UP)
    assert bench.sees("29 Feb 2028")
    bench.press(UP, DOWN, OK, OK, UP)
    assert bench.sees("28 Feb 2029")


def test_the_clock_goes_from_2020_to_2053():
    bench = scenes.clock_year()
    bench.press(*[UP] * 40)
    assert bench.sees("Nov 2053")
    bench.press(*[DOWN] * 50)
    assert bench.sees("Nov 2020")


def test_a_clock_that_nobody_has_changed_goes_on_while_its_page_is_open():
    bench = scenes.clock_hour()
    bench.pump.set_clock(scenes.NOW_S + 55, 0, events.SOURCE_LINK)
    bench.run(300)
    bench.look()
    bench.run(5_000)
    assert bench.ui.dirty and bench.sees("14:06")


def test_setting_the_clock_of_a_fresh_board_takes_its_banner_away():
    bench = scenes.fresh()
    bench.press(OK, *[DOWN] * 5, *[OK] * 8)
    assert bench.pump.clock.trusted
    assert not bench.sees("Clock not set")
    assert dates.date_of(bench.pump.clock.local_s) == (2026, 1, 1)


def test_stop_goes_back_one_field_of_the_clock():
    bench = scenes.clock_month()
    for _ in range(4):
        bench.press(STOP)
    assert bench.sees("Clock")
    bench.press(STOP)
    assert bench.sees("Menu")


def test_the_list_of_alarms_follows_those_there_are():
    bench = scenes.fresh()
    bench.pump.alarms.once(al.LOG_NEW)
    bench.press(OK, *[DOWN] * 4, OK, DOWN)
    assert bench.sees("Log is new")
    bench.pump.alarms.acknowledge(al.LOG_NEW, events.SOURCE_BUTTONS)
    bench.run(300)
    assert bench.ui.dirty and not bench.sees("Log is new")
    bench.press(OK)
    assert bench.sees("CLOCK"), "the row above is lit then"


def test_the_display_goes_dark_after_its_time_but_not_while_something_is_asked():
    bench = scenes.in_use()
    bench.press(STOP)
    bench.run(29_000, 500)
    assert bench.ui.lit()
    bench.run(2_000, 500)
    assert not bench.ui.lit()
    bench.press(UP)
    assert bench.ui.lit()
    bench.run(40_000, 500)
    assert bench.ui.lit()


def test_an_alarm_keeps_the_display_lit():
    bench = scenes.occlusion()
    bench.run(120_000, 500)
    assert bench.ui.lit()


def test_a_redraw_is_due_when_what_is_shown_changes_and_not_otherwise():
    bench = scenes.in_use()
    bench.pump.set_setting(st.DISPLAY_OFF_S, 600, 0)
    bench.look()
    bench.run(5_000)
    assert not bench.ui.dirty
    bench.run(60_000)
    assert bench.ui.dirty
    bench.look()
    bench.press(UP)
    assert bench.ui.dirty


def test_a_dark_face_rests_until_a_press_an_alarm_or_a_longer_time_to_dark():
    wakers = (
        lambda bench: bench.press(UP),
        lambda bench: setattr(bench, "pressure_mbar", 900),
        lambda bench: bench.pump.set_setting(st.DISPLAY_OFF_S, 600, 0),
        lambda bench: bench.pump.give_bolus(500, 1),
    )
    for wake in wakers:
        bench = scenes.in_use()
        bench.run(40_000)
        bench.look()
        bench.run(120_000, 1_000)
        assert bench.ui.resting and not bench.ui.dirty and not bench.ui.lit()
        wake(bench)
        bench.turn(50)
        bench.run(4_000)
        assert bench.ui.lit() or not bench.ui.resting


def test_a_lit_face_at_home_rests_and_yet_shows_each_minute_a_little_later():
    bench = scenes.in_use()
    bench.pump.set_setting(st.DISPLAY_OFF_S, 600, 0)
    bench.run(1_000)
    late_ms = []
    for _ in range(4):
        bench.look()
        bench.run(1_000)
        assert bench.ui.resting
        minute = bench.pump.clock.minute_of_day()
        while bench.pump.clock.minute_of_day() == minute:
            bench.run(50)
        for after_ms in range(0, 20_000, 50):
            if bench.ui.dirty:
                late_ms.append(after_ms)
                break
            bench.run(50)
    assert len(late_ms) == 4 and max(late_ms) <= 100


def test_a_lit_face_at_home_sees_a_battery_that_goes_within_a_minute():
    bench = scenes.in_use()
    bench.pump.set_setting(st.DISPLAY_OFF_S, 600, 0)
    bench.run(1_000)
    bench.look()
    bench.run(2_000)
    assert bench.ui.resting and not bench.ui.dirty
    bench.battery_mv -= 300
    bench.run(60_000)
    assert bench.ui.dirty


def test_a_face_that_rests_goes_dark_in_time_and_says_so_to_the_display():
    bench = scenes.in_use()
    bench.press(STOP)
    bench.look()
    bench.run(20_000, 500)
    assert bench.ui.resting
    bench.run(9_500, 500)
    assert bench.ui.lit()
    turns = []
    for _ in range(4):
        bench.turn(500)
        turns.append((bench.ui.lit(), bench.ui.resting))
    # The turn in which it goes dark is one for the display as well.
    assert (False, False) in turns and turns[-1] == (False, True)


def test_a_face_rests_over_an_alarm_of_low_priority_and_sounds_its_repeats():
    bench = scenes.in_use()
    bench.run(40_000)
    bench.pump.alarms.once(al.LOG_DAMAGED)
    bench.run(120_000, 1_000)
    assert bench.pump.alarms.waiting and bench.ui.resting
    bench.sounds.clear()
    bench.run((al.REPEAT_S - 130) * 1_000, 1_000)
    assert bench.sounds == []
    bench.run(20_000, 1_000)
    assert bench.sounds == [sounds.LOW]
    assert bench.ui.resting


def test_the_high_alarm_flashes_twice_a_second():
    bench = scenes.occlusion()
    flashes = 0
    dark = bench.ui._alarm_screen.plate_dark
    for _ in range(400):
        bench.turn(10)
        if bench.ui._alarm_screen.plate_dark != dark:
            dark = not dark
            flashes += 1
    assert flashes == 16


def flashes_of(alarm, seconds):
    bench = scenes.in_use()
    bench.pump.alarms.once(alarm)
    bench.run(100)
    assert bench.ui.alarm == alarm
    return flashes_on(bench, seconds)


def flashes_on(bench, seconds):
    """Of the plate, a second."""
    flashes = 0
    dark = bench.ui._alarm_screen.plate_dark
    for _ in range(seconds * 50):
        bench.turn(20)
        if bench.ui._alarm_screen.plate_dark != dark:
            dark = not dark
            flashes += 1
    return flashes / 2 / seconds


def test_plates_flash_by_priority_as_iec_60601_1_8_has_it():
    assert 1.4 <= flashes_of(al.OCCLUSION, 10) <= 2.8
    assert 0.4 <= flashes_of(al.RESERVOIR_LOW, 20) <= 0.8
    assert flashes_of(al.DAILY, 20) == 0


def bursts_of(alarm, pattern):
    """Seconds from the start of one burst to the start of the next, over five minutes."""
    bench = scenes.in_use()
    bench.pump.alarms.once(alarm)
    starts = []
    for turn in range(5 * 60 * 10):
        bench.sounds.clear()
        bench.turn(100)
        if pattern in bench.sounds:
            starts.append(turn / 10)
    apart = [starts[at + 1] - starts[at] for at in range(len(starts) - 1)]
    return apart, len(starts)


def test_bursts_come_as_often_as_iec_60601_1_8_wants_until_somebody_acknowledges():
    high, count = bursts_of(al.OCCLUSION, sounds.HIGH)
    length_s = sounds.length_ms(sounds.HIGH) / 1_000
    assert count >= 28 and all(2.5 <= apart - length_s <= 15 for apart in high)
    medium, count = bursts_of(al.RESERVOIR_LOW, sounds.MEDIUM)
    length_s = sounds.length_ms(sounds.MEDIUM) / 1_000
    assert count >= 11 and all(2.5 <= apart - length_s <= 30 for apart in medium)
    low, count = bursts_of(al.DAILY, sounds.LOW)
    assert count >= 1 and all(apart > 15 for apart in low)


def test_a_medium_alarm_that_nobody_answers_for_half_an_hour_sounds_and_flashes_as_a_high_one():
    bench = scenes.in_use()
    bench.pump.alarms.once(al.RESERVOIR_LOW)
    bench.run(1_790_000, 1_000)
    assert sounds.MEDIUM in bench.sounds and sounds.HIGH not in bench.sounds
    bench.run(10_000, 1_000)
    bench.sounds.clear()
    assert _bursts(bench, sounds.HIGH, 60_000) == 6 and sounds.MEDIUM not in bench.sounds
    assert 1.4 <= flashes_on(bench, 10) <= 2.8
    assert bench.pump.state == states.RUNNING and not bench.pump.alarms.stopping()
    bench.press(OK)
    bench.sounds.clear()
    bench.run(60_000, 1_000)
    assert bench.sounds == [] and bench.at_home()


def test_an_alarm_that_was_seen_and_still_stops_delivery_takes_the_screen_and_sounds_again():
    bench = scenes.in_use()
    bench.pressure_mbar = 900
    bench.run(5_000)
    bench.press(OK)
    assert bench.at_home()
    bench.run(480_000, 1_000)
    assert bench.at_home() and not bench.ui.lit()
    bench.sounds.clear()
    bench.run(120_000, 1_000)
    assert bench.ui.alarm == al.OCCLUSION and bench.ui.lit() and sounds.HIGH in bench.sounds
    assert bench.sees("OCCLUSION")


def test_an_idle_turn_of_the_face_allocates_nothing():
    bench = scenes.in_use()
    bench.look()
    bench.run(400)
    bench.look()
    micropython.heap_lock()
    try:
        for _ in range(10):
            bench.ui.advance(100)
            bench.ui.take_sound()
            bench.ui.due_ms()
            bench.ui.lit()
    finally:
        micropython.heap_unlock()


def test_the_app_may_sleep_for_as_long_as_nothing_happens_here():
    bench = scenes.in_use()
    bench.look()
    bench.turn(200)  # what changed before the picture was complete is looked for once more
    assert bench.ui.due_ms() >= 10_000
    bench.press(OK)
    bench.look()
    assert bench.ui.due_ms() <= 200
    bench.turn(200)
    assert 59_000 <= bench.ui.due_ms() <= 60_000
    bench = scenes.occlusion()
    bench.look()
    assert bench.ui.due_ms() <= 250


def test_a_temporary_basal_is_begun_by_the_buttons_after_a_question_with_old_and_new_rate():
    bench = scenes.temporary_ask()
    assert bench.sees("0.90 to 1.35 U/h") and bench.sees("For 01:30 hours?")
    assert bench.pump.basal_rate_mu_h() == 900
    bench.press(OK)
    assert bench.pump.basal_rate_mu_h() == 1_350
    assert bench.sees("Temp basal 150%") and bench.sees("1:30")
    bench.run(60_000, 1_000)
    assert bench.sees("1:29")


def test_a_temporary_basal_is_ended_by_the_buttons_after_a_question():
    bench = scenes.temporary_end_ask()
    assert bench.sees("1.35 to 0.90 U/h")
    bench.press(STOP)
    assert bench.pump.basal_rate_mu_h() == 1_350
    bench.press(OK, OK)
    assert bench.pump.basal_rate_mu_h() == 900
    assert not bench.sees("Temp basal 150%")


def test_a_temporary_rate_goes_no_higher_than_max_basal_and_by_fine_steps_below_one_unit():
    bench = scenes.temporary()
    bench.press(DOWN, OK, DOWN)
    assert bench.sees("0.89 U/h")
    bench.press(*[UP] * 12)
    assert bench.sees("1.05 U/h")
    bench.press(*[UP] * 100)
    assert bench.sees("5.00 U/h")
    bench.press(*[DOWN] * 200)
    assert bench.sees("0.00 U/h")


def test_a_temporary_basal_lasts_a_quarter_of_an_hour_to_a_day_at_500_percent_at_most():
    bench = scenes.temporary_percent()
    held_key(bench, UP, 500)
    assert "500 %" in bench.look()
    held_key(bench, DOWN, 600)
    assert "0 %" in bench.look()
    bench.press(OK)
    held_key(bench, DOWN, 20)
    assert "00:15 h" in bench.look()
    held_key(bench, UP, 200)
    assert "24:00 h" in bench.look()


def test_the_question_for_another_temporary_basal_reckons_from_the_program():
    bench = scenes.home_temporary()
    bench.press(OK, DOWN, DOWN, OK, OK, *[UP] * 100, OK, OK)
    assert bench.sees("1.35 to 1.80 U/h") and bench.sees("200 %")
    bench.look()
    bench.run(300)
    assert not bench.ui.dirty
    assert temporary.cancel(bench.pump, events.SOURCE_LINK) == 0
    bench.run(300)
    assert bench.ui.dirty and bench.sees("0.90 to 1.80 U/h")
    bench.press(OK)
    assert bench.pump.basal_rate_mu_h() == 1_800


def test_an_alarm_on_top_of_the_question_for_a_temporary_basal_asks_anew():
    bench = scenes.temporary_ask()
    bench.pump.alarms.once(al.RESERVOIR_LOW)
    bench.run(200)
    bench.press(OK, OK)
    assert bench.pump.basal_rate_mu_h() == 900
    assert bench.sees("For 01:30 hours?")


def test_who_wears_it_is_reminded_when_a_temporary_basal_is_over():
    bench = scenes.home_temporary()
    bench.run(5_390_000, 4_000)
    assert sounds.REMIND not in bench.sounds
    bench.run(12_000, 4_000)
    assert bench.pump.basal_rate_mu_h() == 900
    assert sounds.REMIND in bench.sounds


def test_the_calculator_gives_what_it_reckons_after_a_question():
    bench = scenes.calculator_sum()
    # 45 g by 10 g, 100 mg/dL above 120 by 40, 1.23 U on board; rounded down to the step of 0.05.
    assert bench.sees("4.50") and bench.sees("2.50") and bench.sees("-1.23")
    assert bench.sees("5.75 U") and bench.sees("IOB 1.23")
    bench.press(OK)
    assert not bench.pump.bolus.active and bench.sees("5.75")
    bench.press(OK)
    assert bench.pump.bolus.asked_mu == 5_750 and bench.pump.bolus.active


def test_the_dose_of_the_calculator_can_be_changed_and_the_question_says_what_was_reckoned():
    bench = scenes.calculator_ask()
    assert bench.sees("5.65") and bench.sees("Reckoned: 5.75 U")
    bench.press(STOP)
    assert not bench.pump.bolus.active and bench.sees("5.65 U")
    bench.press(UP, OK, OK)
    assert bench.pump.bolus.asked_mu == 5_700


def test_stop_leads_back_through_the_calculator_and_gives_nothing():
    bench = scenes.calculator_ask()
    bench.press(STOP, STOP, STOP)
    assert bench.sees("45")
    bench.press(STOP)
    assert bench.at_home() and bench.ui.words is None
    assert bench.motor_steps == 0


def test_a_sum_over_a_limit_is_cut_and_the_screen_says_by_which_and_from_what():
    bench = scenes.calculator_limited()
    assert bench.sees("10.00, not 25.00 U") and bench.sees("More than the max")
    bench.press(OK)
    assert bench.sees("10.00 U") and bench.sees("Limit") and bench.sees("25.00")
    bench.press(OK, OK)
    assert bench.pump.bolus.asked_mu == 10_000
    bench = scenes.home_carbs()
    bench.pump.got_insulin(3_000)
    bench.settings.set(st.MAX_ON_BOARD_MU, 5_000)
    bench.press(DOWN, *[UP] * 45, OK, OK)
    assert bench.sees("2.00, not 4.50 U") and bench.sees("max on board")
    bench.press(STOP)
    assert bench.sees("2.00 U") and bench.sees("Limit")


def test_a_low_glucose_is_to_be_treated_first_and_nothing_is_recommended():
    bench = scenes.calculator_low()
    assert bench.sees("0.00, not 3.20 U") and bench.sees("treat it first")
    bench.press(OK)
    assert bench.sees("4.50") and bench.sees("-1.30") and bench.sees("0.00 U")
    assert bench.sees("Too low")
    bench.press(OK)
    assert bench.sees("treat it first") and not bench.pump.bolus.active
    bench = scenes.home_carbs()
    bench.press(DOWN, OK, *[DOWN] * 53, OK)
    assert bench.sees("Glucose") and bench.sees("treat it first")


def test_without_a_glucose_the_calculator_reckons_the_meal_alone():
    bench = scenes.calculator_not_measured()
    bench.press(UP)
    assert bench.sees("100")
    bench.press(*[DOWN] * 81)
    assert bench.sees("Not measured")
    bench.press(OK)
    assert bench.sees("4.50 U")


def test_what_is_typed_into_the_calculator_stays_in_its_range():
    bench = scenes.home_carbs()
    bench.press(DOWN)
    held_key(bench, UP, 300)
    assert "250" in bench.look()
    bench.press(OK)
    held_key(bench, UP, 600)
    assert "600" in bench.look()
    bench.press(OK, OK)
    held_key(bench, UP, 30)
    assert "10.00 U" in bench.look()
    held_key(bench, DOWN, 300)
    assert "0.00 U" in bench.look()


def test_what_is_on_board_is_shown_where_none_of_it_is_taken_off():
    bench = scenes.home_carbs()
    bench.pump.got_insulin(1_230)
    bench.press(DOWN, *[UP] * 45, OK, OK)
    assert bench.sees("IOB 1.23") and bench.sees("4.50 U")


def test_a_ratio_that_is_gone_before_the_sum_is_missed_and_leads_to_the_beginning():
    bench = scenes.calculator_glucose()
    bench.settings.set(st.CARB_RATIO_1, 0)
    bench.press(OK)
    assert bench.sees("No carb ratio")
    bench.press(OK)
    assert bench.sees("Carbohydrate") and bench.sees("45")


def test_a_glucose_in_mmol_is_reckoned_as_the_same_in_mg_dl():
    bench = scenes.calculator_mmol()
    assert bench.sees("29.5")
    bench.press(*[DOWN] * 175, OK)
    # 12.0 mmol/L are 216 mg/dL: 96 above the range by 40, and a meal of 1 g.
    assert bench.sees("2.40") and bench.sees("0.10") and bench.sees("2.50 U")


def test_the_calculator_is_refused_with_its_reason_while_no_ratio_is_set():
    bench = scenes.calculator_not_set()
    assert bench.sees("No carb ratio")
    bench.press(OK)
    assert bench.at_home()


def test_a_dose_of_zero_is_not_asked():
    bench = scenes.home_carbs()
    bench.press(DOWN, OK, OK, OK, OK)
    assert bench.sees("0.00 U") and not bench.pump.bolus.active


def test_an_alarm_on_top_of_the_calculators_question_asks_anew():
    bench = scenes.calculator_ask()
    bench.pump.alarms.once(al.RESERVOIR_LOW)
    bench.run(200)
    bench.press(OK, OK)
    assert not bench.pump.bolus.active
    bench.press(OK)
    assert bench.pump.bolus.asked_mu == 5_650


def test_a_sum_that_is_out_of_date_is_shown_anew_and_not_given():
    bench = scenes.calculator_ask()
    bench.pump.got_insulin(1_000)
    bench.press(OK)
    assert not bench.pump.bolus.active
    assert bench.sees("-2.2") and bench.sees("4.75 U") and bench.sounds[-1] == sounds.NO


def test_an_extended_bolus_is_begun_by_the_buttons_after_a_question_with_its_parts_and_time():
    bench = scenes.extended_ask()
    assert bench.sees("3.00") and bench.sees("1.20 now, then 2:30")
    assert bench.pump.extended is None
    bench.press(OK)
    assert bench.at_home()
    assert bench.pump.bolus.asked_mu == 1_200
    assert bench.pump.extended.asked_mu == 1_800
    assert 150 * 60_000 - 100 < bench.pump.extended.left_ms <= 150 * 60_000


def test_something_of_an_extended_bolus_is_left_for_later_and_nothing_is_not_offered():
    bench = scenes.extended()
    bench.press(OK)
    assert bench.sees("Change") and bench.sounds[-1] == sounds.NO  # no dose was chosen
    bench.press(*[UP] * 3, OK, *[UP] * 9)
    assert bench.sees("0.10") and bench.sees("0.05 U later, over")
    bench.press(OK, *[DOWN] * 60)
    assert bench.sees("0:15 h")
    bench.press(*[UP] * 60)
    assert bench.sees("12:00 h")


def test_a_smaller_dose_leaves_less_for_the_part_at_once():
    bench = scenes.extended()
    bench.press(*[UP] * 20, OK, *[UP] * 19, STOP, *[DOWN] * 10, OK)
    assert bench.sees("0.45") and bench.sees("0.05 U later, over")
    bench.press(OK, OK, OK)
    assert bench.pump.bolus.asked_mu == 450 and bench.pump.extended.asked_mu == 50


def test_the_question_of_an_extended_bolus_speaks_of_now_only_where_something_is_given_now():
    bench = scenes.extended()
    bench.press(*[UP] * 20, OK, OK, OK)
    assert bench.sees("1.00") and bench.sees("over 2:00 hours") and not bench.sees("now")
    bench.press(OK)
    assert not bench.pump.bolus.active and bench.pump.extended.asked_mu == 1_000


def test_an_alarm_on_top_of_the_question_for_an_extended_bolus_asks_anew():
    bench = scenes.extended_ask()
    bench.pump.stop_for(al.OCCLUSION, 900)
    bench.run(100)
    bench.press(OK, OK)
    assert bench.pump.extended is None


def test_stop_at_home_ends_an_extended_bolus_at_once_and_shows_what_was_given():
    bench = scenes.home_extended()
    bench.ui.gesture(STOP, keys.PRESS)
    assert bench.pump.next_burst() == 0
    bench.run(100)
    assert bench.pump.extended is None
    assert bench.sees("Stopped by you") and bench.sees("0.24")


def test_stop_elsewhere_leads_back_and_an_extended_bolus_goes_on():
    bench = scenes.home_extended()
    bench.press(OK, STOP)
    assert bench.at_home() and bench.pump.extended is not None
    bench.press(UP, STOP)
    assert bench.at_home() and bench.pump.extended is not None


def test_stop_ends_both_parts_of_a_combined_bolus_from_any_screen():
    bench = scenes.home_combined()
    bench.press(OK)
    bench.ui.gesture(STOP, keys.PRESS)
    bench.run(100)
    assert bench.pump.extended is None and not bench.pump.bolus.active


def test_an_extended_bolus_is_ended_from_its_page_after_a_question():
    bench = scenes.extended_runs()
    assert bench.sees("End it?")
    bench.press(STOP)
    assert bench.pump.extended is not None
    bench.press(OK, OK)
    bench.run(100)
    assert bench.pump.extended is None and bench.sees("Stopped by you")


def test_the_page_of_an_extended_bolus_follows_what_it_gives():
    bench = scenes.extended_runs()
    bench.look()
    bench.run(300)
    assert not bench.ui.dirty
    bench.run(50_000, 1_000)
    assert bench.ui.dirty and bench.sees("End it?")


def test_who_wears_it_is_reminded_when_an_extended_bolus_is_over():
    bench = scenes.home_extended()
    bench.run(7_700_000, 4_000)
    assert bench.pump.extended is not None and sounds.REMIND not in bench.sounds
    bench.run(120_000, 4_000)
    assert bench.pump.extended is None and sounds.REMIND in bench.sounds


def test_a_reminder_has_the_screen_and_sounds_once_although_its_priority_is_low():
    bench = scenes.home()
    bench.sounds.clear()
    bench.pump.alarms.once(al.CHECK_GLUCOSE)
    bench.run(500)
    assert bench.sees("GLUCOSE") and bench.ui.lit()
    bench.run(120_000)
    assert bench.sounds.count(sounds.LOW) == 1
    bench.press(OK)
    assert bench.at_home() and not bench.pump.alarms.raised


def test_a_worse_alarm_has_the_screen_before_a_reminder_and_gives_it_back():
    bench = scenes.home()
    bench.pump.alarms.once(al.DAILY)
    bench.battery_mv = 3_450
    bench.run(500)
    assert bench.ui.alarm == al.BATTERY_LOW
    bench.press(OK)
    assert bench.sees("REMINDER")


def test_a_reminder_that_waits_lets_the_loop_sleep():
    bench = scenes.home()
    bench.pump.alarms.once(al.DAILY)
    bench.run(5_000)
    bench.look()
    bench.turn(200)
    assert bench.ui.due_ms() >= 1_000


def test_a_weight_is_between_one_milligram_and_twice_what_is_due():
    bench = scenes.calibrate_weight()
    held_key(bench, DOWN, 300)
    assert "1 mg" in bench.look()
    held_key(bench, UP, 500)
    assert "400 mg" in bench.look()


def test_a_code_of_a_pairing_holds_while_it_is_shown_and_for_three_minutes_at_most():
    bench = scenes.remote_code()
    remote = bench.pump.remote
    code = remote.code
    assert len(code) == 16
    for _ in range(17):
        bench.run(10_000, 1_000)
        assert bench.sees("basalt pair") and remote.code == code
        assert 0 < remote.code_until_s - bench.pump.clock.uptime_s <= 10
    bench.run(15_000, 1_000)
    assert remote.code == b"" and not bench.sees("basalt pair")


def test_stop_and_an_alarm_take_a_code_of_a_pairing_away():
    bench = scenes.remote_code()
    bench.press(STOP)
    assert bench.sees("Menu") and bench.pump.remote.code == b""
    bench = scenes.remote_code()
    bench.pump.alarms.once(al.RESERVOIR_LOW)
    bench.run(200)
    assert bench.pump.remote.code == b""
    bench.press(OK)
    assert bench.sees("OK Code") and not bench.sees("basalt pair")


def test_a_program_that_was_paired_is_told_and_may_ask_once_more_for_the_answer():
    bench = scenes.remote_code()
    remote = bench.pump.remote
    bench.run(30_000, 1_000)
    code = remote.code
    remote.pair(bytes(32), events.SOURCE_LINK)
    bench.run(300)
    assert bench.sees("One program may give") and sounds.END in bench.sounds
    assert remote.code == code and remote.code_until_s <= bench.pump.clock.uptime_s + 10


def test_a_program_that_pairs_late_leaves_time_to_read_that_it_has():
    bench = scenes.remote_code()
    bench.run(100_000, 1_000)
    bench.pump.remote.pair(bytes(32), events.SOURCE_LINK)
    bench.run(20_000, 1_000)
    assert bench.sees("One program may give") and bench.ui.lit()


def test_what_is_left_after_a_change_goes_on_while_basal_is_given():
    bench = scenes.change_ready()
    assert bench.pump.change().finish(events.SOURCE_BUTTONS) == codes.OK
    bench.run(300)
    bench.look()
    seq, left_steps = bench.pump.log.next_seq, bench.pump.reservoir_steps
    while bench.pump.reservoir_steps == left_steps:
        bench.run(200)
    assert bench.pump.log.next_seq == seq, "no record tells of it"
    bench.run(300)
    assert bench.ui.dirty


def test_a_setting_that_a_program_changes_changes_on_the_page_that_shows_it():
    bench = scenes.settings_limits()
    assert bench.sees("Max bolus") and not bench.sees("7.50")
    bench.pump.set_setting(st.MAX_BOLUS_MU, 7_500, events.SOURCE_LINK)
    bench.run(300)
    assert bench.ui.dirty and bench.sees("7.50")


def test_a_new_code_of_a_pairing_forgives_what_was_guessed_at_the_last():
    bench = scenes.remote()
    bench.pump.remote.wrong_codes = 2
    bench.press(OK)
    assert bench.pump.remote.code and bench.pump.remote.wrong_codes == 0


def test_a_pairing_ends_after_a_question_and_is_saved_as_ended():
    bench = scenes.remote_paired()
    bench.pump.settings_dirty = False
    bench.press(OK)
    assert bench.sees("End the pairing?") and bench.pump.remote.paired()
    bench.press(STOP)
    assert bench.sees("One program may give") and bench.pump.remote.paired()
    bench.press(OK, OK)
    assert not bench.pump.remote.paired() and bench.pump.settings_dirty
    assert bench.sees("OK Code") and bench.sounds[-1] == sounds.STOPPED
