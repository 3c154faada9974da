"""Another scale between deliveries: a dose stays a dose, and no limit gives way."""

from host_tests.core.bench import BUTTONS, Bench, Board
from pump.core import codes, events, states
from pump.core import settings as st
from pump.core.calibration import rescale, weighing
from pump.core.recall import Recall
from pump.core.settings import Settings
from pump.core.units import DoseCarry, RateCarry, StepScale

BOARD = 6_791  # tenths of a step in a unit
LINK = events.SOURCE_LINK


def suspended(segments=None, tenths=0, reservoir_mu=200_000):
    """A pump at rest that may be calibrated, and perhaps was."""
    settings = Settings()
    settings.set(st.STEPS_PER_UNIT, tenths)
    bench = Bench(segments=segments, settings=settings)
    bench.pump.reservoir_steps = bench.pump.profile.scale.steps(reservoir_mu)
    assert bench.pump.suspend(BUTTONS) == codes.OK
    bench.turn(0)
    return bench


def calibrate(bench, tenths):
    code = bench.pump.set_setting(st.STEPS_PER_UNIT, tenths, LINK)
    bench.turn(0)
    return code


# ---- arithmetic


def test_a_rate_owes_the_floor_of_its_dose_over_changes_of_scale():
    rate_mu_h = 977
    scales = [StepScale(*pair) for pair in ((6791, 10), (7013, 10), (5999, 10), (6791, 10))]
    carry = RateCarry(scales[0])
    owed = 0
    for times, scale in enumerate(scales):
        carry, owed = rescale.rate(carry, owed, scale, scales[max(0, times - 1)])
        for _ in range(1_000):
            owed += carry.accrue(rate_mu_h, 1_237)
        dose = (times + 1) * 1_000 * rate_mu_h * 1_237  # mU x 3,600,000
        exact, base = dose * scale.numerator, 3_600_000 * 1_000 * scale.denominator
        assert owed == exact // base


def test_a_rest_of_a_dose_is_the_same_dose_by_another_scale_and_never_more():
    for numerator in range(5_100, 8_400, 37):
        carry = DoseCarry(StepScale(6791, 10))
        for _ in range(7):
            carry.settle(55, carry.steps(55))
        rescale.rest(carry, StepScale(numerator, 10))
        given = 7 * 55 * 6791 // 10_000  # of the first seven, in steps of the old scale
        rest = 7 * 55 * 6791 - given * 10_000  # in mU x 6791
        assert carry.steps(1_000) <= (1_000 * numerator + rest * numerator / 6791) / 10_000
        assert carry.steps(1_000) >= 1_000 * numerator // 10_000


def test_three_weights_give_the_steps_of_a_unit_and_how_sure_that_is():
    tenths, unsure = weighing.weighed(13_582, (200, 201, 199))
    assert tenths == round(13_582 * 10 / (200 / 9.982))
    assert 0.010 < unsure / tenths < 0.020  # a range of 2 mg: 1.3 % and the digit
    assert weighing.weighed(13_582, (200, 200, 200))[1] <= 20


def test_weights_that_cannot_be_right_are_none():
    assert weighing.weighed(13_582, (200, 222, 200)) is None
    assert weighing.weighed(13_582, (200, 0, 200)) is None


def test_play_is_what_is_missing_after_a_reversal():
    play, unsure = weighing.play_of(13_582, (200, 200, 200), 195)
    assert play == 5 * 13_582 // 200
    assert unsure < 100
    assert weighing.play_of(13_582, (200, 200, 200), 201)[0] < 0


# ---- when it is taken over


def test_a_scale_changes_only_between_deliveries():
    bench = Bench(segments=[(0, 1_000)])
    assert calibrate(bench, 7_000) == codes.DELIVERING
    assert bench.pump.give_bolus(1_000, BUTTONS) == codes.OK
    assert calibrate(bench, 7_000) == codes.DELIVERING
    bench.run_s(120)
    assert bench.pump.suspend(BUTTONS) == codes.OK
    bench.turn(0)
    assert calibrate(bench, 7_000) == codes.OK
    assert bench.pump.change().start(BUTTONS) == codes.OK
    assert bench.pump.change().rewind(BUTTONS) == codes.OK
    bench.turn(0)
    assert calibrate(bench, 6_900) == codes.DELIVERING
    assert bench.pump.profile.scale.steps(10_000) == 7_000


def test_a_scale_waits_for_the_end_of_the_burst_that_is_under_way():
    bench = Bench(segments=[(0, 5_000)])
    pump = bench.pump
    pump.advance(60_000)
    bench.commit()
    burst = pump.next_burst()
    assert burst > 0
    assert pump.suspend(BUTTONS) == codes.OK
    assert pump.set_setting(st.STEPS_PER_UNIT, 7_000, LINK) == codes.DELIVERING
    pump.moved(burst, False)
    assert pump.set_setting(st.STEPS_PER_UNIT, 7_000, LINK) == codes.OK


def test_what_is_a_quarter_off_is_no_calibration():
    bench = suspended()
    for tenths in (1, 5_093, 8_489, 500_000):
        assert calibrate(bench, tenths) == codes.OUT_OF_RANGE
        assert bench.last(events.REFUSED)[0] == events.COMMAND_SETTING
    for tenths in (5_094, 8_488, 0):
        assert calibrate(bench, tenths) == codes.OK


def test_the_log_has_the_setting_both_scales_and_a_checkpoint_before_anything_moves():
    bench = suspended(segments=[(0, 1_000)])
    before = len(bench.log)
    assert calibrate(bench, 7_000) == codes.OK
    found = [bench.event(packed) for packed in bench.log[before:]]
    assert found[:3] == [events.SETTING_CHANGED, events.SCALE, events.SCALE]
    assert found[3:5] == [events.SCALE, events.CHECKPOINT]
    assert bench.all(events.SCALE)[-3:] == [(6791, 10), (700, 1), (700, 1)]
    assert bench.last(events.SETTING_CHANGED) == (st.STEPS_PER_UNIT, 0, 7_000, LINK)


def test_a_calibrated_pump_tells_its_scale_with_every_checkpoint():
    bench = suspended(tenths=7_000)
    told = len(bench.all(events.SCALE))
    bench.pump.checkpoint()
    bench.turn(0)
    assert len(bench.all(events.SCALE)) == told + 1


# ---- what stays


def dose_of(bench, steps, tenths):
    return steps * 10_000 // tenths


def test_basal_over_changes_of_scale_is_never_more_than_was_asked_and_within_a_quantum_of_it():
    bench = Bench(segments=[(0, 1_000)])
    pump = bench.pump
    asked = made = 0  # in mU x 6791 x 7013 x 5999, so that all scales divide
    whole = 6_791 * 7_013 * 5_999
    tenths = BOARD
    for following in (7_013, 5_999, 6_791, 7_013):
        before = bench.steps
        bench.run_s(1_234)
        asked += 1_234 * 1_000 * whole // 3_600
        assert pump.suspend(BUTTONS) == codes.OK
        bench.turn(0)
        made += (bench.steps - before) * 10_000 * (whole // tenths)
        assert made <= asked
        assert asked - made < 6 * whole  # a quantum is 5 mU
        assert calibrate(bench, following) == codes.OK
        assert pump.resume(BUTTONS) == codes.OK
        bench.turn(0)
        tenths = following


def test_what_is_owed_and_the_rest_of_a_bolus_stay_as_a_dose():
    bench = Bench()
    pump = bench.pump
    for _ in range(2):
        assert pump.give_bolus(50, BUTTONS) == codes.OK  # 33.955 steps, of which 33 and 34
        bench.run_s(10)
    assert pump.suspend(BUTTONS) == codes.OK
    bench.turn(0)
    pump.basal.owed_steps = 1_000
    assert calibrate(bench, 8_000) == codes.OK
    assert pump.basal.owed_steps == 1_000 * 8_000 // BOARD
    # 0.91 of an old step was left: 1.072 of a new one, with the 40 of the dose.
    assert pump.bolus.steps_for(50) == 41
    assert calibrate(bench, 0) == codes.OK
    assert pump.basal.owed_steps == 1_000 - 1  # what is rounded is never rounded up


def test_the_reservoir_keeps_its_dose_and_the_last_bolus_its_figure():
    bench = Bench()
    pump = bench.pump
    assert pump.give_bolus(3_000, BUTTONS) == codes.OK
    bench.run_s(60)
    pump.reservoir_steps = pump.profile.scale.steps(100_000)
    assert pump.suspend(BUTTONS) == codes.OK
    bench.turn(0)
    given_mu = pump.bolus.given_mu()
    assert 0 < given_mu < 3_000
    assert calibrate(bench, 7_500) == codes.OK
    assert 99_995 <= pump.profile.scale.dose_mu(pump.reservoir_steps) <= 100_000
    assert given_mu - 3 <= pump.bolus.given_mu() <= given_mu


def test_the_hourly_limit_holds_by_both_scales():
    for tenths in (5_500, 8_000):
        settings = Settings()
        settings.set(st.MAX_HOUR_MU, 2_000)
        bench = Bench(settings=settings)
        pump = bench.pump
        assert pump.give_bolus(2_000, BUTTONS) == codes.OK
        bench.run_s(180)
        given = bench.steps
        assert pump.suspend(BUTTONS) == codes.OK
        bench.turn(0)
        assert calibrate(bench, tenths) == codes.OK
        assert pump.resume(BUTTONS) == codes.OK
        # As the dose that it was taken for, or as the one that it was if the new scale is right.
        taken_mu = max(2_000, given * 10_000 // tenths)
        assert pump.profile.scale.dose_mu(pump.window.hour_steps) >= taken_mu - 1
        assert pump.give_bolus(50, BUTTONS) == codes.OVER_MAX_HOUR
        assert pump.set_basal([(0, 5_000)], BUTTONS) == codes.OK
        bench.run_s(1_800)
        assert bench.steps == given


# ---- power cuts


def test_a_cut_at_any_record_of_the_change_leaves_one_scale_in_force_and_nothing_misread():
    whole = suspended(segments=[(0, 1_000)])
    whole.pump.window.add(1_000)
    whole.pump.checkpoint()
    whole.turn(0)
    before = len(whole.log)
    # As a start reads it: from the last checkpoint on, where an uncalibrated pump tells no scale.
    first = max(n for n in range(before) if whole.event(whole.log[n]) == events.CHECKPOINT)
    assert calibrate(whole, 8_000) == codes.OK
    for durable in range(before, len(whole.log) + 1):
        for saved in (False, True):
            if saved and durable < len(whole.log):
                continue  # the settings are saved after the log
            settings = Settings()
            settings.set(st.STEPS_PER_UNIT, 8_000 if saved else 0)
            settings.basal.replace([(0, 1_000)])
            bench = Bench(settings=settings, log=whole.log[first:durable])
            pump = bench.pump
            scale = pump.profile.scale
            assert scale.steps(10_000) == (8_000 if saved else BOARD)
            assert bench.last(events.BOOT)[4:] == (scale.numerator, scale.denominator)
            assert 199_990 <= scale.dose_mu(pump.reservoir_steps) <= 200_000
            assert pump.window.hour_steps >= 1_000
            assert scale.dose_mu(pump.window.hour_steps) >= 1_000 * 10_000 // BOARD
            assert (
                scale.dose_mu(pump.window.hour_steps) <= 1_000 * 10_000 // BOARD * 8_010 // BOARD
            )
            told = bench.all(events.SETTING_CHANGED)
            if told:
                assert told[-1][2] == settings.get(st.STEPS_PER_UNIT)
            assert pump.state == states.SUSPENDED


def test_a_bolus_that_the_power_cut_is_told_by_the_scale_it_was_given_by():
    bench = suspended(tenths=8_000)
    assert bench.pump.resume(BUTTONS) == codes.OK
    assert bench.pump.give_bolus(3_000, BUTTONS) == codes.OK
    bench.run_s(60)
    made = bench.last(events.BOLUS_PART)
    again = Bench(log=list(bench.log))  # its settings are lost
    given = again.last(events.BOLUS_END)
    assert made[2] > 0
    assert given[1] == given[2] * 10_000 // 8_000


def stored(tenths):
    settings = Settings()
    settings.set(st.STEPS_PER_UNIT, tenths)
    return settings


def test_what_a_cut_left_open_is_told_by_the_scale_it_was_made_by():
    for tenths in (5_999, 8_000):
        bench = Bench(segments=[(0, 1_000)], settings=stored(tenths))
        assert bench.pump.give_bolus(3_000, BUTTONS) == codes.OK
        bench.run_s(30)
        certain = sum([made for made, _, _, _ in bench.all(events.BASAL_LEASE)])
        certain += sum([made for _, made, _ in bench.all(events.BOLUS_PART)])
        before = len(bench.log)
        again = Bench(log=list(bench.log))  # its settings are lost: the board's scale
        told = [again.event(packed) for packed in again.log[before:]]
        # Wherever that start is cut in turn, nothing is read by the other scale.
        for kept in range(before + 1, len(again.log)):
            third = Bench(log=again.log[:kept])
            assert third.pump.window.hour_steps >= again.pump.window.hour_steps, told[
                : kept - before
            ]
            assert third.pump.on_board_mu() >= again.pump.on_board_mu(), told[: kept - before]
        ends = [n for n in range(len(told)) if told[n] in (events.UNCERTAIN, events.BOLUS_END)]
        scales = [n for n in range(len(told)) if told[n] == events.SCALE]
        assert len(ends) == 3 and len(scales) == 2
        assert scales[0] < ends[0] and ends[-1] < scales[1] < told.index(events.CHECKPOINT)
        old = StepScale(tenths, 10)
        assert again.last(events.BOOT)[4:] == (6_791, 10)
        pairs = [(old.numerator, old.denominator), (6_791, 10)]
        assert again.all(events.SCALE)[-2:] == pairs
        unsure = sum([most for _, _, most, _ in again.all(events.UNCERTAIN)])
        most = certain + unsure
        assert again.pump.window.hour_steps >= most * BOARD / tenths
        assert again.pump.window.hour_steps >= most


def test_a_start_that_was_cut_after_its_first_record_leaves_what_is_older_in_the_boards_scale():
    bench = Bench(segments=[(0, 1_000)], settings=stored(0))
    bench.pump.checkpoint()
    bench.commit()
    first = max(n for n in range(len(bench.log)) if bench.event(bench.log[n]) == events.CHECKPOINT)
    assert bench.pump.give_bolus(3_000, BUTTONS) == codes.OK
    bench.run_s(30)
    tail = bench.log[first:]  # as far back as a start looks: neither a start nor a scale in it
    again = Bench(settings=stored(8_000), log=list(tail))
    third = Bench(settings=stored(8_000), log=again.log[: len(tail) + 1])
    assert third.pump.window.hour_steps == again.pump.window.hour_steps
    assert third.pump.on_board_mu() == again.pump.on_board_mu()


def test_back_to_the_boards_scale_and_a_cut_before_it_is_saved_leaves_the_limits():
    # Of a checkpoint that tells no scale the next start knows that its steps are the board's.
    bench = suspended(tenths=8_000)
    assert calibrate(bench, 0) == codes.OK
    bench.pump.window.add(1_000)
    bench.pump.checkpoint()
    bench.turn(0)
    places = range(len(bench.log))
    last = max([n for n in places if bench.event(bench.log[n]) == events.CHECKPOINT])
    left_mu = bench.pump.profile.scale.dose_mu(bench.pump.reservoir_steps)
    again = Bench(log=bench.log[last:], settings=stored(8_000))
    assert again.pump.window.hour_steps >= 1_000 * 8_000 / BOARD
    scale = again.pump.profile.scale
    assert left_mu - 3 <= scale.dose_mu(again.pump.reservoir_steps) <= left_mu


def test_a_checkpoint_whose_scale_is_older_than_what_is_read_is_no_beginning():
    bench = suspended(tenths=8_000)
    bench.pump.checkpoint()
    bench.turn(0)
    places = range(len(bench.log))
    last = max([n for n in places if bench.event(bench.log[n]) == events.SCALE])
    for first, whole in ((last, True), (last + 1, False)):
        past = Recall()
        for packed in bench.log[first:]:
            past.feed(packed)
        assert past.checkpointed == whole


def test_what_was_given_of_a_bolus_is_all_of_it_by_any_scale_or_never_was():
    for tenths in (5_999, 6_700, 8_000):
        bench = Bench(settings=stored(tenths))
        pump = bench.pump
        assert pump.give_bolus(1_000, BUTTONS) == codes.OK
        bench.run_s(60)
        assert pump.suspend(BUTTONS) == codes.OK
        bench.turn(0)
        pump.bolus.given_steps -= 1
        for missing in (1, 0):
            pump.bolus.given_steps = pump.bolus.steps - missing
            assert calibrate(bench, 5_500 if missing else 0) == codes.OK
            assert (pump.bolus.given_mu() < 1_000) == bool(missing)


def test_a_pump_that_has_failed_says_so_and_keeps_its_scale():
    bench = suspended()
    bench.pump.fail(1, 0)
    bench.turn(0)
    assert calibrate(bench, 7_000) == codes.FAULT
    assert bench.pump.profile.scale.steps(10_000) == BOARD


def test_a_scale_that_was_weighed_on_another_board_is_not_used():
    settings = Settings()
    settings.set(st.STEPS_PER_UNIT, 400_000)
    bench = Bench(settings=settings)
    assert bench.pump.profile.scale.steps(10_000) == BOARD
    assert settings.get(st.STEPS_PER_UNIT) == 0


# ---- the screw's play


def changed(play_steps=120):
    bench = Bench()
    pump = bench.pump
    pump.settings.set(st.BACKLASH_STEPS, play_steps)
    assert pump.change().start(BUTTONS) == codes.OK
    assert pump.change().rewind(BUTTONS) == codes.OK
    bench.run_s(30)
    assert pump.change().load(200_000, BUTTONS) == codes.OK
    return bench


def moves(bench):
    return [(kind, total) for kind, _, total, _ in bench.all(events.MOVE_END)]


def test_play_is_taken_up_before_the_first_prime_after_a_rewind_and_is_no_dose():
    bench = changed()
    pump = bench.pump
    left = pump.reservoir_steps
    for _ in range(2):
        assert pump.change().prime(BUTTONS) == codes.OK
        for _ in range(3):
            bench.turn(20)
        assert pump.state == states.MOVING
        assert pump.change().stop() == codes.OK
        bench.turn(20)
    kinds = [kind for kind, _ in moves(bench)]
    assert kinds == [events.KIND_REWIND, events.KIND_TAKE_UP] + [events.KIND_PRIME] * 2
    assert moves(bench)[1] == (events.KIND_TAKE_UP, 120)
    assert pump.reservoir_steps == left - moves(bench)[2][1] - moves(bench)[3][1]
    assert pump.odometer_steps == 0


def test_stop_in_the_play_moves_nothing_more_and_the_next_prime_takes_it_up_again():
    bench = changed(600)
    pump = bench.pump
    assert pump.change().prime(BUTTONS) == codes.OK
    bench.turn(20)
    assert pump.change().stop() == codes.OK
    bench.turn(20)
    assert pump.state == states.CHANGING
    assert bench.last(events.MOVE_END)[0] == events.KIND_TAKE_UP
    before = bench.steps
    bench.run_s(60)
    assert bench.steps == before
    assert pump.change().prime(BUTTONS) == codes.OK
    bench.turn(20)
    assert bench.last(events.MOVE_START)[:2] == (events.KIND_TAKE_UP, 600)


def test_play_waits_over_a_power_cut_and_a_checkpoint():
    for checkpoint in (False, True):
        bench = changed()
        if checkpoint:
            bench.pump.checkpoint()
            bench.turn(0)
        bench = bench.restarted()
        assert bench.pump.move.play
        assert bench.pump.change().start(BUTTONS) == codes.OK
        assert bench.pump.change().load(200_000, BUTTONS) == codes.OK
        assert bench.pump.change().prime(BUTTONS) == codes.OK
        bench.turn(20)
        assert moves(bench)[-1] == (events.KIND_TAKE_UP, 120)


def test_a_cut_in_the_play_is_uncertain_motion_and_no_dose():
    bench = changed(600)
    assert bench.pump.change().prime(BUTTONS) == codes.OK
    bench.turn(20)
    bench = bench.restarted()
    assert bench.last(events.UNCERTAIN)[:3] == (events.KIND_TAKE_UP, 0, 600)
    assert bench.pump.window.hour_steps == 0
    assert bench.pump.odometer_steps == 0


def test_a_dose_is_never_preceded_by_play():
    bench = changed()
    pump = bench.pump
    assert pump.change().finish(BUTTONS) == codes.OK
    before = bench.steps
    assert pump.give_bolus(1_000, BUTTONS) == codes.OK
    bench.run_s(120)
    assert bench.steps - before == 679
    assert events.KIND_TAKE_UP not in [kind for kind, _ in moves(bench)]
    # What was delivered has taken it up: the next prime, without a rewind, pushes all its steps.
    assert pump.change().start(BUTTONS) == codes.OK
    assert pump.change().load(100_000, BUTTONS) == codes.OK
    assert pump.change().prime(BUTTONS) == codes.OK
    bench.turn(20)
    assert events.KIND_TAKE_UP not in [start[0] for start in bench.all(events.MOVE_START)]


# ---- trains to be weighed


def test_a_weighed_train_is_no_dose_and_leaves_the_amount_unknown():
    bench = Bench()
    pump = bench.pump
    assert weighing.measure(pump, 1_000, BUTTONS) == codes.NOT_NOW
    assert pump.change().start(BUTTONS) == codes.OK
    assert pump.change().load(100_000, BUTTONS) == codes.OK
    assert weighing.measure(pump, 1_000, BUTTONS) == codes.OK
    bench.run_s(10)
    assert weighing.measure(pump, -300, BUTTONS) == codes.OK
    bench.run_s(10)
    assert moves(bench) == [(events.KIND_MEASURE, 1_000), (events.KIND_REWIND, 300)]
    assert pump.reservoir_steps == -1 and not pump.change().loaded
    assert pump.odometer_steps == 0 and pump.window.hour_steps == 0
    assert weighing.measure(pump, 0, BUTTONS) == codes.OUT_OF_RANGE
    assert weighing.measure(pump, 1_000_000, BUTTONS) == codes.OUT_OF_RANGE


def test_the_shortest_and_the_longest_train_that_can_be_weighed():
    bench = Bench()
    pump = bench.pump
    most = pump.profile.prime_most_steps
    assert pump.change().start(BUTTONS) == codes.OK
    assert weighing.measure(pump, 1, BUTTONS) == codes.OK
    bench.run_s(1)
    assert weighing.measure(pump, most, BUTTONS) == codes.OK
    bench.run_s(600)
    assert moves(bench) == [(events.KIND_MEASURE, 1), (events.KIND_MEASURE, most)]
    assert weighing.measure(pump, most + 1, BUTTONS) == codes.OUT_OF_RANGE
    bench.turn(0)
    told = (events.COMMAND_MOVE, codes.OUT_OF_RANGE, 0, 0, BUTTONS)
    assert bench.last(events.REFUSED) == told
    assert bench.steps == 1 + most


def test_exactly_a_quarter_off_is_still_a_calibration():
    class Even(Board):
        STEPS_PER_UNIT = (800, 1)

    bench = Bench(board=Even)
    assert bench.pump.suspend(BUTTONS) == codes.OK
    bench.turn(0)
    for tenths, code in (
        (5_999, codes.OUT_OF_RANGE),
        (6_000, codes.OK),
        (10_000, codes.OK),
        (10_001, codes.OUT_OF_RANGE),
    ):
        assert calibrate(bench, tenths) == code, tenths


def test_a_reservoir_of_one_step_is_rounded_down_like_any_other():
    bench = suspended()
    bench.pump.reservoir_steps = 1
    assert calibrate(bench, 5_500) == codes.OK
    assert bench.pump.reservoir_steps == 0


def test_a_rate_keeps_each_of_its_remainders_by_the_same_scale():
    scale = StepScale(6791, 10)
    carry = RateCarry(scale)
    owed = carry.accrue(977, 12_345)
    assert carry.low > 0 and carry.high > 0
    same, same_owed = rescale.rate(carry, owed, scale, scale)
    assert (same.low, same.high, same_owed) == (carry.low, carry.high, owed)
