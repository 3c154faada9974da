"""Which commit it is that a proof tries or a document measures."""

import subprocess
from pathlib import Path


def commit():
    """As git tells it, with a mark when files were changed since; empty outside a clone."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip()
