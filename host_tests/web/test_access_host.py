"""Everybody can use it: nothing serious for axe, nothing cut off, by day and by night."""

import pytest

from host_tests.web.browser import SITE

AXE = SITE.parents[1] / "tools/web/node_modules/axe-core/axe.min.js"
PICTURES = SITE.parent / "web"
PHONE = (390, 844)


def serious(page):
    """What axe finds that keeps people out."""
    page.page.add_script_tag(path=str(AXE))
    found = page.page.evaluate("axe.run()")["violations"]
    return [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("size", [(1440, 1000), PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious(visit, scheme, size):
    page = visit(size=size, bare=True, color_scheme=scheme)
    page.wait_for_words("Menu")
    page.fault("battery_low")
    page.speed(3600)
    page.wait_for("alarm_raised", "battery low")
    page.page.click("#pull")
    page.page.wait_for_selector("#save-log:not([disabled])")
    PICTURES.mkdir(parents=True, exist_ok=True)
    name = f"{'phone' if size == PHONE else 'desktop'}-{scheme}.png"
    page.page.screenshot(path=PICTURES / name, full_page=True)
    assert serious(page) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440])
def test_nothing_is_wider_than_the_window(visit, width):
    page = visit(size=(width, 800))
    page.wait_for_words("Menu")
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_screen_reader_hears_what_the_display_says(visit):
    page = visit()
    page.wait_for_words("U/h")
    page.press("UP", 3)
    page.wait_for_words("1.00")
    page.press("OK")
    page.wait_for_words("Give")


def test_every_control_can_be_reached_with_the_tab_key(visit):
    page = visit()
    page.wait_for_words("Menu")
    wanted = page.page.evaluate(
        "document.querySelectorAll('button:not([disabled]), input:not([disabled])').length"
    )
    reached = set()
    for _ in range(wanted + 6):
        page.page.keyboard.press("Tab")
        reached.add(
            page.page.evaluate(
                "[...document.querySelectorAll('button, input')].indexOf(document.activeElement)"
            )
        )
    assert len(reached - {-1}) == wanted
