"""The wait between the confirmation of a bolus at the pump and its first step."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import codes, events, extended, states
from pump.core import settings as st


def confirmed(dose_mu=1_000, delay_s=5, segments=None):
    """A pump on which a bolus was confirmed just now."""
    bench = Bench(segments)
    assert bench.pump.set_setting(st.BOLUS_DELAY_S, delay_s, BUTTONS) == codes.OK
    assert bench.pump.give_bolus(dose_mu, BUTTONS) == codes.OK
    bench.turn(0)
    return bench


def test_a_bolus_is_in_the_log_at_once_and_moves_when_the_delay_is_over():
    bench = confirmed()
    assert bench.last(events.BOLUS_START) == (1, 1_000, 679, BUTTONS)
    for _ in range(99):
        bench.turn(50)
    assert not bench.all(events.BOLUS_PART)
    bench.turn(50)
    assert bench.steps == 0
    bench.run_s(41, 50)
    assert bench.steps == 679
    assert bench.last(events.BOLUS_END) == (1, 1_000, 679, events.END_DONE)


def test_after_the_delay_a_bolus_owes_for_the_time_since_its_end_alone():
    bench = confirmed()
    bench.turn(11_000)  # a turn that was late
    assert bench.steps == 6 * 25 * 6791 // 10_000


def test_stop_in_the_delay_leaves_nothing_given_and_an_end_in_the_log():
    bench = confirmed()
    bench.run_s(4, 50)
    assert bench.pump.stop_bolus() == codes.OK
    bench.run_s(60, 50)
    assert bench.steps == 0
    assert bench.last(events.BOLUS_END) == (1, 0, 0, events.END_STOPPED)
    assert bench.pump.state == states.RUNNING
    assert bench.pump.on_board_mu() == 0


def test_a_bolus_that_was_stopped_in_the_delay_does_not_shorten_that_of_the_next():
    bench = confirmed()
    bench.run_s(4, 50)
    bench.pump.stop_bolus()
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    bench.run_s(5, 50)
    assert bench.steps == 0
    bench.run_s(41, 50)
    assert bench.steps == 679


def test_a_power_cut_in_the_delay_leaves_nothing_in_doubt():
    bench = confirmed()
    bench.run_s(3, 50)
    bench = bench.restarted()
    bench.run_s(60, 50)
    assert bench.steps == 0
    assert not bench.all(events.UNCERTAIN)
    assert bench.last(events.BOLUS_END) == (1, 0, 0, events.END_POWER_LOST)


def test_a_suspension_in_the_delay_ends_the_bolus():
    bench = confirmed()
    bench.run_s(2, 50)
    assert bench.pump.suspend(BUTTONS) == codes.OK
    bench.run_s(60, 50)
    assert bench.steps == 0
    assert bench.last(events.BOLUS_END) == (1, 0, 0, events.END_SUSPENDED)


def test_basal_goes_on_in_the_delay():
    bench = Bench([(0, 5_000)])
    bench.pump.set_setting(st.BOLUS_DELAY_S, 10, BUTTONS)
    bench.pump.give_bolus(1_000, BUTTONS)
    bench.run_s(10, 50)
    assert 6 <= bench.steps <= 10 * 5_000 * 6791 // (3_600 * 10_000)
    assert sum([values[2] for values in bench.all(events.BOLUS_PART)]) == 339  # not yet moved


def test_a_bolus_over_the_link_does_not_wait():
    bench = Bench()
    bench.pump.set_setting(st.BOLUS_DELAY_S, 10, BUTTONS)
    bench.pump.give_bolus(1_000, events.SOURCE_LINK)
    bench.run_s(5, 50)
    assert bench.steps == 84


def test_midnight_in_the_delay_books_the_day_and_the_bolus_follows():
    bench = Bench()
    bench.pump.set_setting(st.BOLUS_DELAY_S, 10, BUTTONS)
    bench.pump.set_clock(86_400 * 400 - 3, 0, BUTTONS)
    bench.pump.give_bolus(1_000, BUTTONS)
    bench.run_s(5, 50)
    assert len(bench.all(events.DAY_TOTAL)) == 2  # the clock was set to another day before
    assert not bench.all(events.BOLUS_PART)
    bench.run_s(55, 50)
    assert bench.last(events.BOLUS_END) == (1, 1_000, 679, events.END_DONE)
    assert bench.steps == 679


def test_an_extended_bolus_waits_as_well_and_then_takes_all_of_its_time():
    bench = Bench()
    bench.pump.set_setting(st.BOLUS_DELAY_S, 10, BUTTONS)
    assert extended.begin(bench.pump, 0, 30_000, 15, BUTTONS) == codes.OVER_MAX_BOLUS
    assert extended.begin(bench.pump, 1_000, 9_000, 15, BUTTONS) == codes.OK
    for _ in range(199):
        bench.turn(50)
    assert bench.steps == 0
    assert not bench.all(events.EXTENDED_PART)
    bench.run_s(899, 50)
    assert bench.pump.extended is not None
    bench.run_s(2, 50)
    assert bench.pump.extended is None
    assert bench.steps == 6_791
    assert bench.last(events.EXTENDED_END)[4] == events.END_DONE


def test_stop_or_a_power_cut_in_the_delay_leaves_nothing_of_an_extended_bolus_in_doubt():
    bench = Bench()
    bench.pump.set_setting(st.BOLUS_DELAY_S, 10, BUTTONS)
    assert extended.begin(bench.pump, 1_000, 2_000, 15, BUTTONS) == codes.OK
    bench.run_s(5, 50)
    assert bench.pump.stop_bolus() == codes.OK
    bench.run_s(5, 50)
    assert bench.last(events.EXTENDED_END)[1:3] == (0, 0)
    assert extended.begin(bench.pump, 0, 2_000, 15, BUTTONS) == codes.OK
    bench.run_s(5, 50)
    bench = bench.restarted()
    bench.run_s(60, 50)
    assert bench.steps == 0
    assert not bench.all(events.UNCERTAIN)
    assert len(bench.all(events.EXTENDED_END)) == 2
    assert bench.last(events.EXTENDED_END)[1:] == (0, 0, 0, events.END_POWER_LOST)


def test_a_checkpoint_in_the_delay_of_an_extended_bolus_opens_no_part_of_it():
    for cut in (False, True):
        bench = Bench()
        bench.pump.set_setting(st.BOLUS_DELAY_S, 10, BUTTONS)
        assert extended.begin(bench.pump, 0, 2_000, 15, BUTTONS) == codes.OK
        bench.run_s(5, 50)
        bench.pump.checkpoint()
        bench.turn(0)
        assert not bench.all(events.EXTENDED_PART)
        if cut:
            bench = bench.restarted()
        bench.run_s(906, 50)
        assert not bench.all(events.UNCERTAIN)
        end = events.END_POWER_LOST if cut else events.END_DONE
        assert bench.last(events.EXTENDED_END)[4] == end


def test_an_extended_bolus_over_the_link_does_not_wait():
    bench = Bench()
    bench.pump.set_setting(st.BOLUS_DELAY_S, 10, BUTTONS)
    assert extended.begin(bench.pump, 0, 9_000, 15, events.SOURCE_LINK) == codes.OK
    bench.run_s(5, 50)
    assert bench.steps > 0
