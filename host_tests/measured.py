"""Which commit it is that a proof tries or a document measures."""

import subprocess
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_FIRMWARE = ("firmware", "boards")  # what a flashed pump is made of


def commit():
    """As git tells it, with a mark when files were changed since; empty outside a clone."""
    return _git("describe", "--always", "--dirty")


def firmware_commit():
    """The same of the last commit that changed what is flashed; tests and tools do not count."""
    changed = _git("status", "--porcelain", "--", *_FIRMWARE)
    return _git("log", "-1", "--format=%h", "--", *_FIRMWARE) + ("-dirty" if changed else "")


def _git(*arguments):
    told = subprocess.run(
        ["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    return told.stdout.strip()
