"""What the buzzer plays, as patterns: tuples of (frequency in Hz, milliseconds); 0 Hz is silence.

The alarms hold the pulse counts and timings of IEC 60601-1-8, from memory of the standard: high 10
pulses (3 + 2, twice) of 75 to 200 ms, medium 3 of 125 to 250 ms, low 1 or 2. Its melody for drug
delivery is C5 D4 G4, here two octaves up, where a piezo is loud. A piezo has not the harmonics
that the standard wants: pattern and timing are claimed, not the sound.
"""

from micropython import const

_C7 = const(2093)
_D6 = const(1175)
_G6 = const(1568)

_SHORT = const(150)
_GAP = const(75)
_FOURTH = const(300)  # before the fourth pulse
_HALVES = const(600)  # between the two halves of a high burst

_HIGH_HALF = (
    (_C7, _SHORT),
    (0, _GAP),
    (_D6, _SHORT),
    (0, _GAP),
    (_G6, _SHORT),
    (0, _FOURTH),
    (_C7, _SHORT),
    (0, _GAP),
    (_D6, _SHORT),
)

HIGH = _HIGH_HALF + ((0, _HALVES),) + _HIGH_HALF
MEDIUM = ((_C7, 200), (0, 200), (_D6, 200), (0, 200), (_G6, 200))
LOW = ((_G6, 200), (0, 200), (_D6, 200))

# By urgency, LOW to HIGH: the burst, and from the start of one to the start of the next while
# nobody has acknowledged (0: once, and when the core reminds).
BURSTS = (LOW, MEDIUM, HIGH)
EVERY_MS = (0, 25_000, 10_000)

SILENCE = ((0, 1),)
# Whatever is no alarm has pulses shorter than a medium alarm's and another number of them.
CLICK = ((_C7, 8),)
NO = ((400, 120),)
START = ((_G6, 70), (0, 40), (_C7, 120))
END = ((_C7, 70), (0, 40), (_C7, 70), (0, 40), (_C7, 70), (0, 40), (_C7, 120))
STOPPED = ((_C7, 90), (0, 40), (_D6, 120))
SUSPENDED = ((_C7, 90), (0, 40), (_G6, 90), (0, 40), (_D6, 90), (0, 40), (_D6, 120))
RESUMED = ((_D6, 90), (0, 40), (_G6, 90), (0, 40), (_C7, 90), (0, 40), (_C7, 120))
REMIND = ((_D6, 120), (0, 60), (_D6, 120))


def length_ms(pattern):
    """How long a pattern plays."""
    return sum([part[1] for part in pattern])
