"""Lives from seeds, with the checks of the model: the same on CPython and on MicroPython.

What a seed does is printed by `python -m host_tests.core.life SEED`; of the calibrated lives by
`python -m host_tests.core.life SEED 120 calibrations`.
"""

from host_tests.core.life import CALIBRATIONS, Dice, play, sequence

LENGTH = 60
DICE_OF_SEED_3 = [537586693, 166753388, 638165851]


def test_a_seed_is_the_same_life_on_every_python():
    dice = Dice(3)
    assert [dice.below(1 << 30) for _ in range(3)] == DICE_OF_SEED_3


def test_lives_of_the_seeds_1_to_8_keep_the_promises():
    for seed in range(1, 9):
        play(sequence(seed, LENGTH))


def test_lives_of_the_seeds_9_to_16_keep_the_promises():
    for seed in range(9, 17):
        play(sequence(seed, LENGTH))


def test_lives_of_the_seeds_17_to_24_keep_the_promises():
    for seed in range(17, 25):
        play(sequence(seed, LENGTH))


def calibrated(seeds):
    for seed in seeds:
        play(sequence(seed, 2 * LENGTH, CALIBRATIONS))


def test_calibrated_lives_of_the_seeds_1_to_11_keep_the_promises():
    calibrated(range(1, 12))


def test_calibrated_lives_of_the_seeds_12_to_22_keep_the_promises():
    calibrated(range(12, 23))


def test_calibrated_lives_of_the_seeds_23_to_32_keep_the_promises():
    calibrated(range(23, 33))


def test_a_long_life_keeps_the_promises():
    life = play(sequence(100, 400))
    assert life.made[0] > 0 and life.made[1] > 0
