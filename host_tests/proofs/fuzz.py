"""Fuzzes what takes bytes from outside, guided by the coverage that each input reaches.

The inputs that reached something new are kept in fuzz_corpus.txt, a line each: target and hex. The
short form replays them; the full form lets atheris look for more, each target in a process of its
own. Make the file anew: `python -m host_tests.proofs.fuzz --keep [RUNS]`
"""

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from host_tests.proofs.proof import BrokenError, Proof

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(__file__).with_name("fuzz_corpus.txt")
_LONGEST = 700  # bytes of an input: two frames of the longest request, 20 records
_KEPT_BYTES = 400  # of the corpus for each target
_LIMIT_S = 1_200
# One input of these costs milliseconds: they open a store, or wait for an answer.
_SLOW = ("store", "answered", "pulled")
NAMES = (
    "frames",
    "link",
    "requests",
    "settings",
    "recall",
    "store",
    "decoder",
    "client",
    "answered",
    "pulled",
)


def corpus():
    """[(target, input)] of the file."""
    lines = CORPUS.read_text(encoding="utf-8").splitlines() if CORPUS.exists() else []
    pairs = [line.split(" ") for line in lines if line and not line.startswith("#")]
    return [(name, bytes.fromhex(digits)) for name, digits in pairs]


def replay(name, data):
    """One input to one target; BrokenError where it breaks."""
    from host_tests.proofs.fuzz_targets import TARGETS

    try:
        TARGETS[name](data)
    except Exception as error:
        case = f"{name}:{data.hex()}"
        raise BrokenError(f"{type(error).__name__}: {error}; replay with --only {case}") from error


def _fuzz(name, runs, seed, folder):
    """Run atheris over one target in a process of its own; how many inputs the folder has then."""
    from host_tests.proofs.fuzz_targets import seeds

    found = Path(folder) / name
    found.mkdir(parents=True)
    for number, data in enumerate(seeds(name)):
        (found / f"seed{number}").write_bytes(data)
    for number, (target, data) in enumerate(corpus()):
        if target == name:
            (found / f"kept{number}").write_bytes(data)
    command = [sys.executable, "-m", "host_tests.proofs.fuzz", name, str(found)]
    options = [f"-runs={runs}", f"-seed={seed}", f"-max_len={_LONGEST}", "-len_control=0"]
    options += [f"-artifact_prefix={folder}/{name}-", "-timeout=60", "-rss_limit_mb=0"]
    ran = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=_LIMIT_S
    )
    bad = sorted(Path(folder).glob(f"{name}-*"))
    if ran.returncode or bad:
        digits = bad[0].read_bytes().hex() if bad else "?"
        why = "\n".join(ran.stderr.splitlines()[-25:])
        raise BrokenError(f"--only {name}:{digits}\n{why}")
    return len(list(found.iterdir()))


def prove(say, seed, only, jobs, runs):
    """Replay the corpus, then look for `runs` inputs more for each target (0: only replay)."""
    del jobs
    if only:
        name, _, digits = only.partition(":")
        replay(name, bytes.fromhex(digits))
        return []
    kept = corpus()
    for name, data in kept:
        replay(name, data)
    size = sum(len(data) for _, data in kept)
    figures = [("inputs replayed from fuzz_corpus.txt", f"{len(kept)}, {size:,} bytes")]
    if not runs:
        return figures
    if importlib.util.find_spec("atheris") is None:
        why = "atheris is not installed (pip install '.[fuzz]')"
        say(f"skipped: {why}")
        return [*figures, ("inputs made by atheris", f"none: {why}")]
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            count = runs // 10 if name in _SLOW else runs
            reached = _fuzz(name, count, seed, folder)
            say(f"{name}: {count:,} inputs")
            figures.append(
                (f"{name}: inputs; of them reaching something new", f"{count:,}; {reached}")
            )
    return figures


def keep(runs, seed=1):
    """Write the corpus anew from what atheris finds: the shortest inputs of each target."""
    lines = ["# Inputs that reached something new, found by the command in fuzz.py.\n"]
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            _fuzz(name, runs // 10 if name in _SLOW else runs, seed, folder)
            room = _KEPT_BYTES
            found = {path.read_bytes() for path in (Path(folder) / name).iterdir()}
            for data in sorted(found, key=lambda data: (len(data), data)):
                room -= len(data)
                if room >= 0:
                    lines.append(f"{name} {data.hex()}\n")
            sys.stderr.write(f"{name}: {len(found)}\n")
    CORPUS.write_text("".join(lines), encoding="utf-8")


def _child(name, arguments):
    """In a process of its own: hand over to atheris, which never returns."""
    import atheris

    with atheris.instrument_imports(include=["pump", "basalt"]):
        from host_tests.proofs.fuzz_targets import TARGETS
    atheris.Setup([sys.argv[0], *arguments], TARGETS[name])
    atheris.Fuzz()


PROOF = Proof(
    "fuzz",
    "No bytes break what takes bytes from outside: the link, frames, settings and records on the"
    " pump; frames, answers, pulls, records and the store on the host.",
    prove,
    short={"runs": 0},
    full={"runs": 20_000},
    found=(
        "A start read the first record of a boot as so much time gone by and moved the windows of"
        " the limits through all of it, a loop of 35,000 turns after a year. It now counts a day.",
    ),
)


if __name__ == "__main__":
    for _folder in ("firmware", "tools", "tools/basalt/shims"):
        sys.path.insert(0, str(ROOT / _folder))
    if sys.argv[1] == "--keep":
        keep(int(sys.argv[2]) if len(sys.argv) > 2 else PROOF.full["runs"])
    else:
        _child(sys.argv[1], sys.argv[2:])
