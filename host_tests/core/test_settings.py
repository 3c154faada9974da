"""Settings are a table with ranges; what is stored survives versions and damage."""

from host_tests.core.bench import BUTTONS, Bench
from host_tests.core.life import Dice
from host_tests.expect import raises
from pump.core import codes, events, record
from pump.core import settings as st
from pump.core.setting_table import SETTINGS
from pump.core.settings import BasalProgram, Settings


def test_numbers_count_up_from_1_and_defaults_in_range():
    # Without a gap: the pump finds a value and its limits by the number alone.
    assert [row[0] for row in SETTINGS] == list(range(1, len(SETTINGS) + 1))
    for _, _, default, least, most, step in SETTINGS:
        assert least <= default <= most
        assert step > 0


def test_what_is_encoded_comes_back():
    settings = Settings()
    settings.set(st.UTC_OFFSET_MIN, -210)
    settings.basal.replace([(0, 800), (390, 1_200)])
    other = Settings()
    assert other.decode(settings.encode())
    assert other.get(st.UTC_OFFSET_MIN) == -210
    assert list(other.basal.rates_mu_h) == [800, 1_200]
    assert list(other.basal.starts_min) == [0, 390]


def test_a_pairing_comes_back_with_all_the_rest_and_none_stays_none():
    settings = Settings()
    settings.set(st.MAX_BOLUS_MU, 7_000)
    other = Settings()
    assert other.decode(settings.encode())
    assert not other.remote_key and other.remote_boot == Settings().remote_boot
    settings.remote_key = bytes(range(200, 232))
    settings.remote_boot = 1_234
    other = Settings()
    assert other.decode(settings.encode())
    assert other.remote_key == settings.remote_key
    assert other.remote_boot == 1_234
    assert other.get(st.MAX_BOLUS_MU) == 7_000
    assert other.encode() == settings.encode()


def test_no_damaged_blob_is_taken_in_part():
    blob = Settings().encode()
    for length in range(len(blob)):
        other = Settings()
        other.set(st.MAX_BOLUS_MU, 7_000)
        assert not other.decode(blob[:length])
        assert other.get(st.MAX_BOLUS_MU) == 7_000


def test_a_setting_unknown_to_this_version_is_skipped():
    settings = Settings()
    settings.set(st.MAX_BOLUS_MU, 7_000)
    blob = bytearray(settings.encode())
    blob[3:5] = b"\xff\x7f"  # the first number
    other = Settings()
    assert other.decode(blob)
    assert other.get(st.MAX_BOLUS_MU) == 7_000
    assert other.get(st.BOLUS_STEP_MU) == 50


def test_auto_off_is_none_or_after_5_to_24_hours():
    settings = Settings()
    for hours in (-1, 1, 2, 3, 4, 25):
        assert settings.check(st.AUTO_OFF_H, hours) == codes.OUT_OF_RANGE
    for hours in (0, 5, 6, 24):
        assert settings.check(st.AUTO_OFF_H, hours) == codes.OK
    bench = Bench()
    assert bench.pump.set_setting(st.AUTO_OFF_H, 4, BUTTONS) == codes.OUT_OF_RANGE
    assert bench.pump.settings.get(st.AUTO_OFF_H) == 0


def test_auto_off_after_1_to_4_hours_as_a_version_before_stored_it_is_5_and_the_log_says_so():
    for hours, taken in ((0, 0), (1, 5), (4, 5), (5, 5), (24, 24)):
        bench = Bench()
        bench.pump.log.write(events.SETTING_CHANGED, st.AUTO_OFF_H, 0, hours, BUTTONS)
        bench.pump.settings.set(st.AUTO_OFF_H, hours)
        bench.commit()
        stored = Settings()
        assert stored.decode(bench.pump.settings.encode())
        assert stored.get(st.AUTO_OFF_H) == taken
        again = Bench(settings=stored, log=bench.log)
        told = (st.AUTO_OFF_H, hours, taken, events.SOURCE_RESTART)
        assert (told in again.all(events.SETTING_CHANGED)) == (hours != taken)


def test_an_unknown_number_is_refused_and_a_bug_to_read():
    settings = Settings()
    assert settings.check(999, 1) == codes.UNKNOWN
    with raises(IndexError):
        settings.get(999)


def test_a_value_out_of_range_is_refused_and_logged():
    bench = Bench()
    code = bench.pump.set_setting(st.BOLUS_STEP_MU, 5, BUTTONS)
    bench.turn(0)
    assert code == codes.OUT_OF_RANGE
    assert bench.last(events.REFUSED)[1] == codes.OUT_OF_RANGE
    assert bench.pump.settings.get(st.BOLUS_STEP_MU) == 50


def test_a_change_is_logged_with_old_and_new_value_and_wants_saving():
    bench = Bench()
    bench.pump.set_setting(st.BOLUS_STEP_MU, 100, BUTTONS)
    bench.turn(0)
    assert bench.last(events.SETTING_CHANGED) == (st.BOLUS_STEP_MU, 50, 100, BUTTONS)
    assert bench.pump.settings_dirty


def test_programs_that_are_none_are_refused():
    for segments in (
        [],
        [(5, 100)],
        [(0, 100), (0, 200)],
        [(0, 100), (600, 1), (500, 1)],
        [(0, 100), (1440, 1)],
        [(0, -1)],
        [(index, 100) for index in range(49)],
    ):
        assert BasalProgram.check(segments, 35_000) == codes.BAD_PROGRAM


def test_a_program_has_the_rate_of_each_minute_and_the_total_of_the_day():
    program = BasalProgram()
    program.replace([(0, 800), (390, 1_200), (1_320, 700)])
    rates = [program.rate_mu_h(minute) for minute in (0, 389, 390, 1_319, 1_320, 1_439)]
    assert rates == [800, 800, 1_200, 1_200, 700, 700]
    assert program.day_mu() == sum([program.rate_mu_h(minute) for minute in range(1440)]) // 60


def test_a_new_program_is_logged_segment_by_segment_with_the_old_rates():
    bench = Bench(segments=[(0, 1_000)])
    bench.pump.set_basal([(0, 500), (720, 1_500)], events.SOURCE_LINK)
    bench.turn(0)
    assert bench.all(events.BASAL_SEGMENT)[-2:] == [(0, 0, 1_000, 500), (1, 720, 1_000, 1_500)]
    assert bench.last(events.BASAL_PROGRAM) == (2, 24_000, 24_000, events.SOURCE_LINK)
    assert bench.pump.basal.rate_mu_h == 500


def test_the_clock_refuses_what_it_cannot_show():
    bench = Bench()
    for local_s, offset in ((0, 0), (-5, 0), (1_073_741_823, 0), (200_000_000, 900)):
        assert bench.pump.set_clock(local_s, offset, BUTTONS) == codes.OUT_OF_RANGE


def test_setting_the_clock_is_logged_and_ends_its_alarm():
    bench = Bench()
    bench.run_s(10)
    assert bench.pump.set_clock(200_000_000, 60, events.SOURCE_LINK) == codes.OK
    bench.turn(0)
    assert bench.last(events.CLOCK_SET) == (10, 200_000_000, 60, events.SOURCE_LINK)
    assert bench.pump.alarms.raised == 0


def test_turning_the_clock_back_and_forth_neither_adds_nor_takes_basal():
    steady, turned = Bench(segments=[(0, 1_000)]), Bench(segments=[(0, 1_000)])
    for hour in range(12):
        turned.pump.set_clock(200_000_000 + (hour % 3) * 500_000, 0, BUTTONS)
        for bench in (steady, turned):
            bench.run_s(3600, 2000)
    owed = [bench.steps + bench.pump.basal.owed_steps for bench in (steady, turned)]
    assert owed[0] == owed[1]


def test_settings_with_a_program_that_is_none_are_not_taken():
    for segments in ([], [(5, 100)], [(0, 100), (0, 200)], [(0, 35_001)]):
        settings = Settings()
        settings.set(st.MAX_BOLUS_MU, 7_000)
        settings.basal.replace(segments)
        other = Settings()
        assert not other.decode(settings.encode())
        assert other.get(st.MAX_BOLUS_MU) == 10_000
        assert list(other.basal.starts_min) == [0]


def test_every_record_says_whether_the_clock_was_set_by_then():
    bench = Bench()
    assert bench.pump.set_clock(200_000_000, 0, BUTTONS) == codes.OK
    bench.pump.suspend(BUTTONS)
    bench.turn(0)
    trusted = [record.header(packed)[5] for packed in bench.log]
    at = [bench.event(packed) for packed in bench.log].index(events.CLOCK_SET)
    assert trusted == [False] * (at + 1) + [True] * (len(trusted) - at - 1)
    assert record.header(bench.log[-1])[6] == 200_000_000


def test_a_new_program_wants_saving():
    bench = Bench()
    assert not bench.pump.settings_dirty
    assert bench.pump.set_basal([(0, 1_000)], BUTTONS) == codes.OK
    assert bench.pump.settings_dirty


def test_a_program_may_have_48_segments_and_its_day_is_rounded_down():
    segments = [(30 * index, 100) for index in range(48)]
    assert BasalProgram.check(segments, 35_000) == codes.OK
    program = BasalProgram()
    for rate_mu_h, day_mu in ((59, 0), (60, 1), (119, 1)):
        program.replace([(0, rate_mu_h), (1, 0)])
        assert program.day_mu() == day_mu


def test_the_minute_of_the_day_is_that_of_the_wall_clock():
    bench = Bench()
    for second, minute in ((1, 0), (59, 0), (60, 1), (3_661, 61), (86_399, 1_439), (86_400, 0)):
        assert bench.pump.set_clock(86_400 * 2_000 + second, 0, BUTTONS) == codes.OK
        assert bench.pump.clock.minute_of_day() == minute


def test_a_refused_setting_is_told_by_its_number():
    bench = Bench(segments=[(0, 1_000)])
    assert bench.pump.set_setting(st.MAX_BASAL_MU_H, 999, BUTTONS) == codes.OVER_MAX_BASAL
    bench.turn(0)
    told = (events.COMMAND_SETTING, codes.OVER_MAX_BASAL, st.MAX_BASAL_MU_H, 0, BUTTONS)
    assert bench.last(events.REFUSED) == told
    assert bench.pump.set_setting(st.MAX_BASAL_MU_H, 1_000, BUTTONS) == codes.OK


def test_setting_the_clock_saves_a_new_zone_and_is_told_to_who_keeps_another_clock():
    for offset_min, saves in ((0, False), (60, True)):
        bench = Bench()
        assert not bench.pump.clock.was_set
        assert bench.pump.set_clock(1, offset_min, BUTTONS) == codes.OK
        assert bench.pump.clock.was_set and bool(bench.pump.settings_dirty) == saves
        assert bench.pump.settings.get(st.UTC_OFFSET_MIN) == offset_min


def test_the_rate_of_a_program_does_not_hang_on_what_was_asked_before():
    program = BasalProgram()
    chance = Dice(7)
    for _ in range(60):
        count = 1 + chance.below(48)
        starts = sorted({0} | {chance.below(1_440) for _ in range(count - 1)})
        segments = [(start, chance.below(5_000)) for start in starts]
        program.replace(segments)
        local_s = chance.below(900_000_000)
        for _ in range(40):
            minute = local_s % 86_400 // 60
            expected = [rate for start, rate in segments if start <= minute][-1]
            assert program.rate_at(local_s) == expected
            known = program.rate_from_s <= local_s < program.rate_until_s
            assert known and program.rate_then_mu_h == expected
            local_s += chance.below((20, 4_000, 90_000)[chance.below(3)])


def test_a_program_that_was_replaced_is_not_known_any_more():
    program = BasalProgram()
    program.replace([(0, 100), (600, 200)])
    program.rate_at(0)
    program.replace([(0, 300)])
    assert program.rate_until_s == 0  # no time lies before it
    assert program.rate_at(0) == 300
