"""The quick bolus as a command: what was counted once, or twice in two ways, gives nothing."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import codes, events, quick_bolus
from pump.core import settings as st


def test_what_was_counted_twice_alike_is_a_bolus_with_its_count_in_the_log_before_it():
    bench = Bench()
    assert quick_bolus.give(bench.pump, 4, 4, 500, BUTTONS) == codes.OK
    bench.commit()
    order = [bench.event(packed) for packed in bench.log]
    assert order.index(events.QUICK_BOLUS) + 1 == order.index(events.BOLUS_START)
    assert bench.last(events.QUICK_BOLUS) == (1, 4, 500)
    bench.run_s(120)
    assert bench.last(events.BOLUS_END)[:2] == (1, 2_000)


def test_what_was_not_repeated_alike_is_refused_with_what_was_counted():
    for counted, repeated in ((4, 3), (4, 5), (4, 0), (0, 0), (0, 1), (21, 21)):
        bench = Bench()
        code = quick_bolus.give(bench.pump, counted, repeated, 500, BUTTONS)
        assert code == codes.NOT_REPEATED
        bench.run_s(60)
        told = (events.COMMAND_BOLUS, codes.NOT_REPEATED, counted * 500, 0, BUTTONS)
        assert bench.last(events.REFUSED) == told
        assert not bench.all(events.BOLUS_START) and not bench.all(events.QUICK_BOLUS)
        assert bench.steps == 0


def test_every_limit_of_a_bolus_is_its_limit_too():
    for number, value, code in (
        (st.MAX_BOLUS_MU, 1_000, codes.OVER_MAX_BOLUS),
        (st.MAX_HOUR_MU, 1_000, codes.OVER_MAX_HOUR),
        (st.MAX_DAY_MU, 1_000, codes.OVER_MAX_DAY),
        (st.MAX_ON_BOARD_MU, 1_000, codes.OVER_MAX_ON_BOARD),
    ):
        bench = Bench()
        assert bench.pump.set_setting(number, value, BUTTONS) == codes.OK
        assert quick_bolus.give(bench.pump, 3, 3, 500, BUTTONS) == code
        bench.commit()
        assert bench.last(events.REFUSED)[1:4] == (code, 1_500, value)
        assert not bench.all(events.QUICK_BOLUS) and not bench.all(events.BOLUS_START)


def test_its_step_is_none_or_a_tenth_of_a_unit_to_two_units():
    settings = Bench().pump.settings
    assert settings.get(st.QUICK_STEP_MU) == 0
    for step_mu in (0, 100, 2_000):
        assert settings.check(st.QUICK_STEP_MU, step_mu) == codes.OK
    for step_mu in (-1, 1, 99, 2_001):
        assert settings.check(st.QUICK_STEP_MU, step_mu) == codes.OUT_OF_RANGE


def test_the_power_cut_between_the_count_and_its_bolus_leaves_none():
    bench = Bench()
    assert quick_bolus.give(bench.pump, 2, 2, 500, BUTTONS) == codes.OK
    bench.commit()
    at = [bench.event(packed) for packed in bench.log].index(events.QUICK_BOLUS)
    cut = Bench(settings=bench.pump.settings, log=bench.log[: at + 1])
    assert not cut.all(events.BOLUS_START) and cut.pump.on_board_mu() == 0
    cut.run_s(60)
    assert cut.steps == 0
