"""Home shows all that runs, what was last, and for how long nothing is delivered."""

from host_tests.ui.pictures import scenes
from pump.core import codes, events
from pump.core import extended as ex
from pump.core import temporary as tb
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


def test_a_suspended_pump_says_for_how_long_and_counts_on():
    bench = scenes.home_suspended()
    assert bench.sees("SUSPENDED") and bench.sees("For 0:00 hours")
    bench.run(12 * 60_000, 1_000)
    assert bench.sees("For 0:12 hours")
    bench.run(61_000, 1_000)
    assert bench.ui.dirty or not bench.ui.lit()
    bench.hold(STOP)
    assert not bench.sees("hours")


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
