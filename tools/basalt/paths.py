"""Where firmware, boards and fakes lie: in this repository, or within the installed package."""

import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SHIMS = PACKAGE / "shims"
_BUNDLE = PACKAGE / "_bundle"


def root() -> Path:
    """The folder that holds firmware/, boards/ and host_tests/."""
    if _BUNDLE.is_dir():
        return _BUNDLE
    return PACKAGE.parent.parent


def firmware() -> Path:
    """The firmware's files as they land on the board."""
    return root() / "firmware"


def boards() -> Path:
    """One folder for each board."""
    return root() / "boards"


def use_firmware() -> None:
    """Make the firmware's own modules importable: `pump`, and stand-ins for what CPython lacks."""
    _use(firmware(), SHIMS)


def use_bench() -> None:
    """Make the fakes importable too: `host_tests.fakes`, `host_tests.rig`."""
    use_firmware()
    _use(root())


def _use(*folders: Path) -> None:
    for folder in folders:
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
