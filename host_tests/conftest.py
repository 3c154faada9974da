"""Lets pytest find the firmware, and the stand-ins for the board's own modules."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

for _folder in (ROOT / "firmware", ROOT / "tools" / "basalt" / "shims"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

# The gate repeats itself exactly; `--hypothesis-profile=explore` looks for what nobody has seen
# yet. No deadlines: a machine that is shared is slow now and then, and that is no bug of ours.
settings.register_profile(
    "gate", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, max_examples=2_000)
settings.load_profile("gate")
