"""Steps that are due and not made, and what the rules do as time goes by."""

from host_tests.core.bench import BUTTONS, Bench
from pump.core import alarms as al
from pump.core import codes, events, extended, states
from pump.core import settings as st

HOUR_S = 3_600
LINK = events.SOURCE_LINK


def raised(bench, alarm):
    return bench.pump.alarms.raised >> alarm - 1 & 1 == 1


def records_of(bench, alarm):
    """Values with which it was raised."""
    return [values[2] for values in bench.all(events.ALARM_RAISED) if values[0] == alarm]


def without_a_motor(bench, seconds):
    """Time goes by and nothing that is due is made."""
    for _ in range(seconds // 4):
        bench.pump.advance(4_000)
        bench.minutes(4_000)
        bench.commit()


def with_setting(number, value, segments=((0, 1_000),)):
    bench = Bench(list(segments))
    assert bench.pump.set_setting(number, value, BUTTONS) == codes.OK
    return bench


# ---- less than is owed


def test_steps_that_are_due_and_not_made_for_five_minutes_raise_an_alarm():
    bench = Bench([(0, 1_000)])
    bench.run_s(600)
    without_a_motor(bench, 280)
    assert not raised(bench, al.UNDER_DELIVERY)
    without_a_motor(bench, 120)
    assert raised(bench, al.UNDER_DELIVERY)
    assert bench.pump.state == states.RUNNING  # what can be given is given
    (owed_mu,) = records_of(bench, al.UNDER_DELIVERY)
    assert 80 <= owed_mu <= 120


def test_under_delivery_is_over_when_steps_are_made_again():
    bench = Bench([(0, 1_000)])
    without_a_motor(bench, 600)
    bench.pump.alarms.acknowledge(al.UNDER_DELIVERY, BUTTONS)
    assert raised(bench, al.UNDER_DELIVERY)
    bench.run_s(120)
    assert not raised(bench, al.UNDER_DELIVERY)


def test_a_low_basal_rate_whose_steps_come_every_few_minutes_is_no_under_delivery():
    bench = Bench([(0, 25)])
    bench.run_s(6 * HOUR_S, 4_000)
    assert bench.steps > 0 and not records_of(bench, al.UNDER_DELIVERY)


def test_a_pump_without_basal_or_a_suspended_one_owes_nothing():
    bench = Bench()
    without_a_motor(bench, 1_200)
    bench.pump.set_basal([(0, 5_000)], BUTTONS)
    bench.turn(4_000)
    bench.pump.suspend(BUTTONS)
    without_a_motor(bench, 840)  # then an alarm tells that it stands
    assert not records_of(bench, al.UNDER_DELIVERY)


def slowly(bench, seconds, steps_s):
    """Time goes by, and the motor makes so many steps a second at most."""
    room = 0
    for _ in range(seconds):
        bench.pump.advance(1_000)
        bench.minutes(1_000)
        bench.commit()
        room += steps_s
        burst = 1
        while room > 0 and burst:
            burst = bench.pump.next_burst()
            room -= burst
            bench.steps += burst
            bench.pump.moved(burst, False)
            bench.commit()
        room = min(room, steps_s)


def fast(segments):
    """A pump whose limits allow the highest rates."""
    bench = Bench()
    for number, value in ((st.MAX_BASAL_MU_H, 35_000), (st.MAX_HOUR_MU, 60_000)):
        assert bench.pump.set_setting(number, value, BUTTONS) == codes.OK
    assert bench.pump.set_setting(st.MAX_BOLUS_MU, 30_000, BUTTONS) == codes.OK
    assert bench.pump.set_basal(segments, BUTTONS) == codes.OK
    return bench


def test_a_motor_that_makes_a_quarter_of_the_steps_raises_it_within_a_quarter_of_an_hour():
    bench = fast([(0, 35_000)])  # 6.6 steps a second
    slowly(bench, 400, 2)
    assert not raised(bench, al.UNDER_DELIVERY)
    slowly(bench, 500, 2)
    assert raised(bench, al.UNDER_DELIVERY) and bench.steps > 1_000
    (owed_mu,) = records_of(bench, al.UNDER_DELIVERY)
    assert owed_mu > 35_000 // 12
    slowly(bench, 3_600, 100)
    assert not bench.pump.alarms.has_cause(al.UNDER_DELIVERY)


def test_an_extended_bolus_that_comes_too_slowly_raises_it():
    bench = fast([(0, 1_000)])
    assert extended.begin(bench.pump, 0, 20_000, 60, BUTTONS) == codes.OK  # 3.8 steps a second
    slowly(bench, 1_500, 1)
    assert raised(bench, al.UNDER_DELIVERY)


def test_no_motor_that_keeps_up_raises_it_at_any_rate():
    for rate_mu_h in (20, 100, 1_000, 35_000):
        bench = fast([(0, rate_mu_h), (60, 0), (90, rate_mu_h), (120, 20)])
        slowly(bench, HOUR_S // 2, 8)
        bench.run_s(3 * HOUR_S, 4_000)
        assert bench.steps and not records_of(bench, al.UNDER_DELIVERY), rate_mu_h
    bench = fast([(0, 20)])
    assert extended.begin(bench.pump, 0, 20_000, 15, BUTTONS) == codes.OK
    bench.run_s(900, 4_000)
    assert bench.pump.extended is None and not records_of(bench, al.UNDER_DELIVERY)


def test_a_bolus_that_the_motor_makes_for_half_an_hour_is_no_under_delivery():
    bench = fast([(0, 35_000)])
    bench.pump.set_setting(st.BOLUS_SPEED_MU_MIN, 12_000, BUTTONS)
    assert bench.pump.give_bolus(20_000, BUTTONS) == codes.OK
    slowly(bench, 2_000, 12)  # 81 would be asked for
    assert bench.pump.bolus.given_steps > 5_000 and bench.pump.bolus.active
    assert not records_of(bench, al.UNDER_DELIVERY)


def test_what_a_limit_holds_back_is_no_under_delivery():
    bench = fast([(0, 35_000)])
    slowly(bench, 600, 100)
    bench.pump.advance(10_000)
    bench.pump.set_setting(st.MAX_HOUR_MU, 1_000, BUTTONS)
    slowly(bench, 1_200, 100)
    assert raised(bench, al.OVER_LIMIT) and bench.pump.basal.owed_steps > 10
    assert not records_of(bench, al.UNDER_DELIVERY)


# ---- the reservoir


def test_the_alarm_of_five_units_in_the_reservoir_takes_the_place_of_that_of_a_low_one():
    bench = Bench()
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(8_000, BUTTONS)
    bench.pump.change().finish(BUTTONS)
    assert raised(bench, al.RESERVOIR_LOW) and not raised(bench, al.RESERVOIR_VERY_LOW)
    bench.pump.give_bolus(3_100, BUTTONS)
    bench.run_s(300, 100)
    assert raised(bench, al.RESERVOIR_VERY_LOW) and not raised(bench, al.RESERVOIR_LOW)
    assert bench.pump.alarms.highest() == al.RESERVOIR_VERY_LOW
    assert bench.last(events.ALARM_CLEARED)[0] == al.RESERVOIR_LOW
    bench.pump.acknowledge(BUTTONS)
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(100_000, BUTTONS)
    assert not raised(bench, al.RESERVOIR_VERY_LOW) and not raised(bench, al.RESERVOIR_LOW)


def test_who_wants_no_warning_of_a_low_reservoir_gets_none_at_five_units():
    bench = Bench()
    bench.pump.set_setting(st.RESERVOIR_LOW_MU, 0, BUTTONS)
    bench.pump.change().start(BUTTONS)
    bench.pump.change().load(4_000, BUTTONS)
    assert not raised(bench, al.RESERVOIR_VERY_LOW)


# ---- nobody presses a key


def test_without_a_press_for_the_hours_that_are_set_delivery_stops_with_an_alarm():
    bench = with_setting(st.AUTO_OFF_H, 5)
    bench.run_s(5 * HOUR_S - 120, 4_000)
    assert bench.pump.state == states.RUNNING
    bench.run_s(240, 4_000)
    assert bench.pump.state == states.SUSPENDED
    assert bench.last(events.SUSPEND) == (events.SOURCE_RULE, al.AUTO_OFF)
    assert records_of(bench, al.AUTO_OFF) == [5]
    steps = bench.steps
    bench.run_s(HOUR_S, 4_000)
    assert bench.steps == steps


def test_auto_off_is_warned_of_once_a_quarter_of_an_hour_before():
    bench = with_setting(st.AUTO_OFF_H, 5)
    bench.run_s(5 * HOUR_S - 960, 4_000)
    assert not records_of(bench, al.AUTO_OFF_SOON)
    bench.run_s(120, 4_000)
    assert records_of(bench, al.AUTO_OFF_SOON) in ([14], [15])
    bench.pump.alarms.acknowledge(al.AUTO_OFF_SOON, LINK)  # which is no press
    bench.run_s(960, 4_000)
    assert len(records_of(bench, al.AUTO_OFF_SOON)) == 1
    assert bench.pump.state == states.SUSPENDED


def test_a_press_starts_the_hours_anew():
    bench = with_setting(st.AUTO_OFF_H, 5)
    bench.run_s(5 * HOUR_S - 120, 4_000)
    bench.pump.rules.pressed_s = bench.pump.clock.uptime_s  # as the face does
    bench.pump.acknowledge(BUTTONS)
    bench.run_s(5 * HOUR_S - 120, 4_000)
    assert bench.pump.state == states.RUNNING
    bench.run_s(240, 4_000)
    assert bench.pump.state == states.SUSPENDED
    assert len(records_of(bench, al.AUTO_OFF_SOON)) == 2


def test_what_a_program_does_is_no_press():
    bench = with_setting(st.AUTO_OFF_H, 5)
    for _ in range(61):
        bench.pump.give_bolus(50, LINK)
        bench.run_s(300, 4_000)
    assert bench.pump.state == states.SUSPENDED


def test_after_auto_off_delivery_goes_on_only_when_the_alarm_was_seen():
    bench = with_setting(st.AUTO_OFF_H, 5)
    bench.run_s(5 * HOUR_S + 120, 4_000)
    assert bench.pump.resume(BUTTONS) == codes.ALARM_PERSISTS
    bench.pump.rules.pressed_s = bench.pump.clock.uptime_s
    bench.pump.acknowledge(BUTTONS)
    assert bench.pump.resume(BUTTONS) == codes.OK
    bench.run_s(600)
    assert bench.pump.state == states.RUNNING


def test_auto_off_ends_a_bolus_and_tells_what_it_gave():
    bench = with_setting(st.AUTO_OFF_H, 5)
    bench.run_s(5 * HOUR_S - 120, 4_000)
    bench.pump.set_setting(st.BOLUS_SPEED_MU_MIN, 100, BUTTONS)
    assert bench.pump.give_bolus(5_000, LINK) == codes.OK
    bench.run_s(240, 1_000)
    assert bench.last(events.BOLUS_END)[3] == events.END_ALARM
    assert 0 < bench.last(events.BOLUS_END)[1] < 500


def test_a_restart_stays_suspended_after_auto_off():
    bench = with_setting(st.AUTO_OFF_H, 5)
    bench.run_s(5 * HOUR_S + 120, 4_000)
    bench = bench.restarted()
    assert bench.pump.state == states.SUSPENDED


# ---- a suspension by hand that ends by itself


def test_delivery_that_a_hand_has_suspended_goes_on_after_the_minutes_that_are_set():
    bench = with_setting(st.AUTO_RESUME_MIN, 30)
    bench.run_s(120)
    bench.pump.suspend(BUTTONS)
    bench.run_s(29 * 60)
    assert bench.pump.state == states.SUSPENDED
    bench.run_s(120)
    assert bench.pump.state == states.RUNNING
    source, suspended_s = bench.last(events.RESUME)
    assert source == events.SOURCE_RULE and 1_800 <= suspended_s <= 1_860


def test_a_suspension_is_told_by_the_time_that_went_by_and_not_by_the_clock_that_is_shown():
    for moved_s in (-86_400, 86_400):
        bench = Bench([(0, 1_000)])
        bench.pump.set_clock(200_000_000, 60, BUTTONS)
        bench.pump.suspend(BUTTONS)
        bench.run_s(600)
        bench.pump.set_clock(bench.pump.clock.local_s + moved_s, 60, BUTTONS)
        bench.run_s(600)
        assert bench.pump.resume(BUTTONS) == codes.OK
        bench.commit()
        assert bench.last(events.RESUME)[1] == 1_200


def test_every_suspension_is_told_by_its_own_time():
    bench = Bench([(0, 1_000)])
    for seconds in (1_230, 70):
        assert bench.pump.suspend(BUTTONS) == codes.OK
        bench.run_s(seconds)
        assert bench.pump.resume(BUTTONS) == codes.OK
        bench.commit()
        assert bench.last(events.RESUME)[1] == seconds


def test_without_the_setting_a_suspension_lasts():
    bench = Bench([(0, 1_000)])
    bench.pump.suspend(BUTTONS)
    bench.run_s(12 * HOUR_S, 4_000)
    assert bench.pump.state == states.SUSPENDED


def test_what_an_alarm_or_a_program_has_stopped_does_not_go_on_by_itself():
    for stop in (
        lambda bench: bench.pump.suspend(LINK),
        lambda bench: bench.pump.stop_for(al.OCCLUSION, 600),
    ):
        bench = with_setting(st.AUTO_RESUME_MIN, 5)
        stop(bench)
        bench.pump.alarms.cause(al.OCCLUSION, False)
        bench.pump.acknowledge(BUTTONS)
        bench.pump.acknowledge(BUTTONS)
        bench.run_s(HOUR_S)
        assert bench.pump.state == states.SUSPENDED


def test_an_alarm_in_a_suspension_by_hand_keeps_it_for_a_person():
    bench = with_setting(st.AUTO_RESUME_MIN, 30)
    bench.pump.suspend(BUTTONS)
    bench.run_s(300)
    bench.pump.stop_for(al.OCCLUSION, 600)
    bench.run_s(120)
    bench.pump.alarms.cause(al.OCCLUSION, False)
    bench.pump.alarms.acknowledge(al.OCCLUSION, BUTTONS)
    bench.run_s(HOUR_S)
    assert bench.pump.state == states.SUSPENDED
    assert not bench.all(events.REFUSED)


def test_after_a_restart_a_suspension_by_hand_does_not_end_by_itself():
    bench = with_setting(st.AUTO_RESUME_MIN, 30)
    bench.pump.suspend(BUTTONS)
    bench.run_s(600)
    bench = bench.restarted()
    bench.run_s(HOUR_S)
    assert bench.pump.state == states.SUSPENDED
