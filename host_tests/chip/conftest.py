"""Skips the chip tests with one line when they cannot run, and runs them in copies of a chip."""

import pytest

from host_tests.chip import forks
from host_tests.chip.image import ImageMissingError, find_image

_HERE = "host_tests/chip/"
_NO_CHIP = "no chip: "


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "on_a_copy: run the test in a forked copy, so that fixtures stay as they were"
    )


def pytest_collection_modifyitems(config, items):
    """Look for the image once; without it every test of this folder is skipped.

    The pump's files come first: they are the longest, and two workers should end together (with
    `--dist loadfile --no-loadscope-reorder`).
    """
    ours = [item for item in items if _HERE in item.path.as_posix() + "/"]
    if not ours:
        return
    items.sort(key=lambda item: not item.path.name.startswith("test_pump_"))
    try:
        find_image()
    except ImageMissingError as missing:
        for item in ours:
            item.add_marker(pytest.mark.skip(reason=f"{_NO_CHIP}{missing}"))


def pytest_terminal_summary(terminalreporter):
    """One line for all, read off the reports: the tests may run in other processes."""
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", ())]
    ours = [text for text in skipped if _NO_CHIP in text]
    if ours:
        why = ours[0].partition(_NO_CHIP)[2].rstrip("')")
        terminalreporter.write_line(
            f"the {len(ours)} tests on the emulated chip are skipped: {why}"
        )


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a marked test in a fork: what it does to a booted chip ends with it."""
    if pyfuncitem.get_closest_marker("on_a_copy") is None:
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}

    def run():
        pyfuncitem.obj(**arguments)

    try:
        forks.on_a_copy(run)
    except forks.CopyFailedError as failed:
        pytest.fail(str(failed), pytrace=False)
    return True


@pytest.fixture(scope="session")
def flash(tmp_path_factory):
    """See pump_desk.make_flash."""
    from host_tests.chip import pump_desk  # the firmware: only when a pump is wanted

    return pump_desk.make_flash(tmp_path_factory.mktemp("board"))


@pytest.fixture(scope="session")
def desk(flash):
    """See pump_desk.walk_to_the_question. Use it in copies: it is there for all tests."""
    from host_tests.chip import pump_desk

    return pump_desk.walk_to_the_question(flash)
