"""Runs the proofs and writes PROOFS.md.

Run: python -m host_tests.proofs [--short] [--seed N] [--only CASE] [--write] [NAME ...]
"""

import argparse
import json
import pkgutil
import sys
import time
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for _folder in (ROOT, ROOT / "firmware", ROOT / "tools", ROOT / "tools" / "basalt" / "shims"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

from host_tests import measured, proofs  # noqa: E402
from host_tests.proofs.proof import BrokenError, Proof  # noqa: E402

DOCUMENT = ROOT / "PROOFS.md"
# What the last full run of each proof found out; not in the repository, the document is.
KEPT = ROOT / "build" / "proofs"
HEAD = """# What was tried to break Basalt

Written by `make proofs`, which runs `python -m host_tests.proofs --write`. Every proof can be run
alone: `python -m host_tests.proofs NAME`, with `--seed N` for another life and `--only CASE` to
replay the one case that a failure names. `make test` runs the short forms. The promises are those
of [host_tests/README.md](host_tests/README.md).
"""


def all_proofs():
    """Every proof there is, by name."""
    found = {}
    for module in pkgutil.iter_modules(proofs.__path__):
        if not module.name.startswith(("test_", "_")):
            proof = getattr(import_module(f"host_tests.proofs.{module.name}"), "PROOF", None)
            if isinstance(proof, Proof):
                found[proof.name] = proof
    return found


def say(text):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def run(proof, arguments):
    """Run one proof; returns whether it held."""
    say(f"==> {proof.name}: {proof.claim}")
    began = time.monotonic()
    size = proof.short if arguments.short else proof.full
    try:
        figures = proof.prove(say, arguments.seed, arguments.only, arguments.jobs, **size)
    except BrokenError as broken:
        say(f"BROKEN  {proof.name} (seed {arguments.seed}): {broken}")
        _keep(proof, arguments, {"broken": str(broken)})
        return False
    for what, figure in figures:
        say(f"    {what:<60} {figure}")
    say(f"    held, after {time.monotonic() - began:.0f} s")
    _keep(proof, arguments, {"figures": [[w, str(f)] for w, f in figures]})
    return True


def _keep(proof, arguments, outcome):
    """Note for the document how a full run ended."""
    if not arguments.short and arguments.only is None:
        KEPT.mkdir(parents=True, exist_ok=True)
        kept = {"seed": arguments.seed, "commit": measured.commit(), **outcome}
        (KEPT / f"{proof.name}.json").write_text(json.dumps(kept, indent=1) + "\n")


def document(found):
    """PROOFS.md, from what the last full run of each proof kept."""
    parts = [HEAD]
    missing = [name for name in sorted(found) if not (KEPT / f"{name}.json").exists()]
    if missing:
        parts.append(f"\nNo full run is on record here of: {', '.join(missing)}.\n")
    for name, proof in sorted(found.items()):
        kept = KEPT / f"{name}.json"
        if not kept.exists():
            continue
        run_of = json.loads(kept.read_text())
        parts.append(f"\n## {name}\n\n{proof.claim}\n")
        parts.append(f"\n`python -m host_tests.proofs --seed {run_of['seed']} {name}`")
        parts.append(f", at commit {run_of['commit']}\n\n")
        if "broken" in run_of:
            parts.append(f"**Did not hold**: {run_of['broken']}\n")
        else:
            parts.append("| what | figure |\n|---|---|\n")
            parts += [f"| {what} | {figure} |\n" for what, figure in run_of["figures"]]
        if proof.found:
            parts.append("\nFound and mended:\n\n")
            parts += [f"- {text}\n" for text in proof.found]
    return "".join(parts)


def main():
    parser = argparse.ArgumentParser(
        prog="python -m host_tests.proofs", description="Try to break the five promises."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which proofs (default: all)")
    parser.add_argument("--list", action="store_true", help="list the proofs and stop")
    parser.add_argument("--short", action="store_true", help="the short form, as the tests run it")
    parser.add_argument("--seed", type=int, default=1, help="the seed (default 1)")
    parser.add_argument("--only", metavar="CASE", help="replay the one case that a failure names")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once (default 2)")
    parser.add_argument("--write", action="store_true", help="write PROOFS.md anew")
    arguments = parser.parse_args()
    found = all_proofs()
    if arguments.list:
        for name, proof in sorted(found.items()):
            sys.stdout.write(f"{name:<12} {proof.claim}\n")
        return 0
    unknown = [name for name in arguments.names if name not in found]
    if unknown:
        parser.error(f"there is no proof {unknown[0]!r}; there are: {', '.join(sorted(found))}")
    held = [run(found[name], arguments) for name in arguments.names or sorted(found)]
    if arguments.write:
        DOCUMENT.write_text(document(found))
        say(f"wrote {DOCUMENT.name}")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
