"""The quick bolus at the keys: counted by tones, repeated, and given by nothing less."""

from host_tests.ui.pictures import scenes
from pump.core import alarms as al
from pump.core import event_table, events, record, states
from pump.core import settings as st
from pump.ui import keys, sounds
from pump.ui.keys import DOWN, OK, STOP, UP
from pump.ui.pages import quick

PAUSE_MS = 3_100


def records(bench, event):
    """The field values of every record of an event."""
    layout = event_table.layout(event_table.row_of(event)[3])
    found = []
    buffer = bytearray(record.RECORD_SIZE)
    seq = bench.journal.first_seq
    while bench.journal.read_into(seq, buffer):
        if record.header(bytes(buffer))[2] == event:
            found.append(record.fields(bytes(buffer), layout))
        seq += 1
    return found


def counted(count, step_mu=500):
    """A quick bolus that was counted, and has sounded its count."""
    bench = scenes.quick_begun(step_mu)
    bench.press(*[UP] * count)
    bench.run(PAUSE_MS + count * 300)
    return bench


def nothing_comes_of(bench):
    """Whether it is over, and nothing is ever given."""
    bench.run(30_000)
    started = bench.pump.bolus.active or bench.pump.bolus.asked_mu
    return not started and not records(bench, events.BOLUS_START)


def test_a_count_that_is_repeated_with_the_other_key_is_given_in_steps_of_the_setting():
    bench = counted(3)
    bench.press(DOWN, DOWN, DOWN)
    bench.run(2_800)
    assert not bench.pump.bolus.active
    bench.run(300)
    assert bench.pump.bolus.active and bench.pump.bolus.asked_mu == 1_500
    assert bench.sounds[-1] == sounds.START
    bench.run(70_000)
    assert bench.pump.bolus.given_mu() == 1_500
    assert records(bench, events.QUICK_BOLUS) == [(1, 3, 500)]
    assert records(bench, events.BOLUS_START)[0][:2] == (1, 1_500)


def test_every_press_sounds_higher_and_the_count_is_sounded_back_as_it_was_heard():
    bench = scenes.quick_begun()
    bench.sounds.clear()
    bench.press(UP, UP, UP, UP)
    heard = list(bench.sounds)
    assert len(heard) == 4
    hertz = [pattern[0][0] for pattern in heard]
    assert hertz == sorted(hertz) and len(set(hertz)) == 4
    bench.sounds.clear()
    bench.run(PAUSE_MS)
    assert [part for part in bench.sounds[0] if part[0]] == [pattern[0] for pattern in heard]
    bench.run(1_200)
    bench.press(DOWN, DOWN)
    assert bench.sounds[1:] == heard[:2]


def test_none_of_its_tones_can_be_taken_for_an_alarm():
    least_ms = min([ms for hertz, ms in sounds.HIGH + sounds.MEDIUM + sounds.LOW if hertz])
    for count in range(1, quick.MOST_PRESSES + 1):
        pattern = quick.echo(count)
        assert [ms for hertz, ms in pattern if hertz and ms * 2 > least_ms] == []
        assert len([hertz for hertz, _ in pattern if hertz]) == count
    assert min([ms for _, ms in quick._BEGIN]) == 100  # without gaps: one sound that climbs


def test_it_begins_by_ok_held_at_home_and_by_nothing_else():
    bench = scenes.in_use()
    bench.hold(OK)  # while no step is set
    assert bench.sees("Menu")
    bench = scenes.in_use()
    bench.settings.set(st.QUICK_STEP_MU, 500)
    bench.press(OK)
    assert bench.sees("Menu")
    bench.hold(OK)  # in the menu
    assert not bench.sees("Quick bolus")
    bench.ui.go_home()
    bench.hold(UP)
    assert not bench.sees("Quick bolus")
    bench.ui.go_home()
    bench.ui.gesture(OK, keys.PRESS)
    bench.press(UP)  # another key meanwhile
    bench.ui.gesture(OK, keys.HOLD)
    assert not bench.sees("Quick bolus")


def test_ok_that_has_acknowledged_an_alarm_begins_none_when_it_stays_down():
    bench = scenes.in_use()
    bench.settings.set(st.QUICK_STEP_MU, 500)
    bench.pump.alarms.once(al.RESERVOIR_LOW)
    bench.run(200)
    bench.hold(OK)
    assert bench.at_home()


def test_one_more_or_one_less_gives_nothing_and_is_told_and_recorded():
    for count in (2, 4):
        bench = counted(3)
        bench.press(*[DOWN] * count)
        bench.run(PAUSE_MS)
        assert bench.sees("Not repeated alike.") and sounds.NO in bench.sounds[-2:]
        refused = records(bench, events.REFUSED)
        assert len(refused) == 1 and refused[0][0] == events.COMMAND_BOLUS
        assert refused[0][2] == 1_500
        assert nothing_comes_of(bench) and not records(bench, events.QUICK_BOLUS)


def test_no_key_but_the_right_one_gives_anything():
    for wrong in (UP, OK, STOP):
        bench = counted(3)
        bench.press(DOWN, DOWN, wrong)
        assert bench.at_home() and bench.sounds[-1] == sounds.NO
        assert nothing_comes_of(bench)
    for wrong in (DOWN, OK, STOP):
        bench = scenes.quick_counted()
        bench.press(wrong)
        assert bench.at_home() and bench.sounds[-1] == sounds.NO
        assert nothing_comes_of(bench)


def test_a_press_while_the_count_sounds_ends_it():
    bench = scenes.quick_listen()
    bench.press(DOWN)
    assert bench.at_home() and nothing_comes_of(bench)


def test_who_counts_or_repeats_nothing_for_ten_seconds_gets_nothing():
    bench = scenes.quick_begun()
    bench.run(9_800)
    assert bench.sees("Quick bolus")
    bench.run(300)
    assert bench.at_home() and bench.sounds[-1] == sounds.NO
    bench = counted(3)
    bench.run(10_100)
    assert bench.at_home() and bench.sounds[-1] == sounds.NO
    assert nothing_comes_of(bench)


def test_a_key_that_is_held_counts_once():
    bench = scenes.quick_begun()
    bench.ui.gesture(UP, keys.PRESS)
    for _ in range(10):
        bench.run(150)
        bench.ui.gesture(UP, keys.REPEAT)
    bench.ui.gesture(UP, keys.RELEASE)
    assert "1 x 0.50" in bench.look()


def test_more_presses_than_there_can_be_end_it():
    bench = scenes.quick_begun(100)
    bench.press(*[UP] * quick.MOST_PRESSES)
    assert bench.sees("2.00")
    bench.press(UP)
    assert bench.at_home() and nothing_comes_of(bench)


def test_a_count_over_a_limit_is_refused_instead_of_sounded_back():
    bench = scenes.quick_begun()
    bench.settings.set(st.MAX_BOLUS_MU, 1_000)
    bench.press(UP, UP, UP)
    bench.run(PAUSE_MS)
    assert bench.sees("More than the max") and sounds.NO in bench.sounds[-2:]
    assert nothing_comes_of(bench)


def test_a_limit_that_came_after_the_count_still_holds():
    bench = counted(3)
    bench.settings.set(st.MAX_BOLUS_MU, 1_000)
    bench.press(DOWN, DOWN, DOWN)
    bench.run(PAUSE_MS)
    assert bench.sees("More than the max")
    assert nothing_comes_of(bench) and not records(bench, events.QUICK_BOLUS)


def test_an_alarm_of_any_priority_ends_it():
    for alarm in (al.LOG_NEW, al.DAILY, al.RESERVOIR_LOW, al.OVER_LIMIT):
        bench = counted(2)
        bench.pump.alarms.once(alarm)
        bench.run(100)
        bench.press(DOWN, DOWN)
        assert nothing_comes_of(bench)


def test_a_pump_that_stops_or_gives_another_bolus_meanwhile_ends_it():
    bench = counted(2)
    bench.pump.suspend(events.SOURCE_LINK)
    bench.press(DOWN, DOWN)
    assert nothing_comes_of(bench) and bench.pump.state == states.SUSPENDED
    bench = counted(2)
    assert bench.pump.give_bolus(50, events.SOURCE_LINK) == 0
    bench.press(DOWN, DOWN)
    bench.run(30_000)
    assert len(records(bench, events.BOLUS_START)) == 1


def test_a_pump_that_can_give_none_says_so_at_once():
    bench = scenes.in_use()
    bench.settings.set(st.QUICK_STEP_MU, 500)
    bench.pump.suspend(events.SOURCE_BUTTONS)
    bench.hold(OK)
    assert bench.sees("The pump is suspended") and sounds.NO in bench.sounds[-2:]


def test_it_waits_as_any_bolus_does_and_stop_leaves_nothing_given():
    bench = counted(2)
    bench.settings.set(st.BOLUS_DELAY_S, 5)
    bench.press(DOWN, DOWN)
    bench.run(PAUSE_MS)
    assert bench.pump.bolus.active and bench.sees("Begins in")
    bench.press(STOP)
    bench.run(20_000)
    assert bench.pump.bolus.given_steps == 0 and not bench.pump.bolus.active
