"""Cuts within the recovery: the power goes again during the start that follows a cut, and again.

A chain begins at a random cut of a life of lives.py. The start on what is left is recorded as a
life of its own, short or as long as a bolus, and cut again at a random operation, and so on. Every
link is checked as in the cut sweep.

A case is SEED/CHAIN: the chain of that number.
"""

import random
import traceback
from concurrent.futures import ProcessPoolExecutor
from itertools import islice

from host_tests.fakes.flash import states_after_cuts
from host_tests.proofs.lives import LIVES
from host_tests.proofs.proof import BrokenError, Proof
from host_tests.proofs.recorded import Recorded
from host_tests.proofs.restarted import Truth, check
from pump.core import events, states

_LIVES = ("new", "meals", "choices", "change", "little", "roll", "crowded")
_TORN = 2


def prove(say, seed, only, jobs, chains, deepest):
    """`chains` of up to `deepest` cuts, each in the start after the one before."""
    if only is not None:
        seed, first = (int(part) for part in only.split("/"))
        shares = [(seed, first, 1, first + 1, deepest)]
    else:
        shares = [(seed, share, jobs, chains, deepest) for share in range(jobs)]
    say(f"    seed {seed}")
    with ProcessPoolExecutor(jobs) as pool:
        results = list(pool.map(_share, shares))
    for result in results:
        if isinstance(result, str):
            raise BrokenError(result)
    links = [sum(column) for column in zip(*results, strict=True)]
    return [
        ("chains of cuts, each beginning anywhere in a life", links[0]),
        ("cuts in the start that follows a cut, each started and checked", sum(links[1:])),
        (f"chains that were {len(links) - 1} cuts deep", links[-1]),
    ]


def _share(task):
    """Some of the chains: how many reached each depth, or the text of what broke."""
    seed, first, step, chains, deepest = task
    lives = {}
    reached = [0] * (deepest + 1)
    for number in range(first, chains, step):
        try:
            for depth in _chain(random.Random(f"{seed}/{number}"), lives, deepest):
                reached[depth] += 1
        except BrokenError as broken:
            return f"{seed}/{number}: {broken}"
        except Exception:  # noqa: BLE001 - a start that raises is what is looked for
            return f"{seed}/{number}: {traceback.format_exc()}"
    return reached


def _chain(chance, lives, deepest):
    """Live one chain; yields the depth of each cut that held."""
    name = chance.choice(_LIVES)
    if name not in lives:
        prepare, live = LIVES[name]
        lives[name] = Recorded(prepare(), live)
    life = lives[name]
    for depth in range(deepest + 1):
        done, part, image = _any_state(chance, life)
        past = check(life, Truth(life, done, part), image, go_on=chance.random() < 0.1)
        yield depth
        if depth < deepest:
            seconds = chance.choice((0, 0, 0, 0, 1, 40))
            life = Recorded(bytes(image), lambda rig, s=seconds: _short(rig, s), past)
            if not life.operations:
                return


def _short(rig, seconds):
    """Nothing but the start, or a little of what a person does after it."""
    if not seconds:
        return
    rig.run_s(1)
    if rig.pump.state == states.SUSPENDED and not rig.pump.alarms.waiting:
        rig.pump.resume(events.SOURCE_BUTTONS)
    rig.pump.give_bolus(300, events.SOURCE_BUTTONS)
    rig.run_s(seconds)


def _any_state(chance, life):
    """One of the states that a cut can leave, each operation as likely as the others."""
    operations = life.operations
    done = chance.randrange(len(operations) + 1)
    states_there = states_after_cuts(life.image, operations[: done + 1], _TORN, chance.random())
    skipped = done * (1 + _TORN)
    last = done == len(operations)
    return list(islice(states_there, skipped, skipped + (1 if last else 1 + _TORN)))[
        0 if last else chance.randrange(1 + _TORN)
    ]


PROOF = Proof(
    "recuts",
    "The power may go again in the start that follows a cut, and in the one after it, and so on.",
    prove,
    short={"chains": 30, "deepest": 5},
    full={"chains": 500, "deepest": 6},
)
