"""How to reach every screen: one function a picture, each on a bench of its own."""

from host_tests.ui.bench import Bench
from pump.core import alarms as al
from pump.core import codes, settings, states
from pump.ui import figures
from pump.ui.keys import DOWN, OK, PRESS, REPEAT, STOP, UP
from pump.ui.screen import refused

PROGRAM = [(0, 800), (180, 600), (360, 1100), (600, 900), (1080, 1000), (1320, 700)]
NOW_S = figures.local_s_of(2026, 11, 23, 14 * 60 + 5)


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


def bolus_runs():
    bench = bolus_ask()
    bench.press(OK)
    bench.run(20_000)
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
    bench.press(*[DOWN] * 6)
    return bench


def change_ask():
    return menu(0)


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


def basal_last():
    bench = basal()
    bench.press(DOWN, DOWN, DOWN)
    return bench


def alarms_none():
    return menu(2)


def alarms():
    bench = fresh()
    bench.pump.alarms.once(al.LOG_NEW)
    bench.battery_mv = 3450
    bench.run(200)
    bench.press(OK, OK, DOWN, DOWN, OK)
    return bench


def alarm_page():
    bench = alarms()
    bench.press(DOWN, DOWN, OK)
    return bench


def clock_hour():
    return menu(3)


def clock_month():
    bench = clock_hour()
    bench.press(UP, OK, DOWN, DOWN, OK, UP, OK)
    return bench


def clock_ask():
    bench = clock_month()
    bench.press(OK, OK)
    return bench


def settings_top():
    return menu(4)


def settings_end():
    bench = settings_top()
    bench.press(*[DOWN] * 11)
    return bench


def setting():
    bench = settings_top()
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


def about():
    return menu(5)


def service():
    return menu(6)


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
    bench.pump.reservoir_steps = 1_000
    bench.pump.set_setting(settings.RESERVOIR_LOW_MU, 21_000, 0)
    bench.run(300)
    return bench


SCENES = (
    boot,
    home_fresh,
    home,
    home_stop_down,
    home_bolus,
    home_after_bolus,
    home_alarm_seen,
    home_fine_rate,
    home_high_rate,
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
    bolus_runs,
    bolus_stopped,
    bolus_given,
    bolus_refused,
    menu_top,
    menu_end,
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
    basal_last,
    alarms_none,
    alarms,
    alarm_page,
    clock_hour,
    clock_month,
    clock_ask,
    settings_top,
    settings_end,
    setting,
    setting_changed,
    setting_ask,
    about,
    service,
    occlusion,
    occlusion_dark,
    reservoir_low,
)


def every_alarm():
    """(name, bench) with the screen of each alarm."""
    for row in al.ALARMS[1:]:
        bench = in_use()
        bench.ui.alarm = row[0]
        bench.ui._alarm_screen.alarm = row[0]
        yield row[0], bench


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
