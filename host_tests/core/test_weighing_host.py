"""What weights tell of the scale, against the same figures as fractions."""

from fractions import Fraction

from pump.core.calibration import weighing


def test_weights_are_reckoned_to_the_nearest_tenth_and_their_doubt_is_rounded_up():
    for steps, runs in (
        (13_582, (198, 200, 202)),
        (13_582, (200, 200, 200)),
        (9_999, (190, 200, 210)),
        (50, (1, 1, 1)),
        (12_778, (200, 200, 200)),  # 6377.4998 tenths
    ):
        total, spread = sum(runs), max(runs) - min(runs)
        mean_ug = Fraction(total * 1_000, 3)
        exact = Fraction(steps * 10 * 9_982) / mean_ug
        tenths, half = weighing.weighed(steps, runs)
        assert tenths == (exact + Fraction(1, 2)) // 1
        doubt = tenths * (1_304 * spread + 462) / mean_ug
        assert half - 1 < doubt <= half
        play, half = weighing.play_of(steps, runs, min(runs) - 3)
        assert play == (mean_ug - (min(runs) - 3) * 1_000) * steps / mean_ug // 1
        doubt = ((2_259 + 1_304) * spread + 800 + 462) * steps / mean_ug
        assert half - 1 < doubt <= half


def test_weights_may_differ_by_a_tenth_and_no_more_and_must_be_there():
    assert weighing.weighed(13_582, (190, 200, 210)) is not None
    assert weighing.weighed(13_582, (189, 200, 210)) is None
    assert weighing.weighed(13_582, (1, 1, 1)) is not None
    assert weighing.weighed(13_582, (0, 0, 0)) is None
