"""What the core must know of a board, taken from its literals once and turned into steps."""

from micropython import const

from pump.core.units import StepScale

_MOVE_PART_MU = const(5_000)
_BURST_MU = const(100)
_PRIME_BURST_STEPS = const(200)
_REWIND_BURST_STEPS = const(1_000)  # a second: it gives nothing, and STOP ends it at once
_PRIME_MOST_MU = const(30_000)
_CANNULA_MOST_MU = const(2_000)

BASAL_LEASE_MU = const(200)
BOLUS_PART_MU = const(500)
BASAL_LEASE_MS = const(1_800_000)
BASAL_LATEST_MS = const(180_000)


class Profile:
    """Sizes of deliveries in steps, and thresholds of the sensors."""

    def __init__(self, board):
        self.board = board
        self.rewind_steps = board.REWIND_STEPS
        self.reservoir_mu = board.RESERVOIR_MU
        self.cannula_most_mu = _CANNULA_MOST_MU
        self.battery_low_mv = board.BATTERY_LOW_MV
        self.battery_empty_mv = board.BATTERY_EMPTY_MV
        self.occlusion_mbar = board.OCCLUSION_MBAR
        self.count_by(board.STEPS_PER_UNIT[0], board.STEPS_PER_UNIT[1])

    def count_by(self, numerator, denominator):
        """Take a scale, the board's or a calibrated one. For a pump that delivers nothing."""
        scale = StepScale(numerator, denominator)
        self.scale = scale
        longest = self.board.LONGEST_TRAIN
        # At least one: a coarse board's quantum or part is then a single step.
        self.quantum_steps = min(longest, max(1, scale.steps_up(self.board.QUANTUM_MU)))
        self.basal_lease_steps = max(self.quantum_steps, scale.steps(BASAL_LEASE_MU))
        self.bolus_part_steps = max(self.quantum_steps, scale.steps(BOLUS_PART_MU))
        self.move_part_steps = max(self.quantum_steps, scale.steps(_MOVE_PART_MU))
        self.burst_steps = min(longest, max(self.quantum_steps, scale.steps(_BURST_MU)))
        self.prime_burst_steps = min(longest, _PRIME_BURST_STEPS)
        self.rewind_burst_steps = min(longest, _REWIND_BURST_STEPS)
        self.prime_most_steps = scale.steps(_PRIME_MOST_MU)
