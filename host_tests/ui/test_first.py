"""The first start: who has a new pump in hand is led through what it needs."""

from host_tests.ui.bench import Bench
from host_tests.ui.pictures import scenes
from pump.core import codes, events, programs, states
from pump.core.recall import Recall
from pump.ui.keys import DOWN, OK, STOP, UP

LANGUAGE, CLOCK, MOTOR, RESERVOIR, BASAL, LIMITS = range(6)


def led():
    """Past the language, which can stay."""
    bench = scenes.fresh()
    bench.ui.lead_a_new_pump()
    assert row(bench) == LANGUAGE
    bench.press(OK, OK)
    return bench


def row(bench):
    """The row that is lit; None elsewhere than in the first start."""
    screen = bench.ui.top()
    return screen.at if type(screen).__name__ == "FirstStart" else None


def set_clock(bench):
    bench.press(*[OK] * 8)


def try_motor(bench):
    bench.press(OK, OK)
    bench.run(15_000)
    bench.press(OK)


def change_reservoir(bench):
    bench.press(OK, OK)
    bench.run(500)
    bench.press(STOP, OK, OK, OK)
    bench.run(500)
    bench.press(STOP, OK, OK)
    bench.run(2_000)
    bench.press(OK, OK)


def test_a_new_pump_is_led_from_the_clock_to_the_limits_and_each_page_leads_back():
    bench = led()
    assert row(bench) == CLOCK
    set_clock(bench)
    assert bench.pump.clock.trusted
    assert row(bench) == MOTOR
    try_motor(bench)
    assert row(bench) == RESERVOIR
    assert bench.sees("turns")
    change_reservoir(bench)
    assert bench.pump.reservoir_steps > 0
    assert row(bench) == BASAL
    bench.press(OK, OK, OK, *[UP] * 8, OK, OK, *[DOWN] * 9, OK)  # 0.80 U/h, and Save
    assert bench.sees("was 0.00 U/day") and bench.sees("19.20 U/d")
    bench.press(OK)
    assert bench.pump.settings.basal.day_mu() == 19_200
    bench.press(STOP)
    bench.press(OK, *[DOWN] * scenes.FIRST_START_ROW, OK)
    assert row(bench) == LIMITS
    bench.press(OK)
    for name in ("Max bolus", "Max per hour", "Max per day", "Max basal"):
        assert bench.sees(name), name
    bench.press(STOP)
    assert row(bench) == LIMITS


def test_the_language_is_offered_first_and_the_clock_comes_next_whatever_comes_of_it():
    bench = scenes.first()
    assert row(bench) == LANGUAGE and bench.sees("English")
    bench.press(OK, UP)
    assert bench.sees("Deutsch") and bench.sees("was English")
    bench.press(STOP)
    assert row(bench) == CLOCK
    assert row(scenes.in_german(scenes.first)) == CLOCK
    bench = scenes.fresh()
    bench.pump.set_clock(scenes.NOW_S, 0, events.SOURCE_LINK)
    bench.ui.lead_a_new_pump()
    assert row(bench) == MOTOR


def test_the_motor_check_turns_forward_and_as_far_back_and_gives_nothing():
    bench = led()
    set_clock(bench)
    bench.press(OK, OK)
    bench.run(1_000)
    assert bench.motor_steps > 500
    assert bench.sees("Forward")
    bench.run(14_000)
    assert bench.motor_steps == 0
    assert bench.sees("Did it turn")
    assert bench.pump.odometer_steps == 0
    assert bench.pump.window.day_steps == 0
    assert bench.pump.line.tubing_steps == 0
    assert bench.pump.state == states.CHANGING  # nothing is delivered before a reservoir is set


def checking_its_motor():
    """A new pump whose motor turns for its check."""
    bench = led()
    set_clock(bench)
    bench.press(OK, OK)
    bench.run(500)
    return bench


def test_stop_stops_the_motor_check_and_it_can_be_made_again():
    bench = checking_its_motor()
    bench.press(STOP)
    stood = bench.motor_steps
    bench.run(2_000)
    assert bench.motor_steps == stood > 0
    assert bench.sees("Syringe out?")
    bench.press(OK)
    bench.run(15_000)
    assert bench.motor_steps == stood
    assert bench.sees("Did it turn")


def test_ok_stops_the_motor_check_as_well_and_it_waits_to_be_made_again():
    bench = checking_its_motor()
    bench.press(OK)
    stood = bench.motor_steps
    bench.run(180_000, 1_000)
    assert bench.motor_steps == stood > 0
    assert bench.sees("Syringe out?")


def test_who_saw_no_motor_turn_is_told_what_to_look_at_and_the_check_stays_to_do():
    bench = led()
    set_clock(bench)
    bench.press(OK, OK)
    bench.run(15_000)
    bench.press(STOP)
    assert bench.sees("wires of the driver")
    bench.press(OK)
    assert row(bench) == MOTOR
    assert not bench.sees("turns")


def test_a_motor_check_that_an_alarm_forbids_says_so_and_turns_nothing():
    bench = led()
    set_clock(bench)
    bench.pressure_mbar = 900
    bench.run(300)
    bench.press(OK)  # the alarm
    bench.press(OK, OK)
    bench.run(2_000)
    assert bench.sees("Not done")
    assert bench.motor_steps == 0


def test_it_can_be_left_anywhere_and_goes_on_where_it_was():
    bench = led()
    set_clock(bench)
    try_motor(bench)
    bench.press(OK, OK)  # in the middle of the reservoir change
    bench.run(500)
    bench.press(STOP, STOP, OK)
    assert bench.at_home()
    bench.press(OK, *[DOWN] * scenes.FIRST_START_ROW, OK)
    assert row(bench) == MOTOR  # nothing remembers that it turned
    bench.press(DOWN, OK)
    assert bench.sees("Rewind")


def test_a_new_pump_waits_in_it_and_one_that_is_set_up_goes_home():
    bench = led()
    bench.run(180_000, 1_000)
    assert row(bench) == CLOCK
    bench = scenes.first_done()
    bench.run(61_000, 1_000)
    assert bench.at_home()


def test_nobody_is_led_whose_pump_has_a_reservoir_or_a_program_or_gave_something():
    bench = Bench()
    assert bench.pump.set_basal([(0, 800)], events.SOURCE_LINK) == codes.OK
    bench.ui.lead_a_new_pump()
    assert bench.at_home()
    bench = Bench()
    bench.pump.reservoir_steps = 100_000
    bench.ui.lead_a_new_pump()
    assert bench.at_home()
    past = Recall()
    past.odometer_steps = 1
    bench = Bench(past)
    bench.ui.lead_a_new_pump()
    assert bench.at_home()


def test_the_program_that_is_edited_from_it_is_the_one_in_force():
    bench = scenes.with_programs()
    assert programs.activate(bench.pump, 2, events.SOURCE_LINK) == codes.OK
    bench.press(OK, *[DOWN] * scenes.FIRST_START_ROW, OK)
    assert row(bench) == LIMITS and bench.sees("23.02 U/day")
    bench.press(UP, OK)
    assert bench.sees("2 Weekend") and bench.sees("23.02 U/d")


def test_a_bolus_can_be_reached_by_leaving_it():
    bench = led()
    bench.press(STOP, UP)
    assert bench.sees("Bolus")
