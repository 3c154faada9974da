"""Serves the built page and opens it; without a browser every test here is skipped with a line."""

import pytest

from host_tests.web import browser as browsers
from host_tests.web.visit import Visit

_HERE = "host_tests/web/"
_NO_PAGE = "no page: "


def pytest_collection_modifyitems(config, items):
    """Look for the browser once."""
    ours = [item for item in items if _HERE in item.path.as_posix()]
    why = browsers.missing() if ours else ""
    if not why and ours and not (browsers.SITE / "index.html").exists():
        why = "it is not built: `make web`"
    for item in ours if why else ():
        item.add_marker(pytest.mark.skip(reason=_NO_PAGE + why))


@pytest.fixture(scope="session")
def site():
    """The address of the built page."""
    with browsers.serving() as address:
        yield address


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = browsers.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, site):
    """Opens the page: visit() or visit(hash, size=...). What goes wrong in it fails the test."""
    made = []

    def open_page(hash_="", **options):
        made.append(Visit(chromium, site, hash_, **options))
        return made[-1]

    yield open_page
    for one in made:
        one.close()
    for one in made:
        assert one.complaints == [], "the page complained in the console"
        assert one.elsewhere == [], "the page asked another server"
