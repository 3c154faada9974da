"""The alarms' patterns hold the counts and the times that IEC 60601-1-8 asks."""

from pump.core import alarms as al
from pump.ui import sounds

NOTES = ("SILENCE", "CLICK", "NO", "START", "END", "STOPPED", "SUSPENDED", "RESUMED", "REMIND")


def _pulses(pattern):
    return [ms for hertz, ms in pattern if hertz]


def _gaps(pattern):
    return [ms for hertz, ms in pattern if not hertz]


def test_the_high_burst_is_ten_pulses_of_three_and_two_twice():
    assert len(_pulses(sounds.HIGH)) == 10
    assert all(75 <= ms <= 200 for ms in _pulses(sounds.HIGH))
    gaps = _gaps(sounds.HIGH)
    assert len(gaps) == 9
    assert gaps[:4] == gaps[5:]
    assert gaps[4] > gaps[2] > max(gaps[0], gaps[1], gaps[3])


def test_the_medium_burst_is_three_pulses_and_the_low_one_two():
    assert len(_pulses(sounds.MEDIUM)) == 3 and len(_pulses(sounds.LOW)) == 2
    for pattern in (sounds.MEDIUM, sounds.LOW):
        assert all(125 <= ms <= 250 for ms in _pulses(pattern))


def test_the_pauses_between_bursts_are_in_range():
    _, medium_ms, high_ms = sounds.EVERY_MS
    assert 2_500 <= high_ms - sounds.length_ms(sounds.HIGH) <= 15_000
    assert 2_500 <= medium_ms - sounds.length_ms(sounds.MEDIUM) <= 30_000


def test_the_alarms_have_the_melody_for_drug_delivery_two_octaves_up():
    def melody(pattern):
        return [hertz for hertz, _ in pattern if hertz]

    c, d, g = [hertz * 4 for hertz in (523.25, 293.66, 392.0)]  # C5, D4 and G4
    for pattern, notes in ((sounds.MEDIUM, (c, d, g)), (sounds.HIGH, (c, d, g, c, d) * 2)):
        heard = melody(pattern)
        assert len(heard) == len(notes)
        assert all(abs(hertz - note) < note / 100 for hertz, note in zip(heard, notes))


def test_a_low_alarm_sounds_once_and_then_as_seldom_as_the_core_repeats_it():
    assert sounds.EVERY_MS[0] == 0 and 15 < al.REPEAT_S <= 300


def test_no_other_tone_can_be_taken_for_an_alarm():
    alarms = [len(_pulses(pattern)) for pattern in (sounds.HIGH, sounds.MEDIUM)]
    for name in NOTES:
        pulses = _pulses(getattr(sounds, name))
        assert len(pulses) not in alarms
        assert all(ms < 125 for ms in pulses)


def test_every_pattern_is_pairs_of_a_tone_and_a_time():
    for name in NOTES:
        for hertz, ms in getattr(sounds, name) + sounds.HIGH + sounds.MEDIUM + sounds.LOW:
            assert hertz == 0 or 100 <= hertz <= 5_000
            assert 0 < ms <= 1_000
