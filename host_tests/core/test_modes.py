"""A user's mode: what the core refuses of the buttons in it, and the code that ends it."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import codes, events, modes, programs
from pump.core import settings as st

LINK = events.SOURCE_LINK
CODE = 2_131


def of_a_user():
    bench = Bench(segments=[(0, 1_000)])
    for number, value in ((st.MODE_CODE, CODE), (st.MODE, modes.USER)):
        assert bench.pump.set_setting(number, value, BUTTONS) == codes.OK
    bench.commit()
    return bench


def test_in_a_users_mode_the_buttons_change_no_setting():
    bench = of_a_user()
    for number in st.numbers():
        value = bench.pump.settings.get(number)
        for other in (value, value + 1, 0, 1):
            assert bench.pump.set_setting(number, other, BUTTONS) == codes.USER_MODE
        assert bench.pump.settings.get(number) == value
    bench.commit()
    told = (events.COMMAND_SETTING, codes.USER_MODE, st.INSULIN_4_MIN, 0, BUTTONS)
    assert bench.last(events.REFUSED) == told
    assert bench.last(events.SETTING_CHANGED) == (st.MODE, 0, 1, BUTTONS)


def test_in_a_users_mode_the_buttons_change_no_basal_program_and_put_another_in_force():
    bench = of_a_user()
    assert programs.edit(bench.pump, 2, [(0, 500)], LINK) == codes.OK
    assert bench.pump.set_basal([(0, 500)], BUTTONS) == codes.USER_MODE
    assert programs.edit(bench.pump, 3, [(0, 500)], BUTTONS) == codes.USER_MODE
    assert programs.edit(bench.pump, 2, [], BUTTONS) == codes.USER_MODE
    assert programs.rename(bench.pump, 1, 1, BUTTONS) == codes.USER_MODE
    bench.commit()
    settings = bench.pump.settings
    assert settings.active == 1 and not programs.segments_of(settings, 3)
    assert programs.segments_of(settings, 2) == [(0, 500)]
    assert bench.pump.settings.basal.rate_mu_h(0) == 1_000
    assert bench.last(events.REFUSED)[:2] == (events.COMMAND_BASAL, codes.USER_MODE)
    assert programs.activate(bench.pump, 2, BUTTONS) == codes.OK
    bench.commit()
    assert bench.pump.settings.active == 2 and bench.pump.basal_rate_mu_h() == 500
    assert bench.last(events.PROGRAM_ACTIVATED) == (1, 2, 24_000, 12_000, BUTTONS)
    assert programs.edit(bench.pump, 2, [(0, 600)], BUTTONS) == codes.USER_MODE
    bench.pump.settings.set(st.MAX_BASAL_MU_H, 900)
    assert programs.activate(bench.pump, 1, BUTTONS) == codes.OVER_MAX_BASAL


def test_a_users_mode_takes_no_delivery_away():
    bench = of_a_user()
    pump = bench.pump
    assert pump.give_bolus(100, BUTTONS) == codes.OK
    bench.run_s(60)
    assert pump.suspend(BUTTONS) == codes.OK and pump.resume(BUTTONS) == codes.OK
    assert pump.set_clock(1_000_000, 60, BUTTONS) == codes.OK
    assert pump.change().start(BUTTONS) == codes.OK


def test_the_link_sets_everything_in_any_mode_so_that_nobody_is_locked_out_for_ever():
    bench = of_a_user()
    assert bench.pump.set_setting(st.BOLUS_STEP_MU, 100, LINK) == codes.OK
    assert bench.pump.set_basal([(0, 500)], LINK) == codes.OK
    assert bench.pump.set_setting(st.MODE_CODE, 1_111, LINK) == codes.OK
    assert bench.pump.set_setting(st.MODE, modes.CLINICIAN, LINK) == codes.OK
    assert bench.pump.set_setting(st.BOLUS_STEP_MU, 50, BUTTONS) == codes.OK


def test_the_code_leads_back_and_the_log_tells_of_it_without_the_code():
    bench = of_a_user()
    assert modes.leave(bench.pump, CODE) == codes.OK
    bench.commit()
    assert bench.pump.settings.get(st.MODE) == modes.CLINICIAN and bench.pump.settings_dirty
    assert bench.last(events.SETTING_CHANGED) == (st.MODE, 1, 0, BUTTONS)
    assert bench.pump.set_setting(st.BOLUS_STEP_MU, 100, BUTTONS) == codes.OK


def test_a_wrong_code_changes_nothing_and_is_recorded_and_three_of_them_wait_a_minute():
    bench = of_a_user()
    for wrong in (1_111, 2_132, 3_131):
        assert modes.leave(bench.pump, wrong) == codes.WRONG_CODE
    bench.run_s(59)
    assert modes.waits(bench.pump)
    assert modes.leave(bench.pump, CODE) == codes.TOO_MANY
    assert len(bench.all(events.REFUSED)) == 3
    told = (events.COMMAND_SETTING, codes.WRONG_CODE, st.MODE, 0, BUTTONS)
    assert bench.last(events.REFUSED) == told
    bench.run_s(1)
    assert not modes.waits(bench.pump)
    assert modes.leave(bench.pump, 1_111) == codes.WRONG_CODE
    assert modes.leave(bench.pump, CODE) == codes.OK


def test_the_right_code_between_forgets_the_wrong_ones():
    bench = of_a_user()
    for _ in range(3):
        assert modes.leave(bench.pump, 1_111) == codes.WRONG_CODE
        assert modes.leave(bench.pump, 1_111) == codes.WRONG_CODE
        assert modes.leave(bench.pump, CODE) == codes.OK


def test_a_restart_stays_in_the_mode_of_the_settings():
    bench = of_a_user()
    again = bench.restarted()
    assert again.pump.set_setting(st.BOLUS_STEP_MU, 100, BUTTONS) == codes.USER_MODE


def test_the_power_cut_before_the_mode_was_saved_is_told_at_the_next_start():
    bench = of_a_user()
    before = st.Settings()
    assert before.decode(bench.pump.settings.encode())
    assert modes.leave(bench.pump, CODE) == codes.OK
    bench.commit()
    cut = Bench(settings=before, log=bench.log)
    assert cut.pump.settings.get(st.MODE) == modes.USER
    assert (st.MODE, 0, 1, events.SOURCE_RESTART) in cut.all(events.SETTING_CHANGED)


def test_a_code_is_four_keys():
    settings = st.Settings()
    assert settings.get(st.MODE_CODE) == 1_111
    for code in (1_111, 1_231, 3_333, 2_222):
        assert settings.check(st.MODE_CODE, code) == codes.OK
    for code in (0, 111, 1_110, 1_114, 1_411, 3_334, 4_111, 11_111):
        assert settings.check(st.MODE_CODE, code) == codes.OUT_OF_RANGE
