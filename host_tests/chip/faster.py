"""Rebuilds the emulator in this environment for this very Python: about four times as fast.

The published wheel is built against Python's stable interface, so that one fits all versions, and
pays for it at every emulated instruction. Needs a C compiler and a few minutes, once; nothing but
speed depends on it. Run: python -m host_tests.chip.faster
"""

import importlib.metadata
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

SWITCH = "USE_LIMITED_API = ("


def rebuild():
    """Fetch the source of the installed version, switch the stable interface off, install."""
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
        setup = project / "setup.py"
        text = setup.read_text(encoding="utf-8")
        if text.count(SWITCH) != 1:
            raise SystemExit("This version of the emulator is built in another way: nothing done.")
        setup.write_text(text.replace(SWITCH, "USE_LIMITED_API = False and ("), encoding="utf-8")
        environment = {**os.environ, "SETUPTOOLS_SCM_PRETEND_VERSION": version}
        install = [*pip, "install", "--no-deps", "--force-reinstall", str(project)]
        subprocess.run(install, check=True, env=environment)


if __name__ == "__main__":
    rebuild()
