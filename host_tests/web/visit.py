"""Somebody with the page open: presses, switches, waits for a record, reads what is there."""

import json

READY_MS = 60_000
WAIT_MS = 180_000  # a busy computer is slow, and that is no failure
LOOK_MS = 50
_DESKTOP = (1440, 900)


class Visit:
    """One page in a browser that nobody has used before. `page` is Playwright's."""

    def __init__(self, browser, site, hash_="", size=_DESKTOP, bare=False, **options):
        """`bare`: without the page's own content policy, for a tool that is put into it."""
        self.complaints = []  # what came to the console, and errors that nobody caught
        self.elsewhere = []  # requests to any other server
        self._site = site
        self._context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            bypass_csp=bare,
            accept_downloads=True,
            **options,
        )
        self.page = page = self._context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._look_at)
        page.goto(site + hash_)
        page.wait_for_selector("#starting", state="hidden", timeout=READY_MS)

    def close(self):
        """Leave."""
        self._context.close()

    def _note(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _look_at(self, request):
        if not request.url.startswith((self._site, "blob:", "data:")):
            self.elsewhere.append(request.url)

    # Hands

    def press(self, key, times=1):
        """Click one of the pump's keys."""
        for _ in range(times):
            self.page.click(f'[data-key="{key}"]')

    def hold(self, key, ms):
        """Keep a key down for so long."""
        self.page.hover(f'[data-key="{key}"]')
        self.page.mouse.down()
        self.page.wait_for_timeout(ms)
        self.page.mouse.up()

    def speed(self, speed):
        """Let time run at 1, 60 or 3600."""
        self.page.click(f'[data-speed="{speed}"]')

    def fault(self, name):
        """Make a fault, or mend it."""
        self.page.click(f'[data-fault="{name}"]')

    def power(self):
        """Cut the power, or switch it on."""
        self.page.click("#power")

    def bolus(self, presses=2):
        """Enter a bolus of so many times 0.50 U and confirm it."""
        self.press("UP", 1 + presses)
        self.press("OK", 2)
        self.wait_for("bolus_start")

    # Eyes

    def text(self, selector):
        """What is written there."""
        return self.page.inner_text(selector)

    def words(self):
        """What the display says to who cannot see it."""
        return self.page.get_attribute("#display", "aria-label")

    def wait_for_words(self, words):
        """Until the display says this."""
        self.page.wait_for_selector(f'#display[aria-label*="{words}"]')

    def until(self, holds, what):
        """Look again and again until `holds()`: the page's own policy lets nobody wait within."""
        for _ in range(WAIT_MS // LOOK_MS):
            if holds():
                return
            self.page.wait_for_timeout(LOOK_MS)
        raise AssertionError(f"it did not happen in {WAIT_MS // 1000} s: {what}")

    def steps(self):
        """What the page says the motor has made."""
        return int(self.text("#r-steps").split()[0].replace(",", ""))

    def wait_for(self, event, containing=""):
        """Until a record of that event is in the list; its sentence, the newest."""
        found = self.page.locator(f'#log [data-event="{event}"]', has_text=containing).first
        found.wait_for()
        return found.locator("p").inner_text()

    def events(self):
        """The names of the events in the list, oldest first."""
        items = self.page.locator("#log li").evaluate_all("all => all.map(li => li.dataset.event)")
        return items[::-1]

    # Files

    def download(self, selector):
        """The JSON that a click saves."""
        with self.page.expect_download() as saved:
            self.page.click(selector)
        return json.loads(saved.value.path().read_text())

    def pull(self):
        """The log, pulled and saved."""
        self.page.click("#pull")
        self.page.wait_for_selector("#save-log:not([disabled])")
        return self.download("#save-log")
