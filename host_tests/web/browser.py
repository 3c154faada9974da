"""Finds the browser that the page is tested in, and says in a line why when there is none."""

import contextlib
import functools
import http.server
import os
import shutil
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "build" / "site"
SOURCE = "/source/"  # beside the page, for tests: the repository
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def executable():
    """The path of a Chromium; None when there is none. BASALT_CHROMIUM names another one."""
    named = os.environ.get("BASALT_CHROMIUM")
    return named or next(filter(None, map(shutil.which, _NAMES)), None)


def missing():
    """Why the page cannot be tested here; "" when it can."""
    if executable() is None:
        return "no Chromium on the PATH: on Debian `apt-get install chromium`"
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "no playwright: `make setup` installs it"
    return ""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def translate_path(self, path):
        """The built page's own files, and those of the repository under /source/."""
        if not path.startswith(SOURCE):
            return super().translate_path(path)
        here, self.directory = self.directory, str(ROOT)
        found = super().translate_path(path.removeprefix(SOURCE[:-1]))
        self.directory = here
        return found

    def log_message(self, *_):
        """A test's output is no web server's log."""


@contextlib.contextmanager
def serving():
    """The address of the built page, served as plain files."""
    handler = functools.partial(_Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def launch(playwright):
    """The browser."""
    return playwright.chromium.launch(
        executable_path=executable(),
        args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
    )


def cpu_s():
    """CPU seconds by process, of all that this one has started and that still runs: the browser.

    A busy computer hardly changes them, as it would a clock on the wall. Linux only.
    """
    parents, used = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        pid = int(folder.name)
        parents[pid] = int(fields[1])
        used[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return {pid: seconds for pid, seconds in used.items() if _descends(pid, parents)}


def cpu_since(before):
    """CPU seconds that those which run now have used since cpu_s() gave `before`."""
    return sum(seconds - before.get(pid, 0) for pid, seconds in cpu_s().items())


def _descends(pid, parents):
    while pid in parents:
        pid = parents[pid]
        if pid == os.getpid():
            return True
    return False


if __name__ == "__main__":
    sys.exit(1 if missing() else 0)
