"""Plans one train of step pulses: how many at which rate, slow at both ends and fast between.

Pure numbers, so that every pulse engine, on the board or faked, makes the same train.
"""


class Ramp:
    """A staircase of rates up to the top rate and down again, the same on both sides.

    `stairs` is a tuple of (rate_hz, steps), slowest first: that many steps at that rate before the
    next stair. `top_rate_hz` follows the last stair. Few stairs are enough: at 1/16 microsteps
    even the top rate is below the rate at which the motor starts from rest (the board says so), or
    a stop key could never be obeyed within one step without losing steps.
    """

    def __init__(self, stairs, top_rate_hz):
        last_hz = 0
        for rate_hz, steps in stairs:
            if steps < 1 or rate_hz <= last_hz:
                raise ValueError("stairs must rise, with at least a step each")
            last_hz = rate_hz
        if top_rate_hz <= last_hz:
            raise ValueError("top rate below the stairs")
        self._stairs = stairs
        self.top_rate_hz = top_rate_hz
        self.most_segments = 2 * len(stairs) + 1

    def segments(self, steps):
        """The train of `steps` pulses as a list of (count, rate_hz), no count below 1.

        A train too short for the whole staircase turns back on the stair it has reached.
        """
        if steps < 1:
            raise ValueError("a train has at least one step")
        up = []
        down = []
        left = steps
        for rate_hz, stair_steps in self._stairs:
            if left <= 2 * stair_steps:
                break
            up.append((stair_steps, rate_hz))
            down.insert(0, (stair_steps, rate_hz))
            left -= 2 * stair_steps
        else:
            return up + [(left, self.top_rate_hz)] + down
        return up + [(left, self._stairs[len(up)][0])] + down

    def duration_ms(self, steps):
        """How long the train of `steps` takes, rounded up: from start() to rest."""
        return sum([count * 1000 // rate_hz + 1 for count, rate_hz in self.segments(steps)])
