"""Compiles the expressions of the analysis for DuckDB into tools/basalt/statements.json.

Run as `python tools/write_statements.py`; with `--check` it writes nothing and fails when the
expressions have been changed since.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "firmware"), str(ROOT / "tools/basalt/shims")]

from basalt import engine  # noqa: E402


def main() -> int:
    """Write, or check; 1 when a check fails."""
    if "--check" in sys.argv:
        kept = json.loads(engine.STATEMENTS.read_text(encoding="utf-8"))
        if kept["made_of"] != engine.made_of():
            print("statements.json is older than the expressions; run `make documents`.")  # noqa: T201
            return 1
        return 0
    text = json.dumps(engine.compiled(), indent=2)
    engine.STATEMENTS.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
