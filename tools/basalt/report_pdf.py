"""Prints a page as a PDF, with the browser that is there: the same page on the same A4 paper."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from basalt.errors import Problem
from basalt.whole_file import replaced_bytes

# Names under which the browsers that can do it are installed.
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
_PATIENCE_S = 300
_DRAWING_MS = 15_000  # of the page's own time, for its plots


def browser() -> str:
    """A browser that prints without a window; Problem when there is none."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    raise Problem(
        "There is no Chromium, Chrome or Edge here to make the PDF with; install one, or write the"
        " page with --out and print it from any browser."
    )


def write(page: Path, out: Path) -> None:
    """Print the page at `page`; an earlier PDF is replaced when the new one is whole."""
    program = browser()
    with tempfile.TemporaryDirectory(prefix="basalt-pdf-") as folder:
        made = Path(folder) / "page.pdf"
        command = [
            program,
            "--headless",
            "--disable-gpu",
            f"--user-data-dir={folder}/profile",
            f"--virtual-time-budget={_DRAWING_MS}",
            "--no-pdf-header-footer",
            f"--print-to-pdf={made}",
            page.resolve().as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # its sandbox does not work for root
        try:
            subprocess.run(command, capture_output=True, timeout=_PATIENCE_S, check=False)
        except subprocess.TimeoutExpired as error:
            raise Problem(
                f"{program} did not print the page within {_PATIENCE_S} s; no PDF was written."
            ) from error
        if not made.exists() or not made.stat().st_size:
            raise Problem(f"{program} did not print the page; no PDF was written.")
        with replaced_bytes(out) as file:
            file.write(made.read_bytes())
