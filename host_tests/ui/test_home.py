"""Home shows all that runs, what was last, and for how long nothing is delivered."""

from host_tests.ui.pictures import scenes
from pump.core import alarms as al
from pump.core import codes, events
from pump.core import extended as ex
from pump.core import temporary as tb
from pump.ui import figures, sounds
from pump.ui.keys import DOWN, OK, STOP, UP


def test_a_temporary_basal_is_seen_beside_an_extended_bolus():
    bench = scenes.home_two_run()
    assert bench.sees("Ext 0.24/1.8 U") and bench.sees("Temp basal 80%")
    assert bench.sees("OK Menu")
    bench = scenes.home_two_run_alarm()
    assert bench.sees("Ext 0.24/1.8 U") and bench.sees("Temp basal 80%")
    assert bench.sees("Battery low")


def test_what_else_runs_is_seen_beside_a_normal_bolus():
    bench = scenes.home_bolus_and_temporary()
    assert bench.sees("Bolus 0.49 / 1.25 U") and bench.sees("Temp basal 150%")
    bench = scenes.home_combined()
    assert bench.sees("Bolus 0.49 / 1.20 U") and bench.sees("Ext 0.00/1.8 U")


def test_three_that_run_are_all_seen():
    bench = scenes.home_three_run()
    for text in ("Remote 6.78/15.00 U", "Ext 0.01/15 U", "By program 200%"):
        assert bench.sees(text), text


def test_one_that_is_over_gives_its_line_to_the_others():
    bench = scenes.home_two_run()
    assert tb.cancel(bench.pump, events.SOURCE_BUTTONS) == codes.OK
    bench.run(300)
    assert bench.ui.dirty
    assert bench.sees("Ext 0.24/1.8 U") and not bench.sees("Temp basal")


def drawn_anew(bench, happens):
    """Whether a picture at rest is drawn again, soon after something happens."""
    bench.look()
    bench.run(600)
    assert not bench.ui.dirty
    happens()
    bench.run(3_000)
    return bench.ui.dirty


def test_home_is_drawn_anew_when_an_alarm_of_low_priority_comes_which_takes_no_screen():
    bench = scenes.in_use()
    assert drawn_anew(bench, lambda: bench.pump.alarms.once(al.LOG_DAMAGED))
    assert bench.sees("Log damaged")


def test_home_is_drawn_anew_when_a_program_changes_the_rate():
    bench = scenes.in_use()
    assert drawn_anew(bench, lambda: bench.pump.set_basal([(0, 2_000)], events.SOURCE_LINK))
    assert bench.sees("2.00")


def test_home_follows_a_bolus_also_where_the_reservoir_is_not_known():
    bench = scenes.fresh()
    assert bench.pump.give_bolus(3_000, events.SOURCE_LINK) == codes.OK
    bench.run(2_000)
    for _ in range(3):
        bench.look()
        bench.run(1_000)
        assert bench.ui.dirty


def test_what_is_on_board_is_rounded_up_and_never_shown_as_none():
    for dose_mu, shown in ((40, "0.1"), (1_210, "1.3")):
        bench = scenes.in_use()
        bench.pump.got_insulin(dose_mu)
        said = bench.look()
        assert said[said.index("IOB") + 1] == shown


def test_a_bolus_that_a_program_begins_is_heard_and_lights_the_display():
    bench = scenes.in_use()
    bench.run(40_000)
    assert not bench.ui.lit()
    bench.sounds.clear()
    assert bench.pump.give_bolus(500, events.SOURCE_LINK) == codes.OK
    bench.run(300)
    assert bench.ui.lit() and bench.sounds == [sounds.START]
    assert bench.sees("Remote")


def test_a_suspended_pump_says_for_how_long_and_counts_on():
    bench = scenes.home_suspended()
    assert bench.sees("SUSPENDED") and bench.sees("For 0:00 hours")
    bench.run(12 * 60_000, 1_000)
    assert bench.sees("For 0:12 hours")
    bench.run(61_000, 1_000)
    assert bench.ui.dirty or not bench.ui.lit()
    bench.hold(STOP)
    assert not bench.sees("hours")


def test_the_last_bolus_is_told_in_minutes_then_in_hours_and_for_twelve_of_them():
    bench = scenes.fresh()
    bench.pump.set_clock(scenes.NOW_S // 86_400 * 86_400, 0, events.SOURCE_LINK)
    bench.press(UP, *[UP] * 25, OK, OK)
    began_s = bench.pump.clock.uptime_s
    bench.run(60_000)
    bench.press(OK)
    for minutes, text in ((99, "99m ago"), (100, "1h ago"), (719, "11h ago"), (720, "Today")):
        seconds = began_s + minutes * 60 - bench.pump.clock.uptime_s
        bench.run(seconds * 1_000, 60_000)
        assert bench.sees(text), text
    given = figures.dose(bench.pump.profile.scale.dose_mu(bench.motor_steps))
    assert bench.sees("Today %s U" % given) and not bench.sees("ago")


def test_the_banner_is_of_the_worst_alarm_there_is_also_where_a_lesser_one_is_new():
    bench = scenes.home_alarm_seen()
    bench.pump.alarms.once(al.LOG_DAMAGED)
    bench.run(300)
    assert bench.sees("Battery low") and not bench.sees("Log damaged")


def test_an_extended_bolus_is_the_last_one_when_it_is_over():
    bench = scenes.in_use()
    assert ex.begin(bench.pump, 0, 1_000, 30, events.SOURCE_LINK) == codes.OK
    bench.run(15 * 60_000, 1_000)
    bench.press(STOP)
    bench.run(500)
    bench.press(OK)
    given = bench.pump.bolus.extended_mu
    assert 480 <= given <= 500
    assert bench.sees("Ext 0.%02d U" % (given // 10)) and bench.sees("15m ago")
    bench.run(300_000, 1_000)
    assert bench.sees("20m ago")
    assert bench.pump.give_bolus(500, events.SOURCE_LINK) == codes.OK
    bench.run(60_000)
    assert bench.sees("Bolus 0.50 U") and not bench.sees("Ext")


def test_a_pump_that_delivers_nothing_says_so_before_a_dose_is_typed():
    for buttons in ((UP,), (DOWN,), (OK, DOWN, DOWN, OK), (OK, DOWN, DOWN, DOWN, OK)):
        bench = scenes.home_suspended()
        bench.press(*buttons)
        assert bench.sees("Hold STOP to resume"), buttons
        bench.press(STOP, STOP)
        assert bench.at_home()
        bench.hold(STOP)
        bench.press(*buttons)
        assert bench.running() and not bench.sees("Hold STOP to resume"), buttons


def test_a_bolus_that_runs_keeps_nobody_from_the_pages_of_the_other_doses():
    for row, text in ((2, "Percent"), (3, "Extended bolus")):
        bench = scenes.home_bolus()
        bench.press(OK, *[DOWN] * row, OK)
        assert bench.pump.bolus.active and bench.sees(text) and not bench.sees("Not done")
