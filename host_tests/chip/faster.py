"""Rebuilds the emulator in this environment for this very Python: some five times as fast.

The published wheel is built against Python's stable interface, so that one fits all versions, and
pays for it at every emulated instruction; so does its loop, which asks for both PIO blocks as
Python does. Needs a C compiler and a few minutes, once; nothing but speed depends on it.
Run: python -m host_tests.chip.faster
"""

import importlib.metadata
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

# (file, text that is in it once, what it becomes)
CHANGES = (
    ("setup.py", "USE_LIMITED_API = (", "USE_LIMITED_API = False and ("),
    # The loop calls the PIO blocks as what they are, C classes.
    (
        "src/rp2040py/native/_simulator.pyx",
        "from rp2040py.native._rp2040 cimport RP2040\n",
        "from rp2040py.native._pio cimport RPPIO\nfrom rp2040py.native._rp2040 cimport RP2040\n",
    ),
    (
        "src/rp2040py/native/_simulator.pyx",
        "            if not pio.stopped:\n                pio.advance(cycles)\n",
        "            if not (<RPPIO>pio).stopped:\n                (<RPPIO>pio).advance(cycles)\n",
    ),
)


def rebuild():
    """Fetch the source of the installed version, change what costs time, install."""
    version = importlib.metadata.version("rp2040py")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    with tempfile.TemporaryDirectory() as folder:
        name = f"rp2040py=={version}"
        options = ["--no-deps", "--no-binary", "rp2040py", "--dest", folder]
        subprocess.run([*pip, "download", name, *options], check=True)
        archive = next(Path(folder).glob("*.tar.gz"))
        with tarfile.open(archive) as source:
            source.extractall(folder, filter="data")
        project = archive.with_name(archive.name.removesuffix(".tar.gz"))
        for name, old, new in CHANGES:
            file = project / name
            text = file.read_text(encoding="utf-8") if file.exists() else ""
            if text.count(old) != 1:
                raise SystemExit(f"This version of the emulator has another {name}: nothing done.")
            file.write_text(text.replace(old, new), encoding="utf-8")
        environment = {**os.environ, "SETUPTOOLS_SCM_PRETEND_VERSION": version}
        install = [*pip, "install", "--no-deps", "--force-reinstall", str(project)]
        subprocess.run(install, check=True, env=environment)


if __name__ == "__main__":
    rebuild()
