"""Takes the picture of the page for the README: python -m host_tests.web.picture --write."""

import argparse
import io

from PIL import Image
from playwright.sync_api import sync_playwright

from host_tests.web import browser as browsers
from host_tests.web.visit import Visit

PICTURE = browsers.SITE.parents[1] / "tools/pictures/web.png"
SIZE = (1440, 1000)
MOST_BYTES = 150_000


def take(browser, site):
    """The page after a bolus and an hour or two, as PNG."""
    page = Visit(browser, site, size=SIZE, color_scheme="dark")
    page.bolus(presses=3)
    page.wait_for("bolus_end")
    page.speed(3600)
    page.until(lambda: page.text("#elapsed") >= "2:", "two hours")
    page.speed(1)
    page.press("STOP")  # the display has gone dark meanwhile
    page.wait_for_words("U/h")
    page.page.evaluate("scrollTo(0, 0)")
    shot = page.page.screenshot()
    page.close()
    packed = io.BytesIO()
    Image.open(io.BytesIO(shot)).quantize().save(packed, "PNG", optimize=True)
    return packed.getvalue()


def main():
    """Write it, or say what it would weigh."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"into {PICTURE.name}")
    wanted = parser.parse_args()
    why = browsers.missing()
    if why:
        parser.exit(1, f"No page: {why}\n")
    with browsers.serving() as site, sync_playwright() as playwright:
        shot = take(browsers.launch(playwright), site)
    if len(shot) > MOST_BYTES:
        parser.exit(1, f"{len(shot):,} bytes are more than {MOST_BYTES:,}.\n")
    if wanted.write:
        PICTURE.write_bytes(shot)
    print(f"{PICTURE.name}: {len(shot):,} bytes")


if __name__ == "__main__":
    main()
