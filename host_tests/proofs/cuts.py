"""The cut sweep: the power goes at every flash operation of a life, and between any two steps.

A life (lives.py) is lived once while its flash is recorded. From every prefix of the recorded
operations, and from every prefix with a part of the next, the flash is rebuilt and the whole pump
is started on it. Nothing is written while the motor turns, so one such start stands for every
step at which the power can go between two operations: each of them is held against the log.

A case is LIFE/DONE/N: after DONE operations, the N-th state that a cut can leave there.
"""

import traceback
from concurrent.futures import ProcessPoolExecutor

from host_tests.fakes.flash import states_after_cuts
from host_tests.proofs.lives import LIVES
from host_tests.proofs.proof import BrokenError, Proof
from host_tests.proofs.recorded import Recorded
from host_tests.proofs.restarted import Truth, check


def prove(say, seed, only, jobs, lives, torn, go_on_every):
    """Sweep over `lives`; `torn` states within each operation, every so many live on."""
    if only is not None:
        lives = (only.split("/")[0],)
    shares = [(name, share) for name in lives for share in range(jobs if only is None else 1)]
    tasks = [
        (name, share, len(shares) // len(lives), seed, only, torn, go_on_every)
        for name, share in shares
    ]
    totals = {}
    with ProcessPoolExecutor(jobs) as pool:
        for task, result in zip(tasks, pool.map(_sweep_share, tasks), strict=True):
            name = task[0]
            if isinstance(result, str):
                raise BrokenError(result)
            totals[name] = [
                a + b for a, b in zip(totals.get(name, (0, 0, 0)), result, strict=True)
            ]
            say(f"    {name}: {totals[name][0]} cuts")
    if only is not None and not sum(total[0] for total in totals.values()):
        raise BrokenError(f"there is no case {only}")
    figures = [(f"cuts in the life '{name}'", total[0]) for name, total in totals.items()]
    cuts, positions, lived_on = (sum(column) for column in zip(*totals.values(), strict=True))
    return [
        ("cuts, each followed by a start of the whole pump", cuts),
        ("places of the motor that these cuts stand for", positions),
        ("starts that were lived on from, and started once more", lived_on),
        *figures,
    ]


def _sweep_share(task):
    """One share of one life in a process of its own: [cuts, positions, lived on], or a text."""
    name, share, shares, seed, only, torn, go_on_every = task
    prepare, live = LIVES[name]
    life = Recorded(prepare(), live)
    counts = [0, 0, 0]
    at = {}
    for place, (done, part, image) in enumerate(
        states_after_cuts(life.image, life.operations, torn, seed)
    ):
        at[done] = at.get(done, -1) + 1
        case = f"{name}/{done}/{at[done]}"
        if place % shares != share or only not in (None, case):
            continue
        go_on = place // shares % go_on_every == 0 or only is not None
        truth = Truth(life, done, part)
        try:
            check(life, truth, image, go_on)
        except BrokenError as broken:
            return f"{case}: {broken}"
        except Exception:  # noqa: BLE001 - a start that raises is what is looked for
            return f"{case}: {traceback.format_exc()}"
        counts[0] += 1
        counts[1] += 1 if part else truth.positions
        counts[2] += go_on
    return counts


_SHORT = (
    "new",
    "meals",
    "choices",
    "change",
    "little",
    "fault",
    "roll",
    "crowded",
    "hours",
    "calibration",
    "schedules",
)

PROOF = Proof(
    "cuts",
    "The power may go at any flash operation and at any step: the log accounts for every step, "
    "nothing durable changes, settings are the old or the new, and only basal goes on.",
    prove,
    short={"lives": _SHORT, "torn": 1, "go_on_every": 16},
    full={"lives": tuple(LIVES), "torn": 5, "go_on_every": 10},
    found=(
        "A setting or a basal program is in the log before it is saved. A cut between the two "
        "left the old one in force and the new one in the log; the next start now writes what is "
        "in force and raises an alarm.",
        "While a record waited for the end of a train the loop did not sleep but spun.",
    ),
)
