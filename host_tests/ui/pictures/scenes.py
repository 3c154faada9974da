"""How to reach every screen: one function a picture, each on a bench of its own."""

from host_tests.ui.bench import Bench
from pump.core import alarms as al
from pump.core import codes, events, programs, settings, states
from pump.core import extended as ex
from pump.core import selftest as st_core
from pump.core import temporary as tb
from pump.core.setting_table import SETTINGS
from pump.ui.keys import DOWN, OK, PRESS, REPEAT, STOP, UP
from pump.ui.pages import dates, values
from pump.ui.screen import refused

PROGRAM = [(0, 800), (180, 600), (360, 1100), (600, 900), (1080, 1000), (1320, 700)]
# A unit for 10 g and for 40 mg/dL; from 18:00 on for 8.5 g.
CALCULATOR = (
    (settings.CARB_RATIO_1, 100),
    (settings.FACTOR_1, 40),
    (settings.DAY_PART_2_MIN, 1_080),
    (settings.CARB_RATIO_2, 85),
)
LARGE = (
    (settings.MAX_BOLUS_MU, 30_000),
    (settings.MAX_HOUR_MU, 60_000),
    (settings.BOLUS_SPEED_MU_MIN, 12_000),
)
WEEKEND = [(0, 700), (420, 500), (600, 1_250), (1_290, 900)]
HISTORY_ROW = 8  # of the menu
FIRST_START_ROW = 11
NOW_S = dates.local_s_of(2026, 11, 23, 14 * 60 + 5)


def fresh():
    """A board just out of its bag: nothing set."""
    bench = Bench()
    bench.run(2_100)
    return bench


def in_use():
    """A pump in use: clock, basal program and reservoir are set."""
    bench = fresh()
    bench.pump.set_clock(NOW_S, 0, 0)
    bench.pump.set_basal(PROGRAM, 0)
    bench.pump.reservoir_steps = bench.pump.profile.scale.steps(187_400)
    bench.run(1_000)
    return bench


def menu(row):
    """The menu's row of that number, opened."""
    bench = in_use()
    bench.press(OK, *[DOWN] * row, OK)
    return bench


def in_german(scene):
    """A scene of a pump that speaks German."""
    before = Bench.language
    Bench.language = 1
    try:
        return scene()
    finally:
        Bench.language = before


def boot():
    return Bench()


def home_fresh():
    return fresh()


def home():
    return in_use()


def home_stop_down():
    bench = in_use()
    bench.ui.gesture(STOP, PRESS)
    return bench


def home_bolus():
    bench = bolus_runs()
    bench.press(OK)
    return bench


def home_after_bolus():
    bench = bolus_stopped()
    bench.press(OK)
    bench.run(12 * 60_000, 1_000)
    return bench


def home_on_board():
    """As much as the head can hold: the clock in doubt, paired, an alarm, and insulin on board."""
    bench = fresh()
    bench.pump.remote.pair(bytes(32), 0)
    bench.pump.got_insulin(9_850)
    bench.pump.check_reservoir()
    bench.run(1_000)
    return bench


def home_alarm_seen():
    bench = in_use()
    bench.battery_mv = 3450
    bench.run(500)
    bench.press(OK)
    return bench


def home_fine_rate():
    bench = in_use()
    bench.pump.set_basal([(0, 1_025)], 0)
    bench.run(300)
    return bench


def home_high_rate():
    bench = in_use()
    bench.pump.set_setting(settings.MAX_BASAL_MU_H, 35_000, 0)
    bench.pump.set_basal([(0, 12_250)], 0)
    bench.pump.reservoir_steps = bench.pump.profile.scale.steps(300_000)
    bench.run(300)
    return bench


def home_suspended():
    bench = in_use()
    bench.hold(STOP)
    return bench


def home_suspended_by_alarm():
    bench = occlusion()
    bench.press(OK)
    return bench


def home_change_open():
    bench = change_load()
    bench.press(STOP, OK)
    return bench


def home_service():
    bench = in_use()
    bench.pump.grant_service(0)
    return bench


def home_fault():
    bench = in_use()
    bench.pump.fail(1, 0)
    bench.turn(20)
    bench.press(OK)
    return bench


def bolus_entry_zero():
    bench = in_use()
    bench.press(UP)
    return bench


def bolus_entry():
    bench = bolus_entry_zero()
    bench.press(*[UP] * 25)
    return bench


def bolus_entry_most():
    bench = bolus_entry_zero()
    bench.pump.set_setting(settings.MAX_BOLUS_MU, 30_000, 0)
    for _ in range(700):
        bench.ui.gesture(UP, REPEAT)
    return bench


def bolus_ask():
    bench = bolus_entry()
    bench.press(OK)
    return bench


def bolus_ask_most():
    bench = bolus_entry_most()
    bench.press(OK)
    return bench


def alarm_stopped_again():
    """One alarm has stopped delivery for the third time."""
    bench = in_use()
    bench.pump.alarms.once(al.STOPPED_AGAIN)
    bench.run(200)
    return bench


def alarm_stands():
    """Delivery was suspended an hour ago, and nobody has answered."""
    bench = home_suspended()
    bench.run(3_900_000, 1_000)
    bench.run(250, 10)  # to where the plate is lit
    return bench


def german_alarm_stands():
    return in_german(alarm_stands)


def german_alarm_stopped_again():
    return in_german(alarm_stopped_again)


def locked():
    """Keys of a pump whose display went dark under the child lock."""
    bench = in_use()
    bench.settings.set(settings.CHILD_LOCK, 1)
    bench.run(31_000)
    bench.press(OK, UP, DOWN)
    return bench


def locked_bolus():
    bench = bolus_ask()
    bench.settings.set(settings.BOLUS_SPEED_MU_MIN, 100)
    bench.settings.set(settings.CHILD_LOCK, 1)
    bench.press(OK)
    bench.run(31_000)
    bench.press(UP)
    return bench


def user_menu():
    bench = in_use()
    bench.settings.set(settings.MODE, 1)
    bench.press(OK, *[DOWN] * 10)
    return bench


def user_program():
    """What a user can do with a basal program that is not in force."""
    bench = with_programs()
    bench.settings.set(settings.MODE, 1)
    bench.press(OK, DOWN, OK, DOWN, OK)
    return bench


def mode_code():
    bench = user_menu()
    bench.press(OK, UP, UP)
    return bench


def mode_code_wrong():
    bench = mode_code()
    bench.press(DOWN, OK)
    return bench


def settings_mode():
    return setting_row(settings.MODE_CODE)


def setting_mode_code():
    bench = settings_mode()
    bench.press(OK, UP, UP, UP)
    return bench


def quick_begun(step_mu=500):
    """OK was held at home."""
    bench = in_use()
    bench.settings.set(settings.QUICK_STEP_MU, step_mu)
    bench.hold(OK)
    return bench


def quick_counted():
    bench = quick_begun()
    bench.press(UP, UP, UP)
    return bench


def quick_listen():
    bench = quick_counted()
    bench.run(3_100)
    return bench


def quick_repeat():
    bench = quick_listen()
    bench.run(1_000)
    bench.press(DOWN, DOWN)
    return bench


def quick_most():
    bench = quick_begun()
    bench.press(*[UP] * 20)
    bench.run(9_200)
    bench.press(*[DOWN] * 19)
    return bench


def quick_not_repeated():
    bench = quick_repeat()
    bench.run(3_100)
    return bench


def bolus_runs():
    bench = bolus_ask()
    bench.press(OK)
    bench.run(20_000)
    return bench


def bolus_waits():
    bench = bolus_ask()
    bench.pump.set_setting(settings.BOLUS_DELAY_S, 5, 0)
    bench.press(OK)
    bench.run(1_000)
    return bench


def bolus_stopped():
    bench = bolus_runs()
    bench.press(STOP)
    return bench


def bolus_given():
    bench = bolus_runs()
    bench.run(40_000)
    return bench


def bolus_refused():
    bench = in_use()
    bench.pump.set_setting(settings.MAX_HOUR_MU, 1_000, 0)
    bench.press(UP, *[UP] * 25, OK, OK)
    return bench


def menu_top():
    bench = in_use()
    bench.press(OK)
    return bench


def menu_end():
    bench = menu_top()
    bench.press(*[DOWN] * 9)
    return bench


def supply():
    bench = in_use()
    bench.pump.line.loaded(-93 * 3_600)
    bench.pump.line.moved(2, bench.pump.profile.scale.steps(12_000), -93 * 3_600)
    bench.pump.line.moved(3, bench.pump.profile.scale.steps(300), -52 * 3_600)
    bench.press(OK, OK)
    return bench


def supply_old():
    bench = in_use()
    bench.pump.line.loaded(-30 * 86_400)
    bench.pump.set_basal([(0, 0)], 0)
    bench.press(OK, OK)
    return bench


def german_supply():
    return in_german(supply)


def change_ask():
    bench = menu(0)
    bench.press(OK)
    return bench


def change_rewind_ask():
    bench = change_ask()
    bench.press(OK)
    return bench


def change_rewinding():
    bench = change_rewind_ask()
    bench.press(OK)
    bench.run(60_000)
    return bench


def change_rewound():
    bench = change_rewinding()
    bench.press(STOP)
    return bench


def change_load():
    bench = change_rewound()
    bench.press(OK)
    return bench


def change_prime_ask():
    bench = change_load()
    bench.press(DOWN, DOWN, OK)
    return bench


def change_priming():
    bench = change_prime_ask()
    bench.press(OK)
    bench.run(4_000)
    return bench


def change_primed():
    bench = change_priming()
    bench.press(STOP)
    return bench


def change_cannula_ask():
    bench = change_primed()
    bench.press(OK)
    return bench


def change_filling():
    bench = change_cannula_ask()
    bench.ui.gesture(OK, PRESS)
    bench.run(100)
    bench.stuck = True
    return bench


def change_ready():
    bench = change_cannula_ask()
    bench.press(OK)
    bench.run(1_000)
    return bench


def change_done():
    bench = change_ready()
    bench.press(OK)
    return bench


def change_leave():
    bench = change_load()
    bench.press(STOP)
    return bench


def basal():
    return menu(1)


def with_programs():
    """A pump in use with two more basal programs."""
    bench = in_use()
    for number, segments, name in ((2, WEEKEND, 3), (4, [(0, 1_025)], 0)):
        assert programs.edit(bench.pump, number, segments, 0) == codes.OK
        assert programs.rename(bench.pump, number, name, 0) == codes.OK
    bench.run(1_000)
    return bench


def basal_programs():
    bench = with_programs()
    bench.press(OK, DOWN, OK)
    return bench


def basal_program():
    bench = basal_programs()
    bench.press(DOWN, OK)
    return bench


def basal_view():
    bench = basal()
    bench.press(OK, OK)
    return bench


def basal_last():
    bench = basal_view()
    bench.press(DOWN, DOWN, DOWN)
    return bench


def basal_view_other():
    bench = basal_program()
    bench.press(OK)
    return bench


def basal_edit():
    bench = basal()
    bench.press(OK, DOWN, OK)
    return bench


def basal_edit_end():
    bench = basal_edit()
    bench.press(*[DOWN] * 9)
    return bench


def basal_edit_time():
    bench = basal_edit()
    bench.press(DOWN, DOWN, OK, UP, UP)
    return bench


def basal_edit_rate():
    bench = basal_edit_time()
    bench.press(OK, OK, UP, UP, OK)
    return bench


def basal_edit_remove():
    bench = basal_edit_end()
    bench.press(UP, OK, DOWN)
    return bench


def basal_edit_leave():
    """STOP with something changed that was not saved."""
    bench = basal_edit_ask()
    bench.press(STOP, STOP)
    return bench


def basal_edit_ask():
    bench = basal_edit_remove()
    bench.press(OK, *[DOWN] * 9, OK)
    return bench


def basal_edit_ask_same():
    """As much more in one segment as less in another."""
    bench = basal_edit()
    bench.press(OK, OK, UP, OK, OK)
    bench.press(DOWN, OK, OK, OK, DOWN, OK, OK, *[DOWN] * 9, OK)
    return bench


def basal_edit_ask_other():
    bench = basal_program()
    bench.press(DOWN, OK, OK, OK, DOWN, OK, OK, *[DOWN] * 9, OK)
    return bench


def basal_edit_finest():
    """The largest rate with a third place after the point."""
    bench = in_use()
    bench.pump.set_setting(settings.MAX_BASAL_MU_H, 35_000, 0)
    bench.pump.set_basal([(0, 34_995)], 0)
    bench.press(OK, DOWN, OK, OK, DOWN, OK, OK, OK, OK, OK)
    return bench


def basal_name():
    bench = basal_program()
    bench.press(DOWN, DOWN, OK, UP)
    return bench


def basal_name_ask():
    bench = basal_name()
    bench.press(OK)
    return bench


def basal_activate():
    bench = basal_program()
    bench.press(DOWN, DOWN, DOWN, OK)
    return bench


def basal_activate_most():
    bench = in_use()
    bench.pump.set_setting(settings.MAX_BASAL_MU_H, 35_000, 0)
    bench.pump.set_basal([(0, 34_995)], 0)
    programs.rename(bench.pump, 1, 4, 0)
    programs.edit(bench.pump, 4, [(0, 34_999)], 0)
    programs.rename(bench.pump, 4, 3, 0)
    bench.press(OK, DOWN, OK, DOWN, DOWN, DOWN, OK, DOWN, DOWN, DOWN, OK)
    return bench


def home_program_most():
    bench = basal_activate_most()
    bench.press(OK)
    bench.run(1_000)
    return bench


def basal_delete():
    bench = basal_program()
    bench.press(*[DOWN] * 4, OK)
    return bench


def home_program():
    bench = basal_activate()
    bench.press(OK)
    bench.run(1_000)
    return bench


def german_basal_programs():
    return in_german(basal_programs)


def german_basal_activate():
    return in_german(basal_activate)


def german_basal_edit_end():
    return in_german(basal_edit_end)


def temporary():
    return menu(2)


def temporary_percent():
    bench = temporary()
    bench.press(OK, *[UP] * 50)
    return bench


def temporary_time():
    bench = temporary_percent()
    bench.press(OK, UP, UP)
    return bench


def temporary_ask():
    bench = temporary_time()
    bench.press(OK)
    return bench


def temporary_rate():
    bench = temporary()
    bench.press(DOWN, OK, *[UP] * 20)
    return bench


def temporary_rate_ask():
    bench = temporary_rate()
    bench.press(OK, OK)
    return bench


def extended():
    return menu(3)


def extended_now():
    bench = extended()
    bench.press(*[UP] * 60, OK, *[UP] * 24)
    return bench


def extended_time():
    bench = extended_now()
    bench.press(OK, UP, UP)
    return bench


def extended_ask():
    bench = extended_time()
    bench.press(OK)
    return bench


def extended_ask_most():
    bench = extended()
    bench.pump.set_setting(settings.MAX_BOLUS_MU, 30_000, 0)
    for _ in range(3):
        for _ in range(700):
            bench.ui.gesture(UP, REPEAT)
        bench.press(OK)
    return bench


def home_combined():
    bench = extended_ask()
    bench.press(OK)
    bench.run(20_000)
    return bench


def home_extended():
    bench = home_combined()
    bench.run(1_200_000)
    return bench


def home_two_run():
    """An extended bolus and a temporary basal."""
    bench = home_extended()
    assert tb.begin(bench.pump, 80, 0, 240, events.SOURCE_BUTTONS) == codes.OK
    bench.run(1_000)
    return bench


def home_two_run_alarm():
    bench = home_two_run()
    bench.battery_mv = 3450
    bench.run(500)
    bench.press(OK)
    return bench


def home_three_run():
    """As wide as each can be, all by a program."""
    bench = in_use()
    for number, value in LARGE:
        bench.pump.set_setting(number, value, 0)
    assert ex.begin(bench.pump, 15_000, 15_000, 720, events.SOURCE_LINK) == codes.OK
    assert tb.begin(bench.pump, 200, 0, 1_440, events.SOURCE_LINK) == codes.OK
    bench.run(62_000, 1_000)
    return bench


def home_bolus_and_temporary():
    bench = home_temporary()
    bench.press(UP, *[UP] * 25, OK, OK)
    bench.run(20_000)
    bench.press(OK)
    return bench


def home_suspended_long():
    bench = home_suspended()
    bench.run(754 * 60_000, 10_000)
    bench.press(OK)  # the alarm that tells the same
    return bench


def extended_runs():
    bench = home_extended()
    bench.press(OK, DOWN, DOWN, DOWN, OK)
    return bench


def extended_stopped():
    bench = home_extended()
    bench.press(STOP)
    bench.run(1_000)
    return bench


def home_after_extended():
    bench = extended_stopped()
    bench.press(OK)
    return bench


def temporary_runs():
    bench = home_temporary()
    bench.press(OK, DOWN, DOWN, OK, DOWN, DOWN)
    return bench


def temporary_end_ask():
    bench = temporary_runs()
    bench.press(OK)
    return bench


def home_temporary():
    bench = temporary_ask()
    bench.press(OK)
    bench.run(1_000)
    return bench


def home_temporary_remote():
    bench = in_use()
    bench.pump.set_setting(settings.MAX_BASAL_MU_H, 35_000, 0)
    tb.begin(bench.pump, 500, 0, 1_440, events.SOURCE_LINK)
    bench.run(1_000)
    return bench


def home_temporary_suspended():
    bench = home_temporary()
    bench.hold(STOP)
    return bench


def alarms_none():
    return menu(4)


def alarms():
    bench = fresh()
    bench.pump.alarms.once(al.LOG_NEW)
    bench.battery_mv = 3450
    bench.run(200)
    bench.press(OK, OK, *[DOWN] * 4, OK)
    return bench


def alarm_page():
    bench = alarms()
    bench.press(DOWN, DOWN, OK)
    return bench


def clock_offset():
    return menu(5)


def clock_travel():
    """From Berlin to New York: the clock goes along."""
    bench = clock_offset()
    bench.press(*[DOWN] * 24)
    return bench


def clock_travel_ask():
    bench = clock_travel()
    bench.press(*[OK] * 6)
    return bench


def clock_hour():
    bench = clock_offset()
    bench.press(OK)
    return bench


def clock_minute():
    bench = clock_hour()
    bench.press(UP, OK, DOWN, DOWN)
    return bench


def clock_day():
    bench = clock_minute()
    bench.press(OK, UP)
    return bench


def clock_month():
    bench = clock_day()
    bench.press(OK)
    return bench


def clock_year():
    bench = clock_month()
    bench.press(OK)
    return bench


def clock_ask():
    bench = clock_year()
    bench.press(OK)
    return bench


def settings_top():
    return menu(6)


def to_setting(bench, number):
    """From the top of the settings to the row of one."""
    for group, numbers in enumerate(values.GROUPS):
        if number in numbers:
            bench.press(*[DOWN] * group)
            if group:
                bench.press(OK, *[DOWN] * numbers.index(number))
            return bench
    raise LookupError(f"no group has setting {number}")


def setting_row(number):
    """Its row in its group."""
    return to_setting(settings_top(), number)


def settings_end():
    bench = settings_top()
    bench.press(*[DOWN] * (len(values.GROUPS) - 1))
    return bench


def settings_bolus():
    return setting_row(settings.BOLUS_STEP_MU)


def settings_limits():
    return setting_row(settings.MAX_BOLUS_MU)


def settings_reminders():
    bench = setting_row(settings.MEAL_FROM_MIN)
    bench.settings.set(settings.SET_DAYS, 3)
    bench.settings.set(settings.RESERVOIR_DAYS, 14)
    bench.settings.set(settings.MEAL_UNTIL_MIN, 570)
    return bench


def settings_device():
    return setting_row(settings.UTC_OFFSET_MIN)


def setting_language():
    bench = settings_top()
    bench.press(OK, UP)
    return bench


def setting():
    bench = settings_bolus()
    bench.press(OK)
    return bench


def setting_changed():
    bench = setting()
    bench.press(UP, UP, UP, UP, UP)
    return bench


def setting_ask():
    bench = setting_changed()
    bench.press(OK)
    return bench


def remote():
    return menu(7)


def remote_code():
    bench = remote()
    bench.press(OK)
    return bench


def remote_paired():
    bench = remote_code()
    bench.pump.remote.pair(bytes(32), 1)
    bench.run(300)
    return bench


def remote_ask():
    bench = remote_paired()
    bench.press(OK)
    return bench


def home_remote():
    bench = remote_paired()
    bench.press(STOP, STOP)
    large_bolus(bench, 1)
    return bench


def home_large_bolus():
    bench = in_use()
    large_bolus(bench, 0)
    return bench


def large_bolus(bench, source):
    """Of a dose and with a part given that have two digits before the point."""
    for number, value in LARGE:
        bench.pump.set_setting(number, value, 0)
    assert bench.pump.give_bolus(30_000, source) == codes.OK
    bench.run(62_000, 1_000)


def bolus_remote():
    bench = home_remote()
    bench.press(UP)
    return bench


def home_suspended_remotely():
    bench = in_use()
    bench.pump.suspend(1)
    bench.run(300)
    return bench


def lived():
    """A pump with a past: two days, boluses of all ends, alarms, a change."""
    bench = change_done()
    bench.press(OK)
    pump = bench.pump
    pump.set_setting(settings.MAX_BOLUS_MU, 30_000, 0)
    for dose_mu, source in ((1_500, 0), (12_500, 1), (2_000, 0)):
        assert pump.give_bolus(dose_mu, source) == codes.OK
        bench.run(600_000, 1_000)
    bench.press(STOP)
    for days in (1, 2):
        pump.set_clock(NOW_S + days * dates.DAY_S, 0, 0)
        bench.run(60_000, 1_000)
    bench.press(UP, *[UP] * 25, OK, OK)
    bench.run(20_000)
    bench.press(STOP, STOP)
    bench.pressure_mbar = 900
    bench.run(300)
    bench.pressure_mbar = 100
    bench.press(OK)
    bench.hold(STOP)
    return bench


def history_looks():
    bench = lived()
    bench.press(OK, *[DOWN] * HISTORY_ROW, OK)
    return bench


def history():
    bench = history_looks()
    bench.run(1_000)
    return bench


def _history(row):
    bench = history()
    bench.press(*[DOWN] * row, OK)
    return bench


def history_boluses():
    return _history(0)


def history_bolus():
    bench = history_boluses()
    bench.press(OK)
    return bench


def history_extended():
    bench = in_use()
    assert ex.begin(bench.pump, 500, 1_000, 30, events.SOURCE_LINK) == codes.OK
    bench.run(3_600_000, 1_000)
    bench.press(OK, *[DOWN] * HISTORY_ROW, OK)
    bench.run(300)
    bench.press(OK)
    return bench


def history_extended_open():
    bench = history_extended()
    bench.press(OK)
    return bench


def history_alarms():
    return _history(1)


def history_alarm():
    bench = history_alarms()
    bench.press(OK)
    return bench


def history_days():
    return _history(2)


def history_day():
    bench = history_days()
    bench.press(OK)
    return bench


def history_changes():
    return _history(3)


def history_change():
    bench = history_changes()
    bench.press(DOWN, OK)
    return bench


def history_nothing():
    bench = in_use()
    bench.press(OK, *[DOWN] * HISTORY_ROW, OK, OK)
    return bench


def about():
    return menu(9)


def service():
    return menu(10)


def selftest():
    return menu(12)


def selftest_sound():
    bench = selftest()
    bench.press(OK)
    return bench


def selftest_picture_ask():
    bench = selftest_sound()
    bench.press(OK, OK, OK)
    return bench


def selftest_picture():
    bench = selftest_picture_ask()
    bench.press(OK)
    return bench


def selftest_good():
    bench = selftest_picture()
    bench.press(OK)
    return bench


def selftest_bad():
    bench = selftest_sound()
    bench.press(STOP, OK, OK, OK, OK)
    return bench


def selftest_failed():
    bench = in_use()
    st_core.failed(bench.pump, events.TEST_CLOCK, 30_000)
    bench.run(100)
    return bench


def german_selftest_failed():
    return in_german(selftest_failed)


def first():
    """A board just out of its bag, led through what it needs."""
    bench = fresh()
    bench.ui.lead_a_new_pump()
    bench.run(300)
    return bench


def first_motor():
    bench = first()
    bench.pump.set_clock(NOW_S, 0, 0)
    bench.press(DOWN, DOWN, OK)
    return bench


def first_motor_turns():
    bench = first_motor()
    bench.press(OK)
    bench.run(500)
    return bench


def first_motor_ask():
    bench = first_motor_turns()
    bench.run(6_000)
    return bench


def first_motor_not():
    bench = first_motor_ask()
    bench.press(STOP)
    return bench


def first_half():
    bench = first_motor_ask()
    bench.press(OK)
    return bench


def first_basal():
    """Its program, which is none yet."""
    bench = first_half()
    bench.pump.reservoir_steps = bench.pump.profile.scale.steps(187_400)
    bench.press(DOWN, OK)
    return bench


def first_limits():
    bench = first_done()
    bench.press(OK)
    return bench


def first_language():
    bench = first()
    bench.press(OK, UP)
    return bench


def first_done():
    bench = in_use()
    bench.press(OK, *[DOWN] * FIRST_START_ROW, OK)
    return bench


def calibrate_ask():
    bench = setting_row(settings.STEPS_PER_UNIT)
    bench.press(OK)
    return bench


def calibrate_line_ask():
    bench = calibrate_ask()
    bench.press(OK)
    return bench


def calibrate_line():
    bench = calibrate_line_ask()
    bench.press(OK)
    bench.run(5_000)
    return bench


def calibrate_run_ask():
    bench = calibrate_line()
    bench.press(OK)
    bench.run(100)
    return bench


def calibrate_running():
    bench = calibrate_run_ask()
    bench.press(OK)
    bench.run(4_000)
    return bench


def calibrate_weight():
    bench = calibrate_running()
    bench.run(6_000)
    return bench


def _weighed(bench, *presses):
    """Enter the weight that the last one left, and as many more or less."""
    for more in presses:
        if bench.pump.move.active or not bench.sees("mg"):
            bench.press(OK)
            bench.run(20_000)
        bench.press(*[UP if more > 0 else DOWN] * abs(more), OK)
    return bench


def calibrate_last_run_ask():
    return _weighed(calibrate_weight(), 6, 1, -2)


def calibrate_differ():
    return _weighed(calibrate_weight(), 6, 1, -40)


def calibrate_result():
    return _weighed(calibrate_weight(), 6, 1, -2, -4)


def calibrate_done():
    bench = calibrate_result()
    bench.press(OK)
    return bench


def calibrate_refused():
    bench = _weighed(calibrate_weight(), 80, 1, -2, -4)
    bench.press(OK)
    return bench


def occlusion():
    bench = in_use()
    bench.pressure_mbar = 900
    bench.run(300)
    return bench


def occlusion_dark():
    bench = occlusion()
    bench.run(250, 10)
    return bench


def reservoir_low():
    bench = in_use()
    bench.pump.reservoir_steps = 10_000
    bench.run(300)
    return bench


def home_carbs():
    bench = in_use()
    for number, value in CALCULATOR:
        assert bench.pump.set_setting(number, value, 0) == codes.OK
    bench.run(300)
    return bench


def calculator_carbs():
    bench = home_carbs()
    bench.press(DOWN, *[UP] * 45)
    return bench


def calculator_not_measured():
    bench = calculator_carbs()
    bench.press(OK)
    return bench


def calculator_glucose():
    bench = calculator_not_measured()
    bench.press(*[UP] * 121)
    return bench


def calculator_sum():
    bench = home_carbs()
    bench.pump.got_insulin(1_230)
    bench.press(DOWN, *[UP] * 45, OK, *[UP] * 121, OK)
    return bench


def calculator_sum_low():
    """Below the range, with every part at its widest, and limited."""
    bench = home_carbs()
    bench.pump.got_insulin(12_340)
    bench.press(DOWN, *[UP] * 250, OK, *[DOWN] * 25, OK, OK)
    return bench


def calculator_limited():
    """Of the widest sum most is over the limit."""
    bench = home_carbs()
    assert bench.pump.set_setting(settings.MAX_ON_BOARD_MU, 15_000, 0) == codes.OK
    bench.press(DOWN, *[UP] * 250, OK, OK)
    return bench


def calculator_low():
    """Too low for any dose: 48 mg/dL."""
    bench = home_carbs()
    bench.press(DOWN, *[UP] * 45, OK, *[DOWN] * 53, OK)
    return bench


def calculator_sum_treat():
    bench = calculator_low()
    bench.press(OK)
    return bench


def calculator_ask():
    bench = calculator_sum()
    bench.press(DOWN, DOWN, OK)
    return bench


def calculator_mmol():
    bench = home_carbs()
    assert bench.pump.set_setting(settings.GLUCOSE_MMOL, 1, 0) == codes.OK
    bench.press(DOWN, UP, OK, *[UP] * 240)
    return bench


def calculator_not_set():
    bench = in_use()
    bench.press(DOWN)
    return bench


def settings_of_the_calculator():
    bench = calculator_not_set()
    for number, value in CALCULATOR:
        assert bench.pump.set_setting(number, value, 0) == codes.OK
    bench.press(OK, OK, *[DOWN] * 6, OK)
    return to_setting(bench, settings.TARGET_HIGH_1)


def settings_of_the_calculator_mmol():
    bench = settings_of_the_calculator()
    assert bench.pump.set_setting(settings.GLUCOSE_MMOL, 1, 0) == codes.OK
    bench.press(*[DOWN] * 4)
    return bench


def german_home():
    return in_german(home_on_board)


def german_suspended():
    return in_german(home_suspended)


def german_bolus_ask():
    return in_german(bolus_ask_most)


def german_quick_repeat():
    return in_german(quick_most)


def german_locked():
    return in_german(locked)


def german_user_menu():
    return in_german(user_menu)


def german_mode_code():
    return in_german(mode_code)


def german_mode_code_wrong():
    return in_german(mode_code_wrong)


def german_bolus_stopped():
    return in_german(bolus_stopped)


def german_menu():
    return in_german(menu_top)


def german_change_ask():
    return in_german(change_ask)


def german_calculator_sum():
    return in_german(calculator_sum)


def german_calculator_limited():
    return in_german(calculator_limited)


def german_calculator_sum_low():
    return in_german(calculator_sum_low)


def german_settings():
    return in_german(settings_top)


def german_history_boluses():
    return in_german(history_boluses)


def german_occlusion():
    return in_german(occlusion)


def german_first():
    return in_german(first)


def german_first_motor():
    return in_german(first_motor)


def german_first_motor_ask():
    return in_german(first_motor_ask)


def german_first_motor_not():
    return in_german(first_motor_not)


SCENES = (
    boot,
    home_fresh,
    home,
    home_stop_down,
    home_bolus,
    home_after_bolus,
    home_on_board,
    home_alarm_seen,
    home_carbs,
    calculator_carbs,
    calculator_not_measured,
    calculator_glucose,
    calculator_sum,
    calculator_sum_low,
    calculator_limited,
    calculator_low,
    calculator_sum_treat,
    calculator_ask,
    calculator_mmol,
    calculator_not_set,
    settings_of_the_calculator,
    settings_of_the_calculator_mmol,
    home_fine_rate,
    home_high_rate,
    home_temporary,
    home_temporary_remote,
    home_temporary_suspended,
    home_suspended,
    home_suspended_by_alarm,
    home_change_open,
    home_service,
    home_fault,
    bolus_entry_zero,
    bolus_entry,
    bolus_entry_most,
    bolus_ask,
    bolus_ask_most,
    alarm_stands,
    alarm_stopped_again,
    locked,
    locked_bolus,
    user_menu,
    user_program,
    mode_code,
    mode_code_wrong,
    settings_mode,
    setting_mode_code,
    quick_begun,
    quick_counted,
    quick_listen,
    quick_repeat,
    quick_most,
    quick_not_repeated,
    bolus_waits,
    bolus_runs,
    bolus_stopped,
    bolus_given,
    bolus_refused,
    menu_top,
    menu_end,
    supply,
    supply_old,
    change_ask,
    change_rewind_ask,
    change_rewinding,
    change_rewound,
    change_load,
    change_prime_ask,
    change_priming,
    change_primed,
    change_cannula_ask,
    change_filling,
    change_ready,
    change_done,
    change_leave,
    basal,
    basal_programs,
    basal_program,
    basal_view,
    basal_last,
    basal_view_other,
    basal_edit,
    basal_edit_end,
    basal_edit_time,
    basal_edit_rate,
    basal_edit_remove,
    basal_edit_ask,
    basal_edit_ask_same,
    basal_edit_leave,
    basal_edit_ask_other,
    basal_edit_finest,
    basal_name,
    basal_name_ask,
    basal_activate,
    basal_activate_most,
    basal_delete,
    home_program,
    home_program_most,
    temporary,
    temporary_percent,
    temporary_time,
    temporary_ask,
    temporary_rate,
    temporary_rate_ask,
    temporary_runs,
    temporary_end_ask,
    extended,
    extended_now,
    extended_time,
    extended_ask,
    extended_ask_most,
    home_combined,
    home_extended,
    home_two_run,
    home_two_run_alarm,
    home_three_run,
    home_bolus_and_temporary,
    home_suspended_long,
    extended_runs,
    extended_stopped,
    home_after_extended,
    alarms_none,
    alarms,
    alarm_page,
    clock_offset,
    clock_travel,
    clock_travel_ask,
    clock_hour,
    clock_minute,
    clock_day,
    clock_month,
    clock_year,
    clock_ask,
    settings_top,
    settings_end,
    settings_bolus,
    settings_limits,
    settings_reminders,
    settings_device,
    first,
    first_motor,
    first_motor_turns,
    first_motor_ask,
    first_motor_not,
    first_half,
    first_language,
    first_basal,
    first_limits,
    first_done,
    calibrate_ask,
    calibrate_line_ask,
    calibrate_line,
    calibrate_run_ask,
    calibrate_running,
    calibrate_weight,
    calibrate_last_run_ask,
    calibrate_differ,
    calibrate_result,
    calibrate_done,
    calibrate_refused,
    setting_language,
    setting,
    setting_changed,
    setting_ask,
    remote,
    remote_code,
    remote_paired,
    remote_ask,
    home_remote,
    home_large_bolus,
    bolus_remote,
    home_suspended_remotely,
    history_looks,
    history,
    history_boluses,
    history_bolus,
    history_extended,
    history_extended_open,
    history_alarms,
    history_alarm,
    history_days,
    history_day,
    history_changes,
    history_change,
    history_nothing,
    about,
    service,
    selftest,
    selftest_sound,
    selftest_picture_ask,
    selftest_picture,
    selftest_good,
    selftest_bad,
    selftest_failed,
    german_selftest_failed,
    occlusion,
    occlusion_dark,
    reservoir_low,
    german_home,
    german_suspended,
    german_bolus_ask,
    german_quick_repeat,
    german_alarm_stands,
    german_alarm_stopped_again,
    german_locked,
    german_user_menu,
    german_mode_code,
    german_mode_code_wrong,
    german_bolus_stopped,
    german_menu,
    german_supply,
    german_change_ask,
    german_calculator_sum,
    german_calculator_limited,
    german_calculator_sum_low,
    german_basal_programs,
    german_basal_activate,
    german_basal_edit_end,
    german_settings,
    german_history_boluses,
    german_occlusion,
    german_first,
    german_first_motor,
    german_first_motor_ask,
    german_first_motor_not,
)


def every_alarm():
    """(name, bench) with the screen of each alarm."""
    for alarm in range(1, len(al.PRIORITIES)):
        bench = in_use()
        bench.ui.alarm = alarm
        bench.ui._alarm_screen.alarm = alarm
        yield alarm, bench


def every_refusal():
    """(name, bench) with the message of each refusal."""
    for code in range(1, len(codes.CODES)):
        bench = in_use()
        refused(bench.ui, code)
        yield codes.CODES[code], bench


def every_state():
    """(name, bench) with the home screen of each state."""
    for state in range(len(states.STATES)):
        bench = in_use()
        bench.pump.state = state
        yield states.STATES[state], bench


def every_setting():
    """(name, bench) with each setting in the list, and asked for, at its least and at its most."""
    for number, name, _, least, most, _ in SETTINGS:
        for value in (least, most):
            bench = settings_top()
            bench.settings.set(number, value)
            to_setting(bench, number)
            yield name, bench
            if number in (settings.STEPS_PER_UNIT, settings.UTC_OFFSET_MIN):
                continue
            bench.press(OK, DOWN if value == most else UP)
            yield name, bench
            bench.press(OK)
            yield name, bench
